"""Sectors of the Census API: as they were fetched, or summed from a table that the user added."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from korus_helpers.sources.sector_files import TABLE, fetched
from korus_helpers.sources.sector_tables import SOURCE, months_known, prefixes, table_with
from korus_helpers.sources.sums import Only, sum_rows
from korus_helpers.sources.tables import resource
from korus_helpers.trade.periods import month_number
from korus_helpers.trade.sectors import CONSUMPTION, GENERAL
from korus_helpers.trade.series import FLOWS, Series, build

_IMPORTS = {GENERAL: "general_imports_usd", CONSUMPTION: "consumption_imports_usd"}
_MONTH = ["year", "month"]


def census_series(
    names: Collection[str],
    basis: str,
    monthly: bool,
    partners: Collection[str] | None = None,
    years: Collection[int] | None = None,
) -> dict[str, Series]:
    """Sectors such as "census-hs:87" by name; all that are summed from one table in one pass.

    Total exports, and imports on the basis asked for; with `partners` and `years` only these.
    A sector without figures is left out. What was fetched for a partner counts before the table.
    """
    if basis not in _IMPORTS:
        return {}
    time = _MONTH if monthly else _MONTH[:1]
    columns = ("exports_usd", _IMPORTS[basis])
    only = {"partner_code": partners, "year": years}
    only = {column: sorted(values) for column, values in only.items() if values is not None}
    tables: dict[Path, list[str]] = {}
    for name in names:
        folder = _table(name, columns)
        if folder:
            tables.setdefault(folder, []).append(name)
    rows = [_of_fetched(name, columns, time, only) for name in names if fetched(name)]
    rows += [_of_table(folder, mine, columns, time, only) for folder, mine in tables.items()]
    return _by_sector(rows, columns, monthly)


def census_coverage(
    name: str, basis: str, monthly: bool, partner: str | None = None
) -> Series | None:
    """As `census_series`, for where and in which release figures are known (to one partner).

    The amounts of a table are zero here, so that it need not be read.
    """
    partners = None if partner is None else [partner]
    columns = ("exports_usd", _IMPORTS.get(basis, ""))
    folder = _table(name, columns)
    if folder is None:
        return census_series([name], basis, monthly, partners).get(name)
    time = _MONTH if monthly else _MONTH[:1]
    only = {} if partner is None else {"partner_code": partners}
    cells = _cells(folder, [name], columns, time, only)
    known = cells[list(columns)]
    cells[list(columns)] = known.astype("Int64").where(known) * 0
    rows = [_of_fetched(name, columns, time, only), cells] if fetched(name) else [cells]
    return _by_sector(rows, columns, monthly, partner).get(name)


def _table(name: str, columns: tuple[str, str]) -> Path | None:
    """The table that a sector is summed from, if it has these columns."""
    folder = table_with(name)
    if folder is None:
        return None
    held = {field["name"] for field in resource(TABLE, folder)["schema"]["fields"]}
    return folder if held.issuperset(columns) else None


def _of_fetched(name: str, columns: tuple[str, str], time: list[str], only: Only) -> pd.DataFrame:
    """Dollars of a sector as it was fetched: `sector, partner_code`, time, and a column per flow.

    The reader filled codes that had no trade with zero, so a month is known or missing as a whole.
    """
    keys = ["sector", "partner_code", "year"]
    inside = only.get("partner_code", fetched(name))
    rows = [
        sum_rows(TABLE, {name: ("",)}, ["partner_code", *_MONTH], columns, only, folder)
        for partner, folder in fetched(name).items()
        if partner in inside
    ]
    if not rows:
        return pd.DataFrame()
    months = pd.concat(rows, ignore_index=True)
    if time == _MONTH:
        return months
    return months.groupby(keys, as_index=False)[list(columns)].sum(min_count=12)


def _of_table(
    folder: Path, names: list[str], columns: tuple[str, str], time: list[str], only: Only
) -> pd.DataFrame:
    """The same for sectors of a table: zero where a month is known and no row has their codes."""
    keys = ["sector", "partner_code", *time]
    codes = {name: prefixes(name) for name in names}
    # A filter that every row passes would only cost time.
    held = months_known(folder)
    narrow = {name: some for name, some in only.items() if not set(held[name]) <= set(some)}
    sums = sum_rows(TABLE, codes, keys[1:], columns, narrow, folder)
    cells = _cells(folder, names, columns, time, only)
    known = cells[list(columns)]
    amounts = cells[keys].merge(sums, on=keys, how="left")
    amounts[list(columns)] = amounts[list(columns)].fillna(0).where(known)
    return amounts


def _cells(
    folder: Path, names: list[str], columns: tuple[str, str], time: list[str], only: Only
) -> pd.DataFrame:
    """Each sector, partner and time of a table, and by flow whether it is known.

    A year is known where its twelve months are. Partners for which a sector was fetched are left
    out of it.
    """
    known = months_known(folder)
    for column, values in only.items():
        known = known[known[column].isin(values)]
    if time != _MONTH:
        counts = known.groupby(["partner_code", *time])[list(columns)].sum()
        known = (counts == 12).reset_index()
    known = known[["partner_code", *time, *columns]]
    cells = pd.DataFrame({"sector": names}).merge(known, how="cross")
    taken = pd.MultiIndex.from_tuples(
        [(name, partner) for name in names for partner in fetched(name)] or [("", "")]
    )
    own = pd.MultiIndex.from_frame(cells[["sector", "partner_code"]]).isin(taken)
    return cells[~own].reset_index(drop=True)


def _by_sector(
    rows: list[pd.DataFrame], columns: tuple[str, str], monthly: bool, partner: str | None = None
) -> dict[str, Series]:
    """A series for each sector that has figures, in million dollars."""
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    if found.empty:
        return {}
    found = found.dropna(subset=columns, how="all")
    if monthly:
        found["number"] = month_number(found.year, found.month)
    for flow, column in zip(FLOWS, columns, strict=True):
        found[f"{flow}_musd"] = found[column].astype(float) / 1e6
    return {
        name: build(mine, "number" if monthly else "year", *_release(name, partner))
        for name, mine in found.groupby("sector")
    }


def _release(name: str, partner: str | None) -> tuple[str, tuple[str, ...]]:
    """The release of a sector (for one partner) in words, and its sources."""
    packages, table = fetched(name), table_with(name)
    mine = [folder for code, folder in packages.items() if partner in (None, code)]
    found = {}
    if mine:
        got = sorted({resource(TABLE, folder)["vintage"] for folder in mine})
        found["CENSUS_API"] = f"Census API, got {', '.join(got)}"
    if table and partner not in packages:
        found[SOURCE] = f"own table, added {resource(TABLE, table)['vintage']}"
    return "; ".join(found.values()), tuple(found)
