"""Verdicts: a printed figure against the official one, on the day and today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from korus_helpers.claims.candidates import QUOTED_SECTORS
from korus_helpers.claims.claim import OTHER, UNSPECIFIED, Claim, missing
from korus_helpers.claims.dates import KINDS, judge_date
from korus_helpers.claims.printed import TOLERANCE, Statement, read_printed
from korus_helpers.claims.quoted import QuotedFigure, quoted_figure, reach
from korus_helpers.claims.searching import Match, near
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.figures.store import publications
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES, OF_WHOLE, UNITS, WAYS, counted
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import month_start

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
SAME_PAGE = (
    "The figure of that day is quoted from the same page as the claim (same source), so it does "
    "not confirm it."
)
REVISED = (
    "The release of that day is not included, and figures of this size and age are usually revised "
    "by as much, so it may have been right."
)
_SAME_FIGURE = {"vintage", "other source"}  # steps to another record of the stated definition
_UPPER, _LOWER = ("nearly", "less than", "up to"), ("more than", "at least")
_REACHING = ("about", "nearly", "doubled", "tripled", "quadrupled", "halved", "fraction")
_WORD_UNITS = {"percent": Decimal(1), "times": Decimal("0.1")}  # of "a quarter", "doubled"
_PERIODS = {"base year", "agreement year", "calendar year"}  # steps to another period, no basis
_AUTOS = {"autos", "passenger_cars", "trucks", "parts", "hs87", *QUOTED_SECTORS}
_ROUNDINGS = (
    ("truncated", "cut off rather than rounded"),
    ("loose", "read with its closing zeros as no digits"),
)


@dataclass(frozen=True)
class Verdict:
    """What the figures say of one claim.

    `verdict` is one of `LADDER`, by the figures in force when the claim was printed where they are
    known (`then`), else by today's (`now`); `then_verdict` and `now_verdict` give both, "" where
    there is none. `matches` are the near definitions that give the figure (hypotheses unless the
    verdict is "on another basis"); `readings` name what an open claim can mean, each with its
    verdict, and `other` is the figure of the reading that is not in `now`; `remarks` are whole
    sentences; `event` is what the timeline says of a date. `tolerance` is how far hedges reach.

    Marks of `auditing.audit`, never merged with the verdict: `contradicted` (member of a set of
    claims that cannot all hold), `dropped` (the best repair drops it), `misprint` (the text that
    was probably meant).
    """

    claim: Claim
    verdict: str
    printed: Statement | None = None
    unit: str = ""
    then: Figure | None = None
    now: Figure | None = None
    then_verdict: str = ""
    now_verdict: str = ""
    matches: tuple[Match, ...] = ()
    remarks: tuple[str, ...] = ()
    event: str = ""
    misprint: str = ""
    contradicted: bool = False
    dropped: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    other: Figure | None = None
    tolerance: Decimal = TOLERANCE

    @property
    def inferred(self) -> tuple[str, ...]:
        """The fields that the source leaves open."""
        return tuple(filter(None, self.claim.inferred.split(";")))

    @property
    def used(self) -> Figure | None:
        """The figure that decided."""
        return self.then if self.then_verdict else self.now

    @property
    def margin(self) -> float | None:
        """Distance of the official figure to the nearest end of what was printed, in `unit`.

        Positive inside and negative outside; None without an official figure.
        """
        if self.used is None:
            return None
        interval, value = self.printed.interval, self.used.value
        ends = [float(end) for end in (interval.low, interval.high) if end is not None]
        nearest = min(abs(value - end) for end in ends)
        return nearest if interval.contains(value) else -nearest

    @property
    def tolerance_needed(self) -> float | None:
        """The smallest tolerance with which a hedged figure holds; None where none does."""
        if self.used is None or self.printed.hedge not in _REACHING:
            return None
        said, value = float(self.printed.values[0]), self.used.value
        if not said or said * value < 0:
            return None
        miss = (abs(said) - abs(value)) / abs(said)
        return None if self.printed.hedge == "nearly" and miss <= 0 else abs(miss)

    @property
    def severity(self) -> str:
        """Whether the right figure would change what the sentence says; "" unless it fails.

        "slip of type" where a misprint is suspected; "substance" where the sign or the word of a
        hedge with a direction would change; "detail" where the miss is at most one unit of the
        last printed digit, or without a hedge a part `tolerance` of the figure.
        """
        if self.verdict != NOT_REPRODUCED or self.used is None:
            return ""
        if self.misprint:
            return "slip of type"
        printed, interval, value = self.printed, self.printed.interval, self.used.value
        said = printed.values[0]
        turned = float(said) * value < 0 or wrong_side(printed, value)
        if turned or printed.hedge in ("flat", "majority"):
            return "substance"
        decimals = len(printed.digits[-1].partition(".")[2]) if printed.digits else 0
        digit = printed.times * printed.scale.scaleb(-decimals)
        allowed = digit if printed.digits else _WORD_UNITS[self.unit]
        if not printed.hedge:
            allowed = max(interval.high - interval.low, self.tolerance * abs(said))
        return "detail" if abs(self.margin) <= float(allowed) else "substance"


def judge(claim: Claim, *, tolerance: Decimal = TOLERANCE, vintage: str = LATEST) -> Verdict:
    """The verdict on one claim, by itself; marks that need other claims are added by `audit`.

    A claim about trade that cannot be read raises `InputError`; one whose figures are not
    included, or have no meaning, gets "cannot be checked" with the reason as a remark.
    """
    noted = (claim.note,) if claim.note else ()
    if claim.measure in KINDS:
        holds, official = judge_date(claim, float(tolerance))
        verdict = {"yes": AS_PRINTED, "nearly": WITHIN, "no": NOT_REPRODUCED}
        return Verdict(claim, verdict.get(holds, UNDETERMINED), event=official, remarks=noted)
    if claim.measure == OTHER:
        try:
            printed = read_printed(claim.printed, tolerance=tolerance)
        except InputError:  # it may be anything
            printed = None
        unit = printed.unit if printed else WAYS[claim.as_]
        remarks = noted or ("It is no figure of trade.",)
        return Verdict(claim, CANNOT, printed, unit, remarks=remarks)
    printed = read_printed(claim.printed, tolerance=tolerance)
    printed, spans = _of_whole_period(claim, printed)
    found = Verdict(claim, CANNOT, printed, WAYS[claim.as_], tolerance=tolerance)
    reason = _why_not(claim, printed)
    if reason:
        return replace(found, remarks=(reason, *noted))
    if claim.sector == UNSPECIFIED:
        return _two_readings(claim, tolerance, vintage)
    found = _judge_figure(found, vintage)
    return replace(found, remarks=(*spans, *found.remarks, *noted))


def _of_whole_period(claim: Claim, printed: Statement) -> tuple[Statement, tuple[str, ...]]:
    """A level "a day" or "a month" for all of the claim's period, and a remark that says so."""
    if not printed.per or claim.as_ != "level" or not claim.end:
        return printed, ()
    days = (month_start(claim.end.end + 1) - month_start(claim.end.start)).days
    spans = {"year": Decimal(claim.end.months) / 12, "month": claim.end.months, "day": days,
             "week": Decimal(days) / 7, "hour": 24 * days, "minute": 1440 * days}  # fmt: skip
    if printed.per not in spans:
        return printed, ()
    times = Decimal(spans[printed.per])
    low, high = (end and end * times for end in (printed.interval.low, printed.interval.high))
    whole = replace(
        printed,
        values=tuple(value * times for value in printed.values),
        times=times,
        interval=replace(printed.interval, low=low, high=high),
    )
    said = (
        f"Printed per {printed.per}; judged over {claim.end.words} as a whole, {float(times):,g} "
        "times as much."
    )
    return whole, (said,)


