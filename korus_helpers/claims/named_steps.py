"""How far a definition lies from the stated one: named steps, kept as the bits of a number."""

from dataclasses import dataclass

import numpy as np

from korus_helpers.claims.claim import KOREAN, UNSPECIFIED, is_date
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner
from korus_helpers.trade.bases import (
    BOP,
    COUNTED,
    FLOWS,
    GENERAL,
    GOODS_SERVICES,
    KOREA_REPORTED,
    counted,
)
from korus_helpers.trade.comparison import KOREA
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition, check_basis
from korus_helpers.trade.periods import Period, agreement_year, month_number, period
from korus_helpers.trade.sectors import sector as sector_of

QUOTED_SECTORS = ("hs8703", "autos_and_parts_piie", "automobiles_korea")  # in no file
NOT_STATED = "not stated"

# From the least to the greatest departure; ties in the number of steps are ranked by it.
STEPS = (
    "vintage",
    "import basis",
    "export basis",
    "balance-of-payments basis",
    "goods with services",
    "agreement year",
    "calendar year",
    "base year",
    "other source",
    "chains two sources",
    "basis not stated",
    "sector",
    "year",
    "12-month window",
    "reporter",
)
BIT = {name: 1 << at for at, name in enumerate(STEPS)}
NEAR = frozenset(STEPS) - {"year", "12-month window", "reporter"}
_YEARS_OFF = 1  # a stated year may be meant for the one before or after it


@dataclass(frozen=True)
class Stated:
    """What is stated of a number, checked; measures, ways and periods may be left open.

    `sector` None is all goods, as long as nothing better fits; `basis` is the one asked for or
    the sector's own. `day` is when the number was printed, "" if unknown: periods that had not
    ended by then are not tried, and the figures in force on it come first.
    """

    measures: tuple[str, ...]
    ways: tuple[str, ...]
    partner: str
    sector: str | None
    basis: str
    base: Period | None
    end: Period | None
    day: str

    @property
    def months(self) -> int:
        """Length of the periods compared."""
        return next((one.months for one in (self.end, self.base) if one), 12)


def read_stated(
    unit: str,
    *,
    measure: str | None = None,
    as_: str | None = None,
    partner: str = KOREA,
    sector: str | None = None,
    basis: str = "",
    base: str = "",
    end: str = "",
    made_on: str = "",
    reporter: str = "USA",
) -> Stated:
    """The statement behind a number in `unit`; raises `InputError` for what is not understood.

    What is left out is open (measure, way, years) or takes the default (all goods, the basis of
    the sector, US statistics, today's figures), and another choice of it is a named step. A
    stated year is tried with its two neighbours; `made_on` ("2017-12-28") leaves out periods
    that had not ended by then. Without `as_` a base year means a comparison and an end alone a
    level or share, wherever the unit allows it; without either all ways of the unit are open.
    """
    if measure is not None and measure not in MEASURES:
        raise InputError(
            f'measure "{measure[:40]}" is not known; type one of {", ".join(MEASURES)}'
        )
    if reporter not in ("USA", KOREAN):
        raise InputError(f'reporter "{reporter[:40]}" is not known; type USA or KOR')
    if made_on and not (len(made_on) == 10 and is_date(made_on)):
        raise InputError(f'day "{made_on[:40]}" is not understood; type one like 2017-12-28')
    first, last = _periods(partner, base, end)
    ways = _ways(unit, as_, first, last)
    if sector not in (None, *COUNTED, UNSPECIFIED, *QUOTED_SECTORS):
        basis = basis or ("" if reporter == KOREAN else sector_of(sector).basis)
    default = KOREA_REPORTED if reporter == KOREAN else GENERAL
    code = find_partner(partner, [one.last_year for one in (first, last) if one]).code
    measures = (measure,) if measure else MEASURES
    return Stated(measures, ways, code, sector, check_basis(basis or default), first, last, made_on)


def _periods(partner: str, base: str, end: str) -> tuple[Period | None, Period | None]:
    if base and end:
        both = Definition(partner, base=base, end=end, as_="change")
        first, last = period(both.base), period(both.end)
        if first >= last:
            raise InputError(
                f"the base {first} is not before the end {last}; type the earlier first"
            )
        return first, last
    read = [period(Definition(partner, end=text).end) if text else None for text in (base, end)]
    return read[0], read[1]


