"""Claims against each other: the article, cases worked by hand, and brute force on small ones.

Brute force eliminates one unknown after the other (Fourier and Motzkin), in exact fractions and
with strict rows, and tries every subset of the claims.
"""

import math
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from korus_helpers.claims.consistency import Bound, consistency, implied_range, rows
from korus_helpers.claims.inequalities import Row, Solver
from korus_helpers.claims.intervals import Interval
from korus_helpers.errors import InputError
from korus_helpers.trade.bases import UNITS

AMPLE = 60  # seconds: a busy machine must not decide what a test finds


def interval(text):
    """Read "[2, 3)", "(2, )" and the like."""
    low, high = (Decimal(end) if end.strip() else None for end in text[1:-1].split(","))
    return Interval(low, high, text[0] == "(", text[-1] == ")")


def claim(name, measure, as_, text, **where):
    return Bound(name, measure, as_, interval(text), **where)


def level(name, measure, text, **where):
    return claim(name, measure, "level", text, **{"end": "2016", **where})


def over_time(name, measure, as_, text, **where):
    return claim(name, measure, as_, text, base="2011", end="2016", **where)


def implied(claims, measure, as_="level", base="", end="2016", **where):
    asked = Bound("asked", measure, as_, Interval(None, None), base=base, end=end, **where)
    found = implied_range(claims, asked)
    return None if found is None else str(found)


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
KNOWN = {"known": OFFICIAL, "edits": {"exports_2011"}}
PAIRS = {
    ("exports_2011", "imports_change"), ("exports_2011", "exports_change"),
    ("exports_2011", "deficit_2011"), ("exports_2016", "exports_change"),
    ("exports_2016", "imports_change"), ("exports_change", "imports_change"),
}  # fmt: skip


@pytest.fixture(scope="module")
def article():
    return consistency(ARTICLE, budget_seconds=AMPLE, **KNOWN)


def test_the_article_has_nine_minimal_contradictions(article):
    assert not article.consistent and article.complete
    assert article.contradictions[0] == ("exports_2016", "exports_2011", "exports_change")
    four = ("exports_change", "imports_change", "deficit_2011", "deficit_2016")
    assert four in article.contradictions
    assert [len(ids) for ids in article.contradictions] == [3, 4, 4, 5, 5, 5, 6, 6, 6]


def test_six_pairs_repair_the_article_and_the_slip_of_type_comes_first(article):
    assert set(article.repairs) == PAIRS
    assert article.repairs[0] == ("exports_2011", "imports_change")
    ranked = article.ranked
    assert ranked[0].reason == (
        "Without exports_2011 and imports_change the others can all hold: no dropped claim holds, "
        "no kept claim is known to fail, one edit of the printed text makes exports_2011 true."
    )
    assert "1 dropped claim holds, 2 kept claims are known to fail" in ranked[-1].reason


def test_what_the_rest_of_the_article_implies(article):
    kept = [one for one in ARTICLE if one.id not in article.repairs[0]]

    def billion(measure, as_="level", **asked):
        found = interval(implied(kept, measure, as_, **asked))
        return [math.floor(found.low / 10) / 100, math.ceil(found.high / 10) / 100]

    # 42.25 / 0.9735 and 42.35 / 0.9725; then deficits of 13.15 to 13.25 and 27.55 to 27.65 added.
    assert billion("exports", end="2011") == [43.40, 43.55]
    assert billion("imports", end="2011") == [56.55, 56.80]
    assert billion("imports") == [69.80, 70.00]
    assert billion("imports", "change", base="2011") == [13.10, 13.35]
    # 0.855 x 27.55 / 1.775 and 24.5 / 1.765
    assert billion("deficit", end="2011", sector="autos") == [13.27, 13.89]
    assert list(article.implied) == [one.id for one in ARTICLE]
    assert str(article.implied["exports_2011"]) == "[43400.102722, 43547.557841]"
    assert str(article.implied["imports_change"]) == "[13102.442159, 13349.897278]"
    for one in kept:
        others = [other for other in kept if other is not one]
        assert article.implied[one.id] == implied_range(others, one)


