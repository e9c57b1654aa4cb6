"""What is stored survives kills, rivals, full disks and damage."""

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys

import official
import pytest
from mutated import mutated_text, mutated_workbook
from small_notebooks import unmount
from test_refresh_command import country, healthy, refresh, revised, state
from typed import korus

from korus_helpers.errors import InputError, NetworkOrDiskError, Refused
from korus_helpers.sources import stored as stored_figures
from korus_helpers.sources.refresh import keeping, read_files
from korus_helpers.sources.storing import problem_of, repair, store
from korus_helpers.sources.vintage_tables import Origin

RUNS = 50


def origin(content):
    return Origin(content, "file country.xlsx", "2026-11-24T00:00:00+00:00", "0" * 64)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder of this process."""
    monkeypatch.setenv("KORUS_DATA", str(tmp_path / "data"))
    stored_figures.forget()
    yield tmp_path / "data"
    monkeypatch.setenv("KORUS_DATA", "")
    stored_figures.forget()


def names(folder):
    inside = (folder / "vintages").iterdir() if (folder / "vintages").is_dir() else ()
    return sorted(one.name for one in inside if not one.name.startswith("."))


def store_killed(incoming, at):
    """Store in a child that is killed before its `at`-th touch of a file; how many it came to."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        touched = 0

        def count(event, _):
            nonlocal touched
            if event == "open" or event.startswith(("os.", "shutil.", "tempfile.")):
                touched += 1
                if touched == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        with contextlib.suppress(BaseException), keeping(incoming, False, "2026-11-24"):
            pass
        os.write(writer, str(touched).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return int(said.read() or 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_the_vintage_is_whole_or_absent(folder):
    first, second = (read_files({"country": origin(official.workbook(rows))})
                     for rows in (country(), revised()))  # fmt: skip
    with keeping(first, False, "2026-11-24") as done:
        assert done.name == "2024-08b"
    before, dice, killed, whole = state(folder), random.Random(5), 0, 0
    store_killed(second, None)  # reads for the first time what later ones find in memory
    shutil.rmtree(folder / "vintages" / "2024-08c")
    touches = store_killed(second, None)
    assert touches > 20 and names(folder) == ["2024-08b", "2024-08c"]
    # Half of the points lie at the end, where the new vintage gets its name.
    points = [dice.randint(1, touches) for _ in range(RUNS)]
    points += [touches + 4 - n % 12 for n in range(RUNS)]
    for at in points:
        shutil.rmtree(folder / "vintages" / "2024-08c", ignore_errors=True)
        stored_figures.forget()
        killed += store_killed(second, at) == 0
        assert names(folder) in (["2024-08b"], ["2024-08b", "2024-08c"])
        for name in names(folder):
            assert problem_of(folder / "vintages" / name) == ""
        assert before.items() <= state(folder).items()
        whole += "2024-08c" in names(folder)
    assert killed >= RUNS and 0 < whole < killed  # some came after the vintage had its name
    shutil.rmtree(folder / "vintages" / "2024-08c", ignore_errors=True)
    repair()
    assert state(folder) == before


def test_two_refreshes_at_once_store_one_vintage_each(tmp_path):
    data = tmp_path / "data"
    paths = []
    for number, rows in enumerate((country(), revised())):
        paths.append(tmp_path / f"country{number}.xlsx")
        paths[-1].write_bytes(official.workbook(rows))
    command = [sys.executable, "-m", "korus_helpers.cli", "refresh", "--json", "--file"]
    environment = os.environ | {"KORUS_DATA": str(data)}
    running = [
        subprocess.Popen([*command, path], env=environment, stdout=subprocess.PIPE, text=True)
        for path in (*paths, paths[0])
    ]
    said = [json.loads(one.communicate(timeout=120)[0]) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert sorted(filter(None, (one["vintage"] for one in said))) == ["2024-08b", "2024-08c"]
    assert names(data) == ["2024-08b", "2024-08c"]
    assert all(problem_of(data / "vintages" / name) == "" for name in names(data))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own with room for less than one vintage; needs the right to mount."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place],
                          capture_output=True)  # fmt: skip
    if made.returncode:
        pytest.skip("needs the right to mount a disk")
    yield place
    unmount(place)


def test_a_full_disk_is_one_line(small_disk, tmp_path):
    path = tmp_path / "country.xlsx"
    path.write_bytes(official.workbook(country()))
    done = korus(small_disk, "refresh", "--file", path)
    assert done.returncode == 3 and "the disk is full" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1
    assert names(small_disk) == []


def test_a_read_only_disk_is_one_line(small_disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    path = tmp_path / "country.xlsx"
    path.write_bytes(official.workbook(country()))
    done = korus(small_disk, "refresh", "--file", path)
    assert done.returncode == 3 and "Read-only file system" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1
    read = korus(small_disk, "value", "deficit", "--year", 2016)
    assert read.returncode == 0


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("x")
    path = tmp_path / "country.xlsx"
    path.write_bytes(official.workbook(country()))
    done = korus(tmp_path / "file", "refresh", "--file", path)
    assert done.returncode == 3 and "cannot be written" in done.stderr, done.stderr


def test_disk_errors_become_one_sentence(folder):
    with pytest.raises(NetworkOrDiskError, match="the disk is full"), store():
        raise OSError(errno.ENOSPC, "No space left on device")


def test_no_folder_named(monkeypatch):
    monkeypatch.setenv("KORUS_DATA", "")
    with pytest.raises(InputError, match="KORUS_DATA"), store():
        pass


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once")
    path = folder / "country.xlsx"
    path.write_bytes(official.workbook(country()))
    assert korus(folder / "data", "refresh", "--file", path).returncode == 0
    return folder / "data"


DAMAGE = {
    "a table altered": lambda v: (v / "sources.csv").write_text("x"),
    "a table gone": lambda v: (v / "goods_annual.csv").unlink(),
    "the descriptor gone": lambda v: (v / "datapackage.json").unlink(),
    "the descriptor cut": lambda v: (v / "datapackage.json").write_text("{"),
    "a table cut": lambda v: os.truncate(next(v.glob("goods_monthly.*")), 1000),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_and_repaired(once, tmp_path, name):
    data = shutil.copytree(once, tmp_path / "data")
    DAMAGE[name](data / "vintages" / "2024-08b")
    listed = korus(data, "data")
    assert listed.returncode == 1 and "NOT VERIFIED" in listed.stdout, listed.stderr
    (data / "vintages" / ".left").mkdir()
    done = korus(data, "data", "--repair")
    assert done.returncode == 0 and "Removed vintages/2024-08b: " in done.stdout
    assert names(data) == [] and not (data / "vintages" / ".left").exists()
    assert korus(data, "value", "deficit", "--year", 2016).returncode == 0
    again = korus(data, "data", "--repair", "--json")
    assert json.loads(again.stdout) == {"removed": [], "leftovers_removed": 0}


def test_a_damaged_vintage_says_what_to_type(once, tmp_path):
    data = shutil.copytree(once, tmp_path / "data")
    (data / "vintages" / "2024-08b" / "vintages.csv").write_text("x")
    answer = korus(data, "value", "deficit", "--year", 2016)
    assert answer.returncode == 1 and "korus data --repair" in answer.stderr


def test_what_is_stored_is_listed(once):
    said = json.loads(korus(once, "data", "--json").stdout)
    (held,) = said["stored"]
    assert held["name"] == "2024-08b" and held["ok"] and "goods_monthly" in held["tables"]
    assert "2024-08b" in [row["vintage"] for row in said["vintages"]]


def test_the_shipped_figures_are_all_that_tests_see():
    assert os.environ["KORUS_DATA"] == ""
    assert stored_figures.data_folder() is None
    assert stored_figures.packages("vintages") == ()


def test_mutated_files_are_refused_with_a_reason_or_pass(folder):
    """The first of those that `tests/benchmarks/fuzz_readers.py` makes."""
    rows = official.country_rows("2024-08", first=2023, last=2023)
    contents = {
        "country": (official.workbook(rows), mutated_workbook),
        "imports": (official.enduse_text(official.enduse_rows("imports", years=(2016,))),
                    mutated_text),
    }  # fmt: skip
    refused = 0
    for number in range(120):
        dice = random.Random(f"0-{number}")
        kind = "country" if number % 2 else "imports"
        content, mutate = contents[kind]
        try:
            read_files({kind: origin(mutate(content, dice))})
        except Refused as error:
            assert len(str(error)) > 20
            refused += 1
    assert refused > 60


def test_nothing_is_stored_by_looking(folder):
    with healthy_server() as server:
        done = refresh(folder, server, "--dry-run")
    assert done.returncode == 0 and not folder.exists()


def healthy_server():
    from replay import replaying

    return replaying(healthy())
