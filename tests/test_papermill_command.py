"""`papermill --engine korus`, as installed, beside papermill with its own engine."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import pytest
from same_outputs import comparable
from small_notebooks import small_notebook

PAPERMILL = Path(sys.executable).parent / "papermill"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks"),
    pytest.mark.skipif(
        not [e for e in entry_points(group="papermill.engine") if e.name == "korus"],
        reason="needs the package as installed anew: pip install -e .",
    ),
]


def papermill(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Exit status and what was written on stderr."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(
        [PAPERMILL, *arguments], cwd=folder, env=environment | variables, capture_output=True,
        text=True, timeout=200,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr


def both(work) -> tuple:
    """`work` with papermill's engine and with that of this package, side by side."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(work, ((), ("--engine", "korus"))))


def test_options_work_as_with_its_own_engine(tmp_path):
    source = "import os, sys\nprint(partner, note, os.path.basename(os.getcwd()))"
    source = small_notebook(tmp_path, "in", source, "print('e', file=sys.stderr)\n5")
    (tmp_path / "work").mkdir()

    def run(engine):
        name = "-".join(("out", *engine))
        status, said = papermill(
            tmp_path, *engine, str(source), f"{name}.ipynb", "-p", "partner", "Mexico", "-p",
            "note", "x", "--cwd", "work", "--log-output", "--progress-bar", "--stdout-file",
            str(tmp_path / f"{name}.out"), "--stderr-file", str(tmp_path / f"{name}.err"),
        )  # fmt: skip
        assert "4/4" in said and "Executing notebook with kernel: python3" in said
        logs = [line for line in said.splitlines() if line in ("Mexico x work", "e")]
        texts = [(tmp_path / f"{name}.{end}").read_text() for end in ("out", "err")]
        return status, logs, texts, comparable(tmp_path / f"{name}.ipynb")

    plain, forked = both(run)
    assert plain[:3] == (0, ["Mexico x work", "e"], ["Mexico x work\n", "e\n"])
    assert forked == plain


def test_an_error_and_a_time_out_end_as_with_its_own_engine(tmp_path):
    failing = small_notebook(tmp_path, "failing", "print('a')", "1 / 0", "print('never')")
    slow = small_notebook(tmp_path, "slow", "import time; print('b'); time.sleep(60)")

    def run(engine):
        name = "-".join(("out", *engine))
        status, said = papermill(tmp_path, *engine, str(failing), f"{name}.ipynb")
        error = said[said.index("PapermillExecutionError") :]
        # The notebook of a time-out is not compared: at its end papermill's engine interrupts the
        # cell once more, which may show a KeyboardInterrupt.
        late, reason = papermill(
            tmp_path, *engine, str(slow), f"{name}-slow.ipynb", "--execution-timeout", "2"
        )
        assert "A cell timed out while it was being executed, after 2 seconds" in reason
        printed = nbformat.read(tmp_path / f"{name}-slow.ipynb", 4).cells[1].outputs[0].text
        return status, error, late, printed, comparable(tmp_path / f"{name}.ipynb")

    plain, forked = both(run)
    assert (plain[0], *plain[2:4]) == (1, 1, "b\n")
    assert "ZeroDivisionError: division by zero" in plain[1]
    assert forked == plain


def test_a_kernel_of_another_language_is_that_of_papermill(tmp_path):
    spec = tmp_path / "jupyter" / "kernels" / "other"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.joinpath("kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Other", "language": "other"})
    )
    path = small_notebook(tmp_path, "in", "print(type(get_ipython().kernel).__module__)")
    notebook = nbformat.read(path, 4)
    notebook.metadata.kernelspec = {"name": "other", "display_name": "Other", "language": "other"}
    nbformat.write(notebook, path)
    variables = {"JUPYTER_PATH": str(tmp_path / "jupyter")}
    status, said = papermill(tmp_path, "--engine", "korus", str(path), "out.ipynb", **variables)
    assert status == 0, said
    assert (
        nbformat.read(tmp_path / "out.ipynb", 4).cells[1].outputs[0].text == "ipykernel.ipkernel\n"
    )
