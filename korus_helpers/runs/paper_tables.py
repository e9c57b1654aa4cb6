"""Tables on paper: size of type and width of columns from what stands in them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from korus_helpers.runs.letters import BREAK, LONGEST, break_words

UPRIGHT, LANDSCAPE = 462.0, 700.0  # points between the margins of A4
SIZES = (9.0, 8.0, 7.0)  # points; the first that holds the longest words
READABLE = 8.0  # text that fills several lines a cell is set in this
CROWDED = 1.4  # lines a row
GUTTER = 1.1  # em beside each column
SHORTER = (12, 6, 2)  # the same where even a landscape page does not hold the table
# Widths in em of the text face; bold and capitals are wider, so a little is added below.
WIDE, NARROW = frozenset("mwMWQO%@&—→…"), frozenset("iIjlft.,;:'’|!()[] ·-")
WHOLE = 400  # characters of a cell that is shorter than a page in any column
# As in style.css.
COLOURS = {
    "as printed": "#d3e4f5",
    "within the hedge": "#e6eff8",
    "on another basis": "#f7e8bf",
    "not reproduced": "#f8d9cf",
    "undetermined": "#e4e6ea",
}


@dataclass(frozen=True)
class Fit:
    """How a table is set: type in points, width of each column in percent of the line."""

    size: float
    landscape: bool
    widths: tuple[float, ...]
    longest: int  # words with more characters need places to break


def lay_out(soup: BeautifulSoup, table: Tag) -> dict[str, str]:
    """Give the cells of `table` alignment, colour, places to break, and its columns widths.

    Returns the attributes that the table itself is to get: size of type, and the name
    `landscape` where it needs such a page. Attributes that begin with typst: are code to pandoc.
    """
    for cell in table.find_all(["th", "td"]):
        style = cell.get("style", "").replace(" ", "")
        right = "text-align:right" in style or "number" in (cell.get("class") or ())
        spans = {k: v for k, v in cell.attrs.items() if k in ("colspan", "rowspan")}
        cell.attrs = {k: v for k, v in spans.items() if re.fullmatch(r"[1-9][0-9]?", v)}
        cell["style"] = f"text-align:{'right' if right else 'left'}"
        if cell.name == "th" and cell.find_parent("thead"):
            bold = soup.new_tag("b")
            bold.extend(list(cell.contents))
            cell.append(bold)
        elif cell.name == "th":
            cell["style"] = "text-align:left"
        if (verdict := cell.get_text()) in COLOURS and cell.name == "td":
            cell["typst:fill"] = f'rgb("{COLOURS[verdict]}")'
        if "nowrap" in style and not cell.find_parent("thead") and len(cell.get_text()) <= 24:
            for text in cell.find_all(string=True):
                text.replace_with(text.replace(" ", "\u00a0"))
    columns = fit(table)
    for cell in table.find_all(["th", "td"]):
        if columns.longest == LONGEST and len(cell.get_text()) <= WHOLE:
            cell["typst:breakable"] = "false"  # by a page
    for text in table.find_all(string=True):
        if not text.find_parent("caption"):
            text.replace_with(break_words(text, columns.longest))
    for group in table.find_all("colgroup"):
        group.decompose()
    group = soup.new_tag("colgroup")
    for share in columns.widths:
        group.append(soup.new_tag("col", attrs={"style": f"width:{share}%"}))
    if table.caption:
        table.caption.insert_after(group)  # the only place where pandoc takes it
    else:
        table.insert(0, group)
    size = {"typst:text:size": f"{columns.size}pt"}
    return size | ({"id": "landscape"} if columns.landscape else {})


def fit(table: Tag) -> Fit:
    """The largest type in which every word of `table` has room in its column.

    What does not go on an upright page is set on a landscape one, and in the end long words
    are broken.
    """
    columns = _columns(table)
    for longest, pages in ((LONGEST, (UPRIGHT, LANDSCAPE)), *((n, (LANDSCAPE,)) for n in SHORTER)):
        needs = [max((_need(text, longest) for text in column), default=1) for column in columns]
        wants = [
            max([need, *map(width, column)]) for need, column in zip(needs, columns, strict=True)
        ]
        for page, size in itertools.product(pages, SIZES):
            room = page / size - GUTTER * len(columns)
            crowded = sum(wants) > CROWDED * room and size > READABLE
            if sum(needs) <= room and not crowded:
                shares = _shares(needs, wants, room)
                widths = (round(100 * (share + GUTTER) * size / page, 2) for share in shares)
                return Fit(size, page == LANDSCAPE, tuple(widths), longest)
    return Fit(SIZES[-1], True, (round(100 / len(columns), 2),) * len(columns), SHORTER[-1])


def width(text: str) -> float:
    """Width of `text` in em, rather too much than too little."""
    return sum(map(_letter, text)) * 1.05


def _need(text: str, longest: int) -> float:
    words = break_words(text, longest).replace(BREAK, " ").split(" ")
    return max(map(width, words))


def _letter(letter: str) -> float:
    if letter in WIDE:
        return 0.88
    if letter in NARROW:
        return 0.33
    if letter > "\u2e7f":  # scripts of square letters
        return 1.0
    return 0.7 if letter.isupper() else 0.5


def _shares(needs: Sequence[float], wants: Sequence[float], room: float) -> list[float]:
    """Widths between need and want; what is left goes to the columns with the longest text."""
    if sum(wants) <= room:
        return list(wants)
    shares = list(needs)
    left = room - sum(needs)
    for _ in range(20):
        open_ = [n for n, share in enumerate(shares) if wants[n] - share > 0.01]
        # The root evens out: a text of 200 letters does not take the room of all others.
        weights = {n: (wants[n] - needs[n]) ** 0.7 for n in open_}
        for n in open_:
            gain = left * weights[n] / sum(weights.values())
            shares[n] = min(shares[n] + gain, wants[n])
        left = room - sum(shares)
        if left < 0.01:
            break
    return shares


def _columns(table: Tag) -> list[list[str]]:
    """The texts of each column; a cell over several columns counts in none of them."""
    columns: list[list[str]] = []
    held: dict[int, int] = {}  # column → rows in which a cell from above still stands there
    for row in table.find_all("tr"):
        at, next_held = 0, {n: rows - 1 for n, rows in held.items() if rows > 1}
        for cell in row.find_all(["th", "td"], recursive=False):
            while at in held:
                at += 1
            over = int(cell.get("colspan", 1))
            if int(cell.get("rowspan", 1)) > 1:
                next_held |= dict.fromkeys(range(at, at + over), int(cell["rowspan"]) - 1)
            columns += [[] for _ in range(at + over - len(columns))]
            if over == 1:
                columns[at].append(cell.get_text())
            at += over
        held = next_held
    return columns
