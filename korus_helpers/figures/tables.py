"""Opening tables, each verified once per process against the `datapackage.json` beside it."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from korus_helpers.errors import DamagedData, InputError

DATA = Path(__file__).parent.parent / "data"
DESCRIPTOR = "datapackage.json"
RESTORE = (
    "restore it with `git checkout -- korus_helpers/data`, "
    "or install the package again with `pip install --force-reinstall --no-deps .`"
)
VINTAGES, SECTORS = "vintages", "sectors"  # folders of packages that the user downloaded
_AGAIN = {
    VINTAGES: "type `korus refresh`, or `korus refresh --file FILE` with the file that it is from, "
    "to store it again",
    SECTORS: "type `korus fetch sector` with the same codes and partner to get it again",
}
_TYPES = {
    "string": pd.api.types.is_string_dtype,
    "integer": pd.api.types.is_integer_dtype,
    "number": pd.api.types.is_numeric_dtype,
    "boolean": pd.api.types.is_bool_dtype,
}
F = TypeVar("F", bound=Callable)
_remembered: list = []


def remembered(function: F) -> F:
    """A `functools.cache` of what rests on stored figures, emptied by `forget`."""
    kept = cache(function)
    _remembered.append(kept)
    return kept


def forget() -> None:
    """Look again at what is stored: everything that rests on it is read anew."""
    for kept in _remembered:
        kept.cache_clear()


def package(folder: Path = DATA) -> dict:
    """The descriptor of the data package: a dict as in `datapackage.json` (Frictionless).

    All that is read from it has the type and form that it should. Raises `DamagedData`.
    """
    return _included_package() if folder == DATA else _stored_package(folder)


def _package(folder: Path) -> dict:
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_bytes())
        _check(descriptor)
    except FileNotFoundError:
        kept = "" if _is_stored(folder) else " that are included"
        raise DamagedData(
            f"{_called(path)} is missing from the figures{kept}; {_restore(folder)}"
        ) from None
    except OSError as error:
        raise _gone(error, folder) from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise DamagedData(
            f"{_called(path)} is not a data package any more; {_restore(folder)}"
        ) from None
    return descriptor


_included_package = cache(lambda: _package(DATA))
_stored_package = remembered(_package)


def _check(descriptor: dict) -> None:
    """Raise ValueError, LookupError, TypeError or AttributeError where a field is not as it was."""
    names = [entry["name"] for entry in _a(list, descriptor["resources"])]
    if not names or len(set(names)) < len(names):
        raise ValueError("no table, or one that stands twice")
    for entry in descriptor["resources"]:
        for name in ("name", "path", "title", "hash", "basis", "vintage"):
            _a(str, entry[name])
        if entry["path"] != Path(entry["path"]).name:
            raise ValueError("a table that lies in another folder")
        if min(_a(int, entry["bytes"]), _a(int, entry["rows"])) < 0:
            raise ValueError("a size below zero")
        for source in _a(list, entry["sources"]):
            _a(str, source["title"])
            for name in ("path", "source_id", "retrieved"):
                _a(str, source.get(name, ""))
        _a(str, _a(list, entry["licenses"])[0]["title"])
        for field in _a(list, entry["schema"]["fields"]):
            _a(str, field["name"])
            rules = _a(dict, field.get("constraints", {}))
            _a(bool, rules.get("required", False))
            if _a(str, field["type"]) not in _TYPES or not all(
                _a(str, one) for one in _a(list, rules.get("enum", ["any"]))
            ):
                raise ValueError("a type or a value that no table has")


def _a(kind: type, value: object):
    """The value, if it is of this type: text that can be printed, whole numbers without truths."""
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    if kind is str:
        value.encode()  # half a character is a ValueError
    return value


def _is_stored(folder: Path) -> bool:
    return folder.parent.name in (VINTAGES, SECTORS)


def _called(path: Path) -> str:
    """An included file by its name, a stored one with its vintage: "2026-11/sources.csv"."""
    return path.name if not _is_stored(path.parent) else f"{path.parent.name}/{path.name}"


def _restore(folder: Path) -> str:
    if not _is_stored(folder):
        return RESTORE
    return f"{_AGAIN[folder.parent.name]}, or delete the folder {folder} to do without it"


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
    """An empty text where the table is as it was included, else what is wrong with it."""
    try:
        _verified(name, folder)
    except DamagedData as error:
        return str(error)
    return ""


def _verified(name: str, folder: Path) -> pd.DataFrame:
    return _included_table(name) if folder == DATA else _stored_table(name, folder)


def _table(name: str, folder: Path) -> pd.DataFrame:
    entry = resource(name, folder)
    path, fields = folder / entry["path"], entry["schema"]["fields"]
    check_file(path, entry["bytes"], entry["hash"])
    try:
        frame = _read(path, fields)
        problem = schema_problem(frame, fields)
        if len(frame) != entry["rows"]:
            problem = problem or f"it has {len(frame):,} rows, not {entry['rows']:,}"
    except OSError as error:
        raise _gone(error, folder) from None
    except (ValueError, TypeError, LookupError) as error:  # no number, in a column with gaps
        problem = str(error).splitlines()[0]
    if problem:
        raise DamagedData(
            f"{_called(path)} does not fit datapackage.json: {problem}; {_restore(folder)}"
        )
    return frame


_included_table = cache(lambda name: _table(name, DATA))
_stored_table = remembered(_table)


def check_file(path: Path, size: int, sha256: str) -> None:
    """Raise `DamagedData` unless the file is there and has this size and this "sha256:..."."""
    digest, found = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
                found += len(block)
    except OSError as error:
        raise _gone(error, path.parent) from None
    if found < size:
        raise DamagedData(
            f"{_called(path)} is truncated: {found:,} of {size:,} bytes; {_restore(path.parent)}"
        )
    if f"sha256:{digest.hexdigest()}" != sha256:
        kept = "stored" if _is_stored(path.parent) else "included"
        raise DamagedData(
            f"{_called(path)} was altered: its sha256 is not the one {kept}; "
            f"{_restore(path.parent)}"
        )


def _gone(error: OSError, folder: Path) -> DamagedData:
    name = _called(Path(error.filename or folder))
    return DamagedData(f"{name} is missing or cannot be read; {_restore(folder)}")


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
    for field in fields:
        column, rules = frame[field["name"]], field.get("constraints", {})
        if not _TYPES[field["type"]](column) and not column.isna().all():
            return f"column {field['name']} is not {field['type']}"
        if rules.get("required") and (
            column.isna().any() or (field["type"] == "string" and (column == "").any())
        ):
            return f"column {field['name']} has empty cells"
        if "enum" in rules and not column.isin(rules["enum"]).all():
            return f"column {field['name']} holds other values than {', '.join(rules['enum'])}"
    return ""
