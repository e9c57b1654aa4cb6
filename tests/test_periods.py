"""Periods: how they are typed, printed, moved and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from korus_helpers.errors import InputError
from korus_helpers.trade.periods import (
    Period,
    agreement_year,
    month_number,
    month_text,
    month_words,
    period,
)


def test_a_calendar_year():
    year = period("2016")
    assert (year.start, year.months, year.end) == (2016 * 12, 12, 2016 * 12 + 11)
    assert (year.year, year.last_year) == (2016, 2016)
    assert (str(year), year.words) == ("2016", "2016")


def test_a_window_of_months():
    window = period("2011-04/2012-03")
    assert (window.start, window.months, window.end) == (2011 * 12 + 3, 12, 2012 * 12 + 2)
    assert (window.year, window.last_year) == (None, 2012)
    assert (str(window), window.words) == ("2011-04/2012-03", "April 2011 to March 2012")


def test_a_single_month():
    month = period("2016-02/2016-02")
    assert (month.months, month.start, month.end) == (1, 2016 * 12 + 1, 2016 * 12 + 1)
    assert (str(month), month.words) == ("2016-02/2016-02", "February 2016")


def test_twelve_months_from_january_are_the_year():
    assert period("2016-01/2016-12") == period("2016") == period(2016)


def test_two_whole_years_are_a_window():
    assert period("2015-01/2016-12").year is None
    assert period("2015-01/2016-12").words == "January 2015 to December 2016"


def test_space_around_a_period_does_not_matter():
    assert period(" 2016 ") == period("2016")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "16",
        "2016.0",
        "20166",
        "1816",
        "2116",
        "2016-04",
        "2016/2017",
        "2016-13/2017-01",
        "2016-00/2016-02",
        "2016-4/2017-3",
        "2012-03/2011-04",
        "2011-04/2012-03\n2013",
        "2011-04 to 2012-03",
        "２０１６",
        "last year",
        None,
        -2016,
        True,
    ],
)
def test_what_is_no_period_is_refused_with_examples(text):
    with pytest.raises(InputError) as error:
        period(text)
    assert str(error.value) == (
        f'period "{text!s}" is not understood; type a year such as 2016 '
        "or months such as 2011-04/2012-03, the earlier one first"
    )


def test_a_long_text_is_cut_in_the_message():
    with pytest.raises(InputError) as error:
        period("x" * 5000)
    assert f'"{"x" * 40}"' in str(error.value)


def test_shift_moves_by_years():
    assert period("2016").shift(-5) == period("2011")
    assert period("2011-04/2012-03").shift(2) == period("2013-04/2014-03")


def test_agreement_years_run_from_april_to_march():
    assert str(agreement_year(0)) == "2011-04/2012-03"
    assert str(agreement_year(5)) == "2016-04/2017-03"


def test_months_are_counted_from_the_year_0():
    assert month_number(0, 1) == 0
    assert month_number(2016, 12) == 24203
    assert month_text(24203) == "2016-12"
    assert month_words(24203) == "December 2016"


def test_earlier_periods_sort_first():
    assert sorted([period("2016"), period("2011-04/2012-03"), period("2011")]) == [
        period("2011"),
        period("2011-04/2012-03"),
        period("2016"),
    ]


@given(st.integers(1900, 2099), st.integers(1, 12), st.integers(1, 600))
def test_a_period_reads_back_as_printed(year, month, months):
    made = Period(month_number(year, month), months)
    if made.last_year <= 2099:
        assert period(str(made)) == made
        assert (made.year is not None) == ("/" not in str(made))
    assert made.end - made.start + 1 == months
    assert made.shift(3).shift(-3) == made
