"""Goods and services by country, from the workbook of the Bureau of Economic Analysis.

Nine sheets hold exports, imports and balance of goods and services, of goods (balance-of-payments
basis) and of services; a row for each year and quarter, a column for each country and area.
Quarters are seasonally adjusted, years are not. Million dollars.

`python bea.py WORKBOOK` prints what it holds.
"""

import re
import sys
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner

WORLD, OTHERS = "0015", "All other countries"
NAMES = {"South/ Central America": "0009"}  # reviewed: columns that the partners table lacks
COLUMNS = ["partner_code", "year", "quarter", "part", "flow", "value_musd"]
KEY = ["name", "year", "quarter"]
# Not available; not shown, so as not to disclose a firm; not zero, but less than 500,000 dollars.
MISSING = {"", "n.a.", "(D)", "n.s.", "(*)"}
ROUNDING = 3  # million dollars: sums of a few figures that are each rounded to a million
_TITLE = re.compile(r"(Exports|Imports|Balance) (?:of|on) (Goods and Services|Goods|Services)")
_PERIOD = re.compile(r"((?:19|20)\d\d)(?:\.0)?(?: ([1-4]))?(?: \(R\))?")


def goods_services(path: Path) -> pd.DataFrame:
    """Exports and imports by partner, period and part: `COLUMNS`, sorted, whole million dollars.

    `quarter` is 0 for the year; `part` is goods or services. What is not available has no row.
    Areas (groups) overlap with countries. The World is the sum of the countries and "All other
    countries", which holds what is not available of a country; so its quarters are sums of series
    that are each adjusted by themselves. Raises `ValueError` where the sheets contradict each
    other, or for a name that is no partner.
    """
    sheets = read_sheets(path)
    check(sheets)
    codes = codes_of(sheets)
    countries = {name for name, code in codes.items() if not is_area(code)} | {OTHERS}
    blocks = []
    for part in ("goods", "services"):
        for flow in ("exports", "imports"):
            cells = sheets[part, flow].dropna().reset_index()
            world = cells[cells.name.isin(countries)].groupby(["year", "quarter"]).value_musd.sum()
            cells = cells[cells.name != OTHERS].assign(partner_code=cells.name.map(codes))
            both = [cells, world.reset_index().assign(partner_code=WORLD)]
            blocks.append(pd.concat(both).assign(part=part, flow=flow))
    table = pd.concat(blocks)[COLUMNS].astype({"value_musd": "int64"})
    return table.sort_values(COLUMNS[:5]).reset_index(drop=True)


def read_sheets(path: Path) -> dict[tuple[str, str], pd.Series]:
    """The cells of each sheet by (part, flow): `value_musd` by name, year and quarter."""
    workbook = CalamineWorkbook.from_path(str(path))
    found = {}
    for sheet in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet).to_python()
        starts = [at for at, row in enumerate(rows) if row and row[0] == "Period"]
        titles = [_TITLE.fullmatch(str(row[0]).strip()) for row in rows[: (starts or [0])[0]]]
        title = next(filter(None, titles), None)
        if title:
            part = title[2].lower().replace(" ", "-")
            found[part, title[1].lower()] = _cells(rows[starts[0] :])
    if len(found) != 9:
        raise ValueError(f"{path.name} has {len(found)} of nine sheets: {sorted(found)}")
    return found


def _cells(rows: list[list]) -> pd.Series:
    names = [" ".join(str(name).split()) for name in rows[0]]
    cells = {
        (name, int(period[1]), int(period[2] or 0)): _number(value)
        for row in rows[1:]
        if (period := _PERIOD.fullmatch(str(row[0]).strip()))
        for name, value in zip(names[1:], row[1:], strict=True)
    }
    series = pd.Series(cells, name="value_musd", dtype=float)
    return series.rename_axis(KEY).sort_index()


def _number(value: object) -> float:
    """Million dollars, NaN for a mark that says why there is no figure."""
    if isinstance(value, (int, float)):
        return float(value)
    if str(value).strip() in MISSING:
        return float("nan")
    raise ValueError(f'"{value}" is neither a figure nor a mark that is known')


def codes_of(sheets: dict[tuple[str, str], pd.Series]) -> dict[str, str]:
    """The Census code of each column but the residual; raises `ValueError`."""
    names = {name for cells in sheets.values() for name in cells.index.unique("name")} - {OTHERS}
    try:
        return {name: NAMES.get(name) or find_partner(name).code for name in sorted(names)}
    except InputError as error:
        raise ValueError(f"a name of BEA is not known: {error}") from None


def check(sheets: dict[tuple[str, str], pd.Series]) -> None:
    """Raise `ValueError` unless balances and totals add up, as far as rounding lets them.

    In a period for which services of a country are not available, its total is not either: then
    "All other countries" holds its services in one table and its goods too in the other.
    """
    for part in ("goods-and-services", "goods", "services"):
        exports, imports, balance = (sheets[part, f] for f in ("exports", "imports", "balance"))
        _agree(f"balance of {part}", exports - imports - balance)
    areas = [name for name, code in codes_of(sheets).items() if is_area(code)]
    for flow in ("exports", "imports", "balance"):
        goods, services, total = (
            sheets[part, flow] for part in ("goods", "services", "goods-and-services")
        )
        off = total - goods - services
        _agree(f"{flow} of goods and services", off.drop(OTHERS, level="name"))
        within = goods[sheets["services", "exports"].isna()].drop(areas, level="name")
        within = within.groupby(["year", "quarter"]).sum()
        _agree(f"{flow} of all other countries", off[OTHERS].sub(within, fill_value=0))


def is_area(code: str) -> bool:
    """Whether a Census code is that of a group of countries."""
    return code < "1000"


def _agree(what: str, off: pd.Series) -> None:
    if off.isna().all() or off.abs().max() > ROUNDING:
        at = off.abs().idxmax()
        raise ValueError(f"{what} does not add up: off by {off.abs().max()} million at {at}")


if __name__ == "__main__":
    table = goods_services(Path(sys.argv[1]))
    print(table.groupby(["partner_code", "part"]).year.agg(["min", "max", "count"]).to_string())
