"""From a printed figure to the interval of values it admits, and back to print."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache

from korus_helpers.claims import wording
from korus_helpers.claims.hedges import admitted, decimal_of
from korus_helpers.claims.intervals import Interval, exact
from korus_helpers.claims.misprints import Edit, edits_of
from korus_helpers.claims.phrases import Phrase, read_phrase, shared_unit
from korus_helpers.claims.quantities import LONGEST_NUMBER
from korus_helpers.claims.wording import Cursor, ambiguous, quoted, unreadable
from korus_helpers.errors import InputError

ROUNDINGS = ("nearest", "truncated", "loose")
_WORDS_TO_DECIMALS = {"times": 2, "percent": 1}  # "doubled" prints 2.09, "half" prints 48.7


@dataclass(frozen=True)
class Printed:
    """A figure as printed and what it admits.

    `values` and `interval` are in `unit`: million dollars, percent, percentage points, times or
    count. They are signed by the words for rise and fall, or else by the sign printed, or else
    positive; "a deficit of" and "a surplus of" sign them as a US deficit. `digits` are the
    numbers as printed (none for "doubled"), `scale` is what one printed unit is in `unit`.
    `direction` is +1 where the text says rise, -1 where it says fall, 0 where it says neither
    or gives the level reached ("fell to 5 percent"). `hedge` is "" or about, nearly, more than,
    at least, less than, up to, between, flat, majority, fraction, doubled, tripled, quadrupled
    or halved. `words` stand before the figure ("a decline of"), `noun` is what is counted.
    """

    text: str
    digits: tuple[str, ...]
    values: tuple[Decimal, ...]
    unit: str
    scale: Decimal
    direction: int
    hedge: str
    interval: Interval
    words: str = ""
    noun: str = ""

    def reprint(self, value: Decimal | int | float) -> str:
        """`value`, in `unit`, printed without hedge in the unit, scale and digits of this text.

        "$27.6 billion" prints 13225.419 as "$13.2 billion"; a smaller scale is taken where only
        zeros would show. Words for rise and fall stay, and are turned where the sign is the
        other one. The result, read with the nearest rule, contains `value`. Raises `InputError`
        where the value is not finite or too long.
        """
        number = exact(value)
        if not number.is_finite():
            raise InputError(f"{value} cannot be printed: give a finite number.")
        decimals, scale = self._decimals(), Fraction(self.scale)
        spelled = self.unit == "million dollars" and scale < Fraction(1, 1000)
        if spelled and abs(number) < 1:
            # plain dollars are only read from a million up: "$500,000" might lack a scale word
            decimals, scale, spelled = decimals + 6, Fraction(1), False
        size = abs(Fraction(number))
        units = round(size / scale * 10**decimals)
        while size and not units and scale > 1:  # "$0 trillion" would say nothing
            scale /= 1000
            units = round(size / scale * 10**decimals)
        if max(len(str(units)), decimals + 1) > LONGEST_NUMBER:
            raise InputError(
                f"{value} has more than {LONGEST_NUMBER} digits when printed like "
                f"{quoted(self.text)}: check its unit, {self.unit}."
            )
        whole, rest = divmod(units, 10**decimals)
        commas = "," if self.unit in {"million dollars", "count"} else ""
        shown = f"{whole:{commas}}" + (f".{rest:0{decimals}}" if decimals else "")
        named = "" if spelled else _scale_name(scale, self.unit)
        if self.unit == "million dollars":
            shown = f"${shown}{named}"
        elif self.unit == "count":
            shown = f"{shown}{named} {self.noun or 'units'}"
        else:
            shown = f"{shown} {self.unit}"
        if not self.words:
            return f"−{shown}" if number < 0 and units else shown
        is_turned = units and (number < 0) != (_sign_of(self.words) < 0)
        return f"{wording.turned(self.words) if is_turned else self.words} {shown}"

    def _decimals(self) -> int:
        if not self.digits:
            return _WORDS_TO_DECIMALS[self.unit]
        return len(self.digits[-1].partition(".")[2])


@lru_cache(maxsize=4096)  # an audit reads each text, and what it might have been, several times
def read_printed(
    text: str,
    *,
    tolerance: Decimal | int | float | str = Decimal("0.05"),
    rounding: str = "nearest",
    flat: Decimal | int | float | str = Decimal(2),
) -> Printed:
    """The figure that `text` prints, at most 200 characters.

    `tolerance` is the share by which hedges such as "about" and "nearly" reach, and words such
    as "doubled". `rounding` is "nearest", which decides (ends included); "truncated", from the
    printed value up to one unit of its last digit away from zero; or "loose", where zeros that
    end a whole number do not count as digits ("110 percent" is ±5). Hedged figures read alike
    by "nearest" and "truncated". `flat` is the change in percent that still counts as none.

    Raises `InputError` for text that is no figure, reads two ways or gives the sign twice.
    """
    reach = _policy_number("tolerance", tolerance)
    if not reach < 1:
        raise InputError(f"tolerance {tolerance}: type a share from 0 to below 1, such as 0.05.")
    change = _policy_number("flat", flat)
    if rounding not in ROUNDINGS:
        raise InputError(f"rounding {quoted(rounding)}: type one of {', '.join(ROUNDINGS)}.")
    phrase = read_phrase(text)
    if phrase.hedge == "flat":
        width = decimal_of(change, ROUND_CEILING)
        return _wordless(text, "flat", Decimal(0), Interval(width.copy_negate(), width))
    if phrase.hedge == "majority":
        return _wordless(text, "majority", Decimal(50), Interval(Decimal(50), None, True))
    return _figure(text, phrase, reach, rounding)


def read_levels(
    text: str,
    *,
    tolerance: Decimal | int | float | str = Decimal("0.05"),
    rounding: str = "nearest",
) -> tuple[Printed, Printed]:
    """The two levels of "from $13.2 billion to $27.6 billion", each with its own hedge.

    A unit printed once, at the second, holds for the first too and is added to its text.
    "a surplus of" and "a deficit of" stand at both levels or at neither, and sign them as a US
    deficit. A word before "from" ("rose from") must agree with the levels. Raises `InputError`
    as `read_printed` does.
    """
    tokens = wording.tokens_of(text)
    at = Cursor(tokens)
    while at.take(wording.AUXILIARIES | wording.ARTICLES):
        pass
    direction = wording.DIRECTION.get(at.take(wording.DIRECTION), 0)
    middles = [
        place
        for place, token in enumerate(tokens)
        if token.value == "to" and tokens[place - 1].value not in {"close", "up"}
    ]
    if not at.take({"from"}) or len(middles) != 1:
        raise unreadable(text, "it gives no two levels", wording.EXAMPLES_OF_LEVELS)
    first, second = tokens[at.at : middles[0]], tokens[middles[0] + 1 :]
    if not first or not second:
        raise unreadable(text, "it gives one level only", wording.EXAMPLES_OF_LEVELS)
    texts = [text[part[0].start : part[-1].end] for part in (first, second)]
    shared = shared_unit(first, second)
    if shared:
        texts[0] += " " + text[shared[0].start : shared[-1].end]
    low, high = (read_printed(t, tolerance=tolerance, rounding=rounding) for t in texts)
    why = _why_no_levels(low, high, direction)
    if why:
        raise unreadable(text, why, wording.EXAMPLES_OF_LEVELS)
    if shared and low.unit == "million dollars" and low.values[0] >= 100 * high.values[0]:
        # "from $900 to $1.2 billion" may well start at 900 million
        smaller = f'"{first[-1].value}" in a smaller unit'
        raise ambiguous(text, f'"{texts[0]}"', smaller)
    return low, high


def one_edits(text: str) -> list[Edit]:
    """The texts one edit away from `text` that `read_printed` reads, in a fixed order.

    Edits: a leading or inner digit added or dropped, neighbouring digits swapped, million,
    billion or trillion exchanged, the sign flipped. A list of suspects, none of them likely by
    itself. Raises `InputError` where `text` itself is not read.
    """
    printed = read_printed(text)
    return [edit for edit in edits_of(text, printed.words) if _is_read(edit.text)]


def _is_read(text: str) -> bool:
    try:
        read_printed(text)
    except InputError:
        return False
    return True


def _figure(text: str, phrase: Phrase, reach: Fraction, rounding: str) -> Printed:
    quantities = phrase.quantities
    last = quantities[-1]
    intervals = [admitted(quantity, phrase.hedge, reach, rounding) for quantity in quantities]
    low, high = intervals[0], intervals[-1]
    interval = Interval(low.low, high.high, low.low_open, high.high_open)
    hedge = phrase.hedge or last.word
    return Printed(
        text=text,
        digits=tuple(quantity.digits for quantity in quantities if quantity.digits),
        values=tuple(
            decimal_of(quantity.value * (phrase.sign or 1), ROUND_HALF_EVEN)
            for quantity in quantities
        ),
        unit=last.unit,
        scale=last.scale,
        direction=phrase.direction,
        hedge="more than" if hedge == "just over" else hedge,
        interval=-interval if phrase.sign < 0 else interval,
        words=phrase.words,
        noun=last.noun,
    )


def _wordless(text: str, hedge: str, value: Decimal, interval: Interval) -> Printed:
    return Printed(text, (), (value,), "percent", Decimal(1), 0, hedge, interval)


def _why_no_levels(low: Printed, high: Printed, direction: int) -> str:
    for level in (low, high):
        if level.direction or len(level.values) > 1:
            return f"{quoted(level.text)} is no level"
    if low.unit != high.unit:
        return f"its levels are in {low.unit} and in {high.unit}"
    if bool(low.words) != bool(high.words):
        return "it names deficit or surplus at one level only"
    if direction * (high.values[0] - low.values[0]) < 0 and not low.words:
        return "its levels go the other way than its words"
    return ""


def _policy_number(name: str, value: Decimal | int | float | str) -> Fraction:
    try:
        number = exact(Decimal(value) if isinstance(value, str) else value)
    except (ArithmeticError, ValueError) as error:
        raise InputError(
            f"{name} {quoted(value)} is not a number: type one such as 0.05."
        ) from error
    if not number.is_finite() or number < 0:
        raise InputError(f"{name} {value} is not a size: type a number that is not negative.")
    return Fraction(number)


def _sign_of(words: str) -> int:
    signs = wording.DIRECTION | wording.SIDE
    return next((signs[word] for word in words.lower().split() if word in signs), 0)


def _scale_name(scale: Fraction, unit: str) -> str:
    """The word for `scale` with a space before it, empty where single units are printed."""
    ones = scale * 10**6 if unit == "million dollars" else scale
    name = {10**power: name for name, power in wording.POWERS.items()}.get(ones, "")
    return f" {name}" if name else ""
