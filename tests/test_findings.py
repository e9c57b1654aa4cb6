"""Titles of charts: verbs and sizes from the figures, at most ten words."""

import pandas as pd
import pytest

from korus_helpers.present.findings import (
    deficit_finding,
    flows_finding,
    grew_or_shrank,
    rank_sentence,
)
from korus_helpers.trade.comparison import comparison


def two(exports: tuple[float, float], imports: tuple[float, float]) -> pd.DataFrame:
    """The rows of two years."""
    return pd.DataFrame({"exports": exports, "imports": imports})


@pytest.mark.parametrize(
    ("exports", "imports", "title"),
    [
        ((100, 97), (100, 123.3), "Exports to X fell 3.0 percent, imports rose 23.3 percent"),
        ((100, 116.1), (100, 111.7), "Exports to X rose 16.1 percent, imports 11.7 percent"),
        ((100, 100.01), (100, 90), "Exports to X stood still, imports fell 10.0 percent"),
        ((100, 100), (50, 50), "Exports to X stood still, imports too"),
        ((0, 5), (100, 150), "Exports to X rose from zero, imports rose 50.0 percent"),
        ((100, 150), (0, 0), "Exports to X rose 50.0 percent, imports stayed at zero"),
    ],
)
def test_flows(exports, imports, title):
    assert flows_finding(two(exports, imports), "X") == title
    assert len(title.split()) <= 10


@pytest.mark.parametrize(
    ("base", "end", "title"),
    [
        (13.2, 27.6, "The deficit with X more than doubled"),
        (20.0, 10.0, "The deficit with X shrank by 50 percent"),
        (20.0, 20.05, "The deficit with X stood still"),
        (-5.0, -9.0, "The surplus with X grew"),
        (-9.0, -5.0, "The surplus with X shrank"),
        (-1.0, 60.0, "A surplus with X became a deficit"),
        (60.0, -1.0, "A deficit with X became a surplus"),
    ],
)
def test_deficits(base, end, title):
    assert deficit_finding(base, end, "X") == title


def test_a_sector_is_named():
    assert deficit_finding(1, 2, "X", "auto") == "The auto deficit with X doubled"
    assert deficit_finding(-2, -1, "X", "auto") == "The auto surplus with X shrank"
    assert deficit_finding(-2, 1, "X", "auto") == "An auto surplus with X became a deficit"


@pytest.mark.parametrize(("ratio", "words"), [
    (1.002, "stood still"), (1.94, "grew by 94 percent"), (0.88, "shrank by 12 percent"),
    (2.005, "doubled"), (2.0928, "more than doubled"), (3.2, "more than tripled"),
    (6.13, "grew 6.1-fold"),
])  # fmt: skip
def test_ratios_in_words(ratio, words):
    assert grew_or_shrank(ratio) == words


def test_surpluses_and_deficits_are_ranked_apart_and_so_are_rises_and_falls():
    item = comparison("Netherlands", 2011, 2016)
    after = pd.Series({"China": 300.0, "Netherlands": -20.0, "Brazil": -30.0, "Spain": 5.0})
    before = pd.Series({"China": 200.0, "Netherlands": -10.0, "Brazil": -20.0, "Spain": 6.0})
    assert rank_sentence(after, before, item) == (
        "The Netherlands was the partner with the 2nd largest US goods surplus of 2016, of 2 with "
        "a surplus; from 2011 the balance moved toward a surplus by USD 10.0 million, the "
        "largest of 3 such moves."
    )
    assert "no rank" in rank_sentence(after, before, comparison("World", 2011, 2016))
