"""From printed text to what it states: a figure with the interval it admits, and back to print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache, lru_cache

from korus_helpers.claims.intervals import Interval, exact
from korus_helpers.claims.phrases import (
    LONGEST_NUMBER,
    Figure,
    decimal_of,
    figure_at,
    figures,
    may_begin,
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
    read_tables,
    tokens_of,
    turned,
    unreadable,
    words,
)
from korus_helpers.errors import InputError

TOLERANCE = Decimal("0.05")
LEVELS = (
    "from $13.2 billion to $27.6 billion",
    "from $16 to nearly $23 billion",
    "from a surplus of $1.3 billion to a deficit of $64 billion",
)
_WORDS_TO_DECIMALS = {"times": 2, "percent": 1, "million dollars": 2}  # "doubled" prints 2.09
_OF_A_WHOLE = ("majority", "fraction")
_EXCHANGED = ("million", "billion", "trillion")

_PLACE = re.compile(
    r"\b(?:no \. ?|no\.? |number |place |rank(?:s|ed)? )(\d{1,3})\b|\b(\d{1,3}) ?(?:st|nd|rd|th)\b"
)
_EVER = re.compile(r"\b(?:ever|since|never|all[ -]?time|on record|so far)\b")


@dataclass(frozen=True)
class Statement:
    """A figure as printed and what it admits.

    `values` and `interval` are in `unit`: million dollars, percent, percentage points, times or
    count. They are signed by the words for rise and fall, or else by the sign printed, or else
    positive; "a deficit of" and "a surplus of" sign them as a US deficit. `digits` are the
    numbers as printed (none for "doubled"), `scale` is what one printed unit is in `unit`.
    `direction` is +1 where the text says rise, -1 where it says fall, 0 where it says neither
    or gives the level reached ("fell to 5 percent"). `hedge` is "" or about, nearly, more than,
    at least, less than, up to, between, flat, majority, fraction or a multiple (doubled, halved).
    `words` stand before the figure ("a decline of"), `noun` is what is counted, `per` the span of
    time that a rate counts by ("a month": month), and `times` how many of these `values` and
    `interval` are for. `notes` say which words are set aside, and which reading was chosen.
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
    per: str = ""
    times: Decimal = Decimal(1)
    notes: tuple[str, ...] = ()

    @property
    def way(self) -> str:
        """What the text alone says it is: a level, change, ratio, share or percent-change, or "".

        Dollars are a change where the text says rise or fall; a majority or a fraction is a share.
        """
        return {
            "million dollars": "change" if self.direction else "level",
            "percent": "share" if self.is_part else "percent-change",
            "times": "ratio",
        }.get(self.unit, "")

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a whole, as "a quarter" is, while "fell by a quarter" is not."""
        return self.hedge in _OF_A_WHOLE and not self.direction

    @property
    def of_economy(self) -> bool:
        """Whether it says that it is a part of gross domestic product."""
        said = " ".join(self.notes).lower()
        return self.unit == "percent" and any(word in said for word in ("gdp", "gross domestic"))

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
        if self.unit == "rank":
            return f"place {number:.0f}"
        number /= self.times
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
            shown = f"${shown}{named}" + (f" per {self.per}" if self.times != 1 else "")
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

    Raises `InputError` for text that is no figure, gives two, reads two ways, is in another
    currency, is negated or gives the sign twice.
    """
    place = _place(text)
    if place:
        return place
    parts = _parts(text)
    if len(parts) > 1:
        raise unreadable(text, "it gives a change and the level reached: type each by itself")
    return _statement(text, parts[0], Fraction(exact(tolerance)), rounding)


def _place(text: str) -> Statement | None:
    """A place as "sixth-largest supplier", "No. 3", "an all-time high", "smallest since 2009".

    Of a record it is the first place; `noun` is the way that the words speak of.
    """
    tables, said = read_tables("reading.yaml"), [one.value for one in tokens_of(text)]
    run = " ".join(said)
    nouns = {name.split()[0] for names in tables["rank noun"].values() for name in names}
    of_places = {*tables["largest"], *tables["smallest"], *nouns, "place"}
    places = [  # "a third" alone is a part
        tables["ordinals"][one]
        for one, after in zip(said, [*said[1:], ""], strict=True)
        if one in tables["ordinals"] and after in of_places
    ]
    places += [int(one[1] or one[2]) for one in _PLACE.finditer(run)]
    low = bool({"low", *tables["smallest"]} & set(said))
    largest = bool({"high", "higher", *tables["largest"]} & set(said))
    record = "record" in said or ((low or largest) and bool(_EVER.search(run)))
    if {"$", "%", "percent"} & set(said) or not (places or record or (largest and len(said) < 4)):
        return None
    way = "rank" if places or not record else "record-low" if low else "record"
    value = Decimal(places[0] if places else 1)
    return Statement(text, (str(value),), (value,), "rank", Decimal(1), 0, "",
                     Interval(value, value), noun=way)  # fmt: skip


