"""Numbers of claims in the unit in which they are printed: billion dollars, percent, times."""

import math
from decimal import Decimal

from korus_helpers.claims.intervals import Interval
from korus_helpers.present.verdicts import shown_unit
from korus_helpers.present.words import number, range_words

_DECIMALS = 9  # of a billion dollars or a percent: what is behind them is noise of dividing


def size_of(unit: str) -> int:
    return 1000 if unit == "million dollars" else 1


def ends_in_shown_unit(interval: Interval, unit: str) -> list[float | None]:
    """Low and high, given in `unit`, in billion dollars, percent or times; None: unbounded."""
    return [in_shown_unit(interval.low, unit), in_shown_unit(interval.high, unit)]


def ends_words(interval: Interval, unit: str, digits: int = 2) -> str:
    """An interval in words, rounded outward: "19.00 to 20.00 billion dollars"."""
    low, high = ends_in_shown_unit(interval, unit)
    name = shown_unit(unit)
    if low is None and high is None:
        return "any value"
    if high is None:
        return f"{number(math.floor(low * 10**digits) / 10**digits, digits)} {name} and above"
    if low is None:
        return f"up to {number(math.ceil(high * 10**digits) / 10**digits, digits)} {name}"
    return f"{range_words(low, high, digits)} {name}"


def in_shown_unit(value: float | Decimal | None, unit: str) -> float | None:
    """`value` in the unit printed, None where there is none or it has no end."""
    if value is None:
        return None
    found = float(value) / size_of(unit)
    return round(found, _DECIMALS) if math.isfinite(found) else None
