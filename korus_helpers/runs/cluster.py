"""The runs of a batch on a Dask cluster: `make_run`, which the local pool calls, by its workers.

A worker makes as many runs at a time as it has threads, all with one engine, which it keeps.
"""

import contextlib
import functools
import logging
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.figures.tables import forget
from korus_helpers.runs.engine import Engine, Limits, share_of_memory
from korus_helpers.runs.grid import Ended, Setting
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.plan import Packed, Plan, at_hand, pack, unpack
from korus_helpers.runs.run import make_run

AHEAD = 2  # runs handed out for each thread of a worker: one that is made, one that waits
CONNECT = 10  # seconds for the scheduler to answer
PATIENCE = 60  # seconds without any worker
Files = dict[str, bytes]


def on_cluster(
    tasks: list[tuple[Setting, Plan]], folder, scheduler: str, engine: str, limits: Limits
) -> Iterator[Ended]:
    """The runs made by the workers of `scheduler`, as they end, each put in its place in `folder`.

    A run whose worker is lost is made again by another one. Raises InputError where the package is
    missing, OSError where `folder` does not take a run, and NetworkOrDiskError for a scheduler that
    cannot be reached, a worker that has not what this machine has, and no worker.
    """
    with contextlib.closing(_made(tasks, scheduler, engine, limits)) as made:
        for ended, files in made:
            with folder.making(ended.setting.name) as place:
                for name, content in files.items():
                    write_whole(place / name, content)
            yield ended


def _made(
    tasks: list[tuple[Setting, Plan]], scheduler: str, engine: str, limits: Limits
) -> Iterator[tuple[Ended, Files]]:
    """Runs as they end, and their files by their paths."""
    if not tasks:
        return
    waiting, under_way, seen = list(reversed(tasks)), {}, time.monotonic()
    with _connected(scheduler) as (distributed, client):
        try:
            while waiting or under_way:
                threads = sum(client.nthreads().values())
                # No more than they can begin soon, so that neither texts nor results heap up.
                while waiting and len(under_way) < max(1, AHEAD * threads):
                    setting, plan = waiting.pop()
                    given = setting, pack(plan), at_hand(), engine, limits
                    under_way[client.submit(make_there, *given, pure=False)] = setting
                ended = ()
                with contextlib.suppress(TimeoutError):
                    ended = distributed.wait(list(under_way), 1, return_when="FIRST_COMPLETED").done
                if ended or threads:
                    seen = time.monotonic()
                elif time.monotonic() - seen > PATIENCE:
                    raise NetworkOrDiskError(
                        f"The scheduler {scheduler} has no worker; start one with: dask worker"
                        f" {scheduler}"
                    )
                for work in ended:
                    setting = under_way.pop(work)
                    try:
                        yield work.result()
                    except distributed.KilledWorker as lost:
                        count = lost.allowed_failures + 1
                        reason = f"every worker that made it was lost ({count} of them)"
                        yield Ended(setting, "failed", 0.0, failures=(("", reason, ""),)), {}
        except NetworkOrDiskError:
            raise
        except (OSError, CancelledError):
            raise NetworkOrDiskError(f"The scheduler {scheduler} was lost") from None
        except Exception as problem:
            raise NetworkOrDiskError(
                f"A worker cannot make runs ({type(problem).__name__}: {problem}); scheduler and"
                " workers need the korus of this machine"
            ) from problem
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


def make_there(
    setting: Setting, packed: Packed, client: dict[str, str], engine: str, limits: Limits
) -> tuple[Ended, Files]:
    """On a worker: one run, and its files. Raises NetworkOrDiskError where it has not what the
    client has, or cannot write.
    """
    from distributed import get_worker

    worker = get_worker()
    forget()  # figures may have been refreshed
    here = at_hand()
    if other := [what for what in here if here[what] != client[what]]:
        raise NetworkOrDiskError(
            f"The worker {worker.address} has other {other[0]} of korus than this machine; give it"
            " the same, or stop it"
        )
    try:
        with tempfile.TemporaryDirectory(prefix="korus-") as folder:
            plan = unpack(packed, Path(folder))
            ended = make_run(setting, plan, _engine(engine, limits, worker.state.nthreads))
            left = [path for path in sorted(plan.folder.rglob("*")) if path.is_file()]
            return ended, {str(path.relative_to(plan.folder)): path.read_bytes() for path in left}
    except OSError as error:
        raise NetworkOrDiskError(
            f"The worker {worker.address} cannot write a run ({error.strerror or error})"
        ) from None


@functools.cache
def _engine(name: str, limits: Limits, threads: int) -> Engine:
    return Engine(name, replace(limits, memory=limits.memory or share_of_memory(threads)))
