"""Seconds, processor time and peak memory of a command and of all that it starts. Linux only.

A command may print a line "ready" when it has loaded and "done" when its work is over; then the
time before, and what it takes to end, are kept apart.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
EVERY = 0.25  # seconds between two looks at the memory
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    start_up: float  # seconds until it was ready; 0 for one that does not say
    seconds: float  # wall clock from then until it was done
    cpu: float  # seconds of user and system time of all processes, start-up left out
    peak_mb: float  # the largest sum of the memory of all processes, start-up included
    said: str  # its other lines


def measure(command: Sequence[str | Path], variables: Mapping[str, str] | None = None) -> Measured:
    """Run `command`; raises RuntimeError with what it wrote on stderr where it fails."""
    # What loses its parent becomes a child of this process, and its time is not lost.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, begun = _reaped(), time.perf_counter()
    ready, cpu_ready, done, lines = begun, 0.0, None, []
    with _Peak() as peak, tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(
            [*map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"KORUS_DATA": ""} | dict(variables or {}),
        ) as process:
            for line in process.stdout:
                if line == "ready\n":
                    ready, cpu_ready = time.perf_counter(), sum(map(_cpu, tree()))
                elif line == "done\n":
                    done = time.perf_counter()
                else:
                    lines.append(line)
        done = done or time.perf_counter()
        _reap_orphans()
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{command}: {errors.read()[-2000:]}")
    cpu = _reaped() - before - cpu_ready
    return Measured(ready - begun, done - ready, cpu, peak.bytes / 1e6, "".join(lines))


def tree(root: int | None = None) -> list[int]:
    """The processes below `root` (this one unless given), itself left out."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            parents[int(entry)] = int(fields[1])
    found = [root or os.getpid()]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def proportional_memory(process: int) -> int:
    """Bytes (PSS): private pages, and of each shared one the share of this process."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _stat(process: int) -> list[str]:
    """The fields of /proc/N/stat after the name; empty where it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(process: int) -> float:
    """Seconds of a process and of those children that it has waited for."""
    return sum(map(int, _stat(process)[11:15])) / TICKS


def _reaped() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap_orphans() -> None:
    """End what the command left running, and count its time."""
    for left in tree():
        with contextlib.suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


class _Peak:
    """Looks at the memory of all processes below this one, until the end of the block."""

    bytes = 0

    def __enter__(self) -> "_Peak":
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.bytes = max(self.bytes, sum(map(proportional_memory, tree())))
