"""The grammar of printed figures: which words lead, which hedge, which numbers with which unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from korus_helpers.claims.quantities import LONGEST_NUMBER, Quantity, read_quantity
from korus_helpers.claims.wording import (
    SIDE,
    Cursor,
    Token,
    ambiguous,
    directions,
    quoted,
    tokens_of,
    unreadable,
    words,
)

_ONE_SIDED = {"more than", "just over", "at least", "less than", "up to"}


@dataclass(frozen=True)
class Phrase:
    """A printed figure taken apart.

    `hedge` is "" or one of the hedges in `words.yaml`, flat or majority; `words` are those for
    rise, fall, deficit or surplus, in front of the figure; `sign` is theirs (0: none said), and
    `direction` is the same where they speak of a change.
    """

    quantities: tuple[Quantity, ...]
    hedge: str
    words: str = ""
    sign: int = 0
    direction: int = 0


def read_phrase(text: str) -> Phrase:
    """`text` taken apart; raises `InputError` where it is no figure or reads two ways."""
    tokens = tokens_of(text)
    at = Cursor(tokens)
    while at.take(words("auxiliaries")):
        pass
    run = " ".join(at.values[at.at :])
    if run in words("vague"):
        raise unreadable(text, "it sets no bound that a number could miss")
    if run in words("majorities"):
        return Phrase((), "majority")
    first, _, others = run.partition(" ")
    if (others if first in words("flat adverbs") else run) in words("flat"):
        return Phrase((), "flat")
    _refuse_folds(text, tokens)
    hedge = words("hedges").get(at.take(words("hedges")), "")
    said, sign, direction = "", 0, 0
    if not hedge:
        start = at.at
        article = at.take(words("articles"))
        said, sign, direction = _lead(text, at)
        hedge = words("hedges").get(at.take(words("hedges")), "")
        if article and at.at == start + 1:
            at.at = start  # the article belongs to the number: "a third"
    body = list(at.rest)
    if not sign and body:
        body, said, sign, direction = _without_afterword(body)
    ends = _range_ends(text, body, hedge)
    if hedge == "from" and (said or any(_is_level(end) for end in ends)):
        raise unreadable(text, "it gives two levels, not one figure")
    quantities = tuple(read_quantity(text, end) for end in ends or (body,))
    phrase = Phrase(quantities, "between" if ends else hedge, said, sign, direction)
    _refuse_signs(text, phrase)
    _refuse_hedges(text, phrase)
    return phrase


def _refuse_folds(text: str, tokens: Sequence[Token]) -> None:
    """Refuse "twofold" and "two times more": a ratio of two to some readers, three to others."""
    for at, token in enumerate(tokens):
        following = tokens[at + 1].value if at + 1 < len(tokens) else ""
        number = tokens[at - 1].value if at else ""
        if token.value.endswith("fold"):
            number = token.value.removesuffix("fold") or number
        elif not (token.value == "times" and following in words("more or less")):
            continue
        number = words("numbers").get(number, number)
        if number.isdecimal() and len(number) <= LONGEST_NUMBER:
            first, second = f"{number} times", f"{int(number) + 1} times"
        else:
            first, second = "a multiple", "one more than that multiple"
        raise ambiguous(text, f"{first} the earlier value", f"{second} the earlier value")


def _lead(text: str, at: Cursor) -> tuple[str, int, int]:
    """Words before the figure, their sign and direction: "fell by" is a fall.

    "fell to" leads to the level reached, whose sign it does not say.
    """
    start = at.at
    trade = at.take({"trade"})
    side = at.take(SIDE)
    if side and at.take({"of"}):
        return _text_to(text, at), SIDE[side], 0
    at.at = start
    word = "" if trade else at.take(directions())
    if not word or at.take({"to"}):
        return "", 0, 0
    at.take({"by", "of"})
    sign = directions()[word]
    return _text_to(text, at), sign, sign


def _text_to(text: str, at: Cursor) -> str:
    return text[at.tokens[0].start : at.tokens[at.at - 1].end]


def _without_afterword(body: list[Token]) -> tuple[list[Token], str, int, int]:
    """The body without a closing "increase", "lower" or "deficit", whose words go to the front."""
    last = body[-1].value
    if last not in words("afterwords"):
        return body, "", 0, 0
    body = body[:-1]
    direction = directions().get(last, 0)
    if last in SIDE and body and body[-1].value == "trade":
        body = body[:-1]
    return body, words("afterwords")[last], direction or SIDE[last], direction


def _range_ends(text: str, body: Sequence[Token], hedge: str) -> Sequence[Sequence[Token]]:
    """The tokens of both ends of a range, or none; a bare first end gets the second's unit."""
    joiners = {"and"} if hedge == "between" else {"to", "–"}
    found = [at for at, token in enumerate(body) if token.value in joiners]
    if not found and hedge not in {"between", "from"}:
        return ()
    if len(found) != 1:
        raise unreadable(text, "a range has two ends")
    if hedge not in {"", "between", "from"}:
        raise unreadable(text, f"it has both a range and the hedge {quoted(hedge)}")
    first, second = body[: found[0]], body[found[0] + 1 :]
    return [*first, *shared_unit(first, second)], second


def _is_level(end: Sequence[Token]) -> bool:
    """Whether `end` has a hedge or a side of its own, as a level may but no end of a range."""
    has_side = any(token.value in SIDE for token in end)
    return has_side or Cursor(end).take(words("hedges")) != ""


def shared_unit(first: Sequence[Token], second: Sequence[Token]) -> Sequence[Token]:
    """The tokens after the last number of `second`, where `first` ends in a bare number."""
    if not first or not _is_number(first[-1]):
        return []
    numbers = [at for at, token in enumerate(second) if _is_number(token)]
    return second[numbers[-1] + 1 :] if numbers else []


def _is_number(token: Token) -> bool:
    return token.kind == "number" or token.value in words("numbers")


def _refuse_signs(text: str, phrase: Phrase) -> None:
    printed = next((quantity.sign for quantity in phrase.quantities if quantity.sign), "")
    if phrase.sign and printed:
        why = f"it gives the sign twice, by {quoted(phrase.words)} and by {quoted(printed)}"
        raise unreadable(text, why)
    if printed == "−" and phrase.hedge in _ONE_SIDED:
        meant = f'a bound on its size (type "a decline of {phrase.hedge} 5 percent")'
        raise ambiguous(text, "a bound on the signed number", meant)


def _refuse_hedges(text: str, phrase: Phrase) -> None:
    first, last, hedge = phrase.quantities[0], phrase.quantities[-1], phrase.hedge
    if first.unit != last.unit:
        raise unreadable(text, f"its ends are in {first.unit} and in {last.unit}")
    if hedge == "between" and first.value >= last.value:
        raise unreadable(text, "a range runs from its lower end to its higher one")
    if first.value == 0 and hedge in {"nearly", "less than", "up to"}:
        raise unreadable(text, f"no size is {hedge} 0")
    if first.unit == "times" and not first.digits and hedge in {"just over", "less than", "up to"}:
        raise unreadable(text, f"{quoted(hedge)} does not go with a multiple")
