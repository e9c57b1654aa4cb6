"""Claims against each other: properties, and an independent exact calculation of small cases.

The independent calculation eliminates one unknown after the other (Fourier and Motzkin), in
exact fractions and with strict rows, and tries every subset of the claims.
"""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from korus_helpers.claims.consistency import consistency
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.programme import Bound, held, implied_range, programme
from korus_helpers.claims.solver import Solver, Together

AMPLE = 60  # seconds: a busy machine must not decide what a test finds
YEARS = ("2011", "2016")
UNKNOWNS = [(flow, year) for flow in ("exports", "imports") for year in YEARS]
SIGNS = {  # of exports and imports
    "exports": (1, 0),
    "imports": (0, 1),
    "deficit": (-1, 1),
    "two-way": (1, 1),
}
QUIET = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def form(measure, year):
    """Factors of the four unknowns in one measure of one year."""
    sign = dict(zip(("exports", "imports"), SIGNS[measure], strict=True))
    return [sign[flow] if at == year else 0 for flow, at in UNKNOWNS]


def inequalities(one):
    """Rows (factors, limit, strict) that mean factors x unknowns ≤ limit, or <."""
    end, base = form(one.measure, one.end), form(one.measure, one.base)
    low, high = (
        None if at is None else Fraction(at) for at in (one.interval.low, one.interval.high)
    )
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
    return found + [
        (row, limit, strict)
        for (at, row, limit), strict in zip(bounds, is_open, strict=True)
        if at is not None
    ]


def possible(claims):
    """Whether unknowns ≥ 0 satisfy `claims`, by eliminating one unknown after the other."""
    rows = {
        (tuple(map(Fraction, row)), Fraction(limit), strict)
        for one in claims
        for row, limit, strict in inequalities(one)
    }
    rows |= {
        (tuple(Fraction(-(at == other)) for other in range(4)), Fraction(0), False)
        for at in range(4)
    }
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
        rows = strongest(rows)
    return all(limit > 0 or (limit == 0 and not strict) for _, limit, strict in rows)


def strongest(rows):
    """Of rows with the same factors, the one that says most."""
    best = {}
    for row, limit, strict in rows:
        best[row] = min(best.get(row, (limit, not strict)), (limit, not strict))
    return {(row, limit, not loose) for row, (limit, loose) in best.items()}


def minimal_contradictions(claims):
    """Ids of every minimal contradiction, by trying all subsets, smallest first."""
    found = []
    for size in range(1, len(claims) + 1):
        for some in combinations(claims, size):
            ids = {one.id for one in some}
            if not any(known <= ids for known in found) and not possible(some):
                found.append(ids)
    return {frozenset(ids) for ids in found}


@st.composite
def statements(draw, most=5):
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


@st.composite
def true_statements(draw):
    """Hidden flows, claims that all are true of them, and the true figure of each claim."""
    years = ("2011", "2014", "2016")
    flows = {
        (sector, flow, year): Fraction(draw(st.integers(1, 99))) * (1 if sector == "autos" else 2)
        for sector in ("autos", "total")
        for flow in ("exports", "imports")
        for year in years
    }
    for _, flow, year in list(flows):  # a sector is at most the total
        flows["total", flow, year] = max(flows["total", flow, year], flows["autos", flow, year])
    claims, truth = [], {}
    for number in range(draw(st.integers(2, 9))):
        measure, sector = (
            draw(st.sampled_from(list(SIGNS))),
            draw(st.sampled_from(["autos", "total"])),
        )
        end, base = draw(st.permutations(years))[:2]
        as_ = draw(
            st.sampled_from(["level", "change", "percent-change", "ratio", "share", "contribution"])
        )

        def figure(year, of, measure=measure):
            out, into = SIGNS[measure]
            return out * flows[of, "exports", year] + into * flows[of, "imports", year]

        now, then = figure(end, sector), figure(base, sector)
        whole, before = figure(end, "total"), figure(base, "total")
        if as_ in ("percent-change", "ratio") and (then <= 0 or now < 0):
            as_ = "level"
        if as_ == "share" and (sector == "total" or whole <= 0):
            as_ = "level"
        if as_ == "contribution" and (sector == "total" or whole <= before):
            as_ = "change"
        value = {
            "level": lambda a=now: 1000 * a,
            "change": lambda a=now, b=then: 1000 * (a - b),
            "percent-change": lambda a=now, b=then: 100 * (a / b - 1),
            "ratio": lambda a=now, b=then: a / b,
            "share": lambda a=now, c=whole: 100 * a / c,
            "contribution": lambda a=now, b=then, c=whole, d=before: 100 * (a - b) / (c - d),
        }[as_]()
        low, high = (
            Decimal(f"{value.__floor__() - draw(st.integers(0, 9))}"),
            Decimal(f"{value.__ceil__() + draw(st.integers(0, 9))}"),
        )
        interval = Interval(
            low if draw(st.integers(0, 4)) else None,
            high if draw(st.integers(0, 4)) else None,
            draw(st.booleans()) and low < value,
            draw(st.booleans()) and high > value,
        )
        name = f"c{number}"
        claims.append(Bound(name, measure, as_, interval, sector, base=base, end=end))
        truth[name] = value
    return claims, truth


