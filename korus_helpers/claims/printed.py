"""From printed text to what it states: a figure with the interval it admits, and back to print."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache

from korus_helpers.claims.intervals import Interval, exact
from korus_helpers.claims.phrases import (
    LONGEST_NUMBER,
    Phrase,
    admitted,
    decimal_of,
    read_phrase,
    shared_unit,
)
from korus_helpers.claims.wording import (
    POWERS,
    SIDE,
    Cursor,
    Token,
    ambiguous,
    directions,
    opposites,
    quoted,
    tokens_of,
    turned,
    unreadable,
    words,
)
from korus_helpers.errors import InputError

TOLERANCE = Decimal("0.05")
FLAT = Decimal(2)  # the change in percent that still counts as none
LEVELS = (
    "from $13.2 billion to $27.6 billion",
    "from $16 to nearly $23 billion",
    "from a surplus of $1.3 billion to a deficit of $64 billion",
)
_WORDS_TO_DECIMALS = {"times": 2, "percent": 1}  # "doubled" prints 2.09, "half" prints 48.7
_OF_A_WHOLE = ("majority", "fraction")
_EXCHANGED = ("million", "billion", "trillion")


@dataclass(frozen=True)
class Statement:
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

    @property
    def way(self) -> str:
        """What the text alone says it is: a level, change, ratio, share or percent-change, or "".

        Dollars are a change where the text says rise or fall; a majority or a fraction is a share.
        """
        return {
            "million dollars": "change" if self.direction else "level",
            "percent": "share" if self.hedge in _OF_A_WHOLE else "percent-change",
            "times": "ratio",
        }.get(self.unit, "")

    @property
    def subject(self) -> str:
        """The measure that the text names: "deficit" where it says on which side, else ""."""
        return "deficit" if SIDE.keys() & self.words.lower().split() else ""

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
        money = self.unit == "million dollars"
        decimals, scale = self._decimals(), Fraction(self.scale)
        spelled = money and scale < Fraction(1, 1000)
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
        shown = f"{whole:{',' if self.unit in ('million dollars', 'count') else ''}}"
        shown += f".{rest:0{decimals}}" if decimals else ""
        named = "" if spelled else _scale_name(scale * 10**6 if money else scale)
        if money:
            shown = f"${shown}{named}"
        else:
            unit = f"{named} {self.noun or 'units'}" if self.unit == "count" else f" {self.unit}"
            shown += unit
        if not self.words:
            return f"−{shown}" if number < 0 and units else shown
        is_turned = units and (number < 0) != (_sign_of(self.words) < 0)
        return f"{turned(self.words) if is_turned else self.words} {shown}"

    def _decimals(self) -> int:
        if not self.digits:
            return _WORDS_TO_DECIMALS[self.unit]
        return len(self.digits[-1].partition(".")[2])


def _sign_of(text: str) -> int:
    signs = directions() | SIDE
    return next((signs[word] for word in text.lower().split() if word in signs), 0)


def _scale_name(ones: Fraction) -> str:
    """The word for so many ones with a space before it, empty where there is none."""
    name = {10**power: name for name, power in POWERS.items()}.get(ones, "")
    return f" {name}" if name else ""


@lru_cache(maxsize=4096)  # an audit reads each text, and what it might have been, several times
def read_printed(
    text: str, *, tolerance: Decimal = TOLERANCE, rounding: str = "nearest"
) -> Statement:
    """The figure that `text` prints, at most 200 characters.

    `tolerance` is the share by which hedges such as "about" and "nearly" reach, and words such
    as "doubled". `rounding` is "nearest", which decides (ends included); "truncated", from the
    printed value up to one unit of its last digit away from zero; or "loose", where zeros that
    end a whole number do not count as digits ("110 percent" is ±5). Hedged figures read alike
    by "nearest" and "truncated".

    Raises `InputError` for text that is no figure, reads two ways or gives the sign twice.
    """
    phrase = read_phrase(text)
    if phrase.hedge == "flat":
        reach = Interval(FLAT.copy_negate(), FLAT)
        return Statement(text, (), (Decimal(0),), "percent", Decimal(1), 0, "flat", reach)
    if phrase.hedge == "majority":
        above = Interval(Decimal(50), None, True)
        return Statement(text, (), (Decimal(50),), "percent", Decimal(1), 0, "majority", above)
    return _statement(text, phrase, Fraction(exact(tolerance)), rounding)


def _statement(text: str, phrase: Phrase, reach: Fraction, rounding: str) -> Statement:
    quantities, hedge = phrase.quantities, phrase.hedge
    last = quantities[-1]
    intervals = [admitted(quantity, hedge, reach, rounding) for quantity in quantities]
    low, high = intervals[0], intervals[-1]
    interval = Interval(low.low, high.high, low.low_open, high.high_open)
    hedge = hedge or last.word
    return Statement(
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


def read_levels(text: str) -> tuple[Statement, Statement]:
    """The two levels of "from $13.2 billion to $27.6 billion", each with its own hedge.

    A unit printed once, at the second, holds for the first too and is added to its text.
    "a surplus of" and "a deficit of" stand at both levels or at neither, and sign them as a US
    deficit. A word before "from" ("rose from") must agree with the levels. Raises `InputError`
    as `read_printed` does.
    """
    tokens = tokens_of(text)
    at = Cursor(tokens)
    while at.take(words("auxiliaries") | words("articles")):
        pass
    direction = directions().get(at.take(directions()), 0)
    middles = [
        place
        for place, token in enumerate(tokens)
        if token.value == "to" and tokens[place - 1].value not in {"close", "up"}
    ]
    if not at.take({"from"}) or len(middles) != 1:
        raise unreadable(text, "it gives no two levels", LEVELS)
    first, second = tokens[at.at : middles[0]], tokens[middles[0] + 1 :]
    if not first or not second:
        raise unreadable(text, "it gives one level only", LEVELS)
    texts = [text[part[0].start : part[-1].end] for part in (first, second)]
    shared = shared_unit(first, second)
    if shared:
        texts[0] += " " + text[shared[0].start : shared[-1].end]
    low, high = map(read_printed, texts)
    why = _why_no_levels(low, high, direction)
    if why:
        raise unreadable(text, why, LEVELS)
    if shared and low.unit == "million dollars" and low.values[0] >= 100 * high.values[0]:
        # "from $900 to $1.2 billion" may well start at 900 million
        smaller = f'"{first[-1].value}" in a smaller unit'
        raise ambiguous(text, f'"{texts[0]}"', smaller)
    return low, high


def _why_no_levels(low: Statement, high: Statement, direction: int) -> str:
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


@dataclass(frozen=True)
class Edit:
    """A text one edit away from a printed one, and what the edit was ("a digit added: 4")."""

    text: str
    what: str


def one_edits(text: str) -> list[Edit]:
    """The texts one edit away from `text` that `read_printed` reads, in a fixed order.

    Edits: a leading or inner digit added or dropped, neighbouring digits swapped, million,
    billion or trillion exchanged, the sign flipped. A list of suspects, none of them likely by
    itself. Raises `InputError` where `text` itself is not read.
    """
    said = read_printed(text).words
    tokens = tokens_of(text)
    edits = {}
    for token in tokens:
        for shown, what in _edits_of_token(token):
            glued = shown[0].isalpha() and text[token.start - 1].isdigit()
            new = f"{text[: token.start]}{' ' if glued else ''}{shown}{text[token.end :]}"
            edits.setdefault(new, what)
    edits.setdefault(_flipped(text, tokens, said), "the sign flipped")
    edits.pop(text, None)
    return [Edit(new, what) for new, what in edits.items() if _is_read(new)]


def _is_read(text: str) -> bool:
    try:
        read_printed(text)
    except InputError:
        return False
    return True


def _edits_of_token(token: Token) -> Iterator[tuple[str, str]]:
    if token.kind == "number":
        for digits, point, what in _digit_edits(token.value):
            yield _with_commas(digits, point, token.value), what
    elif (old := words("scales").get(token.value)) in _EXCHANGED:
        yield from ((new, f"the unit changed: {old} to {new}") for new in _EXCHANGED if new != old)


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


def _flipped(text: str, tokens: list[Token], said: str) -> str:
    """`text` with the opposite word for rise or fall, or else with the other sign."""
    if said and said in text:
        return text.replace(said, turned(said), 1)
    if said:
        noun = next(token for token in reversed(tokens) if token.value in opposites())
        return text[: noun.start] + opposites()[noun.value] + text[noun.end :]
    numbers = [place for place, token in enumerate(tokens) if token.kind == "number"]
    if len(numbers) != 1:
        return text
    for token in tokens:
        if token.value in words("signs"):
            return text[: token.start] + text[token.end :].lstrip()
    place = numbers[0]
    while place and tokens[place - 1].value in {"$", "us", "usd"}:
        place -= 1
    start = tokens[place].start
    return f"{text[:start]}−{text[start:]}"
