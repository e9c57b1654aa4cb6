"""Claims: what somebody printed, decomposed into fields."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from korus_helpers.claims.entries import (
    FIELDS,
    NOT_SHIPPED,
    OTHER,
    SHARED,
    UNSPECIFIED,
    checked,
    plain_fields,
    two_levels,
)
from korus_helpers.claims.files import entries_of
from korus_helpers.claims.strangers import content_of, file_name
from korus_helpers.claims.template import TEMPLATE
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.sources.partners import find_partner
from korus_helpers.sources.tables import open_table
from korus_helpers.trade.bases import KOREA_REPORTED, counted
from korus_helpers.trade.definition import MEASURES
from korus_helpers.trade.periods import period
from korus_helpers.trade.sectors import sector

__all__ = [
    "OTHER", "TEMPLATE", "UNSPECIFIED", "Claim", "article", "claims_in", "describe", "levels",
    "missing", "public", "read_claims",
]  # fmt: skip

_GOODS = {
    "total": "goods", "autos": "auto-sector", "passenger_cars": "passenger-car",
    "services": "services", "goods-and-services": "goods and services",
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

Value = TypeVar("Value")


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


def article() -> list[Claim]:
    """Every figure and date that the article of 28 December 2017 prints, in its order."""
    return _shipped("article_claims")


def public() -> list[Claim]:
    """Figures about US trade balances that were stated in public from 2007 to 2020.

    One claim for each row of the table `public_claims`, two for a row that prints two levels.
    """
    return [part for claim in _shipped("public_claims") for part in levels(claim)]


def read_claims(path: str | Path) -> list[Claim]:
    """The claims of a file in YAML or CSV, in its order, as `TEMPLATE` shows it.

    At most 1 MB and 1,000 entries; one that prints two levels becomes two claims. Text is kept as
    it stands, except that characters that cannot be seen are written out (see `strangers.visible`).
    Raises `InputError`, which names file, entry and field and says what to type.
    """
    return claims_in(content_of(path, "claims"), file_name(path))


def claims_in(content: bytes, file: str) -> list[Claim]:
    """The claims of a file with this content and name; raises as `read_claims` does."""
    defaults, entries = entries_of(content, file)
    shared = _named(f"{file}, above the claims", plain_fields, defaults, SHARED)
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(entries, start=1):
        written = entry.get("id") or f"claim-{number}"
        where = f"{file}, entry {number} ({quoted(written)})"
        given = {"id": written} | shared | _named(where, plain_fields, entry, FIELDS)
        claim = _described(Claim(**_named(where, checked, given)))
        for part in levels(claim):
            if part.id in claims:
                raise InputError(
                    f"{where}, id: {quoted(part.id)} names an earlier claim; give each its own id"
                )
            claims[part.id] = part
    return list(claims.values())


def levels(claim: Claim) -> list[Claim]:
    """A claim printed "from A to B" as two levels, at `base` and at `end`; any other as it is.

    Their ids end in `.from` and `.to`. Two shares become two claims of a share.
    """
    if claim.measure not in MEASURES or not claim.base:
        return [claim]
    both = two_levels(claim.printed, claim.as_)
    if both is None:
        return [claim]
    parts = []
    for suffix, figure, when in zip(("from", "to"), both, (claim.base, claim.end), strict=True):
        as_ = "share" if claim.as_ == "share" else "level"
        part = replace(
            claim, id=f"{claim.id}.{suffix}", printed=figure.text, as_=as_, base="", end=when
        )
        is_ours = claim.what == _described(replace(claim, what="")).what
        parts.append(_described(replace(part, what="")) if is_ours else part)
    return parts


def missing(claim: Claim) -> str:
    """A sentence on what it would take to check a claim; "" where that may well ship."""
    if claim.measure == OTHER:
        return claim.note
    return f"{NOT_SHIPPED[claim.sector]}." if claim.sector in NOT_SHIPPED else ""


def describe(claim: Claim, partner: str) -> str:
    """What a claim states, in neutral words: "US goods deficit with South Korea, 2016".

    `partner` is its name in a sentence.
    """
    goods = _GOODS.get(counted(claim.sector, claim.basis), "")
    words = " ".join(filter(None, ("US", goods, _MEASURED[claim.measure], partner)))
    if not goods:
        words += f", {sector(claim.sector).title}"
    when = [period(text) for text in (claim.base, claim.end) if text]
    if all(one.year for one in when):
        when_words = " to ".join(one.words for one in when)
    else:
        when_words = " against ".join(one.words for one in reversed(when))
    words = ", ".join(filter(None, (words, when_words)))
    words += _COMPARED[claim.as_]
    return words + (", Korean statistics" if claim.basis == KOREA_REPORTED else "")


def _described(claim: Claim) -> Claim:
    """The claim with words for what it states, where it has none and they can be made."""
    if claim.what or claim.measure not in MEASURES:
        return claim
    partner = find_partner(claim.partner, _years(claim)).in_sentence
    return replace(claim, what=describe(claim, partner))


def _years(claim: Claim) -> set[int]:
    return {period(text).last_year for text in (claim.base, claim.end) if text}


def _shipped(table: str) -> list[Claim]:
    names = {field.name for field in fields(Claim)}
    rows = open_table(table).rename(columns={"as": "as_"}).to_dict("records")
    return [Claim(**{name: row[name] for name in row if name in names}) for row in rows]


def _named(where: str, check: Callable[..., Value], *arguments: object) -> Value:
    """`check(*arguments)`, with the place in the file in front of what it refuses."""
    try:
        return check(*arguments)
    except InputError as error:
        raise InputError(f"{where}, {error}") from None
