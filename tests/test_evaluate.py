"""The one calculation: measures, comparisons, refusals, intervals and grids, and its words."""

import itertools
import math
import random
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from figure_cases import cases, says
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import countries
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.bases import COMPARED, FLOWS, MEASURES, PARTS, UNITS
from korus_helpers.trade.definition import CHOICES, Definition
from korus_helpers.trade.economy import beside
from korus_helpers.trade.evaluate import evaluate, figure_rows, grid
from korus_helpers.trade.sectors import GROUPS, NAMED
from korus_helpers.trade.series import Ends

KOREA, MEXICO, NORTH_KOREA, CURACAO = "5800", "2010", "5790", "2777"
WORLD, EU, JAPAN = "0015", "0003", "5880"


def value(measure: str, **choices) -> float:
    return evaluate(measure, Definition(**choices)).value


def refusal(measure: str, **choices) -> str:
    with pytest.raises(NoFigure) as error:
        evaluate(measure, Definition(**choices))
    return str(error.value)


def window(text: str, *codes: str, **choices) -> list[list[float]]:
    """Exports and imports of a period, rounded to a thousand dollars."""
    asked = grid(partner=codes, end=text, **({"vintage": "2024-08"} | choices))
    return [evaluate(flow, asked).value.round(3).tolist() for flow in FLOWS]


# Measures


@pytest.mark.parametrize(
    "choices",
    [
        {"end": 2016},
        {"end": 2016, "partner": "Netherlands"},
        {"end": 2016, "sector": "autos", "partner": "Germany"},
        {"end": "2011-04/2012-03"},
        {"end": 2016, "basis": "consumption"},
        {"end": 2016, "sector": "hs87"},
    ],
)
def test_measures_of_exports_and_imports(choices):
    exports, imports = value("exports", **choices), value("imports", **choices)
    assert value("deficit", **choices) == imports - exports
    assert value("balance", **choices) == exports - imports
    assert value("two-way", **choices) == exports + imports


# What the tables hold

LATEST = {"vintage": "latest"}
HS87 = LATEST | {"sector": "hs87"}


@pytest.mark.parametrize(("partner", "text", "choices", "exports", "imports"), [
    (KOREA, "2016", {}, 42262.187, 69886.778),
    (NORTH_KOREA, "2006", {}, 0, 0),  # between years of trade
    (NORTH_KOREA, "2018", {}, None, None),  # no row: not zero
    (NORTH_KOREA, "2016-07/2017-06", {}, None, None),
    (CURACAO, "2010", {}, None, None),  # before it existed
    (CURACAO, "2010-01/2010-12", {}, None, None),
    (CURACAO, "2011-01/2011-04", {}, 0, 0),  # in the year of its first trade
    ("9999", "2016", {}, None, None),
    ("9999", "2016", {"vintage": "2026-06"}, None, None),
    (MEXICO, "2024-01/2024-07", {}, None, None),  # a month is missing
    (MEXICO, "1984-12/1985-01", {}, None, None),
    (MEXICO, "2024", {}, None, None),
    (KOREA, "2016-04/2017-03", {"vintage": "2018-10"}, None, None),
    (KOREA, "2016-01/2016-06", {"vintage": "2018-10"}, None, None),
    (NORTH_KOREA, "2020", LATEST | {"sector": "autos"}, 0, 0),  # a code without a row
    (NORTH_KOREA, "2013", LATEST | {"sector": "autos"}, 0, None),  # imports begin in 2014
    (KOREA, "2016", LATEST | {"sector": "all_enduse"}, 42262.187, 69886.778),
    (KOREA, "2016", HS87, 2195.816, 23000.866),
    (MEXICO, "2016", HS87, None, None),
    (KOREA, "2016", LATEST | {"basis": "korea-reported"}, 43389.418, 66753.911),
    (KOREA, "2016", {"vintage": "2018-10", "basis": "consumption"}, 42312.662, 71583.892),
    (KOREA, "2011", LATEST | {"basis": "consumption"}, 43461.636, 56002.781),
    (KOREA, "2011", LATEST | {"basis": "bop"}, 45_226, 57_587),
    (KOREA, "2016", LATEST | {"basis": "goods-and-services"}, 65_403, 79_651),
    (JAPAN, "2019", LATEST | {"basis": "services"}, 49_545, 36_254),
    ("1220", "2018-01/2018-03", LATEST | {"basis": "bop"}, 76_381, 81_105),
    ("1220", "2018-01/2018-06", LATEST | {"basis": "services"}, 34_052, 19_010),
    (WORLD, "2013", LATEST | {"basis": "services"}, 719_412, 465_737),
])  # fmt: skip
def test_figures_by_hand(partner, text, choices, exports, imports):
    found = [one[0] for one in window(text, partner, **choices)]
    expected = [math.nan if one is None else one for one in (exports, imports)]
    assert found == pytest.approx(expected, nan_ok=True, abs=1e-3)


