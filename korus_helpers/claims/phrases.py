"""Figures among words: the number at a place of a text, its unit and hedge, what it admits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction
from functools import cache

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.wording import POWERS, Cursor, Token, quoted, words

LONGEST_NUMBER = 15  # digits
_ENGLISH = re.compile(
    r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)"
)
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]+|[0-9]+,[0-9]+")
_BEFORE = {"$", "us$", "us $", "usd", "usd $"}
_AFTER = {"dollars", "dollar", "us dollars", "usd", "$", "$ $ $"}
_OF_MONEY_ONLY = {"m", "b", "t", "k"}  # scales: "13.2 m" might be metres
_PRECISION = 40  # digits: all that 15 printed digits times a tolerance need
_MIRRORED = {"nearly": "just over", "more than": "less than", "at least": "up to"}
_FULL_DOLLARS = Fraction(1, 10)  # million: what full dollars that close in zeros leave open


@dataclass(frozen=True)
class Quantity:
    """One number with its unit.

    `value` is in `unit` (million dollars, percent, percentage points, times or count), signed
    as printed. `step` is one unit of the last digit and `loose_step` one unit of the last digit
    that is no trailing zero, both in `unit`, and 0 where words give the figure; `word` names
    such words (doubled, fraction, flat, majority). `scale` is what one printed unit is in `unit`.
    `problem` says why it cannot be read: a reason, or two readings; () where it can.
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
    problem: tuple[str, ...] = ()
    form: str = ""  # bare (no unit), lone (dollars without a scale), fold, "to one", or ""


@dataclass(frozen=True)
class Figure:
    """The figure at the tokens from `start` to before `end`, with its hedge; a range has two ends.

    `per` is the span of time that a rate counts by ("a month": month), `hedged` the words of the
    hedge as printed. `problem` is that of its quantities or of the hedge with them.
    """

    quantities: tuple[Quantity, ...]
    hedge: str
    start: int
    end: int
    per: str = ""
    hedged: str = ""

    @property
    def last(self) -> Quantity:
        return self.quantities[-1]

    @property
    def problem(self) -> tuple[str, ...]:
        first, last, hedge = self.quantities[0], self.last, self.hedge
        own = first.problem or last.problem
        if own:
            return own
        if first.unit != last.unit:
            return (f"its ends are in {first.unit} and in {last.unit}",)
        if len(self.quantities) > 1 and first.value >= last.value:
            return ("a range runs from its lower end to its higher one",)
        if hedge == "between" and len(self.quantities) == 1:
            return ("a range has two ends",)
        if len(self.quantities) > 1 and hedge != "between":
            return (f"it has both a range and the hedge {quoted(hedge)}",)
        if first.value == 0 and hedge in {"nearly", "less than", "up to"}:
            return (f"no size is {hedge} 0",)
        if first.sign == "−" and hedge in {
            "more than",
            "just over",
            "at least",
            "less than",
            "up to",
        }:
            meant = f'a bound on its size (type "a decline of {hedge} 5 percent")'
            return ("a bound on the signed number", meant)
        return ()

    def admits(self, reach: Fraction, rounding: str = "nearest") -> Interval:
        """The values it admits, signed as printed, where hedges reach the share `reach`."""
        intervals = [admitted(one, self.hedge, reach, rounding) for one in self.quantities]
        low, high = intervals[0], intervals[-1]
        return Interval(low.low, high.high, low.low_open, high.high_open)


def figures(tokens: Sequence[Token]) -> Iterator[Figure]:
    """Every figure among `tokens`, in order; numbers without a unit have the form "bare"."""
    at = 0
    while at < len(tokens):
        found = figure_at(tokens, at) if may_begin(tokens[at]) else None
        if found:
            yield found
        at = found.end if found else at + 1


