"""What one notebook does changes nothing for the next, and nothing is left behind at the end."""

import json
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from small_notebooks import (
    TELL,
    alive,
    korus_process,
    numbers,
    run_small,
    shown,
    small_notebook,
    start_korus,
    until,
    with_variable,
)

from korus_helpers.runs.engine import Engine, Limits

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")

STATE = """
import hashlib, json, locale, os, signal, sys, threading, warnings
import matplotlib, pandas
import korus_helpers, korus_helpers.trade.comparison as comparison
from korus_helpers.figures.tables import open_table
def digest(value): return hashlib.sha256(repr(value).encode()).hexdigest()
print(json.dumps({
    "rcParams": digest(sorted(matplotlib.rcParams.items())),
    "pandas": pandas.options.display.max_rows,
    "environment": digest(sorted((k, v) for k, v in os.environ.items() if "PYTEST" not in k)),
    "folder": os.getcwd(),
    "sys.path": sys.path,
    "warnings": digest([str(one) for one in warnings.filters]),
    "locale": locale.setlocale(locale.LC_ALL),
    "patched": [json.dump.__module__, comparison.comparison.__module__, open_table.__module__],
    "modules": sorted(name for name in sys.modules if name.startswith("left")),
    "threads": sum(t.name.startswith("left") for t in threading.enumerate()),
    "trace": [type(sys.gettrace()).__name__, type(sys.getprofile()).__name__],
    "recursion": sys.getrecursionlimit(),
    "signals": [str(signal.getsignal(n)) for n in (signal.SIGALRM, signal.SIGTERM)],
    "umask": os.umask(0o22),
    "nice": os.nice(0),
    "names": sorted(n for n in globals() if n.startswith("left")),
    "count": get_ipython().execution_count,
    "figures": matplotlib.pyplot.get_fignums(),
    "descriptors": [os.fstat(n).st_mode for n in (0, 1, 2)],
}))
"""
RANDOM = """
import json, random, secrets, tempfile, uuid
import numpy
print(json.dumps([random.random(), numpy.random.rand(), str(uuid.uuid4()), secrets.token_hex(),
    numpy.random.default_rng().random(), next(tempfile._get_candidate_names())]))
"""
SPOILERS = {
    "settings": """
import locale, os, sys, warnings, random, signal
import matplotlib.pyplot as plt, pandas, numpy
plt.rcParams.update({"axes.facecolor": "red", "savefig.dpi": 7})
plt.figure()
pandas.options.display.max_rows = 3
os.environ.update(HOME="/nowhere", MPLBACKEND="agg"); del os.environ["PATH"]
os.chdir("/"); os.umask(0o77); os.nice(3)
sys.path[:] = ["/nowhere"]; sys.modules["left_behind"] = sys
warnings.simplefilter("error")
locale.setlocale(locale.LC_ALL, "C")
numpy.random.seed(1); random.seed(1)
sys.setrecursionlimit(5000)
signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGALRM, print)
left_name = 1""",
    "patches": """
import json
import korus_helpers.trade.comparison as comparison, korus_helpers.figures.tables as tables
import korus_helpers.runs.harvest as harvest, matplotlib.figure, pandas
json.dump = comparison.comparison = tables.open_table = lambda *a, **k: "patched"
harvest.write_whole = lambda *a: None
pandas.DataFrame.to_csv = matplotlib.figure.Figure.savefig = lambda *a, **k: 0""",
    "left running": """
import socket, subprocess, tempfile, threading, time
left_socket = socket.create_server(("127.0.0.1", 0))
left_file = tempfile.NamedTemporaryFile(delete=False)
left_process = subprocess.Popen(["sleep", "600"])
threading.Thread(target=time.sleep, args=(600,), name="left").start()""",
    "traced": """
import sys
sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)""",
    "closes its descriptors": "import os\nos.close(1); os.close(2); os.close(0)\nprint('still')",
    "ends": "import os\nos._exit(3)",
    "is killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "fails": "1 / 0",
}


@pytest.fixture(scope="module")
def forks():
    engine = Engine("fork", Limits(timeout=60))
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def pristine(forks, tmp_path_factory):
    outcome, cells = run_small(forks, tmp_path_factory.mktemp("first") / "x", "state", STATE)
    assert outcome.status == "done", outcome.error
    return json.loads(shown(cells[0]))


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_the_next_notebook_finds_everything_as_at_the_start(spoiler, forks, pristine, tmp_path):
    outcome, _ = run_small(forks, tmp_path, "spoiler", SPOILERS[spoiler])
    assert (outcome.status, outcome.error) == {
        "ends": ("failed", "the kernel stopped: Kernel died (exit status 3)"),
        "is killed": ("failed", "the kernel stopped: Kernel died (signal 9)"),
        "fails": ("failed", "ZeroDivisionError: division by zero"),
    }.get(spoiler, ("done", ""))
    outcome, cells = run_small(forks, tmp_path, "state", STATE)
    assert (outcome.status, outcome.error) == ("done", "")
    found = json.loads(shown(cells[0]))
    assert found | {"folder": ""} == pristine | {"folder": ""}
    assert found["folder"] == str(tmp_path / "notebooks")


def test_two_runs_draw_different_random_numbers(forks, tmp_path):
    drawn = [
        json.loads(shown(run_small(forks, tmp_path, f"draw{n}", RANDOM)[1][0])) for n in range(2)
    ]
    assert all(one != other for one, other in zip(*drawn, strict=True))


