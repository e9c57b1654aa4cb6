"""Which definitions give a number: by the command, against single calculations and by hand."""

import json
import re
from decimal import Decimal

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from korus_helpers.claims.candidates import NEAR, STEPS
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import article
from korus_helpers.claims.searching import LISTED, garbles, near, search
from korus_helpers.cli import korus
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.releases import releases
from korus_helpers.present.answers import match_table, search_sentences
from korus_helpers.trade.bases import BASES, SERVICES
from korus_helpers.trade.definition import MEASURES, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.periods import Period, agreement_year
from korus_helpers.trade.sectors import NAMED

MUSD = "million dollars"


def look_for(text, **stated):
    printed = read_printed(text)
    return search(printed.interval, printed.unit, **stated)


def near_to(text, **stated):
    printed = read_printed(text)
    return near(printed.interval, printed.unit, **stated)


def between(low, high, **ends):
    return Interval(Decimal(str(low)), Decimal(str(high)), **ends)


def sure(found):
    return [match for match in found.matches if not match.possible]


# What must come out


@pytest.mark.parametrize(("number", "basis", "vintage", "value", "steps", "source"), [
    # 71,583.892 - 42,262.187
    ("29.3 billion", "consumption", "2026-06", 29321.705, ("import basis",), "FRED_2026"),
    ("27.7 billion", "general", "2017-02-07", 27700, ("vintage",), "USTR_FACTS_2016"),
    ("23.2 billion", "korea-reported", "", 23200, ("other source", "reporter"), "MOTIE_KBS_2017"),
    ("23.3 billion", "korea-reported", "", 23300, ("other source", "reporter"), "PULSE_2017"),
    ("23.4 billion", "korea-reported", "latest", 23364.49, ("reporter",), None),
])  # fmt: skip
def test_numbers_for_2016_lead_to_their_definition(number, basis, vintage, value, steps, source):
    first = look_for(number, end="2016").matches[0]
    assert (first.measure, first.basis, first.steps) == ("deficit", basis, steps)
    assert first.value == pytest.approx(value, abs=0.01)
    assert source is None or source in first.source_ids
    assert (
        first.quoted == (first.low < first.high) == ("file" not in first.label and value % 1 == 0)
    )


def test_korean_statistics_take_no_step_where_korea_is_the_reporter():
    first = look_for("23.4 billion", end="2016", reporter="KOR").matches[0]
    assert (first.basis, first.steps) == ("korea-reported", ())


def nine(**more):
    found = look_for("nearly $20 billion", measure="imports", as_="change", **more)
    return [(int(m.base), int(m.end)) for m in found.matches if not m.steps]


def test_nearly_20_billion_matches_nine_pairs_of_years():
    assert sorted(nine()) == [
        *((1988, 2009), (1989, 2009), (1994, 2009), (1995, 2005), (1998, 2005)),
        *((2003, 2011), (2009, 2012), (2011, 2020), (2020, 2021)),
    ]


def test_years_after_the_day_of_the_number_are_not_tried():
    assert {end for _, end in nine(made_on="2017-12-28")} == {2005, 2009, 2011, 2012}


# Against single calculations


HELD = [("total", 1992, 2014), ("total", 1992, 2014), ("autos", 2014, 2022), ("hs87", 2013, 2018)]


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_definition_whose_value_is_the_number_is_always_found(data):
    measure = data.draw(st.sampled_from(MEASURES))
    as_ = data.draw(st.sampled_from(["level", "change", "percent-change", "ratio"]))
    name, first_year, last_year = data.draw(st.sampled_from(HELD))
    vintage = data.draw(st.sampled_from(list(releases()))) if name == "total" else "latest"
    first = data.draw(st.integers(first_year, last_year - 1))
    last = data.draw(st.integers(first + 1, last_year))
    has_months = name != "autos" and (vintage == "latest" or releases()[vintage].has_months)
    month = data.draw(st.sampled_from([0, 3, 7])) if has_months else 0
    base, end = (str(Period(12 * year + month, 12)) for year in (first, last))
    base = "" if as_ == "level" else base
    every = name != "hs87" and vintage != "2026-06"
    partner = data.draw(st.sampled_from(["5800", "2010", "5700"])) if every else "5800"
    try:
        figure = evaluate(measure, Definition(partner, name, "", vintage, base, end, as_))
    except NoFigure:  # a ratio of balances below zero
        assume(False)
    step = Decimal("0.0005")
    middle = round(Decimal(repr(figure.value)), 3)
    stated = {"partner": partner, "sector": name, "base": base, "end": end}
    interval = Interval(middle - step, middle + step)
    found = search(interval, figure.unit, measure=measure, as_=as_, **stated)
    asked = (name, figure.definition.basis, base, end)
    assert any(
        (m.sector, m.basis, m.base, m.end) == asked and m.value == pytest.approx(figure.value)
        for m in found.matches
    )
    for m in found.matches:
        assert interval.holds(m.low, m.high) == ("undetermined" if m.possible else "yes")
        if not m.quoted:
            again = Definition(m.partner, m.sector, m.basis, m.vintage, m.base, m.end, m.as_)
            assert m.value == pytest.approx(evaluate(m.measure, again).value, rel=1e-9)