def _why_not(claim: Claim, printed: Statement) -> str:
    """Why the figure of a claim cannot be compared with any, or ""."""
    unit = WAYS[claim.as_]
    if printed.unit != unit:
        return (
            f"The printed figure is in {printed.unit}, while {claim.as_} of {claim.measure} "
            f"is in {unit}."
        )
    if not claim.end:
        return "It takes the period that is meant, which is not stated."
    yearly = printed.per == "year" and claim.base and claim.end.start == claim.base.start + 12
    if printed.per and claim.as_ != "level" and not yearly:
        return f"A {claim.as_} per {printed.per} is not calculated here; check the levels."
    if claim.is_forecast:
        return "The period ends after the claim was printed, so it is a forecast."
    services = counted(claim.sector, claim.basis) in COUNTED
    if services and claim.as_ in OF_WHOLE:
        return f"A {claim.as_} of services is not calculated here."
    return missing(claim)


def _judge_figure(asked: Verdict, vintage: str) -> Verdict:
    """By the figure of the day where one is known, else by today's; and what each would say.

    A quotation does not confirm the page that it is taken from.
    """
    printed, claim = asked.printed, asked.claim
    claim = replace(claim, sector=counted(claim.sector, claim.basis))
    services, remarks, own_page = claim.sector in COUNTED, [], False
    now, reason = figure_of(claim, vintage)
    then = _figure_of_day(claim, vintage)
    if then and _same_page(claim, then.source_ids):
        own_page = compare(printed, then) != NOT_REPRODUCED
        remarks.append(SAME_PAGE)
        then = None
    then_verdict, now_verdict = compare(printed, then), compare(printed, now)
    elsewhere = None
    if services and then:
        then, then_verdict, elsewhere = _services_of_day(asked, claim, then, now)
    if not (then or now):
        matches = () if services else _near_matches(claim, printed)[0]
        sure = [m for m in matches if not m.possible]
        remarks += [f"{reason[:1].upper()}{reason[1:].rstrip('.')}.", *_named(sure, claim)]
        return replace(asked, matches=matches, remarks=tuple(remarks))
    if then is None and claim.date:
        remarks.append(
            f"Judged by the figures of today ({now.vintage}): those in force when it was printed "
            "are not included."
        )
    found = replace(
        asked, verdict=then_verdict or now_verdict, then=then, now=now, then_verdict=then_verdict,
        now_verdict=now_verdict,
    )  # fmt: skip
    if services:
        verdict, matches, said = _services_elsewhere(found, claim, own_page, elsewhere)
    elif found.verdict == NOT_REPRODUCED:
        verdict, matches, said = _goods_elsewhere(found, claim, own_page)
    else:
        verdict, matches, said = found.verdict, (), []
        if verdict in HOLDS and now_verdict == NOT_REPRODUCED and wrong_side(printed, now.value):
            said.append(f'Today\'s figure is on the wrong side of "{printed.text}".')
    return replace(found, verdict=verdict, matches=matches, remarks=(*remarks, *said))


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


