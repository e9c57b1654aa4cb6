"""A sector from the Census API: its codes, the questions about it, and what answers must pass.

Questions are asked for each flow and year. Where no answer comes, the months are halved, then the
codes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from korus_helpers.acquire.census_api import Client, Query, check_country
from korus_helpers.acquire.downloads import NoAnswer
from korus_helpers.acquire.sector_files import LEVELS, VALUES
from korus_helpers.errors import InputError, Refused
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import Partner
from korus_helpers.figures.releases import annual_goods, releases
from korus_helpers.figures.store import ALL, CLASSIFICATIONS

FIRST_YEAR = 2010  # of the API
CODES = {
    "hs": ("E_COMMODITY", "I_COMMODITY"),
    "naics": ("NAICS", "NAICS"),
    "enduse": ("E_ENDUSE", "I_ENDUSE"),
}
CHAPTERS = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)  # 77 is kept free
TOTAL = "total"
TIME = ["year", "month"]
KEYS = ["partner_code", "code", *TIME]
SUM_TOLERANCE = 0.0005  # of chapters against all goods, in parts of these
ABOVE_TOLERANCE = 0.05  # of a sector against all goods of another release: no revision is larger

Month = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """One kind of question: data set, variables with the column each fills, further predicates."""

    flow: str
    columns: dict[str, str]
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sector:
    """What is asked for: codes of a classification, one country, and a span of months."""

    classification: str
    codes: tuple[str, ...]
    partner: Partner
    first: Month
    last: Month

    @property
    def levels(self) -> list[tuple[str, ...]]:
        """The codes by their length: one question is about codes of one length."""
        lengths = sorted({len(code) for code in self.codes})
        return [tuple(code for code in self.codes if len(code) == n) for n in lengths]

    @property
    def years(self) -> list[tuple[Month, Month]]:
        """First and last month of each year."""
        years = range(self.first[0], self.last[0] + 1)
        return [(max(self.first, (y, 1)), min(self.last, (y, 12))) for y in years]


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


def questions(sector: Sector) -> int:
    """How many questions a fetch begins with, for a progress bar."""
    levels = 2 if sector.codes == (ALL,) else len(sector.levels)
    return len(parts(sector.classification)) * levels * len(sector.years)


def fetch_sector(
    client: Client, sector: Sector, progress: Callable[[], object] = lambda: None
) -> pd.DataFrame:
    """Months of a sector with one country: `partner_code, code, year, month` and `VALUES`.

    Whole dollars. In a month of which the API has any row of a flow, a code without one is zero; a
    month without any is missing. `progress` is called after each question.
    """
    everything = sector.codes == (ALL,)
    table = _table(client, _with(sector, CHAPTERS) if everything else sector, progress)
    if table.empty:
        raise InputError(
            f"the Census API has no rows for {', '.join(sector.codes)} with "
            f"{sector.partner.in_sentence} in these years"
        )
    if everything:
        _refuse_wrong_sums(table, _table(client, _with(sector, (TOTAL,)), progress))
    _refuse_parts_above_wholes(table)
    _refuse_above_all_goods(table, sector.partner)
    return table.sort_values(KEYS).reset_index(drop=True)


def _with(sector: Sector, codes: tuple[str, ...]) -> Sector:
    return Sector(sector.classification, codes, sector.partner, sector.first, sector.last)


def _table(client: Client, sector: Sector, progress: Callable[[], object]) -> pd.DataFrame:
    """Every part of the questions about a sector, side by side."""
    table = None
    for part in parts(sector.classification):
        rows = []
        for codes in sector.levels:
            for first, last in sector.years:
                rows += _asked(client, part, _with(sector, codes), first, last)
                progress()
        wide = _wide(rows, part, sector)
        table = wide if table is None else table.merge(wide, on=KEYS, how="outer")
    return table


def _asked(
    client: Client, part: Part, sector: Sector, first: Month, last: Month
) -> Iterator[dict[str, int | str]]:
    """The cells of a span; where no answer comes, of its halves, then of half the codes."""
    try:
        rows = client.rows(_query(part, sector, first, last))
    except NoAnswer as error:
        start, end = (12 * year + month - 1 for year, month in (first, last))
        if error.status == 429:  # more questions are the last thing that this server wants
            raise
        if end > start:
            half = (start + end) // 2
            spans = ((first, _month(half)), (_month(half + 1), last))
            for one, other in spans:
                yield from _asked(client, part, sector, one, other)
            return
        half = len(sector.codes) // 2
        if half == 0:
            raise
        for some in (sector.codes[:half], sector.codes[half:]):
            yield from _asked(client, part, _with(sector, some), first, last)
        return
    for row in rows:
        check_country(row, sector.partner)
        yield _cells(row, part, sector, first, last)


def _month(number: int) -> Month:
    return number // 12, number % 12 + 1


def _variable(part: Part, sector: Sector) -> str:
    return CODES[sector.classification][part.flow == "imports"]


def _query(part: Part, sector: Sector, first: Month, last: Month) -> Query:
    """The question; about all goods it names no code and no level."""
    variable, asked = _variable(part, sector), []
    if sector.codes != (TOTAL,):
        level = f"{LEVELS[sector.classification][0]}{len(sector.codes[0])}"
        asked = [("COMM_LVL", level), *((variable, code) for code in sector.codes)]
    span = f"from {first[0]}-{first[1]:02d} to {last[0]}-{last[1]:02d}"
    return Query(
        f"{part.flow}/{sector.classification}",
        ("CTY_CODE", "CTY_NAME", *([variable] if asked else []), *part.columns),
        (
            *asked,
            ("CTY_CODE", sector.partner.code),
            ("SUMMARY_LVL", "DET"),  # countries, no groups of them
            *part.more,
            ("time", span),
        ),
    )


def _cells(
    row: dict, part: Part, sector: Sector, first: Month, last: Month
) -> dict[str, int | str]:
    """Code, year, month and amounts of a row; raises `Refused` for what was not asked for."""
    code = TOTAL if sector.codes == (TOTAL,) else row[_variable(part, sector)] or ""
    if code not in sector.codes:
        raise Refused(
            f'the Census API gives a row of code "{visible(code)[:20]}", which was not asked for'
        )
    year, _, month = (row.get("time") or "").partition("-")
    if not (_is_whole(year, 4) and _is_whole(month, 2)):
        raise Refused("the Census API gives a row without a month")
    when = int(year), int(month)
    if not first <= when <= last or not 1 <= when[1] <= 12:
        raise Refused(f"the Census API gives a row of {year}-{month}, which was not asked for")
    cells = {"partner_code": sector.partner.code, "code": code, "year": when[0], "month": when[1]}
    for variable, column in part.columns.items():
        if not _is_whole(row[variable] or "", 15):
            raise Refused(f"the Census API gives a row whose {variable} is no whole amount")
        cells[column] = int(row[variable])
    return cells


def _is_whole(text: str, longest: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= longest


def _wide(rows: list[dict], part: Part, sector: Sector) -> pd.DataFrame:
    """One row per code and month, codes without a row filled with zero in months that have any."""
    amounts = list(part.columns.values())
    table = pd.DataFrame(rows, columns=[*KEYS, *amounts]).astype(dict.fromkeys(amounts, "Int64"))
    table = table.astype({"partner_code": "str", "code": "str", "year": "int64", "month": "int64"})
    if table.duplicated(KEYS).any():
        raise Refused("the Census API gives a code and month twice")
    months = table[["partner_code", *TIME]].drop_duplicates()
    every = months.merge(pd.DataFrame({"code": list(sector.codes)}, dtype="str"), how="cross")
    table = every.merge(table, on=KEYS, how="left")
    table[amounts] = table[amounts].fillna(0)
    return table[[*KEYS, *amounts]]


def _refuse_parts_above_wholes(table: pd.DataFrame) -> None:
    """Domestic exports are a part of total exports, and a duty is less than what it is on."""
    more = table.domestic_exports_usd > table.exports_usd
    if "duty_usd" in table:
        more = more.fillna(False) | (table.duty_usd > table.consumption_imports_usd)
    for row in table[more.fillna(False)].itertuples():
        raise Refused(
            f"the Census API gives a part larger than its whole: code {row.code}, "
            f"{row.year}-{row.month:02d}"
        )


def _refuse_wrong_sums(table: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Refuse chapters that do not sum to all goods, which the API is asked for apart from them."""
    for column in (name for name in VALUES if name in table):
        known = table.dropna(subset=column).groupby(TIME)[column].sum()
        whole = totals.dropna(subset=column).set_index(TIME)[column]
        known, whole = (one.astype("float64") for one in known.align(whole))
        for (year, month), total in whole.items():
            found = known[(year, month)]
            if not abs(found - total) <= SUM_TOLERANCE * total + 1:  # also where one is missing
                raise Refused(
                    f"chapters do not sum to the total in the answers of the Census API: {column} "
                    f"of {year}-{month:02d} are {found:,.0f} and {total:,.0f} dollars"
                )


def _refuse_above_all_goods(table: pd.DataFrame, partner: Partner) -> None:
    """Refuse a sector that is larger than all goods of a full year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners in ("all", partner.code)][-1]
    goods = annual_goods(newest.vintage)
    goods = goods[goods.partner_code == partner.code].set_index("year")
    for flow, column in (("exports", "exports_usd"), ("imports", "general_imports_usd")):
        for year, dollars in table.groupby("year")[column].sum().items():
            whole = goods[f"{flow}_musd"].get(year)
            if whole is not None and dollars / 1e6 > (1 + ABOVE_TOLERANCE) * whole:
                raise Refused(
                    f"a part exceeds all goods in the answer of the Census API: {flow} of {year} "
                    f"are {dollars / 1e6:,.0f} million dollars, those of all goods {whole:,.0f}"
                )
