"""Many runs: one for each setting, several at a time, with an index over all."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from korus_helpers.errors import NetworkOrDiskError
from korus_helpers.runs.batch_index import batch_page, batch_record
from korus_helpers.runs.cluster import on_cluster
from korus_helpers.runs.engines import Engine, Limits
from korus_helpers.runs.grid import Grid
from korus_helpers.runs.inputs import inputs_of
from korus_helpers.runs.parameters import Parameter
from korus_helpers.runs.pdf import require_pdf
from korus_helpers.runs.plan import plan
from korus_helpers.runs.run import OutputError
from korus_helpers.runs.setting import Ended, Setting
from korus_helpers.runs.store import Store
from korus_helpers.runs.task import Task, make_run


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

    index: str  # the address of its page
    ended: tuple[Ended, ...]  # in the order of the settings


def run_batch(
    grid: Grid,
    notebooks: dict[str, Path],
    declared: dict[str, dict[str, Parameter]],
    store: Store,
    engine: Engine,
    way: Way,
    *,
    command: str,
    pdf: str,
    force: bool,
    progress: bool,
) -> BatchResult:
    """Make every run of `grid` that `store` does not hold already, and write the index over all.

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
        about = ([*grid.left_out, *more], list(notebooks), command)
        seconds = time.perf_counter() - begun
        day = f"{now.day} {now:%B %Y, %H:%M}"
        page, record = do(_index, rows, *about, day, now.isoformat("T", "seconds"), seconds)
        store.write("index.html", page.encode())
        store.write("batch.json", record.encode())

    try:
        if pdf:
            require_pdf()
        tasks = [_task(one, notebooks, declared, now, pdf) for one in grid.settings]
        due = []
        for task in tasks:
            earlier = None if force else _earlier(task, store.record(task.setting.name))
            if earlier:
                ended[task.setting.name] = earlier
            else:
                due.append(task)
        if way.scheduler:
            made = on_cluster(due, store, way.scheduler, way.engine, way.limits)
        else:
            made = _local(due, store, engine, way.workers)
        bar = tqdm(desc="Runs", total=len(due), unit="run", disable=not progress)
        with bar, contextlib.closing(made):
            for one in made:
                ended[one.setting.name] = one
                bar.update()
        write_index(engine.do)
    except (KeyboardInterrupt, OSError) as stop:
        missing = len(grid.settings) - len(ended)
        with contextlib.suppress(Exception):  # what stopped the batch may stop this as well
            # The engine is stopped, so in this process.
            still = f"The batch was stopped; {missing:,} runs are still to be made."
            write_index(lambda make, *about: make(*about), [still])
        place = (
            f"{len(ended):,} of {len(grid.settings):,} runs are finished in {store};"
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
        store.close()
    return BatchResult(f"{store}/index.html", tuple(ended[one.name] for one in grid.settings))


def _task(
    setting: Setting,
    notebooks: dict[str, Path],
    declared: dict[str, dict[str, Parameter]],
    now: datetime,
    pdf: str,
) -> Task:
    prepared = plan(notebooks, declared, setting.parameters, now, pdf)
    return Task(setting, replace(prepared, inputs=inputs_of(prepared)))


def _earlier(task: Task, record: dict) -> Ended | None:
    """The run that an earlier call finished with the same inputs."""
    same = record.get("inputs") == task.plan.inputs
    if same and all(one["outcome"] == "done" for one in record["notebooks"]):
        return Ended(task.setting, "done", record["seconds"], kept=True)
    return None


def _local(tasks: Sequence[Task], store: Store, engine: Engine, workers: int) -> Iterator[Ended]:
    """The runs made on this machine, as they end."""
    pool = ThreadPoolExecutor(workers)

    def make(task: Task) -> Ended:
        return make_run(task, store.workplace(task.setting.name), engine, store.keep)

    try:
        for future in as_completed([pool.submit(make, task) for task in tasks]):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        engine.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _index(rows, left_out, notebooks, command, day, started, seconds) -> tuple[str, str]:
    return (
        batch_page(rows, left_out, notebooks, command, day, seconds),
        batch_record(rows, left_out, notebooks, command, started, seconds),
    )
