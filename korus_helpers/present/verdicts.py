"""Verdicts as rows: for the table of a notebook, `verdicts.csv` and the command line."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from korus_helpers.claims.dates import date_sources
from korus_helpers.claims.verdicts import CANNOT, HOLDS, LADDER, OTHER_BASIS, Verdict
from korus_helpers.present.sentences import say
from korus_helpers.present.words import join_words, number, range_words
from korus_helpers.trade.figure import Figure

# What one printed unit is in the unit of the figure, by unit: (printed unit, size, decimals).
_SHOWN = {
    "million dollars": ("billion dollars", 1000.0, 2),
    "percent": ("percent", 1.0, 2),
    "times": ("times", 1.0, 2),
}
_NUMBER_WORDS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def verdict_frame(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """One row per claim, as `verdicts.csv` holds it.

    `id, printed, official, unit, vintage, verdict, source`, then `official_low`, `official_high`,
    `official_today`, `verdict_today`, `definition`, `margin`, `tolerance_needed`, `misprint`,
    `severity`, `contradicted`, `remarks`, `claim` (what it is about). Money in billion dollars; a
    date is text; empty: none.
    """
    return pd.DataFrame([_row(verdict) for verdict in verdicts])


def _row(verdict: Verdict) -> dict[str, object]:
    claim, figure = verdict.claim, verdict.used
    row: dict[str, object] = {"id": claim.id, "printed": claim.printed}
    if figure is None:
        row |= {
            "official": verdict.event or None,
            "unit": claim.measure if verdict.event else shown_unit(verdict.unit),
            "vintage": None,
            "verdict": verdict.verdict,
            "source": date_sources(claim) or None,
        }
        numbers = dict.fromkeys(("official_low", "official_high", "official_today"))
    else:
        size = _SHOWN[figure.unit][1]
        row |= {
            "official": figure.value / size,
            "unit": shown_unit(figure.unit),
            "vintage": figure.vintage,
            "verdict": verdict.verdict,
            "source": figure.source,
        }
        numbers = {
            "official_low": figure.low / size,
            "official_high": figure.high / size,
            "official_today": verdict.now.value / size if verdict.now else None,
        }
    size = _SHOWN.get(verdict.unit, ("", 1.0, 2))[1]
    return (
        row
        | numbers
        | {
            "verdict_today": verdict.now_verdict or None,
            "definition": figure.words if figure else None,
            "margin": None if verdict.margin is None else verdict.margin / size,
            "tolerance_needed": verdict.tolerance_needed,
            "misprint": verdict.misprint or None,
            "severity": verdict.severity or None,
            "contradicted": verdict.contradicted,
            "remarks": " ".join(verdict.remarks) or None,
            "claim": claim.what,
        }
    )


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """The same for readers: claim, as printed, official when printed and today, verdict, marks."""
    return pd.DataFrame(
        [
            {
                "claim": verdict.claim.what,
                "as printed": verdict.claim.printed,
                "official, when printed": verdict.event or official(verdict.then),
                "official, today": official(verdict.now),
                "verdict": verdict.verdict,
                "marks": marks(verdict),
                "see": verdict.claim.notebook[:2],
            }
            for verdict in verdicts
        ]
    )


def official(figure: Figure | None) -> str:
    """As "42.31", "+13.22", "42.25 to 42.30" (as quoted), with its unit; "" where unknown."""
    if figure is None:
        return ""
    _, size, digits = _SHOWN[figure.unit]
    unit = {"million dollars": "", "percent": "\u00a0%", "times": "\u00a0times"}[figure.unit]
    low, high = (number(end / size, digits) for end in (figure.low, figure.high))
    if low != high:
        return f"{range_words(figure.low / size, figure.high / size, digits)}{unit}"
    sign = "+" if figure.definition.as_ in ("change", "percent-change") and figure.value > 0 else ""
    return f"{sign}{number(figure.value / size, digits)}{unit}"


def marks(verdict: Verdict) -> str:
    """What is said beside the verdict, never merged with it."""
    said = []
    if verdict.misprint:
        said.append(f"misprint suspected: {verdict.misprint}")
    if verdict.dropped:
        said.append("contradicted by the other figures")
    if verdict.then_verdict and verdict.now_verdict not in ("", verdict.then_verdict):
        said.append(f"today: {verdict.now_verdict}")
    return "; ".join(said)


def shown_unit(unit: str) -> str:
    """As "billion dollars" for amounts, else the unit itself."""
    return _SHOWN.get(unit, (unit,))[0]


def count_sentence(verdicts: Sequence[Verdict], what: str) -> str:
    """As "Of ten figures that …, five hold …": counts by verdict, in the order of the ladder."""
    said = [f"{count_word(n)} {_verb(name, n)}" for name, n in counts(verdicts).items()]
    return f"Of {count_word(len(verdicts))} {what}, {join_words(said)}."


def say_count(verdicts: Sequence[Verdict], what: str) -> None:
    """Show `count_sentence` as a notebook's verdict, which a report repeats on top."""
    say(f"**{count_sentence(verdicts, what)}**", verdicts=counts(verdicts))


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Verdict → number of claims, in the order of the ladder, without those that none has."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return {name: found[name] for name in LADDER if found[name]}


def count_word(count: int) -> str:
    """As "five"; digits above twelve."""
    return _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)


def _verb(name: str, count: int) -> str:
    if name == CANNOT:
        return name
    if name in HOLDS:
        return f"{'holds' if count == 1 else 'hold'} {name}"
    if name == OTHER_BASIS:
        return f"{'holds' if count == 1 else 'hold'} {name} only"
    return f"{'is' if count == 1 else 'are'} {name}"
