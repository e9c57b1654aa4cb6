"""Dates of the agreement against what an article prints about them."""

import re
from datetime import date

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.wording import words
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.tables import open_table

KINDS = ("date", "duration", "count", "order")
_YEAR_DAYS = 365.25
_DATE = re.compile(r"(?:([A-Z][a-z]{2,8})\.?\s*(?:(\d{1,2}),)?\s*)?\(?((?:19|20)\d\d)\)?")


def judge_date(claim: Claim, tolerance: float) -> tuple[str, str]:
    """Whether the timeline bears a printed date, and what it says: ("yes", "2012-03-15").

    The first is yes, nearly, no or undetermined. A span of years hedged with "nearly" may fall
    short by `tolerance`.
    """
    table = open_table("timeline").set_index("event_id")
    days = [table.date[event] for event in claim.events.split(";")]
    if claim.measure == "date":
        return _answer(_same_dates(claim.printed, days)), " and ".join(days)
    if claim.measure == "count":
        number = words("numbers").get(claim.printed.split()[0].lower())
        return _answer(number == str(len(days))), str(len(days))
    if claim.measure == "duration":
        first, last = map(date.fromisoformat, days)
        years = (last - first).days / _YEAR_DAYS
        said = int(words("numbers")[re.search(r"nearly (\w+) years", claim.printed)[1]])
        inside = said * (1 - tolerance) <= years < said
        return "nearly" if inside else "no", f"{years:.2f} years"
    first, turn, later = days
    return "undetermined", f"{first} and {later}; the letter is of {turn}"


def date_sources(claim: Claim) -> str:
    """Addresses of the timeline's entries that settle a claim about dates, "; " between them."""
    table = open_table("timeline").set_index("event_id")
    return "; ".join(table.url[event] for event in filter(None, claim.events.split(";")))


def _answer(holds: bool) -> str:
    return "yes" if holds else "no"


def _same_dates(printed: str, days: list[str]) -> bool:
    """Whether each date printed ("March 2012", "Aug. 22, 2017", "2011") is that of its event."""
    found = _DATE.findall(printed)
    return len(found) == len(days) and all(
        day.startswith(_iso(*parts)) for parts, day in zip(found, days, strict=True)
    )


def _iso(month: str, day: str, year: str) -> str:
    if not month:
        return year
    number = next(i for i, name in enumerate(MONTHS, 1) if name.startswith(month))
    return f"{year}-{number:02d}" + (f"-{int(day):02d}" if day else "")
