"""Seconds and megabytes of a refresh and of a year of API answers: `python bench_sources.py`."""

import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ["KORUS_DATA"] = tempfile.mkdtemp(prefix="korus-bench-")
sys.path.insert(0, str(Path(__file__).parents[1]))


def peak() -> float:
    """The largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def country_file(path: Path) -> None:
    """Read, check and store one full country file."""
    import hashlib

    from korus_helpers.acquire.release import Origin, keeping, read_files

    content = path.read_bytes()
    start = time.perf_counter()
    origin = Origin(content, "file", "2026-01-01", hashlib.sha256(content).hexdigest())
    with keeping(read_files({"country": origin}), False, "2026-01-01") as done:
        seconds = time.perf_counter() - start
    print(f"country file of {len(content) / 1e6:.1f} MB read, checked and stored as {done.name}: "
          f"{seconds:.1f} s, {peak():.0f} MB")  # fmt: skip


def api_year() -> None:
    """One year of answers: partners x 12 months x 100 chapters."""
    import pandas as pd

    from korus_helpers.acquire import gates
    from korus_helpers.acquire.census_api import country_rows, read_rows
    from korus_helpers.figures.partners import countries

    dice = random.Random(1)
    header = ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "I_COMMODITY", "time"]
    body = json.dumps([header, *(
        [code, "NAME", f"{chapter:02d}", str(dice.randrange(10**8)), f"{chapter:02d}",
         f"2016-{month:02d}"]
        for code in countries() for month in range(1, 13) for chapter in range(1, 101)
    )])  # fmt: skip
    start = time.perf_counter()
    rows = pd.DataFrame(country_rows(read_rows(body)))
    rows = pd.DataFrame(
        {
            "partner_code": rows.CTY_CODE,
            "year": rows.time.str[:4].astype(int),
            "month": rows.time.str[5:].astype(int),
            "code": rows.I_COMMODITY,
            "value_usd": pd.to_numeric(rows.GEN_VAL_MO),
        }
    )
    totals = rows.groupby(["partner_code", "year", "month"], as_index=False).value_usd.sum()
    failing = gates.codes_against_total(rows, totals)
    seconds = time.perf_counter() - start
    print(f"{len(rows):,} rows of API answers ({len(body) / 1e6:.0f} MB) read and checked: "
          f"{seconds:.1f} s, {peak():.0f} MB, {len(failing)} failing")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:  # in a process of its own, so that its memory is its own
        country_file(Path(sys.argv[1]))
    else:
        import subprocess

        import official

        file = Path(os.environ["KORUS_DATA"]) / "country.xlsx"
        full = official.country_rows()
        full.loc[full.index[full.CTY_CODE.isin(["5800", "0015"]) & (full.year == 2023)],
                 ["EJAN", "EYR"]] += 1.0  # fmt: skip
        file.write_bytes(official.workbook(full))
        subprocess.run([sys.executable, __file__, file], check=True)
        api_year()
