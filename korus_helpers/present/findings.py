"""Findings as titles: at most ten words, the partner counted as one, verbs from the figures."""

import math

import pandas as pd

from korus_helpers.present.words import number, rose_or_fell, times


def flows_finding(table: pd.DataFrame, partner: str) -> str:
    """As "Exports to Mexico rose 16.1 percent, imports 11.7 percent", from `two_years`."""
    rows = table.set_index("measure")
    said = []
    for flow in ("exports", "imports"):
        change, pct = rows.change[flow], rows.percent_change[flow]
        if math.isnan(pct):
            said.append(("rose from zero" if change > 0 else "stayed at zero", ""))
        elif rose_or_fell(pct) == "did not change":
            said.append(("stood still", ""))
        else:
            said.append((rose_or_fell(pct), f" {number(abs(pct))} percent"))
    (verb_x, size_x), (verb_m, size_m) = said
    again = "too" if verb_m == verb_x and not size_m else "" if verb_m == verb_x else verb_m
    tail = " ".join(filter(None, [again, size_m.strip()]))
    return f"Exports to {partner} {verb_x}{size_x}, imports {tail}"


def deficit_finding(base: float, end: float, partner: str, goods: str = "") -> str:
    """As "The deficit with South Korea grew to 2.09 times" and its relatives for surpluses.

    `goods` names a sector: "The auto deficit with …".
    """
    of = f"{goods} " if goods else ""
    if base > 0 and end > 0:
        verb = "grew" if end > base else "shrank"
        if abs(end / base - 1) < 0.005:
            return f"The {of}deficit with {partner} stood still"
        return f"The {of}deficit with {partner} {verb} to {times(end / base)}"
    if base <= 0 and end <= 0:
        verb = "grew" if end < base else "shrank"
        return f"The {of}surplus with {partner} {verb}"
    before, after = ("surplus", "deficit") if end > 0 else ("deficit", "surplus")
    return f"{'An' if goods.startswith('a') else 'A'} {of}{before} with {partner} became a {after}"
