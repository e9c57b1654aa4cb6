"""Sectors: named definitions of what is counted, each with its codes, basis and source."""

import re
from dataclasses import dataclass
from functools import cache

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.store import ALL, CLASSIFICATIONS, fetched, remembered
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import CONSUMPTION, GENERAL


@dataclass(frozen=True)
class Sector:
    """A definition: `codes` are prefixes in `classification`, the same goods in both flows.

    `netted` is False where the codes name other goods in exports than in imports: then no
    balance is given. No codes means all goods of the country figures. `fetched` sectors come from
    the Census API, with both bases of imports.
    """

    name: str
    title: str
    classification: str
    codes: tuple[str, ...]
    basis: str
    source_id: str
    netted: bool = True
    note: str = ""
    fetched: bool = False

    @property
    def words(self) -> str:
        """For definitions: title and codes."""
        codes = ", ".join(filter(None, self.codes))
        return f"{self.title} ({self.classification} {codes})" if codes else self.title

    @property
    def whole(self) -> str:
        """Name of the sector that a share divides by: all goods of the same table."""
        return "all_enduse" if self.classification == "end-use" and not self.fetched else "total"


def _enduse(name: str, title: str, *codes: str, note: str = "") -> Sector:
    return Sector(name, title, "end-use", codes, GENERAL, "CENSUS_ENDUSE", note=note)


_NAMED = [
    Sector("total", "all goods", "all goods", (), GENERAL, "CENSUS_COUNTRY_2024"),
    _enduse("autos", "automotive vehicles, parts and engines", "3"),
    _enduse("passenger_cars", "passenger cars, new and used", "30000"),
    _enduse(
        "trucks",
        "trucks, buses and special purpose vehicles",
        "30100",
        note="without 30110, bodies and chassis for trucks, which exists in imports only",
    ),
    _enduse(
        "parts",
        "automotive engines, bodies, tires and other parts",
        "30200",
        "30210",
        "30220",
        "30230",
        note="without 30110, bodies and chassis for trucks, which exists in imports only",
    ),
    _enduse("foods", "foods, feeds and beverages", "0"),
    _enduse("industrial_supplies", "industrial supplies and materials", "1"),
    _enduse("capital_goods", "capital goods, except automotive", "2"),
    _enduse("consumer_goods", "consumer goods, except food and automotive", "4"),
    _enduse(
        "other",
        "military, special and other goods",
        "5",
        "6",
        note="groups 5 and 6 mean other things in exports and imports; together they may be netted",
    ),
    _enduse("all_enduse", "all end-use codes together", ""),
    Sector(
        "hs87", "vehicles other than railway, and parts", "HS", ("87",), CONSUMPTION, "CENSUS_API"
    ),
]
NAMED = {sector.name: sector for sector in _NAMED}
GROUPS = ("foods", "industrial_supplies", "capital_goods", "autos", "consumer_goods", "other")


def sector(name: str) -> Sector:
    """The definition behind a name, `enduse:CODE` (five digits) or `hs:CHAPTER` (two digits).

    A sector that was fetched is called as `korus fetch sector` says: `census-hs:8703+8708`.
    """
    if name in NAMED:
        return NAMED[name]
    found = re.fullmatch(r"enduse:(\d{5})|hs:(\d\d)", name)
    if found and found[1] and found[1] in _enduse_titles():
        titles, netted = _enduse_titles()[found[1]]
        title = titles[0] if len(set(titles)) == 1 or netted else " / ".join(titles)
        return Sector(name, title, "end-use", (found[1],), GENERAL, "CENSUS_ENDUSE", netted)
    if found and found[2] and found[2] in _chapter_titles():
        return Sector(
            name, _chapter_titles()[found[2]].lower(), "HS", (found[2],), CONSUMPTION, "CENSUS_API"
        )
    if name.startswith("census-"):
        return _fetched(name)
    raise InputError(
        f'sector "{name[:40]}" is not known; type one of {", ".join(NAMED)}, '
        "or a code that is included such as enduse:30000 or hs:87"
    )


@remembered
def _fetched(name: str) -> Sector:
    classification, _, codes = name.removeprefix("census-").partition(":")
    if not fetched(name):
        raise InputError(
            f'sector "{name[:40]}" was not fetched; type for example '
            "korus fetch sector --classification hs --codes 8703"
        )
    listed = tuple(codes.split("+"))
    kind = CLASSIFICATIONS[classification]
    if listed == (ALL,):
        return Sector(name, "all HS chapters", kind, (), GENERAL, "CENSUS_API", fetched=True)
    title = _title(kind, listed[0]) if len(listed) == 1 else f"goods of {len(listed)} codes"
    return Sector(name, title, kind, listed, GENERAL, "CENSUS_API", fetched=True)


def _title(kind: str, code: str) -> str:
    """The official title of a code where it ships, in short."""
    known = open_table("sector_codes")
    known = known[known.classification.str.startswith(kind) & (known.code == code)].title
    title = known.iloc[0] if len(known) else _enduse_titles().get(code, (["goods"],))[0][0]
    return title.partition(";")[0].lower()


def require_netted(item: Sector) -> None:
    """Refuse a balance of codes that mean different goods in exports and imports."""
    if not item.netted:
        code = item.codes[0]
        titles = _enduse_titles()[code][0]
        what = (
            f"{titles[0]} in exports and {titles[1]} in imports"
            if len(titles) == 2
            else f"{titles[0]}, in one flow only"
        )
        raise NoFigure(
            f"end-use {code} is {what}: a balance of the two has no meaning; "
            "ask for exports or for imports"
        )


@cache
def _enduse_titles() -> dict[str, tuple[list[str], bool]]:
    codes = open_table("enduse_codes").sort_values(["code", "flow"])
    return {
        code: (list(rows.title), bool(rows.netted.all())) for code, rows in codes.groupby("code")
    }


@cache
def _chapter_titles() -> dict[str, str]:
    return dict(open_table("hs_chapters")[["code", "title"]].drop_duplicates("code").values)