@pytest.mark.parametrize(("choices", "first", "last"), [
    ({}, "2016-07/2016-12", "2016-01/2016-06"), (HS87, "2016-01/2016-06", "2016-07/2016-12"),
    (LATEST | {"basis": "korea-reported"}, "2016-01/2016-03", "2016-04/2016-12"),
])  # fmt: skip
def test_months_add_up_to_a_year(choices, first, last):
    year = window("2016", KOREA, **choices)
    parts = [window(text, KOREA, **choices) for text in (first, last)]
    assert np.sum(parts, axis=0) == pytest.approx(np.array(year), abs=2e-3)


def test_groups_add_up_to_all_goods():
    parts = [window("2016", KOREA, sector=name, **LATEST) for name in GROUPS]
    whole = window("2016", KOREA, sector="all_enduse", **LATEST)
    assert np.sum(parts, axis=0) == pytest.approx(np.array(whole), abs=1e-2)
    for measure in FLOWS:
        shares = evaluate(measure, grid(sector=GROUPS, end=2016, as_="share")).value
        assert shares.sum() == pytest.approx(100)


@pytest.mark.parametrize(("measure", "choices", "table", "count"), [
    ("exports", {"end": 2016, "vintage": "2018-10"}, "goods_annual", 1),
    ("exports", {"end": 2016, "vintage": "2026-06"}, "goods_monthly", 12),
    ("imports", {"end": 2016, "sector": "parts"}, "enduse_annual", 4),
    ("imports", {"end": 2016, "sector": "hs87"}, "hs_chapters", 1),
    ("imports", {"end": 2016, "basis": "korea-reported"}, "mirror_monthly", 12),
    ("exports", {"end": 2016, "basis": "goods-and-services"}, "goods_services", 2),
    ("exports", {"end": "2016-01/2016-06", "basis": "bop"}, "goods_services", 2),
    ("imports", {"end": "2011-04/2011-06", "basis": "consumption"},
     "imports_for_consumption_monthly", 3),
])  # fmt: skip
def test_the_rows_behind_a_figure_add_up_to_it(measure, choices, table, count):
    asked = Definition(**choices)
    found = figure_rows(measure, asked)
    assert set(found) == {table}
    rows = open_table(table).loc[sorted(found[table])]
    named = (f"{measure}_musd", f"{measure}_for_consumption_musd", "value_musd", "value_usd")
    column = next(name for name in named if name in rows)
    total = rows[column].sum() / (1e6 if column == "value_usd" else 1)
    assert len(rows) == count
    assert total == pytest.approx(evaluate(measure, asked).value)


def test_the_rows_of_a_share_are_of_the_partner_and_the_world():
    asked = Definition("Japan", basis="services", end="2016", as_="share")
    rows = open_table("goods_services").loc[sorted(figure_rows("imports", asked)["goods_services"])]
    assert list(rows.partner_code) == [WORLD, JAPAN] and set(rows.part) == {"services"}


# Comparisons


def test_comparisons_by_hand():
    base, end = 13199.723426, 27624.591339
    choices = {"base": 2011, "end": 2016}
    assert value("deficit", as_="change", **choices) == pytest.approx(end - base)
    assert value("deficit", as_="ratio", **choices) == pytest.approx(end / base)
    assert value("deficit", as_="percent-change", **choices) == pytest.approx(
        100 * (end - base) / base
    )


