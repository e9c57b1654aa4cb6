"""Files that a stranger wrote, within limits: only text, lists and dictionaries come of them."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import compress, zip_longest
from pathlib import Path

import yaml

from korus_helpers.errors import InputError, Refused
from korus_helpers.figures.names import FORMULA_STARTS, visible

LARGEST_FILE = 1_000_000  # bytes
MOST_ENTRIES = 1_000
DEEPEST = 3  # a mapping with a list of mappings
_NOTHING = {"", "~", "null", "Null", "NULL"}  # what YAML writes for no value
_AS_NUMBER = re.compile(r"(?<=^\d{4})\.0$|(?<=\d) 00:00:00$")  # of a year, of a day
_GUARD = re.compile(f"^'(?='*[{FORMULA_STARTS}])")
_BASE_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Kind:
    """What a file is expected to hold, as messages say it."""

    things: str  # such as "claims"
    start: str  # where to find the form of such a file


class RefusedText(Exception):
    """What is wrong, to stand after the name of the file."""


def content_of(path: str | Path, things: str) -> bytes:
    """What a file of these `things` holds, at most 1 MB; raises `InputError`."""
    file = file_name(path)
    if re.match(r"\w{2,}:/", str(path)):
        address = visible(path).replace(":/", "://", 1)[:80]
        raise InputError(f"{address} is on the web; save it and type the path of the file")
    try:
        if Path(path).is_dir():
            raise InputError(f"{file}: is a folder; type the path of a file of {things}")
        if Path(path).exists() and not Path(path).is_file():
            raise InputError(f"{file}: is not a file; type the path of a file of {things}")
        with Path(path).open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = getattr(error, "strerror", None) or "no file can have this name"
        raise InputError(
            f"{file}: cannot be read ({why}); type the path of a file of {things}"
        ) from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"{file}: is larger than 1 MB; split it into smaller files")
    return content


def file_name(path: str | Path) -> str:
    """The last part of a path, for messages: its last 80 characters, made visible."""
    return visible(Path(path).name or path)[-80:]


def text_of(content: bytes, kind: Kind) -> str:
    """The text of `content`; raises `RefusedText` for what is no text in UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RefusedText(
            f", line {line}: is not text in UTF-8, but perhaps in UTF-16; save it as UTF-8 (in a "
            f'spreadsheet: "CSV UTF-8"); {kind.start}'
        ) from None


class _TextLoader(_BASE_LOADER):
    """Makes text, lists and dictionaries only: numbers and dates stay as they are written."""

    def construct_scalar(self, node: yaml.Node) -> str:
        text = super().construct_scalar(node)
        return "" if not node.style and text in _NOTHING else text

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[str, object]:
        fields: dict[str, object] = {}
        for name_node, value in node.value:
            name = visible(self.construct_scalar(name_node))
            if name in fields:
                raise RefusedText(
                    f'{_line(name_node.start_mark)}: "{name[:40]}" stands twice in one entry; '
                    "leave one out"
                )
            fields[name] = self.construct_object(value, deep=True)
        return fields


def tree_of(text: str, kind: Kind) -> object:
    """The one document of `text` as text, lists and dictionaries, no deeper than `DEEPEST`.

    Text is as in the file, numbers and dates too ("1e3", "010"); a list has at most `MOST_ENTRIES`.
    Raises `RefusedText`.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_BASE_LOADER):
            line = _line(event.start_mark)
            if getattr(event, "anchor", None):
                raise RefusedText(
                    f"{line}: anchors and aliases (& and *) are not read; write the text out"
                )
            if getattr(event, "tag", None) is not None:
                raise RefusedText(f"{line}: tags (!) are not read; put the text in double quotes")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise RefusedText(f"{line}: is nested too deep; a field holds text only")
        tree = yaml.load(text, Loader=_TextLoader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "an escape"
        raise RefusedText(
            f"{_line(mark)}: is not YAML ({visible(str(why))[:80]}); {kind.start}; "
            "put text with a colon, # or a sign at its start in double quotes"
        ) from None
    for one in (tree, *(tree.values() if isinstance(tree, dict) else ())):
        _refuse_many(one, kind)
    return tree


def sheet_of(content: bytes) -> str:
    """The first sheet of a workbook (xlsx) that holds anything, as text for `table_of`.

    Rows and columns without text are left out; whole numbers and days stand as they are typed.
    Raises `RefusedText`.
    """
    from korus_helpers.acquire.workbooks import workbook_texts

    try:
        sheets = workbook_texts(content)
    except Refused as error:
        raise RefusedText(f": {error}") from None
    for sheet in sheets:
        rows = [row for row in csv.reader(io.StringIO(sheet.decode())) if any(row)]
        if not rows:
            continue
        filled = [any(column) for column in zip_longest(*rows, fillvalue="")]
        text = io.StringIO()
        csv.writer(text).writerows(
            [_AS_NUMBER.sub("", cell) for cell in compress(row, filled)] for row in rows
        )
        return text.getvalue()
    raise RefusedText(": holds nothing")


def table_of(text: str, kind: Kind) -> list[dict[str, str]]:
    """The rows of a text in columns by the names in its first line, without blank ones.

    Columns are separated by commas, semicolons or tabs, whichever the first line has most of. The
    apostrophe that keeps a spreadsheet from running a cell is taken off. At most `MOST_ENTRIES`
    rows. Raises `RefusedText`, also for a row with more or fewer cells and for a name missing or
    used twice.
    """
    first = text.partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text, newline=""), strict=True, delimiter=max(",;\t", key=first.count)
    )
    entries = []
    try:
        header = [visible(name) for name in next(rows, [])]
        for name, uses in Counter(header).items():
            if not name or uses > 1:
                raise RefusedText(f', line 1: "{name[:40]}" heads a column; give each its own name')
        for row in rows:
            if len(row) != len(header) and any(row):
                raise RefusedText(
                    f", line {rows.line_num}: has {len(row)} cells where the first line has "
                    f"{len(header)}; put text that holds a comma in double quotes"
                )
            if any(cell.strip() for cell in row):
                cells = (_GUARD.sub("", cell) for cell in row)
                entries.append(dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise RefusedText(
            f", line {rows.line_num}: is not CSV ({error}); put text that holds a comma or a "
            "quotation mark in double quotes, and double the quotation marks in it"
        ) from None
    _refuse_many(entries, kind)
    return entries


def _refuse_many(entries: object, kind: Kind) -> None:
    if isinstance(entries, list) and len(entries) > MOST_ENTRIES:
        raise RefusedText(
            f": holds more than {MOST_ENTRIES:,} {kind.things}; split it into smaller files"
        )


def _line(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f", line {mark.line + 1}"
