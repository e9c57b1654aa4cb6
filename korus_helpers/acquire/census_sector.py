"""A sector from the Census API: its codes, the questions about it, and what answers must pass.

Questions are asked for each flow and year; where no answer comes, the months are halved, then the
codes. Codes of partners are those of single countries: codes of groups mean other things here than
in the Census country file.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from korus_helpers.acquire.census_api import Client
from korus_helpers.acquire.downloads import NoAnswer
from korus_helpers.acquire.gates import apart
from korus_helpers.acquire.official import AMOUNTS
from korus_helpers.acquire.storing import Content, store
from korus_helpers.errors import InputError, Refused
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import Partner, codes_named, find_partner, partners
from korus_helpers.figures.releases import annual_goods, releases
from korus_helpers.figures.store import ALL, CLASSIFICATIONS, TABLE, sector_package
from korus_helpers.figures.tables import SECTORS

COUNTRY = re.compile(r"[1-7][0-9]{3}")
GROUP = re.compile(r"-|0[0-9]{3}|[0-9][0-9X]*X+", re.IGNORECASE)
# Groups whose code the country file has too, for another thing (Census, names in the API).
GROUPS_OF_THE_API = {"0021": "Twenty Latin American Republics", "0022": "OECD"}
LEVELS = {"hs": ("HS", (2, 4, 6)), "naics": ("NA", (2, 3, 4, 5, 6)), "enduse": ("EU", (1, 5))}
VARIABLES = {
    "hs": {"exports": "E_COMMODITY", "imports": "I_COMMODITY"},
    "naics": {"exports": "NAICS", "imports": "NAICS"},
    "enduse": {"exports": "E_ENDUSE", "imports": "I_ENDUSE"},
}
CHAPTERS = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)  # 77 is kept free
FIRST_YEAR = 2010  # of the API
TOTAL = "total"
TIME = ["year", "month"]
KEYS = ["partner_code", "code", *TIME]
VALUES = {
    "exports_usd": "total exports f.a.s.",
    "domestic_exports_usd": "domestic exports f.a.s., without re-exports",
    "general_imports_usd": "general imports at customs value",
    "consumption_imports_usd": "imports for consumption at customs value",
    "duty_usd": "calculated duty on imports for consumption",
}
SUM_TOLERANCE = 0.0005  # of chapters against all goods, in parts of these
ABOVE_TOLERANCE = 0.05  # of a sector against all goods of another release: no revision is larger
Month = tuple[int, int]


@dataclass(frozen=True)
class Sector:
    """What is asked for: codes of a classification, one country, and a span of months."""

    classification: str
    codes: tuple[str, ...]
    partner: Partner
    first: Month
    last: Month

    @property
    def name(self) -> str:
        """As "census-hs:8703+8708"."""
        return f"census-{self.classification}:{'+'.join(sorted(self.codes))}"

    @property
    def spans(self) -> list["Sector"]:
        """One for each length of the codes and each year: one question is about no more."""
        lengths = sorted({len(code) for code in self.codes})
        levels = [tuple(code for code in self.codes if len(code) == n) for n in lengths]
        return [
            replace(self, codes=codes, first=max(self.first, (year, 1)),
                    last=min(self.last, (year, 12)))
            for codes in levels
            for year in range(self.first[0], self.last[0] + 1)
        ]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One kind of question: the flow, variables with the column each fills, more predicates."""

    flow: str
    columns: dict[str, str]
    more: tuple[tuple[str, str], ...] = ()


def parts(classification: str) -> tuple[Part, ...]:
    """Total and domestic exports, and imports on both bases with the duty where it is given."""
    imports = {"GEN_VAL_MO": "general_imports_usd", "CON_VAL_MO": "consumption_imports_usd"}
    if classification != "enduse":
        imports["CAL_DUT_MO"] = "duty_usd"
    return (
        Part("exports", {"ALL_VAL_MO": "exports_usd"}),
        Part("exports", {"ALL_VAL_MO": "domestic_exports_usd"}, (("DF", "1"),)),
        Part("imports", imports),
    )


