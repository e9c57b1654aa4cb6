import csv
from decimal import Decimal
from pathlib import Path

import pytest

from korus_helpers.claims.printed import Edit, one_edits, read_levels, read_printed
from korus_helpers.claims.wording import EXAMPLES, EXAMPLES_OF_LEVELS, LONGEST_TEXT, turned
from korus_helpers.errors import InputError

CLAIMS = Path(__file__).parents[1] / ".." / "shared" / "claims"


@pytest.mark.parametrize(
    ("text", "unit", "interval"),
    [
        ("$42.3 billion", "million dollars", "[42250, 42350]"),
        ("USD 13.2bn", "million dollars", "[13150, 13250]"),
        ("US$13.2 bn", "million dollars", "[13150, 13250]"),
        ("U.S. $13.2 billion", "million dollars", "[13150, 13250]"),
        ("13.2 billion US dollars", "million dollars", "[13150, 13250]"),
        ("29.3 billion", "million dollars", "[29250, 29350]"),
        ("$13.2m", "million dollars", "[13.15, 13.25]"),
        ("$1,287 million", "million dollars", "[1286.5, 1287.5]"),
        ("$60,730 million", "million dollars", "[60729.5, 60730.5]"),
        ("$2 trillion", "million dollars", "[1500000, 2500000]"),
        ("1,234 billion", "million dollars", "[1233500, 1234500]"),
        ("$95 thousand", "million dollars", "[0.0945, 0.0955]"),
        ("$42,312,662", "million dollars", "[42.3126615, 42.3126625]"),
        ("two billion dollars", "million dollars", "[1500, 2500]"),
        ("−$1.2 billion", "million dollars", "[−1250, −1150]"),
        ("$-1.2 billion", "million dollars", "[−1250, −1150]"),
        ("2.7 percent", "percent", "[2.65, 2.75]"),
        ("77%", "percent", "[76.5, 77.5]"),
        (".5 per cent", "percent", "[0.45, 0.55]"),
        ("−2.7 %", "percent", "[−2.75, −2.65]"),
        ("–2.7 percent", "percent", "[−2.75, −2.65]"),
        ("minus 2.7 percent", "percent", "[−2.75, −2.65]"),
        ("+13.2 percent", "percent", "[13.15, 13.25]"),
        ("2.7 percentage points", "percentage points", "[2.65, 2.75]"),
        ("2.1 times", "times", "[2.05, 2.15]"),
        ("2.1 times as large", "times", "[2.05, 2.15]"),
        ("95,000 jobs", "count", "[94999.5, 95000.5]"),
        ("95,000", "count", "[94999.5, 95000.5]"),
        ("1,234,567", "count", "[1234566.5, 1234567.5]"),
        ("1.2 million vehicles", "count", "[1150000, 1250000]"),
        ("0.0 percent", "percent", "[−0.05, 0.05]"),
        ("$42.3 billion.", "million dollars", "[42250, 42350]"),
        ("\u00a0$42.3\u202fbillion ", "million dollars", "[42250, 42350]"),
    ],
)
def test_a_figure_without_hedge_admits_half_a_unit_of_its_last_digit(text, unit, interval):
    printed = read_printed(text)
    assert (printed.unit, str(printed.interval)) == (unit, interval)
    assert (printed.hedge, printed.direction, printed.text) == ("", 0, text)


