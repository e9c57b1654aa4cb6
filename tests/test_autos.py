"""Definitions of the auto sector side by side."""

import math

import pytest

from korus_helpers.claims.register import article
from korus_helpers.trade.autos import auto_deficits
from korus_helpers.trade.comparison import comparison

CLAIMS = {claim.id: claim for claim in article()}


@pytest.fixture(scope="module")
def korea():
    return auto_deficits(comparison("5800", 2011, 2016)).set_index("definition")


@pytest.mark.parametrize(("definition", "end", "low", "high", "share"), [
    ("motor vehicles and parts (end-use 3)", 22558.3, 59.4, 59.6, 81.7),
    ("passenger cars (end-use 30000)", 14488.0, 75.6, 77.8, 52.4),
    ("vehicles (HS 87), imports for consumption", 20805.0, math.nan, math.nan, 71.0),
    ("passenger cars (HS 8703), basis not stated", 14400, 76.1, 79.5, math.nan),
])  # fmt: skip
def test_the_table_of_definitions(korea, definition, end, low, high, share):
    row = korea.loc[definition]
    assert row.end == pytest.approx(end, abs=0.06)
    assert row.change_pct_low == pytest.approx(low, abs=0.1, nan_ok=True)
    assert row.change_pct_high == pytest.approx(high, abs=0.1, nan_ok=True)
    assert row.share == pytest.approx(share, abs=0.06, nan_ok=True)


def test_quoted_and_file_figures_are_told_apart(korea):
    assert korea.base_from["motor vehicles and parts (end-use 3)"] == "quoted"
    assert korea.end_from["motor vehicles and parts (end-use 3)"] == "file"
    assert korea.chained["motor vehicles and parts (end-use 3)"]
    assert not korea.chained["passenger cars (HS 8703), basis not stated"]


def test_another_partner_gets_what_the_files_allow():
    table = auto_deficits(comparison("2010", 2014, 2016))
    assert set(table.base_from) == {"file"}
    assert table.contribution.notna().any()
    assert "HS 87" not in " ".join(table.definition)
