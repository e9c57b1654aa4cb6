"""Partners side by side: ranks and placebo shares by a plain loop, and the synthetic control."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from korus_helpers import Definition, all_goods, evaluate
from korus_helpers.trade.synthetic import counterfactual, placebo_ratios, synthetic_control

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
        found.append((table.p0 - path).loc[LAST_BEFORE + 1 :].mean())
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


def test_what_counts_leaves_the_mix_once():
    table = simulated(np.random.default_rng(3), effect=20.0)
    found = counterfactual(table, "p0", LAST_BEFORE)
    assert found["least"] <= found["gap"] <= found["most"]
    assert found["gap"] == pytest.approx(20, abs=2)
    assert (found["partners"], found["as far, percent of partners"]) == (20, 5.0)


NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "06_other_partners.ipynb"


def figures_of(name: str) -> pd.DataFrame:
    """The figures behind one table or chart of the committed notebook."""
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            if output.get("metadata", {}).get("korus", {}).get("name") == name:
                return pd.read_csv(io.StringIO("".join(output["data"]["text/csv"])))
    raise AssertionError(f"no output {name}")


def test_ranks_and_placebo_shares_are_those_of_a_plain_loop():
    vintage = all_goods("latest").attrs["vintage"]
    change, large, both, ratio = {}, {}, {}, {}
    for code in all_goods("latest").code.unique():
        level = {}
        for year in ("2011", "2016"):
            try:
                for measure in ("deficit", "two-way"):
                    one = evaluate(measure, Definition(code, end=year, vintage=vintage))
                    level[measure, year] = one.value
            except ValueError:
                break
        else:
            change[code] = level["deficit", "2016"] - level["deficit", "2011"]
            both[code] = level["deficit", "2016"]
            large[code] = level["two-way", "2011"] > 1000
            if large[code] and min(level["deficit", "2011"], level["deficit", "2016"]) > 0:
                ratio[code] = level["deficit", "2016"] / level["deficit", "2011"]
    assert sum(value >= both["5800"] for value in both.values()) == 8
    assert sum(value >= change["5800"] for value in change.values()) == 4
    assert len(figures_of("changes")) == len(change)
    table = figures_of("placebo").set_index("measured in")
    among = [change[code] for code in change if large[code]]
    for name, values, mine in (
        ("million dollars", among, change["5800"]),
        ("times the deficit before", list(ratio.values()), ratio["5800"]),
    ):
        assert table.partners[name] == len(values)
        share = 100 * sum(value >= mine for value in values) / len(values)
        assert table.iloc[:, -1][name] == pytest.approx(share)
