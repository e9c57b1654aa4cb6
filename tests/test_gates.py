"""Gates on hand-made frames, and on every release that ships."""

import itertools

import pandas as pd
import pytest

from korus_helpers.acquire import gates
from korus_helpers.errors import Refused
from korus_helpers.figures.tables import open_table


def years(*rows):
    return pd.DataFrame(rows, columns=["partner_code", "year", "exports_musd", "imports_musd"])


def months(code, year, exports, imports):
    return pd.DataFrame(
        {"partner_code": code, "year": year, "month": range(1, 13), "exports_musd": exports / 12,
         "imports_musd": imports / 12}
    )  # fmt: skip


def test_months_against_years():
    monthly = months("5800", 2015, 120.0, 240.0)
    assert gates.months_against_years(monthly, years(("5800", 2015, 120.05, 240.0))).empty
    found = gates.months_against_years(monthly, years(("5800", 2015, 120.0, 240.5)))
    assert found.values.tolist() == [["5800", 2015, "imports", pytest.approx(240.0), 240.5]]
    assert len(gates.months_against_years(monthly, years(("5800", 2014, 120.0, 240.0)))) == 2


@pytest.mark.parametrize(("year", "world", "fails"), [
    (2015, 300.0, 0), (2015, 300.14, 0), (2015, 300.2, 1), (1991, 330.0, 0),
])  # fmt: skip
def test_countries_against_the_world(year, world, fails):
    rows = years(("5800", year, 100.0, 1.0), ("2010", year, 200.0, 1.0), ("0015", year, world, 2.0),
                 ("0003", year, 150.0, 1.0))  # fmt: skip
    assert len(gates.countries_against_world(rows, gates.YEAR_TOLERANCE)) == fails


def test_countries_without_a_world_fail():
    rows = years(("5800", 2015, 100.0, 1.0))
    assert len(gates.countries_against_world(rows, gates.YEAR_TOLERANCE)) == 2


def test_codes_against_the_world_of_the_same_file():
    rows = pd.DataFrame(
        [("5800", "30000", 2016, 5_000_000), ("2010", "30000", 2016, 3_000_000),
         ("0015", "30000", 2016, 8_000_000), ("0015", "30100", 2016, 9_000_000)],
        columns=["partner_code", "code", "year", "value_usd"],
    )  # fmt: skip
    found = gates.codes_against_world(rows)
    assert list(found.code) == ["30100"]


def test_codes_against_the_total_of_all_goods():
    rows = pd.DataFrame(
        [("5800", 2016, "01", 40), ("5800", 2016, "87", 60), ("2010", 2016, "87", 10)],
        columns=["partner_code", "year", "code", "value_usd"],
    )
    totals = pd.DataFrame(
        [("5800", 2016, 100), ("2010", 2016, 50)], columns=["partner_code", "year", "value_usd"]
    )
    assert list(gates.codes_against_total(rows, totals).partner_code) == ["2010"]


def test_a_sector_is_no_more_than_all_goods():
    whole = years(("5800", 2015, 100.0, 200.0))
    found = gates.parts_above_whole(years(("5800", 2015, 104.0, 300.0)), whole)
    assert list(found.flow) == ["imports"]
    assert gates.parts_above_whole(years(("5800", 2014, 500.0, 1.0)), whole).empty


def test_names_that_belong_to_another_code():
    found = gates.misnamed({"5800": "Japan", "5880": "Japan", "1220": "European Union"})
    assert list(found.partner_code) == ["5800", "1220"]
    assert gates.misnamed({"5081": "Israel", "5080": "Israel", "9999": "Atlantis"}).empty
    assert gates.renamed({"9999": "Atlantis", "5800": "South Korea"}) == ["9999 Atlantis"]


@pytest.mark.parametrize(("new", "fails"), [
    (100.0, 0), (9_000.0, 0), (100_000.0, 1), (1.5, 0), (0.1, 0), (0.0, 0),
])  # fmt: skip
def test_a_factor_that_no_revision_has(new, fails):
    before = years(("5800", 2015, 100.0, 100.0))
    assert len(gates.unlike_before(years(("5800", 2015, new, 100.0)), before)) == fails


def test_the_world_moves_by_little():
    before = years(("0015", 2015, 1000.0, 1000.0))
    found = gates.unlike_before(years(("0015", 2015, 1030.0, 1010.0)), before)
    assert list(found.flow) == ["exports"]


def test_a_partner_that_gets_another_code_is_not_lost():
    before = years(
        ("7320", 2015, 100.0, 20.0), ("7320", 2016, 90.0, 20.0), ("5800", 2015, 5.0, 5.0)
    )
    recoded = years(
        ("7321", 2015, 100.0, 20.0), ("7321", 2016, 92.0, 20.0), ("5800", 2015, 5.0, 5.0)
    )
    assert gates.lost(recoded, before).empty
    gone = gates.lost(recoded[recoded.year == 2015], before)
    assert gone.empty  # a year that the new file does not have is not compared
    halved = recoded.assign(exports_musd=recoded.exports_musd / 2)
    assert set(gates.lost(halved, before).partner_code) == {"7320"}


def test_a_large_revision_is_told_and_passes():
    before = years(("5800", 2015, 1000.0, 10.0))
    found = gates.large_revisions(years(("5800", 2015, 1200.0, 20.0)), before)
    assert list(found.flow) == ["exports"]


def test_a_refusal_names_the_rows():
    rows = pd.DataFrame({"partner_code": [str(n) for n in range(5000, 5007)], "sum": 1.5})
    with pytest.raises(Refused, match=r"it fails; partner_code, sum: 5000 1\.500; .* and 2 more"):
        gates.refuse("the file", "it fails", rows)
    gates.refuse("the file", "it fails", rows.head(0))


@pytest.mark.parametrize("vintage", ["2017-01", "2018-10", "2022-03", "2023-03", "2024-08"])
def test_every_shipped_release_passes(vintage):
    annual = open_table("goods_annual")
    rows = annual[annual.vintage == vintage].drop(columns="months")
    assert gates.countries_against_world(rows, gates.YEAR_TOLERANCE).empty


def test_the_newest_release_passes_by_month_too():
    monthly, annual = (open_table(f"goods_{name}") for name in ("monthly", "annual"))
    monthly, annual = (table[table.vintage == "2024-08"] for table in (monthly, annual))
    assert gates.countries_against_world(monthly, gates.MONTH_TOLERANCE).empty
    assert gates.months_against_years(monthly, annual).empty


def test_no_release_is_unlike_the_one_before():
    annual = open_table("goods_annual")
    full = annual[annual.months == 12]
    releases = [full[full.vintage == name] for name in sorted(full.vintage.unique())]
    for before, after in itertools.pairwise(releases):
        assert gates.unlike_before(after, before).empty