@pytest.mark.parametrize(
    ("text", "hedge", "interval"),
    [
        ("about 90 percent", "about", "[85.5, 94.5]"),
        ("around $2 billion", "about", "[1500, 2500]"),
        ("roughly 90 percent", "about", "[85.5, 94.5]"),
        ("approximately 90 percent", "about", "[85.5, 94.5]"),
        ("approx. 90 percent", "about", "[85.5, 94.5]"),
        ("~90%", "about", "[85.5, 94.5]"),
        ("an estimated $144.6 billion", "about", "[137370, 151830]"),
        ("about −2.7 percent", "about", "[−2.835, −2.565]"),
        ("nearly $20 billion", "nearly", "[19000, 20000)"),
        ("nearly $2 billion", "nearly", "[1500, 2000)"),
        ("almost 95,000", "nearly", "[90250, 95000)"),
        ("close to 90 percent", "nearly", "[85.5, 90)"),
        ("a little under $65 billion", "nearly", "[61750, 65000)"),
        ("just over $27 billion", "more than", "(27000, 28350]"),
        ("more than $28 billion", "more than", "(28000, ∞)"),
        ("over 50 percent", "more than", "(50, ∞)"),
        ("at least $11 billion", "at least", "[11000, ∞)"),
        ("less than 5 percent", "less than", "(0, 5)"),
        ("under 5 percent", "less than", "(0, 5)"),
        ("up to $5 billion", "up to", "(0, 5000]"),
        ("at most $5 billion", "up to", "(0, 5000]"),
        ("between $80 and $90 billion", "between", "[79500, 90500]"),
        ("between $900 million and $1.1 billion", "between", "[899.5, 1150]"),
        ("$9.7 to $10.9 billion", "between", "[9650, 10950]"),
        ("from 9 to 10.9 billion", "between", "[8500, 10950]"),
        ("between one and two billion dollars", "between", "[500, 2500]"),
        ("$9.7-$10.9 billion", "between", "[9650, 10950]"),
        ("5%–10%", "between", "[4.5, 10.5]"),
        ("between −3 and 2 percent", "between", "[−3.5, 2.5]"),
        ("between a third and a half", "between", "[31.6666666666, 52.5]"),
        ("doubled", "doubled", "[1.9, 2.1]"),
        ("has doubled", "doubled", "[1.9, 2.1]"),
        ("twice as large", "doubled", "[1.9, 2.1]"),
        ("tripled", "tripled", "[2.85, 3.15]"),
        ("halved", "halved", "[0.475, 0.525]"),
        ("about halved", "about", "[0.475, 0.525]"),
        ("nearly halved", "nearly", "(0.5, 0.525]"),
        ("more than halved", "more than", "(0, 0.5)"),
        ("at least halved", "at least", "(0, 0.5]"),
        ("has more than doubled", "more than", "(2, ∞)"),
        ("at least doubled", "at least", "[2, ∞)"),
        ("nearly tripled", "nearly", "[2.85, 3)"),
        ("three quarters", "fraction", "[71.25, 78.75]"),
        ("two-thirds", "fraction", "[63.3333333333, 70]"),
        ("a third", "fraction", "[31.6666666666, 35]"),
        ("one third", "fraction", "[31.6666666666, 35]"),
        ("half", "fraction", "[47.5, 52.5]"),
        ("nine in ten", "fraction", "[85.5, 94.5]"),
        ("9 out of 10", "fraction", "[85.5, 94.5]"),
        ("more than half", "more than", "(50, ∞)"),
        ("nearly a third", "nearly", "[31.6666666666, 33.3333333334)"),
        ("an absolute majority", "majority", "(50, ∞)"),
        ("a majority", "majority", "(50, ∞)"),
        ("virtually flat", "flat", "[−2, 2]"),
        ("absolutely no growth", "flat", "[−2, 2]"),
        ("virtually no growth", "flat", "[−2, 2]"),
        ("remained unchanged", "flat", "[−2, 2]"),
    ],
)
def test_a_hedge_admits_what_the_table_of_methods_says(text, hedge, interval):
    printed = read_printed(text)
    assert (printed.hedge, str(printed.interval)) == (hedge, interval)


