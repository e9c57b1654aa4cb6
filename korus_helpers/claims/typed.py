"""Claims from what is typed on the command line: a printed figure, and what it is said to be."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from korus_helpers.claims.claim import (
    BESIDE,
    KOREAN,
    UNSPECIFIED,
    Claim,
    check_day,
    described,
    levels,
    misfit,
    parts_of,
    sector_named,
    ways_in,
)
from korus_helpers.claims.printed import TOLERANCE, Statement, read_printed
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.trade.bases import COMPARED, KOREA_REPORTED, OF_WHOLE, UNITS
from korus_helpers.trade.definition import (
    Definition,
    check_measure,
    check_way,
    definition_of,
)
from korus_helpers.trade.periods import period

_NUMBER = re.compile(r"(?<![\w$.,])(?:[.,]?\d)[\d,]*(?:\.\d+)?")  # ".3", ",234" or "2.3"


def typed_claims(
    text: str, measure: str, way: str | None, share: bool, date: str, **choices: str | None
) -> list[Claim]:
    """The claim that `text` prints `measure`; two where it prints two figures (`claim.levels`).

    `choices` are those of `trade.definition.definition_of`. Without `way` it is taken from the unit
    and the periods where these leave no doubt. Raises `InputError` that says what to type.
    """
    check_measure(measure)
    if way is not None:
        check_way(way)
    check_day("--date", date)
    compared = bool(choices["start"] or choices["end"])
    parts = parts_of(text, way or "change", compared)
    if len(parts) == 1:
        way = way or ("share" if share else _way(parts[0].figure, compared, choices["sector"]))
        parts = parts_of(text, way, compared)
    asked = _definition(way if len(parts) == 1 else "change", share, choices)
    for part in parts:
        if wrong := misfit(part.figure, measure, part.as_):
            option, why, fitting = wrong
            choice = f"--{option} {fitting}" if fitting else "a figure in dollars, percent or times"
            raise InputError(f"{why}; type {choice}")
        _require_same(part.figure, measure, asked)
    claim = Claim(
        "check", text, measure, way or parts[0].as_, choices["sector"], asked.partner, asked.base,
        asked.end, date, reporter=KOREAN if asked.basis == KOREA_REPORTED else "USA",
        basis=asked.basis if choices["basis"] else "",
    )  # fmt: skip
    return [described(part) for part in levels(claim)]


def _require_same(printed: Statement, measure: str, asked: Definition) -> None:
    """Refuse words that are set aside and say another year or measure than the options."""
    said = " ".join(printed.notes).lower()
    periods = [period(text) for text in (asked.base, asked.end) if text]
    known = {str(year) for one in periods for year in (one.start // 12, one.last_year)}
    for year in re.findall(r"\b(?:19|20)\d\d\b", said):
        if year not in known:
            raise InputError(f"{quoted(printed.text)} speaks of {year}; type the period it means")
    named = {name for name in ("exports", "imports", "deficit", "surplus") if name in said}
    own = {"deficit", "surplus"} if measure in ("deficit", "balance") else {measure}
    if len(named) == 1 and not named & own and measure != "two-way":
        raise InputError(f"{quoted(printed.text)} speaks of {named.pop()}; type --measure for it")


def _definition(way: str, share: bool, choices: dict[str, str | None]) -> Definition:
    """Periods, partner and basis made canonical; sectors without files pass as all goods."""
    name = sector_named(choices["sector"])
    if name in (*BESIDE, UNSPECIFIED):
        if way in OF_WHOLE:
            raise InputError(f"a {way} of {name} is not calculated here; type --as level")
        name = "total"
    return definition_of(way, share, **(choices | {"sector": name}))


def _way(printed: Statement, compared: bool, sector_name: str) -> str:
    """What a figure is without --as, from its unit and whether two periods are compared."""
    if printed.unit == "rank":
        return printed.noun
    if printed.of_economy:
        return "gdp-share"
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


def before_the_shell(
    printed: Statement, official: Iterable[float], tolerance: Decimal = TOLERANCE
) -> str:
    """A sentence where a shell may have taken the dollar sign and whole digits of a figure, or "".

    In double quotes a shell reads "$4" (some "$42") as a variable of its own, so that "2.3 billion"
    is left of "$42.3 billion". There is no dollar sign then, and with up to three digits in front
    the figure agrees with one that is `official`, in million dollars.
    """
    found = _NUMBER.search(printed.text)
    if not found or "$" in printed.text or printed.unit != UNITS["level"]:
        return ""
    before, left = printed.text[: found.start()], printed.text[found.start() :]
    tail = found[0].replace(",", "")
    size = 10 ** len(tail.partition(".")[0])
    for value in official:
        taken = round((abs(value) / float(printed.scale) - float(tail)) / size)
        meant = f"{before}${taken}{left}"
        try:
            holds = read_printed(meant, tolerance=tolerance).interval.contains(value)
        except InputError:
            continue
        if holds and 1 <= taken <= 999:
            return (
                "In double quotes the shell reads a dollar sign and the digits after it as a "
                f"variable: if '{meant}' was meant, type it in single quotes, as here."
            )
    return ""


def tolerance_of(text: str) -> Decimal:
    """The tolerance that `text` gives, a share from 0 to below 1; raises `InputError`."""
    try:
        reach = Decimal(text)
    except InvalidOperation:
        reach = Decimal("NaN")
    if not (reach.is_finite() and 0 <= reach < 1):
        raise InputError(f"tolerance {quoted(text)}: type a share from 0 to below 1, such as 0.05")
    return reach
