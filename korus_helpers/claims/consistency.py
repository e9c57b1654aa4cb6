"""Claims against each other, without any data: can all hold at once, and if not, which cannot?

Unknown are the unrounded exports and imports per partner, sector and period, in billion dollars:
at least zero, a sector's at most the total's, a partner's at most the world's. Goods and services
together are the sum of the two. All claims are read on one basis and release; a period is its
text, and two texts are two periods. A set of claims is contradictory where no flows satisfy them
all; it is minimal where dropping any one member heals it. A repair drops a least number of claims
so that the others can all hold. Arithmetic alone cannot choose between repairs: they are ranked by
what else is known.
"""

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice, product

from korus_helpers.claims.inequalities import Form, Row, Solver
from korus_helpers.claims.intervals import Interval
from korus_helpers.errors import InputError

WORLD = "0015"
FLOWS = {  # exports and imports in each measure
    "exports": (1, 0),
    "imports": (0, 1),
    "deficit": (-1, 1),
    "balance": (1, -1),
    "two-way": (1, 1),
}
LARGEST = 10**9  # million dollars, percent or times
DECIMALS = 6  # a dollar, a millionth of a percent
MOST_REPAIRS = 1_000  # listed: repairs of separate contradictions multiply
SEARCH = 0.6  # of the budget is for contradictions and repairs, the rest for what is implied
UNIT = ("", "", "", "unit")  # an unknown that is no flow: one over the whole

Ids = tuple[str, ...]
Flow = tuple[str, str, str, str]  # partner, sector, period, "exports" or "imports"


@dataclass(frozen=True)
class Bound:
    """One claim: `as_` of `measure` lies in `interval` (million dollars, percent or times).

    A level or share is of the period `end`; the other kinds run from `base` to `end`. A share
    is the sector's part of the same partner's total, the services' part of goods and services,
    and for all goods the partner's part of the world's. A contribution is the same for changes,
    and says that the whole rose. Percent changes, ratios and shares say that what they are
    measured against is above zero, percent changes and ratios also that the end is not below.
    """

    id: str
    measure: str
    as_: str
    interval: Interval
    sector: str = "total"
    partner: str = "5800"
    base: str = ""
    end: str = ""

    @property
    def quantity(self) -> tuple[str, ...]:
        """What it is a bound of."""
        return self.measure, self.as_, self.sector, self.partner, self.base, self.end


@dataclass(frozen=True)
class RankedRepair:
    """The claims that one repair drops, and what its rank rests on.

    Best is to drop the fewest claims that hold (`holding`), then to keep the fewest that fail
    (`failing`), then to drop the most that an edit mends (`mended`), then the smaller `change`:
    the distance from the printed interval of each dropped claim to what the kept claims imply,
    in parts of the larger printed end, added up (0 where nothing is to be decided by it). Last
    come the ids, so that the order of the claims decides nothing.
    """

    ids: Ids
    holding: int
    failing: int
    mended: Ids
    known: bool
    change: float = 0.0

    @property
    def facts(self) -> tuple[int, int, int]:
        """What is known, the less the better."""
        return self.holding, self.failing, -len(self.mended)

    @property
    def reason(self) -> str:
        """In a sentence, what its rank rests on."""
        said = []
        if self.known:
            verb = " holds" if self.holding < 2 else "s hold"
            said.append(f"{self.holding or 'no'} dropped claim{verb}")
            verb = " is" if self.failing < 2 else "s are"
            said.append(f"{self.failing or 'no'} kept claim{verb} known to fail")
        if self.mended:
            said.append(f"one edit of the printed text makes {' and '.join(self.mended)} true")
        if 0 < self.change < math.inf:
            said.append(
                f"the dropped figures would move by {100 * self.change:,.0f} percent in all"
            )
        told = ", ".join(said) or "nothing else is known of it"
        return f"Without {' and '.join(self.ids)} the others can all hold: {told}."


@dataclass(frozen=True)
class Consistency:
    """What can be said of claims without data; ids stand in the order of the claims.

    `contradictions` are all the minimal ones, smallest first; `ranked` are the repairs of least
    size, best first. `implied` gives for each claim the range that the other claims allow it, in
    million dollars, percent or times, rounded outward; where the claims contradict each other,
    the others are those that the first repair keeps. It leaves out a claim that has no meaning
    beside the others (a percentage of a deficit that cannot be above zero). `complete` is False
    where the budget ran out: something may then be missing, but nothing that is given is wrong.
    """

    consistent: bool
    contradictions: tuple[Ids, ...]
    ranked: tuple[RankedRepair, ...]
    implied: dict[str, Interval]
    complete: bool

    @property
    def repairs(self) -> tuple[Ids, ...]:
        return tuple(repair.ids for repair in self.ranked)


