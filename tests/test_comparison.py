"""Two years with one partner: parameters, tables, ranks, and control totals."""

import pytest

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.trade.comparison import by_release, comparison
from korus_helpers.trade.controls import country_controls
from korus_helpers.trade.goods import all_goods, enduse_goods, goods, goods_by_month


@pytest.fixture(scope="module")
def korea():
    return comparison("South Korea", 2011, 2016)


def test_a_partner_alone_has_the_newest_release_and_beside_others_that_of_all(korea):
    assert korea.release.partners == korea.partner.code
    assert korea.common.partners == "all"
    mexico = comparison("Mexico", 2011, 2016)
    assert mexico.release == mexico.common == korea.common
    assert comparison("Korea, South", 2011, 2016, korea.release.vintage).common is None


def test_every_full_year_and_no_other(korea):
    table = goods(korea)
    assert (table.index[0], table.index[-1]) == (1985, korea.release.last_full_year)
    assert tuple(table.loc[2016]) == pytest.approx((42262.187, 69886.778), abs=1e-3)
    assert goods(korea, "World").index[-1] == korea.common.last_full_year


def test_a_release_of_one_partner_is_set_beside_no_other(korea):
    alone = comparison("Korea, South", 2011, 2016, korea.release.vintage)
    with pytest.raises(NoFigure, match="holds Korea, South only"):
        all_goods(alone.release.vintage)


def test_agreement_years(korea):
    months = goods_by_month(korea)
    sums = (months.imports - months.exports).rolling(12).sum()
    assert list(sums[[f"{year}-03" for year in range(2012, 2018)]].round(3)) == [
        13049.740, 18850.750, 20348.177, 27700.598, 29558.969, 25296.924,
    ]  # fmt: skip
    assert months.attrs["vintage"] == korea.release.vintage


def test_a_release_without_months_takes_them_from_the_newest_with_all():
    months = goods_by_month(comparison("Mexico", 2011, 2016, "2018-10"))
    assert months.attrs["vintage"] == comparison("Mexico", 2011, 2016).release.vintage


def test_all_countries_side_by_side(korea):
    table = all_goods("latest")
    assert table.attrs["vintage"] == korea.common.vintage
    assert not table.duplicated(["code", "year"]).any() and table.year.max() == 2025
    deficits = (table.imports - table.exports).set_axis([table.partner, table.year]).unstack()
    assert deficits[2016].rank(ascending=False)["South Korea"] == 8
    assert (deficits[2016] - deficits[2011]).rank(ascending=False)["South Korea"] == 4
    large = deficits[deficits[2011] > 1000]
    assert len(large) == 51
    assert set(large.index[large[2016] > 2 * large[2011]]) == {
        "Vietnam", "Finland", "Hungary", "Malaysia", "South Korea", "Slovakia"
    }  # fmt: skip
    assert len(deficits) > 200 and not set(deficits.index) & {"World", "European Union"}
    assert {"World", "European Union"} < set(all_goods("2018-10", groups=True).partner)
    mine = goods(korea, "5800")
    same = table[table.code == "5800"].set_index("year")[["exports", "imports"]]
    assert mine.equals(same.loc[mine.index])


def test_releases_in_the_order_they_were_in_force(korea):
    table = by_release(korea).set_index("release")
    assert list(table.index) == [
        "2017-02-07, as quoted",
        "2017-06-02, as quoted",
        "2018-10",
        "2019-12",
        "2020-10",
        "2022-03",
        "2023-03",
        "2024-08",
        "2024-10",
        "2025-04",
        "2026-03",
        "2026-06",
    ]
    assert table.exports_pct["2018-10"] == pytest.approx(-2.644, abs=1e-3)
    assert table.exports_pct_low["2017-02-07, as quoted"] == pytest.approx(-2.788, abs=1e-3)
    assert table.exports_pct_high["2017-02-07, as quoted"] == pytest.approx(-2.673, abs=1e-3)
    assert table.deficit_high["2017-06-02, as quoted"] == 27575


def test_another_partner_has_no_quoted_releases():
    assert not by_release(comparison("Mexico", 2011, 2016)).release.str.contains("quoted").any()


@pytest.mark.parametrize(("partner", "first", "last", "says"), [
    ("EU", 2011, 2022, "without the United Kingdom"),
    ("Curacao", 2011, 2016, "begin in 2011"),
    ("EU", 2011, 2019, "with Croatia from 2013 on"), ("EU", 2013, 2019, ""),
    ("Mexico", 1985, 2016, ""),
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


def test_a_year_without_trade_is_refused():
    with pytest.raises(InputError, match="base_year 1990: no trade with"):
        comparison("Ukraine", 1990, 2016)


def test_enduse_codes_give_the_groups_and_the_whole():
    codes = enduse_goods(comparison("Korea, South", 2011, 2016))
    flows = codes.pivot_table(index=["year", "group"], columns="flow", values="musd", aggfunc="sum")
    deficits = (flows.imports - flows.exports).unstack("year").dropna(axis=1)
    assert list(deficits) == list(range(2014, 2023))
    change = (deficits[2016] - deficits[2014]).sort_values(ascending=False)
    assert list(change.round(1)) == [3089.7, 1260.3, 522.0, 429.5, -843.7, -1860.6]
    assert change.sum() == pytest.approx(2597.3, abs=0.05)
    assert codes.attrs["mixed"] == [2021, 2022]
    assert codes.attrs["vintages"] == "exports 2023-07; imports 2024-11 and 2026-04"


def test_a_group_of_countries_has_no_enduse_figures():
    codes = enduse_goods(comparison("European Union", 2011, 2016))
    assert codes.empty and "no figures for the European Union" in codes.attrs["years"]
