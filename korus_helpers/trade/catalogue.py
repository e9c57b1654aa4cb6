"""Which table answers what: series, the rows behind a figure, and why there is none.

Every table of figures is named here and nowhere else, with how exports and imports are read from
it. What is found are rows of one form (`_rows`): a `Series` is their sums, the evidence their list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from korus_helpers.figures import store
from korus_helpers.figures.in_force import InForce, in_force
from korus_helpers.figures.partners import partners
from korus_helpers.figures.releases import LATEST, release_order, releases
from korus_helpers.figures.store import has_table, kept_as, remembered, vintage_folders
from korus_helpers.figures.tables import DATA, open_table, resource
from korus_helpers.trade.bases import (
    BOP,
    CONSUMPTION,
    COUNTED,
    FLOWS,
    GENERAL,
    KOREA_REPORTED,
    PARTS,
)
from korus_helpers.trade.periods import Period, month_number, month_words
from korus_helpers.trade.sectors import Sector
from korus_helpers.trade.series import Series, calendar_years

COUNTRY, OWN, ONE, ANY = "country", "own", "one", "any"
AS_OF = "as-of:"

Rows = dict[str, set[int]]
"""Table to the numbers of some of its rows, counted from 0 in the order they are stored in.

A table of a vintage that was refreshed is called as `figures.store.kept_as` says.
"""


@dataclass(frozen=True)
class Table:
    """How flows are read from one table, in steps of 12, 3 or 1 months.

    `flows` are the columns of exports and imports ("" for exports as on the general basis), or,
    where the values of both stand in the column `value`, what the column `flow` calls them.
    `where` picks rows; `million` of the unit are a million dollars. `releases` says what it answers
    of vintages: those of the `COUNTRY` figures, its `OWN` (the newest of each flow and year is
    the latest), `ONE`, which is the latest, or `ANY`. `codes` are those of the only sector in it.
    """

    name: str
    step: int
    flows: tuple[str, str] = ("exports_musd", "imports_musd")
    value: str = ""
    where: str = ""
    million: float = 1
    releases: str = ONE
    label: str = "{vintage}"
    codes: tuple[str, ...] = ()


def _balance_of_payments(basis: str) -> tuple[Table, Table]:
    rows = f"part in {list(PARTS[basis])} and quarter"
    return (
        Table("goods_services", 12, FLOWS, "value_musd", f"{rows} == 0"),
        Table("goods_services", 3, FLOWS, "value_musd", f"{rows} > 0"),
    )


def _of_api(imports: str) -> Table:
    flows = ("exports_usd", imports)
    return Table(store.TABLE, 1, flows, million=1e6, label="Census API, got {vintage}")


_FOR_CONSUMPTION = {"flows": ("", "imports_for_consumption_musd"), "releases": ANY,
                    "label": "imports for consumption {vintage}"}  # fmt: skip
CATALOGUE: dict[tuple[str, str], tuple[Table, ...]] = {
    ("all goods", GENERAL): (
        Table("goods_annual", 12, where="months == 12", releases=COUNTRY),
        Table("goods_monthly", 1, releases=COUNTRY),
    ),
    ("all goods", CONSUMPTION): (
        Table("imports_for_consumption", 12, **_FOR_CONSUMPTION),
        Table("imports_for_consumption_monthly", 1, **_FOR_CONSUMPTION),
    ),
    **{("all goods", basis): _balance_of_payments(basis) for basis in PARTS},
    ("all goods", KOREA_REPORTED): (
        # Korea's imports c.i.f. are US exports, and the reverse.
        Table("mirror_monthly", 1, FLOWS[::-1], "value_musd", "reporter == 'KOR'",
              label="IMF, {month}"),
    ),
    ("end-use", GENERAL): (
        Table("enduse_annual", 12, FLOWS, "value_usd", million=1e6, releases=OWN, label=""),
    ),
    ("HS", CONSUMPTION): (
        Table("hs_chapters", 12, FLOWS, "value_musd", label="{vintage:.4}"),
        Table("hs87_monthly", 1, ("total_exports_musd", "imports_for_consumption_musd"),
              codes=("87",)),
    ),
    ("fetched", GENERAL): (_of_api("general_imports_usd"),),
    ("fetched", CONSUMPTION): (_of_api("consumption_imports_usd"),),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One partner's flows in one period, by release, basis and sector."""

    vintage: str
    basis: str
    sector: Sector
    partner: str
    period: Period

    @property
    def monthly(self) -> bool:
        """Whether it takes months or quarters."""
        return not self.period.whole_years

    @property
    def then(self) -> InForce:
        """What was in force on the day of its vintage; raises `NoFigure`."""
        return in_force(self.vintage.removeprefix(AS_OF), self.partner, self.period.year)


# Series and the rows behind them


