"""Claims that are included, and files of claims that a stranger wrote, field by field."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from korus_helpers.claims.claim import (
    KOREAN,
    OTHER,
    UNSPECIFIED,
    Claim,
    described,
    is_date,
    levels,
    misfit,
    parts_of,
    sector_named,
)
from korus_helpers.claims.untrusted import (
    Kind,
    RefusedText,
    content_of,
    file_name,
    table_of,
    text_of,
    tree_of,
)
from korus_helpers.claims.wording import LONGEST_TEXT, quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import GOODS_SERVICES, KOREA_REPORTED
from korus_helpers.trade.comparison import Comparison
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, check_basis
from korus_helpers.trade.periods import Period, period

START = "`korus audit --template` prints a file to start from"
CLAIMS = Kind("claims", START)
WHOLES = {"total", "all_enduse", GOODS_SERVICES, UNSPECIFIED}  # parts of nothing that is included
SHARED = ("sector", "partner", "date", "speaker", "publisher", "url", "reporter", "basis")
FIELDS = (
    *("id", "printed", "measure", "as", "sector", "partner", "period", "base", "end", "date"),
    *("speaker", "publisher", "url", "what", "reporter", "basis", "inferred", "note"),
)
LONGEST = 500  # characters of a field
_ARTICLE_ONLY = ("events", "notebook")  # columns of the included tables
_ID = re.compile(r"\w[\w.-]{0,59}")
_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)

Value = TypeVar("Value")


# Included


def article() -> list[Claim]:
    """Every figure and date that the article of 28 December 2017 prints, in its order."""
    return _included("article_claims")


def article_about(item: Comparison) -> list[Claim]:
    """The article's claims if it compares the years of `item` for this partner, else none."""
    asked = (item.partner.code, str(item.base_year), str(item.end_year))
    claims = article()
    about = {(one.partner.code, str(one.base), str(one.end)) for one in claims}
    return claims if asked in about else []


def public() -> list[Claim]:
    """Figures about US trade balances that were stated in public from 2007 to 2020.

    One claim for each row of the table `public_claims`, two for a row that prints two levels.
    """
    return [part for claim in _included("public_claims") for part in levels(claim)]


def _included(table: str) -> list[Claim]:
    return [
        Claim(**row) for row in open_table(table).rename(columns={"as": "as_"}).to_dict("records")
    ]


def template() -> str:
    """The claims file that `korus audit --template` prints."""
    return Path(__file__).with_name("template.yaml").read_text("utf-8")


# From a file


def read_claims(path: str | Path) -> list[Claim]:
    """The claims of a file in YAML or CSV, in its order, as `template` shows it.

    At most 1 MB and 1,000 entries; one that prints two levels becomes two claims. Text is kept as
    it stands, except that characters that cannot be seen are written out (`figures.names.visible`).
    Raises `InputError`, which names file, entry and field and says what to type.
    """
    return claims_in(content_of(path, "claims"), file_name(path))


def claims_in(content: bytes, file: str) -> list[Claim]:
    """The claims of a file with this content and name; raises as `read_claims` does."""
    defaults, entries = _entries_of(content, file)
    shared = _named(f"{file}, above the claims, ", _plain_fields, defaults, SHARED)
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id") or f"claim-{number}"
        where = f"{file}, entry {number} ({quoted(name)}), "
        given = {"id": name} | shared | _named(where, _plain_fields, entry, FIELDS)
        for part in levels(described(_named(where, _claim, given))):
            if part.id in claims:
                raise InputError(
                    f"{where}id: {quoted(part.id)} names an earlier claim; give each its own id"
                )
            claims[part.id] = part
    return list(claims.values())


def _entries_of(content: bytes, file: str) -> tuple[dict, list[dict]]:
    """The defaults for all entries, and the entries, of a file in YAML or CSV by its name."""
    kind = Path(file).suffix.lower()
    if kind not in {".yaml", ".yml", ".csv"}:
        raise InputError(
            f"{file}: claims stand in a file that ends in .yaml, .yml or .csv; {START}"
        )
    try:
        text = text_of(content, CLAIMS)
        tree = table_of(text, CLAIMS) if kind == ".csv" else tree_of(text, CLAIMS)
    except RefusedText as error:
        raise InputError(f"{file}{error}") from None
    defaults, entries = {}, tree
    if isinstance(tree, dict):
        if "claims" not in tree:
            raise InputError(f'{file}: has no list named "claims"; {START}')
        entries = tree.pop("claims")
        defaults = tree
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{file}: holds no claims; {START}")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise InputError(f"{file}, entry {number}: is not a claim with named fields; {START}")
    return defaults, entries


