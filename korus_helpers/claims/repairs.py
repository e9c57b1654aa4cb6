"""Which of several repairs of contradictory claims is likeliest, and why."""

import math
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from korus_helpers.claims.programme import Row, Statement, components, held, meaning, programme
from korus_helpers.claims.ranges import allowed

Ids = tuple[str, ...]


@dataclass(frozen=True)
class RankedRepair:
    """The claims that one repair drops, and in a sentence what its rank rests on."""

    ids: Ids
    reason: str


def rank_repairs(
    statements: Iterable[Statement],
    repairs: Iterable[Ids],
    *,
    known: Mapping[str, bool | None] | None = None,
    edits: Collection[str] = frozenset(),
    deadline: float = math.inf,
) -> tuple[RankedRepair, ...]:
    """`repairs` of `statements`, best first, each with its reason.

    `known` says which claims hold on official figures (None or absent: undetermined), `edits`
    names the claims that one edit of the printed text makes true. Best is to drop the fewest
    claims that hold, then to keep the fewest that fail, then to drop the most that an edit
    mends, then the smaller change: the distance from the printed interval of each dropped
    claim to what the kept claims imply, in parts of the larger printed end, added up. Last
    come the ids, so that the order of the claims decides nothing. Changes that would be worked
    out after `deadline` (time.thread_time) count as the largest.
    """
    groups, known, repairs = components(statements), known or {}, list(repairs)
    said = [programme(group) for group in groups]
    failing = {one for one, holds in known.items() if holds is False}
    failing &= {one.id for group in groups for one in group}
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


def _change(group: Sequence[Statement], rows: Sequence[Row], dropped: frozenset[str]) -> float:
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
    repair: Ids,
    counts: tuple[int, int, int],
    change: float,
    known: bool,
    edits: Collection[str],
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
