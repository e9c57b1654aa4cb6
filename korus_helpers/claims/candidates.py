"""The grid of definitions that could give a number, evaluated, with the steps of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from korus_helpers.claims.intervals import Ends
from korus_helpers.claims.levels import Level, file_levels, quoted_levels, with_services
from korus_helpers.claims.named_steps import BIT, STEPS, Stated, meant, place, table_steps
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.trade.bases import (
    BASES,
    CONSUMPTION,
    FLOWS,
    GENERAL,
    GOODS_SERVICES,
    KOREA_REPORTED,
    OWN_RELEASE,
    SERVICES,
)
from korus_helpers.trade.catalogue import series
from korus_helpers.trade.definition import COMPARED
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.periods import Period
from korus_helpers.trade.sectors import NAMED, sector

DIGITS = 10  # that count: what is behind them is noise of adding floats
KEY = ["measure", "as_", "sector", "basis", "base", "end"]
_GOODS = ("total", GENERAL)
_CHAINED = {  # sector and basis that are also compared with a year of the files
    _GOODS,
    ("total", KOREA_REPORTED),
    ("autos", GENERAL),
    ("passenger_cars", GENERAL),
}


def candidates(stated: Stated) -> pd.DataFrame:
    """Every definition with a figure, one row each, of all files and of figures quoted in print.

    Columns: the definition (`measure, as_, sector, basis, vintage, base, end`), `value, low,
    high` in the unit of `as_`, `bits` and `count` of its steps, `quoted`, and `parts`, the
    quoted levels behind it. The figure of the day on which the number was printed is the
    reference of its release, else the newest; another release counts as the step "vintage", and
    one that gives the same figure as a nearer one is no further definition.
    """
    files = [_from_files(stated, measure) for measure in stated.measures]
    quoted = _from_print(stated)
    found = pd.concat([*files, quoted] if len(quoted) else files, ignore_index=True)
    for end in ("value", "low", "high"):
        found[end] = rounded(found[end].to_numpy(float))
    group = found.groupby(KEY, sort=False).ngroup()
    release = np.where(found.quoted & (found.vintage == ""), BIT["other source"], BIT["vintage"])
    chained = (found.bits & BIT["chains two sources"]) > 0
    found["bits"] |= np.where(group.duplicated() & ~chained, release, 0)
    again = found[["low", "high"]].assign(group=group).duplicated()
    found = found[~again].reset_index(drop=True)
    found["count"] = sum((found.bits.to_numpy() >> at) & 1 for at in range(len(STEPS)))
    return found


def rounded(values: np.ndarray, digits: int = DIGITS) -> np.ndarray:
    """`values` with so many digits that count, each the float nearest to that decimal."""
    size = np.abs(np.where(values == 0, 1.0, values))
    decimals = np.clip(digits - 1 - np.floor(np.log10(size)), 0, 300)
    return np.rint(values * 10.0**decimals) / 10.0**decimals


# Figures of the files


@dataclass(frozen=True)
class _Table:
    """Figures of one release: where periods of the right length start, months since year 0."""

    sector: str
    basis: str
    vintage: str
    starts: np.ndarray


def _from_files(stated: Stated, measure: str) -> pd.DataFrame:
    tables = list(_tables(stated, measure))
    blocks = []
    for at, table in enumerate(tables):
        for way in stated.ways:
            if not _speaks(stated, way, table):
                continue
            base, end = _spans(table.starts, way in COMPARED, stated)
            steps = table_steps(stated, measure, table.sector, table.basis)
            codes = np.full((3, len(end)), [[at], [stated.ways.index(way)], [steps]])
            blocks.append(np.vstack([codes, base, end]))
    if not blocks:
        return _framed(measure, pd.DataFrame(columns=[*KEY, "vintage", "value", "low", "high"]))
    at, way, steps, base, end = np.hstack(blocks)
    tried, bits = place(base, end, stated)
    at, way, base, end, bits = (one[tried] for one in (at, way, base, end, bits | steps))
    named = {
        name: _category([getattr(table, name) for table in tables], at)
        for name in ("sector", "basis", "vintage")
    }
    rows = pd.DataFrame({
        "partner": pd.Categorical.from_codes(np.zeros(len(at), int), [stated.partner]),
        "as_": pd.Categorical.from_codes(way, list(stated.ways)),
        **named,
        "base": _texts(base, stated.months),
        "end": _texts(end, stated.months),
        "bits": bits,
    })  # fmt: skip
    found = evaluate(measure, rows) if len(rows) else rows.assign(value=0.0, low=0.0, high=0.0)
    return _framed(measure, found[found.value.notna()])


def _framed(measure: str, found: pd.DataFrame) -> pd.DataFrame:
    text = {name: found[name].astype(object) for name in (*KEY[1:], "vintage")}
    numbers = found[["value", "low", "high"]].astype(float)
    bits = found["bits"].astype(np.int64) if "bits" in found else 0
    quoted = numbers.low < numbers.high
    columns = {"measure": measure, **text, **numbers, "bits": bits, "quoted": quoted}
    return pd.DataFrame({**columns, "parts": None})


def _speaks(stated: Stated, way: str, table: _Table) -> bool:
    """Whether the way says of the sector what is stated.

    The share of all goods is a partner's part of the world's, that of a sector its part of the
    partner's: another statement, and no other definition of the same.
    """
    if way == "contribution":
        return table.sector != "total"
    if way != "share" or stated.sector is None:
        return True
    return (table.sector == "total" and table.basis != SERVICES) == (stated.sector == "total")


def _tables(stated: Stated, measure: str) -> Iterator[_Table]:
    """The releases of every sector and basis, each sector's best release first."""
    names = [name for name in NAMED if name != "all_enduse"]  # the same goods as total
    if stated.sector and stated.sector.startswith(("enduse:", "hs:", "all_enduse")):
        names.append(stated.sector)
    for name in names:
        item = sector(name)
        if measure not in FLOWS and not item.netted:
            continue
        for basis in BASES if name == "total" else (item.basis,):
            if name == "total" and basis == CONSUMPTION and measure == "exports":
                continue  # the same exports as on the general basis
            if basis == SERVICES != stated.sector:
                continue  # beside goods, not another definition of them
            country = name == "total" and basis not in OWN_RELEASE
            if (name, basis) == _GOODS and stated.day:
                yield _Table(name, basis, f"as-of:{stated.day}", _calendar_years(stated))
            for vintage in list(releases())[::-1] if country else (LATEST,):
                starts = _starts(stated, name, basis, vintage)
                if len(starts):
                    yield _Table(name, basis, vintage, starts)


