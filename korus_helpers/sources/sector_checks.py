"""What the answers about a sector must pass before they are kept."""

import pandas as pd

from korus_helpers.errors import Refused
from korus_helpers.sources import gates
from korus_helpers.sources.partners import Partner
from korus_helpers.sources.sector_files import VALUES
from korus_helpers.sources.vintages import annual_goods, releases

KEYS = ["partner_code", "code", "year", "month"]


def parts_within_wholes(table: pd.DataFrame) -> None:
    """Domestic exports are a part of total exports, and a duty is less than what it is on."""
    more = table[(table.domestic_exports_usd > table.exports_usd).fillna(False)]
    if "duty_usd" in table:
        duty = table[(table.duty_usd > table.consumption_imports_usd).fillna(False)]
        more = pd.concat([more, duty])
    if len(more):
        row = more.iloc[0]
        raise Refused(
            f"the Census API gives a part larger than its whole: code {row.code}, "
            f"{row.year}-{row.month:02d}"
        )


def within_all_goods(table: pd.DataFrame, partner: Partner) -> None:
    """Refuse a sector that is larger than all goods of a full year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners in ("all", partner.code)][-1]
    whole = annual_goods(newest.vintage)
    sums = table.groupby(["partner_code", "year"], as_index=False)[
        ["exports_usd", "general_imports_usd"]
    ].sum()
    years = pd.DataFrame(
        {
            "partner_code": sums.partner_code,
            "year": sums.year,
            "exports_musd": sums.exports_usd.astype(float) / 1e6,
            "imports_musd": sums.general_imports_usd.astype(float) / 1e6,
        }
    )
    found = gates.parts_above_whole(years, whole)
    gates.refuse("the answer of the Census API is refused", "a part exceeds all goods", found)


def sum_to_total(table: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Refuse chapters that do not sum to all goods, which the API is asked for apart from them."""
    for column in (name for name in table if name in VALUES):
        rows, whole = (t.rename(columns={column: "value_usd"}) for t in (table, totals))
        failing = gates.codes_against_total(
            rows[[*KEYS, "value_usd"]].dropna(),
            whole[[*KEYS, "value_usd"]].drop(columns="code").dropna(),
        )
        what = "the answer of the Census API is refused"
        gates.refuse(what, f"chapters do not sum to the total ({column})", failing)
