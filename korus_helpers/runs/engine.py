"""Notebooks in forks of a process that has every library loaded: multiprocessing's fork server.

    this process → fork server → the cells of one notebook, and all that they start
                              → its report

Cells share nothing with the next notebook, have no descriptor but their own, and hand back files;
this process keeps the limits. For Linux, and only while the fork server has a single thread;
elsewhere a new process starts a kernel.
"""

import contextlib
import ctypes
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import forkserver, process, resource_tracker, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from korus_helpers.errors import InputError
from korus_helpers.runs.execute import Outcome, Part, execute, finish, too_long

if TYPE_CHECKING:  # not at import, so that the fork server begins to load at once
    from korus_helpers.runs.plan import Plan

FORK, KERNEL = "fork", "kernel"
LOOK_EVERY = 0.25  # seconds between two looks for broken limits
GRACE = 2  # seconds after which a cell that does not give up is ended
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PRELOAD = f"{__package__}.preload"
# One thread for each notebook, and none at import: of numpy's BLAS, and of pyarrow's allocator, of
# which another reserves 1 GB, which would count as taken; nothing about frozen modules on stderr;
# figures as JupyterLab shows them, whatever the caller's environment says, and for a phone too.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "KORUS_REPORT": "1",
}
_starting = threading.Lock()  # multiprocessing is not made for several threads
_asking = threading.Lock()
_safe: dict[int, bool] = {}  # fork server that has loaded → whether it may be forked
_running: set[Any] = set()  # processes of all engines


@dataclass(frozen=True)
class Limits:
    """What a notebook may take."""

    timeout: int | None = None  # seconds for each cell, and for the report
    memory: int | None = None  # bytes for all processes of a notebook


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard in the block, for sure.

    A library that loads may swallow a KeyboardInterrupt, as Python does in callbacks; so it is
    raised again each second, until an engine is stopped.
    """

    def interrupt(*_) -> None:
        signal.setitimer(signal.ITIMER_REAL, 1, 1)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    before = {one: signal.signal(one, interrupt) for one in (signal.SIGINT, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for one, handler in before.items():
            signal.signal(one, handler)


def cores() -> int:
    """How many processes can run at the same time here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_of_memory(workers: int) -> int:
    """What each of `workers` notebooks may take of this machine, in bytes."""
    return psutil.virtual_memory().total // (workers + 1)


class Lost(RuntimeError):
    """A process ended before it answered."""


