"""The same notebooks in several ways, side by side: `python tests/benchmarks/bench_runs.py`.

Every round goes through all ways with the same parameters, beginning with another one each time,
so that what else the machine does hits all alike. Then whole commands: `korus batch` over more and
more partners, `korus run` against papermill and nbconvert, and many runs of a tiny notebook.
Writes outputs/bench.json and prints a table. Linux only; about twenty minutes, with --quick about
two and nothing written unless --out says where.
"""

import argparse
import json
import math
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from approaches import BIN, WAYS
from bench_table import markdown
from meter import Measured, measure

from korus_helpers.runs.grid import Span, choose
from korus_helpers.runs.plan import choose_notebooks

HERE = Path(__file__).resolve().parent
RESULT = HERE.parents[1] / "outputs" / "bench.json"
# The largest by trade in both directions in 2016.
PARTNERS = (
    "China", "Canada", "Mexico", "Japan", "Germany", "Korea, South", "United Kingdom", "France",
    "India", "Taiwan", "Italy", "Switzerland",
)  # fmt: skip
LIBRARIES = (
    "papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "jupyter_client", "pandas",
    "numpy", "pyarrow", "matplotlib",
)  # fmt: skip
ABOUT = {
    "runs": "notebooks executed, or for a whole command the runs that it made",
    "seconds": "wall clock for all runs, without start_up; median of the rounds",
    "start_up": "seconds until the libraries and the warm process are loaded; null where it is "
    "part of the seconds: whole commands, and the papermill command line, which loads each time",
    "cpu": "user and system seconds of all processes, without start_up; median of the rounds",
    "peak_mb": "largest sum of the proportional memory (PSS, which counts each page once) over the "
    "process tree, looked at four times a second, 1 MB = 1,000,000 bytes",
    "per_run": "number of runs, over partners spread evenly from the largest to the smallest: "
    "seconds from the end of the first runs, one for each worker, to the end of the last, for each "
    "of the others",
    "per_run_with_start_up": "number of runs: wall clock of the whole command for each of them",
    "spread": "the largest per_run over the smallest, less 1",
    "ratios": "medians over the rounds; with start-up, of a round and of the longest batch",
}


def rounds(cases: Sequence[dict], count: int) -> dict[tuple[str, int], list[Measured]]:
    """(approach, workers) → what each round took."""
    order = [(name, workers) for name, (_, numbers) in WAYS.items() for workers in numbers]
    taken = {one: [] for one in order}
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    for turn in range(count):
        start = turn * len(order) // count
        for name, workers in order[start:] + order[:start]:
            with tempfile.TemporaryDirectory() as folder:
                program = "from approaches import main; main()"
                arguments = [name, workers, folder, json.dumps(cases)]
                found = measure(
                    [sys.executable, "-c", program, *arguments], {"PYTHONPATH": path}
                )  # fmt: skip
            taken[name, workers].append(found)
            say(f"round {turn + 1}", name, workers, found)
    return taken


