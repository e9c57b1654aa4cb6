"""Exports and imports by partner and period, and the reasons why a figure is not included."""

import numpy as np
import pytest

from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import FLOWS
from korus_helpers.trade.catalogue import series
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.sectors import sector as named

KOREA, MEXICO, NORTH_KOREA, CURACAO = "5800", "2010", "5790", "2777"


def window(text: str, *codes: str, vintage="2024-08", basis="general", sector="total"):
    """Exports and imports of a period, rounded to a thousand dollars."""
    asked = grid(partner=codes, vintage=vintage, basis=basis, sector=sector, end=text)
    return [evaluate(flow, asked).value.round(3).tolist() for flow in FLOWS]


def test_a_year_of_several_partners():
    exports, imports = window("2016", KOREA, "9999")
    assert (exports[0], imports[0]) == (42262.187, 69886.778)
    assert np.isnan([exports[1], imports[1]]).all()


def test_an_unknown_partner_never_gets_the_figures_of_another():
    for vintage in ("2024-08", "2026-06"):
        assert np.isnan(window("2016", "9999", vintage=vintage)).all()
    found = window("2016", MEXICO, vintage="latest", sector="hs87", basis="consumption")
    assert np.isnan(found).all()


def test_months_are_summed_by_hand():
    months = open_table("goods_monthly").query(
        "vintage == '2024-08' and partner_code == @KOREA and "
        "(year == 2011 and month >= 11 or year == 2012 and month <= 2)"
    )
    assert len(months) == 4
    exports, imports = window("2011-11/2012-02", KOREA)
    assert exports == [round(months.exports_musd.sum(), 3)]
    assert imports == [round(months.imports_musd.sum(), 3)]


@pytest.mark.parametrize("text", ["2024-01/2024-07", "2023-07/2024-07", "1984-12/1985-01"])
def test_a_window_with_a_month_missing_has_no_figure(text):
    assert np.isnan(window(text, MEXICO)).all()


def test_a_year_with_months_missing_has_no_figure():
    assert np.isnan(window("2024", MEXICO)).all()
    assert np.isnan(window("2016", KOREA, vintage="2017-01")).all()


def test_years_without_rows_are_not_zero():
    assert np.isnan(window("2018", NORTH_KOREA)).all()
    assert np.isnan(window("2016-07/2017-06", NORTH_KOREA)).all()


def test_zeros_before_a_country_existed_are_not_figures():
    assert np.isnan(window("2010", CURACAO)).all()
    assert np.isnan(window("2010-01/2010-12", CURACAO)).all()
    exports, imports = window("2011-01/2011-04", CURACAO)  # in the year of its first trade
    assert (exports, imports) == ([0], [0])
    assert window("2012", CURACAO)[0][0] > 0


def test_a_zero_year_between_years_of_trade_is_a_figure():
    assert window("2006", NORTH_KOREA) == [[0], [0]]
    assert window("2005", NORTH_KOREA)[0][0] > 0
    assert window("2007", NORTH_KOREA)[0][0] > 0


def test_a_code_without_a_row_is_zero_in_covered_years_and_unknown_in_others():
    enduse = open_table("enduse_annual")
    rows = enduse[(enduse.partner_code == NORTH_KOREA) & enduse.code.str.startswith("3")]
    assert rows[(rows.year == 2020)].empty
    assert window("2020", NORTH_KOREA, vintage="latest", sector="autos") == [[0], [0]]
    exports, imports = window("2013", NORTH_KOREA, vintage="latest", sector="autos")
    assert exports == [0]
    assert np.isnan(imports).all()
    exports, imports = window("2023", KOREA, vintage="latest", sector="autos")
    assert np.isnan(exports).all()
    assert imports[0] > 0


def test_enduse_codes_by_prefix():
    groups = ["foods", "industrial_supplies", "capital_goods", "autos", "consumer_goods", "other"]
    parts = [window("2016", KOREA, vintage="latest", sector=name) for name in groups]
    whole = window("2016", KOREA, vintage="latest", sector="all_enduse")
    assert np.sum(parts, axis=0).round(2).tolist() == np.round(whole, 2).tolist()
    assert whole == [[42262.187], [69886.778]]


def test_vehicles_by_month_and_chapters_by_year():
    exports, imports = window("2016", KOREA, vintage="latest", sector="hs87", basis="consumption")
    assert (exports, imports) == ([2195.816], [23000.866])
    months = window("2016-01/2016-06", KOREA, vintage="latest", sector="hs87", basis="consumption")
    rest = window("2016-07/2016-12", KOREA, vintage="latest", sector="hs87", basis="consumption")
    assert np.sum([months, rest], axis=0).round(3).tolist() == [exports, imports]


def test_korea_reports_the_other_side():
    exports, imports = window("2016", KOREA, vintage="latest", basis="korea-reported")
    assert exports == [43389.418]  # what Korea imports, c.i.f.
    assert imports == [66753.911]  # what Korea exports, f.o.b.
    months = window("2015-07/2016-06", KOREA, vintage="latest", basis="korea-reported")
    assert 60_000 < months[1][0] < 75_000


def test_imports_for_consumption_beside_the_exports_of_a_release():
    chosen = {"vintage": "2018-10", "basis": "consumption"}
    assert window("2016", KOREA, **chosen) == [[42312.662], [71583.892]]
    of_2018 = series("2018-10", "consumption", named("total"), False)
    assert of_2018.label == "exports 2018-10, imports for consumption 2026"
    assert of_2018.source_ids == ("CENSUS_COUNTRY_2018", "CENSUS_API", "CENSUS_API_2026")


