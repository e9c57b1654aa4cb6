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

from korus_helpers.claims.conflicts import Together
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.programme import (
    Statement,
    components,
    held,
    meaning,
    programme,
)
from korus_helpers.claims.ranges import allowed, implied_range
from korus_helpers.claims.repairs import Ids, RankedRepair, rank_repairs
from korus_helpers.claims.simplex import FEW, Row
from korus_helpers.errors import InputError

__all__ = [
    "Consistency",
    "RankedRepair",
    "Statement",
    "consistency",
    "implied_range",
    "rank_repairs",
]

MOST_REPAIRS = 1_000  # listed: repairs of separate contradictions multiply
SEARCH = 0.6  # of the budget is for contradictions and repairs, the rest for what is implied


@dataclass(frozen=True)
class Consistency:
    """What can be said of claims without data; ids stand in the order of the claims.

    `contradictions` are all the minimal ones, smallest first; `repairs` are all of least size,
    best first. `implied` gives for each claim the range that the other claims allow it, in
    million dollars, percent or times, rounded outward; where the claims contradict each other,
    the others are those that the first repair keeps. It leaves out a claim that has no meaning
    beside the others (a percentage of a deficit that cannot be above zero). `complete` is False
    where the budget ran out: something may then be missing, but nothing that is given is wrong.
    """

    consistent: bool
    contradictions: tuple[Ids, ...]
    ranked: tuple[RankedRepair, ...]  # the repairs with what their rank rests on
    implied: dict[str, Interval]
    complete: bool

    @property
    def repairs(self) -> tuple[Ids, ...]:
        return tuple(repair.ids for repair in self.ranked)


def consistency(
    statements: Iterable[Statement],
    *,
    budget_seconds: float = 2.0,
    known: Mapping[str, bool | None] | None = None,
    edits: Collection[str] = frozenset(),
    with_implied: bool = True,
) -> Consistency:
    """Can `statements` all hold? `known` and `edits` rank the repairs (see `rank_repairs`).

    What the claims imply takes the most time; without `with_implied` it is left out.
    Whether they can is always answered; the search beyond that ends with `budget_seconds`, counted
    in the time of the processor, so that other work on the machine changes no answer.
    Raises InputError for a statement that is not understood and for an id missing or used twice.
    """
    statements = tuple(statements)
    for name, uses in Counter(one.id for one in statements).items():
        if not name or uses > 1:
            raise InputError(f"{uses} claims have the id {name!r}; give each claim its own id")
    place = {one.id: at for at, one in enumerate(statements)}

    def in_order(ids: Iterable[str]) -> Ids:
        return tuple(sorted(ids, key=place.__getitem__))

    groups = sorted(components(statements), key=len)  # long searches last: they may use up the time
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
    ranked = rank_repairs(statements, repairs, known=known, edits=edits, deadline=deadline)
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
