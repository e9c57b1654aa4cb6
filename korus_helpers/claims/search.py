"""Which definitions give this number, and how likely is it that one does by chance?"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from korus_helpers.claims.candidates import KEY, candidates, rounded
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.matches import Match, match_of
from korus_helpers.claims.printed import one_edits, read_printed
from korus_helpers.claims.steps import BIT, NEAR, STEPS, Stated, read_stated
from korus_helpers.trade.definition import MEASURES, UNITS

LISTED = 1_000  # matches, nearest first
SAME = 7  # digits in which two releases agree that give the same figure; months are rounded
NEAR_STEPS = 2
MOVES = np.linspace(0.75, 1.25, 101)
_FARTHEST = sum(BIT[name] for name in STEPS if name not in NEAR)


@dataclass(frozen=True)
class Search:
    """What a search found.

    `tried` counts the definitions that have a figure, each figure once however many releases
    repeat it. `matches` are ranked: those that are only possible last, then fewer steps, steps
    in the order of `steps.STEPS`, files before print, newer releases, closeness to the middle
    of the interval; at most `LISTED` of them, and `complete` is False where there are more.

    `chance_rate` is the share of the same definitions that match by chance: the interval is
    multiplied by 0.750, 0.755, ... 1.250, each time the matches (not the possible ones) are
    divided by `tried`, and the mean is taken over those moved intervals that have no point in
    common with the interval itself; over all of them where none is free of it, as with "more
    than". `odds` is the share of the same moved intervals that at least one definition meets.
    Both are 0 where nothing was tried.
    """

    tried: int
    matches: tuple[Match, ...]
    chance_rate: float
    odds: float
    complete: bool


@dataclass(frozen=True)
class Garble:
    """A hypothesis: `text` (or the number of another measure) was meant, and then these hold.

    `what` names the slip: "a digit added: 4", "imports meant, deficit printed".
    """

    what: str
    text: str
    matches: tuple[Match, ...]


def search(
    interval: Interval,
    unit: str,
    *,
    measure: str | None = None,
    as_: str | None = None,
    partner: str = "5800",
    sector: str | None = None,
    basis: str = "",
    base: str = "",
    end: str = "",
    made_on: str = "",
    reporter: str = "USA",
) -> Search:
    """Every definition that gives a number in `interval`, in `unit` (of `UNITS`), for a partner.

    What is left out is open (measure, way, years) or takes the default (all goods, the basis of
    the sector, US statistics, today's figures), and another choice of it is a named step. A
    stated year is tried with its two neighbours; `made_on` ("2017-12-28") leaves out periods
    that had not ended by then. Raises `InputError` for what is not understood.
    """
    stated = read_stated(unit, measure, as_, partner, sector, basis, base, end, made_on, reporter)
    return _found(stated, candidates(stated), interval)


def near(
    measure: str,
    as_: str,
    partner: str,
    sector: str,
    basis: str,
    base: str,
    end: str,
    interval: Interval,
    *,
    made_on: str = "",
) -> Search:
    """The same for a stated definition, among those at most two steps of `steps.NEAR` away.

    These are release or quotation, import or export basis, sector, goods with services,
    agreement year for calendar year, and the base year one off. The stated definition itself is
    one of those tried, with no steps. Raises `InputError` for what is not understood.
    """
    stated = read_stated(
        UNITS.get(as_, ""), measure, as_, partner, sector, basis, base, end, made_on, "USA"
    )
    grid = candidates(stated)
    return _found(stated, grid[_is_near(grid)], interval)


def garbles(
    text: str,
    *,
    measure: str | None = None,
    as_: str | None = None,
    partner: str = "5800",
    sector: str | None = None,
    basis: str = "",
    base: str = "",
    end: str = "",
    made_on: str = "",
    reporter: str = "USA",
    tolerance: Decimal = Decimal("0.05"),
) -> tuple[Garble, ...]:
    """Slips that would make the stated definition, of any release, give the printed `text`.

    One edit of the text (a digit dropped, added or swapped, million for billion, the sign), or
    another measure than the stated one. Hypotheses all, other measures first, then in the order
    of `one_edits`; raises `InputError` for text or definition that is not understood.
    """
    printed = read_printed(text, tolerance=tolerance)
    rest = (as_, partner, sector, basis, base, end, made_on, reporter)
    stated = read_stated(printed.unit, measure, *rest)
    found = []
    for other in MEASURES if measure else ():
        if other != measure and {other, measure} != {"deficit", "balance"}:  # that is the sign
            meant = read_stated(printed.unit, other, *rest)
            matches = _sure(meant, _as_stated(meant), printed.interval)
            found.append(Garble(f"{other} meant, {measure} printed", text, matches))
    grid = _as_stated(stated)
    for edit in one_edits(text):
        reading = read_printed(edit.text, tolerance=tolerance)
        if reading.unit == printed.unit:
            matches = _sure(stated, grid, reading.interval)
            found.append(Garble(edit.what, edit.text, matches))
    return tuple(one for one in found if one.matches)


def _is_near(grid: pd.DataFrame) -> pd.Series:
    return (grid["count"] <= NEAR_STEPS) & ((grid.bits & _FARTHEST) == 0)


def _as_stated(stated: Stated) -> pd.DataFrame:
    grid = candidates(stated)
    return grid[(grid.bits & ~BIT["vintage"]) == 0]


def _sure(stated: Stated, grid: pd.DataFrame, interval: Interval) -> tuple[Match, ...]:
    inside, _ = _lands(grid, interval)
    if not inside.any():
        return ()
    return _found(stated, grid[inside], interval).matches


def _found(stated: Stated, grid: pd.DataFrame, interval: Interval) -> Search:
    inside, touching = _lands(grid, interval)
    rate, odds = _chance(grid, interval)
    if not touching.any():
        return Search(len(grid), (), rate, odds, complete=True)
    hits = grid.assign(possible=touching & ~inside)[touching]
    middle = _middle(interval)
    ranked = hits.assign(
        release=hits.vintage.str.removeprefix("as-of:"), off=(hits.value - middle).abs()
    ).sort_values(
        ["possible", "count", "bits", "quoted", "release", "off"],
        ascending=[True, True, True, True, False, True],
        kind="stable",
    )  # "latest", of tables with one release, is newer than any date as text too
    same = ranked.assign(low=rounded(ranked.low, SAME), high=rounded(ranked.high, SAME))
    ranked = ranked[~same.duplicated([*KEY, "low", "high"])]
    matches = tuple(match_of(stated.partner, row) for row in ranked.head(LISTED).itertuples())
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


def _middle(interval: Interval) -> float:
    ends = [end for end in _ends(interval) if np.isfinite(end)]
    return sum(ends) / len(ends) if ends else 0.0


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
