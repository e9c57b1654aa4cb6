"""Claims against each other: the article, hand-worked cases, and the edges of intervals."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from korus_helpers.claims.consistency import (
    consistency,
    rank_repairs,
)
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.programme import Bound, implied_range
from korus_helpers.claims.solver import Row, Solver
from korus_helpers.errors import InputError

AMPLE = 60  # seconds: a busy machine must not decide what a test finds


def interval(text):
    """Read "[2, 3)", "(2, )" and the like."""
    low, high = (end.strip() for end in text[1:-1].split(","))
    return Interval(
        Decimal(low) if low else None,
        Decimal(high) if high else None,
        text[0] == "(",
        text[-1] == ")",
    )


def claim(name, measure, as_, text, **where):
    return Bound(name, measure, as_, interval(text), **where)


def level(name, measure, text, **where):
    return claim(name, measure, "level", text, **{"end": "2016", **where})


def over_time(name, measure, as_, text, **where):
    return claim(name, measure, as_, text, base="2011", end="2016", **where)


def figure(measure, as_="level", base="", end="2016", **where):
    return Bound("asked", measure, as_, Interval(None, None), base=base, end=end, **where)


ARTICLE = (
    level("exports_2016", "exports", "[42250, 42350]"),
    level("exports_2011", "exports", "[3450, 3550]", end="2011"),
    over_time("exports_change", "exports", "percent-change", "[-2.75, -2.65]"),
    over_time("imports_change", "imports", "change", "[19000, 20000)"),
    level("deficit_2011", "deficit", "[13150, 13250]", end="2011"),
    level("deficit_2016", "deficit", "[27550, 27650]"),
    over_time("deficit_ratio", "deficit", "ratio", "(2, )"),
    level("auto_deficit_2016", "deficit", "[23500, 24500]", sector="autos"),
    over_time("auto_deficit_change", "deficit", "percent-change", "[76.5, 77.5]", sector="autos"),
    claim("auto_share", "deficit", "share", "[85.5, 94.5]", sector="autos", end="2016"),
)
OFFICIAL = {
    **dict.fromkeys(["exports_2016", "deficit_2011", "deficit_2016", "deficit_ratio"], True),
    **dict.fromkeys(["exports_2011", "imports_change"], False),
    "exports_change": None,
}
PAIRS = {
    ("exports_2011", "imports_change"),
    ("exports_2011", "exports_change"),
    ("exports_2011", "deficit_2011"),
    ("exports_2016", "exports_change"),
    ("exports_2016", "imports_change"),
    ("exports_change", "imports_change"),
}


@pytest.fixture(scope="module")
def article():
    return consistency(ARTICLE, budget_seconds=AMPLE, known=OFFICIAL, edits={"exports_2011"})


def test_the_article_cannot_be_true_as_a_whole(article):
    assert not article.consistent
    assert article.complete


def test_the_article_has_nine_minimal_contradictions(article):
    assert len(article.contradictions) == 9
    assert article.contradictions[0] == ("exports_2016", "exports_2011", "exports_change")
    four = ("exports_change", "imports_change", "deficit_2011", "deficit_2016")
    assert four in article.contradictions
    assert [len(ids) for ids in article.contradictions] == [3, 4, 4, 5, 5, 5, 6, 6, 6]


def test_six_pairs_repair_the_article_and_the_slip_of_type_comes_first(article):
    assert set(article.repairs) == PAIRS
    assert article.repairs[0] == ("exports_2011", "imports_change")


def test_what_the_rest_of_the_article_implies(article):
    kept = [one for one in ARTICLE if one.id not in article.repairs[0]]

    def billion(asked):
        found = implied_range(kept, asked)
        return [math.floor(found.low / 10) / 100, math.ceil(found.high / 10) / 100]

    # 42.25 / 0.9735 and 42.35 / 0.9725; then deficits of 13.15 to 13.25 and 27.55 to 27.65 added.
    assert billion(figure("exports", end="2011")) == [43.40, 43.55]
    assert billion(figure("imports", end="2011")) == [56.55, 56.80]
    assert billion(figure("imports")) == [69.80, 70.00]
    assert billion(figure("imports", "change", base="2011")) == [13.10, 13.35]
    # 0.855 x 27.55 / 1.775 and 24.5 / 1.765
    assert billion(figure("deficit", end="2011", sector="autos")) == [13.27, 13.89]


def test_implied_ranges_of_an_inconsistent_text_come_from_the_best_repair(article):
    assert list(article.implied) == [one.id for one in ARTICLE]
    assert str(article.implied["exports_2011"]) == "[43400.102722, 43547.557841]"
    assert str(article.implied["imports_change"]) == "[13102.442159, 13349.897278]"
    kept = [one for one in ARTICLE if one.id not in ("exports_2011", "imports_change")]
    for one in kept:
        others = [other for other in kept if other is not one]
        assert article.implied[one.id] == implied_range(others, one)


def test_every_repair_has_its_reason(article):
    ranked = rank_repairs(ARTICLE, sorted(PAIRS), known=OFFICIAL, edits={"exports_2011"})
    assert tuple(one.ids for one in ranked) == article.repairs
    assert ranked[0].reason == (
        "Without exports_2011 and imports_change the others can all hold: no dropped claim holds, "
        "no kept claim is known to fail, one edit of the printed text makes exports_2011 true."
    )
    assert "1 dropped claim holds, 2 kept claims are known to fail" in ranked[-1].reason


def test_without_knowledge_the_smaller_change_comes_first():
    claims = [
        level("small", "exports", "[90, 100]"),
        level("large", "imports", "[10, 20]"),
        level("deficit", "deficit", "[-30, -20]"),
    ]
    found = consistency(claims)
    assert found.contradictions == (("small", "large", "deficit"),)
    # Exports would drop from 90 to 50 (40 percent of 100), imports rise from 20 to 60 (200
    # percent of 20), the deficit go from −30 to −70 (133 percent of 30).
    assert found.repairs == (("small",), ("deficit",), ("large",))
    reasons = [one.reason for one in rank_repairs(claims, found.repairs)]
    assert reasons == [
        f"Without {name} the others can all hold: the dropped figures would move by {percent} "
        "percent in all."
        for name, percent in (("small", 40), ("deficit", 133), ("large", 200))
    ]


def test_ids_decide_between_equals_whatever_the_order_of_the_claims():
    claims = [
        level("b", "exports", "[2, 2]"),
        level("a", "imports", "[2, 2]"),
        level("between", "deficit", "[1, 1]"),
    ]
    for order in (claims, claims[::-1]):
        found = consistency(order)
        assert found.repairs == (("a",), ("b",), ("between",))


def test_the_smallest_contradiction_comes_first():
    claims = [
        level("low", "exports", "[1, 2]", partner="1220"),
        level("high", "exports", "[3, 4]", partner="1220"),
        level("imports", "imports", "[1, 2]"),
        level("deficit", "deficit", "[0, 2]"),
        level("negative", "exports", "[-2, -1]"),
    ]
    assert consistency(claims).contradictions == (("negative",), ("low", "high"))


def test_a_change_that_cannot_be_measured_counts_as_the_largest():
    claims = [
        level("nothing", "exports", "[0, 0]"),
        level("something", "exports", "[5, 6]"),
    ]
    ranked = rank_repairs(claims, [("nothing",), ("something",)])
    assert [one.ids for one in ranked] == [("something",), ("nothing",)]
    assert ranked[1].reason == (
        "Without nothing the others can all hold: nothing else is known of it."
    )


def test_the_three_facts_rank_before_the_change():
    claims = [
        level(name, "exports", f"[{low}, {low}]") for name, low in zip("ab", (5, 6), strict=True)
    ]
    repairs = [("a",), ("b",)]

    def first(**facts):
        return rank_repairs(claims, repairs, **facts)[0].ids

    assert first() == ("b",)  # 1 of 6 is a smaller change than 1 of 5
    assert first(known={"b": True}) == ("a",)
    assert first(known={"a": False}) == ("a",)
    assert first(edits={"a"}) == ("a",)


def test_claims_that_touch_at_a_closed_end_can_all_hold():
    claims = [
        level("exports", "exports", "[10, 20]"),
        level("imports", "imports", "[30, 40]"),
        level("deficit", "deficit", "[30, 35]"),
    ]
    found = consistency(claims)
    assert found.consistent and found.complete
    assert (found.contradictions, found.repairs) == ((), ())
    assert {name: str(one) for name, one in found.implied.items()} == {
        "exports": "[0, 10]",
        "imports": "[40, 55]",
        "deficit": "[10, 30]",
    }


@pytest.mark.parametrize("name", ["exports", "imports", "deficit"])
def test_claims_that_touch_at_an_open_end_cannot(name):
    texts = {"exports": "[10, 20]", "imports": "[30, 40]", "deficit": "[30, 35]"}
    open_ = {"exports": "(10, 20]", "imports": "[30, 40)", "deficit": "(30, 35]"}
    claims = [
        level(measure, measure, (open_ if measure == name else texts)[measure]) for measure in texts
    ]
    assert consistency(claims).contradictions == (("exports", "imports", "deficit"),)
    assert implied_range(claims, figure("exports")) is None


def test_points_are_intervals_too():
    claims = [
        level("base", "exports", "[43.1, 43.1]", end="2011"),
        over_time("rise", "exports", "percent-change", "[7.7, 7.7]"),
        level("end", "exports", "[46.4187, 46.4187]"),  # 43.1 x 1.077
        level("other", "imports", "[50, 60]"),
    ]
    assert consistency(claims).consistent
    claims[2] = level("end", "exports", "(46.4187, 47]")
    assert consistency(claims).contradictions == (("base", "rise", "end"),)


def test_a_claim_can_contradict_itself():
    claims = [
        level("negative", "exports", "[-5, -1]"),
        over_time("empty", "deficit", "ratio", "[2, 2)"),
        level("fine", "imports", "[1, 2]"),
    ]
    found = consistency(claims)
    assert found.contradictions == (("negative",), ("empty",))
    assert found.repairs == (("negative", "empty"),)
    assert set(found.implied) == {"negative", "empty", "fine"}


def test_a_percentage_needs_a_base_above_zero():
    surplus = level("surplus", "balance", "[1, 2]", end="2011")
    for as_, text in (("percent-change", "[10, 20]"), ("ratio", "[1.1, 1.2]")):
        rise = over_time("rise", "deficit", as_, text)
        found = consistency([surplus, rise])
        assert found.contradictions == (("surplus", "rise"),)
        assert implied_range([surplus], rise) is None
    share = claim("share", "deficit", "share", "[5, 9]", sector="autos", end="2011")
    assert consistency([surplus, share]).contradictions == (("surplus", "share"),)


def test_a_percentage_without_meaning_is_not_implied():
    # A deficit that stays above zero while imports fall leaves no room for trade to double.
    claims = [
        over_time("trade", "two-way", "percent-change", "[100, )"),
        over_time("imports", "imports", "change", "(, -1000]"),
    ]
    assert implied_range(claims, figure("deficit", "percent-change", base="2011")) is None
    still = figure("deficit", "contribution", base="2016", sector="autos")
    assert implied_range([], still) is None  # from 2016 to 2016 nothing rises


def test_a_percent_change_or_ratio_is_not_below_zero_at_its_end():
    deficit = level("deficit", "deficit", "[10, 20]", end="2011")
    assert str(implied_range([deficit], figure("deficit", "percent-change", base="2011"))) == (
        "[−100, ∞)"
    )
    assert str(implied_range([deficit], figure("deficit", "ratio", base="2011"))) == "[0, ∞)"


def test_a_sector_is_at_most_the_total():
    total = level("total", "imports", "[10, 20]")
    autos = level("autos", "imports", "[25, 30]", sector="autos")
    assert consistency([total, autos]).contradictions == (("total", "autos"),)
    assert str(implied_range([total], figure("imports", sector="autos"))) == "[0, 20]"
    assert str(implied_range([autos], figure("imports"))) == "[25, ∞)"
    assert str(implied_range([total], figure("imports", "share", sector="autos"))) == "[0, 100]"


def test_services_are_added_to_goods_not_part_of_them():
    goods = level("goods", "deficit", "[27, 28]")
    services = level("services", "balance", "[10, 11]", sector="services")
    asked = figure("deficit", sector="goods-and-services")
    assert str(implied_range([goods, services], asked)) == "[16, 18]"
    exports = level("exports", "exports", "[10, 10]")
    more = level("more", "exports", "[30, 30]", sector="services")
    assert consistency([exports, more]).consistent
    part = figure("exports", "share", sector="services")
    assert str(implied_range([exports, more], part)) == "[75, 75]"


def test_the_world_is_at_least_each_partner():
    world = level("world", "imports", "[100, 200]", partner="0015")
    korea = level("korea", "imports", "[50, 60]")
    autos = level("autos", "imports", "[201, 210]", sector="autos")
    assert consistency([world, korea]).consistent
    assert str(implied_range([world, korea], figure("imports", "share"))) == "[25, 60]"
    assert consistency([world, autos]).contradictions == (("world", "autos"),)
    sector = {"sector": "autos"}
    everybody = level("everybody", "imports", "[1, 5]", partner="0015", **sector)
    assert consistency([everybody, autos]).contradictions == (("everybody", "autos"),)
    services = {"sector": "services"}
    asked = figure("exports", partner="0015", **services)
    assert str(implied_range([level("some", "exports", "[3, 4]", **services)], asked)) == "[3, ∞)"


def test_a_contribution_is_the_share_of_a_rise():
    claims = [
        over_time("rise", "deficit", "change", "[10, 20]"),
        over_time("autos", "deficit", "change", "[5, 8]", sector="autos"),
    ]
    asked = figure("deficit", "contribution", base="2011", sector="autos")
    assert str(implied_range(claims, asked)) == "[25, 80]"
    half = over_time("half", "deficit", "contribution", "[90, 95]", sector="autos")
    assert consistency([*claims, half]).contradictions == (("rise", "autos", "half"),)


def test_two_way_trade_and_balance_speak_of_the_same_flows():
    claims = [level("trade", "two-way", "[100, 100]"), level("balance", "balance", "[20, 20]")]
    assert str(implied_range(claims, figure("exports"))) == "[60, 60]"
    assert str(implied_range(claims, figure("imports"))) == "[40, 40]"


def test_ends_are_rounded_outward():
    claims = [
        level("base", "exports", "[3, 3]", end="2011"),
        level("end", "exports", "[2, 2]"),
        level("tiny", "exports", "[-0.0000001, 0.0000001]", end="2012"),
    ]
    ratio = implied_range(claims, figure("exports", "ratio", base="2011"))
    assert str(ratio) == "[0.666666, 0.666667]"
    assert str(implied_range(claims, figure("exports", end="2012"))) == "[0, 0.000001]"


def test_separate_contradictions_are_repaired_together():
    claims = [
        level(f"{side}{number}", "exports", text, partner=str(number))
        for number in (1220, 2010)
        for side, text in (("low", "[1, 2]"), ("high", "[3, 4]"))
    ]
    found = consistency(claims)
    assert found.contradictions == (("low1220", "high1220"), ("low2010", "high2010"))
    assert len(found.repairs) == 4 and found.complete
    # The moves are as in [1, 2] to 3 and [3, 4] to 2: a half of 2 and a quarter of 4.
    assert found.repairs[0] == ("high1220", "high2010")
    assert str(found.implied["high1220"]) == "[1, 2]"
    assert str(found.implied["low1220"]) == "[0, ∞)"


def test_more_than_a_thousand_repairs_are_not_all_listed():
    claims = [
        level(f"{side}{number}", "exports", text, partner=str(number))
        for number in range(10)
        for side, text in (("low", "[1, 2]"), ("high", "[3, 4]"))
    ]
    found = consistency(claims, budget_seconds=AMPLE)
    assert len(found.contradictions) == 10
    assert len(found.repairs) == 1000 and not found.complete


def test_when_the_time_is_up_the_answer_says_so():
    found = consistency(ARTICLE, budget_seconds=0)
    assert not found.consistent and not found.complete
    assert found.contradictions and (found.repairs, found.implied) == ((), {})
    full = set(consistency(ARTICLE, budget_seconds=AMPLE).contradictions)
    assert set(found.contradictions) <= full
    some = [level("some", "exports", "[1, 2]"), level("other", "exports", "[2, 3]")]
    assert consistency(some, budget_seconds=0).consistent


def test_without_what_is_implied_the_rest_is_the_same(article):
    found = consistency(
        ARTICLE, budget_seconds=AMPLE, known=OFFICIAL, edits={"exports_2011"}, with_implied=False
    )
    assert article.implied and found == replace(article, implied={})


def test_no_claims_agree():
    found = consistency([])
    assert found.consistent and found.complete and found.implied == {}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (level("a", "tariffs", "[1, 2]"), "a: measure 'tariffs'; type one of exports, imports"),
        (
            claim("a", "exports", "rank", "[1, 2]", base="2011", end="2016"),
            "a: as 'rank'; type one",
        ),
        (claim("a", "exports", "level", "[1, 2]"), "a: a level needs the end period"),
        (claim("a", "exports", "ratio", "[1, 2]", end="2016"), "a: a ratio needs the base period"),
        (
            claim("a", "exports", "share", "[1, 2]", end="2016", partner="0015"),
            "a: the world has no share of itself",
        ),
        (level("a", "exports", "[1, 1E+40]"), "a: 1E\\+40 is beyond any figure"),
        (level("", "exports", "[1, 2]"), "1 claims have the id ''"),
    ],
)
def test_what_is_not_understood_is_an_error_that_names_the_claim(wrong, says):
    with pytest.raises(InputError, match=says):
        consistency([wrong])


def test_ids_are_given_once():
    with pytest.raises(InputError, match="2 claims have the id 'a'; give each claim its own id"):
        consistency([level("a", "exports", "[1, 2]"), level("a", "imports", "[1, 2]")])


def test_programmes_worked_by_hand():
    def highest(goal, *rows):
        return Solver([Row(form, Fraction(limit)) for form, limit in rows]).highest(goal)

    # The corner x + 2 y = 3, 3 x + y = 3 is (3/5, 6/5).
    roof = ({"x": 1, "y": 2}, 3), ({"x": 3, "y": 1}, 3)
    assert highest({"x": 1, "y": 1}, *roof) == Fraction(9, 5)
    assert highest({"x": -1}, ({"x": -1}, -2)) == -2
    assert highest({"x": 1}, ({"x": -1}, -2)) == math.inf
    assert highest({"x": 1, "free": -1}, ({"x": Fraction(1, 3)}, 2)) == 6
    apart = ({"y": 1}, 2), ({"x": 1}, 1), ({"x": -1}, -2)
    assert highest({}, *apart) == -math.inf
    assert Solver([Row(form, Fraction(limit)) for form, limit in apart]).clash() == [1, 2]
    assert highest({"x": 3}, ({"x": 1}, 2), ({"x": -1}, -2)) == 6
    # Where one question ends the next begins.
    solved = Solver([Row(form, Fraction(limit)) for form, limit in roof])
    assert [solved.highest({"x": sign}) for sign in (1, -1, 1)] == [1, 0, 1]


def test_what_is_strict_is_told_from_what_may_touch():
    below, above = Row({"x": 1}, Fraction(2), strict=True), Row({"x": -1}, Fraction(-2))
    assert not Solver([above, replace(below, strict=False)]).clash()
    assert sorted(Solver([above, below]).clash()) == [0, 1]
    assert Solver([below]).highest({"x": 1}) == 2