@remembered
def series(
    vintage: str, basis: str, item: Sector, monthly: bool, partner: str | None = None
) -> Series | None:
    """The figures of one release (of the country figures), basis and sector, or None.

    `monthly` asks for months, or quarters where these are all there are; what is included by year
    only gives None. Sectors and the bases of `OWN_RELEASE` have one release each, so their
    `vintage` is "latest". Of what was fetched only that of a `partner`, if one is named.
    """
    table, folders = _place(vintage, basis, item, monthly, partner)
    if table is None:
        return None
    found = _summed(table, folders, vintage, item, len(PARTS.get(basis, ("",))))
    if table.releases == ANY:
        exports = series(vintage, GENERAL, item, monthly)
        found = exports and _beside(exports, found)
    return calendar_years(found) if found is not None and found.step == 1 and not monthly else found


@remembered
def _place(
    vintage: str, basis: str, item: Sector, monthly: bool, partner: str | None
) -> tuple[Table | None, tuple[Path, ...]]:
    """The table to look in, and where it lies: that by month for years too, if there is no other.

    None where no table answers.
    """
    for table in sorted(CATALOGUE.get((item.kind, basis), ()), key=lambda one: -one.step):
        fits = table.step < 12 if monthly else table.step in (12, 1)
        if not fits or table.codes not in ((), item.codes):
            continue
        folders: tuple[Path, ...] = (DATA,)
        if table.releases == COUNTRY:
            folders = (releases()[vintage].folder,) if vintage in releases() else ()
        elif table.releases == OWN:
            folders = tuple(one for one in vintage_folders() if has_table(table.name, one))
        elif table.releases == ONE and vintage != LATEST:
            folders = ()
        elif item.fetched:
            places = store.fetched(item.name)
            folders = tuple(one for code, one in places.items() if partner in (None, code))
        if folders and len(_picked(_rows(table, folders, vintage), item)):
            return table, folders
    return None, ()


@remembered
def _rows(table: Table, folders: tuple[Path, ...], vintage: str) -> pd.DataFrame:
    """The figures of a table in one form, a row for each flow.

    `partner` and `start` (the first month, counted from the year 0), `flow` (0 exports, 1 imports)
    and `value`; `folder` and `number` say where the row is stored; `code` and `vintage` where the
    table has releases of its own.
    """
    parts, kept = [], ("code", "vintage") if table.releases == OWN else ("code",)
    for at, folder in enumerate(folders):
        rows = open_table(table.name, folder)
        if "vintage" in rows and vintage != LATEST:
            rows = rows[rows.vintage == vintage]
        rows = rows.query(table.where) if table.where else rows
        rows = _in_years_of_trade(rows) if table.releases == COUNTRY else rows
        columns = {"partner": rows.partner_code, "start": _starts(rows, table.step)}
        columns |= {"folder": at, "number": rows.index}
        columns |= {name: rows[name] for name in kept if name in rows}
        if table.value:
            flow = np.where(rows.flow == table.flows[0], 0, 1)
            parts.append(pd.DataFrame(columns | {"flow": flow, "value": rows[table.value]}))
            continue
        for flow, name in enumerate(table.flows):
            if name:
                parts.append(pd.DataFrame(columns | {"flow": flow, "value": rows[name]}))
    found = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    found = found[found.value.notna()]
    if table.releases == OWN and vintage == LATEST:
        found = _newest(found, len(folders))
    names = [name for name in ("partner", *kept) if name in found]
    return found.assign(**{name: pd.Categorical(found[name]) for name in names})


