"""All claims of one source: each by itself, and against each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from pathlib import Path

from korus_helpers.claims.claim import BESIDE, UNSPECIFIED, Claim, described
from korus_helpers.claims.consistency import (
    Bound,
    Consistency,
    RankedRepair,
    consistency,
    implied_range,
    rows,
)
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import TOLERANCE, one_edits, read_printed
from korus_helpers.claims.quoted import Level, QuotedFigure
from korus_helpers.claims.searching import Match
from korus_helpers.claims.verdicts import FAILS, HOLDS, NOT_REPRODUCED, Verdict, judge
from korus_helpers.errors import InputError
from korus_helpers.figures.releases import LATEST
from korus_helpers.figures.store import has_table, kept_as, vintage_folders
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.bases import (
    BASES,
    COMPARED,
    CONSUMPTION,
    FLOWS,
    GENERAL,
    GOODS_SERVICES,
    KOREA_REPORTED,
    MEASURES,
    PARTS,
    UNITS,
)
from korus_helpers.trade.catalogue import Rows, merged
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import figure_rows
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.sectors import sector

_EXPORTS, _IMPORTS = "total exports f.a.s.", "general imports at customs value"
_FLOWS_OF = {
    GENERAL: (_EXPORTS, _IMPORTS),
    CONSUMPTION: (_EXPORTS, "imports for consumption at customs value"),
    KOREA_REPORTED: ("Korea's imports c.i.f.", "Korea's exports f.o.b."),
}


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

    `bounds` are what was compared. `repeats` maps a claim that says the same as another one to the
    id of that one, the first of their ids; only that one enters the comparison. `apart` are claims
    about trade that could not be compared, with the reason. `tolerance` and `vintage` are what was
    asked.
    """

    verdicts: tuple[Verdict, ...]
    bounds: tuple[Bound, ...]
    repeats: dict[str, str]
    apart: dict[str, str]
    together: Consistency
    misprints: tuple[Misprint, ...] = ()
    tolerance: Decimal = TOLERANCE
    vintage: str = LATEST

    @property
    def repairs(self) -> tuple[RankedRepair, ...]:
        """Repairs of least size, the best first."""
        return self.together.ranked

    @property
    def dropped(self) -> tuple[str, ...]:
        """The claims that the best repair drops."""
        return self.repairs[0].ids if self.repairs else ()

    @property
    def kept(self) -> list[Bound]:
        """What the best repair keeps."""
        return [one for one in self.bounds if one.id not in self.dropped]


def audit(
    claims: Iterable[Claim],
    *,
    tolerance: Decimal = TOLERANCE,
    vintage: str = LATEST,
    budget_seconds: float = 10.0,
) -> Audit:
    """Judge every claim, test whether all can hold, and mark contradictions and misprints."""
    verdicts = tuple(judge(claim, tolerance=tolerance, vintage=vintage) for claim in claims)
    bounds, repeats, apart = _compared(verdicts)
    known = {
        one.claim.id: one.verdict in HOLDS if one.verdict in HOLDS + FAILS else None
        for one in verdicts
    }
    edits = {one.claim.id for one in verdicts if _mended(one)}
    together = consistency(bounds, budget_seconds=budget_seconds, known=known, edits=edits)
    found = Audit(verdicts, tuple(bounds), repeats, apart, together, (), tolerance, vintage)
    found = replace(found, misprints=_misprints(found))
    return replace(found, verdicts=tuple(_marked(verdict, found) for verdict in verdicts))


