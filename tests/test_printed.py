"""Printed figures: the interval that each admits, what is refused, and back to print."""

import csv
import random
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from korus_helpers.claims.intervals import Interval, exact
from korus_helpers.claims.printed import (
    LEVELS,
    Edit,
    one_edits,
    read_change_and_level,
    read_levels,
    read_printed,
)
from korus_helpers.claims.wording import EXAMPLES, LONGEST_TEXT, SIDE, directions, turned, words
from korus_helpers.errors import InputError

FIGURES = yaml.safe_load(Path(__file__).with_name("printed_figures.yaml").read_text("utf-8"))


def rows(name, columns):
    return pytest.mark.parametrize(columns, [tuple(row) for row in FIGURES[name]])


def refusal(text, read=read_printed):
    with pytest.raises(InputError) as refused:
        read(text)
    return str(refused.value)


@rows("without hedge", "text, unit, interval")
def test_a_figure_without_hedge_admits_half_a_unit_of_its_last_digit(text, unit, interval):
    printed = read_printed(text)
    assert (printed.unit, str(printed.interval)) == (unit, interval)
    assert (printed.hedge, printed.direction, printed.text) == ("", 0, text)


@rows("hedged", "text, hedge, interval")
def test_a_hedge_admits_what_the_table_of_methods_says(text, hedge, interval):
    printed = read_printed(text)
    assert (printed.hedge, str(printed.interval)) == (hedge, interval)


@rows("signed", "text, direction, interval")
def test_words_for_rise_fall_and_surplus_give_the_sign(text, direction, interval):
    printed = read_printed(text)
    assert (printed.direction, str(printed.interval)) == (direction, interval)


@rows("rounded", "text, rounding, interval")
def test_rounding(text, rounding, interval):
    assert str(read_printed(text, rounding=rounding).interval) == interval


def test_the_parts_of_a_printed_figure():
    printed = read_printed("fell by $1,287 million")
    assert (printed.digits, printed.values) == (("1,287",), (Decimal(-1287),))
    assert (printed.scale, printed.words) == (1, "fell by")
    ends = read_printed("between $80 and $90 billion")
    assert (ends.digits, ends.values) == (("80", "90"), (Decimal(80000), Decimal(90000)))
    assert str(ends.scale) == "1000"
    assert read_printed("95,000 jobs").noun == "jobs"
    assert read_printed("more than doubled").digits == ()
    assert read_printed("a third").values == (Decimal("33.3333333333"),)


@pytest.mark.parametrize(("text", "way", "subject"), [
    ("$42.3 billion", "level", ""), ("up $5 billion", "change", ""), ("2.1 times", "ratio", ""),
    ("a third", "share", ""), ("a majority", "share", ""), ("77 percent", "percent-change", ""),
    ("95,000 jobs", "", ""), ("a trade surplus of $5 billion", "level", "deficit"),
])  # fmt: skip
def test_what_a_text_alone_is_about(text, way, subject):
    assert (read_printed(text).way, read_printed(text).subject) == (way, subject)


def test_how_far_hedges_reach_is_a_parameter():
    def nearly(tolerance):
        return str(read_printed("nearly $20 billion", tolerance=tolerance).interval)

    assert nearly(Decimal("0.1")) == nearly(0.1) == "[18000, 20000)"
    assert nearly(0) == "[19500, 20000)"
    assert read_printed("nearly doubled", tolerance=Decimal(0)).interval.is_empty


@rows("read two ways", "text, first, second")
def test_text_that_reads_two_ways_is_refused_with_both(text, first, second):
    message = refusal(text)
    assert message.startswith(f'"{text}" reads two ways, as ')
    assert first in message and second in message


@rows("no figure", "text, why")
def test_text_that_is_no_figure_is_refused_with_the_reason_and_examples(text, why):
    message = refusal(text)
    assert why in message
    assert all(f'"{example}"' in message for example in EXAMPLES)


def test_a_refusal_clips_long_text_and_shows_control_characters():
    message = refusal("\x1b[31m\u202e" + "z" * 80)
    assert message.startswith('"\\x1b[31m\\u202e' + "z" * 73 + '…"')
    assert message.isprintable()


def test_the_examples_of_the_refusals_are_read():
    for example in EXAMPLES:
        read_printed(example)
    for example in LEVELS:
        read_levels(example)


@rows("set aside", "text, interval, notes")
def test_what_is_set_aside_or_chosen_is_said(text, interval, notes):
    printed = read_printed(text)
    assert (str(printed.interval), list(printed.notes)) == (interval, notes)


