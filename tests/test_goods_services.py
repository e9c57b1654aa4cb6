"""Goods on the balance-of-payments basis and services, as the Bureau of Economic Analysis has them.

Figures are those of the genuine workbook, in million dollars, copied from its sheets by hand.
"""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, figure_rows

BOP, BOTH, SERVICES = "bop", "goods-and-services", "services"
WORKBOOK = "bea_goods_services_by_country_2025-03.xlsx"


def run(*arguments: str):
    return CliRunner().invoke(korus, ["value", *arguments])


def answer(*arguments: str) -> dict:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


# The build


@pytest.fixture(scope="module")
def bea():
    return pytest.importorskip("tools.build.bea")


@pytest.fixture
def workbook(shared):
    return shared / "figures" / "files" / WORKBOOK


def test_the_table_is_what_the_workbook_gives(bea, workbook):
    made = bea.goods_services(workbook)
    pd.testing.assert_frame_equal(made, open_table("goods_services"), check_dtype=False)
    assert not made.duplicated(bea.COLUMNS[:5]).any() and made.value_musd.gt(0).all()


def test_what_is_not_available_has_no_row(bea, workbook):
    made = bea.goods_services(workbook)
    services = made[(made.partner_code == "4190") & (made.part == "services")]  # Ireland
    assert services[services.quarter == 0].year.min() == 2006
    assert services[services.quarter > 0].year.min() == 2013
    assert set(made[made.partner_code == "0017"].part) == {"goods"}


@pytest.mark.parametrize(
    ("key", "place", "off", "says"),
    [
        (("goods", "exports"), ("Japan", 2019, 0), 5, "balance of goods does not add up"),
        (("services", "imports"), ("Canada", 2018, 1), -5, "balance of services does not add up"),
        (("goods-and-services", "balance"), ("Brazil", 2016, 0), 9, "does not add up"),
    ],
)
def test_sheets_that_contradict_each_other_are_refused(bea, workbook, key, place, off, says):
    sheets = bea.read_sheets(workbook)
    bea.check(sheets)
    sheets[key] = sheets[key].copy()
    sheets[key][place] += off
    with pytest.raises(ValueError, match=says):
        bea.check(sheets)


def test_a_name_that_is_no_partner_is_refused(bea, workbook):
    sheets = {
        key: cells.rename(index={"Japan": "Atlantis"}, level="name")
        for key, cells in bea.read_sheets(workbook).items()
    }
    with pytest.raises(ValueError, match="Atlantis"):
        bea.codes_of(sheets)


# Figures


@pytest.mark.parametrize(
    ("partner", "period", "basis", "exports", "imports"),
    [
        ("KOR", "2011", BOP, 45_226, 57_587),
        ("KOR", "2016", BOTH, 65_403, 79_651),
        ("Japan", "2019", BOP, 75_082, 144_768),
        ("Japan", "2019", SERVICES, 49_545, 36_254),
        ("Germany", "2020", BOTH, 57_836 + 29_864, 115_201 + 31_118),
        ("Canada", "2018-01/2018-03", BOP, 76_381, 81_105),
        ("Canada", "2018-01/2018-06", SERVICES, 17_443 + 16_609, 9_434 + 9_576),
        ("World", "2013", SERVICES, 719_412, 465_737),
    ],
)
def test_figures_by_hand(partner, period, basis, exports, imports):
    for measure, value in (
        ("exports", exports),
        ("imports", imports),
        ("deficit", imports - exports),
        ("balance", exports - imports),
        ("two-way", exports + imports),
    ):
        found = evaluate(measure, Definition(partner, basis=basis, end=period))
        assert found.value == found.low == found.high == value


@pytest.mark.parametrize(
    ("year", "goods", "services", "both"),
    [("2011", -12_361, 8_020, -4_341), ("2016", -27_475, 13_227, -14_248)],
)
def test_the_balances_with_korea_are_those_that_are_printed(year, goods, services, both):
    found = [answer("balance", "--year", year, "--basis", one) for one in (BOP, SERVICES, BOTH)]
    assert [one["value"] for one in found] == [goods, services, both]


def test_comparisons_and_the_share_of_the_world():
    years = ("--partner", "Japan", "--from", "2018", "--to", "2019", "--basis", BOP)
    levels = [
        answer("exports", *years[:2], "--year", year, "--basis", BOP)["value"]
        for year in ("2018", "2019")
    ]
    assert answer("exports", *years, "--as", "change")["value"] == levels[1] - levels[0]
    ratio = answer("exports", *years, "--as", "ratio")["value"]
    assert ratio == pytest.approx(levels[1] / levels[0])
    share = answer("exports", "--partner", "Japan", "--year", "2013", "--share", "--basis", BOTH)
    of_japan = answer("exports", "--partner", "Japan", "--year", "2013", "--basis", BOTH)
    assert share["value"] == pytest.approx(100 * of_japan["value"] / 2_313_120, abs=1e-3)


