"""Cells executed in this very process, as a papermill engine; for a fork that then ends.

IPython's own kernel without sockets answers, and nbclient's own client files what it says: text,
tables, figures, updates of a display, errors and magics are those of any kernel. Where a manager of
kernels is given, or nothing is prepared, it is papermill's own engine.
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
from contextvars import ContextVar
from operator import itemgetter
from types import SimpleNamespace

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from traitlets.config import Config

# No file of past inputs, and no thread that would write one.
SETTINGS = Config(
    HistoryManager={"enabled": False},
    IPKernelApp={"connection_file": ""},  # by this word tqdm and others know a notebook
    Kernel={"_execute_sleep": 0.0},  # before each reply, so that sockets lose no output
)
SAVE_EVERY = 0.3  # seconds
TIME_IS_OVER = getattr(signal, "SIGVTALRM", None)  # as `forks` says so
PLAIN = ("content", "metadata")  # parts of a message that arrive in plain JSON types

_kernel: "Kernel | None" = None


def prepare() -> None:
    """Make the kernel of this process, which must still have one thread and be forked for use."""
    global _kernel
    log = logging.getLogger("korus.kernel")
    log.addHandler(logging.NullHandler())
    _kernel = Kernel(session=HereSession(), iopub_socket=None, log=log, config=SETTINGS)
    IPKernelApp.instance().kernel = _kernel  # where %matplotlib looks for it


class SparingManager(NotebookExecutionManager):
    """Saves at the start and then now and then, not twice for each cell.

    Of a notebook that was executed, papermill itself writes the last state.
    """

    def save(self, **_) -> None:
        if (self.now() - self.last_save_time).total_seconds() >= SAVE_EVERY:
            super().save()

    def save_now(self) -> None:
        super().save()


class Engine(NBClientEngine):
    """`recorded` goes into papermill's record, in the place of paths that tell of this machine."""

    @classmethod
    def execute_notebook(cls, nb, kernel_name, output_path=None, progress_bar=True,
                         log_output=False, autosave_cell_every=30, recorded=None,
                         **kwargs):  # fmt: skip
        nb.metadata.papermill.update(recorded or {})
        manager = SparingManager(nb, output_path, log_output, progress_bar, autosave_cell_every)
        manager.notebook_start()
        manager.save_now()
        try:
            cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **kwargs)
        except BaseException:
            manager.notebook_complete()
            manager.save_now()
            raise
        manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, at_cell=None, **kwargs):
        """Here, if there is an `at_cell`, which is told the number of each cell before it runs."""
        if at_cell is None or _kernel is None:
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        return Client(nb_man, at_cell, resources=kwargs["resources"]).execute()


