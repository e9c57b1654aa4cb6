"""Periods of time: calendar years, windows of months, year to date."""

import re
from dataclasses import dataclass

from korus_helpers.errors import InputError
from korus_helpers.figures.names import MONTHS

_YEAR = re.compile(r"(19|20)\d\d")
_WINDOW = re.compile(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])/((?:19|20)\d\d)-(0[1-9]|1[0-2])")


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
    def last_year(self) -> int:
        """Calendar year of the last month."""
        return self.end // 12

    def shift(self, years: int) -> "Period":
        """The same months some years later."""
        return Period(self.start + 12 * years, self.months)

    def __str__(self) -> str:
        if self.year is not None:
            return str(self.year)
        return f"{month_text(self.start)}/{month_text(self.end)}"

    @property
    def words(self) -> str:
        """For sentences: "2016", or "April 2011 to March 2012"."""
        if self.year is not None:
            return str(self.year)
        first, last = (month_words(number) for number in (self.start, self.end))
        return first if self.months == 1 else f"{first} to {last}"


def month_number(year: int, month: int) -> int:
    """Months since January of the year 0."""
    return 12 * year + month - 1


def month_text(number: int) -> str:
    """As "2011-04"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_words(number: int) -> str:
    """As "April 2011"."""
    return f"{MONTHS[number % 12]} {number // 12}"


def period(text: "str | int | Period") -> Period:
    """A period from "2016" or "2011-04/2012-03" (months, both included); raises `InputError`."""
    if isinstance(text, Period):
        return text
    text = str(text).strip()
    if _YEAR.fullmatch(text):
        return Period(12 * int(text), 12)
    found = _WINDOW.fullmatch(text)
    if found:
        first, last = (month_number(int(found[i]), int(found[i + 1])) for i in (1, 3))
        if first <= last:
            return Period(first, last - first + 1)
    raise InputError(
        f'period "{text[:40]}" is not understood; type a year such as 2016 '
        "or months such as 2011-04/2012-03, the earlier one first"
    )


def agreement_year(number: int) -> Period:
    """Year `number` of the KORUS agreement, April to March; 0 is the year before it took effect."""
    return Period(month_number(2011 + number, 4), 12)
