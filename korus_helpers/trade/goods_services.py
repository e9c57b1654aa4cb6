"""Goods on the balance-of-payments basis and services, by partner, year and quarter.

One table of the Bureau of Economic Analysis, with one release. Its figures are whole million
dollars, so that a balance may differ by one or two from the one that the bureau prints.
"""

import pandas as pd

from korus_helpers.figures.store import remembered
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.trade.bases import BOP, GOODS_SERVICES, SERVICES
from korus_helpers.trade.series import FLOWS, Series, build

BEA_TABLE = "goods_services"
PARTS = {BOP: ("goods",), GOODS_SERVICES: ("goods", "services"), SERVICES: ("services",)}


@remembered
def bea_series(basis: str, quarterly: bool) -> Series:
    """Exports and imports on a basis of `PARTS`, by year or by seasonally adjusted quarter.

    Unknown where one of the parts is.
    """
    rows = bea_rows(basis, quarterly)
    time = "quarter" if quarterly else "year"
    rows = rows.assign(quarter=4 * rows.year + rows.quarter - 1)
    sums = rows.groupby(["partner_code", time, "flow"]).value_musd.agg(["sum", "count"])
    wide = sums["sum"].where(sums["count"] == len(PARTS[basis])).unstack("flow")
    wide = wide.reindex(columns=FLOWS).dropna(how="all")
    frame = wide.add_suffix("_musd").reset_index()
    entry = resource(BEA_TABLE)
    return build(frame, time, entry["vintage"], tuple(one["source_id"] for one in entry["sources"]))


def bea_rows(basis: str, quarterly: bool) -> pd.DataFrame:
    """The rows of the table behind a basis, with the number that they have in it as index.

    Quarters get the column `month`, their first.
    """
    rows = open_table(BEA_TABLE)
    rows = rows[rows.part.isin(PARTS[basis]) & ((rows.quarter > 0) == quarterly)]
    return rows.assign(month=3 * rows.quarter - 2) if quarterly else rows


def printed_before(partner_code: str, years: list[int]) -> str:
    """That the figures are revised, with what was quoted of services at the time, as a sentence."""
    quoted = open_table("quoted")
    quoted = quoted[
        (quoted.topic == SERVICES)
        & (quoted.partner_code == partner_code)
        & quoted.year.isin(years)
        & quoted.flow.isin(FLOWS)
    ]
    said = []
    for year, rows in quoted.groupby("year"):
        flows = ", ".join(f"{row.flow} {row.value_musd:,.0f}" for row in rows.itertuples())
        said.append(
            f"for {year} other figures of services were printed in {rows.in_force_from.iloc[0]} "
            f"({flows} million dollars)"
        )
    told = f": {'; '.join(said)}" if said else ", so what was printed at the time may differ"
    return f"These figures are revised years back{told}."
