"""Every definition of the auto sector side by side, from files and from figures quoted in print."""

import math
from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner
from korus_helpers.figures.store import fetched
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import CONSUMPTION, FLOWS, GENERAL
from korus_helpers.trade.comparison import Comparison
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import figure_or_why
from korus_helpers.trade.series import Ends

_NOTHING = Ends(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Auto:
    """One definition: a sector of ours, or "" for one that is only quoted; its quoted topic.

    `fetched` names the same goods as `korus fetch sector` keeps them, for years without a file.
    """

    title: str
    basis: str
    sector: str = ""
    topic: str = ""
    fetched: str = ""

    def value(self, partner: Partner, end: int, as_: str = "level", base: int | str = "") -> float:
        """The deficit of the first sector at hand that has one, NaN where none has."""
        at_hand = self.fetched if fetched(self.fetched) else ""
        for name in filter(None, (self.sector, at_hand)):
            try:
                asked = Definition(partner, name, self.basis, base=base, end=end, as_=as_)
            except InputError:  # a sector that is its own whole
                continue
            found, _ = figure_or_why("deficit", asked)
            if found:
                return found.value
        return math.nan

    def level(self, partner: Partner, year: int) -> tuple[Ends, str]:
        """The deficit of a year and where it is from: "file", else "quoted", "" for neither."""
        value = self.value(partner, year)
        if not math.isnan(value):
            return Ends(value, value, value), "file"
        known = _quoted(self.topic, partner.code, year) if self.topic else {}
        if "deficit" in known:
            return known["deficit"], "quoted"
        if set(FLOWS) <= set(known):
            return known["imports"] - known["exports"], "quoted"
        return _NOTHING, ""


DEFINITIONS = (
    Auto("motor vehicles and parts (end-use 3)", GENERAL, "autos", "motor_vehicles_and_parts",
         "census-enduse:3"),
    Auto("passenger cars (end-use 30000)", GENERAL, "passenger_cars", "passenger_cars",
         "census-enduse:30000"),
    Auto("trucks and buses (end-use 30100)", GENERAL, "trucks"),
    Auto("engines, bodies, tires, other parts (end-use 302)", GENERAL, "parts"),
    Auto("vehicles (HS 87), imports for consumption", CONSUMPTION, "hs87", "", "census-hs:87"),
    Auto("vehicles (HS 87), general imports", GENERAL, fetched="census-hs:87"),
    Auto("passenger cars (HS 8703), general imports", GENERAL, fetched="census-hs:8703"),
    Auto("passenger cars (HS 8703), imports for consumption", CONSUMPTION,
         fetched="census-hs:8703"),
    Auto("passenger cars (HS 8703), basis not stated", "not stated", topic="hs8703"),
)  # fmt: skip


def auto_deficits(item: Comparison) -> pd.DataFrame:
    """One row per definition that the figures allow for this partner.

    `definition, basis`; `base`, `end` with `_low`, `_high` and `_from` (file, quoted or ""), the
    change in percent (`change_pct` with ends), the level share of the deficit of all goods on the
    same basis in the end year (`share`) and the part of its change (`contribution`),
    both for file figures only. Million dollars and percent; NaN where nothing is included.
    """
    rows, years = [], (item.base_year, item.end_year)
    for one in DEFINITIONS:
        (base, of_base), (end, of_end) = (one.level(item.partner, year) for year in years)
        if not of_base and not of_end:
            continue
        row: dict[str, object] = {"definition": one.title, "basis": one.basis}
        change = end.each(float).since(base, "percent-change")
        for name, ends, origin in (("base", base, of_base), ("end", end, of_end)):
            row |= {f"{name}_low": ends.low, name: ends.value, f"{name}_high": ends.high,
                    f"{name}_from": origin}  # fmt: skip
        row |= {"change_pct_low": change.low, "change_pct": change.value,
                "change_pct_high": change.high,
                "chained": {of_base, of_end} == {"file", "quoted"},
                "share": one.value(item.partner, item.end_year, "share")}  # fmt: skip
        both = of_base == of_end == "file"
        row["contribution"] = (
            one.value(item.partner, item.end_year, "contribution", item.base_year)
            if both else math.nan
        )  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def _quoted(topic: str, partner_code: str, year: int) -> dict[str, Ends]:
    """Quoted figures of a topic by what they measure, the last where there are several."""
    rows = open_table("quoted")
    rows = rows[(rows.topic == topic) & (rows.partner_code == partner_code) & (rows.year == year)]
    return {row.flow: Ends(row.low_musd, row.value_musd, row.high_musd)
            for row in rows.itertuples()}  # fmt: skip
