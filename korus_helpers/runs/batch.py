"""Many runs: one for each setting, several at a time, with an index over all."""

import contextlib
import json
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.batch_index import batch_index
from korus_helpers.runs.engine import Engine, Limits, Lost
from korus_helpers.runs.grid import Ended, Grid, Setting
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.pdf import require_pdf
from korus_helpers.runs.plan import Declared, Plan, at_hand, inputs_of, plan
from korus_helpers.runs.run import RECORD, make_run

INDEX, INDEX_RECORD = "index.html", "batch.json"
Task = tuple[Setting, Plan]
MAKING, LOCK = ".korus-making", ".korus-lock"  # where runs are made; who is at work
AT_THE_END = Limits(timeout=10)  # for the index of a batch that is interrupted


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
        self.path, self._lock = path, FileLock(path / LOCK)
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
        if not _is_there(place):
            return {}
        found = _read(place / RECORD)
        if place.is_symlink() or not isinstance(found.get("files"), dict):
            raise _not_ours(place)
        for path in place.rglob("*"):
            ours = path.relative_to(place).as_posix() in (RECORD, *found["files"])
            if not ours and (path.is_symlink() or not path.is_dir()):
                raise _not_ours(path)
        return found

    @contextlib.contextmanager
    def making(self, run: str) -> Iterator[Path]:
        """A new folder in which the run is made, and kept in the place of an earlier one of the
        name, if it has a record in the end.
        """
        made, place = self.path / MAKING / run, self.path / run
        shutil.rmtree(made, ignore_errors=True)  # left by a batch that was killed
        made.mkdir(parents=True)
        yield made
        if (made / RECORD).exists():
            if self.record(run):
                earlier = place.rename(made.with_name(f"{run}.earlier"))
                shutil.rmtree(earlier, ignore_errors=True)
            made.rename(place)

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


def run_batch(
    grid: Grid,
    notebooks: dict[str, Path],
    declared: Declared,
    folder: Folder,
    engine: Engine,
    make: Callable[[list[Task], Folder], Iterator[Ended]],
    *,
    command: str,
    pdf: str,
    force: bool,
    progress: bool,
) -> list[Ended]:
    """Let `make` make every run of `grid` that `folder` does not hold already; index all.

    `engine` writes the index, and is stopped in the end. A run whose inputs are those of a finished
    one is kept, unless `force`. A run that fails is kept as far as it came and named in the index;
    the others complete. The answer is in the order of the settings. Raises InputError,
    NetworkOrDiskError where the place does not take a run, and KeyboardInterrupt: then too the
    index tells what is there, and the same call goes on where this one ended.
    """
    from tqdm import tqdm

    begun, now = time.perf_counter(), datetime.now().astimezone()
    ended: dict[str, Ended] = {}
    here = at_hand()

    def look_at(setting: Setting) -> Task:
        """What there is to do; of a run that this call or an earlier one finished, what it gave."""
        prepared = plan(notebooks, declared, setting.parameters, now, pdf)
        prepared = replace(prepared, inputs=inputs_of(prepared, here))
        record = folder.record(setting.name)
        kept = record.get("started") != now.isoformat(timespec="seconds")
        if _is_finished(record, prepared) and not (force and kept):
            ended[setting.name] = Ended(setting, "done", float(record["seconds"]), kept)
        return setting, prepared

    def write_index(limits: Limits | None = None, more: Sequence[str] = ()) -> None:
        """Over the runs that have ended, in the order of the settings."""
        rows = [ended[one.name] for one in grid.settings if one.name in ended]
        about = (rows, [*grid.left_out, *more], list(notebooks), command)
        about = (*about, now, time.perf_counter() - begun)
        try:
            page, record = engine.do(batch_index, *about, limits=limits)
        except Lost:  # stopped before the libraries were loaded, while a cluster made runs
            if not (limits and ended):
                raise
            page, record = batch_index(*about)
        write_whole(folder.path / INDEX_RECORD, record.encode())
        write_whole(folder.path / INDEX, page.encode())

    try:
        if pdf:
            require_pdf()
        tasks = [look_at(setting) for setting in grid.settings]
        due = [(setting, prepared) for setting, prepared in tasks if setting.name not in ended]
        bar = tqdm(desc="Runs", total=len(due), unit="run", disable=not progress)
        with bar, contextlib.closing(make(due, folder)) as made:
            for one in made:
                ended[one.setting.name] = one
                bar.update()
        write_index()
    except (KeyboardInterrupt, OSError) as stop:
        engine.stop()
        for setting in grid.settings:  # what is in its place and was not counted yet
            with contextlib.suppress(InputError, OSError):
                if setting.name not in ended and _is_there(folder.path / setting.name):
                    look_at(setting)
        missing = len(grid.settings) - len(ended)
        with contextlib.suppress(Exception):  # what stopped the batch may stop this as well
            still = f"The batch was stopped; {missing:,} runs are still to be made."
            write_index(AT_THE_END, [still])
        place = (
            f"{len(ended):,} of {len(grid.settings):,} runs are finished in {folder.path};"
            " the same command goes on from there."
        )
        if isinstance(stop, KeyboardInterrupt):
            raise KeyboardInterrupt(f"Stopped; {place}") from None
        if isinstance(stop, NetworkOrDiskError):
            raise NetworkOrDiskError(f"{stop}; {place}") from stop
        raise NetworkOrDiskError(
            f"A run cannot be written ({stop.strerror or stop}); {place}"
        ) from stop
    finally:
        engine.stop()
        folder.close()
    return [ended[one.name] for one in grid.settings]


def _is_finished(record: dict, prepared: Plan) -> bool:
    """Whether an earlier call finished the run with the same inputs."""
    with contextlib.suppress(KeyError, TypeError):  # a record that somebody edited
        done = all(one["outcome"] == "done" for one in record["notebooks"])
        return done and record["inputs"] == prepared.inputs
    return False


def on_this_machine(
    tasks: list[Task], folder: Folder, engine: Engine, workers: int
) -> Iterator[Ended]:
    """The runs, `workers` at a time, as they end. Raises OSError where the place takes no more."""

    def one(setting: Setting, prepared: Plan) -> Ended:
        with folder.making(setting.name) as place:
            return make_run(setting, replace(prepared, folder=place), engine)

    with engine.threads(workers) as pool:
        for future in as_completed([pool.submit(one, *task) for task in tasks]):
            yield future.result()
