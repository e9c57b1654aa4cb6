"""One notebook executed by papermill, in a kernel that is this very interpreter."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# One thread per kernel, because two notebooks share two cores; no word about frozen modules on
# stderr; figures as JupyterLab shows them, whatever the caller's environment says.
KERNEL_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
CHECKOUT = Path(__file__).resolve().parents[2]
CHECK_TAG = "check-parameters"
LONGEST_SOCKET_FOLDER = 70  # the path of a Unix socket has at most 104 characters on macOS


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook."""

    notebook: str  # its name without .ipynb
    status: str  # "done", "failed" or "refused": its parameters make no sense to it
    seconds: float
    cell: int | None = None  # the number in brackets of the cell that failed
    error: str = ""  # the last line of the error, without folders


class Kernels:
    """The kernels of one run: started alike, and all ended at once by `stop`."""

    def __init__(self, folder: Path):
        """`folder` holds their sockets and IPython's files, and is the caller's to remove."""
        self.folder = folder
        self.stopped = threading.Event()
        self._processes: list[subprocess.Popen] = []

    def stop(self) -> None:
        """End every kernel and whatever it started, and let no other one start."""
        self.stopped.set()
        for process in self._processes:
            self._end(process)

    def _end(self, process: subprocess.Popen) -> None:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                # A kernel leads a process group of its own.
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()

    def manager_class(self) -> type:
        """What nbclient starts kernels with.

        It takes no notice of installed kernel specifications: a "python3" of the user may be
        another interpreter, without korus_helpers. Sockets instead of ports: nobody else can
        listen, and two runs that start together cannot be given the same port.
        """
        from ipykernel.kernelspec import RESOURCES, get_kernel_dict
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager
        from traitlets import default

        kernels = self
        environment = KERNEL_ENVIRONMENT | {"IPYTHONDIR": str(self.folder / "ipython")}
        if CHECKOUT.name not in ("site-packages", "dist-packages"):
            # The notebooks use the package that runs them, also when it is not installed.
            paths = [str(CHECKOUT), os.environ.get("PYTHONPATH")]
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        specification = KernelSpec(resource_dir=RESOURCES, env=environment, **get_kernel_dict())
        sockets = hasattr(os, "killpg") and len(str(self.folder)) <= LONGEST_SOCKET_FOLDER

        class Manager(AsyncKernelManager):
            kernel_spec = specification

            @default("transport")
            def _transport(self) -> str:
                return "ipc" if sockets else "tcp"

            @default("transport_encryption")
            def _transport_encryption(self) -> str:
                return "disabled" if sockets else "auto"

            @default("connection_file")
            def _connection_file(self) -> str:
                return str(kernels.folder / f"kernel-{os.urandom(6).hex()}.json")

            async def _async_launch_kernel(self, command: list[str], **kw) -> None:
                if kernels.stopped.is_set():
                    raise RuntimeError("stopped")
                await super()._async_launch_kernel(command, **kw)
                kernels._processes.append(self.provisioner.process)
                if kernels.stopped.is_set():
                    kernels.stop()

        return Manager


def import_papermill():
    """papermill, in 1 s instead of 3.

    jsonschema builds a grammar of international web addresses at import wherever it finds
    rfc3987_syntax, and does without it elsewhere. No notebook has such addresses to check.
    """
    hidden = sys.modules.setdefault("rfc3987_syntax", None) is None
    try:
        import papermill
    finally:
        if hidden:
            del sys.modules["rfc3987_syntax"]
    return papermill


def execute(
    notebook: Path, parameters: dict[str, object], target: Path, kernels: Kernels
) -> Outcome:
    """Run `notebook` with `parameters` in its own folder and write the executed copy to `target`.

    The notebook itself is never written to. Until the last cell has run the copy is called
    `<name>.unfinished.ipynb`. A notebook that fails is kept as far as it came.
    Raises OSError when the copy cannot be written.
    """
    papermill = import_papermill()
    from papermill.exceptions import PapermillExecutionError

    started = time.perf_counter()
    unfinished = target.with_name(f"{target.stem}.unfinished.ipynb")
    status, cell, error = "done", None, ""
    try:
        papermill.execute_notebook(
            _as_papermill_path(notebook),
            _as_papermill_path(unfinished),
            parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            # Not `cwd`, which papermill would change for the whole process, threads included.
            resources={"metadata": {"path": str(notebook.parent)}},
            kernel_manager_class=kernels.manager_class(),
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as failure:
        status, cell = "failed", failure.exec_count
        error = f"{failure.ename}: {failure.evalue}"
    except RuntimeError as failure:  # nbclient and jupyter_client: the kernel died or never came
        status, error = "failed", f"the kernel stopped: {failure}"
    if kernels.stopped.is_set():
        return Outcome(target.stem, "failed", time.perf_counter() - started, None, "stopped")
    refusal = _finish(notebook, unfinished, target)
    if refusal:
        status, error = "refused", refusal
    return Outcome(target.stem, status, time.perf_counter() - started, cell, without_folders(error))


def _finish(notebook: Path, unfinished: Path, target: Path) -> str:
    """Move the executed copy to `target`, without this machine's paths; the refusal in it or ""."""
    import nbformat

    executed = nbformat.read(unfinished, as_version=4)
    executed.metadata.papermill.update(input_path=notebook.name, output_path=target.name)
    nbformat.write(executed, unfinished)
    unfinished.replace(target)
    return refusal_in(executed)


def refusal_in(executed) -> str:
    """The message of a notebook that refuses its parameters, else "".

    It refuses them when, before it has shown anything, a cell raises InputError, or the cell
    tagged `check-parameters` raises ValueError.
    """
    for cell in executed.cells:
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            ours = output.get("ename") in ("InputError", "NoFigure")
            checks = CHECK_TAG in cell.metadata.get("tags", [])
            if output.output_type == "error":
                return output.evalue if ours or (checks and output.ename == "ValueError") else ""
            if output.output_type != "stream":
                return ""
    return ""


def without_folders(text: str) -> str:
    """`text` on one line, with "/home/ana/figures/x.csv" shortened to "x.csv"."""
    line = " ".join(text.split())
    return re.sub(r"(?<![\w.:/<])(?:[A-Za-z]:)?[/\\](?:[^\s/\\'\"]+[/\\])+", "", line)[:1000]


def _as_papermill_path(path: Path) -> str:
    # papermill takes a path for a format string.
    return str(path).replace("{", "{{").replace("}", "}}")
