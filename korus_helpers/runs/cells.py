"""Cells run in this very process, as a papermill engine; for a fork that then ends.

The kernel is ipykernel's and the client is papermill's, so that cells show what they always show;
what the one tells the other goes through no socket, and what is printed through files. Importing
this makes the kernel, so a process that does it must have one thread.
"""

import asyncio
import io
import logging
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb
from traitlets.config import Config

ENGINE = "korus"
SAVE_EVERY = 1.0  # seconds; papermill would save twice for each cell
BEGUN = "iopub.status.busy", "iopub.execute_input"
ENDED = "iopub.status.idle", "shell.execute_reply"
TIME_IS_OVER = getattr(signal, "SIGVTALRM", None)  # as the supervisor says so


class Socket:
    """Where the kernel sends what a cell shows: to the client, at once."""

    client = None

    def send_multipart(self, parts: list[bytes], **_) -> None:
        _, parts = SESSION.feed_identities(parts)
        self.client.take(SESSION.deserialize(parts))


class Stream(io.TextIOWrapper):
    """What is printed, by the cell that runs or by what has no cell; as a kernel's stream."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if SOCKET.client.is_for_the_cell(KERNEL.shell.parent_header):
            super().write(text)
        return len(text)


def moment() -> str:
    """Now, as nbclient writes it; without what newer Pythons warn of."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat() + "Z"


class Client(PapermillNotebookClient):
    """papermill's client, of the kernel in this process."""

    def __init__(self, nb_man, place: Path, **more):
        super().__init__(nb_man, **more)
        self.lock, self.saved, self.streams = threading.RLock(), time.monotonic(), []
        self.cell, self.index = NotebookNode(outputs=[]), 0
        self.request = SESSION.msg("execute_request")
        # Of this process and all that it starts.
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            file = io.FileIO(os.open(place / name, os.O_CREAT | os.O_APPEND | os.O_RDWR), "r+")
            os.dup2(file.fileno(), descriptor)
            # Written at once, so that a process that is forked or killed loses nothing.
            setattr(sys, name, Stream(file, "UTF-8", errors="replace", write_through=True))
            self.streams.append((name, (place / name).open("rb")))

    def execute(self) -> None:
        self.reset_execution_trackers()
        path, self.nb_man.output_path = self.nb_man.output_path, None
        signal.signal(TIME_IS_OVER, lambda *_: self.give_up(path))
        self.path, self.loop = path, asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        try:
            self.papermill_execute_cells()
        finally:
            self.nb_man.output_path = path
        self.nb.metadata["language_info"] = KERNEL.language_info
        self.set_widgets_metadata()

    def execute_cell(self, cell, cell_index: int, **_):
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        if KERNEL.shell.exit_now:
            raise DeadKernelError("Kernel died")
        if time.monotonic() - self.saved > SAVE_EVERY:
            write_ipynb(self.nb, self.path)
            self.saved = time.monotonic()
        self.on_cell_execute()
        self.cell, self.index, self.request = cell, cell_index, SESSION.msg("execute_request")
        cell.outputs, self.clear_before_next_output, begun = [], False, moment()
        cell.execution_count = KERNEL.shell.execution_count
        reply = self.loop.run_until_complete(self.run(cell.source))
        self.take_streams()
        cell.metadata["execution"] = dict.fromkeys(BEGUN, begun) | dict.fromkeys(ENDED, moment())
        failure = self._check_raise_for_error(cell, cell_index, {"content": reply})
        self.loop.run_until_complete(failure)
        return cell

    async def run(self, source: str) -> dict[str, object]:
        KERNEL.set_parent([], self.request)
        return await KERNEL.do_execute(source, silent=False)

    def is_for_the_cell(self, header: dict) -> bool:
        """Whether it is said for the cell that runs, and not for one that has ended."""
        return header.get("header", header).get("msg_id") == self.request["header"]["msg_id"]

    def take(self, message: dict) -> None:
        """Show what the kernel says."""
        with self.lock:
            self.take_streams()
            if self.is_for_the_cell(message["parent_header"]):
                self.process_message(message, self.cell, self.index)

    def take_streams(self) -> None:
        """Show what was printed since the last time."""
        with self.lock:
            for name, file in self.streams:
                if text := file.read().decode(errors="replace"):
                    last = self.cell.outputs[-1] if self.cell.outputs else {}
                    if last.get("name") == name and not self.clear_before_next_output:
                        last["text"] += text
                    else:
                        content = {"name": name, "text": text}
                        said = SESSION.msg("stream", content, parent=self.request)
                        self.process_message(said, self.cell, self.index)

    def give_up(self, path: str) -> None:
        """Write the notebook as far as it came, and end: a cell could catch an error."""
        self.take_streams()
        self.nb_man.notebook_complete()
        write_ipynb(self.nb, path)
        os.kill(os.getpid(), signal.SIGKILL)


class InThisProcess(NBClientEngine):
    """papermill's engine of the name `ENGINE`; once for each process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, on_cell_execute, place, resources, **_):
        """`on_cell_execute` is called before each cell runs; what is printed goes into `place`."""
        os.chdir(resources["metadata"]["path"])
        KERNEL.shell.init_environment()
        sys.argv = ["ipykernel_launcher.py"]
        sys.modules["numpy.random"].seed()  # else every fork would draw the same numbers
        signal.signal(signal.SIGINT, signal.default_int_handler)
        SOCKET.client = Client(nb_man, place, log=LOG, on_cell_execute=on_cell_execute)
        SOCKET.client.execute()


LOG = logging.getLogger(__name__)
LOG.addHandler(logging.NullHandler())
LOG.propagate = False
SESSION, SOCKET = Session(key=b"", check_pid=False), Socket()
KERNEL = IPythonKernel.instance(
    config=Config(HistoryManager={"enabled": False}),  # else a file and a thread
    log=LOG,
    session=SESSION,
    iopub_socket=SOCKET,
    shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
)
KERNEL.shell.enable_gui = lambda gui=None: None  # there is none
papermill_engines.register(ENGINE, InThisProcess)
