"""Kernels of this very interpreter, started as Jupyter starts them."""

import contextlib
import os
import signal
import subprocess
import threading
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
LONGEST_SOCKET_FOLDER = 70  # the path of a Unix socket has at most 104 characters on macOS


def environment(folder: Path) -> dict[str, str]:
    """What a kernel finds beside the caller's environment; `folder` is for IPython's files."""
    variables = KERNEL_ENVIRONMENT | {"IPYTHONDIR": str(folder / "ipython")}
    if CHECKOUT.name not in ("site-packages", "dist-packages"):
        # The notebooks use the package that runs them, also when it is not installed.
        paths = [str(CHECKOUT), os.environ.get("PYTHONPATH")]
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return variables


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

    def last_words(self) -> str:
        """Nothing: jupyter_client keeps the exit status to itself."""
        return ""

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
        specification = KernelSpec(
            resource_dir=RESOURCES, env=environment(self.folder), **get_kernel_dict()
        )
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
