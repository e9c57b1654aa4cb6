"""500 runs of a tiny notebook in one engine: memory, descriptors and threads of its processes.

Type: python tests/benchmarks/leaks.py
"""

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from small_notebooks import run_small

from korus_helpers.runs.engines import start_engine

RUNS, AT_A_TIME, LOOK_AFTER = 500, 2, 50


def looks(pid: int) -> tuple[int, int, int]:
    """Resident memory in MB, open descriptors and threads of a process."""
    folder = Path(f"/proc/{pid}")
    pages = int((folder / "statm").read_text().split()[1])
    counts = (len(os.listdir(folder / kind)) for kind in ("fd", "task"))
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000, *counts


def main() -> None:
    engine = start_engine("fork")
    print("runs, warm process: MB, descriptors, threads; this process: the same")
    try:
        with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_A_TIME) as pool:

            def run(number: int) -> str:
                return run_small(engine, Path(place, str(number)), "tiny", "1")[0].status

            for done in range(0, RUNS + 1, LOOK_AFTER):
                print(done, *looks(engine.do(os.getppid)), *looks(os.getpid()), flush=True)
                if done < RUNS:
                    numbers = range(done, done + LOOK_AFTER)
                    assert set(pool.map(run, numbers)) == {"done"}
    finally:
        engine.stop()


if __name__ == "__main__":
    main()