def test_share_of_the_world_and_of_all_goods():
    korea, world = (value("imports", end=2016, partner=code) for code in (KOREA, WORLD))
    assert value("imports", end=2016, as_="share") == pytest.approx(100 * korea / world)
    autos, goods = (value("imports", end=2016, sector=name) for name in ("autos", "all_enduse"))
    share = value("imports", end=2016, sector="autos", as_="share")
    assert share == pytest.approx(100 * autos / goods)
    assert value("deficit", end=2016, partner=WORLD, as_="share") == 100


def test_a_figure_holds_all_that_is_needed_to_find_it_again():
    found = evaluate("deficit", Definition("South Korea", base=2011, end=2016, as_="ratio"))
    assert (found.measure, found.unit, found.vintage, found.mixed) == (
        "deficit",
        "times",
        "2026-06",
        False,
    )
    assert found.definition == Definition(
        KOREA, "total", "general", "2026-06", "2011", "2016", "ratio"
    )
    assert [round(x, 3) for x in (found.base_value, found.end_value)] == [13199.723, 27624.591]
    assert found.low == found.value == found.high
    assert all(type(x) is float for x in (found.value, found.low, found.high))
    assert evaluate("deficit", found.definition) == found


@pytest.mark.parametrize("as_", list(UNITS))
def test_units(as_):
    base = 2014 if as_ in COMPARED else ""
    found = evaluate("deficit", Definition(base=base, end=2016, as_=as_, sector="autos"))
    assert found.unit == UNITS[as_]
    assert math.isnan(found.base_value) == (as_ not in COMPARED)


# Periods


def test_year_to_date():
    choices = {"partner": "Mexico", "end": "2024-ytd", "vintage": "2024-08"}
    half = value("deficit", **choices | {"end": "2024-01/2024-06"})
    assert value("deficit", **choices) == half
    assert round(half, 1) == 82703.6
    change = value("deficit", **choices, base="2023-ytd", as_="change")
    assert round(change, 1) == 7425.0
    with pytest.raises(InputError, match="all twelve months are published; type 2024, or"):
        Definition(partner="Mexico", end="2024-ytd")
    assert round(value("deficit", end="2026-ytd"), 1) == 22383.9


# Vintages


@pytest.mark.parametrize(
    ("choices", "vintage"),
    [
        ({"end": 2016}, "2026-06"),
        ({"base": 1985, "end": 2025, "as_": "change"}, "2026-06"),
        ({"end": 2016, "partner": MEXICO}, "2026-03"),
        ({"end": 2016, "partner": WORLD}, "2026-03"),
        ({"end": 2016, "as_": "share"}, "2026-03"),
        ({"end": "2016-04/2017-03", "partner": MEXICO}, "2026-03"),
    ],
)
def test_latest(choices, vintage):
    found = evaluate("deficit", Definition(**choices))
    assert (found.vintage, found.definition.vintage) == (vintage, vintage)


def test_latest_is_one_release_for_a_whole_grid():
    assert set(evaluate("deficit", grid(end=range(1985, 2026))).vintage) == {"2026-06"}
    both = evaluate("deficit", grid(partner=[KOREA, MEXICO], end=range(1985, 2026)))
    assert set(both.vintage) == {"2026-03"}
    assert both.value.notna().all()
    shares = evaluate("deficit", grid(as_=["level", "share"], end=2025))
    assert set(shares.vintage) == {"2026-03"}
    assert round(shares.value[0], 1) == 56416.0  # not the 56,477.3 of the newest release


def test_several_vintages_side_by_side():
    vintages = ["2018-10", "2024-08", "latest", "as-of:2017-12-28"]
    found = evaluate("exports", grid(vintage=vintages, end=2016))
    assert [round(x, 1) for x in found.value] == [42312.7, 42262.2, 42262.2, 42309.0]
    assert list(found.vintage) == ["2018-10", "2024-08", "2026-06", "as-of:2017-12-28"]


# Aggregates