# From claims to inequalities


@dataclass(frozen=True)
class Meaning:
    """The number a bound is about: `factor` x `part`, over `whole` if there is one.

    In million dollars, percent or times. `needs` are the rows without which it has no meaning.
    """

    part: Form
    whole: Form | None = None
    factor: int = 1
    needs: tuple[Row, ...] = ()


def _times(form: Form, factor: Fraction | int) -> Form:
    return {flow: value * factor for flow, value in form.items()}


def _less(form: Form, other: Form) -> Form:
    """`form` minus `other`; flows that cancel are dropped."""
    flows = dict.fromkeys([*form, *other])
    difference = {flow: form.get(flow, 0) - other.get(flow, 0) for flow in flows}
    return {flow: value for flow, value in difference.items() if value}


def _above_zero(form: Form, strict: bool = True) -> Row:
    return Row(_times(form, -1), Fraction(0), strict)


def _sum(measure: str, sector: str, partner: str, period: str) -> Form:
    """One measure of one partner, sector and period, as a sum of flows."""
    sectors = ("total", "services") if sector == "goods-and-services" else (sector,)
    return {
        (partner, name, period, flow): sign
        for name in sectors
        for flow, sign in zip(("exports", "imports"), FLOWS[measure], strict=True)
        if sign
    }


def meaning(one: Bound) -> Meaning:
    """What number a bound speaks of. Raises `InputError` for a share of the world in itself."""
    kind, sector, partner = one.as_, one.sector, one.partner
    end = _sum(one.measure, sector, partner, one.end)
    if kind == "level":
        return Meaning(end, factor=1000)
    base = _sum(one.measure, sector, partner, one.base)
    if kind == "change":
        return Meaning(_less(end, base), factor=1000)
    if kind in ("percent-change", "ratio"):
        needs = (_above_zero(base), _above_zero(end, strict=False))
        part, factor = (end, 1) if kind == "ratio" else (_less(end, base), 100)
        return Meaning(part, base, factor, needs)
    if sector in ("total", "goods-and-services"):
        if partner == WORLD:
            raise InputError(f"{one.id}: the world has no {kind} of itself; name a partner")
        whole = (sector, WORLD)
    else:
        whole = ("goods-and-services" if sector == "services" else "total", partner)
    part, all_ = end, _sum(one.measure, *whole, one.end)
    if kind == "contribution":
        part, all_ = _less(part, base), _less(all_, _sum(one.measure, *whole, one.base))
    return Meaning(part, all_, 100, (_above_zero(all_),))


def rows(one: Bound) -> list[Row]:
    """The inequalities that a bound says, each marked with its id; raises as `meaning` does."""
    said, interval = meaning(one), one.interval
    found = list(said.needs)
    for end, is_open, sign in (
        (interval.high, interval.high_open, 1),
        (interval.low, interval.low_open, -1),
    ):
        if end is None:
            continue
        if abs(end) >= LARGEST:
            raise InputError(f"{one.id}: {end} is beyond any figure; type a smaller one")
        limit = Fraction(end) / said.factor
        if said.whole is None:
            found.append(Row(_times(said.part, sign), sign * limit, is_open))
        else:
            form = _times(_less(said.part, _times(said.whole, limit)), sign)
            found.append(Row(form, Fraction(0), is_open))
    return [replace(row, claim=one.id) for row in found]


def programme(bounds: Iterable[Bound], about: Meaning | None = None) -> list[Row]:
    """All rows of `bounds`, and what holds between their flows and those of `about`."""
    said = [row for one in bounds for row in rows(one)]
    flows = {flow for row in said for flow in row.form}
    if about:
        flows |= {*about.part, *(about.whole or ())}
    return said + _parts_and_wholes(flows)


