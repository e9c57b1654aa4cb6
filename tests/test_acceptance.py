"""The acceptance figures: official numbers that every release of this project must give."""

import pandas as pd
import pytest

from korus_helpers.figures.partners import countries
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.periods import agreement_year

KOREA = "5800"
FLOWS = ("exports", "imports", "deficit")


def value(measure: str, **choices) -> float:
    return evaluate(measure, Definition(**choices)).value


def ends(measure: str, digits: int, **choices) -> tuple[float, float]:
    found = evaluate(measure, Definition(**choices))
    assert found.low <= found.value <= found.high
    return round(found.low, digits), round(found.high, digits)


FILES = ["2017-01", "2018-10", "2022-03", "2023-03", "2024-08"]


@pytest.mark.parametrize("vintage", [*FILES, "2026-06", "latest"])
def test_korea_2011(vintage):
    found = [round(value(measure, end=2011, vintage=vintage), 3) for measure in FLOWS]
    assert found == [43461.636, 56661.359, 13199.723]


def test_korea_2016_in_the_file_of_2018():
    found = [round(value(measure, end=2016, vintage="2018-10"), 3) for measure in FLOWS]
    assert found == [42312.662, 69895.323, 27582.661]


@pytest.mark.parametrize("vintage", ["2022-03", "2023-03", "2024-08", "2026-06", "latest"])
def test_korea_2016_in_later_files(vintage):
    found = [round(value(measure, end=2016, vintage=vintage), 3) for measure in FLOWS]
    assert found == [42262.187, 69886.778, 27624.591]


CHANGES = [
    ("exports", "change", -1199.449, -1148.974),
    ("imports", "change", 13225.419, 13233.964),
    ("exports", "percent-change", -2.760, -2.644),
    ("deficit", "ratio", 2.0928, 2.0896),
]


@pytest.mark.parametrize(("measure", "as_", "latest", "of_2018"), CHANGES)
def test_changes_from_2011_to_2016(measure, as_, latest, of_2018):
    digits = 4 if as_ == "ratio" else 3
    choices = {"base": 2011, "end": 2016, "as_": as_}
    assert round(value(measure, **choices), digits) == latest
    assert round(value(measure, vintage="2018-10", **choices), digits) == of_2018


def test_change_of_exports_as_known_on_a_day():
    choices = {"base": 2011, "end": 2016, "as_": "percent-change"}
    first = ends("exports", 2, vintage="as-of:2017-03-15", **choices)
    june = ends("exports", 3, vintage="as-of:2017-12-28", **choices)
    assert first == (-2.79, -2.67)
    assert june == (-2.653, -2.651)  # 42.309 billion, ±0.5 million
    # From the sum of sectors alone, 42,309 ±6: the wider interval of the method notes.
    base = value("exports", end=2011)
    assert [round(100 * (end / base - 1), 2) for end in (42303, 42315)] == [-2.67, -2.64]


def test_27_percent_fits_the_releases_of_2017_and_no_later_file():
    def printed(vintage: str) -> bool:
        found = evaluate(
            "exports", Definition(base=2011, end=2016, as_="percent-change", vintage=vintage)
        )
        return found.low <= -2.65 and found.high >= -2.75

    assert printed("as-of:2017-03-15")
    assert printed("as-of:2017-12-28")
    assert not any(printed(vintage) for vintage in ("2018-10", *FILES[2:], "2026-06", "latest"))


def test_levels_as_known_when_the_article_appeared():
    assert ends("exports", 1, end=2016, vintage="as-of:2017-12-28") == (42308.5, 42309.5)
    assert ends("deficit", 1, end=2016, vintage="as-of:2017-12-28") == (27565, 27575)
    assert ends("balance", 1, end=2016, vintage="as-of:2017-12-28") == (-27575, -27565)
    for other in ("Mexico", "China", "World"):
        with pytest.raises(ValueError, match="cannot be checked: the figures for 2016"):
            value("deficit", partner=other, end=2016, vintage="as-of:2017-12-28")


def test_the_release_of_february_2013():
    assert ends("exports", 1, end=2011, vintage="as-of:2013-03-01") == (43414.5, 43415)


AGREEMENT_YEARS = [13049.740, 18850.750, 20348.177, 27700.598, 29558.969, 25296.924]


@pytest.mark.parametrize(("number", "deficit"), list(enumerate(AGREEMENT_YEARS)))
def test_deficit_by_agreement_year(number, deficit):
    for vintage in ("latest", "2024-08"):
        found = value("deficit", end=str(agreement_year(number)), vintage=vintage)
        assert abs(found - deficit) < 0.001


def test_agreement_years_do_not_double_the_deficit():
    ratio = value("deficit", base="2011-04/2012-03", end="2016-04/2017-03", as_="ratio")
    assert round(ratio, 2) == 1.94


def ranked(**choices) -> pd.Series:
    """Every country with a figure, largest first."""
    found = evaluate("deficit", grid(partner=countries(), end=2016, **choices))
    assert set(found.vintage) == {"2026-03"}
    return found.set_index("partner").value.dropna().sort_values(ascending=False)


def test_rank_of_korea():
    assert ranked().index.get_loc(KOREA) + 1 == 8
    assert ranked(base=2011, as_="change").index.get_loc(KOREA) + 1 == 4