def _compared(verdicts: Sequence[Verdict]) -> tuple[list[Bound], dict[str, str], dict[str, str]]:
    """What can be compared: bounds, repeated claims, and those left apart with the reason."""
    alike: dict[tuple, list[Bound]] = {}
    apart = {}
    for verdict in verdicts:
        claim, printed = verdict.claim, verdict.printed
        if printed is None or claim.measure not in MEASURES:
            continue
        base = str(claim.base) if claim.base and claim.as_ in COMPARED else ""
        item = Bound(claim.id, claim.measure, claim.as_, printed.interval, claim.sector,
                     _frame(claim), base, str(claim.end))  # fmt: skip
        reason = ""
        if claim.way not in UNITS:
            reason = f"a {claim.as_} is not compared with other claims"
        elif printed.unit != UNITS[claim.as_]:
            reason = (
                f"its figure is in {printed.unit}, while a {claim.as_} is in {UNITS[claim.as_]}"
            )
        elif not claim.end:
            reason = "its period is not stated"
        elif claim.sector == UNSPECIFIED:
            reason = "it leaves open whether goods or goods with services are counted"
        else:
            try:
                rows(item)
            except InputError as error:  # beyond any figure, or a share of itself
                reason = str(error).removeprefix(f"{claim.id}: ")
        if reason:
            apart[claim.id] = reason
        else:
            alike.setdefault((*item.quantity, str(item.interval)), []).append(item)
    kept = [min(items, key=lambda item: item.id) for items in alike.values()]
    repeats = {item.id: first.id for first, items in zip(kept, alike.values(), strict=True)
               for item in items if item is not first}  # fmt: skip
    return kept, repeats, apart


def _frame(claim: Claim) -> str:
    """The partner's code, with reporter and basis where they are not the usual ones.

    Figures of another basis or reporter are other quantities.
    """
    basis = claim.basis
    if not basis and claim.sector not in (*BESIDE, UNSPECIFIED):
        basis = sector(claim.sector).basis
    parts = [part for part in (claim.reporter, basis) if part not in ("", "USA", GENERAL)]
    return " ".join([claim.partner.code, *parts])


def _mended(verdict: Verdict) -> bool:
    """Whether one edit of the printed text gives the official figure of an unhedged claim."""
    if verdict.verdict not in FAILS or verdict.used is None or verdict.printed.hedge:
        return False
    return any(
        read_printed(edit.text).interval.contains(verdict.used.value)
        for edit in one_edits(verdict.claim.printed)
    )


def _misprints(found: Audit) -> tuple[Misprint, ...]:
    """For each claim that the best repair drops, the edit that fits what the kept claims imply."""
    slips = []
    for verdict in found.verdicts:
        claim = verdict.claim
        implied = found.together.implied.get(claim.id) if claim.id in found.dropped else None
        fitting = list(_edits_that_fit(verdict, implied, found)) if implied else []
        if fitting:  # one that also gives the official figure comes first
            slips.append(min(fitting, key=lambda slip: slip.verdict not in HOLDS))
    return tuple(sorted(slips, key=lambda slip: slip.verdict not in HOLDS))


def _edits_that_fit(verdict: Verdict, implied: Interval, found: Audit) -> Iterator[Misprint]:
    claim = verdict.claim
    for edit in one_edits(claim.printed) if implied.low is not None else ():
        reading = read_printed(edit.text, tolerance=found.tolerance)
        outside = reading.interval.holds(implied.low, implied.high) == "no"
        if reading.unit != verdict.printed.unit or outside:
            continue
        meant = replace(claim, printed=edit.text)
        again = judge(meant, tolerance=found.tolerance, vintage=found.vintage).verdict
        if implied.high is not None or again in HOLDS:  # else nearly every edit would fit
            yield Misprint(claim.id, claim.printed, edit.text, edit.what, implied, again)


def _marked(verdict: Verdict, found: Audit) -> Verdict:
    name = found.repeats.get(verdict.claim.id, verdict.claim.id)
    slip = next((item for item in found.misprints if item.id == name), None)
    return replace(
        verdict,
        contradicted=any(name in group for group in found.together.contradictions),
        dropped=name in found.dropped,
        misprint=slip.probably if slip and verdict.severity else "",
    )


# The sentence that would be right


def correction(verdict: Verdict) -> str:
    """The sentence with the right figure, its definition and release.

    "" for a claim with another verdict than "not reproduced", and where no figure of its own
    definition is included.
    """
    figure = verdict.used
    if verdict.verdict != NOT_REPRODUCED or figure is None:
        return ""
    asked = figure.definition
    if asked.sector == GOODS_SERVICES:
        return ""
    right = verdict.printed.reprint(figure.value)
    of_day = asked.vintage.startswith("as-of:")
    vintage = f"in force on {asked.vintage.removeprefix('as-of:')}" if of_day else figure.vintage
    return f"{verdict.claim.what}: {right} ({short_definition(figure)}; vintage {vintage})."


