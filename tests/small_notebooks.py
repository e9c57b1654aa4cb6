"""Small notebooks, runs of them in forked kernels, and processes that are watched."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat
from click.testing import CliRunner
from nbformat import v4

from korus_helpers.cli import korus as command
from korus_helpers.runs.plan import declared_parameters, plan

PACKAGE = str(Path(__file__).resolve().parents[1])
PARAMETERS = 'partner: str = "South Korea"  # who\nnote: str = ""  # anything'


def small_notebook(folder: Path, name: str, *sources: str) -> Path:
    """A notebook of a parameters cell and one cell per source in `folder`/notebooks."""
    cells = [v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += map(v4.new_code_cell, sources)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True, parents=True)
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def run_small(engine, folder: Path, name: str, *sources: str):
    """Outcome and executed code cells of a notebook of `sources`, by `engine`."""
    notebooks = {name: small_notebook(folder, name, *sources)}
    declared = {name: declared_parameters(notebooks[name])}
    made = plan(notebooks, declared, [], datetime.now(), pdf=False)
    (folder / "made").mkdir(exist_ok=True)
    part = engine.part(replace(made, folder=folder / "made"), name)
    path = folder / "made" / f"{name}.ipynb"
    cells = nbformat.read(path, 4).cells if path.exists() else []
    return part.outcome, [cell for cell in cells if cell.cell_type == "code"][1:]


def shown(cell) -> str:
    """What a cell printed."""
    return "".join(output.get("text", "") for output in cell.outputs)


def heed_signals() -> None:
    """In a new process: what its starter ignores, as a background job ignores Ctrl-C, counts."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def start_korus(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen:
    """`korus …` in `folder`, as the leader of a process group, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "korus_helpers.cli", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": PACKAGE} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_signals,
    )


def korus(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and errors of `korus …` in `folder`, in this process, whose fork server is
    used by all.
    """
    with contextlib.chdir(folder):
        done = CliRunner().invoke(command, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def korus_process(folder: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """The same in a process of its own."""
    run = start_korus(folder, *arguments, **variables)
    out, err = run.communicate(timeout=300)
    return run.returncode, out, err


def until(condition, seconds: float = 60):
    """What `condition` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, condition
        time.sleep(0.02)
    return found


def unmount(disk: Path) -> None:
    """Take a disk away; whoever else looks through the folders for a moment is waited for."""
    until(lambda: subprocess.run(["umount", disk], capture_output=True).returncode == 0, 20)


def alive(pid: int) -> bool:
    """Whether the process is there, and not only waits to be taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def with_variable(name: str, value: str) -> set[int]:
    """The processes that were started with the variable of the environment."""
    wanted, found = f"{name}={value}".encode(), set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
            except OSError:
                pass
    return {pid for pid in found if alive(pid)}


def numbers(path: Path) -> dict[str, int]:
    """What a notebook wrote of its processes with `TELL`; empty until it has."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


TELL = """
import json, os, subprocess, threading, time, socket, tempfile
helper = subprocess.Popen(["sleep", "600"])
threading.Thread(target=time.sleep, args=(600,)).start()
numbers = {"kernel": os.getpid(), "parent": os.getppid(), "helper": helper.pid}
open("told.new", "w").write(json.dumps(numbers)); os.rename("told.new", "told.json")
"""
