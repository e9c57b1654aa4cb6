"""Periods of time: calendar years, windows of months, year to date."""

import re
from dataclasses import dataclass
from datetime import date

from korus_helpers.errors import InputError
from korus_helpers.figures.names import MONTHS

_PARTS = {month.lower(): (at, 1) for at, month in enumerate(MONTHS)}
_PARTS |= {name[:3]: place for name, place in _PARTS.items()} | {"sept": (8, 1)}
for _at, _names in enumerate((("q1", "first", "1st"), ("q2", "second", "2nd"),
                              ("q3", "third", "3rd"), ("q4", "fourth", "4th"))):  # fmt: skip
    _PARTS |= {name + " quarter" * (name[0] != "q"): (3 * _at, 3) for name in _names}
_PARTS |= {f"{at + 1:02d}": (at, 1) for at in range(12)} | {"": (0, 12)}
_YEAR = r"((?:19|20)[0-9]{2})"
_NUMBERS = re.compile(rf"{_YEAR}(?:-([0-9]{{2}})|-?(q[1-4]))?")  # 2016, 2018-07, 2018-Q3
_WORDS = re.compile(rf"([a-z]\S*|[1-4]\S+ quarter|[a-z]+ quarter)(?: {_YEAR})?")  # July 2018


@dataclass(frozen=True, order=True)
class Period:
    """Months from `start` on; `start` is counted from January of the year 0."""

    start: int
    months: int

    @property
    def end(self) -> int:
        """Number of the last month, counted as `start` is."""
        return self.start + self.months - 1

    @property
    def year(self) -> int | None:
        """The calendar year that this is, or None."""
        return self.start // 12 if self.start % 12 == 0 and self.months == 12 else None

    @property
    def whole_years(self) -> bool:
        """Whether it is calendar years, one or several."""
        return self.start % 12 == 0 and self.months % 12 == 0

    @property
    def last_year(self) -> int:
        """Calendar year of the last month."""
        return self.end // 12

    def shift(self, years: int) -> "Period":
        """The same months some years later."""
        return Period(self.start + 12 * years, self.months)

    def before(self, first: int) -> "list[Period]":
        """Earlier ones of the same length from the month `first` on.

        Months and calendar quarters follow each other; other spans are the same months of years.
        """
        steps = self.months in (1, 3) and self.start % self.months == 0
        step = self.months if steps or self.whole_years else 12
        return [Period(at, self.months) for at in range(self.start - step, first - 1, -step)]

    def __str__(self) -> str:
        if self.year is not None:
            return str(self.year)
        if self.whole_years:
            return f"{self.start // 12}/{self.last_year}"
        first, last = (month_text(number) for number in (self.start, self.end))
        return first if self.months == 1 else f"{first}/{last}"

    @property
    def words(self) -> str:
        """For sentences: "2016", or "April 2011 to March 2012"."""
        if self.year is not None:
            return str(self.year)
        if self.whole_years:
            return f"{self.start // 12} to {self.last_year} together"
        first, last = (month_words(number) for number in (self.start, self.end))
        return first if self.months == 1 else f"{first} to {last}"


def month_number(year: int, month: int) -> int:
    """Months since January of the year 0."""
    return 12 * year + month - 1


def month_start(number: int) -> date:
    """The first day of a month."""
    return date(number // 12, number % 12 + 1, 1)


def month_text(number: int) -> str:
    """As "2011-04"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_words(number: int) -> str:
    """As "April 2011"."""
    return f"{MONTHS[number % 12]} {number // 12}"


def period(text: "str | int | Period") -> Period:
    """The period that a text names; raises `InputError`.

    A year "2016"; a month "2018-07" or "July 2018"; a quarter "2018-Q3", "Q3 2018" or "third
    quarter of 2018"; or from one to another, both included: "2011-04/2012-03", "2011/2016",
    "January to June 2018".
    """
    if isinstance(text, Period):
        return text
    said = " ".join(str(text).split())
    ends = re.split(r"/|\s+to\s+", said, flags=re.IGNORECASE)
    if len(ends) < 3:
        last = _named(ends[-1])
        first = _named(ends[0], last.last_year if last else 0)
        if first and last and first.start <= last.start:
            return Period(first.start, last.end - first.start + 1)
    raise InputError(
        f'period "{said[:40]}" is not understood; type a year such as 2016, a month such as '
        "2018-07, a quarter such as 2018-Q3, or months such as 2011-04/2012-03, the earlier one "
        "first"
    )


def _named(text: str, year: int = 0) -> Period | None:
    """One year, quarter or month; `year` is that of a name without one."""
    plain = text.strip().lower()
    if found := _NUMBERS.fullmatch(plain):
        year, name = int(found[1]), found[2] or found[3] or ""
    else:
        plain = " ".join(one.strip(".,") for one in plain.split() if one not in ("the", "of"))
        found = _WORDS.fullmatch(plain)
        year, name = (int(found[2] or year), found[1]) if found else (0, "")
    if not year or name not in _PARTS:
        return None
    first, months = _PARTS[name]
    return Period(12 * year + first, months)


def agreement_year(number: int) -> Period:
    """Year `number` of the KORUS agreement, April to March; 0 is the year before it took effect."""
    return Period(month_number(2011 + number, 4), 12)
