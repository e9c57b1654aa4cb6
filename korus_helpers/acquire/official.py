"""Official files from outside: bytes, rows of cells, a header that is known, tidy frames.

The kind of a file is told by its header, whatever its name. Spreadsheets write a header with other
case, spaces or separators, add columns and move them, and say 5800, 5800.0 or "5800"; all that is
undone here, once for every kind of file.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pandas as pd

from korus_helpers.acquire.workbooks import MOST_COLUMNS, workbook_texts
from korus_helpers.errors import Refused
from korus_helpers.figures.names import MONTHS, visible
from korus_helpers.figures.tables import open_table

LONGEST_TEXT = 20_000_000  # bytes of a text file; the largest genuine one has 3 million
MOST_ROWS, MOST_CELLS = 100_000, 4_000_000  # of a text; 22,070 and 600,000 so far
HEADER_WITHIN = 10  # rows from the top
FIRST_YEAR = 1985
WORLD, ENDUSE_WORLD = "0015", "0000"
FLOWS = ("exports", "imports")
AMOUNTS = ["exports_musd", "imports_musd"]
KEYS = ["partner_code", "year"]
NAMES = [month[:3].upper() for month in MONTHS]
VALUES = [f"{flow}{name}" for flow in "IE" for name in (*NAMES, "YR")]
COLUMNS = ["year", "CTY_CODE", "CTYNAME", *VALUES]
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")  # 1,234,567.8
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
Row = tuple[int, list[str]]  # its number in the file, and its cells


@dataclass(frozen=True)
class Layout:
    """One kind of official file, by its header.

    `columns` are those it must have, by our name, each with the spellings in use (compared in
    lower case, letters and digits only); `values` is a pattern of further columns, of which it
    must have at least one unless it is "".
    """

    called: str
    columns: Mapping[str, Sequence[str]]
    values: str = ""

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Where each of our columns stands; those that are missing are left out."""
        plain = [_plain(name) for name in header]
        found = {}
        for name, spellings in self.columns.items():
            for one in spellings:
                if one in plain and name not in found:
                    found[name] = plain.index(one)
        for at, name in enumerate(plain):
            if self.values and re.fullmatch(self.values, name):
                found[name] = at
        for name, at in found.items():
            if plain.count(plain[at]) > 1:
                raise Refused(f"{self.called} has the columns {name} twice")
        return found

    def missing(self, places: Mapping[str, int]) -> list[str]:
        """Columns that a header lacks."""
        lacking = [name for name in self.columns if name not in places]
        if self.values and not places.keys() - self.columns.keys():
            lacking.append("value_YY")
        return lacking