class Engine:
    """A process for each notebook and each report. For any thread; ended by `stop`, or by `with`.

    `name` is "fork" (a kernel where no fork is safe) or "kernel"; raises InputError for another.
    """

    def __init__(self, name: str = FORK, limits: Limits | None = None):
        if name not in (FORK, KERNEL):
            raise InputError(f"There is no engine {name!r}; type fork or kernel.")
        self.name, self.limits, self.stopped = name, limits or Limits(), False
        self._mine: set[Any] = set()
        _start_server()  # it loads while the caller prepares

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def part(self, plan: "Plan", name: str) -> Part:
        """The notebook `name` of `plan`, executed and reported on; one that is lost has failed.

        Raises OSError where the disk does not take it.
        """
        from korus_helpers.runs.run import report_on

        target = plan.folder / f"{name}.ipynb"
        try:
            outcome = self.execute(plan.notebooks[name], plan.typed[name], target, plan.moved)
            if self.stopped or not target.exists():
                return Part(outcome)
            return self.do(report_on, plan, outcome, limits=self.limits)
        except (Lost, MemoryError) as end:
            reason = str(end) or "its report takes more memory than a notebook may"
            return Part(Outcome(name, "failed", 0.0, error=reason))

    def execute(
        self,
        notebook: Path,
        parameters: Mapping[str, object],
        target: Path,
        moved: Mapping[str, str] | None = None,
    ) -> Outcome:
        """As `korus_helpers.runs.execute.execute`; nothing that the cells started is left."""
        how = "forkserver" if self._may_fork() else "spawn"
        here = how == "forkserver" and self.name == FORK
        began, place = time.perf_counter(), Path(tempfile.mkdtemp(dir=util.get_temp_dir()))
        moved = moved or {}
        what = (notebook.absolute(), parameters, target.absolute(), moved, place, here)
        try:
            (place / "cell").touch()
            with self._started(how, _run_cells, self.limits, what) as child:
                broken = self._watch(child, place, here)
            told, number = _read_json(place / "outcome"), _read_json(place / "cell")
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if "errno" in told:
            raise OSError(told["errno"], told["strerror"])
        if "status" in told:
            return Outcome(**told)
        if self.stopped:
            raise Lost("it was stopped")
        with contextlib.suppress(FileNotFoundError):
            finish(notebook, target, moved)
        status = child.exitcode
        end = f"(signal {-status})" if status < 0 else f"(exit status {status})"
        error = broken or told.get("problem") or f"the kernel stopped: Kernel died {end}"
        seconds = time.perf_counter() - began
        return Outcome(target.stem, "failed", seconds, number if broken else None, error)

    def do(self, function: Callable[..., Any], *args: object, limits: Limits | None = None) -> Any:
        """What `function(*args)` returns or raises, in a fork that has the libraries loaded.

        Raises Lost where the fork ends before it answers, or takes longer than `limits` allow.
        """
        if not self._may_fork():
            return function(*args)
        return self._call(function, args, limits or Limits())

    def _call(self, function: Callable[..., Any], args: tuple, limits: Limits) -> Any:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        given = limits, theirs, function, args
        with ours, theirs, self._started("forkserver", _answer, *given):
            theirs.close()
            try:
                if not ours.poll(limits.timeout):
                    raise Lost(f"its report took longer than {limits.timeout} seconds")
                kind, value = ours.recv()
            except (EOFError, OSError):
                raise Lost("the process ended before it answered") from None
        if kind == "returned":
            return value
        raise value

    def stop(self) -> None:
        """End every process and all that it started; `do` alone goes on, if the server can."""
        self.stopped = True
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)  # see `interruptible`
        server = forkserver._forkserver._forkserver_pid
        if server and not _has_loaded(server):
            # It may load for long, and nobody waits for it. Without the lock, which is held by
            # whoever waits until it has loaded; another engine starts a new one.
            with contextlib.suppress(OSError):
                os.kill(server, signal.SIGKILL)
                forkserver._forkserver._stop()
        for child in list(self._mine):
            child.kill()

    @contextlib.contextmanager
    def threads(self, count: int) -> Iterator[ThreadPoolExecutor]:
        """Threads that ask for `count` notebooks at a time; an error in the block stops them."""
        pool = ThreadPoolExecutor(count)
        try:
            yield pool
        except BaseException:
            self.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _may_fork(self) -> bool:
        """Whether the fork server may be forked, as soon as it has loaded. Raises Lost."""
        with _asking:
            if self.stopped and not _has_loaded(forkserver._forkserver._forkserver_pid):
                raise Lost("it was stopped")  # who stops does not wait for libraries
            server = _start_server()
            if server and server not in _safe:
                _safe[server] = not self._call(_problem, (), Limits())
            return _safe.get(server, False)

    @contextlib.contextmanager
    def _started(self, how: str, function: Callable[..., None], *args: object) -> Iterator[Any]:
        """A process of `function(environment, *args)`, until the end of the block."""
        context = multiprocessing.get_context(how)
        variables = os.environ | ENVIRONMENT | {"IPYTHONDIR": f"{util.get_temp_dir()}/ipython"}
        child = context.Process(target=function, args=(variables, *args), daemon=True)
        try:
            with _starting, _as_any_caller():
                child.start()
                _running.add(child)
        except (OSError, EOFError):
            raise Lost("the fork server ended") from None
        self._mine.add(child)
        try:
            if self.stopped and function is _run_cells:
                raise Lost("it was stopped")
            yield child
        finally:
            self._mine.discard(child)
            _end(child)

    def _watch(self, child, place: Path, here: bool) -> str:
        """Wait for the end of the process; the limit that was broken, in words, "" if none.

        In `place` the file "cell" is written when a cell begins; what is printed grows there too.
        When the time of a cell is over the process gets SIGVTALRM, so that it may write what it
        has (a kernel's client sees to it); `GRACE` seconds later it is to be ended, as is what
        takes too much memory with all that it started.
        """
        timeout, memory = self.limits.timeout, self.limits.memory
        most, told = (memory or 0) + psutil.Process(child.pid).memory_info().rss, 0.0
        while child.join(LOOK_EVERY) or child.exitcode is None:
            cell = (place / "cell").stat()
            late = time.time() - cell.st_mtime - timeout if timeout and cell.st_size else -1
            if late > GRACE:
                return too_long(timeout)
            if late > 0 and told != cell.st_mtime and here:
                told = cell.st_mtime
                os.kill(child.pid, signal.SIGVTALRM)
            if memory and _taken(child, place) > most:
                return f"MemoryError: it took more than {memory // 1_000_000:,} MB"
        return too_long(timeout) if told == (place / "cell").stat().st_mtime else ""


