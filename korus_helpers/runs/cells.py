"""Cells run in this very process, as a papermill engine; for a fork that then ends.

IPython's shell runs them, and what they show is collected as a kernel would send it: text, tables,
figures, updates of a display, errors. Importing this makes the shell, so a process that does it
must have one thread.
"""

import asyncio
import io
import json
import os
import signal
import sys
import time
from pathlib import Path
from threading import RLock

from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from jupyter_client.jsonutil import json_default
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from papermill.iorw import write_ipynb
from traitlets.config import Config

ENGINE = "korus"
SAVE_EVERY = 0.3  # seconds
TIME_IS_OVER = getattr(signal, "SIGVTALRM", None)  # as the supervisor says so


class Shown:
    """The outputs of the cell that runs, in the order in which they come."""

    def __init__(self):
        self.outputs, self.named = [], {}  # the second: display id → outputs that have it
        self._clears = False  # with the next output
        self._streams = []  # name, and the file that is read
        self._lock = RLock()

    def add(self, kind: str, name: str = "", update: bool = False, **content) -> None:
        """Append an output, or show it in the place of all that are called `name`."""
        with self._lock:
            self.take_streams()
            output = new_output(kind, **_plain(content))
            if not update:
                self._append(output)
                self.named.setdefault(name, []).append(output)
            for one in self.named[name] if name in self.named and name else ():
                one.update(data=output.data, metadata=output.metadata)

    def clear(self, wait: bool) -> None:
        with self._lock:
            self.take_streams()
            self._clears = wait
            if not wait:
                self.outputs.clear()

    def begin(self, outputs: list) -> None:
        """Go on with the next cell."""
        self.outputs, self._clears = outputs, False

    def open_streams(self, folder: Path) -> None:
        """Let this process and all that it starts print into files in `folder`."""
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            file = io.FileIO(os.open(folder / name, os.O_CREAT | os.O_APPEND | os.O_RDWR), "r+")
            os.dup2(file.fileno(), descriptor)
            # Written at once, so that a process that is forked or killed loses nothing.
            stream = io.TextIOWrapper(file, "UTF-8", errors="replace", write_through=True)
            setattr(sys, name, stream)
            self._streams.append((name, (folder / name).open("rb")))

    def take_streams(self) -> None:
        """What was printed since the last time."""
        for name, file in self._streams:
            if text := file.read().decode(errors="replace"):
                last = self.outputs[-1] if self.outputs and not self._clears else {}
                if last.get("name") == name:
                    last["text"] += text
                else:
                    self._append(new_output("stream", name=name, text=text))

    def _append(self, output) -> None:
        if self._clears:
            self.outputs.clear()
            self._clears = False
        self.outputs.append(output)


def _plain(content: dict) -> dict:
    """`content` as it arrives from a kernel: of JSON's types, in text that can be written."""
    text = json.dumps(content, default=json_default, ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


class Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        name = (transient or {}).get("display_id", "")
        SHOWN.add("display_data", name, update, data=data, metadata=metadata or {})

    def clear_output(self, wait=False):
        SHOWN.clear(wait)


class Hook(DisplayHook):
    def start_displayhook(self):
        pass

    def write_output_prompt(self):
        pass

    def write_format_data(self, data, md_dict=None):
        about = {"metadata": md_dict or {}, "execution_count": self.prompt_count}
        SHOWN.add("execute_result", data=data, **about)

    def finish_displayhook(self):
        pass


class Shell(ZMQInteractiveShell):
    """The shell of a kernel, without the kernel."""

    display_pub_class, displayhook_class = Publisher, Hook
    has_ended = False

    def ask_exit(self):
        self.has_ended = True

    def enable_gui(self, gui=None):
        pass

    def _showtraceback(self, etype, evalue, stb):
        SHOWN.add("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)

    async def run(self, source: str):
        """As in a kernel: within a loop, where `await` finds what earlier cells began."""
        try:
            code = self.transform_cell(source)
            waits = self.should_run_async(source, transformed_cell=code)
        except Exception:  # which is shown when it is run
            waits = False
        if not waits:
            return self.run_cell(source, store_history=True)
        done = await self.run_cell_async(source, store_history=True, transformed_cell=code)
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", done)
        return done


class InThisProcess(Engine):
    """papermill's engine of the name `ENGINE`; once for each process."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, on_cell_execute, place: Path, resources, **_
    ):
        """`on_cell_execute` is called before each cell runs; what is printed goes into `place`."""
        os.chdir(resources["metadata"]["path"])
        SHELL.init_environment()
        SHOWN.open_streams(place)
        sys.argv = ["ipykernel_launcher.py"]
        sys.modules["numpy.random"].seed()  # else every fork would draw the same numbers
        # papermill would save twice for each cell.
        path, nb_man.output_path, saved = nb_man.output_path, None, time.monotonic()

        def give_up(*_) -> None:
            """Write the notebook as far as it came, and end: a cell could catch an error."""
            SHOWN.take_streams()
            nb_man.notebook_complete()
            write_ipynb(nb_man.nb, path)
            os.kill(os.getpid(), signal.SIGKILL)

        signal.signal(TIME_IS_OVER, give_up)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nb_man.nb.metadata["language_info"] = IPythonKernel.language_info
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            for cell in nb_man.nb.cells:
                nb_man.cell_start(cell)
                if cell.cell_type == "code" and cell.source.strip():
                    if SHELL.has_ended:
                        raise DeadKernelError("Kernel died")
                    if time.monotonic() - saved > SAVE_EVERY:
                        write_ipynb(nb_man.nb, path)
                        saved = time.monotonic()
                    on_cell_execute()
                    cell.execution_count = SHELL.execution_count
                    SHOWN.begin(cell.outputs)
                    done = loop.run_until_complete(SHELL.run(cell.source))
                    SHOWN.take_streams()
                    if not done.success and "raises-exception" not in cell.metadata.get("tags", ()):
                        nb_man.cell_exception(cell)
                        nb_man.cell_complete(cell)
                        break
                nb_man.cell_complete(cell)
        finally:
            nb_man.output_path = path


SHOWN = Shown()
SHELL = Shell.instance(
    config=Config(HistoryManager={"enabled": False}),  # else a file and a thread
    compiler_class=XCachingCompiler,
)
Shell.__name__ = ZMQInteractiveShell.__name__  # by which libraries know a notebook
papermill_engines.register(ENGINE, InThisProcess)
