"""Notebooks in forks of a process that has every library loaded: multiprocessing's fork server.

    this process → fork server → supervisor of one notebook → its cells, and all that they start

The cells share nothing with the next notebook: they have no descriptor but their own and hand back
files. The supervisor runs no line of a notebook. It keeps the limits, ends all that was started,
writes the reports, and ends with whoever asked. For Linux, and only while the fork server has a
single thread; elsewhere each notebook has a kernel of its own.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import forkserver, process, resource_tracker, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from korus_helpers.errors import InputError
from korus_helpers.runs import supervisor
from korus_helpers.runs.kernels import NO_LIMITS, KernelEngine, Limits, environment
from korus_helpers.runs.supervisor import TICK, CannotFork

# Not at import, so that the fork server begins to load at once.
if TYPE_CHECKING:
    from korus_helpers.runs.execute import Outcome
    from korus_helpers.runs.part import Part
    from korus_helpers.runs.plan import Plan

FORK, KERNEL = "fork", "kernel"
# numpy's BLAS and pyarrow's allocator would start threads at import; another of pyarrow's would
# reserve 1 GB, which counts as taken where memory is limited.
ONE_THREAD = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
PATIENCE = 1.0  # seconds for a supervisor to end all that a notebook started
_starting = threading.Lock()  # multiprocessing is not made for several threads


class Lost(RuntimeError):
    """The process of a call ended before it answered."""


class ForkEngine:
    """A fork for each notebook and its reports, or a kernel where no fork is safe.

    For any thread; ended by `stop`, or at the end of a `with`.
    """

    def __init__(self, limits: Limits = NO_LIMITS):
        self.limits = limits
        self.stopped = self._ready = False
        self._running: set[Any] = set()
        self._instead: KernelEngine | None = None
        try:
            with _starting:
                _start_server()  # it loads while the caller prepares
        except CannotFork:
            self._fall_back()

    def __enter__(self) -> "ForkEngine":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def execute(self, notebook: Path, parameters: Mapping[str, object], target: Path) -> "Outcome":
        """As `korus_helpers.runs.execute.execute`, without reports."""
        return self._call("execute", supervisor.execute_watched, (notebook, parameters, target))

    def part(self, plan: "Plan", name: str) -> "Part":
        """The notebook `name` of `plan`, executed and reported on; one that is lost has failed."""
        from korus_helpers.runs.part import lost_part

        try:
            return self._call("part", supervisor.part, (plan, name))
        except Lost as end:
            return lost_part(name, str(end))

    def do(self, function: Callable[..., Any], *args: object, seconds: float | None = None) -> Any:
        """What `function(*args)` returns or raises, in a fork that has the libraries loaded.

        Raises Lost where the fork ends before it answers, or takes longer than `seconds`. After a
        `stop` too it is done, where that needs no new fork server.
        """
        return self._call("do", supervisor.do, (function, *args), seconds)

    def stop(self) -> None:
        """End every fork and all that it started, for good."""
        self.stopped = True
        if self._instead:
            self._instead.stop()
        elif not self._ready and (server := forkserver._forkserver._forkserver_pid):
            with contextlib.suppress(OSError), _starting:
                os.kill(server, signal.SIGKILL)  # it may load for long, and nobody waits for it
                forkserver._forkserver._stop()  # so that another engine starts a new one
        running, end = set(self._running), time.monotonic() + PATIENCE
        for one in running:
            one.terminate()
        while running & self._running and time.monotonic() < end:
            time.sleep(TICK)
        for one in running & self._running:
            one.kill()

    def _fall_back(self) -> None:
        with _starting:
            self._instead = self._instead or KernelEngine(self.limits)

    def _call(self, name: str, function, args: tuple, seconds: float | None = None) -> Any:
        """`function(limits, *args)` in a supervisor, or what the other engine calls `name`."""
        if self._instead is None:
            try:
                return self._fork(function, (self.limits, *args), seconds)
            except CannotFork:
                self._fall_back()
        return getattr(self._instead, name)(*args)

    def _fork(self, function: Callable[..., Any], args: tuple, seconds: float | None) -> Any:
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe(duplex=False)
        given = (theirs, function, args, dict(os.environ), os.getcwd())
        child = context.Process(target=supervisor.supervise, args=given, daemon=True)
        try:
            with _starting, _as_any_caller():
                if self.stopped and (function is not supervisor.do or not self._ready):
                    raise Lost("it was stopped")
                _start_server()
                try:
                    child.start()
                except (OSError, EOFError):  # it was ended, so another one is started, once
                    with contextlib.suppress(OSError):
                        forkserver._forkserver._stop()
                    _start_server()
                    child = context.Process(target=supervisor.supervise, args=given, daemon=True)
                    child.start()
        except (OSError, EOFError):
            raise Lost("the fork server ended") from None
        finally:
            theirs.close()
        self._running.add(child)
        kind, value = "lost", None
        try:
            if (not self.stopped or function is supervisor.do) and ours.poll(seconds):
                kind, value = ours.recv()
                self._ready = True
        except (EOFError, OSError):
            pass
        finally:
            ours.close()
            if kind == "lost":  # what has answered is about to end
                with _starting:
                    child.terminate()
                    child.join(PATIENCE)
                    child.kill()
                    child.join()
            self._running.discard(child)
        if kind == "returned":
            return value
        late = f"its report took longer than {self.limits.timeout} seconds"
        ended = (
            late if child.exitcode == -signal.SIGALRM else "the process ended before it answered"
        )
        raise value or Lost(ended)


Engine = ForkEngine | KernelEngine


def start_engine(name: str, limits: Limits = NO_LIMITS) -> Engine:
    """The engine `name`, "fork" or "kernel"; whoever starts it stops it. Raises InputError."""
    if name not in (FORK, KERNEL):
        raise InputError(f"There is no engine {name!r}; type fork or kernel.")
    return (KernelEngine if name == KERNEL else ForkEngine)(limits)


def _start_server() -> None:
    """Let the fork server load, unless it does or did. Raises CannotFork."""
    if sys.platform != "linux" or not hasattr(os, "fork"):
        raise CannotFork("this system does not fork processes safely")
    folder = util.get_temp_dir()
    before = dict(os.environ)
    preload = supervisor.preload.__name__
    os.environ.update(environment(Path(folder)) | ONE_THREAD | {preload: folder})
    resource_tracker.ensure_running()  # else the fork server starts it, and lifts what is blocked
    # Ctrl-C is for the caller to heed.
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.set_forkserver_preload([preload])
        forkserver.ensure_running()
    except OSError as error:  # its socket does not fit where temporary files lie
        raise CannotFork(f"the fork server cannot be started ({error})") from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


@contextlib.contextmanager
def _as_any_caller() -> Iterator[None]:
    """A fork must not run the main module of its caller again, and daemons may fork too.

    Dask's workers are daemons; what a fork leaves behind ends with it here.
    """
    main, settings = sys.modules["__main__"], process.current_process()._config
    is_daemon = settings.pop("daemon", False)
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        settings.update({"daemon": True} if is_daemon else {})
