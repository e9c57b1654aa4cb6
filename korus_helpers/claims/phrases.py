"""The grammar of printed figures: which words lead, which hedge, which numbers with which unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.wording import (
    POWERS,
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

LONGEST_NUMBER = 15  # digits
_FACTORS = {"doubled": 2, "tripled": 3, "quadrupled": 4, "halved": Fraction(1, 2)}
_ENGLISH = re.compile(
    r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)"
)
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]+|[0-9]+,[0-9]+")
_BEFORE = {"$", "us $", "usd"}
_AFTER = {"dollars", "us dollars", "usd"}
_OF_MONEY_ONLY = {"m", "b"}  # scales: "13.2 m" might be metres
_PRECISION = 40  # digits: all that 15 printed digits times a tolerance need
_MIRRORED = {"nearly": "just over", "more than": "less than", "at least": "up to"}
_ONE_SIDED = {"more than", "just over", "at least", "less than", "up to"}


@dataclass(frozen=True)
class Quantity:
    """One number with its unit.

    `value` is in `unit` (million dollars, percent, percentage points, times or count), signed
    as printed. `step` is one unit of the last digit and `loose_step` one unit of the last digit
    that is no trailing zero, both in `unit`, and 0 where words give the figure; `word` names
    such words (doubled, fraction). `scale` is what one printed unit is in `unit`.
    """

    value: Fraction
    unit: str
    digits: str = ""
    scale: Decimal = Decimal(1)
    step: Fraction = Fraction(0)
    loose_step: Fraction = Fraction(0)
    word: str = ""
    noun: str = ""
    sign: str = ""  # as printed


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


# Numbers with their unit


def read_quantity(text: str, tokens: Sequence[Token]) -> Quantity:
    """The quantity that `tokens` of `text` give, all of them used; raises `InputError`."""
    at = Cursor(tokens)
    article = at.take(words("articles"))
    quantity = _fraction(at, article) or _multiple(at) or _number(text, at)
    if at.rest:
        raise unreadable(text, f"{quoted(at.value)} is not understood")
    return quantity


def _fraction(at: Cursor, article: str) -> Quantity | None:
    """A share such as "a third", "two-thirds", "half" or "nine in ten" in percent, or None."""
    values = [token.value for token in at.rest]
    counts = [int(words("numbers").get(value, value)) for value in values if _is_small(value)]
    part = int(words("parts").get(values[-1].removesuffix("s"), 0)) if values else 0
    if len(counts) == 2 and " ".join(values[1:-1]) in {"in", "out of"}:
        share, whole = counts
    elif len(values) == 2 and part and len(counts) == 1:
        share, whole = counts[0], part
    elif len(values) == 1 and (values == ["half"] or (part and article in {"a", "an"})):
        share, whole = 1, part
    else:
        return None
    if not 0 < share < whole:
        return None
    at.at = len(at.tokens)
    return Quantity(Fraction(100 * share, whole), "percent", word="fraction")


def _is_small(value: str) -> bool:
    return value in words("numbers") or re.fullmatch("[1-9][0-9]?", value) is not None


def _multiple(at: Cursor) -> Quantity | None:
    """A multiple such as "doubled" or "halved" in times, or None."""
    word = words("multiples").get(at.take(words("multiples")), "")
    if not word:
        return None
    at.take(words("compared"))
    return Quantity(Fraction(_FACTORS[word]), "times", word=word)


def _number(text: str, at: Cursor) -> Quantity:
    """A number with its unit: "$13.2 billion", "−2.7 %", "95,000 jobs", "2.1 times"."""
    sign = words("signs").get(at.take(words("signs")), "")
    money = at.take(_BEFORE)
    sign = sign or words("signs").get(at.take(words("signs")), "")
    printed = at.take_number()
    if printed:
        digits = _plain_digits(text, printed)
    else:
        printed = at.take(words("numbers"))
        if not printed:
            place = f" at {quoted(at.value)}" if at.rest else ""
            raise unreadable(text, f"no number is understood{place}")
        digits = words("numbers")[printed]
    scale = at.take(words("scales"))
    money = at.take(_AFTER) or money
    if scale in _OF_MONEY_ONLY and not money:
        raise unreadable(text, f"{quoted(scale)} needs a dollar sign")
    unit, noun = _unit(text, at, printed, digits, money, scale)
    if sign and unit == "times":
        raise unreadable(text, "a multiple has no sign")
    power = POWERS.get(words("scales").get(scale, ""), 0)
    factor = Decimal(10) ** (power - 6 if unit == "million dollars" else power)
    decimals = len(digits.partition(".")[2])
    zeros = 0 if decimals or not int(digits) else len(digits) - len(digits.rstrip("0"))
    value = Fraction(digits) * Fraction(factor) * (-1 if sign == "−" else 1)
    step = Fraction(factor) / 10**decimals
    return Quantity(value, unit, printed, factor, step, step * 10**zeros, noun=noun, sign=sign)


def _unit(
    text: str, at: Cursor, printed: str, digits: str, money: str, scale: str
) -> tuple[str, str]:
    """The unit, and the noun of what is counted; refuses a unit or scale left out."""
    if money:
        if not scale and Fraction(digits) < 10**6:
            raise ambiguous(text, f"${printed} million", f"${printed} billion")
        return "million dollars", ""
    noun = at.take(words("counted"))
    if noun:
        return "count", noun
    if scale == "thousand":
        raise ambiguous(text, f"{printed} thousand dollars", f"a count of {printed} thousand")
    if scale:
        return "million dollars", ""
    unit = words("units").get(at.take(words("units")), "") or at.take({"times"})
    at.take(words("compared") if unit == "times" else ())
    if not unit and at.rest:
        raise unreadable(text, f"{quoted(at.value)} is not understood")
    if not unit and "," not in printed:
        raise ambiguous(text, f'"${printed} billion"', f'"{printed} percent"')
    if printed.count(",") == 1 and (unit or not printed.endswith("000")):
        # one comma before three digits is a decimal comma in much of the world
        pointed = printed.replace(",", ".")
        raise ambiguous(text, f'"{digits} {unit or "units"}"', f'"{pointed} {unit or "billion"}"')
    return unit or "count", ""


def _plain_digits(text: str, printed: str) -> str:
    """`printed` without the commas between thousands; refuses other commas and points."""
    if sum(c.isdigit() for c in printed) > LONGEST_NUMBER:
        raise unreadable(text, f"a number has more than {LONGEST_NUMBER} digits")
    if _ENGLISH.fullmatch(printed):
        return printed.replace(",", "")
    if printed.count(",") == 1 and _CONTINENTAL.fullmatch(printed):
        whole, _, decimals = printed.partition(",")
        plain = printed.replace(",", "").lstrip("0") or "0"
        raise ambiguous(text, f"{whole.replace('.', '')}.{decimals}", plain)
    raise unreadable(text, f"{quoted(printed)} is not a number as English writes it")


# What a number admits, by its rounding and its hedge


def admitted(quantity: Quantity, hedge: str, reach: Fraction, rounding: str) -> Interval:
    """The values that one hedged number admits, signed as printed."""
    size = abs(quantity.value)
    step = quantity.loose_step if rounding == "loose" else quantity.step
    spread = max(reach * size, step / 2)
    if quantity.word == "halved":  # more than halved is a ratio below a half
        hedge = _MIRRORED.get(hedge, hedge)
    if hedge in {"", "between"} and not quantity.word:
        interval = _plain(size, step, rounding)
    elif hedge == "nearly":
        interval = _interval(size - spread, size, high_open=True)
    elif hedge == "just over":
        interval = _interval(size, size + spread, low_open=True)
    elif hedge in {"more than", "at least"}:
        interval = _interval(size, None, low_open=hedge == "more than")
    elif hedge in {"less than", "up to"}:
        interval = _interval(Fraction(0), size, low_open=True, high_open=hedge == "less than")
    else:
        interval = _interval(size - spread, size + spread)
    return -interval if quantity.value < 0 else interval


def _plain(size: Fraction, step: Fraction, rounding: str) -> Interval:
    """The sizes that a number without hedge admits; `step` is one unit of its last digit."""
    if rounding != "truncated":
        return _interval(size - step / 2, size + step / 2)
    if size == 0:  # whatever was cut off may have had either sign
        return _interval(-step, step, low_open=True, high_open=True)
    return _interval(size, size + step, high_open=True)


def _interval(
    low: Fraction, high: Fraction | None, low_open: bool = False, high_open: bool = False
) -> Interval:
    ends = decimal_of(low, ROUND_FLOOR), None if high is None else decimal_of(high, ROUND_CEILING)
    return Interval(*ends, low_open, high_open)


def decimal_of(number: Fraction, rounding: str) -> Decimal:
    """`number` as a decimal: exact where its digits end, else rounded to 12 of them."""
    context = Context(prec=_PRECISION, rounding=rounding)
    numerator, denominator = Decimal(number.numerator), Decimal(number.denominator)
    result = context.divide(numerator, denominator)
    if context.flags[Inexact]:
        return Context(prec=12, rounding=rounding).divide(numerator, denominator)
    return result
