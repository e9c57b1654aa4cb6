"""The words of printed figures, and text cut into tokens."""

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from korus_helpers.errors import InputError

LONGEST_TEXT = 200  # characters
EXAMPLES = ("$42.3 billion", "a decline of 2.7 percent", "more than doubled")
POWERS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
SIDE = {"deficit": 1, "surplus": -1}  # the sign of a US deficit


class Words(dict[str, str]):
    """Words and what they stand for; `firsts` are the first tokens of each, for a quick no."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__(found)
        self.firsts = frozenset(word.split()[0] for word in found)


@cache
def words(table: str) -> Words:
    """Each word of a table of `words.yaml`, and what it stands for.

    Words that are listed in one key, form by form ("rise rises": "fall falls"), are taken apart.
    """
    kept = read_tables("words.yaml")[table]
    if isinstance(kept, list):
        return Words({word: word for word in kept})
    found = {}
    for name, its in kept.items():
        if table in ("rises", "falls"):
            parts, others = re.split(" (?!up|down)", name), re.split(" (?!up|down)", its)
            for at, word in enumerate(parts):
                found.setdefault(word, others[min(at, len(others) - 1)])
        elif isinstance(its, list):
            found |= dict.fromkeys(its, name)
        else:
            found[name] = str(its)
    return Words(found)


@cache
def read_tables(name: str) -> dict:
    """The tables of words in a file beside this one."""
    import yaml

    text = Path(__file__).with_name(name).read_text("utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def directions() -> dict[str, int]:
    """The words for rise (1) and fall (-1)."""
    return Words(dict.fromkeys(words("rises"), 1) | dict.fromkeys(words("falls"), -1))


@cache
def opposites() -> dict[str, str]:
    """Words for rise, fall, deficit and surplus, and their opposites."""
    return words("rises") | words("falls") | words("sides")


def turned(text: str) -> str:
    """Words for rise, fall, deficit or surplus turned into the opposite, the article with them."""
    parts = text.split()
    for at, word in enumerate(parts):
        other = opposites().get(word.lower())
        if other is None:
            continue
        if at and parts[at - 1].lower() in {"a", "an"}:
            parts[at - 1] = "an" if other[0] in "aeiou" else "a"
        elif word.lower() == "growth":
            other = f"a {other}"
        parts[at] = other.capitalize() if word[0].isupper() else other
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: kind is number, word, sign, range (a dash between figures) or symbol."""

    kind: str
    value: str  # in small letters, with straight quotation marks
    start: int
    end: int


class Cursor:
    """A place in a list of tokens."""

    def __init__(self, tokens: Sequence[Token], at: int = 0) -> None:
        self.tokens = tokens
        self.at = at

    @property
    def value(self) -> str:
        """The token at this place, "" at the end."""
        return self.tokens[self.at].value if self.at < len(self.tokens) else ""

    def take(self, values: Collection[str]) -> str:
        """The longest run of at most five tokens that is one of `values`, stepped over, or ""."""
        if isinstance(values, Words) and self.value not in values.firsts:
            return ""
        run = found = ""
        for length, token in enumerate(self.tokens[self.at : self.at + 5], 1):
            run = f"{run} {token.value}" if run else token.value
            if run in values:
                found, size = run, length
        self.at += size if found else 0
        return found

    def take_number(self) -> str:
        """The number at this place, stepped over, or ""."""
        if self.at == len(self.tokens) or self.tokens[self.at].kind != "number":
            return ""
        self.at += 1
        return self.tokens[self.at - 1].value


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


# Each alternative is one run of characters: no text is read twice.
_TOKEN = re.compile(
    r"(?P<number>\.?[0-9]+(?:[.,]+[0-9]+)*)|(?P<money>(?:[a-z]{1,3})?\$)"
    r"|(?P<word>u\.s\.(?:a\.)?|approx\.|[mqy]/[mqy](?![^\W\d_])|'s(?![^\W\d_])"
    r"|[^\W\d_]+(?:'t(?![^\W\d_]))?)"
    r"|(?P<dash>[-−])|(?P<symbol>(?P<same>\S)(?:(?P=same){9,})?)",  # a row of dots is one
    re.IGNORECASE,
)
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼ", "'"),
        **dict.fromkeys("“”„‟", '"'),
        **dict.fromkeys("‐‑–﹣－", "-"),
        **dict.fromkeys("¹²³⁰⁴⁵⁶⁷⁸⁹†‡", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", " "),
    }
)


def plain(text: str) -> str:
    """`text`, character for character, with straight quotes, and space for marks of footnotes."""
    return text.translate(_ALIKE)


def tokens_in(text: str, start: int = 0, end: int = sys.maxsize) -> list[Token]:
    """Every token of a stretch of a `plain` text of any length.

    A dash joins words, spans a range between two figures, or is the sign of the next one.
    """
    found = [
        Token(str(match.lastgroup), match.group().lower(), match.start(), match.end())
        for match in _TOKEN.finditer(text, start, end)
    ]
    tokens = []
    for at, token in enumerate(found):
        kind, value = token.kind, token.value
        if kind == "dash":
            kind = _kind_of_dash(found, at)
            value = {"sign": "−", "range": "–", "pause": "—"}.get(kind, value)
        elif kind == "word":
            value = value.replace(".", "")
        elif kind == "money":
            kind = "symbol"
        if kind != "hyphen":
            tokens.append(Token(kind, value, token.start, token.end))
    return tokens


def tokens_of(text: str) -> list[Token]:
    """The tokens of one printed figure; raises `InputError` for no text or too much of it."""
    if not isinstance(text, str):
        raise unreadable(text, "it is not text")
    if len(text) > LONGEST_TEXT:
        raise unreadable(text, f"it has {len(text)} characters, at most {LONGEST_TEXT} are read")
    tokens = [token for token in tokens_in(plain(text)) if token.value not in {'"', "'"}]
    while tokens and tokens[-1].value in {".", ",", ";"}:
        tokens.pop()
    if not tokens:
        raise unreadable(text, "it is empty")
    return tokens


def _kind_of_dash(found: Sequence[Token], at: int) -> str:
    dash = found[at]
    before = found[at - 1] if at else None
    after = found[at + 1] if at + 1 < len(found) else None
    if after is None:
        return "symbol"
    joined = before is not None and before.end == dash.start and dash.end == after.start
    if before is not None and before.end < dash.start and dash.end < after.start:
        return "pause"  # "deliveries - $437 billion in 2022 - grew"
    if after.kind == "word" and after.value not in {"us", "u.s.", "usd"}:
        return "hyphen" if joined else "symbol"
    if joined and before.kind == "word" and before.value not in words("scales"):
        return "hyphen"
    ends_a_figure = before is not None and (
        before.kind == "number" or before.value in words("scales") or before.value in words("units")
    )
    if after.kind not in ("number", "money", "word"):
        return "symbol"
    return "range" if ends_a_figure else "sign"
