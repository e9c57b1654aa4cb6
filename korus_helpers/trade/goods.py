"""Trade as plain frames: by year, by month, of all partners, and by end-use code."""

import numpy as np
import pandas as pd

from korus_helpers.errors import NoFigure
from korus_helpers.figures.partners import countries, find_partner, partners
from korus_helpers.figures.releases import LATEST, Vintage, check_vintage, releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import FLOWS, GENERAL
from korus_helpers.trade.catalogue import newest_by_code, series
from korus_helpers.trade.comparison import Comparison, newest_of_all
from korus_helpers.trade.figure import revised_between
from korus_helpers.trade.sectors import GROUPS, NAMED
from korus_helpers.trade.series import Series

TOTAL, ALL_CODES = NAMED["total"], NAMED["all_enduse"]


def goods(item: Comparison, partner: str = "") -> pd.DataFrame:
    """US trade with the partner by full year: `exports` and `imports`, million dollars.

    Total exports f.a.s. and general imports at customs value, in the release of `item`; a year
    without a record is missing. `partner` names another one, such as the World, or the same one
    beside others: then it is the release that has all of them, and `NoFigure` where none has.
    """
    release = _with_all(item) if partner else item.release
    found = series(release.vintage, GENERAL, TOTAL, monthly=False)
    asked = find_partner(partner, (item.base_year, item.end_year)) if partner else item.partner
    table = _frame(found, asked.code)
    return table.loc[: release.last_full_year].rename_axis("year")


def goods_by_month(item: Comparison) -> pd.DataFrame:
    """The same by month, indexed by `pandas.Period`, as far as months are published.

    In the release of `item`, or where that holds no months in the newest one that does;
    `attrs["vintage"]` names it.
    """
    release = item.release if item.release.has_months else newest_of_all()
    found = series(release.vintage, GENERAL, TOTAL, monthly=True)
    table = _frame(found, item.partner.code)
    first = pd.Period(year=table.index[0] // 12, month=table.index[0] % 12 + 1, freq="M")
    table = table.set_axis(pd.period_range(first, periods=len(table), name="month"))
    table.attrs["vintage"] = release.vintage
    return table


def all_goods(vintage: str, groups: bool = False) -> pd.DataFrame:
    """One row a partner and full year: `code, partner, year, exports, imports`, million dollars.

    Countries only: no World, no group, no residual row; with `groups` all rows. In the release
    named; "latest" is the newest that has all partners. Raises `NoFigure` for one that has not.
    """
    release = newest_of_all() if vintage == LATEST else releases()[check_vintage(vintage)]
    if release.partners != "all":
        raise NoFigure(_alone(release))
    found = series(release.vintage, GENERAL, TOTAL, monthly=False)
    codes = [code for code in found.partners if groups or code in set(countries())]
    rows = [found.partners[code] for code in codes]
    first = found.first // found.step
    years = range(first, first + found.exports.shape[1])
    names = partners().set_index("partner_code").common_name
    table = pd.DataFrame(
        {
            "code": np.repeat(codes, len(years)),
            "partner": np.repeat(names[codes].to_numpy(), len(years)),
            "year": np.tile(years, len(codes)),
            **{flow: getattr(found, flow)[rows].ravel() for flow in FLOWS},
        }
    )
    table = table[table.year <= release.last_full_year].dropna(ignore_index=True)
    table.attrs["vintage"] = release.vintage
    return table


def _frame(found: Series, partner_code: str) -> pd.DataFrame:
    """One partner's rows of a series by year, or by month counted from the year 0."""
    row = found.partners[partner_code]
    start = found.first // found.step
    table = pd.DataFrame({flow: getattr(found, flow)[row] for flow in FLOWS})
    table = table.set_axis(range(start, start + len(table)))
    return table.loc[table.first_valid_index() : table.last_valid_index()]


def _with_all(item: Comparison) -> Vintage:
    if item.common is None:
        raise NoFigure(_alone(item.release))
    return item.common


def _alone(release: Vintage) -> str:
    return (
        f"release {release.vintage} holds {find_partner(release.partners).name} only, so it is not "
        f"set beside others; type vintage {LATEST} or {newest_of_all().vintage}"
    )


def enduse_goods(item: Comparison) -> pd.DataFrame:
    """The partner's trade by end-use code: `flow, code, title, netted, group, year, musd`.

    The newest figures, with rows for every year that a flow has, zero where a code had no trade.
    `netted` is true where the code means the same goods in both flows; `group` is the title of the
    end-use group (5 and 6 together, as they mean other things in exports and imports). Empty for a
    partner without end-use figures. `attrs` hold `mixed`, the years whose exports and imports come
    from releases between which they were revised; `vintages`, the releases in words; and `years`,
    a sentence on what is covered.
    """
    releases = series(LATEST, GENERAL, ALL_CODES, monthly=False).vintages
    covered = pd.DataFrame(list(releases), columns=["flow", "year"])
    mine = newest_by_code(ALL_CODES, item.partner.code)
    codes = mine[["flow", "code"]].drop_duplicates()
    table = codes.merge(covered, on="flow").merge(mine, on=["flow", "code", "year"], how="left")
    table = table.merge(open_table("enduse_codes"), on=["flow", "code"], how="left")
    titles = {start: NAMED[name].title for name in GROUPS for start in NAMED[name].codes}
    table["group"] = table.code.str[0].map(titles)
    table["musd"] = table.musd.fillna(0.0)
    found = table[["flow", "code", "title", "netted", "group", "year", "musd"]]
    found = found.sort_values(["year", "flow", "code"], ignore_index=True)
    found.attrs["mixed"] = [y for y in sorted(set(found.year)) if revised_between(releases, y)]
    held = {
        flow: [(year, name) for (of, year), name in releases.items() if of == flow]
        for flow in FLOWS
    }
    found.attrs["vintages"] = "; ".join(
        f"{flow} {' and '.join(sorted({name for _, name in of}))}" for flow, of in held.items()
    )
    spans = " and ".join(f"{flow} of {min(of)[0]} to {max(of)[0]}" for flow, of in held.items())
    found.attrs["years"] = f"The end-use files have {spans}."
    if found.empty:
        found.attrs["years"] = f"The end-use files have no figures for {item.partner.in_sentence}."
    return found
