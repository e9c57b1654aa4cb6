"""Control totals: our figures against totals that were published apart from them."""

from collections.abc import Iterator

import pandas as pd

from korus_helpers.figures.partners import partners
from korus_helpers.figures.releases import LATEST, annual_goods, releases
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.bases import FLOWS, GENERAL, WORLD
from korus_helpers.trade.catalogue import series
from korus_helpers.trade.comparison import Comparison, newest_of_all
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import figure_or_why
from korus_helpers.trade.periods import Period
from korus_helpers.trade.sectors import NAMED

EXACT = 0.001  # million dollars
# Countries and World differ by carry-over in older releases: Census publishes both so.
WORLD_TOLERANCE = 0.0005
FIRST_WORLD_YEAR = 1992
REVISED_YEARS = 5  # years back that a June revision may reach; mostly three
# Years in which the end-use files hold the same revision as the newest country files.
ENDUSE_YEARS = {"exports": range(2013, 2021), "imports": range(2014, 2022)}
ENDUSE_SINCE = "2022-03"
_Row = tuple[str, float | None, float, float]


def country_controls(item: Comparison) -> pd.DataFrame:
    """Checks of a comparison's two years: `check, ours, published, difference, passed`.

    Million dollars; `passed` is yes or no. Months against years, countries against the World, and
    the country file against the end-use files and against a release published apart from it, each
    where it is included.
    """
    return _checked(item, _of_country)


def _checked(item: Comparison, rows_of) -> pd.DataFrame:
    """The rows of both years and flows that have a figure of ours, with the difference."""
    rows = []
    for year in (item.base_year, item.end_year):
        for flow in FLOWS:
            for check, ours, published, tolerance in rows_of(item, year, flow):
                if ours is not None and published is not None:
                    off = ours - published
                    passed = "yes" if abs(off) <= tolerance else "no"
                    rows.append((f"{flow} {year}: {check}", ours, published, off, passed))
    columns = ["check", "ours", "published", "difference", "passed"]
    return pd.DataFrame(rows, columns=columns if rows else None)


def _of_country(item: Comparison, year: int, flow: str) -> Iterator[_Row]:
    published = item.figure(flow, year=year).value
    yield "twelve months and the year", _months(item, year, flow), published, EXACT
    yield _all_codes(item, year, flow, published)
    other = _other(item)
    # Later years may be revised between the two, which would be no error of ours.
    if other and year <= newest_of_all().last_full_year - REVISED_YEARS:
        ours = _value(flow, Definition(item.partner, vintage=other, end=year))
        yield f"releases {item.release.vintage} and {other}", ours, published, EXACT
    if item.common and year >= FIRST_WORLD_YEAR:
        ours, world = _countries(item.common.vintage, year, flow)
        yield "all countries and the World", ours, world, WORLD_TOLERANCE * world


def _months(item: Comparison, year: int, flow: str) -> float | None:
    months = series(item.release.vintage, GENERAL, NAMED["total"], monthly=True)
    if months is None:
        return None
    return float(months.window(Period(12 * year, 12), [item.partner.code])[FLOWS.index(flow), 0])


def _all_codes(item: Comparison, year: int, flow: str, published: float) -> _Row:
    """All end-use codes together, for years in which both files are known to be of one revision.

    That is known of the files that are included; a refreshed one may be older or newer.
    """
    ours, name = None, "all_enduse"
    release = series(LATEST, GENERAL, NAMED[name], monthly=False).vintages.get((flow, year))
    included = set(open_table("enduse_annual").vintage.unique())
    known = year in ENDUSE_YEARS[flow] and item.release.vintage >= ENDUSE_SINCE
    if known and item.release.folder == DATA and release in included:
        ours = _value(flow, Definition(item.partner, name, end=year))
    return "end-use codes and the country file", ours, published, EXACT


def _other(item: Comparison) -> str:
    """The newest release published apart from that of `item`, "" if there is none.

    For a release of all partners it is that of this partner alone, and the reverse.
    """
    alone = [one.vintage for one in releases().values() if one.partners == item.partner.code][-1:]
    pair = [*alone, newest_of_all().vintage]
    if not alone or item.release.vintage not in pair:
        return ""
    return pair[1 - pair.index(item.release.vintage)]


def _value(flow: str, definition: Definition) -> float | None:
    found, _ = figure_or_why(flow, definition)
    return found and found.value


def _countries(vintage: str, year: int, flow: str) -> tuple[float, float]:
    rows = annual_goods(vintage)
    rows = rows[rows.year == year].set_index("partner_code")[f"{flow}_musd"]
    kinds = partners().set_index("partner_code").kind
    single = kinds.index[kinds.isin(["country", "residual"])]
    return float(rows.reindex(single).sum()), float(rows[WORLD])