def _calendar_years(stated: Stated) -> np.ndarray:
    if stated.months != 12:
        return np.array([], dtype=np.int64)
    first = min(release.first_year for release in releases().values())
    return 12 * np.arange(first, int(stated.day[:4]))


def _starts(stated: Stated, name: str, basis: str, vintage: str) -> np.ndarray:
    """Where periods start for which this release may hold a figure of the partner."""
    months, found = stated.months, [np.array([], dtype=np.int64)]
    for monthly in (False, True):
        source = series(vintage, basis, sector(name), monthly)
        if source is None or stated.partner not in source.partners:
            continue
        row = source.partners[stated.partner]
        known = np.flatnonzero(~np.isnan(source.exports[row]) | ~np.isnan(source.imports[row]))
        if not len(known) or (months != 12 and not monthly):
            continue
        first, last = source.first + source.step * known[[0, -1]]
        starts = np.arange(first, last + source.step - months + 1, source.step)
        found.append(starts[starts % 12 > 0] if monthly and months == 12 else starts)
    return np.concatenate(found)


def _spans(starts: np.ndarray, compared: bool, stated: Stated) -> tuple[np.ndarray, np.ndarray]:
    bases, ends = meant(starts, stated.base), meant(starts, stated.end)
    if not compared:
        return np.full(len(ends), -1), ends
    base, end = (grid.ravel() for grid in np.meshgrid(bases, ends, indexing="ij"))
    like = (end > base) & ((end - base) % 12 == 0)
    return base[like], end[like]


