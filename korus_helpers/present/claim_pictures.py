"""Claims as pictures and as neighbours: rows for `intervals`, and the table of their context."""

import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.auditing import Audit
from korus_helpers.claims.context import context
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import TOLERANCE
from korus_helpers.claims.verdicts import Verdict
from korus_helpers.present.claim_charts import IntervalRow
from korus_helpers.present.claim_units import ends_in_shown_unit
from korus_helpers.present.verdicts import count_word, shown_unit
from korus_helpers.present.words import number
from korus_helpers.trade.figure import Figure

MOST_ROWS = 12  # of one chart
_LONGEST_LABEL = 64
_LONGEST_WORD = 24
_COLUMNS = {
    "as stated": "as stated",
    "from one year earlier": "one year earlier",
    "one year earlier": "one year earlier",
    "from one year later": "one year later",
    "the following year": "the following year",
    "on agreement years, April to March": "agreement years",
    "goods with services": "with services",
}


def printed_and_official(found: Audit) -> Iterator[tuple[list[IntervalRow], pd.DataFrame]]:
    """Rows of at most `MOST_ROWS` claims each, printed beside official, with the figures behind.

    Claims without an official figure are left out.
    """
    shown = [one for one in found.verdicts if one.printed is not None and one.used is not None]
    for start in range(0, len(shown), MOST_ROWS):
        part = shown[start : start + MOST_ROWS]
        yield [_row(one) for one in part], _frame(part, found)


def contradiction(found: Audit) -> tuple[list[IntervalRow], pd.DataFrame]:
    """Printed, implied and official of each claim that the best repair drops, and the figures."""
    dropped = found.repairs[0].ids if found.repairs else ()
    part = [one for one in found.verdicts
            if one.claim.id in dropped and one.claim.id in found.together.implied]  # fmt: skip
    part = part[:MOST_ROWS]
    return [_row(one, found.together.implied[one.claim.id]) for one in part], _frame(part, found)


def _short(text: str, longest: int) -> str:
    """`text` cut after whole words; a word too long for a label is cut itself, so some is left."""
    words = (
        word if len(word) <= _LONGEST_WORD else word[: _LONGEST_WORD - 1] + "…"
        for word in text.split()
    )
    return textwrap.shorten(" ".join(words), longest, placeholder="…")


def _row(verdict: Verdict, implied: Interval | None = None) -> IntervalRow:
    unit = verdict.unit
    words = verdict.claim.what or verdict.claim.id
    label = _short(words, _LONGEST_LABEL)
    return IntervalRow(
        f"{label} ({shown_unit(unit)})",
        printed=_shown(verdict.printed.interval, unit),
        text=_short(verdict.claim.printed, 60),
        implied=None if implied is None else _shown(implied, unit),
        official=None if verdict.used is None else _official(verdict.used),
    )


def _shown(interval: Interval, unit: str) -> Interval:
    low, high = (None if end is None else Decimal(str(end))
                 for end in ends_in_shown_unit(interval, unit))  # fmt: skip
    return Interval(low, high, interval.low_open, interval.high_open)


def _official(figure: Figure) -> float | Interval:
    ends = Interval(Decimal(repr(float(figure.low))), Decimal(repr(float(figure.high))))
    shown = _shown(ends, figure.unit)
    return shown if shown.low != shown.high else float(shown.low)


def _frame(part: Sequence[Verdict], found: Audit) -> pd.DataFrame:
    """The figures behind a chart; an empty cell is an unbounded end or no figure."""
    rows = []
    for one in part:
        implied = found.together.implied.get(one.claim.id)
        official = _official(one.used) if one.used else None
        if isinstance(official, Interval):
            ends = [float(official.low), float(official.high)]
        else:
            ends = [official, official]
        rows.append((
            one.claim.id, one.claim.printed, shown_unit(one.unit),
            *ends_in_shown_unit(one.printed.interval, one.unit),
            *(ends_in_shown_unit(implied, one.unit) if implied else (None, None)),
            *ends,
        ))  # fmt: skip
    kinds = ("printed", "implied", "official")
    names = [f"{kind}_{end}" for kind in kinds for end in ("low", "high")]
    return pd.DataFrame(rows, columns=["id", "printed", "unit", *names])


def interval_title(frame: pd.DataFrame) -> str:
    """The finding of a chart of printed and official intervals, in at most ten words."""
    apart = sum(
        row.printed_low > row.official_high or row.official_low > row.printed_high
        for row in frame.fillna({"printed_low": float("-inf"), "printed_high": float("inf")})
        .itertuples()
    )  # fmt: skip
    if len(frame) == 1:
        return f"The official figure lies {'outside' if apart else 'within'} the printed interval"
    if not apart:
        return "No official figure lies outside the printed intervals"
    verb = "lies" if apart == 1 else "lie"
    of = f"{count_word(apart).capitalize()} of {count_word(len(frame))} official figures"
    return f"{of} {verb} outside the printed intervals"


def context_table(
    found: Audit, tolerance: Decimal = TOLERANCE, vintage: str = "latest"
) -> pd.DataFrame:
    """One row a claim, one column a neighbouring statement: whether the printed words would hold.

    Cells read "yes: 27.62"; money in billion dollars. Claims without official figures are out.
    """
    rows = []
    for verdict in found.verdicts:
        near = context(verdict.claim, tolerance=tolerance, vintage=vintage)
        if near.empty or near.iloc[0, 0] != "as stated":
            continue
        row = {"claim": verdict.claim.what, "as printed": verdict.claim.printed}
        for one in near.itertuples(index=False):
            size = 1000 if one.unit == "million dollars" else 1
            row[_COLUMNS[one[0]]] = f"{one.holds}: {number(one.official / size, 2)}"
        rows.append(row)
    columns = ["claim", "as printed", *dict.fromkeys(_COLUMNS.values())]
    return pd.DataFrame(rows, columns=columns).dropna(axis=1, how="all")


def context_sentence(table: pd.DataFrame) -> str:
    """How many claims hold as stated, and how many of these in every neighbouring statement."""
    cells = table.drop(columns=["claim", "as printed"], errors="ignore").fillna("yes")
    said = cells.map(lambda cell: cell.partition(":")[0] == "yes")
    holding = said["as stated"]
    everywhere = int(said[holding].all(axis=1).sum())
    elsewhere = f"{count_word(everywhere)} of these" if everywhere else "none of these"
    return (
        f"By today's figures the printed words are right for {count_word(int(holding.sum()))} of "
        f"{count_word(len(table))} {'claim' if len(table) == 1 else 'claims'} as stated, and for "
        f"{elsewhere} also under every neighbouring choice that is included."
    )