# The names of Census in its own files, its API and in files that others saved from them.
_CODES = ("ctycode", "countrycode", "ctycd")
_PARTNERS = ("ctyname", "ctydesc", "countryname", "country", "ctynm", "countrydesc")
COUNTRY = Layout(
    "the country file",
    {"year": ("year", "yr"), "CTY_CODE": _CODES, "CTYNAME": _PARTNERS}
    | {name: (name.lower(),) for name in VALUES},
)
ENDUSE = Layout(
    "the end-use file",
    {
        "CTY_CODE": _CODES,
        "CTY_DESC": ("ctydesc", *_PARTNERS),
        "END_USE": ("enduse", "endusecode", "ienduse", "eenduse"),
        "COMM_DESC": (
            *("commdesc", "commoditydescription"),
            *("enduseldesc", "ienduseldesc", "eenduseldesc"),
        ),
    },
    values=r"value(\d\d|\d{4})",
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

    kind = "country"

    @property
    def span(self) -> tuple[int, ...]:
        """The last year and month."""
        return tuple(map(int, self.data_through.split("-")))


@dataclass(frozen=True)
class EnduseFile:
    """One flow (`kind`) by partner, code and year.

    `rows` have `partner_code, flow, code, year, value_usd` in dollars; those of zero are left out,
    as a code without a row is zero in a covered year. The World is 0015, as in the country file.
    `names` is the name by partner code; `notes` say what was left aside.
    """

    kind: str
    rows: pd.DataFrame
    names: dict[str, str]
    years: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[int, ...]:
        """The years that the file has."""
        return self.years


def read_official(content: bytes) -> CountryFile | EnduseFile:
    """The figures of a country or an end-use file: xlsx, csv, tsv or bars, whatever its name.

    Raises `Refused` with one sentence for everything else.
    """
    nearest: tuple[int, str] = (2, "")
    for rows in _sheets(content):
        top = list(islice(rows, HEADER_WITHIN))
        for below, (_, header) in enumerate(top, 1):
            for layout, read in ((COUNTRY, _country_file), (ENDUSE, _enduse_file)):
                places = layout.places(header)
                missing = layout.missing(places)
                if not missing:
                    return read(*_table(layout, header, places, chain(top[below:], rows)))
                if len(places) > nearest[0]:
                    more = f" and {len(missing) - 5} more" * (len(missing) > 5)
                    lacks = f"{layout.called} lacks the columns {', '.join(missing[:5])}{more}"
                    nearest = (len(places), lacks)
    known = "; ".join(f"{one.called} has {', '.join([*one.columns][:4])} …"
                      for one in (COUNTRY, ENDUSE))  # fmt: skip
    raise Refused(nearest[1] or f"no sheet begins with the columns of an official file ({known})")


def _sheets(content: bytes) -> Iterator[Iterator[Row]]:
    """The rows of each sheet of a workbook, or of a text file."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise Refused("the file is empty")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise Refused("the file is a web page; download the file itself (xlsx, csv or txt)")
    if start.startswith(_OLD_WORKBOOK):
        raise Refused("the file is an old or a locked workbook; save it as .xlsx or as CSV")
    if start.startswith(b"pk"):
        yield from (_lines(text, "utf-8", ",") for text in workbook_texts(content))
        return
    if len(content) > LONGEST_TEXT:
        raise Refused(f"the text file is larger than {LONGEST_TEXT // 1_000_000} MB")
    encoding = _encoding(content)
    top = content[:100_000].decode(encoding, "ignore").splitlines()[:HEADER_WITHIN]
    yield _lines(content, encoding, max(",\t|;", key="".join(top).count))


def _encoding(content: bytes) -> str:
    encodings = ["utf-8-sig", "cp1252", "latin-1"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content[:200]:
        encodings = ["utf-16-be" if content[:1] == b"\0" else "utf-16-le"]
    for encoding in encodings:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("the file is neither a workbook (xlsx) nor text (csv, txt), or it is damaged")


def _lines(content: bytes, encoding: str, separator: str) -> Iterator[Row]:
    """The rows of a text that hold anything."""
    if content.count(separator.encode()) > MOST_CELLS:
        raise Refused("the file holds more cells than any official file")
    file = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    lines, width = csv.reader(file, delimiter=separator, skipinitialspace=True), 0
    try:
        for count, cells in enumerate(lines):
            if count > MOST_ROWS:
                raise Refused("the file holds more rows than any official file")
            width = max(width, len(cells)) if count < HEADER_WITHIN else width
            if any(cells[width:]):
                raise Refused(f"row {lines.line_num} of the file has more cells than its header")
            if any(cells):
                yield lines.line_num, cells[:MOST_COLUMNS]
    except csv.Error as error:
        raise Refused(f"the text file cannot be read ({str(error)[:100]})") from None


def _table(
    layout: Layout, header: list[str], places: dict[str, int], rows: Iterator[Row]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The cells below a header by our names, the row of the file as index; and what was left."""
    numbers, kept = [], []
    for number, cells in rows:
        cells += [""] * (len(header) - len(cells))
        wanted = [cells[place] for place in places.values()]
        if any(wanted):
            numbers.append(number)
            kept.append(wanted)
    if not kept:
        raise Refused(f"{layout.called} has no rows")
    others = [visible(name) for at, name in enumerate(header) if at not in places.values()]
    aside = ", ".join(filter(None, others))[:200]
    notes = (f"columns set aside: {aside}",) if aside else ()
    return pd.DataFrame(kept, index=numbers, columns=[*places], dtype=object), notes


def _country_file(table: pd.DataFrame, notes: tuple[str, ...]) -> CountryFile:
    called, blank = COUNTRY.called, table.year.str.strip() == ""
    if blank.any():
        notes = (*notes, f"rows without a year left out: {int(blank.sum())}")
    table = table[~blank]
    year = table.year.map(_number)
    _refuse(called, ~(year.between(FIRST_YEAR, 2100) & (year % 1 == 0)), table.year, "no year")
    wide = pd.DataFrame({"partner_code": _codes(called, table, "CTY_CODE", 4), "year": year})
    wide = wide.astype({"year": int}).assign(name=table.CTYNAME.map(_name))
    wide[VALUES] = _amounts(called, table[VALUES], "not an amount")
    _refuse(called, wide.duplicated(KEYS), table.CTY_CODE, "partner and year twice")
    wide = wide.sort_values(KEYS)
    last_year = int(wide.year.max())
    newest = wide[(wide.partner_code == WORLD) & (wide.year == last_year)]
    if newest.empty:
        raise Refused(f"{called} has no row of the World (0015) for {last_year}")
    traded = newest.iloc[0][VALUES] > 0
    out = [n for n, name in enumerate(NAMES, 1) if traded[f"I{name}"] or traded[f"E{name}"]]
    if not out or (out[-1] < 12 and last_year == wide.year.min()):
        raise Refused(f"{called} has no full year, and of {last_year} {len(out)} months")
    last = out[-1]
    months = [
        wide[KEYS].assign(month=n, exports_musd=wide[f"E{name}"], imports_musd=wide[f"I{name}"])
        for n, name in enumerate(NAMES, 1)
        # A month that is not out yet is written as 0: it is left out, never a figure.
    ]
    monthly = pd.concat(months)
    monthly = monthly[(monthly.year < last_year) | (monthly.month <= last)]
    annual = wide[KEYS].assign(
        months=np.where(wide.year < last_year, 12, last),
        exports_musd=wide.EYR,
        imports_musd=wide.IYR,
    )
    return CountryFile(
        monthly.sort_values([*KEYS, "month"]).reset_index(drop=True),
        annual.reset_index(drop=True),
        wide.groupby("partner_code").name.last().to_dict(),
        f"{last_year}-{last:02d}",
        notes,
    )


def _enduse_file(table: pd.DataFrame, notes: tuple[str, ...]) -> EnduseFile:
    called = ENDUSE.called
    years = {name: _year(name) for name in table if name not in ENDUSE.columns}
    if len(set(years.values())) < len(years):
        raise Refused(f"{called} has a year twice")
    codes = _codes(called, table, "CTY_CODE", 4)
    groups = (codes < "1000") & (codes != ENDUSE_WORLD)
    _refuse(called, groups, table.CTY_CODE, "a group among the countries")
    codes = codes.replace(ENDUSE_WORLD, WORLD)
    rows = pd.DataFrame({"partner_code": codes, "code": _codes(called, table, "END_USE", 5)})
    flow = _flow(dict(zip(rows.code, table.COMM_DESC.map(_name), strict=True)))
    _refuse(called, rows.duplicated(), table.END_USE, "partner and code for the second time")
    dollars = _amounts(called, table[[*years]], "not whole dollars", whole=True)
    rows[[*years.values()]] = dollars.astype("int64")
    rows = rows.melt(["partner_code", "code"], var_name="year", value_name="value_usd")
    rows = rows[rows.value_usd > 0].assign(flow=flow).astype({"year": int})
    columns = ["partner_code", "flow", "code", "year", "value_usd"]
    return EnduseFile(
        flow,
        rows[columns].sort_values(columns[:4]).reset_index(drop=True),
        dict(zip(codes, table.CTY_DESC.map(_name), strict=True)),
        tuple(sorted(years.values())),
        notes,
    )


def _flow(titles: dict[str, str]) -> str:
    """Exports or imports, by the codes and titles of a file: its header does not say which.

    Exports and imports have lists of their own: some codes are in one list only, and most that are
    in both have another title in each ("Wheat" and "Green coffee" are 00000).
    """
    table = open_table("enduse_codes")
    known = {flow: dict(table[table.flow == flow][["code", "title"]].values) for flow in FLOWS}
    points = dict.fromkeys(FLOWS, 0)
    for code, title in titles.items():
        listed = [flow for flow in FLOWS if code in known[flow]]
        titled = [flow for flow in listed if _plain(known[flow][code]) == _plain(title)]
        fits = titled or listed
        if len(fits) == 1:
            points[fits[0]] += 1
    more, less = sorted(FLOWS, key=points.get, reverse=True)
    if points[more] <= 4 * points[less]:
        raise Refused(
            f"{ENDUSE.called} does not tell exports from imports: {points['exports']} of its codes "
            f"are those of exports, {points['imports']} those of imports"
        )
    return more


def _year(name: str) -> int:
    """The year of value16 or value2016."""
    year = int(name.removeprefix("value"))
    if year < 100:
        year += 1900 if year >= FIRST_YEAR % 100 else 2000
    if year < FIRST_YEAR:
        raise Refused(f"{ENDUSE.called} has a column {name}, which is no year")
    return year


def _refuse(called: str, bad: pd.Series, cells: pd.Series, problem: str) -> None:
    """Raise `Refused` that names the first rows that are bad, with the cell."""
    rows = cells[bad]
    if len(rows):
        named = ", ".join(
            f'row {row} ("{visible(cell)[:20]}")' for row, cell in rows.head(5).items()
        )
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        raise Refused(f"{problem} in {called}: {named}{more}")


def _amounts(called: str, table: pd.DataFrame, problem: str, whole: bool = False) -> np.ndarray:
    """Cells as numbers that are not below zero, and `whole` if asked for."""
    cells = np.array([[_number(cell) for cell in row] for row in table.to_numpy()], float)
    bad = ~((cells >= 0) & (cells <= 1e15))
    if whole:
        bad |= np.where(bad, 0, cells) % 1 != 0
    for _, column in np.argwhere(bad)[:1]:
        name = table.columns[column]
        _refuse(called, pd.Series(bad[:, column], table.index), table[name], f"{name} is {problem}")
    return cells


def _codes(called: str, table: pd.DataFrame, column: str, digits: int) -> pd.Series:
    """Codes as text of so many digits, whether cells say 15, 0015 or 15.0."""
    codes = table[column].str.strip().str.removesuffix(".0")
    codes = codes.where(~codes.str.fullmatch("[0-9]+"), codes.str.zfill(digits)).astype("str")
    bad = ~codes.str.fullmatch(f"[0-9]{{{digits}}}")
    _refuse(called, bad, table[column], f"no code of {digits} digits")
    return codes


def _number(cell: str) -> float:
    """An amount as a number, NaN where the cell is none; text may have thousands separators."""
    if "," in cell and _GROUPED.fullmatch(cell.strip()):
        cell = cell.replace(",", "")
    try:
        return float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return math.nan


def _name(cell: str) -> str:
    """A name on one line, at most 100 characters, nothing in it unseen."""
    return visible(" ".join(cell.split()))[:100]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
