"""Forked kernels as nbclient starts them and talks to them.

nbclient remains the client: outputs, updates of a display, time-outs and interrupts are its own
doing. A kernel is a fork of a prepared process (`korus_helpers.runs.cells`), so it is there at once
and has pandas, Matplotlib and this package loaded; it shares nothing with the next one.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import Empty
from typing import Any, Protocol

from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

from korus_helpers.runs.cells import SHELL, serve_in
from korus_helpers.runs.forks import Fork


class Process(Protocol):
    """A forked kernel: `korus_helpers.runs.forks.Fork`, or one in another process."""

    connection: Connection

    @property
    def status(self) -> int | None: ...

    def interrupt(self) -> None: ...

    def end(self) -> None: ...


class ForkedKernels:
    """Kernels forked from this very process, which `cells.prepare` has prepared."""

    def __init__(self, memory: int | None = None):
        """`memory` is what each may take for itself, in bytes."""
        self.memory = memory
        self.stopped = threading.Event()  # never: whoever stops this process stops its forks
        self._last: Fork | None = None

    def manager_class(self) -> type:
        return manager_class(self._start)

    def _start(self, folder: str | None) -> Fork:
        self._last = Fork(serve_in, folder, memory=self.memory)
        return self._last

    def last_words(self) -> str:
        """The exit status of the last kernel, as " (exit status 3)"."""
        status = self._last.status
        return f" (signal {-status})" if status < 0 else f" (exit status {status})"


def manager_class(start: Callable[[str | None], Process]) -> type:
    """What nbclient makes kernels with; `start(folder)` gives a `Process` that works there."""

    class Manager(KernelManager):
        """What nbclient uses of a kernel manager, and nothing of sockets or specifications."""

        ipykernel = False
        _process: Process | None = None

        @property
        def has_kernel(self) -> bool:
            return self._process is not None

        def start_kernel(self, cwd: str | None = None, **_settings) -> None:
            self._process = start(cwd)

        def client(self) -> "Client":
            return Client(self._process)

        def is_alive(self) -> bool:
            return self.has_kernel and self._process.status is None

        def interrupt_kernel(self) -> None:
            self._process.interrupt()

        def shutdown_kernel(self, now: bool = False) -> None:
            self.cleanup_resources()

        def cleanup_resources(self) -> None:
            if self.has_kernel:
                self._process.end()
                self._process = None

    return Manager


class Client:
    """The part of jupyter_client's kernel client that nbclient uses."""

    allow_stdin = False

    def __init__(self, process: Process):
        self.session = Session()
        self.shell_channel, self.iopub_channel = Channel(self), Channel(self)
        self._process = process
        self._loop: asyncio.AbstractEventLoop | None = None

    def start_channels(self) -> None:
        """The pipe is open already."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """A forked kernel is ready."""
        self._loop = asyncio.get_running_loop()
        self._descriptor = self._process.connection.fileno()
        self._loop.add_reader(self._descriptor, self._receive)

    def stop_channels(self) -> None:
        if self._loop:
            self._loop.remove_reader(self._descriptor)

    def is_alive(self) -> bool:
        return self._process.status is None

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        return self._request("execute_request", content)

    def kernel_info(self) -> str:
        return self._request("kernel_info_request", {})

    def _request(self, kind: str, content: dict[str, Any]) -> str:
        message = self.session.msg(kind, content)
        self.send(message)
        return message["header"]["msg_id"]

    def send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # where it has ended, nbclient finds out by is_alive
            self._process.connection.send(message)

    def _receive(self) -> None:
        try:
            message = self._process.connection.recv()
        except (EOFError, OSError):
            self._loop.remove_reader(self._descriptor)
            return
        message["buffers"] = [memoryview(buffer) for buffer in message["buffers"]]
        channel = self.shell_channel if message["msg_type"] in SHELL else self.iopub_channel
        channel.arrived.put_nowait(message)


class Channel:
    """Messages of one kind in the order they came."""

    def __init__(self, client: Client):
        self.arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.send = client.send

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises `queue.Empty` after `timeout` seconds."""
        try:
            return await asyncio.wait_for(self.arrived.get(), timeout)
        except TimeoutError:
            raise Empty from None