@pytest.mark.parametrize(
    ("vintage", "basis", "name", "monthly"),
    [
        ("2018-10", "general", "total", True),
        ("2024-08", "general", "autos", False),
        ("latest", "consumption", "autos", False),
        ("latest", "general", "hs87", False),
        ("latest", "consumption", "hs:01", True),
        ("latest", "korea-reported", "autos", False),
        ("2018-10", "consumption", "total", True),
    ],
)
def test_what_is_not_included_has_no_series(vintage, basis, name, monthly):
    assert series(vintage, basis, named(name), monthly) is None


def test_first_and_last_month_of_each_flow():
    autos = series("latest", "general", named("autos"), False)
    assert (autos.begin("exports"), autos.last("exports")) == (2013 * 12, 2022 * 12 + 11)
    assert (autos.begin("imports"), autos.last("imports")) == (2014 * 12, 2025 * 12 + 11)
    vehicles = series("latest", "consumption", named("hs87"), True)
    assert vehicles.last("exports") == 2020 * 12 + 9
    assert vehicles.last("imports") == 2021 * 12 + 5


def test_only_whole_years_of_a_series_of_years():
    assert np.isnan(window("2016-04/2017-03", KOREA, vintage="2018-10")).all()
    assert np.isnan(window("2016-01/2016-06", KOREA, vintage="2018-10")).all()
    assert not np.isnan(window("2015-01/2016-12", KOREA)).any()


def reason(text: str, partner=KOREA, flow="deficit", **choices):
    return evaluate(flow, grid(partner=partner, end=text, **choices)).reason[0]


@pytest.mark.parametrize(
    ("text", "choices", "message"),
    [
        (
            "2024",
            {"partner": MEXICO, "vintage": "2024-08"},
            "2024: figures of vintage 2024-08 go up to June 2024",
        ),
        (
            "2017",
            {"vintage": "2017-01"},
            "2017: figures of vintage 2017-01 go up to November 2016",
        ),
        (
            "1984-06/1985-05",
            {"vintage": "2024-08"},
            "1984-06/1985-05: figures of vintage 2024-08 begin in January 1985",
        ),
        (
            "2016-04/2017-03",
            {"vintage": "2018-10"},
            "2016-04/2017-03: figures of vintage 2018-10 are included by calendar year only; "
            "type a year, or --vintage 2026-03 for months",
        ),
        (
            "2018",
            {"partner": NORTH_KOREA, "vintage": "2024-08"},
            "no trade with Korea, North is recorded in 2018",
        ),
        (
            "2010-04/2011-03",
            {"partner": CURACAO, "vintage": "2024-08"},
            "no trade with Curacao is recorded in April 2010 to March 2011",
        ),
        (
            "2016",
            {"partner": MEXICO, "vintage": "2026-06"},
            "figures of vintage 2026-06 are not included for Mexico (they are included for "
            "Korea, South only)",
        ),
        (
            "2016",
            {"partner": "5080", "vintage": "2024-08"},
            "figures of vintage 2024-08 are not included for Israel",
        ),
        (
            "2011",
            {"sector": "autos"},
            "2011: figures for automotive vehicles, parts and engines begin in January 2014",
        ),
        (
            "2012",
            {"sector": "autos", "flow": "exports"},
            "2012: figures for automotive vehicles, parts and engines begin in January 2013",
        ),
        (
            "2023",
            {"sector": "autos"},
            "2023: figures for automotive vehicles, parts and engines go up to December 2022",
        ),
        (
            "2015-04/2016-03",
            {"sector": "autos"},
            "2015-04/2016-03: figures for automotive vehicles, parts and engines are "
            "included by calendar "
            "year only; type a year",
        ),
        (
            "2016",
            {"sector": "autos", "basis": "consumption"},
            "figures for automotive vehicles, parts and engines are not included on the basis "
            "consumption; type --basis general",
        ),
        (
            "2016",
            {"sector": "autos", "vintage": "2018-10"},
            "figures for automotive vehicles, parts and engines are not included in vintage "
            "2018-10: "
            "they have a release of their own; type --vintage latest",
        ),
        (
            "2016",
            {"sector": "hs87", "basis": "general"},
            "figures for vehicles other than railway, and parts are not included on the "
            "basis general; "
            "type --basis consumption",
        ),
        (
            "2016",
            {"sector": "hs87", "basis": "consumption", "partner": MEXICO},
            "figures for vehicles other than railway, and parts are not included for Mexico "
            "(they are included for Korea, South only)",
        ),
        (
            "2020-06/2021-05",
            {"sector": "hs87", "basis": "consumption"},
            "2020-06/2021-05: figures for vehicles other than railway, and parts go up to "
            "October 2020",
        ),
        (
            "2016",
            {"sector": "enduse:30110", "flow": "exports"},
            "there are no US exports under Bodies and chassis for trucks and buses "
            "(end-use 30110); ask for the other flow",
        ),
        (
            "2016",
            {"basis": "korea-reported", "vintage": "2024-08"},
            "figures for all goods are not included in vintage 2024-08: they have a release "
            "of their "
            "own; type --vintage latest",
        ),
    ],
)
def test_why_a_figure_is_missing(text, choices, message):
    assert reason(text, **choices) == message