def short_definition(figure: Figure) -> str:
    """The definition of a figure in at most 25 words."""
    asked = figure.definition
    if asked.basis in PARTS:
        return BASES[asked.basis]
    if asked.basis not in _FLOWS_OF:
        return "services as quoted in print"
    exports, imports = _FLOWS_OF[asked.basis]
    flows = {"exports": exports, "imports": imports}.get(figure.measure, f"{exports}, {imports}")
    item = sector(asked.sector)
    codes = f"{item.classification} {', '.join(filter(None, item.codes))}, " if item.codes else ""
    whose = "Korean statistics" if asked.basis == KOREA_REPORTED else "Census basis"
    return f"{codes}{whose}, {flows}, not seasonally adjusted"


# What an audit implies beyond the claims, and how it depends on the tolerance


def unstated(found: Audit) -> dict[str, Interval]:
    """What the kept claims imply of levels that no claim states, where bounded at both ends.

    In words ("US auto-sector deficit with South Korea, 2011") to million dollars, in the order of
    the claims; levels are those at either end of a comparison, and the flows behind a balance.
    """
    if not found.repairs and not found.together.consistent:
        return {}
    claims = {verdict.claim.id: verdict.claim for verdict in found.verdicts}
    stated = {one.quantity for one in found.bounds if one.as_ == "level"}
    implied = {}
    for one in found.bounds:
        flows = FLOWS if one.sector == "total" and one.measure not in FLOWS else ()
        for measure, when in product((one.measure, *flows), filter(None, (one.base, one.end))):
            level = replace(one, id="", measure=measure, as_="level", base="", end=when)
            if level.quantity in stated:
                continue
            stated.add(level.quantity)
            ends = implied_range(found.kept, level)
            if ends and ends.high is not None and _is_narrow(ends, found.tolerance):
                claim = replace(claims[one.id], measure=measure, as_="level", base=None, end=when,
                                what="")  # fmt: skip
                implied[described(claim).what] = ends
    return implied


def _is_narrow(ends: Interval, tolerance: Decimal) -> bool:
    """Whether a range says more of a level than a word like "about" would."""
    return ends.high - ends.low <= 2 * tolerance * abs(ends.high)


# The rows of tables behind a verdict


def verdict_rows(verdict: Verdict) -> Rows:
    """Rows behind the official figures of one verdict, its near matches, and their sources.

    Figures then and now and of another reading, each with base and end, sector and whole; for a
    date the events of the timeline.
    """
    figures = [one for one in (verdict.then, verdict.now, verdict.other) if one]
    behind = (*figures, *verdict.matches)
    found = merged(part for one in behind for part in _behind(one))
    sources = {key for one in behind for key in one.source_ids}
    events = set(filter(None, verdict.claim.events.split(";")))
    listed = {"timeline": _numbers("timeline", DATA, "event_id", events)}
    for folder in vintage_folders():
        if has_table("sources", folder):
            name = kept_as("sources", folder)
            listed[name] = _numbers("sources", folder, "source_id", sources)
    return merged([found, {table: numbers for table, numbers in listed.items() if numbers}])


def _behind(one: Figure | Match) -> Iterator[Rows]:
    if isinstance(one, Match | QuotedFigure) and one.parts:
        for part in one.parts:
            yield from _of_level(part)
    elif isinstance(one, Match):
        chosen = (one.partner, one.sector, one.basis, one.vintage, one.base, one.end, one.as_)
        yield figure_rows(one.measure, Definition(*chosen))
    else:
        yield figure_rows(one.measure, one.definition)


def _of_level(part: Level) -> Iterator[Rows]:
    yield from (figure_rows(*file) for file in part.files)
    if part.quoted:
        yield {"quoted": set(part.quoted)}


def _numbers(table: str, folder: Path, key: str, wanted: set[str]) -> set[int]:
    kept = open_table(table, folder)
    return set(kept.index[kept[key].isin(wanted)])
