"""Forked kernels where something goes wrong: too long, too much, killed. Real processes."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_notebooks import TELL, alive, numbers, run_small, shown, until

from korus_helpers.runs.engine import Engine, Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks and reads /proc")

NEVER_ENDING = {
    "Python": "while True: pass",
    "waits": "time.sleep(600)",
    "holds the lock of the interpreter": 're.match(r"(a|a)+$", "a" * 60 + "b")',
    "takes no notice of interrupts": """
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass""",
}
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


@pytest.fixture(scope="module")
def engines():
    """Two engines: name → one that gives a cell 5 seconds."""
    started = {name: Engine(name, Limits(timeout=5)) for name in ("fork", "kernel")}
    yield started
    for engine in started.values():
        engine.stop()


@pytest.fixture(scope="module")
def forks():
    engine = Engine("fork", Limits(timeout=60, memory=500_000_000))
    yield engine
    engine.stop()


def test_a_warm_process_has_one_thread_before_and_after_it_was_forked(forks, tmp_path):
    warm = forks.do(os.getppid)
    assert len(list(Path(f"/proc/{warm}/task").iterdir())) == 1
    assert run_small(forks, tmp_path, "reads", "import korus_helpers")[0].status == "done"
    assert forks.do(os.getppid) == warm
    assert len(list(Path(f"/proc/{warm}/task").iterdir())) == 1


@pytest.mark.parametrize("what", NEVER_ENDING)
def test_a_cell_that_never_ends_is_ended(what, engines, tmp_path):
    sources = "import re, time\nprint('at work')\n" + NEVER_ENDING[what], "print('never')"

    def run(name):
        return run_small(engines[name], tmp_path / name, "00_hangs", *sources)

    with ThreadPoolExecutor(2) as pool:
        (forked, cells), (plain, plain_cells) = pool.map(run, ("fork", "kernel"))
    assert (forked.status, forked.cell) == ("failed", 2)
    assert forked.error == "TimeoutError: it took longer than 5 seconds"
    assert (plain.status, plain.cell, plain.error) == (forked.status, forked.cell, forked.error)
    if what != "holds the lock of the interpreter":  # there no kernel comes to send it
        assert [shown(cell) for cell in cells] == ["at work\n", ""]
        assert [shown(cell) for cell in plain_cells] == ["at work\n", ""]
    outcome, _ = run_small(engines["fork"], tmp_path / "next", "01_next", "1")
    assert outcome.status == "done"


@pytest.mark.parametrize(
    "source",
    [
        "taken = bytearray(2_000_000_000)",
        "import numpy\ntaken = numpy.ones(250_000_000)",
        # Without memory the tracer of coverage raises errors of its own.
        "import sys\nsys.settrace(None)\ntaken = []\nwhile True: taken.append('x' * 1_000_000)",
    ],
)
def test_a_notebook_that_takes_too_much_memory_is_stopped(source, forks, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(run_small, forks, tmp_path / name, name, *sources)
            for name, sources in {"large": (source, PEAK), "small": (PEAK,)}.items()
        ]
        (large, cells), (small, _) = (job.result() for job in jobs)
    assert small.status == "done"
    assert (large.status, large.cell) == ("failed", 2)
    assert "MemoryError" in large.error
    assert cells[0].outputs[-1].ename.endswith("MemoryError")


def test_a_notebook_that_heeds_the_limit_goes_on(forks, tmp_path):
    source = "try: bytearray(2_000_000_000)\nexcept MemoryError: print('too much')"
    outcome, cells = run_small(forks, tmp_path, "heeds", source, PEAK)
    assert (outcome.status, shown(cells[0])) == ("done", "too much\n")
    assert int(shown(cells[1])) < 500_000


@pytest.mark.parametrize(
    ("killed", "reason"),
    [
        ("kernel", "the kernel stopped: Kernel died (signal 9)"),
        ("warm", "the kernel stopped: Kernel died (exit status 255)"),
    ],
)
def test_a_killed_process_is_named_and_the_others_complete(killed, reason, forks, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(run_small, forks, tmp_path, "killed", TELL, "time.sleep(600)")
        told = until(lambda: numbers(tmp_path / "notebooks" / "told.json"))
        told["warm"] = forks.do(os.getppid)
        if killed != "warm":
            other = pool.submit(run_small, forks, tmp_path / "o", "other", "import time", "9")
        os.kill(told[killed], signal.SIGKILL)
        outcome, _ = job.result()
        if killed != "warm":
            assert other.result()[0].status == "done"
    assert (outcome.status, outcome.error) == ("failed", reason)
    until(lambda: not alive(told["kernel"]), 10)
    outcome, _ = run_small(forks, tmp_path / "next", "next", "1")
    assert (outcome.status, outcome.error) == ("done", "")
    os.kill(told["helper"], signal.SIGKILL) if alive(told["helper"]) else None


def test_half_a_character_is_printed_as_a_question_mark(forks, tmp_path):
    outcome, cells = run_small(forks, tmp_path, "half", 'print("half \\ud800 of one")', "1")
    assert (outcome.status, shown(cells[0])) == ("done", "half ? of one\n")


def test_exit_ends_the_kernel_and_is_said(engines, tmp_path):
    def run(name):
        return run_small(
            engines[name], tmp_path / name, "00_exits", "print('yes')\nexit()",
            "import time; time.sleep(4)", "time.sleep(1)",
        )  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        (forked, cells), (plain, _) = pool.map(run, ("fork", "kernel"))
    assert shown(cells[0]) == "yes\n"
    assert (forked.status, plain.status) == ("failed", "failed"), (forked, plain)
    assert forked.error.startswith("the kernel stopped: Kernel died"), (forked, plain)
