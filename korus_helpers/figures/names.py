"""Names of months without a locale, and names that strangers gave, made visible; no pandas."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from difflib import get_close_matches

# calendar.month_name follows the locale of the machine.
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def month_words(month: str) -> str:
    """The month of "2024-06", or of a day, as "June 2024"."""
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


# With these a cell begins that a spreadsheet may run; an apostrophe in front keeps it text.
FORMULA_STARTS = "=+@\t\r\n＝＋－＠-"


def to_type(text: str, known: Collection[str], meant: Mapping[str, str] | None = None) -> str:
    """What to type instead of `text`: the nearest of the `known` words, else "one of" them all.

    `meant` says for other words which known one they mean.
    """
    typed = text.strip().lower()[:40]
    near = get_close_matches((meant or {}).get(typed, typed), known, 1, 0.7)
    return near[0] if near else f"one of {', '.join(known)}"


_LINE_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# Marks without a width of their own that Unicode does not count as format characters.
_WIDTHLESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def visible(text: object) -> str:
    """`text` on one line, with every character that cannot be seen written out.

    Line breaks and tabs become a space. Control characters, marks that turn the direction of
    writing, and characters without width become escapes such as \\u202e: they stay on record, but
    cannot make a text look like another.
    """
    line = _LINE_BREAKS.sub(" ", str(text)).strip()
    if line.isprintable() and not _WIDTHLESS.search(line):
        return line
    return "".join(one if _is_seen(one) else _escaped(one) for one in line)


def _is_seen(one: str) -> bool:
    spaced = one.isprintable() or unicodedata.category(one) == "Zs"
    return spaced and not _WIDTHLESS.match(one)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
