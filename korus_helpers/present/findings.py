"""Findings as titles: at most ten words, the partner counted as one, verbs from the figures."""

import math

import pandas as pd

from korus_helpers.present.words import moved, number, ordinal, rose_or_fell
from korus_helpers.trade.comparison import Comparison


def flows_finding(two: pd.DataFrame, partner: str) -> str:
    """As "Exports to Mexico rose 16.1 percent, imports 11.7 percent".

    `two` has the rows of two periods, in order, and the columns `exports` and `imports`.
    """
    said = []
    for flow in ("exports", "imports"):
        base, end = two[flow]
        percent = 100 * (end / base - 1) if base else math.nan
        if math.isnan(percent):
            said.append(("rose from zero" if end > base else "stayed at zero", ""))
        elif rose_or_fell(percent) == "did not change":
            said.append(("stood still", ""))
        else:
            said.append((rose_or_fell(percent), f" {number(abs(percent))} percent"))
    (verb_x, size_x), (verb_m, size_m) = said
    again = "too" if verb_m == verb_x and not size_m else "" if verb_m == verb_x else verb_m
    tail = " ".join(filter(None, [again, size_m.strip()]))
    return f"Exports to {partner} {verb_x}{size_x}, imports {tail}"


def deficit_finding(base: float, end: float, partner: str, goods: str = "") -> str:
    """As "The deficit with South Korea more than doubled" and its relatives for surpluses.

    `goods` names a sector: "The auto deficit with …".
    """
    of = f"{goods} " if goods else ""
    if base > 0 and end > 0:
        return f"The {of}deficit with {partner} {grew_or_shrank(end / base)}"
    if base <= 0 and end <= 0:
        verb = "grew" if end < base else "shrank"
        return f"The {of}surplus with {partner} {verb}"
    before, after = ("surplus", "deficit") if end > 0 else ("deficit", "surplus")
    return f"{'An' if goods.startswith('a') else 'A'} {of}{before} with {partner} became a {after}"


def grew_or_shrank(ratio: float) -> str:
    """As "more than doubled", "grew by 94 percent", "shrank by 12 percent", "stood still"."""
    if abs(ratio - 1) < 0.005:
        return "stood still"
    if ratio < 2:
        return f"{'grew' if ratio > 1 else 'shrank'} by {number(100 * abs(ratio - 1), 0)} percent"
    if ratio >= 5:
        return f"grew {number(ratio)}-fold"
    whole = math.floor(ratio)
    verb = {2: "doubled", 3: "tripled", 4: "quadrupled"}[whole]
    return verb if ratio < 1.005 * whole else f"more than {verb}"


def rank_sentence(deficits: pd.Series, before: pd.Series, item: Comparison) -> str:
    """Where a partner stands among all by its balance, and by the change of it since a base year.

    Both series have the deficit by partner, million dollars. Surpluses and deficits are ranked
    apart, and so are rises and falls.
    """
    name, key = item.partner.in_sentence, item.partner.common_name
    if key not in deficits:
        return f"{item.partner.name} is not a country, so it has no rank."
    kind = "deficit" if deficits[key] > 0 else "surplus"
    place, among = _place(deficits, key)
    text = (
        f"{_capital(name)} was the partner with the {_nth(place)}largest US goods {kind} of "
        f"{item.end_year}, of {among} with a {kind}"
    )
    moves = (deficits - before).dropna()
    if key in moves:
        place, among = _place(moves, key)
        text += (
            f"; from {item.base_year} the balance {moved(moves[key])}, the {_nth(place)}largest "
            f"of {among} such moves"
        )
    return f"{text}."


def _place(values: pd.Series, key: str) -> tuple[int, int]:
    """The rank of a value by size among those of its sign, and how many these are."""
    same = values[(values > 0) == (values[key] > 0)].abs()
    return int((same > same[key]).sum()) + 1, len(same)


def _nth(place: int) -> str:
    return "" if place == 1 else f"{ordinal(place)} "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
