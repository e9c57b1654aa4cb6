"""The one form of figures: ends that carry through, and flows by partner and time as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from korus_helpers.trade.bases import FLOWS
from korus_helpers.trade.periods import Period


@dataclass(frozen=True)
class Ends:
    """A figure known to lie from `low` to `high`, most likely `value`; numbers or arrays alike.

    All three are equal where it is exact. Ends carry through: each operation gives the lowest and
    the highest result possible.
    """

    low: float
    value: float
    high: float

    def __add__(self, other: "Ends") -> "Ends":
        return Ends(self.low + other.low, self.value + other.value, self.high + other.high)

    def __neg__(self) -> "Ends":
        return Ends(-self.high, -self.value, -self.low)

    def __sub__(self, other: "Ends") -> "Ends":
        return Ends(self.low - other.high, self.value - other.value, self.high - other.low)

    def __truediv__(self, other: "Ends") -> "Ends":
        """The quotient; NaN unless the other lies above zero and this one not below it."""
        usable = (other.low > 0) & (self.low >= 0)
        over = other.where(usable)
        return Ends(self.low / over.high, self.value / over.value, self.high / over.low)

    def where(self, usable: bool | np.ndarray) -> "Ends":
        """The same, NaN where it is not usable."""
        return self.each(lambda end: np.where(usable, end, np.nan))

    def each(self, change: Callable) -> "Ends":
        """`change` done to each end; it must not turn their order."""
        return Ends(change(self.low), change(self.value), change(self.high))

    def since(self, base: "Ends", way: str) -> "Ends":
        """The change, ratio or percent-change from `base`; NaN where a quotient has no meaning."""
        if way == "change":
            return self - base
        ratio = self / base
        return ratio if way == "ratio" else ratio.each(lambda end: 100 * (end - 1))


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
        """Exports and imports (2 x codes) of a period; NaN where a month or year is missing.

        Codes with "+" between them are added up, unknown where one of them is.
        """
        if any("+" in code for code in codes):
            sums = [self.window(asked, code.split("+")).sum(axis=1) for code in codes]
            return np.array(sums).T
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
    exports, imports = (
        # Figures are whole dollars or coarser: beyond them a sum holds only noise of adding floats.
        values[:, skip : skip + 12 * count].reshape(-1, count, 12).sum(axis=2).round(6)
        for values in (months.exports, months.imports)
    )
    return replace(months, first=months.first + skip, step=12, exports=exports, imports=imports)
