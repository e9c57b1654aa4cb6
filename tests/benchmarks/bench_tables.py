"""Annual deficit by partner and chapter from a table of 20 million rows: `python bench_tables.py`.

The values are made up (`made_up_table.py`). The table is added as a user adds it; each backend
answers through `evaluate` in a process of its own, whose time and peak memory are its own.
`--pandas` measures pandas too, `--rows N` another size, `--json FILE` keeps the numbers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

YEARS = (2015, 2016)


def question() -> dict[str, float]:
    """What a user types, with its seconds (imports apart) and the largest memory of the process."""
    start = time.perf_counter()
    from korus_helpers import evaluate, grid
    from korus_helpers.sources.partners import countries

    chapters = [f"census-hs:{n:02d}" for n in range(1, 98) if n != 77]
    rows = grid(partner=countries()[:240], sector=chapters, end=YEARS)
    imported = time.perf_counter()
    answer = evaluate("deficit", rows)
    end = time.perf_counter()
    return {
        "imports_seconds": imported - start, "seconds": end - imported,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cpu_seconds": sum(os.times()[:2]), "figures": int(answer.value.notna().sum()),
        "sum_musd": float(answer.value.sum()),
    }  # fmt: skip


def added(folder: str, place: Path) -> dict[str, float]:
    """Seconds and peak memory of `korus data --add`."""
    start = time.perf_counter()
    line = [sys.executable, "-m", "korus_helpers.cli", "data", "--add", str(place), "--json"]
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *line], env=os.environ | {"KORUS_DATA": folder},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    return {"rows": said["rows"], "bytes": said["bytes"], "seconds": time.perf_counter() - start,
            "peak_mb": float(done.stderr.split()[-1])}  # fmt: skip


def measured(folder: str, backend: str) -> dict[str, float]:
    """`question` in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--question"], capture_output=True, text=True, check=True,
        env=os.environ | {"KORUS_DATA": folder, "KORUS_BACKEND": backend},
    )  # fmt: skip
    return {"backend": backend, **json.loads(done.stdout)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--pandas", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--question", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.question:
        print(json.dumps(question()))
        return
    os.environ["KORUS_DATA"] = ""
    from made_up_table import write_made_up

    with tempfile.TemporaryDirectory(prefix="korus-bench-") as folder:
        write_made_up(Path(folder) / "made-up", asked.rows, YEARS)
        addition = added(folder, Path(folder) / "made-up")
        runs = ["duckdb"] * asked.repeat + ["pandas"] * asked.pandas
        found = [measured(folder, backend) for backend in runs]
    print(f"Added {addition['rows']:,} rows of made-up values, {addition['bytes'] / 1e6:.0f} MB: "
          f"{addition['seconds']:.1f} s, {addition['peak_mb']:.0f} MB")  # fmt: skip
    print(f"{'backend':8} {'seconds':>8} {'CPU s':>7} {'peak MB':>8} {'figures':>8}")
    for one in found:
        print(f"{one['backend']:8} {one['seconds']:8.2f} {one['cpu_seconds']:7.2f} "
              f"{one['peak_mb']:8.0f} {one['figures']:8,}")  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps({"added": addition, "rows": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
