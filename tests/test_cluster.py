"""Batches on a Dask cluster: a real scheduler and real workers, processes of this machine."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import nbformat
import official
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4
from small_notebooks import heed_signals, until, with_variable
from test_refresh_command import country
from typed import korus as in_folder

from korus_helpers.cli import korus
from korus_helpers.runs.batch import MAKING

PACKAGE = Path(__file__).resolve().parents[1]
RUNS = 9
PARAMETERS = """partner: str = "Korea, South"  # who
base_year: int = 2011  # first year
end_year: int = 2016  # last year
claims_file: str = ""  # a file"""
SENTENCE = """from IPython.display import display
from pathlib import Path
read = Path(claims_file).read_text() if claims_file else "nothing"
display({"text/markdown": f"{partner} {read}", "text/plain": partner}, raw=True)
print(claims_file)"""
KILL_THE_WORKER = """import psutil
one = psutil.Process()
while one.cmdline()[2:3] != ["dask"]:
    one = one.parent()
one.kill()"""
# What differs between two runs of the same.
TIMES = re.compile(
    r'\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?|\d+ \w+ 20\d\d, \d\d:\d\d|"(duration|seconds|bytes)":'
    r' [\d.e-]+|"[\w.]+\.(ipynb|html)": \d+|<td class="number">[\d.]+</td>|"id": "[0-9a-f]{8}"'
)


def distributed():
    return pytest.importorskip("distributed", reason="needs the packages of the group cluster")


class Cluster:
    """A scheduler and its workers, all with the variable `mark` in their environment."""

    def __init__(self, folder, **variables):
        distributed()
        self.folder, self.mark = folder, ("KORUS_TEST", str(folder))
        self.variables = dict([self.mark], KORUS_DATA="", **variables)
        self.processes = []
        file = folder / "scheduler.json"
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        until(file.exists)
        self.address = until(lambda: json.loads(file.read_text() or "{}").get("address"))

    def start(self, what, *options, **variables):
        place = self.folder / f"process{len(self.processes)}"
        place.mkdir()
        with (place / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", what, "--no-dashboard", *map(str, options)],
                cwd=place, env=os.environ | self.variables | variables, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, *options, **variables):
        here = ("--host", "127.0.0.1", "--nthreads", "1", "--local-directory", "here")
        return self.start("worker", self.address, *here, *options, **variables)

    @contextlib.contextmanager
    def client(self):
        client = distributed().Client(self.address, set_as_default=False)
        with client:
            yield client

    def pids(self, count):
        """Those of the workers, when there are so many."""
        with self.client() as client:
            client.wait_for_workers(count, timeout=60)
            assert len(with_variable(*self.mark)) > count  # that `stop` finds none means something
            return list(client.run(os.getpid).values())

    def stop(self):
        """End all, the scheduler last; nothing they started may be left."""
        scheduler, *workers = self.processes
        for several in (workers, [scheduler]):
            for process in several:
                process.terminate()
            for process in several:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()
        until(lambda: not with_variable(*self.mark))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers, one with a nanny and one without."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.without_nanny = made.worker("--no-nanny")
    made.worker()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A scheduler that gives a run up when its worker is lost; workers are for the test."""
    made = Cluster(
        tmp_path_factory.mktemp("strict"), DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0"
    )
    yield made
    made.stop()


def write_notebook(folder, *sources):
    cells = [v4.new_markdown_cell("# Small")]
    for source, tags in ((PARAMETERS, ["parameters"]), *((source, []) for source in sources)):
        cells.append(v4.new_code_cell(source, metadata={"tags": tags}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "notebooks" / "01_small.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The current folder, with a small notebook."""
    write_notebook(tmp_path, SENTENCE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*arguments):
    return CliRunner().invoke(korus, ["batch", *map(str, arguments)])


def batch_of_one(address, *options):
    return batch("--scheduler", address, "--partners", "MEX", "--out", "out", *options)


def start_batch(place, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "korus_helpers.cli", "batch", *map(str, arguments)],
        cwd=place, env=os.environ | {"PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals,
    )  # fmt: skip


def record(out):
    return json.loads((out / "batch.json").read_text(encoding="utf-8"))["runs"]


def finished(out):
    return sorted(path.parent.name for path in out.glob("*/run.json"))


