"""The words of the reports and what they mean, read from `glossary.yaml`.

A test compares the words with those that the code uses, so that none is left out.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from korus_helpers.claims.printed import TOLERANCE
from korus_helpers.claims.verdicts import CHANCE
from korus_helpers.claims.wording import words
from korus_helpers.trade.bases import BASES


class Term(NamedTuple):
    """One entry: the word, its meaning in plain sentences, and other words that mean the same."""

    name: str
    meaning: str
    also: tuple[str, ...]


class Chapter(NamedTuple):
    """Terms under one heading, with a sentence that leads to them."""

    title: str
    lead: str
    terms: tuple[Term, ...]


def anchor(name: str) -> str:
    """The place of a name on the page, as "within-the-hedge"."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


@cache
def glossary() -> tuple[Chapter, ...]:
    """Every verdict, mark, hedge, measure, basis and word of vintages, in chapters."""
    import yaml

    chapters = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return tuple(
        Chapter(
            one["title"],
            _filled(one["lead"]),
            tuple(_term(*entry) for entry in one["terms"].items()),
        )
        for one in chapters
    )


def _term(name: str, entry: str | dict) -> Term:
    entry = {"meaning": entry} if isinstance(entry, str) else entry
    read_as = [word for word, hedge in words("hedges").items() if hedge == name != word]
    also = (*entry.get("also", ()), *read_as)
    return Term(name, _filled(entry["meaning"], BASES.get(name, "")), also)


def _filled(text: str, basis: str = "") -> str:
    return text.format(
        tolerance=f"{float(TOLERANCE):.0%}".replace("%", " percent"),
        chance=f"{100 * CHANCE:g}",
        basis=basis,
        Basis=basis[:1].upper() + basis[1:],
    )
