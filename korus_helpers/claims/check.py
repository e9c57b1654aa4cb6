"""One printed figure and what it is said to be, from the options of a command to claims."""

import re
from datetime import date as Day
from decimal import Decimal, InvalidOperation

from korus_helpers.claims.entries import BESIDE, UNSPECIFIED, two_levels
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.register import Claim, describe, levels
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.bases import KOREA_REPORTED
from korus_helpers.trade.choices import definition_of
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.sectors import sector

_SIDES = {"deficit", "surplus"}


def claims_to_check(
    text: str, measure: str, way: str | None, share: bool, date: str, **choices: str | None
) -> list[Claim]:
    """The claim that `text` prints `measure`; two where it prints two levels "from A to B".

    `choices` are those of `trade.choices.definition_of`. Without `way` it is taken from the unit
    and the periods where these leave no doubt. Raises `InputError` that says what to type.
    """
    if measure not in MEASURES:
        raise InputError(
            f"--measure {quoted(measure)} is not known; type one of {', '.join(MEASURES)}"
        )
    if way is not None and way not in UNITS:
        raise InputError(f"--as {quoted(way)} is not known; type one of {', '.join(UNITS)}")
    _check_date(date)
    compared = bool(choices["start"] or choices["end"])
    if compared and _prints_levels(text, way or "change"):
        asked, as_ = _definition("change", False, choices), "share" if way == "share" else "level"
    else:
        printed = read_printed(text)
        way = "share" if share and way is None else way
        way = way or _way(printed, compared, choices["sector"])
        asked, as_ = _definition(way, share, choices), way
        _check_unit(printed, as_, measure)
    korean = asked.basis == KOREA_REPORTED
    claim = Claim(
        "check", text, measure, as_, choices["sector"], asked.partner, asked.base, asked.end, date,
        reporter="KOR" if korean else "USA", basis=asked.basis if choices["basis"] else "",
    )  # fmt: skip
    years = {int(year) for year in re.findall(r"(?:19|20)\d\d", f"{asked.base} {asked.end}")}
    name = find_partner(asked.partner, years).in_sentence
    return [_described(part, name) for part in (levels(claim) if as_ != way else [claim])]


def _described(claim: Claim, name: str) -> Claim:
    return Claim(**(vars(claim) | {"what": describe(claim, name)}))


def _prints_levels(text: str, way: str) -> bool:
    try:
        return two_levels(text, way) is not None
    except InputError:
        return False


def _definition(way: str, share: bool, choices: dict[str, str | None]) -> Definition:
    """Periods, partner and basis made canonical; sectors that do not ship pass as all goods."""
    name = choices["sector"]
    if name in BESIDE or name == UNSPECIFIED:
        if way in ("share", "contribution"):
            raise InputError(f"a {way} of {name} is not calculated here; type --as level")
        choices = choices | {"sector": "total"}
    else:
        sector(name)
    return definition_of(way, share, **choices)


def _way(printed: Printed, compared: bool, sector_name: str) -> str:
    """What a figure is without --as, from its unit and whether two periods are compared."""
    fitting = [way for way, unit in UNITS.items() if unit == printed.unit]
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


def _check_unit(printed: Printed, as_: str, measure: str) -> None:
    if printed.unit != UNITS[as_]:
        fitting = [way for way, unit in UNITS.items() if unit == printed.unit]
        what = (
            f"--as {' or '.join(fitting)}" if fitting else "a figure in dollars, percent or times"
        )
        raise InputError(
            f"{quoted(printed.text)} is in {printed.unit}, while a {as_} is in {UNITS[as_]}; "
            f"type {what}"
        )
    if measure != "deficit" and _SIDES & set(printed.words.lower().split()):
        raise InputError(
            f"{quoted(printed.text)} says on which side the balance is, which is read as a deficit "
            "with its sign; type --measure deficit"
        )


def _check_date(text: str) -> None:
    """Refuse a day that is none; "" is no day, a month and a year are taken."""
    if not text:
        return
    found = re.fullmatch(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?", text)
    try:
        Day.fromisoformat((text + "-01-01")[:10] if found else "")
    except ValueError:
        raise InputError(f"--date {quoted(text)} is not a day; type one like 2017-12-28") from None


def tolerance_of(text: str) -> Decimal:
    """The tolerance that `text` gives, a share from 0 to below 1; raises `InputError`."""
    try:
        reach = Decimal(text)
    except InvalidOperation:
        reach = Decimal("NaN")
    if not (reach.is_finite() and 0 <= reach < 1):
        raise InputError(f"tolerance {quoted(text)}: type a share from 0 to below 1, such as 0.05")
    return reach