def assert_complete(out, count=RUNS):
    """Every run is there, once in the record and once in the index, and nothing else is."""
    runs = record(out)
    assert [one["status"] for one in runs] == ["done"] * count
    names = sorted(one["name"] for one in runs)
    assert len(set(names)) == count and finished(out) == names
    there = sorted(path.name for path in out.glob("[!.]*"))
    assert there == sorted([*names, "batch.json", "index.html"])
    assert not (out / MAKING).exists()
    page = BeautifulSoup((out / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = [a["href"] for a in page.find_all("a") if a["href"].endswith("/index.html")]
    assert sorted(link.rpartition("/")[0] for link in links) == names


@pytest.mark.parametrize("nanny", [False, True], ids=["no nanny", "nanny"])
def test_all_runs_complete_though_a_worker_is_killed(cluster, place, nanny):
    pids = cluster.pids(2)
    out = place / "out"
    process = start_batch(
        place, "--scheduler", cluster.address, "--partners", f"top{RUNS}", "--out", out
    )
    until(lambda: process.poll() is not None or len(finished(out)) >= RUNS // 3)
    assert process.poll() is None, process.communicate()
    (pid,) = [pid for pid in pids if (pid != cluster.without_nanny.pid) == nanny]
    os.kill(pid, signal.SIGKILL)
    said, complaints = process.communicate(timeout=120)
    if not nanny:
        cluster.without_nanny = cluster.worker("--no-nanny")
    assert (process.returncode, complaints) == (0, "")
    assert f"{RUNS} runs are done, 0 of them by an earlier call." in said
    assert_complete(out)
    assert pid not in cluster.pids(2)


def test_a_stopped_batch_says_how_to_go_on_and_a_second_call_does(cluster, place):
    cluster.pids(2)
    out = place / "out"
    typed = ("--scheduler", cluster.address, "--partners", "top8", "--out", out)
    process = start_batch(place, *typed)
    until(lambda: process.poll() is not None or len(finished(out)) >= 3)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=60)
    kept = finished(out)
    assert process.returncode == 130 and 3 <= len(kept) < 8
    assert complaints == (
        f"\nStopped; {len(kept)} of 8 runs are finished in {out}; the same command goes on from"
        " there.\n"
    )
    assert sorted(one["name"] for one in record(out)) == kept
    with cluster.client() as client:
        until(lambda: client.run_on_scheduler(lambda dask_scheduler: not dask_scheduler.tasks))
    answer = batch(*typed)
    assert answer.exit_code == 0, answer.output
    assert_complete(out, 8)
    assert sorted(one["name"] for one in record(out) if one["kept"]) == kept
    # All are there: nothing is asked of a cluster.
    answer = batch("--scheduler", "tcp://127.0.0.1:1", *typed[2:])
    assert "\n8 runs are done, 8 of them by an earlier call.\n" in answer.output


def test_runs_equal_those_of_a_local_batch(cluster, place, tmp_path_factory):
    away = tmp_path_factory.mktemp('it\'s "away"')
    (away / "claims.yaml").write_text("a whole path")
    (place / "beside.yaml").write_text("beside the notebook")
    (place / "runs.yaml").write_text(
        json.dumps(
            [
                {"partner": "Mexico", "claims_file": str(away / "claims.yaml")},
                {"partner": "Canada", "claims_file": "../beside.yaml"},
            ]
        )
    )
    answers = [
        batch("--params", "runs.yaml", "--out", out, *where)
        for out, where in (("local", ()), ("far", ("--scheduler", cluster.address)))
    ]
    assert [answer.exit_code for answer in answers] == [0, 0], answers[1].output
    local = {path.relative_to("local"): path for path in Path("local").rglob("[!.]*.*")}
    far = {path.relative_to("far"): path for path in Path("far").rglob("[!.]*.*")}
    assert local.keys() == far.keys() and len(local) == 2 + 2 * 5
    compared = 0
    for name, path in local.items():
        if len(name.parts) > 1:
            texts = [TIMES.sub("", one.read_text("utf-8")) for one in (path, far[name])]
            assert texts[0] == texts[1], name
            compared += 1
    assert compared == 10
    for folder, words in (("mexico*", "a whole path"), ("canada*", "beside the notebook")):
        (notebook,) = Path("far").glob(f"{folder}/*.ipynb")
        assert words in notebook.read_text("utf-8")


def test_what_travels_stays_within_the_folder_of_a_run(tmp_path):
    from korus_helpers.runs.plan import Plan, unpack

    plan = Plan({}, (), {}, {}, datetime(2026, 11, 24), "")
    names = ["a.yaml", "../../b.yaml", "sub/../../c.yaml", "/etc/d.yaml", "C:\\work\\e.yaml"]
    folder = tmp_path / "1" / "2" / "3"
    plan = unpack((plan, {"01": "{}"}, dict.fromkeys(names, b"")), folder)
    written = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    assert len(written) == 6 and all(path.is_relative_to(folder) for path in written)
    assert [Path(plan.moved[name]).name for name in names] == [f"{one}.yaml" for one in "abcde"]


@pytest.mark.parametrize("what", ["code", "figures"])
def test_a_worker_with_other_code_or_figures_refuses(strict, place, what, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    if what == "code":
        shutil.copytree(PACKAGE / "korus_helpers", other / "korus_helpers")
        with (other / "korus_helpers" / "errors.py").open("a") as module:
            module.write("\n# other\n")
        worker = strict.worker("--no-nanny", PYTHONPATH=str(other))
    else:
        (other / "country.xlsx").write_bytes(official.workbook(country()))
        done = in_folder(other, "refresh", "--file", other / "country.xlsx")
        assert done.returncode == 0, done.stderr
        worker = strict.worker("--no-nanny", KORUS_DATA=str(other))
    strict.pids(1)
    answer = batch_of_one(strict.address)
    worker.terminate()
    worker.wait(20)
    assert answer.exit_code == 3
    assert re.fullmatch(
        r"Error: The worker tcp://\S+ has other \w+ of korus than this machine; give it the"
        r" same, or stop it; 0 of 1 runs are finished in out; the same command goes on from"
        r" there\.\n",
        answer.stderr,
    )
    assert what in answer.stderr and record(Path("out")) == []


def test_a_run_that_takes_its_workers_along_has_failed(strict, place):
    write_notebook(place, KILL_THE_WORKER)
    worker = strict.worker("--no-nanny")
    strict.pids(1)
    answer = batch_of_one(strict.address)
    worker.wait(20)
    assert answer.exit_code == 4
    assert "mexico_2011-2016: every worker that made it was lost (1 of them)" in answer.stderr
    (run,) = record(Path("out"))
    assert run["status"] == "failed" and run["failures"][0]["file"] == ""


def test_no_scheduler(place):
    distributed()
    answer = batch_of_one("tcp://127.0.0.1:1")
    assert answer.exit_code == 3
    assert answer.stderr == (
        "Error: No Dask scheduler answers at tcp://127.0.0.1:1; start one with: dask scheduler;"
        " 0 of 1 runs are finished in out; the same command goes on from there.\n"
    )
    answer = batch_of_one("cluster")
    assert answer.exit_code == 2
    assert "'cluster' is no address of a scheduler; type it as tcp://" in answer.stderr


def test_a_listener_that_is_no_scheduler(place, monkeypatch):
    distributed()
    monkeypatch.setattr("korus_helpers.runs.cluster.CONNECT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        answer = batch_of_one(address)
    assert answer.exit_code == 3
    assert answer.stderr.startswith(f"Error: No Dask scheduler answers at {address}; start one")


def test_a_scheduler_that_is_lost(place, tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("lost"))
    cluster.worker("--no-nanny")
    cluster.pids(1)
    process = start_batch(
        place, "--scheduler", cluster.address, "--partners", "top20", "--out", "out"
    )
    until(lambda: process.poll() is not None or len(finished(Path("out"))) >= 2)
    cluster.processes[0].kill()
    _, complaints = process.communicate(timeout=60)
    kept = finished(Path("out"))
    cluster.stop()
    assert process.returncode == 3
    assert complaints == (
        f"Error: The scheduler {cluster.address} was lost; {len(kept)} of 20 runs are finished in"
        " out; the same command goes on from there.\n"
    )
    assert sorted(one["name"] for one in record(Path("out"))) == kept


def test_no_workers(strict, place, monkeypatch):
    monkeypatch.setattr("korus_helpers.runs.cluster.PATIENCE", 1)
    answer = batch_of_one(strict.address)
    assert answer.exit_code == 3
    start = f"Error: The scheduler {strict.address} has no worker; start one with: dask worker tcp"
    assert answer.stderr.startswith(start)


def test_what_is_missing_or_typed_twice(place, monkeypatch):
    answer = batch("--scheduler", "tcp://127.0.0.1:1", "--partners", "MEX", "--workers", "2")
    assert answer.exit_code == 2 and "leave --workers out" in answer.stderr
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = batch_of_one("tcp://127.0.0.1:1")
    assert answer.exit_code == 2
    assert answer.stderr.endswith("type: pip install 'korus-helpers[cluster]'\n")
