"""Linear programmes, estimated by HiGHS (SciPy) or solved in exact fractions.

Unknowns are at least zero. Exact fractions are slow: they are for the few rows that bind.
"""

import math
from collections.abc import Hashable
from fractions import Fraction

Form = dict[Hashable, Fraction]  # a sum of unknowns, each times its factor
System = list[tuple[Form, Fraction]]  # inequalities: form ≤ limit
CONSTANT, ARTIFICIAL = -2, -1  # in a row of the simplex method, beside the unknowns 0, 1, …


def estimate(goal: Form, system: System) -> tuple[float, list[int]]:
    """As `maximum`, in floating point; not a number where HiGHS finds no answer."""
    import numpy as np
    from scipy.optimize import linprog

    unknowns = dict.fromkeys([*goal, *(name for form, _ in system for name in form)])
    column = {name: at for at, name in enumerate(unknowns)}
    costs, matrix = np.zeros(len(column)), np.zeros((len(system), len(column)))
    for name, factor in goal.items():
        costs[column[name]] = -factor
    for at, (form, _) in enumerate(system):
        for name, factor in form.items():
            matrix[at, column[name]] = factor
    found = linprog(costs, A_ub=matrix, b_ub=[float(limit) for _, limit in system])
    if found.status == 3:
        return math.inf, []
    if found.status != 0:
        return math.nan, []
    return -found.fun, [at for at, weight in enumerate(found.ineqlin.marginals) if weight < -1e-9]


def maximum(goal: Form, system: System) -> tuple[Fraction | float, list[int]]:
    """Highest value of `goal` over unknowns ≥ 0 under `system` (form ≤ limit), exactly.

    inf where unbounded, −inf where nothing solves the system. With it the positions of the rows
    that prove the bound, or that nothing solves them. The simplex method in two phases, on
    dictionaries, with Bland's rule so that it ends (Chvátal 1983, chapters 2 and 3).
    """
    names = dict.fromkeys([*goal, *(name for form, _ in system for name in form)])
    number = {name: at for at, name in enumerate(names)}
    slack = len(number)  # the slack of row i is unknown number slack + i
    table = {
        slack + at: {CONSTANT: limit, **{number[name]: -form[name] for name in form if form[name]}}
        for at, (form, limit) in enumerate(system)
    }
    worst = min(table, key=lambda basic: table[basic][CONSTANT], default=None)
    if worst is not None and table[worst][CONSTANT] < 0:
        for row in table.values():
            row[ARTIFICIAL] = Fraction(1)
        lack = {CONSTANT: Fraction(0), ARTIFICIAL: Fraction(-1)}
        pivot(table, lack, worst, ARTIFICIAL)
        climb(table, lack)
        if lack[CONSTANT] < 0:
            return -math.inf, sorted(name - slack for name in lack if name >= slack)
        for row in table.values():  # ARTIFICIAL has left them: of equals, the lowest leaves first
            row.pop(ARTIFICIAL, None)
    worth = {CONSTANT: Fraction(0)}
    for name, value in goal.items():
        add(worth, table.get(number[name], {number[name]: Fraction(1)}), value)
    if not climb(table, worth):
        return math.inf, []
    return worth[CONSTANT], sorted(name - slack for name in worth if name >= slack)


def climb(table: dict[int, dict], worth: dict) -> bool:
    """Pivot until no unknown can raise `worth`; False where one can without end."""
    while True:
        rising = [name for name, value in worth.items() if name != CONSTANT and value > 0]
        if not rising:
            return True
        entering = min(rising)
        leaving = [
            (row[CONSTANT] / -row[entering], basic)
            for basic, row in table.items()
            if row.get(entering, 0) < 0
        ]
        if not leaving:
            return False
        pivot(table, worth, min(leaving)[1], entering)


def pivot(table: dict[int, dict], worth: dict, leaving: int, entering: int) -> None:
    """Solve the row of `leaving` for `entering` and put that into all the others."""
    row = table.pop(leaving)
    factor = row.pop(entering)
    row = {name: -value / factor for name, value in row.items()}
    row[leaving] = 1 / factor
    for other in (*table.values(), worth):
        if entering in other:
            add(other, row, other.pop(entering))
    table[entering] = row


def add(row: dict, other: dict, factor: Fraction) -> None:
    """Add `factor` times `other` to `row`, keeping no zero but the constant."""
    for name, value in other.items():
        row[name] = row.get(name, 0) + factor * value
        if name != CONSTANT and not row[name]:
            del row[name]
