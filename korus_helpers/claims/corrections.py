"""The sentence that would be right, for claims that fail."""

from dataclasses import replace
from typing import TYPE_CHECKING

from korus_helpers.claims.ladder import NOT_REPRODUCED, OTHER_BASIS, Verdict
from korus_helpers.claims.register import Claim
from korus_helpers.trade.bases import BASES, CONSUMPTION, GENERAL, GOODS_SERVICES, KOREA_REPORTED
from korus_helpers.trade.goods_services import PARTS
from korus_helpers.trade.sectors import sector

if TYPE_CHECKING:
    from korus_helpers.claims.audit import Audit

FAILS = (NOT_REPRODUCED, OTHER_BASIS)
_EXPORTS, _IMPORTS = "total exports f.a.s.", "general imports at customs value"
_FLOWS_OF = {
    GENERAL: (_EXPORTS, _IMPORTS),
    CONSUMPTION: (_EXPORTS, "imports for consumption at customs value"),
    KOREA_REPORTED: ("Korea's imports c.i.f.", "Korea's exports f.o.b."),
}


def correction(verdict: Verdict) -> str:
    """The sentence with the right figure, its definition and vintage, for a claim that fails.

    "" for a claim that does not fail, and where no figure of its own definition ships.
    """
    figure = verdict.used
    if verdict.verdict not in FAILS or figure is None:
        return ""
    if figure.definition.sector == GOODS_SERVICES:
        return ""
    right = verdict.printed.reprint(figure.value)
    return (
        f"{verdict.claim.what}: {right} ({short_definition(verdict)}; "
        f"vintage {short_vintage(verdict)})."
    )


def corrected(found: "Audit") -> list[Claim]:
    """The claims with the right figure in place of each that fails; the others as they are."""
    return [
        replace(one.claim, printed=one.printed.reprint(one.used.value)) if correction(one) else
        one.claim
        for one in found.verdicts
    ]  # fmt: skip


def short_definition(verdict: Verdict) -> str:
    """The definition of the deciding figure in at most 25 words."""
    figure = verdict.used
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


def short_vintage(verdict: Verdict) -> str:
    """The release of the deciding figure: its name, or the day whose figures were taken."""
    figure, asked = verdict.used, verdict.used.definition
    if asked.vintage.startswith("as-of:"):
        return f"in force on {asked.vintage.removeprefix('as-of:')}"
    return figure.vintage