@cache
def _beginnings() -> frozenset[str]:
    tables = (
        "hedges",
        "adjectives",
        "articles",
        "numbers",
        "parts",
        "multiples",
        "flat",
        "signs",
        "flat adverbs",
        "majorities",
        "currencies",
    )
    firsts = {word.split()[0] for table in tables for word in words(table)}
    return frozenset(firsts | {word.split()[0] for word in _BEFORE} | {"2x"})


def may_begin(token: Token) -> bool:
    """Whether a figure can begin with this token: a quick look before the grammar is asked."""
    value = token.value
    return token.kind in ("number", "sign") or value in _beginnings() or value.endswith("fold")


def figure_at(tokens: Sequence[Token], at: int, ranges: bool = False) -> Figure | None:
    """The figure that begins at token `at`, with its hedge, or None.

    "A to B" joins where the first end has no unit of its own, and with `ranges` always.
    """
    start = at
    while True:
        c = Cursor(tokens, at)
        hedged = c.take(words("hedges"))
        if not hedged and not c.take(words("adjectives")):
            hedged = c.take(words("hedges"))
            break
        at = c.at
        if hedged:
            break
    c = Cursor(tokens, at)
    hedge = words("hedges").get(hedged, "")
    while c.take(words("adjectives")):
        pass
    before = c.at
    first = _quantity(c)
    if first is None:
        # "a nearly 30 percent decrease", "an estimated $7 billion"
        if not hedged and c.at == before and c.take(words("articles")):
            following = _token(tokens, c.at)
            plain = following.value not in words("articles")
            inner = figure_at(tokens, c.at) if plain and may_begin(following) else None
            return replace(inner, start=start) if inner and inner.last.digits else None
        return None
    quantities = _range(c, first, hedge, ranges)
    behind = words("hedges behind").get(c.take(words("hedges behind")), "")
    where = c.at
    per = words("per").get(c.take(words("per")), "")
    if c.value in {"earlier", "before", "ago", "later"}:
        c.at, per = where, ""
    if per:
        quantities = tuple(_without_lone_dollars(one) for one in quantities)
    hedge = "between" if len(quantities) > 1 and not hedge else hedge or behind
    return Figure(quantities, hedge, start, c.at, per, hedged)


def _token(tokens: Sequence[Token], at: int) -> Token:
    return tokens[at] if at < len(tokens) else Token("symbol", "", 0, 0)


def _without_lone_dollars(one: Quantity) -> Quantity:
    """Dollars alone count as such in "$500,000 a minute", where elsewhere a scale is missing."""
    if one.form == "lone":
        plain = _plain_digits(one.digits)[0]
        return _in_steps(plain, one.unit, one.digits, Decimal("0.000001"), sign=one.sign)
    return one


def _range(c: Cursor, first: Quantity, hedge: str, ranges: bool) -> tuple[Quantity, ...]:
    """Both ends of "7–8 billion" or "between a and b"; a bare first end gets the second's unit."""
    start = c.at
    if hedge == "between":
        joined = c.take({"and"})
    else:
        open_ = ranges or first.form
        joined = c.take({"–"}) or (open_ and c.take({"to"}))
    second = _quantity(c) if joined else None
    several = second and first.unit == "times" != second.unit  # "rose sevenfold to $18.8 billion"
    if second is None or several or (second.form == "bare" and first.form != "bare" and not ranges):
        c.at = start
        return (first,)
    if first.form == "bare" or (first.form == "lone" and second.unit == first.unit):
        first = _in_unit_of(second, first)
    return first, second


def _in_unit_of(whole: Quantity, bare: Quantity) -> Quantity:
    """A number without unit read in the unit and scale of another."""
    factor = Fraction(whole.scale)
    return replace(
        bare,
        value=bare.value * factor,
        unit=whole.unit,
        scale=whole.scale,
        step=bare.step * factor,
        loose_step=bare.loose_step * factor,
        problem=whole.problem,
        form="",
        noun=whole.noun,
    )


