"""Which claims cannot all hold, found in their inequalities.

Few rows are solved exactly. Of many, HiGHS finds in floating point those that bind, and is believed
only where claims fit with room to spare: each contradiction is worked out again exactly, so that
claims that just touch are told apart from claims that just miss.
"""

from collections.abc import Collection, Sequence

from korus_helpers.claims.programme import held
from korus_helpers.claims.simplex import CLOSE, FEW, Dictionary, Row, estimate

MISSING = ("", "", "", "missing")  # an unknown that is no flow: see `with_room`
LEAST_MISSING = {MISSING: -1}


def conflict(rows: Sequence[Row]) -> frozenset[str]:
    """Ids of claims that cannot all hold, few of them if possible; empty where all can.

    Of many rows HiGHS leaves as much room in each as it can. With room in all of them the claims
    can hold. Without, those that bind are looked at exactly: they clash, or they just touch; then
    they are kept as they are, and room is sought in the rest.
    """
    if len(rows) <= FEW:
        return exact_conflict(rows)
    everything = range(len(rows))
    kept: list[int] = []
    while True:
        roomy = [at for at in everything if at not in kept]
        missing, binding = estimate(LEAST_MISSING, with_room(rows, roomy))
        if missing > CLOSE - 1:
            return frozenset()
        found = [at for at in binding if at in roomy]
        kept = [*kept, *found] if found else list(everything)
        clash = exact_conflict([rows[at] for at in kept])
        if clash or not found:
            return clash


class Together:
    """Which of the claims in `rows` can hold together: `conflict` again and again.

    Few rows are solved on from the last answer, and what an answer tells of others is kept.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows, self.solved = rows, Dictionary(rows)
        self.possible: list[set[str]] = []  # claims that can hold together

    def conflict(self, ids: Collection[str]) -> frozenset[str]:
        """As `conflict`, of the rows that bear on the claims `ids`."""
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


def exact_conflict(rows: Sequence[Row]) -> frozenset[str]:
    """As `conflict`, in whole numbers alone: slow for many rows."""
    return frozenset(rows[at].claim for at in Dictionary(rows).clash()) - {""}


def with_room(rows: Sequence[Row], roomy: Collection[int]) -> list[Row]:
    """`rows`, those at `roomy` made tighter by one less what is MISSING from that one.

    Where less than one is missing there is room: strict rows hold strictly.
    """
    found = list(rows)
    for at in roomy:
        found[at] = Row({**rows[at].form, MISSING: -1}, rows[at].limit - 1)
    return found