@pytest.mark.parametrize(
    ("text", "direction", "interval"),
    [
        ("a decline of 2.7 percent", -1, "[−2.75, −2.65]"),
        ("an increase of 77 percent", 1, "[76.5, 77.5]"),
        ("a 77 percent increase", 1, "[76.5, 77.5]"),
        ("a nearly 30 percent decrease", -1, "(−30, −28.5]"),
        ("2.7 percent lower", -1, "[−2.75, −2.65]"),
        ("fell by $1.2 billion", -1, "[−1250, −1150]"),
        ("fell nearly $50 billion", -1, "(−50000, −47500]"),
        ("fell more than 5 percent", -1, "(−∞, −5)"),
        ("fell by between 2 and 3 percent", -1, "[−3.5, −1.5]"),
        ("fell by half", -1, "[−52.5, −47.5]"),
        ("rose by a third", 1, "[31.6666666666, 35]"),
        ("down 11 percent", -1, "[−11.5, −10.5]"),
        ("up $5 billion", 1, "[4500, 5500]"),
        ("has swelled 90 percent", 1, "[89.5, 90.5]"),
        ("will increase by $16.7 billion", 1, "[16650, 16750]"),
        ("growth of 5 percent", 1, "[4.5, 5.5]"),
        ("fell to $22.9 billion", 0, "[22850, 22950]"),
        ("has jumped to 5 percent", 0, "[4.5, 5.5]"),
        ("a jump to 5 percent", 0, "[4.5, 5.5]"),
        ("a deficit of $27.6 billion", 0, "[27550, 27650]"),
        ("a $27.6 billion trade deficit", 0, "[27550, 27650]"),
        ("a trade surplus of more than $1.3 billion", 0, "(−∞, −1300)"),
    ],
)
def test_words_for_rise_fall_and_surplus_give_the_sign(text, direction, interval):
    printed = read_printed(text)
    assert (printed.direction, str(printed.interval)) == (direction, interval)


def test_the_parts_of_a_printed_figure():
    printed = read_printed("fell by $1,287 million")
    assert printed.digits == ("1,287",)
    assert printed.values == (Decimal(-1287),)
    assert printed.scale == 1
    assert printed.words == "fell by"
    ends = read_printed("between $80 and $90 billion")
    assert (ends.digits, ends.values) == (("80", "90"), (Decimal(80000), Decimal(90000)))
    assert (ends.scale, str(ends.scale)) == (1000, "1000")
    assert read_printed("95,000 jobs").noun == "jobs"
    assert read_printed("more than doubled").digits == ()
    assert read_printed("a third").values == (Decimal("33.3333333333"),)


@pytest.mark.parametrize(
    ("text", "rounding", "interval"),
    [
        ("$42.3 billion", "truncated", "[42300, 42400)"),
        ("−2.7 percent", "truncated", "(−2.8, −2.7]"),
        ("0.0 percent", "truncated", "(−0.1, 0.1)"),
        ("between −3 and 2 percent", "truncated", "(−4, 3)"),
        ("110 percent", "nearest", "[109.5, 110.5]"),
        ("110 percent", "loose", "[105, 115]"),
        ("$24 billion", "loose", "[23500, 24500]"),
        ("$44.0 billion", "loose", "[43950, 44050]"),
        ("0 percent", "loose", "[−0.5, 0.5]"),
        ("nearly $20 billion", "loose", "[15000, 20000)"),
        ("nearly $20 billion", "truncated", "[19000, 20000)"),
        ("doubled", "truncated", "[1.9, 2.1]"),
    ],
)
def test_rounding(text, rounding, interval):
    assert str(read_printed(text, rounding=rounding).interval) == interval