@rows("change and level", "text, change, level")
def test_a_change_and_the_level_reached_are_two_figures(text, change, level):
    assert [str(one.interval) for one in read_change_and_level(text)] == [change, level]
    assert read_change_and_level("$27.6 billion") is None


@rows("two levels", "text, first, second")
def test_two_levels(text, first, second):
    assert [str(level.interval) for level in read_levels(text)] == [first, second]
    for level in read_levels(text):
        assert read_printed(level.text) == level


@rows("no levels", "text, why")
def test_levels_that_cannot_be_read_are_refused(text, why):
    assert why in refusal(text, read_levels)


@rows("reprinted", "text, value, expected")
def test_reprint_gives_an_official_value_as_the_text_would_have(text, value, expected):
    again = read_printed(text).reprint(Decimal(str(value)))
    assert again == expected
    assert read_printed(again).interval.contains(Decimal(str(value)))


@pytest.mark.parametrize(("text", "value", "why"), [
    ("$27.6 billion", float("inf"), "finite"), ("$27.6 billion", float("nan"), "missing"),
    ("$27.6 billion", 1e300, "more than 15 digits"),
    ("$.123456789012345 billion", 100, "more than 15 digits"),
])  # fmt: skip
def test_reprint_refuses_what_it_could_not_print_readably(text, value, why):
    with pytest.raises(InputError, match=why):
        read_printed(text).reprint(value)


def test_words_turn_with_their_article_into_some_of_the_other_kind():
    assert turned("a trade deficit of") == "a trade surplus of"
    assert turned("a growth of") == "a decline of"
    signs = directions() | SIDE
    for word, sign in signs.items():
        assert signs[turned(word).removeprefix("a ")] == -sign
        percent = read_printed(f"{word} 5 percent") if word in directions() else None
        assert percent is None or percent.values == (Decimal(5 * sign),)


@rows("one edit", "text, edited, what")
def test_one_edits(text, edited, what):
    assert Edit(edited, what) in one_edits(text)


def test_one_edit_suggests_the_misprint_of_the_article_and_leaves_out_what_is_no_slip():
    edits = one_edits("$3.5 billion")
    assert Edit("$43.5 billion", "a digit added: 4") in edits and len(edits) == 32
    unlikely = {"$3.5 billion", "$3.51 billion", "$.5 billion", "$03.5 billion"}
    assert not unlikely & {edit.text for edit in edits}
    assert one_edits("more than doubled") == []
    refusal("very big", one_edits)


# Which rows of the collected claims are no figures: dates, counts, words without a bound.
REFUSED = {"in_force", "signed", "age", "special_sessions", "talks_begin", "directed",
           "two_sessions", "withdrawal_first", "T06.1", "K07.1", "X16.1"}  # fmt: skip


@pytest.mark.parametrize(("name", "count"), [("article", 19), ("public", 118)])
def test_every_collected_figure_about_trade_is_read(shared, name, count):
    path = shared / "claims" / f"{name}_claims.csv"
    with path.open(encoding="utf-8", newline="") as file:
        collected = list(csv.DictReader(file))
    assert len(collected) == count
    for row in collected:
        claim, text = row["claim_id"], row["printed"]
        read = read_levels if row["kind"] == "from_to" else read_printed
        if claim in REFUSED:
            refusal(text, read)
            continue
        printed = read(text)
        if row.get("value") and printed.digits:
            scale = 1 if row["unit"] == "USD mn" else printed.scale
            assert printed.values[0] == Decimal(row["value"]) * scale, claim
        if read is read_levels and row["metric"] != "goods_balance":
            expected = (Decimal(row["value_from"]) * 1000, Decimal(row["value_to"]) * 1000)
            assert tuple(level.values[0] for level in printed) == expected, claim


# Quotes of the passages written for `korus read`: how many are read as the phrase they are
WAYS = ("level", "change", "percent-change", "ratio", "share")


