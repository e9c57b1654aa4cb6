"""Titles of charts: verbs and sizes from the figures, at most ten words."""

import pandas as pd
import pytest

from korus_helpers.present.findings import deficit_finding, flows_finding


def rows(exports: tuple[float, float], imports: tuple[float, float]) -> pd.DataFrame:
    """What `comparison.two_years` gives, for the two flows."""
    nan = float("nan")
    return pd.DataFrame(
        [
            (name, end - base, 100 * (end / base - 1) if base else nan)
            for name, (base, end) in (("exports", exports), ("imports", imports))
        ],
        columns=["measure", "change", "percent_change"],
    )


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
    assert flows_finding(rows(exports, imports), "X") == title
    assert len(title.split()) <= 10


@pytest.mark.parametrize(
    ("base", "end", "title"),
    [
        (13.2, 27.6, "The deficit with X grew to 2.09 times"),
        (20.0, 10.0, "The deficit with X shrank to 0.50 times"),
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
    assert deficit_finding(1, 2, "X", "auto") == "The auto deficit with X grew to 2.00 times"
    assert deficit_finding(-2, -1, "X", "auto") == "The auto surplus with X shrank"
    assert deficit_finding(-2, 1, "X", "auto") == "An auto surplus with X became a deficit"
