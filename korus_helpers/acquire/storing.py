"""Writing into the user's data folder: whole or not at all, one writer at a time.

Every folder stands in `manifest.json` before it is made, so that what a writer that was stopped
left behind is known as ours, and nothing else is ever removed.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from uuid import uuid4

import pandas as pd

from korus_helpers.errors import DamagedData, InputError, NetworkOrDiskError
from korus_helpers.figures.store import (
    MANIFEST,
    Manifest,
    Package,
    data_folder,
    forget,
    read_manifest,
)
from korus_helpers.figures.tables import DESCRIPTOR, resource

PATIENCE = 600  # seconds to wait for another writer
LARGE = 5000  # rows from which a table is Parquet
LONGEST = 120  # characters of a folder


class Store:
    """The data folder while it is locked for one writer; `kind` is vintages or sectors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._part.unlink(missing_ok=True)
        try:
            self.manifest = read_manifest(folder)
        except DamagedData:  # a copy stays; what it listed is stored anew, or stays unread
            shutil.copyfile(folder / MANIFEST, _free(folder, f"{MANIFEST}.damaged"))
            self.manifest = Manifest()
            self._keep(self.manifest)

    def hidden(self, kind: str) -> Path:
        """A new folder that nobody reads, for a package in the making."""
        place = self.folder / kind / f".{uuid4().hex}"
        self._begin(place, ())
        place.parent.mkdir(exist_ok=True)
        place.mkdir()
        return place

    def publish(self, kind: str, name: str, staged: Path) -> Path:
        """Give a finished package its place; it replaces the one of this name, if there is one."""
        (self.folder / kind).mkdir(exist_ok=True)
        place = _free(self.folder / kind, name[:LONGEST])
        files = {path.name: _described(path) for path in sorted(staged.iterdir()) if _is_ours(path)}
        self._begin(place, tuple(files))
        _flushed(staged, files)
        staged.rename(place)
        _flush_folder(place.parent)
        old = [one for one in self.manifest.packages if (one.kind, one.name) == (kind, name)]
        others = tuple(one for one in self.manifest.packages if one not in old)
        unfinished = self.manifest.unfinished | {
            self._named(one.folder): tuple(one.files) for one in old
        }
        del unfinished[self._named(place)]  # that of an old one, too, if its folder was deleted
        self._keep(Manifest((*others, Package(kind, name, place, files)), unfinished))
        forget()
        return place

    def sweep(self) -> None:
        """Remove what was begun and is not listed: our files in it, and the folder if empty then.

        What cannot be removed now stays recorded.
        """
        kept = self.manifest.unfinished
        left = {named: names for named, names in kept.items()
                if not _removed(self.folder / named, names)}  # fmt: skip
        if left != kept:
            self._keep(replace(self.manifest, unfinished=left))

    @property
    def _part(self) -> Path:
        return self.folder / f"{MANIFEST}.part"

    def _named(self, place: Path) -> str:
        return place.relative_to(self.folder).as_posix()

    def _begin(self, place: Path, names: tuple[str, ...]) -> None:
        unfinished = {**self.manifest.unfinished, self._named(place): names}
        self._keep(replace(self.manifest, unfinished=unfinished))

    def _keep(self, manifest: Manifest) -> None:
        """Write the manifest: on the disk before it takes the place of the last one."""
        with self._part.open("w", encoding="utf-8") as file:
            file.write(manifest.text())
            file.flush()
            os.fsync(file.fileno())
        self._part.replace(self.folder / MANIFEST)
        _flush_folder(self.folder)
        self.manifest = manifest


def _free(folder: Path, name: str) -> Path:
    """A place of this name, or with a number behind it where something has the name."""
    names = chain([name], (f"{name}_{number}" for number in count(2)))
    return next(folder / one for one in names if not os.path.lexists(folder / one))


def _removed(folder: Path, names: Iterable[str]) -> bool:
    """Remove these files (all of ours where none is named), and the folder if it is empty then."""
    try:
        for path in [folder / name for name in names] or list(filter(_is_ours, folder.iterdir())):
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    with suppress(OSError):
        folder.rmdir()
    return True


def _is_ours(path: Path) -> bool:
    """Whether `write_package` makes files of this name."""
    return path.name == DESCRIPTOR or path.suffix in (".csv", ".parquet")


def _described(path: Path) -> tuple[int, str]:
    content = path.read_bytes()
    return len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"


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
    except OSError as error:
        if isinstance(error, NetworkOrDiskError):
            raise
        raise disk_failure(folder, error) from None


def disk_failure(folder: Path, error: OSError) -> NetworkOrDiskError:
    """A sentence for a disk that does not take what is written."""
    reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
    return NetworkOrDiskError(
        f"the data folder {folder} cannot be written ({reason}); stored figures are as they "
        "were; KORUS_DATA names another folder"
    )


def write_package(
    folder: Path,
    name: str,
    title: str,
    tables: Mapping[str, pd.DataFrame],
    origins: Sequence[Mapping[str, object]],
    schemas: Mapping[str, dict] | None = None,
) -> None:
    """Write tables and `datapackage.json`, the tables in the form of the shipped ones.

    `origins` are the files the figures come from (`title, path, retrieved, bytes, hash`); `schemas`
    describe tables that do not ship (an entry of `resources` without path, bytes and hash).
    """
    resources = []
    for table, frame in tables.items():
        entry = dict((schemas or {}).get(table) or resource(table))
        columns = [field["name"] for field in entry["schema"]["fields"]]
        path = folder / f"{table}.{'parquet' if len(frame) > LARGE else 'csv'}"
        if path.suffix == ".parquet":
            frame[columns].to_parquet(path, index=False, compression="zstd")
        else:
            frame[columns].to_csv(path, index=False, lineterminator="\n")
        size, sha256 = _described(path)
        media = "text/csv" if path.suffix == ".csv" else "application/vnd.apache.parquet"
        entry |= {
            "name": table, "path": path.name, "format": path.suffix[1:], "mediatype": media,
            "bytes": size, "hash": sha256,
            "rows": len(frame), "vintage": folder_vintage(frame, name), "sources": list(origins),
        }  # fmt: skip
        resources.append(entry)
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name, "version": "1.0.0", "title": title, "resources": resources,
    }  # fmt: skip
    text = json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(text, "utf-8")


def folder_vintage(frame: pd.DataFrame, name: str) -> str:
    """The release named in a table, or the name of its package."""
    return str(frame.vintage.iloc[0]) if "vintage" in frame and len(frame) else name


def _flushed(folder: Path, names: Iterable[str]) -> None:
    """Every file of a finished package on the disk, before the manifest says that it is whole."""
    for name in names:
        with open(folder / name, "r+b") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