def _parts_and_wholes(flows: Collection[Flow]) -> list[Row]:
    """What holds whoever speaks: a part is at most its whole, where both are in `flows`."""
    found = []
    for partner, sector, period, flow in sorted(flows):
        within = "services" if sector == "services" else "total"
        for whole in dict.fromkeys([(partner, within), (WORLD, sector), (WORLD, within)]):
            larger = (*whole, period, flow)
            if whole != (partner, sector) and larger in flows:
                form = {(partner, sector, period, flow): 1, larger: -1}
                found.append(Row(form, Fraction(0)))
    return found


def _groups(bounds: Sequence[Bound]) -> list[list[Bound]]:
    """`bounds` in groups that have no unknown in common and no part of another's whole."""
    groups: list[tuple[set[str], set[Flow]]] = []
    for row in programme(bounds):
        touching = [
            group for group in groups if group[1] & row.form.keys() or row.claim in group[0]
        ]
        groups = [group for group in groups if group not in touching]
        ids = {row.claim}.union(*(group[0] for group in touching)) - {""}
        groups.append((ids, set(row.form).union(*(group[1] for group in touching))))
    return [[one for one in bounds if one.id in ids] for ids, _ in groups]


def implied_range(bounds: Iterable[Bound], target: Bound) -> Interval | None:
    """The range that `bounds` allow the figure `target` speaks of; its interval is not used.

    In million dollars, percent or times. Ends are rounded outward and closed, even where a claim
    is open there; None where unbounded. The answer is None where `bounds` contradict each
    other or leave the figure without meaning (a percentage of what cannot be above zero).

    A quotient is made linear by measuring every flow in wholes (Charnes and Cooper 1962): the
    whole becomes one, and the limits scale with a further unknown.
    """
    about = meaning(target)
    found = [*programme(bounds, about), *about.needs]
    solved = Solver(found)
    if solved.clash():
        return None
    if about.whole is not None:
        found = [Row({**row.form, UNIT: -row.limit}, Fraction(0)) for row in found]
        found += [Row(about.whole, Fraction(1)), Row(_times(about.whole, -1), Fraction(-1))]
        solved = Solver(found)
    high, low = (solved.highest(_times(about.part, sign * about.factor)) for sign in (1, -1))
    return Interval(_end(-low, math.floor), _end(high, math.ceil))


def _end(value: Fraction | float, rounded: Callable[[Fraction], int]) -> Decimal | None:
    if math.isinf(value):
        return None
    return Decimal(f"{Decimal(rounded(value * 10**DECIMALS)).scaleb(-DECIMALS).normalize():f}")


# The search


def consistency(
    bounds: Iterable[Bound],
    *,
    budget_seconds: float = 2.0,
    known: Mapping[str, bool | None] | None = None,
    edits: Collection[str] = frozenset(),
) -> Consistency:
    """Can `bounds`, each with an id of its own, all hold?

    `known` says which claims hold on official figures (None or absent: undetermined) and `edits`
    names those that one edit of the printed text makes true: both rank the repairs.
    Whether they can is always answered; the search beyond that ends with `budget_seconds`, counted
    in the time of the processor, so that other work on the machine changes no answer.
    """
    bounds = list(bounds)
    place = {one.id: at for at, one in enumerate(bounds)}

    def in_order(ids: Iterable[str]) -> Ids:
        return tuple(sorted(ids, key=place.__getitem__))

    start = time.thread_time()
    deadline = start + budget_seconds
    groups = sorted(_groups(bounds), key=len)  # long searches last: they may use up the time
    searches = [_search(group, start + SEARCH * budget_seconds) for group in groups]
    found = [in_order(ids) for search in searches for ids in search.contradictions]
    found.sort(key=lambda ids: (len(ids), [place[one] for one in ids]))
    choices = islice(product(*(search.repairs for search in searches)), MOST_REPAIRS)
    repairs = [in_order(frozenset().union(*choice)) for choice in choices]
    complete = all(search.complete for search in searches)
    complete &= len(repairs) == math.prod(len(search.repairs) for search in searches)
    ranked = _ranked(groups, repairs, known or {}, edits, deadline)
    implied = {}
    for group in groups if ranked else ():
        kept = [one for one in group if one.id not in ranked[0].ids]
        for one in group:
            if time.thread_time() > deadline:
                complete = False
            elif range_ := implied_range([other for other in kept if other is not one], one):
                implied[one.id] = range_
    implied = {one: implied[one] for one in place if one in implied}
    return Consistency(not found, tuple(found), ranked if found else (), implied, complete)


@dataclass(frozen=True)
class _Search:
    contradictions: list[frozenset[str]]
    repairs: list[frozenset[str]]
    complete: bool