def in_unit_of(whole: Figure, bare: Figure) -> Figure:
    """A figure without unit ("27.6") read in the unit and scale of another ("$35.8 billion")."""
    return replace(bare, quantities=tuple(_in_unit_of(whole.last, q) for q in bare.quantities))


# One number with its unit


def _quantity(c: Cursor) -> Quantity | None:
    start = c.at
    for reading in (_words_for_none, _multiple, _fraction, _to_one, _number):
        found = reading(c)
        if found:
            return found
        c.at = start
    return None


def _words_for_none(c: Cursor) -> Quantity | None:
    """Words for no change or for more than half: "virtually unchanged", "a majority"."""
    if c.take(words("majorities")):
        return Quantity(Fraction(50), "percent", word="majority")
    c.take(words("flat adverbs"))
    return Quantity(Fraction(0), "percent", word="flat") if c.take(words("flat")) else None


def _fraction(c: Cursor) -> Quantity | None:
    """A share such as "a third", "two-thirds", "half", "nine in ten" or "one dollar in thirty"."""
    article = c.take({"a", "an"})
    count, start = "1" if article else _count(c), c.at
    if (
        count
        and not article
        and (c.take({"dollar in", "dollars in", "of every"}) or c.take({"in", "out of"}))
    ):
        whole = _count(c)
        if whole and 0 < int(count) < int(whole):
            c.take({"dollars"})
            return Quantity(Fraction(100 * int(count), int(whole)), "percent", word="fraction")
    c.at = start
    if article and c.value == "half" and _token(c.tokens, c.at + 1).value in words("scales"):
        return None
    part = words("parts").get(c.value.removesuffix("s"), "")
    digits = start and c.tokens[start - 1].kind == "number" and not article
    if not part or digits or not (count or part == "2"):
        return None
    count = int(count or 1)
    c.at += 1
    if _token(c.tokens, c.at).value in {"a", *words("scales"), "dozen", "of a", "year", "time"}:
        return None
    return (
        Quantity(Fraction(100 * count, int(part)), "percent", word="fraction")
        if (0 < count < int(part))
        else None
    )


def _count(c: Cursor) -> str:
    """A whole number up to 99 in digits or words, as digits, stepped over; or ""."""
    if c.at < len(c.tokens) and re.fullmatch("[1-9][0-9]?", c.value):
        return c.take_number()
    found = _number_words(c)
    return found if found and len(found) < 3 else ""


def _number_words(c: Cursor) -> str:
    """A number such as "a hundred and ninety-two" or "eight and a half" in digits, or ""."""
    numbers, total, seen = words("numbers"), 0, False
    start = c.at
    if c.take({"a hundred"}):
        total, seen = 100, True
        c.take({"and"})
    while c.value in numbers and (not seen or not total % 10):
        number = int(numbers[c.value])
        if seen and total % 100 and number >= 10:
            break
        total, seen = total + number, True
        c.at += 1
        if total < 100 and c.take({"hundred"}):
            total *= 100
            if c.value == "and" and _token(c.tokens, c.at + 1).value in numbers:
                c.at += 1
    if not seen:
        c.at = start
        return ""
    for words_, digit in (({"and a half"}, "5"), ({"and a quarter"}, "25")):
        if c.take(words_):
            return f"{total}.{digit}"
    if c.value == "point" and _token(c.tokens, c.at + 1).value in numbers:
        c.at += 2
        return f"{total}.{numbers[c.tokens[c.at - 1].value]}"
    return str(total)


def _multiple(c: Cursor) -> Quantity | None:
    """A multiple such as "doubled", "halved" or "fourteenfold", in times."""
    if c.value.endswith("fold") and len(c.value) > 4:
        digits = words("numbers").get(c.value.removesuffix("fold"), "")
        c.at += 1
        why = () if digits else ("a multiple", "one more than that multiple")
        one = Fraction(1)
        return Quantity(
            Fraction(digits or 0), "times", digits, Decimal(1), one, one, problem=why, form="fold"
        )
    word = words("multiples").get(c.take(words("multiples")), "")
    if not word or c.value in ("digit", "again"):  # "half as much again"
        return None
    c.take(words("compared"))
    return Quantity(Fraction(words("factors")[word]), "times", word=word)