def test_aggregates_have_figures_but_are_no_countries():
    for code in (WORLD, EU):
        assert value("imports", partner=code, end=2016) > 400_000
        assert code not in countries()
    found = evaluate("imports", grid(partner=[*countries(), "8220", "8500"], end=2016))
    assert found.value.sum() == pytest.approx(value("imports", partner=WORLD, end=2016))


# Refusals


@cases("no figure")
def test_what_has_no_figure_is_refused_with_the_reason(choices, expected):
    measure = choices.pop("measure")
    assert says(refusal(measure, **choices), expected)


@pytest.mark.parametrize("asked", [Definition(end=2016), grid(end=2016)])
def test_an_unknown_measure_is_refused(asked):
    with pytest.raises(InputError) as error:
        evaluate("profit", asked)
    assert str(error.value) == (
        'measure "profit" is not known; type one of exports, imports, deficit, balance, two-way'
    )


@pytest.mark.parametrize("measure", ["deficit", "balance", "two-way"])
def test_codes_of_other_goods_are_never_netted_nor_added(measure):
    for code in ("00000", "30110", "50000"):
        assert "has no meaning" in refusal(measure, sector=f"enduse:{code}", end=2016)
        with pytest.raises(NoFigure, match="has no meaning"):
            evaluate(measure, grid(sector=["autos", f"enduse:{code}"], end=2016))
    assert value("exports", sector="enduse:00000", end=2016) == pytest.approx(249.307827)


def test_a_sector_is_found_by_a_word_of_its_title():
    for word, name in (
        ("pharma", "enduse:40100"),
        ("Semicond", "enduse:21320"),
        ("foods feeds", "foods"),  # all words count
    ):
        assert Definition(end=2016, sector=word).sector == name
    for words, said in (
        ("cars", "may be passenger_cars (passenger cars, new and used)"),
        ("aircraft", ", and "),
        ("wine beer excluding", "is not known"),
        ("except", "is not known"),
    ):
        with pytest.raises(InputError, match=re.escape(said)) as refused:
            Definition(end=2016, sector=words)
        assert "enduse:01010" not in str(refused.value)  # which excludes wine


def test_points_are_the_change_of_a_share_and_the_economy_stands_beside():
    for choices in (
        {"partner": "Japan"},
        {"sector": "autos"},
        {"partner": "Mexico", "vintage": "2026-03"},
    ):
        share = [evaluate("imports", Definition(**choices, end=year, as_="share")).value
                 for year in (2015, 2016)]  # fmt: skip
        moved = evaluate("imports", Definition(**choices, base=2015, end=2016, as_="points"))
        assert (
            moved.value == pytest.approx(share[1] - share[0]) and moved.unit == "percentage points"
        )
    ratio = evaluate("deficit", Definition(base=2011, end=2016, as_="ratio"))
    assert "deflator): 1.95 times. Of US GDP: 1.74 times" in beside(ratio)
    asked = Definition(end=2016, as_="gdp-share")
    assert f"{evaluate('deficit', asked).value:.2f}" in beside(
        evaluate("deficit", Definition(end=2016))
    )
    assert "context_annual" in figure_rows("deficit", asked)
    assert not beside(evaluate("deficit", Definition(end="2016-03")))


def test_named_countries_are_summed_and_none_is_counted_twice():
    def of(partner, **more):
        return evaluate("deficit", Definition(partner, end=2016, **more))

    for more in ({}, {"vintage": "as-of:2019-02-01"}, {"as_": "share"}):
        parts = [of(one, **more).value for one in ("China", "Mexico")]
        assert of("Mexico + China", **more).value == pytest.approx(sum(parts))
    assert of("China+Mexico").definition == of("2010+5700").definition
    assert set.union(*figure_rows("deficit", Definition("China+Mexico", end=2016)).values())
    with pytest.raises(NoFigure, match="no trade with North Korea"):
        evaluate("deficit", Definition("Korea, South+Korea, North", end=2018))
    for partner, said in (("EU+Germany", "could count one twice"), ("MEX+Mexico", "named twice")):
        with pytest.raises(InputError, match=said):
            Definition(partner, end=2016)


