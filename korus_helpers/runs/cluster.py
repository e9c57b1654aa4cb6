"""The runs of a batch on a Dask cluster."""

import contextlib
import itertools
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError

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
    package is missing, OSError where the store does not take a run, and NetworkOrDiskError for a
    scheduler that cannot be reached, a worker that has not what this machine has, and no worker.
    """
    if not tasks:
        return
    there = str(store) if isinstance(store, Address) else ""
    waiting, under_way = iter(tasks), {}
    with _connected(scheduler) as client:
        try:
            with _heard(scheduler):
                _require_alike(client)
            while True:
                with _heard(scheduler):
                    places = max(1, AHEAD * sum(client.nthreads().values()))
                for task in itertools.islice(waiting, max(0, places - len(under_way))):
                    packed = pack(task)
                    future = client.submit(make_there, packed, engine, limits, there, pure=False)
                    under_way[future] = task
                if not under_way:
                    break
                with _heard(scheduler):
                    ended = _next_ended(client, list(under_way))
                for future in ended:
                    task = under_way.pop(future)
                    with _heard(scheduler):
                        one, files = _answer(future, task)
                    _put(store, one, files)
                    yield one
        finally:
            if under_way:
                with contextlib.suppress(Exception):  # the scheduler may be what was lost
                    client.cancel(list(under_way), force=True)


@contextlib.contextmanager
def _connected(scheduler: str):
    try:
        import distributed
    except ImportError:
        raise InputError(
            "A cluster needs one more package; type: pip install 'korus-helpers[cluster]'"
        ) from None
    for name in ("distributed", "distributed.client"):  # what they would say is said once
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        kind, address = distributed.comm.parse_address(scheduler, strict=True)
        # Dask would try again where nobody listens, and wait for ever where no Dask answers.
        with socket.create_connection(distributed.comm.parse_host_port(address), CONNECT) as asked:
            if kind == "tcp" and not asked.recv(1):
                raise ConnectionError
        client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except ValueError:
        raise InputError(
            f"{scheduler!r} is no address of a scheduler; type it as tcp://10.0.0.5:8786."
        ) from None
    except OSError:
        raise NetworkOrDiskError(
            f"No Dask scheduler answers at {scheduler}; start one with: dask scheduler"
        ) from None
    with client, client.as_current():
        yield client


@contextlib.contextmanager
def _heard(scheduler: str):
    """What Dask raises where the scheduler is no more, as one error with a sentence."""
    try:
        yield
    except NetworkOrDiskError:
        raise
    except (OSError, CancelledError):
        raise NetworkOrDiskError(f"The scheduler {scheduler} was lost") from None


def _require_alike(client) -> None:
    """Raise NetworkOrDiskError for a worker that has not what this machine has.

    One that comes later finds out by itself.
    """
    for worker, problem in client.run(difference, at_hand(), on_error="return").items():
        if isinstance(problem, Exception) and not isinstance(problem, OSError):
            problem = "no korus of this version"  # it cannot even import the function
        if isinstance(problem, str) and problem:  # not an OSError: that worker was just lost
            raise NetworkOrDiskError(unlike(worker, problem))


def _next_ended(client, futures: list) -> list:
    """Those that have ended, at least one. Raises NetworkOrDiskError where no worker is left."""
    from distributed import wait

    seen = time.monotonic()
    while time.monotonic() - seen < PATIENCE:
        try:
            return list(wait(futures, timeout=LOOK_EVERY, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if client.nthreads():
                seen = time.monotonic()
    address = client.scheduler.address
    raise NetworkOrDiskError(
        f"The scheduler {address} has no worker; start one with: dask worker {address}"
    )


def _answer(future, task: Task) -> tuple[Ended, dict[str, bytes]]:
    """What became of a run, and its files."""
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as lost:
        times = lost.allowed_failures + 1
        return failed(task, f"every worker that made it was lost ({times} of them)"), {}
    except (OSError, CancelledError):
        raise
    except Exception as problem:
        raise NetworkOrDiskError(
            f"A worker cannot make runs ({type(problem).__name__}: {problem}); scheduler and"
            " workers need the korus of this machine"
        ) from problem
    finally:
        future.release()


def _put(store: Store, ended: Ended, files: dict[str, bytes]) -> None:
    """Put the files of a run in their place, or see that the worker has done so."""
    name = ended.setting.name
    if files:
        place = store.workplace(name)
        for file, content in files.items():
            write_whole(place / file, content)
        store.keep(name, place)
    elif ended.status == "done" and not store.record(name):
        raise NetworkOrDiskError(
            f"A worker has written {name}, but not where this machine reads {store}; choose an"
            " address with --out that is the same place for all of them"
        )