@pytest.mark.parametrize(("as_", "unit", "sector"), [
    ("share", "percent", "autos"), ("contribution", "percent", None), ("change", MUSD, None),
])  # fmt: skip
def test_every_definition_with_a_figure_is_tried(as_, unit, sector):
    base = "" if as_ == "share" else "2015"
    stated = {"measure": "deficit", "as_": as_, "sector": sector, "base": base, "end": "2016"}
    found = search(Interval(None, None), unit, **stated)
    listed = {(m.sector, m.basis) for m in found.matches if (m.base, m.end) == (base, "2016")}
    tables = [(one.name, one.basis) for one in NAMED.values() if one.name != "all_enduse"]
    if as_ == "change":  # services are beside goods, no other definition of them
        tables += [("total", basis) for basis in BASES if basis != SERVICES]
    for name, basis in tables:
        try:
            evaluate("deficit", Definition("5800", name, basis, "latest", base, "2016", as_))
        except InputError:
            continue
        if as_ == "change" or name != "total":
            assert (name, basis) in listed


# Steps


@pytest.mark.parametrize(
    ("text", "stated", "steps", "value"),
    [
        ("$27.6 billion", {"end": "2016"}, (), 27624.591),
        ("$27.58 billion", {"end": "2016"}, ("vintage",), 27582.661),
        ("1.94 times", {"base": "2011", "end": "2016"}, ("agreement year",), 1.9385),
        ("2.75 times", {"base": "2011", "end": "2016"}, ("base year",), 2.747),
        ("$28.3 billion", {"end": "2014"}, ("year",), 28291.344),
        ("$23.95 billion", {"sector": "autos", "end": "2016"}, ("year",), 23949.8),
        ("$14.5 billion", {"sector": "autos", "end": "2016"}, ("sector",), 14488.0),
        ("$25.3 billion", {"end": "2016-04/2017-03"}, (), 25296.924),
        ("$27.62 billion", {"end": "2016-04/2017-03"}, ("calendar year",), 27624.591),
        ("$27.62 billion", {"end": "2016", "basis": "consumption"}, ("import basis",), 27624.591),
    ],
)
def test_named_steps(text, stated, steps, value):
    first = look_for(text, measure="deficit", **stated).matches[0]
    assert first.steps == steps
    assert first.value == pytest.approx(value, abs=0.06)


def test_april_to_march_is_an_agreement_year_for_korea_only():
    windows = {"partner": "2010", "measure": "deficit", "end": "2016", "as_": "level"}
    value = evaluate("deficit", Definition("2010", end="2016-04/2017-03")).value
    found = search(between(value - 1, value + 1), MUSD, **windows)
    assert [m.steps for m in found.matches if m.end == "2016-04/2017-03"] == [("12-month window",)]


def test_windows_of_a_stated_year_share_most_months_with_it_or_a_neighbour():
    found = search(Interval(None, None), MUSD, measure="imports", as_="level", end="2016")
    ends = {m.end for m in found.matches if m.sector == "total" and m.basis == "general"}
    assert {"2014-08/2015-07", "2016", "2017-07/2018-06"} <= ends
    assert not ends & {"2014-07/2015-06", "2017-08/2018-07"}


def test_other_lengths_than_a_year_compare_the_same_months():
    found = look_for("$8.2 billion", measure="deficit", end="2016-01/2016-03", as_="level")
    assert found.matches[0].value == pytest.approx(8150.634)
    stated = {"measure": "deficit", "end": "2016-01/2016-03", "made_on": "2018-01-31"}
    every = search(Interval(None, None), MUSD, **stated)
    assert {m.end for m in every.matches} == {f"{y}-01/{y}-03" for y in (2015, 2016, 2017)}
    assert found.tried == every.tried


