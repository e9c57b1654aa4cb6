"""What an audit implies beyond the claims, and how its answer depends on the tolerance."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import product

from korus_helpers.claims.audit import Audit, edits_of, known_of, statements_of
from korus_helpers.claims.consistency import Consistency, Statement, consistency, implied_range
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.ladder import HOLDS
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import describe
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.series import FLOWS


def unstated(found: Audit) -> dict[str, Interval]:
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
            if bounds and bounds.high is not None and _is_narrow(bounds, found.tolerance):
                claim = replace(claims[one.id], measure=measure, as_="level", base="", end=when)
                name = find_partner(claim.partner).in_sentence
                implied[describe(claim, name)] = bounds
    return implied


def by_tolerance(
    found: Audit, tolerances: Iterable[Decimal], *, budget_seconds: float = 2.0
) -> list[tuple[Decimal, int, Consistency]]:
    """How far hedges reach and what follows: tolerance, claims that hold, and consistency.

    The official figures are those of `found`; only the printed intervals are read again. What the
    claims imply of each other is left out but for the tolerance of `found` itself.
    """
    known, edits = known_of(found.verdicts), edits_of(found.verdicts)
    answers = []
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
        together = found.together
        if tolerance != found.tolerance:
            statements, _, _ = statements_of(again)
            together = consistency(
                statements, budget_seconds=budget_seconds, known=known, edits=edits,
                with_implied=False,
            )  # fmt: skip
        answers.append((tolerance, holding, together))
    return answers


def _is_narrow(bounds: Interval, tolerance: Decimal) -> bool:
    """Whether a range says more of a level than a word like "about" would."""
    return bounds.high - bounds.low <= 2 * tolerance * abs(bounds.high)


def _quantity(one: Statement) -> tuple[str, ...]:
    return one.measure, one.sector, one.partner, one.end
