"""What a release changes against an earlier one: months, figures and partners."""

from dataclasses import dataclass

import pandas as pd

from korus_helpers.figures.releases import Vintage, releases
from korus_helpers.figures.tables import open_table

FLOWS = ("exports", "imports")
LEAST = 0.0005  # million dollars: less is no revision but rounding


@dataclass(frozen=True)
class Differences:
    """Between two releases: `revised` has a row per partner, full year and flow that moved.

    `revised`: `partner_code, year, flow, before, after, change` in million dollars, the largest
    change first, countries only. `new_months` are those published since ("2024-07"); partners are
    codes that have trade in one of the two releases only.
    """

    before: str
    after: str
    new_months: tuple[str, ...]
    revised: pd.DataFrame
    new_partners: tuple[str, ...]
    vanished_partners: tuple[str, ...]


def differences(before: str, after: str) -> Differences:
    """Compare two releases of all partners by name."""
    old, new = releases()[before], releases()[after]
    rows = {name: _annual(one) for name, one in (("before", old), ("after", new))}
    both = rows["after"].merge(rows["before"], on=["partner_code", "year"],
                               suffixes=("_after", "_before"))  # fmt: skip
    both = both[both.months_after == both.months_before]
    found = []
    for flow in FLOWS:
        part = pd.DataFrame(
            {"partner_code": both.partner_code, "year": both.year, "flow": flow,
             "before": both[f"{flow}_musd_before"], "after": both[f"{flow}_musd_after"]}
        )  # fmt: skip
        part["change"] = part.after - part.before
        found.append(part[part.change.abs() > LEAST])
    revised = pd.concat(found, ignore_index=True)
    revised = revised.sort_values("change", key=lambda c: -c.abs(), kind="stable")
    traded = {name: set(one[one.total > 0].partner_code) for name, one in rows.items()}
    return Differences(
        before, after, _months_between(old.data_through, new.data_through),
        revised.reset_index(drop=True),
        tuple(sorted(traded["after"] - traded["before"])),
        tuple(sorted(traded["before"] - traded["after"])),
    )  # fmt: skip


def _annual(release: Vintage) -> pd.DataFrame:
    rows = open_table("goods_annual", release.folder)
    rows = rows[(rows.vintage == release.vintage) & (rows.partner_code >= "1000")]
    return rows.assign(total=rows.exports_musd + rows.imports_musd)


def _months_between(first: str, last: str) -> tuple[str, ...]:
    """The months after one and up to another; none where the other is not later."""
    start, end = (12 * int(text[:4]) + int(text[5:]) for text in (first, last))
    return tuple(f"{(n - 1) // 12}-{(n - 1) % 12 + 1:02d}" for n in range(start + 1, end + 1))
