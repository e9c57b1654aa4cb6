"""Files of claims: from text that a stranger wrote to entries of plain text."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from korus_helpers.claims.strangers import (
    Kind,
    RefusedText,
    refuse_many,
    text_of,
    tree_of,
    visible,
)
from korus_helpers.errors import InputError

START = "`korus audit --template` prints a file to start from"
CLAIMS = Kind("claims", START)

Entry = dict[str, object]  # values are text, or what is refused as no text


def entries_of(content: bytes, file: str) -> tuple[dict, list[Entry]]:
    """The defaults for all entries, and the entries, of a file in YAML or CSV by its name.

    Text is as in the file, numbers and dates too ("1e3", "010"). Raises `InputError` for what is
    no text in UTF-8, or not in the form of `korus audit --template`.
    """
    kind = Path(file).suffix.lower()
    if kind not in {".yaml", ".yml", ".csv"}:
        raise InputError(
            f"{file}: claims stand in a file that ends in .yaml, .yml or .csv; {START}"
        )
    try:
        text = text_of(content, CLAIMS)
        return ({}, _csv_entries(text)) if kind == ".csv" else _yaml_entries(text)
    except RefusedText as error:
        raise InputError(f"{file}{error}") from None


def _csv_entries(text: str) -> list[Entry]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries = []
    try:
        header = [visible(name) for name in next(rows, [])]
        if len(header) == 1 and re.search(r"[;\t]", text.partition("\n")[0]):
            raise RefusedText(
                ", line 1: columns are separated by commas; save it as CSV with commas"
            )
        for name, uses in Counter(header).items():
            if not name:
                raise RefusedText(", line 1: a column has no name; name it, such as printed")
            if uses > 1:
                raise RefusedText(f', line 1: "{name[:40]}" heads two columns; leave one out')
        for row in rows:
            if any(cell.strip() for cell in row):
                entries.append(_entry(header, row, rows.line_num))
                refuse_many(entries, CLAIMS)
    except csv.Error as error:
        raise RefusedText(
            f", line {rows.line_num}: is not CSV ({error}); put text that holds a comma or a "
            "quotation mark in double quotes, and double the quotation marks in it"
        ) from None
    if not entries:
        raise RefusedText(f": holds no claims; {START}")
    return entries


def _entry(header: list[str], row: list[str], line: int) -> Entry:
    if len(row) != len(header):
        raise RefusedText(
            f", line {line}: has {len(row)} cells where the first line has {len(header)}; "
            "put text that holds a comma in double quotes"
        )
    return dict(zip(header, row, strict=True))


def _yaml_entries(text: str) -> tuple[dict, list[Entry]]:
    tree = tree_of(text, CLAIMS)
    defaults, entries = {}, tree
    if isinstance(tree, dict):
        if "claims" not in tree:
            raise RefusedText(f': has no list named "claims"; {START}')
        entries = tree.pop("claims")
        defaults = tree
    if not isinstance(entries, list) or not entries:
        raise RefusedText(f": holds no claims; {START}")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise RefusedText(f", entry {number}: is not a claim with named fields; {START}")
    return defaults, entries
