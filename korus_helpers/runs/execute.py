"""One notebook executed by papermill, and what became of it."""

import itertools
import json
import logging
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from korus_helpers.runs.reports import Facts
    from korus_helpers.runs.steps import Steps

LONGEST_SOCKET = 60  # characters of the folder that leave room for the name of a socket in it
CHECK_TAG = "check-parameters"


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook."""

    notebook: str  # its name without .ipynb
    status: str  # "done", "failed" or "refused": its parameters make no sense to it
    seconds: float
    cell: int | None = None  # the number in brackets of the cell that failed
    error: str = ""  # the last line of the error, without folders


@dataclass(frozen=True)
class Part:
    """What one notebook of a run gave."""

    outcome: Outcome
    facts: "Facts | None" = None  # without a report there are none
    card: Mapping[str, object] = field(default_factory=dict)
    steps: "Steps | None" = None


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
    notebook: Path,
    parameters: Mapping[str, object],
    target: Path,
    moved: Mapping[str, str],
    place: Path,
    here: bool,
    timeout: int | None = None,
) -> Outcome:
    """Run `notebook` with `parameters` in its own folder and write the executed copy to `target`.

    The notebook itself is never written to. Until the last cell has run the copy is called
    `<name>.unfinished.ipynb`. A notebook that fails, or in a kernel has a cell that
    takes longer than `timeout` seconds, is kept as far as it came. A file that a parameter names is
    read where `moved` says it lies, and the copy shows the name. The cells run `here`, in this
    process, or else in a kernel; the file "cell" in the folder `place` has the number of the
    newest. Raises OSError when the copy cannot be written.
    """
    papermill = import_papermill()
    import nbformat
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    numbers = itertools.count(1)

    def at_cell(**_) -> None:
        (place / "cell").write_text(str(next(numbers)))

    started, copy = time.perf_counter(), unfinished(target)
    status, cell, error = "done", None, ""
    how = {"engine_name": "korus", "place": place} if here else _kernel(place, timeout)
    try:
        papermill.execute_notebook(
            *(str(path).replace("{", "{{").replace("}", "}}") for path in (notebook, copy)),
            {k: moved.get(v, v) if isinstance(v, str) else v for k, v in parameters.items()},
            kernel_name="python3",
            language="python",
            progress_bar=False,
            # Not `cwd`, which papermill would change for the whole process, threads included.
            resources={"metadata": {"path": str(notebook.parent)}},
            on_cell_execute=at_cell,
            **how,
        )
    except PapermillExecutionError as failure:
        status, cell = "failed", failure.exec_count
        error = f"{failure.ename}: {failure.evalue}"
    except CellTimeoutError:
        status, error = "failed", too_long(timeout)
        cell = int((place / "cell").read_text())
    except RuntimeError as failure:  # the kernel died, or never came
        status, error = "failed", f"the kernel stopped: {failure}"
    finish(notebook, target, moved)
    if refusal := refusal_in(nbformat.read(target, as_version=4)):
        status, error = "refused", refusal
    return Outcome(target.stem, status, time.perf_counter() - started, cell, without_folders(error))


def unfinished(target: Path) -> Path:
    """What the executed copy is called until the last cell has run."""
    return target.with_name(f"{target.stem}.unfinished.ipynb")


def too_long(seconds: int | None) -> str:
    """The error of a cell that takes longer than it may."""
    return f"TimeoutError: it took longer than {seconds} seconds"


def finish(notebook: Path, target: Path, moved: Mapping[str, str]) -> None:
    """Give the copy its name, with names of files as they were typed and not where they lay."""
    from papermill.translators import PythonTranslator

    copy = unfinished(target)
    text = copy.read_text(encoding="utf-8")
    names = [(str(copy), target.name), (str(notebook), notebook.name)]
    for name, place in moved.items():
        # First as a line of code has them, then as they are.
        names += [(PythonTranslator.translate(place), PythonTranslator.translate(name))]
        names += [(place, name)]
    for place, name in names:
        text = text.replace(*(json.dumps(one, ensure_ascii=False)[1:-1] for one in (place, name)))
    copy.write_text(text, encoding="utf-8")
    copy.replace(target)


def refusal_in(executed) -> str:
    """The message of a notebook that refuses its parameters, else "".

    It refuses them when, before it has shown anything, a cell raises InputError, or the cell
    tagged `check-parameters` raises ValueError.
    """
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                refusals = ["InputError", "NoFigure"]
                refusals += ["ValueError"] if CHECK_TAG in cell.metadata.get("tags", []) else []
                return output.evalue if output.ename in refusals else ""
            if output.output_type != "stream":
                return ""
    return ""


def without_folders(text: str) -> str:
    """`text` on one line, with "/home/ana/figures/x.csv" shortened to "x.csv"."""
    line = " ".join(text.split())
    return re.sub(r"(?<![\w.:/<])(?:[A-Za-z]:)?[/\\](?:[^\s/\\'\"]+[/\\])+", "", line)[:1000]


def _kernel(place: Path, timeout: int | None) -> dict[str, object]:
    """How papermill starts a kernel: this interpreter's, whatever "python3" the user has installed.

    By sockets instead of ports where there are any: nobody else can listen, and two runs that start
    together cannot be given the same port. Whoever asked ends it.
    """
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    logging.getLogger("papermill").addHandler(logging.NullHandler())  # which would print errors
    fits = os.name == "posix" and len(str(place)) < LONGEST_SOCKET
    kernel = AsyncKernelManager(
        connection_file=str(place / "kernel"), transport="ipc" if fits else "tcp"
    )
    kernel._kernel_spec = KernelSpec(**get_kernel_dict())
    return {"km": kernel, "execution_timeout": timeout}
