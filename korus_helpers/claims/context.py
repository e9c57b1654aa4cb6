"""The same statement a little off: other years, agreement years, with services."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import UNSPECIFIED, Claim
from korus_helpers.claims.verdicts import TOLERANCE, definition
from korus_helpers.errors import NoFigure
from korus_helpers.sources.partners import find_partner
from korus_helpers.sources.vintages import LATEST
from korus_helpers.trade.bases import GOODS_SERVICES
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import agreement_year, period

KOREA = "5800"
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
        when = [period(text).words for text in (one.end, one.base) if text]
        holds = printed.interval.meets(figure.low, figure.high)
        said = {"inside": "yes", "outside": "no"}.get(holds, "undetermined")
        rows.append((what, " against ".join(when), figure.value, figure.low, figure.high,
                     figure.unit, said))  # fmt: skip
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
    first = base.year if compared else end.year
    if find_partner(claim.partner).code == KOREA and first >= agreement_year(0).start // 12:
        zero = agreement_year(0)
        windows = {
            "base": str(zero.shift(base.year - zero.start // 12)) if compared else "",
            "end": str(zero.shift(end.year - zero.start // 12)),
        }
        yield "on agreement years, April to March", replace(claim, **windows)
    if claim.sector == "total" and claim.as_ not in ("share", "contribution"):
        yield "goods with services", replace(claim, sector=GOODS_SERVICES)
