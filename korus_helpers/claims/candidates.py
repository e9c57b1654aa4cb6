"""The definitions that could give a number, with their figures, and how far each is off.

How far is told in named steps from what is stated (`STEPS`), kept as the bits of a number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from korus_helpers.claims.claim import KOREAN, UNSPECIFIED, is_date
from korus_helpers.claims.quoted import Level, file_levels, quoted_levels, with_services
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.trade.bases import (
    BASES,
    BOP,
    COMPARED,
    CONSUMPTION,
    COUNTED,
    FLOWS,
    GENERAL,
    GOODS_SERVICES,
    KOREA,
    KOREA_REPORTED,
    MEASURES,
    OWN_RELEASE,
    SERVICES,
    UNITS,
    counted,
)
from korus_helpers.trade.catalogue import AS_OF, series
from korus_helpers.trade.definition import Definition, check_basis, check_measure, check_way
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.periods import Period, agreement_year, month_number
from korus_helpers.trade.sectors import NAMED, Sector
from korus_helpers.trade.sectors import sector as sector_of
from korus_helpers.trade.series import Ends

QUOTED_SECTORS = ("hs8703", "autos_and_parts_piie", "automobiles_korea")  # in no file
NOT_STATED = "not stated"
# From the least to the greatest departure; ties in the number of steps are ranked by it.
STEPS = (
    "vintage",
    "import basis",
    "export basis",
    "balance-of-payments basis",
    "goods with services",
    "agreement year",
    "calendar year",
    "base year",
    "other source",
    "chains two sources",
    "basis not stated",
    "sector",
    "year",
    "12-month window",
    "reporter",
)
BIT = {name: 1 << at for at, name in enumerate(STEPS)}
NEAR = frozenset(STEPS) - {"year", "12-month window", "reporter"}
NEAR_STEPS = 2  # at most, of a near definition
FARTHEST = sum(BIT[name] for name in STEPS if name not in NEAR)
DIGITS = 10  # that count: what is behind them is noise of adding floats
KEY = ["measure", "as_", "sector", "basis", "base", "end"]
_YEARS_OFF = 1  # a stated year may be meant for the one before or after it
_GOODS = ("total", GENERAL)
_CHAINED = {  # sector and basis that are also compared with a year of the files
    _GOODS,
    ("total", KOREA_REPORTED),
    ("autos", GENERAL),
    ("passenger_cars", GENERAL),
}


# What is stated


@dataclass(frozen=True)
class Stated:
    """What is stated of a number, checked; measures, ways and periods may be left open.

    `sector` None is all goods, as long as nothing better fits; `basis` is the one asked for or
    the sector's own. `day` is when the number was printed, "" if unknown: periods that had not
    ended by then are not tried, and the figures in force on it come first. `near` leaves out
    what is more than `NEAR_STEPS` of `NEAR` away.
    """

    measures: tuple[str, ...]
    ways: tuple[str, ...]
    partner: Partner
    sector: str | None
    basis: str
    base: Period | None
    end: Period | None
    day: str
    near: bool = False

    @property
    def months(self) -> int:
        """Length of the periods compared."""
        return next((one.months for one in (self.end, self.base) if one), 12)


def read_stated(
    unit: str,
    *,
    measure: str | None = None,
    as_: str | None = None,
    partner: str | Partner = KOREA,
    sector: str | None = None,
    basis: str = "",
    base: str | Period = "",
    end: str | Period = "",
    made_on: str = "",
    reporter: str = "USA",
) -> Stated:
    """The statement behind a number in `unit`; raises `InputError` for what is not understood.

    What is left out is open (measure, way, years) or takes the default (all goods, the basis of
    the sector, US statistics, today's figures), and another choice of it is a named step. A
    stated year is tried with its two neighbours; `made_on` ("2017-12-28") leaves out periods
    that had not ended by then. Without `as_` a base year means a comparison and an end alone a
    level or share, wherever the unit allows it; without either all ways of the unit are open.
    """
    if measure is not None:
        check_measure(measure)
    if reporter not in ("USA", KOREAN):
        raise InputError(f'reporter "{reporter[:40]}" is not known; type USA or KOR')
    if made_on and not (len(made_on) == 10 and is_date(made_on)):
        raise InputError(f'day "{made_on[:40]}" is not understood; type one like 2017-12-28')
    first = last = None
    if base and end:
        asked = Definition(partner, base=base, end=end, as_="change")
        who, first, last = asked.who, asked.first, asked.last
        if first >= last:
            raise InputError(
                f"the base {first} is not before the end {last}; type the earlier first"
            )
    elif base or end:
        asked = Definition(partner, end=base or end)
        who, first, last = asked.who, asked.last if base else None, asked.last if end else None
    else:
        who = partner if isinstance(partner, Partner) else find_partner(partner)
    ways = _ways(unit, as_, first, last)
    if sector not in (None, *COUNTED, UNSPECIFIED, *QUOTED_SECTORS):
        basis = basis or ("" if reporter == KOREAN else sector_of(sector).basis)
    basis = check_basis(basis or (KOREA_REPORTED if reporter == KOREAN else GENERAL))
    measures = (measure,) if measure else MEASURES
    return Stated(measures, ways, who, sector, basis, first, last, made_on)


def _ways(unit: str, as_: str | None, base: Period | None, end: Period | None) -> tuple[str, ...]:
    if as_ is not None:
        if UNITS[check_way(as_)] != unit:
            raise InputError(f"a {as_} is in {UNITS[as_]}, while the number is in {unit}")
        if as_ not in COMPARED and base:
            raise InputError(f"a {as_} needs one period; type --year 2016, or --as change")
        return (as_,)
    ways = tuple(way for way, its in UNITS.items() if its == unit)
    if not ways:
        raise InputError(
            f"no definition gives a number in {unit}; type one in dollars, percent or times"
        )
    fitting = [way for way in ways if (way in COMPARED) == bool(base)] if base or end else []
    return tuple(fitting) or ways


# Steps from it


def _meant(starts: np.ndarray, asked: Period | None) -> np.ndarray:
    """Those of `starts`, months since the year 0, that a stated period is tried with, if any is."""
    if asked is None:
        return starts
    return starts[np.abs(_year(starts) - _year(asked.start)) <= _YEARS_OFF]


def _placed(base: np.ndarray, end: np.ndarray, stated: Stated) -> tuple[np.ndarray, np.ndarray]:
    """Which spans are tried, and their steps; months since the year 0, base -1 for one period.

    Where a year is stated, it and its neighbours are tried, as calendar years or as 12 months
    that share most with it. A comparison is of like months: April to March with April to March.
    """
    months, compared = stated.months, base >= 0
    tried = ~compared | ((end > base) & ((end - base) % 12 == 0))
    if stated.day:
        tried &= end + months <= month_number(int(stated.day[:4]), int(stated.day[5:7]))
    bits = np.zeros(len(end), dtype=np.int64)
    for starts, asked, step in ((base, stated.base, "base year"), (end, stated.end, "year")):
        if asked is not None:
            off = np.abs(_year(starts) - _year(asked.start)) * (starts >= 0)
            tried &= off <= _YEARS_OFF
            bits |= np.where(off > 0, BIT[step], 0)
    known = stated.end or stated.base
    phase = known.start % 12 if known else 0
    if months != 12:
        return tried & (end % 12 == phase), bits
    korus = agreement_year(0)
    agreed = (end % 12 == korus.start % 12) & (np.where(compared, base, end) >= korus.start)
    kinds = [end % 12 == phase, end % 12 == 0, agreed & (stated.partner.code == KOREA)]
    names = [0, BIT["calendar year"], BIT["agreement year"]]
    return tried, bits | np.select(kinds, names, BIT["12-month window"])


def _year(starts: np.ndarray | int) -> np.ndarray | int:
    """The calendar year that shares most months with 12 months from `starts`; ties: the first."""
    return (starts + 5) // 12


def _table_steps(stated: Stated, measure: str, sector_name: str, basis: str) -> int:
    """The steps that lie in the sector and the basis of a figure."""
    asked, found = stated.sector or counted("total", stated.basis), counted(sector_name, basis)
    both, steps = {"total", GOODS_SERVICES}, 0
    if found != asked and not (asked == UNSPECIFIED and found in both):
        steps = BIT["goods with services" if {asked, found} == both else "sector"]
    return steps | _basis_steps(stated.basis, basis, (measure,) if measure in FLOWS else FLOWS)


def _basis_steps(asked: str, found: str, flows: tuple[str, ...]) -> int:
    if found == asked:
        return 0
    if KOREA_REPORTED in (asked, found):
        return BIT["reporter"]
    if found in COUNTED or asked in COUNTED:  # a step of what is counted
        return 0
    if BOP in (asked, found):
        return BIT["balance-of-payments basis"]
    if found == NOT_STATED:
        return BIT["basis not stated"]
    words = {"exports": ("domestic", "export basis"), "imports": ("consumption", "import basis")}
    kinds = [words[flow] for flow in flows]
    return sum(BIT[step] for word, step in kinds if (word in asked) != (word in found))


def names_of(bits: int) -> tuple[str, ...]:
    """The named steps, the least departure first."""
    return tuple(name for name in STEPS if bits & BIT[name])


# The figures


def candidates(stated: Stated) -> pd.DataFrame:
    """Every definition with a figure, one row each, of all files and of figures quoted in print.

    Columns: the definition (`measure, as_, sector, basis, vintage, base, end`), `value, low,
    high` in the unit of `as_`, `bits` and `count` of its steps, `quoted`, and `parts`, the
    quoted levels behind it. The figure of the day on which the number was printed is the
    reference of its release, else the newest; another release counts as the step "vintage", and
    one that gives the same figure as a nearer one is no further definition.
    """
    files = [_from_files(stated, measure) for measure in stated.measures]
    found = pd.concat([*files, *_from_print(stated)], ignore_index=True)
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


@dataclass(frozen=True)
class _Table:
    """Figures of one release: where periods of the right length start, months since year 0."""

    sector: str
    basis: str
    vintage: str
    starts: np.ndarray


def _from_files(stated: Stated, measure: str) -> pd.DataFrame:
    tables = list(_tables(stated, measure))
    blocks = [np.zeros((5, 0), dtype=np.int64)]
    for at, table in enumerate(tables):
        steps = _table_steps(stated, measure, table.sector, table.basis)
        for number, way in enumerate(stated.ways):
            if _speaks(stated, way, table):
                base, end = _spans(table.starts, way in COMPARED, stated)
                codes = np.full((3, len(end)), [[at], [number], [steps]])
                blocks.append(np.vstack([codes, base, end]))
    at, way, steps, base, end = np.hstack(blocks)
    tried, bits = _placed(base, end, stated)
    at, way, base, end, bits = (one[tried] for one in (at, way, base, end, bits | steps))
    rows = pd.DataFrame({
        "partner": pd.Categorical.from_codes(np.zeros(len(at), int), [stated.partner.code]),
        "as_": pd.Categorical.from_codes(way, list(stated.ways)),
        **{name: _category([getattr(table, name) for table in tables], at)
           for name in ("sector", "basis", "vintage")},
        "base": _texts(base, stated.months),
        "end": _texts(end, stated.months),
    })  # fmt: skip
    found = evaluate(measure, rows) if len(rows) else rows.assign(value=0.0, low=0.0, high=0.0)
    text = {name: found[name].astype(object) for name in (*KEY[1:], "vintage")}
    numbers = found[["value", "low", "high"]].astype(float)
    made = {"measure": measure, **text, **numbers, "bits": bits}
    made |= {"quoted": numbers.low < numbers.high, "parts": None}
    return pd.DataFrame(made)[found.value.notna()]


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
    items = [item for name, item in NAMED.items() if name != "all_enduse"]  # the same as total
    if stated.sector and stated.sector.startswith(("enduse:", "hs:", "all_enduse")):
        items.append(sector_of(stated.sector))
    for item in items:
        if measure not in FLOWS and not item.netted:
            continue
        for basis in BASES if item.name == "total" else (item.basis,):
            if (item.name, basis, measure) == ("total", CONSUMPTION, "exports"):
                continue  # the same exports as on the general basis
            if basis == SERVICES != stated.sector:
                continue  # beside goods, not another definition of them
            steps = _table_steps(stated, measure, item.name, basis)
            if stated.near and (steps & FARTHEST or steps.bit_count() > NEAR_STEPS):
                continue
            if (item.name, basis) == _GOODS and stated.day:
                yield _Table("total", basis, f"{AS_OF}{stated.day}", _calendar_years(stated))
            country = item.name == "total" and basis not in OWN_RELEASE
            for vintage in list(releases())[::-1] if country else (LATEST,):
                yield _Table(item.name, basis, vintage, _starts(stated, item, basis, vintage))


def _calendar_years(stated: Stated) -> np.ndarray:
    first = min(release.first_year for release in releases().values())
    last = int(stated.day[:4]) if stated.months == 12 else first
    return 12 * np.arange(first, last)


def _starts(stated: Stated, item: Sector, basis: str, vintage: str) -> np.ndarray:
    """Where periods start for which this release may hold a figure of the partner."""
    months, found = stated.months, [np.array([], dtype=np.int64)]
    asked = stated.end or stated.base
    windows = not stated.near or stated.partner.code == KOREA or (asked and asked.start % 12)
    for monthly in (False, True)[: 1 + bool(windows)] if months == 12 else (True,):
        source = series(vintage, basis, item, monthly)
        if source is None or stated.partner.code not in source.partners:
            continue
        row = source.partners[stated.partner.code]
        known = np.flatnonzero(~np.isnan(source.exports[row]) | ~np.isnan(source.imports[row]))
        if len(known):
            first, last = source.first + source.step * known[[0, -1]]
            starts = np.arange(first, last + source.step - months + 1, source.step)
            found.append(starts[starts % 12 > 0] if monthly and months == 12 else starts)
    return np.concatenate(found)


def _spans(starts: np.ndarray, compared: bool, stated: Stated) -> tuple[np.ndarray, np.ndarray]:
    bases, ends = _meant(starts, stated.base), _meant(starts, stated.end)
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


def _from_print(stated: Stated) -> Iterator[pd.DataFrame]:
    """Candidates from quoted figures, in the columns of `candidates`, if there are any.

    Levels; changes, ratios and percent changes between two quoted years of one sector, basis and
    measure, or between a quoted year and one of the newest file (with a quoted base only where
    the file lacks that year); goods together with quoted services. Two sources in one comparison
    count as the step "chains two sources". Releases of all goods in force on the stated day are
    left out: `in_force` knows them more closely, all quotations together.
    """
    every = [one for one in quoted_levels(stated.partner.code) if one.measure in stated.measures]
    if not every or stated.months != 12:
        return
    levels = [one for one in every if not _known_better(one, stated.day)]
    levels += _with_services(stated, every)
    ways = [way for way in ("change", "percent-change", "ratio") if way in stated.ways]
    rows = [("level", None, one) for one in levels if "level" in stated.ways]
    pairs = list(_pairs(levels, stated)) if ways else []
    rows += [(way, *pair) for way in ways for pair in pairs]
    starts = (
        np.array([-1 if row[at] is None else 12 * row[at].year for row in rows], dtype=np.int64)
        for at in (1, 2)
    )
    found = []
    for (way, base, end), tried, steps in zip(rows, *_placed(*starts, stated), strict=True):
        ends = end.since(base, way) if base else end
        if tried and ends.value == ends.value:
            found.append(_row(way, base, end, ends, int(steps), stated))
    if found:
        yield pd.DataFrame(found)


def _known_better(one: Level, day: str) -> bool:
    return one.in_force(day) and (one.sector, one.basis) == _GOODS


def _with_services(stated: Stated, levels: list[Level]) -> list[Level]:
    """Goods of each release, and goods quoted beside them, with quoted services of the year."""
    services = [one for one in levels if one.sector == SERVICES]
    if not services:
        return []
    vintages = [f"{AS_OF}{stated.day}"] if stated.day else []
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
        "value": float(ends.value), "low": float(ends.low), "high": float(ends.high),
        "bits": steps | _table_steps(stated, end.measure, end.sector, end.basis),
        "quoted": True, "parts": parts,
    }  # fmt: skip
