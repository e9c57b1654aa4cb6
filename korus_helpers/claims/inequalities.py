"""Linear inequalities over unknowns that are at least zero: which clash, and how high a sum is.

Solved in whole numbers, so that claims that just touch are told apart from claims that just miss.
"""

import math
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Form = dict[Hashable, Fraction | int]  # a sum of unknowns, each times its factor
# In a line, beside the slacks 0, 1, … of the rows and the unknowns, which follow them:
CONSTANT, STRICT, GOAL = -3, -2, -1  # STRICT is above zero, and less than any other amount


@dataclass(frozen=True)
class Row:
    """`form` ≤ `limit`, or < where `strict`; `claim` is the id that says so, "" if none does."""

    form: Form
    limit: Fraction
    strict: bool = False
    claim: str = ""


class Solver:
    """`rows` solved by the simplex method on dictionaries (Chvátal 1983), with Bland's rule.

    Every row has a slack, the room it leaves. A line of a dictionary is solved for one unknown or
    slack, its key in `lines`: the sum of a line is zero, its factors are whole numbers and that
    of its key is below zero. What has no line is zero. Each question goes on from the last one.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        names = dict.fromkeys(name for row in rows for name in row.form)
        self.number = {name: at for at, name in enumerate(names, len(rows))}
        self.lines = {
            at: self._line(row.form, -1, {at: -1, CONSTANT: row.limit, STRICT: -row.strict})
            for at, row in enumerate(rows)
        }

    def clash(self, free: Collection[int] = ()) -> list[int]:
        """Positions of rows that cannot all hold, none where all can but those at `free`."""
        while broken := [at for at in self.lines if at not in free and not self.holds(at)]:
            leaving = min(broken)
            line = self.lines[leaving]
            raising = [at for at, factor in line.items() if at >= 0 and (factor > 0 or at in free)]
            if not raising:
                return [at for at in line if 0 <= at < len(self.rows)]
            self._pivot(leaving, min(raising))
        return []

    def holds(self, at: int) -> bool:
        """Whether the row at this position holds where the last question ended."""
        line = self.lines.get(at, {})
        return (line.get(CONSTANT) or line.get(STRICT, 0)) >= 0

    def highest(self, goal: Form) -> Fraction | float:
        """Least upper bound of `goal`: inf where there is none, −inf where not all rows can hold.

        Strict rows are read as closed, so the bound may be one that is only approached.
        """
        if self.clash():
            return -math.inf
        line = self._line(goal, 1, {GOAL: -1})
        for at in self.lines.keys() & line.keys():
            line = _without(at, line, self.lines[at])
        self.lines[GOAL] = line
        while rising := [at for at, factor in self.lines[GOAL].items() if at >= 0 and factor > 0]:
            entering = min(rising)
            limits = [
                (Fraction(line.get(CONSTANT, 0), -line[entering]), at)
                for at, line in self.lines.items()
                if line.get(entering, 0) < 0
            ]
            if not limits:
                break
            self._pivot(min(limits)[1], entering)
        line = self.lines.pop(GOAL)
        return math.inf if rising else Fraction(line.get(CONSTANT, 0), -line[GOAL])

    def _line(self, form: Form, sign: int, rest: dict[int, Fraction | int]) -> dict[int, int]:
        for name, factor in form.items():
            at = self.number.setdefault(name, len(self.rows) + len(self.number))
            rest[at] = sign * factor
        scale = math.lcm(*(factor.denominator for factor in rest.values()))
        return {at: one.numerator * (scale // one.denominator) for at, one in rest.items() if one}

    def _pivot(self, leaving: int, entering: int) -> None:
        """Solve the line of `leaving` for `entering` and put that into all the others."""
        line = self.lines.pop(leaving)
        if line[entering] > 0:
            line = {at: -factor for at, factor in line.items()}
        for at, other in self.lines.items():
            if entering in other:
                self.lines[at] = _without(entering, other, line)
        self.lines[entering] = line


def _without(at: int, line: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    """`line` with what `other`, which is solved for `at`, says of it."""
    keep, add = -other[at], line[at]
    total = {name: keep * factor for name, factor in line.items()}
    for name, factor in other.items():
        total[name] = total.get(name, 0) + add * factor
    common = math.gcd(*total.values())
    return {name: factor // common for name, factor in total.items() if factor}