@QUIET
@given(statements())
def test_minimal_contradictions_and_repairs_are_those_of_brute_force(claims):
    found = consistency(claims, budget_seconds=AMPLE)
    expected = minimal_contradictions(claims)
    assert found.complete
    assert {frozenset(ids) for ids in found.contradictions} == expected
    assert found.consistent == (not expected)
    ids = [one.id for one in claims]
    for size in range(1, len(ids) + 1):
        hitting = {
            some for some in combinations(ids, size) if all(set(some) & one for one in expected)
        }
        if hitting:
            break
    assert set(found.repairs) == (hitting if expected else set())


@QUIET
@given(statements(most=3), statements(most=1))
def test_the_implied_range_is_where_brute_force_finds_points(claims, asked):
    target = asked[0]
    found = implied_range(claims, target)
    free = replace_interval(target, None, None)
    if found is None:
        assert not possible([*claims, free])
        return
    assert possible([*claims, free])
    step = Decimal("0.000002")  # ends are rounded outward by at most half of this
    for end, outward in ((found.low, -step), (found.high, step)):
        if end is not None:
            beyond = (None, end + outward) if outward < 0 else (end + outward, None)
            within = (None, end - outward) if outward < 0 else (end - outward, None)
            assert not possible([*claims, replace_interval(target, *beyond)])
            assert possible([*claims, replace_interval(target, *within)])
    far = Decimal(10) ** 8
    if found.low is None:
        assert possible([*claims, replace_interval(target, None, -far)])
    if found.high is None:
        assert possible([*claims, replace_interval(target, far, None)])


def replace_interval(one, low, high):
    return Bound(one.id, one.measure, one.as_, Interval(low, high), base=one.base, end=one.end)


@QUIET
@given(statements(most=9))
def test_dropping_any_member_heals_a_minimal_contradiction(claims):
    by_id = {one.id: one for one in claims}
    for ids in consistency(claims, budget_seconds=AMPLE).contradictions:
        assert not consistency([by_id[one] for one in ids]).consistent
        for dropped in ids:
            assert consistency([by_id[one] for one in ids if one != dropped]).consistent


@QUIET
@given(statements(most=7), st.randoms(use_true_random=False))
def test_an_answer_that_follows_from_earlier_ones_is_that_of_a_fresh_start(claims, chance):
    rows = programme(claims)
    together = Together(rows)
    for _ in range(12):
        ids = {one.id for one in claims if chance.randrange(3)}
        clash = together.conflict(ids)
        assert clash <= ids
        assert bool(clash) == bool(Solver(held(rows, ids)).clash())
        assert not clash or Solver(held(rows, clash)).clash()


@QUIET
@given(true_statements())
def test_what_is_true_is_consistent_and_within_every_implied_range(case):
    claims, truth = case
    found = consistency(claims, budget_seconds=AMPLE)
    assert found.consistent and found.complete
    assert list(found.implied) == list(truth)
    for name, one in found.implied.items():
        assert one.low is None or one.low <= truth[name]
        assert one.high is None or one.high >= truth[name]


@QUIET
@given(statements(most=7), st.randoms(use_true_random=False))
def test_the_order_of_the_claims_changes_nothing(claims, chance):
    shuffled = chance.sample(claims, len(claims))
    first, second = (consistency(order, budget_seconds=AMPLE) for order in (claims, shuffled))
    for name in ("contradictions", "repairs"):
        same = [[frozenset(ids) for ids in getattr(one, name)] for one in (first, second)]
        assert set(same[0]) == set(same[1])
    assert [set(ids) for ids in first.repairs] == [set(ids) for ids in second.repairs]
    assert first.implied == second.implied


@pytest.mark.parametrize("wrong", [0, 1])
def test_sixty_claims_over_thirty_quantities(wrong):
    chance = random.Random(2016)
    years = [str(year) for year in range(2001, 2016)]
    exports, imports = ({year: chance.randint(30_000, 80_000) for year in years} for _ in range(2))
    claims = []
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
        interval = Interval(middle - half, middle + half)
        claims.append(Bound(f"c{number:02}", measure, as_, interval, base=base, end=end))
    found = consistency(claims)
    assert found.consistent == (not wrong)
    assert not found.complete or len(found.implied) == 60
    assert all("c00" in ids for ids in found.contradictions)
    assert set(found.repairs) <= {("c00",)} or not found.complete
