"""Verdicts: a printed figure against the official one, on the day and today."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from korus_helpers.claims.claim import OTHER, UNSPECIFIED, Claim, missing
from korus_helpers.claims.dates import KINDS, judge_date
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import TOLERANCE, Statement, read_printed
from korus_helpers.claims.searching import Match, near
from korus_helpers.claims.services import QuotedFigure, quoted_figure, reach
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.figures.store import publications
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES, counted
from korus_helpers.trade.definition import COMPARED, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import month_text, period

AS_PRINTED = "as printed"
WITHIN = "within the hedge"
OTHER_BASIS = "on another basis"
NOT_REPRODUCED = "not reproduced"
UNDETERMINED = "undetermined"
CANNOT = "cannot be checked"
LADDER = (AS_PRINTED, WITHIN, OTHER_BASIS, NOT_REPRODUCED, UNDETERMINED, CANNOT)
HOLDS = (AS_PRINTED, WITHIN)
FAILS = (NOT_REPRODUCED, OTHER_BASIS)
CHANCE = 0.05  # a match on another basis counts only where fewer than this would match by chance
SAME_PAGE = "The figure of that day is quoted from the same page as the claim (same source)"
_SAME_FIGURE = {"vintage", "other source"}  # steps to another record of the stated definition
_UPPER, _LOWER = ("nearly", "less than", "up to"), ("more than", "at least")
_REACHING = ("about", "nearly", "doubled", "tripled", "quadrupled", "halved", "fraction")
_ROUNDINGS = (
    ("truncated", "cut off rather than rounded"),
    ("loose", "read with its closing zeros as no digits"),
)


@dataclass(frozen=True)
class Verdict:
    """What the figures say of one claim.

    `verdict` is one of `LADDER`, by the figures in force when the claim was printed where they are
    known (`then`), else by today's (`now`); `then_verdict` and `now_verdict` give both, "" where
    there is none. `margin` is the distance of the official figure to the nearest end of the printed
    interval, in `unit`, positive inside and negative outside; `tolerance_needed` the smallest
    tolerance with which a hedged figure holds, None where no tolerance does or there is no hedge.
    `matches` are the near definitions that give the figure (hypotheses unless the verdict is "on
    another basis"); `readings` name what an open claim can mean, each with its verdict, and `other`
    is the figure of the reading that is not in `now`; `remarks` are whole sentences.

    Marks of `auditing.audit`, never merged with the verdict: `contradicted` (member of a set of
    claims that cannot all hold), `dropped` (the best repair drops it), `misprint` (the text that
    was probably meant), `severity` (slip of type, detail or substance).
    """

    claim: Claim
    verdict: str
    printed: Statement | None = None
    unit: str = ""
    then: Figure | None = None
    now: Figure | None = None
    then_verdict: str = ""
    now_verdict: str = ""
    margin: float | None = None
    tolerance_needed: float | None = None
    matches: tuple[Match, ...] = ()
    remarks: tuple[str, ...] = ()
    event: str = ""
    severity: str = ""
    misprint: str = ""
    contradicted: bool = False
    dropped: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    other: Figure | None = None

    @property
    def inferred(self) -> tuple[str, ...]:
        """The fields that the source leaves open."""
        return tuple(filter(None, self.claim.inferred.split(";")))

    @property
    def used(self) -> Figure | None:
        """The figure that decided."""
        return self.then if self.then_verdict else self.now


def judge(claim: Claim, *, tolerance: Decimal = TOLERANCE, vintage: str = LATEST) -> Verdict:
    """The verdict on one claim, by itself; marks that need other claims are added by `audit`.

    A claim about trade that cannot be read raises `InputError`; one whose figures do not ship, or
    have no meaning, gets "cannot be checked" with the reason as a remark.
    """
    if claim.measure in KINDS:
        holds, official = judge_date(claim, float(tolerance))
        verdict = {"yes": AS_PRINTED, "nearly": WITHIN, "no": NOT_REPRODUCED}
        found = verdict.get(holds, UNDETERMINED)
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


def _judge_goods(claim: Claim, printed: Statement, tolerance: Decimal, vintage: str) -> Verdict:
    now, reason = figure_of(claim, vintage)
    day = day_of(claim.date)
    then = figure_of(claim, f"as-of:{day}")[0] if day else None
    remarks, own_page = [], False
    if then and _same_page(claim, then.source_ids):
        own_page = compare(printed, then) != NOT_REPRODUCED
        remarks.append(f"{SAME_PAGE}, so it does not confirm it.")
        then = None
    if now is None and then is None:
        matches = _near_matches(claim, printed)[0]
        found = _cannot(claim, printed, _sentence(reason))
        return replace(found, matches=matches, remarks=(*found.remarks, *_named(matches)))
    if then is None and claim.date and now:
        remarks.append(
            f"Judged by the figures of today ({now.vintage}): those in force when it was printed "
            "are not included."
        )
    then_verdict, now_verdict = (compare(printed, figure) for figure in (then, now))
    used = then or now
    verdict = then_verdict or now_verdict
    matches: tuple[Match, ...] = ()
    if verdict == NOT_REPRODUCED:
        verdict, matches, said = _elsewhere(claim, printed, own_page)
        if verdict == OTHER_BASIS and wrong_side(printed, used.value):
            verdict = NOT_REPRODUCED  # a hedged figure is judged by its hedge alone
        remarks += [*said, *near_misses(printed, used, tolerance)]
    elif verdict in HOLDS and now_verdict == NOT_REPRODUCED and wrong_side(printed, now.value):
        remarks.append(f'Today\'s figure is on the wrong side of "{printed.text}".')
    return Verdict(
        claim, verdict, printed, UNITS[claim.as_], then, now, then_verdict, now_verdict,
        matches=matches, remarks=(*remarks, *_notes(claim)),
        **_distance(printed, used, verdict, tolerance),
    )  # fmt: skip


def _judge_services(claim: Claim, printed: Statement, tolerance: Decimal, vintage: str) -> Verdict:
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
    if then and _same_page(claim, then.source_ids):
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
    return Verdict(
        claim, verdict, printed, UNITS[claim.as_], then, now, then_verdict, now_verdict,
        remarks=tuple(filter(None, (*remarks, used.caution, *_notes(claim)))),
        **_distance(printed, used, verdict, tolerance),
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


def _may_hold(claim: Claim, printed: Statement, figure: Figure, tolerance: Decimal) -> bool:
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


def _readable(claim: Claim, tolerance: Decimal) -> Statement | None:
    """The figure of a claim that is not compared with anything, where it can be read."""
    try:
        return read_printed(claim.printed, tolerance=tolerance)
    except InputError:
        return None


def _cannot(claim: Claim, printed: Statement | None, reason: str) -> Verdict:
    unit = printed.unit if claim.measure == OTHER and printed else UNITS.get(claim.as_, "")
    notes = _notes(claim)
    remarks = notes if claim.measure == OTHER and notes else (reason, *notes)
    return Verdict(claim, CANNOT, printed, unit, remarks=remarks)


def _notes(claim: Claim) -> tuple[str, ...]:
    return (claim.note,) if claim.note else ()


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:].rstrip(".") + "."


# The official figure, and whether the printed text admits it


def definition(claim: Claim, vintage: str = LATEST) -> Definition:
    """The stated (or default) definition of a claim about trade.

    Services, and goods with services, are bases of the trade, with one release.
    """
    base = claim.base if claim.as_ in COMPARED else ""
    if claim.sector in COUNTED:
        return Definition(claim.partner, "total", claim.sector, LATEST, base, claim.end, claim.as_)
    return Definition(claim.partner, claim.sector, claim.basis, vintage, base, claim.end, claim.as_)


def figure_of(claim: Claim, vintage: str) -> tuple[Figure | None, str]:
    """The official figure of a claim about goods in a release, or None and the reason."""
    try:
        return evaluate(claim.measure, definition(claim, vintage)), ""
    except NoFigure as error:
        return None, str(error)


def day_of(text: str) -> str:
    """The day of a claim: itself, the last day of a month, or "" for a year or nothing."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if re.fullmatch(r"\d{4}-\d{2}", text):
        year, month = map(int, text.split("-"))
        return f"{text}-{monthrange(year, month)[1]}"
    return ""


def compare(printed: Statement, figure: Figure | None) -> str:
    """The verdict by one official figure alone; "" where there is none."""
    if figure is None:
        return ""
    holds = printed.interval.holds(figure.low, figure.high)
    if holds == "yes":
        return WITHIN if printed.hedge else AS_PRINTED
    return NOT_REPRODUCED if holds == "no" else UNDETERMINED


# Another basis


def _near_matches(claim: Claim, printed: Statement) -> tuple[tuple[Match, ...], float]:
    """Near definitions that give the figure, none published after it, and the chance rate."""
    day, asked = day_of(claim.date), definition(claim)
    found = near(
        printed.interval, UNITS[claim.as_], measure=claim.measure, as_=claim.as_,
        partner=asked.partner, sector=claim.sector, basis=asked.basis, base=asked.base,
        end=asked.end, made_on=day,
    )  # fmt: skip
    later = {name for name, one in releases().items() if day and one.in_force_from > day}
    later |= {m.vintage for m in found.matches if day and m.quoted and m.vintage > day}
    matches = tuple(m for m in found.matches if "vintage" not in m.steps or m.vintage not in later)
    return matches, found.chance_rate


def _elsewhere(
    claim: Claim, printed: Statement, own_page: bool
) -> tuple[str, tuple[Match, ...], list[str]]:
    """Which step of the ladder a claim that fails is on, the matches, and what to say of them."""
    matches, chance = _near_matches(claim, printed)
    own = [m for m in matches if _same_page(claim, m.source_ids)]
    sure = tuple(m for m in matches if not m.possible and m not in own)
    same = tuple(m for m in sure if set(m.steps) <= {"other source"})
    if same:
        return UNDETERMINED, matches, [f"Sources disagree: {same[0].label} gives it."]
    if sure and chance < CHANCE:
        return OTHER_BASIS, sure, _named(sure)
    if own_page or any(set(m.steps) <= _SAME_FIGURE for m in own):
        said = [] if own_page else [f"{SAME_PAGE}, so it does not confirm it."]
        return UNDETERMINED, matches, [*said, "Today's figure does not give it."]
    return NOT_REPRODUCED, matches, []


def _named(matches: Sequence[Match]) -> list[str]:
    sure = [m for m in matches if not m.possible]
    if not sure:
        return []
    steps = ", ".join(sure[0].steps) or "no step away"
    return [f"It holds on a near definition ({steps}): {sure[0].label}."]


def _same_page(claim: Claim, source_ids: Iterable[str]) -> bool:
    addresses = publications().official_url
    return bool(claim.url) and any(
        addresses.get(key, "").rstrip("/") == claim.url.rstrip("/") for key in source_ids
    )


# By how much a printed figure misses, on which side, and whether it matters


def _distance(
    printed: Statement, figure: Figure, verdict: str, tolerance: Decimal
) -> dict[str, object]:
    fails = verdict == NOT_REPRODUCED
    return {
        "margin": margin(printed.interval, figure.value),
        "tolerance_needed": tolerance_needed(printed, figure.value),
        "severity": severity(printed, figure, tolerance) if fails else "",
    }


def margin(interval: Interval, value: float) -> float:
    """Distance of `value` to the nearest end: positive inside, negative outside."""
    ends = [float(end) for end in (interval.low, interval.high) if end is not None]
    nearest = min(abs(value - end) for end in ends)
    return nearest if interval.contains(value) else -nearest


def tolerance_needed(printed: Statement, value: float) -> float | None:
    """The smallest tolerance with which a hedge admits `value`; None where none does."""
    if printed.hedge not in _REACHING:
        return None
    said = float(printed.values[0])
    if not said or said * value < 0:
        return None
    miss = (abs(said) - abs(value)) / abs(said)
    return None if printed.hedge == "nearly" and miss <= 0 else abs(miss)


def wrong_side(printed: Statement, value: float) -> bool:
    """Whether a hedge with a direction points away from `value`: "more than 28" for 27.6."""
    if printed.hedge not in (*_UPPER, *_LOWER) or not printed.values or not printed.values[0]:
        return False
    said = float(printed.values[0])
    size = value if said > 0 else -value
    return size >= abs(said) if printed.hedge in _UPPER else size < abs(said)


def near_misses(printed: Statement, figure: Figure, tolerance: Decimal) -> list[str]:
    """What a reader should know of a figure that fails, in sentences."""
    said = []
    if wrong_side(printed, figure.value):
        said.append(f'The official figure is on the wrong side of "{printed.text}".')
    for rounding, how in _ROUNDINGS:
        try:
            other = read_printed(printed.text, tolerance=tolerance, rounding=rounding)
        except InputError:
            continue
        if other.interval.meets(figure.low, figure.high) == "inside":
            said.append(f"The figure holds only if {how}, which is not a reproduction.")
    return said


def severity(printed: Statement, figure: Figure, tolerance: Decimal) -> str:
    """Whether the right figure would change what the sentence says.

    "detail" where neither the sign nor a hedge changes and the miss is at most one unit of the
    last printed digit, or a part `tolerance` of the figure; else "substance". A suspected
    misprint makes it "slip of type" (`auditing.audit`).
    """
    interval = printed.interval
    same_sign = not printed.values or float(printed.values[0]) * figure.value > 0
    if printed.hedge or not same_sign or interval.low is None or interval.high is None:
        return "substance"
    unit = float(interval.high - interval.low)
    allowed = max(unit, float(tolerance) * abs(float(printed.values[0])))
    return "detail" if abs(margin(interval, figure.value)) <= allowed else "substance"
