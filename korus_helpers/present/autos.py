"""The definitions of the auto sector as a table, a chart and sentences."""

import math
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import read_printed
from korus_helpers.present.claim_charts import IntervalRow
from korus_helpers.present.verdicts import count_word
from korus_helpers.present.words import (
    deficit_phrase,
    number,
    percent,
    range_words,
)


def auto_rows(table: pd.DataFrame, base_year: int, end_year: int) -> pd.DataFrame:
    """`autos.auto_deficits` for readers: amounts as text, quoted ones with their interval."""
    return pd.DataFrame(
        {
            "definition": table.definition,
            f"{base_year}": [_amount(row, "base") for row in table.itertuples()],
            f"{end_year}": [_amount(row, "end") for row in table.itertuples()],
            "change, percent": [_change(row) for row in table.itertuples()],
            "level share, percent": table.share,
            "contribution, percent": table.contribution,
        }
    )


def _amount(row, side: str) -> str:
    value, origin = getattr(row, side), getattr(row, f"{side}_from")
    if not origin:
        return "–"
    if origin == "file":
        return number(value)
    half = (getattr(row, f"{side}_high") - getattr(row, f"{side}_low")) / 2
    return f"{number(value, 0)} (quoted, ±{number(half, 0)})"


def _change(row) -> str:
    if math.isnan(row.change_pct):
        return "–"
    said = range_words(row.change_pct_low, row.change_pct_high)
    return f"{said} (joins two sources)" if row.chained else said


def auto_finding(table: pd.DataFrame, partner: str, end_year: int) -> str:
    """How far the definitions lie apart in the end year, and their shares where these exist."""
    known = table.dropna(subset="end")
    wide = known[~known.definition.str.contains("trucks|other parts")]
    if wide.empty:
        return f"No definition has a figure for {end_year}."
    low, high = wide.loc[wide.end.idxmin()], wide.loc[wide.end.idxmax()]
    text = (
        f"For {end_year} the balance in autos with {partner} lies between "
        f"{deficit_phrase(low.end)} ({low.definition}) and {deficit_phrase(high.end)} "
        f"({high.definition})"
    )
    shares = wide.dropna(subset="share")
    if len(shares) > 1:
        text += (
            f"; as a share of the deficit in all goods on the same basis, between "
            f"{percent(shares.share.min())} and {percent(shares.share.max())}"
        )
    return text + "."


def definition_rows(
    table: pd.DataFrame, claims: list[Claim], column: str, scale: float = 1.0
) -> list[IntervalRow]:
    """Rows for `intervals`: the printed claims first, then every definition, in one unit.

    `column` is "end" or "change_pct"; `scale` divides (1,000 for billion dollars).
    """
    rows = []
    for claim in claims:
        interval = read_printed(claim.printed).interval
        low, high = (float(end) / scale for end in (interval.low, interval.high))
        rows.append(
            IntervalRow(
                "As printed", printed=Interval(*map(_decimal, (low, high))), text=claim.printed
            )
        )
    for row in table.dropna(subset=column).itertuples():
        low, value, high = (
            getattr(row, name) / scale for name in (f"{column}_low", column, f"{column}_high")
        )
        if math.isclose(low, high):
            rows.append(IntervalRow(row.definition, official=value))
        else:
            rows.append(IntervalRow(row.definition, quoted={"as quoted": (value, low, high)}))
    return rows


def reach_title(table: pd.DataFrame, claim: Claim, column: str) -> str:
    """As "No definition gives $24 billion", or how many may (not excluded)."""
    interval = read_printed(claim.printed).interval
    known = table.dropna(subset=column)
    may = sum(
        interval.holds(low, high) != "no"
        for low, high in zip(known[f"{column}_low"], known[f"{column}_high"], strict=True)
    )
    if not may:
        return f"No definition gives {claim.printed}"
    counts = f"{count_word(may).capitalize()} of {count_word(len(known))}"
    return f"{counts} definitions allow {claim.printed}"


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))
