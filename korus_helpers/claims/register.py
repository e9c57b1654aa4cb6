"""Claims that are included, and files of claims that a stranger wrote, field by field."""

import re
from collections.abc import Callable, Mapping
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
    sheet_of,
    table_of,
    text_of,
    tree_of,
)
from korus_helpers.claims.wording import LONGEST_TEXT, quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.names import to_type, visible
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import (
    COMPARED,
    GOODS_SERVICES,
    KOREA_REPORTED,
    MEANT,
    MEASURES,
    OF_WHOLE,
    PLACED,
    WAYS,
)
from korus_helpers.trade.definition import check_basis
from korus_helpers.trade.periods import period

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
_HINTS = {
    "id": "up to 60 letters, digits, dots, hyphens or underscores",
    "printed": 'the figure with its words, such as "nearly $20 billion"',
    "period": "a year such as 2016, months such as 2018-07 or 2011-04/2012-03, "
    "or base and end for a change",
    "base": "the earlier period, such as 2011",
    "date": "a day such as 2017-12-28, or 2017-12 or 2017",
    "url": "a web address that begins with https:// or http://",
    "inferred": f"one of {', '.join(FIELDS)}",
    "note": "which figures it would take to check this claim",
}
_CHOICES = {"measure": (*MEASURES, OTHER), "as": WAYS, "reporter": ("USA", KOREAN)}
_KNOWN = {  # whether the text of a field is one that is known
    "id": re.compile(r"\w[\w.-]{0,59}").fullmatch,
    "date": is_date,
    "url": lambda text: _is_address(text),
    "inferred": lambda text: set(_names(text)) <= set(FIELDS),
}
_READ = {"sector": sector_named, "period": period, "base": period, "end": period,
         "basis": check_basis}  # fmt: skip

Value = TypeVar("Value")


# Included


def article() -> list[Claim]:
    """Every figure and date that the article of 28 December 2017 prints, in its order."""
    return _included("article_claims")


def public() -> list[Claim]:
    """Figures about US trade balances that were stated in public from 2007 to 2020.

    One claim for each row of the table `public_claims`, two for a row that prints two levels.
    """
    return [part for claim in _included("public_claims") for part in levels(claim)]


def claims_about(partner: str = "") -> list[Claim]:
    """The claims that are included on a partner: the article, where it is its, else public ones.

    Without a partner the article. Empty where nobody's are included; raises `InputError` for a
    partner that is not known.
    """
    claims = article()
    if not partner or find_partner(partner) in {one.partner for one in claims}:
        return claims
    return [one for one in public() if one.partner == find_partner(partner)]


def _included(table: str) -> list[Claim]:
    return [
        Claim(**row) for row in open_table(table).rename(columns={"as": "as_"}).to_dict("records")
    ]


def template() -> str:
    """The claims file that `korus audit --template` prints."""
    return Path(__file__).with_name("template.yaml").read_text("utf-8")


# From a file


def read_claims(path: str | Path) -> list[Claim]:
    """The claims of a file in YAML, CSV, TSV or XLSX, in its order, as `template` shows it.

    At most 1 MB and 1,000 entries; one that prints two levels becomes two claims. Text is kept as
    it stands, except that characters that cannot be seen are written out (`figures.names.visible`).
    Raises `InputError`, which names file, entry and field and says what to type.
    """
    return claims_in(content_of(path, "claims"), file_name(path))


def claims_in(content: bytes, file: str) -> list[Claim]:
    """The claims of a file with this content and name; raises as `read_claims` does."""
    claims, mistakes = claims_and_mistakes(content, file)
    if mistakes:
        more = len(mistakes) - 1
        also = f"; `korus audit` lists {more} more of such mistakes" if more else ""
        raise InputError(f"{mistakes[0]}{also}")
    return claims


def claims_and_mistakes(content: bytes, file: str) -> tuple[list[Claim], list[str]]:
    """The claims of a file with this content and name, and what is wrong with the other entries.

    Raises `InputError` for a file that holds no entries or is not understood as a whole.
    """
    defaults, entries = _entries_of(content, file)
    shared = _named(f"{file}, above the claims, ", _plain_fields, defaults, SHARED)
    included = [(one.row(), one) for one in article()]
    claims: dict[str, Claim] = {}
    mistakes = []
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id") or f"claim-{number}"
        try:
            given = {"id": name} | shared | _plain_fields(entry, FIELDS)
            # What the evidence of its audit holds is the article, with the events of its dates.
            same = [one for row, one in included if row == entry]
            parts = {part.id: part for part in same or levels(described(_claim(given)))}
            for again in parts.keys() & claims.keys():
                raise InputError(
                    f"id: {quoted(again)} names an earlier claim; give each its own id"
                )
        except InputError as error:
            mistakes.append(f"{file}, entry {number} ({quoted(name)}), {error}")
        else:
            claims |= parts
    return list(claims.values()), mistakes


