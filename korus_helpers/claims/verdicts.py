"""Verdicts: a printed figure against the official one, on the day and today."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.events import KINDS, judge_event
from korus_helpers.claims.misses import margin, near_misses, severity, tolerance_needed, wrong_side
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.register import OTHER, UNSPECIFIED, Claim, missing
from korus_helpers.claims.search import Match, near
from korus_helpers.claims.services import SERVICES, WITH_SERVICES, services_figure
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.sources.tables import open_table
from korus_helpers.sources.vintages import LATEST, releases
from korus_helpers.trade.definition import UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import month_text, period

__all__ = [
    "LADDER", "TOLERANCE", "Verdict", "by_vintage", "day_of", "definition", "judge",
    "tolerance_needed",
]  # fmt: skip

AS_PRINTED = "as printed"
WITHIN = "within the hedge"
OTHER_BASIS = "on another basis"
NOT_REPRODUCED = "not reproduced"
UNDETERMINED = "undetermined"
CANNOT = "cannot be checked"
LADDER = (AS_PRINTED, WITHIN, OTHER_BASIS, NOT_REPRODUCED, UNDETERMINED, CANNOT)
HOLDS = (AS_PRINTED, WITHIN)
TOLERANCE = Decimal("0.05")
CHANCE = 0.05  # a match on another basis counts only where fewer than this would match by chance
_SAME_FIGURE = {"vintage", "other source"}  # steps to another record of the stated definition
_SAME_PAGE = "The figure of that day is quoted from the same page as the claim (same source)"


@dataclass(frozen=True)
class Verdict:
    """What the figures say of one claim.

    `verdict` is one of `LADDER`, by the figures in force when the claim was printed where they are
    known (`then`), else by today's (`now`); `then_verdict` and `now_verdict` give both, "" where
    there is none. `margin` is the distance of the official figure to the nearest end of the printed
    interval, in `unit`, positive inside and negative outside; `tolerance_needed` the smallest
    tolerance with which a hedged figure holds, None where no tolerance does or there is no hedge.
    `matches` are the near definitions that give the figure (hypotheses unless the verdict is "on
    another basis"); `readings` name what an open claim can mean, each with its verdict; `remarks`
    are whole sentences.

    Marks of `audit`, never merged with the verdict: `contradicted` (member of a set of claims that
    cannot all hold), `dropped` (the best repair drops it), `misprint` (the text that was probably
    meant), `severity` (slip of type, detail or substance).
    """

    claim: Claim
    verdict: str
    printed: Printed | None = None
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
    inferred: tuple[str, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()

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
    if claim.sector in (SERVICES, WITH_SERVICES):
        return _judge_services(claim, printed, tolerance, vintage)
    if missing(claim):
        return _cannot(claim, printed, missing(claim))
    return _judge_goods(claim, printed, tolerance, vintage)


def _judge_goods(claim: Claim, printed: Printed, tolerance: Decimal, vintage: str) -> Verdict:
    now, reason = _figure(claim, vintage)
    day = day_of(claim.date)
    then = _figure(claim, f"as-of:{day}")[0] if day else None
    remarks, own_page = [], False
    if then and _same_page(claim, then.source_ids):
        own_page = _compare(printed, then) != NOT_REPRODUCED
        remarks.append(f"{_SAME_PAGE}, so it does not confirm it.")
        then = None
    if now is None and then is None:
        found = _cannot(claim, printed, _sentence(reason))
        matches = _near(claim, printed)[0]
        return replace(found, matches=matches, remarks=(*found.remarks, *_named(matches)))
    if then is None and claim.date and now:
        remarks.append(
            f"Judged by the figures of today ({now.vintage}): those in force when it was printed "
            "do not ship."
        )
    then_verdict, now_verdict = (_compare(printed, figure) for figure in (then, now))
    used = then or now
    verdict = then_verdict or now_verdict
    matches: tuple[Match, ...] = ()
    if verdict == NOT_REPRODUCED:
        verdict, matches, said = _elsewhere(claim, printed, own_page)
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
    """Services, and goods with services, by quoted figures, as far as these decide anything.

    A comparison that joins two releases decides nothing. The sum of goods and services is a near
    definition of the published total: where it gives the figure the claim holds on another basis;
    where it does not the claim cannot be checked, unless the adjustments between the two would
    have to be larger than a part `tolerance` of trade in goods.
    """
    day = day_of(claim.date)
    figure = None
    for release in ([f"as-of:{day}"] if day else []) + [vintage]:
        try:
            figure = services_figure(claim, release)
            break
        except NoFigure as error:
            reason = _sentence(str(error))
    if figure is None:
        return _cannot(claim, printed, f"{missing(claim)} {reason}")
    if _same_page(claim, figure.source_ids):
        return _cannot(claim, printed, f"{_SAME_PAGE}; {_lower(missing(claim))}")
    verdict, distance = _compare(printed, figure), margin(printed.interval, figure.value)
    if figure.chained:
        verdict = UNDETERMINED
    elif claim.sector == WITH_SERVICES and verdict in HOLDS:
        verdict = OTHER_BASIS
    elif verdict == NOT_REPRODUCED and 0 < -distance <= float(tolerance) * figure.goods_trade:
        return _cannot(claim, printed, f"{missing(claim)} {figure.caution}")
    fails = verdict == NOT_REPRODUCED
    return Verdict(
        claim, verdict, printed, UNITS[claim.as_], now=figure, now_verdict=verdict,
        margin=distance, tolerance_needed=tolerance_needed(printed, figure.value),
        remarks=tuple(filter(None, (figure.caution, *_notes(claim)))),
        severity=severity(printed, figure, tolerance) if fails else "",
        inferred=_inferred(claim),
    )  # fmt: skip


def _two_readings(claim: Claim, tolerance: Decimal, vintage: str) -> Verdict:
    """An unqualified balance: judged as goods, the usual headline, and as goods with services."""
    goods, both = (
        judge(replace(claim, sector=name), tolerance=tolerance, vintage=vintage)
        for name in ("total", WITH_SERVICES)
    )
    verdict = goods.verdict
    if verdict == NOT_REPRODUCED and both.verdict == OTHER_BASIS:
        verdict = OTHER_BASIS
    said = (
        "The claim leaves open what is counted. As goods, by which it is judged: "
        f"{goods.verdict}; as goods with services: {both.verdict}."
    )
    readings = (("goods", goods.verdict), ("goods with services", both.verdict))
    return replace(
        goods, claim=claim, verdict=verdict, readings=readings, remarks=(said, *goods.remarks)
    )


def definition(claim: Claim, vintage: str = LATEST) -> Definition:
    """The stated (or default) definition of a claim about trade."""
    base = claim.base if claim.as_ not in ("level", "share") else ""
    return Definition(claim.partner, claim.sector, claim.basis, vintage, base, claim.end, claim.as_)


def day_of(text: str) -> str:
    """The day of a claim: itself, the last day of a month, or "" for a year or nothing."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if re.fullmatch(r"\d{4}-\d{2}", text):
        year, month = map(int, text.split("-"))
        return f"{text}-{monthrange(year, month)[1]}"
    return ""


def _figure(claim: Claim, vintage: str) -> tuple[Figure | None, str]:
    try:
        return evaluate(claim.measure, definition(claim, vintage)), ""
    except NoFigure as error:
        return None, str(error)


def _compare(printed: Printed, figure: Figure | None) -> str:
    if figure is None:
        return ""
    holds = printed.interval.meets(figure.low, figure.high)
    if holds == "straddles":
        return UNDETERMINED
    if holds == "outside":
        return NOT_REPRODUCED
    return WITHIN if printed.hedge else AS_PRINTED


def _near(claim: Claim, printed: Printed) -> tuple[tuple[Match, ...], float]:
    """Near definitions that give the figure, none published after it, and the chance rate."""
    day, asked = day_of(claim.date), definition(claim)
    found = near(
        claim.measure, claim.as_, asked.partner, claim.sector, asked.basis, asked.base, asked.end,
        printed.interval, made_on=day,
    )  # fmt: skip
    known = releases()
    later = {name for name, one in known.items() if day and one.in_force_from > day}
    later |= {m.vintage for m in found.matches if day and m.quoted and m.vintage > day}
    matches = tuple(m for m in found.matches if "vintage" not in m.steps or m.vintage not in later)
    return matches, found.chance_rate


def _elsewhere(
    claim: Claim, printed: Printed, own_page: bool
) -> tuple[str, tuple[Match, ...], list[str]]:
    """Which step of the ladder a claim that fails is on, the matches, and what to say of them."""
    matches, chance = _near(claim, printed)
    own = [m for m in matches if _same_page(claim, m.source_ids)]
    sure = tuple(m for m in matches if not m.possible and m not in own)
    same = tuple(m for m in sure if set(m.steps) <= {"other source"})
    if same:
        return UNDETERMINED, matches, [f"Sources disagree: {same[0].label} gives it."]
    if sure and chance < CHANCE:
        return OTHER_BASIS, sure, _named(sure)
    if own_page or any(set(m.steps) <= _SAME_FIGURE for m in own):
        said = [] if own_page else [f"{_SAME_PAGE}, so it does not confirm it."]
        return UNDETERMINED, matches, [*said, "Today's figure does not give it."]
    return NOT_REPRODUCED, matches, []


def _named(matches: Sequence[Match]) -> list[str]:
    sure = [m for m in matches if not m.possible]
    if not sure:
        return []
    steps = ", ".join(sure[0].steps) or "no step away"
    return [f"It holds on a near definition ({steps}): {sure[0].label}."]


def _same_page(claim: Claim, source_ids: Iterable[str]) -> bool:
    addresses = open_table("sources").set_index("source_id").official_url
    return bool(claim.url) and any(
        addresses.get(key, "").rstrip("/") == claim.url.rstrip("/") for key in source_ids
    )


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


def _lower(clause: str) -> str:
    return clause[:1].lower() + clause[1:]


def by_vintage(claims: Iterable[Claim]) -> pd.DataFrame:
    """Each claim under every release: `claim`, `as printed`, then one column a release.

    A cell says whether the printed text admits the official figure, and gives the figure in
    billion dollars, percent or times; "–" where the release does not cover the years. Releases
    known by quotation are named by their day. Oldest first; releases in a row that agree on every
    claim share a column.
    """
    claims = list(claims)
    known = {
        release.in_force_from: (release.vintage, release.vintage) for release in releases().values()
    }
    quoted = open_table("quoted")
    newest = max(int(claim.end[:4]) for claim in claims)
    days = quoted[
        (quoted.topic == "goods_total") & (quoted.basis == "general") & (quoted.year == newest)
    ].in_force_from
    known |= {
        day: (f"{day}, as quoted", f"as-of:{day}")
        for day in days
        if len(day) == 10
        if day not in known
    }
    columns = [known[start] for start in sorted(known)]
    rows = []
    for claim in claims:
        printed = read_printed(claim.printed)
        row = {"claim": claim.what, "as printed": claim.printed}
        for label, vintage in columns:
            row[label] = _cell(printed, _figure(claim, vintage)[0])
        rows.append(row)
    table = pd.DataFrame(rows)
    return _merged(table.loc[:, (table != "–").any()])


def _merged(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of releases that follow each other and agree in every row, as one column."""
    kept = table.iloc[:, :2].copy()
    runs: list[list[str]] = []
    for name in table.columns[2:]:
        if runs and table[name].equals(table[runs[-1][0]]):
            runs[-1].append(name)
        else:
            runs.append([name])
    for run in runs:
        label = run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"
        kept[label] = table[run[0]]
    return kept


def _cell(printed: Printed, figure: Figure | None) -> str:
    if figure is None:
        return "–"
    size = 1000 if figure.unit == "million dollars" else 1
    low, high = (f"{end / size:.2f}".replace("-", "−") for end in (figure.low, figure.high))
    said = {AS_PRINTED: "holds", WITHIN: "holds", UNDETERMINED: "unclear"}.get(
        _compare(printed, figure), "fails"
    )
    return f"{said}: {low}" if low == high else f"{said}: {low} to {high}"
