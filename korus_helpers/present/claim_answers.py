"""The answers of `korus check` and `korus audit` for programs."""

from collections.abc import Sequence
from typing import Any

from korus_helpers.claims.auditing import Audit, correction, unstated
from korus_helpers.claims.searching import Match
from korus_helpers.claims.verdicts import LADDER, Verdict
from korus_helpers.figures.store import publications
from korus_helpers.present.audit import context_of
from korus_helpers.present.words import ends_in_shown_unit, in_shown_unit, shown_unit
from korus_helpers.trade.figure import Figure

MOST_MATCHES = 20  # nearest first
_WORST_FIRST = (*LADDER[3:1:-1], *LADDER[4:], *LADDER[1::-1])


def check_object(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The answer of `korus check`: that of the level furthest from holding, all in `levels`.

    `low`, `high`, `official`, `margin` are in `unit` (billion dollars, percent or times), an
    unbounded end is None; `tolerance_needed` is a share of the printed figure.
    """
    worst = min(verdicts, key=lambda one: _WORST_FIRST.index(one.verdict))
    found = claim_object(worst)
    if len(verdicts) > 1:
        found["levels"] = [claim_object(one) for one in verdicts]
    return found


def audit_object(found: Audit) -> dict[str, Any]:
    """The answer of `korus audit`; `implied` is id → [low, high] in the unit printed."""
    units = {one.claim.id: one.unit for one in found.verdicts}
    together = found.together
    return {
        "claims": [claim_object(one) for one in found.verdicts],
        "consistent": together.consistent,
        "complete": together.complete,
        "contradictions": [list(ids) for ids in together.contradictions],
        "repairs": [list(one.ids) for one in found.repairs],
        "repair_reasons": [one.reason for one in found.repairs],
        "implied": {
            name: ends_in_shown_unit(one, units[name]) for name, one in together.implied.items()
        },
        "implied_units": {name: shown_unit(units[name]) for name in together.implied},
        "unstated": [
            {"what": what, "low": ends[0], "high": ends[1], "unit": "billion dollars"}
            for what, one in unstated(found).items()
            for ends in [ends_in_shown_unit(one, "million dollars")]
        ],
        "misprints": [
            {
                "id": one.id, "printed": one.printed, "probably": one.probably, "edit": one.edit,
                "verdict": one.verdict, "implied": ends_in_shown_unit(one.implied, units[one.id]),
                "unit": shown_unit(units[one.id]),
            }
            for one in found.misprints
        ],
        "repeats": found.repeats,
        "apart": found.apart,
        "tolerance": float(found.tolerance),
        "vintage": found.vintage,
    }  # fmt: skip


def claim_object(verdict: Verdict) -> dict[str, Any]:
    """One claim with its verdict; every number is in `unit` unless another unit stands by it."""
    claim, figure, printed = verdict.claim, verdict.used, verdict.printed
    ends = ends_in_shown_unit(printed.interval, verdict.unit) if printed else [None, None]
    return {
        "id": claim.id, "claim": claim.what, "printed": claim.printed, "verdict": verdict.verdict,
        "official": verdict.event or in_shown_unit(figure and figure.value, verdict.unit),
        "official_low": in_shown_unit(figure and figure.low, verdict.unit),
        "official_high": in_shown_unit(figure and figure.high, verdict.unit),
        "unit": claim.measure if verdict.event else shown_unit(verdict.unit) or None,
        "low": ends[0], "high": ends[1],
        "low_open": bool(printed and printed.interval.low_open),
        "high_open": bool(printed and printed.interval.high_open),
        "margin": in_shown_unit(verdict.margin, verdict.unit),
        "tolerance_needed": verdict.tolerance_needed, "tolerance_unit": "share",
        "definition": figure.words if figure else None,
        "vintage": figure.vintage if figure else None,
        "source": figure.source if figure else claim.url or None if verdict.event else None,
        "then": _dated(verdict.then, verdict.then_verdict),
        "now": _dated(verdict.now, verdict.now_verdict),
        "matches": [_match(one) for one in verdict.matches[:MOST_MATCHES]],
        "readings": [{"read_as": name, "verdict": said} for name, said in verdict.readings],
        "context": context_of(verdict) or None,
        "remarks": list(verdict.remarks), "severity": verdict.severity or None,
        "contradicted": verdict.contradicted, "misprint": verdict.misprint or None,
        "correction": correction(verdict) or None, "inferred": list(verdict.inferred),
        "speaker": claim.speaker or None, "publisher": claim.publisher or None,
    }  # fmt: skip


def _dated(figure: Figure | None, verdict: str) -> dict[str, Any] | None:
    if figure is None:
        return None
    numbers = {
        name: in_shown_unit(value, figure.unit)
        for name, value in (("official", figure.value), ("low", figure.low), ("high", figure.high))
    }
    return {"verdict": verdict, **numbers, "unit": shown_unit(figure.unit),
            "vintage": figure.vintage}  # fmt: skip


def _match(one: Match) -> dict[str, Any]:
    known = publications()
    return {
        "definition": one.label, "steps": list(one.steps),
        "value": in_shown_unit(one.value, one.unit),
        "low": in_shown_unit(one.low, one.unit), "high": in_shown_unit(one.high, one.unit),
        "unit": shown_unit(one.unit), "vintage": one.vintage or None, "quoted": one.quoted,
        "possible_only": one.possible,
        "source": "; ".join(f"{known.publisher[key]}, {known.title[key]}"
                            for key in one.source_ids),
    }  # fmt: skip
