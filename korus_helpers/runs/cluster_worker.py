"""What a worker of a Dask cluster does: the run that the local pool would make.

A worker makes as many runs at a time as it has threads, all with one engine, which it keeps.
"""

import atexit
import functools
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from korus_helpers.errors import NetworkOrDiskError
from korus_helpers.runs.engines import Limits, start_engine
from korus_helpers.runs.inputs import AtHand, at_hand
from korus_helpers.runs.luggage import Luggage, unpack
from korus_helpers.runs.machine import share_of_memory
from korus_helpers.runs.setting import Ended
from korus_helpers.runs.store import Address
from korus_helpers.runs.task import Engine, make_run
from korus_helpers.sources.stored import forget

_lock = threading.Lock()


def make_there(
    luggage: Luggage, engine: str, limits: Limits, address: str
) -> tuple[Ended, dict[str, bytes]]:
    """Make one run; what became of it, and its files by their paths.

    They are written to the fsspec `address` instead, if there is one. Raises NetworkOrDiskError
    where this worker has not what the client has, or cannot write.
    """
    from distributed import get_worker

    worker, files = get_worker(), {}
    if problem := difference(luggage.at_hand):
        raise NetworkOrDiskError(unlike(worker.address, problem))

    def collect(name: str, made: Path) -> None:
        paths = sorted(path for path in made.rglob("*") if path.is_file())
        files.update((path.relative_to(made).as_posix(), path.read_bytes()) for path in paths)

    try:
        with tempfile.TemporaryDirectory(prefix="korus-") as folder:
            task = unpack(luggage, Path(folder))
            place, keep = Path(folder, "run"), collect
            if address:
                store = _store(address)
                place, keep = store.workplace(task.setting.name), store.keep
            place.mkdir(exist_ok=True)
            started = _engine(engine, limits, worker.state.nthreads)
            return make_run(task, place, started, keep), files
    except OSError as error:
        raise NetworkOrDiskError(
            f"The worker {worker.address} cannot write a run ({error.strerror or error})"
        ) from None


def difference(theirs: AtHand) -> str:
    """In what this machine differs from another one, "" if in nothing."""
    forget()  # figures may have been refreshed
    ours = at_hand()
    if ours.version != theirs.version:
        return f"korus {ours.version} and not {theirs.version}"
    if ours.code != theirs.code:
        return "other code of korus than this machine"
    return "other figures than this machine" if ours.figures != theirs.figures else ""


def unlike(address: str, problem: str) -> str:
    return f"The worker {address} has {problem}; give it the same, or stop it"


@functools.cache
def _store(address: str) -> Address:
    return Address(address)


def _engine(name: str, limits: Limits, threads: int) -> Engine:
    with _lock:
        return _started(name, limits, threads)


@functools.cache
def _started(name: str, limits: Limits, threads: int) -> Engine:
    limits = replace(limits, memory=limits.memory or share_of_memory(threads))
    engine = start_engine(name, limits)
    atexit.register(engine.stop)
    return engine
