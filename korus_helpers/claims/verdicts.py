"""Verdicts: a printed figure against the official one, on the day and today."""

from dataclasses import replace
from decimal import Decimal

from korus_helpers.claims.by_vintage import by_vintage
from korus_helpers.claims.events import KINDS, judge_event
from korus_helpers.claims.ladder import (
    AS_PRINTED,
    CANNOT,
    HOLDS,
    LADDER,
    NOT_REPRODUCED,
    OTHER_BASIS,
    SAME_PAGE,
    TOLERANCE,
    UNDETERMINED,
    WITHIN,
    Verdict,
    compare,
    day_of,
    definition,
    elsewhere,
    figure_of,
    named,
    near_matches,
    same_page,
)
from korus_helpers.claims.misses import margin, near_misses, severity, tolerance_needed, wrong_side
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.register import OTHER, UNSPECIFIED, Claim, missing
from korus_helpers.claims.search import Match
from korus_helpers.claims.services import QuotedFigure, quoted_figure, reach
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES, counted
from korus_helpers.trade.definition import UNITS
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import month_text, period

__all__ = [
    "AS_PRINTED", "CANNOT", "HOLDS", "LADDER", "NOT_REPRODUCED", "OTHER_BASIS", "TOLERANCE",
    "UNDETERMINED", "WITHIN", "Verdict", "by_vintage", "day_of", "definition", "judge",
    "tolerance_needed",
]  # fmt: skip


def judge(claim: Claim, *, tolerance: Decimal = TOLERANCE, vintage: str = LATEST) -> Verdict:
    """The verdict on one claim, by itself; marks that need other claims are added by `audit`.

    A claim about trade that cannot be read raises `InputError`; one whose figures do not ship, or
    have no meaning, gets "cannot be checked" with the reason as a remark.
    """
    if claim.measure in KINDS:
        found, official = judge_event(claim, float(tolerance))
        return Verdict(claim, found, event=official, remarks=_notes(claim))
    if claim.measure == OTHER:
        return _cannot(claim, _readable(claim, tolerance), "It is no figure of trade.")
    printed = read_printed(claim.printed, tolerance=tolerance)
    unit = UNITS[claim.as_]
    reason = ""
    if printed.unit != unit:
        reason = (
            f"The printed figure is in {printed.unit}, while {claim.as_} of {claim.measure} "
            f"is in {unit}."
        )
    elif not claim.end:
        reason = "It takes the period that is meant, which is not stated."
    elif _is_forecast(claim):
        reason = "The period ends after the claim was printed, so it is a forecast."
    if reason:
        return _cannot(claim, printed, reason)
    if claim.sector == UNSPECIFIED:
        return _two_readings(claim, tolerance, vintage)
    claim = replace(claim, sector=counted(claim.sector, claim.basis))
    if claim.sector in COUNTED:
        return _judge_services(claim, printed, tolerance, vintage)
    if missing(claim):
        return _cannot(claim, printed, missing(claim))
    return _judge_goods(claim, printed, tolerance, vintage)


def _judge_goods(claim: Claim, printed: Printed, tolerance: Decimal, vintage: str) -> Verdict:
    now, reason = figure_of(claim, vintage)
    day = day_of(claim.date)
    then = figure_of(claim, f"as-of:{day}")[0] if day else None
    remarks, own_page = [], False
    if then and same_page(claim, then.source_ids):
        own_page = compare(printed, then) != NOT_REPRODUCED
        remarks.append(f"{SAME_PAGE}, so it does not confirm it.")
        then = None
    if now is None and then is None:
        found = _cannot(claim, printed, _sentence(reason))
        matches = near_matches(claim, printed)[0]
        return replace(found, matches=matches, remarks=(*found.remarks, *named(matches)))
    if then is None and claim.date and now:
        remarks.append(
            f"Judged by the figures of today ({now.vintage}): those in force when it was printed "
            "do not ship."
        )
    then_verdict, now_verdict = (compare(printed, figure) for figure in (then, now))
    used = then or now
    verdict = then_verdict or now_verdict
    matches: tuple[Match, ...] = ()
    if verdict == NOT_REPRODUCED:
        verdict, matches, said = elsewhere(claim, printed, own_page)
        if verdict == OTHER_BASIS and wrong_side(printed, used.value):
            verdict = NOT_REPRODUCED  # a hedged figure is judged by its hedge alone
        remarks += [*said, *near_misses(printed, used, tolerance)]
    elif verdict in HOLDS and now_verdict == NOT_REPRODUCED and wrong_side(printed, now.value):
        remarks.append(f'Today\'s figure is on the wrong side of "{printed.text}".')
    return Verdict(
        claim, verdict, printed, UNITS[claim.as_], then, now, then_verdict, now_verdict,
        margin=margin(printed.interval, used.value),
        tolerance_needed=tolerance_needed(printed, used.value),
        matches=matches, remarks=(*remarks, *_notes(claim)),
        severity=severity(printed, used, tolerance) if verdict == NOT_REPRODUCED else "",
        inferred=_inferred(claim),
    )  # fmt: skip


