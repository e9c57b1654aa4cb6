"""Partners of the United States: from what a reader types to one Census code."""

import difflib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.releases import release_order
from korus_helpers.figures.store import has_table, remembered, vintage_folders
from korus_helpers.figures.tables import open_table

LONGEST = 100  # characters, more than any included name or alias
EXAMPLES = 'a name such as "South Korea", an ISO code such as "KOR" or a code such as "5800"'
REPORTER = {"us", "usa", "america", "unitedstates", "unitedstatesofamerica"}

_CONSUMPTION = (
    "counts imports for consumption, while the figures of partners are general imports; "
    'type "Mexico" (2010) or "Canada" (1220)'
)
REFUSED = {
    "0004": 'is seasonally adjusted, while all other figures are not; type "World" (0015)',
    "0005": _CONSUMPTION,
    "0006": _CONSUMPTION,
    "0007": 'is a class of products, not a partner; type a country or "World" (0015)',
    "0021": _CONSUMPTION,
    "0022": _CONSUMPTION,
}


@dataclass(frozen=True)
class Partner:
    """One row of the Census country file that can stand opposite the United States.

    `name` is the Census name, `common_name` the usual one and `in_sentence` the usual one with its
    article; `iso2` and `iso3` are "" where ISO has no code. `kind` is country (territories and
    former states too), residual, world or group. The years are those of the first and the last
    trade in either flow in any vintage; None for a code that never had trade.
    """

    code: str
    name: str
    common_name: str
    in_sentence: str
    iso2: str
    iso3: str
    kind: str
    first_year: int | None
    last_year: int | None

    def __str__(self) -> str:
        return f'"{self.common_name}" ({self.code})'


@remembered
def partners() -> pd.DataFrame:
    """One row per Census code, sorted by code: names, ISO codes, aliases, kind, years of trade.

    Releases that were refreshed add partners and years of trade to those that are included. Names
    are those of the newest release that holds the code.
    """
    folders = [one for one in vintage_folders() if has_table("partners", one)]
    held = [open_table("partners", one) for one in sorted(folders, key=_newest_release)]
    if len(held) == 1:
        return held[0]
    by_code = pd.concat(held, ignore_index=True).groupby("partner_code", sort=True)
    newest = by_code.tail(1).set_index("partner_code").sort_index()
    newest["first_year"], newest["last_year"] = by_code.first_year.min(), by_code.last_year.max()
    return newest.reset_index()


def _newest_release(folder: Path) -> tuple[str, int, str]:
    """The place of a package among others: that of its newest release of all partners."""
    table = open_table("vintages", folder)
    return max(map(release_order, table.vintage[table.partners == "all"]))


def countries() -> list[str]:
    """Codes of kind country, for rankings: no World, no group and no residual row.

    Countries and the residual rows (unidentified countries, international organizations)
    together sum to World.
    """
    return [code for code, one in _by_code().items() if one.kind == "country"]


def codes_named(name: str) -> frozenset[str]:
    """The codes that have this Census name, common name or alias; none for an unknown one."""
    return frozenset(one.code for one in _by_name().get(_key(name), ()))


def find_partner(text: str, years: Collection[int] = ()) -> Partner:
    """The partner that `text` names: a code, Census name, ISO code, common name or alias.

    Letter case, accents, punctuation and "the" do not matter. Where a code was followed by
    another under the same Census name (Sudan), the one with trade in most of `years` is meant, and
    the later one where that does not decide. Raises `InputError` for anything ambiguous or
    unknown, for the United States and for rows that are not partners.
    """
    typed = _readable(text)
    found = _of_code(typed) if re.fullmatch("[0-9]+", typed) else _of_name(typed)
    for one in found:
        if one.code in REFUSED:
            raise InputError(
                f'partner {_quoted(typed)}: row {one.code}, "{one.name}", {REFUSED[one.code]}'
            )
    if len({one.name for one in found}) > 1:
        number = "two" if len(found) == 2 else len(found)
        raise InputError(
            f"partner {_quoted(typed)}: {number} partners have this name; type "
            f"{_listed(sorted(found, key=lambda one: (one.first_year, one.common_name)))}"
        )

    def trade(one: Partner) -> tuple[int, int]:
        if one.first_year is None or one.last_year is None:
            return 0, 0
        return sum(one.first_year <= year <= one.last_year for year in set(years)), one.last_year

    return max(found, key=trade)