def test_tolerance_and_flat_are_parameters():
    assert str(read_printed("nearly $20 billion", tolerance=0.1).interval) == "[18000, 20000)"
    assert str(read_printed("nearly $20 billion", tolerance="0.1").interval) == "[18000, 20000)"
    assert str(read_printed("nearly $20 billion", tolerance=0).interval) == "[19500, 20000)"
    assert read_printed("nearly doubled", tolerance=0).interval.is_empty
    assert str(read_printed("virtually flat", flat="0.5").interval) == "[−0.5, 0.5]"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tolerance": 1}, "share from 0 to below 1"),
        ({"tolerance": -0.1}, "not negative"),
        ({"tolerance": "five"}, '"five" is not a number'),
        ({"tolerance": float("nan")}, '"nan" is not a number'),
        ({"flat": float("inf")}, "not negative"),
        ({"rounding": "up"}, "nearest, truncated, loose"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        read_printed("$42.3 billion", **settings)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("27.6", '"$27.6 billion"', '"27.6 percent"'),
        ("$42.3", "$42.3 million", "$42.3 billion"),
        ("$1,287", "$1,287 million", "$1,287 billion"),
        ("27,6 billion", "27.6", "276"),
        ("0,5 percent", "0.5", "5"),
        ("1.234,5", "1234.5", "1.2345"),
        ("1,234", '"1234 units"', '"1.234 billion"'),
        ("1,234 percent", '"1234 percent"', '"1.234 percent"'),
        ("95 thousand", "95 thousand dollars", "a count of 95 thousand"),
        ("two-fold", "2 times", "3 times"),
        ("a tenfold increase", "10 times", "11 times"),
        ("three times more", "3 times", "4 times"),
        ("manifold", "a multiple", "one more"),
        ("more than −5 percent", "the signed number", '"a decline of more than 5 percent"'),
    ],
)
def test_text_that_reads_two_ways_is_refused_with_both(text, first, second):
    with pytest.raises(InputError) as refusal:
        read_printed(text)
    message = str(refusal.value)
    assert message.startswith(f'"{text}" reads two ways, as ')
    assert first in message
    assert second in message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" . ", "empty"),
        (27.6, "not text"),
        ("9" * 201, "201 characters"),
        ("$" + "9" * 16, "more than 15 digits"),
        ("very big", 'no number is understood at "very"'),
        ("about", "no number is understood"),
        ("almost all", "no bound"),
        ("most", "no bound"),
        ("increased significantly", '"significantly"'),
        ("13.2 billion won", '"won" is not understood'),
        ("$42.3 billion in 2016", '"in" is not understood'),
        ("nearly six years old", '"years" is not understood'),
        ("13.2m", '"m" needs a dollar sign'),
        ("1.2.3 billion", '"1.2.3" is not a number'),
        ("007 percent", '"007" is not a number'),
        ("1,23,456 billion", "is not a number"),
        ("a decline of −2.7 percent", "sign twice"),
        ("2.7 percent -", '"-" is not understood'),
        ("a -percent", '"-"'),
        ("−2.1 times", "a multiple has no sign"),
        ("nearly 0 percent", "no size is nearly 0"),
        ("less than doubled", '"less than" does not go with a multiple'),
        ("between $80 billion", "two ends"),
        ("between 5 percent and $10 billion", "percent and in million dollars"),
        ("between 90 and 80 percent", "lower end"),
        ("about $80 to $90 billion", 'the hedge "about"'),
        ("rose from $13.2 billion to $27.6 billion", "two levels"),
        ("from $16 billion to nearly $23 billion", "two levels"),
        ("from a surplus of $1.3 billion to a deficit of $64 billion", "two levels"),
        ("a trade of 5 percent", '"trade"'),
        ("ten in nine", '"in" is not understood'),
        ("up 5 percent increase", '"increase" is not understood'),
        ("to 5 percent", "no number is understood"),
    ],
)
def test_text_that_is_no_figure_is_refused_with_the_reason_and_examples(text, why):
    with pytest.raises(InputError) as refusal:
        read_printed(text)
    message = str(refusal.value)
    assert why in message
    assert all(f'"{example}"' in message for example in EXAMPLES)


def test_a_refusal_clips_long_text_and_shows_control_characters():
    with pytest.raises(InputError) as refusal:
        read_printed("\x1b[31m\u202e" + "z" * 80)
    message = str(refusal.value)
    assert message.startswith('"\\x1b[31m\\u202e' + "z" * 73 + '…"')
    assert message.isprintable()


def test_the_examples_of_the_refusals_are_read():
    for example in EXAMPLES:
        read_printed(example)
    for example in EXAMPLES_OF_LEVELS:
        read_levels(example)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("from $13.2 billion to $27.6 billion", "[13150, 13250]", "[27550, 27650]"),
        ("from $27.6 billion to $13.2 billion", "[27550, 27650]", "[13150, 13250]"),
        ("from $16 billion to nearly $23 billion", "[15500, 16500]", "[21850, 23000)"),
        ("from $16 to nearly $23 billion", "[15500, 16500]", "[21850, 23000)"),
        ("from 9 to 10.9 billion", "[8500, 9500]", "[10850, 10950]"),
        ("from 5 to 10%", "[4.5, 5.5]", "[9.5, 10.5]"),
        ("from close to $16 billion to up to $23 billion", "[15200, 16000)", "(0, 23000]"),
        ("has increased from $13.2 billion to $27.6 billion", "[13150, 13250]", "[27550, 27650]"),
        (
            "from a surplus of $1.3 billion to a deficit of $64 billion",
            "[−1350, −1250]",
            "[63500, 64500]",
        ),
    ],
)
def test_two_levels(text, first, second):
    assert [str(level.interval) for level in read_levels(text)] == [first, second]


