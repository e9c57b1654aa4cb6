"""Claims that are included, and files of claims that a stranger wrote, field by field."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from korus_helpers.claims.claim import (
    BESIDE,
    KOREAN,
    OTHER,
    UNSPECIFIED,
    Claim,
    described,
    is_date,
)
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.typed_claims import (
    change_and_level,
    fitting_way,
    levels,
    misfit,
    two_levels,
)
from korus_helpers.claims.untrusted import (
    Kind,
    RefusedText,
    content_of,
    file_name,
    refuse_many,
    text_of,
    tree_of,
    visible,
)
from korus_helpers.claims.wording import LONGEST_TEXT, quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import GOODS_SERVICES, KOREA_REPORTED
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, check_basis
from korus_helpers.trade.periods import Period, period
from korus_helpers.trade.sectors import sector

START = "`korus audit --template` prints a file to start from"
CLAIMS = Kind("claims", START)
WHOLES = {"total", "all_enduse", GOODS_SERVICES, UNSPECIFIED}  # parts of nothing that ships
SHARED = ("sector", "partner", "date", "speaker", "publisher", "url", "reporter", "basis")
FIELDS = (
    *("id", "printed", "measure", "as", "sector", "partner", "period", "base", "end", "date"),
    *("speaker", "publisher", "url", "what", "reporter", "basis", "inferred", "note"),
)
LONGEST = 500  # characters of a field
_ARTICLE_ONLY = ("events", "notebook")  # columns of the shipped tables
_ID = re.compile(r"\w[\w.-]{0,59}")
_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_REPORTERS = ("USA", KOREAN)

Value = TypeVar("Value")
Entry = dict[str, object]  # values are text, or what is refused as no text


def article() -> list[Claim]:
    """Every figure and date that the article of 28 December 2017 prints, in its order."""
    return _shipped("article_claims")


def public() -> list[Claim]:
    """Figures about US trade balances that were stated in public from 2007 to 2020.

    One claim for each row of the table `public_claims`, two for a row that prints two levels.
    """
    return [part for claim in _shipped("public_claims") for part in levels(claim)]


def _shipped(table: str) -> list[Claim]:
    names = {field.name for field in fields(Claim)}
    rows = open_table(table).rename(columns={"as": "as_"}).to_dict("records")
    return [Claim(**{name: row[name] for name in row if name in names}) for row in rows]


def template() -> str:
    """The claims file that `korus audit --template` prints."""
    return Path(__file__).with_name("template.yaml").read_text("utf-8")


def read_claims(path: str | Path) -> list[Claim]:
    """The claims of a file in YAML or CSV, in its order, as `template` shows it.

    At most 1 MB and 1,000 entries; one that prints two levels becomes two claims. Text is kept as
    it stands, except that characters that cannot be seen are written out (`untrusted.visible`).
    Raises `InputError`, which names file, entry and field and says what to type.
    """
    return claims_in(content_of(path, "claims"), file_name(path))


def claims_in(content: bytes, file: str) -> list[Claim]:
    """The claims of a file with this content and name; raises as `read_claims` does."""
    defaults, entries = _entries_of(content, file)
    shared = _named(f"{file}, above the claims, ", plain_fields, defaults, SHARED)
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(entries, start=1):
        written = entry.get("id") or f"claim-{number}"
        where = f"{file}, entry {number} ({quoted(written)}), "
        given = {"id": written} | shared | _named(where, plain_fields, entry, FIELDS)
        for part in levels(described(Claim(**_named(where, checked, given)))):
            if part.id in claims:
                raise InputError(
                    f"{where}id: {quoted(part.id)} names an earlier claim; give each its own id"
                )
            claims[part.id] = part
    return list(claims.values())


def _entries_of(content: bytes, file: str) -> tuple[dict, list[Entry]]:
    """The defaults for all entries, and the entries, of a file in YAML or CSV by its name."""
    kind = Path(file).suffix.lower()
    if kind not in {".yaml", ".yml", ".csv"}:
        raise InputError(
            f"{file}: claims stand in a file that ends in .yaml, .yml or .csv; {START}"
        )
    try:
        text = text_of(content, CLAIMS)
        return ({}, _csv_entries(text)) if kind == ".csv" else _yaml_entries(text)
    except RefusedText as error:
        raise InputError(f"{file}{error}") from None


def _csv_entries(text: str) -> list[Entry]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries = []
    try:
        header = [visible(name) for name in next(rows, [])]
        _check_header(header, text)
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise RefusedText(
                    f", line {rows.line_num}: has {len(row)} cells where the first line has "
                    f"{len(header)}; put text that holds a comma in double quotes"
                )
            entries.append(dict(zip(header, row, strict=True)))
            refuse_many(entries, CLAIMS)
    except csv.Error as error:
        raise RefusedText(
            f", line {rows.line_num}: is not CSV ({error}); put text that holds a comma or a "
            "quotation mark in double quotes, and double the quotation marks in it"
        ) from None
    if not entries:
        raise RefusedText(f": holds no claims; {START}")
    return entries


def _check_header(header: list[str], text: str) -> None:
    if len(header) == 1 and re.search(r"[;\t]", text.partition("\n")[0]):
        raise RefusedText(", line 1: columns are separated by commas; save it as CSV with commas")
    for name, uses in Counter(header).items():
        if not name:
            raise RefusedText(", line 1: a column has no name; name it, such as printed")
        if uses > 1:
            raise RefusedText(f', line 1: "{name[:40]}" heads two columns; leave one out')


def _yaml_entries(text: str) -> tuple[dict, list[Entry]]:
    tree = tree_of(text, CLAIMS)
    defaults, entries = {}, tree
    if isinstance(tree, dict):
        if "claims" not in tree:
            raise RefusedText(f': has no list named "claims"; {START}')
        entries = tree.pop("claims")
        defaults = tree
    if not isinstance(entries, list) or not entries:
        raise RefusedText(f": holds no claims; {START}")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise RefusedText(f", entry {number}: is not a claim with named fields; {START}")
    return defaults, entries


def plain_fields(entry: Mapping[str, object], known: tuple[str, ...]) -> dict[str, str]:
    """The fields that are filled in, as visible text; refuses names that are not `known`."""
    fields = {}
    for name, value in entry.items():
        if name not in (*known, *_ARTICLE_ONLY):
            near = get_close_matches(name[:40].lower(), known, 1, 0.5)
            raise InputError(
                f"field {quoted(name)} is not known; type {near[0] if near else _one_of(known)}"
            )
        if not isinstance(value, str):
            raise InputError(f"{name}: holds a list or further fields; type text")
        text, longest = visible(value), LONGEST_TEXT if name == "printed" else LONGEST
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
    fields = {name: given[name] for name in ("id", "speaker", "publisher", "what", "note")
              if name in given}  # fmt: skip
    fields |= {"printed": text, "measure": measure, "as_": as_}
    fields |= {"base": str(base or ""), "end": str(end or "")}
    fields["sector"] = _checked("sector", _sector, given.get("sector", "total"))
    years = {year for one in (base, end) if one for year in (one.start // 12, one.last_year)}
    checks = {"partner": partial(_partner, years=years, measure=measure), "date": _date}
    for name, check in (checks | {"url": _url}).items():
        if name in given:
            fields[name] = _checked(name, check, given[name])
    fields["reporter"], fields["basis"] = _source(given)
    inferred = [name.strip() for name in re.split("[;,]", given.get("inferred", ""))]
    fields["inferred"] = ";".join(_choice("inferred", one, FIELDS) for one in inferred if one)
    if measure == OTHER:
        _needed(given, "note", "which figures it would take to check this claim")
        return fields
    if as_ in ("share", "contribution") and fields["sector"] in WHOLES:
        raise InputError(
            f"sector: a {as_} of {fields['sector']} would be one of itself; type the sector whose "
            "part it is, such as autos, or measure: other"
        )
    _check_figure(text, measure, as_, bool(base))
    return fields


def _check_figure(printed: str, measure: str, as_: str, has_base: bool) -> None:
    """Refuse a figure that is not understood or is not in the unit of what it is said to be."""
    both = None
    if has_base and (moved := change_and_level(printed)):
        for figure, way in zip(moved, (as_, "level"), strict=True):
            if wrong := misfit(figure, measure, way):
                raise InputError(f"{wrong[0]}: {wrong[1]}; type as: {fitting_way(moved[0])}")
        return
    if has_base:
        try:
            both = two_levels(printed, as_)
        except InputError:
            raise InputError(
                f"base: a {as_} has one period; leave base out, type as: change, or print both "
                'levels like "from $13.2 billion to $27.6 billion"'
            ) from None
    if both and as_ != "share":
        as_ = "level"
    for figure in both or (_checked("printed", read_printed, printed),):
        if wrong := misfit(figure, measure, as_):
            field, why, fitting = wrong
            if field == "as":
                fitting = f"as: {fitting}" if fitting else "measure: other"
            raise InputError(f"{field}: {why}; type {fitting}")


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


def _partner(text: str, years: Iterable[int], measure: str) -> str:
    """The Census name, or the code where the name alone would lead to another partner."""
    try:
        found = find_partner(text, years)
    except InputError:
        if measure == OTHER:  # such as two countries together
            return text
        raise
    return found.name if find_partner(found.name, years) == found else found.code


def _source(given: Mapping[str, str]) -> tuple[str, str]:
    """Reporter and basis, each implied by the other where it is Korea's own statistics."""
    basis = _checked("basis", check_basis, given["basis"]) if "basis" in given else ""
    implied = KOREAN if basis == KOREA_REPORTED else "USA"
    reporter = _choice("reporter", given.get("reporter", implied), _REPORTERS)
    if reporter == KOREAN:
        basis = basis or KOREA_REPORTED
    if (reporter == KOREAN) != (basis == KOREA_REPORTED):
        raise InputError(
            f"basis: {basis} is not one of reporter {reporter}; "
            f"type {KOREA_REPORTED} with {KOREAN}, and only there"
        )
    return reporter, basis


def _date(text: str) -> str:
    if not is_date(text):
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
    return _named(f"{name}: ", check, text)


def _named(where: str, check: Callable[..., Value], *arguments: object) -> Value:
    """`check(*arguments)`, with the place in the file in front of what it refuses."""
    try:
        return check(*arguments)
    except InputError as error:
        raise InputError(f"{where}{error}") from None
