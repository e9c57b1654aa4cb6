"""Many runs: one for each setting, several at a time, with an index over all."""

import contextlib
import functools
import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.batch_index import batch_index
from korus_helpers.runs.cluster import Task, on_cluster
from korus_helpers.runs.forks import Engine
from korus_helpers.runs.grid import Grid
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.kernels import Limits
from korus_helpers.runs.parameters import Parameter
from korus_helpers.runs.pdf import require_pdf
from korus_helpers.runs.plan import inputs_of, plan
from korus_helpers.runs.run import RECORD, OutputError, make_run
from korus_helpers.runs.setting import Ended, Setting

INDEX, INDEX_RECORD = "index.html", "batch.json"
MAKING, LOCK = ".korus-making", ".korus-lock"  # where runs are made; who is at work
AT_THE_END = 1.5  # seconds for the index of a batch that is interrupted


class Folder:
    """A folder that holds one folder for each run, and the index above them.

    One batch at a time works in it, until `close`. What no batch wrote is neither replaced nor
    deleted: of a run that is what its record lists.
    """

    def __init__(self, path: Path):
        """Raises InputError where `path` is no folder and its parent is none either, where another
        batch is at work in it, and where it has an index that no batch wrote.
        """
        from filelock import FileLock, Timeout

        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is not a folder; choose another one with --out.")
        if not path.parent.is_dir():
            parent = shlex.quote(str(path.parent))
            raise InputError(f"There is no folder {path.parent}; type: mkdir -p {parent}")
        path.mkdir(exist_ok=True)
        self.path = path
        self._lock = FileLock(path / LOCK)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"Another batch is at work in {path}; wait for its end, or choose another folder"
                " with --out."
            ) from None
        indexes = [name for name in (INDEX_RECORD, INDEX) if _is_there(path / name)]
        if indexes and "runs" not in _read(path / INDEX_RECORD):
            self.close()
            raise _not_ours(path / indexes[0])

    def record(self, run: str) -> dict:
        """run.json of a finished run, empty where there is none.

        Raises InputError where something lies in the place of the run that no run wrote.
        """
        place = self.path / run
        found = _read(place / RECORD)
        if not _is_there(place):
            return {}
        files = found.get("files")
        if place.is_symlink() or not isinstance(files, dict):
            raise _not_ours(place)
        for path in place.rglob("*"):
            name = path.relative_to(place).as_posix()
            if name not in files and name != RECORD and (path.is_symlink() or not path.is_dir()):
                raise _not_ours(path)
        return found

    def workplace(self, run: str) -> Path:
        """A new folder in which the run is made."""
        place = self.path / MAKING / run
        shutil.rmtree(place, ignore_errors=True)  # left by a batch that was killed
        place.mkdir(parents=True)
        return place

    def keep(self, run: str) -> None:
        """Put what was made in the place of an earlier run of the name, if it can be kept."""
        made, place = self.path / MAKING / run, self.path / run
        if not (made / RECORD).exists():
            return
        if self.record(run):
            earlier = made.with_name(f"{run}.earlier")
            place.rename(earlier)
            shutil.rmtree(earlier, ignore_errors=True)
        made.rename(place)

    def write_index(self, page: str, record: str) -> None:
        write_whole(self.path / INDEX_RECORD, record.encode())
        write_whole(self.path / INDEX, page.encode())

    def close(self) -> None:
        """Leave nothing half made behind."""
        shutil.rmtree(self.path / MAKING, ignore_errors=True)
        self._lock.release()


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _read(path: Path) -> dict:
    """A record, empty where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _not_ours(path: Path) -> InputError:
    return InputError(
        f"{path} was not written by korus batch, or is damaged; move it away, or choose another"
        " folder with --out."
    )


@dataclass(frozen=True)
class Way:
    """How the runs of a batch are made."""

    workers: int  # at a time on this machine
    engine: str
    limits: Limits
    scheduler: str = ""  # the address of a Dask cluster that makes them instead


@dataclass(frozen=True)
class BatchResult:
    """What a batch leaves."""

    index: Path  # its page
    ended: tuple[Ended, ...]  # in the order of the settings


def run_batch(
    grid: Grid,
    notebooks: dict[str, Path],
    declared: dict[str, dict[str, Parameter]],
    folder: Folder,
    engine: Engine,
    way: Way,
    *,
    command: str,
    pdf: str,
    force: bool,
    progress: bool,
) -> BatchResult:
    """Make every run of `grid` that `folder` does not hold already, and write the index over all.

    `engine` makes them, or on a cluster the index alone; it is stopped in the end.
    A run whose inputs are those of a finished one is kept, unless `force`. A run that fails is kept
    as far as it came and named in the index; the others complete. Raises InputError, OutputError
    where the place does not take a run, and KeyboardInterrupt: then too the index tells what is
    there, and the same call goes on where this one ended.
    """
    from tqdm import tqdm

    begun, now = time.perf_counter(), datetime.now().astimezone()
    ended: dict[str, Ended] = {}

    def write_index(do: Callable[..., Any], more: Sequence[str] = ()) -> None:
        """Over the runs that have ended, in the order of the settings."""
        rows = [ended[one.name] for one in grid.settings if one.name in ended]
        about = (rows, [*grid.left_out, *more], list(notebooks), command)
        folder.write_index(*do(batch_index, *about, now, time.perf_counter() - begun))

    try:
        if pdf:
            require_pdf()
        due = []
        for setting in grid.settings:
            task = _task(setting, notebooks, declared, now, pdf)
            earlier = _earlier(task, folder.record(setting.name))
            if earlier and not force:
                ended[setting.name] = earlier
            else:
                due.append(task)
        if way.scheduler:
            made = on_cluster(due, folder, way.scheduler, way.engine, way.limits)
        else:
            made = _local(due, folder, engine, way.workers)
        bar = tqdm(desc="Runs", total=len(due), unit="run", disable=not progress)
        with bar, contextlib.closing(made):
            for one in made:
                ended[one.setting.name] = one
                bar.update()
        write_index(engine.do)
    except (KeyboardInterrupt, OSError) as stop:
        engine.stop()
        missing = len(grid.settings) - len(ended)
        with contextlib.suppress(Exception):  # what stopped the batch may stop this as well
            still = f"The batch was stopped; {missing:,} runs are still to be made."
            write_index(functools.partial(engine.do, seconds=AT_THE_END), [still])
        place = (
            f"{len(ended):,} of {len(grid.settings):,} runs are finished in {folder.path};"
            " the same command goes on from there."
        )
        if isinstance(stop, KeyboardInterrupt):
            raise KeyboardInterrupt(f"Stopped; {place}") from None
        if isinstance(stop, NetworkOrDiskError):
            raise NetworkOrDiskError(f"{stop}; {place}") from stop
        reason = stop.__cause__ if isinstance(stop, OutputError) else stop
        raise OutputError(
            f"A run cannot be written ({reason.strerror or reason}); {place}"
        ) from stop
    finally:
        engine.stop()
        folder.close()
    return BatchResult(folder.path / INDEX, tuple(ended[one.name] for one in grid.settings))


def _task(
    setting: Setting,
    notebooks: dict[str, Path],
    declared: dict[str, dict[str, Parameter]],
    now: datetime,
    pdf: str,
) -> Task:
    prepared = plan(notebooks, declared, setting.parameters, now, pdf)
    return setting, replace(prepared, inputs=inputs_of(prepared))


def _earlier(task: Task, record: dict) -> Ended | None:
    """The run that an earlier call finished with the same inputs."""
    setting, prepared = task
    with contextlib.suppress(KeyError, TypeError):  # a record that somebody edited
        done = all(one["outcome"] == "done" for one in record["notebooks"])
        if done and record["inputs"] == prepared.inputs:
            return Ended(setting, "done", float(record["seconds"]), kept=True)
    return None


def _local(
    tasks: Sequence[Task], folder: Folder, engine: Engine, workers: int
) -> Iterator[Ended]:  # fmt: skip
    """The runs made on this machine, as they end."""
    pool = ThreadPoolExecutor(workers)

    def make(task: Task) -> Ended:
        setting, prepared = task
        place = folder.workplace(setting.name)
        ended = make_run(setting, replace(prepared, folder=place), engine)
        folder.keep(setting.name)
        return ended

    try:
        for future in as_completed([pool.submit(make, task) for task in tasks]):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        engine.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
