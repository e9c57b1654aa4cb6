"""US exports and imports by partner and period, for any release, basis and sector."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from korus_helpers.sources.partners import partners
from korus_helpers.sources.sector_files import fetched
from korus_helpers.sources.stored import has_table, remembered, vintage_folders
from korus_helpers.sources.tables import DATA, open_table
from korus_helpers.sources.vintages import LATEST, annual_goods, releases
from korus_helpers.trade.periods import Period, month_number, month_words
from korus_helpers.trade.sectors import CONSUMPTION, GENERAL, KOREA_REPORTED, Sector, sector

FLOWS = ("exports", "imports")


@dataclass(frozen=True, eq=False)
class Series:
    """Exports and imports in million dollars, arrays of partner x time; NaN where unknown.

    `first` is the month (counted from the year 0) of the first column, `step` the months of a
    column: 12 or 1. `vintages` names the release of each flow and year where they differ.
    """

    partners: dict[str, int]
    first: int
    step: int
    exports: np.ndarray
    imports: np.ndarray
    label: str
    source_ids: tuple[str, ...]
    vintages: dict[tuple[str, int], str] | None = None

    def window(self, asked: Period, codes: list[str]) -> np.ndarray:
        """Exports and imports (2 x codes) of a period; NaN where a month or year is missing."""
        found = np.full((2, len(codes)), np.nan)
        start, rest = divmod(asked.start - self.first, self.step)
        count, cut = divmod(asked.months, self.step)
        if rest or cut or start < 0 or start + count > self.exports.shape[1]:
            return found
        rows = np.array([self.partners.get(code, -1) for code in codes])
        for flow, values in enumerate((self.exports, self.imports)):
            sums = values[:, start : start + count].sum(axis=1)
            found[flow] = np.where(rows >= 0, sums[rows], np.nan)
        return found

    def last(self, flow: str) -> int:
        """The last month with a figure of any partner."""
        known = np.flatnonzero(~np.isnan(getattr(self, flow)).all(axis=0))
        return self.first + self.step * (int(known[-1]) + 1) - 1

    def begin(self, flow: str) -> int:
        """The first month with a figure of any partner."""
        known = np.flatnonzero(~np.isnan(getattr(self, flow)).all(axis=0))
        return self.first + self.step * int(known[0])


@remembered
def series(vintage: str, basis: str, sector_name: str, monthly: bool) -> Series | None:
    """The figures of one release (of the country figures), basis and sector, or None.

    `monthly` asks for months; a sector that ships by year only gives None. Sectors and Korea's own
    figures ship in one release each, so their `vintage` is "latest".
    """
    item = sector(sector_name)
    if item.name == "total" and basis == GENERAL:
        return _goods_monthly(vintage) if monthly else _goods_annual(vintage)
    if item.name == "total" and basis == CONSUMPTION:
        return None if monthly else _consumption(vintage)
    if item.fetched:
        return _fetched(item.name, basis, monthly) if vintage == LATEST else None
    if item.classification == "end-use" and basis == item.basis and not monthly:
        return _enduse(item, vintage)
    if vintage != LATEST:
        return None
    if basis == KOREA_REPORTED:
        return (_mirror() if monthly else _years(_mirror())) if item.name == "total" else None
    if basis != item.basis:
        return None
    if item.classification == "end-use":
        return None
    if monthly:
        return _vehicles() if item.codes == ("87",) else None
    return _chapter(item.codes[0])


def _years(months: Series) -> Series:
    """The calendar years of a monthly series, of which all twelve months are known."""
    skip = -months.first % 12
    count = (months.exports.shape[1] - skip) // 12
    parts = [
        values[:, skip : skip + 12 * count].reshape(len(values), count, 12).sum(axis=2)
        for values in (months.exports, months.imports)
    ]
    return replace(months, first=months.first + skip, step=12, exports=parts[0], imports=parts[1])


def _build(
    frame: pd.DataFrame,
    time: str,
    label: str,
    source_ids: tuple[str, ...],
    vintages: dict | None = None,
) -> Series:
    """A series from rows with `partner_code`, `exports_musd`, `imports_musd` and a column `time`.

    `time` is "year", or "number" for months counted from the year 0.
    """
    codes, partners_ = pd.factorize(frame.partner_code)
    first = int(frame[time].min())
    width = int(frame[time].max()) - first + 1
    step = 12 if time == "year" else 1
    values = []
    for flow in FLOWS:
        grid = np.full((len(partners_), width), np.nan)
        grid[codes, frame[time].to_numpy() - first] = frame[f"{flow}_musd"]
        values.append(grid)
    return Series(
        {code: i for i, code in enumerate(partners_)},
        first * step,
        step,
        *values,
        label,
        source_ids,
        vintages,
    )


def _without_years_before_trade(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop zeros of both flows outside the years in which a partner traded at all: not a figure."""
    known = partners().set_index("partner_code")[["first_year", "last_year"]].astype(float)
    span = known.reindex(frame.partner_code)
    empty = (frame.exports_musd == 0).to_numpy() & (frame.imports_musd == 0).to_numpy()
    years = frame.year.to_numpy()
    inside = (years >= span.first_year.to_numpy()) & (years <= span.last_year.to_numpy())
    return frame[~empty | inside]


