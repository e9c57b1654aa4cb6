"""Which definitions give this number, and how likely is it that one does by chance?"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from korus_helpers.claims.candidates import (
    BIT,
    FARTHEST,
    KEY,
    NEAR_STEPS,
    Stated,
    candidates,
    names_of,
    read_stated,
    rounded,
)
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import TOLERANCE, one_edits, read_printed
from korus_helpers.claims.quoted import Level
from korus_helpers.figures.partners import Partner
from korus_helpers.trade.bases import MEASURES, UNITS, of_trade
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.figure import Figure, provenance

LISTED = 1_000  # matches, nearest first
SAME = 7  # digits in which two releases agree that give the same figure; months are rounded
MOVES = np.linspace(0.75, 1.25, 101)


@dataclass(frozen=True)
class Match:
    """One definition that gives the number.

    `value` lies in [`low`, `high`], in `unit`; the ends differ where the figure is `quoted` in
    print. All others, and those whose `vintage` is "as-of:" a day, `evaluate` takes as they stand.
    Of the rest `vintage` names the day on which the release came into force ("" unknown) and
    `sector` may be services, goods-and-services or what only print knows. `steps` name each
    departure from what was stated. `possible` marks a quoted figure that straddles the number's
    interval: it may be it, but does not count as a match. `source_ids` are keys of `sources`,
    `parts` the levels behind a figure that `evaluate` does not take.
    """

    measure: str
    as_: str
    sector: str
    basis: str
    vintage: str
    base: str
    end: str
    partner: str
    value: float
    low: float
    high: float
    unit: str
    steps: tuple[str, ...]
    quoted: bool
    label: str
    source_ids: tuple[str, ...]
    possible: bool = False
    parts: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Search:
    """What a search found.

    `tried` counts the definitions that have a figure, each figure once however many releases
    repeat it. `matches` are ranked: those that are only possible last, then fewer steps, steps
    in the order of `candidates.STEPS`, files before print, newer releases, closeness to the middle
    of the interval; at most `LISTED` of them, and `complete` is False where there are more.

    `chance_rate` is the share of the same definitions that match by chance: the interval is
    multiplied by 0.750, 0.755, ... 1.250, each time the matches (not the possible ones) are
    divided by `tried`, and the mean is taken over those moved intervals that have no point in
    common with the interval itself; over all of them where none is free of it, as with "more
    than". `odds` is the share of the same moved intervals that at least one definition meets.
    Both are 0 where nothing was tried. `stated` are the figures of the definitions that are wholly
    as stated, where a period is.
    """

    tried: int
    matches: tuple[Match, ...]
    chance_rate: float
    odds: float
    complete: bool
    stated: tuple[float, ...] = ()


@dataclass(frozen=True)
class Garble:
    """A hypothesis: `text` (or the number of another measure) was meant, and then these hold.

    `what` names the slip: "a digit added: 4", "imports meant, deficit printed".
    """

    what: str
    text: str
    matches: tuple[Match, ...]


def search(interval: Interval, unit: str, **stated: object) -> Search:
    """Every definition that gives a number in `interval`, in `unit` (of `UNITS`), for a partner.

    `stated` are the choices of `candidates.read_stated`; raises `InputError` as that does.
    """
    asked = read_stated(unit, **stated)
    grid = candidates(asked)
    as_stated = grid.value[grid["count"] == 0] if asked.end else ()
    return replace(_found(asked, grid, interval), stated=tuple(as_stated))


def near(interval: Interval, unit: str, **stated: object) -> Search:
    """The same, among definitions at most two steps of `candidates.NEAR` from the stated one.

    These are release or quotation, import or export basis, sector, goods with services,
    agreement year for calendar year, and the base year one off. The stated definition itself is
    one of those tried, with no steps.
    """
    asked = replace(read_stated(unit, **stated), near=True)
    grid = candidates(asked)
    close = (grid["count"] <= NEAR_STEPS) & ((grid.bits & FARTHEST) == 0)
    return _found(asked, grid[close], interval)


def garbles(text: str, *, tolerance: Decimal = TOLERANCE, **stated: object) -> tuple[Garble, ...]:
    """Slips that would make the stated definition, of any release, give the printed `text`.

    One edit of the text (a digit dropped, added or swapped, million for billion, the sign), or
    another measure than the stated one. Hypotheses all, other measures first, then in the order
    of `one_edits`; raises `InputError` for text or definition that is not understood.
    """
    printed = read_printed(text, tolerance=tolerance)
    asked = read_stated(printed.unit, **stated)
    measure, found = stated.get("measure"), []
    for other in MEASURES if measure else ():
        if other != measure and {other, measure} != {"deficit", "balance"}:  # that is the sign
            meant = replace(asked, measures=(other,))
            matches = _sure(meant, _as_stated(meant), printed.interval)
            found.append(Garble(f"{other} meant, {measure} printed", text, matches))
    grid = _as_stated(asked)
    for edit in one_edits(text):
        reading = read_printed(edit.text, tolerance=tolerance)
        if reading.unit == printed.unit:
            found.append(Garble(edit.what, edit.text, _sure(asked, grid, reading.interval)))
    return tuple(one for one in found if one.matches)


def _as_stated(stated: Stated) -> pd.DataFrame:
    grid = candidates(stated)
    return grid[(grid.bits & ~BIT["vintage"]) == 0]


def _sure(stated: Stated, grid: pd.DataFrame, interval: Interval) -> tuple[Match, ...]:
    inside, _ = _lands(grid, interval)
    return _found(stated, grid[inside], interval).matches if inside.any() else ()


def _found(stated: Stated, grid: pd.DataFrame, interval: Interval) -> Search:
    inside, touching = _lands(grid, interval)
    rate, odds = _chance(grid, interval)
    if not touching.any():
        return Search(len(grid), (), rate, odds, complete=True)
    hits = grid.assign(possible=touching & ~inside)[touching]
    ends = [end for end in _ends(interval) if np.isfinite(end)]
    middle = sum(ends) / len(ends) if ends else 0.0
    ranked = hits.assign(
        release=hits.vintage.str.removeprefix("as-of:"), off=(hits.value - middle).abs()
    ).sort_values(
        ["possible", "count", "bits", "quoted", "release", "off"],
        ascending=[True, True, True, True, False, True],
        kind="stable",
    )  # "latest", of tables with one release, is newer than any date as text too
    same = ranked.assign(low=rounded(ranked.low, SAME), high=rounded(ranked.high, SAME))
    ranked = ranked[~same.duplicated([*KEY, "low", "high"])]
    matches = tuple(_match(stated.partner, row) for row in ranked.head(LISTED).itertuples())
    return Search(len(grid), matches, rate, odds, len(ranked) <= LISTED)


def _lands(grid: pd.DataFrame, interval: Interval) -> tuple[np.ndarray, np.ndarray]:
    """For each range from low to high whether it lies inside `interval`, and whether they touch."""
    if interval.is_empty:
        return np.zeros(len(grid), bool), np.zeros(len(grid), bool)
    low, high, ends = grid.low.to_numpy(), grid.high.to_numpy(), _ends(interval)
    return _within(low, high, *ends, interval), _within(high, low, *ends, interval)


def _within(
    low: np.ndarray, high: np.ndarray, first: float, last: float, interval: Interval
) -> np.ndarray:
    """Where `low` is not below `first` nor `high` above `last`; open ends as in `interval`."""
    above = np.greater if interval.low_open else np.greater_equal
    below = np.less if interval.high_open else np.less_equal
    return above(low, first) & below(high, last)


def _ends(interval: Interval) -> tuple[float, float]:
    return (
        -np.inf if interval.low is None else float(interval.low),
        np.inf if interval.high is None else float(interval.high),
    )


def _chance(grid: pd.DataFrame, interval: Interval) -> tuple[float, float]:
    """`chance_rate` and `odds`, as `Search` defines them."""
    if grid.empty or interval.is_empty:
        return 0.0, 0.0
    first, last = _ends(interval)
    moved = [(first * by, last * by) for by in MOVES]
    apart = [(lower, upper) for lower, upper in moved if upper < first or lower > last]
    low, high = grid.low.to_numpy(), grid.high.to_numpy()
    shares = [_within(low, high, *ends, interval).mean() for ends in apart or moved]
    return float(np.mean(shares)), float(np.mean(np.array(shares) > 0))


def _match(partner: Partner, row: object) -> Match:
    """The match that a row of `candidates` describes; `row.possible` is said with it."""
    chosen = {name: getattr(row, name) for name in (*KEY, "vintage")}
    ends = {name: float(getattr(row, name)) for name in ("value", "low", "high")}
    label, source_ids = _of_print(partner, row) if row.parts else _of_files(partner, row, ends)
    return Match(
        **chosen, **ends, partner=partner.code, unit=UNITS[row.as_], steps=names_of(row.bits),
        quoted=bool(row.quoted), label=label, source_ids=source_ids,
        possible=bool(row.possible), parts=tuple(row.parts or ()),
    )  # fmt: skip


def _of_files(partner: Partner, row: object, ends: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """The definition of a figure that `evaluate` takes, in words, and its sources."""
    used = Definition(partner, row.sector, row.basis, row.vintage, row.base, row.end, row.as_)
    release, sources, mixed = provenance(row.measure, used)
    figure = Figure(
        row.measure, used, **ends, unit=UNITS[row.as_], base_value=0.0, end_value=0.0,
        vintage=release, source_ids=sources,
    )  # fmt: skip
    extra = f"; {figure.source}" if row.quoted else ", mixed releases" if mixed else ""
    return f"{figure.words}; {release}{extra}", sources


def _of_print(partner: Partner, row: object) -> tuple[str, tuple[str, ...]]:
    """The definition of a figure made of quoted levels, in words, and its sources."""
    what = f"{of_trade(row.measure, partner.in_sentence)}, {row.parts[-1].title}"
    said = [f"{part.year} {part.said}" for part in row.parts]
    sources = tuple(dict.fromkeys(key for part in row.parts for key in part.source_ids))
    if len(row.parts) == 1:
        return f"{what}, {said[0].replace(' ', ', ', 1)}", sources
    way = row.as_.replace("-", " ")
    chained = "; chains two sources" if row.bits & BIT["chains two sources"] else ""
    return f"{what}, {way} from {said[0]} to {said[1]}{chained}", sources
