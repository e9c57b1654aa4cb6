"""The cells behind a grid of definitions: each partner and period is read once."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.in_force import in_force
from korus_helpers.figures.releases import LATEST, resolve
from korus_helpers.trade.bases import GENERAL, OWN_RELEASE
from korus_helpers.trade.definition import COMPARED, Definition, check_way
from korus_helpers.trade.flows import series
from korus_helpers.trade.missing import why_missing
from korus_helpers.trade.periods import Period, period
from korus_helpers.trade.sectors import sector

WORLD = "0015"
CHOICES = tuple(field.name for field in fields(Definition))
_KEY = ("vintage", "basis", "sector", "partner")


@dataclass(frozen=True)
class Column:
    """One choice of a grid: its distinct values, and for each row which of them."""

    values: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, rows: Definition | pd.DataFrame, name: str) -> "Column":
        """A column of the grid, or the default of `Definition` where it is left out.

        A single definition is a grid of one row.
        """
        if isinstance(rows, Definition):
            return cls(np.array([getattr(rows, name)], dtype=object), np.zeros(1, dtype=int))
        if name not in rows:
            default = next(f.default for f in fields(Definition) if f.name == name)
            return cls(np.array([default], dtype=object), np.zeros(len(rows), dtype=int))
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            codes, values = rows[name].cat.codes.to_numpy(int), rows[name].cat.categories
        else:
            codes, values = pd.factorize(rows[name].astype(str))
        return cls(np.array([str(value) for value in values], dtype=object), codes)

    def __getitem__(self, row: int) -> str:
        return self.values[self.codes[row]]

    def among(self, names: Iterable[str]) -> np.ndarray:
        """For every row whether its value is one of these; distinct values are compared only."""
        wanted = set(names)
        return np.array([value in wanted for value in self.values], dtype=bool)[self.codes]

    @property
    def each(self) -> np.ndarray:
        """The value of every row."""
        return self.values[self.codes]


@dataclass(frozen=True)
class Cell:
    """One partner's flows in one period, by release, basis and sector."""

    vintage: str
    basis: str
    sector: str
    partner: str
    period: str


