"""Where the runs of a batch lie: a folder of this machine, or an fsspec address."""

import contextlib
import json
import shlex
import shutil
import tempfile
from pathlib import Path

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.harvest import write_whole

MAKING = ".making"  # where runs are made
RECORD = "run.json"


class Folder:
    """A folder that holds one folder for each run, and the index above them.

    One batch at a time works in it, until `close`.
    """

    def __init__(self, path: Path):
        """Raises InputError where `path` is no folder and its parent is none either.

        InputError too where another batch is at work in it.
        """
        from filelock import FileLock, Timeout

        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is not a folder; choose another one with --out.")
        if not path.parent.is_dir():
            parent = shlex.quote(str(path.parent))
            raise InputError(f"There is no folder {path.parent}; type: mkdir -p {parent}")
        path.mkdir(exist_ok=True)
        self.path = path
        self._lock = FileLock(path / ".lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"Another batch is at work in {path}; wait for its end, or choose another folder"
                " with --out."
            ) from None

    def __str__(self) -> str:
        return str(self.path)

    def record(self, run: str) -> dict:
        """run.json of a finished run, empty where there is none."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.path / run / RECORD).read_text(encoding="utf-8"))
        return {}

    def workplace(self, run: str) -> Path:
        """A new folder in which the run is made."""
        place = self.path / MAKING / run
        shutil.rmtree(place, ignore_errors=True)  # left by a batch that was killed
        place.mkdir(parents=True)
        return place

    def keep(self, run: str, made: Path) -> None:
        """Put what lies in the folder `made` in the place of an earlier run of the name."""
        place = self.path / run
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)

    def close(self) -> None:
        """Leave nothing half made behind."""
        shutil.rmtree(self.path / MAKING, ignore_errors=True)
        self._lock.release()

    def write(self, file: str, content: bytes) -> None:
        write_whole(self.path / file, content)


class Address:
    """A folder at an fsspec address, such as s3://bucket/reports, used as `Folder` is.

    Runs are made in a folder of this machine. Safe for threads.
    """

    def __init__(self, address: str):
        """Raises InputError for an address of no known kind or without the package for it.

        Raises NetworkOrDiskError where nothing can be written.
        """
        self.address = address.rstrip("/")
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise InputError(
                "Addresses need one more package; type: pip install 'korus-helpers[cluster]'"
            ) from None
        try:
            self._files, self._path = url_to_fs(self.address)
        except (ImportError, ValueError) as problem:
            raise InputError(f"Nothing can be written to {address}: {problem}.") from None
        with self._writing():
            self._files.makedirs(self._path, exist_ok=True)
            trial = f"{self._path}/{MAKING}"
            self._files.pipe_file(trial, b"")
            self._files.rm_file(trial)
        self._here = tempfile.TemporaryDirectory(prefix="korus-", ignore_cleanup_errors=True)

    def __str__(self) -> str:
        return self.address

    def record(self, run: str) -> dict:
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self._files.cat_file(f"{self._path}/{run}/{RECORD}"))
        return {}

    def workplace(self, run: str) -> Path:
        return Path(tempfile.mkdtemp(dir=self._here.name))

    def keep(self, run: str, made: Path) -> None:
        """A run is there when its run.json is, which is taken away first and written last."""
        place = f"{self._path}/{run}"
        paths = [path for path in made.rglob("*") if path.is_file()]
        with self._writing():
            self._files.invalidate_cache(place)
            if self._files.exists(place):
                if self._files.exists(f"{place}/{RECORD}"):
                    self._files.rm_file(f"{place}/{RECORD}")
                self._files.rm(place, recursive=True)
            for path in sorted(paths, key=lambda path: (path == made / RECORD, path)):
                target = f"{place}/{path.relative_to(made).as_posix()}"
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(path), target)
        shutil.rmtree(made, ignore_errors=True)

    def close(self) -> None:
        self._here.cleanup()

    def write(self, file: str, content: bytes) -> None:
        with self._writing():
            self._files.pipe_file(f"{self._path}/{file}", content)

    @contextlib.contextmanager
    def _writing(self):
        """Whatever a file system raises, as one error with a sentence."""
        try:
            yield
        except Exception as problem:
            reason = getattr(problem, "strerror", None) or f"{problem}" or type(problem).__name__
            raise NetworkOrDiskError(f"{self.address} cannot be written ({reason})") from problem


Store = Folder | Address


def store_at(out: str) -> Store:
    """The store at a path or an address, which has "://" in it. Raises as the stores do."""
    return Address(out) if "://" in out else Folder(Path(out))