def find_country(text: str, years: Iterable[int] = ()) -> Partner:
    """The country that `text` names, as the API means its code; raises `InputError` for a group."""
    typed, example = text.strip(), 'type one country, for example --partner "South Korea"'
    if GROUP.fullmatch(typed):
        rows = partners()
        names = rows.name[rows.partner_code == typed]
        known = [f'"{name}" in the Census country file' for name in names]
        group = "the total of all countries" if typed == "-" else "a group of countries"
        known.append(f"{GROUPS_OF_THE_API.get(typed, group)} in the Census API")
        raise InputError(
            f"code {typed[:20]} is not a country: it is {' and '.join(known)}; {example}"
        )
    found = find_partner(text, years)
    if found.kind != "country" or not COUNTRY.fullmatch(found.code):
        raise InputError(
            f"{found} is not a country in the Census API, where codes of groups mean other things "
            f"than in the country file; {example}"
        )
    return found


def check_codes(classification: str, text: str) -> tuple[str, ...]:
    """The codes in "8703,8708", sorted, or "all" HS chapters; raises `InputError` for no sector."""
    if classification not in CLASSIFICATIONS:
        raise InputError(
            f'"{classification[:40]}" is not a classification; type one of '
            f"{', '.join(CLASSIFICATIONS)}"
        )
    if classification == "hs" and text.strip() == ALL:
        return (ALL,)
    codes = sorted({code.strip() for code in text.replace("+", ",").split(",") if code.strip()})
    prefix, lengths = LEVELS[classification]
    if not codes or not all(code.isascii() and code.isdigit() for code in codes):
        raise InputError(f'"{text[:40]}" is not a list of codes; type for example 8703,8708')
    for code in codes:
        if len(code) not in lengths:
            words = ", ".join(map(str, lengths))
            long = classification == "hs" and len(code) > 6
            why = " (codes of ten digits differ between imports and exports)" if long else ""
            raise InputError(f"code {code[:20]}: {prefix} codes have {words} digits{why}")
        inside = [one for one in codes if one != code and one.startswith(code)]
        if inside:
            raise InputError(f"code {inside[0]} lies within {code}: it would be counted twice")
    return tuple(codes)


def fetch_sector(
    client: Client, sector: Sector, progress: Callable[[], object] = lambda: None
) -> pd.DataFrame:
    """Months of a sector with one country: `partner_code, code, year, month` and `VALUES`.

    Whole dollars. In a month of which the API has any row of a flow, a code without one is zero; a
    month without any is missing. `progress` is called after each question.
    """
    everything = sector.codes == (ALL,)
    table = _table(client, replace(sector, codes=CHAPTERS) if everything else sector, progress)
    if table.empty:
        raise InputError(
            f"the Census API has no rows for {', '.join(sector.codes)} with "
            f"{sector.partner.in_sentence} in these years"
        )
    if everything:
        totals = _table(client, replace(sector, codes=(TOTAL,)), progress)
        _refuse_wrong_sums(table, totals)
    _refuse_parts_above_wholes(table)
    _refuse_above_all_goods(table, sector.partner)
    return table.sort_values(KEYS).reset_index(drop=True)


def questions(sector: Sector) -> int:
    """How many questions a fetch begins with, for a progress bar."""
    again = 2 if sector.codes == (ALL,) else 1
    return again * len(parts(sector.classification)) * len(sector.spans)


def keep_sector(
    base: str, sector: Sector, table: pd.DataFrame, today: datetime
) -> tuple[str, Path]:
    """Store a fetch in place of an older one: the sector's name, and the folder."""
    gaps = {name: pd.array([pd.NA] * len(table), "Int64") for name in VALUES if name not in table}
    table = table.assign(vintage=f"{today:%Y-%m}", **gaps)
    flows = dict.fromkeys(part.flow for part in parts(sector.classification))
    origins = [
        {"title": "U.S. Census Bureau, International Trade API",
         "path": f"{base}/{flow}/{sector.classification}",
         "retrieved": today.isoformat(timespec="seconds")}
        for flow in flows
    ]  # fmt: skip
    title = f"Sector {sector.name}"
    content = Content(sector.name, title, {TABLE: table}, origins, {TABLE: _schema()})
    with store() as held:
        place = held.add(SECTORS, sector_package(sector.name, sector.partner.code), content)
    return sector.name, place