class Cells:
    """Exports, imports and deficit behind every row of a grid."""

    def __init__(self, rows: Definition | pd.DataFrame) -> None:
        self.columns = {name: Column.of(rows, name) for name in CHOICES}
        self._check_ways()
        self.periods = {
            text: period(text)
            for side in ("base", "end")
            for text in self.columns[side].values
            if text
        }
        partners = set(self.columns["partner"].values)
        if "share" in self.columns["as_"].values and "total" in self.columns["sector"].values:
            partners.add(WORLD)
        asked = list(self.periods.values())
        self._check_lengths()
        self.releases = {
            name: name
            if name.startswith("as-of:")
            else resolve(
                name,
                partners,
                min(p.start for p in asked),
                max(p.end for p in asked),
                all(p.year is not None for p in asked),
            )
            for name in self.columns["vintage"].values
        }
        self._read: dict[tuple[str, bool], np.ndarray] = {}

    def _check_ways(self) -> None:
        """Refuse rows that could not be a `Definition`; raises `InputError`."""
        ways, end, base = (self.columns[name] for name in ("as_", "end", "base"))
        for way in ways.values:
            check_way(way)
        if end.among([""]).any() or not len(end.values):
            raise InputError("a grid needs periods; give it end=2016 or end=[2015, 2016]")
        if (ways.among(COMPARED) & base.among([""])).any():
            raise InputError("a comparison needs two periods; give the grid base and end")
        whole = [name for name in self.columns["sector"].values if sector(name).whole == name]
        if (ways.among(["contribution"]) & self.columns["sector"].among(whole)).any():
            raise InputError('a contribution needs a sector; give the grid sector="autos"')

    def _check_lengths(self) -> None:
        compared = self.columns["as_"].among(COMPARED)
        end, base = (
            np.array([self.periods[text].months if text else 0 for text in column.values])[
                column.codes
            ]
            for column in (self.columns["end"], self.columns["base"])
        )
        if (compared & (end != base)).any():
            raise InputError(
                "the grid compares periods of different length; "
                "give it periods with the same number of months"
            )

    def flows(self, side: str, whole: bool = False) -> np.ndarray:
        """Exports, imports and deficit (3 x low, value, high x rows) of the end or base period.

        `whole` gives what a share divides by: all goods of the same table, or for all goods the
        World. Million dollars, NaN where unknown.
        """
        if (side, whole) not in self._read:
            _, first, inverse = np.unique(
                self.numbers(side), return_index=True, return_inverse=True
            )
            cells = [self.cell(row, side, whole) for row in first]
            self._read[side, whole] = self._values(cells)[:, :, inverse]
        return self._read[side, whole]

    def numbers(self, side: str) -> np.ndarray:
        """For every row a number that is the same where the cell is the same."""
        number = np.zeros(len(self.columns[side].codes), dtype=np.int64)
        for part in (self.columns[name] for name in (*_KEY, side)):
            number = number * len(part.values) + part.codes
        return number

    @property
    def vintages(self) -> np.ndarray:
        """For every row the release used; "latest" where a sector has a release of its own."""
        asked, resolved = self.columns["vintage"], np.array(list(self.releases.values()), object)
        total = self.columns["sector"].among(["total"])
        country = total & ~self.columns["basis"].among(OWN_RELEASE)
        return np.where(country, resolved[asked.codes], asked.each)

    def cell(self, row: int, side: str, whole: bool) -> Cell:
        """The cell behind one row."""
        vintage, basis, name, partner = (self.columns[key][row] for key in _KEY)
        item = sector(name)
        basis = basis or item.basis
        if whole:
            partner = WORLD if item.whole == item.name else partner
            item = sector(item.whole)
        if item.name == "total" and basis not in OWN_RELEASE:
            vintage = self.releases[vintage]
        return Cell(vintage, basis, item.name, partner, self.columns[side][row])

    def parts(self, way: str) -> list[Cell]:
        """The cells behind the first row where it asks for `way`: end, base, and their wholes."""
        sides = [("end", False)]
        sides += [("base", False)] if way in COMPARED else []
        sides += [("end", True)] if way in ("share", "contribution") else []
        sides += [("base", True)] if way == "contribution" else []
        return [self.cell(0, *side) for side in sides]

    def reason(self, row: int, side: str, whole: bool, flows: tuple[str, ...]) -> str:
        """Why the cell of a row has no figure, as a clause."""
        cell = self.cell(row, side, whole)
        asked = self.periods[cell.period]
        if not cell.vintage.startswith("as-of:"):
            return why_missing(cell.vintage, cell.basis, cell.sector, cell.partner, asked, flows)
        try:
            _then(cell, asked)
        except NoFigure as error:
            return str(error)
        raise AssertionError("the figure is known")

    def _values(self, cells: list[Cell]) -> np.ndarray:
        found = np.full((3, 3, len(cells)), np.nan)
        groups: dict[tuple[str, ...], list[int]] = {}
        for i, cell in enumerate(cells):
            groups.setdefault((cell.vintage, cell.basis, cell.sector, cell.period), []).append(i)
        for (vintage, basis, name, text), mine in groups.items():
            if not text:
                continue
            if vintage.startswith("as-of:"):
                for i in mine:
                    try:
                        found[:, :, i] = _then(cells[i], self.periods[text])
                    except NoFigure:
                        continue
                continue
            source = series(vintage, basis, name, self.periods[text].year is None)
            if source is not None:
                flows = source.window(self.periods[text], [cells[i].partner for i in mine])
                found[:2, :, mine] = flows[:, None, :]
                found[2, :, mine] = (flows[1] - flows[0])[:, None]
        return found


def _then(cell: Cell, asked: Period) -> list[tuple[float, float, float]]:
    """Exports, imports and deficit as in force on a day; raises `NoFigure`."""
    if cell.sector != "total" or cell.basis != GENERAL or asked.year is None:
        raise NoFigure(
            "cannot be checked: for a past day only calendar years of all goods on the "
            f"general basis are known; type --vintage {LATEST}"
        )
    known = in_force(cell.vintage.removeprefix("as-of:"), cell.partner, asked.year)
    return [known.exports, known.imports, known.deficit]