@remembered
def _goods_annual(vintage: str) -> Series:
    annual = annual_goods(vintage)
    return _build(
        _without_years_before_trade(annual), "year", vintage, (releases()[vintage].source_id,)
    )


@remembered
def _goods_monthly(vintage: str) -> Series | None:
    monthly = open_table("goods_monthly", releases()[vintage].folder)
    monthly = monthly[monthly.vintage == vintage]
    if monthly.empty:
        return None
    monthly = monthly.assign(number=month_number(monthly.year, monthly.month))
    return _build(
        _without_years_before_trade(monthly), "number", vintage, (releases()[vintage].source_id,)
    )


def _enduse(item: Sector, vintage: str) -> Series | None:
    every = _enduse_rows(vintage)
    if every is None:
        return None
    rows = every[every.code.str.startswith(item.codes)]
    sums = rows.groupby(["partner_code", "year", "flow"]).value_usd.sum().unstack() / 1e6
    covered = _enduse_releases(vintage)
    years = sorted({year for _, year in covered})
    cells = pd.MultiIndex.from_product(
        [_enduse_partners(vintage), years], names=["partner_code", "year"]
    )
    # A code without a row is zero in a covered year and flow, and unknown in any other.
    frame = sums.reindex(cells).fillna(0).reset_index()
    for flow in FLOWS:
        known = frame.year.map(lambda year, flow=flow: (flow, year) in covered)
        frame[f"{flow}_musd"] = frame[flow].where(known) if flow in frame else np.nan
    return _build(frame, "year", "", ("CENSUS_ENDUSE",), covered)


@remembered
def _enduse_rows(vintage: str) -> pd.DataFrame | None:
    """The end-use table of one vintage that was refreshed; the latest of each flow and year.

    The shipped table has releases of its own, so a shipped vintage of the country file has none.
    """
    if vintage != LATEST:
        if vintage not in releases() or releases()[vintage].folder == DATA:
            return None
        folder = releases()[vintage].folder
        return open_table("enduse_annual", folder) if has_table("enduse_annual", folder) else None
    tables = [
        open_table("enduse_annual", folder)
        for folder in vintage_folders()
        if has_table("enduse_annual", folder)
    ]
    if len(tables) == 1:
        return tables[0]
    rows = pd.concat(tables, ignore_index=True)
    newest = rows.groupby(["flow", "year"]).vintage.transform("max")
    return rows[rows.vintage == newest]


@remembered
def _enduse_releases(vintage: str) -> dict[tuple[str, int], str]:
    rows = _enduse_rows(vintage)[["flow", "year", "vintage"]].drop_duplicates()
    return {(row.flow, row.year): row.vintage for row in rows.itertuples()}


@remembered
def _enduse_partners(vintage: str) -> list[str]:
    return sorted(_enduse_rows(vintage).partner_code.unique())


def _chapter(code: str) -> Series:
    rows = open_table("hs_chapters")
    rows = (
        rows[rows.code == code]
        .pivot(index=["partner_code", "year"], columns="flow", values="value_musd")
        .reindex(columns=FLOWS)
    )
    return _build(rows.add_suffix("_musd").reset_index(), "year", "2021", ("CENSUS_API",))


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
    return _build(frame, "number", "2021", ("CENSUS_API",))


