"""How far a figure may lie from the one of a past day, by what revisions are usual.

A claim is made on the release of its day. Where that is not at hand, the releases that are show by
how much figures of that flow, that size and that age were still revised.
"""

import numpy as np
import pandas as pd

from korus_helpers.figures.partners import countries
from korus_helpers.figures.releases import Vintage, releases
from korus_helpers.figures.store import remembered
from korus_helpers.trade.bases import FLOWS, GENERAL
from korus_helpers.trade.catalogue import series
from korus_helpers.trade.sectors import NAMED

SIZES = (0, 100, 1_000, 10_000)  # million dollars of the flow in the year, from which on
OLDEST = 4  # June revisions: figures of that age and older are one class
USUAL = 0.95  # of the figures lie within the reach
_REVISED = "06"  # the month in which figures of the years before are revised


def age_of(year: int, day: str) -> int:
    """How many times a year's figures had been revised by a day ("2017-12-28" or "2017-12").

    0 for the first release, in the February after the year; one more each June after.
    """
    revised = int(day[:4]) - (day[5:7] < _REVISED)
    return min(max(revised - year, 0), OLDEST)


@remembered
def revision_reach() -> pd.DataFrame:
    """What later revisions were, from the releases at hand, one row a flow, size and age.

    `flow`; `from_musd`, the size of `SIZES`; `age` as `age_of` counts; `figures` compared; `median`
    and `reach`, the 95th percentile, of the distance to the newest release with all partners, as a
    share of its figure. Countries and full years only; a class without figures has no row.
    """
    whole = [one for one in releases().values() if one.partners == "all"]
    rows = pd.concat([_revised(one, whole[-1]) for one in whole[:-1]], ignore_index=True)
    sizes = pd.cut(rows["now"], [*SIZES, np.inf], right=False, labels=SIZES).astype(int)
    off = (rows["then"] / rows["now"] - 1).abs().round(9)  # behind that is noise of floats
    groups = off.groupby([rows.flow, sizes.rename("from_musd"), rows.age])
    table = {"figures": groups.size(), "median": groups.median(), "reach": groups.quantile(USUAL)}
    return pd.DataFrame(table).reset_index()


def _revised(before: Vintage, newest: Vintage) -> pd.DataFrame:
    """Every figure that two releases hold: `flow, age, then, now`, million dollars."""
    then, now = (series(one.vintage, GENERAL, NAMED["total"], False) for one in (before, newest))
    codes = [code for code in countries() if code in then.partners and code in now.partners]
    years = np.arange(before.first_year, before.last_full_year + 1)
    ages = np.tile([age_of(year, before.in_force_from) for year in years], len(codes))
    found = []
    for flow in FLOWS:
        rows = {"flow": flow, "age": ages}
        for name, one in (("then", then), ("now", now)):
            place = np.ix_([one.partners[code] for code in codes], years - one.first // 12)
            rows[name] = getattr(one, flow)[place].ravel()
        found.append(pd.DataFrame(rows))
    both = pd.concat(found, ignore_index=True)
    return both[both["then"].notna() & (both["now"] > 0)]


def reach_of(flow: str, value: float, year: int, day: str) -> float:
    """The share of a flow by which the figure of a day may differ from `value`, of today.

    Million dollars; 0.0 for a flow that is unknown or zero, and where no releases tell.
    """
    if not value > 0:
        return 0.0
    size = SIZES[int(np.searchsorted(SIZES, value, side="right")) - 1]
    return _shares().get((flow, size, age_of(year, day)), 0.0)


@remembered
def _shares() -> dict[tuple[str, int, int], float]:
    table = revision_reach()
    return dict(zip(zip(table.flow, table.from_musd, table.age, strict=True), table.reach,
                    strict=True))  # fmt: skip
