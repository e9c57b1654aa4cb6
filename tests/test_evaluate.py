"""The one calculation: measures, comparisons, refusals, intervals and grids."""

import itertools
import math
import random
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import countries
from korus_helpers.figures.tables import DATA
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate, grid

KOREA, MEXICO, WORLD, EU = "5800", "2010", "0015", "0003"
CHOICES = [field.name for field in fields(Definition)]


def value(measure: str, **choices) -> float:
    return evaluate(measure, Definition(**choices)).value


def refusal(measure: str, **choices) -> str:
    with pytest.raises(NoFigure) as error:
        evaluate(measure, Definition(**choices))
    return str(error.value)


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


def test_the_sign_of_a_surplus():
    assert round(value("deficit", partner="Netherlands", end=2016), 1) == -23535.4
    assert round(value("balance", partner="Netherlands", end=2016), 1) == 23535.4


def test_an_unknown_measure_is_refused():
    with pytest.raises(InputError) as error:
        evaluate("profit", Definition(end=2016))
    assert str(error.value) == (
        'measure "profit" is not known; type one of exports, imports, deficit, balance, two-way'
    )
    with pytest.raises(InputError, match='measure "profit" is not known'):
        evaluate("profit", grid(end=2016))


# Comparisons


def test_comparisons_by_hand():
    base, end = 13199.723426, 27624.591339
    choices = {"base": 2011, "end": 2016}
    assert value("deficit", as_="change", **choices) == pytest.approx(end - base)
    assert value("deficit", as_="ratio", **choices) == pytest.approx(end / base)
    assert value("deficit", as_="percent-change", **choices) == pytest.approx(
        100 * (end - base) / base
    )


def test_the_balance_changes_against_the_deficit():
    choices = {"base": 2011, "end": 2016, "as_": "change"}
    assert value("balance", **choices) == -value("deficit", **choices)


def test_share_of_the_world_and_of_all_goods():
    korea, world = (value("imports", end=2016, partner=code) for code in (KOREA, WORLD))
    assert value("imports", end=2016, as_="share") == pytest.approx(100 * korea / world)
    autos, goods = (value("imports", end=2016, sector=name) for name in ("autos", "all_enduse"))
    share = value("imports", end=2016, sector="autos", as_="share")
    assert share == pytest.approx(100 * autos / goods)
    assert value("deficit", end=2016, partner=WORLD, as_="share") == 100


def test_the_groups_share_all_goods():
    groups = ["foods", "industrial_supplies", "capital_goods", "autos", "consumer_goods", "other"]
    for measure in ("exports", "imports"):
        shares = evaluate(measure, grid(sector=groups, end=2016, as_="share")).value
        assert shares.sum() == pytest.approx(100)


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


def test_months_add_up_to_a_window():
    months = [f"2016-{month:02d}/2016-{month:02d}" for month in range(1, 13)]
    found = evaluate("exports", grid(end=months, vintage="2024-08"))
    assert found.value.sum() == pytest.approx(value("exports", end=2016, vintage="2024-08"))


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


