"""The runs of a batch on a Dask cluster: `make_run`, which the local pool calls, by its workers.

A worker makes as many runs at a time as it has threads, all with one engine, which it keeps.
"""

import contextlib
import functools
import itertools
import logging
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.figures.store import forget
from korus_helpers.runs.forks import Engine, start_engine
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.kernels import Limits, share_of_memory
from korus_helpers.runs.plan import Packed, Plan, at_hand, pack, unpack
from korus_helpers.runs.run import make_run
from korus_helpers.runs.setting import Ended, Setting

Task = tuple[Setting, Plan]
AHEAD = 2  # runs handed out for each thread of a worker: one that is made, one that waits
CONNECT = 10  # seconds for the scheduler to answer
PATIENCE = 60  # seconds without any worker
LOOK_EVERY = 1.0  # seconds, for workers that came or went


def on_cluster(
    tasks: Sequence[Task], folder, scheduler: str, engine: str, limits: Limits
) -> Iterator[Ended]:
    """The runs made by the workers of `scheduler`, as they end, each put in its place in `folder`.

    A run whose worker is lost is made again by another one. Raises InputError where the package is
    missing, OSError where `folder` does not take a run, and NetworkOrDiskError for a scheduler that
    cannot be reached, a worker that has not what this machine has, and no worker.
    """
    if not tasks:
        return
    waiting, under_way = iter(tasks), {}
    with _connected(scheduler) as (distributed, client):
        try:
            while True:
                with _heard(scheduler):
                    # No more than they can begin soon, so that neither texts nor results heap up.
                    free = max(1, AHEAD * sum(client.nthreads().values())) - len(under_way)
                    for setting, plan in itertools.islice(waiting, max(0, free)):
                        given = setting, pack(plan), engine, limits
                        under_way[client.submit(make_there, *given, pure=False)] = setting
                    if not under_way:
                        return
                    ended = _ended(distributed, client, list(under_way))
                for work in ended:
                    setting = under_way.pop(work)
                    with _heard(scheduler):
                        one, files = _answer(distributed, work, setting)
                    place = folder.workplace(setting.name)
                    for name, content in files.items():
                        write_whole(place / name, content)
                    folder.keep(setting.name)
                    yield one
        finally:
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
        yield distributed, client


@contextlib.contextmanager
def _heard(scheduler: str):
    """What Dask raises where the scheduler is no more, as one error with a sentence."""
    try:
        yield
    except NetworkOrDiskError:
        raise
    except (OSError, CancelledError):
        raise NetworkOrDiskError(f"The scheduler {scheduler} was lost") from None


def _ended(distributed, client, under_way: list) -> list:
    """Those that have ended, at least one. Raises NetworkOrDiskError where no worker is left."""
    seen = time.monotonic()
    while time.monotonic() - seen < PATIENCE:
        try:
            waited = distributed.wait(under_way, LOOK_EVERY, return_when="FIRST_COMPLETED")
            return list(waited.done)
        except TimeoutError:
            if client.nthreads():
                seen = time.monotonic()
    address = client.scheduler.address
    raise NetworkOrDiskError(
        f"The scheduler {address} has no worker; start one with: dask worker {address}"
    )


def _answer(distributed, work, setting: Setting) -> tuple[Ended, dict[str, bytes]]:
    """What became of a run, and its files by their paths."""
    try:
        return work.result()
    except distributed.KilledWorker as lost:
        reason = f"every worker that made it was lost ({lost.allowed_failures + 1} of them)"
        return Ended(setting, "failed", 0.0, failures=(("", reason, ""),)), {}
    except (OSError, CancelledError):
        raise
    except Exception as problem:
        raise NetworkOrDiskError(
            f"A worker cannot make runs ({type(problem).__name__}: {problem}); scheduler and"
            " workers need the korus of this machine"
        ) from problem
    finally:
        work.release()


def make_there(
    setting: Setting, packed: Packed, engine: str, limits: Limits
) -> tuple[Ended, dict[str, bytes]]:
    """On a worker: one run, and its files. Raises NetworkOrDiskError where it has not what the
    client has, or cannot write.
    """
    from distributed import get_worker

    worker = get_worker()
    forget()  # figures may have been refreshed
    here, there = at_hand(), packed.at_hand
    if other := [what for what in here if here[what] != there[what]]:
        raise NetworkOrDiskError(
            f"The worker {worker.address} has other {other[0]} of korus than this machine; give it"
            " the same, or stop it"
        )
    try:
        with tempfile.TemporaryDirectory(prefix="korus-") as folder:
            place = Path(folder, "run")
            place.mkdir()
            plan = replace(unpack(packed, Path(folder)), folder=place)
            ended = make_run(setting, plan, _engine(engine, limits, worker.state.nthreads))
            paths = [path for path in sorted(place.rglob("*")) if path.is_file()]
            return ended, {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise NetworkOrDiskError(
            f"The worker {worker.address} cannot write a run ({error.strerror or error})"
        ) from None


@functools.cache
def _engine(name: str, limits: Limits, threads: int) -> Engine:
    return start_engine(name, replace(limits, memory=limits.memory or share_of_memory(threads)))
