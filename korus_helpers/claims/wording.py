"""The words of printed figures: scales, hedges, rise and fall; and cutting text into tokens."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from korus_helpers.errors import InputError

LONGEST_TEXT = 200  # characters
EXAMPLES_OF_LEVELS = (
    "from $13.2 billion to $27.6 billion",
    "from $16 to nearly $23 billion",
    "from a surplus of $1.3 billion to a deficit of $64 billion",
)
EXAMPLES = ("$42.3 billion", "a decline of 2.7 percent", "more than doubled")

POWERS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
SCALES = {name: name for name in POWERS} | {
    **dict.fromkeys(("mn", "mln", "m"), "million"),
    **dict.fromkeys(("bn", "bln", "b"), "billion"),
    **dict.fromkeys(("tn", "trn"), "trillion"),
}
SCALES_OF_MONEY_ONLY = {"m", "b"}  # "13.2 m" might be metres

PERCENT = {
    **dict.fromkeys(("%", "percent", "per cent", "pct"), "percent"),
    **dict.fromkeys(("percentage points", "percentage point", "pp"), "percentage points"),
}
COUNTED = {"jobs", "workers", "vehicles", "cars", "trucks", "units", "companies", "countries"}
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS, start=1)}
_PARTS = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
PARTS = {word: whole for whole, word in enumerate(_PARTS, start=2)}
MULTIPLES = {
    **dict.fromkeys(("doubled", "double", "doubles", "doubling", "twice"), "doubled"),
    **dict.fromkeys(("tripled", "triple", "triples", "tripling", "trebled"), "tripled"),
    **dict.fromkeys(("quadrupled", "quadruple", "quadruples"), "quadrupled"),
    **dict.fromkeys(("halved", "halves", "halving"), "halved"),
}
MORE_OR_LESS = {"more", "larger", "higher", "greater", "bigger", "less", "smaller", "lower"}

HEDGES = {
    **dict.fromkeys(
        ("about", "around", "roughly", "approximately", "approx", "estimated", "some", "~", "≈"),
        "about",
    ),
    **dict.fromkeys(
        ("nearly", "almost", "close to", "a little under", "just under", "slightly under"),
        "nearly",
    ),
    **dict.fromkeys(("a little over", "just over", "slightly over"), "just over"),
    **dict.fromkeys(
        ("more than", "over", "above", "well over", "in excess of", "exceeding", ">"), "more than"
    ),
    **dict.fromkeys(("at least", "no less than", "≥"), "at least"),
    **dict.fromkeys(("less than", "fewer than", "under", "below", "<"), "less than"),
    **dict.fromkeys(("up to", "at most", "as much as", "no more than", "≤"), "up to"),
    "between": "between",
    "from": "from",
}
FLAT = {"flat", "unchanged", "no growth", "no change"}
FLAT_ADVERBS = {"virtually", "absolutely", "essentially", "practically", "almost", "nearly"}
VAGUE = {"all", "almost all", "nearly all", "most", "many", "few"}
MAJORITIES = {"a majority", "the majority", "an absolute majority", "the absolute majority"}

SIGNS = {"−": "−", "minus": "−", "+": "+"}
ARTICLES = {"a", "an", "the"}
AUXILIARIES = {"has", "have", "had", "will", "would", "been", "is", "are", "was", "were"}
AUXILIARIES |= {"remained", "stayed"}

_RISES = """up:down higher:lower rise:fall rises:falls rose:fell risen:fallen rising:falling
increase:decrease increases:decreases increased:decreased increasing:decreasing grow:shrink
grows:shrinks grew:shrank grown:shrunk growing:shrinking growth:decline gain:drop gains:drops
gained:dropped jump:drop jumps:drops jumped:dropped climb:drop climbs:drops climbed:dropped
surge:drop surges:drops surged:dropped soared:dropped swell:shrink swells:shrinks
swelled:decreased swollen:shrunk balloon:shrink balloons:shrinks ballooned:decreased
expanded:contracted widened:narrowed widening:narrowing"""
_FALLS = """down:up lower:higher fall:rise falls:rises fell:rose fallen:risen falling:rising
decrease:increase decreases:increases decreased:increased decreasing:increasing shrink:grow
shrinks:grows shrank:grew shrunk:grown shrinking:growing decline:increase declines:increases
declined:increased declining:increasing drop:rise drops:rises dropped:increased
dropping:rising reduction:increase slid:climbed slipped:climbed plunged:jumped
tumbled:jumped contracted:expanded narrowed:widened narrowing:widening"""
_SIDES = "deficit:surplus surplus:deficit"
OPPOSITE = dict(pair.split(":") for pair in f"{_RISES} {_FALLS} {_SIDES}".split())
DIRECTION = {pair.split(":")[0]: 1 for pair in _RISES.split()} | {
    pair.split(":")[0]: -1 for pair in _FALLS.split()
}
SIDE = {"deficit": 1, "surplus": -1}  # the sign of a US deficit
# "a 77 percent increase" says the same as "an increase of 77 percent"
AFTERWORDS = {"higher": "up", "lower": "down", "growth": "growth of"}
AFTERWORDS["increase"] = "an increase of"
AFTERWORDS |= {
    noun: f"a {noun} of"
    for noun in ("rise", "gain", "jump", "surge", "decrease", "decline", "fall", "drop", *SIDE)
}


@dataclass(frozen=True)
class Token:
    """A piece of text: kind is number, word, sign, range (a dash between figures) or symbol."""

    kind: str
    value: str  # in small letters
    start: int
    end: int


class Cursor:
    """A place in a list of tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.values = [token.value for token in tokens]
        self.at = 0

    @property
    def rest(self) -> Sequence[Token]:
        return self.tokens[self.at :]

    @property
    def value(self) -> str:
        return self.values[self.at] if self.at < len(self.values) else ""

    def take(self, values: Collection[str]) -> str:
        """The longest run of at most four tokens that is one of `values`, stepped over, or ""."""
        for length in range(min(4, len(self.values) - self.at), 0, -1):
            run = " ".join(self.values[self.at : self.at + length])
            if run in values:
                self.at += length
                return run
        return ""

    def take_number(self) -> str:
        """The number at this place, stepped over, or ""."""
        if self.at == len(self.tokens) or self.tokens[self.at].kind != "number":
            return ""
        self.at += 1
        return self.values[self.at - 1]


