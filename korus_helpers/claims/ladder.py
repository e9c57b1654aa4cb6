"""What a verdict is, and the steps of its ladder beyond the figure itself."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from korus_helpers.claims.printed import Printed
from korus_helpers.claims.register import Claim
from korus_helpers.claims.search import Match, near
from korus_helpers.errors import NoFigure
from korus_helpers.sources.stored import publications
from korus_helpers.sources.vintages import LATEST, releases
from korus_helpers.trade.bases import COUNTED
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure

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
SAME_PAGE = "The figure of that day is quoted from the same page as the claim (same source)"


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
    other: Figure | None = None

    @property
    def used(self) -> Figure | None:
        """The figure that decided."""
        return self.then if self.then_verdict else self.now


def definition(claim: Claim, vintage: str = LATEST) -> Definition:
    """The stated (or default) definition of a claim about trade.

    Services, and goods with services, are bases of the trade, with one release.
    """
    base = claim.base if claim.as_ not in ("level", "share") else ""
    if claim.sector in COUNTED:
        return Definition(claim.partner, "total", claim.sector, LATEST, base, claim.end, claim.as_)
    return Definition(claim.partner, claim.sector, claim.basis, vintage, base, claim.end, claim.as_)


def day_of(text: str) -> str:
    """The day of a claim: itself, the last day of a month, or "" for a year or nothing."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if re.fullmatch(r"\d{4}-\d{2}", text):
        year, month = map(int, text.split("-"))
        return f"{text}-{monthrange(year, month)[1]}"
    return ""


def figure_of(claim: Claim, vintage: str) -> tuple[Figure | None, str]:
    try:
        return evaluate(claim.measure, definition(claim, vintage)), ""
    except NoFigure as error:
        return None, str(error)


def compare(printed: Printed, figure: Figure | None) -> str:
    if figure is None:
        return ""
    holds = printed.interval.meets(figure.low, figure.high)
    if holds == "straddles":
        return UNDETERMINED
    if holds == "outside":
        return NOT_REPRODUCED
    return WITHIN if printed.hedge else AS_PRINTED


def near_matches(claim: Claim, printed: Printed) -> tuple[tuple[Match, ...], float]:
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


def elsewhere(
    claim: Claim, printed: Printed, own_page: bool
) -> tuple[str, tuple[Match, ...], list[str]]:
    """Which step of the ladder a claim that fails is on, the matches, and what to say of them."""
    matches, chance = near_matches(claim, printed)
    own = [m for m in matches if same_page(claim, m.source_ids)]
    sure = tuple(m for m in matches if not m.possible and m not in own)
    same = tuple(m for m in sure if set(m.steps) <= {"other source"})
    if same:
        return UNDETERMINED, matches, [f"Sources disagree: {same[0].label} gives it."]
    if sure and chance < CHANCE:
        return OTHER_BASIS, sure, named(sure)
    if own_page or any(set(m.steps) <= _SAME_FIGURE for m in own):
        said = [] if own_page else [f"{SAME_PAGE}, so it does not confirm it."]
        return UNDETERMINED, matches, [*said, "Today's figure does not give it."]
    return NOT_REPRODUCED, matches, []


def named(matches: Sequence[Match]) -> list[str]:
    sure = [m for m in matches if not m.possible]
    if not sure:
        return []
    steps = ", ".join(sure[0].steps) or "no step away"
    return [f"It holds on a near definition ({steps}): {sure[0].label}."]


def same_page(claim: Claim, source_ids: Iterable[str]) -> bool:
    addresses = publications().official_url
    return bool(claim.url) and any(
        addresses.get(key, "").rstrip("/") == claim.url.rstrip("/") for key in source_ids
    )