def test_six_of_51_partners_more_than_doubled():
    found = evaluate("deficit", grid(partner=countries(), base=2011, end=2016, as_="ratio"))
    large = found[found.base_value > 1000]
    assert len(large) == 51
    names = open_table("partners").set_index("partner_code").common_name
    assert set(names[large[large.value > 2].partner]) == {
        "Vietnam",
        "Finland",
        "Hungary",
        "Malaysia",
        "South Korea",
        "Slovakia",
    }


def test_41_partners_changed_sign():
    found = evaluate("deficit", grid(partner=countries(), base=2011, end=2016, as_="change"))
    known = found.dropna(subset="value")
    assert ((known.base_value > 0) != (known.end_value > 0)).sum() == 41


@pytest.mark.parametrize(
    ("partner", "year", "deficit"),
    [
        ("South Korea", 2014, 21298.0),
        ("South Korea", 2015, 23949.8),
        ("South Korea", 2016, 22558.3),
        ("South Korea", 2017, 21421.4),
        ("Mexico", 2016, 73987.2),
        ("Japan", 2016, 52176.7),
        ("Germany", 2016, 23323.2),
    ],
)
def test_deficit_in_motor_vehicles_and_parts(partner, year, deficit):
    assert round(value("deficit", partner=partner, sector="autos", end=year), 1) == deficit


@pytest.mark.parametrize(
    ("sector", "deficit", "share"),
    [
        ("autos", 22558.3, 81.7),
        ("passenger_cars", 14488.0, 52.4),
        ("hs87", 20805.0, 71.0),
    ],
)
def test_auto_definitions_in_2016(sector, deficit, share):
    found = value("deficit", sector=sector, end=2016)
    # To the digits of the method notes, which print 20,805.05 as 20,805.0.
    assert abs(found - deficit) <= 0.0501
    assert abs(value("deficit", sector=sector, end=2016, as_="share") - share) < 0.05


def test_autos_of_2015_against_either_year():
    autos = value("deficit", sector="autos", end=2015)
    assert round(value("deficit", sector="autos", end=2015, as_="share"), 1) == 84.7
    assert round(100 * autos / value("deficit", end=2016), 1) == 86.7
    assert round(100 * (autos / 14140 - 1), 1) == 69.4
    assert round(100 * (value("deficit", sector="autos", end=2016) / 14140 - 1), 1) == 59.5


def test_passenger_cars_chained_to_the_quoted_figure():
    cars = value("deficit", sector="passenger_cars", end=2016)
    assert [round(100 * (cars / base - 1), 1) for base in (8250, 8200, 8150)] == [75.6, 76.7, 77.8]
    assert round(value("deficit", sector="passenger_cars", end=2015), 1) == 15993.5
    assert round(value("exports", sector="autos", end=2013), 1) == 1571.0


GROUP_CHANGES = {
    "foods": 522.0,
    "industrial_supplies": 429.5,
    "capital_goods": -1860.6,
    "autos": 1260.3,
    "consumer_goods": 3089.7,
    "other": -843.7,
    "all_enduse": 2597.3,
    "total": 2597.3,
}


@pytest.mark.parametrize(("sector", "change"), list(GROUP_CHANGES.items()))
def test_change_of_the_deficit_2014_to_2016_by_group(sector, change):
    found = value("deficit", sector=sector, base=2014, end=2016, as_="change")
    assert round(found, 1) == change


def test_contributions_of_the_groups_add_up_to_100():
    groups = ["foods", "industrial_supplies", "capital_goods", "autos", "consumer_goods", "other"]
    parts = [
        value("deficit", sector=name, base=2014, end=2016, as_="contribution") for name in groups
    ]
    assert round(parts[groups.index("autos")], 1) == 48.5
    assert min(parts) < 0 and max(parts) > 100  # no bounds of 0 and 100 percent
    assert abs(sum(parts) - 100) < 1e-9


def test_imports_for_consumption_move_the_deficit_the_other_way():
    general = [value("deficit", end=year) for year in (2015, 2016)]
    consumed = [value("deficit", end=year, basis="consumption") for year in (2015, 2016)]
    assert [round(deficit / 1000, 1) for deficit in general] == [28.3, 27.6]
    assert [round(deficit / 1000, 1) for deficit in consumed] == [26.0, 29.3]
    assert round(consumed[1], 1) == 29321.7
    assert round(value("imports", end=2016, basis="consumption"), 1) == 71583.9
    assert round(value("imports", end=2015, basis="consumption"), 1) == 69473.3


def test_korea_reports_another_surplus():
    choices = {"basis": "korea-reported"}
    assert round(value("deficit", end=2011, **choices) / 1000, 1) == 11.6
    assert round(value("deficit", end=2016, **choices) / 1000, 1) == 23.4
    assert round(value("imports", end=2016, **choices), 1) == 66753.9


def test_the_newest_release_revises_2022():
    assert round(value("deficit", end=2022), 1) == 43262.5
    assert round(value("deficit", end=2022, vintage="2024-08"), 1) == 43226.2


def test_exports_from_2010_and_2012():
    assert round(value("exports", base=2010, end=2016, as_="change") / 1000, 1) == 3.4
    assert abs(value("exports", base=2012, end=2016, as_="change")) < 50


def test_quoted_changes_of_hs_8703():
    rows = open_table("quoted").query("topic == 'hs8703' and flow == 'deficit'").set_index("year")
    low, high = (
        rows.low_musd[2016] / rows.high_musd[2011],
        rows.high_musd[2016] / rows.low_musd[2011],
    )
    middle = rows.value_musd[2016] / rows.value_musd[2011]
    assert [round(100 * (x - 1), 1) for x in (low, middle, high)] == [76.1, 77.8, 79.5]