def _ways(unit: str, as_: str | None, base: Period | None, end: Period | None) -> tuple[str, ...]:
    if as_ is not None and as_ not in UNITS:
        raise InputError(f'"{as_[:40]}" is not a way to compare; type one of {", ".join(UNITS)}')
    if as_ is not None and UNITS[as_] != unit:
        raise InputError(f"a {as_} is in {UNITS[as_]}, while the number is in {unit}")
    if as_ is not None and as_ not in COMPARED and base:
        raise InputError(f"a {as_} needs one period; type --year 2016, or --as change")
    if as_ is not None:
        return (as_,)
    ways = tuple(way for way, its in UNITS.items() if its == unit)
    if not ways:
        raise InputError(
            f"no definition gives a number in {unit}; type one in dollars, percent or times"
        )
    fitting = [way for way in ways if (way in COMPARED) == bool(base)] if base or end else []
    return tuple(fitting) or ways


def meant(starts: np.ndarray, asked: Period | None) -> np.ndarray:
    """Those of `starts`, months since the year 0, that a stated period is tried with, if any is."""
    if asked is None:
        return starts
    return starts[np.abs(_year(starts) - _year(asked.start)) <= _YEARS_OFF]


def place(base: np.ndarray, end: np.ndarray, stated: Stated) -> tuple[np.ndarray, np.ndarray]:
    """Which spans are tried, and their steps; months since the year 0, base -1 for one period.

    Where a year is stated, it and its neighbours are tried, as calendar years or as 12 months
    that share most with it. A comparison is of like months: April to March with April to March.
    """
    months, compared = stated.months, base >= 0
    tried = ~compared | ((end > base) & ((end - base) % 12 == 0))
    if stated.day:
        tried &= end + months <= month_number(int(stated.day[:4]), int(stated.day[5:7]))
    bits = np.zeros(len(end), dtype=np.int64)
    for starts, asked, step in ((base, stated.base, "base year"), (end, stated.end, "year")):
        if asked is not None:
            off = np.abs(_year(starts) - _year(asked.start)) * (starts >= 0)
            tried &= off <= _YEARS_OFF
            bits |= np.where(off > 0, BIT[step], 0)
    known = stated.end or stated.base
    phase = known.start % 12 if known else 0
    if months != 12:
        return tried & (end % 12 == phase), bits
    korus = agreement_year(0)
    agreed = (end % 12 == korus.start % 12) & (np.where(compared, base, end) >= korus.start)
    kinds = [end % 12 == phase, end % 12 == 0, agreed & (stated.partner == KOREA)]
    names = [0, BIT["calendar year"], BIT["agreement year"]]
    return tried, bits | np.select(kinds, names, BIT["12-month window"])


def _year(starts: np.ndarray | int) -> np.ndarray | int:
    """The calendar year that shares most months with 12 months from `starts`; ties: the first."""
    return (starts + 5) // 12


def table_steps(stated: Stated, measure: str, sector_name: str, basis: str) -> int:
    """The steps that lie in the sector and the basis of a figure."""
    asked = stated.sector or counted("total", stated.basis)
    return _sector_steps(asked, counted(sector_name, basis)) | _basis_steps(
        stated.basis, basis, FLOWS if measure not in FLOWS else (measure,)
    )


def _sector_steps(asked: str, found: str) -> int:
    both = {"total", GOODS_SERVICES}
    if found == asked or (asked == UNSPECIFIED and found in both):
        return 0
    return BIT["goods with services" if {asked, found} == both else "sector"]


def _basis_steps(asked: str, found: str, flows: tuple[str, ...]) -> int:
    if found == asked:
        return 0
    if KOREA_REPORTED in (asked, found):
        return BIT["reporter"]
    if found in COUNTED or asked in COUNTED:  # a step of what is counted
        return 0
    if BOP in (asked, found):
        return BIT["balance-of-payments basis"]
    if found == NOT_STATED:
        return BIT["basis not stated"]
    words = {"exports": ("domestic", "export basis"), "imports": ("consumption", "import basis")}
    kinds = [words[flow] for flow in flows]
    return sum(BIT[step] for word, step in kinds if (word in asked) != (word in found))


def names_of(bits: int) -> tuple[str, ...]:
    """The named steps, the least departure first."""
    return tuple(name for name in STEPS if bits & BIT[name])
