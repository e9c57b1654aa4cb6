"""The one calculation: a measure under a definition, or under many definitions at once."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.trade.cells import CHOICES, Cells
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.figure import Figure, provenance
from korus_helpers.trade.sectors import require_netted, sector
from korus_helpers.trade.series import FLOWS

# No contribution where the whole moved by less than this part of the trade of the end period.
SMALL = 0.01
_LOW, _VALUE, _HIGH = range(3)


def evaluate(measure: str, definition: Definition | pd.DataFrame) -> Figure | pd.DataFrame:
    """A measure under one definition (a `Figure`) or a grid of definitions (a frame).

    `measure` is exports, imports, deficit (imports minus exports), balance or two-way. A grid has
    the columns of `Definition` (partner codes; columns left out take its defaults), as `grid` makes
    it. The answer has the same rows and `value, low, high, base_value, end_value` (NaN where there
    is no figure), `unit`, `vintage` as used, and `reason` ("" or why there is none). `latest`
    is one release for the whole grid. Raises `InputError`; for a single definition without a figure
    `NoFigure` with the reason.
    """
    if measure not in MEASURES:
        raise InputError(
            f'measure "{measure[:40]}" is not known; type one of {", ".join(MEASURES)}'
        )
    cells = Cells(definition)
    for name in cells.columns["sector"].values if measure not in FLOWS else ():
        require_netted(sector(name))
    found = _evaluate(measure, cells)
    if not isinstance(definition, Definition):
        return pd.DataFrame({**definition, **found}, index=definition.index)
    row = {name: values[0] for name, values in found.items()}
    if row["reason"]:
        raise NoFigure(row["reason"] + _moved(definition, row["base_value"], row["end_value"]))
    used = replace(definition, vintage=row["vintage"])
    return Figure(
        measure,
        used,
        *(float(row[name]) for name in ("value", "low", "high")),
        row["unit"],
        float(row["base_value"]),
        float(row["end_value"]),
        *provenance(measure, used),
    )


def grid(**choices: Iterable | str | int) -> pd.DataFrame:
    """Every combination of the choices, a row each: `grid(partner=[…], end=range(2007, 2013))`."""
    unknown = set(choices) - set(CHOICES)
    if unknown:
        raise InputError(
            f"a grid has no choice named {', '.join(sorted(unknown))}; type {', '.join(CHOICES)}"
        )
    lists = {
        name: [values] if isinstance(values, (str, int)) else list(values)
        for name, values in choices.items()
    }
    sizes = [len(values) for values in lists.values()]
    codes = np.indices(sizes).reshape(len(sizes), -1)
    return pd.DataFrame(
        {
            name: pd.Categorical.from_codes(
                codes[i], pd.Index([str(v) for v in values], dtype="str")
            )
            for i, (name, values) in enumerate(lists.items())
        }
    )


def _moved(definition: Definition, base: float, end: float) -> str:
    """The change in dollars, for a comparison that has both ends but no meaning."""
    if definition.as_ not in COMPARED or np.isnan(base) or np.isnan(end):
        return ""
    moved = end - base
    base, end = (round(x, 1) + 0.0 for x in (base, end))  # no "-0.0"
    verb = "rose" if moved > 0 else "fell"
    by = f"{verb} by {abs(moved):,.1f} million" if moved else "did not change"
    what = f"the part {by}" if definition.as_ == "contribution" else f"it {by}"
    return f" (from {base:,.1f} to {end:,.1f} million dollars {what})"


def _evaluate(measure: str, cells: Cells) -> dict[str, np.ndarray]:
    """The columns of the answer, an array each."""
    ways = cells.columns["as_"]
    end, base = (_measured(measure, cells.flows(side)) for side in ("end", "base"))
    value = np.full_like(end, np.nan)
    for way in ways.values:
        found = _compared(way, measure, cells, base, end)
        value = np.where(ways.among([way]), found, value)
    low, value, high = value
    return {
        "value": value,
        "low": low,
        "high": high,
        "base_value": base[_VALUE],
        "end_value": end[_VALUE],
        "unit": np.array([UNITS[way] for way in ways.values], dtype=object)[ways.codes],
        "vintage": cells.vintages,
        "reason": _reasons(cells, measure, value, base[_VALUE], end[_VALUE]),
    }


def _measured(measure: str, flows: np.ndarray) -> np.ndarray:
    """The measure (low, value, high x rows) from exports, imports and deficit."""
    exports, imports, deficit = flows
    return {
        "exports": exports,
        "imports": imports,
        "deficit": deficit,
        "balance": -deficit[::-1],
        "two-way": exports + imports,
    }[measure]


def _compared(
    way: str, measure: str, cells: Cells, base: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Low, value and high for every row, as if all rows asked for `way`."""
    if way == "level":
        return end
    if way == "change":
        return end - base[::-1]
    if way == "ratio":
        return _divide(end, base)
    if way == "percent-change":
        return 100 * (_divide(end, base) - 1)
    whole_end = cells.flows("end", whole=True)
    if way == "share":
        return 100 * _divide(end, _measured(measure, whole_end))
    whole_base = _measured(measure, cells.flows("base", whole=True))
    moved = _measured(measure, whole_end) - whole_base[::-1]
    large = np.abs(moved[_VALUE]) > SMALL * (whole_end[0] + whole_end[1])[_VALUE]
    return 100 * (end - base[::-1]) / np.where(large, moved, np.nan)


def _divide(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Ends of upper/lower; NaN unless the lower is above zero and the upper not below it."""
    usable = (lower[_LOW] > 0) & (upper[_LOW] >= 0)
    return np.where(usable, upper, np.nan) / np.where(usable, lower, np.nan)[::-1]


def _reasons(
    cells: Cells, measure: str, value: np.ndarray, base: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Per row "" or the reason why there is no figure: what is not known, else no meaning."""
    ways = cells.columns["as_"]
    flows = (measure,) if measure in FLOWS else FLOWS
    reasons = np.full(len(value), "", dtype=object)
    open_rows = np.isnan(value)
    steps = [
        ("end", False, end, np.full(len(value), True)),
        ("base", False, base, ways.among(COMPARED)),
    ]
    for side, of_ways in (("end", ("share", "contribution")), ("base", ("contribution",))):
        if set(of_ways) & set(ways.values):
            whole = _measured(measure, cells.flows(side, whole=True))[_VALUE]
            steps.append((side, True, whole, ways.among(of_ways)))
    for side, whole, known, asked in steps:
        rows = np.flatnonzero(open_rows & asked & np.isnan(known))
        _, first, inverse = np.unique(
            cells.numbers(side)[rows], return_index=True, return_inverse=True
        )
        said = [cells.reason(row, side, whole, flows) for row in rows[first]]
        reasons[rows] = np.array(said, dtype=object)[inverse] if len(rows) else ""
        open_rows[rows] = False
    for way in ways.values:
        reasons[open_rows & ways.among([way])] = _meaningless(measure, way)
    return reasons


def _meaningless(measure: str, way: str) -> str:
    measure = "two-way trade" if measure == "two-way" else measure
    if way == "share":
        return (
            f"a share of the {measure} has no meaning here: the part or the whole is zero or "
            "of the other sign; ask for the level"
        )
    if way == "contribution":
        return (
            f"the whole {measure} hardly moved, so a contribution to its change has no meaning; "
            "ask for the change"
        )
    return (
        f"a {way} of the {measure} has no meaning here: it starts at zero or below, or changes "
        "sign; ask for the change"
    )