def test_no_contribution_where_the_whole_hardly_moved():
    # The world deficit moved by 1.4 billion on 3,640 billion of trade, the auto deficit by 2.2.
    choices = {"partner": WORLD, "base": 2015, "end": 2016, "sector": "autos"}
    assert refusal("deficit", as_="contribution", **choices).startswith(
        "the whole deficit hardly moved, so a contribution to its change has no meaning; "
        "ask for the change"
    )
    assert round(value("deficit", as_="change", **choices), 1) == 2249.3


def test_what_is_not_known_comes_before_what_has_no_meaning():
    # The end is unknown and the base below zero: only the first can be helped.
    choices = {"partner": "Netherlands", "base": 2011, "end": 2026, "as_": "ratio"}
    assert refusal("deficit", **choices).startswith("2026: figures of vintage 2026-03 go up to")


# Intervals


def test_the_interval_of_a_percentage_by_hand():
    choices = {"base": 2011, "end": 2016, "as_": "percent-change", "vintage": "as-of:2017-12-28"}
    found = evaluate("exports", Definition(**choices))
    base = value("exports", end=2011)
    assert found.low == pytest.approx(100 * (42308.5 / base - 1))
    assert found.value == pytest.approx(100 * (42309 / base - 1))
    assert found.high == pytest.approx(100 * (42309.5 / base - 1))


def test_intervals_of_both_ends_are_carried():
    choices = {"vintage": "as-of:2013-03-01"}
    base, end = (evaluate("deficit", Definition(end=year, **choices)) for year in (2011, 2012))
    change = evaluate("deficit", Definition(base=2011, end=2012, as_="change", **choices))
    ratio = evaluate("deficit", Definition(base=2011, end=2012, as_="ratio", **choices))
    assert change.low == end.low - base.high
    assert change.high == end.high - base.low
    assert ratio.low == pytest.approx(end.low / base.high)
    assert ratio.high == pytest.approx(end.high / base.low)
    assert change.low < change.value < change.high


def test_the_interval_of_two_way_trade_and_balance():
    choices = {"end": 2016, "vintage": "as-of:2017-12-28"}
    two_way = evaluate("two-way", Definition(**choices))
    assert (two_way.low, two_way.high) == (42308.5 + 69873.5, 42309.5 + 69884.5)
    balance = evaluate("balance", Definition(**choices))
    assert (balance.low, balance.value, balance.high) == (-27575, -27570, -27565)


DAYS = ["2011-03-01", "2013-03-01", "2014-03-01", "2016-03-01", "2017-03-01", "2017-12-28"]


@cache
def known(measure: str, year: int, day: str) -> tuple[float, float, float] | None:
    try:
        found = evaluate(measure, Definition(end=year, vintage=f"as-of:{day}"))
    except NoFigure:
        return None
    return found.low, found.value, found.high


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(MEASURES),
    st.sampled_from(["change", "percent-change", "ratio"]),
    st.sampled_from([*DAYS, "2018-03-01", "2018-12-28"]),
    st.integers(2005, 2016),
    st.integers(2007, 2017),
)
def test_intervals_hold_every_point_inside(measure, as_, day, base, end):
    start, stop = known(measure, base, day), known(measure, end, day)
    assume(start is not None and stop is not None)
    for low, middle, high in (start, stop):
        assert low <= middle <= high
    assume(as_ == "change" or (start[0] > 0 and stop[0] >= 0))
    found = evaluate(measure, Definition(base=base, end=end, vintage=f"as-of:{day}", as_=as_))
    assert found.low <= found.value <= found.high
    for b, e in itertools.product(start, stop):
        point = {"change": e - b, "ratio": e / b, "percent-change": 100 * (e / b - 1)}[as_]
        assert found.low - 1e-9 <= point <= found.high + 1e-9


# Grids


