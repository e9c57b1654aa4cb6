"""Figures beside prices and the economy of the United States, from the table `context_annual`."""

import math
from typing import TYPE_CHECKING

from korus_helpers.figures.store import remembered
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.periods import Period
from korus_helpers.trade.series import Ends

if TYPE_CHECKING:
    from korus_helpers.trade.catalogue import Rows
    from korus_helpers.trade.figure import Figure

_GDP, _DEFLATOR = "us_gdp_nominal_busd", "us_gdp_deflator_2017_1"
_BESIDE = ("level", "change", "percent-change", "ratio")
_LEAST = 0.00001  # of GDP: a smaller part is not said
_UNITS = {"percent-change": " percent", "ratio": " times"}


def gdp(asked: Period | None) -> float:
    """US gross domestic product of a calendar year, million dollars; NaN where it is not known."""
    return 1000 * _of_years(_GDP).get(asked.year if asked else None, math.nan)


def gdp_years() -> list[int]:
    """The years whose gross domestic product is included."""
    return sorted(_of_years(_GDP))


def economy_rows(*asked: Period) -> "Rows":
    """The rows of calendar years."""
    years = open_table("context_annual").year
    return {"context_annual": set(years.index[years.isin([one.year for one in asked])])}


def beside(figure: "Figure") -> str:
    """A level or comparison of calendar years in constant dollars and of US GDP, in a sentence.

    "" for other ways, for periods that are no calendar years, and where prices are not known.
    """
    asked = figure.definition
    prices = _of_years(_DEFLATOR)
    years = [one.year for one in (asked.first, asked.last) if one]
    if asked.as_ not in _BESIDE or not set(years) <= set(prices):
        return ""
    values = [figure.base_value, figure.end_value][-len(years) :]
    newest = max(prices)
    real = [at * prices[newest] / prices[year] for at, year in zip(values, years, strict=True)]
    parts = [at / gdp(one) for at, one in zip(values, asked.periods, strict=True)]
    of_gdp = " and ".join(_decimals(100 * part) for part in parts) + " percent"
    if asked.as_ in _UNITS:
        pairs = ([Ends(at, at, at) for at in both] for both in (real, parts))
        amount, moved = (
            _decimals(float(last.since(first, asked.as_).value)) + _UNITS[asked.as_]
            for first, last in pairs
        )
        of_gdp = f"{moved} ({of_gdp})"
    else:
        size = real[-1] - (real[0] if asked.first else 0)
        scale, unit = (1000, "billion") if abs(size) >= 1000 else (1, "million")
        amount = f"{'−' * (size < 0)}USD {_decimals(abs(size) / scale)} {unit}"
    said = f"In dollars of {newest} (GDP deflator): {amount}."
    return f"{said} Of US GDP: {of_gdp}." if max(map(abs, parts)) >= _LEAST else said


def _decimals(value: float) -> str:
    """With two decimals, and below a tenth with two digits that count."""
    return f"{value:,.{3 if abs(value) < 0.1 else 2}f}".replace("-", "−")


@remembered
def _of_years(column: str) -> dict[int, float]:
    rows = open_table("context_annual").set_index("year")[column].dropna()
    return rows.to_dict()
