"""Numbers, periods and verbs in words.

Amounts come in million US dollars and unrounded. A minus is the true minus sign; a value that
prints as zero carries no sign. Every function raises ValueError for a figure that is missing,
so that no sentence can say "USD nan billion".
"""

import math
import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from korus_helpers.errors import InputError
from korus_helpers.figures.names import MONTHS

MINUS = "−"


def _figure(value: float) -> float:
    """`value` as a float; ValueError if it is missing or infinite."""
    figure = math.nan if value is None else float(value)
    if not math.isfinite(figure):
        raise ValueError(f"{value} is not a figure that can be put in words")
    return figure


def number(value: float, digits: int = 1) -> str:
    """1234.56 → "1,234.6", −1.2 → "−1.2", −0.04 → "0.0"."""
    return f"{_figure(value):z,.{digits}f}".replace("-", MINUS)


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


def billions(musd: float, digits: int = 1) -> str:
    """Million dollars as a number of billions: 27624.6 → "27.6"."""
    return number(_figure(musd) / 1000, digits)


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
    """The verb: "rose" or "fell"; "did not change" where the change prints as zero.

    One decimal suits what `usd` and `percent` print. Before "by", `rose_or_fell_by` is the better
    choice: it words change and amount together.
    """
    if round(_figure(change), digits) == 0:
        return "did not change"
    return "rose" if change > 0 else "fell"


def rose_or_fell_by(change_musd: float, digits: int = 1) -> str:
    """Verb and amount: "rose by USD 13.2 billion", or "did not change".

    A change too small to print (below USD 0.05 million) is "hardly changed".
    """
    if _figure(change_musd) == 0:
        return "did not change"
    if round(change_musd, digits) == 0:
        return "hardly changed"
    return f"{rose_or_fell(change_musd, digits)} by {usd(abs(change_musd), digits)}"


def moved(change_musd: float) -> str:
    """A change of a deficit: "moved toward a deficit by USD 2.6 billion", or "a surplus"."""
    if _figure(change_musd) == 0:
        return "did not move"
    side = "deficit" if change_musd > 0 else "surplus"
    return f"moved toward a {side} by {usd(abs(change_musd))}"


def more_or_less(difference: float, digits: int = 1) -> str:
    """Either "more" or "less"; "the same" where it prints as zero with `digits` decimals."""
    if round(_figure(difference), digits) == 0:
        return "the same"
    return "more" if difference > 0 else "less"


def deficit_phrase(deficit_musd: float, digits: int = 1) -> str:
    """The words "a deficit of USD 27.6 billion"; below zero "a surplus of …".

    At zero it is "balanced trade".
    """
    figure = _figure(deficit_musd)
    if figure == 0:
        return "balanced trade"
    return f"a {'deficit' if figure > 0 else 'surplus'} of {usd(abs(figure), digits)}"


def month_name(month: str) -> str:
    """From "2011-04" to "April 2011"; InputError for anything else."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", str(month), re.ASCII)
    if not match:
        raise InputError(f"month {str(month)[:40]!r}: type year and month, such as 2011-04")
    return f"{MONTHS[int(match[2]) - 1]} {match[1]}"


def period_name(period: str | int) -> str:
    """From "2011-04/2012-03" to "April 2011 to March 2012"; a year stays; InputError otherwise.

    Months of one year share it: "2024-01/2024-06" → "January to June 2024".
    """
    text = str(period)
    if re.fullmatch(r"\d{4}", text, re.ASCII):
        return text
    first, slash, last = text.partition("/")
    if not slash:
        raise InputError(f"period {text[:40]!r}: type a year or months, such as 2011-04/2012-03")
    first_name, last_name = month_name(first), month_name(last)
    if first == last:
        return first_name
    if first > last:
        raise InputError(f"period {text!r}: the first month comes after the last; swap them")
    if first[:4] == last[:4]:
        first_name = first_name.split()[0]
    return f"{first_name} to {last_name}"


def ordinal(rank: int) -> str:
    """8 → "8th", 22 → "22nd", 113 → "113th"."""
    teens = rank % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{ending}"


def join_words(words: Sequence[str]) -> str:
    """["a", "b", "c"] → "a, b and c"; nothing gives ""."""
    words = [str(word) for word in words]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
