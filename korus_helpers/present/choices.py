"""How much choices move a figure: titles, tables and sentences, computed."""

import math

import numpy as np
import pandas as pd

from korus_helpers.claims.context import Reading
from korus_helpers.claims.intervals import Interval
from korus_helpers.figures.tables import resource
from korus_helpers.present.claim_units import size_of
from korus_helpers.present.matches import amount
from korus_helpers.present.verdicts import shown_unit
from korus_helpers.present.words import join_words, number, period_name
from korus_helpers.trade.bases import CONSUMPTION
from korus_helpers.trade.choices import MOST_FIRST, MOST_LAST
from korus_helpers.trade.comparison import KOREA
from korus_helpers.trade.definition import UNITS
from korus_helpers.trade.periods import agreement_year, period

CHOICES = ("first year", "last year", "months", "imports", "release")
_MONTHS = {"calendar": "calendar year", "april": "April to March"}
_GRID = 7.1  # inches that the cells of a heat map share
_SUBJECTS = {"deficit": "The deficit", "balance": "The balance", "exports": "Exports",
             "imports": "Imports", "two-way": "Two-way trade"}  # fmt: skip
_ANSWERS = {"yes": "true", "no": "false", "undetermined": "undetermined"}


def subject(stated: Reading, name: str) -> str:
    """As "US goods exports to Niue", for subtitles."""
    link = {"exports": "to", "imports": "from"}.get(stated.measure, "with")
    what = {"two-way": "two-way trade"}.get(stated.measure, stated.measure)
    return f"US goods {what} {link} {name}"


def way_words(as_: str, money: str = "USD billion") -> str:
    """As "change in USD billion", "ratio", "level in USD billion", "change in percent"."""
    unit = {"million dollars": f" in {money}", "percent": " in percent"}.get(UNITS[as_], "")
    return as_.removeprefix("percent-") + unit


def spread(values: pd.Series, as_: str) -> str:
    """How far apart values lie: "USD 3.61 billion", "2.65 percentage points", "1.71"."""
    width = values.max() - values.min()
    if UNITS[as_] == "percent":
        return f"{number(width, 2)} percentage points"
    return number(width, 2) if as_ == "ratio" else amount(width, UNITS[as_])


def shown_interval(stated: Reading) -> Interval:
    """What was printed, in billion dollars, percent or times."""
    of = stated.printed.interval
    low, high = (None if end is None else end / size_of(stated.printed.unit)
                 for end in (of.low, of.high))  # fmt: skip
    return Interval(low, high, of.low_open, of.high_open)


def statement_sentence(stated: Reading, words: str) -> str:
    """What the claim is read as, the official figure, and whether it holds; `words` the claim."""
    way = stated.as_.replace("-", " ")
    if stated.figure is None:
        return (
            f"“{words}” is read as a {way} of the {stated.measure}. There is no such figure: "
            f"{stated.reason}."
        )
    figure = stated.figure
    answer = {"yes": "fits", "no": "does not fit"}.get(
        stated.holds(figure.low, figure.high), "cannot be told from"
    )
    return (
        f"“{words}” is read as a {way}: {figure.words}. The official figure is "
        f"{amount(figure.value, figure.unit)} (vintage {figure.vintage}), which {answer} "
        "what was printed."
    )