def _to_one(c: Cursor) -> Quantity | None:
    """A ratio such as "28:1", "3.6 to 1" and "six to one" in times."""
    printed = c.take_number() or _number_words(c)
    if not printed or not _ENGLISH.fullmatch(printed) or not c.take({":", "to"}):
        return None
    if not c.take({"1", "one"}) or c.value in words("scales") or c.value in words("units"):
        return None
    return _in_steps(printed.replace(",", "")[:LONGEST_NUMBER], "times", printed, form="to one")


def _in_steps(
    digits: str, unit: str, printed: str, factor: Decimal = Decimal(1), **more: object
) -> Quantity:
    """A number by its plain digits; `factor` is one printed unit in `unit`."""
    decimals = len(digits.partition(".")[2])
    zeros = 0 if decimals or not int(digits) else len(digits) - len(digits.rstrip("0"))
    step = Fraction(factor) / 10**decimals
    loose = step * 10**zeros
    if unit == "million dollars" and factor < Decimal("0.001") and zeros > 2:
        step = loose = max(loose, _FULL_DOLLARS)
    value = Fraction(digits) * Fraction(factor) * (-1 if more.get("sign") == "−" else 1)
    return Quantity(value, unit, printed, factor, step, loose, **more)


def _number(c: Cursor) -> Quantity | None:
    """A number with its unit: "$13.2 billion", "−2.7 %", "95,000 jobs", "half a trillion"."""
    start = c.at
    sign = words("signs").get(c.take(words("signs")), "")
    foreign = _foreign(c, before=True)
    money = c.take(_BEFORE)
    sign = sign or words("signs").get(c.take(words("signs")), "")
    spelled, problem = "", ()
    printed = c.take_number()
    if printed:
        digits, problem = _plain_digits(printed)
    elif c.take({"half a", "a half"}):
        printed, digits, spelled = "half", "0.5", "half"
    else:
        digits = _number_words(c)
        if not digits and c.take({"a"}):
            digits = "1" if c.value in words("scales") and len(c.value) > 2 else _number_words(c)
        printed = spelled = digits
    if not printed:
        return None
    scale = c.take(words("scales"))
    if spelled and not scale and spelled == "half":
        return None
    if spelled and scale and c.take({"and a half"}):  # "a billion and a half"
        digits = f"{Decimal(digits) + Decimal('0.5'):f}"
    digits, scale = _compound(c, digits, scale) if spelled and not problem else (digits, scale)
    foreign = foreign or _foreign(c, before=False)
    if c.value != "$" or _token(c.tokens, c.at + 1).kind != "number":
        money = c.take(_AFTER) or money
    while money and c.take({"$"}):
        pass
    name = words("scales").get(scale, "")
    if foreign:
        problem = (f"it is in {foreign}, not in US dollars",)
    elif scale in _OF_MONEY_ONLY and not money:
        problem = problem or (f"{quoted(scale)} needs a dollar sign",)
    unit, noun, form, unit_problem = _unit(c, printed, digits, money, name)
    if spelled == "half" and unit == "million dollars":
        power = POWERS[name] - 6
        value = Fraction(digits) * Fraction(10) ** power
        return Quantity(value, unit, "", Decimal(10) ** power, word="fraction", problem=problem)
    problem = problem or unit_problem
    if sign and unit == "times":
        problem = problem or ("a multiple has no sign",)
    power = POWERS.get(name, 0) - (
        6 if unit == "million dollars" and (name or form != "lone") else 0
    )
    more = {"noun": noun, "sign": sign, "problem": problem, "form": form}
    found = _in_steps(digits, unit, printed, Decimal(10) ** power, **more)
    said = {token.value for token in c.tokens[start : c.at]} if spelled else set()
    part = 2 if "half" in said else 4 if "quarter" in said else 0
    if part:  # "eight and a half billion" is to the half
        return replace(found, step=Fraction(found.scale) / part)
    return found


