"""What a fork of the fork server does for one notebook: its cells in a fork below it, then reports.

It runs no line of the notebook. It keeps the limits, ends all that the cells started, and ends
itself with whoever asked. The cells have no descriptor but their own, and hand back files.
"""

import contextlib
import ctypes
import json
import os
import pickle
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Mapping
from dataclasses import asdict
from multiprocessing import forkserver, process, resource_tracker, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from korus_helpers.runs import preload
from korus_helpers.runs.execute import Outcome, execute, unfinished
from korus_helpers.runs.kernels import Limits, environment

if TYPE_CHECKING:
    from korus_helpers.runs.part import Part
    from korus_helpers.runs.plan import Plan

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
TICK, LOOK_EVERY = 0.005, 0.25  # seconds between two looks: for the end, and for broken limits
GRACE = 2  # seconds after which a cell that does not give up is ended


class CannotFork(RuntimeError):
    """There is no safe fork here; the message says why."""


def supervise(answer, function, args: tuple, variables: Mapping[str, str], folder: str) -> None:
    """Send what `function(*args)` returns or raises; end when the caller or the server ends."""
    if preload.PROBLEM:
        answer.send(("raised", CannotFork(preload.PROBLEM)))
        return
    os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: (_end_all(), os._exit(1)))
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a notebook leaves behind is found among the children
    os.close(forkserver._forkserver._forkserver_alive_fd)  # else the server would wait for us
    if os.getppid() != preload.SERVER:
        os._exit(1)  # it had ended before it could be asked for
    os.environ.clear()
    os.environ.update(variables | environment(Path(util.get_temp_dir())))
    with contextlib.suppress(OSError):
        os.chdir(folder)
    try:
        preload.take_notice()
        said = "returned", function(*args)
    except BaseException as error:
        said = "raised", error
    try:
        answer.send(said)
    except (AttributeError, TypeError, pickle.PicklingError):
        answer.send(("raised", RuntimeError(f"{type(said[1]).__name__}: {said[1]}")))


def do(limits: Limits, function: Callable[..., Any], *args: object) -> Any:
    return function(*args)


def part(limits: Limits, plan: "Plan", name: str) -> "Part":
    from korus_helpers.runs.part import lost_part, report_on

    target = plan.folder / f"{name}.ipynb"
    outcome = execute_watched(limits, plan.notebooks[name], plan.typed[name], target, plan.moved)
    if not target.exists():
        return lost_part(name, outcome.error)
    if limits.timeout:
        signal.alarm(limits.timeout)  # it ends this process, whatever that is at
    if limits.memory:
        _limit(limits.memory)
    try:
        return report_on(plan, outcome)
    except MemoryError:
        return lost_part(name, "its report takes more memory than a notebook may")


def execute_watched(
    limits: Limits,
    notebook: Path,
    parameters: Mapping[str, object],
    target: Path,
    moved: Mapping[str, str] = types.MappingProxyType({}),
) -> Outcome:
    """`execute` with the cells in a fork that hands back files; nothing that they started is left.

    Raises OSError as `execute`.
    """
    began = time.perf_counter()
    place = Path(tempfile.mkdtemp(dir=util.get_temp_dir()))
    (place / "cell").touch()
    try:
        pid = os.fork()
        if not pid:
            _run_cells(place, limits, (notebook, parameters, target, moved))
        broken, status = _watch(pid, limits, place / "cell")
        told, number = _read_json(place / "outcome"), _read_json(place / "cell")
    finally:
        _end_all()
        shutil.rmtree(place, ignore_errors=True)
    if "errno" in told:
        raise OSError(told["errno"], told["strerror"])
    if "status" in told:
        return Outcome(**told)
    with contextlib.suppress(FileNotFoundError):
        unfinished(target).replace(target)
    end = f"(signal {-status})" if status < 0 else f"(exit status {status})"
    error = broken or told.get("problem") or f"the kernel stopped: Kernel died {end}"
    seconds = time.perf_counter() - began
    return Outcome(target.stem, "failed", seconds, number if broken else None, error)


def _read_json(path: Path) -> Any:
    """What a process wrote before it ended, {} if nothing that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _run_cells(place: Path, limits: Limits, args: tuple) -> None:
    """In the fork: write into `place` the cell that runs and what became of all; never return."""
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _leave_all()
        if limits.memory:
            _limit(limits.memory)
        notebook, parameters, target, moved = args
        try:
            outcome = execute(
                notebook.absolute(), parameters, target.absolute(), limits.timeout, moved,
                at_cell=lambda number: (place / "cell").write_text(str(number)),
            )  # fmt: skip
            told = asdict(outcome)
        except OSError as error:
            told = {"errno": error.errno, "strerror": error.strerror or str(error)}
        except Exception as error:
            told = {"problem": f"{type(error).__name__}: {error}"}
        (place / "outcome").write_text(json.dumps(told))
    finally:
        os._exit(0)  # whatever else is there, threads included, ends here


def _leave_all() -> None:
    """Keep no descriptor of others, and nothing that multiprocessing knows of them."""
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            os.close(int(number)) if int(number) > 2 else None
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    forkserver._forkserver.__init__()
    resource_tracker._resource_tracker.__init__()
    process._parent_process, process._current_process = None, preload.PROCESS


def _limit(memory: int) -> None:
    """More than `memory` bytes beside what it has already raise MemoryError in this process."""
    import resource

    pages = Path("/proc/self/statm").read_text().split()
    memory += int(pages[5]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))


def _watch(pid: int, limits: Limits, cell: Path) -> tuple[str, int]:
    """The limit that was broken, in words, and the status of the process that has ended.

    `cell` is a file that is written when a cell begins. When its time is over the process gets
    SIGVTALRM, so that it may write what it has; `GRACE` seconds later it is to be ended, as is what
    takes too much memory together with all that it started.
    """
    most = psutil.Process().memory_info().rss + (limits.memory or 0)
    looked, told, ended = time.monotonic(), 0.0, (0, 0)
    too_long = f"TimeoutError: it took longer than {limits.timeout} seconds"
    while not ended[0]:
        time.sleep(TICK)
        ended = os.waitpid(pid, os.WNOHANG)
        if ended[0] or time.monotonic() - looked < LOOK_EVERY:
            continue
        looked, begun = time.monotonic(), cell.stat().st_mtime
        late = time.time() - begun - limits.timeout if limits.timeout else -1
        if late > GRACE:
            return too_long, 0
        if late > 0 and told != begun:
            told = begun
            os.kill(pid, signal.SIGVTALRM)
        if limits.memory and _memory(most) > most:
            return f"MemoryError: it took more than {limits.memory // 1_000_000:,} MB", 0
    status = os.waitstatus_to_exitcode(ended[1])
    return too_long if status == -signal.SIGVTALRM else "", status


def _memory(most: int) -> int:
    """Bytes that the processes below this one take; up to `most` a page may count twice."""
    taken = 0
    for measure in (lambda one: one.memory_info().rss, lambda one: one.memory_full_info().pss):
        taken = 0
        for one in _below():
            with contextlib.suppress(psutil.Error):  # it has just ended
                taken += measure(one)
        if taken <= most:
            break
    return taken


def _below() -> list:
    """The processes below this one that have not ended."""
    found = []
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [one] if one.status() != psutil.STATUS_ZOMBIE else []
    return found


def _end_all() -> None:
    """End every process below this one, those that have left their group included."""
    while left := _below():
        for one in left:
            with contextlib.suppress(OSError):
                os.kill(one.pid, signal.SIGKILL)
        time.sleep(TICK)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value)
