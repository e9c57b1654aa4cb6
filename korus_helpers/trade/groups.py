"""Which end-use groups of goods account for a change of the deficit."""

import pandas as pd

from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.bases import GENERAL
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.flows import series
from korus_helpers.trade.sectors import GROUPS, sector
from korus_helpers.trade.series import FLOWS


def enduse_releases() -> str:
    """Releases of the end-use figures at hand: "exports 2023-07; imports 2024-11 and 2026-04"."""
    vintages = series(LATEST, GENERAL, "all_enduse", monthly=False).vintages
    return "; ".join(
        f"{flow} {' and '.join(sorted({name for (of, _), name in vintages.items() if of == flow}))}"
        for flow in FLOWS
    )


def group_changes(partner_code: str, base_year: int, end_year: int) -> pd.DataFrame:
    """Deficit by end-use group, largest change first: `group`, `base`, `end`, `change` (musd).

    The last row, "all goods", is the sum over all codes of the same table. Rows are missing where
    the end-use balances (2014 to 2022) do not cover both years.
    """
    names = [*GROUPS, "all_enduse"]
    if base_year >= end_year:
        return pd.DataFrame(columns=["group", "base", "end", "change"])
    levels = {
        side: evaluate(
            "deficit", grid(partner=partner_code, sector=names, end=year, vintage="latest")
        ).value.to_numpy()
        for side, year in (("base", base_year), ("end", end_year))
    }
    table = pd.DataFrame({"group": [sector(name).title for name in names], **levels})
    table["change"] = table.end - table.base
    table.loc[len(table) - 1, "group"] = "all goods"
    groups, whole = table.iloc[:-1], table.iloc[-1:]
    return pd.concat([groups.sort_values("change", ascending=False), whole]).dropna(
        ignore_index=True
    )
