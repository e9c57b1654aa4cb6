"""Why a figure is not at hand, in a clause that says what to ask for instead."""

import numpy as np

from korus_helpers.figures.partners import partners
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.figures.store import remembered
from korus_helpers.trade.bases import BOP, CONSUMPTION, COUNTED, GENERAL
from korus_helpers.trade.flows import coverage
from korus_helpers.trade.goods_services import PARTS
from korus_helpers.trade.periods import Period, month_number, month_words
from korus_helpers.trade.sectors import sector
from korus_helpers.trade.series import Series

_FEW = 50
_WHAT = {
    BOP: "goods on the balance-of-payments basis",
    CONSUMPTION: "imports for consumption",
    **COUNTED,
}


@remembered
def _names() -> dict[str, str]:
    return dict(zip(partners().partner_code, partners().name, strict=True))


def why_missing(
    vintage: str,
    basis: str,
    sector_name: str,
    partner_code: str,
    asked: Period,
    flows: tuple[str, ...],
) -> str:
    """The reason why a figure is not included, as a clause."""
    item, monthly = sector(sector_name), asked.year is None
    country_file = item.name == "total" and basis == GENERAL
    what = _WHAT.get(basis, "all goods") if item.name == "total" else item.title
    figures = f"figures of vintage {vintage}" if country_file else f"figures for {what}"
    found = coverage(vintage, basis, sector_name, monthly)
    if found is None and monthly and coverage(vintage, basis, sector_name, False) is not None:
        other = f", or --vintage {_with_months()} for months" if country_file else ""
        return f"{asked}: {figures} are included by calendar year only; type a year{other}"
    if (
        found is None
        and vintage != LATEST
        and any(coverage(LATEST, basis, sector_name, each) is not None for each in (monthly, False))
    ):
        return (
            f"{figures} are not included in vintage {vintage}: they have a release of their own; "
            "type --vintage latest"
        )
    if found is None:
        return f"{figures} are not included on the basis {basis}; type --basis {item.basis}"
    names = _names()
    name = names.get(partner_code, partner_code)
    if partner_code not in found.partners:
        return f"{figures} are not included for {name}{_held(found)}"
    yearly = coverage(vintage, basis, sector_name, False) if monthly and not country_file else None
    if basis in PARTS:  # not every figure is at hand for each partner
        found, yearly = (one and one.of(partner_code) for one in (found, yearly))
        figures = f"{figures} with {name}"
    for flow in flows:
        if np.isnan(getattr(found, flow)).all():
            return f"there are no US {flow} under {item.words}; ask for the other flow"
    if found.step > 1 and monthly and (asked.start % found.step or asked.months % found.step):
        return f"{asked}: {figures} are by quarter and year; type quarters such as 2018-01/2018-06"
    first, last = max(map(found.begin, flows)), min(map(found.last, flows))
    other = ""
    if yearly is not None and (last < yearly.last(flows[0]) or first > yearly.begin(flows[0])):
        by = "month" if found.step == 1 else "quarter"
        figures, other = f"{figures} by {by}", "; type a year"
    if asked.end > last:
        # Of a year that is not complete the release may hold some months: say how many.
        through = releases()[vintage].data_through if country_file else None
        last = month_number(*map(int, through.split("-"))) if through else last
        return f"{asked}: {figures} go up to {month_words(last)}{other}"
    if asked.start < first:
        return f"{asked}: {figures} begin in {month_words(first)}{other}"
    return f"no trade with {name} is recorded in {asked.words}"


def _with_months() -> str:
    """The newest release that holds months of all partners."""
    return [r.vintage for r in releases().values() if r.has_months and r.partners == "all"][-1]


def _held(found: Series) -> str:
    """Of figures of few partners, which these are: "" for those of most partners."""
    names = [_names()[code] for code in found.partners]
    if len(names) == 1:
        return f" (they are included for {names[0]} only)"
    if len(names) > _FEW:
        return ""
    return f" (they are included for {len(names)} partners, among them {', '.join(names[:-4:-1])})"
