"""The Census country file: one row per partner and year, read into months and years."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

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

NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
FLOWS = {"exports_musd": "E", "imports_musd": "I"}
VALUES = [f"{flow}{name}" for flow in "IE" for name in (*NAMES, "YR")]
COLUMNS = ["year", "CTY_CODE", "CTYNAME", *VALUES]
WORLD = "0015"
FIRST_YEAR = 1985
MOST = 5  # rows named in a message
# The names of Census in its own files, its API and in files that others saved from them.
CODES = ("ctycode", "countrycode", "ctycd")
PARTNERS = ("ctyname", "ctydesc", "countryname", "country", "ctynm", "countrydesc")
LAYOUT = Layout(
    "the country file",
    {"year": ("year", "yr"), "CTY_CODE": CODES, "CTYNAME": PARTNERS}
    | {name: (name.lower(),) for name in VALUES},
)


@dataclass(frozen=True)
class CountryFile:
    """What a country file holds, million dollars, unpublished months left out.

    `monthly` has `partner_code, year, month, exports_musd, imports_musd`; `annual` has `months`
    (published in the year) instead of `month`; `names` is the newest name by code; `data_through`
    the last month published ("2026-09"); `notes` say what was left aside.
    """

    monthly: pd.DataFrame
    annual: pd.DataFrame
    names: dict[str, str]
    data_through: str
    notes: tuple[str, ...] = ()


def read_country_file(content: bytes) -> CountryFile:
    """The figures of a country file, workbook or text; raises `Refused` for what is none."""
    return country_file(find_sheet(content, [LAYOUT]))


def country_file(sheet: Sheet) -> CountryFile:
    """The figures of a sheet in this layout; raises `Refused` for cells that cannot be."""
    table, notes = sheet.table, list(sheet.notes)
    blank = table.year.map(lambda cell: str(cell).strip() == "")
    if blank.any():
        notes.append(f"rows without a year left out: {int(blank.sum())}")
    table = table[~blank]
    if table.empty:
        raise Refused("the country file has no rows")
    return _tidy(_typed(table), tuple(notes))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Years and values as numbers, codes as text of four digits; the row of the file as index."""
    year = table.year.map(number)
    _none(table.year[~(year.between(FIRST_YEAR, 2100) & (year % 1 == 0))], "the year is not a year")
    code = table.CTY_CODE.map(code_text)
    _none(table.CTY_CODE[~code.str.fullmatch(r"[0-9]{4}")], "the code is not one of four digits")
    wide = pd.DataFrame({"year": year.astype(int), "partner_code": code})
    wide["name"] = table.CTYNAME.map(name_text)
    cells = np.array([[number(cell) for cell in row] for row in table[VALUES].to_numpy()], float)
    bad = ~np.isfinite(cells) | (cells < 0)
    for row, column in np.argwhere(bad)[:1]:
        raise Refused(
            f"row {wide.index[row]} of the country file: {VALUES[column]} is "
            f'"{shown(table[VALUES].iloc[row, column])}", not an amount; '
            f"{int(bad.any(axis=1).sum())} rows have such cells"
        )
    wide[VALUES] = cells
    _none(wide.partner_code[wide.duplicated(["year", "partner_code"])], "partner and year twice")
    return wide


def _none(rows: pd.Series, problem: str) -> None:
    if len(rows):
        named = ", ".join(f'row {row} ("{shown(cell)[:20]}")' for row, cell in rows[:MOST].items())
        more = f" and {len(rows) - MOST} more" if len(rows) > MOST else ""
        raise Refused(f"{problem} in the country file: {named}{more}")


def _tidy(wide: pd.DataFrame, notes: tuple[str, ...]) -> CountryFile:
    wide = wide.sort_values(["partner_code", "year"])
    world = wide[wide.partner_code == WORLD].set_index("year")
    if world.empty:
        raise Refused("the country file has no row of the World (0015)")
    last_year = int(wide.year.max())
    if last_year not in world.index:
        raise Refused(f"the country file has no row of the World (0015) for {last_year}")
    newest = world.loc[last_year]
    known = np.array([newest[f"I{name}"] + newest[f"E{name}"] for name in NAMES], dtype=float)
    if not known.any():
        raise Refused(f"no month of {last_year} is published in the country file")
    months = int(np.flatnonzero(known)[-1]) + 1
    if last_year == int(wide.year.min()) and months < 12:
        raise Refused(f"the country file has no full year, only months of {last_year}")
    month = np.tile(np.arange(1, 13), len(wide))
    monthly = pd.DataFrame(
        {
            "partner_code": np.repeat(wide.partner_code.to_numpy(), 12),
            "year": np.repeat(wide.year.to_numpy(), 12),
            "month": month,
            **{
                flow: wide[[f"{letter}{name}" for name in NAMES]].to_numpy().ravel()
                for flow, letter in FLOWS.items()
            },
        }
    )
    # A month that is not out yet is written as 0: it is left out, never a figure.
    monthly = monthly[(monthly.year < last_year) | (monthly.month <= months)]
    annual = pd.DataFrame(
        {
            "partner_code": wide.partner_code,
            "year": wide.year,
            "months": np.where(wide.year < last_year, 12, months),
            **{flow: wide[f"{letter}YR"] for flow, letter in FLOWS.items()},
        }
    )
    names = wide.groupby("partner_code").name.last().to_dict()
    return CountryFile(
        monthly.reset_index(drop=True),
        annual.reset_index(drop=True),
        names,
        f"{last_year}-{months:02d}",
        notes,
    )
