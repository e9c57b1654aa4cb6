"""What executes the notebooks of a run: forked kernels, or kernels as Jupyter starts them."""

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from korus_helpers.errors import InputError
from korus_helpers.runs.execute import AnyKernels, Outcome, execute, import_papermill
from korus_helpers.runs.kernels import Kernels
from korus_helpers.runs.warm import CannotFork, Lost, Warm

# Not at import, so that a warm process begins to load at once.
if TYPE_CHECKING:
    from korus_helpers.runs.part import Part
    from korus_helpers.runs.plan import Plan

FORK, KERNEL = ENGINES = ("fork", "kernel")


@dataclass(frozen=True)
class Limits:
    """What a notebook may take."""

    timeout: int | None = None  # seconds for each cell
    memory: int | None = None  # bytes for the process of a notebook; heeded by forked kernels


class _Engine:
    """Ended by `stop`, or at the end of a `with`."""

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class KernelEngine(_Engine):
    """A new kernel for each notebook; everything else in this process. Safe for threads."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="korus-", ignore_cleanup_errors=True)
        self._kernels = Kernels(Path(self._folder.name))
        # What papermill logs is in the outcome; without a handler Python would print it on stderr.
        logging.getLogger("papermill").addHandler(logging.NullHandler())
        import_papermill()  # once, before two threads would do it side by side

    def execute(self, notebook: Path, parameters: Mapping[str, object], target: Path) -> Outcome:
        """As `korus_helpers.runs.execute.execute`, without reports."""
        return execute(notebook, parameters, target, self._kernels, self.limits.timeout)

    def part(self, plan: "Plan", name: str) -> "Part":
        """As `korus_helpers.runs.part.make_part`."""
        from korus_helpers.runs.part import make_part

        return make_part(plan, name, self._kernels, self.limits.timeout)

    def do(self, function: Callable[..., Any], *args: object) -> Any:
        return function(*args)

    def stop(self) -> None:
        self._kernels.stop()
        self._folder.cleanup()


class ForkEngine(_Engine):
    """A fork of a warm process for each notebook and its reports. Safe for threads.

    Where no process can be forked it falls back on kernels.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self._warm = Warm()
        self._instead: KernelEngine | None = None
        self._lock = threading.Lock()
        try:
            self._warm.start()  # it loads while the caller prepares
        except CannotFork:
            self._fall_back()

    def execute(self, notebook: Path, parameters: Mapping[str, object], target: Path) -> Outcome:
        """As `korus_helpers.runs.execute.execute`, without reports."""
        if self._instead is None:
            try:
                return self._warm.call(_execute, notebook, parameters, target, self.limits)
            except CannotFork:
                self._fall_back()
        return self._instead.execute(notebook, parameters, target)

    def part(self, plan: "Plan", name: str) -> "Part":
        """As `korus_helpers.runs.part.make_part`; a process that is lost is a failed notebook."""
        from korus_helpers.runs.part import lost_part

        if self._instead is None:
            try:
                return self._warm.call(_part, plan, name, self.limits)
            except Lost as end:
                return lost_part(name, str(end))
            except CannotFork:
                self._fall_back()
        return self._instead.part(plan, name)

    def do(self, function: Callable[..., Any], *args: object) -> Any:
        """`function(*args)`, in a fork that has the libraries loaded."""
        if self._instead is None:
            try:
                return self._warm.call(_do, function, *args)
            except CannotFork:
                self._fall_back()
        return self._instead.do(function, *args)

    def _fall_back(self) -> None:
        with self._lock:
            self._instead = self._instead or KernelEngine(self.limits)

    def stop(self) -> None:
        self._warm.stop()
        if self._instead:
            self._instead.stop()


Engine = ForkEngine | KernelEngine


def start_engine(name: str, limits: Limits = Limits()) -> Engine:
    """The engine `name`, "fork" or "kernel"; whoever starts it stops it. Raises InputError."""
    if name not in ENGINES:
        raise InputError(f"There is no engine {name!r}; type fork or kernel.")
    return (KernelEngine if name == KERNEL else ForkEngine)(limits)


def _execute(
    say: Callable[[object], None],
    notebook: Path,
    parameters: Mapping[str, object],
    target: Path,
    limits: Limits,
) -> Outcome:
    return execute(notebook, parameters, target, _kernels(limits), limits.timeout)


def _part(say: Callable[[object], None], plan: "Plan", name: str, limits: Limits) -> "Part":
    from korus_helpers.runs.part import make_part

    return make_part(plan, name, _kernels(limits), limits.timeout)


def _kernels(limits: Limits) -> AnyKernels:
    from korus_helpers.runs.forked_kernel import ForkedKernels

    logging.getLogger("papermill").addHandler(logging.NullHandler())
    return ForkedKernels(limits.memory)


def _do(say: Callable[[object], None], function: Callable[..., Any], *args: object) -> Any:
    return function(*args)
