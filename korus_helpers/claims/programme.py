"""Claims as linear programmes: unrounded flows are the unknowns, claims are inequalities.

No data are consulted. All claims are read on one basis and vintage; a period is its text, and
two different texts are two different periods. Unknown are the unrounded exports and imports per
partner, sector and period, in billion dollars: at least zero, a sector's at most the total's, a
partner's at most the world's. Goods and services together are the sum of the two.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.solver import Row, Solver, conflict
from korus_helpers.errors import InputError

WORLD = "0015"
FLOWS = {  # exports and imports in each measure
    "exports": (1, 0),
    "imports": (0, 1),
    "deficit": (-1, 1),
    "balance": (1, -1),
    "two-way": (1, 1),
}
LARGEST = 10**9  # million dollars, percent or times: HiGHS stays accurate far below this
DECIMALS = 6  # a dollar, a millionth of a percent
UNIT = ("", "", "", "unit")  # an unknown that is no flow: one over the whole

Flow = tuple[str, str, str, str]  # partner, sector, period, "exports" or "imports"
Form = dict[Flow, Fraction | int]  # a sum of flows, each times its factor


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
class Meaning:
    """The number a bound is about: `factor` x `part`, over `whole` if there is one.

    In million dollars, percent or times. `needs` are the rows without which it has no meaning.
    """

    part: Form
    whole: Form | None = None
    factor: int = 1
    needs: tuple[Row, ...] = ()

    @property
    def flows(self) -> set[Flow]:
        return {*self.part, *(self.whole or ())}


def _times(form: Form, factor: Fraction | int) -> Form:
    return {flow: value * factor for flow, value in form.items()}


def _less(form: Form, other: Form) -> Form:
    """`form` minus `other`; flows that cancel are dropped."""
    flows = dict.fromkeys([*form, *other])
    difference = {flow: form.get(flow, 0) - other.get(flow, 0) for flow in flows}
    return {flow: value for flow, value in difference.items() if value}


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
    """What number a bound speaks of. Raises InputError where that is not clear."""
    kind, sector, partner = one.as_, one.sector, one.partner
    if one.measure not in FLOWS:
        raise InputError(f"{one.id}: measure {one.measure!r}; type one of {', '.join(FLOWS)}")
    for name in ("end",) if kind in ("level", "share") else ("base", "end"):
        if not getattr(one, name):
            raise InputError(f"{one.id}: a {kind} needs the {name} period, such as 2016")
    end = _sum(one.measure, sector, partner, one.end)
    if kind == "level":
        return Meaning(end, factor=1000)
    base = _sum(one.measure, sector, partner, one.base)
    if kind == "change":
        return Meaning(_less(end, base), factor=1000)
    if kind in ("percent-change", "ratio"):
        needs = (Row(_times(base, -1), Fraction(0), strict=True), Row(_times(end, -1), Fraction(0)))
        part, factor = (end, 1) if kind == "ratio" else (_less(end, base), 100)
        return Meaning(part, base, factor, needs)
    if kind not in ("share", "contribution"):
        raise InputError(
            f"{one.id}: as {kind!r}; type one of level, change, percent-change, ratio, "
            "share, contribution"
        )
    if sector in ("total", "goods-and-services"):
        if partner == WORLD:
            raise InputError(f"{one.id}: the world has no {kind} of itself; name a partner")
        whole = (sector, WORLD)
    else:
        whole = ("goods-and-services" if sector == "services" else "total", partner)
    part, all_ = end, _sum(one.measure, *whole, one.end)
    if kind == "contribution":
        part, all_ = _less(part, base), _less(all_, _sum(one.measure, *whole, one.base))
    return Meaning(part, all_, 100, (Row(_times(all_, -1), Fraction(0), strict=True),))


def rows(one: Bound) -> list[Row]:
    """The inequalities that a bound says, each marked with its id."""
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
            largest = max(map(abs, form.values()), default=1)
            found.append(Row(_times(form, Fraction(1, largest)), Fraction(0), is_open))
    return [replace(row, claim=one.id) for row in found]


def parts_and_wholes(flows: Collection[Flow]) -> list[Row]:
    """What holds whoever speaks: a part is at most its whole, where both are in `flows`."""
    found = []
    for partner, sector, period, flow in sorted(flows):
        within = "services" if sector == "services" else "total"
        wholes = dict.fromkeys([(partner, within), (WORLD, sector), (WORLD, within)])
        for whole in wholes:
            larger = (*whole, period, flow)
            if whole != (partner, sector) and larger in flows:
                form = {(partner, sector, period, flow): 1, larger: -1}
                found.append(Row(form, Fraction(0)))
    return found


def programme(bounds: Iterable[Bound], *about: Meaning) -> list[Row]:
    """All rows of `bounds`, and what holds between their flows and those of `about`."""
    bounds = list(bounds)
    meanings = [*map(meaning, bounds), *about]
    flows = set().union(*(one.flows for one in meanings))
    return [*(row for one in bounds for row in rows(one)), *parts_and_wholes(flows)]


def held(found: Sequence[Row], ids: Collection[str], about: Meaning | None = None) -> list[Row]:
    """Those rows that bear on the claims `ids` and on `about`: the rest cannot bind."""
    said = [row for row in found if row.claim in ids]
    flows = {flow for row in said for flow in row.form} | (about.flows if about else set())
    return said + [row for row in found if not row.claim and row.form.keys() <= flows]


def components(bounds: Iterable[Bound]) -> list[list[Bound]]:
    """`bounds` in groups that have no unknown in common and no part of another's whole."""
    said = [([one], meaning(one).flows) for one in bounds]
    all_flows = set().union(*(flows for _, flows in said))
    linked = [([], set(row.form)) for row in parts_and_wholes(all_flows)]
    groups: list[tuple[list[Bound], set[Flow]]] = []
    for members, flows in said + linked:
        touching = [group for group in groups if group[1] & flows]
        groups = [group for group in groups if not group[1] & flows]
        members = [*(one for group in touching for one in group[0]), *members]
        groups.append((members, flows.union(*(group[1] for group in touching))))
    return [members for members, _ in groups]


def implied_range(bounds: Iterable[Bound], target: Bound) -> Interval | None:
    """The range that `bounds` allow the figure `target` speaks of; its interval is not used.

    In million dollars, percent or times. Ends are rounded outward and closed, even where a claim
    is open there; None where unbounded. The answer is None where `bounds` contradict each
    other or leave the figure without meaning (a percentage of what cannot be above zero).
    """
    bounds, about = tuple(bounds), meaning(target)
    found = held(programme(bounds, about), {one.id for one in bounds}, about)
    return None if conflict(found) else allowed(found, about)


def allowed(found: Sequence[Row], about: Meaning) -> Interval | None:
    """As `implied_range`, for what `about` means under rows that can all hold.

    A quotient is made linear by measuring every flow in wholes (Charnes and Cooper 1962): the
    whole becomes one, and the limits scale with a further unknown.
    """
    found = [*found, *(replace(row, claim="asked") for row in about.needs)]
    if about.needs and conflict(found):
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
    digits, places = rounded(value * 10**DECIMALS), DECIMALS
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}E-{places}")
