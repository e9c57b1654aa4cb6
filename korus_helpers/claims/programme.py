"""Claims as linear programmes: unrounded flows are the unknowns, claims are inequalities.

No data are consulted. All claims are read on one basis and vintage; a period is its text, and
two different texts are two different periods. Unknown are the unrounded exports and imports per
partner, sector and period, in billion dollars: at least zero, a sector's at most the total's, a
partner's at most the world's. Goods and services together are the sum of the two.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.simplex import Row
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

Flow = tuple[str, str, str, str]  # partner, sector, period, "exports" or "imports"
Form = dict[Flow, Fraction | int]  # a sum of flows, each times its factor


@dataclass(frozen=True)
class Statement:
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


@dataclass(frozen=True)
class Meaning:
    """The number a statement is about: `factor` x `part`, over `whole` if there is one.

    In million dollars, percent or times. `needs` are the rows without which it has no meaning.
    """

    part: Form
    whole: Form | None = None
    factor: int = 1
    needs: tuple[Row, ...] = ()

    @property
    def flows(self) -> set[Flow]:
        return {*self.part, *(self.whole or ())}


def times(form: Form, factor: Fraction | int) -> Form:
    return {flow: value * factor for flow, value in form.items()}


def less(form: Form, other: Form) -> Form:
    """`form` minus `other`; flows that cancel are dropped."""
    flows = dict.fromkeys([*form, *other])
    difference = {flow: form.get(flow, 0) - other.get(flow, 0) for flow in flows}
    return {flow: value for flow, value in difference.items() if value}


def quantity(measure: str, sector: str, partner: str, period: str) -> Form:
    """One measure of one partner, sector and period, as a sum of flows."""
    sectors = ("total", "services") if sector == "goods-and-services" else (sector,)
    return {
        (partner, name, period, flow): sign
        for name in sectors
        for flow, sign in zip(("exports", "imports"), FLOWS[measure], strict=True)
        if sign
    }


def meaning(statement: Statement) -> Meaning:
    """What number `statement` speaks of. Raises InputError where that is not clear."""
    measure, kind = statement.measure, statement.as_
    sector, partner = statement.sector, statement.partner
    if measure not in FLOWS:
        raise InputError(f"{statement.id}: measure {measure!r}; type one of {', '.join(FLOWS)}")
    periods = ("end",) if kind in ("level", "share") else ("base", "end")
    for name in periods:
        if not getattr(statement, name):
            raise InputError(f"{statement.id}: a {kind} needs the {name} period, such as 2016")
    end = quantity(measure, sector, partner, statement.end)
    if kind == "level":
        return Meaning(end, factor=1000)
    base = quantity(measure, sector, partner, statement.base)
    if kind == "change":
        return Meaning(less(end, base), factor=1000)
    if kind in ("percent-change", "ratio"):
        needs = (Row(times(base, -1), Fraction(0), strict=True), Row(times(end, -1), Fraction(0)))
        if kind == "ratio":
            return Meaning(end, base, 1, needs)
        return Meaning(less(end, base), base, 100, needs)
    if kind not in ("share", "contribution"):
        raise InputError(
            f"{statement.id}: as {kind!r}; type one of level, change, percent-change, ratio, "
            "share, contribution"
        )
    if sector in ("total", "goods-and-services"):
        if partner == WORLD:
            raise InputError(f"{statement.id}: the world has no {kind} of itself; name a partner")
        whole = (sector, WORLD)
    else:
        whole = ("goods-and-services" if sector == "services" else "total", partner)
    part, all_ = end, quantity(measure, *whole, statement.end)
    if kind == "contribution":
        part, all_ = less(part, base), less(all_, quantity(measure, *whole, statement.base))
    return Meaning(part, all_, 100, (Row(times(all_, -1), Fraction(0), strict=True),))


def rows(statement: Statement) -> list[Row]:
    """The inequalities that `statement` says, each marked with its id."""
    said, interval = meaning(statement), statement.interval
    found = list(said.needs)
    for end, is_open, sign in (
        (interval.high, interval.high_open, 1),
        (interval.low, interval.low_open, -1),
    ):
        if end is None:
            continue
        if abs(end) >= LARGEST:
            raise InputError(f"{statement.id}: {end} is beyond any figure; type a smaller one")
        limit = Fraction(end) / said.factor
        if said.whole is None:
            found.append(Row(times(said.part, sign), sign * limit, is_open))
        else:
            form = times(less(said.part, times(said.whole, limit)), sign)
            largest = max(map(abs, form.values()), default=1)
            found.append(Row(times(form, Fraction(1, largest)), Fraction(0), is_open))
    return [Row(row.form, row.limit, row.strict, statement.id) for row in found]


def bounds(flows: Collection[Flow]) -> list[Row]:
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


def programme(statements: Iterable[Statement], *about: Meaning) -> list[Row]:
    """All rows of `statements`, and the bounds on their flows and on those of `about`."""
    statements = list(statements)
    meanings = [*map(meaning, statements), *about]
    flows = set().union(*(one.flows for one in meanings))
    return [*(row for one in statements for row in rows(one)), *bounds(flows)]


def held(found: Sequence[Row], ids: Collection[str], about: Meaning | None = None) -> list[Row]:
    """Those rows that bear on the claims `ids` and on `about`: the rest cannot bind."""
    said = [row for row in found if row.claim in ids]
    flows = {flow for row in said for flow in row.form} | (about.flows if about else set())
    return said + [row for row in found if not row.claim and row.form.keys() <= flows]


def components(statements: Iterable[Statement]) -> list[list[Statement]]:
    """`statements` in groups that have no unknown in common and no part of another's whole."""
    said = [([statement], meaning(statement).flows) for statement in statements]
    linked = [([], set(row.form)) for row in bounds(set().union(*(flows for _, flows in said)))]
    groups: list[tuple[list[Statement], set[Flow]]] = []
    for members, flows in said + linked:
        touching = [group for group in groups if group[1] & flows]
        groups = [group for group in groups if not group[1] & flows]
        members = [*(one for group in touching for one in group[0]), *members]
        groups.append((members, flows.union(*(group[1] for group in touching))))
    return [members for members, _ in groups]
