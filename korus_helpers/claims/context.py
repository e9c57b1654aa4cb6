"""A claim under one release, and under another: what a reader would print or judge otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from korus_helpers.claims.claim import Claim, missing
from korus_helpers.claims.printed import TOLERANCE, Statement, read_printed
from korus_helpers.claims.verdicts import compare, figure_of
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.releases import LATEST
from korus_helpers.trade.bases import COMPARED, COUNTED, MEASURES, UNITS
from korus_helpers.trade.comparison import Comparison
from korus_helpers.trade.definition import Definition, check_measure
from korus_helpers.trade.figure import Figure

NONE = "no figure"


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
    check_measure(measure)
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