_TOKEN = re.compile(
    r"(?P<number>\.?[0-9](?:[0-9.,]*[0-9])?)|(?P<word>u\.s\.|approx\.|[^\W\d_]+)"
    r"|(?P<dash>[-−–‐‑])|(?P<symbol>\S)",
    re.IGNORECASE,
)


def quoted(text: object) -> str:
    """`text` in quotation marks, at most 80 characters, control characters made visible."""
    shown = text if isinstance(text, str) else repr(text)
    clipped = shown if len(shown) <= 80 else shown[:79] + "…"
    visible = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in clipped)
    return f'"{"".join(visible)}"'


def unreadable(text: object, why: str, examples: Sequence[str] = EXAMPLES) -> InputError:
    """The error for text that is no printed figure, with three examples that are."""
    first, second, third = (f'"{example}"' for example in examples)
    return InputError(
        f"{quoted(text)} cannot be read as a printed figure ({why}): "
        f"type it like {first}, {second} or {third}."
    )


def ambiguous(text: str, first: str, second: str) -> InputError:
    """The error for text that two careful readers could read differently."""
    return InputError(
        f"{quoted(text)} reads two ways, as {first} or as {second}: type the one that is meant."
    )


def tokens_of(text: str) -> list[Token]:
    """`text` cut into tokens; raises `InputError` for no text or too much of it."""
    if not isinstance(text, str):
        raise unreadable(text, "it is not text")
    if len(text) > LONGEST_TEXT:
        raise unreadable(text, f"it has {len(text)} characters, at most {LONGEST_TEXT} are read")
    found = [
        Token(str(match.lastgroup), match.group().lower(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]
    while found and found[-1].value in {".", ",", ";"}:
        found.pop()
    tokens = []
    for at, token in enumerate(found):
        if token.kind == "dash":
            kind = _kind_of_dash(found, at)
            if kind != "hyphen":
                value = {"sign": "−", "range": "–"}.get(kind, token.value)
                tokens.append(Token(kind, value, token.start, token.end))
        elif token.kind == "word":
            tokens.append(Token("word", token.value.replace(".", ""), token.start, token.end))
        else:
            tokens.append(token)
    if not tokens:
        raise unreadable(text, "it is empty")
    return tokens


def turned(words: str) -> str:
    """Words for rise, fall, deficit or surplus turned into the opposite, the article with them."""
    parts = words.split()
    for at, word in enumerate(parts):
        other = OPPOSITE.get(word.lower())
        if other is None:
            continue
        if at and parts[at - 1].lower() in {"a", "an"}:
            parts[at - 1] = "an" if other[0] in "aeiou" else "a"
        elif word.lower() == "growth":
            other = f"a {other}"
        parts[at] = other.capitalize() if word[0].isupper() else other
    return " ".join(parts)


def _kind_of_dash(found: Sequence[Token], at: int) -> str:
    """A dash joins words, spans a range between two figures, or is the sign of the next one."""
    dash = found[at]
    before = found[at - 1] if at else None
    after = found[at + 1] if at + 1 < len(found) else None
    if after is None:
        return "symbol"
    if after.kind == "word" and after.value not in {"us", "u.s.", "usd"}:
        joined = before is not None and before.end == dash.start and dash.end == after.start
        return "hyphen" if joined else "symbol"
    ends_a_figure = before is not None and (
        before.kind == "number" or before.value in SCALES or before.value in PERCENT
    )
    return "range" if ends_a_figure else "sign"