def test_a_grid_holds_every_combination():
    made = grid(partner=[KOREA, MEXICO], base=range(2011, 2013), end=2016, as_="change")
    assert made.astype("str").to_numpy().tolist() == [
        [KOREA, "2011", "2016", "change"],
        [KOREA, "2012", "2016", "change"],
        [MEXICO, "2011", "2016", "change"],
        [MEXICO, "2012", "2016", "change"],
    ]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            {"years": [2011], "country": KOREA},
            "a grid has no choice named country, years; "
            "type partner, sector, basis, vintage, base, end, as_",
        ),
        ({"partner": KOREA}, "a grid needs periods; give it end=2016 or end=[2015, 2016]"),
        ({"end": []}, "a grid needs periods; give it end=2016 or end=[2015, 2016]"),
        (
            {"end": 2016, "as_": ["level", "change"]},
            "a comparison needs two periods; give the grid base and end",
        ),
        (
            {"base": 2011, "end": 2016, "as_": "contribution", "sector": ["autos", "total"]},
            'a contribution needs a sector; give the grid sector="autos"',
        ),
        (
            {"base": "2011", "end": ["2016", "2016-01/2016-03"], "as_": "change"},
            "the grid compares periods of different length; "
            "give it periods with the same number of months",
        ),
    ],
)
def test_a_grid_of_what_cannot_be_asked_is_refused(choices, message):
    with pytest.raises(InputError) as error:
        evaluate("deficit", grid(**choices))
    assert str(error.value) == message


def test_a_grid_answers_in_its_own_rows():
    made = grid(partner=[MEXICO, "5790", KOREA], end=[2016, 2018])
    made.index = [10, 20, 30, 40, 50, 60]
    found = evaluate("deficit", made)
    assert list(found.index) == [10, 20, 30, 40, 50, 60]
    assert list(found) == [
        *made, "value", "low", "high", "base_value", "end_value", "unit", "vintage", "reason",
    ]  # fmt: skip
    assert math.isnan(found.value[40])
    assert found.reason[40] == "no trade with North Korea is recorded in 2018"
    assert (found.reason[found.value.notna()] == "").all()
    assert "value" not in made


def test_a_grid_of_plain_text_columns_is_the_same():
    made = grid(partner=[KOREA, MEXICO], base=2011, end=[2015, 2016], as_=["change", "ratio"])
    plain = pd.DataFrame({name: list(made[name].astype(str)) for name in made})
    for name in ("value", "low", "high", "vintage", "reason", "unit"):
        assert evaluate("deficit", made)[name].equals(evaluate("deficit", plain)[name])


def test_a_grid_without_rows():
    assert evaluate("deficit", grid(partner=[], end=2016)).empty


PARTNERS = [KOREA, KOREA, MEXICO, "5700", "4280", "4210", "5790", "7250", "2777", WORLD, EU, "0010"]
SECTORS = ["total"] * 4 + ["autos", "passenger_cars", "other", "all_enduse", "hs87", "enduse:30100"]
VINTAGES = ["latest", "2018-10", "2024-08", "2026-06", "as-of:2017-12-28", "as-of:2018-12-28"]


def random_definition(choose: random.Random) -> Definition:
    as_, sector = choose.choice(list(UNITS)), choose.choice(SECTORS)
    if as_ == "contribution" and sector in ("total", "all_enduse"):
        sector = "autos"
    base, end = choose.randint(1984, 2024), choose.randint(2009, 2025)
    periods = [str(base), str(end)]
    if choose.random() < 0.2:
        periods = [f"{base}-04/{base + 1}-03", f"{end}-04/{end + 1}-03"]
    return Definition(
        partner=choose.choice(PARTNERS),
        sector=sector,
        basis=choose.choice(["", "", "", "", "consumption", "korea-reported"]),
        vintage=choose.choice(VINTAGES if sector == "total" else ["latest", "latest", "2024-08"]),
        base=periods[0] if as_ in COMPARED else "",
        end=periods[1],
        as_=as_,
    )


def test_a_grid_gives_what_single_definitions_give():
    choose = random.Random(20171228)
    definitions = [random_definition(choose) for _ in range(400)]
    rows = pd.DataFrame([{name: getattr(one, name) for name in CHOICES} for one in definitions])
    measures = [choose.choice(MEASURES) for _ in definitions]
    refused = set()
    for measure in MEASURES:
        found = evaluate(measure, rows)
        for one, asked, row in zip(definitions, measures, found.itertuples(), strict=True):
            if asked != measure:
                continue
            try:
                # Under the release that the grid took, for it is the newest that covers all rows.
                single = evaluate(measure, one.under(vintage=row.vintage))
            except NoFigure as error:
                refused.add(row.reason)
                assert row.reason and str(error).startswith(row.reason), one
                assert math.isnan(row.value)
            else:
                assert row.reason == "", one
                for name in ("value", "low", "high", "end_value", "base_value", "unit"):
                    ours, theirs = getattr(single, name), getattr(row, name)
                    assert ours == theirs or (ours != ours and theirs != theirs), (one, name)
                assert row.vintage == single.definition.vintage
    assert 10 < len(refused) < 300