def read_change_and_level(text: str) -> tuple[Statement, Statement] | None:
    """The change and the level of "increased by $5 billion to $27.6 billion"; None for others."""
    parts = _parts(text)
    if len(parts) < 2:
        return None
    tokens, reach = tokens_of(text), Fraction(TOLERANCE)
    where = tokens[parts[1].figure.start].start
    texts = text[:where].rstrip().removesuffix("to").rstrip(), text[where:]
    change, level = (_statement(*two, reach, "nearest") for two in zip(texts, parts, strict=True))
    return change, level


@dataclass(frozen=True)
class _Part:
    """One figure of a phrase: the words that lead to it, their sign, and what is set aside."""

    figure: Figure
    lead: str = ""
    sign: int = 0
    direction: int = 0
    notes: tuple[str, ...] = ()


def _parts(text: str) -> list[_Part]:
    """The figures that a phrase gives: one, or a change and the level that it reached."""
    tokens = tokens_of(text)
    run = [token.value for token in tokens]
    while run and run[0] in words("auxiliaries"):
        run = run[1:]
    if " ".join(run) in words("vague"):
        raise unreadable(text, "it sets no bound that a number could miss")
    figure, lead = _first_figure(text, tokens)
    following = tokens[figure.end].value if figure.end < len(tokens) else ""
    if "from" in [token.value for token in tokens[: figure.start]] and following == "to":
        raise unreadable(text, "it gives two levels, not one figure")
    if figure.last.form == "bare" and following and following not in words("tails"):
        raise unreadable(text, f"{quoted(following)} is not understood")
    said, sign, direction, before = _lead(text, tokens[: figure.start])
    notes = _set_aside(text, tokens[before[0] : before[1]], "subject") if before[1] else ()
    level_words = words("levels reached")
    if direction and figure.hedged in level_words and lead not in {"by", "of"}:
        said, sign, direction = "", 0, 0  # "fell below $43 billion" says a level
    c = Cursor(tokens, figure.end)
    if not sign:
        said, sign, direction = _afterword(c, figure)
    problem = figure.problem or _sign_problem(figure, said, sign)
    if problem:
        raise _error(text, problem)
    if figure.last.form == "fold" or (figure.last.unit == "times" and figure.last.digits and sign):
        shown = text[tokens[figure.start].start : tokens[figure.end - 1].end]
        notes += (f"{quoted(shown)} is read as {figure.last.digits} times the earlier value",)
    if figure.last.unit == "times":
        said, sign, direction = "", 0, 0
    part = _Part(figure, said, sign, direction, notes)
    if direction and c.value == "to" and (level := figure_at(tokens, c.at + 1)):
        if level.problem:
            raise _error(text, level.problem)
        tail = _set_aside(text, tokens[level.end :], "tail")
        return [part, _Part(level, notes=tail)]
    return [replace(part, notes=notes + _set_aside(text, tokens[c.at :], "tail"))]


def _error(text: str, problem: tuple[str, ...]) -> InputError:
    if len(problem) > 1:
        return ambiguous(text, *problem)
    return unreadable(text, problem[0])


def _first_figure(text: str, tokens: list[Token]) -> tuple[Figure, str]:
    """The first figure with a unit, else the first number, and the word before it."""
    found, at = None, 0
    while at < len(tokens):
        before = tokens[at - 1].value if at else ""
        may = may_begin(tokens[at]) and before != "pm"
        # a verb of change before the first end makes "A to B" a change and a level
        ranges = at == 0 or not any(token.value in directions() for token in tokens[:at])
        one = figure_at(tokens, at, ranges) if may else None
        if one and (one.last.form != "bare" or len(one.quantities) > 1):
            return one, before
        found = found or ((one, before) if one else None)
        at = one.end if one else at + 1
    if found is None:
        number = next((t.value for t in tokens if t.value not in _LEADS()), tokens[-1].value)
        raise unreadable(text, f"no number is understood at {quoted(number)}")
    return found


@cache
def _LEADS() -> frozenset[str]:
    return frozenset([*directions(), *words("auxiliaries"), *words("articles"), "of", "by", "to"])


def _lead(text: str, head: list[Token]) -> tuple[str, int, int, tuple[int, int]]:
    """Words before the figure, their sign and direction, and the tokens set aside before them.

    "fell by" is a fall; "fell to" leads to the level reached, whose sign it does not say.
    """
    for start in range(len(head) + 1):
        c = Cursor(head, start)
        while c.take(words("auxiliaries")) or c.take(words("articles")):
            pass
        first = c.at
        c.take({"trade", "goods", "merchandise"})
        side, word = c.take(SIDE), ""
        c.at = c.at if side else first
        if side:
            c.take({"of", "was", "is", ","})
        else:
            word = c.take(directions())
            reached = bool(word) and c.take({"to", "from", "to:", "at"}) != ""
            c.take({"by", "of"}) if word and not reached else c.take(words("to levels"))
        if c.at < len(head):
            continue
        if not side and (not word or reached):
            return "", 0, 0, (0, start)
        shown = text[head[start].start : head[-1].end]
        sign = SIDE[side] if side else directions()[word]
        return shown, sign, 0 if side else sign, (0, start)
    return "", 0, 0, (0, len(head))