def _plain_fields(entry: Mapping[str, object], known: tuple[str, ...]) -> dict[str, str]:
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


def _claim(given: Mapping[str, str]) -> Claim:
    """A claim from the fields that are filled in; `period` is the end of a level.

    Raises `InputError`, which begins with the name of the field and says what to type.
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
    name = _named("sector: ", sector_named, given.get("sector", "total"))
    reporter, basis = _source(given)
    inferred = [one.strip() for one in re.split("[;,]", given.get("inferred", "")) if one.strip()]
    for field, check in (("date", _date), ("url", _url)):
        if field in given:
            _named(f"{field}: ", check, given[field])
    plain = ("id", "date", "speaker", "publisher", "url", "what", "note")
    claim = _named("partner: ", Claim, **{one: given[one] for one in plain if one in given},
        printed=text, measure=measure, as_=as_, sector=name, base=base, end=end,
        partner=given.get("partner", "Korea, South"), reporter=reporter, basis=basis,
        inferred=";".join(_choice("inferred", one, FIELDS) for one in inferred),
    )  # fmt: skip
    if measure == OTHER:
        _needed(given, "note", "which figures it would take to check this claim")
    elif as_ in ("share", "contribution") and name in WHOLES:
        raise InputError(
            f"sector: a {as_} of {name} would be one of itself; type the sector whose "
            "part it is, such as autos, or measure: other"
        )
    else:
        _check_figure(claim)
    return claim


def _periods(given: Mapping[str, str], as_: str, measure: str) -> tuple[Period | None, ...]:
    if "period" in given and ("base" in given or "end" in given):
        raise InputError("period: stands beside base or end; type period alone, or base and end")
    base, end = (
        _named(f"{name}: ", period, given[name]) if name in given else None
        for name in ("base", "period" if "period" in given else "end")
    )
    if measure == OTHER:
        return base, end
    if end is None:
        raise InputError(
            "period: is missing; type a year such as 2016 or months such as 2011-04/2012-03, "
            "or base and end for a change"
        )
    if base is None and as_ in COMPARED:
        raise InputError(f"base: is missing; a {as_} runs from base to end, as in 2011 and 2016")
    if base and base.months != end.months:
        raise InputError(
            f"base: {base} has {base.months} months and {end} has {end.months}; "
            "type two periods of the same length"
        )
    if base and base.start >= end.start:
        raise InputError(f"base: {base} is not before {end}; type the earlier period as base")
    return base, end


def _check_figure(claim: Claim) -> None:
    """Refuse a figure that is not understood or is not in the unit of what it is said to be."""
    parts = _named("printed: ", parts_of, claim.printed, claim.as_, bool(claim.base))
    if claim.base and claim.as_ not in COMPARED and len(parts) == 1:
        raise InputError(
            f"base: a {claim.as_} has one period; leave base out, type as: change, or print both "
            'levels like "from $13.2 billion to $27.6 billion"'
        )
    for part in parts:
        if wrong := misfit(part.figure, claim.measure, part.as_):
            field, why, fitting = wrong
            if field == "as":
                fitting = f"as: {fitting}" if fitting else "measure: other"
            raise InputError(f"{field}: {why}; type {fitting}")


def _source(given: Mapping[str, str]) -> tuple[str, str]:
    """Reporter and basis, each implied by the other where it is Korea's own statistics."""
    basis = _named("basis: ", check_basis, given["basis"]) if "basis" in given else ""
    implied = KOREAN if basis == KOREA_REPORTED else "USA"
    reporter = _choice("reporter", given.get("reporter", implied), ("USA", KOREAN))
    if reporter == KOREAN:
        basis = basis or KOREA_REPORTED
    if (reporter == KOREAN) != (basis == KOREA_REPORTED):
        raise InputError(
            f"basis: {basis} is not one of reporter {reporter}; "
            f"type {KOREA_REPORTED} with {KOREAN}, and only there"
        )
    return reporter, basis


def _date(text: str) -> None:
    if not is_date(text):
        raise InputError(
            f"{quoted(text)} is not a day; type it as 2017-12-28, or as 2017-12 or 2017"
        )


def _url(text: str) -> None:
    try:
        parts = urlsplit(text)
        is_address = bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_address = False
    if not is_address or not _URL.fullmatch(text):
        raise InputError(
            f"{quoted(text)} is not a web address; type one that begins with https:// or http://"
        )


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


def _named(where: str, check: Callable[..., Value], *given: object, **more: object) -> Value:
    """`check(*given)`, with the place in the file in front of what it refuses."""
    try:
        return check(*given, **more)
    except InputError as error:
        raise InputError(f"{where}{error}") from None