def test_an_open_base_goes_with_a_stated_end_and_the_other_way_round():
    every = Interval(None, None)
    ended = search(every, "percent", measure="exports", as_="percent-change", end="2000")
    assert {m.base for m in ended.matches} >= {"1985", "1998"}
    assert {m.end for m in ended.matches if "-" not in m.end} == {"1999", "2000", "2001"}
    begun = search(every, MUSD, measure="exports", base="2020")
    assert {m.as_ for m in begun.matches} == {"change"}
    assert {m.base for m in begun.matches if "-" not in m.base} == {"2019", "2020", "2021"}


def test_ranked_by_steps_then_files_before_print_then_newer_releases():
    found = look_for("about $28 billion", measure="deficit", as_="level", end="2016")
    certain = sure(found)
    counts = [len(m.steps) for m in certain]
    assert counts == sorted(counts)
    vintages = [m.vintage for m in certain if m.steps == ("vintage",) and m.sector == "total"]
    assert vintages == ["2018-10", "2017-06-02", "2017-02-07"]
    assert [m.possible for m in found.matches] == sorted(m.possible for m in found.matches)


def test_a_long_list_is_cut_and_says_so():
    found = search(Interval(None, None), MUSD, measure="imports", as_="change")
    assert len(found.matches) == LISTED < found.tried
    assert not found.complete
    assert look_for("29.3 billion", end="2016").complete


def test_the_same_figure_of_several_releases_is_listed_once():
    found = look_for("$13.2 billion", measure="deficit", as_="level", end="2011")
    assert [m.vintage for m in found.matches if not set(m.steps) - {"vintage"}] == [
        *("2026-06", "2013-02-08")
    ]


# Figures quoted in print


def one(found, **wanted):
    chosen = [m for m in found.matches if all(getattr(m, k) == v for k, v in wanted.items())]
    assert len(chosen) == 1, [(m.sector, m.vintage, m.label) for m in chosen]
    return chosen[0]


def test_exports_and_imports_of_one_source_give_its_deficit():
    found = look_for("about $26.6 billion", measure="deficit", as_="level", end="2014")
    match = one(found, source_ids=("EPI_2015",), end="2014")
    assert (match.low, match.value, match.high) == (26_500, 26_600, 26_700)  # 68,600 - 42,000
    assert match.steps == ("import basis", "export basis")
    assert "from exports and imports quoted by Economic Policy Institute" in match.label


def test_a_quoted_base_and_a_year_of_the_files_make_a_comparison():
    found = look_for("59.5 percent", measure="deficit", sector="autos", base="2011", end="2016")
    match = one(found, base="2011", end="2016", sector="autos")
    assert match.low == pytest.approx(100 * (22558.3 / 14145 - 1), abs=0.01)
    assert match.high == pytest.approx(100 * (22558.3 / 14135 - 1), abs=0.01)
    assert match.steps == ("chains two sources",)
    assert match.label.endswith("chains two sources")
    assert match.source_ids == ("HERALD_2013", "CENSUS_ENDUSE")


def test_a_change_between_quoted_figures_carries_the_rounding_of_both():
    found = look_for("about $7.4 billion", measure="imports", base="2011", end="2016")
    match = one(found, sector="hs8703")
    assert (match.low, match.value, match.high) == (7300, 7400, 7500)  # 16,000 - 8,600, each ±50
    assert match.steps == ("basis not stated", "sector")


def test_an_old_quotation_is_not_set_against_a_newer_file_that_has_the_year():
    found = look_for("about 2.1 times", measure="deficit", base="2011", end="2016")
    pairs = [m.vintage for m in found.matches if "chains two sources" in m.steps]
    assert "2026-06 and 2017-02-07" in pairs and "2013-02-08 and 2017-02-07" in pairs
    assert "2013-02-08 and 2026-06" not in pairs


def test_77_percent_is_only_possible_on_two_definitions_of_cars():
    found = near_to(
        "an increase of 77 percent", measure="deficit", as_="percent-change", sector="autos",
        base="2011", end="2016", made_on="2017-12-28",
    )  # fmt: skip
    assert [m.possible for m in found.matches] == [True, True]
    cars, hs = found.matches
    assert (cars.sector, cars.steps) == ("passenger_cars", ("chains two sources", "sector"))
    assert (hs.sector, hs.steps) == ("hs8703", ("basis not stated", "sector"))
    assert (hs.low, hs.high) == pytest.approx((76.0736, 79.5031), abs=1e-4)


