"""What lies between two ends: what a text admits, and how closely a figure is known."""

import operator
from dataclasses import dataclass
from decimal import Decimal

from korus_helpers.errors import InputError
from korus_helpers.trade.series import Ends

__all__ = ["Ends", "Interval", "exact"]


def exact(value: Decimal | int | float) -> Decimal:
    """The decimal that `value` prints as: a float goes through its shortest repr, 0.1 is 0.1.

    Raises `InputError` for a missing value (NaN), which no comparison can judge.
    """
    if isinstance(value, Decimal):
        number = value
    elif hasattr(value, "__index__"):
        number = Decimal(operator.index(value))
    else:
        number = Decimal(repr(float(value)))  # float() first: numpy writes its type into repr
    if number.is_nan():
        raise InputError("A missing value cannot be compared with a figure: give a number.")
    return number


@dataclass(frozen=True)
class Interval:
    """The numbers from `low` to `high`; an end that is None is unbounded, an open end is left out.

    Equal ends with one of them open hold nothing. Ends are Decimal, never float (TypeError);
    `InputError` when the low end lies above the high end.
    """

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if end is not None and not isinstance(end, Decimal):
                raise TypeError(f"the end {end!r} of an interval is not a Decimal")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InputError(f"An interval cannot run from {self.low} down to {self.high}.")

    @property
    def is_empty(self) -> bool:
        """Whether no number lies within, as in [2, 2)."""
        return self.low is not None and self.low == self.high and (self.low_open or self.high_open)

    def contains(self, value: Decimal | int | float) -> bool:
        """Whether `value` lies within."""
        return self.holds(value, value) == "yes"

    def holds(self, low: Decimal | float | None, high: Decimal | float | None) -> str:
        """Whether it admits a figure from `low` to `high`, ends included (None: unbounded).

        "yes" where all of that lies within, "no" where no point does, else "undetermined".
        """
        low = Decimal("-Infinity") if low is None else exact(low)
        high = Decimal("Infinity") if high is None else exact(high)
        if low > high:
            raise InputError(f"A range cannot run from {low} down to {high}.")
        if self.is_empty or self._above(low) or self._below(high):
            return "no"
        return "undetermined" if self._below(low) or self._above(high) else "yes"

    def __neg__(self) -> "Interval":
        """The same sizes with the other sign: −[1, 2) is (−2, −1]."""
        # copy_negate is exact, unary minus rounds to 28 digits; zero stays without sign
        low, high = (end.copy_negate() if end else end for end in (self.high, self.low))
        return Interval(low, high, self.high_open, self.low_open)

    def __str__(self) -> str:
        low = "(−∞" if self.low is None else f"{'[('[self.low_open]}{_written(self.low)}"
        high = "∞)" if self.high is None else f"{_written(self.high)}{'])'[self.high_open]}"
        return f"{low}, {high}"

    def _below(self, number: Decimal) -> bool:
        if self.low is None:
            return False
        return number < self.low or (self.low_open and number == self.low)

    def _above(self, number: Decimal) -> bool:
        if self.high is None:
            return False
        return number > self.high or (self.high_open and number == self.high)


def _written(number: Decimal) -> str:
    return f"{number:f}".replace("-", "−")