def _fetched(name: str, basis: str, monthly: bool) -> Series | None:
    """A sector from the Census API: total exports, and imports on the basis asked for."""
    column = {GENERAL: "general_imports_usd", CONSUMPTION: "consumption_imports_usd"}.get(basis)
    rows = fetched(name)
    if column is None or rows is None:
        return None
    # A month is known where every code is: the reader fills codes that had no trade with zero.
    sums = rows.groupby(["partner_code", "year", "month"])[["exports_usd", column]].agg(
        lambda values: values.sum(skipna=False)
    )
    sums = sums.reset_index()
    frame = pd.DataFrame(
        {
            "partner_code": sums.partner_code,
            "number": month_number(sums.year, sums.month),
            "exports_musd": sums.exports_usd.astype(float) / 1e6,
            "imports_musd": sums[column].astype(float) / 1e6,
        }
    )
    label = f"Census API, got {', '.join(sorted(set(rows.vintage)))}"
    months = _build(frame, "number", label, ("CENSUS_API",))
    if monthly:
        return months
    years = _years(months)
    return years if years.exports.shape[1] else None


def _consumption(vintage: str) -> Series:
    """Imports for consumption (Korea only) beside the total exports of a country release."""
    rows = open_table("imports_for_consumption")
    exports = _goods_annual(vintage)
    frame = pd.DataFrame(
        {
            "partner_code": rows.partner_code,
            "year": rows.year,
            "imports_musd": rows.imports_for_consumption_musd,
            "exports_musd": [
                exports.window(Period(12 * year, 12), [code])[0, 0]
                for code, year in zip(rows.partner_code, rows.year, strict=True)
            ],
        }
    )
    return _build(
        frame,
        "year",
        f"exports {vintage}, imports for consumption 2026",
        (*exports.source_ids, "CENSUS_API"),
    )


def _mirror() -> Series:
    """Korea's own figures as US flows: its imports c.i.f. are US exports, and the reverse."""
    rows = open_table("mirror_monthly")
    rows = rows[rows.reporter == "KOR"].assign(number=month_number(rows.year, rows.month))
    wide = rows.pivot(index=["partner_code", "number"], columns="flow", values="value_musd")
    frame = pd.DataFrame({"exports_musd": wide["imports"], "imports_musd": wide["exports"]})
    return _build(frame.reset_index(), "number", "IMF, January 2022", ("IMF_DOTS_2022",))


@remembered
def _names() -> dict[str, str]:
    return dict(zip(partners().partner_code, partners().name, strict=True))


def why_missing(
    vintage: str,
    basis: str,
    sector_name: str,
    partner_code: str,
    asked: Period,
    flows: tuple[str, ...],
) -> str:
    """The reason why a figure does not ship, as a clause."""
    item, monthly = sector(sector_name), asked.year is None
    country_file = item.name == "total" and basis == GENERAL
    what = "all goods" if item.name == "total" else item.title
    figures = f"figures of vintage {vintage}" if country_file else f"figures for {what}"
    found = series(vintage, basis, sector_name, monthly)
    if found is None and monthly and series(vintage, basis, sector_name, False) is not None:
        other = ", or --vintage 2024-08 for months" if country_file else ""
        return f"{asked}: {figures} ship by calendar year only; type a year{other}"
    if (
        found is None
        and vintage != LATEST
        and any(series(LATEST, basis, sector_name, each) is not None for each in (monthly, False))
    ):
        return (
            f"{figures} do not ship in vintage {vintage}: they have a release of their own; "
            "type --vintage latest"
        )
    if found is None:
        return f"{figures} do not ship on the basis {basis}; type --basis {item.basis}"
    names = _names()
    name = names.get(partner_code, partner_code)
    if partner_code not in found.partners:
        only = [names[code] for code in found.partners]
        held = f" (they ship for {only[0]} only)" if len(only) == 1 else ""
        return f"{figures} do not ship for {name}{held}"
    for flow in flows:
        if np.isnan(getattr(found, flow)).all():
            return f"there are no US {flow} under {item.words}; ask for the other flow"
    first, last = max(map(found.begin, flows)), min(map(found.last, flows))
    if asked.end > last:
        # Of a year that is not complete the release may hold some months: say how many.
        through = releases()[vintage].data_through if country_file else None
        last = month_number(*map(int, through.split("-"))) if through else last
        return f"{asked}: {figures} go up to {month_words(last)}"
    if asked.start < first:
        return f"{asked}: {figures} begin in {month_words(first)}"
    return f"no trade with {name} is recorded in {asked.words}"