def test_the_quotes_of_the_passages_are_read_or_refused(shared):
    """Nine in ten agree with their code, up to the sign that the other fields give."""
    right = wrong = refused = 0
    for path in sorted((shared / "texts").glob("*.yaml")):
        for claim in yaml.safe_load(path.read_text("utf-8")).get("claims") or []:
            if str(claim["checkable"]) not in ("yes", "True") or claim["as"] not in WAYS:
                continue
            try:
                interval = read_printed(str(claim["printed"])).interval
            except InputError:
                refused += 1
                continue
            ends = [None if end is None else float(end) for end in (interval.low, interval.high)]
            turned_ = [None if end is None else -end for end in reversed(ends)]
            agreed = any(
                all(a == b or (None not in (a, b) and abs(a - b) <= max(0.001 * abs(b), 0.051))
                    for a, b in zip(one, claim["interval"], strict=True))
                for one in (ends, turned_)
            )  # fmt: skip
            right, wrong = right + agreed, wrong + (not agreed)
    assert right >= 0.9 * (right + wrong + refused) and wrong <= 1


# Whatever is typed

SAMPLES = [
    "$27.6 billion", "nearly $20 billion", "$1,287 million", "$2 trillion", "$42,312,662",
    "USD 13.25bn", "$95 thousand", "77%", "2.7 percentage points", "2.1 times", "doubled",
    "a decline of 2.7 percent", "a 77 percent increase", "Fell by $1.2 billion", "a third",
    "a surplus of $1.3 billion", "95,000 jobs", "1.25 million vehicles", "virtually flat",
    "an absolute majority", "between $80 and $90 billion", "up 30 percent", "two billion",
    "from $9.7 to $10.9 billion", "more than doubled", "nine in ten",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(SAMPLES), st.builds(
    "{} {}".format, st.sampled_from(sorted(set(words("hedges")) - {"between", "from"})),
    st.sampled_from(["$20 billion", "2.7 percent", "$1,287 million", "100,000 jobs", "2.1 times"]),
))  # fmt: skip
REACHES = st.decimals(0, "0.9", places=3)
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


@given(st.sampled_from(SAMPLES), VALUES)
def test_a_reprinted_value_is_read_back(text, value):
    printed = read_printed(text)
    value = abs(value) if printed.unit == "times" else value
    again = read_printed(printed.reprint(value))
    assert again.interval.contains(value)
    assert (again.unit, again.hedge) == (printed.unit, "")


@given(TEXTS, REACHES, REACHES)
def test_intervals_widen_with_tolerance_and_the_loose_rule(text, one, other):
    small, large = (read_printed(text, tolerance=at).interval for at in sorted((one, other)))
    assert within(small, large)
    assert within(read_printed(text).interval, read_printed(text, rounding="loose").interval)


@settings(deadline=None)
@given(st.sampled_from(SAMPLES))
def test_edits_are_readable_different_and_in_a_fixed_order(text):
    texts = [edit.text for edit in one_edits(text)]
    assert len({*texts, text}) == len(texts) + 1
    assert texts == [edit.text for edit in one_edits(text)]
    for edited in texts:
        read_printed(edited)


@given(st.text(max_size=220))
def test_any_text_is_read_or_refused(text):
    for read in (read_printed, read_levels):
        try:
            read(text)
        except InputError as refused:
            assert str(refused).isprintable()


def test_thousands_of_mixed_inputs_are_read_or_refused():
    pieces = [
        *words("hedges"), *directions(), *SIDE, "a", "an", "of", "by", "to", "and", "in", "out",
        "$", "us$", "usd", "−", "-", "–", "+", "%", "percent", "percentage points", "times", "fold",
        "more", "jobs", "bn", "million", "billion", "trillion", "thousand", "m", "dollars", "half",
        "third", "thirds", "two", "ten", "doubled", "halved", "majority", "flat", "no growth",
        "all", "0", "2.7", "27,6", "95,000", "1,234", "1.234,5", ".5", "9" * 16, "٣", "²", "½",
        "\x00", "\u202e", "\ud800", "e9", "nan", "İ", ".", ",", "(", "will", "has", "trade",
    ]  # fmt: skip
    chance = random.Random(20171228)
    read = refused = 0
    for _ in range(20_000):
        kind = chance.random()
        if kind < 0.4:
            some = chance.choices(pieces, k=chance.randint(1, 6))
        elif kind < 0.8:
            some = chance.choice(SAMPLES).split(" ")
            some[chance.randrange(len(some))] = chance.choice(pieces)
        else:
            some = ["".join(map(chr, chance.choices(range(1, 0x2100), k=chance.randint(0, 30))))]
        text = chance.choice((" ", " ", "")).join(some) if kind < 0.4 else " ".join(some)
        try:
            (read_levels if text.startswith("from") else read_printed)(text)
            read += 1
        except InputError:
            refused += 1
    assert min(read, refused) > 500