def test_what_a_notebook_left_running_ends_with_it(forks, tmp_path):
    outcome, _ = run_small(forks, tmp_path, "leaves", TELL)
    assert outcome.status == "done"
    told = numbers(tmp_path / "notebooks" / "told.json")
    until(lambda: not any(map(alive, (told["kernel"], told["helper"]))), 10)


@pytest.fixture
def short_folder():
    """A folder for temporary files whose name leaves room for that of a socket in it."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield Path(folder)


ENDS = [
    ("run", "SIGINT to the group"), ("batch", "SIGINT to the group"), ("batch", "SIGKILL"),
    ("run", "SIGTERM"), ("run", "SIGKILL"), ("run", "SIGHUP"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "how"), ENDS)
def test_no_process_and_no_folder_is_left(command, how, tmp_path, short_folder):
    small_notebook(tmp_path, "00_endless", TELL, "time.sleep(600)")
    (tmp_path / "outputs").mkdir()
    variables = {"TMPDIR": str(short_folder), "KORUS_TEST": str(tmp_path)}
    arguments = ["--partners", "KOR,MEX"] if command == "batch" else []
    run = start_korus(tmp_path, command, *arguments, **variables)
    told = until(lambda: numbers(tmp_path / "notebooks" / "told.json"), 60)
    assert len(with_variable("KORUS_TEST", str(tmp_path))) > 3
    number = getattr(signal, how.split()[0])
    (os.killpg if "group" in how else os.kill)(run.pid, number)
    _, err = run.communicate(timeout=30)
    if "group" in how:
        assert run.returncode == 130
        assert err.strip().startswith("Stopped; ") and err.count("\n") <= 2
    until(lambda: not with_variable("KORUS_TEST", str(tmp_path)), 15)
    until(lambda: not any(map(alive, told.values())), 10)
    assert list(short_folder.iterdir()) == []


def test_where_the_socket_of_the_fork_server_has_no_room_kernels_do_the_same(tmp_path):
    small_notebook(tmp_path, "00_small", "print(1)")
    (tmp_path / "outputs").mkdir()
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    status, out, err = korus_process(tmp_path, "run", TMPDIR=str(deep))
    assert status == 0 and "Open outputs/" in out, err


HOSTILE = """
import json, os, subprocess, sys
open_ones = [int(one) for one in os.listdir("/proc/self/fd")]
for one in range(3, 300):
    try: os.write(one, b"x" * 100)
    except OSError: pass
daemon = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(json.dumps([daemon.pid, sys.stdin.read(), [os.readlink(f"/proc/self/fd/{one}")
    for one in open_ones if os.path.exists(f"/proc/self/fd/{one}")]]))
"""


def test_cells_reach_no_descriptor_of_others_and_leave_no_daemon(forks, tmp_path):
    outcome, cells = run_small(forks, tmp_path, "hostile", HOSTILE)
    assert outcome.status == "done", outcome
    daemon, typed, reached = json.loads(shown(cells[0]).strip("x\n"))
    assert typed == "" and not alive(daemon)
    own = ("/dev/null", "anon_inode:", "socket:", f"{tempfile.gettempdir()}/", "/proc/")
    assert all(one.startswith(own) and "pipe" not in one for one in reached), reached


def test_the_memory_of_children_counts(tmp_path):
    source = """
import os, time
for _ in range(4):
    if not os.fork():
        taken = b"x" * 150_000_000
        time.sleep(60)
time.sleep(60)"""
    with Engine("fork", Limits(timeout=60, memory=300_000_000)) as engine:
        outcome, _ = run_small(engine, tmp_path, "forks", source)
    assert (outcome.status, outcome.error) == ("failed", "MemoryError: it took more than 300 MB")
    assert outcome.cell == 2


def test_the_time_of_a_report_is_limited(tmp_path):
    source = """
from IPython.display import display
display({"text/html": "<p>" + "<div>" * 2_000_000, "text/plain": "deep"}, raw=True)"""
    with Engine("fork", Limits(timeout=4)) as engine:
        began = time.monotonic()
        outcome, _ = run_small(engine, tmp_path, "deep", source)
    assert time.monotonic() - began < 40
    assert outcome.status == "done" or "report took longer than 4 seconds" in outcome.error


MOMENTS = [(command, 0.4 * tenth) for tenth in range(1, 11) for command in ("run", "batch")]


@pytest.mark.parametrize(("command", "seconds"), MOMENTS)
def test_ctrl_c_is_answered_at_any_moment(command, seconds, tmp_path):
    quick = "import time\nif partner != 'Mexico': time.sleep(600)"
    small_notebook(tmp_path, "00_waits", quick)
    (tmp_path / "outputs").mkdir()
    chosen = ["--partners", "MEX,KOR,DEU"] if command == "batch" else []
    # Not measured: counting of lines starts before our code does, and does not stand a Ctrl-C.
    unmeasured = dict.fromkeys((name for name in os.environ if name.startswith("COV")), "")
    run = start_korus(tmp_path, command, *chosen, KORUS_TEST=str(tmp_path), **unmeasured)
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=60)  # the notebook would wait for 600 seconds
    at_its_start = run.returncode == -signal.SIGINT or "init_import_site" in err  # Python itself
    if not at_its_start:
        assert run.returncode == 130 and "Traceback" not in err, err
        made = len(list(tmp_path.glob("outputs/batch/*/run.json")))
        assert f"{made} of 3 runs" in err or (made == 0 and "Stopped" in err), err
    until(lambda: not with_variable("KORUS_TEST", str(tmp_path)), 10)
