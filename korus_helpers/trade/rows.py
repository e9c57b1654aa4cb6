"""The rows of tables that a figure is made of, by their numbers."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from korus_helpers.figures.in_force import in_force
from korus_helpers.figures.releases import annual_rows, releases
from korus_helpers.figures.store import (
    TABLE,
    fetched,
    has_table,
    kept_as,
    remembered,
    vintage_folders,
)
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.bases import CONSUMPTION, KOREA_REPORTED
from korus_helpers.trade.cells import Cell, Cells
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.flows import series
from korus_helpers.trade.goods_services import BEA_TABLE, PARTS, bea_rows
from korus_helpers.trade.periods import Period, month_number, period
from korus_helpers.trade.sectors import sector
from korus_helpers.trade.series import FLOWS

Rows = dict[str, set[int]]
"""Table to the numbers of some of its rows, counted from 0 in the order they are stored in.

A table of a vintage that was refreshed is called as `figures.store.kept_as` says.
"""

_AS_KOREA_REPORTS = {"exports": "imports", "imports": "exports"}


def figure_rows(measure: str, definition: Definition) -> Rows:
    """What `evaluate` reads for a figure that exists: both periods, sector and whole.

    A measure of one flow leaves the other out, where the table holds each flow in its own rows.
    """
    flows = (measure,) if measure in FLOWS else FLOWS
    cells = Cells(definition)
    return merged(_cell_rows(cell, flows) for cell in cells.parts(definition.as_))


def merged(found: Iterable[Rows]) -> Rows:
    """All rows of `found`, each once."""
    together: Rows = {}
    for rows in found:
        for table, numbers in rows.items():
            together.setdefault(table, set()).update(numbers)
    return together


@remembered
def _cell_rows(cell: Cell, flows: tuple[str, ...]) -> Rows:
    asked, item = period(cell.period), sector(cell.sector)
    if cell.vintage.startswith("as-of:"):
        known = in_force(cell.vintage.removeprefix("as-of:"), cell.partner, asked.year)
        exact = (_country(vintage, cell.partner, asked) for vintage in known.releases)
        return merged([*exact, {"quoted": set(known.quoted)} if known.quoted else {}])
    if cell.basis == KOREA_REPORTED:
        rows = open_table("mirror_monthly")
        rows = rows[(rows.reporter == "KOR") & rows.flow.isin(map(_AS_KOREA_REPORTS.get, flows))]
        return _of("mirror_monthly", rows, cell.partner, asked)
    if cell.basis in PARTS:
        rows = bea_rows(cell.basis, asked.year is None)
        return _of(BEA_TABLE, rows[rows.flow.isin(flows)], cell.partner, asked)
    if item.name == "total" and cell.basis == CONSUMPTION:
        exports = _country(cell.vintage, cell.partner, asked) if "exports" in flows else {}
        monthly = "_monthly" if asked.year is None else ""
        imports = (
            _of(f"imports_for_consumption{monthly}", None, cell.partner, asked)
            if "imports" in flows
            else {}
        )
        return merged([exports, imports])
    if item.name == "total":
        return _country(cell.vintage, cell.partner, asked)
    if item.fetched:
        return _fetched(cell, asked)
    if item.classification == "end-use":
        return merged(_enduse(cell, flows, asked))
    if asked.year is None:
        return _of("hs87_monthly", None, cell.partner, asked)
    rows = open_table("hs_chapters")
    rows = rows[rows.flow.isin(flows) & (rows.code == item.codes[0])]
    return _of("hs_chapters", rows, cell.partner, asked)


def _country(vintage: str, partner_code: str, asked: Period) -> Rows:
    """Rows of a country release: full years as published, else months."""
    folder = releases()[vintage].folder
    if asked.year is not None:
        return _of(*annual_rows(vintage), partner_code, asked, folder)
    months = open_table("goods_monthly", folder)
    return _of("goods_monthly", months[months.vintage == vintage], partner_code, asked, folder)


def _enduse(cell: Cell, flows: tuple[str, ...], asked: Period) -> Iterator[Rows]:
    """Rows of the releases that each flow and year is taken from."""
    releases_of = series(cell.vintage, cell.basis, cell.sector, False).vintages
    codes = sector(cell.sector).codes
    for folder in vintage_folders():
        if not has_table("enduse_annual", folder):
            continue
        rows = open_table("enduse_annual", folder)
        rows = rows[(rows.partner_code == cell.partner) & (rows.year == asked.year)]
        rows = rows[rows.flow.isin(flows) & rows.code.str.startswith(codes)]
        used = rows.vintage == rows.flow.map(lambda flow: releases_of.get((flow, asked.year)))
        if used.any() or folder == DATA:
            yield _of("enduse_annual", rows[used], cell.partner, asked, folder)


def _fetched(cell: Cell, asked: Period) -> Rows:
    """Rows of a sector that was fetched: months, for a year too."""
    folder = fetched(cell.sector)[cell.partner]
    return _of(TABLE, open_table(TABLE, folder), cell.partner, asked, folder)


def _of(
    table: str,
    rows: pd.DataFrame | None,
    partner_code: str,
    asked: Period,
    folder: Path = DATA,
) -> Rows:
    """The rows of a partner in a period, among `rows` of a table (all of it where None)."""
    rows = open_table(table) if rows is None else rows
    rows = rows[rows.partner_code == partner_code]
    if "month" not in rows:
        inside = rows.year == asked.year
    else:
        if "year" in rows:
            number = month_number(rows.year, rows.month)
        else:  # hs87_monthly writes months as "2013-01"
            number = month_number(rows.month.str[:4].astype(int), rows.month.str[5:].astype(int))
        inside = (number >= asked.start) & (number <= asked.end)
    return {kept_as(table, folder): set(rows.index[inside])}
