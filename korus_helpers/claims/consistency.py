"""Claims against each other, without any data: can all hold at once, and if not, which cannot?

A set of claims is contradictory where no unrounded exports and imports satisfy them all (see
`korus_helpers.claims.programme`); it is minimal where dropping any one member heals it. A repair
drops a least number of claims so that the others can all hold. Arithmetic alone cannot choose
between repairs: `rank_repairs` orders them by what else is known.
"""

import heapq
import math
import time
from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.programme import Bound, allowed, components, held, meaning, programme
from korus_helpers.claims.solver import FEW, Row, Solver, conflict
from korus_helpers.errors import InputError

MOST_REPAIRS = 1_000  # listed: repairs of separate contradictions multiply
SEARCH = 0.6  # of the budget is for contradictions and repairs, the rest for what is implied

Ids = tuple[str, ...]


@dataclass(frozen=True)
class RankedRepair:
    """The claims that one repair drops, and in a sentence what its rank rests on."""

    ids: Ids
    reason: str


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


def consistency(
    bounds: Iterable[Bound],
    *,
    budget_seconds: float = 2.0,
    known: Mapping[str, bool | None] | None = None,
    edits: Collection[str] = frozenset(),
    with_implied: bool = True,
) -> Consistency:
    """Can `bounds` all hold? `known` and `edits` rank the repairs (see `rank_repairs`).

    What the claims imply takes the most time; without `with_implied` it is left out.
    Whether they can is always answered; the search beyond that ends with `budget_seconds`, counted
    in the time of the processor, so that other work on the machine changes no answer.
    Raises InputError for a bound that is not understood and for an id missing or used twice.
    """
    bounds = tuple(bounds)
    for name, uses in Counter(one.id for one in bounds).items():
        if not name or uses > 1:
            raise InputError(f"{uses} claims have the id {name!r}; give each claim its own id")
    place = {one.id: at for at, one in enumerate(bounds)}

    def in_order(ids: Iterable[str]) -> Ids:
        return tuple(sorted(ids, key=place.__getitem__))

    groups = sorted(components(bounds), key=len)  # long searches last: they may use up the time
    said = [programme(group) for group in groups]
    if max(map(len, said), default=0) > FEW:
        import scipy.optimize  # noqa: F401  # loading it is not what the budget is for
    start = time.thread_time()
    deadline = start + budget_seconds
    searches = [_search(rows, start + SEARCH * budget_seconds) for rows in said]
    found = [in_order(ids) for search in searches for ids in search.contradictions]
    found.sort(key=lambda ids: (len(ids), [place[one] for one in ids]))
    choices = islice(product(*(search.repairs for search in searches)), MOST_REPAIRS)
    repairs = [in_order(frozenset().union(*choice)) for choice in choices]
    complete = all(search.complete for search in searches)
    complete &= len(repairs) == math.prod(len(search.repairs) for search in searches)
    ranked = rank_repairs(bounds, repairs, known=known, edits=edits, deadline=deadline)
    implied = {}
    if ranked and with_implied:
        for group, rows in zip(groups, said, strict=True):
            kept = {one.id for one in group} - set(ranked[0].ids)
            for one in group:
                about = meaning(one)
                if time.thread_time() > deadline:
                    complete = False
                elif found_range := allowed(held(rows, kept - {one.id}, about), about):
                    implied[one.id] = found_range
    implied = {one: implied[one] for one in place if one in implied}
    return Consistency(not found, tuple(found), ranked if found else (), implied, complete)