def test_the_trade_of_korea_is_turned_round():
    found = look_for("$16.0 billion", measure="imports", as_="level", end="2016", reporter="KOR")
    match = one(found, sector="automobiles_korea", end="2016")
    assert (match.value, match.steps) == (16_018, ("sector",))


@pytest.mark.parametrize(
    ("measure", "text"), [("balance", "$10.7 billion"), ("deficit", "−$10.7 billion")]
)
def test_a_surplus_in_services_is_a_negative_deficit(measure, text):
    match = look_for(text, measure=measure, sector="services", end="2016").matches[0]
    assert (match.sector, match.steps) == ("services", ())
    assert (match.high - match.low, abs(match.value)) == (100, 10_700)


def test_goods_with_services_is_one_step():
    found = look_for("about $17 billion", measure="deficit", as_="level", end="2016")
    match = one(found, sector="goods-and-services", vintage="2026-06")
    assert match.value == pytest.approx(27624.591 - 10700)
    assert match.steps == ("goods with services",)
    assert match.source_ids == ("FRED_2026", "USTR_FACTS_2016")
    same_page = one(found, sector="goods-and-services", vintage="2017-02-07")
    assert (same_page.low, same_page.high) == (16_900, 17_100)


def test_an_unspecified_deficit_is_of_goods_or_of_goods_with_services():
    stated = {"measure": "deficit", "sector": "unspecified", "end": "2016", "as_": "level"}
    for text in ("$27.6 billion", "about $17 billion"):
        assert look_for(text, **stated).matches[0].steps == ()


def test_goods_with_services_compares_one_release_with_itself():
    stated = {"measure": "exports", "sector": "goods-and-services", "base": "2011"}
    found = search(Interval(None, None), "times", **stated)
    assert {m.vintage for m in found.matches if m.sector == "goods-and-services"} <= set(releases())


def test_the_claim_itself_is_no_match():
    found = search(Interval(None, None), MUSD, measure="deficit", sector="autos", end="2016")
    assert all("USTR_2017_AS_REPORTED" not in match.source_ids for match in found.matches)


# Near


def article_near(name):
    claim = next(claim for claim in article() if claim.id == name)
    return near_to(
        claim.printed, measure=claim.measure, as_=claim.as_, partner=claim.partner.code,
        sector=claim.sector, basis=claim.basis, base=claim.base, end=claim.end, made_on=claim.date,
    )  # fmt: skip


def test_the_figure_of_the_day_comes_first_and_another_release_is_a_step():
    first, *others = article_near("deficit_2016").matches
    assert (first.vintage, first.steps, first.quoted) == ("as-of:2017-12-28", (), True)
    assert first.value == pytest.approx(27570, abs=1)
    assert "as quoted" in first.label and "Korea Herald" in first.label
    assert [(m.vintage, m.steps) for m in others if not m.possible] == [
        *(("2026-06", ("vintage",)), ("2018-10", ("vintage",)))
    ]


@pytest.mark.parametrize("name", ["exports_2011", "imports_change", "auto_deficit_2016"])
def test_claims_of_the_article_that_no_near_definition_gives(name):
    assert article_near(name).matches == ()


def test_near_is_at_most_two_steps_and_no_other_reporter_window_or_end_year():
    stated = {"measure": "deficit", "as_": "change", "sector": "total", "base": "2011"}
    every = near(Interval(None, None), MUSD, **stated, end="2016", made_on="2018-06-30")
    assert every.complete and every.tried >= len(every.matches) > 20
    assert all(len(m.steps) <= 2 and set(m.steps) <= NEAR for m in every.matches)
    assert {m.base for m in every.matches} >= {"2010", "2011", "2012", "2011-04/2012-03"}
    assert {m.end for m in every.matches} == {"2016", "2016-04/2017-03"}
    assert {step for m in every.matches for step in m.steps} <= set(STEPS)


def test_near_leaves_out_periods_that_had_not_ended():
    agreed = str(agreement_year(5))
    stated = {"measure": "deficit", "as_": "level", "sector": "total", "end": "2016"}
    for day, there in (("2017-03-31", False), ("2017-04-01", True)):
        every = near(Interval(None, None), MUSD, **stated, made_on=day)
        assert (agreed in {m.end for m in every.matches}) is there


