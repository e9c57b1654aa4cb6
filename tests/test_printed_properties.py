import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import one_edits, read_levels, read_printed
from korus_helpers.claims.wording import SIDE, directions, turned, words
from korus_helpers.errors import InputError

HEDGED = sorted(set(words("hedges")) - {"between", "from"})
FIGURES = [
    "$27.6 billion", "nearly $20 billion", "$1,287 million", "$2 trillion", "$42,312,662",
    "USD 13.25bn", "$95 thousand", "77%", "2.7 percentage points", "2.1 times", "doubled",
    "a decline of 2.7 percent", "a 77 percent increase", "Fell by $1.2 billion", "a third",
    "a surplus of $1.3 billion", "95,000 jobs", "1.25 million vehicles", "virtually flat",
    "an absolute majority", "between $80 and $90 billion", "up 30 percent", "two billion",
    "from $9.7 to $10.9 billion", "more than doubled", "nine in ten",
]  # fmt: skip
TEXTS = st.sampled_from(FIGURES)
HEDGED_TEXTS = st.builds("{} {}".format, st.sampled_from(HEDGED), st.sampled_from(
    ["$20 billion", "2.7 percent", "$1,287 million", "100,000 jobs", "2.1 times"]
))  # fmt: skip
TOLERANCES = st.decimals(0, "0.9", places=3)
VALUES = st.one_of(
    st.decimals(-10_000_000, 10_000_000, places=4),
    st.floats(-1e7, 1e7, allow_nan=False),
    st.integers(-10_000_000, 10_000_000),
)


def within(inner: Interval, outer: Interval) -> bool:
    if inner.is_empty:
        return True
    low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    high = outer.high is None or (inner.high is not None and inner.high <= outer.high)
    return low and high


@given(VALUES, st.integers(0, 6), st.sampled_from(["percent", "billion", "million", "trillion"]))
def test_printing_a_value_and_reading_it_back_contains_it(value, digits, unit):
    value = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    printed = read_printed(f"{value:.{digits}f} {unit}")
    assert printed.interval.contains(value * printed.scale)


@given(st.decimals(-10_000, 10_000, places=6), st.integers(0, 4))
def test_cutting_off_digits_is_undone_by_the_truncated_rule(value, digits):
    cut = int(value * 10**digits) / Decimal(10) ** digits
    assert read_printed(f"{cut:f} percent", rounding="truncated").interval.contains(value)


@given(TEXTS, VALUES)
def test_a_reprinted_value_is_read_back(text, value):
    printed = read_printed(text)
    if printed.unit == "times":
        value = abs(value)
    again = read_printed(printed.reprint(value))
    assert again.interval.contains(value)
    assert again.unit == printed.unit
    assert again.hedge == ""


@given(st.one_of(TEXTS, HEDGED_TEXTS), TOLERANCES, TOLERANCES)
def test_intervals_widen_with_tolerance(text, one, other):
    small, large = sorted((one, other))
    assert within(
        read_printed(text, tolerance=small).interval, read_printed(text, tolerance=large).interval
    )


@given(st.one_of(TEXTS, HEDGED_TEXTS))
def test_the_loose_rule_admits_all_that_the_nearest_does(text):
    assert within(read_printed(text).interval, read_printed(text, rounding="loose").interval)


@given(TEXTS)
def test_edits_are_readable_different_and_in_a_fixed_order(text):
    edits = one_edits(text)
    texts = [edit.text for edit in edits]
    assert len(set(texts)) == len(texts)
    assert text not in texts
    assert edits == one_edits(text)
    for edited in texts:
        read_printed(edited)


def test_every_word_for_rise_and_fall_turns_into_one_of_the_other_kind():
    for word, sign in (directions() | SIDE).items():
        other = turned(word).removeprefix("a ")
        assert (directions() | SIDE)[other] == -sign
        percent = read_printed(f"{word} 5 percent") if word in directions() else None
        assert percent is None or percent.values == (Decimal(5 * sign),)


BOUNDS = st.one_of(st.none(), st.integers(-5, 5).map(Decimal))


@given(BOUNDS, BOUNDS, st.booleans(), st.booleans(), st.integers(-6, 6), st.integers(0, 4))
def test_meets_agrees_with_contains(low, high, low_open, high_open, start, length):
    if low is not None and high is not None and low > high:
        low, high = high, low
    interval = Interval(low, high, low_open, high_open)
    steps = [start + Decimal(step) / 4 for step in range(4 * length + 1)]
    inside = [interval.contains(step) for step in steps]
    expected = "inside" if all(inside) else "straddles" if any(inside) else "outside"
    assert interval.meets(start, start + length) == expected
    assert [(-interval).contains(-step) for step in steps] == inside


@given(st.text(max_size=220))
def test_any_text_is_read_or_refused(text):
    for read in (read_printed, read_levels):
        try:
            read(text)
        except InputError as refusal:
            assert str(refusal).isprintable()


PIECES = [
    *words("hedges"), *directions(), *SIDE, "a", "an", "of", "by", "to", "and", "in", "out", "$", "us$", "usd",
    "−", "-", "–", "+", "%", "percent", "percentage points", "times", "fold", "more", "jobs", "bn",
    "million", "billion", "trillion", "thousand", "m", "dollars", "half", "third", "thirds", "two",
    "ten", "doubled", "halved", "majority", "flat", "no growth", "all", "0", "2.7", "27,6",
    "95,000", "1,234", "1.234,5", ".5", "9" * 16, "٣", "²", "½", "\x00", "\u202e", "\ud800",
    "e9", "nan", "İ", ".", ",", "(", "will", "has", "trade",
]  # fmt: skip


def test_fifty_thousand_inputs_are_read_or_refused():
    chance = random.Random(20171228)
    read = refused = 0
    for _ in range(50_000):
        kind = chance.random()
        if kind < 0.4:
            some = chance.choices(PIECES, k=chance.randint(1, 6))
            text = chance.choice((" ", " ", "")).join(some)
        elif kind < 0.8:
            some = chance.choice(FIGURES).split(" ")
            some[chance.randrange(len(some))] = chance.choice(PIECES)
            text = " ".join(some)
        else:
            text = "".join(map(chr, chance.choices(range(1, 0x2100), k=chance.randint(0, 30))))
        try:
            (read_levels if text.startswith("from") else read_printed)(text)
            read += 1
        except InputError:
            refused += 1
    assert min(read, refused) > 1_000
