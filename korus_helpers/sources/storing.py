"""Writing into the user's data folder: whole or not at all, one writer at a time."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.sources.stored import HIDDEN, data_folder, forget
from korus_helpers.sources.tables import SECTORS, VINTAGES, files_of, resource, sha256_of

PATIENCE = 600  # seconds to wait for another writer
LARGE = 5000  # rows from which a table is Parquet


class Store:
    """The data folder while it is locked for one writer; `kind` is vintages or sectors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.swept = self._sweep()

    def publish(self, kind: str, name: str, staged: Path) -> Path:
        """Give a finished package its place, which must be free, in one step."""
        place = self.folder / kind / name
        _flushed(staged)
        staged.rename(place)
        _flush_folder(place.parent)
        forget()
        return place

    def hidden(self, kind: str) -> Path:
        """A new folder that nobody reads, for a package in the making."""
        (self.folder / kind).mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=HIDDEN, dir=self.folder / kind))

    def discard(self, kind: str, name: str) -> None:
        """Take a package away: out of sight in one step, then off the disk."""
        trash = self.hidden(kind)
        (self.folder / kind / name).rename(trash / name)
        shutil.rmtree(trash)

    def _sweep(self) -> int:
        """Remove what writers that were stopped left behind; how many."""
        left = [
            one
            for kind in (VINTAGES, SECTORS)
            if (self.folder / kind).is_dir()
            for one in (self.folder / kind).iterdir()
            if one.name.startswith(HIDDEN)
        ]
        for one in left:
            shutil.rmtree(one)
        return len(left)


def required_folder() -> Path:
    """The data folder; raises `InputError` where none is named."""
    folder = data_folder()
    if folder is None:
        raise InputError(
            "KORUS_DATA is set to nothing, so that only the shipped figures are seen; "
            "unset it, or name a folder in it"
        )
    return folder


@contextmanager
def store() -> Iterator[Store]:
    """The user's data folder, locked; what stopped writers left is swept first.

    Raises `InputError` where no folder is named, and `NetworkOrDiskError` (one sentence) for a disk
    that is full or cannot be written.
    """
    folder = required_folder()
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=PATIENCE):
            forget()  # another writer may have stored something while this one waited
            yield Store(folder)
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
        content = path.read_bytes()
        media = "text/csv" if path.suffix == ".csv" else "application/vnd.apache.parquet"
        entry |= {
            "name": table, "path": path.name, "format": path.suffix[1:], "mediatype": media,
            "bytes": len(content), "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            "rows": len(frame), "vintage": folder_vintage(frame, name), "sources": list(origins),
        }  # fmt: skip
        resources.append(entry)
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name, "version": "1.0.0", "title": title, "resources": resources,
    }  # fmt: skip
    text = json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n"
    (folder / "datapackage.json").write_text(text, "utf-8")


def folder_vintage(frame: pd.DataFrame, name: str) -> str:
    """The release named in a table, or the name of its package."""
    return str(frame.vintage.iloc[0]) if "vintage" in frame and len(frame) else name


def repair() -> tuple[list[tuple[str, str]], int]:
    """Remove every package that does not verify: (name, problem) of each, and leftovers swept."""
    removed = []
    with store() as held:
        for kind in (VINTAGES, SECTORS):
            if not (held.folder / kind).is_dir():
                continue
            for one in sorted((held.folder / kind).iterdir()):
                problem = problem_of(one)
                if problem:
                    held.discard(kind, one.name)
                    removed.append((f"{kind}/{one.name}", problem))
    forget()
    return removed, held.swept


def problem_of(folder: Path) -> str:
    """What is wrong with a stored package, or "": looked at anew each time.

    Its descriptor can be read, and every file is there with the sha256 that stands in it.
    """
    try:
        descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
        entries = [(files_of(entry, folder), entry["hash"]) for entry in descriptor["resources"]]
        if not entries:
            return "its datapackage.json names no table"
    except OSError:
        return "its datapackage.json is missing or cannot be read"
    except (ValueError, LookupError, TypeError):
        return "its datapackage.json is damaged"
    for paths, known in entries:
        called = paths[0].name if len(paths) == 1 else f"one of its {len(paths)} files"
        try:
            found = sha256_of(paths)
        except OSError as error:
            return f"{Path(error.filename or called).name} is missing or cannot be read"
        if found != known:
            return f"{called} was altered: its sha256 is not the one stored"
    return ""


def _flushed(folder: Path) -> None:
    """Every file of a finished package on the disk, before its name says that it is whole."""
    for path in folder.iterdir():
        with open(path, "r+b") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