def test_when_the_time_is_up_the_answer_says_so(article):
    found = consistency(ARTICLE, budget_seconds=0)
    assert not found.consistent and not found.complete
    assert found.contradictions and (found.repairs, found.implied) == ((), {})
    assert set(found.contradictions) <= set(article.contradictions)
    some = [level("some", "exports", "[1, 2]"), level("other", "exports", "[2, 3]")]
    assert consistency(some, budget_seconds=0).consistent
    nothing = consistency([])
    assert nothing.consistent and nothing.complete and nothing.implied == {}


# The order of repairs


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
    assert [one.reason for one in found.ranked] == [
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
        assert consistency(order).repairs == (("a",), ("b",), ("between",))


def test_a_change_that_cannot_be_measured_counts_as_the_largest():
    claims = [level("nothing", "exports", "[0, 0]"), level("something", "exports", "[5, 6]")]
    ranked = consistency(claims).ranked
    assert [one.ids for one in ranked] == [("something",), ("nothing",)]
    assert ranked[1].reason.endswith("can all hold: nothing else is known of it.")


def test_the_three_facts_rank_before_the_change():
    claims = [level("a", "exports", "[5, 5]"), level("b", "exports", "[6, 6]")]

    def first(**facts):
        return consistency(claims, **facts).repairs[0]

    assert first() == ("b",)  # 1 of 6 is a smaller change than 1 of 5
    assert first(known={"b": True}) == first(known={"a": False}) == first(edits={"a"}) == ("a",)


# Cases worked by hand


TABLES = yaml.safe_load(Path(__file__).with_name("claims_together.yaml").read_text("utf-8"))


def bound(text):
    """The claim of a line of the tables; an interval that is not given is everything."""
    name, measure, *rest = text.split()
    found = {"as_": "level", "end": "2016", "interval": Interval(None, None)}
    for word in rest:
        if word[0] in "[(":
            found["interval"] = interval(word)
        elif word == "2011":
            found["end"] = word
        elif word == "world" or word.isdigit():
            found["partner"] = {"world": "0015"}.get(word, word)
        elif word in UNITS:
            found["as_"] = word
        else:
            found["sector"] = word
    base = "" if found["as_"] in ("level", "share") else "2011"
    return Bound(name, measure, base=base, **found)


@pytest.mark.parametrize(("claims", "contradictions"), TABLES["contradictions"])
def test_which_claims_cannot_all_hold(claims, contradictions):
    found = consistency(map(bound, claims.split("; ")))
    assert [" ".join(ids) for ids in found.contradictions] == contradictions
    assert found.consistent == (not contradictions) and found.complete


@pytest.mark.parametrize(("claims", "asked", "expected"), TABLES["implied"])
def test_what_claims_imply_for_another_figure(claims, asked, expected):
    assert str(implied_range(map(bound, claims.split("; ")), bound(asked))) == expected


def apart(partners):
    return [
        level(f"{side}{partner}", "exports", text, partner=str(partner))
        for partner in partners
        for side, text in (("low", "[1, 2]"), ("high", "[3, 4]"))
    ]


def test_separate_contradictions_are_repaired_together():
    found = consistency(apart((1220, 2010)))
    assert found.contradictions == (("low1220", "high1220"), ("low2010", "high2010"))
    assert len(found.repairs) == 4 and found.complete
    # The moves are as in [1, 2] to 3 and [3, 4] to 2: a half of 2 and a quarter of 4.
    assert found.repairs[0] == ("high1220", "high2010")
    assert str(found.implied["high1220"]) == "[1, 2]"
    assert str(found.implied["low1220"]) == "[0, ∞)"
    many = consistency(apart(range(10)), budget_seconds=AMPLE)
    assert len(many.contradictions) == 10
    assert len(many.repairs) == 1000 and not many.complete


@pytest.mark.parametrize(("wrong", "says"), [
    (claim("a", "exports", "share", "[1, 2]", end="2016", partner="0015"),
     "a: the world has no share of itself"),
    (level("a", "exports", "[1, 1E+40]"), "a: 1E\\+40 is beyond any figure"),
])  # fmt: skip
def test_what_is_not_understood_is_an_error_that_names_the_claim(wrong, says):
    with pytest.raises(InputError, match=says):
        rows(wrong)


def test_programmes_worked_by_hand():
    def solver(*rows):
        return Solver([Row(form, Fraction(limit)) for form, limit in rows])

    # The corner x + 2 y = 3, 3 x + y = 3 is (3/5, 6/5).
    roof = ({"x": 1, "y": 2}, 3), ({"x": 3, "y": 1}, 3)
    assert solver(*roof).highest({"x": 1, "y": 1}) == Fraction(9, 5)
    assert solver(({"x": -1}, -2)).highest({"x": -1}) == -2
    assert solver(({"x": -1}, -2)).highest({"x": 1}) == math.inf
    assert solver(({"x": Fraction(1, 3)}, 2)).highest({"x": 1, "free": -1}) == 6
    apart = solver(({"y": 1}, 2), ({"x": 1}, 1), ({"x": -1}, -2))
    assert apart.clash() == [1, 2] and apart.highest({}) == -math.inf
    assert solver(({"x": 1}, 2), ({"x": -1}, -2)).highest({"x": 3}) == 6
    solved = solver(*roof)  # where one question ends the next begins
    assert [solved.highest({"x": sign}) for sign in (1, -1, 1)] == [1, 0, 1]
    below, above = Row({"x": 1}, Fraction(2), strict=True), Row({"x": -1}, Fraction(-2))
    assert not Solver([above, replace(below, strict=False)]).clash()
    assert sorted(Solver([above, below]).clash()) == [0, 1]
    assert Solver([below]).highest({"x": 1}) == 2


# Against brute force

YEARS = ("2011", "2016")
UNKNOWNS = [(flow, year) for flow in ("exports", "imports") for year in YEARS]
SIGNS = {"exports": (1, 0), "imports": (0, 1), "deficit": (-1, 1), "two-way": (1, 1)}
QUIET = settings(
    deadline=None,
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def form(measure, year):
    """Factors of the four unknowns in one measure of one year."""
    sign = dict(zip(("exports", "imports"), SIGNS[measure], strict=True))
    return [sign[flow] if at == year else 0 for flow, at in UNKNOWNS]


def inequalities(one):
    """Rows (factors, limit, strict) that mean factors x unknowns ≤ limit, or <."""
    end, base = form(one.measure, one.end), form(one.measure, one.base)
    ends = (one.interval.low, one.interval.high)
    low, high = (None if at is None else Fraction(at) for at in ends)
    found = []
    if one.as_ in ("percent-change", "ratio"):
        found += [([-at for at in base], 0, True), ([-at for at in end], 0, False)]
        if one.as_ == "percent-change":
            low, high = (None if at is None else 1 + at / 100 for at in (low, high))
        bounds = [
            (high, [e - (high or 0) * b for e, b in zip(end, base, strict=True)], 0),
            (low, [(low or 0) * b - e for e, b in zip(end, base, strict=True)], 0),
        ]
    else:
        row = end if one.as_ == "level" else [e - b for e, b in zip(end, base, strict=True)]
        bounds = [(high, row, high), (low, [-at for at in row], None if low is None else -low)]
    is_open = (one.interval.high_open, one.interval.low_open)
    both = zip(bounds, is_open, strict=True)
    return found + [(row, limit, strict) for (at, row, limit), strict in both if at is not None]


def possible(claims):
    """Whether unknowns ≥ 0 satisfy `claims`, by eliminating one unknown after the other."""
    said = [row for one in claims for row in inequalities(one)]
    said += [([-(at == other) for other in range(4)], 0, False) for at in range(4)]
    rows = {(tuple(map(Fraction, row)), Fraction(limit), strict) for row, limit, strict in said}
    for at in range(4):
        above = [one for one in rows if one[0][at] > 0]
        below = [one for one in rows if one[0][at] < 0]
        rows = {one for one in rows if not one[0][at]}
        for up, high, strict in above:
            for down, low, also in below:
                row = [u / up[at] - d / down[at] for u, d in zip(up, down, strict=True)]
                limit = high / up[at] - low / down[at]
                size = max(map(abs, row)) or 1
                rows.add((tuple(one / size for one in row), limit / size, strict or also))
        best = {}  # of rows with the same factors, the one that says most
        for row, limit, strict in rows:
            best[row] = min(best.get(row, (limit, not strict)), (limit, not strict))
        rows = {(row, limit, not loose) for row, (limit, loose) in best.items()}
    return all(limit > 0 or (limit == 0 and not strict) for _, limit, strict in rows)


def minimal_contradictions(claims):
    """Ids of every minimal contradiction, by trying all subsets, smallest first."""
    found = []
    for size in range(1, len(claims) + 1):
        for some in combinations(claims, size):
            ids = frozenset(one.id for one in some)
            if not any(known <= ids for known in found) and not possible(some):
                found.append(ids)
    return set(found)


@st.composite
def bounds(draw, most=5):
    """Claims on few round numbers, so that they often touch, agree or contradict each other."""
    claims = []
    for number in range(draw(st.integers(1, most))):
        as_ = draw(st.sampled_from(["level", "level", "change", "percent-change", "ratio"]))
        low, width = draw(st.integers(-2, 6)), draw(st.integers(0, 2))
        unit = {"ratio": Decimal("0.5"), "percent-change": Decimal(25)}.get(as_, Decimal(1000))
        ends = [low * unit, (low + width) * unit]
        kept = [end if draw(st.integers(0, 5)) else None for end in ends]
        interval = Interval(*kept, *(draw(st.booleans()) and width > 0 for _ in kept))
        base, end = draw(st.permutations(YEARS))
        measure = draw(st.sampled_from(list(SIGNS)))
        claims.append(Bound(f"c{number}", measure, as_, interval, base=base, end=end))
    return claims


@QUIET
@given(claims=bounds(), chance=st.randoms(use_true_random=False))
def test_contradictions_and_repairs_are_those_of_brute_force_in_any_order(claims, chance):
    found = consistency(claims, budget_seconds=AMPLE)
    expected = minimal_contradictions(claims)
    assert found.complete and found.consistent == (not expected)
    assert {frozenset(ids) for ids in found.contradictions} == expected
    ids = [one.id for one in claims]
    hitting = ()
    for size in range(1, len(ids) + 1 if expected else 0):
        hitting = hitting or [some for some in combinations(ids, size)
                              if all(set(some) & one for one in expected)]  # fmt: skip
    assert set(found.repairs) == set(hitting)
    other = consistency(chance.sample(claims, len(claims)), budget_seconds=AMPLE)
    assert {frozenset(ids) for ids in other.contradictions} == expected
    assert [set(ids) for ids in other.repairs] == [set(ids) for ids in found.repairs]
    assert other.implied == found.implied


@QUIET
@given(claims=bounds(most=3), asked=bounds(most=1))
def test_the_implied_range_is_where_brute_force_finds_points(claims, asked):
    def can(low, high):
        return possible([*claims, replace(asked[0], interval=Interval(low, high))])

    found = implied_range(claims, asked[0])
    assert can(None, None) == (found is not None)
    if found is None:
        return
    step = Decimal("0.000002")  # ends are rounded outward by at most half of this
    far = Decimal(10) ** 8
    if found.low is None:
        assert can(None, -far)
    else:
        assert not can(None, found.low - step) and can(None, found.low + step)
    if found.high is None:
        assert can(far, None)
    else:
        assert not can(found.high + step, None) and can(found.high - step, None)


@pytest.mark.parametrize("wrong", [0, 1])
def test_sixty_claims_over_thirty_quantities(wrong):
    chance = random.Random(2016)
    years = [str(year) for year in range(2001, 2016)]
    exports, imports = ({year: chance.randint(30_000, 80_000) for year in years} for _ in range(2))
    claims, truth = [], {}
    for number in range(60):
        measure = chance.choice(list(SIGNS))
        base, end = chance.sample(years, 2)
        out, into = SIGNS[measure]
        then, now = (out * exports[year] + into * imports[year] for year in (base, end))
        as_ = chance.choice(["level", "change", "percent-change"])
        if as_ == "percent-change" and min(now, then) <= 0:
            as_ = "change"
        value = {"level": now, "change": now - then}.get(as_, 100 * (now - then) / (then or 1))
        half = Decimal("0.5") if as_ == "percent-change" else Decimal(50)
        middle = round(Decimal(value) * (2 if number < wrong else 1))
        ends = Interval(middle - half, middle + half)
        claims.append(Bound(f"c{number:02}", measure, as_, ends, base=base, end=end))
        truth[f"c{number:02}"] = value
    found = consistency(claims)
    assert found.consistent == (not wrong)
    assert not found.complete or len(found.implied) == 60
    assert all("c00" in ids for ids in found.contradictions)
    assert set(found.repairs) <= {("c00",)} or not found.complete
    for name, one in {} if wrong else found.implied.items():
        assert one.low <= truth[name] <= one.high
