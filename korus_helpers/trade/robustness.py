"""One measure under many choices: those fixed in a file, and all combinations of a few."""

import math

import numpy as np
import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import CONSUMPTION, GENERAL
from korus_helpers.trade.comparison import Comparison, by_release
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.periods import Period, month_number, period

CALENDAR, APRIL = "calendar", "april"
MOST_FIRST, MOST_LAST = 10, 12  # years down and across
_SHIFTS = (-1, 0, 1)
_KEY = ["base", "end", "basis", "vintage"]


def robustness(measure: str, as_: str, partner: str, base: str, end: str) -> pd.DataFrame:
    """A measure under each choice of the table `choices`, in its order.

    `base` and `end` are the years stated; a level or share takes no first one. Columns: `id`,
    `words` and `window` of the choice, the `base, end, basis, vintage` that it means, `value, low,
    high` (NaN where there is no figure) in `unit`, `reason` why there is none, and `same_as`:
    an earlier choice that comes to the same definition, "" if none. Such a choice is no further
    one, so it does not count. Raises `InputError` for what is not understood.
    """
    _check(measure, as_)
    rows = []
    for choice in open_table("choices").to_dict("records"):
        first, last = (
            _window(text, choice[shift], choice["window"])
            for text, shift in ((base, "base_shift"), (end, "end_shift"))
        )
        rows.append(
            {name: choice[name] for name in ("id", "words", "window", "basis", "vintage")}
            | {"base": str(first) if as_ in COMPARED else "", "end": str(last)}
            | _figure(measure, as_, partner, choice, first, last)
        )
    found = pd.DataFrame(rows)
    before = found.groupby(_KEY, sort=False).id.transform("first")
    found["same_as"] = np.where(before == found.id, "", before)
    return found[["id", "words", "window", *_KEY, "value", "low", "high", "unit", "reason",
                  "same_as"]]  # fmt: skip


def _check(measure: str, as_: str) -> None:
    for text, known, what in ((measure, MEASURES, "measure"), (as_, UNITS, "way to compare")):
        if text not in known:
            raise InputError(f'{what} "{text[:40]}" is not known; type one of {", ".join(known)}')


def _window(year: str, shift: int, window: str) -> Period:
    """The calendar year, or the April to March that begins in it, some years later."""
    asked = period(year)
    if asked.year is None:
        raise InputError(f"{year} is not a calendar year; type one such as 2016")
    return _from_month(asked.year + shift, 1 if window == CALENDAR else 4)


def _from_month(year: int, month: int) -> Period:
    return Period(month_number(year, month), 12)


def _figure(
    measure: str, as_: str, partner: str, choice: dict, first: Period, last: Period
) -> dict[str, object]:
    """Value, ends, release and reason under one choice."""
    missing = {"value": math.nan, "low": math.nan, "high": math.nan, "unit": UNITS[as_]}
    if as_ in COMPARED and first >= last:
        return missing | {"reason": "its first period does not come before its last"}
    base = str(first) if as_ in COMPARED else ""
    try:
        asked = Definition(
            partner, basis=choice["basis"], vintage=choice["vintage"], base=base, end=str(last),
            as_=as_,
        )  # fmt: skip
        found = evaluate(measure, asked)
    except NoFigure as error:
        return missing | {"reason": str(error)}
    used = {name: getattr(found, name) for name in ("value", "low", "high", "unit")}
    return used | {"vintage": found.definition.vintage, "reason": ""}