@pytest.mark.parametrize(
    ("measure", "choices", "message"),
    [
        (
            "deficit",
            {"partner": "Mexico", "end": 2026},
            "2026: figures of vintage 2026-03 go up to January 2026",
        ),
        ("deficit", {"end": 2026}, "2026: figures of vintage 2026-06 go up to April 2026"),
        (
            "exports",
            {"end": 2016, "vintage": "2017-01"},
            "2016: figures of vintage 2017-01 go up to November 2016",
        ),
        (
            "deficit",
            {"base": 2016, "end": 2026, "as_": "change", "partner": "Mexico"},
            "2026: figures of vintage 2026-03 go up to January 2026",
        ),
        ("deficit", {"end": 1984}, "1984: figures of vintage 2026-06 begin in January 1985"),
        (
            "deficit",
            {"base": 1984, "end": 2016, "as_": "change"},
            "1984: figures of vintage 2026-06 begin in January 1985",
        ),
        (
            "deficit",
            {"end": "2026-01/2026-05"},
            "2026-01/2026-05: figures of vintage 2026-06 go up to April 2026",
        ),
        (
            "deficit",
            {"end": "2011-04/2012-03", "vintage": "2018-10"},
            "2011-04/2012-03: figures of vintage 2018-10 are included by calendar year only; "
            "type a year, or --vintage 2026-03 for months",
        ),
        (
            "deficit",
            {"end": 2016, "sector": "autos", "vintage": "2024-08"},
            "figures for automotive vehicles, parts and engines are not included in vintage "
            "2024-08: "
            "they have a release of their own; type --vintage latest",
        ),
        (
            "deficit",
            {"end": 2016, "partner": "Mexico", "vintage": "2026-06"},
            "figures of vintage 2026-06 are not included for Mexico (they are included for "
            "Korea, South only)",
        ),
        (
            "deficit",
            {"end": 2016, "partner": "Mexico", "vintage": "as-of:2017-12-28"},
            "cannot be checked: the figures for 2016 that were in force on 2017-12-28 are not "
            "included for this partner; type --vintage latest or an included release to use "
            "another",
        ),
        (
            "deficit",
            {"end": 2016, "sector": "autos", "vintage": "as-of:2017-12-28"},
            "cannot be checked: for a past day only calendar years of all goods on the general "
            "basis are known; type --vintage latest",
        ),
        (
            "deficit",
            {"end": "2016-04/2017-03", "vintage": "as-of:2018-12-28"},
            "cannot be checked: for a past day only calendar years of all goods on the general "
            "basis are known; type --vintage latest",
        ),
        (
            "deficit",
            {"end": 2016, "basis": "consumption", "vintage": "as-of:2018-12-28"},
            "cannot be checked: for a past day only calendar years of all goods on the general "
            "basis are known; type --vintage latest",
        ),
        (
            "deficit",
            {"end": 2016, "sector": "enduse:00000"},
            "end-use 00000 is Wheat in exports and Green coffee in imports: a balance of the two "
            "has no meaning; ask for exports or for imports",
        ),
        (
            "deficit",
            {"partner": "Netherlands", "base": 2011, "end": 2016, "as_": "percent-change"},
            "a percent-change of the deficit has no meaning here: it starts at zero or below, or "
            "changes sign; ask for the change (from -18,772.2 to -23,535.4 million dollars it fell "
            "by 4,763.2 million)",
        ),
        (
            "balance",
            {"base": 2011, "end": 2016, "as_": "ratio"},
            "a ratio of the balance has no meaning here: it starts at zero or below, or changes "
            "sign; ask for the change (from -13,199.7 to -27,624.6 million dollars it fell by "
            "14,424.9 million)",
        ),
        (
            "balance",
            {"base": 1996, "end": 2016, "as_": "percent-change"},
            "a percent-change of the balance has no meaning here: it starts at zero or below, or "
            "changes sign; ask for the change (from 3,966.2 to -27,624.6 million dollars it fell "
            "by 31,590.8 million)",
        ),
        (
            "imports",
            {"partner": "7770", "base": 1993, "end": 2015, "as_": "percent-change"},
            "a percent-change of the imports has no meaning here: it starts at zero or below, or "
            "changes sign; ask for the change (from 0.0 to 35.5 million dollars it rose by 35.5 "
            "million)",
        ),
        (
            "deficit",
            {"partner": "Netherlands", "end": 2016, "as_": "share"},
            "a share of the deficit has no meaning here: the part or the whole is zero or of the "
            "other sign; ask for the level",
        ),
    ],
)
def test_what_has_no_figure_is_refused_with_the_reason(measure, choices, message):
    assert refusal(measure, **choices) == message


@pytest.mark.parametrize("measure", ["deficit", "balance", "two-way"])
def test_codes_of_other_goods_are_never_netted_nor_added(measure):
    for code in ("00000", "30110", "50000"):
        assert "has no meaning" in refusal(measure, sector=f"enduse:{code}", end=2016)
    assert value("exports", sector="enduse:00000", end=2016) == pytest.approx(249.307827)


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


def test_both_ends_unknown_name_the_end():
    assert refusal("deficit", base=1980, end=2030, as_="change").startswith("2030: ")


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


def test_an_unknown_choice_of_a_grid_is_refused():
    with pytest.raises(InputError) as error:
        grid(years=[2011], end=2016, country="5800")
    assert str(error.value) == (
        "a grid has no choice named country, years; "
        "type partner, sector, basis, vintage, base, end, as_"
    )


@pytest.mark.parametrize(
    ("choices", "says"),
    [
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
def test_a_grid_of_what_cannot_be_asked_is_refused(choices, says):
    with pytest.raises(InputError) as error:
        evaluate("deficit", grid(**choices))
    assert str(error.value) == says


def test_a_grid_answers_in_its_own_rows():
    made = grid(partner=[MEXICO, "5790", KOREA], end=[2016, 2018])
    made.index = [10, 20, 30, 40, 50, 60]
    found = evaluate("deficit", made)
    assert list(found.index) == [10, 20, 30, 40, 50, 60]
    assert list(found) == [
        *made, "value", "low", "high", "base_value", "end_value", "unit", "vintage", "reason",
    ]  # fmt: skip
    assert math.isnan(found.value[40])
    assert found.reason[40] == "no trade with Korea, North is recorded in 2018"
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
                single = evaluate(measure, replace(one, vintage=row.vintage))
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


def test_a_grid_refuses_codes_that_mean_other_goods_in_exports_and_imports():
    rows = grid(sector=["autos", "enduse:00000"], end=2016)
    with pytest.raises(NoFigure, match="Green coffee in imports"):
        evaluate("deficit", rows)
    assert evaluate("exports", rows).value.notna().all()
