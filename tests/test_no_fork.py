"""Where no process can be forked safely: the same commands, with a kernel for each notebook."""

import os
import sys

import nbformat
import pytest
from small_notebooks import PACKAGE, korus_process, shown, small_notebook

# What a Python does at its start, on some machines.
STARTS = {
    "no fork": "import os\ndel os.fork",
    "threads": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    "libraries": "import sys\nsys.modules['pyarrow.parquet'] = None",
}
# A kernel is a program of its own; a fork has no command line of a kernel.
SOURCE = "print(partner, 'ipykernel_launcher' in open('/proc/self/cmdline').read())"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(params=STARTS)
def start(request, tmp_path):
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(STARTS[request.param])
    return request.param, os.pathsep.join([str(tmp_path / "start"), PACKAGE])


def test_a_run_or_a_batch_is_made_by_kernels(start, tmp_path):
    small_notebook(tmp_path, "00_small", SOURCE)
    (tmp_path / "runs.yaml").write_text("- {note: a}\n- {note: b}\n")
    command = ("run", "-p", "partner", "Mexico", "--out", ".")
    if start[0] == "no fork":
        command = ("batch", "--params", "runs.yaml", "-p", "partner", "Mexico", "--out", "batch")
    status, out, err = korus_process(tmp_path, *command, PYTHONPATH=start[1])
    assert (status, err) == (0, ""), (out, err)
    made = [path for path in tmp_path.glob("*/**/00_small.ipynb") if "notebooks" not in path.parts]
    assert len(made) == (2 if command[0] == "batch" else 1)
    for path in made:
        assert shown(nbformat.read(path, 4).cells[-1]) == "Mexico True\n"
