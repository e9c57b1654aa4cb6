"""Linear inequalities over unknowns that are at least zero: which clash, and how high a sum is.

Few rows are solved exactly, in whole numbers. Of many, HiGHS finds in floating point those that
bind, and is believed only where there is room to spare: what it finds is worked out again exactly,
so that claims that just touch are told apart from claims that just miss.
"""

import math
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

FEW = 40  # rows that are solved without an estimate
CLOSE = 1e-6  # billion dollars (or times) by which an estimate may be off

Form = dict[Hashable, Fraction | int]  # a sum of unknowns, each times its factor
# In a line, beside the slacks 0, 1, … of the rows and the unknowns, which follow them:
CONSTANT, STRICT, GOAL = -3, -2, -1  # STRICT is above zero, and less than any other amount
MISSING = ("", "", "", "missing")  # an unknown that is no flow: see `_with_room`


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
        while broken := [at for at in self.lines if at not in free and not self._holds(at)]:
            leaving = min(broken)
            line = self.lines[leaving]
            raising = [at for at, factor in line.items() if at >= 0 and (factor > 0 or at in free)]
            if not raising:
                return [at for at in line if 0 <= at < len(self.rows)]
            self._pivot(leaving, min(raising))
        return []

    def holding(self) -> set[int]:
        """Positions of the rows that hold at once where the last question ended."""
        return {at for at in range(len(self.rows)) if at not in self.lines or self._holds(at)}

    def highest(self, goal: Form) -> Fraction | float:
        """Least upper bound of `goal`: inf where there is none, −inf where not all rows can hold.

        Strict rows are read as closed, so the bound may be one that is only approached.
        """
        if len(self.rows) > FEW:
            value, binding = _estimate(goal, self.rows)
            if value == math.inf:
                return value
            # Fewer rows can only widen: those that bind give the bound itself, or one outside it.
            bound = Solver([self.rows[at] for at in binding])._highest(goal)
            if bound <= value + CLOSE * (1 + abs(value)):
                return bound
        return self._highest(goal)

    def _highest(self, goal: Form) -> Fraction | float:
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

    def _holds(self, at: int) -> bool:
        line = self.lines[at]
        return (line.get(CONSTANT) or line.get(STRICT, 0)) >= 0

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


def conflict(rows: Sequence[Row]) -> frozenset[str]:
    """Ids of claims that cannot all hold, few of them if possible; empty where all can.

    Of many rows HiGHS leaves as much room in each as it can. With room in all of them the claims
    can hold. Without, those that bind are looked at exactly: they clash, or they just touch; then
    they are kept as they are, and room is sought in the rest.
    """
    if len(rows) <= FEW:
        return _exact_conflict(rows)
    kept: list[int] = []
    while True:
        roomy = [at for at in range(len(rows)) if at not in kept]
        missing, binding = _estimate({MISSING: -1}, _with_room(rows, roomy))
        if missing > CLOSE - 1:
            return frozenset()
        found = [at for at in binding if at in roomy]
        kept = [*kept, *found] if found else list(range(len(rows)))
        clash = _exact_conflict([rows[at] for at in kept])
        if clash or not found:
            return clash


def _exact_conflict(rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(rows[at].claim for at in Solver(rows).clash()) - {""}


def _with_room(rows: Sequence[Row], roomy: Collection[int]) -> list[Row]:
    """`rows`, those at `roomy` made tighter by one less what is MISSING from that one.

    Where less than one is missing there is room: strict rows hold strictly.
    """
    found = list(rows)
    for at in roomy:
        found[at] = Row({**rows[at].form, MISSING: -1}, rows[at].limit - 1)
    return found


def _estimate(goal: Form, rows: Sequence[Row]) -> tuple[float, list[int]]:
    """Highest value of `goal` under `rows`, all read as closed, and the positions that bind.

    In floating point: inf where unbounded, not a number where HiGHS finds no answer.
    """
    import numpy as np
    from scipy.optimize import linprog

    unknowns = dict.fromkeys([*goal, *(name for row in rows for name in row.form)])
    column = {name: at for at, name in enumerate(unknowns)}
    costs, matrix = np.zeros(len(column)), np.zeros((len(rows), len(column)))
    for name, factor in goal.items():
        costs[column[name]] = -factor
    for at, row in enumerate(rows):
        for name, factor in row.form.items():
            matrix[at, column[name]] = factor
    found = linprog(costs, A_ub=matrix, b_ub=[float(row.limit) for row in rows])
    if found.status == 3:
        return math.inf, []
    if found.status != 0:
        return math.nan, []
    return -found.fun, [at for at, weight in enumerate(found.ineqlin.marginals) if weight < -1e-9]
