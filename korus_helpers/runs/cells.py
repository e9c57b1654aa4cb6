"""The inside of a forked kernel: IPython's own kernel, with one pipe in place of five sockets.

`prepare` makes it once, in a process that will be forked; `serve` answers in the fork. What a cell
shows, prints and raises becomes the same messages as in any kernel.
"""

import asyncio
import contextlib
import inspect
import io
import itertools
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from contextvars import ContextVar
from multiprocessing.connection import Connection
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from traitlets.config import Config

# No file of past inputs, and no thread that would write one.
SETTINGS = Config(
    HistoryManager={"enabled": False},
    IPKernelApp={"connection_file": ""},  # by this word tqdm and others know a notebook
    Kernel={"_execute_sleep": 0.0},  # before each reply, so that sockets lose no output
)
FLUSH_AFTER = 0.2  # seconds that printed text may wait, as in a kernel
SHELL = ("execute_reply", "kernel_info_reply", "comm_info_reply")  # the rest is iopub's
PLAIN = ("content", "metadata")  # parts of a message that arrive in plain JSON types

_kernel: "Kernel | None" = None


def prepare() -> None:
    """Make the kernel of this process, which must still have one thread and be forked for use."""
    global _kernel
    log = logging.getLogger("korus.kernel")
    log.addHandler(logging.NullHandler())
    _kernel = Kernel(session=PipeSession(), iopub_socket=None, log=log, config=SETTINGS)
    IPKernelApp.instance().kernel = _kernel  # where %matplotlib looks for it


def serve(connection: Connection) -> None:
    """Answer the messages that come over `connection` until it is closed."""
    kernel = _kernel
    kernel.session.connect(connection)
    kernel.shell.init_environment()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a kernel heeds it while a cell runs
    sys.argv = ["ipykernel_launcher.py"]
    sys.stdout = kernel._stdout = PipeStream(kernel.session, "stdout", 1)
    sys.stderr = kernel._stderr = PipeStream(kernel.session, "stderr", 2)
    if "numpy.random" in sys.modules:  # else every fork would draw the same numbers
        sys.modules["numpy.random"].seed()
    with asyncio.Runner() as runner:
        # Not runner.run, which would take over SIGINT.
        runner.get_loop().run_until_complete(kernel.answer_all(connection))


def serve_in(connection: Connection, folder: str | None) -> None:
    """`serve`, with `folder` as working folder."""
    if folder:
        os.chdir(folder)
    serve(connection)


class PipeSession(Session):
    """Sends messages over a pipe; what they hold arrives as after a wire, in plain JSON types."""

    connection: Connection | None = None

    def connect(self, connection: Connection) -> None:
        self.connection, self.pid, self._sending = connection, os.getpid(), threading.Lock()

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, buffers=None,
             track=False, header=None, metadata=None):  # fmt: skip
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, header, metadata)
        if os.getpid() == self.pid:  # else a process that the notebook forked
            wire = message | {name: self.unpack(self.pack(message[name])) for name in PLAIN}
            wire["buffers"] = [bytes(buffer) for buffer in buffers or message.get("buffers", ())]
            with self._sending, contextlib.suppress(BrokenPipeError):
                self.connection.send(wire)
        return message


class PipeStream(io.TextIOBase):
    """What Python prints, and what is written to the file descriptor below it, as messages."""

    encoding = "UTF-8"

    def __init__(self, session: PipeSession, name: str, descriptor: int):
        self.session, self.name, self.descriptor = session, name, descriptor
        self._pid = os.getpid()
        # A task prints for the cell that made it, a thread for the newest cell: as in a kernel.
        self._parent: ContextVar[dict[str, Any]] = ContextVar("parent")
        self._newest: dict[str, Any] = {}
        self._waiting: list[tuple[dict[str, Any], str]] = []  # parent and text
        self._written: threading.Event | None = None
        self._lock = threading.RLock()
        # A file rather than a pipe: nobody needs to read for the writer to go on.
        self._below = tempfile.TemporaryFile()  # noqa: SIM115
        self._taken = 0
        os.dup2(self._below.fileno(), descriptor)

    def set_parent(self, parent: dict[str, Any]) -> None:
        self._newest = parent
        self._parent.set(parent)

    def fileno(self) -> int:
        return self.descriptor

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._pid:
            return os.write(self.descriptor, text.encode(errors="replace")) and len(text)
        with self._lock:
            self._take_from_below()
            self._waiting.append((self._parent.get(self._newest), text))
            if self._written is None:
                self._written = threading.Event()
                threading.Thread(target=self._flush_in_time, daemon=True).start()
            self._written.set()
        return len(text)

    def _flush_in_time(self) -> None:
        """What a long cell has printed is seen while it runs, also where it is never to end."""
        while self._written.wait():
            time.sleep(FLUSH_AFTER)
            self._written.clear()
            self.flush()

    def flush(self) -> None:
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._take_from_below()
            waiting, self._waiting = self._waiting, []
            for parent, written in itertools.groupby(waiting, key=itemgetter(0)):
                if text := "".join(text for _, text in written):
                    text = text.encode(errors="replace").decode()  # halves of a character
                    content = {"name": self.name, "text": text}
                    self.session.send(None, "stream", content, parent=parent)

    def _take_from_below(self) -> None:
        more = os.fstat(self._below.fileno()).st_size - self._taken
        if more > 0:
            written = os.pread(self._below.fileno(), more, self._taken)
            self._taken += len(written)
            self._waiting.append((self._newest, written.decode(errors="replace")))


class Kernel(IPythonKernel):
    """IPython's kernel, without sockets, threads and debugger."""

    def __init__(self, **traits):
        super().__init__(**traits)
        here = threading.main_thread()
        # Where ipykernel asks in which thread cells run.
        self.shell_channel_thread = SimpleNamespace(parent_thread=here)

    def _abort_queues(self, *args, **kwargs) -> None:
        """Nothing is queued: the client sends one cell at a time."""

    async def answer_all(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        # ipykernel asks a loop of tornado for these; cells share the loop with them.
        self.io_loop = SimpleNamespace(
            add_callback=loop.call_soon_threadsafe,
            call_later=lambda *_: None,  # how exit() would stop the loop; `exit_now` does it here
            stop=None,
        )
        arrived = asyncio.Event()
        loop.add_reader(connection.fileno(), arrived.set)
        while not self.shell.exit_now:
            await arrived.wait()
            arrived.clear()
            try:
                while connection.poll():
                    await self._answer(connection.recv())
            except (EOFError, ConnectionError):
                return

    async def _answer(self, message: dict[str, Any]) -> None:
        self.set_parent(None, message)
        self._publish_status("busy", "shell")
        self.pre_handler_hook()
        try:
            answer = self.shell_handlers[message["msg_type"]](None, None, message)
            if inspect.isawaitable(answer):
                await answer
        finally:
            self.post_handler_hook()
        sys.stdout.flush()
        sys.stderr.flush()
        self._publish_status("idle", "shell")