def _schema() -> dict:
    """The entry of `sector_monthly` for a data package."""
    keys = {
        "vintage": "month of the download, year and month",
        "partner_code": "4-digit Census code as text",
        "code": "code of the classification, as text",
        "year": "calendar year",
        "month": "calendar month, 1 to 12",
    }
    fields = [
        {"name": name, "type": "integer" if name in TIME else "string", "description": words,
         "constraints": {"required": True}}
        for name, words in keys.items()
    ]  # fmt: skip
    fields += [
        {"name": name, "type": "integer", "description": f"{words}; empty where not known",
         "unit": "US dollars", "constraints": {}}
        for name, words in VALUES.items()
    ]  # fmt: skip
    return {
        "name": TABLE, "title": "US trade of a sector by partner, code and month",
        "basis": "Census basis, not seasonally adjusted",
        "licenses": [{"name": "public-domain", "title": "US Government work, public domain"}],
        "schema": {"fields": fields, "missingValues": [""]},
    }  # fmt: skip


def _table(client: Client, sector: Sector, progress: Callable[[], object]) -> pd.DataFrame:
    """Every part of the questions about a sector, side by side."""
    table = None
    for part in parts(sector.classification):
        answers = []
        for span in sector.spans:
            answers += _asked(client, part, span)
            progress()
        rows = pd.concat(answers, ignore_index=True)
        if rows.duplicated(KEYS).any():
            raise Refused("the Census API gives a code and month twice")
        # A code without a row is zero in a month that has any.
        months = rows[["partner_code", *TIME]].drop_duplicates()
        wide = months.merge(pd.DataFrame({"code": list(sector.codes)}, dtype="str"), how="cross")
        wide = wide.merge(rows, on=KEYS, how="left").fillna(dict.fromkeys(part.columns.values(), 0))
        table = wide if table is None else table.merge(wide, on=KEYS, how="outer")
    return table


def _asked(client: Client, part: Part, sector: Sector) -> Iterator[pd.DataFrame]:
    """The figures of a span; where no answer comes, of its halves, then of half the codes."""
    try:
        rows = client.rows(_address(client.base, part, sector))
    except NoAnswer as error:
        halves = _halves(sector)
        if error.status == 429 or not halves:  # more questions are the last thing it wants
            raise
        for half in halves:
            yield from _asked(client, part, half)
        return
    yield _figures(rows, part, sector)