def test_each_level_can_be_read_again_by_itself():
    low, high = read_levels("from $16 to nearly $23 billion", tolerance="0.1")
    assert (low.text, high.text) == ("$16 billion", "nearly $23 billion")
    assert read_printed(low.text).interval == low.interval
    assert str(high.interval) == "[20700, 23000)"
    assert str(read_levels("from $10 to $20 billion", rounding="loose")[0].interval) == (
        "[5000, 15000]"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$13.2 billion to $27.6 billion", "no two levels"),
        ("from $13.2 billion", "no two levels"),
        ("from $13.2 billion to", "one level only"),
        ("from 5 percent to $3 billion", "percent and in million dollars"),
        ("from up 5 percent to 6 percent", '"up 5 percent" is no level'),
        ("from 5-6 percent to 7 percent", "is no level"),
        ("from a surplus of $1.3 billion to $64 billion", "at one level only"),
        ("fell from $13.2 billion to $27.6 billion", "the other way"),
        ("from $900 to $1.2 billion", "reads two ways"),
        ("from $13.2 billion to much more", '"much"'),
        ("from $13.2 to $27.6", "reads two ways"),
    ],
)
def test_levels_that_cannot_be_read_are_refused(text, why):
    with pytest.raises(InputError, match=why):
        read_levels(text)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$27.6 billion", 13225.419, "$13.2 billion"),
        ("nearly $20 billion", 13225.419, "$13 billion"),
        ("$60,730 million", 69886.778, "$69,887 million"),
        ("USD 13.2bn", 1234567, "$1,234.6 billion"),
        ("$27.6 billion", -5000, "−$5.0 billion"),
        ("$42,312,662", 13225.419, "$13,225,419,000"),
        ("$42,312,662", 0.5, "$0.500000 million"),
        ("$2 trillion", 13225.419, "$13 billion"),
        ("$2 trillion", 0, "$0 trillion"),
        ("−2.7 %", -2.7598, "−2.8 percent"),
        ("2.7 percent", Decimal("-0.01"), "0.0 percent"),
        ("about 90 percent", 81.66, "82 percent"),
        ("2.7 percentage points", 1.25, "1.2 percentage points"),
        ("a decline of 2.7 percent", -2.7598, "a decline of 2.8 percent"),
        ("a decline of 2.7 percent", 2.7598, "an increase of 2.8 percent"),
        ("an increase of about 77 percent", -3, "a decrease of 3 percent"),
        ("a 77 percent increase", 59.54, "an increase of 60 percent"),
        ("Fell by $1.2 billion", 500, "Rose by $0.5 billion"),
        ("has swelled 90 percent", -5, "has decreased 5 percent"),
        ("growth of 5 percent", -5, "a decline of 5 percent"),
        ("down 2.3 percent", 0, "down 0.0 percent"),
        ("a deficit of $27.6 billion", -3000, "a surplus of $3.0 billion"),
        ("fell to $22.9 billion", 23061, "$23.1 billion"),
        ("more than doubled", 2.0928, "2.09 times"),
        ("an absolute majority", 81.66, "81.7 percent"),
        ("virtually flat", -2.7598, "−2.8 percent"),
        ("95,000 jobs", 13225.4, "13,225 jobs"),
        ("almost 95,000", 13225, "13,225 units"),
        ("1.2 million vehicles", 3_000_000, "3.0 million vehicles"),
    ],
)
def test_reprint_gives_an_official_value_as_the_text_would_have(text, value, expected):
    again = read_printed(text).reprint(value)
    assert again == expected
    assert read_printed(again).interval.contains(value)


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("$27.6 billion", float("inf"), "finite"),
        ("$27.6 billion", float("nan"), "missing"),
        ("$27.6 billion", 1e300, "more than 15 digits"),
        ("$.123456789012345 billion", 100, "more than 15 digits"),
    ],
)
def test_reprint_refuses_what_it_could_not_print_readably(text, value, why):
    with pytest.raises(InputError, match=why):
        read_printed(text).reprint(value)