def _in_years_of_trade(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop zeros of both flows outside the years in which a partner traded at all: not a figure."""
    code, codes = pd.factorize(rows.partner_code)
    known = partners().set_index("partner_code").reindex(codes)
    first, last = (known[name].to_numpy(float)[code] for name in ("first_year", "last_year"))
    empty = (rows.exports_musd == 0).to_numpy() & (rows.imports_musd == 0).to_numpy()
    years = rows.year.to_numpy()
    return rows[~empty | (years >= first) & (years <= last)]


def _starts(rows: pd.DataFrame, step: int) -> pd.Series:
    """The month in which each row begins."""
    if "year" not in rows:  # months as "2013-01"
        return month_number(rows.month.str[:4].astype(int), rows.month.str[5:].astype(int))
    months = {12: lambda: 1, 3: lambda: 3 * rows.quarter - 2, 1: lambda: rows.month}
    return month_number(rows.year, months[step]())


def _newest(rows: pd.DataFrame, folders: int) -> pd.DataFrame:
    """For each flow and year the rows of the newest release; of two of one name the later folder's.

    A release that is included may have been refreshed.
    """
    names = sorted(rows.vintage.unique(), key=release_order)
    order = pd.Categorical(rows.vintage, categories=names).codes.astype(int) * folders
    order += rows.folder.to_numpy()
    group, groups = pd.factorize(2 * rows.start + rows.flow)
    newest = np.zeros(len(groups), dtype=int)
    np.maximum.at(newest, group, order)
    return rows[order == newest[group]]


def _picked(rows: pd.DataFrame, item: Sector) -> pd.DataFrame:
    """The rows of a sector; what was fetched is of one sector alone."""
    if "code" not in rows or item.fetched:
        return rows
    mine = rows.code.cat.categories.str.startswith(item.codes)
    return rows[mine[rows.code.cat.codes]]


def _summed(
    table: Table, folders: tuple[Path, ...], vintage: str, item: Sector, parts: int
) -> Series:
    """The rows of a sector added up; what lacks one of its `parts` is unknown.

    In a table with releases of its own, a sector without a row is zero in a flow and year that the
    table covers, and unknown in any other, and in a flow in which it has no code at all.
    """
    every = _rows(table, folders, vintage)
    rows = _picked(every, item)
    codes, first = every.partner.cat.categories, int(every.start.min())
    shape = 2, len(codes), (int(every.start.max()) - first) // table.step + 1
    time = (rows.start.to_numpy() - first) // table.step
    at = np.ravel_multi_index((rows.flow, rows.partner.cat.codes, time), shape)
    # Sums of whole dollars below 2**53, so no digit is lost.
    sums = np.bincount(at, rows.value.to_numpy(float), np.prod(shape)).reshape(shape)
    known = np.bincount(at, minlength=np.prod(shape)).reshape(shape) >= parts
    covered = None
    if table.releases == OWN:
        covered = _covered(table, folders, vintage)
        known = np.zeros(shape, dtype=bool)
        for flow, year in covered:
            number = FLOWS.index(flow)
            known[number, :, year - first // 12] = (rows.flow == number).any()
    values = np.where(known, sums / table.million, np.nan)
    held = known.any(axis=(0, 2))
    places = {code: row for row, code in enumerate(codes[held])}
    named = _named(table, folders, vintage, item)
    return Series(places, first, table.step, *values[:, held], *named, covered)


@remembered
def _covered(table: Table, folders: tuple[Path, ...], vintage: str) -> dict[tuple[str, int], str]:
    """The release of each flow and year."""
    rows = _rows(table, folders, vintage)[["flow", "start", "vintage"]].drop_duplicates()
    return {(FLOWS[row.flow], row.start // 12): row.vintage for row in rows.itertuples()}


def _named(
    table: Table, folders: tuple[Path, ...], vintage: str, item: Sector
) -> tuple[str, tuple[str, ...]]:
    """The release in words ("" where each flow and year has its own), and the sources."""
    if table.releases == COUNTRY:
        return vintage, (releases()[vintage].source_id,)
    entries = [resource(table.name, folder) for folder in folders]
    got = ", ".join(sorted({entry["vintage"] for entry in entries}))
    month = month_words(month_number(*map(int, got.split("-")))) if "{month}" in table.label else ""
    sources = [item.source_id]
    if item.kind == "all goods":
        sources = [one["source_id"] for one in entries[0]["sources"]]
    return table.label.format(vintage=got, month=month), tuple(sources)


def _beside(exports: Series, imports: Series) -> Series:
    """Imports of few partners beside the exports of a country release, for the same periods."""
    codes, step = list(imports.partners), imports.step
    starts = range(imports.first, imports.first + step * imports.imports.shape[1], step)
    sold = [exports.window(Period(start, step), codes)[0] for start in starts]
    values = np.where(np.isnan(imports.imports), np.nan, np.column_stack(sold))
    return replace(
        imports, exports=values, label=f"exports {exports.label}, {imports.label}",
        source_ids=(*exports.source_ids, *imports.source_ids),
    )  # fmt: skip


@remembered
def rows_behind(cell: Cell, flows: tuple[str, ...]) -> Rows:
    """The rows that a figure which exists is read from."""
    if "+" in cell.partner:
        parts = cell.partner.split("+")
        return merged(rows_behind(replace(cell, partner=one), flows) for one in parts)
    if cell.vintage.startswith(AS_OF):
        known = cell.then
        exact = (rows_behind(replace(cell, vintage=one), FLOWS) for one in known.releases)
        return merged([*exact, {"quoted": set(known.quoted)} if known.quoted else {}])
    alone = cell.partner if cell.sector.fetched else None
    table, folders = _place(cell.vintage, cell.basis, cell.sector, cell.monthly, alone)
    rows = _picked(_rows(table, folders, cell.vintage), cell.sector)
    rows = rows[(rows.partner == cell.partner) & rows.flow.isin([FLOWS.index(x) for x in flows])]
    rows = rows[(rows.start >= cell.period.start) & (rows.start <= cell.period.end)]
    found = {
        kept_as(table.name, folders[at]): set(mine) for at, mine in rows.groupby("folder").number
    } or {table.name: set()}
    if table.releases == ANY:
        imports = found if "imports" in flows else {}
        exports = rows_behind(replace(cell, basis=GENERAL), FLOWS) if "exports" in flows else {}
        return merged([exports, imports])
    return found


def newest_by_code(item: Sector, partner_code: str) -> pd.DataFrame:
    """A partner's rows of a sector with releases of its own: `flow, code, year, musd`."""
    table, folders = _place(LATEST, item.basis, item, False, None)
    rows = _picked(_rows(table, folders, LATEST), item)
    rows = rows[rows.partner == partner_code]
    return pd.DataFrame(
        {
            "flow": np.array(FLOWS, dtype=object)[rows.flow],
            "code": rows.code.astype(str),
            "year": rows.start // 12,
            "musd": rows.value.astype(float) / table.million,
        }
    )


def merged(found: Iterable[Rows]) -> Rows:
    """All rows of `found`, each once."""
    together: Rows = {}
    for rows in found:
        for table, numbers in rows.items():
            together.setdefault(table, set()).update(numbers)
    return together


# Why a figure is not at hand

_FEW = 50
_WHAT = {
    BOP: "goods on the balance-of-payments basis",
    CONSUMPTION: "imports for consumption",
    **COUNTED,
}


def why_missing(cell: Cell, flows: tuple[str, ...]) -> str:
    """The reason why a figure is not included, as a clause that says what to ask for instead."""
    basis, item, asked, monthly = cell.basis, cell.sector, cell.period, cell.monthly
    if "+" in cell.partner:
        held = series(cell.vintage, basis, item, monthly)
        parts = cell.partner.split("+")
        known = [
            held is not None and not np.isnan(held.window(asked, [one])).any() for one in parts
        ]
        missing = parts[known.index(False) if False in known else 0]
        return why_missing(replace(cell, partner=missing), flows)
    country_file = item.kind == "all goods" and basis == GENERAL
    what = _WHAT.get(basis, "all goods") if item.kind == "all goods" else item.title
    figures = f"figures of vintage {cell.vintage}" if country_file else f"figures for {what}"
    found, years = (series(cell.vintage, basis, item, by_month) for by_month in (monthly, False))
    if found is None and years is not None:
        whole = (one for one in releases().values() if one.has_months and one.partners == "all")
        other = f", or --vintage {list(whole)[-1].vintage} for months" if country_file else ""
        return f"{asked}: {figures} are included by calendar year only; type a year{other}"
    if found is None:
        if any(series(LATEST, basis, item, by_month) is not None for by_month in (monthly, False)):
            return (
                f"{figures} are not included in vintage {cell.vintage}: they have a release of "
                "their own; type --vintage latest"
            )
        return f"{figures} are not included on the basis {basis}; type --basis {item.basis}"
    name = _names().get(cell.partner, cell.partner)
    if cell.partner not in found.partners:
        return f"{figures} are not included for {name}{_held(found)}"
    yearly = years if monthly and not country_file else None
    if basis in PARTS:  # not every figure is at hand for each partner
        found, yearly = (one and one.of(cell.partner) for one in (found, yearly))
        figures = f"{figures} with {name}"
    for flow in flows:
        if np.isnan(getattr(found, flow)).all():
            return f"there are no US {flow} under {item.words}; ask for the other flow"
    if found.step > 1 and monthly and (asked.start % found.step or asked.months % found.step):
        return f"{asked}: {figures} are by quarter and year; type quarters such as 2018-01/2018-06"
    first, last = max(map(found.begin, flows)), min(map(found.last, flows))
    other = ""
    if yearly is not None and (last < yearly.last(flows[0]) or first > yearly.begin(flows[0])):
        by = "month" if found.step == 1 else "quarter"
        figures, other = f"{figures} by {by}", "; type a year"
    if asked.end > last:
        # Of a year that is not complete the release may hold some months: say how many.
        through = releases()[cell.vintage].data_through if country_file else None
        last = month_number(*map(int, through.split("-"))) if through else last
        return f"{asked}: {figures} go up to {month_words(last)}{other}"
    if asked.start < first:
        return f"{asked}: {figures} begin in {month_words(first)}{other}"
    return f"no trade with {name} is recorded in {asked.words}"


@remembered
def _names() -> dict[str, str]:
    return dict(zip(partners().partner_code, partners().in_sentence, strict=True))


def _held(found: Series) -> str:
    """Of figures of few partners, which these are: "" for those of most partners."""
    names = [_names()[code] for code in found.partners]
    if len(names) == 1:
        return f" (they are included for {names[0]} only)"
    if len(names) > _FEW:
        return ""
    return f" (they are included for {len(names)} partners, among them {', '.join(names[:-4:-1])})"