# The official figure, and whether the printed text admits it


def figure_of(claim: Claim, vintage: str) -> tuple[Figure | None, str]:
    """The official figure of a claim in a release, or None and the reason."""
    try:
        return evaluate(claim.measure, claim.definition(vintage)), ""
    except NoFigure as error:
        return None, str(error)


def compare(printed: Statement, figure: Figure | None) -> str:
    """The verdict by one official figure alone; "" where there is none."""
    if figure is None:
        return ""
    holds = printed.interval.holds(figure.low, figure.high)
    if holds == "yes":
        return WITHIN if printed.hedge else AS_PRINTED
    return NOT_REPRODUCED if holds == "no" else UNDETERMINED


def _figure_of_day(claim: Claim, vintage: str) -> Figure | None:
    """The figure in force on the day of a claim; of services what was quoted.

    Where no quotation of the day is known, services are those quoted with the release asked for.
    """
    day = [f"as-of:{claim.day}"] if claim.day else []
    if claim.sector not in COUNTED:
        return figure_of(claim, day[0])[0] if day else None
    for release in [*day, vintage]:
        try:
            return quoted_figure(claim, release)
        except NoFigure:
            continue
    return None


def _same_page(claim: Claim, source_ids: Iterable[str]) -> bool:
    addresses = publications().official_url
    return bool(claim.url) and any(
        addresses.get(key, "").rstrip("/") == claim.url.rstrip("/") for key in source_ids
    )


# Services, and goods with services: quoted at the time, and revised years back


def _services_of_day(
    asked: Verdict, claim: Claim, then: QuotedFigure, now: Figure | None
) -> tuple[QuotedFigure | None, str, QuotedFigure | None]:
    """The quoted figure that decides, its verdict, and one that was not in force on the day.

    Goods on the Census basis with quoted services are a near definition of the published total
    only, and a comparison that joins two releases decides nothing: there today's figure decides
    if it holds.
    """
    if (now and then.chained) or (claim.day and not then.in_force(claim.day)):
        return None, "", then
    verdict = UNDETERMINED if then.chained else compare(asked.printed, then)
    if claim.sector == GOODS_SERVICES and not then.chained:
        if verdict in HOLDS:
            verdict = OTHER_BASIS
        elif _may_hold(asked, claim, then):
            verdict = UNDETERMINED
    if compare(asked.printed, now) in HOLDS and verdict in (OTHER_BASIS, UNDETERMINED):
        return None, "", None
    return then, verdict, None


def _services_elsewhere(
    found: Verdict, claim: Claim, own_page: bool, other: QuotedFigure | None
) -> tuple[str, tuple[Match, ...], list[str]]:
    """As `_goods_elsewhere`. Where no figure of the day decides, a miss within a part `tolerance`
    of the trade is left undetermined, for such figures are revised years back, unless the claim
    has no date; where it is what another release printed, that is said.
    """
    verdict, said = found.verdict, []
    if found.then is None and claim.date:
        if verdict == NOT_REPRODUCED and (own_page or _may_hold(found, claim, found.now)):
            verdict = UNDETERMINED
        printed_once = other and not other.chained and compare(found.printed, other) in HOLDS
        if verdict not in HOLDS and printed_once:
            verdict = OTHER_BASIS
            said.append(f"It holds in another release: {other.words} ({other.vintage}).")
    return verdict, (), [*said, *filter(None, [found.used.caution])]