def test_words_turn_with_their_article():
    assert turned("a trade deficit of") == "a trade surplus of"
    assert turned("a growth of") == "a decline of"


def test_one_edit_suggests_the_misprint_of_the_article():
    edits = one_edits("$3.5 billion")
    assert Edit("$43.5 billion", "a digit added: 4") in edits
    assert Edit("$5.3 billion", "digits swapped: 3 and 5") in edits
    assert Edit("$3.5 million", "the unit changed: billion to million") in edits
    assert Edit("−$3.5 billion", "the sign flipped") in edits
    assert len(edits) == 32


@pytest.mark.parametrize(
    ("text", "edited", "what"),
    [
        ("$3.5 billion", "$34.5 billion", "a digit added: 4"),
        ("$3.5 billion", "$3.45 billion", "a digit added: 4"),
        ("$43.5 billion", "$3.5 billion", "a digit dropped: 4"),
        ("$43.5 billion", "$4.5 billion", "a digit dropped: 3"),
        ("$1,287 million", "$11,287 million", "a digit added: 1"),
        ("$1,287 million", "$287 million", "a digit dropped: 1"),
        ("USD 13.2bn", "USD 13.2 million", "the unit changed: billion to million"),
        ("US$13.2bn", "−US$13.2bn", "the sign flipped"),
        ("−2.7 %", "2.7 %", "the sign flipped"),
        ("minus 2.7 percent", "2.7 percent", "the sign flipped"),
        ("a decline of 2.7 percent", "an increase of 2.7 percent", "the sign flipped"),
        ("a 77 percent increase", "a 77 percent decrease", "the sign flipped"),
        ("between $80 and $90 billion", "between $80 and $90 million",
         "the unit changed: billion to million"),
    ],
)  # fmt: skip
def test_one_edits(text, edited, what):
    assert Edit(edited, what) in one_edits(text)


def test_one_edits_leaves_out_what_is_no_slip():
    texts = {edit.text for edit in one_edits("$3.5 billion")}
    assert "$3.5 billion" not in texts  # no edit
    assert "$3.51 billion" not in texts  # more digits, no slip
    assert "$.5 billion" not in texts
    assert "$03.5 billion" not in texts
    assert one_edits("more than doubled") == []
    with pytest.raises(InputError):
        one_edits("very big")


REFUSED = {
    "in_force": "a date",
    "signed": "a year",
    "age": "a duration in years",
    "special_sessions": "two dates",
    "talks_begin": "a date",
    "directed": "a date",
    "two_sessions": "a count of meetings",
    "withdrawal_first": "an order of events",
    "T06.1": "very big: no number and no bound",
    "K07.1": "increased significantly: a direction without a size",
    "X16.1": "almost all: no bound that a number could miss",
}


@pytest.mark.skipif(not CLAIMS.exists(), reason="the collected claims lie beside the repository")
@pytest.mark.parametrize("name", ["article_claims.csv", "public_claims.csv"])
def test_every_collected_figure_about_trade_is_read(name):
    with (CLAIMS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == {"article_claims.csv": 19, "public_claims.csv": 118}[name]
    for row in rows:
        claim, text = row["claim_id"], row["printed"]
        read = read_levels if row["kind"] == "from_to" else read_printed
        if claim in REFUSED:
            with pytest.raises(InputError):
                read(text)
            continue
        printed = read(text)
        if row.get("value") and printed.digits:
            scale = 1 if row["unit"] == "USD mn" else printed.scale
            assert printed.values[0] == Decimal(row["value"]) * scale, claim
        if read is read_levels and row["metric"] != "goods_balance":
            expected = (Decimal(row["value_from"]) * 1000, Decimal(row["value_to"]) * 1000)
            assert tuple(level.values[0] for level in printed) == expected, claim


def test_the_longest_text_is_read_in_no_time():
    for text in ("9," * 100, "," * 199 + "9", "a " * 100, "-" * 200, "9-" * 100, "to " * 66):
        assert len(text) <= LONGEST_TEXT
        with pytest.raises(InputError):
            read_printed(text)
        with pytest.raises(InputError):
            read_levels(text)
