"""Texts that one slip of the typesetter turns a printed figure into."""

from collections.abc import Iterator
from dataclasses import dataclass

from korus_helpers.claims import wording
from korus_helpers.claims.wording import Token

_EXCHANGED = ("million", "billion", "trillion")


@dataclass(frozen=True)
class Edit:
    """A text one edit away from a printed one, and what the edit was ("a digit added: 4")."""

    text: str
    what: str


def edits_of(text: str, words: str) -> list[Edit]:
    """All texts one edit away from `text`, each once, readable or not.

    `words` are those for rise, fall, deficit or surplus that `text` was read with.
    """
    tokens = wording.tokens_of(text)
    edits = {}
    for token in tokens:
        for shown, what in _edits_of_token(token):
            glued = shown[0].isalpha() and text[token.start - 1].isdigit()
            new = f"{text[: token.start]}{' ' if glued else ''}{shown}{text[token.end :]}"
            edits.setdefault(new, what)
    edits.setdefault(_flipped(text, tokens, words), "the sign flipped")
    edits.pop(text, None)
    return [Edit(new, what) for new, what in edits.items()]


def _edits_of_token(token: Token) -> Iterator[tuple[str, str]]:
    if token.kind == "number":
        for digits, point, what in _digit_edits(token.value):
            yield _with_commas(digits, point, token.value), what
    elif wording.SCALES.get(token.value) in _EXCHANGED:
        old = wording.SCALES[token.value]
        for new in _EXCHANGED:
            if new != old:
                yield new, f"the unit changed: {old} to {new}"


def _digit_edits(printed: str) -> Iterator[tuple[str, int, str]]:
    """The digits after each edit, and how many of them stand before the point.

    The last digit is neither dropped nor followed by another: that is rounding, no slip.
    """
    whole, _, decimals = printed.replace(",", "").partition(".")
    digits, point = whole + decimals, len(whole)
    for at in range(len(digits)):
        for added in "0123456789":
            longer, what = digits[:at] + added + digits[at:], f"a digit added: {added}"
            if at <= point:
                yield longer, point + 1, what
            if at >= point:
                yield longer, point, what
    for at in range(len(digits) - 1):
        if at > 0 or point != 1:  # "$.5 billion" is no way to print
            dropped = digits[:at] + digits[at + 1 :]
            yield dropped, point - (at < point), f"a digit dropped: {digits[at]}"
    for at in range(len(digits) - 1):
        first, second = digits[at : at + 2]
        swapped = digits[:at] + second + first + digits[at + 2 :]
        yield swapped, point, f"digits swapped: {first} and {second}"


def _with_commas(digits: str, point: int, printed: str) -> str:
    whole, decimals = digits[:point], digits[point:]
    if "," in printed and not whole.startswith("0"):
        whole = f"{int(whole or 0):,}"
    return f"{whole}.{decimals}" if decimals else whole


def _flipped(text: str, tokens: list[Token], words: str) -> str:
    """`text` with the opposite word for rise or fall, or else with the other sign."""
    if words and words in text:
        return text.replace(words, wording.turned(words), 1)
    if words:
        noun = next(token for token in reversed(tokens) if token.value in wording.OPPOSITE)
        return text[: noun.start] + wording.OPPOSITE[noun.value] + text[noun.end :]
    numbers = [place for place, token in enumerate(tokens) if token.kind == "number"]
    if len(numbers) != 1:
        return text
    for token in tokens:
        if token.value in wording.SIGNS:
            return text[: token.start] + text[token.end :].lstrip()
    place = numbers[0]
    while place and tokens[place - 1].value in {"$", "us", "usd"}:
        place -= 1
    start = tokens[place].start
    return f"{text[:start]}−{text[start:]}"
