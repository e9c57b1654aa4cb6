"""Claims: what somebody printed, decomposed into fields."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date as Day

from korus_helpers.claims.printed import (
    Statement,
    read_change_and_level,
    read_levels,
    read_printed,
)
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, find_partners
from korus_helpers.figures.releases import LATEST
from korus_helpers.trade.bases import (
    COMPARED,
    COUNTED,
    KOREA_REPORTED,
    MEASURES,
    OF_WHOLE,
    PLACED,
    UNITS,
    WAYS,
    counted,
    way_of,
)
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.periods import Period, month_number, period
from korus_helpers.trade.sectors import sector

OTHER = "other"  # the measure of what cannot be checked
UNSPECIFIED = "unspecified"  # a "trade deficit": of goods, or of goods with services
NOT_SHIPPED = {  # sectors that claims speak of, and what is missing to check them
    "manufactures": "Trade in manufactures (NAICS), by partner, is not included",
}
BESIDE = (*COUNTED, *NOT_SHIPPED)  # topics of claims that are no sector of goods
KOREAN = "KOR"
Pair = tuple[Statement, Statement]
_GOODS = {
    "total": "goods",
    "autos": "auto-sector",
    "passenger_cars": "passenger-car",
    **COUNTED,
    "manufactures": "manufactures",
    UNSPECIFIED: "goods (or goods and services)",
}
_MEASURED = {
    "exports": "exports to",
    "imports": "imports from",
    "deficit": "deficit with",
    "balance": "balance with",
    "two-way": "trade in both directions with",
}
_COMPARED = {
    "level": "",
    "share": ", share of the whole",
    "rank": ", place among countries",
    "record": ", place among all years so far",
    "record-low": ", place from below among all years so far",
    "imbalance": ", in percent of imports",
    "gdp-share": ", in percent of US gross domestic product",
    "points": ", change of the share of the whole in percentage points",
    "contribution": ", contribution to the change of the whole",
}


@dataclass(frozen=True)
class Claim:
    """One printed figure or date; text is "" where nothing is recorded.

    `measure` is one of `trade.definition.MEASURES`, or `other` for what trade figures cannot
    check (`note` then says what is missing, and `printed` and `partner` may be anything); or, for
    the article's dates, date, duration, count or order. `as_` is a key of
    `trade.definition.UNITS`; `sector` a name of `trade.sectors` or services, goods-and-services,
    manufactures (not included, see `missing`) or unspecified (goods, or goods with services:
    both are to be tried). `partner`, `base` and `end` are made of text; a period may be None, and
    for a date is text.
    `date` is the day, month or year in which it was printed, `reporter` whose statistics it rests
    on (USA, or KOR with the basis korea-reported), `basis` "" the default of the sector. `what`
    says in our words what is stated; `inferred` names the fields that the source leaves open, and
    `events` are ids of the timeline, both with ";" between them.
    """

    id: str
    printed: str
    measure: str
    as_: str = "level"
    sector: str = "total"
    partner: Partner = "Korea, South"
    base: Period | None = None
    end: Period | None = None
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

    def __post_init__(self) -> None:
        for name in ("base", "end"):
            text = getattr(self, name)
            if isinstance(text, str) and self.measure in (*MEASURES, OTHER):
                object.__setattr__(self, name, period(text) if text else None)
        if not isinstance(self.partner, Partner):
            object.__setattr__(self, "partner", _partner(self.partner, self))

    @property
    def day(self) -> str:
        """The day it was printed: the last day of a month, "" for a year or nothing."""
        if len(self.date) == 7:
            return f"{self.date}-{monthrange(*map(int, self.date.split('-')))[1]}"
        return self.date if len(self.date) == 10 else ""

    @property
    def way(self) -> str:
        """What it is, as `trade.bases.way_of` says."""
        return way_of(self.as_, self.base)

    @property
    def is_forecast(self) -> bool:
        """Whether the period ends after the claim was printed, as far as its date is known."""
        if not self.date or not self.end:
            return False
        year, month, *_ = (int(part) for part in f"{self.date}-12".split("-"))
        return self.end.end > month_number(year, month)

    def definition(self, vintage: str = LATEST) -> Definition:
        """The stated (or default) definition of a claim about trade, in a release.

        Services, and goods with services, are bases of the trade, with one release.
        """
        name, basis = self.sector, self.basis
        if name in COUNTED:
            name, basis, vintage = "total", name, LATEST
        base = self.base if self.base and self.as_ in (*COMPARED, *PLACED) else ""
        return Definition(self.partner, name, basis, vintage, base, self.end or "", self.as_)

    def row(self) -> dict[str, str]:
        """Every field as text, by the names that a file of claims has."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        name = self.partner.name
        found["partner"] = name if _partner(name, self) == self.partner else self.partner.code
        found |= {when: str(found[when] or "") for when in ("base", "end")}
        return {"as" if one == "as_" else one: text for one, text in found.items()}


