"""Numbers, units and verbs in words.

Amounts come in million US dollars and unrounded. A minus is the true minus sign; a value that
prints as zero carries no sign. A figure that is missing raises ValueError, so that no sentence
can say "USD nan billion".
"""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Protocol

MINUS = "−"
_COUNTS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_DECIMALS = 9  # of a billion dollars or a percent: what is behind them is noise of dividing


class Ends(Protocol):
    """An interval such as `claims.intervals.Interval`; None is an unbounded end."""

    low: Decimal | float | None
    high: Decimal | float | None


def _figure(value: float) -> float:
    """`value` as a float; ValueError if it is missing or infinite."""
    figure = math.nan if value is None else float(value)
    if not math.isfinite(figure):
        raise ValueError(f"{value} is not a figure that can be put in words")
    return figure


def number(value: float, digits: int = 1) -> str:
    """1234.56 → "1,234.6", −1.2 → "−1.2", −0.04 → "0.0"."""
    return f"{_figure(value):z,.{digits}f}".replace("-", MINUS)


def short(value: float) -> str:
    """A label: one decimal, or as many as it takes to show a digit: 12.34 → "12.3", 0.004, 0."""
    size = abs(_figure(value))
    digits = 1 if size >= 0.05 else 0 if size < 1e-6 else math.ceil(-math.log10(2 * size))
    return number(value, digits)


def _unit(size: float, digits: int) -> tuple[str, float, int]:
    """Name of the unit in which `size` is said, million dollars in it, and decimals."""
    if round(size) >= 1000:
        return "billion", 1000.0, digits
    # 99.96 prints as 100, so the number of decimals follows from what is printed.
    return "million", 1.0, 0 if digits == 1 and round(size, 1) >= 100 else digits


def usd(musd: float, digits: int = 1) -> str:
    """An amount with its unit: "USD 27.6 billion", "USD 950 million", "−USD 1.2 billion".

    Below one billion it is said in millions, from 100 on in whole millions unless more than one
    decimal is asked for; an amount too small to print is "less than USD 0.1 million". Thousands
    of billions stay billions, so that the figures of one sentence can be compared.
    """
    size = abs(_figure(musd))
    unit, scale, decimals = _unit(size, digits)
    if size == 0:
        return "USD 0"
    if round(size / scale, decimals) == 0:
        return f"less than USD {number(10**-decimals, decimals)} {unit}"
    return f"{MINUS if musd < 0 else ''}USD {number(size / scale, decimals)} {unit}"


def usd_as_printed(musd: float, digits: int = 1) -> float:
    """The million dollars that a reader of `usd(musd, digits)` takes away: 1240 → 1200."""
    _, scale, decimals = _unit(abs(_figure(musd)), digits)
    return round(float(musd) / scale, decimals) * scale


def percent(value: float, digits: int = 1) -> str:
    """2.76 → "2.8 percent", −2.76 → "−2.8 percent"."""
    return f"{number(value, digits)} percent"


def signed(value: float, digits: int = 1) -> str:
    """13.23 → "+13.2", −1.2 → "−1.2", 0.01 → "0.0"."""
    return ("+" if round(_figure(value), digits) > 0 else "") + number(value, digits)


def times(ratio: float) -> str:
    """2.0928 → "2.09 times", 36.104 → "36.1 times", 270.4 → "270 times"."""
    size = abs(_figure(ratio))
    return f"{number(ratio, 2 if size < 10 else 1 if size < 100 else 0)} times"


def fold(ratio: float) -> str:
    """5.69 → "5.7-fold", 270.4 → "270-fold"."""
    return f"{number(ratio, 1 if ratio < 100 else 0)}-fold"


def range_words(low: float | None, high: float | None, digits: int = 1) -> str:
    """[−2.79, −2.64] → "−2.8 to −2.6": rounded outward, so that nothing of the range is lost.

    None or an infinite end is unbounded: "28.0 and above"; without ends it is "any value". Ends
    that both round to the same number are said as that number.
    """
    low = None if low is None or math.isinf(low) else low
    high = None if high is None or math.isinf(high) else high
    if low is None and high is None:
        return "any value"
    if low is None:
        return f"{number(_rounded(high, digits, ROUND_CEILING), digits)} and below"
    if high is None:
        return f"{number(_rounded(low, digits, ROUND_FLOOR), digits)} and above"
    # A tie rounds both ways, so an end that is one leaves the range said as a range.
    ways = (ROUND_HALF_UP, ROUND_HALF_DOWN)
    nearest = {_rounded(end, digits, way) for end in (low, high) for way in ways}
    if low == high or len(nearest) == 1:
        return number(low, digits)
    below, above = _rounded(low, digits, ROUND_FLOOR), _rounded(high, digits, ROUND_CEILING)
    return f"{number(below, digits)} to {number(above, digits)}"


