"""Adding a table of a whole classification: checked, linked or copied, and described."""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.sources.sector_files import CLASSIFICATIONS, VALUES, schema
from korus_helpers.sources.sector_tables import CODES, KNOWN, table_folder
from korus_helpers.sources.storing import store, write_package
from korus_helpers.sources.sums import ask_duckdb
from korus_helpers.sources.table_checks import FORM, checked
from korus_helpers.sources.tables import SECTORS, part_of, sha256_of


def add_table(place: Path, classification: str, today: datetime) -> tuple[Path, pd.DataFrame]:
    """Keep a table in the data folder, where it replaces the last one of its classification.

    `place` is a Parquet file or a folder of them, a row for each partner, code and month in whole
    dollars; codes of one length. Files are linked where the disk allows, else copied. Returns the
    package and its months as `sector_tables.months_known`. Raises `Refused` with the gate that the
    table does not pass, and as `storing.store`.
    """
    if classification not in CLASSIFICATIONS:
        raise InputError(
            f'"{classification[:40]}" is not a classification; type one of '
            f"{', '.join(CLASSIFICATIONS)}"
        )
    paths = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    if not paths or not all(path.is_file() for path in paths):
        raise InputError(f"{place} holds no Parquet file; {FORM}")
    columns, codes, months = checked(paths, classification)
    with store() as held:
        staged = held.hidden(SECTORS)
        try:
            known = months[["partner_code", "year", "month"]].assign(
                **{name: months[name].notna() if name in months else False for name in VALUES}
            )
            _write(staged, paths, columns, codes, known, today)
            start = table_folder(classification, 0)[:-4]
            old = sorted(
                one.name for one in (held.folder / SECTORS).iterdir() if one.name.startswith(start)
            )
            number = max((int(name[-4:]) for name in old), default=0) + 1
            kept = held.publish(SECTORS, table_folder(classification, number), staged)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        for name in old:
            held.discard(SECTORS, name)
    return kept, known


def _write(
    folder: Path, paths: list[Path], columns: dict[str, str], codes: list[str], known: pd.DataFrame,
    today: datetime,
) -> None:  # fmt: skip
    """The package: the files under names of their own, what is known of them, the descriptor."""
    files = [folder / f"part-{number:04d}.parquet" for number in range(1, len(paths) + 1)]
    for path, file in zip(paths, files, strict=True):
        _link(path, file)
    origins = [{"title": f"A table of one's own, {len(files)} files", "retrieved":
                today.isoformat(timespec="seconds")}]  # fmt: skip
    write_package(
        folder, "sector-table", "A table of one's own",
        {KNOWN: known, CODES: pd.DataFrame({"code": codes})}, origins,
        {KNOWN: _described(known, "months that are known"),
         CODES: _described(pd.DataFrame({"code": codes}), "codes")},
    )  # fmt: skip
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    entry = schema()
    entry["schema"]["fields"] = [f for f in entry["schema"]["fields"] if f["name"] in columns]
    rows = ask_duckdb("SELECT count(*) AS n FROM rows", files).n.iloc[0]
    entry |= {
        "path": [file.name for file in files], "format": "parquet",
        "mediatype": "application/vnd.apache.parquet", "hash": sha256_of(files),
        "parts": [part_of(file.stat()) for file in files],
        "bytes": sum(file.stat().st_size for file in files), "rows": int(rows),
        "vintage": f"{today:%Y-%m}", "sources": origins,
    }  # fmt: skip
    descriptor["resources"].insert(0, entry)
    path.write_text(json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _described(frame: pd.DataFrame, title: str) -> dict:
    """The entry of a small table beside the large one."""
    types = {"b": "boolean", "i": "integer"}
    fields = [
        {"name": name, "type": types.get(column.dtype.kind, "string"), "description": name,
         "constraints": {"required": True}}
        for name, column in frame.items()
    ]  # fmt: skip
    return {"title": title, "basis": "", "schema": {"fields": fields, "missingValues": [""]},
            "licenses": [{"name": "own", "title": "as the table"}]}  # fmt: skip


def _link(path: Path, file: Path) -> None:
    """The file under another name, without another copy where the disk allows."""
    try:
        if os.access(path, os.W_OK):
            os.link(path, file)
            return
    except OSError:
        pass
    shutil.copyfile(path, file)