# Words


def test_the_words_say_what_is_counted_and_where_it_is_from():
    line = run("deficit", "--year", "2016", "--basis", BOTH).stdout
    assert line.startswith("US goods and services deficit with South Korea, 2016: USD 14,248.0")
    entry = resource("goods_services")
    assert f"; vintage {entry['vintage']}; source: {entry['sources'][0]['title']}." in line
    assert "seasonally adjusted" not in line
    assert "for 2016 other figures of services were printed in 2017-02" in line
    line = run("exports", "--period", "2016-01/2016-03", "--basis", SERVICES).stdout
    assert line.startswith("US services exports to South Korea, January 2016 to March 2016: USD")
    assert ", seasonally adjusted; vintage" in line
    line = run("exports", "--partner", "World", "--period", "2016-01/2016-03", "--basis", BOP)
    assert "sum of countries that are each adjusted by themselves" in line.stdout


def test_the_bases_are_listed_in_the_help_and_where_one_is_not_known():
    assert "bop, goods-and-services" in " ".join(run("--help").stdout.split())
    found = run("deficit", "--year", "2016", "--basis", "bob")
    assert found.exit_code == 2
    assert "type one of general, consumption, bop, goods-and-services, services" in found.stderr


# What is missing


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--partner", "Chile", "--year", "2016", "--basis", BOP),
         "figures for goods on the balance-of-payments basis are not included for Chile "
         "(they are included for 27 partners, among them "),
        (("--partner", "CAFTA-DR", "--year", "2016", "--basis", SERVICES),
         "figures for services are not included for CAFTA-DR"),
        (("--partner", "Ireland", "--year", "2003", "--basis", BOTH),
         "2003: figures for goods and services with Ireland begin in January 2006"),
        (("--partner", "Ireland", "--period", "2010-01/2010-03", "--basis", SERVICES),
         "figures for services with Ireland by quarter begin in January 2013; type a year"),
        (("--year", "1998", "--basis", BOTH), "begin in January 1999"),
        (("--year", "2025", "--basis", BOTH), "go up to December 2024"),
        (("--period", "2018-02/2018-04", "--basis", BOP),
         "are by quarter and year; type quarters such as 2018-01/2018-06"),
        (("--year", "2016", "--sector", "autos", "--basis", BOP), "type --basis general"),
        (("--year", "2016", "--basis", BOP, "--vintage", "2018-10"),
         "they have a release of their own; type --vintage latest"),
        (("--year", "2016", "--basis", BOP, "--vintage", "as-of:2018-10-01"),
         "type --vintage latest"),
    ],
)  # fmt: skip
def test_why_a_figure_is_missing(arguments, says):
    found = run("deficit", *arguments)
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1)
    assert says in found.stderr


# Imports for consumption


def test_imports_for_consumption_reach_the_base_year_of_the_article():
    for year, value in (("2011", 56_002.781), ("2012", 57_931.567)):
        found = answer("imports", "--year", year, "--basis", "consumption")
        assert round(found["value"], 3) == value
    months = [
        answer("imports", "--period", f"2011-{month:02}/2011-{month:02}", "--basis", "consumption")
        for month in range(1, 13)
    ]
    assert sum(one["value"] for one in months) == pytest.approx(56_002.781, abs=0.01)
    found = run("imports", "--period", "2013-01/2013-03", "--basis", "consumption")
    assert "by month go up to December 2012; type a year" in found.stderr


# Rows


@pytest.mark.parametrize(
    ("measure", "asked", "table", "count"),
    [
        ("exports", {"end": "2016", "basis": BOTH}, "goods_services", 2),
        ("exports", {"end": "2016-01/2016-06", "basis": BOP}, "goods_services", 2),
        ("imports", {"end": "2011-04/2011-06", "basis": "consumption"},
         "imports_for_consumption_monthly", 3),
    ],
)  # fmt: skip
def test_the_rows_of_one_flow_add_up_to_the_figure(measure, asked, table, count):
    found = figure_rows(measure, Definition(**asked))
    assert set(found) == {table}
    rows = open_table(table).loc[sorted(found[table])]
    column = "value_musd" if table == "goods_services" else "imports_for_consumption_musd"
    assert len(rows) == count
    assert rows[column].sum() == pytest.approx(evaluate(measure, Definition(**asked)).value)


def test_the_rows_of_a_share_are_of_the_partner_and_the_world():
    asked = Definition("Japan", basis=SERVICES, end="2016", as_="share")
    rows = open_table("goods_services").loc[sorted(figure_rows("imports", asked)["goods_services"])]
    assert list(rows.partner_code) == ["0015", "5880"] and set(rows.part) == {SERVICES}
