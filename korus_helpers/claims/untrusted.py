"""Files that a stranger wrote: text and YAML within limits, and nothing else is made of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible

LARGEST_FILE = 1_000_000  # bytes
MOST_ENTRIES = 1_000
DEEPEST = 3  # a mapping with a list of mappings

# Read event by event, so that nothing is ever constructed but text, lists and dictionaries.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = {"", "~", "null", "Null", "NULL"}  # what YAML writes for no value


@dataclass(frozen=True)
class Kind:
    """What a file is expected to hold, as messages say it."""

    things: str  # such as "claims"
    start: str  # where to find the form of such a file


def content_of(path: str | Path, things: str) -> bytes:
    """What a file of these `things` holds, at most 1 MB; raises `InputError`."""
    path, file = Path(path), file_name(path)
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{file}: this is not a file; type the path of a file of {things}")
        with path.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file can have this name"
        raise InputError(
            f"{file}: cannot be read ({why}); type the path of a file of {things}"
        ) from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"{file}: is larger than 1 MB; split it into smaller files")
    return content


def file_name(path: str | Path) -> str:
    """The last part of a path, for messages: its last 80 characters, made visible."""
    return visible(Path(path).name)[-80:]


class RefusedText(Exception):
    """What is wrong, to stand after the name of the file."""


def text_of(content: bytes, kind: Kind) -> str:
    """The text of `content`; raises `RefusedText` for what is no text in UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedText(": is text in UTF-16; save it as UTF-8")
    if b"\0" in content:
        raise RefusedText(f": is not a text file; {kind.start}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RefusedText(
            f', line {line}: is not text in UTF-8; save it as UTF-8 (in a spreadsheet: "CSV UTF-8")'
        ) from None


def tree_of(text: str, kind: Kind) -> object:
    """The one document of `text` as text, lists and dictionaries, no deeper than `DEEPEST`.

    Text is as in the file, numbers and dates too ("1e3", "010"). Raises `RefusedText`.
    """
    try:
        return _tree(text, kind)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "an escape"
        raise RefusedText(
            f"{_line(mark)}: is not YAML ({visible(str(why))[:80]}); {kind.start}; "
            "put text with a colon, # or a sign at its start in double quotes"
        ) from None


def _tree(text: str, kind: Kind) -> object:
    events = yaml.parse(text, Loader=_LOADER)
    tree: object = ""
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise RefusedText(
                    f"{_line(event.start_mark)}: begins a second document; leave it out"
                )
        elif isinstance(event, yaml.NodeEvent):
            tree = _node(event, events, 1, kind)
    return tree


def _node(event: yaml.NodeEvent, events: Iterator[yaml.Event], depth: int, kind: Kind) -> object:
    line = _line(event.start_mark)
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise RefusedText(f"{line}: anchors and aliases (& and *) are not read; write the text out")
    if event.tag is not None:
        raise RefusedText(f"{line}: tags (!) are not read; put the text in double quotes")
    if isinstance(event, yaml.ScalarEvent):
        is_plain = event.style is None or event.style == ""
        return "" if is_plain and event.value in _NOTHING else event.value
    if depth > DEEPEST:
        raise RefusedText(f"{line}: is nested too deep; a field holds text only")
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth, kind)
    return _mapping(events, depth, kind)


def _sequence(events: Iterator[yaml.Event], depth: int, kind: Kind) -> list:
    items: list = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, depth + 1, kind))
        refuse_many(items, kind)
    return items


def _mapping(events: Iterator[yaml.Event], depth: int, kind: Kind) -> dict[str, object]:
    fields: dict[str, object] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event.start_mark)
        name = _node(event, events, depth + 1, kind)
        if not isinstance(name, str):
            raise RefusedText(f"{line}: the name of a field is text, such as printed")
        name = visible(name)
        if name in fields:
            raise RefusedText(f'{line}: "{name[:40]}" stands twice in one entry; leave one out')
        fields[name] = _node(next(events), events, depth + 1, kind)
    return fields


def refuse_many(entries: list, kind: Kind) -> None:
    """Raise `RefusedText` for more than `MOST_ENTRIES`."""
    if len(entries) > MOST_ENTRIES:
        raise RefusedText(
            f": holds more than {MOST_ENTRIES:,} {kind.things}; split it into smaller files"
        )


def _line(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f", line {mark.line + 1}"
