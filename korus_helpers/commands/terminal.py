"""A table for the terminal."""

import itertools
import shutil
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

GAP = "  "
NARROWEST = 8


def text_table(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """`columns` of `rows` under each other, as wide as the terminal; long cells go on below.

    Control characters and direction marks of the cells are written out, so that text from outside
    cannot move the cursor or hide what it says.
    """
    from korus_helpers.figures.names import visible

    cells = [list(columns), *([visible(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    room = shutil.get_terminal_size().columns - len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    cells.insert(1, ["-" * each for each in widths])
    lines = []
    for row in cells:
        parts = [textwrap.wrap(cell, each) or [""] for cell, each in zip(row, widths, strict=True)]
        for line in itertools.zip_longest(*parts, fillvalue=""):
            padded = (
                text + " " * (each - _width(text)) for text, each in zip(line, widths, strict=True)
            )
            lines.append(GAP.join(padded).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns that `text` takes; East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