def find_partners(text: str, years: Collection[int] = ()) -> Partner:
    """As `find_partner`, or the sum of several countries: "China+Mexico", its codes with "+" too.

    Raises `InputError` for one that is named twice, and for groups, which could count one twice.
    """
    if not isinstance(text, str) or "+" not in text:
        return find_partner(text, years)
    parts = sorted((find_partner(one, years) for one in text.split("+")), key=lambda one: one.code)
    for one, following in zip(parts, [*parts[1:], None], strict=True):
        if one.kind in ("world", "group"):
            raise InputError(
                f"partner {_quoted(text)}: {one.in_sentence} holds several countries, so a sum "
                "could count one twice; type countries only"
            )
        if one == following:
            raise InputError(
                f"partner {_quoted(text)}: {one.in_sentence} is named twice; type it once"
            )
    code, name = ("+".join(getattr(one, key) for one in parts) for key in ("code", "name"))
    said = [one.in_sentence for one in parts]
    words = f"{', '.join(said[:-1])} and {said[-1]} together"
    spans = [(one.first_year or 0, one.last_year or 0) for one in parts]
    return Partner(code, name, words, words, "", "", "sum", max(spans)[0], min(s[1] for s in spans))


@remembered
def _by_code() -> dict[str, Partner]:
    """Every partner by its code, made once per process."""
    names = ["partner_code", "name", "common_name", "in_sentence", "iso2", "iso3", "kind"]
    rows = partners()
    years = rows[["first_year", "last_year"]].astype(object)
    years = years.where(years.notna(), None).itertuples(index=False)
    texts = rows[names].itertuples(index=False)
    made = (Partner(*text, *span) for text, span in zip(texts, years, strict=True))
    return {one.code: one for one in made}


@remembered
def _by_name() -> dict[str, list[Partner]]:
    """Partners by the key of each of their names."""
    found: dict[str, list[Partner]] = {}
    for one, aliases in zip(_by_code().values(), partners().aliases, strict=True):
        names = [one.name, one.common_name, one.iso2, one.iso3, *aliases.split(";")]
        for key in {_key(name) for name in names} - {""}:
            found.setdefault(key, []).append(one)
    return found


def _key(name: str) -> str:
    """What is compared of a name: letters and digits, without case, accents and "the"."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    # Accents are no part of a word once they are taken apart, so they drop out here.
    return "".join(word for word in re.findall(r"[^\W_]+", plain) if word != "the")


def _readable(text: str) -> str:
    """The text without the space around it, if it can be the name of anything."""
    if not isinstance(text, str):
        raise InputError(
            f"partner is of type {type(text).__name__}, not text; type it in quotes: {EXAMPLES}"
        )
    typed, problem = unicodedata.normalize("NFKC", text.strip()[: LONGEST + 1]), ""
    if len(typed) > LONGEST:
        problem = "longer than any name"
    elif not typed.isprintable():
        problem = "has characters that cannot be printed"
    elif not _key(typed):
        problem = "has no name in it"
    if problem:
        raise InputError(f"partner {_quoted(typed)}: {problem}; type {EXAMPLES}")
    return typed


def _of_code(typed: str) -> list[Partner]:
    by_code = _by_code()
    if typed in by_code:
        return [by_code[typed]]
    if len(typed) < 4:
        meant = by_code.get(typed.zfill(4))
        known = meant and meant.code not in REFUSED
        hint = f'type "{meant.code}" for {meant.in_sentence}' if known else f"type {EXAMPLES}"
        raise InputError(f"partner {_quoted(typed)}: a code has four digits; {hint}")
    # Codes are geographic: neighbours in number are neighbours on the map.
    region = [one for code, one in by_code.items() if code[:2] == typed[:2]]
    nearest = sorted(region, key=lambda one: abs(int(one.code) - int(typed)))
    raise InputError(_unknown(typed, "code", nearest if len(typed) == 4 else []))


def _of_name(typed: str) -> list[Partner]:
    by_name, key = _by_name(), _key(typed)
    if key in REPORTER:
        raise InputError(
            f"partner {_quoted(typed)}: the United States is the reporting country of all figures; "
            'type the partner it trades with, such as "South Korea" (5800)'
        )
    # Letters are easily left over from anything: "[a-z]" is not AZ, Azerbaijan.
    if key in by_name and (len(key) > 3 or re.sub(r"[. ]", "", typed).isalpha()):
        return by_name[key]
    # ISO codes are left out: two letters are near to anything short.
    names = [name for name in by_name if len(name) > 3]
    nearest = difflib.get_close_matches(key, names, cutoff=0.7)
    if len(key) > 3:
        nearest += sorted((name for name in names if key in name), key=len)
    raise InputError(_unknown(typed, "name", [one for name in nearest for one in by_name[name]]))


def _unknown(typed: str, what: str, nearest: list[Partner]) -> str:
    choice = [one for one in dict.fromkeys(nearest) if one.code not in REFUSED][:3]
    hint = f"the nearest: {_listed(choice)}" if choice else EXAMPLES
    return f"partner {_quoted(typed)}: no partner has this {what}; type {hint}"


def _listed(choice: list[Partner]) -> str:
    *others, last = (str(one) for one in choice)
    return f"{', '.join(others)} or {last}" if others else last


def _quoted(typed: str) -> str:
    """At most 40 characters of what was typed, in quotes, without what could upset a terminal."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in typed[:40])
    return f'"{shown}{"…" if len(typed) > 40 else ""}"'
