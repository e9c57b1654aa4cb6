"""What the fork server and its caller hold before and after many runs: `python leak.py 500`."""

import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from nbformat import v4, write

from korus_helpers.runs.engine import Engine
from korus_helpers.runs.plan import declared_parameters, plan

FIRST = 20  # runs before the first look: imports and pools are there then
WORKERS = 2


def tiny(folder: Path) -> Path:
    """A notebook of two cells."""
    declared = v4.new_code_cell("number: int = 1  # a number", metadata={"tags": ["parameters"]})
    path = folder / "tiny.ipynb"
    write(v4.new_notebook(cells=[declared, v4.new_code_cell("print(number)")]), path)
    return path


def held(process: int) -> dict[str, float]:
    status = Path(f"/proc/{process}/status").read_text()
    kilobytes = int(status.partition("VmRSS:")[2].split()[0])
    descriptors = len(os.listdir(f"/proc/{process}/fd"))
    return {"rss_mb": round(kilobytes * 1024 / 1e6, 1), "descriptors": descriptors}


def main() -> None:
    """Print what is held by each, as JSON."""
    runs = int(sys.argv[1])
    engine = Engine()
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
            path = tiny(Path(folder))
            declared = {"tiny": declared_parameters(path)}
            prepared = plan({"tiny": path}, declared, [], datetime.now().astimezone(), False)
            prepared = [replace(prepared, folder=Path(folder) / str(n)) for n in range(WORKERS)]
            for one in prepared:
                one.folder.mkdir()

            def make(count: int) -> dict[str, dict[str, float]]:
                """`count` runs by each worker in a folder of its own; then what is held."""

                def some(one) -> None:
                    for _ in range(count):
                        outcome = engine.part(one, "tiny").outcome
                        assert outcome.status == "done", outcome

                list(pool.map(some, prepared))
                return {"fork server": held(warm), "caller": held(os.getpid())}

            warm = engine.do(os.getppid)
            before = make(FIRST // WORKERS)
            print(json.dumps({"runs": runs, "before": before, "after": make(runs // WORKERS)}))
    finally:
        engine.stop()


if __name__ == "__main__":
    main()
