"""One notebook executed by papermill."""

import json
import re
import sys
import time
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECK_TAG = "check-parameters"
ENGINE = "korus"


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook."""

    notebook: str  # its name without .ipynb
    status: str  # "done", "failed" or "refused": its parameters make no sense to it
    seconds: float
    cell: int | None = None  # the number in brackets of the cell that failed
    error: str = ""  # the last line of the error, without folders


def import_papermill():
    """papermill with the engine `korus`, in 1 s instead of 3.

    jsonschema builds a grammar of international web addresses at import wherever it finds
    rfc3987_syntax, and does without it elsewhere. No notebook has such addresses to check.
    """
    hidden = sys.modules.setdefault("rfc3987_syntax", None) is None
    try:
        import papermill
    finally:
        if hidden:
            del sys.modules["rfc3987_syntax"]
    from korus_helpers.runs.engine import Engine

    papermill.engines.papermill_engines.register(ENGINE, Engine)
    return papermill


def execute(
    notebook: Path,
    parameters: Mapping[str, object],
    target: Path,
    timeout: int | None = None,
    moved: Mapping[str, str] = types.MappingProxyType({}),
    **how: Any,
) -> Outcome:
    """Run `notebook` with `parameters` in its own folder and write the executed copy to `target`.

    The notebook itself is never written to. Until the last cell has run the copy is called
    `<name>.unfinished.ipynb`. A notebook that fails, or has a cell that takes longer than `timeout`
    seconds, is kept as far as it came. A file that a parameter names is read where `moved` says it
    lies, and the copy shows the name. `how` is for papermill's engine: where the cells run. Raises
    OSError when the copy cannot be written.
    """
    papermill = import_papermill()
    import nbformat
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    started = time.perf_counter()
    status, cell, error, executed = "done", None, "", None
    try:
        executed = papermill.execute_notebook(
            _as_papermill_path(notebook),
            _as_papermill_path(unfinished(target)),
            {name: _moved(value, moved) for name, value in parameters.items()},
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            # Not `cwd`, which papermill would change for the whole process, threads included.
            resources={"metadata": {"path": str(notebook.parent)}},
            execution_timeout=timeout,
            recorded={"input_path": notebook.name, "output_path": target.name},
            **how,
        )
    except PapermillExecutionError as failure:
        status, cell = "failed", failure.exec_count
        error = f"{failure.ename}: {failure.evalue}"
    except CellTimeoutError:
        status, error = "failed", f"TimeoutError: it took longer than {timeout} seconds"
    except RuntimeError as failure:  # nbclient and jupyter_client: the kernel died or never came
        status, error = "failed", f"the kernel stopped: {failure}"
    if moved:
        _name_again(unfinished(target), moved)
        executed = None
    unfinished(target).replace(target)
    executed = executed or nbformat.read(target, as_version=4)
    if refusal := refusal_in(executed):
        status, error = "refused", refusal
    elif error.startswith("TimeoutError: it took"):
        cell = _running_cell(executed)
    return Outcome(target.stem, status, time.perf_counter() - started, cell, without_folders(error))


def unfinished(target: Path) -> Path:
    """What the executed copy is called until the last cell has run."""
    return target.with_name(f"{target.stem}.unfinished.ipynb")


def _running_cell(executed) -> int | None:
    """The number in brackets that the cell would have had that was running at the end."""
    number, running = 0, None
    for cell in executed.cells:
        if cell.cell_type == "code" and cell.source.strip():
            number += 1
            # Its status tells nothing: papermill calls every cell completed in the end.
            if cell.metadata.papermill.start_time:
                running = number
    return running


def _moved(value: object, moved: Mapping[str, str]) -> object:
    return moved.get(value, value) if isinstance(value, str) else value


def _name_again(executed: Path, moved: Mapping[str, str]) -> None:
    """Show the names of files as they were typed, and not where they lay."""
    from papermill.translators import PythonTranslator

    text = executed.read_text(encoding="utf-8")
    for name, here in moved.items():
        # First as a line of code has them, then as they are.
        for write in (PythonTranslator.translate, str):
            text = text.replace(_in_json(write(here)), _in_json(write(name)))
    executed.write_text(text, encoding="utf-8")


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


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