def _category(values: list[str], codes: np.ndarray) -> pd.Categorical:
    numbers, texts = pd.factorize(np.array(values, dtype=object))
    return pd.Categorical.from_codes(numbers[codes], list(texts))


def _texts(starts: np.ndarray, months: int) -> pd.Categorical:
    each, codes = np.unique(starts, return_inverse=True)
    return pd.Categorical.from_codes(
        codes, ["" if start < 0 else str(Period(int(start), months)) for start in each]
    )


# Figures quoted in print


def _from_print(stated: Stated) -> pd.DataFrame:
    """Candidates from quoted figures, in the columns of `candidates`.

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
    ways = [way for way in ("change", "percent-change", "ratio") if way in stated.ways]
    pairs = list(_pairs(levels, stated)) if ways else []
    rows = [("level", None, one) for one in levels if "level" in stated.ways]
    rows += [(way, base, end) for way in ways for base, end in pairs]
    starts = (
        np.array([-1 if row[at] is None else 12 * row[at].year for row in rows], dtype=np.int64)
        for at in (1, 2)
    )
    tried, bits = place(*starts, stated)
    found = []
    for (way, base, end), good, steps in zip(rows, tried, bits, strict=True):
        ends = end.since(base, way) if base else end
        if good and ends.value == ends.value:
            found.append(_row(way, base, end, ends, int(steps), stated))
    return pd.DataFrame(found)


def _known_better(one: Level, day: str) -> bool:
    in_force = bool(one.release) and one.release <= day and (not one.until or day < one.until)
    return in_force and (one.sector, one.basis) == _GOODS


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
        for one in file_levels(stated.partner, measure, *_GOODS, tuple(vintages), years)
    ]
    goods.sort(key=lambda one: vintages.index(one.release))
    pages = {one.source_ids for one in services}
    goods += [
        one
        for one in levels
        if (one.sector, one.basis) == _GOODS
        and one.source_ids in pages
        and not _known_better(one, stated.day)
    ]
    return [
        with_services(one, other)
        for one, other in product(goods, services)
        if (one.measure, one.year) == (other.measure, other.year)
    ]


def _pairs(levels: list[Level], stated: Stated) -> Iterator[tuple[Level, Level]]:
    """Base and end of every comparison in which at least one side is quoted."""
    families: dict[tuple[str, str, str], list[Level]] = {}
    for one in levels:
        families.setdefault((one.sector, one.basis, one.measure), []).append(one)
    every = releases().values()
    years = range(min(r.first_year for r in every), max(r.last_full_year for r in every) + 1)
    for (name, basis, measure), quoted in families.items():
        files: tuple[Level, ...] = ()
        if (name, basis) in _CHAINED:
            files = file_levels(stated.partner, measure, name, basis, LATEST, years)
        held = {one.year for one in files}
        for base, end in product([*quoted, *files], repeat=2):
            apart = name == GOODS_SERVICES and base.release != end.release
            # Of a year that the file holds too, nobody sets an older figure against a newer file.
            stale = end.file and (base.file or base.year in held)
            if base.year < end.year and not apart and not stale:
                yield base, end


def _row(
    way: str, base: Level | None, end: Level, ends: Ends, steps: int, stated: Stated
) -> dict[str, object]:
    parts = (base, end) if base else (end,)
    if len({one.source_ids for one in parts}) > 1:
        steps |= BIT["chains two sources"]
    return {
        "measure": end.measure, "as_": way, "sector": end.sector, "basis": end.basis,
        "vintage": " and ".join(dict.fromkeys(one.release for one in parts if one.release)),
        "base": str(base.year) if base else "", "end": str(end.year),
        "value": ends.value, "low": ends.low, "high": ends.high,
        "bits": steps | table_steps(stated, end.measure, end.sector, end.basis),
        "quoted": True, "parts": parts,
    }  # fmt: skip