def _may_hold(asked: Verdict, claim: Claim, figure: Figure) -> bool:
    ends = reach(claim, figure, float(asked.tolerance))
    return asked.printed.interval.holds(*ends) != "no"


# Another basis


def _near_matches(claim: Claim, printed: Statement) -> tuple[tuple[Match, ...], float]:
    """Near definitions that give the figure, none published after it, and the chance rate."""
    if claim.way not in UNITS or claim.partner.kind == "sum":
        return (), 1.0
    day, asked = claim.day, claim.definition()
    found = near(
        printed.interval, UNITS[claim.as_], measure=claim.measure, as_=claim.as_,
        partner=asked.who, sector=claim.sector, basis=asked.basis, base=asked.first or "",
        end=asked.last, made_on=day,
    )  # fmt: skip
    later = {name for name, one in releases().items() if day and one.in_force_from > day}
    later |= {m.vintage for m in found.matches if day and m.quoted and m.vintage > day}
    matches = tuple(m for m in found.matches if "vintage" not in m.steps or m.vintage not in later)
    return matches, found.chance_rate


def _goods_elsewhere(
    found: Verdict, claim: Claim, own_page: bool
) -> tuple[str, tuple[Match, ...], list[str]]:
    """Which step of the ladder a claim that fails is on, the matches, and what to say of it."""
    matches, chance = _near_matches(claim, found.printed)
    own = [m for m in matches if _same_page(claim, m.source_ids)]
    sure = [m for m in matches if not m.possible and m not in own]
    same = [m for m in sure if set(m.steps) <= {"other source"}]
    bases = tuple(m for m in sure if _is_basis(m, claim))
    verdict, said = NOT_REPRODUCED, _named(sure, claim) if chance < CHANCE else []
    if same:
        verdict, said = UNDETERMINED, [f"Sources disagree: {same[0].label} gives it."]
    elif bases and chance < CHANCE:
        matches = bases
        if not wrong_side(found.printed, found.used.value):  # judged by its hedge alone
            verdict = OTHER_BASIS
    elif own_page or any(set(m.steps) <= _SAME_FIGURE for m in own):
        said = [] if own_page else [SAME_PAGE]
        verdict, said = UNDETERMINED, [*said, "Today's figure does not give it."]
    elif verdict == NOT_REPRODUCED and _within_reach(found, claim):
        verdict, said = UNDETERMINED, [REVISED, *said]
    return verdict, matches, [*said, *near_misses(found)]


def _within_reach(found: Verdict, claim: Claim) -> bool:
    """Whether what is usually revised may explain a miss, where the release of the day is unknown.

    A claim without a date is judged by today's figure as it stands.
    """
    if found.then or not claim.date:
        return False
    day = claim.day or f"{claim.date}-01-01"
    used = found.now.definition
    reached = evaluate(claim.measure, used, printed_on=day)
    return found.printed.interval.holds(reached.low, reached.high) != "no"


def _is_basis(match: Match, claim: Claim) -> bool:
    """Whether a match is of what is stated on another basis: the same periods and goods.

    Of a claim that names a sector another definition of the sector is one.
    """
    if "sector" in match.steps and not {match.sector, claim.sector} <= _AUTOS:
        return False
    return not _PERIODS & set(match.steps)


def _named(sure: Sequence[Match], claim: Claim) -> list[str]:
    """The nearest match on another basis, or else of another period, in a sentence."""
    for match in sorted(sure, key=lambda one: not _is_basis(one, claim)):
        steps = ", ".join(match.steps) or "no step away"
        if _is_basis(match, claim):
            return [f"It holds on a near definition ({steps}): {match.label}."]
        if "sector" not in match.steps:
            return [f"For another period it holds ({steps}): {match.label}."]
    return []


# On which side, and how nearly, a printed figure misses


def wrong_side(printed: Statement, value: float) -> bool:
    """Whether a hedge with a direction points away from `value`: "more than 28" for 27.6."""
    if printed.hedge not in (*_UPPER, *_LOWER) or not printed.values or not printed.values[0]:
        return False
    said = float(printed.values[0])
    size = value if said > 0 else -value
    return size >= abs(said) if printed.hedge in _UPPER else size < abs(said)


def near_misses(found: Verdict) -> list[str]:
    """What a reader should know of a figure that fails, in sentences."""
    said, printed, figure = [], found.printed, found.used
    if wrong_side(printed, figure.value):
        said.append(f'The official figure is on the wrong side of "{printed.text}".')
    for rounding, how in _ROUNDINGS:
        try:
            other = read_printed(printed.text, tolerance=found.tolerance, rounding=rounding)
        except InputError:
            continue
        if other.interval.holds(figure.low, figure.high) == "yes":
            said.append(f"The figure holds only if {how}, which is not a reproduction.")
    return said
