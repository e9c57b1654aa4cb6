"""Claims from what is typed: a printed figure, and what it is said to be."""

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from korus_helpers.claims.claim import BESIDE, KOREAN, UNSPECIFIED, Claim, described, is_date
from korus_helpers.claims.printed import (
    Statement,
    read_change_and_level,
    read_levels,
    read_printed,
)
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.trade.bases import KOREA_REPORTED
from korus_helpers.trade.choices import definition_of
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.periods import period
from korus_helpers.trade.sectors import sector


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
    moved = read_change_and_level(text) if compared and not two else None
    if moved:
        if moved[1].unit != UNITS["level"]:
            raise InputError(f"{quoted(moved[1].text)} is no level in dollars; type each by itself")
        as_ = way if way in COMPARED else fitting_way(moved[0])
        asked = _definition(as_, share, choices)
    elif two:
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
        _require_same(printed, measure, asked)
    korean = asked.basis == KOREA_REPORTED
    claim = Claim(
        "check", text, measure, as_, choices["sector"], asked.partner, asked.base, asked.end, date,
        reporter=KOREAN if korean else "USA", basis=asked.basis if choices["basis"] else "",
    )  # fmt: skip
    parts = levels(claim) if moved or (two and as_ != way) else [claim]
    return [described(replace(part, what="")) for part in parts]


def _require_same(printed: Statement, measure: str, asked: Definition) -> None:
    """Refuse words that are set aside and say another year or measure than the options."""
    said = " ".join(printed.notes).lower()
    periods = [period(text) for text in (asked.base, asked.end) if text]
    known = {str(year) for one in periods for year in (one.start // 12, one.last_year)}
    for year in re.findall(r"\b(?:19|20)\d\d\b", said):
        if year not in known:
            raise InputError(f"{quoted(printed.text)} speaks of {year}; type the period it means")
    named = {name for name in ("exports", "imports", "deficit", "surplus") if name in said}
    own = {"deficit", "surplus"} if measure in ("deficit", "balance") else {measure, "two-way"}
    if len(named) == 1 and not named & own and "two-way" not in (measure,):
        raise InputError(f"{quoted(printed.text)} speaks of {named.pop()}; type --measure for it")


def fitting_way(change: Statement) -> str:
    """What the change of "increased by A to B" is, by its unit."""
    return "percent-change" if change.unit == "percent" else "change"


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


def change_and_level(printed: str) -> tuple[Statement, Statement] | None:
    """The change and the level of "increased by A to B", or None."""
    try:
        return read_change_and_level(printed)
    except InputError:
        return None


def levels(claim: Claim) -> list[Claim]:
    """A claim printed "from A to B" as two levels, at `base` and at `end`; any other as it is.

    Their ids end in `.from` and `.to`. Two shares become two claims of a share. "increased by A
    to B" is a change and the level at `end`; their ids end in `.by` and `.to`.
    """
    if claim.measure not in MEASURES or not claim.base:
        return [claim]
    if moved := change_and_level(claim.printed):
        as_ = claim.as_ if claim.as_ in COMPARED else fitting_way(moved[0])
        return [
            described(replace(claim, id=f"{claim.id}.by", printed=moved[0].text, as_=as_, what="")),
            described(replace(claim, id=f"{claim.id}.to", printed=moved[1].text, as_="level",
                              base="", what="")),
        ]  # fmt: skip
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


def tolerance_of(text: str) -> Decimal:
    """The tolerance that `text` gives, a share from 0 to below 1; raises `InputError`."""
    try:
        reach = Decimal(text)
    except InvalidOperation:
        reach = Decimal("NaN")
    if not (reach.is_finite() and 0 <= reach < 1):
        raise InputError(f"tolerance {quoted(text)}: type a share from 0 to below 1, such as 0.05")
    return reach
