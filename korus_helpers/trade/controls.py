"""Control totals: our figures against totals that were published apart from them."""

import pandas as pd

from korus_helpers.errors import NoFigure
from korus_helpers.figures.partners import partners
from korus_helpers.figures.releases import LATEST, annual_goods, releases
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.bases import GENERAL
from korus_helpers.trade.cells import WORLD
from korus_helpers.trade.comparison import Comparison, newest_of_all
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.flows import series
from korus_helpers.trade.periods import Period
from korus_helpers.trade.series import FLOWS

EXACT = 0.001  # million dollars
# Countries and World differ by carry-over in older releases: Census publishes both so.
WORLD_TOLERANCE = 0.0005
FIRST_WORLD_YEAR = 1992
REVISED_YEARS = 5  # years back that a June revision may reach; mostly three
# Years in which the end-use files hold the same revision as the newest country files.
ENDUSE_YEARS = {"exports": range(2013, 2021), "imports": range(2014, 2022)}


def country_controls(item: Comparison) -> pd.DataFrame:
    """Checks of a comparison's two years: `check, ours, published, difference, passed`.

    Million dollars; `passed` is yes or no. Months against years, countries against the World, and
    the country file against the end-use files and against a release published apart from it, each
    where it is included.
    """
    rows = []
    for year in (item.base_year, item.end_year):
        for flow in FLOWS:
            published = item.figure(flow, year=year).value
            rows += [
                _row(
                    f"{flow} {year}: twelve months and the year",
                    _months(item, year, flow),
                    published,
                    EXACT,
                ),
                _row(
                    f"{flow} {year}: end-use codes and the country file",
                    _enduse(item, year, flow),
                    published,
                    EXACT,
                ),
                _row(
                    f"{flow} {year}: releases {item.release.vintage} and {_other(item)}",
                    _elsewhere(item, year, flow),
                    published,
                    EXACT,
                ),
            ]
            if item.common and year >= FIRST_WORLD_YEAR:
                ours, world = _countries(item.common.vintage, year, flow)
                rows.append(
                    _row(
                        f"{flow} {year}: all countries and the World",
                        ours,
                        world,
                        WORLD_TOLERANCE * world,
                    )
                )
    return pd.DataFrame([row for row in rows if row])


def _row(check: str, ours: float | None, published: float, tolerance: float) -> dict | None:
    if ours is None:
        return None
    difference = ours - published
    return {
        "check": check,
        "ours": ours,
        "published": published,
        "difference": difference,
        "passed": "yes" if abs(difference) <= tolerance else "no",
    }


def _months(item: Comparison, year: int, flow: str) -> float | None:
    months = series(item.release.vintage, GENERAL, "total", monthly=True)
    if months is None:
        return None
    return float(months.window(Period(12 * year, 12), [item.partner.code])[FLOWS.index(flow), 0])


def _enduse(item: Comparison, year: int, flow: str) -> float | None:
    """All end-use codes together, for years in which both files are known to be of one revision.

    That is known of the files that ship; a refreshed one may be older or newer than the other.
    """
    if year not in ENDUSE_YEARS[flow] or item.release.vintage < "2022-03":
        return None
    codes = series(LATEST, GENERAL, "all_enduse", monthly=False).vintages
    shipped = set(open_table("enduse_annual").vintage.unique())
    if item.release.folder != DATA or codes.get((flow, year)) not in shipped:
        return None
    return _value(flow, Definition(item.partner.code, "all_enduse", end=str(year)))


def _other(item: Comparison) -> str:
    """The newest release published apart from that of `item`, "" if there is none.

    For a release of all partners it is that of this partner alone, and the reverse.
    """
    alone = [one.vintage for one in releases().values() if one.partners == item.partner.code]
    if not alone or item.release.vintage not in (alone[-1], newest_of_all().vintage):
        return ""
    return newest_of_all().vintage if item.release.vintage == alone[-1] else alone[-1]


def _elsewhere(item: Comparison, year: int, flow: str) -> float | None:
    # Later years may be revised between the two, which would be no error of ours.
    if not _other(item) or year > newest_of_all().last_full_year - REVISED_YEARS:
        return None
    return _value(flow, Definition(item.partner.code, vintage=_other(item), end=str(year)))


def _value(flow: str, definition: Definition) -> float | None:
    try:
        return evaluate(flow, definition).value
    except NoFigure:
        return None


def _countries(vintage: str, year: int, flow: str) -> tuple[float, float]:
    rows = annual_goods(vintage)
    rows = rows[rows.year == year].set_index("partner_code")[f"{flow}_musd"]
    kinds = partners().set_index("partner_code").kind
    single = kinds.index[kinds.isin(["country", "residual"])]
    return float(rows.reindex(single).sum()), float(rows[WORLD])


def enduse_controls(item: Comparison) -> pd.DataFrame:
    """Checks of the end-use figures: `check, ours, published, difference, passed`.

    All codes together against the country file, and cars, trucks, parts and the truck bodies that
    exist in imports only against the whole auto group, in the end year where it ships.
    """
    rows = []
    for year in sorted({item.base_year, item.end_year}):
        for flow in FLOWS:
            published = item.figure(flow, year=year).value
            rows.append(
                _row(
                    f"{flow} {year}: end-use codes and the country file",
                    _enduse(item, year, flow),
                    published,
                    EXACT,
                )
            )
            parts = [
                _value(flow, Definition(item.partner.code, name, end=str(year)))
                for name in _auto_parts(flow)
            ]
            whole = _value(flow, Definition(item.partner.code, "autos", end=str(year)))
            if whole is not None and None not in parts:
                rows.append(
                    _row(
                        f"{flow} {year}: cars, trucks and parts, and the auto group",
                        sum(parts),
                        whole,
                        EXACT,
                    )
                )
    return pd.DataFrame([row for row in rows if row])


def _auto_parts(flow: str) -> list[str]:
    only_imports = ["enduse:30110"] if flow == "imports" else []
    return ["passenger_cars", "trucks", "parts", *only_imports]
