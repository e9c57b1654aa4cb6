"""US exports and imports by partner and period, for any release, basis and sector."""

import pandas as pd

from korus_helpers.figures.partners import partners
from korus_helpers.figures.releases import LATEST, annual_goods, releases
from korus_helpers.figures.store import remembered
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.trade.bases import CONSUMPTION, GENERAL, KOREA_REPORTED
from korus_helpers.trade.census import census_series
from korus_helpers.trade.enduse import enduse
from korus_helpers.trade.goods_services import PARTS, bea_series
from korus_helpers.trade.periods import Period, month_number
from korus_helpers.trade.sectors import sector
from korus_helpers.trade.series import FLOWS, Series, build, calendar_years


@remembered
def series(vintage: str, basis: str, sector_name: str, monthly: bool) -> Series | None:
    """The figures of one release (of the country figures), basis and sector, or None.

    `monthly` asks for months, or quarters where these are all there are; what ships by year only
    gives None. Sectors and the bases of `OWN_RELEASE` ship in one release each, so their `vintage`
    is "latest".
    """
    item, latest = sector(sector_name), vintage == LATEST
    if item.name == "total" and basis == GENERAL:
        return _goods_monthly(vintage) if monthly else _goods_annual(vintage)
    if item.name == "total" and basis == CONSUMPTION:
        return _consumption(vintage, monthly)
    if item.fetched:
        return census_series(item.name, basis, monthly) if latest else None
    if item.classification == "end-use" and basis == item.basis and not monthly:
        return enduse(item, vintage)
    if not latest:
        return None
    if basis in PARTS and item.name == "total":
        return bea_series(basis, monthly)
    if basis == KOREA_REPORTED and item.name == "total":
        return _mirror() if monthly else calendar_years(_mirror())
    if basis != item.basis or item.classification == "end-use":
        return None
    if monthly:
        return _vehicles() if item.codes == ("87",) else None
    return _chapter(item.codes[0])


def coverage(
    vintage: str, basis: str, sector_name: str, monthly: bool, partner: str | None = None
) -> Series | None:
    """As `series`, for where and in which release figures are known (to one partner)."""
    if sector(sector_name).fetched and vintage == LATEST:
        return census_series(sector_name, basis, monthly, partner)
    return series(vintage, basis, sector_name, monthly)


def _without_years_before_trade(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop zeros of both flows outside the years in which a partner traded at all: not a figure."""
    code, codes = pd.factorize(frame.partner_code)
    known = partners().set_index("partner_code").reindex(codes)
    first, last = (known[name].to_numpy(float)[code] for name in ("first_year", "last_year"))
    empty = (frame.exports_musd == 0).to_numpy() & (frame.imports_musd == 0).to_numpy()
    years = frame.year.to_numpy()
    return frame[~empty | (years >= first) & (years <= last)]


@remembered
def _goods_annual(vintage: str) -> Series:
    annual = annual_goods(vintage)
    return build(
        _without_years_before_trade(annual), "year", vintage, (releases()[vintage].source_id,)
    )


@remembered
def _goods_monthly(vintage: str) -> Series | None:
    every = open_table("goods_monthly", releases()[vintage].folder)
    columns = ["partner_code", "year", "month", "exports_musd", "imports_musd"]
    monthly = every[columns][every.vintage == vintage]
    if monthly.empty:
        return None
    monthly = monthly.assign(number=month_number(monthly.year, monthly.month))
    return build(
        _without_years_before_trade(monthly), "number", vintage, (releases()[vintage].source_id,)
    )


def _chapter(code: str) -> Series:
    chapters = open_table("hs_chapters")
    rows = (
        chapters[chapters.code == code]
        .pivot(index=["partner_code", "year"], columns="flow", values="value_musd")
        .reindex(columns=FLOWS)
    )
    return build(rows.add_suffix("_musd").reset_index(), "year", "2021", ("CENSUS_API",))


def _vehicles() -> Series:
    rows = open_table("hs87_monthly")
    frame = pd.DataFrame(
        {
            "partner_code": rows.partner_code,
            "number": month_number(rows.month.str[:4].astype(int), rows.month.str[5:].astype(int)),
            "exports_musd": rows.total_exports_musd,
            "imports_musd": rows.imports_for_consumption_musd,
        }
    )
    return build(frame, "number", "2021", ("CENSUS_API",))


def _consumption(vintage: str, monthly: bool) -> Series | None:
    """Imports for consumption (Korea only) beside the total exports of a country release."""
    exports = _goods_monthly(vintage) if monthly else _goods_annual(vintage)
    if exports is None:
        return None
    table = "imports_for_consumption_monthly" if monthly else "imports_for_consumption"
    rows = open_table(table)
    start = month_number(rows.year, rows.month if monthly else 1)
    frame = pd.DataFrame(
        {
            "partner_code": rows.partner_code,
            "number" if monthly else "year": start if monthly else rows.year,
            "imports_musd": rows.imports_for_consumption_musd,
            "exports_musd": [
                exports.window(Period(int(first), exports.step), [code])[0, 0]
                for code, first in zip(rows.partner_code, start, strict=True)
            ],
        }
    )
    entry = resource(table)
    return build(
        frame,
        "number" if monthly else "year",
        f"exports {vintage}, imports for consumption {entry['vintage']}",
        (*exports.source_ids, *(one["source_id"] for one in entry["sources"])),
    )


def _mirror() -> Series:
    """Korea's own figures as US flows: its imports c.i.f. are US exports, and the reverse."""
    rows = open_table("mirror_monthly")
    rows = rows[rows.reporter == "KOR"].assign(number=month_number(rows.year, rows.month))
    wide = rows.pivot(index=["partner_code", "number"], columns="flow", values="value_musd")
    frame = pd.DataFrame({"exports_musd": wide["imports"], "imports_musd": wide["exports"]})
    return build(frame.reset_index(), "number", "IMF, January 2022", ("IMF_DOTS_2022",))
