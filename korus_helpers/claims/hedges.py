"""Which values a number admits, by its rounding and its hedge."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.quantities import Quantity

_PRECISION = 40  # digits: all that 15 printed digits times a tolerance need
_MIRRORED = {"nearly": "just over", "more than": "less than", "at least": "up to"}


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
