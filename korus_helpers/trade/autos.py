"""Every definition of the auto sector side by side, from files and from figures quoted in print."""

import math
from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.store import fetched
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import CONSUMPTION, GENERAL
from korus_helpers.trade.comparison import Comparison
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate


@dataclass(frozen=True)
class Auto:
    """One definition: a sector of ours, or "" for one that is only quoted; its quoted topic.

    `fetched` names the same goods as `korus fetch sector` keeps them, for years without a file.
    """

    title: str
    basis: str
    sector: str
    topic: str = ""
    fetched: str = ""


DEFINITIONS = (
    Auto(
        "motor vehicles and parts (end-use 3)",
        GENERAL,
        "autos",
        "motor_vehicles_and_parts",
        "census-enduse:3",
    ),
    Auto(
        "passenger cars (end-use 30000)",
        GENERAL,
        "passenger_cars",
        "passenger_cars",
        "census-enduse:30000",
    ),
    Auto("trucks and buses (end-use 30100)", GENERAL, "trucks"),
    Auto("engines, bodies, tires, other parts (end-use 302)", GENERAL, "parts"),
    Auto("vehicles (HS 87), imports for consumption", CONSUMPTION, "hs87", "", "census-hs:87"),
    Auto("vehicles (HS 87), general imports", GENERAL, "", "", "census-hs:87"),
    Auto("passenger cars (HS 8703), general imports", GENERAL, "", "", "census-hs:8703"),
    Auto(
        "passenger cars (HS 8703), imports for consumption", CONSUMPTION, "", "", "census-hs:8703"
    ),
    Auto("passenger cars (HS 8703), basis not stated", "not stated", "", "hs8703"),
)


@dataclass(frozen=True)
class Known:
    """A deficit in million dollars with the ends of what is known, and where it comes from."""

    low: float
    value: float
    high: float
    origin: str  # "file", "quoted" or ""

    @property
    def missing(self) -> bool:
        """Whether no figure ships."""
        return self.origin == ""


_NOTHING = Known(math.nan, math.nan, math.nan, "")


def auto_deficits(item: Comparison) -> pd.DataFrame:
    """One row per definition that the figures allow for this partner.

    `definition, basis`; `base`, `end` with `_low`, `_high` and `_from` (file, quoted or ""), the
    change in percent (`change_pct` with ends), the level share of the deficit of all goods on the
    same basis in the end year (`share`) and the part of its change (`contribution`),
    both for file figures only. Million dollars and percent; NaN where nothing ships.
    """
    rows, code = [], item.partner.code
    for one in DEFINITIONS:
        base, end = (_known(one, code, year) for year in (item.base_year, item.end_year))
        if base.missing and end.missing:
            continue
        change = [
            100 * (a / b - 1) if b > 0 else math.nan
            for a, b in ((end.low, base.high), (end.value, base.value), (end.high, base.low))
        ]
        rows.append(
            {
                "definition": one.title,
                "basis": one.basis,
                **_columns("base", base),
                **_columns("end", end),
                "change_pct_low": change[0],
                "change_pct": change[1],
                "change_pct_high": change[2],
                "chained": {base.origin, end.origin} == {"file", "quoted"},
                "share": _compared(one, code, item.end_year, None),
                "contribution": _compared(one, code, item.end_year, item.base_year)
                if base.origin == end.origin == "file"
                else math.nan,
            }
        )
    return pd.DataFrame(rows)


def _columns(name: str, known: Known) -> dict[str, float | str]:
    return {
        f"{name}_low": known.low,
        name: known.value,
        f"{name}_high": known.high,
        f"{name}_from": known.origin,
    }


def _known(item: Auto, partner_code: str, year: int) -> Known:
    """The deficit of a year from the file, else from quotations."""
    for name in _names(item):
        try:
            asked = Definition(partner_code, name, item.basis, end=str(year))
            value = evaluate("deficit", asked).value
        except NoFigure:
            continue
        return Known(value, value, value, "file")
    return _quoted(item.topic, partner_code, year) if item.topic else _NOTHING


def _names(item: Auto) -> list[str]:
    """The sectors at hand that give the definition, the shipped one first."""
    at_hand = item.fetched if fetched(item.fetched) else ""
    return [name for name in (item.sector, at_hand) if name]


def _quoted(topic: str, partner_code: str, year: int) -> Known:
    """A deficit as quoted, or quoted imports minus quoted exports."""
    rows = open_table("quoted")
    rows = rows[(rows.topic == topic) & (rows.partner_code == partner_code) & (rows.year == year)]
    flows = {row.flow: row for row in rows.itertuples()}
    if "deficit" in flows:
        row = flows["deficit"]
        return Known(row.low_musd, row.value_musd, row.high_musd, "quoted")
    if {"exports", "imports"} <= set(flows):
        m, x = flows["imports"], flows["exports"]
        return Known(
            m.low_musd - x.high_musd,
            m.value_musd - x.value_musd,
            m.high_musd - x.low_musd,
            "quoted",
        )
    return _NOTHING


def _compared(item: Auto, partner_code: str, end_year: int, base_year: int | None) -> float:
    base, way = (str(base_year), "contribution") if base_year else ("", "share")
    for name in _names(item):
        try:
            asked = Definition(partner_code, name, item.basis, "latest", base, str(end_year), way)
            return evaluate("deficit", asked).value
        except (NoFigure, InputError):
            continue
    return math.nan


def auto_readings(item: Comparison) -> pd.DataFrame:
    """Other readings of an auto figure, hypotheses: `reading, low, value, high, origin`.

    The flows instead of the balance, and the year before instead of the year, from the end-use
    file; then imports quoted for the year under HS 87. Million dollars.
    """
    partner_code, year = item.partner.code, item.end_year
    asked = [
        ("imports of motor vehicles and parts, not a deficit", "imports", year),
        ("exports of motor vehicles and parts", "exports", year),
        (f"the deficit in motor vehicles and parts in {year - 1}", "deficit", year - 1),
    ]
    rows = []
    for reading, measure, when in asked:
        try:
            value = evaluate(measure, Definition(partner_code, "autos", end=str(when))).value
        except NoFigure:
            continue
        rows.append((reading, value, value, value, "file"))
    quoted = open_table("quoted")
    quoted = quoted[
        (quoted.topic == "hs87")
        & (quoted.flow == "imports")
        & (quoted.year == year)
        & (quoted.partner_code == partner_code)
    ]
    rows += [
        (
            f"imports of vehicles (HS 87), as quoted ({row.source_id})",
            row.low_musd,
            row.value_musd,
            row.high_musd,
            "quoted",
        )
        for row in quoted.itertuples()
    ]
    return pd.DataFrame(rows, columns=["reading", "low", "value", "high", "origin"])


def vehicle_months(item: Comparison) -> pd.DataFrame:
    """HS 87 by month: `imports` for consumption, total `exports` (musd), `duty_rate` (percent).

    Indexed by `pandas.Period`; empty for a partner that the table does not have.
    """
    rows = open_table("hs87_monthly")
    rows = rows[rows.partner_code == item.partner.code]
    return pd.DataFrame(
        {
            "imports": rows.imports_for_consumption_musd.to_numpy(),
            "exports": rows.total_exports_musd.to_numpy(),
            "duty_rate": rows.effective_duty_rate_pct.to_numpy(),
        },
        index=pd.PeriodIndex(rows.month, freq="M", name="month"),
    )
