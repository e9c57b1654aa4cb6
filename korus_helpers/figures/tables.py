"""Tables of data packages, each verified once per process before anybody sees it.

A package is a folder with `datapackage.json` (Frictionless Data Package), which holds the sha256 of
every table beside it and of itself: where it is as it was written, no field of it can be wrong.
"""

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
VINTAGES, SECTORS = "vintages", "sectors"  # folders of packages that the user downloaded
RESTORE = (
    "restore it with `git checkout -- korus_helpers/data`, "
    "or install the package again with `pip install --force-reinstall --no-deps .`"
)
_AGAIN = {
    VINTAGES: "type `korus refresh`, or `korus refresh --file FILE` with the file that it is from, "
    "to store it again",
    SECTORS: "type `korus fetch sector` with the same codes and partner to get it again",
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


def seal(content: dict) -> str:
    """JSON text of `content` with the sha256 of itself as its first field."""
    return json.dumps({"hash": _sha256(content), **content}, indent=1, ensure_ascii=False) + "\n"


def unseal(text: bytes) -> dict:
    """What `seal` was given; raises ValueError for every other text."""
    try:
        content = json.loads(text)
        if content.pop("hash") == _sha256(content):
            return content
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError("it was altered")


def _sha256(content: dict) -> str:
    return f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"


def package(folder: Path = DATA) -> dict:
    """The descriptor of a data package; raises `DamagedData` unless it is as it was written."""
    return (_included_package if folder == DATA else _stored_package)(folder)


def _package(folder: Path) -> dict:
    path = folder / DESCRIPTOR
    try:
        return unseal(path.read_bytes())
    except OSError as error:
        raise _gone(error, folder) from None
    except ValueError:
        raise DamagedData(
            f"{_called(path)} is not a data package any more; {_restore(folder)}"
        ) from None


_included_package, _stored_package = cache(_package), remembered(_package)


def resource(name: str, folder: Path = DATA) -> dict:
    """What the data package says of one table: path, hash, schema, basis, vintages, sources."""
    entries = {entry["name"]: entry for entry in package(folder)["resources"]}
    if name not in entries:
        raise InputError(f'no table is named "{name}"; type one of {", ".join(entries)}')
    return entries[name]


def open_table(name: str, folder: Path = DATA) -> pd.DataFrame:
    """One table, after its sha256 and its schema have been checked.

    Text columns (codes among them) hold "" where nothing is recorded; numbers hold NaN. Changing
    the frame that is returned does not change what the next caller gets. Raises `DamagedData`.
    """
    table = (_included_table if folder == DATA else _stored_table)(name, folder)
    return table.copy(deep=False)


def verify(name: str, folder: Path = DATA) -> str:
    """An empty text where the table is as it was included, else what is wrong with it."""
    try:
        open_table(name, folder)
    except DamagedData as error:
        return str(error)
    return ""


def _table(name: str, folder: Path) -> pd.DataFrame:
    entry = resource(name, folder)
    path, fields = folder / entry["path"], entry["schema"]["fields"]
    check_file(path, entry["bytes"], entry["hash"])
    try:
        frame = _read(path, fields)
        problem = _misfit(frame, entry)
    except OSError as error:
        raise _gone(error, folder) from None
    except (ValueError, TypeError, LookupError) as error:  # no number, in a column with gaps
        problem = str(error).splitlines()[0]
    if problem:
        raise DamagedData(
            f"{_called(path)} does not fit datapackage.json: {problem}; {_restore(folder)}"
        )
    return frame


_included_table, _stored_table = cache(_table), remembered(_table)


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
        problem = f"is truncated: {found:,} of {size:,} bytes"
    elif f"sha256:{digest.hexdigest()}" != sha256:
        kept = "stored" if _is_stored(path.parent) else "included"
        problem = f"was altered: its sha256 is not the one {kept}"
    else:
        return
    raise DamagedData(f"{_called(path)} {problem}; {_restore(path.parent)}")


def _is_stored(folder: Path) -> bool:
    return folder.parent.name in (VINTAGES, SECTORS)


def _called(path: Path) -> str:
    """An included file by its name, a stored one with its release: "2026-11/sources.csv"."""
    return path.name if not _is_stored(path.parent) else f"{path.parent.name}/{path.name}"


def _restore(folder: Path) -> str:
    if not _is_stored(folder):
        return RESTORE
    return f"{_AGAIN[folder.parent.name]}, or delete the folder {folder} to do without it"


def _gone(error: OSError, folder: Path) -> DamagedData:
    name = _called(Path(error.filename or folder))
    return DamagedData(f"{name} is missing or cannot be read; {_restore(folder)}")


def _read(path: Path, fields: list[dict]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        from pyarrow.parquet import ParquetFile

        # pandas.read_parquet would start threads, and a process with threads cannot be forked.
        rows = ParquetFile(path, pre_buffer=False).read(use_threads=False)
        return rows.to_pandas(use_threads=False)
    dtypes = {field["name"]: _dtype(field) for field in fields}
    return pd.read_csv(
        path,
        dtype={name: dtype for name, dtype in dtypes.items() if dtype},
        keep_default_na=False,
        na_values={name: [""] for name, dtype in dtypes.items() if dtype != "str"},
    )


def _dtype(field: dict) -> str | None:
    """The dtype to read a CSV column with; integers with gaps stay integers."""
    gaps = not field.get("constraints", {}).get("required")
    return {"string": "str", "integer": "Int64" if gaps else None}.get(field["type"])


def _misfit(frame: pd.DataFrame, entry: dict) -> str:
    """The first way in which the frame is not what its schema says, or ""."""
    fields = entry["schema"]["fields"]
    names = [field["name"] for field in fields]
    if list(frame.columns) != names:
        return f"columns are {', '.join(frame.columns)}, not {', '.join(names)}"
    if len(frame) != entry["rows"]:
        return f"it has {len(frame):,} rows, not {entry['rows']:,}"
    for field in fields:
        column, required = frame[field["name"]], field.get("constraints", {}).get("required")
        if required and (column.isna().any() or (column == "").any()):
            return f"column {field['name']} has empty cells"
        number = field["type"] in ("integer", "number")
        if number and not pd.api.types.is_numeric_dtype(column):
            return f"column {field['name']} is not {field['type']}"
    return ""
