"""Definitions of the auto sector side by side."""

import math

import pytest

from korus_helpers.claims.register import article
from korus_helpers.present.autos import auto_finding, auto_rows, definition_rows, reach_title
from korus_helpers.trade.autos import auto_deficits, auto_readings
from korus_helpers.trade.comparison import comparison
from korus_helpers.trade.goods import vehicle_months

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


def test_readers_see_what_is_quoted_and_what_is_missing():
    rows = auto_rows(auto_deficits(comparison("5800", 2011, 2016)), 2011, 2016).set_index(
        "definition"
    )
    assert rows["2011"].iloc[0] == "14,140 (quoted, ±5)"
    assert rows["change, percent"].iloc[0] == "59.4 to 59.6 (joins two sources)"
    assert rows["2011"]["vehicles (HS 87), imports for consumption"] == "–"


def test_another_partner_gets_what_the_files_allow():
    table = auto_deficits(comparison("2010", 2014, 2016))
    assert set(table.base_from) == {"file"}
    assert table.contribution.notna().any()
    assert "HS 87" not in " ".join(table.definition)


def test_no_single_definition_gives_all_three_printed_figures(korea):
    table = korea.reset_index()
    assert (
        reach_title(table, CLAIMS["auto_deficit_2016"], "end") == "No definition gives $24 billion"
    )
    assert reach_title(table, CLAIMS["auto_deficit_change"], "change_pct").startswith(
        "Two of three"
    )


def test_the_finding_names_both_ends():
    said = auto_finding(auto_deficits(comparison("5800", 2011, 2016)), "South Korea", 2016)
    assert "USD 14.4 billion" in said and "USD 22.6 billion" in said
    assert "between 52.4 percent and 81.7 percent" in said
    nothing = auto_deficits(comparison("5800", 2011, 2016)).assign(end=math.nan)
    assert auto_finding(nothing, "South Korea", 2016) == "No definition has a figure for 2016."


def test_rows_of_the_chart_start_with_the_claim():
    rows = definition_rows(
        auto_deficits(comparison("5800", 2011, 2016)), [CLAIMS["auto_deficit_2016"]], "end", 1000
    )
    assert rows[0].text == "$24 billion"
    assert (float(rows[0].printed.low), float(rows[0].printed.high)) == (23.5, 24.5)
    assert rows[1].official == pytest.approx(22.558, abs=1e-3)
    assert rows[-1].quoted["as quoted"] == pytest.approx((14.4, 14.35, 14.45))


def test_other_readings_are_flows_and_another_year():
    table = auto_readings(comparison("5800", 2011, 2016)).set_index("reading")
    assert table.value["the deficit in motor vehicles and parts in 2015"] == pytest.approx(
        23949.8, abs=0.05
    )
    assert table.low["imports of vehicles (HS 87), as quoted (SMU_2018)"] == 23500
    assert auto_readings(comparison("5800", 2010, 2011)).empty


def test_months_of_hs_87():
    months = vehicle_months(comparison("5800", 2011, 2016))
    assert list(months.index[[0, -1]].astype(str)) == ["2013-01", "2021-06"]
    sums = months.imports["2016-01":"2016-02"].sum() / months.imports["2015-11":"2015-12"].sum()
    assert sums == pytest.approx(1.50, abs=0.005)
    assert vehicle_months(comparison("2010", 2011, 2016)).empty
