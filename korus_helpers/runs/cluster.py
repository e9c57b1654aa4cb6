"""The runs of a batch on a Dask cluster."""

import contextlib
import itertools
import logging
import time
from asyncio import CancelledError
from collections.abc import Iterator, Sequence

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.cluster_worker import difference, make_there, unlike
from korus_helpers.runs.engines import Limits
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.inputs import at_hand
from korus_helpers.runs.luggage import pack
from korus_helpers.runs.setting import Ended
from korus_helpers.runs.store import Address, Store
from korus_helpers.runs.task import Task, failed

AHEAD = 2  # runs handed out for each thread of a worker: one that is made, one that waits
CONNECT = 10  # seconds for the scheduler to answer
PATIENCE = 60  # seconds without any worker
LOOK_EVERY = 1.0  # seconds, for workers that came or went


def on_cluster(
    tasks: Sequence[Task], store: Store, scheduler: str, engine: str, limits: Limits
) -> Iterator[Ended]:
    """The runs made by the workers of `scheduler`, as they end, each put in its place in `store`.

    A run whose worker is lost is made again by another one. No more runs are handed out than the
    workers can begin soon, so that neither texts nor results heap up. Raises InputError where the
    package is missing, and NetworkOrDiskError for a scheduler that cannot be reached, a worker
    that has not what this machine has, and no worker at all.
    """
    if not tasks:
        return
    with _connected(scheduler) as client:
        _await_workers(client, scheduler)
        _require_alike(client)
        there = str(store) if isinstance(store, Address) else ""
        waiting, under_way = iter(tasks), {}
        try:
            while True:
                room = AHEAD * sum(client.nthreads().values()) - len(under_way)
                for task in itertools.islice(waiting, max(room, 0)):
                    future = client.submit(
                        make_there, pack(task), engine, limits, there, pure=False
                    )
                    under_way[future] = task
                if not under_way:
                    break
                for future in _next_ended(client, scheduler, list(under_way)):
                    task = under_way.pop(future)
                    yield _received(future, task, store)
                    future.release()
        except CancelledError:
            raise NetworkOrDiskError(f"The scheduler {scheduler} was lost") from None
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(under_way), force=True)


@contextlib.contextmanager
def _connected(scheduler: str):
    try:
        import distributed
    except ImportError:
        raise InputError(
            "A cluster needs one more package; type: pip install 'korus-helpers[cluster]'"
        ) from None
    # What goes wrong is said in one sentence; Dask would add pages.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as problem:
        raise NetworkOrDiskError(
            f"There is no Dask scheduler at {scheduler}; start one with: dask scheduler"
        ) from problem
    with client, client.as_current():
        yield client


def _await_workers(client, scheduler: str) -> None:
    from distributed import TimeoutError

    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise NetworkOrDiskError(_no_workers(scheduler)) from None


def _no_workers(scheduler: str) -> str:
    return f"The scheduler {scheduler} has no workers; start one with: dask worker {scheduler}"


def _require_alike(client) -> None:
    for worker, problem in client.run(difference, at_hand(), on_error="return").items():
        if isinstance(problem, Exception):  # it cannot even import the function
            problem = "no korus of this version"
        if problem:
            raise NetworkOrDiskError(unlike(worker, problem))


def _next_ended(client, scheduler: str, futures: list) -> list:
    """Those that have ended, at least one."""
    from distributed import TimeoutError, wait

    seen = time.monotonic()
    while True:
        try:
            return list(wait(futures, timeout=LOOK_EVERY, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if client.nthreads():
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE:
                raise NetworkOrDiskError(_no_workers(scheduler)) from None


def _received(future, task: Task, store: Store) -> Ended:
    """What became of a run, its files put in their place."""
    from distributed import KilledWorker

    try:
        ended, files = future.result()
    except KilledWorker as lost:
        workers = lost.allowed_failures + 1
        return failed(task, f"{workers} workers were lost while they made it")
    except OSError:
        raise
    except Exception as problem:
        what = f"{type(problem).__name__}: {problem}"
        raise NetworkOrDiskError(f"A worker cannot make a run ({what})") from problem
    name = task.setting.name
    if files:
        place = store.workplace(name)
        for file, content in files.items():
            write_whole(place / file, content)
        store.keep(name, place)
    return ended
