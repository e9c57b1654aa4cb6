"""Contributions of groups and codes add up to the change, for every partner and pair of years."""

import itertools
from dataclasses import replace

import pytest

from korus_helpers import Definition, comparison, enduse_goods, evaluate, grid
from korus_helpers.figures.releases import latest_enduse
from korus_helpers.trade.sectors import GROUPS

THOUSAND = 0.001  # million dollars
YEARS = range(2014, 2023)


def test_groups_add_up_for_every_partner_and_pair_of_years():
    rows = latest_enduse()
    sign = rows.flow.map({"imports": 1, "exports": -1})
    sums = (rows.value_usd * sign).groupby([rows.partner_code, rows.year, rows.code.str[0]]).sum()
    parts = sums.unstack().fillna(0)  # whole dollars by partner and year, a column a group
    codes = sorted(rows.partner_code.unique())
    table = evaluate("deficit", grid(partner=codes, end=list(YEARS), sector="all_enduse"))
    whole = table.assign(year=table.end.astype(int)).set_index(["partner", "year"]).value
    pairs = 0
    for code in codes:
        known = [y for y in YEARS if whole[code, y] == whole[code, y] and (code, y) in parts.index]
        for base, end in itertools.combinations(known, 2):
            groups = (parts.loc[(code, end)] - parts.loc[(code, base)]) / 1e6
            assert groups.sum() == pytest.approx(whole[code, end] - whole[code, base], abs=THOUSAND)
            pairs += 1
    assert pairs > 7000


@pytest.mark.parametrize("partner", ["South Korea", "Tuvalu", "World"])
def test_the_frame_of_the_notebook_gives_the_contributions_that_evaluate_gives(partner):
    years = comparison(partner, 2014, 2016)
    codes = enduse_goods(years)
    two = codes[codes.year.isin([2014, 2016])]
    wide = two.groupby(["group", "flow", "year"]).musd.sum().unstack(["flow", "year"]).fillna(0)
    changes = wide.imports[2016] - wide.imports[2014] - wide.exports[2016] + wide.exports[2014]
    asked = Definition(years.partner.code, base="2014", end="2016", as_="change")
    for name in GROUPS:
        one = evaluate("deficit", replace(asked, sector=name))
        title = next(group for group in wide.index if group.startswith(TITLES[name]))
        assert changes[title] == pytest.approx(one.value, abs=THOUSAND)
    assert changes.sum() == pytest.approx(evaluate("deficit", asked).value, abs=1)


TITLES = {
    "foods": "foods", "industrial_supplies": "industrial", "capital_goods": "capital",
    "autos": "automotive", "consumer_goods": "consumer", "other": "military",
}  # fmt: skip


def test_korea_2014_to_2016():
    codes = enduse_goods(comparison("South Korea", 2014, 2016))
    two = codes[codes.year.isin([2014, 2016])]
    sums = two.groupby(["group", "flow", "year"]).musd.sum().unstack("year")
    change = (sums[2016] - sums[2014]).unstack("flow")
    moves = (change.imports - change.exports).round(1)
    assert [moves[moves.index.str.startswith(TITLES[name])].iloc[0] for name in GROUPS] == [
        522.0, 429.5, -1860.6, 1260.3, 3089.7, -843.7
    ]  # fmt: skip
    titles = two[two.code.eq("40100") & two.flow.eq("imports")].title.unique()
    assert list(titles) == ["Pharmaceutical preparations"]
