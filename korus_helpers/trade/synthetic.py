"""A weighted mix of other partners that moved like one partner: the synthetic control.

After Abadie, Diamond and Hainmueller (2010), with the mean of the years before taken out of every
partner (Ferman and Pinto 2021), so that the mix need not have the same level, only the same path.
"""

import numpy as np
import pandas as pd

HEAVY = 1e3  # how much the sum of the weights counts against the fit
TINY = 1e-12


def synthetic_control(
    outcomes: pd.DataFrame, unit: str, last_before: int
) -> tuple[pd.Series, pd.Series]:
    """Weights of the other columns, and the path that they give, for the column `unit`.

    `outcomes` has a row per year and a column per partner, without gaps. The weights are at least
    zero and sum to one; they bring the mix nearest to `unit` in the years up to `last_before`. The
    path has every year, at the level of `unit` before.
    """
    values, before = outcomes.to_numpy(float), (outcomes.index <= last_before)
    at = outcomes.columns.get_loc(unit)
    weights, path = _mix(values, at, before)
    others = outcomes.columns.delete(at)
    named = pd.Series(weights, others).sort_values(ascending=False)
    return named, pd.Series(path, outcomes.index)


def _mix(values: np.ndarray, at: int, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the other columns for the column `at`, and their path at its level before."""
    from scipy.optimize import nnls  # half a second that no other command pays

    levels = values[before].mean(axis=0)
    moves = values - levels
    others = np.delete(moves, at, axis=1)
    heavy = HEAVY * (np.abs(others[before]).mean() or 1)
    rows = np.vstack([others[before], np.full(others.shape[1], heavy)])
    weights = nnls(rows, np.append(moves[before, at], heavy))[0]
    weights /= weights.sum()
    return weights, levels[at] + others @ weights


def placebo_ratios(outcomes: pd.DataFrame, last_before: int) -> pd.Series:
    """How far each partner left its own mix afterwards, against how far before, by partner.

    Root mean squares of the gap; among partners to whom nothing special happened every rank of
    one of them is equally likely.
    """
    values, before = outcomes.to_numpy(float), (outcomes.index <= last_before)
    ratios = []
    for at in range(values.shape[1]):
        gap = (values[:, at] - _mix(values, at, before)[1]) ** 2
        ratios.append(np.sqrt(gap[~before].mean() / max(gap[before].mean(), TINY)))
    return pd.Series(ratios, outcomes.columns)


def counterfactual(outcomes: pd.DataFrame, unit: str, last_before: int) -> dict[str, float]:
    """What the synthetic control of `unit` gives, with what it takes to judge it.

    `gap` is the mean of outcome less mix after `last_before`; `least` and `most` are the same with
    one partner left out that counts in the mix; `gap before` the root mean square of the fit;
    `as far` the percent of all partners that left their own mix at least as far, of `partners`.
    """
    weights, path = synthetic_control(outcomes, unit, last_before)
    gap, after = outcomes[unit] - path, outcomes.index > last_before
    without = []
    for one in weights.index[weights > 0.01]:
        other = synthetic_control(outcomes.drop(columns=one), unit, last_before)[1]
        without.append((outcomes[unit] - other)[after].mean())
    ratios = placebo_ratios(outcomes, last_before)
    return {
        "gap": gap[after].mean(),
        "least": min(without),
        "most": max(without),
        "gap before": np.sqrt((gap[~after] ** 2).mean()),
        "as far, percent of partners": 100 * (ratios >= ratios[unit]).mean(),
        "partners": len(ratios),
    }
