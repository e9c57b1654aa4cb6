"""A function in a forked child of this process.

Only a process with a single thread may be forked. A child leads a process group of its own, ends
with its parent (on Linux, whatever ends it), and runs no exit handlers.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None
PR_SET_PDEATHSIG = 1
_alive: "set[Fork]" = set()


class Fork:
    """`function(connection, *args)` in a child; `connection` here is the other end of its pipe."""

    def __init__(self, function: Callable[..., object], *args: object, memory: int | None = None):
        """`memory` is what the child may take beside what it shares with this process, in bytes.

        More raises MemoryError there.
        """
        self.connection, theirs = FORK.Pipe()
        given = (theirs, self.connection, memory, function, *args)
        self._process = FORK.Process(target=_child, args=given)
        self._process.start()
        theirs.close()
        _alive.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status, -N if signal N ended it, None while it runs."""
        return self._process.exitcode

    def interrupt(self) -> None:
        os.kill(self.pid, signal.SIGINT)

    def end(self) -> None:
        """End the child and whatever it started."""
        _alive.discard(self)
        self.connection.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.status is None:
            self._process.kill()
        self._process.join()


def end_all() -> None:
    """End every child of this process."""
    for fork in list(_alive):
        fork.end()


def _child(
    connection: Connection,
    other_end: Connection,
    memory: int | None,
    function: Callable[..., object],
    *args: Any,
) -> None:
    other_end.close()  # else the child would keep its own pipe open, and never see it end
    become_child()
    if memory:
        _limit(memory)
    try:
        function(connection, *args)
    finally:
        # Whatever the function left behind, threads included, ends here.
        os._exit(0)


def become_child() -> None:
    """A process group of its own, signals as at a start, and an end with the parent."""
    with contextlib.suppress(PermissionError):
        os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    _alive.clear()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != multiprocessing.parent_process().pid:
            os._exit(1)  # the parent had ended before it could be asked for


def _limit(memory: int) -> None:
    import resource

    with contextlib.suppress(OSError):
        pages = Path("/proc/self/statm").read_text().split()
        memory += int(pages[5]) * resource.getpagesize()  # what it has already
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))
