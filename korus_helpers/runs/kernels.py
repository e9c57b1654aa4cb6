"""Kernels as Jupyter starts them, one for each notebook: asked for, or where no fork is safe."""

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from korus_helpers.runs.execute import Outcome
    from korus_helpers.runs.part import Part
    from korus_helpers.runs.plan import Plan

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
GROUPS = hasattr(os, "killpg")  # of processes, on this system
LONGEST_SOCKET = 60  # characters of the folder that leave room for the name of a socket in it


@dataclass(frozen=True)
class Limits:
    """What a notebook may take."""

    timeout: int | None = None  # seconds for each cell, and for the report
    memory: int | None = None  # bytes for all processes of a notebook; heeded by forks


NO_LIMITS = Limits()


def cores() -> int:
    """How many processes can run at the same time here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_of_memory(workers: int) -> int | None:
    """What each of `workers` notebooks may take of this machine, in bytes; None if unknown."""
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return whole // (workers + 1)


def environment(folder: Path) -> dict[str, str]:
    """What a kernel finds beside the caller's environment; `folder` is for IPython's files."""
    variables = KERNEL_ENVIRONMENT | {"IPYTHONDIR": str(folder / "ipython")}
    if CHECKOUT.name not in ("site-packages", "dist-packages"):
        # The notebooks use the package that runs them, also when it is not installed.
        paths = dict.fromkeys([str(CHECKOUT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return variables


class KernelEngine:
    """A new kernel for each notebook; everything else in this process. Used as `ForkEngine` is."""

    def __init__(self, limits: Limits = NO_LIMITS):
        from korus_helpers.runs.execute import import_papermill

        self.limits, self.stopped = limits, False
        self._processes: list[subprocess.Popen] = []
        self._reports = threading.Lock()  # nbconvert's exporter is not made for two threads
        self._folder = tempfile.TemporaryDirectory(prefix="korus-", ignore_cleanup_errors=True)
        # What papermill logs is in the outcome; without a handler Python would print it on stderr.
        logging.getLogger("papermill").addHandler(logging.NullHandler())
        import_papermill()  # once, before two threads would do it side by side

    def __enter__(self) -> "KernelEngine":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def execute(
        self,
        notebook: Path,
        parameters: Mapping[str, object],
        target: Path,
        moved: Mapping[str, str] = types.MappingProxyType({}),
    ) -> "Outcome":
        from korus_helpers.runs.execute import Outcome, execute

        how = {"kernel_manager_class": self._manager_class(), "shutdown_kernel": "immediate"}
        try:
            return execute(notebook, parameters, target, self.limits.timeout, moved, **how)
        except OSError:
            if not self.stopped:
                raise
        # What it needed was taken away.
        return Outcome(target.stem, "failed", 0.0, None, "stopped")

    def part(self, plan: "Plan", name: str) -> "Part":
        from korus_helpers.runs.part import Part, report_on

        target = plan.folder / f"{name}.ipynb"
        outcome = self.execute(plan.notebooks[name], plan.typed[name], target, plan.moved)
        with self._reports:
            return Part(outcome) if self.stopped else report_on(plan, outcome)

    def do(self, function: Callable[..., Any], *args: object, seconds: float | None = None) -> Any:
        return function(*args)

    def stop(self) -> None:
        """End every kernel and whatever it started, and let no other one start."""
        self.stopped = True
        for process in self._processes:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    # A kernel leads a process group of its own.
                    os.killpg(process.pid, signal.SIGKILL) if GROUPS else process.kill()
        self._folder.cleanup()

    def _manager_class(self) -> type:
        """What nbclient starts kernels with.

        It takes no notice of installed kernel specifications: a "python3" of the user may be
        another interpreter, without korus_helpers. Sockets instead of ports: nobody else can
        listen, and two runs that start together cannot be given the same port.
        """
        from ipykernel.kernelspec import RESOURCES, get_kernel_dict
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager
        from traitlets import default

        engine, folder = self, Path(self._folder.name)
        sockets = GROUPS and len(str(folder)) <= LONGEST_SOCKET
        about = {"resource_dir": RESOURCES, "env": environment(folder)} | get_kernel_dict()

        class Manager(AsyncKernelManager):
            kernel_spec = KernelSpec(**about)

            @default("transport")
            def _transport(self) -> str:
                return "ipc" if sockets else "tcp"

            @default("transport_encryption")
            def _transport_encryption(self) -> str:
                return "disabled" if sockets else "auto"

            @default("connection_file")
            def _connection_file(self) -> str:
                return str(folder / f"kernel-{os.urandom(6).hex()}.json")

            async def _async_launch_kernel(self, command: list[str], **kw) -> None:
                if not engine.stopped:
                    await super()._async_launch_kernel(command, **kw)
                    engine._processes.append(self.provisioner.process)
                if engine.stopped:
                    engine.stop()
                    raise RuntimeError("stopped")

        return Manager
