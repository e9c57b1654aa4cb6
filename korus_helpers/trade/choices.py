"""One measure under many choices: those fixed in a file, and all combinations of a few."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import COMPARED, CONSUMPTION, GENERAL, UNITS
from korus_helpers.trade.comparison import Comparison, over_releases
from korus_helpers.trade.definition import Definition, check, check_measure
from korus_helpers.trade.evaluate import evaluate, figure_or_why, grid
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
    years = [period(text).year for text in (base, end)]
    if None in years:
        raise InputError(
            f"{(base, end)[years.index(None)]} is not a calendar year; type one such as 2016"
        )
    who, compared, rows = find_partner(partner, years), as_ in COMPARED, []
    for choice in open_table("choices").to_dict("records"):
        month = 1 if choice["window"] == CALENDAR else 4
        first, last = (
            _twelve_months(year + choice[shift], month)
            for year, shift in zip(years, ("base_shift", "end_shift"), strict=True)
        )
        row = {name: choice[name] for name in ("id", "words", "window", "basis", "vintage")}
        row |= {"base": str(first) if compared else "", "end": str(last), "unit": UNITS[as_]}
        if compared and first >= last:
            row["reason"] = "its first period does not come before its last"
        else:
            asked = Definition(
                who, basis=choice["basis"], vintage=choice["vintage"],
                base=first if compared else "", end=last, as_=as_,
            )  # fmt: skip
            found, row["reason"] = figure_or_why(measure, asked)
            if found:
                row |= {name: getattr(found, name) for name in ("value", "low", "high")}
                row["vintage"] = found.definition.vintage
        rows.append(row)
    table = pd.DataFrame(rows, columns=["id", "words", "window", *_KEY, "value", "low", "high",
                                        "unit", "reason"])  # fmt: skip
    before = table.groupby(_KEY, sort=False).id.transform("first")
    table["same_as"] = np.where(before == table.id, "", before)
    return table


def _check(measure: str, as_: str) -> None:
    check_measure(measure)
    check(as_, UNITS, "way to compare {} is not known")


def _twelve_months(year: int, month: int) -> Period:
    return Period(month_number(year, month), 12)


def _evaluated(
    measure: str, as_: str, item: Comparison, pairs: Iterable[tuple[Period, Period, dict]]
) -> pd.DataFrame:
    """`evaluate` over pairs of periods, each with other columns; a way of one takes the last."""
    compared = as_ in COMPARED
    rows = [
        {"base": str(first) if compared else "", "end": str(last)} | other
        for first, last, other in pairs
    ]
    return evaluate(measure, pd.DataFrame(rows).assign(partner=item.partner.code, as_=as_))


def every_choice(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """A measure under all combinations of years, window, basis and release.

    First and last year of `item` and their neighbours, calendar years and April to March, every
    release, and imports for consumption. Columns: `base, end, window, basis, vintage, value, unit`
    and `own`, true for the one row with the stated years in the release of `item`. Combinations
    without a figure are left out.
    """
    _check(measure, as_)
    places = [(GENERAL, vintage) for vintage in releases()] + [(CONSUMPTION, LATEST)]
    pairs = [
        (first, last, {"window": window, "basis": basis, "vintage": vintage})
        for window, month in ((CALENDAR, 1), (APRIL, 4))
        for start in (_SHIFTS if as_ in COMPARED else (0,))
        for shift in _SHIFTS
        for first in [_twelve_months(item.base_year + start, month)]
        for last in [_twelve_months(item.end_year + shift, month)]
        if as_ not in COMPARED or first < last
        for basis, vintage in places
    ]
    found = _evaluated(measure, as_, item, pairs)
    stated = str(item.base_year) if as_ in COMPARED else ""
    own = (found.base == stated) & (found.end == str(item.end_year)) & (found.basis == GENERAL)
    found["own"] = own & (found.vintage == item.release.vintage)
    columns = ["base", "end", "window", "basis", "vintage", "value", "unit", "own"]
    return found.loc[found.value.notna(), columns].reset_index(drop=True)


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
    base = item.base_year if as_ in COMPARED else ""
    table = over_releases(item.partner.code, item.end_year, {"value": (measure, as_, base)})
    table = table.rename(columns={"value_low": "low", "value_high": "high"})
    table = table[["release", "in_force_from", "value", "low", "high"]]
    return table[table.value.notna()].reset_index(drop=True)


def window_rows(measure: str, as_: str, item: Comparison) -> pd.DataFrame:
    """The stated definition over twelve months from January, from February and so on.

    `month` (1 to 12), `base, end` in words, `value`; `vintage` is the release of `item`, or where
    it has no months the newest that holds them. Months without a figure are left out.
    """
    _check(measure, as_)
    spans = [
        tuple(_twelve_months(year, month) for year in (item.base_year, item.end_year))
        for month in range(1, 13)
    ]
    found = _evaluated(
        measure, as_, item, [(*span, {"vintage": item.vintage_of_months}) for span in spans]
    )
    table = pd.DataFrame(
        {
            "month": range(1, 13),
            "base": [first.words for first, _ in spans],
            "end": [last.words for _, last in spans],
            "value": found.value,
            "vintage": found.vintage,
        }
    )
    return table[table.value.notna()].reset_index(drop=True)