def _foreign(c: Cursor, before: bool) -> str:
    """The name of another currency at this place, stepped over, or ""."""
    start = c.at
    found = c.take(words("currencies"))
    if found and before and found.isalpha() and len(found) != 3:
        c.at = start  # "won 3 seats"
        return ""
    return words("currencies").get(found, "")


def _compound(c: Cursor, digits: str, scale: str) -> tuple[str, str]:
    """A sum such as "ten billion one hundred million" in its higher scale: 10.1."""
    start = c.at
    c.take({"and"})
    more = _number_words(c) if scale else ""
    lower = c.take(words("scales")) if more else ""
    gap = POWERS[words("scales")[scale]] - POWERS[words("scales")[lower]] if lower else 0
    if gap <= 0:
        c.at = start
        return digits, scale
    return f"{Decimal(digits) + Decimal(more) / 10**gap:f}", scale


def _unit(
    c: Cursor, printed: str, digits: str, money: str, scale: str
) -> tuple[str, str, str, tuple[str, ...]]:
    """Unit, noun of what is counted, form, and the problem of a unit or scale left out."""
    if money:
        if not scale and Fraction(digits) < 10**6:
            readings = f"${printed} million", f"${printed} billion"
            return "million dollars", "", "lone", readings
        return "million dollars", "", "", ()
    noun = c.take(words("counted"))
    if noun:
        return "count", noun, "", ()
    if scale == "thousand":
        readings = f"{printed} thousand dollars", f"a count of {printed} thousand"
        return "million dollars", "", "", readings
    if scale:
        return "million dollars", "", "", ()
    unit = words("units").get(c.take(words("units")), "")
    form = ""
    if unit == "times" or c.take({"fold", "folds"}):
        unit, form = unit or "times", "" if unit else "fold"
        if c.value in words("more or less") and not form:
            more = int(Fraction(digits)) + 1
            return unit, "", form, (f"{digits} times the earlier value", f"{more} times it")
        c.take(words("compared"))
    if not unit and "," not in printed:
        readings = f'"${printed} billion"', f'"{printed} percent"'
        return "count", "", "bare", readings
    if printed.count(",") == 1 and (unit or not printed.endswith("000")):
        # one comma before three digits is a decimal comma in much of the world
        pointed = printed.replace(",", ".")
        readings = f'"{digits} {unit or "units"}"', f'"{pointed} {unit or "billion"}"'
        return unit or "count", "", form, readings
    return unit or "count", "", form, ()


def _plain_digits(printed: str) -> tuple[str, tuple[str, ...]]:
    """`printed` without the commas between thousands; and what is wrong with others."""
    if sum(c.isdigit() for c in printed) > LONGEST_NUMBER:
        return "0", (f"a number has more than {LONGEST_NUMBER} digits",)
    if _ENGLISH.fullmatch(printed):
        return printed.replace(",", ""), ()
    if printed.count(",") == 1 and _CONTINENTAL.fullmatch(printed):
        whole, _, decimals = printed.partition(",")
        plain = printed.replace(",", "").lstrip("0") or "0"
        return "0", (f"{whole.replace('.', '')}.{decimals}", plain)
    return "0", (f"{quoted(printed)} is not a number as English writes it",)


# What a number admits, by its rounding and its hedge


def admitted(quantity: Quantity, hedge: str, reach: Fraction, rounding: str) -> Interval:
    """The values that one hedged number admits, signed as printed."""
    if quantity.word == "flat":
        return _interval(Fraction(-2), Fraction(2))
    if quantity.word == "majority":
        hedge = "more than"
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
