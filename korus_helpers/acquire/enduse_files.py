"""The Census end-use files: one row per partner and 5-digit code, ten years side by side."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from korus_helpers.acquire.country_file import CODES, FIRST_YEAR, PARTNERS, WORLD
from korus_helpers.acquire.official_sheets import (
    Layout,
    Sheet,
    code_text,
    find_sheet,
    name_text,
    number,
    shown,
)
from korus_helpers.errors import Refused
from korus_helpers.figures.tables import open_table

FLOWS = ("exports", "imports")
FILE_WORLD = "0000"
CALLED = "the end-use file"
TITLES = ("commdesc", "commoditydescription", "enduseldesc", "ienduseldesc", "eenduseldesc")
LAYOUT = Layout(
    CALLED,
    {"CTY_CODE": CODES, "CTY_DESC": ("ctydesc", *PARTNERS),
     "END_USE": ("enduse", "endusecode", "ienduse", "eenduse"), "COMM_DESC": TITLES},
    values=r"value(\d\d|\d{4})",
)  # fmt: skip


@dataclass(frozen=True)
class EnduseFile:
    """One flow by partner, code and year: `rows` with `partner_code, flow, code, year, value_usd`.

    Dollars; rows of zero are left out, as a code without a row is zero in a covered year. The
    World is 0015, as in the country file. `names` is the name by partner code; `notes` say what
    was left aside.
    """

    flow: str
    rows: pd.DataFrame
    names: dict[str, str]
    years: tuple[int, ...]
    notes: tuple[str, ...] = ()


def read_enduse_file(content: bytes) -> EnduseFile:
    """The figures of an end-use file, workbook or text; raises `Refused` for what is none."""
    return enduse_file(find_sheet(content, [LAYOUT]))


def enduse_file(sheet: Sheet) -> EnduseFile:
    """The figures of a sheet in this layout; raises `Refused` for cells that cannot be."""
    table = sheet.table
    years = {name: _year(name) for name in table if name not in LAYOUT.columns}
    again = sorted({year for year in years.values() if [*years.values()].count(year) > 1})
    if again:
        raise Refused(f"{CALLED} has the year {again[0]} twice")
    codes = _codes(table, "CTY_CODE", 4)
    enduse = _codes(table, "END_USE", 5)
    titles = table.COMM_DESC.map(name_text)
    flow = flow_of(dict(zip(enduse, titles, strict=True)))
    groups = (codes < "1000") & (codes != FILE_WORLD)
    if groups.any():
        row = groups.idxmax()
        raise Refused(f"row {row} of {CALLED}: {codes[row]} is a group among the countries")
    cells = np.array([[number(cell) for cell in row] for row in table[[*years]].to_numpy()], float)
    bad = ~((cells >= 0) & (cells <= 1e15)) | (np.where(cells <= 1e15, cells, 0) % 1 != 0)
    for row, column in np.argwhere(bad)[:1]:
        name = [*years][column]
        raise Refused(
            f"row {table.index[row]} of {CALLED}: {name} is "
            f'"{shown(table[name].iloc[row])[:20]}", not whole dollars'
        )
    frame = pd.DataFrame(cells.astype("int64"), columns=[*years.values()], index=table.index)
    frame = frame.assign(partner_code=codes, code=enduse)
    twice = frame.duplicated(["partner_code", "code"])
    if twice.any():
        raise Refused(f"row {twice.idxmax()} of {CALLED}: partner and code for the second time")
    names = dict(zip(codes, table.CTY_DESC.map(name_text), strict=True))
    names[WORLD] = names.pop(FILE_WORLD, "")
    rows = frame.melt(["partner_code", "code"], var_name="year", value_name="value_usd")
    rows = rows[rows.value_usd > 0].assign(
        flow=flow,
        partner_code=rows.partner_code.replace(FILE_WORLD, WORLD),
        year=rows.year.astype(int),
    )
    columns = ["partner_code", "flow", "code", "year", "value_usd"]
    rows = rows[columns].sort_values(columns[:4]).reset_index(drop=True)
    return EnduseFile(flow, rows, names, tuple(sorted(years.values())), sheet.notes)


def flow_of(titles: dict[str, str]) -> str:
    """Exports or imports, by the codes and titles of a file: its header does not say which.

    Exports and imports have lists of their own: some codes are in one list only, and most that are
    in both have another title in each ("Wheat" and "Green coffee" are 00000).
    """
    table = open_table("enduse_codes")
    known = {flow: dict(table[table.flow == flow][["code", "title"]].values) for flow in FLOWS}
    points = dict.fromkeys(FLOWS, 0)
    for code, title in titles.items():
        fits = [
            flow
            for flow in FLOWS
            if code in known[flow] and _plain(known[flow][code]) == _plain(title)
        ] or [flow for flow in FLOWS if code in known[flow]]
        if len(fits) == 1:
            points[fits[0]] += 1
    more, less = sorted(FLOWS, key=points.get, reverse=True)
    if points[more] <= 4 * points[less]:
        raise Refused(
            f"{CALLED} does not tell exports from imports: {points['exports']} of its codes are "
            f"those of exports, {points['imports']} those of imports"
        )
    return more


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _codes(table: pd.DataFrame, column: str, digits: int) -> pd.Series:
    codes = table[column].map(lambda cell: code_text(cell, digits))
    good = codes.str.fullmatch(rf"[0-9]{{{digits}}}")
    if not good.all():
        row = good.idxmin()
        raise Refused(
            f'row {row} of {CALLED}: {column} is "{shown(table[column][row])[:20]}", not a code'
        )
    return codes


def _year(name: str) -> int:
    """The year of value16 or value2016."""
    year = int(name.removeprefix("value"))
    if year < 100:
        year += 1900 if year >= FIRST_YEAR % 100 else 2000
    if year < FIRST_YEAR:
        raise Refused(f"{CALLED} has a column {name}, which is no year")
    return year
