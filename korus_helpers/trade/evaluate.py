"""The one calculation: a measure under a definition, or under many definitions at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import countries
from korus_helpers.figures.releases import LATEST, resolve
from korus_helpers.trade.bases import (
    COMPARED,
    CONSUMPTION,
    FLOWS,
    GENERAL,
    OF_WHOLE,
    OWN_RELEASE,
    PLACED,
    WAYS,
    WORLD,
)
from korus_helpers.trade.catalogue import (
    AS_OF,
    Cell,
    Rows,
    merged,
    rows_behind,
    series,
    why_missing,
)
from korus_helpers.trade.definition import CHOICES, Definition, check_measure, check_way
from korus_helpers.trade.economy import economy_rows, gdp, gdp_years
from korus_helpers.trade.figure import Figure, provenance
from korus_helpers.trade.periods import Period, period
from korus_helpers.trade.reach import reach_of
from korus_helpers.trade.sectors import require_netted, sector
from korus_helpers.trade.series import Ends, Series

# No contribution where the whole moved by less than this part of the trade of the end period.
SMALL = 0.01
_SIDES = {  # period, and whether of the whole: the ways that need it
    ("end", False): tuple(WAYS),
    ("base", False): COMPARED,
    ("end", True): OF_WHOLE,
    ("base", True): OF_WHOLE[1:],
}
_KEY = ("vintage", "basis", "sector", "partner")


def evaluate(
    measure: str, definition: Definition | pd.DataFrame, printed_on: str = ""
) -> Figure | pd.DataFrame:
    """A measure under one definition (a `Figure`) or a grid of definitions (a frame).

    `measure` is exports, imports, deficit (imports minus exports), balance or two-way. A grid has
    the columns of `Definition` (partner codes; columns left out take its defaults), as `grid` makes
    it. The answer has the same rows and `value, low, high, base_value, end_value` (NaN where there
    is no figure), `unit`, `vintage` as used, and `reason` ("" or why there is none). `latest`
    is one release for the whole grid. With the day on which a claim was `printed_on`, `low` and
    `high` tell how far the figure of that day may have been from it (`trade.reach`). Raises
    `InputError`; for a single definition without a figure `NoFigure` with the reason.
    """
    asked = _Grid(check_measure(measure), definition, printed_on)
    found = asked.columns_found()
    if not isinstance(definition, Definition):
        return pd.DataFrame({**definition, **found}, index=definition.index)
    row = {name: values[0] for name, values in found.items()}
    if row["reason"]:
        raise NoFigure(row["reason"] + _moved(definition, row["base_value"], row["end_value"]))
    used = definition.under(vintage=row["vintage"])
    numbers = {name: float(row[name]) for name in ("value", "low", "high", "base_value",
                                                   "end_value")}  # fmt: skip
    label, source_ids, mixed = provenance(measure, used)
    return Figure(measure, used, **numbers, unit=row["unit"], vintage=label,
                  source_ids=source_ids, mixed=mixed)  # fmt: skip


def figure_or_why(measure: str, asked: Definition) -> tuple[Figure | None, str]:
    """The figure under one definition, or None and the reason why there is none."""
    try:
        return evaluate(measure, asked), ""
    except NoFigure as error:
        return None, str(error)


def figure_rows(measure: str, definition: Definition) -> Rows:
    """What `evaluate` reads for a figure that exists: both periods, sector and whole.

    A measure of one flow leaves the other out, where the table holds each flow in its own rows.
    """
    asked = _Grid(measure, definition)
    of_gdp = [economy_rows(definition.last)] if definition.as_ == "gdp-share" else []
    found = [rows_behind(asked.cell(0, *side), asked.flows) for side in asked.sides]
    return merged([*found, *of_gdp])


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
    base, end, size = (
        f"{x:,.1f}" if abs(x) >= 0.05 else f"{x + 0.0:.2g}" for x in (base, end, abs(moved))
    )
    by = f"{'rose' if moved > 0 else 'fell'} by {size} million" if moved else "did not change"
    what = f"the part {by}" if definition.as_ in OF_WHOLE else f"it {by}"
    return f" (from {base} to {end} million dollars {what})"


@dataclass(frozen=True)
class _Column:
    """One choice of a grid: its distinct values, read once, and for each row which of them."""

    values: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, name: str, read: Callable) -> "_Column":
        """A column of the grid, or the default of `Definition` where it is left out."""
        if name not in rows:
            codes, values = np.zeros(len(rows), dtype=int), [CHOICES[name]]
        elif isinstance(rows[name].dtype, pd.CategoricalDtype):
            codes, values = rows[name].cat.codes.to_numpy(int), rows[name].cat.categories
        else:
            codes, values = pd.factorize(rows[name].astype(str))
        return cls(_objects([read(str(value)) for value in values]), codes)

    def __getitem__(self, row: int) -> object:
        return self.values[self.codes[row]]

    def each(self, of: Callable) -> np.ndarray:
        """What `of` gives for the value of every row; distinct values are asked only."""
        found = [of(value) for value in self.values]
        return np.array(found, dtype=object if found and isinstance(found[0], str) else None)[
            self.codes
        ]


def _objects(values: list) -> np.ndarray:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


class _Grid:
    """Exports, imports and deficit behind every row of a grid, and a measure made of them.

    A single definition is a grid of one row.
    """

    def __init__(self, measure: str, rows: Definition | pd.DataFrame, printed_on: str = "") -> None:
        self.measure, self.printed_on = measure, printed_on
        self.flows = (measure,) if measure in FLOWS else FLOWS
        if isinstance(rows, Definition):
            given = {name: getattr(rows, name) for name in ("basis", "vintage", "as_")}
            given |= {"partner": rows.partner, "sector": rows.what}
            given |= {"base": rows.first, "end": rows.last}
            self.columns = {
                name: _Column(_objects([value]), np.zeros(1, dtype=int))
                for name, value in given.items()
            }
        else:
            reads = {"sector": sector, "as_": check_way}
            reads |= dict.fromkeys(("base", "end"), lambda text: period(text) if text else None)
            self.columns = {name: _Column.of(rows, name, reads.get(name, str)) for name in CHOICES}
            self._check()
        for item in self.columns["sector"].values if measure not in FLOWS else ():
            require_netted(item)
        self.ways = set(self.columns["as_"].values)
        self.sides = [side for side, ways in _SIDES.items() if self.ways & set(ways)]
        self.releases = self._releases()
        self._read: dict[tuple[str, bool], tuple[Ends, Ends, Ends]] = {}

    def _check(self) -> None:
        """Refuse rows that could not be a `Definition`; raises `InputError`."""
        end, base = self.columns["end"], self.columns["base"]
        lengths = [one.each(lambda at: at.months if at else 0) for one in (end, base)]
        if not len(end.values) or not lengths[0].all():
            raise InputError("a grid needs periods; give it end=2016 or end=[2015, 2016]")
        compared = self.columns["as_"].each(COMPARED.__contains__)
        if (compared & (lengths[1] == 0)).any():
            raise InputError("a comparison needs two periods; give the grid base and end")
        parts = self.columns["as_"].each("contribution".__eq__)
        if (parts & self.columns["sector"].each(lambda item: item.whole == item)).any():
            raise InputError('a contribution needs a sector; give the grid sector="autos"')
        if (compared & (lengths[0] != lengths[1])).any():
            raise InputError(
                "the grid compares periods of different length; "
                "give it periods with the same number of months"
            )

    def _releases(self) -> dict[str, str]:
        """The release that each vintage asked for means: one for the whole grid."""
        partners = {one for code in self.columns["partner"].values for one in code.split("+")}
        whole = any(item.kind == "all goods" for item in self.columns["sector"].values)
        if self.ways & {"share", "points", "rank"} and whole:
            partners.add(WORLD)
        asked = [one for side in ("base", "end") for one in self.columns[side].values if one]
        span = min(one.start for one in asked), max(one.end for one in asked)
        years = all(one.whole_years for one in asked)
        return {
            name: name if name.startswith(AS_OF) else resolve(name, partners, *span, years)
            for name in self.columns["vintage"].values
        }

    def cell(self, row: int, side: str, whole: bool) -> Cell:
        """The cell behind one row; `whole` is what a share divides by, for all goods the World."""
        vintage, basis, item, partner = (self.columns[key][row] for key in _KEY)
        basis = basis or item.basis
        if whole:
            partner = WORLD if item.whole == item else partner
            item = item.whole
        if item.kind == "all goods" and basis not in OWN_RELEASE:
            vintage = self.releases[vintage]
        return Cell(vintage, basis, item, partner, self.columns[side][row])

    def _numbers(self, side: str) -> np.ndarray:
        """For every row a number that is the same where the cell is the same."""
        number = np.zeros(len(self.columns[side].codes), dtype=np.int64)
        for part in (self.columns[name] for name in (*_KEY, side)):
            number = number * len(part.values) + part.codes
        return number

    def traded(self, side: str, whole: bool = False) -> tuple[Ends, Ends, Ends]:
        """Exports, imports and deficit of every row in the end or base period, NaN if unknown."""
        if (side, whole) not in self._read:
            _, first, inverse = np.unique(
                self._numbers(side), return_index=True, return_inverse=True
            )
            cells = [self.cell(row, side, whole) for row in first]
            found = _flows(cells)
            if self.printed_on:
                _widen(found, cells, self.printed_on)
            found = found[:, :, inverse]
            self._read[side, whole] = tuple(Ends(*flow) for flow in found)
        return self._read[side, whole]

    def measured(self, side: str, whole: bool = False) -> Ends:
        """The measure of every row in the end or base period, million dollars."""
        return self._measure_of(*self.traded(side, whole))

    def columns_found(self) -> dict[str, np.ndarray]:
        """The columns of the answer, an array each."""
        ways, end, base = self.columns["as_"], self.measured("end"), self.measured("base")
        found = [end.low, end.value, end.high]
        for way in self.ways - {"level"}:
            mine, other = ways.each(way.__eq__), self._as(way, base, end)
            ends = (other.low, other.value, other.high)
            found = [np.where(mine, *both) for both in zip(ends, found, strict=True)]
        low, value, high = found
        item, basis, vintage = (self.columns[name] for name in ("sector", "basis", "vintage"))
        country = item.each(lambda one: one.kind == "all goods")
        country &= basis.each(lambda name: name not in OWN_RELEASE)
        return {
            "value": value,
            "low": low,
            "high": high,
            "base_value": base.value,
            "end_value": end.value,
            "unit": ways.each(WAYS.get),
            "vintage": np.where(country, vintage.each(self.releases.get), vintage.each(str)),
            "reason": self._reasons(np.isnan(value)),
        }

    def _as(self, way: str, base: Ends, end: Ends) -> Ends:
        """The measure for every row, as if all rows asked for `way`."""
        if way in PLACED:
            return self._places(way)
        exports, imports, _ = self.traded("end")
        if way == "imbalance":
            part = (exports / imports).each(lambda part: 100 * (1 - part))
            part = Ends(part.high, part.value, part.low)
            known = {"deficit": part, "balance": -part}
            return known.get(self.measure) or part.where(False)
        if way == "flow-ratio":
            return exports / imports if self.measure == "exports" else imports / exports
        if way == "gdp-share":
            return end.each(lambda part: 100 * part / self.columns["end"].each(gdp))
        if way not in OF_WHOLE:
            return end.since(base, way)
        whole = self.measured("end", whole=True)
        share = (end / whole).each(lambda part: 100 * part)
        if way == "share":
            return share
        if way == "points":
            before = base / self.measured("base", whole=True)
            return share - before.each(lambda part: 100 * part)
        exports, imports, _ = self.traded("end", whole=True)
        all_moved, moved = whole - self.measured("base", whole=True), end - base
        large = np.abs(all_moved.value) > SMALL * (exports + imports).value
        of = all_moved.where(large)
        return Ends(100 * moved.low / of.low, 100 * moved.value / of.value,
                    100 * moved.high / of.high)  # fmt: skip

    def _places(self, way: str) -> Ends:
        """The place of every row that asks for it, from 1; of past days none.

        Its ends are as far apart as the figure itself may have been from that of a past day.
        """
        found, measured = np.full((3, len(self.columns["as_"].codes)), np.nan), self.measured("end")
        for row in np.flatnonzero(self.columns["as_"].each(way.__eq__)):
            cell, base = self.cell(row, "end", False), self.columns["base"][row]
            held = series(cell.vintage, cell.basis, cell.sector, cell.monthly)
            own = measured.value[row]
            if cell.vintage.startswith(AS_OF) or held is None or np.isnan(own):
                continue
            if way == "rank":
                codes = [code for code in countries() if code in held.partners]
                among = cell.partner in codes and (own > 0 or self.measure in (*FLOWS, "two-way"))
                among = among and 2 * len(codes) > len(countries())  # few cannot be ranked
                others = self._plain(held, cell.period, codes) if among else []
            else:
                since = base.end if base else held.first - 1
                if since < held.first - 1:
                    continue  # what was before the first period is not known
                earlier = [one for one in cell.period.before(held.first) if one.start > since]
                others = [self._plain(held, one, [cell.partner]) for one in earlier]
            sign = -1 if way == "record-low" else 1
            ends = np.sort(sign * np.array([measured.high[row], own, measured.low[row]]))[::-1]
            if len(others):
                found[:, row] = [1 + (sign * np.array(others) > end).sum() for end in ends]
        return Ends(*found)

    def _measure_of(self, exports: Ends, imports: Ends, deficit: Ends) -> Ends:
        """The measure made of flows, whether they are ends or plain numbers."""
        if self.measure == "two-way":
            return exports + imports
        known = {"exports": exports, "imports": imports, "deficit": deficit}
        return known.get(self.measure, -deficit)

    def _plain(self, held: Series, asked: Period, codes: list[str]) -> np.ndarray:
        """The measure of partners in a period, as a series has it."""
        exports, imports = held.window(asked, codes)
        return self._measure_of(exports, imports, imports - exports)

    def _reasons(self, missing: np.ndarray) -> np.ndarray:
        """Per row "" or the reason why there is no figure: what is not known, else no meaning."""
        ways, missing = self.columns["as_"], missing.copy()
        reasons = np.full(len(missing), "", dtype=object)
        for side, whole in self.sides if missing.any() else ():
            known = self.measured(side, whole).value
            asked = ways.each(_SIDES[side, whole].__contains__)
            rows = np.flatnonzero(missing & asked & np.isnan(known))
            _, first, inverse = np.unique(
                self._numbers(side)[rows], return_index=True, return_inverse=True
            )
            said = [_why(self.cell(row, side, whole), self.flows) for row in rows[first]]
            reasons[rows] = _objects(said)[inverse]
            missing[rows] = False
        for way in self.ways:
            reasons[missing & ways.each(way.__eq__)] = _meaningless(self.measure, way)
        return reasons


def _flows(cells: list[Cell]) -> np.ndarray:
    """Exports, imports and deficit (3 x low, value, high x cells), million dollars; NaN if unknown.

    Each series is cut once for all cells that it answers.
    """
    found = np.full((3, 3, len(cells)), np.nan)
    groups: dict[tuple, list[int]] = {}
    for at, cell in enumerate(cells):
        if cell.period and cell.vintage.startswith(AS_OF):
            known = _then(cell)
            found[:, :, at] = np.nan if isinstance(known, str) else known
        elif cell.period:
            key = cell.vintage, cell.basis, cell.sector.name, cell.period
            groups.setdefault(key, []).append(at)
    for mine in groups.values():
        cell = cells[mine[0]]
        source = series(cell.vintage, cell.basis, cell.sector, cell.monthly)
        if source is not None:
            exports, imports = source.window(cell.period, [cells[at].partner for at in mine])
            flows = np.array([exports, imports, imports - exports])
            found[:, :, mine] = flows[:, None, :]
    return found


def _widen(found: np.ndarray, cells: list[Cell], day: str) -> None:
    """Move the ends of country figures as far as revisions since a day usually do, in place."""
    for at, cell in enumerate(cells):
        if cell.vintage.startswith(AS_OF) or cell.basis not in (GENERAL, CONSUMPTION):
            continue
        if cell.period and cell.sector.kind == "all goods":
            values = found[:2, 1, at]
            shares = [
                reach_of(flow, value, cell.period.last_year, day)
                for flow, value in zip(FLOWS, values, strict=True)
            ]
            off = values * shares
            found[:2, 0, at], found[:2, 2, at] = values - off, values + off
            found[2, 0, at] = found[1, 0, at] - found[0, 2, at]
            found[2, 2, at] = found[1, 2, at] - found[0, 0, at]


def _then(cell: Cell) -> list[tuple[float, float, float]] | str:
    """Exports, imports and deficit as in force on a day, or why they are not known."""
    if cell.sector.kind != "all goods" or cell.basis != GENERAL or not cell.period.year:
        return (
            "cannot be checked: for a past day only calendar years of all goods on the "
            f"general basis are known; type --vintage {LATEST}"
        )
    if "+" in cell.partner:
        parts = [_then(replace(cell, partner=one)) for one in cell.partner.split("+")]
        why = next((one for one in parts if isinstance(one, str)), "")
        return why or np.sum(parts, axis=0).tolist()
    try:
        return [cell.then.exports, cell.then.imports, cell.then.deficit]
    except NoFigure as error:
        return str(error)


def _why(cell: Cell, flows: tuple[str, ...]) -> str:
    """Why there is no figure, as a clause."""
    return _then(cell) if cell.vintage.startswith(AS_OF) else why_missing(cell, flows)


def _meaningless(measure: str, way: str) -> str:
    measure = "two-way trade" if measure == "two-way" else measure
    if way in ("share", "points"):
        return (
            f"a share of the {measure} has no meaning here: the part or the whole is zero or "
            "of the other sign; ask for the level"
        )
    if way == "contribution":
        return (
            f"the whole {measure} hardly moved, so a contribution to its change has no meaning; "
            "ask for the change"
        )
    if way == "rank":
        return (
            f"a rank of the {measure} has no meaning here: it is not a single country, not of the "
            "sign that is ranked, of a past day, or of few countries; ask for the level"
        )
    if way in PLACED:
        return (
            f"a {way} of the {measure} needs all periods before it, in one release; type a later "
            "first one, or ask for the level"
        )
    if way == "imbalance":
        return "an imbalance is the deficit in percent of imports; ask for the deficit or balance"
    if way == "gdp-share":
        years = gdp_years()
        return (
            "a part of US gross domestic product is known for calendar years "
            f"{years[0]} to {years[-1]}; type one of them"
        )
    if way == "flow-ratio":
        return "one of the flows is zero, so a flow-ratio has no meaning; ask for the level"
    return (
        f"a {way} of the {measure} has no meaning here: it starts at zero or below, or changes "
        "sign; ask for the change"
    )
