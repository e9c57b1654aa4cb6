"""Candidates from figures quoted in print: levels, comparisons, goods with services."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from korus_helpers.claims.levels import Level, file_levels, quoted_levels, with_services
from korus_helpers.claims.steps import BIT, SERVICES, WITH_SERVICES, Stated, place, table_steps
from korus_helpers.sources.vintages import LATEST, releases
from korus_helpers.trade.bases import GENERAL, KOREA_REPORTED

_CHAINED = {  # sector and basis that are also compared with a year of the files
    ("total", GENERAL),
    ("total", KOREA_REPORTED),
    ("autos", GENERAL),
    ("passenger_cars", GENERAL),
}


def quoted_candidates(stated: Stated) -> pd.DataFrame:
    """Candidates from quoted figures, in the columns of `candidates.candidates`.

    Levels; changes, ratios and percent changes between two quoted years of one sector, basis and
    measure, or between a quoted year and one of the newest file (with a quoted base only where
    the file lacks that year); goods together with quoted services. Two sources in one comparison
    count as the step "chains two sources". Releases of all goods in force on the stated day are
    left out: `in_force` knows them more closely, all quotations together.
    """
    levels = [one for one in quoted_levels(stated.partner) if one.measure in stated.measures]
    if not levels or stated.months != 12:
        return pd.DataFrame()
    levels = [one for one in levels if not _known_better(one, stated.day)]
    levels += _with_services(stated)
    rows = []
    if "level" in stated.ways:
        rows += [("level", None, one) for one in levels]
    ways = [way for way in ("change", "percent-change", "ratio") if way in stated.ways]
    pairs = list(_pairs(levels, stated)) if ways else []
    rows += [(way, base, end) for way in ways for base, end in pairs]
    base, end = (
        np.array([-1 if row[at] is None else 12 * row[at].year for row in rows], dtype=np.int64)
        for at in (1, 2)
    )
    tried, bits = place(base, end, stated)
    return pd.DataFrame(
        [
            _row(way, first, last, int(steps), stated)
            for (way, first, last), good, steps in zip(rows, tried, bits, strict=True)
            if good and _compare(way, first, last) is not None
        ]
    )


def _known_better(one: Level, day: str) -> bool:
    in_force = bool(one.release) and one.release <= day and (not one.until or day < one.until)
    return in_force and (one.sector, one.basis) == ("total", GENERAL)


def _with_services(stated: Stated) -> list[Level]:
    """Goods of each release, and goods quoted beside them, with quoted services of the year."""
    levels = quoted_levels(stated.partner)
    services = [one for one in levels if one.sector == SERVICES and one.measure in stated.measures]
    if not services:
        return []
    vintages = [f"as-of:{stated.day}"] if stated.day else []
    vintages += list(releases())[::-1]
    years = tuple(sorted({one.year for one in services}))
    goods = [
        one
        for measure in stated.measures
        for one in file_levels(stated.partner, measure, "total", GENERAL, tuple(vintages), years)
    ]
    goods.sort(key=lambda one: vintages.index(one.release))
    pages = {one.source_ids for one in services}
    goods += [
        one
        for one in levels
        if (one.sector, one.basis) == ("total", GENERAL)
        and one.source_ids in pages
        and not _known_better(one, stated.day)
    ]
    return [with_services(*both) for both in product(goods, services) if _alike(*both)]


def _alike(one: Level, other: Level) -> bool:
    return (one.measure, one.year) == (other.measure, other.year)


def _pairs(levels: list[Level], stated: Stated) -> Iterator[tuple[Level, Level]]:
    """Base and end of every comparison in which at least one side is quoted."""
    families: dict[tuple[str, str, str], list[Level]] = {}
    for one in levels:
        families.setdefault((one.sector, one.basis, one.measure), []).append(one)
    for (name, basis, measure), quoted in families.items():
        files: tuple[Level, ...] = ()
        if (name, basis) in _CHAINED:
            files = file_levels(stated.partner, measure, name, basis, LATEST, _years())
        held = {one.year for one in files}
        for base, end in product([*quoted, *files], repeat=2):
            apart = name == WITH_SERVICES and base.release != end.release
            # Of a year that the file holds too, nobody sets an older figure against a newer file.
            stale = end.file and (base.file or base.year in held)
            if base.year < end.year and not apart and not stale:
                yield base, end


def _years() -> range:
    """All calendar years of the country files."""
    every = releases().values()
    return range(min(r.first_year for r in every), max(r.last_full_year for r in every) + 1)


def _compare(way: str, base: Level | None, end: Level) -> tuple[float, float, float] | None:
    """Low, value and high, under the conditions of `evaluate`; None without meaning."""
    if base is None:
        return end.low, end.value, end.high
    if way == "change":
        return end.low - base.high, end.value - base.value, end.high - base.low
    if base.low <= 0 or end.low < 0:
        return None
    ratios = end.low / base.high, end.value / base.value, end.high / base.low
    return ratios if way == "ratio" else tuple(100 * (ratio - 1) for ratio in ratios)


def _row(way: str, base: Level | None, end: Level, steps: int, stated: Stated) -> dict:
    low, value, high = _compare(way, base, end)
    parts = (base, end) if base else (end,)
    chained = len({one.source_ids for one in parts}) > 1
    return {
        "measure": end.measure,
        "as_": way,
        "sector": end.sector,
        "basis": end.basis,
        "vintage": " and ".join(dict.fromkeys(one.release for one in parts if one.release)),
        "base": str(base.year) if base else "",
        "end": str(end.year),
        "value": value,
        "low": low,
        "high": high,
        "bits": steps
        | table_steps(stated, end.measure, end.sector, end.basis)
        | (BIT["chains two sources"] if chained else 0),
        "quoted": True,
        "parts": parts,
    }