def _start_server() -> int:
    """Let the fork server load, unless it does or did; 0 where no process can be forked."""
    if sys.platform != "linux" or not hasattr(os, "fork"):
        return 0
    before = dict(os.environ)
    resource_tracker.ensure_running()  # else the fork server starts it, and lifts what is blocked
    # Ctrl-C is for the caller to heed.
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        os.environ.update(ENVIRONMENT | {PRELOAD: util.get_temp_dir()})
        forkserver.set_forkserver_preload([PRELOAD])
        forkserver.ensure_running()
    except OSError:  # its socket does not fit where temporary files lie
        return 0
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    return forkserver._forkserver._forkserver_pid


def loaded_mark(server: int, folder: str) -> str:
    """The file in `folder` that is there when the fork server of this number has loaded."""
    return f"{folder}/loaded-{server}"


def _has_loaded(server: int | None) -> bool:
    return bool(server) and os.path.exists(loaded_mark(server, util.get_temp_dir()))


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


def _end(child) -> None:
    """End a process and all that it started, those that have left their group included."""
    below = _below(child.pid)
    child.kill()
    child.join()
    with _starting:
        _running.discard(child)
        for _ in range(200):  # a second
            left = [one for one in below if one.is_running()] + _orphans()
            if not left:
                break
            for one in left:
                with contextlib.suppress(psutil.Error):
                    one.kill()
            time.sleep(0.005)


def _orphans() -> list[psutil.Process]:
    """What the fork server was left by processes that have ended."""
    server, known = forkserver._forkserver._forkserver_pid, {child.pid for child in _running}
    if not server:
        return []
    with contextlib.suppress(psutil.Error):
        orphans = [one for one in psutil.Process(server).children() if one.pid not in known]
        return [each for one in orphans for each in (one, *_below(one.pid))]
    return []


def _below(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _taken(child, place: Path) -> int:
    """Bytes that a process and those below it take, shared pages in shares, and have printed."""
    taken = sum(file.stat().st_size for file in place.iterdir())
    with contextlib.suppress(psutil.Error):  # it has just ended
        for one in (psutil.Process(child.pid), *_below(child.pid)):
            used = one.memory_full_info()
            taken += getattr(used, "pss", used.rss)
    return taken


def _read_json(path: Path) -> Any:
    """What a process wrote before it ended, {} if nothing that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


# ---- In the new process


def _begin(variables: Mapping[str, str], limits: Limits) -> None:
    """Be alone, with an environment and limits of its own; end with the fork server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(variables)
    if sys.platform == "linux":
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)  # what leaves its group is found among those below
        if limits.memory:
            _limit(limits.memory)
    if preload := sys.modules.get(PRELOAD):
        preload.begin_fork()


def _answer(variables, limits: Limits, answer, function: Callable[..., Any], args: tuple) -> None:
    """Send what `function(*args)` returns or raises."""
    try:
        _begin(variables, limits)
        said = "returned", function(*args)
    except BaseException as error:
        said = "raised", error
    try:
        answer.send(said)
    except Exception:  # it cannot be pickled
        answer.send(("raised", RuntimeError(f"{type(said[1]).__name__}: {said[1]}")))


def _run_cells(variables, limits: Limits, what: tuple) -> None:
    """Execute a notebook, write what became of it into a file, and never return."""
    *_, place, here = what
    try:
        try:
            _begin(variables, limits if here else Limits())
            for descriptor in (0, 1, 2):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            if here:
                _leave_all()
            told = asdict(execute(*what, limits.timeout))
        except OSError as error:
            told = {"errno": error.errno, "strerror": error.strerror or str(error)}
        except Exception as error:
            told = {"problem": f"{type(error).__name__}: {error}"}
        (place / "outcome").write_text(json.dumps(told))
    finally:
        os._exit(0)  # whatever else is there, threads included, ends here


def _leave_all() -> None:
    """Keep no descriptor of others, and nothing that multiprocessing knows of them."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    forkserver._forkserver.__init__()
    resource_tracker._resource_tracker.__init__()
    process._parent_process, process._current_process = None, sys.modules[PRELOAD].PROCESS


def _limit(memory: int) -> None:
    """More than `memory` bytes beside what it has already raise MemoryError in this process."""
    import resource

    pages = Path("/proc/self/statm").read_text().split()
    memory += int(pages[5]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))


def _problem() -> str:
    """Why the process that was forked is not safe to fork, "" if it is."""
    preload = sys.modules.get(PRELOAD)
    return preload.PROBLEM if preload else "the libraries cannot be loaded"


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value)
