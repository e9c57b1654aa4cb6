"""Goods on the balance-of-payments basis and services, as the Bureau of Economic Analysis has them.

Figures are those of the genuine workbook, in million dollars, copied from its sheets by hand.
"""

import pandas as pd
import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus
from korus_helpers.figures.tables import open_table, resource

BOP, BOTH, SERVICES = "bop", "goods-and-services", "services"
WORKBOOK = "bea_goods_services_by_country_2025-03.xlsx"


def run(*arguments: str):
    return CliRunner().invoke(korus, ["value", *arguments])


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
