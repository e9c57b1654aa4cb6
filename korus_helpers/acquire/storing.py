"""Writing into the user's data folder: whole or not at all, one writer at a time.

A folder stands in `manifest.json` as unfinished before it is made, and as a package once all of it
is on the disk. So what a stopped writer left is known as ours, and nothing else is ever removed.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

import pandas as pd

from korus_helpers.errors import DamagedData, InputError, NetworkOrDiskError
from korus_helpers.figures.store import MANIFEST, Manifest, Package, data_folder, read_manifest
from korus_helpers.figures.tables import DESCRIPTOR, forget, resource, seal

PATIENCE = 600  # seconds to wait for another writer
LARGE = 5000  # rows from which a table is Parquet
LONGEST = 120  # characters of a folder


@dataclass(frozen=True)
class Content:
    """A package to be stored: its tables, and the files they come from.

    `origins` are entries of `sources` (`title, path, retrieved, bytes, hash`); `schemas` describe
    tables that are not included (an entry of `resources` without path, bytes and hash).
    """

    name: str
    title: str
    tables: Mapping[str, pd.DataFrame]
    origins: Sequence[Mapping[str, object]]
    schemas: Mapping[str, dict] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """The file of each table, by its name."""
        return {
            name: f"{name}.{'parquet' if len(rows) > LARGE else 'csv'}"
            for name, rows in self.tables.items()
        }

    def write(self, folder: Path) -> dict[str, tuple[int, str]]:
        """Write tables and `datapackage.json`: every file with its bytes and "sha256:..."."""
        resources = []
        for name, file in self.files.items():
            rows, path = self.tables[name], folder / file
            entry = self.schemas.get(name) or resource(name)
            rows = rows[[one["name"] for one in entry["schema"]["fields"]]]
            kind = path.suffix[1:]
            if kind == "parquet":
                rows.to_parquet(path, index=False, compression="zstd")
            else:
                rows.to_csv(path, index=False, lineterminator="\n")
            size, sha256 = _described(path)
            named = "vintage" in rows and len(rows)
            resources.append(entry | {
                "name": name, "path": file, "format": kind,
                "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
                "bytes": size, "hash": sha256, "rows": len(rows),
                "vintage": str(rows.vintage.iloc[0]) if named else self.name,
                "sources": list(self.origins),
            })  # fmt: skip
        descriptor = {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": self.name, "version": "1.0.0", "title": self.title, "resources": resources,
        }  # fmt: skip
        (folder / DESCRIPTOR).write_text(seal(descriptor), "utf-8")
        return {name: _described(folder / name) for name in (*self.files.values(), DESCRIPTOR)}


def _described(path: Path) -> tuple[int, str]:
    """Bytes and sha256 of a file, which is on the disk then."""
    with path.open("r+b") as file:  # Windows flushes only what may be written
        os.fsync(file.fileno())
        content = file.read()
    return len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"


class Store:
    """The data folder while it is locked for one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._part.unlink(missing_ok=True)
        try:
            self.manifest = read_manifest(folder)
        except DamagedData:  # a copy stays; what it listed is stored anew, or stays unread
            shutil.copyfile(folder / MANIFEST, _free(folder, f"{MANIFEST}.damaged"))
            self._keep(Manifest())

    def add(self, kind: str, name: str, content: Content) -> Path:
        """Store a package of a kind (vintages or sectors) in place of the one of this name."""
        place = _free(self.folder / kind, name[:LONGEST])
        unfinished = {**self.manifest.unfinished}
        unfinished[f"{kind}/{place.name}"] = (*content.files.values(), DESCRIPTOR)
        self._keep(replace(self.manifest, unfinished=unfinished))
        place.mkdir(parents=True)
        files = content.write(place)
        _flush_folder(place)
        _flush_folder(place.parent)
        del unfinished[f"{kind}/{place.name}"]
        packages = [Package(kind, name, place, files)]
        for one in self.manifest.packages:
            if (one.kind, one.name) != (kind, name):
                packages.append(one)
            elif one.folder != place:
                unfinished[f"{kind}/{one.folder.name}"] = tuple(one.files)
        self._keep(Manifest(tuple(packages), unfinished))
        forget()
        return place

    def sweep(self) -> None:
        """Remove our files in what was begun and is not listed, and the folder if empty then.

        What cannot be removed now stays recorded.
        """
        begun = self.manifest.unfinished
        left = {at: names for at, names in begun.items() if not _removed(self.folder / at, names)}
        if left != begun:
            self._keep(replace(self.manifest, unfinished=left))

    @property
    def _part(self) -> Path:
        return self.folder / f"{MANIFEST}.part"

    def _keep(self, manifest: Manifest) -> None:
        """Write the manifest: on the disk before it takes the place of the last one."""
        self._part.write_text(manifest.text(), "utf-8")
        _described(self._part)
        self._part.replace(self.folder / MANIFEST)
        _flush_folder(self.folder)
        self.manifest = manifest


def _free(folder: Path, name: str) -> Path:
    """A place of this name, or with a number behind it where something has the name."""
    names = chain([name], (f"{name}_{number}" for number in count(2)))
    return next(folder / one for one in names if not os.path.lexists(folder / one))


def _removed(folder: Path, names: Iterable[str]) -> bool:
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
    except OSError:
        return False
    with suppress(OSError):  # it is gone, or others have something in it
        folder.rmdir()
    return True


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def required_folder() -> Path:
    """The data folder; raises `InputError` where none is named."""
    folder = data_folder()
    if folder is None:
        raise InputError(
            "KORUS_DATA is set to nothing, so that only the included figures are seen; "
            "unset it, or name a folder in it"
        )
    return folder


@contextmanager
def store() -> Iterator[Store]:
    """The user's data folder, locked; what stopped writers left is swept before and after.

    Raises `InputError` where no folder is named, and `NetworkOrDiskError` (one sentence) for a disk
    that is full or cannot be written.
    """
    folder = required_folder()
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=PATIENCE):
            forget()  # another writer may have stored something while this one waited
            held = Store(folder)
            held.sweep()
            try:
                yield held
            finally:
                with suppress(OSError):
                    held.sweep()
    except Timeout:
        raise NetworkOrDiskError(f"another command writes into {folder}; try again later") from None
    except NetworkOrDiskError:
        raise
    except OSError as error:
        full = error.errno == errno.ENOSPC
        reason = "the disk is full" if full else (error.strerror or str(error))
        raise NetworkOrDiskError(
            f"the data folder {folder} cannot be written ({reason}); stored figures are as they "
            "were; KORUS_DATA names another folder"
        ) from None
