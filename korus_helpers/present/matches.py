"""What a search found: for programs, for the terminal, and as a table of a notebook."""

from typing import Any

import pandas as pd

from korus_helpers.claims.printed import Statement
from korus_helpers.claims.searching import Garble, Match, Search
from korus_helpers.figures.store import publications
from korus_helpers.present.claim_units import ends_in_shown_unit, in_shown_unit
from korus_helpers.present.verdicts import shown_unit
from korus_helpers.present.words import number, usd

SHOWN = 12  # matches that people are shown unless they ask for all


def search_object(printed: Statement, found: Search) -> dict[str, Any]:
    """A search for programs: `low, high` and the values in `unit`, an unbounded end is None."""
    low, high = ends_in_shown_unit(printed.interval, printed.unit)
    return {
        "printed": printed.text,
        "low": low,
        "high": high,
        "unit": shown_unit(printed.unit),
        "tried": found.tried,
        "matches": [match_object(one) for one in found.matches],
        "complete": found.complete,
        "chance_rate": found.chance_rate,
        "odds": found.odds,
    }


def match_object(match: Match) -> dict[str, Any]:
    """One definition that gives the number; its values in `unit`, a single period has no base."""
    value, low, high = (
        in_shown_unit(end, match.unit) for end in (match.value, match.low, match.high)
    )
    return {
        "definition": match.label,
        "measure": match.measure,
        "as": match.as_,
        "partner_code": match.partner,
        "sector": match.sector,
        "basis": match.basis,
        "vintage": match.vintage,
        "base": match.base or None,
        "end": match.end,
        "value": value,
        "unit": shown_unit(match.unit),
        "low": low,
        "high": high,
        "steps": list(match.steps),
        "quoted": match.quoted,
        "possible": match.possible,
        "source": sources(match),
    }


def sources(match: Match) -> str:
    """Publisher and title of every source of a match, "; " between them."""
    rows = publications()
    return "; ".join(
        dict.fromkeys(f"{rows.publisher[key]}, {rows.title[key]}" for key in match.source_ids)
    )


def match_rows(found: Search, most: int | None = SHOWN) -> list[dict[str, str]]:
    """The first `most` matches (None: all) in words: definition, value and steps."""
    return [
        {
            "definition": one.label,
            "value": ("possibly " if one.possible else "") + amount(one.value, one.unit),
            "steps from what was asked": ", ".join(one.steps) or "none",
        }
        for one in found.matches[:most]
    ]


def match_table(found: Search) -> pd.DataFrame:
    """The first matches as a table; its columns are there also without rows."""
    columns = ["definition", "value", "steps from what was asked"]
    return pd.DataFrame(match_rows(found), columns=columns)


def amount(value: float, unit: str) -> str:
    """With two decimals: "USD 29.32 billion", "2.76 percent", "2.09 times"."""
    return usd(value, 2) if unit == "million dollars" else f"{number(value, 2)} {unit}"


def search_sentences(found: Search, most: int | None = SHOWN) -> list[str]:
    """How many were tried, how many match, and how many would by chance."""
    sure = sum(not one.possible for one in found.matches)
    possible = len(found.matches) - sure
    more = "" if found.complete else "at least "
    said = [
        f"Definitions tried: {found.tried:,}; definitions that give the number: {more}{sure:,}."
    ]
    if possible:
        said.append(f"Possible besides: {possible:,}, quoted in print in digits too few to decide.")
    if most is not None and len(found.matches) > most:
        said.append(f"Shown: the first {most}.")
    if found.tried:
        said.append(
            "Chance rate: a number moved by up to 25 percent is met by "
            f"{number(100 * found.chance_rate, 2)} percent of the definitions on average, and by "
            f"at least one of them in {number(100 * found.odds, 0)} percent of the moves."
        )
    return said


def garble_sentence(garble: Garble) -> str:
    """A slip that would explain the number, named as a hypothesis."""
    first = garble.matches[0]
    return (
        f"Hypothesis: {garble.what}. Read as {garble.text}, it would be {first.label} "
        f"({amount(first.value, first.unit)})."
    )
