"""Sheets of official files: found by their header in a workbook or a text file, whatever its name.

Spreadsheets write a header with other case, spaces or separators, add columns and move them, and
say 5800, 5800.0 or "5800"; all that is undone here, once for every kind of file.
"""

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

import pandas as pd

from korus_helpers.acquire.workbooks import MOST_COLUMNS, MOST_ROWS, Row, sheets
from korus_helpers.errors import Refused
from korus_helpers.figures.names import visible

LONGEST_TEXT = 20_000_000  # bytes of a text file; the largest genuine one has 3 million
MOST_CELLS = 4_000_000  # of a text file; 600,000 so far
HEADER_WITHIN = 10  # rows from the top
NAMED = 200  # characters of the names of columns in a note
_SEPARATORS = ",\t|;"
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")  # 1,234,567.8
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Layout:
    """One kind of official file, by its header.

    `columns` are those it must have, by our name, each with the spellings in use (compared in
    lower case, letters and digits only); `values` is a pattern of further columns, of which it
    must have at least one unless it is "".
    """

    called: str
    columns: Mapping[str, Collection[str]]
    values: str = ""

    def places(self, header: list[str]) -> dict[str, int]:
        """Where each of our columns stands; those that are missing are left out."""
        squeezed = [_squeezed(name) for name in header]
        found = {}
        for name, spellings in self.columns.items():
            at = next((squeezed.index(one) for one in spellings if one in squeezed), None)
            if at is not None:
                found[name] = at
                if squeezed.count(squeezed[at]) > 1:
                    raise Refused(f"{self.called} has the columns {name} twice")
        for at, name in enumerate(squeezed):
            if self.values and re.fullmatch(self.values, name):
                if squeezed.count(name) > 1:
                    raise Refused(f"{self.called} has the columns {visible(header[at])} twice")
                found[name] = at
        return found

    def missing(self, places: Mapping[str, int]) -> list[str]:
        """Columns that a header lacks."""
        lacking = [name for name in self.columns if name not in places]
        if self.values and not places.keys() - self.columns.keys():
            lacking.append("value_YY")
        return lacking


@dataclass(frozen=True)
class Sheet:
    """The rows below a header that fits `layout`: its columns by our names, cells as they are.

    The index is the row of the file as a spreadsheet counts; `notes` name what was set aside.
    """

    layout: Layout
    table: pd.DataFrame
    notes: tuple[str, ...]


def find_sheet(content: bytes, layouts: Collection[Layout]) -> Sheet:
    """The first sheet whose header fits one of the layouts; raises `Refused` where none does."""
    nearest: tuple[int, Layout | None, list[str]] = (0, None, [])
    for rows in _tables(content):
        top = list(islice(rows, HEADER_WITHIN))
        for below, (_, cells) in enumerate(top, 1):
            header = [str(cell) for cell in cells]
            for layout in layouts:
                places = layout.places(header)
                missing = layout.missing(places)
                if not missing:
                    return _sheet(layout, header, places, chain(top[below:], rows))
                if len(places) > nearest[0]:
                    nearest = (len(places), layout, missing)
    count, layout, missing = nearest
    if layout and count > 2:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" * (len(missing) > 5))
        raise Refused(f"{layout.called} lacks the columns {shown}")
    known = "; ".join(f"{one.called} has {', '.join([*one.columns][:4])} …" for one in layouts)
    raise Refused(f"no sheet begins with the columns of an official file ({known})")


def _sheet(layout: Layout, header: list[str], places: dict[str, int], rows: Iterator[Row]) -> Sheet:
    width, at = len(header), list(places.values())
    numbers, kept = [], []
    for number, cells in rows:
        if len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        wanted = [cells[place] for place in at]
        if any(cell != "" for cell in wanted):
            numbers.append(number)
            kept.append(wanted)
    if not kept:
        raise Refused(f"{layout.called} has no rows")
    names = [visible(one) for i, one in enumerate(header) if i not in at]
    named = [name for name in names if name]
    notes = ()
    if named:
        notes = (f"columns set aside: {', '.join(named)[:NAMED]}",)
    table = pd.DataFrame(kept, index=numbers, columns=[*places], dtype=object)
    return Sheet(layout, table, notes)


def _tables(content: bytes) -> Iterator[Iterator[Row]]:
    """The rows of each sheet of a workbook, or of a text file."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise Refused("the file is empty")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise Refused("the file is a web page; download the file itself (xlsx, csv or txt)")
    if start.startswith(_OLD_WORKBOOK):
        raise Refused("the file is an old or a locked workbook; save it as .xlsx or as CSV")
    if start.startswith(b"pk"):
        yield from (rows for _, rows in sheets(content))
    else:
        yield _text_rows(content)


def _text_rows(content: bytes) -> Iterator[Row]:
    """The rows of a text file, separated by commas, tabs, bars or semicolons."""
    if len(content) > LONGEST_TEXT:
        raise Refused(f"the text file is larger than {LONGEST_TEXT // 1_000_000} MB")
    encoding = _encoding(content)
    file = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    top = "".join(file.readline(10_000) for _ in range(HEADER_WITHIN))
    separator = max(_SEPARATORS, key=top.count)
    if content.count(separator.encode()) > MOST_CELLS:
        raise Refused("the text file holds more cells than any official file")
    file.seek(0)
    width = 0
    lines = csv.reader(file, delimiter=separator, skipinitialspace=True)
    try:
        for count, cells in enumerate(lines):
            if count > MOST_ROWS:
                raise Refused("the text file holds more rows than any official file")
            width = max(width, len(cells)) if count < HEADER_WITHIN else width
            if any(cells):
                if any(cells[width:]):
                    raise Refused(
                        f"row {lines.line_num} of the text file has more cells than its header"
                    )
                yield lines.line_num, cells[:MOST_COLUMNS]
    except csv.Error as error:
        raise Refused(f"the text file cannot be read ({str(error)[:100]})") from None


def _encoding(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    encodings = ["utf-8", "cp1252", "latin-1"]
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


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def code_text(cell: object, digits: int = 4) -> str:
    """A code as text of so many digits, whether the cell holds text, 5800 or 5800.0."""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip().removesuffix(".0")
    return text.zfill(digits) if text.isascii() and text.isdigit() else text


def number(cell: object) -> float:
    """An amount as a number, NaN where the cell is none; text may have thousands separators."""
    if isinstance(cell, float):
        return cell
    text = str(cell).strip()
    if "," in text and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not text.isascii() or "_" in text:
        return math.nan
    try:
        return float(text)
    except ValueError:
        return math.nan


def name_text(cell: object) -> str:
    """A name on one line, at most 100 characters, nothing in it unseen."""
    return visible(" ".join(str(cell).split()))[:100]


def shown(cell: object) -> str:
    """A cell in a message."""
    return visible(str(cell))[:40]
