"""Opening tables, each verified once per process against the `datapackage.json` beside it."""

import hashlib
import io
import json
from functools import cache
from pathlib import Path

import pandas as pd

from korus_helpers.errors import DamagedData, InputError

DATA = Path(__file__).parent.parent / "data"
RESTORE = (
    "restore it with `git checkout -- korus_helpers/data`, "
    "or install the package again with `pip install --force-reinstall --no-deps .`"
)
VINTAGES, SECTORS = "vintages", "sectors"  # folders of packages that the user downloaded
REPAIR = "remove what is damaged with `korus data --repair`, then type `korus refresh`"


@cache
def package(folder: Path = DATA) -> dict:
    """The descriptor of the data package: a dict as in `datapackage.json` (Frictionless)."""
    path = folder / "datapackage.json"
    try:
        descriptor = json.loads(path.read_text("utf-8"))
        descriptor["resources"][0]["schema"]["fields"]
    except FileNotFoundError:
        raise DamagedData(
            f"{_called(path)} is missing from the figures{_kept(folder)}; {_restore(folder)}"
        ) from None
    except (ValueError, LookupError, TypeError):
        raise DamagedData(
            f"{_called(path)} is not a data package any more; {_restore(folder)}"
        ) from None
    return descriptor


def _is_stored(folder: Path) -> bool:
    return folder.parent.name in (VINTAGES, SECTORS)


def _called(path: Path) -> str:
    """A shipped file by its name, a stored one with its vintage: "2026-11/sources.csv"."""
    return path.name if not _is_stored(path.parent) else f"{path.parent.name}/{path.name}"


def _kept(folder: Path) -> str:
    return "" if _is_stored(folder) else " that ship"


def _restore(folder: Path) -> str:
    return REPAIR if _is_stored(folder) else RESTORE


def resource(name: str, folder: Path = DATA) -> dict:
    """What the data package says of one table: path, hash, schema, basis, vintages, sources."""
    for entry in package(folder)["resources"]:
        if entry["name"] == name:
            return entry
    names = ", ".join(entry["name"] for entry in package(folder)["resources"])
    raise InputError(f'no table is named "{name}"; type one of {names}')


def open_table(name: str, folder: Path = DATA) -> pd.DataFrame:
    """One table, after its sha256 and its schema have been checked.

    Text columns (codes among them) hold "" where nothing is recorded; numbers hold NaN. Changing
    the frame that is returned does not change what the next caller gets. Raises `DamagedData`.
    """
    return _verified(name, folder).copy(deep=False)


def verify(name: str, folder: Path = DATA) -> str:
    """An empty text where the table is as it shipped, else what is wrong with it."""
    try:
        _verified(name, folder)
    except DamagedData as error:
        return str(error)
    return ""


@cache
def _verified(name: str, folder: Path) -> pd.DataFrame:
    entry = resource(name, folder)
    path = folder / entry["path"]
    try:
        content = path.read_bytes()
    except OSError:
        raise DamagedData(
            f"{_called(path)} is missing or cannot be read; {_restore(folder)}"
        ) from None
    if len(content) < entry["bytes"]:
        raise DamagedData(
            f"{_called(path)} is truncated: {len(content):,} of {entry['bytes']:,} bytes; "
            f"{_restore(folder)}"
        )
    if "sha256:" + hashlib.sha256(content).hexdigest() != entry["hash"]:
        kept = "stored" if _is_stored(folder) else "shipped"
        raise DamagedData(
            f"{_called(path)} was altered: its sha256 is not the one {kept}; {_restore(folder)}"
        )
    try:
        frame = _read(path, content, entry["schema"]["fields"])
        problem = schema_problem(frame, entry["schema"]["fields"])
    except (ValueError, TypeError) as error:  # a number that is none, in a column with gaps
        problem = str(error).splitlines()[0]
    if problem:
        raise DamagedData(
            f"{_called(path)} does not fit datapackage.json: {problem}; {_restore(folder)}"
        )
    return frame


def _read(path: Path, content: bytes, fields: list[dict]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        from pyarrow.parquet import ParquetFile

        # pandas.read_parquet would start threads, and a process with threads cannot be forked.
        file = ParquetFile(io.BytesIO(content), pre_buffer=False)
        return file.read(use_threads=False).to_pandas(use_threads=False)
    dtypes = {f["name"]: _dtype(f) for f in fields}
    return pd.read_csv(
        io.BytesIO(content),
        dtype={k: v for k, v in dtypes.items() if v},
        keep_default_na=False,
        na_values={name: [""] for name, v in dtypes.items() if v != "str"},
    )


def _dtype(field: dict) -> str | None:
    """The dtype to read a CSV column with; integers with gaps stay integers."""
    gaps = not field.get("constraints", {}).get("required")
    return {"string": "str", "integer": "Int64" if gaps else None}.get(field["type"])


def schema_problem(frame: pd.DataFrame, fields: list[dict]) -> str:
    """The first way in which the frame is not what its schema says, or ""."""
    names = [field["name"] for field in fields]
    if list(frame.columns) != names:
        return f"columns are {', '.join(frame.columns)}, not {', '.join(names)}"
    checks = {
        "string": pd.api.types.is_string_dtype,
        "integer": pd.api.types.is_integer_dtype,
        "number": pd.api.types.is_numeric_dtype,
        "boolean": pd.api.types.is_bool_dtype,
    }
    for field in fields:
        column, rules = frame[field["name"]], field.get("constraints", {})
        if not checks[field["type"]](column) and not column.isna().all():
            return f"column {field['name']} is not {field['type']}"
        if rules.get("required") and (
            column.isna().any() or (field["type"] == "string" and (column == "").any())
        ):
            return f"column {field['name']} has empty cells"
        if "enum" in rules and not column.isin(rules["enum"]).all():
            return f"column {field['name']} holds other values than {', '.join(rules['enum'])}"
    return ""