def test_the_same_from_the_files_with_plain_pandas():
    months = pd.read_parquet(DATA / "goods_monthly.parquet")
    months = months[(months.vintage == "2024-08") & months.partner_code.isin(countries())]
    years = months.groupby(["partner_code", "year"])[["exports_musd", "imports_musd"]].sum()
    years = years[months.groupby(["partner_code", "year"]).size() == 12]
    choose = random.Random(2016)
    codes = choose.sample([code for code in countries() if (code, 2023) in years.index], 50)
    pairs = [sorted(choose.sample(sorted(years.loc[code].index), 2)) for code in codes]
    rows = pd.DataFrame({"partner": codes, "vintage": "2024-08"})
    rows[["base", "end"]] = pd.DataFrame(pairs).astype("str")
    base, end = (
        years.loc[list(zip(codes, side, strict=True))].to_numpy()
        for side in zip(*pairs, strict=True)
    )
    (x0, m0), (x1, m1) = base.T, end.T
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(x0 > 0, 100 * (x1 - x0) / x0, np.nan)
    for measure, as_, expected in (
        ("exports", "level", x1),
        ("imports", "level", m1),
        ("two-way", "level", x1 + m1),
        ("deficit", "change", (m1 - x1) - (m0 - x0)),
        ("balance", "change", (x1 - m1) - (x0 - m0)),
        ("exports", "percent-change", percent),
    ):
        found = evaluate(measure, rows.assign(as_=as_)).value
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5)


def test_every_partner_and_pair_of_years_at_once():
    years = range(1984, 2024)
    found = evaluate(
        "deficit", grid(partner=countries()[:240], base=years, end=years, as_="change")
    )
    assert len(found) == 240 * 40 * 40
    assert set(found.vintage) == {"2026-03"}
    assert (found.value.isna() == (found.reason != "")).all()
    cells = found.value.to_numpy().reshape(240, 40, 40)
    # Of a year with itself nothing changed, and the way back is the way there with the other sign.
    assert np.nanmax(np.abs(np.diagonal(cells, axis1=1, axis2=2))) == 0
    np.testing.assert_array_equal(cells, -cells.transpose(0, 2, 1))
    assert np.isnan(cells[:, 0]).all()


# Words


def named(section_choices: dict):
    return evaluate(section_choices.pop("measure"), Definition(**section_choices))


@cases("words")
def test_the_definition_in_words(choices, expected):
    assert says(named(choices).words, expected)


@cases("release")
def test_the_release_behind_a_figure(choices, expected):
    mixed = choices.pop("mixed", False)
    found = named(choices)
    assert (found.vintage, found.mixed) == (expected, mixed)


@cases("caution")
def test_what_to_beware_of(choices, expected):
    found = named(choices)
    assert says(found.caution, expected)


@pytest.mark.parametrize("sector", ["total", "autos", "other", "all_enduse", "hs87"])
def test_every_combination_has_words(sector):
    for measure, as_ in itertools.product(MEASURES, UNITS):
        base = 2014 if as_ in COMPARED else ""
        try:
            found = evaluate(measure, Definition(sector=sector, base=base, end=2016, as_=as_))
        except InputError:
            continue
        words = found.words
        assert words.startswith("US ") and "South Korea" in words and "2016" in words
        assert ("2014" in words) == bool(base) and (
            sector == "total" or NAMED[sector].words in words
        )
        assert "  " not in words and " ," not in words and "()" not in words


