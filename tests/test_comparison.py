"""Two years with one partner: parameters, tables, ranks, and control totals."""

import pytest

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.trade.comparison import (
    agreement_windows,
    annual,
    by_base_year,
    by_release,
    by_window,
    comparison,
    ranking,
    two_years,
    world_share,
)
from korus_helpers.trade.controls import country_controls, enduse_controls
from korus_helpers.trade.groups import group_changes


@pytest.fixture(scope="module")
def korea():
    return comparison("South Korea", 2011, 2016)


def test_the_two_years_of_the_article(korea):
    table = two_years(korea).set_index("measure")
    assert table.change["exports"] == pytest.approx(-1199.449, abs=1e-3)
    assert table.change["imports"] == pytest.approx(13225.419, abs=1e-3)
    assert table.percent_change["exports"] == pytest.approx(-2.760, abs=1e-3)
    assert table.ratio["deficit"] == pytest.approx(2.0928, abs=1e-4)


def test_no_percent_where_the_sign_changes():
    table = two_years(comparison("Mexico", 1994, 2016)).set_index("measure")
    assert table.change["deficit"] > 0
    assert table[["percent_change", "ratio"]].loc["deficit"].isna().all()


def test_latest_is_one_release_that_also_holds_the_world(korea):
    assert korea.release.vintage == "2024-08"
    assert comparison("Korea, South", 2014, 2025).release.vintage == "2026-06"


def test_every_full_year_and_no_other(korea):
    series = annual(korea)
    assert (series.index[0], series.index[-1]) == (1985, 2023)
    assert (series.deficit - (series.imports - series.exports)).abs().max() < 1e-6


def test_releases_in_the_order_they_were_in_force(korea):
    table = by_release(korea).set_index("release")
    assert list(table.index) == [
        "2017-02-07, as quoted",
        "2017-06-02, as quoted",
        "2018-10",
        "2022-03",
        "2023-03",
        "2024-08",
        "2026-06",
    ]
    assert table.exports_pct["2018-10"] == pytest.approx(-2.644, abs=1e-3)
    assert table.exports_pct_low["2017-02-07, as quoted"] == pytest.approx(-2.788, abs=1e-3)
    assert table.exports_pct_high["2017-02-07, as quoted"] == pytest.approx(-2.673, abs=1e-3)
    assert table.deficit_high["2017-06-02, as quoted"] == 27575


def test_another_partner_has_no_quoted_releases():
    assert not by_release(comparison("Mexico", 2011, 2016)).release.str.contains("quoted").any()


def test_first_years_move_the_answer(korea):
    table = by_base_year(korea, range(2010, 2013)).set_index("base_year")
    assert table.exports[2010] == pytest.approx(3441.549, abs=1e-3)
    assert abs(table.exports[2012]) < 25


def test_agreement_years(korea):
    table = by_window(korea, agreement_windows(korea), 6)
    assert list(table.deficit.round(3)) == [
        13049.740,
        18850.750,
        20348.177,
        27700.598,
        29558.969,
        25296.924,
    ]


def test_windows_that_are_not_published_yet_are_left_out():
    table = by_window(
        comparison("Mexico", 2022, 2023), agreement_windows(comparison("Mexico", 2022, 2023)), 4
    )
    assert list(table.window) == ["April 2022 to March 2023", "April 2023 to March 2024"]


def test_share_of_the_world(korea):
    assert world_share(korea)[2016] == pytest.approx(3.7568, abs=1e-4)


def test_ranks(korea):
    levels, moves = ranking(korea), ranking(korea, "change")
    assert int(levels[levels.partner_code == "5800"]["rank"].iloc[0]) == 8
    assert int(moves[moves.partner_code == "5800"]["rank"].iloc[0]) == 4
    assert not set(levels.partner_code) & {"0015", "0003"}


def test_no_rank_without_all_partners():
    with pytest.raises(NoFigure, match="holds Korea, South only"):
        ranking(comparison("Korea, South", 2014, 2025))


@pytest.mark.parametrize(("partner", "first", "last", "says"), [
    ("EU", 2011, 2022, "without the United Kingdom"),
    ("Curacao", 2011, 2016, "begin in 2011"),
    ("EU", 2011, 2019, ""), ("Mexico", 1985, 2016, ""),
])  # fmt: skip
def test_cautions(partner, first, last, says):
    caution = comparison(partner, first, last).caution
    assert says in caution if says else caution == ""


@pytest.mark.parametrize("choice", [
    ("Korea, South", 2011, 2016, "latest"), ("Mexico", 1994, 2022, "2023-03"),
    ("China", 2000, 2016, "2018-10"), ("Korea, South", 2014, 2025, "2026-06"),
])  # fmt: skip
def test_control_totals_agree(choice):
    checks = country_controls(comparison(*choice))
    assert len(checks) >= 4
    assert (checks.passed == "yes").all()


def test_a_control_total_that_differs_is_seen(korea, monkeypatch):
    from korus_helpers.trade import controls

    monkeypatch.setattr(controls, "EXACT", -1.0)
    assert (controls.country_controls(korea).passed == "no").any()


def test_enduse_controls():
    checks = enduse_controls(comparison("Korea, South", 2014, 2016))
    assert len(checks) == 8
    assert (checks.passed == "yes").all()


def test_groups_account_for_the_whole_change():
    table = group_changes("5800", 2014, 2016).set_index("group")
    assert table.change["automotive vehicles, parts and engines"] == pytest.approx(1260.3, abs=0.05)
    assert table.change[:-1].sum() == pytest.approx(table.change["all goods"], abs=1e-6)
    assert table.index[0].startswith("consumer goods")


def test_groups_outside_the_files_are_missing():
    assert group_changes("5800", 2011, 2016).empty
    assert group_changes("5800", 2016, 2016).empty


def test_a_year_without_trade_is_refused():
    with pytest.raises(InputError, match="base_year 1990: no trade with"):
        comparison("Ukraine", 1990, 2016)
