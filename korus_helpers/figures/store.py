"""The user's data folder: vintages and sectors that were downloaded, beside those that ship.

Each is a folder with a data package of its own, in the same form as the shipped tables. One file,
`manifest.json`, lists them with the sha256 of every file; what it does not list is never read.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from korus_helpers.errors import DamagedData
from korus_helpers.figures.tables import (
    DATA,
    DESCRIPTOR,
    SECTORS,
    VINTAGES,
    check_file,
    forget,
    open_table,
    package,
    remembered,
)

MANIFEST = "manifest.json"
LARGEST = 20_000_000  # bytes of a manifest; an entry has about a thousand
_FOLDER = re.compile(rf"({VINTAGES}|{SECTORS})/[\w.+-]+")
TABLE = "sector_monthly"
ALL = "all"  # every HS chapter
CLASSIFICATIONS = {"hs": "HS", "naics": "NAICS", "enduse": "end-use"}
NAME = re.compile(r"census-(hs|naics|enduse):(all|\d+(\+\d+)*)")
_extra: list[Path] = []
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
    """What the store keeps, and the folders it began: made and not listed yet, or to be removed.

    `unfinished` names them below the data folder, each with its files ("()" where not known yet).
    """

    packages: tuple[Package, ...] = ()
    unfinished: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self) -> str:
        """As it stands in the file, with a sha256 of itself."""
        kept = {
            "packages": [
                {"kind": one.kind, "name": one.name, "folder": one.folder.name,
                 "files": {name: list(known) for name, known in one.files.items()}}
                for one in self.packages
            ],
            "unfinished": {place: list(names) for place, names in self.unfinished.items()},
        }  # fmt: skip
        return json.dumps({"hash": _hash(kept), **kept}, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """What the manifest of a data folder lists, nothing where there is none.

    Raises `DamagedData` for a manifest that is not as the store wrote it, and OSError.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    try:
        kept = json.loads(content)
        if kept.pop("hash") != _hash(kept):
            raise ValueError("altered")
        packages = tuple(
            Package(one["kind"], one["name"], _inside(folder, f"{one['kind']}/{one['folder']}"),
                    {_plain(name): tuple(known) for name, known in one["files"].items()})
            for one in kept["packages"]
        )  # fmt: skip
        unfinished = {
            str(_inside(folder, place).relative_to(folder)): tuple(map(_plain, names))
            for place, names in kept["unfinished"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise DamagedData(
            f"{path}, the list of downloaded figures, was altered; type `korus refresh`, or "
            "`korus refresh --file FILE` for each file that you have, to store them anew"
        ) from None
    return Manifest(packages, unfinished)


def _hash(kept: object) -> str:
    text = json.dumps(kept, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _inside(folder: Path, place: str) -> Path:
    if not _FOLDER.fullmatch(place) or Path(place).name in (".", ".."):
        raise ValueError("not a folder of the store")
    return folder / place


def _plain(name: str) -> str:
    if name != Path(name).name:
        raise ValueError("not the name of a file")
    return name


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


@remembered
def checked(stored: Package) -> Path:
    """The folder of a package whose descriptor is as it was stored; raises `DamagedData`.

    The descriptor holds the sha256 of each table, which is looked at when the table is opened.
    """
    check_file(stored.folder / DESCRIPTOR, *stored.files[DESCRIPTOR])
    return stored.folder


def problem_of(stored: Package) -> str:
    """What is wrong with a stored package, or "": every file is looked at anew each time."""
    try:
        for name, known in stored.files.items():
            check_file(stored.folder / name, *known)
    except DamagedData as error:
        return str(error)
    return ""


@contextmanager
def damaged_left_out() -> Iterator[None]:
    """See what is stored without what is damaged, so that it can be stored anew."""
    _damaged_left_out.append(True)
    forget()
    try:
        yield
    finally:
        _damaged_left_out.pop()
        forget()


def not_listed() -> list[str]:
    """Folders that look like packages and are not listed, which are left alone: "vintages/x"."""
    folder = data_folder()
    known = {one.folder for kind in (VINTAGES, SECTORS) for one in packages(kind)}
    places = (folder / kind for kind in (VINTAGES, SECTORS)) if folder else ()
    return [
        f"{place.name}/{one.name}"
        for place in places
        for one in _inside_of(place)
        if one not in known and not one.name.startswith(".") and os.path.isfile(one / DESCRIPTOR)
    ]


def _inside_of(place: Path) -> Iterable[Path]:
    try:
        return sorted(place.iterdir())
    except OSError:
        return ()


def vintage_folders() -> tuple[Path, ...]:
    """Where vintages lie: the shipped tables first, then those of the user, then one on trial."""
    return (DATA, *map(checked, packages(VINTAGES)), *_extra)


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
    for folder in vintage_folders()[1:]:
        if kept_as(table, folder) == name:
            return table, folder
    for one in packages(SECTORS):
        if kept_as(table, one.folder) == name:
            return table, checked(one)
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


def package_name(name: str, partner_code: str) -> str:
    """The package of a sector with one partner: "census-hs_8703+8708_5800"."""
    return f"{name.replace(':', '_')}_{partner_code}"


@remembered
def fetched(name: str) -> dict[str, Path]:
    """The package that holds a sector for each partner that it was fetched for, by code.

    Its table is `sector_monthly`, columns as in `schema`, whole dollars; missing where the API had
    no row of the flow at all. Raises `DamagedData`.
    """
    if not NAME.fullmatch(name):
        return {}
    mine = re.compile(re.escape(package_name(name, "")) + r"(\d{4})")
    found = ((mine.fullmatch(one.name), one) for one in packages(SECTORS))
    return {match[1]: checked(one) for match, one in found if match}
