"""A table for the terminal."""

import shutil
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

from korus_helpers.figures.names import visible

GAP = "  "
NARROWEST = 8


def text_table(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str], width: int | None = None
) -> str:
    """`columns` of `rows` under each other, at most `width` wide (that of the terminal
    unless given); long cells go on below.

    Control characters and direction marks of the cells are written out, so that text from outside
    cannot move the cursor or hide what it says.
    """
    width = width or shutil.get_terminal_size().columns
    shown = ([visible(row.get(column, "")) for column in columns] for row in rows)
    cells = [list(columns), *shown]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    while sum(widths) + len(GAP) * (len(widths) - 1) > width and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    rules = ["-" * each for each in widths]
    return "\n".join(line for row in [cells[0], rules, *cells[1:]] for line in _lines(row, widths))


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    parts = [textwrap.wrap(cell, each) for cell, each in zip(row, widths, strict=True)]
    height = max(1, *map(len, parts))
    parts = [[*part, *[""] * (height - len(part))] for part in parts]
    return [
        GAP.join(
            text + " " * (each - _width(text)) for text, each in zip(line, widths, strict=True)
        ).rstrip()
        for line in zip(*parts, strict=True)
    ]


def _width(text: str) -> int:
    """Columns that `text` takes; East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