def _partner(text: str, claim: Claim) -> Partner:
    """The partner of a claim's years; of what is no figure of trade any text is one."""
    periods = [one for one in (claim.base, claim.end) if isinstance(one, Period)]
    years = [year for one in periods for year in (one.start // 12, one.last_year)]
    try:
        return find_partners(text, years)
    except InputError:
        if claim.measure in MEASURES:
            raise
        return Partner("", text, text, text, "", "", "", None, None)


def missing(claim: Claim) -> str:
    """A sentence on what it would take to check a claim; "" where that may well be included."""
    if claim.measure == OTHER:
        return claim.note
    return f"{NOT_SHIPPED[claim.sector]}." if claim.sector in NOT_SHIPPED else ""


def described(claim: Claim) -> Claim:
    """The claim with words for what it states, where it has none and they can be made.

    The words are neutral: "US goods deficit with South Korea, 2016".
    """
    if claim.what or claim.measure not in MEASURES:
        return claim
    goods = _GOODS.get(counted(claim.sector, claim.basis), "")
    said = " ".join(
        filter(None, ("US", goods, _MEASURED[claim.measure], claim.partner.in_sentence))
    )
    parts = [said] if goods else [said, sector(claim.sector).title]
    when = [one for one in (claim.base, claim.end) if one]
    if all(one.year for one in when):
        parts.append(" to ".join(one.words for one in when))
    else:
        parts.append(" against ".join(one.words for one in reversed(when)))
    way = _COMPARED.get(claim.as_, f", {claim.as_.replace('-', ' ')}")
    korean = ", Korean statistics" if claim.basis == KOREA_REPORTED else ""
    return replace(claim, what=", ".join(filter(None, parts)) + way + korean)


def check_day(name: str, text: str) -> None:
    """Refuse a day that stands for an option or parameter and is none; "" is not known."""
    if text and not is_date(text):
        raise InputError(f"{name} {quoted(text)} is not a day; type one like 2017-12-28")


def is_date(text: str) -> bool:
    """Whether `text` is a day, a month or a year of 1900 to 2099, as 2017-12-28."""
    found = re.fullmatch(r"(?:19|20)[0-9]{2}(?:-[0-9]{2}(?:-[0-9]{2})?)?", text)
    try:
        return bool(found and Day.fromisoformat((text + "-01-01")[:10]))
    except ValueError:
        return False


def sector_named(text: str) -> str:
    """The canonical name of a sector that a claim may be about; raises `InputError`."""
    if text in (*BESIDE, UNSPECIFIED):
        return text
    try:
        return sector(text).name
    except InputError as error:
        raise InputError(f"{error}, or {', '.join(BESIDE)} or {UNSPECIFIED}") from None


# The figures that one text prints


@dataclass(frozen=True)
class Part:
    """One figure of a text: the ending of its id, what it is, and the periods it is of.

    `of` is base, end or both (a comparison, and whatever is the only figure of its text).
    """

    suffix: str
    figure: Statement
    as_: str
    of: str = "both"


def parts_of(text: str, as_: str, compared: bool) -> tuple[Part, ...]:
    """The figures that a claim prints: one, or of a claim with two periods (`compared`) two.

    "From A to B" are two levels or shares, at `base` and at `end`; dollars are levels whatever
    the claim is called, while "from 2 to 3 percent" is the range of a percent change. "Increased
    by A to B" are a change and the level at `end`. Raises `InputError` for text that is not read.
    """
    if compared:
        if both := _tried(read_levels, text):
            of_whole = as_ in OF_WHOLE[:2]
            if as_ not in COMPARED or of_whole or both[0].unit == UNITS["level"]:
                as_ = "share" if of_whole else "level"
                return Part("from", both[0], as_, "base"), Part("to", both[1], as_, "end")
        elif moved := _tried(read_change_and_level, text):
            change, level = moved
            if change.unit == WAYS["points"] and level.unit == UNITS["share"]:
                return Part("by", change, "points"), Part("to", level, "share", "end")
            if level.unit != UNITS["level"]:
                raise InputError(
                    f"{quoted(level.text)} is no level in dollars; type each by itself"
                )
            if as_ not in COMPARED or UNITS[as_] != change.unit:
                as_ = "percent-change" if change.unit == "percent" else "change"
            return Part("by", change, as_), Part("to", level, "level", "end")
    return (Part("", read_printed(text), as_),)


def _tried(read: Callable[[str], Pair | None], text: str) -> Pair | None:
    try:
        return read(text)
    except InputError:
        return None


def levels(claim: Claim) -> list[Claim]:
    """A claim as one claim for each figure that it prints (`parts_of`), mostly as it is.

    The ids of two end in `.from` and `.to`, or in `.by` and `.to`.
    """
    if claim.measure not in MEASURES or not claim.base:
        return [claim]
    parts = parts_of(claim.printed, claim.as_, compared=True)
    if len(parts) == 1:
        return [claim]
    given = claim.what if claim.what != described(replace(claim, what="")).what else ""
    return [
        described(
            replace(
                claim,
                id=f"{claim.id}.{part.suffix}",
                printed=part.figure.text,
                as_=part.as_,
                base=claim.base if part.of == "both" else None,
                end=claim.base if part.of == "base" else claim.end,
                what=given,
            )
        )
        for part in parts
    ]


def misfit(printed: Statement, measure: str, as_: str) -> tuple[str, str, str] | None:
    """Which field does not go with a printed figure, why, and what would ("" nothing); or None."""
    text = quoted(printed.text)
    if printed.unit != WAYS[as_]:
        why = f"{text} is in {printed.unit}, while a {as_} is in {WAYS[as_]}"
        return "as", why, " or ".join(ways_in(printed.unit))
    if printed.of_economy and as_ != "gdp-share":
        return "as", f"{text} is a part of gross domestic product", "gdp-share"
    if measure != "deficit" and printed.subject:
        side = "says on which side the balance is, which is read as a deficit with its sign"
        return "measure", f"{text} {side}", printed.subject
    return None


def ways_in(unit: str) -> list[str]:
    """The ways to compare that are in `unit`."""
    rare = ("imbalance", "gdp-share", "flow-ratio")  # only where they are named
    return [way for way, its in WAYS.items() if its == unit and way not in rare]