def _afterword(c: Cursor, figure: Figure) -> tuple[str, int, int]:
    """The words of "increase", "lower" or "deficit" behind a figure, as they go to the front."""
    start = c.at
    c.take({"trade", "goods", "trade in goods"})
    last = c.take(words("afterwords"))
    if (
        not last
        or figure.last.word in {"flat", "majority"}
        or (last in SIDE and figure.last.unit == "times")
    ):
        c.at = start
        return "", 0, 0
    direction = directions().get(last, 0) or int(words("more or less").get(last, 0))
    if last in SIDE:
        return words("afterwords")[last], SIDE[last], 0
    return words("afterwords")[last], direction, direction


def _sign_problem(figure: Figure, said: str, sign: int) -> tuple[str, ...]:
    printed = next((one.sign for one in figure.quantities if one.sign), "")
    if sign and printed:
        return (f"it gives the sign twice, by {quoted(said)} and by {quoted(printed)}",)
    if sign < 0 and figure.last.unit == "times":
        shown = figure.last.digits or figure.last.word
        return f"divided by {shown}", "a fall by a multiple, which nothing can do"
    if (
        figure.last.unit == "times"
        and not figure.last.digits
        and figure.hedge in {"just over", "up to"}
    ):
        return (f"{quoted(figure.hedge)} does not go with a multiple",)
    return ()


def _set_aside(text: str, tokens: list[Token], where: str) -> tuple[str, ...]:
    """A note on the words before or behind a figure that its reading does not need.

    Raises `InputError` where they negate it, give another figure or are not understood.
    """
    if not tokens:
        return ()
    values = [token.value for token in tokens]
    shown = text[tokens[0].start : tokens[-1].end]
    if where == "subject" and words("negations").keys() & set(values):
        raise unreadable(text, f"{quoted(shown)} is a negation")
    for other in figures(tokens):
        if other.last.form != "bare" and other.last.word not in {"flat"}:
            raise unreadable(text, "it gives two figures: type each by itself")
    if where == "subject":
        known = words("subjects").keys() & set(values) or values[-1] in {"'s", ",", ":"}
    else:
        known = Cursor(tokens).take(words("tails"))
    if not known:
        place = next((v for v in values if v not in _LEADS()), values[0])
        why = "no number is understood at " if where == "subject" else ""
        raise unreadable(text, f"{why}{quoted(place)}{'' if why else ' is not understood'}")
    return (f"{quoted(shown)} is set aside",) if any(v.isalnum() for v in values) else ()


def _statement(text: str, part: _Part, reach: Fraction, rounding: str) -> Statement:
    figure, last = part.figure, part.figure.last
    interval = figure.admits(reach, rounding)
    hedge = figure.hedge or last.word
    return Statement(
        text=text,
        digits=tuple(one.digits for one in figure.quantities if one.digits),
        values=tuple(
            decimal_of(one.value * (part.sign or 1), ROUND_HALF_EVEN) for one in figure.quantities
        ),
        unit=last.unit,
        scale=last.scale,
        direction=part.direction,
        hedge="more than" if hedge == "just over" else hedge,
        interval=-interval if part.sign < 0 else interval,
        words=part.lead if part.sign else "",
        noun=last.noun,
        per=figure.per,
        notes=part.notes,
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
    while at.take(words("auxiliaries")) or at.take(words("articles")):
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
    ends = [next(figures(part), None) for part in (first, second)]
    shared = (
        all(ends)
        and ends[0].last.problem
        and ends[0].end == len(first)
        and (ends[0].last.form in ("bare", "lone"))
    )
    if shared:
        numbers = [place for place, token in enumerate(second) if _is_number(token)]
        after = second[numbers[-1] + 1 :] if numbers else second[ends[1].end - 1 :]
        texts[0] += " " + text[after[0].start : after[-1].end] if after else ""
    low, high = map(read_printed, texts)
    why = _why_no_levels(low, high, direction)
    if why:
        raise unreadable(text, why, LEVELS)
    if shared and low.unit == "million dollars" and low.values[0] >= 100 * high.values[0]:
        # "from $900 to $1.2 billion" may well start at 900 million
        smaller = f'"{first[-1].value}" in a smaller unit'
        raise ambiguous(text, f'"{texts[0]}"', smaller)
    return low, high


def _is_number(token: Token) -> bool:
    return token.kind == "number" or token.value in words("numbers")


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
    while place and tokens[place - 1].value in {"$", "us$", "us", "usd"}:
        place -= 1
    start = tokens[place].start
    return f"{text[:start]}−{text[start:]}"
