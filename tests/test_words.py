import subprocess
import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest

from korus_helpers.present import words


@pytest.mark.parametrize(
    ("musd", "text"),
    [
        (27_624.591, "USD 27.6 billion"),
        (Decimal("42262.187"), "USD 42.3 billion"),
        (950.2, "USD 950 million"),
        (999.4, "USD 999 million"),
        (999.6, "USD 1.0 billion"),
        (99.96, "USD 100 million"),
        (13.25, "USD 13.2 million"),
        (0.4, "USD 0.4 million"),
        (0.04, "less than USD 0.1 million"),
        (0, "USD 0"),
        (1_451_460, "USD 1,451.5 billion"),
        (-1_199.449, "−USD 1.2 billion"),
    ],
)
def test_an_amount_picks_its_unit(musd, text):
    assert words.usd(musd) == text


def test_an_amount_with_more_decimals():
    assert words.usd(1_160, digits=2) == "USD 1.16 billion"
    assert words.usd(950.2, digits=2) == "USD 950.20 million"
    assert words.usd(0.04, digits=2) == "USD 0.04 million"


@pytest.mark.parametrize("musd", [1_240, 950.4, 13.25, -1_199.449, 0])
def test_amount_as_printed_is_the_number_in_the_text(musd):
    printed = words.usd_as_printed(musd)
    assert words.usd(printed) == words.usd(musd)
    assert printed == pytest.approx(musd, abs=50)


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (words.percent, -2.7598, "−2.8 percent"),
        (words.percent, 1754.1, "1,754.1 percent"),
        (words.number, -0.04, "0.0"),
        (words.number, -1234.56, "−1,234.6"),
        (words.signed, 13.225, "+13.2"),
        (words.signed, -1.2, "−1.2"),
        (words.signed, 0.04, "0.0"),
        (words.signed, -0.04, "0.0"),
        (words.times, 2.0928, "2.09 times"),
        (words.times, 36.104, "36.1 times"),
        (words.times, 1270.4, "1,270 times"),
        (words.deficit_phrase, 27_624.591, "a deficit of USD 27.6 billion"),
        (words.deficit_phrase, -23_500, "a surplus of USD 23.5 billion"),
        (words.deficit_phrase, 0, "balanced trade"),
        (words.count_word, 12, "twelve"),
        (words.count_word, 13, "13"),
    ],
)
def test_number_words(function, value, text):
    assert function(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_a_missing_figure_is_never_put_in_words(value):
    for function in (words.number, words.usd, words.percent, words.rose_or_fell, words.times):
        with pytest.raises(ValueError, match="not a figure"):
            function(value)


@pytest.mark.parametrize(
    ("change", "verb"),
    [(0.06, "rose"), (0.04, "did not change"), (0, "did not change"), (-0.06, "fell")],
)
def test_verbs_follow_what_is_printed(change, verb):
    assert words.rose_or_fell(change) == verb


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (Decimal("43.40"), Decimal("43.55"), "43.4 to 43.6"),
        (13.1, 13.35, "13.1 to 13.4"),
        (-2.79, -2.64, "−2.8 to −2.6"),
        (42.3085, 42.3095, "42.3"),
        (-2.65, -2.64, "−2.7 to −2.6"),
        (2.5, 2.5, "2.5"),
        (28, None, "28.0 and above"),
        (28.01, float("inf"), "28.0 and above"),
        (None, Decimal("-0.01"), "0.0 and below"),
        (None, None, "any value"),
    ],
)
def test_a_range_is_rounded_outward(low, high, text):
    assert words.range_words(low, high) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (19_000, 20_000, "million dollars", "19.00 to 20.00 billion dollars"),
        (2, None, "times", "2.00 times and above"),
        (None, -2.651, "percent", "up to −2.65 percent"),
        (None, None, "percent", "any value"),
    ],
)
def test_ends_are_in_the_unit_printed(low, high, unit, text):
    assert words.ends_words(SimpleNamespace(low=low, high=high), unit) == text
    assert words.in_shown_unit(float("inf"), unit) is None


def test_joined_words():
    assert words.join_words([]) == ""
    assert words.join_words(["cars"]) == "cars"
    assert words.join_words(["cars", "parts"]) == "cars and parts"
    assert words.join_words(("cars", "parts", "trucks")) == "cars, parts and trucks"


def test_words_need_neither_matplotlib_nor_pandas():
    code = (
        "import sys; import korus_helpers as korus; korus.usd(1); korus.plain('$');"
        "print(sorted({'matplotlib', 'pandas', 'IPython'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_every_public_name_is_there():
    import korus_helpers

    assert all(getattr(korus_helpers, name) is not None for name in korus_helpers.__all__)
    assert dir(korus_helpers) == korus_helpers.__all__
    with pytest.raises(AttributeError, match="pie_chart"):
        _ = korus_helpers.pie_chart
