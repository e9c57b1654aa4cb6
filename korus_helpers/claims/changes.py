"""Which verdicts change when a new release takes the place of an earlier one."""

from collections.abc import Iterable
from dataclasses import dataclass

from korus_helpers.claims.ladder import compare, figure_of
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.register import Claim, missing
from korus_helpers.errors import InputError
from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.bases import COUNTED
from korus_helpers.trade.definition import MEASURES, UNITS
from korus_helpers.trade.figure import Figure

NONE = "no figure"


@dataclass(frozen=True)
class Standing:
    """A claim under one release: whether the printed text admits its figure, and the figure."""

    claim: Claim
    printed: Printed
    verdict: str
    figure: Figure | None

    @property
    def reprinted(self) -> str:
        """The figure in the words and digits of the claim, "" where there is none."""
        if self.figure is None:
            return ""
        try:
            return self.printed.reprint(self.figure.value)
        except InputError:
            return f"{self.figure.value:.6g}"


@dataclass(frozen=True)
class VerdictChange:
    """A claim whose verdict, or whose official figure in the digits printed, is another one."""

    before: Standing
    after: Standing


def standings(claims: Iterable[Claim], vintage: str) -> dict[str, Standing]:
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
        try:
            figure = figure_of(claim, vintage if claim.sector == "total" else LATEST)[0]
        except InputError:
            continue
        verdict = compare(printed, figure) or NONE
        found[claim.id] = Standing(claim, printed, verdict, figure)
    return found


def verdict_changes(before: dict[str, Standing], after: dict[str, Standing]) -> list[VerdictChange]:
    """Claims that a reader would print or judge otherwise, in the order of the file."""
    return [
        VerdictChange(old, after[name])
        for name, old in before.items()
        if name in after
        and (old.verdict, old.reprinted) != (after[name].verdict, after[name].reprinted)
    ]
