"""All claims of one source: each by itself, and against each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from korus_helpers.claims.consistency import (
    Consistency,
    RankedRepair,
    Statement,
    consistency,
    implied_range,
    rank_repairs,
)
from korus_helpers.claims.entries import NOT_SHIPPED
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import one_edits, read_printed
from korus_helpers.claims.register import UNSPECIFIED, Claim, describe
from korus_helpers.claims.services import WITH_SERVICES
from korus_helpers.claims.verdicts import (
    HOLDS,
    NOT_REPRODUCED,
    OTHER_BASIS,
    TOLERANCE,
    Verdict,
    judge,
)
from korus_helpers.sources.partners import find_partner
from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.definition import MEASURES, UNITS
from korus_helpers.trade.flows import FLOWS
from korus_helpers.trade.sectors import CONSUMPTION, GENERAL, KOREA_REPORTED, sector

FAILS = (NOT_REPRODUCED, OTHER_BASIS)


@dataclass(frozen=True)
class Misprint:
    """A claim beside what was probably meant: one edit of the text makes it fit the other claims.

    `verdict` is that of the text as edited; `implied` the range that the kept claims leave.
    """

    id: str
    printed: str
    probably: str
    edit: str
    implied: Interval
    verdict: str


@dataclass(frozen=True)
class Audit:
    """Verdicts in the order of the claims, and what the claims say of each other.

    `repeats` maps a claim that says the same as another one to the id of that one, the first of
    their ids; only that one enters the comparison. `apart` are claims about trade that could not be
    compared, with the reason.
    """

    verdicts: tuple[Verdict, ...]
    together: Consistency
    repairs: tuple[RankedRepair, ...]
    misprints: tuple[Misprint, ...]
    repeats: dict[str, str]
    apart: dict[str, str]


def audit(
    claims: Iterable[Claim],
    *,
    tolerance: Decimal = TOLERANCE,
    vintage: str = LATEST,
    budget_seconds: float = 10.0,
) -> Audit:
    """Judge every claim, test whether all can hold, and mark contradictions and misprints."""
    claims = list(claims)
    verdicts = [judge(claim, tolerance=tolerance, vintage=vintage) for claim in claims]
    statements, repeats, apart = statements_of(verdicts)
    known = {
        v.claim.id: v.verdict in HOLDS if v.verdict in HOLDS + FAILS else None for v in verdicts
    }
    edits = {s.id for s, v in _beside(statements, verdicts) if _mended(v)}
    together = consistency(statements, budget_seconds=budget_seconds, known=known, edits=edits)
    repairs = rank_repairs(statements, together.repairs, known=known, edits=edits)
    misprints = _misprints(statements, verdicts, repairs, tolerance, vintage)
    return Audit(
        tuple(_marked(verdict, together, repairs, misprints, repeats) for verdict in verdicts),
        together,
        repairs,
        misprints,
        repeats,
        apart,
    )


def statements_of(
    verdicts: Sequence[Verdict],
) -> tuple[list[Statement], dict[str, str], dict[str, str]]:
    """What can be compared: statements, repeated claims, and those left apart with the reason."""
    alike: dict[tuple, list[Statement]] = {}
    apart = {}
    for verdict in verdicts:
        claim, printed = verdict.claim, verdict.printed
        if printed is None or claim.measure not in MEASURES:
            continue
        reason = _why_apart(verdict)
        if reason:
            apart[claim.id] = reason
            continue
        base = claim.base if claim.as_ not in ("level", "share") else ""
        item = Statement(claim.id, claim.measure, claim.as_, printed.interval, claim.sector,
                         _frame(verdict), base, claim.end)  # fmt: skip
        key = (*(getattr(item, name) for name in (
            "measure", "as_", "sector", "partner", "base", "end")), str(item.interval))  # fmt: skip
        alike.setdefault(key, []).append(item)
    kept = [min(items, key=lambda item: item.id) for items in alike.values()]
    repeats = {item.id: first.id for first, items in zip(kept, alike.values(), strict=True)
               for item in items if item is not first}  # fmt: skip
    return kept, repeats, apart


def _why_apart(verdict: Verdict) -> str:
    claim, printed = verdict.claim, verdict.printed
    if printed.unit != UNITS[claim.as_]:
        return f"its figure is in {printed.unit}, while a {claim.as_} is in {UNITS[claim.as_]}"
    if not claim.end:
        return "its period is not stated"
    if claim.sector == UNSPECIFIED:
        return "it leaves open whether goods or goods with services are counted"
    return ""


def _frame(verdict: Verdict) -> str:
    """The partner's code, with reporter and basis where they are not the usual ones.

    Figures of another basis or reporter are other quantities.
    """
    claim = verdict.claim
    basis = claim.basis
    if not basis and claim.sector not in NOT_SHIPPED:
        basis = sector(claim.sector).basis
    parts = [part for part in (claim.reporter, basis) if part not in ("", "USA", GENERAL)]
    return " ".join([find_partner(claim.partner).code, *parts])


def unstated(found: Audit, tolerance: Decimal = TOLERANCE) -> dict[str, Interval]:
    """What the kept claims imply of levels that no claim states, where bounded at both ends.

    In words ("US auto-sector deficit with South Korea, 2011") to million dollars, in the order of
    the claims; levels are those at either end of a comparison, and the flows behind a balance.
    """
    statements, _, _ = statements_of(found.verdicts)
    dropped = found.repairs[0].ids if found.repairs else ()
    kept = [one for one in statements if one.id not in dropped]
    if not kept or (not found.repairs and not found.together.consistent):
        return {}
    claims = {verdict.claim.id: verdict.claim for verdict in found.verdicts}
    stated = {_quantity(one) for one in statements if one.as_ == "level"}
    implied = {}
    for one in statements:
        measures = [one.measure]
        if one.sector == "total" and one.measure not in FLOWS:
            measures += FLOWS
        for measure, when in product(measures, filter(None, (one.base, one.end))):
            level = replace(one, id="", measure=measure, as_="level", base="", end=when)
            if _quantity(level) in stated:
                continue
            stated.add(_quantity(level))
            bounds = implied_range(kept, level)
            if bounds and bounds.high is not None and _is_narrow(bounds, tolerance):
                claim = replace(claims[one.id], measure=measure, as_="level", base="", end=when)
                name = find_partner(claim.partner).in_sentence
                implied[describe(claim, name)] = bounds
    return implied


def by_tolerance(
    found: Audit, tolerances: Iterable[Decimal], *, budget_seconds: float = 2.0
) -> list[tuple[Decimal, int, Consistency]]:
    """How far hedges reach and what follows: tolerance, claims that hold, and consistency.

    The official figures are those of `found`; only the printed intervals are read again.
    """
    rows = []
    for tolerance in tolerances:
        again = []
        for verdict in found.verdicts:
            printed = verdict.printed
            if printed is not None:
                printed = read_printed(verdict.claim.printed, tolerance=tolerance)
            again.append(replace(verdict, printed=printed))
        holding = sum(
            verdict.verdict in HOLDS if verdict.used is None or verdict.printed is None else
            verdict.printed.interval.meets(verdict.used.low, verdict.used.high) == "inside"
            for verdict in again
        )  # fmt: skip
        statements, _, _ = statements_of(again)
        rows.append((tolerance, holding, consistency(statements, budget_seconds=budget_seconds)))
    return rows


def _is_narrow(bounds: Interval, tolerance: Decimal) -> bool:
    """Whether a range says more of a level than a word like "about" would."""
    return bounds.high - bounds.low <= 2 * tolerance * abs(bounds.high)


def _quantity(one: Statement) -> tuple[str, ...]:
    return one.measure, one.sector, one.partner, one.end


def _beside(
    statements: list[Statement], verdicts: Sequence[Verdict]
) -> list[tuple[Statement, Verdict]]:
    by_id = {verdict.claim.id: verdict for verdict in verdicts}
    return [(statement, by_id[statement.id]) for statement in statements]


def _mended(verdict: Verdict) -> bool:
    """Whether one edit of the printed text gives the official figure of an unhedged claim."""
    if verdict.verdict not in FAILS or verdict.used is None or verdict.printed.hedge:
        return False
    return any(
        read_printed(edit.text).interval.contains(verdict.used.value)
        for edit in one_edits(verdict.claim.printed)
    )


def _misprints(
    statements: list[Statement],
    verdicts: Sequence[Verdict],
    repairs: Sequence[RankedRepair],
    tolerance: Decimal,
    vintage: str,
) -> tuple[Misprint, ...]:
    """For each claim that the best repair drops, the edit that fits what the kept claims imply."""
    if not repairs:
        return ()
    kept = [s for s in statements if s.id not in repairs[0].ids]
    found = []
    for statement, verdict in _beside(statements, verdicts):
        if statement.id not in repairs[0].ids:
            continue
        implied = implied_range(kept, statement)
        for edit in one_edits(verdict.claim.printed) if implied and implied.low is not None else ():
            reading = read_printed(edit.text, tolerance=tolerance)
            if (
                reading.unit == verdict.printed.unit
                and reading.interval.meets(implied.low, implied.high) != "outside"
            ):
                again = judge(
                    replace(verdict.claim, printed=edit.text), tolerance=tolerance, vintage=vintage
                )
                found.append(
                    Misprint(
                        statement.id,
                        verdict.claim.printed,
                        edit.text,
                        edit.what,
                        implied,
                        again.verdict,
                    )
                )
    # Several edits may fit; those that also give the official figure come first, one per claim.
    found.sort(key=lambda item: item.verdict not in HOLDS)
    return tuple({item.id: item for item in reversed(found)}.values())[::-1]


def _marked(
    verdict: Verdict,
    together: Consistency,
    repairs: Sequence[RankedRepair],
    misprints: Sequence[Misprint],
    repeats: dict[str, str],
) -> Verdict:
    name = repeats.get(verdict.claim.id, verdict.claim.id)
    against = any(name in group for group in together.contradictions)
    slip = next((item for item in misprints if item.id == name), None)
    verdict = replace(
        verdict, contradicted=against, dropped=bool(repairs) and name in repairs[0].ids
    )
    if slip and verdict.severity:
        return replace(verdict, severity="slip of type", misprint=slip.probably)
    return verdict


def correction(verdict: Verdict) -> str:
    """The sentence with the right figure, its definition and vintage, for a claim that fails.

    "" for a claim that does not fail, and where no figure of its own definition ships.
    """
    figure = verdict.used
    if verdict.verdict not in FAILS or figure is None:
        return ""
    if figure.definition.sector == WITH_SERVICES:
        return ""
    right = verdict.printed.reprint(figure.value)
    return (
        f"{verdict.claim.what}: {right} ({short_definition(verdict)}; "
        f"vintage {short_vintage(verdict)})."
    )


def corrected(found: Audit) -> list[Claim]:
    """The claims with the right figure in place of each that fails; the others as they are."""
    return [
        replace(one.claim, printed=one.printed.reprint(one.used.value)) if correction(one) else
        one.claim
        for one in found.verdicts
    ]  # fmt: skip


_EXPORTS, _IMPORTS = "total exports f.a.s.", "general imports at customs value"
_FLOWS_OF = {
    GENERAL: (_EXPORTS, _IMPORTS),
    CONSUMPTION: (_EXPORTS, "imports for consumption at customs value"),
    KOREA_REPORTED: ("Korea's imports c.i.f.", "Korea's exports f.o.b."),
}


def short_definition(verdict: Verdict) -> str:
    """The definition of the deciding figure in at most 25 words."""
    figure = verdict.used
    asked = figure.definition
    if asked.basis not in _FLOWS_OF:
        return "services as quoted in print"
    exports, imports = _FLOWS_OF[asked.basis]
    flows = {"exports": exports, "imports": imports}.get(figure.measure, f"{exports}, {imports}")
    item = sector(asked.sector)
    codes = f"{item.classification} {', '.join(filter(None, item.codes))}, " if item.codes else ""
    whose = "Korean statistics" if asked.basis == KOREA_REPORTED else "Census basis"
    return f"{codes}{whose}, {flows}, not seasonally adjusted"


def short_vintage(verdict: Verdict) -> str:
    """The release of the deciding figure: its name, or the day whose figures were taken."""
    figure, asked = verdict.used, verdict.used.definition
    if asked.vintage.startswith("as-of:"):
        return f"in force on {asked.vintage.removeprefix('as-of:')}"
    return figure.vintage
