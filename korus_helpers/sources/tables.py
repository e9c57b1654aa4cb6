"""Opening tables, each verified once per process against the `datapackage.json` beside it."""

import hashlib
import json
import os
from collections.abc import Iterable
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
TABLE_MARK = "_table_"  # in the name of a package that holds a table which the user added
_REMOVE = "remove what is damaged with `korus data --repair`"


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
    if not _is_stored(folder):
        return RESTORE
    again = "add it again with `korus data --add FOLDER`"
    return f"{_REMOVE}, then {again if TABLE_MARK in folder.name else 'type `korus refresh`'}"


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
    paths, fields = verified_files(name, folder), resource(name, folder)["schema"]["fields"]
    try:
        frame = pd.concat([_read(path, fields) for path in paths], ignore_index=True)
        problem = schema_problem(frame, fields)
    except (ValueError, TypeError) as error:  # a number that is none, in a column with gaps
        problem = str(error).splitlines()[0]
    if problem:
        raise DamagedData(
            f"{_called(paths[0])} does not fit datapackage.json: {problem}; {_restore(folder)}"
        )
    return frame


def verified_files(name: str, folder: Path = DATA) -> tuple[Path, ...]:
    """The files of a table, after their sha256 has been checked; raises `DamagedData`.

    A table that the user added may be of many gigabytes: it was hashed when it was added, and from
    then on a file of the same size and time of change is the same. Any other is hashed again.
    """
    entry = resource(name, folder)
    paths = files_of(entry, folder)
    try:
        parts = tuple(part_of(path.stat()) for path in paths)
    except OSError as error:
        raise _gone(error, folder) from None
    if entry.get("parts") != list(map(list, parts)):
        _hashed(name, folder, paths, parts)
    return paths


@cache
def _hashed(name: str, folder: Path, paths: tuple[Path, ...], parts: tuple[tuple, ...]) -> None:
    """Raise `DamagedData` unless size and sha256 are as recorded; once for files as they are."""
    entry = resource(name, folder)
    called = _called(paths[0]) if len(paths) == 1 else folder.name
    size = sum(part[0] for part in parts)
    if size < entry["bytes"]:
        raise DamagedData(
            f"{called} is truncated: {size:,} of {entry['bytes']:,} bytes; {_restore(folder)}"
        )
    try:
        found = sha256_of(paths)
    except OSError as error:
        raise _gone(error, folder) from None
    if found != entry["hash"]:
        kept = "stored" if _is_stored(folder) else "shipped"
        raise DamagedData(
            f"{called} was altered: its sha256 is not the one {kept}; {_restore(folder)}"
        )


def _gone(error: OSError, folder: Path) -> DamagedData:
    name = _called(Path(error.filename))
    return DamagedData(f"{name} is missing or cannot be read; {_restore(folder)}")


def files_of(entry: dict, folder: Path) -> tuple[Path, ...]:
    """The files of a resource, which is one, or for a table that the user added, several."""
    named = entry["path"] if isinstance(entry["path"], list) else [entry["path"]]
    return tuple(folder / Path(path).name for path in named)


def part_of(stat: os.stat_result) -> tuple[int, int]:
    """Bytes and time of change (nanoseconds), to know a file again without reading it."""
    return stat.st_size, stat.st_mtime_ns


def sha256_of(paths: Iterable[Path]) -> str:
    """Of the files one after another, as `cat FILES | sha256sum` gives it, with "sha256:"."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _read(path: Path, fields: list[dict]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        from pyarrow.parquet import ParquetFile

        # pandas.read_parquet would start threads, and a process with threads cannot be forked.
        rows = ParquetFile(path, pre_buffer=False).read(use_threads=False)
        return _typed(rows.to_pandas(use_threads=False), fields)
    dtypes = {f["name"]: _dtype(f) for f in fields}
    return pd.read_csv(
        path,
        dtype={k: v for k, v in dtypes.items() if v},
        keep_default_na=False,
        na_values={name: [""] for name, v in dtypes.items() if v != "str"},
    )


def _typed(frame: pd.DataFrame, fields: list[dict]) -> pd.DataFrame:
    """A frame of another program: columns in order, text as text, integers with gaps as such."""
    types = {field["name"]: field["type"] for field in fields}
    if set(types) != set(frame.columns):
        return frame
    changed = {}
    for name, column in frame.items():
        if types[name] == "string" and isinstance(column.dtype, pd.CategoricalDtype):
            changed[name] = "str"
        elif types[name] == "integer" and pd.api.types.is_float_dtype(column):
            changed[name] = "Int64"
    return frame[list(types)].astype(changed)


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
