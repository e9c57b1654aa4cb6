"""`korus batch` as a real command: failures, resumption, interrupts, full disks, bad options."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_notebooks import korus, small_notebook, start_korus, unmount, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

ONE = "print(partner, note)"
COUNTED = 'open("made", "a").write(partner + "\\n");'
SPECIFIC = 'assert partner != "Mexico", "no Mexico"'


def made(folder: Path) -> list[str]:
    """The partners for which a notebook was run since the last time."""
    file = folder / "notebooks" / "made"
    partners = sorted(file.read_text().splitlines()) if file.exists() else []
    file.unlink(missing_ok=True)
    return partners


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "outputs").mkdir()
    return tmp_path


def index(out: Path) -> dict[str, str]:
    """Run → what became of it, as the record of the batch has it."""
    runs = json.loads((out / "batch.json").read_text())["runs"]
    return {run["name"]: run["status"] + " kept" * run["kept"] for run in runs}


def test_failures_are_listed_with_the_notebook_as_far_as_it_came(place):
    small_notebook(place, "00_good", ONE)
    small_notebook(place, "01_some", ONE, SPECIFIC)
    status, out, err = korus(place, "batch", "--partners", "KOR,MEX,DEU")
    assert status == 4
    lines = out.splitlines()
    assert "2 runs are done, 0 of them by an earlier call." in lines
    assert lines[-1] == "Open outputs/batch/index.html"
    first, second = err.splitlines()
    assert first == "Error: 1 runs are not complete." or first.startswith("Error: 1 run is")
    assert re.fullmatch(
        r"mexico\S*, 01_some: .*AssertionError: no Mexico.* \((\S+01_some\.ipynb)\)", second
    ), second
    partial = place / re.search(r"\((\S+\.ipynb)\)", second)[1]
    assert "no Mexico" in partial.read_text()
    found = index(place / "outputs" / "batch")
    assert sorted(found.values()) == ["done", "done", "failed"]
    assert not (place / "outputs" / "batch" / ".korus-making").exists()
    # Only what failed is made again.
    small_notebook(place, "01_some", ONE, SPECIFIC)
    status, out, err = korus(place, "batch", "--partners", "KOR,MEX,DEU")
    assert (status, "2 of them by an earlier call." in out) == (4, True)


def test_a_second_call_makes_what_has_changed_and_nothing_else(place):
    small_notebook(place, "00_counts", COUNTED)
    claims = place / "claims.csv"
    claims.write_text("id\n1\n")
    call = ("batch", "--partners", "KOR,MEX")
    out = place / "outputs" / "batch"
    assert korus(place, *call)[0] == 0
    assert len(made(place)) == 2
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/run.json")}
    assert korus(place, *call)[0] == 0
    assert (made(place), set(index(out).values())) == ([], {"done kept"})
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/run.json")} == before
    assert korus(place, "batch", "--partners", "KOR,MEX,DEU")[0] == 0
    assert made(place) == ["Germany"]
    assert korus(place, *call, "--force")[0] == 0
    assert "Mexico" in made(place)
    assert korus(place, *call, "-p", "note", "x")[0] == 0  # a parameter
    assert "Mexico" in made(place)
    small_notebook(place, "00_counts", COUNTED, "1")  # the notebook
    assert korus(place, *call, "-p", "note", "x")[0] == 0
    assert "Mexico" in made(place)


def test_ctrl_c_leaves_a_true_index_and_a_second_call_finishes(place):
    wait = "import os, time\nif partner != 'Mexico' and not os.path.exists('go'): time.sleep(600)"
    small_notebook(place, "00_waits", 'open(f"seen {partner}", "w")', wait)
    call = ("batch", "--partners", "MEX,KOR,DEU,JPN", "--workers", "2")
    run = start_korus(place, *call)
    out = place / "outputs" / "batch"
    until(lambda: list(out.glob("mexico*/run.json")))
    until(lambda: len(list((place / "notebooks").glob("seen *"))) > 2)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err.strip() == (
        "Stopped; 1 of 4 runs are finished in outputs/batch; the same command goes on from there."
    )
    assert list(index(out).values()) == ["done"]
    assert "3 runs are still to be made" in (out / "index.html").read_text()
    assert not (out / ".korus-making").exists()
    (place / "notebooks" / "go").touch()
    status, text, _ = korus(place, *call)
    assert status == 0
    assert "4 runs are done, 1 of them by an earlier call." in text
    assert sorted(index(out).values()) == ["done", "done", "done", "done kept"]


def test_a_full_disk_stops_the_batch_and_with_room_it_goes_on(place):
    small_notebook(place, "00_large", "import os\nprint(partner, os.urandom(700_000).hex())")
    disk = place / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs to be root, to mount a small disk")
    call = ("batch", "--partners", "KOR,MEX,DEU,JPN,CHN,CAN", "--out", str(disk / "out"))
    try:
        status, out, err = korus(place, *call)
        assert (status, out) == (3, "")
        assert re.fullmatch(
            r"Error: A run cannot be written \(No space left on device\); [0-5] of 6 runs are"
            r" finished in \S+out; the same command goes on from there\.\n", err
        ), err  # fmt: skip
        subprocess.run(["mount", "-o", "remount,size=90m", str(disk)], check=True)
        status, out, err = korus(place, *call)
        assert (status, err) == (0, "")
        assert len(index(disk / "out")) == 6
    finally:
        unmount(disk)


def test_two_batches_do_not_work_in_one_folder(place):
    small_notebook(place, "00_waits", "open('seen', 'w')", "import time; time.sleep(600)")
    first = start_korus(place, "batch", "--partners", "KOR")
    until((place / "notebooks" / "seen").exists)
    assert korus(place, "batch", "--partners", "KOR,MEX") == (
        2, "", "Error: Another batch is at work in outputs/batch; wait for its end, or choose"
        " another folder with --out.\n",
    )  # fmt: skip
    first.kill()
    first.communicate()
    small_notebook(place, "00_waits", ONE)
    assert korus(place, "batch", "--partners", "KOR")[0] == 0


FOREIGN = {
    "a folder with the name of a run": "mexico/thesis.txt",
    "a page": "index.html",
    "a file in the folder of a run": "korea-south/notes/mine.txt",
    "a damaged record": "korea-south/run.json",
    "a damaged record of the batch": "batch.json",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_no_batch_wrote_is_neither_replaced_nor_deleted(what, place):
    small_notebook(place, "00_one", ONE)
    out = place / "outputs" / "batch"
    if what != "a page":
        assert korus(place, "batch", "--partners", "KOR")[0] == 0
    file = out / FOREIGN[what]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("years of work")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    status, said, err = korus(place, "batch", "--partners", "KOR,MEX", "--force")
    assert (status, said, err.count("\n")) == (2, "", 1), err
    assert "was not written by korus batch, or is damaged; move it away, or choose" in err
    after = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert after | {out / ".korus-lock": b""} == before | {out / ".korus-lock": b""}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "Which partners? Type --partners all, --partners top30"),
        (["--base-year", "2012"], "Which partners?"),
        (["--partners", "Atlantis"], "Atlantis"),
        (
            ["--partners", "KOR", "--engine", "rocket"],
            "no engine 'rocket'; type fork or",
        ),
        (["--partners", "KOR", "--reports", "docx"], "docx"),
        (
            ["--partners", "KOR", "77"],
            "There is no notebook '77'; there",
        ),
        (["--partners", "KOR", "--base-year", "soon"], "base_year"),
        (["--params", "nowhere.yaml"], "nowhere.yaml"),
        (["--params", "bad.yaml"], "bad.yaml"),
        (["--partners", "KOR", "-p", "nothing", "1"], "There is no parameter 'nothing'"),
        (["--workers", "0"], "--workers"),
        (["--partners", "KOR", "--out", "no/such/folder"], "type: mkdir -p no/such"),
        (["--partners", "KOR", "--out", "bad.yaml"], "bad.yaml is not a folder"),
    ],
)
def test_options_that_make_no_sense_are_one_sentence(options, says, place, monkeypatch):
    from click.testing import CliRunner

    from korus_helpers.cli import korus as command

    small_notebook(place, "00_one", ONE)
    (place / "bad.yaml").write_text("- [")
    monkeypatch.chdir(place)
    answer = CliRunner().invoke(command, ["batch", *options])
    assert (answer.exit_code, answer.stdout) == (2, ""), answer.output
    assert answer.stderr.startswith("Error: ") and answer.stderr.count("\n") == 1
    assert says in answer.stderr
    assert list((place / "outputs").glob("*/*/*")) == []