def _halves(sector: Sector) -> list[Sector]:
    """Two sectors of half the months, or else of half the codes."""
    start, end = (12 * year + month - 1 for year, month in (sector.first, sector.last))
    if end > start:
        last, first = ((n // 12, n % 12 + 1) for n in ((start + end) // 2, (start + end) // 2 + 1))
        return [replace(sector, last=last), replace(sector, first=first)]
    half = len(sector.codes) // 2
    codes = (sector.codes[:half], sector.codes[half:]) if half else ()
    return [replace(sector, codes=some) for some in codes]


def _variable(part: Part, sector: Sector) -> str:
    """The variable that holds the code, "" for all goods, of which no code is asked."""
    return "" if sector.codes == (TOTAL,) else VARIABLES[sector.classification][part.flow]


def _address(base: str, part: Part, sector: Sector) -> str:
    """The address of a question without key; blanks in a span of time are written as "+"."""
    variable, get, asked = _variable(part, sector), ["CTY_CODE", "CTY_NAME"], []
    if variable:
        get.append(variable)
        level = f"{LEVELS[sector.classification][0]}{len(sector.codes[0])}"
        asked = [("COMM_LVL", level), *((variable, code) for code in sector.codes)]
    first, last = (f"{year}-{month:02d}" for year, month in (sector.first, sector.last))
    asked += [
        ("CTY_CODE", sector.partner.code),
        ("SUMMARY_LVL", "DET"),  # countries, no groups of them
        *part.more,
        ("time", f"from {first} to {last}"),
    ]
    told = "&".join(f"{name}={quote(value, safe='-').replace('%20', '+')}" for name, value in asked)
    columns = ",".join([*get, *part.columns])
    return f"{base}/{part.flow}/{sector.classification}?get={columns}&{told}"


def _figures(rows: pd.DataFrame, part: Part, sector: Sector) -> pd.DataFrame:
    """`KEYS` and amounts of the rows of an answer; raises `Refused` for what was not asked for.

    Rows of groups ("0003", "4XXX") and the total ("-") are dropped by their code, as the total says
    of itself that it is a detail.
    """
    variable = _variable(part, sector)
    if rows.empty:
        rows = pd.DataFrame(columns=["CTY_CODE", "CTY_NAME", variable, "time", *part.columns])
    for name in ("CTY_CODE", "CTY_NAME", *filter(None, [variable]), "time", *part.columns):
        if name not in rows:
            raise Refused(f"the answer of the Census API lacks the column {name}")
    rows = rows.fillna("").astype("str")
    rows = rows[rows.CTY_CODE.str.fullmatch(COUNTRY.pattern)]
    for code, name in rows[["CTY_CODE", "CTY_NAME"]].drop_duplicates().itertuples(index=False):
        _check_country(code, name, sector.partner)
    if not rows.time.str.fullmatch("[0-9]{4}-[0-9]{2}").all():
        raise Refused("the Census API gives a row without a month")
    first, last = (f"{year}-{month:02d}" for year, month in (sector.first, sector.last))
    code = rows[variable] if variable else rows.CTY_CODE.replace(sector.partner.code, TOTAL)
    asked = code.isin(sector.codes) & rows.time.between(first, last)
    for other, month in zip(code[~asked], rows.time[~asked], strict=True):
        raise Refused(
            f'the Census API gives a row of code "{visible(other)[:20]}" of {month}, '
            "which was not asked for"
        )
    found = pd.DataFrame({"partner_code": rows.CTY_CODE, "code": code})
    found["year"], found["month"] = rows.time.str[:4].astype(int), rows.time.str[5:].astype(int)
    for name, column in part.columns.items():
        if not rows[name].str.fullmatch("[0-9]{1,15}").all():
            raise Refused(f"the Census API gives a row whose {name} is no whole amount")
        found[column] = rows[name].astype("int64").astype("Int64")
    return found


def _check_country(code: str, name: str, partner: Partner) -> None:
    """Refuse a row of another country, by its code or by its name."""
    known = codes_named(name)
    # The API may spell a name in a way that no list has; it then shares a word with the usual one.
    mine, theirs = (
        set(re.findall(r"\w{4,}", text.casefold()))
        for text in (f"{partner.name} {partner.common_name}", name)
    )
    if code != partner.code or not (partner.code in known if known else mine & theirs):
        raise Refused(
            f"the Census API gives a row of {visible(name)[:60] or 'no name'} ({code}) where "
            f"{partner} was asked for"
        )


def _refuse_wrong_sums(table: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Refuse chapters that do not sum to all goods, which the API is asked for apart from them."""
    amounts = [name for name in VALUES if name in table]
    table, totals = (rows.fillna(dict.fromkeys(amounts, 0)) for rows in (table, totals))
    for row in apart(table, totals, TIME, SUM_TOLERANCE, 1, amounts).itertuples():
        raise Refused(
            f"chapters do not sum to the total in the answers of the Census API: {row.flow} of "
            f"{row.year}-{row.month:02d} are {row[-2]:,.0f} and {row.total:,.0f} dollars"
        )


def _refuse_parts_above_wholes(table: pd.DataFrame) -> None:
    """Domestic exports are a part of total exports, and a duty is less than what it is on."""
    more = (table.domestic_exports_usd > table.exports_usd).fillna(False)
    if "duty_usd" in table:
        more |= (table.duty_usd > table.consumption_imports_usd).fillna(False)
    for row in table[more].itertuples():
        raise Refused(
            f"the Census API gives a part larger than its whole: code {row.code}, "
            f"{row.year}-{row.month:02d}"
        )


def _refuse_above_all_goods(table: pd.DataFrame, partner: Partner) -> None:
    """Refuse a sector that is larger than all goods of a full year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners in ("all", partner.code)][-1]
    goods = annual_goods(newest.vintage)
    goods = goods[goods.partner_code == partner.code].set_index("year")
    sums = table.groupby("year")[["exports_usd", "general_imports_usd"]].sum().astype(float) / 1e6
    for flow, column in zip(AMOUNTS, sums, strict=True):
        part, whole = sums[column].align(goods[flow], join="inner")
        for year in part.index[part > (1 + ABOVE_TOLERANCE) * whole]:
            raise Refused(
                f"a part exceeds all goods in the answer of the Census API: {flow[:7]} of {year} "
                f"are {part[year]:,.0f} million dollars, those of all goods {whole[year]:,.0f}"
            )
