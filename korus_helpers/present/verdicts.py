"""Verdicts as rows, tables, sentences and charts: for notebooks, `verdicts.csv` and commands."""

import textwrap
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from korus_helpers.claims.auditing import Audit
from korus_helpers.claims.dates import date_sources
from korus_helpers.claims.verdicts import CANNOT, HOLDS, LADDER, OTHER_BASIS, Verdict
from korus_helpers.present.sentences import plain, say
from korus_helpers.present.tables import show_table
from korus_helpers.present.words import (
    count_word,
    ends_in_shown_unit,
    ends_words,
    join_words,
    number,
    range_words,
    shown_unit,
    size_of,
)
from korus_helpers.trade.figure import Figure

LONGEST_LABEL = 64  # letters


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
    unit = shown_unit(figure.unit if figure else verdict.unit)
    size = size_of(figure.unit) if figure else 1
    margin = verdict.margin
    return {
        "id": claim.id,
        "printed": claim.printed,
        "official": figure.value / size if figure else verdict.event or None,
        "unit": claim.measure if verdict.event and not figure else unit,
        "vintage": figure.vintage if figure else None,
        "verdict": verdict.verdict,
        "source": figure.source if figure else date_sources(claim) or None,
        "official_low": figure.low / size if figure else None,
        "official_high": figure.high / size if figure else None,
        "official_today": verdict.now.value / size if verdict.now and figure else None,
        "verdict_today": verdict.now_verdict or None,
        "definition": figure.words if figure else None,
        "margin": None if margin is None else margin / size_of(verdict.unit),
        "tolerance_needed": verdict.tolerance_needed,
        "misprint": verdict.misprint or None,
        "severity": verdict.severity or None,
        "contradicted": verdict.contradicted,
        "remarks": " ".join(verdict.remarks) or None,
        "claim": claim.what,
    }


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """The same for readers: claim, as printed, official when printed and today, verdict, marks.

    A column that would be empty is left out.
    """
    columns = ["claim", "as printed", "official, when printed", "official, today", "verdict",
               "marks", "see"]  # fmt: skip
    rows = [
        (
            one.claim.what,
            one.claim.printed,
            one.event or official(one.then),
            official(one.now),
            one.verdict,
            marks(one),
            one.claim.notebook[:2],
        )
        for one in verdicts
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.loc[:, table.ne("").any()]


def show_verdicts(
    verdicts: Sequence[Verdict], what: str, *, numbered: bool = False, leads: bool = True
) -> None:
    """How many claims have which verdict, and the table of all; the CSV holds `verdict_frame`.

    `what` they are, as "figures that the article prints". With `numbered` rows begin with the
    number that a claim has in its text; with `leads` the counts stand at the head of a report.
    """
    say(f"**{count_sentence(verdicts, plain(what))}**", verdicts=counts(verdicts) if leads else {})
    table, whole = verdict_table(verdicts), verdict_frame(verdicts)
    if numbered:
        table.insert(0, "no.", [one.claim.id.removeprefix("c") for one in verdicts])
    show_table(table, f"The {what}", "verdicts", data=whole, long=True)


def official(figure: Figure | None) -> str:
    """As "42.31", "+13.22", "42.25 to 42.30" (as quoted), with its unit; "" where unknown."""
    if figure is None:
        return ""
    unit = {"percent": "\u00a0%", "rank": "", "million dollars": ""}.get(
        figure.unit, f"\u00a0{figure.unit}"
    )
    low, value, high = (x / size_of(figure.unit) for x in (figure.low, figure.value, figure.high))
    if figure.unit == "rank":
        return ends_words(figure, figure.unit) + f" since {figure.since}" * bool(figure.since)
    if number(low, 2) != number(high, 2):
        return f"{range_words(low, high, 2)}{unit}"
    signed = figure.definition.as_ in ("change", "percent-change", "points")
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{number(value, 2)}{unit}"


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


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Verdict → number of claims, in the order of the ladder, without those that none has."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return {name: found[name] for name in LADDER if found[name]}


def count_sentence(verdicts: Sequence[Verdict], what: str) -> str:
    """As "Of ten figures that …, five hold …": counts by verdict, in the order of the ladder."""
    if len(verdicts) == 1:
        return f"{what[:1].upper()}{what[1:]}: one, and it {_verb(verdicts[0].verdict, 1)}."
    said = [f"{count_word(n)} {_verb(name, n)}" for name, n in counts(verdicts).items()]
    return f"Of {count_word(len(verdicts))} {what}, {join_words(said)}."


def _verb(name: str, count: int) -> str:
    if name == CANNOT:
        return name
    one, many = ("holds", "hold") if name in (*HOLDS, OTHER_BASIS) else ("is", "are")
    only = " only" if name == OTHER_BASIS else ""
    return f"{one if count == 1 else many} {name}{only}"


# Charts


def claim_ranges(found: Audit) -> pd.DataFrame:
    """What was printed, what the other claims imply, and the official figure, for `show_ranges`.

    One row for each claim that prints a number, in billion dollars, percent or times: `claim`
    (words that no other row has, with the unit), `id, printed, unit`, then `printed_low,
    printed_high, implied_low, implied_high, official_low, official_high` and `official` in words.
    An empty end is unbounded, an empty pair is not known.
    """
    ends = [f"{kind}_{end}" for kind in ("printed", "implied", "official")
            for end in ("low", "high")]  # fmt: skip
    rows = []
    for one in found.verdicts:
        if one.printed is None:
            continue
        claim, unit = one.claim, shown_unit(one.unit)
        known = (one.printed.interval, found.together.implied.get(claim.id), one.used)
        found_ends = [end for of in known for end in
                      (ends_in_shown_unit(of, one.unit) if of else (None, None))]  # fmt: skip
        words = textwrap.shorten(claim.what or claim.id, LONGEST_LABEL, placeholder="…")
        rows.append((words, claim.id, claim.printed, unit, *found_ends, official(one.used)))
    frame = pd.DataFrame(rows, columns=["claim", "id", "printed", "unit", *ends, "official"])
    twice = frame.claim.duplicated(keep=False)
    label = frame.claim.where(~twice, frame.claim + ", " + frame.id)
    return frame.assign(claim=label + " (" + frame.unit + ")").astype(dict.fromkeys(ends, float))
