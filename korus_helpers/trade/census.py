"""Sectors of the Census API, as they were fetched."""

import pandas as pd

from korus_helpers.figures.store import TABLE, fetched, remembered
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.trade.bases import CONSUMPTION, GENERAL
from korus_helpers.trade.periods import month_number
from korus_helpers.trade.series import FLOWS, Series, build

_IMPORTS = {GENERAL: "general_imports_usd", CONSUMPTION: "consumption_imports_usd"}


@remembered
def census_series(
    name: str, basis: str, monthly: bool, partner: str | None = None
) -> Series | None:
    """A sector such as "census-hs:87" with every partner that it was fetched for, or one of them.

    Million dollars: total exports, and imports on the basis asked for. The reader filled codes
    that had no trade with zero, so a month is known or missing as a whole; a year is known where
    its twelve months are. None where nothing was fetched.
    """
    folders = [folder for code, folder in fetched(name).items() if partner in (None, code)]
    if basis not in _IMPORTS or not folders:
        return None
    columns = {"exports_usd": "exports_musd", _IMPORTS[basis]: "imports_musd"}
    rows = pd.concat([open_table(TABLE, folder) for folder in folders], ignore_index=True)
    time = ["partner_code", "year", "month"]
    sums = rows.groupby(time, as_index=False)[list(columns)].sum(min_count=1)
    if not monthly:
        sums = sums.groupby(time[:2], as_index=False)[list(columns)].sum(min_count=12)
    sums = sums.dropna(subset=list(columns), how="all").rename(columns=columns)
    if sums.empty:
        return None
    for flow in FLOWS:
        sums[f"{flow}_musd"] = sums[f"{flow}_musd"].astype(float) / 1e6
    if monthly:
        sums["number"] = month_number(sums.year, sums.month)
    got = ", ".join(sorted({resource(TABLE, folder)["vintage"] for folder in folders}))
    time = "number" if monthly else "year"
    return build(sums, time, f"Census API, got {got}", ("CENSUS_API",))
