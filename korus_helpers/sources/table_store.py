"""Adding a table of a whole classification: checked, linked or copied, and described."""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError, Refused
from korus_helpers.sources import gates
from korus_helpers.sources.partners import partners
from korus_helpers.sources.sector_files import (
    CLASSIFICATIONS,
    LEVELS,
    VALUES,
    schema,
)
from korus_helpers.sources.sector_tables import CODES, KNOWN, table_folder
from korus_helpers.sources.storing import store, write_package
from korus_helpers.sources.sums import ask_duckdb, require_duckdb
from korus_helpers.sources.tables import SECTORS, part_of, sha256_of
from korus_helpers.sources.vintages import annual_goods, releases

KEYS = {"partner_code": "VARCHAR", "code": "VARCHAR", "year": "INTEGER", "month": "INTEGER"}
_WHOLE = (
    "BIGINT",
    "INTEGER",
    "SMALLINT",
    "TINYINT",
    "UBIGINT",
    "UINTEGER",
    "USMALLINT",
    "UTINYINT",
)
_FORM = (
    f"type the name of a Parquet file, or of a folder of them, with the columns {', '.join(KEYS)}, "
    f"exports_usd, and one or more of {', '.join(tuple(VALUES)[2:4])}"
)


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
        raise InputError(f"{place} holds no Parquet file; {_FORM}")
    columns, codes, months = _checked(paths, classification)
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


def _checked(
    paths: list[Path], classification: str
) -> tuple[dict[str, str], list[str], pd.DataFrame]:
    """Columns with their types, codes, and dollars by partner and month, of a table that passes."""
    duckdb = require_duckdb()
    try:
        types = dict(
            ask_duckdb("SELECT column_name, column_type FROM (DESCRIBE rows)", paths).values
        )
        columns = {name: types[name] for name in (*KEYS, *VALUES) if name in types}
        _check_columns(types, columns)
        codes = _check_codes(paths, classification)
        values = [name for name in VALUES if name in columns]
        _check_cells(paths, values)
        sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in values)
        months = ask_duckdb(
            f"SELECT partner_code, year::BIGINT AS year, month::BIGINT AS month, {sums} FROM rows "
            "GROUP BY ALL ORDER BY ALL",
            paths,
        )
    except duckdb.Error as error:
        raise Refused(
            f"the table is refused: DuckDB cannot read it ({str(error).splitlines()[0]}); {_FORM}"
        ) from None
    months = months.astype({"year": "int64", "month": "int64"})
    unknown = sorted(set(months.partner_code) - set(partners().partner_code))
    if unknown:
        raise Refused(f'the table is refused: "{unknown[0][:20]}" is not a code of a partner')
    _within_all_goods(months)
    return columns, codes, months


def _check_columns(types: dict[str, str], columns: dict[str, str]) -> None:
    missing = [name for name in KEYS if name not in columns]
    if missing or not {"exports_usd", "general_imports_usd", "consumption_imports_usd"} & set(
        columns
    ):
        raise Refused(f"the table is refused: it lacks columns; {_FORM}")
    other = [name for name in types if name not in columns]
    if other:
        raise Refused(f'the table is refused: column "{other[0][:40]}" is not known; {_FORM}')
    for name, found in columns.items():
        wanted = ("VARCHAR",) if KEYS.get(name) == "VARCHAR" else _WHOLE
        if found not in wanted:
            words = "text" if wanted == ("VARCHAR",) else "whole numbers"
            raise Refused(f"the table is refused: column {name} is {found}, not {words}")


def _check_codes(paths: list[Path], classification: str) -> list[str]:
    """Codes of sectors that the codes, all of one length so that none is in another, begin with."""
    codes = ask_duckdb("SELECT DISTINCT code FROM rows ORDER BY code", paths).code
    if codes.empty:
        raise Refused("the table is refused: it has no rows")
    lengths = {*LEVELS[classification][1], *((10,) if classification == "hs" else ())}
    wrong = codes[codes.isna() | ~codes.str.fullmatch(r"[0-9]+") | ~codes.str.len().isin(lengths)]
    if len(wrong):
        raise Refused(f'the table is refused: "{str(wrong.iloc[0])[:20]}" is not a code of it')
    if codes.str.len().nunique() > 1:
        found = ", ".join(map(str, sorted(codes.str.len().unique())))
        raise Refused(
            f"the table is refused: its codes have {found} digits, so that goods would be counted "
            "twice; keep the rows of one length"
        )
    return sorted({code[:n] for code in codes for n in LEVELS[classification][1] if n <= len(code)})


def _check_cells(paths: list[Path], values: list[str]) -> None:
    """No empty key, no month but 1 to 12, no amount below zero, no key twice."""
    below = " OR ".join(f"{name} < 0" for name in values)
    wrong = ask_duckdb(
        "SELECT partner_code, code, year, month FROM rows WHERE partner_code IS NULL "
        f"OR year IS NULL OR month IS NULL OR year NOT BETWEEN 1900 AND 2100 "
        f"OR month NOT BETWEEN 1 AND 12 OR {below} LIMIT 1",
        paths,
    )
    if len(wrong):
        raise Refused(
            "the table is refused: a row has an empty or impossible cell: "
            f"{' '.join(map(str, wrong.iloc[0]))}"
        )
    twice = ask_duckdb(
        "SELECT partner_code, code, year, month FROM rows GROUP BY ALL HAVING count(*) > 1 LIMIT 1",
        paths,
    )
    if len(twice):
        raise Refused(
            f"the table is refused: it has a row twice: {' '.join(map(str, twice.iloc[0]))}"
        )


def _within_all_goods(months: pd.DataFrame) -> None:
    """Refuse a table with more than all goods of a partner and year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners == "all"][-1]
    flows = {"exports_musd": "exports_usd", "imports_musd": "general_imports_usd"}
    sums = months.groupby(["partner_code", "year"], as_index=False).sum(numeric_only=True)
    years = sums[["partner_code", "year"]].assign(
        **{name: sums[column].astype(float) / 1e6 if column in sums else float("nan")
           for name, column in flows.items()}
    )  # fmt: skip
    found = gates.parts_above_whole(years, annual_goods(newest.vintage))
    gates.refuse("the table is refused", "a part exceeds all goods", found)


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
