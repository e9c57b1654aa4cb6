"""Where the runs of a batch lie: a folder of this machine."""

import contextlib
import json
import shlex
import shutil
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.runs.harvest import write_whole

MAKING = ".making"  # where runs are made


class Folder:
    """A folder that holds one folder for each run, and the index above them."""

    def __init__(self, path: Path):
        """Raises InputError where `path` is no folder and its parent is none either."""
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is not a folder; choose another one with --out.")
        if not path.parent.is_dir():
            parent = shlex.quote(str(path.parent))
            raise InputError(f"There is no folder {path.parent}; type: mkdir -p {parent}")
        path.mkdir(exist_ok=True)
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def record(self, run: str) -> dict:
        """run.json of a finished run, empty where there is none."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.path / run / "run.json").read_text(encoding="utf-8"))
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

    def write(self, file: str, content: bytes) -> None:
        write_whole(self.path / file, content)