def test_the_longest_text_is_read_in_no_time():
    for text in ("9," * 100, "," * 199 + "9", "a " * 100, "-" * 200, "9-" * 100, "to " * 66):
        assert len(text) <= LONGEST_TEXT
        refusal(text)
        refusal(text, read_levels)


# Intervals

CLOSED = Interval(Decimal("42.25"), Decimal("42.35"))
ABOVE = Interval(Decimal(28), None, low_open=True)
BELOW = Interval(None, Decimal(-2), high_open=True)
EVERYTHING = Interval(None, None)
BOUNDS = st.one_of(st.none(), st.integers(-5, 5).map(Decimal))


@pytest.mark.parametrize(("interval", "value", "expected"), [
    (CLOSED, Decimal("42.25"), True), (CLOSED, 42.35, True), (CLOSED, 42, False),
    (CLOSED, Decimal("42.3500001"), False), (CLOSED, np.float64(42.3), True),
    (CLOSED, np.float32(42.3125), True), (CLOSED, np.int64(42), False), (ABOVE, 28, False),
    (ABOVE, Decimal("28.000000000000000000000000000000000001"), True),
    (ABOVE, float("inf"), True), (BELOW, -2, False), (BELOW, -3, True), (EVERYTHING, 0, True),
])  # fmt: skip
def test_contains(interval, value, expected):
    assert interval.contains(value) is expected


def test_a_float_counts_as_the_number_it_prints_as_and_a_missing_one_is_refused():
    assert (exact(0.1), exact(27.624591), exact(True)) == (Decimal("0.1"), Decimal("27.624591"), 1)
    assert Interval(Decimal("0.1"), Decimal("0.1")).contains(0.1)
    for missing in (float("nan"), Decimal("nan"), np.float64("nan")):
        with pytest.raises(InputError, match="missing value"):
            CLOSED.contains(missing)


@pytest.mark.parametrize(("interval", "low", "high", "expected"), [
    (CLOSED, 42.25, 42.35, "yes"), (CLOSED, 42.2, 42.3, "undetermined"),
    (CLOSED, 42.35, 43, "undetermined"), (CLOSED, 42.36, 43, "no"),
    (CLOSED, 41, 42.24, "no"), (CLOSED, 41, 44, "undetermined"), (ABOVE, 27, 28, "no"),
    (ABOVE, 28, 29, "undetermined"), (ABOVE, None, None, "undetermined"), (ABOVE, 29, None, "yes"),
    (ABOVE, None, 28, "no"), (BELOW, -2, 0, "no"), (BELOW, -4, -3, "yes"),
    (EVERYTHING, None, None, "yes"),
    (Interval(Decimal(2), Decimal(2), high_open=True), 1, 3, "no"),
])  # fmt: skip
def test_holds_has_three_outcomes(interval, low, high, expected):
    assert interval.holds(low, high) == expected


@given(BOUNDS, BOUNDS, st.booleans(), st.booleans(), st.integers(-6, 6), st.integers(0, 4))
def test_holds_agrees_with_contains(low, high, low_open, high_open, start, length):
    if low is not None and high is not None and low > high:
        low, high = high, low
    interval = Interval(low, high, low_open, high_open)
    steps = [start + Decimal(step) / 4 for step in range(4 * length + 1)]
    inside = [interval.contains(step) for step in steps]
    expected = "yes" if all(inside) else "undetermined" if any(inside) else "no"
    assert interval.holds(start, start + length) == expected
    assert [(-interval).contains(-step) for step in steps] == inside


def test_ends_are_decimals_in_order():
    with pytest.raises(TypeError, match=r"0\.5"):
        Interval(0.5, None)
    with pytest.raises(InputError, match="from 2 down to 1"):
        Interval(Decimal(2), Decimal(1))
    with pytest.raises(InputError, match="from 2 down to 1"):
        CLOSED.holds(2, 1)


def test_written_out_and_turned_round():
    thousand = Interval(Decimal("-1E+3"), Decimal(0), low_open=True)
    shown = [str(one) for one in (CLOSED, ABOVE, BELOW, EVERYTHING, thousand, -ABOVE)]
    assert shown == [
        "[42.25, 42.35]", "(28, ∞)", "(−∞, −2)", "(−∞, ∞)", "(−1000, 0]", "(−∞, −28)",
    ]  # fmt: skip
    assert str(-Interval(Decimal(0), Decimal(5))) == "[−5, 0]"
    long = Decimal("0." + "1" * 35)
    assert (-Interval(long, long)).low == long.copy_negate()
