"""The ways to execute notebooks that `bench_runs.py` compares, each in a process of its own.

`python -c "from approaches import main; main()" NAME WORKERS FOLDER CASES`, where CASES is a JSON
list of notebooks and parameters; it prints "ready" and "done" for `meter.measure`.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

BIN = Path(sys.executable).parent
Case = dict  # notebook: its path; parameters: name → value; name: that of the case
Way = Callable[[Sequence[Case], int, Path], None]


def ready() -> None:
    print("ready", flush=True)


def papermill_command(cases: Sequence[Case], workers: int, folder: Path) -> None:
    """Each starts up anew, so there is nothing to be ready with."""
    for case in cases:
        parameters = json.dumps(case["parameters"])
        files = case["notebook"], folder / f"{case['name']}.ipynb"
        subprocess.run(
            [BIN / "papermill", "--no-progress-bar", "-y", parameters, *files],
            check=True, capture_output=True,
        )  # fmt: skip


def papermill_in_process(cases: Sequence[Case], workers: int, folder: Path) -> None:
    import papermill

    ready()
    for case in cases:
        target = folder / f"{case['name']}.ipynb"
        papermill.execute_notebook(
            case["notebook"], target, case["parameters"], progress_bar=False
        )  # fmt: skip


def nbclient_in_process(cases: Sequence[Case], workers: int, folder: Path) -> None:
    import nbformat
    from nbclient import NotebookClient
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    ready()
    for case in cases:
        notebook = load_notebook_node(case["notebook"])
        notebook = parameterize_notebook(notebook, case["parameters"])
        NotebookClient(notebook, kernel_name="python3").execute()
        nbformat.write(notebook, folder / f"{case['name']}.ipynb")


def engine(cases: Sequence[Case], workers: int, folder: Path) -> None:
    """Cells in forks, as `korus run` has them; no reports."""

    def one(started, case: Case) -> None:
        target = folder / f"{case['name']}.ipynb"
        outcome = started.execute(Path(case["notebook"]), case["parameters"], target)
        assert outcome.status == "done", outcome

    with_engine(one, cases, workers)


def floor(cases: Sequence[Case], workers: int, folder: Path) -> None:
    """What no notebook can undercut: its code as one plain script, in a fork with all loaded."""

    def one(started, case: Case) -> None:
        started.do(plain_script, script(case), Path(case["notebook"]).parent)

    with_engine(one, cases, workers)


def engine_with_reports(cases: Sequence[Case], workers: int, folder: Path) -> None:
    """One folder with report, index and record for each, as `korus batch` makes them."""
    from korus_helpers.runs.grid import Setting
    from korus_helpers.runs.plan import declared_parameters, plan
    from korus_helpers.runs.run import make_run

    now, tasks = datetime.now().astimezone(), []
    for case in cases:
        path, place = Path(case["notebook"]), folder / case["name"]
        place.mkdir()
        parameters = tuple((name, str(value)) for name, value in case["parameters"].items())
        declared = {path.stem: declared_parameters(path)}
        prepared = plan({path.stem: path}, declared, parameters, now, "")
        tasks.append((Setting(case["name"], parameters), replace(prepared, folder=place)))

    def one(started, task) -> None:
        ended = make_run(*task, started)
        assert ended.status == "done", ended.failures

    with_engine(one, tasks, workers)


WAYS: dict[str, tuple[Way, Sequence[int]]] = {
    "papermill command line": (papermill_command, [1]),
    "papermill.execute_notebook": (papermill_in_process, [1]),
    "nbclient": (nbclient_in_process, [1]),
    "engine": (engine, [1, 2]),
    "engine with reports": (engine_with_reports, [1, 2]),
    "floor": (floor, [1, 2]),
}
"""Name → the function and the numbers of workers that it is measured with."""


def with_engine(work: Callable, items: Sequence, workers: int) -> None:
    """`work(engine, item)` for each, `workers` at a time, with an engine that has loaded."""
    from korus_helpers.runs.engine import Engine

    started = Engine()
    try:
        assert started.do(os.getpid) != os.getpid(), "this system does not fork processes safely"
        ready()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda item: work(started, item), items))
        print("done", flush=True)
    finally:
        started.stop()


def script(case: Case) -> str:
    """The code of a notebook, with the parameters after the cell that declares them."""
    cells = json.loads(Path(case["notebook"]).read_text("utf-8"))["cells"]
    given = "\n".join(f"{name} = {value!r}" for name, value in case["parameters"].items())
    parts = []
    for cell in cells:
        if cell["cell_type"] == "code":
            parts.append("".join(cell["source"]))
            if "parameters" in cell["metadata"].get("tags", []):
                parts.append(given)
    return "\n".join(parts)


def plain_script(text: str, folder: Path) -> None:
    """Run it; what it displays is rendered and goes nowhere."""
    from IPython import get_ipython

    os.chdir(folder)
    get_ipython().display_pub.publish = lambda *args, **kwargs: None
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "<script>", "exec"), {"__name__": "__main__"})


def main() -> None:
    name, workers, folder, cases = sys.argv[1:]
    WAYS[name][0](json.loads(cases), int(workers), Path(folder))
