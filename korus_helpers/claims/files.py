"""Files of claims: from bytes that a stranger wrote to entries of plain text."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from korus_helpers.errors import InputError

LARGEST_FILE = 1_000_000  # bytes
MOST_ENTRIES = 1_000
DEEPEST = 3  # a mapping with a list of mappings
START = "`korus audit --template` prints a file to start from"

# Read event by event, so that nothing is ever constructed but text, lists and dictionaries.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = {"", "~", "null", "Null", "NULL"}  # what YAML writes for no value
_LINE_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# Marks without a width of their own that Unicode does not count as format characters.
_WIDTHLESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

Entry = dict[str, object]  # values are text, or what is refused as no text


def content_of(path: str | Path) -> bytes:
    """What a file holds, at most 1 MB; raises `InputError`."""
    path, file = Path(path), file_name(path)
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{file}: this is not a file; type the path of a file of claims")
        with path.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file can have this name"
        raise InputError(
            f"{file}: cannot be read ({why}); type the path of a file of claims"
        ) from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"{file}: is larger than 1 MB; split it into smaller files")
    return content


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
        text = _text(content)
        return ({}, _csv_entries(text)) if kind == ".csv" else _yaml_entries(text)
    except _Refused as error:
        raise InputError(f"{file}{error}") from None


def file_name(path: str | Path) -> str:
    """The last part of a path, for messages: its last 80 characters, made visible."""
    return visible(Path(path).name)[-80:]


def visible(text: str) -> str:
    """`text` on one line, with every character that cannot be seen written out.

    Line breaks and tabs become a space. Control characters, marks that turn the direction of
    writing, and characters without width become escapes such as \\u202e: they stay on record, but
    cannot make a text look like another.
    """
    line = _LINE_BREAKS.sub(" ", text).strip()
    if line.isprintable() and not _WIDTHLESS.search(line):
        return line
    return "".join(one if _is_seen(one) else _escaped(one) for one in line)


def _is_seen(one: str) -> bool:
    spaced = one.isprintable() or unicodedata.category(one) == "Zs"
    return spaced and not _WIDTHLESS.match(one)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")


class _Refused(Exception):
    """What is wrong, to stand after the name of the file."""


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Refused(": is text in UTF-16; save it as UTF-8")
    if b"\0" in content:
        raise _Refused(f": is not a text file; {START}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _Refused(
            f', line {line}: is not text in UTF-8; save it as UTF-8 (in a spreadsheet: "CSV UTF-8")'
        ) from None


def _csv_entries(text: str) -> list[Entry]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries = []
    try:
        header = [visible(name) for name in next(rows, [])]
        if len(header) == 1 and re.search(r"[;\t]", text.partition("\n")[0]):
            raise _Refused(", line 1: columns are separated by commas; save it as CSV with commas")
        for name, uses in Counter(header).items():
            if not name:
                raise _Refused(", line 1: a column has no name; name it, such as printed")
            if uses > 1:
                raise _Refused(f', line 1: "{name[:40]}" heads two columns; leave one out')
        for row in rows:
            if any(cell.strip() for cell in row):
                entries.append(_entry(header, row, rows.line_num))
                _refuse_many(entries)
    except csv.Error as error:
        raise _Refused(
            f", line {rows.line_num}: is not CSV ({error}); put text that holds a comma or a "
            "quotation mark in double quotes, and double the quotation marks in it"
        ) from None
    if not entries:
        raise _Refused(f": holds no claims; {START}")
    return entries


def _entry(header: list[str], row: list[str], line: int) -> Entry:
    if len(row) != len(header):
        raise _Refused(
            f", line {line}: has {len(row)} cells where the first line has {len(header)}; "
            "put text that holds a comma in double quotes"
        )
    return dict(zip(header, row, strict=True))


def _yaml_entries(text: str) -> tuple[dict, list[Entry]]:
    try:
        tree = _tree(text)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "an escape"
        raise _Refused(
            f"{_line(mark)}: is not YAML ({visible(str(why))[:80]}); indent as in the template, "
            "and put text with a colon, # or a sign at its start in double quotes"
        ) from None
    defaults, entries = {}, tree
    if isinstance(tree, dict):
        if "claims" not in tree:
            raise _Refused(f': has no list named "claims"; {START}')
        entries = tree.pop("claims")
        defaults = tree
    if not isinstance(entries, list) or not entries:
        raise _Refused(f": holds no claims; {START}")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise _Refused(f", entry {number}: is not a claim with named fields; {START}")
    return defaults, entries


def _tree(text: str) -> object:
    """The one document of `text` as text, lists and dictionaries, no deeper than `DEEPEST`."""
    events = yaml.parse(text, Loader=_LOADER)
    tree: object = ""
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(f"{_line(event.start_mark)}: begins a second document; leave it out")
        elif isinstance(event, yaml.NodeEvent):
            tree = _node(event, events, 1)
    return tree


def _node(event: yaml.NodeEvent, events: Iterator[yaml.Event], depth: int) -> object:
    line = _line(event.start_mark)
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _Refused(f"{line}: anchors and aliases (& and *) are not read; write the text out")
    if event.tag is not None:
        raise _Refused(f"{line}: tags (!) are not read; put the text in double quotes")
    if isinstance(event, yaml.ScalarEvent):
        is_plain = event.style is None or event.style == ""
        return "" if is_plain and event.value in _NOTHING else event.value
    if depth > DEEPEST:
        raise _Refused(f"{line}: is nested too deep; a field holds text only")
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth)
    return _mapping(events, depth)


def _sequence(events: Iterator[yaml.Event], depth: int) -> list:
    items: list = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, depth + 1))
        _refuse_many(items)
    return items


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, object]:
    fields: dict[str, object] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event.start_mark)
        name = _node(event, events, depth + 1)
        if not isinstance(name, str):
            raise _Refused(f"{line}: the name of a field is text, such as printed")
        name = visible(name)
        if name in fields:
            raise _Refused(f'{line}: "{name[:40]}" stands twice in one entry; leave one out')
        fields[name] = _node(next(events), events, depth + 1)
    return fields


def _refuse_many(entries: list) -> None:
    if len(entries) > MOST_ENTRIES:
        raise _Refused(f": holds more than {MOST_ENTRIES:,} claims; split it into smaller files")


def _line(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f", line {mark.line + 1}"
