"""One entry of a claims file: its fields checked, one by one, before anything is judged."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import urlsplit

from korus_helpers.claims import wording
from korus_helpers.claims.printed import Printed, read_levels, read_printed
from korus_helpers.claims.strangers import visible
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES, KOREA_REPORTED
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, check_basis
from korus_helpers.trade.periods import Period, period
from korus_helpers.trade.sectors import sector

OTHER = "other"  # the measure of what cannot be checked
UNSPECIFIED = "unspecified"  # goods, or goods with services
NOT_SHIPPED = {  # sectors that claims speak of, and what is missing to check them
    "manufactures": "Trade in manufactures (NAICS), by partner, does not ship",
}
WHOLES = {"total", "all_enduse", GOODS_SERVICES, UNSPECIFIED}  # parts of nothing that ships
BESIDE = (*COUNTED, *NOT_SHIPPED)  # topics of claims that are no sector of goods

SHARED = ("sector", "partner", "date", "speaker", "publisher", "url", "reporter", "basis")
FIELDS = (
    *("id", "printed", "measure", "as", "sector", "partner", "period", "base", "end", "date"),
    *("speaker", "publisher", "url", "what", "reporter", "basis", "inferred", "note"),
)
_ARTICLE_ONLY = ("events", "notebook")  # columns of the shipped tables
LONGEST = 500  # characters of a field

_ID = re.compile(r"\w[\w.-]{0,59}")
_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_DATE = re.compile(r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?")
_KOREAN = "KOR"
_REPORTERS = ("USA", _KOREAN)

Value = TypeVar("Value")


def plain_fields(entry: Mapping[str, object], known: Iterable[str]) -> dict[str, str]:
    """The fields that are filled in, as visible text; refuses names that are not `known`."""
    known = tuple(known)
    fields = {}
    for name, value in entry.items():
        if name not in (*known, *_ARTICLE_ONLY):
            near = get_close_matches(name[:40].lower(), known, 1, 0.5)
            choice = near[0] if near else f"one of {', '.join(known)}"
            raise InputError(f"field {quoted(name)} is not known; type {choice}")
        if not isinstance(value, str):
            raise InputError(f"{name}: holds a list or further fields; type text")
        text, longest = visible(value), wording.LONGEST_TEXT if name == "printed" else LONGEST
        if len(text) > longest:
            raise InputError(
                f"{name}: has {len(text):,} characters; type at most {longest} of them"
            )
        if text and name in _ARTICLE_ONLY:
            raise InputError(f"{name}: belongs to the dates of the article; leave it empty")
        if text:
            fields[name] = text
    return fields


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """The fields of a `Claim` from those filled in; `period` becomes `end`.

    Partner, sector and periods are made canonical. Raises `InputError`, which begins with the name
    of the field and says what to type.
    """
    if not _ID.fullmatch(given["id"]):
        raise InputError(
            f"id: {quoted(given['id'])} cannot name a claim; "
            "type up to 60 letters, digits, dots, hyphens or underscores"
        )
    text = _needed(given, "printed", 'the figure with its words, such as "nearly $20 billion"')
    measures = (*MEASURES, OTHER)
    measure = _choice("measure", _needed(given, "measure", _one_of(measures)), measures)
    as_ = _choice("as", given.get("as", "level"), tuple(UNITS))
    base, end = _periods(given, as_, measure)
    free_text = ("speaker", "publisher", "what", "note")
    fields = {name: given[name] for name in free_text if name in given}
    fields |= {"id": given["id"], "printed": text, "measure": measure, "as_": as_}
    fields |= {"base": str(base or ""), "end": str(end or "")}
    fields["sector"] = _checked("sector", _sector, given.get("sector", "total"))
    if "partner" in given:
        years = {year for one in (base, end) if one for year in (one.start // 12, one.last_year)}
        fields["partner"] = _partner(given["partner"], years, measure)
    if "date" in given:
        fields["date"] = _checked("date", _date, given["date"])
    if "url" in given:
        fields["url"] = _checked("url", _url, given["url"])
    fields["reporter"], fields["basis"] = _source(given)
    fields["inferred"] = _inferred(given.get("inferred", ""))
    if measure == OTHER:
        _needed(given, "note", "which figures it would take to check this claim")
    else:
        _refuse_part_of_nothing(as_, fields["sector"])
        _check_figure(fields)
    return fields


def two_levels(printed: str, as_: str) -> tuple[Printed, Printed] | None:
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


def _check_figure(fields: dict[str, str]) -> None:
    """Refuse a figure that is not understood or is not in the unit of what it is said to be."""
    printed, as_ = fields["printed"], fields["as_"]
    levels = None
    if fields["base"]:
        try:
            levels = two_levels(printed, as_)
        except InputError:
            raise InputError(
                f"base: a {as_} has one period; leave base out, type as: change, or print both "
                'levels like "from $13.2 billion to $27.6 billion"'
            ) from None
    if levels:
        as_ = "share" if as_ == "share" else "level"
    for figure in levels or (_checked("printed", read_printed, printed),):
        if figure.unit != UNITS[as_]:
            fitting = [way for way, unit in UNITS.items() if unit == figure.unit]
            choice = f"as: {' or '.join(fitting)}" if fitting else "measure: other"
            raise InputError(
                f"as: {quoted(figure.text)} is in {figure.unit}, while a {as_} is in "
                f"{UNITS[as_]}; type {choice}"
            )
        if fields["measure"] != "deficit" and set(figure.words.lower().split()) & set(wording.SIDE):
            raise InputError(
                f"measure: {quoted(figure.text)} says on which side the balance is, which is read "
                "as a deficit with its sign; type deficit"
            )


def _periods(
    given: Mapping[str, str], as_: str, measure: str
) -> tuple[Period | None, Period | None]:
    if "period" in given and ("base" in given or "end" in given):
        raise InputError("period: stands beside base or end; type period alone, or base and end")
    base, end = (
        _checked(name, period, given[name]) if name in given else None
        for name in ("base", "period" if "period" in given else "end")
    )
    if measure == OTHER:
        return base, end
    if end is None:
        raise InputError(
            "period: is missing; type a year such as 2016 or months such as 2011-04/2012-03, "
            "or base and end for a change"
        )
    if base is None:
        if as_ in COMPARED:
            raise InputError(
                f"base: is missing; a {as_} runs from base to end, as in 2011 and 2016"
            )
        return base, end
    if base.months != end.months:
        raise InputError(
            f"base: {base} has {base.months} months and {end} has {end.months}; "
            "type two periods of the same length"
        )
    if base.start >= end.start:
        raise InputError(f"base: {base} is not before {end}; type the earlier period as base")
    return base, end


def _sector(text: str) -> str:
    if text in BESIDE or text == UNSPECIFIED:
        return text
    try:
        return sector(text).name
    except InputError as error:
        raise InputError(f"{error}, or {', '.join(BESIDE)} or {UNSPECIFIED}") from None


def _refuse_part_of_nothing(as_: str, sector_name: str) -> None:
    if as_ in ("share", "contribution") and sector_name in WHOLES:
        raise InputError(
            f"sector: a {as_} of {sector_name} would be one of itself; type the sector whose part "
            "it is, such as autos, or measure: other"
        )


def _partner(text: str, years: Iterable[int], measure: str) -> str:
    """The Census name, or the code where the name alone would lead to another partner."""
    try:
        found = find_partner(text, years)
    except InputError as error:
        if measure == OTHER:  # such as two countries together
            return text
        raise InputError(f"partner: {error}") from None
    return found.name if find_partner(found.name, years) == found else found.code


def _source(given: Mapping[str, str]) -> tuple[str, str]:
    """Reporter and basis, each implied by the other where it is Korea's own statistics."""
    basis = _checked("basis", check_basis, given["basis"]) if "basis" in given else ""
    implied = _KOREAN if basis == KOREA_REPORTED else "USA"
    reporter = _choice("reporter", given.get("reporter", implied), _REPORTERS)
    if reporter == _KOREAN:
        basis = basis or KOREA_REPORTED
    if (reporter == _KOREAN) != (basis == KOREA_REPORTED):
        raise InputError(
            f"basis: {basis} is not one of reporter {reporter}; "
            f"type {KOREA_REPORTED} with {_KOREAN}, and only there"
        )
    return reporter, basis


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found:
        try:
            date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            found = None
    if not found:
        raise InputError(
            f"{quoted(text)} is not a day; type it as 2017-12-28, or as 2017-12 or 2017"
        )
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_address = bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_address = False
    if not is_address or not _URL.fullmatch(text):
        raise InputError(
            f"{quoted(text)} is not a web address; type one that begins with https:// or http://"
        )
    return text


def _inferred(text: str) -> str:
    names = [name.strip() for name in re.split("[;,]", text) if name.strip()]
    return ";".join(_choice("inferred", name, FIELDS) for name in names)


def _needed(given: Mapping[str, str], name: str, what: str) -> str:
    if name not in given:
        raise InputError(f"{name}: is missing; type {what}")
    return given[name]


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise InputError(f"{name}: {quoted(text)} is not known; type {_one_of(choices)}")
    return text


def _one_of(choices: tuple[str, ...]) -> str:
    return f"one of {', '.join(choices)}"


def _checked(name: str, check: Callable[[str], Value], text: str) -> Value:
    """`check(text)`, with the name of the field in front of what it refuses."""
    try:
        return check(text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
