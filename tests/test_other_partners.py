"""Partners side by side: ranks and placebo shares by a plain loop, and the synthetic control."""

import numpy as np
import pandas as pd
import pytest

from korus_helpers import all_goods
from korus_helpers.trade.synthetic import placebo_ratios, synthetic_control

FIRST, LAST_BEFORE, LAST = 2000, 2014, 2019


def simulated(draw: np.random.Generator, effect: float = 0.0) -> pd.DataFrame:
    """Twenty partners driven by two common paths, and an effect on the first one afterwards."""
    years = range(FIRST, LAST + 1)
    common = draw.normal(size=(len(years), 2)).cumsum(axis=0) @ draw.uniform(size=(2, 20))
    own = draw.normal(scale=0.5, size=(len(years), 20)) + draw.normal(scale=5, size=20)
    table = pd.DataFrame(common + own, index=years, columns=[f"p{n}" for n in range(20)])
    table.loc[LAST_BEFORE + 1 :, "p0"] += effect
    return table


def test_an_effect_that_was_planted_is_found():
    draw, found = np.random.default_rng(7), []
    for _ in range(200):
        table = simulated(draw, effect=5.0)
        weights, path = synthetic_control(table, "p0", LAST_BEFORE)
        assert weights.min() >= 0 and weights.sum() == pytest.approx(1)
        found.append((table.p0 - path)[LAST_BEFORE + 1 :].mean())
    assert abs(np.mean(found) / 5 - 1) < 0.05


def test_where_there_is_none_five_percent_are_found_at_the_level_of_five_percent():
    draw, found = np.random.default_rng(7), 0
    for _ in range(400):
        ratios = placebo_ratios(simulated(draw), LAST_BEFORE)
        found += (ratios >= ratios.p0).mean() <= 0.05
    assert 0.03 <= found / 400 <= 0.07


def test_a_partner_that_is_a_mix_of_two_gets_their_weights():
    table = simulated(np.random.default_rng(1))
    table["p0"] = 0.3 * table.p1 + 0.7 * table.p2 + 40
    weights, path = synthetic_control(table, "p0", LAST_BEFORE)
    assert weights[["p2", "p1"]].tolist() == pytest.approx([0.7, 0.3], abs=1e-3)
    assert np.allclose(path, table.p0, atol=1e-2)