def every_choice(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """A measure under all combinations of years, window, basis and release.

    First and last year of `item` and their neighbours, calendar years and April to March, every
    release, and imports for consumption. Columns: `base, end, window, basis, vintage, value, unit`
    and `own`, true for the one row with the stated years in the release of `item`. Combinations
    without a figure are left out.
    """
    _check(measure, as_)
    places = [(GENERAL, vintage) for vintage in releases()] + [(CONSUMPTION, LATEST)]
    rows = []
    for window, month in ((CALENDAR, 1), (APRIL, 4)):
        for start in _SHIFTS if as_ in COMPARED else (0,):
            for shift in _SHIFTS:
                first = _from_month(item.base_year + start, month)
                last = _from_month(item.end_year + shift, month)
                if as_ in COMPARED and first >= last:
                    continue
                base = str(first) if as_ in COMPARED else ""
                rows += [(base, str(last), window, *place) for place in places]
    frame = pd.DataFrame(rows, columns=["base", "end", "window", "basis", "vintage"])
    frame = frame.assign(partner=item.partner.code, as_=as_)
    found = evaluate(measure, frame)
    stated = Definition(
        item.partner.code, base=str(item.base_year) if as_ in COMPARED else "",
        end=str(item.end_year), as_=as_,
    )  # fmt: skip
    own = (
        (found.base == stated.base) & (found.end == stated.end) & (found.basis == GENERAL)
        & (found.vintage == item.release.vintage)
    )  # fmt: skip
    kept = found.assign(own=own)[found.value.notna()].reset_index(drop=True)
    return kept[["base", "end", "window", "basis", "vintage", "value", "unit", "own"]]


def year_grid(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """A comparison by first year (rows) and last year (columns), in the release of `item`.

    At most 10 x 12 years around those of `item`, in the unit of `as_` (amounts in million dollars);
    NaN where there is no figure, or the last year does not come after the first.
    """
    known = range(item.release.first_year, item.release.last_full_year + 1)
    first = [year for year in range(item.base_year - 4, item.base_year + 5) if year in known]
    last = [year for year in range(item.end_year - 5, item.end_year + 6) if year in known]
    last = [year for year in last if year > first[0]]
    rows = grid(
        partner=item.partner.code, base=first, end=last, as_=as_, vintage=item.release.vintage
    )
    values = evaluate(measure, rows).value.to_numpy(dtype=float).reshape(len(first), len(last))
    early = np.array(last)[None, :] <= np.array(first)[:, None]
    return pd.DataFrame(
        np.where(early, np.nan, values), pd.Index(first, name="first year"), last
    )  # fmt: skip


def rows_by_release(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """The stated definition under every release known for both years, oldest first.

    `release, in_force_from, value, low, high`; a release known from print only is "as quoted",
    and its ends differ. Rows without a figure are left out.
    """
    _check(measure, as_)
    rows = []
    for label, start in by_release(item)[["release", "in_force_from"]].itertuples(index=False):
        day, quoted, _ = label.partition(", as quoted")
        asked = Definition(
            item.partner.code, vintage=f"as-of:{day}" if quoted else day,
            base=str(item.base_year) if as_ in COMPARED else "", end=str(item.end_year), as_=as_,
        )  # fmt: skip
        try:
            found = evaluate(measure, asked)
        except NoFigure:
            continue
        rows.append((label, start, found.value, found.low, found.high))
    return pd.DataFrame(rows, columns=["release", "in_force_from", "value", "low", "high"])


def window_rows(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """The stated definition over twelve months from January, from February and so on.

    `month` (1 to 12), `base, end` in words, `value`; `vintage` is the release of `item`, or where
    it has no months the newest that holds them. Months without a figure are left out.
    """
    _check(measure, as_)
    spans = [
        (month, _from_month(item.base_year, month), _from_month(item.end_year, month))
        for month in range(1, 13)
    ]
    frame = pd.DataFrame(
        {
            "partner": item.partner.code,
            "base": [str(first) if as_ in COMPARED else "" for _, first, _ in spans],
            "end": [str(last) for *_, last in spans],
            "as_": as_,
            "vintage": item.vintage_of_months,
        }
    )
    found = evaluate(measure, frame)
    table = pd.DataFrame(
        {
            "month": [month for month, *_ in spans],
            "base": [first.words for _, first, _ in spans],
            "end": [last.words for *_, last in spans],
            "value": found.value.to_numpy(dtype=float),
            "vintage": found.vintage.to_numpy(),
        }
    )
    return table[table.value.notna()].reset_index(drop=True)