def test_the_share_of_a_sector_is_not_the_share_of_a_partner():
    stated = {"measure": "deficit", "as_": "share", "end": "2016"}
    for sector in ("autos", "total"):
        found = near(Interval(None, None), "percent", sector=sector, **stated)
        assert ("total" in {m.sector for m in found.matches}) is (sector == "total")


# Chance


# Slips


def test_the_chance_rate_is_the_share_of_definitions_that_moved_intervals_meet():
    stated = {"measure": "exports", "as_": "level", "end": "2016"}
    every = search(Interval(None, None), MUSD, **stated)
    assert every.complete
    found = search(between(42200, 42300), MUSD, **stated)
    moved = [(42200 * by, 42300 * by) for by in np.linspace(0.75, 1.25, 101)]
    apart = [(low, high) for low, high in moved if high < 42200 or low > 42300]
    rates = [sum(low <= m.low and m.high <= high for m in every.matches) / every.tried
             for low, high in apart]  # fmt: skip
    # The matches list a figure once that releases give in seven digits alike.
    assert found.chance_rate == pytest.approx(np.mean(rates), rel=0.2)
    assert found.odds == pytest.approx(np.mean([rate > 0 for rate in rates]))
    open_end = search(Interval(Decimal(10), None), MUSD, **stated)
    assert (open_end.chance_rate, open_end.odds) == (1, 1)


def test_a_dropped_digit_is_proposed_with_the_definition_it_gives():
    slips = garbles("$3.5 billion", measure="exports", end="2011", made_on="2017-12-28")
    assert [(slip.what, slip.text) for slip in slips] == [("a digit added: 4", "$43.5 billion")]
    assert slips[0].matches[0].value == pytest.approx(43461.636)


def test_another_measure_is_proposed():
    slips = garbles("$42.3 billion", measure="imports", as_="level", end="2016")
    assert ("exports meant, imports printed", "$42.3 billion") in [(s.what, s.text) for s in slips]
    assert all(set(m.steps) <= {"vintage"} and not m.possible for s in slips for m in s.matches)


def test_the_sign_is_one_slip_not_two():
    slips = garbles("$27.6 billion", measure="balance", as_="level", end="2016")
    assert [slip.what for slip in slips] == ["the sign flipped"]


# Edges


def test_an_empty_interval_has_no_match_and_no_chance():
    found = search(between(2, 2, low_open=True), MUSD, measure="exports", end="2016")
    assert (found.matches, found.chance_rate, found.odds, found.complete) == ((), 0, 0, True)


def test_a_small_partner_has_its_own_grid():
    found = search(Interval(None, None), MUSD, partner="Tokelau", measure="imports", end="2016")
    assert {m.basis for m in found.matches} == {"general"}
    assert {m.partner for m in found.matches} == {find_partner("Tokelau").code}
    assert {m.end for m in found.matches} >= {"2015", "2016", "2017"}


def test_one_flow_codes_are_searched_in_that_flow_only():
    stated = {"sector": "enduse:00000", "end": "2016", "as_": "level"}
    every = Interval(None, None)
    for measure, there in (("exports", True), ("deficit", False)):
        found = search(every, MUSD, measure=measure, **stated)
        assert ("enduse:00000" in {m.sector for m in found.matches}) is there


@pytest.mark.parametrize(("stated", "said"), [
    ({"unit": "percentage points"}, "no definition gives"), ({"basis": "cif"}, 'basis "cif" is'),
    ({"as_": "level", "base": "2011"}, "needs one period"), ({"reporter": "CHN"}, '"CHN" is not'),
    ({"made_on": "2017-02-30"}, 'day "2017-02-30" is not understood'),
    ({"base": "2011", "end": "2011-04/2011-06"}, "same length"),
])  # fmt: skip
def test_what_is_not_understood_is_said(stated, said):
    with pytest.raises(InputError, match=said):
        search(between(1, 2), **{"unit": MUSD, **stated})


# The command

KEYS = {"printed", "low", "high", "unit", "tried", "matches", "complete", "chance_rate", "odds"}
OF_A_MATCH = {"definition", "measure", "as", "sector", "basis", "vintage", "base", "end", "value",
              "unit", "low", "high", "steps", "quoted", "possible", "source"}  # fmt: skip


def run(*arguments: str):
    return CliRunner().invoke(korus, ["search", *arguments], terminal_width=100)