def batch(size: int, workers: int = 2) -> tuple[dict, float]:
    """The row of `korus batch` over so many partners, and its seconds per run.

    They are spread evenly over all, from the largest to the smallest: those differ in length.
    """
    known, _ = choose(math.inf, Span(2011, 2016))
    size = min(size, len(known))
    codes = [known[n * len(known) // size] for n in range(size)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "batch"
        options = ["--partners", ",".join(codes), "--notebooks", "01", "--workers", workers]
        found = measure([BIN / "korus", "batch", *options, "--out", out])
        ends = sorted(path.stat().st_mtime for path in out.glob("*/run.json"))
    per_run = (ends[-1] - ends[workers - 1]) / (len(ends) - workers)
    say(f"{len(ends)} runs", "korus batch", workers, found)
    return row("korus batch", workers, len(ends), [found]), per_run


def whole_run() -> tuple[Measured, Measured]:
    """`korus run`, and the same through papermill and nbconvert one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        ours = measure([BIN / "korus", "run", "--out", folder])
    say("all notebooks", "korus run", 2, ours)
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path in choose_notebooks([]).items():
            target = Path(folder) / f"{name}.ipynb"
            parts.append(measure([BIN / "papermill", "--no-progress-bar", path, target]))
            parts.append(measure([BIN / "jupyter", "nbconvert", "--to", "html", target]))
    sums = [sum(getattr(one, name) for one in parts) for name in ("seconds", "cpu")]
    others = Measured(0.0, *sums, max(one.peak_mb for one in parts), "")
    say("all notebooks", "papermill and nbconvert", 1, others)
    return ours, others


def row(approach: str, workers: int, runs: int, taken: Sequence[Measured]) -> dict:
    def middle(name: str) -> float:
        return statistics.median(getattr(one, name) for one in taken)

    return {
        "approach": approach, "workers": workers, "runs": runs, "seconds": middle("seconds"),
        "cpu": middle("cpu"), "peak_mb": max(one.peak_mb for one in taken),
        "start_up": middle("start_up") or None,
    }  # fmt: skip


def ratio(of: Sequence[Measured], to: Sequence[Measured], start_up: bool = False) -> float:
    """How many times the time of `to` those `of` take: the median of the rounds."""
    return statistics.median(
        (a.seconds + a.start_up * start_up) / (b.seconds + b.start_up * start_up)
        for a, b in zip(of, to, strict=True)
    )


def say(when: str, approach: str, workers: int, found: Measured) -> None:
    print(
        f"{when:14} {approach:28} {workers} {found.seconds:7.2f} s, start-up {found.start_up:5.2f},"
        f" cpu {found.cpu:7.2f}, {found.peak_mb:5.0f} MB",
        file=sys.stderr,
    )


def machine() -> dict:
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": ", ".join(sorted(models)) or "model unknown",
        "memory_gb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9,
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": os.getloadavg()[0],
    }


def bench(names: Sequence[str], quick: bool) -> dict:
    """All of it; what outputs/bench.json holds."""
    count, partners, sizes, tiny_runs = (1, 2, (10, 20), 40) if quick else (
        3, 12, (10, 30, 100, 240), 500
    )  # fmt: skip
    result = {"date": date.today().isoformat(), "machine": machine()}
    result["software"] = {"python": platform.python_version()} | {
        name: version(name) for name in LIBRARIES
    }
    notebooks = choose_notebooks(names)
    cases = [
        {"name": f"{name}-{n}", "notebook": str(path), "parameters": {"partner": partner}}
        for name, path in notebooks.items()
        for n, partner in enumerate(PARTNERS[:partners])
    ]
    taken = rounds(cases, count)
    command, engine, floor = (
        taken[way] for way in (("papermill command line", 1), ("engine", 2), ("floor", 2))
    )
    rows = [row(*way, len(cases), found) for way, found in taken.items()]

    batches = [batch(size) for size in sizes]
    per_run = {str(one["runs"]): seconds for one, seconds in batches}
    with_start_up = {str(one["runs"]): one["seconds"] / one["runs"] for one, _ in batches}
    one_by_one = statistics.median(one.seconds for one in command) / len(cases)
    ours, others = zip(*(whole_run() for _ in range(min(count, 2))), strict=True)
    rows += [one for one, _ in batches]
    rows += [
        row("korus run", 2, 1, ours), row("papermill and nbconvert, one by one", 1, 1, others)
    ]  # fmt: skip
    leak = json.loads(measure([sys.executable, HERE / "leak.py", tiny_runs]).said)
    return _rounded(result | {
        "notebooks": list(notebooks),
        "partners": list(PARTNERS[:partners]),
        "rounds": count,
        "runs_of_a_round": len(cases),
        "about": ABOUT,
        "ratio_to_papermill_cli": ratio(command, engine),
        "ratio_to_papermill_cli_with_start_up": ratio(command, engine, True),
        "ratio_to_floor": ratio(engine, floor),
        "ratio_to_floor_with_start_up": ratio(engine, floor, True),
        "ratio_to_floor_one_worker": ratio(taken["engine", 1], taken["floor", 1]),
        "ratio_to_floor_in_cpu": statistics.median(
            ours.cpu / theirs.cpu for ours, theirs in zip(engine, floor, strict=True)
        ),
        "ratio_of_korus_run": ratio(others, ours),
        "batch": {
            "per_run": per_run,
            "per_run_with_start_up": with_start_up,
            "spread": max(per_run.values()) / min(per_run.values()) - 1,
            "peak_mb": max(one["peak_mb"] for one, _ in batches),
            "ratio_to_papermill_cli": one_by_one / list(with_start_up.values())[-1],
        },
        "leak": leak,
        "rows": rows,
    })  # fmt: skip


def _rounded(value):
    """Numbers with four digits at most behind the point; what is below them is noise."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--quick", action="store_true", help="fewer rounds and partners")
    reader.add_argument("--notebooks", default="01", help="numbers or names between commas")
    reader.add_argument("--out", type=Path, help="where the JSON goes")
    typed = reader.parse_args()
    result = bench(typed.notebooks.split(","), typed.quick)
    if out := typed.out or (None if typed.quick else RESULT):
        out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