class Together:
    """Which of the claims in `rows` can hold together, asked again and again.

    Few rows are solved on from the last answer, and what an answer tells of others is kept.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows, self.solved = rows, Solver(rows)
        self.possible: list[set[str]] = []  # claims that can hold together

    def conflict(self, ids: Collection[str]) -> frozenset[str]:
        """Those of the claims `ids` that cannot all hold, few if possible; empty where all can."""
        if len(self.rows) > FEW:
            return conflict(held(self.rows, ids))
        if any(known.issuperset(ids) for known in self.possible):
            return frozenset()
        others = {at for at, row in enumerate(self.rows) if row.claim not in ids and row.claim}
        clash = self.solved.clash(others)
        if not clash:
            holding = self.solved.holding()
            failing = {row.claim for at, row in enumerate(self.rows) if at not in holding}
            self.possible.append({row.claim for row in self.rows} - failing)
        return frozenset(self.rows[at].claim for at in clash) - {""}


@dataclass(frozen=True)
class _Search:
    contradictions: list[frozenset[str]]
    repairs: list[frozenset[str]]
    complete: bool


def _search(rows: Sequence[Row], deadline: float) -> _Search:
    """All minimal contradictions of the claims in `rows`, and all their repairs of least size.

    Sets of claims to drop are tried, smallest first: either the rest can hold, and the set is
    a repair, or the rest has one more contradiction, and each of its members is dropped too. A
    set that misses a known contradiction needs no solver, one that contains a repair is left.
    When none waits, no contradiction is left to find (hitting-set tree, Reiter 1987).
    """
    together, ids = Together(rows), frozenset(row.claim for row in rows) - {""}
    found: list[frozenset[str]] = []
    while clash := together.conflict(ids.difference(*found)):  # first those that share no claim
        found.append(_minimal(together, clash))
        if time.thread_time() > deadline:
            break
    repairs: list[frozenset[str]] = []
    seen = {frozenset()}
    waiting: list[tuple[int, list[str], frozenset[str]]] = [(0, [], frozenset())]
    while waiting and time.thread_time() <= deadline:
        *_, dropped = heapq.heappop(waiting)
        if any(repair <= dropped for repair in repairs):
            continue
        missed = next((one for one in found if not one & dropped), None)
        if missed is None:
            clash = together.conflict(ids - dropped)
            if not clash:
                repairs.append(dropped)
                continue
            missed = _minimal(together, clash)
            insort(found, missed, key=len)
        for more in {dropped | {one} for one in missed} - seen:
            seen.add(more)
            heapq.heappush(waiting, (len(more), sorted(more), more))
    least = [repair for repair in repairs if len(repair) == len(repairs[0])]
    return _Search(found, least, not waiting)


def _minimal(together: Together, clash: frozenset[str]) -> frozenset[str]:
    """A minimal contradiction within `clash`: what can be dropped without healing it, is."""
    for one in sorted(clash):
        if one in clash:
            clash = together.conflict(clash - {one}) or clash
    return clash


def rank_repairs(
    bounds: Iterable[Bound],
    repairs: Iterable[Ids],
    *,
    known: Mapping[str, bool | None] | None = None,
    edits: Collection[str] = frozenset(),
    deadline: float = math.inf,
) -> tuple[RankedRepair, ...]:
    """`repairs` of `bounds`, best first, each with its reason.

    `known` says which claims hold on official figures (None or absent: undetermined), `edits`
    names the claims that one edit of the printed text makes true. Best is to drop the fewest
    claims that hold, then to keep the fewest that fail, then to drop the most that an edit
    mends, then the smaller change: the distance from the printed interval of each dropped
    claim to what the kept claims imply, in parts of the larger printed end, added up. Last
    come the ids, so that the order of the claims decides nothing. Changes that would be worked
    out after `deadline` (time.thread_time) count as the largest.
    """
    groups, known, repairs = components(bounds), known or {}, list(repairs)
    said = [programme(group) for group in groups]
    failing = {one.id for group in groups for one in group if known.get(one.id) is False}
    counts = {
        repair: (
            sum(known.get(one) is True for one in repair),
            len(failing.difference(repair)),
            -sum(one in edits for one in repair),
        )
        for repair in repairs
    }
    ties = Counter(counts.values())
    changes = dict.fromkeys(repairs, 0.0)
    parts: dict[frozenset[str], float] = {}  # repairs of several groups share their parts
    for repair in repairs:
        for group, rows in zip(groups, said, strict=True) if ties[counts[repair]] > 1 else ():
            part = frozenset(one.id for one in group).intersection(repair)
            if part and part not in parts:
                in_time = time.thread_time() <= deadline
                parts[part] = _change(group, rows, part) if in_time else math.inf
            changes[repair] += parts.get(part, 0.0)
    return tuple(
        RankedRepair(repair, _reason(repair, counts[repair], changes[repair], bool(known), edits))
        for repair in sorted(repairs, key=lambda one: (counts[one], changes[one], sorted(one)))
    )


def _change(group: Sequence[Bound], rows: Sequence[Row], dropped: frozenset[str]) -> float:
    """How far the `dropped` claims of `group` lie from what the others imply, see above."""
    kept = {one.id for one in group} - dropped
    total = 0.0
    for one in group:
        printed, about = one.interval, meaning(one)
        size = max((abs(end) for end in (printed.low, printed.high) if end is not None), default=0)
        if one.id not in dropped:
            continue
        implied = allowed(held(rows, kept, about), about)
        if implied is None or not size:
            return math.inf
        for lower, upper in ((implied.low, printed.high), (printed.low, implied.high)):
            if lower is not None and upper is not None:
                total += float(max(lower - upper, 0) / size)
    return total


def _reason(
    repair: Ids, counts: tuple[int, int, int], change: float, known: bool, edits: Collection[str]
) -> str:
    holding, failing, _ = counts
    facts = []
    if known:
        facts.append(f"{holding or 'no'} dropped claim{' holds' if holding < 2 else 's hold'}")
        fail = " is" if failing < 2 else "s are"
        facts.append(f"{failing or 'no'} kept claim{fail} known to fail")
    if mended := [one for one in repair if one in edits]:
        facts.append(f"one edit of the printed text makes {' and '.join(mended)} true")
    if 0 < change < math.inf:
        facts.append(f"the dropped figures would move by {100 * change:,.0f} percent in all")
    told = ", ".join(facts) or "nothing else is known of it"
    return f"Without {' and '.join(repair)} the others can all hold: {told}."
