"""The range that claims allow for a figure, from the claims alone."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from korus_helpers.claims.conflicts import conflict
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.programme import (
    Meaning,
    Statement,
    held,
    meaning,
    programme,
    times,
)
from korus_helpers.claims.simplex import Dictionary, Row

DECIMALS = 6  # a dollar, a millionth of a percent
UNIT = ("", "", "", "unit")  # an unknown that is no flow: one over the whole


def implied_range(statements: Iterable[Statement], target: Statement) -> Interval | None:
    """The range that `statements` allow the figure `target` speaks of; its interval is not used.

    In million dollars, percent or times. Ends are rounded outward and closed, even where a claim
    is open there; None where unbounded. The answer is None where `statements` contradict each
    other or leave the figure without meaning (a percentage of what cannot be above zero).
    """
    statements, about = tuple(statements), meaning(target)
    rows = held(programme(statements, about), {one.id for one in statements}, about)
    return None if conflict(rows) else allowed(rows, about)


def allowed(rows: Sequence[Row], about: Meaning) -> Interval | None:
    """As `implied_range`, for what `about` means under `rows` that can all hold.

    A quotient is made linear by measuring every flow in wholes (Charnes and Cooper 1962): the
    whole becomes one, and the limits scale with a further unknown.
    """
    rows = [*rows, *(replace(row, claim="asked") for row in about.needs)]
    if about.needs and conflict(rows):
        return None
    if about.whole is not None:
        rows = [Row({**row.form, UNIT: -row.limit}, Fraction(0)) for row in rows]
        rows += [Row(about.whole, Fraction(1)), Row(times(about.whole, -1), Fraction(-1))]
    solved = Dictionary(rows)
    high, low = (solved.highest(times(about.part, sign * about.factor)) for sign in (1, -1))
    return Interval(_end(-low, math.floor), _end(high, math.ceil))


def _end(value: Fraction | float, rounded: Callable[[Fraction], int]) -> Decimal | None:
    if math.isinf(value):
        return None
    digits, places = rounded(value * 10**DECIMALS), DECIMALS
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}E-{places}")