def refuse(word: str):
    raise ValueError(word)


def answer(*arguments: str) -> dict:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=refuse)


def test_a_dollar_sign_changes_nothing():
    ours, theirs = (
        answer(text, "--year", "2016", "--measure", "deficit")
        for text in ("29.3 billion", "$29.3 billion")
    )
    assert ours.pop("printed") != theirs.pop("printed")
    assert ours == theirs


def test_an_unbounded_end_is_null():
    found = answer("more than $28 billion", "--year", "2016", "--measure", "deficit")
    assert (found["low"], found["high"]) == (28.0, None)


def test_nearly_20_billion_as_a_change_of_imports():
    found = answer("nearly $20 billion", "--measure", "imports", "--as", "change",
                   "--date", "2017-12-28")  # fmt: skip
    for match in found["matches"]:
        assert (match["measure"], match["as"]) == ("imports", "change")
        assert int(match["end"][-7:][:4]) <= 2017


def test_the_years_of_a_comparison():
    found = answer("109 percent", "--from", "2011", "--to", "2016", "--measure", "deficit")
    first = found["matches"][0]
    assert (first["base"], first["end"], first["as"]) == ("2011", "2016", "percent-change")
    assert first["unit"] == "percent" and first["steps"] == []


def test_sector_and_partner_are_taken():
    autos = evaluate("deficit", Definition("Japan", "autos", end="2016")).value / 1000
    found = answer(f"{autos:.2f} billion", "--year", "2016", "--partner", "Japan",
                   "--sector", "autos")  # fmt: skip
    assert found["matches"][0]["sector"] == "autos"
    assert found["matches"][0]["value"] == pytest.approx(autos, abs=1e-6)


def test_people_get_a_table_and_the_counts_in_sentences():
    found = run("29.3 billion", "--year", "2016")
    assert found.exit_code == 0
    assert "USD 29.32 billion" in found.stdout and "import basis" in found.stdout
    assert re.search(r"Definitions tried: \d+; definitions that give the number: 2\.", found.stdout)
    assert "Coincidence? " in found.stdout


def test_people_get_twelve_matches_unless_they_ask_for_all():
    asked = ("nearly $20 billion", "--measure", "imports", "--as", "change")
    short, long = (run(*asked, *more).stdout for more in ((), ("--all",)))
    assert short.count("USD 19.") == 12 and "Shown: the first 12." in short
    assert long.count("USD 19.") > 12 and "Shown" not in long


def test_a_number_that_nothing_gives():
    found = run("29.3 billion", "--year", "2016", "--partner", "Niue")
    assert found.exit_code == 0
    assert "definitions that give the number: none." in found.stdout
    assert "steps from" not in found.stdout


@pytest.mark.parametrize(("arguments", "says"), [
    (("29.3", "--year", "2016"), "reads two ways"),
    (("a lot",), "cannot be read"),
    (("95,000 cars",), "no definition gives a number in count"),
    (("$3 billion", "--year", "2016", "--from", "2011"), "either --year"),
    (("$3 billion", "--year", "16"), 'period "16" is not understood'),
    (("$3 billion", "--from", "2016", "--to", "2011"), "earlier"),
    (("$3 billion", "--measure", "gdp"), 'measure "gdp" is not known'),
    (("$3 billion", "--as", "growth"), '"growth" is not a way to compare'),
    (("$3 billion", "--as", "ratio"), "a ratio is in times"),
    (("$3 billion", "--partner", "Narnia"), "Narnia"),
    (("$3 billion", "--sector", "zebras"), 'sector "zebras" is not known'),
    (("$3 billion", "--date", "28 December"), "type one like 2017-12-28"),
])  # fmt: skip
def test_what_is_not_understood_ends_in_one_sentence(arguments, says):
    found = run(*arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("Error: ") and found.stderr.count("\n") == 1
    assert says in found.stderr


def test_possible_matches_are_counted_apart():
    found = look_for("23.3 billion", end="2016")
    assert sum(one.possible for one in found.matches) == 1
    said = search_sentences(found)
    assert said[0].endswith("definitions that give the number: 3.")
    assert said[1].startswith("Possible besides: 1,")
    assert match_table(found).value.iloc[-1].startswith("possibly USD")


def test_a_table_without_matches_keeps_its_columns():
    found = look_for("29.3 billion", end="2016", partner="Niue")
    assert match_table(found).empty
    assert "value" in match_table(found)