def curve_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """`robustness.every_choice` with the choices in words, as `strip` draws them.

    Adds the columns of `CHOICES` and `shown`, the value in the unit shown. Imports for consumption
    have a release of their own.
    """
    consumption = rows.basis == CONSUMPTION
    own_release = resource("imports_for_consumption")["vintage"]
    years = {
        name: [str(period(text).start // 12) if text else "" for text in rows[column]]
        for name, column in (("first year", "base"), ("last year", "end"))
    }
    return rows.assign(
        **years,
        months=rows.window.map(_MONTHS),
        imports=np.where(consumption, "for consumption", "general"),
        release=np.where(consumption, own_release, rows.vintage),
        shown=rows.value / rows.unit.map(size_of).astype(float),
    )


def choices_drawn(rows: pd.DataFrame) -> list[str]:
    """The choices of `CHOICES` that were settled in more than one way."""
    return [name for name in CHOICES if rows[name].nunique() > 1] or ["last year"]


def curve_title(held: int, tried: int) -> str:
    """As "29 of 66 definitions fit what was printed"."""
    verb = "definition fits" if tried == 1 else "definitions fit"
    return f"{held or 'None'} of {tried} {verb} what was printed"


def pairs_title(measure: str, pairs: pd.DataFrame, still: float = 0) -> str:
    """As "The deficit rose in 60 of 76 pairs of years"; `still` is what no change is."""
    known = pairs.to_numpy(dtype=float)
    known = known[~np.isnan(known)]
    return f"{_SUBJECTS[measure]} rose in {(known > still).sum()} of {len(known)} pairs of years"


def fit_title(stated: Reading, values: pd.DataFrame) -> str:
    """As "The claim fits 21 of 76 pairs of years", from values in the unit of the claim."""
    known = values.to_numpy(dtype=float)
    known = known[~np.isnan(known)]
    held = sum(stated.holds(value) == "yes" for value in known)
    return f"The claim fits {held} of {len(known)} pairs of years"


def centre(stated: Reading) -> tuple[float, str, str]:
    """The neutral value of a heat map of the claim's own way, and words for both sides of it.

    The end of what was printed where it has only one ("more than doubled"), else no change.
    """
    interval, what = stated.printed.interval, f"“{stated.printed.text}”"
    if stated.as_ == "ratio" and interval.high is None and interval.low is not None:
        return float(interval.low), f"short of {what}", "fits"
    return (1.0 if stated.as_ == "ratio" else 0.0), "fell", "rose"


def fitting_pairs(values: pd.DataFrame, unit: str, outlined: tuple[int, int]) -> pd.DataFrame:
    """The part of `values` that a heat map has room for, around the outlined pair of years."""
    shown = readable(values, unit)[0].to_numpy(dtype=float)
    widest = max((len(number(value)) for value in shown.ravel() if math.isfinite(value)), default=1)
    columns = min(MOST_LAST, int(_GRID / (0.09 * widest + 0.06)))
    first, last = outlined
    rows = _around(list(values.index), first, MOST_FIRST)
    return values.loc[rows, _around(list(values.columns), last, columns)]


def readable(values: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, str]:
    """Values in a readable unit, and that unit in words.

    Amounts are in billion dollars, or in million where none reaches a billion.
    """
    if unit != "million dollars":
        return values, shown_unit(unit)
    if (values.abs() >= size_of(unit)).any(axis=None):
        return values / size_of(unit), "USD billion"
    return values, "USD million"


def _around(years: list[int], middle: int, most: int) -> list[int]:
    place = years.index(middle)
    start = max(0, min(place - most // 2, len(years) - most))
    return years[start : start + most]


def release_table(stated: Reading, rows: pd.DataFrame) -> pd.DataFrame:
    """`robustness.rows_by_release` in the unit shown, and whether the claim fits each release."""
    by = size_of(UNITS[stated.as_])
    fits = [stated.holds(low, high) for low, high in zip(rows.low, rows.high, strict=True)]
    return pd.DataFrame(
        {
            "release": rows.release,
            "in force from": rows.in_force_from,
            "lowest": rows.low / by,
            "highest": rows.high / by,
            "fits": fits,
        }
    )


def spread_sentence(table: pd.DataFrame, unit: str) -> str:
    """By how much releases differ, and whether the answer hangs on them."""
    low, high = table.lowest.min(), table.highest.max()
    same = table.fits.nunique() == 1
    return (
        f"Over {len(table)} {'release' if len(table) == 1 else 'releases'} the figure lies "
        f"between {number(low, 3)} and "
        f"{number(high, 3)} {shown_unit(unit)}; the answer "
        f"{'is the same in all' if same else 'depends on the release'}."
    )


def window_table(stated: Reading, rows: pd.DataFrame) -> pd.DataFrame:
    """`robustness.window_rows` in the unit shown, and whether the claim fits each."""
    table = rows.assign(
        value=rows.value / size_of(UNITS[stated.as_]),
        fits=[stated.holds(one) for one in rows.value],
    )
    names = {"base": "first twelve months", "end": "last twelve months"}
    columns = [*(["base"] if stated.compared else []), "end", "value", "fits"]
    return table[columns].rename(columns=names)


def window_sentence(stated: Reading, rows: pd.DataFrame) -> str:
    """How many twelve months fit, and what April to March says, for Korea by its right name."""
    fits = {row.month: stated.holds(row.value) == "yes" for row in rows.itertuples()}
    said = f"The claim fits {sum(fits.values())} of {len(rows)} ways to begin the twelve months"
    if 4 not in fits:
        return f"{said}."
    row = rows.set_index("month").loc[4]
    unit = UNITS[stated.as_]
    first = period(stated.definition.base or stated.definition.end)
    agreed = stated.definition.partner == KOREA and first.end >= agreement_year(0).start
    korean = " (years of the agreement)" if agreed else ""
    return (
        f"{said}. In twelve months from April{korean} the figure is {amount(row.value, unit)} and "
        f"{'fits' if fits[4] else 'does not fit'}."
    )


def robustness_table(stated: Reading, rows: pd.DataFrame) -> pd.DataFrame:
    """Every choice of the file, what it gives, and whether the claim is true under it."""
    by = size_of(UNITS[stated.as_])
    return pd.DataFrame(
        {
            "choice": rows.words,
            "first": [period_name(text) if text else "" for text in rows.base],
            "last": rows.end.map(period_name),
            "value": rows.value / by,
            "the claim is": [
                "the same as above" if row.same_as else
                "without a figure" if math.isnan(row.value) else
                _ANSWERS[stated.holds(row.low, row.high)]
                for row in rows.itertuples()
            ],
        }
    )  # fmt: skip


def robustness_sentence(stated: Reading, rows: pd.DataFrame) -> str:
    """As "True for 9 of 18 reasonable choices; false from entry into force"."""
    table = robustness_table(stated, rows)
    answers = table["the claim is"]
    counts = answers.value_counts()
    judged = sum(counts.get(name, 0) for name in _ANSWERS.values())
    said = (
        f"True for {counts.get('true', 0)} of {judged} reasonable choices" if judged
        else "No reasonable choice gives a figure to hold the claim against"
    )  # fmt: skip
    if counts.get("undetermined", 0):
        said += f", undetermined for {counts['undetermined']}"
    april = answers[rows.id == "april"].iloc[0]
    if april in _ANSWERS.values():
        said += f"; {april} {_april(stated, rows)}"
    apart = []
    if counts.get("without a figure", 0):
        apart.append(f"{counts['without a figure']} without a figure")
    if counts.get("the same as above", 0):
        same = counts["the same as above"]
        apart.append(f"{same} that {'comes' if same == 1 else 'come'} to the same as another")
    return f"{said}." + (f" Not counted: {join_words(apart)}." if apart else "")


def _april(stated: Reading, rows: pd.DataFrame) -> str:
    """What April to March is called; from the year before the agreement, its entry into force."""
    base = rows.set_index("id").base["april"]
    if stated.definition.partner == KOREA and base == str(agreement_year(0)):
        return "from entry into force (April to March)"
    return "in twelve months from April"