def _judge_services(claim: Claim, printed: Printed, tolerance: Decimal, vintage: str) -> Verdict:
    """Services, and goods with services: by what was quoted at the time, and by today's figures.

    Quoted services decide, for a claim with a day where they were in force on it. Goods on the
    Census basis with quoted services are a near definition of the published total only, and a
    comparison that joins two releases decides nothing: there today's figure decides. Where no
    figure of the day decides, a miss within a part `tolerance` of the trade is left undetermined,
    for such figures are revised years back, unless the claim has no date; where it is what another
    release printed, that is said.
    """
    if claim.as_ in ("share", "contribution"):
        return _cannot(claim, printed, f"A {claim.as_} of services is not calculated here.")
    now, reason = figure_of(claim, LATEST)
    then, own_page, remarks = _quoted_then(claim, vintage), False, []
    if then and same_page(claim, then.source_ids):
        own_page = compare(printed, then) != NOT_REPRODUCED
        remarks.append(f"{SAME_PAGE}, so it does not confirm it.")
        then = None
    day, other = day_of(claim.date), None
    if then and ((now and then.chained) or (day and not then.in_force(day))):
        then, other = None, then
    if then is None and now is None:
        return _cannot(claim, printed, " ".join([*remarks, _sentence(reason)]))
    then_verdict, now_verdict = compare(printed, then), compare(printed, now)
    if then and then.chained:
        then_verdict = UNDETERMINED
    elif then and claim.sector == GOODS_SERVICES and then_verdict in HOLDS:
        then_verdict = OTHER_BASIS
    elif then and claim.sector == GOODS_SERVICES and _may_hold(claim, printed, then, tolerance):
        then_verdict = UNDETERMINED
    if now_verdict in HOLDS and then_verdict in (OTHER_BASIS, UNDETERMINED):
        then, then_verdict = None, ""
    verdict = then_verdict or now_verdict
    used = then or now
    if then is None and claim.date:
        remarks.append(
            f"Judged by the figures of today ({now.vintage}): those in force when it was printed "
            "are not included."
        )
        if verdict == NOT_REPRODUCED and (own_page or _may_hold(claim, printed, now, tolerance)):
            verdict = UNDETERMINED
        printed_once = other and not other.chained and compare(printed, other) in HOLDS
        if verdict not in HOLDS and printed_once:
            verdict = OTHER_BASIS
            remarks.append(f"It holds in another release: {other.words} ({other.vintage}).")
    fails = verdict == NOT_REPRODUCED
    return Verdict(
        claim, verdict, printed, UNITS[claim.as_], then, now, then_verdict, now_verdict,
        margin=margin(printed.interval, used.value),
        tolerance_needed=tolerance_needed(printed, used.value),
        remarks=tuple(filter(None, (*remarks, used.caution, *_notes(claim)))),
        severity=severity(printed, used, tolerance) if fails else "",
        inferred=_inferred(claim),
    )  # fmt: skip


def _quoted_then(claim: Claim, vintage: str) -> QuotedFigure | None:
    """What was quoted of services, with the goods of the day, or of the release asked for."""
    day = day_of(claim.date)
    for release in ([f"as-of:{day}"] if day else []) + [vintage]:
        try:
            return quoted_figure(claim, release)
        except NoFigure:
            continue
    return None


def _may_hold(claim: Claim, printed: Printed, figure: Figure, tolerance: Decimal) -> bool:
    return printed.interval.meets(*reach(claim, figure, float(tolerance))) != "outside"


def _two_readings(claim: Claim, tolerance: Decimal, vintage: str) -> Verdict:
    """An unqualified balance: judged as goods, the usual headline, and as goods with services."""
    goods, both = (
        judge(replace(claim, sector=name), tolerance=tolerance, vintage=vintage)
        for name in ("total", GOODS_SERVICES)
    )
    verdict = goods.verdict
    if verdict == NOT_REPRODUCED and both.verdict in (*HOLDS, OTHER_BASIS):
        verdict = OTHER_BASIS
    said = (
        "The claim leaves open what is counted. As goods, by which it is judged: "
        f"{goods.verdict}; as goods with services: {both.verdict}."
    )
    readings = (("goods", goods.verdict), ("goods with services", both.verdict))
    return replace(
        goods, claim=claim, verdict=verdict, readings=readings, other=both.used,
        remarks=(said, *goods.remarks),
    )  # fmt: skip


def _is_forecast(claim: Claim) -> bool:
    """Whether the period ends after the claim was printed, as far as its date is known."""
    printed = claim.date[:7]
    return bool(printed) and month_text(period(claim.end).end)[: len(printed)] > printed


def _readable(claim: Claim, tolerance: Decimal) -> Printed | None:
    """The figure of a claim that is not compared with anything, where it can be read."""
    try:
        return read_printed(claim.printed, tolerance=tolerance)
    except InputError:
        return None


def _cannot(claim: Claim, printed: Printed | None, reason: str) -> Verdict:
    unit = printed.unit if claim.measure == OTHER and printed else UNITS.get(claim.as_, "")
    notes = _notes(claim)
    remarks = notes if claim.measure == OTHER and notes else (reason, *notes)
    return Verdict(claim, CANNOT, printed, unit, remarks=remarks, inferred=_inferred(claim))


def _notes(claim: Claim) -> tuple[str, ...]:
    return (claim.note,) if claim.note else ()


def _inferred(claim: Claim) -> tuple[str, ...]:
    return tuple(filter(None, claim.inferred.split(";")))


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:].rstrip(".") + "."
