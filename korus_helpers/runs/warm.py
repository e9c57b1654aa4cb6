"""A warm process: it has every library loaded, runs nothing itself, and is forked for each call.

The standard library's fork server would run the caller's main module again in every child, refuses
to serve daemonic workers (as Dask's are) and is one for all users of a process, so this one is
started as a program of its own. It forks only while it has a single thread.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import reduction
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from korus_helpers.runs.forks import FORK, become_child, end_all
from korus_helpers.runs.kernels import environment

# numpy's BLAS and pyarrow's allocator would start threads at import; another of pyarrow's would
# reserve 1 GB, which counts as taken where memory is limited.
ONE_THREAD = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
LOOK_EVERY = 0.5  # seconds, for children that have ended
SERVER = "from korus_helpers.runs.warm import serve; serve({}, {!r})"


class CannotFork(RuntimeError):
    """There is no warm process here; the message says why."""


class Lost(RuntimeError):
    """The process of a call ended before it answered."""


class Warm:
    """One warm process, started at the first call or by `start`, ended by `stop`."""

    def __init__(self):
        self._lock = threading.Lock()
        self._server: subprocess.Popen | None = None
        self._control: Connection | None = None
        self._ready = self._stopped = False
        self._folder = tempfile.TemporaryDirectory(prefix="korus-", ignore_cleanup_errors=True)

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        """Let it load, without waiting. Raises CannotFork where there is no safe fork."""
        with self._lock:
            self._start()

    def load(self) -> None:
        """Let it load, and wait for it. Raises CannotFork."""
        with self._lock:
            self._load()

    def _load(self) -> None:
        self._start()
        if not self._ready:
            try:
                problem = self._control.recv()
            except (OSError, EOFError):
                problem = "the warm process ended"
            if problem:
                raise CannotFork(problem)
            self._ready = True

    def _start(self) -> None:
        if self._stopped:
            raise Lost("it was stopped")
        if self._server is not None and self._server.poll() is None:
            return
        if FORK is None or sys.platform == "darwin":
            raise CannotFork("this system does not fork processes safely")
        self._control, theirs = multiprocessing.Pipe()
        self._ready = False
        self._server = subprocess.Popen(
            [sys.executable, "-c", SERVER.format(theirs.fileno(), self._folder.name)],
            env=os.environ | environment(Path(self._folder.name)) | ONE_THREAD,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for the caller to heed
        )
        theirs.close()

    def open(self, function: Callable[..., object], *args: object) -> "Child":
        """`function(connection, *args)` in a new child. Raises CannotFork."""
        ours, theirs = multiprocessing.Pipe()
        with self._lock:
            self._load()
            try:
                reduction.send_handle(self._control, theirs.fileno(), self._server.pid)
            except OSError:
                raise Lost("the warm process ended") from None
        theirs.close()
        variables = os.environ | environment(Path(self._folder.name))
        ours.send((function, args, dict(variables), os.getcwd()))
        try:
            return Child(ours, ours.recv())
        except EOFError:
            raise Lost("the process ended at its start") from None

    def call(
        self,
        function: Callable[..., Any],
        *args: object,
        hear: Callable[[Any], None] = lambda said: None,
    ) -> Any:
        """What `function(say, *args)` returns or raises in a new child; `hear` gets what it says.

        Function, arguments and answer are pickled. Raises CannotFork, and Lost where the child is
        no more.
        """
        child = self.open(_answer, function, args)
        with child.connection as connection:
            while True:
                try:
                    kind, value = connection.recv()
                except (EOFError, OSError):
                    raise Lost("the process ended before it answered") from None
                if kind == "returned":
                    return value
                if kind == "raised":
                    raise value
                hear(value)

    def stop(self) -> None:
        """End the warm process and every child of it, for good."""
        self._stopped = True
        if self._server is not None:
            self._control.close()
            if not self._ready:
                self._server.kill()  # it has no child yet
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(5)
            self._server.kill()
            self._server.wait()
        self._folder.cleanup()


class Child:
    """A child of the warm process, as a kernel is handled."""

    def __init__(self, connection: Connection, pid: int):
        self.connection, self.pid = connection, pid

    @property
    def status(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1
        return None

    def interrupt(self) -> None:
        self._signal(signal.SIGINT)

    def end(self) -> None:
        self.connection.close()
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _answer(connection: Connection, function: Callable[..., Any], args: tuple) -> None:
    # Asked to end, it takes its own children along.
    signal.signal(signal.SIGTERM, lambda *_: (end_all(), os._exit(1)))
    try:
        answer = "returned", function(lambda said: connection.send(("said", said)), *args)
    except BaseException as error:
        answer = "raised", error
    try:
        connection.send(answer)
    except (TypeError, AttributeError, reduction.pickle.PicklingError):
        connection.send(("raised", RuntimeError(f"{type(answer[1]).__name__}: {answer[1]}")))


def serve(descriptor: int, folder: str) -> None:
    """The warm process: load, say so, and fork for every connection that comes.

    With its caller it ends, and removes `folder`, which a killed caller cannot.
    """
    from korus_helpers.runs.preload import load

    control = Connection(descriptor)
    try:
        load()
        threads = len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1
        problem = "" if threads == 1 else f"the libraries started {threads - 1} threads"
    except Exception as error:
        problem = f"the libraries cannot be loaded ({type(error).__name__}: {str(error)[:200]})"
    with contextlib.suppress(BrokenPipeError):
        control.send(problem)
    while not problem:
        if not wait([control], LOOK_EVERY):
            multiprocessing.active_children()  # takes note of those that have ended
            continue
        try:
            descriptor = reduction.recv_handle(control)
        except (EOFError, OSError, RuntimeError):
            break
        child = FORK.Process(target=_serve_one, args=(descriptor, control))
        child.start()
        os.close(descriptor)
    for child in multiprocessing.active_children():
        child.terminate()
    for child in multiprocessing.active_children():
        child.join(2)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # what is still there ends with its parent


def _serve_one(descriptor: int, control: Connection) -> None:
    from korus_helpers.runs.preload import take_notice

    control.close()
    connection = Connection(descriptor)
    try:
        function, args, variables, folder = connection.recv()
        become_child()
        os.environ.clear()
        os.environ.update(variables)
        with contextlib.suppress(OSError):
            os.chdir(folder)
        take_notice()
        connection.send(os.getpid())
        function(connection, *args)
    except (EOFError, BrokenPipeError):  # the caller is gone
        pass
    finally:
        os._exit(0)
