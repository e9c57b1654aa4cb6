"""Gates: what no genuine release shows is refused, what one shows passes; hand-made frames."""

import itertools

import pandas as pd
import pytest

from korus_helpers.acquire import gates
from korus_helpers.figures.tables import open_table

KEYS = ["partner_code", "year"]


def years(*rows):
    return pd.DataFrame(rows, columns=[*KEYS, "exports_musd", "imports_musd"])


def test_months_against_years():
    monthly = years(*[("5800", 2015, 10.0, 20.0)] * 12).assign(month=range(1, 13))
    for total, fails in ((240.05, 0), (240.5, 1)):
        found = gates.apart(monthly, years(("5800", 2015, 120.0, total)), KEYS, 0, 0.1)
        assert list(found.flow) == ["imports"] * fails
    assert len(gates.apart(monthly, years(), KEYS, 0, 0.1)) == 2  # a year that is not there


@pytest.mark.parametrize(("year", "world", "fails"), [
    (2015, 300.0, 0), (2015, 300.14, 0), (2015, 300.2, 1), (1991, 330.0, 0), (2015, 0.0, 1),
])  # fmt: skip
def test_countries_against_the_world(year, world, fails):
    rows = years(("5800", year, 100.0, 1.0), ("2010", year, 200.0, 1.0), ("0015", year, world, 2.0),
                 ("0003", year, 150.0, 1.0))  # fmt: skip
    assert len(gates.against_world(rows, "year")) == fails


def test_names_that_belong_to_another_code():
    found = gates.misnamed({"5800": "Japan", "5880": "Japan", "1220": "European Union"})
    assert list(found.partner_code) == ["5800", "1220"]
    assert gates.misnamed({"5081": "Israel", "5080": "Israel", "9999": "Atlantis"}).empty


@pytest.mark.parametrize(("code", "new", "fails"), [
    ("5800", 100.0, 0), ("5800", 9_000.0, 0), ("5800", 100_000.0, 1), ("5800", 0.0, 0),
    ("0015", 103.0, 1), ("0015", 101.0, 0),
])  # fmt: skip
def test_figures_that_differ_by_more_than_a_revision(code, new, fails):
    both = gates.pairs(years((code, 2015, new, 100.0)), years((code, 2015, 100.0, 100.0)))
    assert list(gates.unlike_before(both).flow) == ["exports"] * fails


def test_a_partner_that_gets_another_code_is_not_lost():
    before = years(
        ("7320", 2015, 100.0, 20.0), ("7320", 2016, 90.0, 20.0), ("5800", 2015, 5.0, 5.0)
    )
    recoded = before.assign(partner_code=["7321", "7321", "5800"])
    assert gates.lost(recoded, before).empty
    assert gates.lost(recoded[recoded.year == 2015], before).empty  # the other is not compared
    halved = recoded.assign(exports_musd=recoded.exports_musd / 2)
    assert set(gates.lost(halved, before).partner_code) == {"7320"}


def test_every_included_release_passes_beside_the_one_before():
    annual = open_table("goods_annual")
    full = annual[annual.months == 12].drop(columns="months")
    releases = [full[full.vintage == name] for name in sorted(full.vintage.unique())]
    assert all(gates.against_world(one, "year").empty for one in releases)
    for before, after in itertools.pairwise(releases):
        both = gates.pairs(after, before)
        assert gates.unlike_before(both).empty and gates.moved(both).empty
        assert gates.lost(after, before).empty
    monthly = open_table("goods_monthly").query("vintage == '2024-08'")
    assert gates.against_world(monthly, "month").empty
