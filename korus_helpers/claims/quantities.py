"""Numbers with their unit, as printed ("$13.2 billion", "two-thirds"), and what they admit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.wording import (
    POWERS,
    Cursor,
    Token,
    ambiguous,
    quoted,
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
