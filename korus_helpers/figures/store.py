"""The user's data folder: releases and sectors that were downloaded, beside those included.

Each is a folder with a data package of its own, in the same form as the included tables. One file,
`manifest.json`, lists them with the sha256 of every file; what it does not list is never read.
`acquire.storing` writes it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from korus_helpers.errors import DamagedData
from korus_helpers.figures.tables import (
    DATA,
    SECTORS,
    VINTAGES,
    check_file,
    forget,
    open_table,
    package,
    remembered,
    seal,
    unseal,
)

MANIFEST = "manifest.json"
LARGEST = 20_000_000  # bytes of a manifest; an entry has about a thousand
TABLE = "sector_monthly"  # of a sector that was fetched
ALL = "all"  # every HS chapter
CLASSIFICATIONS = {"hs": "HS", "naics": "NAICS", "enduse": "end-use"}
SECTOR = re.compile(r"census-(hs|naics|enduse):(all|\d+(\+\d+)*)")
_on_trial: list[Path] = []
_damaged_left_out: list[bool] = []


@dataclass(frozen=True)
class Package:
    """A release or a sector that the store keeps: `files` are names with bytes and "sha256:..."."""

    kind: str
    name: str
    folder: Path
    files: Mapping[str, tuple[int, str]] = field(compare=False)


@dataclass(frozen=True)
class Manifest:
    """What the store keeps, and the folders that were begun or are to be removed.

    `unfinished` names these below the data folder, each with the files that the store put there.
    """

    packages: tuple[Package, ...] = ()
    unfinished: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self) -> str:
        """As it stands in the file, with a sha256 of itself."""
        return seal({
            "packages": [
                {"kind": one.kind, "name": one.name, "folder": one.folder.name, "files": one.files}
                for one in self.packages
            ],
            "unfinished": self.unfinished,
        })  # fmt: skip


def read_manifest(folder: Path) -> Manifest:
    """What the manifest of a data folder lists, nothing where there is none.

    Raises `DamagedData` for a manifest that is not as the store wrote it, and OSError.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            kept = unseal(file.read(LARGEST))
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except ValueError:
        raise DamagedData(
            f"{path}, the list of downloaded figures, was altered; type `korus refresh`, or "
            "`korus refresh --file FILE` for each file that you have, to store them anew"
        ) from None
    packages = (
        Package(one["kind"], one["name"], folder / one["kind"] / one["folder"], one["files"])
        for one in kept["packages"]
    )
    return Manifest(tuple(packages), kept["unfinished"])


def data_folder() -> Path | None:
    """Where downloads are kept: `KORUS_DATA`, or the user's data folder unless that is set.

    None where `KORUS_DATA` is set to nothing: then only the included figures are seen.
    """
    named = os.environ.get("KORUS_DATA")
    if named is not None:
        return Path(named).expanduser().absolute() if named else None
    from platformdirs import user_data_path

    return user_data_path("korus", appauthor=False)


def nothing_stored() -> bool:
    """Whether this machine has the included figures alone, as far as a look tells."""
    folder = data_folder()
    return folder is None or not os.path.lexists(folder)


@remembered
def packages(kind: str) -> tuple[Package, ...]:
    """The user's vintages or sectors, by name; one whose folder was deleted is none any more.

    Raises `DamagedData` where the manifest cannot be read.
    """
    folder = data_folder()
    if folder is None:
        return ()
    try:
        listed = read_manifest(folder).packages
    except OSError as error:
        raise DamagedData(
            f"{folder / MANIFEST}, the list of downloaded figures, cannot be read "
            f"({error.strerror}); ask its owner for the right to read it, or name another folder "
            "in KORUS_DATA"
        ) from None
    except DamagedData:
        if _damaged_left_out:
            return ()
        raise
    mine = [one for one in listed if one.kind == kind and not _is_gone(one.folder)]
    if _damaged_left_out:
        mine = [one for one in mine if not problem_of(one)]
    return tuple(sorted(mine, key=lambda one: one.name))


def _is_gone(folder: Path) -> bool:
    try:
        folder.lstat()
    except FileNotFoundError:
        return True
    except OSError:  # it may be there: what is read from it will tell
        return False
    return False


def problem_of(stored: Package) -> str:
    """What is wrong with a stored package, or "": every file is looked at anew each time."""
    try:
        for name, known in stored.files.items():
            check_file(stored.folder / name, *known)
    except DamagedData as error:
        return str(error)
    return ""


def vintage_folders() -> tuple[Path, ...]:
    """Where releases lie: the included tables first, then those of the user, then one on trial."""
    return (DATA, *(one.folder for one in packages(VINTAGES)), *_on_trial)


def has_table(name: str, folder: Path) -> bool:
    """Whether the package in a folder holds a table of this name."""
    return any(entry["name"] == name for entry in package(folder)["resources"])


def kept_as(table: str, folder: Path) -> str:
    """What a table of any package is called in evidence: "goods_annual_of_2026_11".

    An included table keeps its name.
    """
    return table if folder == DATA else f"{table}_of_{re.sub(r'[^a-z0-9]', '_', folder.name)}"


def located(name: str) -> tuple[str, Path]:
    """The table and the package of a name that `kept_as` gave."""
    table, _, _ = name.partition("_of_")
    stored = (*vintage_folders()[1:], *(one.folder for one in packages(SECTORS)))
    held = (folder for folder in stored if kept_as(table, folder) == name)
    return next(((table, folder) for folder in held), (name, DATA))


@remembered
def every(name: str) -> pd.DataFrame:
    """The rows of one table in the included package and in each of the user's releases."""
    held = [open_table(name, one) for one in vintage_folders() if has_table(name, one)]
    return pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]


@remembered
def publications() -> pd.DataFrame:
    """Every source of figures by `source_id`: publisher, title, address, release, licence."""
    return every("sources").drop_duplicates("source_id").set_index("source_id")


def sector_package(name: str, partner_code: str) -> str:
    """The package of a sector with one partner: "census-hs_8703+8708_5800"."""
    return f"{name.replace(':', '_')}_{partner_code}"


@remembered
def fetched(name: str) -> dict[str, Path]:
    """The package that holds a sector for each partner that it was fetched for, by code.

    A sector is named by classification and codes: "census-hs:8703+8708". Its table is
    `sector_monthly`, whole dollars; missing where the API had no row of the flow at all.
    """
    if not SECTOR.fullmatch(name):
        return {}
    begin = sector_package(name, "")
    mine = (one for one in packages(SECTORS) if one.name.startswith(begin))
    return {one.name.removeprefix(begin): one.folder for one in mine}


@contextmanager
def damaged_left_out() -> Iterator[None]:
    """See what is stored without what is damaged, so that it can be stored anew."""
    with _seen(_damaged_left_out, True):
        yield


@contextmanager
def on_trial(folder: Path) -> Iterator[None]:
    """See the release in `folder` as if it were stored, for as long as the block runs."""
    with _seen(_on_trial, folder):
        yield


@contextmanager
def _seen(place: list, value: object) -> Iterator[None]:
    place.append(value)
    forget()
    try:
        yield
    finally:
        place.remove(value)
        forget()
