"""The user's data folder: vintages and sectors that were downloaded, beside those that ship.

Each is a folder with a data package of its own, in the same form as the shipped tables.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from korus_helpers.sources.tables import DATA, SECTORS, VINTAGES, open_table, package

HIDDEN = "."  # what a download that was stopped left behind begins with it
F = TypeVar("F", bound=Callable)
_extra: list[Path] = []
_remembered: list = []


def remembered(function: F) -> F:
    """A `functools.cache` of what rests on stored vintages, emptied by `forget`."""
    kept = cache(function)
    _remembered.append(kept)
    return kept


def forget() -> None:
    """Look again at what is stored: everything that rests on it is read anew."""
    for kept in _remembered:
        kept.cache_clear()


def data_folder() -> Path | None:
    """Where downloads are kept: `KORUS_DATA`, or the user's data folder unless that is set.

    None where `KORUS_DATA` is set to nothing: then only the shipped figures are seen.
    """
    named = os.environ.get("KORUS_DATA")
    if named is not None:
        return Path(named).expanduser().absolute() if named else None
    from platformdirs import user_data_path

    return user_data_path("korus", appauthor=False)


def nothing_stored() -> bool:
    """Whether this machine has the shipped figures alone, as far as a look tells."""
    folder = data_folder()
    return folder is None or not folder.is_dir()


@remembered
def packages(kind: str) -> tuple[Path, ...]:
    """The folders of the user's vintages or sectors, by name; read once per process."""
    folder = data_folder()
    if folder is None or not (folder / kind).is_dir():
        return ()
    inside = sorted((folder / kind).iterdir())
    return tuple(one for one in inside if one.is_dir() and not one.name.startswith(HIDDEN))


def vintage_folders() -> tuple[Path, ...]:
    """Where vintages lie: the shipped tables first, then those of the user, then one on trial."""
    return (DATA, *packages(VINTAGES), *_extra)


def has_table(name: str, folder: Path) -> bool:
    """Whether the package in a folder holds a table of this name."""
    return any(entry["name"] == name for entry in package(folder)["resources"])


def kept_as(table: str, folder: Path) -> str:
    """What a table of any package is called in evidence: "goods_annual_of_2026_11".

    A shipped table keeps its name.
    """
    return table if folder == DATA else f"{table}_of_{re.sub(r'[^a-z0-9]', '_', folder.name)}"


def located(name: str) -> tuple[str, Path]:
    """The table and the package of a name that `kept_as` gave."""
    table, _, _ = name.partition("_of_")
    for folder in (*vintage_folders()[1:], *packages(SECTORS)):
        if kept_as(table, folder) == name:
            return table, folder
    return name, DATA


@remembered
def every(name: str) -> pd.DataFrame:
    """The rows of one table in the shipped package and in each of the user's vintages."""
    held = [open_table(name, one) for one in vintage_folders() if has_table(name, one)]
    return pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]


@remembered
def publications() -> pd.DataFrame:
    """Every source of figures by `source_id`: publisher, title, address, release, licence."""
    return every("sources").drop_duplicates("source_id").set_index("source_id")


@contextmanager
def on_trial(folder: Path) -> Iterator[None]:
    """See the vintage in `folder` as if it were stored, for as long as the block runs."""
    _extra.append(folder)
    forget()
    try:
        yield
    finally:
        _extra.remove(folder)
        forget()