class Client(PapermillNotebookClient):
    """papermill's client, of the kernel that is in this process."""

    def __init__(self, nb_man, at_cell, **settings):
        super().__init__(nb_man, **settings)
        self.at_cell = at_cell
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.kc = SimpleNamespace(  # what an Output widget answers with
            session=Session(), shell_channel=SimpleNamespace(send=self._answer_later)
        )
        self._filing = threading.RLock()
        self._asked, self._reply, self._place = "", None, (None, 0)
        _kernel.begin(self.loop, self._hear)

    def execute(self, **_):
        os.chdir(self.resources["metadata"]["path"])
        signal.signal(TIME_IS_OVER, self._give_up)
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = _kernel.kernel_info["language_info"]
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell, cell_index, **_):
        """As `nbclient` has it, where the cell runs before this returns."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        if _kernel.shell.exit_now:
            raise DeadKernelError("Kernel died")
        content = {
            "code": cell.source, "silent": False, "store_history": True,
            "user_expressions": {}, "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        request = self.kc.session.msg("execute_request", content)
        cell.metadata["execution"], cell.outputs = {}, []
        self.clear_before_next_output = False
        self.code_cells_executed += 1
        self.at_cell(self.code_cells_executed)
        self._asked, self._reply = request["header"]["msg_id"], None
        self._place = cell, cell_index
        self.loop.run_until_complete(_kernel.answer(request))
        self.loop.run_until_complete(self._check_raise_for_error(cell, cell_index, self._reply))
        return cell

    def _hear(self, message: dict) -> None:
        """File what the kernel says of the cell that runs; of earlier ones it comes too late."""
        if message["parent_header"].get("msg_id") != self._asked:
            return
        cell, index = self._place
        if message["msg_type"] == "execute_reply":
            self._reply = message
            cell.metadata["execution"]["shell.execute_reply"] = timestamp(message)
        elif not message["msg_type"].endswith("_reply"):
            with self._filing, contextlib.suppress(CellExecutionComplete):
                self.process_message(message, cell, index)

    def _answer_later(self, message: dict) -> None:
        self.loop.call_soon(_kernel.shell_handlers[message["msg_type"]], None, None, message)

    def _give_up(self, *_) -> None:
        """Write the notebook as far as it came, and end: an error could be caught by the cell."""
        _kernel.flush()
        self.nb_man.notebook_complete()
        self.nb_man.save_now()
        signal.signal(TIME_IS_OVER, signal.SIG_DFL)
        os.kill(os.getpid(), TIME_IS_OVER)


class HereSession(Session):
    """Hands each message to `hear`; what it holds arrives as after a wire, in plain JSON types."""

    def begin(self, hear) -> None:
        self.hear, self.pid = hear, os.getpid()

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, buffers=None,
             track=False, header=None, metadata=None):  # fmt: skip
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, header, metadata)
        if os.getpid() == self.pid:  # else a process that the notebook forked
            wire = message | {name: self.unpack(self.pack(message[name])) for name in PLAIN}
            buffers = buffers or message.get("buffers", ())
            self.hear(wire | {"buffers": [memoryview(bytes(one)) for one in buffers]})
        return message


class Stream(io.TextIOBase):
    """What Python prints, and what is written to the file descriptor below it, as messages."""

    encoding = "UTF-8"

    def __init__(self, session: HereSession, name: str, descriptor: int):
        self.session, self.name, self.descriptor = session, name, descriptor
        self._pid = os.getpid()
        # A task prints for the cell that made it, a thread for the newest cell: as in a kernel.
        self._parent: ContextVar[dict] = ContextVar("parent")
        self._newest: dict = {}
        self._waiting: list[tuple[dict, str]] = []  # parent and text
        self._lock = threading.RLock()
        # A file rather than a pipe: nobody needs to read for the writer to go on.
        self._below = tempfile.TemporaryFile()  # noqa: SIM115
        self._taken = 0
        os.dup2(self._below.fileno(), descriptor)

    def set_parent(self, parent: dict) -> None:
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
        return len(text)

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

    def begin(self, loop: asyncio.AbstractEventLoop, hear) -> None:
        """Take over this process: its streams, its main thread and the loop that cells share."""
        self.session.begin(hear)
        # Where ipykernel asks in which thread cells run, and a loop of tornado for callbacks.
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self.io_loop = SimpleNamespace(
            add_callback=loop.call_soon_threadsafe,
            call_later=lambda *_: None,  # how exit() would stop the loop; the client sees to it
            stop=None,
        )
        self.shell.init_environment()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a kernel heeds it while a cell runs
        sys.argv = ["ipykernel_launcher.py"]
        sys.stdout = self._stdout = Stream(self.session, "stdout", 1)
        sys.stderr = self._stderr = Stream(self.session, "stderr", 2)
        if "numpy.random" in sys.modules:  # else every fork would draw the same numbers
            sys.modules["numpy.random"].seed()

    def flush(self) -> None:
        self._stdout.flush()
        self._stderr.flush()

    def _abort_queues(self, *args, **kwargs) -> None:
        """Nothing is queued: the client sends one cell at a time."""

    async def answer(self, message: dict) -> None:
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
