"""The same claim under other choices: one release, every release, other years, with services."""

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
    figure_of,
)
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.releases import LATEST, release_order, releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import COUNTED, GOODS_SERVICES
from korus_helpers.trade.comparison import KOREA, Comparison
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import agreement_year

NONE = "no figure"
COLUMNS = ("the same statement", "period", "official", "low", "high", "unit", "holds")


@dataclass(frozen=True)
class Reading:
    """A claim under one release: the figure printed, and the official one.

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
        return self.claim.definition(self.vintage)

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


def read(claim: Claim, vintage: str, tolerance: Decimal = TOLERANCE) -> Reading:
    """A claim about trade under one release; raises `InputError` for text that is not read."""
    printed = read_printed(claim.printed, tolerance=tolerance)
    return Reading(claim, printed, vintage, *figure_of(claim, vintage))


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
    base = str(item.base_year) if printed.way in COMPARED else None
    claim = Claim("text", text, measure, printed.way, partner=item.partner, base=base,
                  end=str(item.end_year))  # fmt: skip
    return read(claim, item.vintage_for(printed.way), tolerance)


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
        try:
            one = read(claim, vintage if claim.sector == "total" else LATEST)
        except InputError:
            continue
        if one.printed.unit == UNITS[claim.as_]:
            found[claim.id] = one
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


# Neighbours


def context(claim: Claim, *, tolerance: Decimal = TOLERANCE, vintage: str = LATEST) -> pd.DataFrame:
    """What the official figures of today say of `claim` as stated and of its near neighbours.

    Rows as far as there are figures: as stated; for a comparison from one year earlier and from one
    year later, for a share one year earlier; the following year; with Korea on agreement years
    (April to March, from 2011 on); with services. `official`, `low` and `high` are in `unit`
    (million dollars, percent or times); `holds` is whether the printed words would be right: yes,
    no or undetermined. Empty for a level, of which no other year is meant, and for a claim that is
    no figure of trade or has no calendar year.
    """
    rows = []
    for what, neighbour in _neighbours(claim):
        one = read(neighbour, vintage, tolerance)
        figure = one.figure
        if figure is None or one.printed.unit != UNITS[one.as_]:
            continue
        when = " against ".join(at.words for at in (neighbour.end, neighbour.base) if at)
        holds = one.holds(figure.low, figure.high)
        rows.append((what, when, figure.value, figure.low, figure.high, figure.unit, holds))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _neighbours(claim: Claim) -> Iterator[tuple[str, Claim]]:
    base, end = claim.base, claim.end
    if claim.measure not in MEASURES or claim.as_ == "level" or not end or end.year is None:
        return
    if claim.sector == UNSPECIFIED:
        claim = replace(claim, sector="total")
    yield "as stated", claim
    if claim.as_ not in COMPARED:
        yield "one year earlier", replace(claim, end=end.shift(-1))
    elif base is None or base.year is None:
        return
    else:
        for by, words in ((-1, "from one year earlier"), (1, "from one year later")):
            if base.shift(by) < end:
                yield words, replace(claim, base=base.shift(by))
    yield "the following year", replace(claim, end=end.shift(1))
    zero = agreement_year(0)
    start, first = zero.start // 12, base or end
    if claim.partner.code == KOREA and first.year >= start:
        windows = {
            "base": base and zero.shift(base.year - start),
            "end": zero.shift(end.year - start),
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
    newest = max(claim.end.start // 12 for claim in claims)
    goods = (quotes.topic == "goods_total") & (quotes.basis == "general") & (quotes.year == newest)
    for day in dict.fromkeys(quotes[goods].in_force_from):
        if len(day) == 10 and day not in days:
            known.append((day, release_order(day), f"{day}, as quoted", f"as-of:{day}"))
    columns = [(label, used) for *_, label, used in sorted(known)]
    rows = [
        {"claim": claim.what, "as printed": claim.printed}
        | {label: _cell(read(claim, vintage)) for label, vintage in columns}
        for claim in claims
    ]
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


def _cell(one: Reading) -> str:
    figure = one.figure
    if figure is None:
        return "–"
    size = 1000 if figure.unit == "million dollars" else 1
    low, high = (f"{end / size:.2f}".replace("-", "−") for end in (figure.low, figure.high))
    said = {AS_PRINTED: "holds", WITHIN: "holds", UNDETERMINED: "unclear"}
    says = said.get(one.verdict, "fails")
    return f"{says}: {low}" if low == high else f"{says}: {low} to {high}"