def _search(bounds: Sequence[Bound], deadline: float) -> _Search:
    """All minimal contradictions of `bounds`, and all their repairs of least size.

    Sets of claims to drop are tried, first those that may become the smallest repair: either the
    rest can hold, and the set is one, or the rest has one more contradiction, and each of its
    members is dropped too. A set that misses a known contradiction needs no solver, one that
    contains a repair is left. When none waits, no contradiction is left to find (hitting-set
    tree, Reiter 1987, searched best first).
    """
    said, ids = programme(bounds), frozenset(one.id for one in bounds)
    solved = Solver(said)

    def clashing(kept: Collection[str]) -> frozenset[str]:
        others = {at for at, row in enumerate(said) if row.claim and row.claim not in kept}
        return frozenset(said[at].claim for at in solved.clash(others)) - {""}

    def conflict(kept: Collection[str]) -> frozenset[str]:
        """A minimal contradiction within the claims `kept`; empty where all of them can hold."""
        clash = clashing(kept)
        for one in sorted(clash):  # what can be dropped without healing it, is
            if one in clash:
                clash = clashing(clash - {one}) or clash
        return clash

    found: list[frozenset[str]] = []
    while clash := conflict(ids.difference(*found)):  # first those that share no claim
        found.append(clash)
        if time.thread_time() > deadline:
            break
    repairs: list[frozenset[str]] = []
    seen = {frozenset()}
    waiting: list[tuple[int, int, list[str], frozenset[str]]] = [(0, 0, [], frozenset())]
    while waiting and time.thread_time() <= deadline:
        *_, dropped = heapq.heappop(waiting)
        if any(repair <= dropped for repair in repairs):
            continue
        missed = min((one for one in found if not one & dropped), key=len, default=None)
        if missed is None:
            missed = conflict(ids - dropped)
            if not missed:
                repairs.append(dropped)
                continue
            found.append(missed)
        for more in {dropped | {one} for one in missed} - seen:
            seen.add(more)
            size = len(more) + _apart(one for one in found if not one & more)
            heapq.heappush(waiting, (size, -len(more), sorted(more), more))
    size = min(map(len, repairs), default=0)
    return _Search(found, [one for one in repairs if len(one) == size], not waiting)


def _apart(contradictions: Iterable[frozenset[str]]) -> int:
    """How many at least share no claim: so many claims more have to go."""
    used, count = set(), 0
    for one in contradictions:
        if not one & used:
            used |= one
            count += 1
    return count


# Which repair comes first


def _ranked(
    groups: Sequence[Sequence[Bound]],
    repairs: Sequence[Ids],
    known: Mapping[str, bool | None],
    edits: Collection[str],
    deadline: float,
) -> tuple[RankedRepair, ...]:
    """`repairs`, best first.

    Changes that would be worked out after `deadline` (time.thread_time) count as the largest.
    """
    failing = {one.id for group in groups for one in group if known.get(one.id) is False}
    moved = cache(_moved)  # repairs of several groups share their parts

    def change(repair: Ids) -> float:
        total = 0.0
        for group in groups:
            kept = tuple(one for one in group if one.id not in repair)
            for one in set(group).difference(kept):
                total += moved(one, kept) if time.thread_time() <= deadline else math.inf
        return total

    ranked = [
        RankedRepair(
            repair,
            sum(known.get(one) is True for one in repair),
            len(failing.difference(repair)),
            tuple(one for one in repair if one in edits),
            bool(known),
        )
        for repair in repairs
    ]
    ties = Counter(one.facts for one in ranked)
    ranked = [
        replace(one, change=change(one.ids)) if ties[one.facts] > 1 else one for one in ranked
    ]
    return tuple(sorted(ranked, key=lambda one: (one.facts, one.change, sorted(one.ids))))


def _moved(one: Bound, kept: Sequence[Bound]) -> float:
    """How far a dropped claim lies from what the `kept` imply, see `RankedRepair`."""
    printed, implied = one.interval, implied_range(kept, one)
    size = max((abs(end) for end in (printed.low, printed.high) if end is not None), default=0)
    if implied is None or not size:
        return math.inf
    pairs = ((implied.low, printed.high), (printed.low, implied.high))
    gaps = [lower - upper for lower, upper in pairs if None not in (lower, upper)]
    return float(max([0, *gaps]) / size)