def _rounded(end: float, digits: int, way: str) -> Decimal:
    # Through text: the float 43.4 lies beside 43.4 and would be rounded past it.
    return Decimal(str(_figure(end))).quantize(Decimal(1).scaleb(-digits), way)


def rose_or_fell(change: float, digits: int = 1) -> str:
    """The verb: "rose" or "fell"; "did not change" where the change prints as zero."""
    if round(_figure(change), digits) == 0:
        return "did not change"
    return "rose" if change > 0 else "fell"


def rose_or_fell_by(change_musd: float) -> str:
    """Verb and amount: "rose by USD 13.2 billion"; "hardly changed" where it prints as zero."""
    verb = rose_or_fell(change_musd)
    if verb == "did not change":
        return verb if change_musd == 0 else "hardly changed"
    return f"{verb} by {usd(abs(change_musd))}"


def moved(change_musd: float) -> str:
    """A change of a deficit: "moved toward a deficit by USD 2.6 billion", or "a surplus"."""
    if _figure(change_musd) == 0:
        return "did not move"
    side = "deficit" if change_musd > 0 else "surplus"
    return f"moved toward a {side} by {usd(abs(change_musd))}"


def deficit_phrase(deficit_musd: float, digits: int = 1) -> str:
    """The words "a deficit of USD 27.6 billion"; below zero "a surplus of …".

    At zero it is "balanced trade".
    """
    figure = _figure(deficit_musd)
    if figure == 0:
        return "balanced trade"
    return f"a {'deficit' if figure > 0 else 'surplus'} of {usd(abs(figure), digits)}"


def join_words(words: Sequence[str]) -> str:
    """["a", "b", "c"] → "a, b and c"; nothing gives ""."""
    *first, last = [str(word) for word in words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def count_word(count: int) -> str:
    """As "five"; digits above twelve."""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


# Figures of claims, in the unit in which they are printed


def shown_unit(unit: str) -> str:
    """As "billion dollars" for amounts, else the unit itself (percent, times)."""
    return "billion dollars" if unit == "million dollars" else unit


def size_of(unit: str) -> int:
    """What one of the unit shown is in `unit`."""
    return 1000 if unit == "million dollars" else 1


def in_shown_unit(value: float | Decimal | None, unit: str) -> float | None:
    """`value` in the unit shown, None where there is none or it has no end."""
    found = math.nan if value is None else float(value) / size_of(unit)
    return round(found, _DECIMALS) if math.isfinite(found) else None


def ends_in_shown_unit(interval: Ends, unit: str) -> list[float | None]:
    """Low and high, given in `unit`, in billion dollars, percent or times; None: unbounded."""
    return [in_shown_unit(interval.low, unit), in_shown_unit(interval.high, unit)]


def ends_words(interval: Ends, unit: str, digits: int = 2) -> str:
    """An interval in words, rounded outward: "19.00 to 20.00 billion dollars"."""
    low, high = ends_in_shown_unit(interval, unit)
    if unit == "rank" and low is not None and high is not None:
        return f"place {range_words(low, high, 0)}"
    if low is None and high is None:
        return "any value"
    if high is None:
        return f"{range_words(low, None, digits).split()[0]} {shown_unit(unit)} and above"
    if low is None:
        return f"up to {range_words(None, high, digits).split()[0]} {shown_unit(unit)}"
    return f"{range_words(low, high, digits)} {shown_unit(unit)}"


def amount(value: float, unit: str) -> str:
    """With two decimals: "USD 29.32 billion", "2.76 percent", "2.09 times"."""
    if unit == "rank":
        return f"place {number(value, 0)}"
    return usd(value, 2) if unit == "million dollars" else f"{number(value, 2)} {unit}"
