"""The same claim under other choices: another release, other years, with services."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.claim import UNSPECIFIED, Claim, missing
from korus_helpers.claims.printed import TOLERANCE, Statement, read_printed
from korus_helpers.claims.verdicts import (
    AS_PRINTED,
    UNDETERMINED,
    WITHIN,
    compare,
    definition,
    figure_of,
)
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.releases import LATEST, release_order, releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES
from korus_helpers.trade.comparison import KOREA, Comparison
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import agreement_year, period

NONE = "no figure"
COLUMNS = ("the same statement", "period", "official", "low", "high", "unit", "holds")


def context(claim: Claim, *, tolerance: Decimal = TOLERANCE, vintage: str = LATEST) -> pd.DataFrame:
    """What the official figures of today say of `claim` as stated and of its near neighbours.

    Rows as far as figures ship: as stated; for a comparison from one year earlier and from one
    year later, else one year earlier; the following year; with Korea on agreement years (April to
    March, from 2011 on); with services. `official`, `low` and `high` are in `unit` (million
    dollars, percent or times); `holds` is whether the printed words would be right: yes, no or
    undetermined. Empty for a claim that is no figure of trade or has no calendar year.
    """
    rows = []
    for what, one in _neighbours(claim):
        printed = read_printed(one.printed, tolerance=tolerance)
        figure = _figure(one, vintage) if printed.unit == UNITS[one.as_] else None
        if figure is None:
            continue
        when = " against ".join(period(text).words for text in (one.end, one.base) if text)
        holds = printed.interval.holds(figure.low, figure.high)
        rows.append((what, when, figure.value, figure.low, figure.high, figure.unit, holds))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _figure(claim: Claim, vintage: str) -> Figure | None:
    try:
        return evaluate(claim.measure, definition(claim, vintage))
    except NoFigure:
        return None


def _neighbours(claim: Claim) -> Iterator[tuple[str, Claim]]:
    if claim.measure not in MEASURES or not claim.end or period(claim.end).year is None:
        return
    compared = claim.as_ in COMPARED
    if claim.sector == UNSPECIFIED:
        claim = replace(claim, sector="total")
    base, end = (period(text) if text else None for text in (claim.base, claim.end))
    yield "as stated", claim
    if compared and (base is None or base.year is None):
        return
    if compared:
        for by, words in ((-1, "from one year earlier"), (1, "from one year later")):
            if base.shift(by) < end:
                yield words, replace(claim, base=str(base.shift(by)))
    else:
        yield "one year earlier", replace(claim, end=str(end.shift(-1)))
    yield "the following year", replace(claim, end=str(end.shift(1)))
    zero = agreement_year(0)
    start = zero.start // 12
    first = base.year if compared else end.year
    if find_partner(claim.partner).code == KOREA and first >= start:
        windows = {
            "base": str(zero.shift(base.year - start)) if compared else "",
            "end": str(zero.shift(end.year - start)),
        }
        yield "on agreement years, April to March", replace(claim, **windows)
    if claim.sector == "total" and claim.as_ not in ("share", "contribution"):
        yield "goods with services", replace(claim, sector=GOODS_SERVICES)


# Every release


def by_vintage(claims: Iterable[Claim]) -> pd.DataFrame:
    """Each claim under every release: `claim`, `as printed`, then one column a release.

    A cell says whether the printed text admits the official figure, and gives the figure in
    billion dollars, percent or times; "–" where the release does not cover the years. Releases
    known by quotation are named by their day. Oldest first; releases in a row that agree on every
    claim share a column.
    """
    claims = list(claims)
    known = [
        (one.in_force_from, release_order(name), name, name) for name, one in releases().items()
    ]
    days = {one.in_force_from for one in releases().values()}
    quotes = open_table("quoted")
    newest = max(int(claim.end[:4]) for claim in claims)
    goods = (quotes.topic == "goods_total") & (quotes.basis == "general") & (quotes.year == newest)
    for day in quotes[goods].in_force_from:
        if len(day) == 10 and day not in days:
            days.add(day)
            known.append((day, release_order(day), f"{day}, as quoted", f"as-of:{day}"))
    columns = [(label, used) for *_, label, used in sorted(known)]
    rows = []
    for claim in claims:
        printed = read_printed(claim.printed)
        cells = {label: _cell(printed, figure_of(claim, one)[0]) for label, one in columns}
        rows.append({"claim": claim.what, "as printed": claim.printed, **cells})
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
        kept[run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"] = table[run[0]]
    return kept


def _cell(printed: Statement, figure: Figure | None) -> str:
    if figure is None:
        return "–"
    size = 1000 if figure.unit == "million dollars" else 1
    low, high = (f"{end / size:.2f}".replace("-", "−") for end in (figure.low, figure.high))
    said = {AS_PRINTED: "holds", WITHIN: "holds", UNDETERMINED: "unclear"}.get(
        compare(printed, figure), "fails"
    )
    return f"{said}: {low}" if low == high else f"{said}: {low} to {high}"


# One release


@dataclass(frozen=True)
class Reading:
    """A claim about goods under one release: the figure printed, and the official one.

    `figure` is None where there is none, for the `reason` given.
    """

    claim: Claim
    printed: Statement
    vintage: str
    figure: Figure | None
    reason: str = ""

    @property
    def measure(self) -> str:
        return self.claim.measure

    @property
    def as_(self) -> str:
        return self.claim.as_

    @property
    def definition(self) -> Definition:
        """The definition that is stated, or the usual one."""
        return definition(self.claim, self.vintage)

    @property
    def compared(self) -> bool:
        """Whether two periods are compared."""
        return self.as_ in COMPARED

    @property
    def verdict(self) -> str:
        """Whether the printed text admits the official figure."""
        return compare(self.printed, self.figure) or NONE

    @property
    def reprinted(self) -> str:
        """The figure in the words and digits of the claim, "" where there is none."""
        if self.figure is None:
            return ""
        try:
            return self.printed.reprint(self.figure.value)
        except InputError:
            return f"{self.figure.value:.6g}"

    def holds(self, low: float, high: float | None = None) -> str:
        """ "yes", "no", or "undetermined" for an official figure between two ends."""
        return self.printed.interval.holds(low, low if high is None else high)


def statement(
    text: str, measure: str, item: Comparison, *, tolerance: Decimal = TOLERANCE
) -> Reading:
    """What `text` states of `measure` for the partner, years and release of `item`.

    Its way is that of the text alone (`Statement.way`): a change where it says rise or fall, else
    the level of the last year, a ratio, a percent change, or a share of the World.
    Raises `InputError`.
    """
    if measure not in MEASURES:
        raise InputError(
            f"measure {quoted(measure)} is not known; type one of {', '.join(MEASURES)}"
        )
    printed = read_printed(text, tolerance=tolerance)
    if not printed.way:
        raise InputError(
            f"{quoted(text)} is in {printed.unit}, which no measure here is in; type a figure in "
            "dollars, percent or times"
        )
    base = str(item.base_year) if printed.way in COMPARED else ""
    claim = Claim("text", text, measure, printed.way, partner=item.partner.code, base=base,
                  end=str(item.end_year))  # fmt: skip
    vintage = item.vintage_for(printed.way)
    return Reading(claim, printed, vintage, *figure_of(claim, vintage))


def readings(claims: Iterable[Claim], vintage: str) -> dict[str, Reading]:
    """Every claim about goods under one release, by id; sectors by the latest figures at hand.

    Claims that are not about figures at hand (services, forecasts, dates) are left out.
    """
    found = {}
    for claim in claims:
        if claim.measure not in MEASURES or not claim.end or missing(claim):
            continue
        if claim.sector in COUNTED:
            continue
        printed = read_printed(claim.printed)
        if printed.unit != UNITS[claim.as_]:
            continue
        used = vintage if claim.sector == "total" else LATEST
        try:
            found[claim.id] = Reading(claim, printed, used, *figure_of(claim, used))
        except InputError:
            continue
    return found


@dataclass(frozen=True)
class VerdictChange:
    """A claim whose verdict, or whose official figure in the digits printed, is another one."""

    before: Reading
    after: Reading


def verdict_changes(before: dict[str, Reading], after: dict[str, Reading]) -> list[VerdictChange]:
    """Claims that a reader would print or judge otherwise, in the order of the file."""
    both = [(old, after[name]) for name, old in before.items() if name in after]
    return [
        VerdictChange(old, new)
        for old, new in both
        if (old.verdict, old.reprinted) != (new.verdict, new.reprinted)
    ]
