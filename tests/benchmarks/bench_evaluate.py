"""Seconds that one measure takes over a grid: `python tests/benchmarks/bench_evaluate.py`."""

import os
import time
from collections.abc import Callable

os.environ["KORUS_DATA"] = ""  # the shipped figures only

from korus_helpers.figures.partners import countries
from korus_helpers.trade.bases import UNITS
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, grid


def seconds(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Of the first run (tables are opened and verified) and of the fastest of the later ones."""
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken[0], min(taken[1:])


def main() -> None:
    years = range(1984, 2024)
    partners = countries()[:240]
    print(f"{'what':45} {'rows':>8} {'first':>8} {'later':>8}")
    first, later = seconds(lambda: evaluate("deficit", Definition(end=2016)), 20)
    print(f"{'one definition':45} {1:8,} {first:8.4f} {later:8.4f}")
    for as_ in UNITS:
        if as_ in ("share", "contribution"):  # of one period, or of a sector
            continue
        rows = grid(partner=partners, base=years, end=years, as_=as_)
        first, later = seconds(lambda rows=rows: evaluate("deficit", rows))
        print(
            f"{f'240 partners x 40 x 40 years, {as_}':45} {len(rows):8,} {first:8.4f} {later:8.4f}"
        )
    rows = grid(partner=partners, end=years, as_="share")
    first, later = seconds(lambda: evaluate("deficit", rows))
    print(f"{'240 partners x 40 years, share':45} {len(rows):8,} {first:8.4f} {later:8.4f}")
    parts = grid(
        partner=partners,
        sector=["autos", "foods", "other"],
        base=range(2014, 2022),
        end=range(2014, 2022),
        as_="contribution",
    )
    first, later = seconds(lambda: evaluate("deficit", parts))
    print(
        f"{'240 partners x 3 sectors, contribution':45} {len(parts):8,} {first:8.4f} {later:8.4f}"
    )


if __name__ == "__main__":
    main()