def _entries_of(content: bytes, file: str) -> tuple[dict, list[dict]]:
    """The defaults for all entries, and the entries, of a file of the kind that its name says."""
    kind = Path(file).suffix.lower()
    if kind not in {".yaml", ".yml", ".csv", ".tsv", ".xlsx"}:
        raise InputError(
            f"{file}: claims stand in a file that ends in .yaml, .csv, .tsv or .xlsx; {START}"
        )
    try:
        text = sheet_of(content) if kind == ".xlsx" else text_of(content, CLAIMS)
        tree = tree_of(text, CLAIMS) if kind in {".yaml", ".yml"} else table_of(text, CLAIMS)
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
    """The fields that are filled in, as visible text; refuses names that are not `known`.

    Columns that only the included tables fill in are left aside.
    """
    fields = {}
    for name, value in entry.items():
        if name not in (*known, *_ARTICLE_ONLY):
            raise InputError(f"field {quoted(name)} is not known; type {to_type(name, known)}")
        if not isinstance(value, str):
            raise InputError(f"{name}: holds a list or further fields; type text")
        text, longest = visible(value), LONGEST_TEXT if name == "printed" else LONGEST
        if len(text) > longest:
            raise InputError(
                f"{name}: has {len(text):,} characters; type at most {longest} of them"
            )
        if text and name in known:
            fields[name] = text
    return fields


def _claim(given: Mapping[str, str]) -> Claim:
    """A claim from the fields that are filled in; `period` is the end of a level.

    Raises `InputError`, which begins with the name of the field and says what to type.
    """
    for name in ("printed", "measure", *(["note"] if given.get("measure") == OTHER else [])):
        if name not in given:
            raise _refused(name, "is missing")
    fields: dict[str, object] = {"as": "level", "sector": "total", "partner": "Korea, South"}
    for name, text in given.items():
        if text not in _CHOICES.get(name, (text,)) or not _KNOWN.get(name, bool)(text):
            raise _refused(name, f"{quoted(text)} is not understood", text)
        fields[name] = _named(f"{name}: ", _READ[name], text) if name in _READ else text
    if "period" in given and ("base" in given or "end" in given):
        raise InputError("period: stands beside base or end; type period alone, or base and end")
    fields["end"] = fields.pop("period", fields.get("end"))
    fields["as_"] = fields.pop("as")
    fields["inferred"] = ";".join(_names(given.get("inferred", "")))
    korean = KOREAN if given.get("basis") == KOREA_REPORTED else "USA"
    fields["reporter"] = given.get("reporter", korean)
    fields.setdefault("basis", KOREA_REPORTED if fields["reporter"] == KOREAN else "")
    claim = _named("partner: ", Claim, **fields)
    if (claim.reporter == KOREAN) != (claim.basis == KOREA_REPORTED):
        raise InputError(
            f"basis: {claim.basis} is not one of reporter {claim.reporter}; "
            f"type {KOREA_REPORTED} with {KOREAN}, and only there"
        )
    if claim.measure != OTHER:
        _check_periods(claim)
        _check_figures(claim)
    return claim


def _check_periods(claim: Claim) -> None:
    base, end = claim.base, claim.end
    if end is None:
        raise _refused("period", "is missing")
    if base is None and claim.as_ in COMPARED and claim.as_ != "ratio":
        raise _refused("base", f"is missing, while a {claim.as_} runs from base to end")
    if base and base.months != end.months and claim.as_ not in PLACED:
        raise InputError(
            f"base: {base} has {base.months} months and {end} has {end.months}; "
            "type two periods of the same length"
        )
    if base and base.start >= end.start:
        raise _refused("base", f"{base} is not before {end}")


def _check_figures(claim: Claim) -> None:
    """Refuse a figure that is not understood or is not in the unit of what it is said to be."""
    of_world = claim.as_ in OF_WHOLE[:2] and claim.sector == "total"
    if claim.as_ in OF_WHOLE and claim.sector in WHOLES and not of_world:
        raise InputError(
            f"sector: a {claim.as_} of {claim.sector} would be one of itself; type the sector "
            "whose part it is, such as autos, or measure: other"
        )
    parts = _named("printed: ", parts_of, claim.printed, claim.as_, bool(claim.base))
    if claim.base and claim.as_ not in (*COMPARED, *PLACED) and len(parts) == 1:
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


def _names(text: str) -> list[str]:
    return [one.strip() for one in re.split("[;,]", text) if one.strip()]


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = re.fullmatch(r"https?://[^\s<>\"'`\\^{|}]+", text, re.IGNORECASE)
    return bool(plain and parts.hostname and "@" not in parts.netloc)


def _refused(name: str, why: str, text: str = "") -> InputError:
    hint = _HINTS.get(name) or to_type(text, _CHOICES[name], MEANT)
    return InputError(f"{name}: {why}; type {hint}")


def _named(where: str, check: Callable[..., Value], *given: object, **more: object) -> Value:
    """`check(*given)`, with the place in the file in front of what it refuses."""
    try:
        return check(*given, **more)
    except InputError as error:
        raise InputError(f"{where}{error}") from None
