"""What is stored survives kills, rivals, full disks, damage and strangers."""

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from functools import cache

import official
import pandas as pd
import pytest
from small_notebooks import unmount
from test_refresh_command import country, healthy, refresh, state
from typed import korus

from korus_helpers.acquire.census_sector import Sector, keep_sector
from korus_helpers.acquire.storing import Content, store
from korus_helpers.errors import NetworkOrDiskError
from korus_helpers.figures import store as stored_figures
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.store import packages, problem_of

RUNS = 10


@cache
def workbook(more=12):
    """A country file whose figure of Korea in January 2022 is some million dollars higher."""
    rows = country().copy()
    here = rows.CTY_CODE.isin(["5800", "0015"]) & (rows.year == 2022)
    rows.loc[here, ["EJAN", "EYR"]] += float(more)
    return official.workbook(rows)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder of this process."""
    monkeypatch.setenv("KORUS_DATA", str(tmp_path / "data"))
    stored_figures.forget()
    yield tmp_path / "data"
    monkeypatch.setenv("KORUS_DATA", "")
    stored_figures.forget()


def names(folder):
    """The vintages that are kept, all of which verify."""
    os.environ["KORUS_DATA"], before = str(folder), os.environ["KORUS_DATA"]
    stored_figures.forget()
    try:
        assert [problem_of(one) for one in packages("vintages")] == [""] * len(packages("vintages"))
        return [one.name for one in packages("vintages")]
    finally:
        os.environ["KORUS_DATA"] = before
        stored_figures.forget()


def store_killed(folder, path, at):
    """Refresh in a child killed before its `at`-th touch of the folder; how often it was."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        touched = 0

        def count(event, of):
            nonlocal touched
            if of and str(of[0]).startswith(str(folder)):
                touched += 1
                if touched == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        with contextlib.suppress(BaseException):
            korus(folder, "refresh", "--file", path)
        os.write(writer, str(touched).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return int(said.read() or 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_the_vintage_is_whole_or_absent(folder, tmp_path):
    path = tmp_path / "country.xlsx"
    for more in (12, 13):
        path.write_bytes(workbook(more))
        if not folder.exists():
            assert korus(folder, "refresh", "--file", path).returncode == 0
    before, dice, killed, whole = state(folder), random.Random(5), 0, 0
    manifest = (folder / "manifest.json").read_bytes()

    def as_before():
        (folder / "manifest.json").write_bytes(manifest)
        for one in (folder / "vintages").iterdir():
            if one.name != "2024-08b":
                shutil.rmtree(one)

    store_killed(folder, path, None)  # reads for the first time what later ones find in memory
    as_before()
    touches = store_killed(folder, path, None)
    assert touches > 20 and names(folder) == ["2024-08b", "2024-08c"]
    points = sorted(dice.sample(range(1, touches), RUNS))
    for at in points:
        as_before()
        died = store_killed(folder, path, at) == 0
        killed += died
        assert names(folder) in (["2024-08b"], ["2024-08b", "2024-08c"])
        after = state(folder)
        assert {k: v for k, v in before.items() if k != "manifest.json"}.items() <= after.items()
        if names(folder) == ["2024-08b", "2024-08c"]:
            whole += died
            continue
        with store():
            pass
        assert state(folder) == before  # what was begun is gone
    assert killed > RUNS // 2 and 0 < whole < killed  # some came after the vintage had its name


def test_two_refreshes_at_once_store_one_vintage_each(tmp_path):
    data = tmp_path / "data"
    paths = []
    for more in (12, 13):
        paths.append(tmp_path / f"country{more}.xlsx")
        paths[-1].write_bytes(workbook(more))
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
    path.write_bytes(workbook())
    done = korus(small_disk, "refresh", "--file", path)
    assert done.returncode == 3 and "the disk is full" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1
    assert names(small_disk) == []


def test_a_read_only_disk_is_one_line(small_disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    path = tmp_path / "country.xlsx"
    path.write_bytes(workbook())
    done = korus(small_disk, "refresh", "--file", path)
    assert done.returncode == 3 and "Read-only file system" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1
    read = korus(small_disk, "value", "deficit", "--year", 2016)
    assert read.returncode == 0


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("x")
    path = tmp_path / "country.xlsx"
    path.write_bytes(workbook())
    done = korus(tmp_path / "file", "refresh", "--file", path)
    assert done.returncode == 3 and "cannot be written" in done.stderr, done.stderr


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once")
    path = folder / "country.xlsx"
    path.write_bytes(workbook())
    assert korus(folder / "data", "refresh", "--file", path).returncode == 0
    return folder / "data"


def sentence(done, *words):
    """One line on stderr without a traceback, with these words."""
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    for word in words:
        assert word in done.stderr
    return done.stderr


def again(data, tmp_path):
    path = tmp_path / "country.xlsx"
    path.write_bytes(workbook())
    return korus(data, "refresh", "--file", path)


DEFICIT = ("value", "deficit", "--year", 2016, "--vintage", "2024-08b")
DAMAGE = {
    "a table altered": lambda v: (v / "vintages.csv").write_text("x" * 1000),
    "a table gone": lambda v: (v / "vintages.csv").unlink(),
    "a folder in its place": lambda v: [f(v / "vintages.csv") for f in (os.remove, os.mkdir)],
    "the descriptor gone": lambda v: (v / "datapackage.json").unlink(),
    "the descriptor cut": lambda v: (v / "datapackage.json").write_text("{"),
    "a table cut": lambda v: os.truncate(v / "vintages.csv", 10),
    "a file in its place": lambda v: (shutil.rmtree(v), v.write_text("x")),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_sentence_and_a_refresh_stores_the_release_anew(once, tmp_path, name):
    data = shutil.copytree(once, tmp_path / "data")
    sound = korus(data, *DEFICIT).stdout
    DAMAGE[name](data / "vintages" / "2024-08b")
    said = sentence(korus(data, *DEFICIT), "2024-08b/", "`korus refresh`")
    listed = korus(data, "data")
    assert listed.returncode == 1 and "NOT VERIFIED: 2024-08b/" in listed.stdout
    assert again(data, tmp_path).returncode == 0
    assert korus(data, *DEFICIT).stdout == sound and names(data) == ["2024-08b"]
    assert "delete the folder" in said


def test_without_the_folder_of_a_release_the_others_are_used_and_it_can_be_stored_again(
    once, tmp_path
):
    data = shutil.copytree(once, tmp_path / "data")
    shutil.rmtree(data / "vintages" / "2024-08b")
    assert korus(data, "value", "deficit", "--year", 2016).returncode == 0
    assert korus(data, "data").returncode == 0 and again(data, tmp_path).returncode == 0
    assert names(data) == ["2024-08b"]


def places(tree, here=()):
    """Every place in a JSON text, as the keys that lead to it."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in inside:
        yield (*here, key)
        if isinstance(value, dict | list):
            yield from places(value, (*here, key))


GONE = object()
OTHER = [GONE, None, [], {"x": [1]}, "../x", "\ud800", "\x1b[31m", -1, 10**400, "x" * 100_000]
COMMANDS = [
    DEFICIT, ("revisions", "--year", 2016), ("audit",), ("search", "27.6 billion"),
    ("check", "--measure", "deficit", "--year", 2016, "27.6 billion"),
]  # fmt: skip


def with_damage(text, place, value):
    tree = here = json.loads(text)
    for key in place[:-1]:
        here = here[key]
    if value is GONE:
        del here[place[-1]]
    else:
        here[place[-1]] = value
    return json.dumps(tree)


@pytest.mark.parametrize("file", ["manifest.json", "vintages/2024-08b/datapackage.json"])
def test_damage_in_any_one_field_is_one_sentence(once, tmp_path, file):
    data = shutil.copytree(once, tmp_path / "data")
    text = (data / file).read_text()
    every = list(places(json.loads(text)))
    for number, place in enumerate(every[:: 1 if len(every) < 60 else 5]):
        (data / file).write_text(with_damage(text, place, OTHER[number % len(OTHER)]))
        sentence(korus(data, *DEFICIT), "`korus refresh`")
    for content in ("", "{", "[]", "null", "[" * 100_000, "\x00", "9" * 10_000):
        (data / file).write_text(content)
        sentence(korus(data, *DEFICIT), "`korus refresh`")
    for command in COMMANDS:
        sentence(korus(data, *command), "`korus refresh`")
    listed = korus(data, "data")
    assert listed.returncode == 1 and listed.stdout.count("NOT VERIFIED") == 1
    assert again(data, tmp_path).returncode == 0
    assert korus(data, *DEFICIT).returncode == 0 and korus(data, "data").returncode == 0


def test_strangers_are_not_read_and_not_touched(once, tmp_path):
    data = shutil.copytree(once, tmp_path / "data")
    cars = ("value", "deficit", "--sector", "passenger_cars", "--year", 2016)
    asked = (DEFICIT, cars, ("data", "--json"), ("data",))
    before = [korus(data, *one).stdout for one in asked]
    for place in (data, data / "vintages", data / "vintages" / "2024-08b"):
        for name in ("@eaDir", ".git", "my_notes", "2024-08c", ".0123456789abcdef"):
            (place / name).mkdir()
            (place / name / "notes.csv").write_text("mine")
        (place / ".DS_Store").write_bytes(b"\0\0")
    for copy in ("2024-08b copy", "2024-08d"):
        shutil.copytree(once / "vintages" / "2024-08b", data / "vintages" / copy)
    strangers = set(state(data)) - set(state(once))
    assert [korus(data, *one).stdout for one in asked] == before
    path = tmp_path / "country.xlsx"
    path.write_bytes(workbook(13))
    done = korus(data, "refresh", "--json", "--file", path)
    assert json.loads(done.stdout)["vintage"] == "2024-08c" and names(data)[1:] == ["2024-08c"]
    (data / "vintages" / "2024-08b" / "sources.csv").unlink()
    assert again(data, tmp_path).returncode == 0 and names(data) == ["2024-08b", "2024-08c"]
    assert strangers <= set(state(data))
    assert not (data / "vintages" / "2024-08b" / "goods_annual.csv").exists()  # ours, replaced


def test_what_a_stopped_writer_left_is_removed_if_it_is_ours(folder):
    """Here its disk was full, and somebody else put something into its folder meanwhile."""

    class Full(Content):
        def write(self, place):
            (place / "sources.csv").touch()
            (place / "theirs.csv").touch()
            raise OSError(errno.ENOSPC, "No space left on device")

    content = Full("x", "X", {"sources": pd.DataFrame()}, [])
    with pytest.raises(NetworkOrDiskError, match="the disk is full"), store() as held:
        held.add("vintages", "2024-08b", content)
    assert [path.name for path in (folder / "vintages" / "2024-08b").iterdir()] == ["theirs.csv"]
    assert names(folder) == []


@pytest.mark.skipif(not hasattr(os, "seteuid") or os.geteuid(), reason="needs another user")
@pytest.mark.parametrize("what", ["manifest.json", "vintages", "vintages/2024-08b",
                                  "vintages/2024-08b/datapackage.json"])  # fmt: skip
def test_a_release_that_this_user_may_not_read_is_one_sentence(once, tmp_path_factory, what):
    import tempfile

    with tempfile.TemporaryDirectory() as outside:  # where others may look
        os.chmod(outside, 0o755)
        data = shutil.copytree(once, f"{outside}/data")
        assert korus(data, *DEFICIT).returncode == 0
        os.chmod(f"{data}/{what}", 0)
        before = state(data := stored_figures.Path(data))
        os.seteuid(65534)
        try:
            sentence(korus(data, *DEFICIT), "2024-08b" if "2024" in what else "data/")
            listed = korus(data, "data")
        finally:
            os.seteuid(0)
        assert listed.returncode == 1 and listed.stdout.count("NOT VERIFIED") == 1
        assert state(data) == before


def test_a_damaged_sector_blocks_only_those_who_ask_for_it(folder):
    months = pd.DataFrame({"partner_code": "5800", "code": "8703", "year": 2016,
                           "month": range(1, 13), "exports_usd": 1_000_000,
                           "general_imports_usd": 2_000_000})  # fmt: skip
    whole = ["value", "deficit", "--year", 2016]
    asked = [*whole, "--sector", "census-hs:8703"]
    for _ in range(2):  # the second takes the place of the first
        asked_for = Sector("hs", ("8703",), find_partner("KOR"), (2016, 1), (2016, 12))
        keep_sector("http://x", asked_for, months, datetime(2026, 11, 27))
        assert "USD 12.0 million" in korus(folder, *asked).stdout
    (place,) = (folder / "sectors").iterdir()
    shutil.copytree(place, place.with_name("census-hs_8703_5800_0001"))
    assert "USD 12.0 million" in korus(folder, *asked).stdout
    (place / "datapackage.json").write_text("{}")
    said = korus(folder, *asked)
    assert "`korus fetch sector`" in sentence(said)
    assert korus(folder, *whole).returncode == 0 and korus(folder, "data").returncode == 1


def test_the_shipped_figures_are_all_that_tests_see():
    assert os.environ["KORUS_DATA"] == ""
    assert stored_figures.data_folder() is None
    assert packages("vintages") == ()


def test_nothing_is_stored_by_looking(folder):
    with healthy_server() as server:
        done = refresh(folder, server, "--dry-run")
    assert done.returncode == 0 and not folder.exists()


def healthy_server():
    from replay import replaying

    return replaying(healthy())