def test_sources_are_named_once():
    choices = {"base": 2011, "end": 2016, "as_": "ratio", "vintage": "as-of:2017-12-28"}
    found = evaluate("deficit", Definition(**choices))
    assert found.source_ids == (
        "CENSUS_COUNTRY_2017", "CENSUS_COUNTRY_2018", "KOREAHERALD_2018", "NHUB_2017",
        "USITC_SHIFTS2017",
    )  # fmt: skip
    census, *others = found.source.split("; ")
    assert census == "U.S. Census Bureau, U.S. Trade in Goods by Country (country file)"
    assert len(others) == 3


@pytest.mark.parametrize("basis", list(PARTS))
def test_a_balance_of_whole_dollars_is_exact(basis):
    exports, imports = (value(flow, end=2016, basis=basis) for flow in FLOWS)
    assert value("balance", end=2016, basis=basis) == exports - imports


# Ends


@given(*[st.lists(st.integers(1, 99), min_size=3, max_size=3).map(sorted)] * 2)
def test_ends_carry_through_every_operation(one, other):
    first, last = Ends(*one), Ends(*other)
    for found, sign in ((last + first, 1), (last - first, -1), (last.since(first, "change"), -1)):
        every = [a + sign * b for a in other for b in one]
        assert (found.low, found.high) == (min(every), max(every))
        assert found.value == other[1] + sign * one[1]
    ratio, percent = last.since(first, "ratio"), last.since(first, "percent-change")
    every = [a / b for a in other for b in one]
    assert (ratio.low, ratio.high, ratio.value) == (min(every), max(every), other[1] / one[1])
    assert percent.low == pytest.approx(100 * (ratio.low - 1))
    assert -first == Ends(-one[2], -one[1], -one[0])
    for nothing in (last.since(-first, "ratio"), (-last).since(first, "ratio")):
        assert math.isnan(nothing.value)
    both = Ends(*np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]))
    assert ((both - both).low == [-2, -2]).all() and ((both / both).high == [3, 2]).all()


def test_places_among_countries_and_years_are_those_of_a_plain_count():
    rows = open_table("goods_annual").query("vintage == '2026-03' and months == 12")
    rows = rows.assign(deficit=rows.imports_musd - rows.exports_musd)
    deficits = rows.pivot(index="year", columns="partner_code", values="deficit")
    own = deficits[[code for code in countries() if code in deficits]]
    asked = {"vintage": "2026-03", "end": 2016}
    for code in (KOREA, MEXICO, "4210"):  # the Netherlands: a surplus
        size, year = own.at[2016, code], own.loc[2016]
        place, sign = ("deficit", 1) if size > 0 else ("balance", -1)
        expected = 1 + (sign * year > sign * size).sum()
        assert value(place, partner=code, as_="rank", **asked) == expected
        other = "balance" if place == "deficit" else "deficit"
        assert "a rank of the" in refusal(other, partner=code, as_="rank", **asked)
        past = own.loc[:2016, code]
        for way, ahead in (("record", past > size), ("record-low", past < size)):
            assert value("deficit", partner=code, as_=way, **asked) == 1 + ahead.sum()
        since = value("deficit", partner=code, base=2009, as_="record", **asked)
        assert since == 1 + (past.loc[2010:] > size).sum()
    assert value("deficit", partner=KOREA, as_="rank", **asked) == 8
    assert "a rank" in refusal("imports", partner=WORLD, as_="rank", **asked)
    assert "few countries" in refusal("imports", sector="hs87", as_="rank", end=2016)
    assert "all periods before it" in refusal(
        "exports", sector="foods", as_="record", base=1997, end=2020
    )


def test_an_imbalance_and_a_ratio_of_the_flows_are_of_one_period():
    exports, imports = (value(flow, end=2016) for flow in ("exports", "imports"))
    assert value("deficit", end=2016, as_="imbalance") == pytest.approx(
        100 * (imports - exports) / imports
    )
    assert value("balance", end=2016, as_="imbalance") < 0
    assert value("imports", end=2016, as_="ratio") == pytest.approx(imports / exports)
    assert value("exports", end=2016, as_="flow-ratio") == pytest.approx(exports / imports)
    assert "percent of imports" in refusal("imports", end=2016, as_="imbalance")
