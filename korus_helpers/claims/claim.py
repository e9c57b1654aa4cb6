"""Claims: what somebody printed, decomposed into fields."""

import re
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal, InvalidOperation

from korus_helpers.claims.printed import Statement, read_levels, read_printed
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.choices import definition_of
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.periods import period
from korus_helpers.trade.sectors import KOREA_REPORTED, sector

OTHER = "other"  # the measure of what cannot be checked
SERVICES, WITH_SERVICES = "services", "goods-and-services"
UNSPECIFIED = "unspecified"  # a "trade deficit": of goods, or of goods with services
NOT_SHIPPED = {  # sectors that claims speak of, and what is missing to check them
    SERVICES: "Trade in services by partner does not ship",
    WITH_SERVICES: "Trade in goods and services together, by partner, does not ship",
    "manufactures": "Trade in manufactures (NAICS), by partner, does not ship",
}
KOREAN = "KOR"
_GOODS = {
    "total": "goods", "autos": "auto-sector", "passenger_cars": "passenger-car",
    SERVICES: "services", WITH_SERVICES: "goods and services",
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
    manufactures (which do not ship, see `missing`) or unspecified (goods, or goods with services:
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


def claims_to_check(
    text: str, measure: str, way: str | None, share: bool, date: str, **choices: str | None
) -> list[Claim]:
    """The claim that `text` prints `measure`; two where it prints two levels "from A to B".

    `choices` are those of `trade.choices.definition_of`. Without `way` it is taken from the unit
    and the periods where these leave no doubt. Raises `InputError` that says what to type.
    """
    for option, value, known in (("--measure", measure, MEASURES), ("--as", way, UNITS)):
        if value is not None and value not in known:
            raise InputError(
                f"{option} {quoted(value)} is not known; type one of {', '.join(known)}"
            )
    if date and not is_date(date):
        raise InputError(f"--date {quoted(date)} is not a day; type one like 2017-12-28")
    compared = bool(choices["start"] or choices["end"])
    two = compared and _prints_levels(text, way or "change")
    if two:
        asked, as_ = _definition("change", False, choices), "share" if way == "share" else "level"
    else:
        printed = read_printed(text)
        way = "share" if share and way is None else way
        as_ = way or _way(printed, compared, choices["sector"])
        asked = _definition(as_, share, choices)
        if wrong := misfit(printed, measure, as_):
            option, why, fitting = wrong
            choice = f"--{option} {fitting}" if fitting else "a figure in dollars, percent or times"
            raise InputError(f"{why}; type {choice}")
    korean = asked.basis == KOREA_REPORTED
    claim = Claim(
        "check", text, measure, as_, choices["sector"], asked.partner, asked.base, asked.end, date,
        reporter=KOREAN if korean else "USA", basis=asked.basis if choices["basis"] else "",
    )  # fmt: skip
    parts = levels(claim) if two and as_ != way else [claim]
    return [described(replace(part, what="")) for part in parts]


def _prints_levels(text: str, way: str) -> bool:
    try:
        return two_levels(text, way) is not None
    except InputError:
        return False


def _definition(way: str, share: bool, choices: dict[str, str | None]) -> Definition:
    """Periods, partner and basis made canonical; sectors that do not ship pass as all goods."""
    name = choices["sector"]
    if name in NOT_SHIPPED or name == UNSPECIFIED:
        if way in ("share", "contribution"):
            raise InputError(f"a {way} of {name} is not calculated here; type --as level")
        choices = choices | {"sector": "total"}
    else:
        sector(name)
    return definition_of(way, share, **choices)


def _way(printed: Statement, compared: bool, sector_name: str) -> str:
    """What a figure is without --as, from its unit and whether two periods are compared."""
    fitting = ways_in(printed.unit)
    if not fitting:
        raise InputError(
            f"{quoted(printed.text)} is in {printed.unit}, which no trade figure is in; "
            "type a figure in dollars, percent or times"
        )
    fitting = [way for way in fitting if (way in COMPARED) == compared]
    if not compared and (not fitting or printed.direction):
        raise InputError(f"{quoted(printed.text)} compares two periods; type --from 2011 --to 2016")
    if printed.direction or sector_name == "total":
        fitting = [way for way in fitting if way != "contribution"]
    if len(fitting) != 1:
        raise InputError(
            f"{quoted(printed.text)} can be a {' or a '.join(fitting)}; type --as {fitting[0]} "
            f"or --as {fitting[1]}"
        )
    return fitting[0]


def ways_in(unit: str) -> list[str]:
    """The ways to compare that are in `unit`."""
    return [way for way, its in UNITS.items() if its == unit]


def misfit(printed: Statement, measure: str, as_: str) -> tuple[str, str, str] | None:
    """Which field does not go with a printed figure, why, and what would ("" nothing); or None."""
    text = quoted(printed.text)
    if printed.unit != UNITS[as_]:
        why = f"{text} is in {printed.unit}, while a {as_} is in {UNITS[as_]}"
        return "as", why, " or ".join(ways_in(printed.unit))
    if measure != "deficit" and printed.subject:
        side = "says on which side the balance is, which is read as a deficit with its sign"
        return "measure", f"{text} {side}", printed.subject
    return None


def two_levels(printed: str, as_: str) -> tuple[Statement, Statement] | None:
    """The levels of a claim with two periods that is printed "from A to B", else None.

    Dollars are levels whatever the claim is called; "from 2 to 3 percent" is the range of a
    percent change. Raises `InputError` where a level or share is not printed so.
    """
    try:
        both = read_levels(printed)
    except InputError:
        if as_ in COMPARED:
            return None
        raise
    return None if as_ in COMPARED and both[0].unit != UNITS["level"] else both


def levels(claim: Claim) -> list[Claim]:
    """A claim printed "from A to B" as two levels, at `base` and at `end`; any other as it is.

    Their ids end in `.from` and `.to`. Two shares become two claims of a share.
    """
    if claim.measure not in MEASURES or not claim.base:
        return [claim]
    both = two_levels(claim.printed, claim.as_)
    if both is None:
        return [claim]
    as_ = "share" if claim.as_ == "share" else "level"
    is_ours = claim.what == described(replace(claim, what="")).what
    return [
        described(
            replace(claim, id=f"{claim.id}.{suffix}", printed=figure.text, as_=as_, base="",
                    end=when, what="" if is_ours else claim.what)
        )
        for suffix, figure, when in zip(("from", "to"), both, (claim.base, claim.end), strict=True)
    ]  # fmt: skip


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
    goods = _GOODS.get(claim.sector, "")
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


def tolerance_of(text: str) -> Decimal:
    """The tolerance that `text` gives, a share from 0 to below 1; raises `InputError`."""
    try:
        reach = Decimal(text)
    except InvalidOperation:
        reach = Decimal("NaN")
    if not (reach.is_finite() and 0 <= reach < 1):
        raise InputError(f"tolerance {quoted(text)}: type a share from 0 to below 1, such as 0.05")
    return reach
