"""Claims: what somebody printed, decomposed into fields."""

import re
from dataclasses import dataclass, replace
from datetime import date as Day

from korus_helpers.figures.partners import find_partner
from korus_helpers.trade.bases import COUNTED, KOREA_REPORTED, counted
from korus_helpers.trade.definition import MEASURES
from korus_helpers.trade.periods import period
from korus_helpers.trade.sectors import sector

OTHER = "other"  # the measure of what cannot be checked
UNSPECIFIED = "unspecified"  # a "trade deficit": of goods, or of goods with services
NOT_SHIPPED = {  # sectors that claims speak of, and what is missing to check them
    "manufactures": "Trade in manufactures (NAICS), by partner, is not included",
}
BESIDE = (*COUNTED, *NOT_SHIPPED)  # topics of claims that are no sector of goods
KOREAN = "KOR"
_GOODS = {
    "total": "goods", "autos": "auto-sector", "passenger_cars": "passenger-car",
    **COUNTED,
    "manufactures": "manufactures", UNSPECIFIED: "goods (or goods and services)",
}  # fmt: skip
_MEASURED = {
    "exports": "exports to", "imports": "imports from", "deficit": "deficit with",
    "balance": "balance with", "two-way": "trade in both directions with",
}  # fmt: skip
_COMPARED = {
    "level": "", "change": ", change", "percent-change": ", percent change", "ratio": ", ratio",
    "share": ", share of the whole", "contribution": ", contribution to the change of the whole",
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """One printed figure or date; every field is text, "" where nothing is recorded.

    `measure` is one of `trade.definition.MEASURES`, or `other` for what trade figures cannot
    check (`note` then says what is missing, and `printed`, `partner` and the periods may be
    anything); or, for the article's dates, date, duration, count or order. `as_` is a key of
    `trade.definition.UNITS`; `sector` a name of `trade.sectors` or services, goods-and-services,
    manufactures (which does not ship, see `missing`) or unspecified (goods, or goods with services:
    both are to be tried). `base` and `end` are periods. `date` is the day, month or year in which
    it was printed, `reporter` whose statistics it rests on (USA, or KOR with the basis
    korea-reported), `basis` "" the default of the sector. `what` says in our words what is stated;
    `inferred` names the fields that the source leaves open, and `events` are ids of the timeline,
    both with ";" between them.
    """

    id: str
    printed: str
    measure: str
    as_: str = "level"
    sector: str = "total"
    partner: str = "Korea, South"
    base: str = ""
    end: str = ""
    date: str = ""
    speaker: str = ""
    publisher: str = ""
    url: str = ""
    what: str = ""
    reporter: str = "USA"
    basis: str = ""
    inferred: str = ""
    note: str = ""
    events: str = ""
    notebook: str = ""


def missing(claim: Claim) -> str:
    """A sentence on what it would take to check a claim; "" where that may well ship."""
    if claim.measure == OTHER:
        return claim.note
    return f"{NOT_SHIPPED[claim.sector]}." if claim.sector in NOT_SHIPPED else ""


def described(claim: Claim) -> Claim:
    """The claim with words for what it states, where it has none and they can be made."""
    if claim.what or claim.measure not in MEASURES:
        return claim
    years = {period(text).last_year for text in (claim.base, claim.end) if text}
    return replace(claim, what=describe(claim, find_partner(claim.partner, years).in_sentence))


def describe(claim: Claim, partner: str) -> str:
    """What a claim states, in neutral words: "US goods deficit with South Korea, 2016".

    `partner` is its name in a sentence.
    """
    goods = _GOODS.get(counted(claim.sector, claim.basis), "")
    said = " ".join(filter(None, ("US", goods, _MEASURED[claim.measure], partner)))
    if not goods:
        said += f", {sector(claim.sector).title}"
    when = [period(text) for text in (claim.base, claim.end) if text]
    if all(one.year for one in when):
        when_words = " to ".join(one.words for one in when)
    else:
        when_words = " against ".join(one.words for one in reversed(when))
    said = ", ".join(filter(None, (said, when_words))) + _COMPARED[claim.as_]
    return said + (", Korean statistics" if claim.basis == KOREA_REPORTED else "")


def is_date(text: str) -> bool:
    """Whether `text` is a day, a month or a year of 1900 to 2099, as 2017-12-28."""
    found = re.fullmatch(r"(?:19|20)[0-9]{2}(?:-[0-9]{2}(?:-[0-9]{2})?)?", text)
    try:
        return bool(found and Day.fromisoformat((text + "-01-01")[:10]))
    except ValueError:
        return False
