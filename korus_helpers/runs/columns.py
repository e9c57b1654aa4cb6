"""Tables on paper: size of type and width of columns from what stands in them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import Tag

UPRIGHT, LANDSCAPE = 462.0, 700.0  # points between the margins of A4
SIZES = (9.0, 8.0, 7.0)  # points; the first that holds the longest words
READABLE = 8.0  # text that fills several lines a cell is set in this
CROWDED = 1.4  # lines a row
GUTTER = 1.1  # em beside each column
SHORTER = (12, 6, 2)  # the same where even a landscape page does not hold the table
LONGEST = 32  # characters of a word that is not broken, an address or a checksum is
# Widths in em of the text face; bold and capitals are wider, so a little is added below.
WIDE, NARROW = frozenset("mwMWQO%@&—→…"), frozenset("iIjlft.,;:'’|!()[] ·-")
BREAK = "\u200b"  # a place where a line may end, see report.typ


@dataclass(frozen=True)
class Fit:
    """How a table is set: type in points, width of each column in percent of the line."""

    size: float
    landscape: bool
    widths: tuple[float, ...]
    longest: int  # words with more characters need places to break


def fit(table: Tag) -> Fit:
    """The largest type in which every word of `table` has room in its column.

    What does not go on an upright page is set on a landscape one, and in the end long words
    are broken.
    """
    columns = _columns(table)
    for longest, pages in ((LONGEST, (UPRIGHT, LANDSCAPE)), *((n, (LANDSCAPE,)) for n in SHORTER)):
        needs = [max((_need(text, longest) for text in column), default=1) for column in columns]
        wants = [
            max(need, *map(width, column)) for need, column in zip(needs, columns, strict=True)
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


def break_words(text: str, longest: int = LONGEST) -> str:
    """`text` with places to break in each word of more than `longest` characters.

    They stand behind the marks of an address, and within what is still too long.
    """
    marks = "/?&=_.,;:-"

    def broken(word: re.Match) -> str:
        pieces = []
        for part in re.findall(rf"[^{marks}]*[{marks}]+|[^{marks}]+", word[0]):
            count = -(-len(part) // longest)
            step = -(-len(part) // count)
            pieces += [part[at : at + step] for at in range(0, len(part), step)]
        return BREAK.join(pieces)

    return re.sub(rf"[^\s{BREAK}]{{{longest + 1},}}", broken, text)


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
