"""Sectors: named definitions of what is counted, each with its codes, basis and source."""

import re
from dataclasses import dataclass
from itertools import islice

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
    fetched: bool = False

    @property
    def kind(self) -> str:
        """What tables hold it: "fetched", or its classification ("all goods" for the total)."""
        return "fetched" if self.fetched else self.classification

    @property
    def words(self) -> str:
        """For definitions: title and codes."""
        codes = ", ".join(filter(None, self.codes))
        return f"{self.title} ({self.classification} {codes})" if codes else self.title

    @property
    def whole(self) -> "Sector":
        """What a share divides by: all goods of the same table. The whole is its own whole."""
        return NAMED["all_enduse" if self.kind == "end-use" else "total"]


def _enduse(name: str, title: str, *codes: str, netted: bool = True) -> Sector:
    return Sector(name, title, "end-use", codes, GENERAL, "CENSUS_ENDUSE", netted)


def _chapters(name: str, title: str, code: str) -> Sector:
    return Sector(name, title, "HS", (code,), CONSUMPTION, "CENSUS_API")


def _of_api(name: str, title: str, kind: str, *codes: str) -> Sector:
    return Sector(name, title, kind, codes, GENERAL, "CENSUS_API", fetched=True)


_NAMED = [
    Sector("total", "all goods", "all goods", (), GENERAL, "CENSUS_COUNTRY_2024"),
    _enduse("autos", "automotive vehicles, parts and engines", "3"),
    _enduse("passenger_cars", "passenger cars, new and used", "30000"),
    # Without 30110, bodies and chassis for trucks, which exists in imports only: as are the parts.
    _enduse("trucks", "trucks, buses and special purpose vehicles", "30100"),
    _enduse("parts", "automotive engines, bodies, tires and other parts",
            "30200", "30210", "30220", "30230"),
    _enduse("foods", "foods, feeds and beverages", "0"),
    _enduse("industrial_supplies", "industrial supplies and materials", "1"),
    _enduse("capital_goods", "capital goods, except automotive", "2"),
    _enduse("consumer_goods", "consumer goods, except food and automotive", "4"),
    # Groups 5 and 6 mean other things in exports and imports; together they may be netted.
    _enduse("other", "military, special and other goods", "5", "6"),
    _enduse("all_enduse", "all end-use codes together", ""),
    _chapters("hs87", "vehicles other than railway, and parts", "87"),
]  # fmt: skip
NAMED = {sector.name: sector for sector in _NAMED}
MOST_TITLES = 6  # that one word is said to have
GROUPS = ("foods", "industrial_supplies", "capital_goods", "autos", "consumer_goods", "other")


def sector(name: str) -> Sector:
    """The definition behind a name, `enduse:CODE` (five digits) or `hs:CHAPTER` (two digits).

    A word that one title alone has names it too: "pharma" is `enduse:40100`. A sector that was
    fetched is called as `korus fetch sector` says: `census-hs:8703+8708`.
    """
    if name in NAMED:
        return NAMED[name]
    kind, _, code = name.partition(":")
    if kind == "enduse" and code in _enduse_titles():
        titles, netted = _enduse_titles()[code]
        title = titles[0] if len(set(titles)) == 1 or netted else " / ".join(titles)
        return _enduse(name, title, code, netted=netted)
    if kind == "hs" and code in _chapter_titles():
        return _chapters(name, _chapter_titles()[code].lower(), code)
    if name.startswith("census-"):
        return _fetched(name)
    titled = _titled(name)
    if len(titled) == 1:
        return sector(*titled)
    if titled:
        more = f", and {len(titled) - MOST_TITLES} more" if len(titled) > MOST_TITLES else ""
        each = (f"{one} ({title})" for one, title in islice(titled.items(), MOST_TITLES))
        raise InputError(f'sector "{name[:40]}" may be {", ".join(each)}{more}; type one of these')
    raise InputError(
        f'sector "{name[:40]}" is not known; type one of {", ".join(NAMED)}, a word of a title '
        "such as pharma, or a code that is included such as enduse:30000 or hs:87"
    )


def _titled(text: str) -> dict[str, str]:
    """Sectors and end-use codes in whose title every word of a text begins a word, with titles.

    What a title excepts does not count. A code that has a name of its own is called by the name.
    """
    found = {item.codes: (item.name, item.title) for item in NAMED.values()}
    for code, (titles, _) in _enduse_titles().items():
        found.setdefault((code,), (f"enduse:{code}", " / ".join(dict.fromkeys(titles))))
    typed = re.findall(r"\w{3,}", text.casefold())
    return {
        name: title
        for name, title in found.values()
        if typed and all(re.search(rf"\b{word}", _included(title)) for word in typed)
    }


def _included(title: str) -> str:
    return re.split("except|excluding", title.casefold())[0]


@remembered
def _fetched(name: str) -> Sector:
    if not fetched(name):
        raise InputError(
            f'sector "{name[:40]}" was not fetched; type for example '
            "korus fetch sector --classification hs --codes 8703"
        )
    classification, _, listed = name.removeprefix("census-").partition(":")
    kind, codes = CLASSIFICATIONS[classification], listed.split("+")
    if codes == [ALL]:
        return _of_api(name, "all HS chapters", kind)
    title = _title(kind, codes[0]) if len(codes) == 1 else f"goods of {len(codes)} codes"
    return _of_api(name, title, kind, *codes)


def _title(kind: str, code: str) -> str:
    """The official title of a code where it is included, in short."""
    known = open_table("sector_codes")
    known = known[known.classification.str.startswith(kind) & (known.code == code)].title
    title = known.iloc[0] if len(known) else _enduse_titles().get(code, (["goods"],))[0][0]
    return title.partition(";")[0].lower()


def require_netted(item: Sector) -> None:
    """Refuse a balance of codes that mean different goods in exports and imports."""
    if item.netted:
        return
    code, titles = item.codes[0], _enduse_titles()[item.codes[0]][0]
    what = f"{titles[0]}, in one flow only"
    if len(titles) == 2:
        what = f"{titles[0]} in exports and {titles[1]} in imports"
    raise NoFigure(
        f"end-use {code} is {what}: a balance of the two has no meaning; "
        "ask for exports or for imports"
    )


@remembered
def _enduse_titles() -> dict[str, tuple[list[str], bool]]:
    codes = open_table("enduse_codes").sort_values(["code", "flow"])
    return {
        code: (list(rows.title), bool(rows.netted.all())) for code, rows in codes.groupby("code")
    }


@remembered
def _chapter_titles() -> dict[str, str]:
    return dict(open_table("hs_chapters")[["code", "title"]].drop_duplicates("code").values)
