"""All claims of one source: each by itself, and against each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from korus_helpers.claims.consistency import (
    Consistency,
    RankedRepair,
    Statement,
    consistency,
    implied_range,
)
from korus_helpers.claims.corrections import FAILS, corrected, correction
from korus_helpers.claims.entries import BESIDE
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import one_edits, read_printed
from korus_helpers.claims.programme import rows
from korus_helpers.claims.register import UNSPECIFIED, Claim
from korus_helpers.claims.verdicts import (
    HOLDS,
    TOLERANCE,
    Verdict,
    judge,
)
from korus_helpers.errors import InputError
from korus_helpers.sources.partners import find_partner
from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.bases import GENERAL
from korus_helpers.trade.definition import MEASURES, UNITS
from korus_helpers.trade.sectors import sector

__all__ = ["FAILS", "HOLDS", "Audit", "Misprint", "audit", "corrected", "correction",
           "statements_of"]  # fmt: skip


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
    compared, with the reason. `tolerance` and `vintage` are what was asked.
    """

    verdicts: tuple[Verdict, ...]
    together: Consistency
    repairs: tuple[RankedRepair, ...]
    misprints: tuple[Misprint, ...]
    repeats: dict[str, str]
    apart: dict[str, str]
    tolerance: Decimal = TOLERANCE
    vintage: str = LATEST


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
    known, edits = known_of(verdicts), edits_of(verdicts)
    together = consistency(statements, budget_seconds=budget_seconds, known=known, edits=edits)
    misprints = _misprints(statements, verdicts, together.ranked, tolerance, vintage)
    return Audit(
        tuple(
            _marked(verdict, together, together.ranked, misprints, repeats) for verdict in verdicts
        ),
        together,
        together.ranked,
        misprints,
        repeats,
        apart,
        tolerance,
        vintage,
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
        try:
            rows(item)
        except InputError as error:  # beyond any figure, or a share of itself
            apart[claim.id] = str(error).removeprefix(f"{claim.id}: ")
            continue
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
    if not basis and claim.sector not in BESIDE:
        basis = sector(claim.sector).basis
    parts = [part for part in (claim.reporter, basis) if part not in ("", "USA", GENERAL)]
    return " ".join([find_partner(claim.partner).code, *parts])


def known_of(verdicts: Sequence[Verdict]) -> dict[str, bool | None]:
    """Which claims hold on official figures and which do not; None: undetermined."""
    return {v.claim.id: v.verdict in HOLDS if v.verdict in HOLDS + FAILS else None
            for v in verdicts}  # fmt: skip


def edits_of(verdicts: Sequence[Verdict]) -> set[str]:
    """The claims that one edit of the printed text makes true."""
    return {verdict.claim.id for verdict in verdicts if _mended(verdict)}


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
                if implied.high is None and again.verdict not in HOLDS:
                    continue  # without an end nearly every edit would fit
                text = verdict.claim.printed
                found.append(
                    Misprint(statement.id, text, edit.text, edit.what, implied, again.verdict)
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
