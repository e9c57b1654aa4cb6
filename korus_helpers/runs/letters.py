"""Text on paper: which characters show as they are, and where long words break."""

import functools
import itertools
import re
import unicodedata
from pathlib import Path

# Joiners and soft hyphens have no letter of their own and shape those beside them.
JOINERS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f")
SPACES = frozenset("\n\t \u00a0")
CONTROLS = ("Cc", "Zl", "Zp")  # as Unicode sorts characters
NAMELESS = ("Cf", "Cn", "Co", "Cs")
LONGEST = 32  # characters of a word that is not broken
BREAK = "\u200b"  # a place where a line may end, see report.typ


def printable(text: str) -> str:
    """`text` without controls, and with the numbers of characters that no font here has: [U+D55C].

    Marks that turn the direction of all that follows are shown as numbers too.
    """

    def kind(letter: str) -> str:
        if letter in SPACES or letter in JOINERS or letter in _letters():
            return "letter"
        return "control" if unicodedata.category(letter) in CONTROLS else "number"

    shown = {
        "letter": "".join,
        "control": lambda _: " ",
        "number": lambda run: f"[{' '.join(f'U+{ord(letter):04X}' for letter in run)}]",
    }
    return "".join(shown[name](run) for name, run in itertools.groupby(text, kind))


def font_folder() -> Path:
    """The fonts that Matplotlib brings, DejaVu Sans among them."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@functools.cache
def _letters() -> frozenset[str]:
    """Characters of DejaVu Sans, the face for what the text face lacks."""
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(font_folder() / "DejaVuSans.ttf")).get_charmap())
    return frozenset(c for c in letters if unicodedata.category(c) not in (*CONTROLS, *NAMELESS))


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
