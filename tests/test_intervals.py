from decimal import Decimal

import numpy as np
import pytest

from korus_helpers.claims.intervals import Interval, exact
from korus_helpers.errors import InputError

CLOSED = Interval(Decimal("42.25"), Decimal("42.35"))
ABOVE = Interval(Decimal(28), None, low_open=True)
BELOW = Interval(None, Decimal(-2), high_open=True)
EVERYTHING = Interval(None, None)


@pytest.mark.parametrize(
    ("interval", "value", "expected"),
    [
        (CLOSED, Decimal("42.25"), True),
        (CLOSED, 42.35, True),
        (CLOSED, Decimal("42.3500001"), False),
        (CLOSED, 42, False),
        (CLOSED, np.float64(42.3), True),
        (CLOSED, np.float32(42.3125), True),
        (CLOSED, np.int64(42), False),
        (ABOVE, 28, False),
        (ABOVE, Decimal("28.000000000000000000000000000000000001"), True),
        (ABOVE, float("inf"), True),
        (BELOW, -2, False),
        (BELOW, -3, True),
        (EVERYTHING, 0, True),
    ],
)
def test_contains(interval, value, expected):
    assert interval.contains(value) is expected


def test_a_float_counts_as_the_number_it_prints_as():
    assert exact(0.1) == Decimal("0.1")
    assert exact(27.624591) == Decimal("27.624591")
    assert exact(True) == 1
    assert Interval(Decimal("0.1"), Decimal("0.1")).contains(0.1)


@pytest.mark.parametrize("missing", [float("nan"), Decimal("nan"), np.float64("nan")])
def test_a_missing_value_is_refused(missing):
    with pytest.raises(InputError, match="missing value"):
        CLOSED.contains(missing)


@pytest.mark.parametrize(
    ("interval", "low", "high", "expected"),
    [
        (CLOSED, "42.25", "42.35", "inside"),
        (CLOSED, "42.3", "42.3", "inside"),
        (CLOSED, "42.2", "42.3", "straddles"),
        (CLOSED, "42.3", "42.4", "straddles"),
        (CLOSED, "42.35", "43", "straddles"),
        (CLOSED, "42.36", "43", "outside"),
        (CLOSED, "41", "42.24", "outside"),
        (CLOSED, "41", "44", "straddles"),
        (ABOVE, "27", "28", "outside"),
        (ABOVE, "28", "29", "straddles"),
        (ABOVE, "28.1", "29", "inside"),
        (BELOW, "-2", "0", "outside"),
        (BELOW, "-4", "-3", "inside"),
    ],
)
def test_meets_has_three_outcomes(interval, low, high, expected):
    assert interval.meets(Decimal(low), Decimal(high)) == expected


def test_meets_takes_unbounded_ranges():
    assert ABOVE.meets(None, None) == "straddles"
    assert ABOVE.meets(29, None) == "inside"
    assert ABOVE.meets(None, 28) == "outside"
    assert EVERYTHING.meets(None, None) == "inside"


def test_meets_refuses_a_range_upside_down():
    with pytest.raises(InputError, match="from 2 down to 1"):
        CLOSED.meets(2, 1)


def test_an_interval_with_equal_ends_one_of_them_open_holds_nothing():
    nothing = Interval(Decimal(2), Decimal(2), high_open=True)
    assert nothing.is_empty
    assert not nothing.contains(2)
    assert nothing.meets(1, 3) == "outside"
    assert not Interval(Decimal(2), Decimal(2)).is_empty
    assert not EVERYTHING.is_empty


def test_ends_are_decimals_in_order():
    with pytest.raises(TypeError, match=r"0\.5"):
        Interval(0.5, None)
    with pytest.raises(InputError, match="from 2 down to 1"):
        Interval(Decimal(2), Decimal(1))


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (CLOSED, "[42.25, 42.35]"),
        (ABOVE, "(28, ∞)"),
        (BELOW, "(−∞, −2)"),
        (EVERYTHING, "(−∞, ∞)"),
        (Interval(Decimal("-1E+3"), Decimal(0), low_open=True), "(−1000, 0]"),
    ],
)
def test_written_out(interval, expected):
    assert str(interval) == expected


def test_the_negative_swaps_the_ends():
    assert -Interval(Decimal(1), Decimal(2), high_open=True) == Interval(
        Decimal(-2), Decimal(-1), low_open=True
    )
    assert Interval(None, Decimal(-28), high_open=True) == -ABOVE
    assert str(-Interval(Decimal(0), Decimal(5))) == "[−5, 0]"
    long = Decimal("0." + "1" * 35)
    assert (-Interval(long, long)).low == long.copy_negate()
