"""Exports and imports by partner and time, as arrays that a period is cut from."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from korus_helpers.trade.periods import Period

FLOWS = ("exports", "imports")
_STEPS = {"year": 12, "quarter": 3, "number": 1}


@dataclass(frozen=True, eq=False)
class Series:
    """Exports and imports in million dollars, arrays of partner x time; NaN where unknown.

    `first` is the month (counted from the year 0) of the first column, `step` the months of a
    column: 12, 3 or 1. `vintages` names the release of each flow and year where they differ.
    """

    partners: dict[str, int]
    first: int
    step: int
    exports: np.ndarray
    imports: np.ndarray
    label: str
    source_ids: tuple[str, ...]
    vintages: dict[tuple[str, int], str] | None = None

    def window(self, asked: Period, codes: list[str]) -> np.ndarray:
        """Exports and imports (2 x codes) of a period; NaN where a month or year is missing."""
        found = np.full((2, len(codes)), np.nan)
        start, rest = divmod(asked.start - self.first, self.step)
        count, cut = divmod(asked.months, self.step)
        if rest or cut or start < 0 or start + count > self.exports.shape[1]:
            return found
        rows = np.array([self.partners.get(code, -1) for code in codes])
        for flow, values in enumerate((self.exports, self.imports)):
            sums = values[rows, start : start + count].sum(axis=1)
            found[flow] = np.where(rows >= 0, sums, np.nan)
        return found

    def of(self, partner_code: str) -> "Series":
        """The same for one partner alone."""
        row = self.partners[partner_code]
        one = [values[row : row + 1] for values in (self.exports, self.imports)]
        return replace(self, partners={partner_code: 0}, exports=one[0], imports=one[1])

    def last(self, flow: str) -> int:
        """The last month with a figure of any partner."""
        return self.first + self.step * (int(self._known[flow][-1]) + 1) - 1

    def begin(self, flow: str) -> int:
        """The first month with a figure of any partner."""
        return self.first + self.step * int(self._known[flow][0])

    @cached_property  # asked for each figure that is missing
    def _known(self) -> dict[str, np.ndarray]:
        return {flow: np.flatnonzero(~np.isnan(getattr(self, flow)).all(axis=0)) for flow in FLOWS}


def calendar_years(months: Series) -> Series:
    """The calendar years of a monthly series, of which all twelve months are known."""
    skip = -months.first % 12
    count = (months.exports.shape[1] - skip) // 12
    parts = [
        values[:, skip : skip + 12 * count].reshape(len(values), count, 12).sum(axis=2)
        for values in (months.exports, months.imports)
    ]
    return replace(months, first=months.first + skip, step=12, exports=parts[0], imports=parts[1])


def build(
    frame: pd.DataFrame,
    time: str,
    label: str,
    source_ids: tuple[str, ...],
    vintages: dict | None = None,
) -> Series:
    """A series from rows with `partner_code`, `exports_musd`, `imports_musd` and a column `time`.

    `time` is "year", or "quarter" or "number" (of the month) counted from the year 0.
    """
    codes, partners_ = pd.factorize(frame.partner_code)
    first = int(frame[time].min())
    width = int(frame[time].max()) - first + 1
    step = _STEPS[time]
    values = []
    for flow in FLOWS:
        grid = np.full((len(partners_), width), np.nan)
        grid[codes, frame[time].to_numpy() - first] = frame[f"{flow}_musd"]
        values.append(grid)
    return Series(
        {code: i for i, code in enumerate(partners_)},
        first * step,
        step,
        *values,
        label,
        source_ids,
        vintages,
    )
