"""What exactly is calculated: partner, sector, basis, vintage, periods, and as what."""

import re
from dataclasses import dataclass

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.releases import LATEST, check_vintage, releases
from korus_helpers.trade.bases import BASES
from korus_helpers.trade.periods import Period, month_number, period
from korus_helpers.trade.sectors import sector

MEASURES = ("exports", "imports", "deficit", "balance", "two-way")
UNITS = {
    "level": "million dollars",
    "change": "million dollars",
    "percent-change": "percent",
    "ratio": "times",
    "share": "percent",
    "contribution": "percent",
}
COMPARED = ("change", "percent-change", "ratio", "contribution")


@dataclass(frozen=True)
class Definition:
    """One definition of a figure; text is checked and made canonical, else `InputError`.

    `partner` is any name or code and becomes the Census code; `basis` "" is the sector's own;
    `base` and `end` are periods as `periods.period` reads them, or "2024-ytd" (January to the last
    published month of the newest year asked for); `as_` is a key of `UNITS`.
    """

    partner: str = "5800"
    sector: str = "total"
    basis: str = ""
    vintage: str = LATEST
    base: str = ""
    end: str = ""
    as_: str = "level"

    def __post_init__(self) -> None:
        put = object.__setattr__
        check_way(self.as_)
        put(self, "vintage", check_vintage(self.vintage))
        item = sector(self.sector)
        put(self, "basis", check_basis(self.basis or item.basis))
        texts = [str(text).strip() for text in (self.base, self.end)]
        years = [int(year) for year in re.findall(r"(?:19|20)\d\d", " ".join(texts))]
        put(self, "partner", find_partner(str(self.partner), years).code)
        base, end = _periods(*texts, self.vintage, self.partner)
        if self.as_ in COMPARED and base is None:
            raise InputError(f"a {self.as_} needs two periods; type --from 2011 --to 2016")
        if self.as_ not in COMPARED and base is not None:
            raise InputError(
                f"a {self.as_} needs one period; type --year 2016, or --as change to compare two"
            )
        if base is not None and base.months != end.months:
            raise InputError(
                f"{base} has {base.months} months and {end} has {end.months}; "
                "type two periods of the same length"
            )
        put(self, "base", str(base) if base else "")
        put(self, "end", str(end))
        if self.as_ == "contribution" and item.whole == item.name:
            raise InputError("a contribution needs a sector; type --sector autos")


def check_way(text: str) -> str:
    """The text, if it names a way to compare; raises `InputError`."""
    if text not in UNITS:
        raise InputError(f'"{text[:40]}" is not a way to compare; type one of {", ".join(UNITS)}')
    return text


def check_basis(text: str) -> str:
    """The text, if it names a basis; raises `InputError`."""
    if text not in BASES:
        raise InputError(f'basis "{text[:40]}" is not known; type one of {", ".join(BASES)}')
    return text


def _periods(base: str, end: str, vintage: str, partner_code: str) -> tuple[Period | None, Period]:
    if not end:
        raise InputError(
            "no period is given; type --year 2016, --period 2011-04/2012-03 "
            "or --from 2011 --to 2016"
        )
    to_date = [re.fullmatch(r"((?:19|20)\d\d)-ytd", text) for text in (base, end)]
    if not any(to_date):
        return period(base) if base else None, period(end)
    if base and not all(to_date):
        year = int(max(one.data_through for one in releases().values())[:4])
        raise InputError(
            f"year to date compares with year to date; type --from {year - 1}-ytd --to {year}-ytd"
        )
    newest = max(int(found[1]) for found in to_date if found)
    months = _months_to_date(newest, vintage, partner_code)
    first, last = (Period(12 * int(found[1]), months) if found else None for found in to_date)
    return first, last


def _months_to_date(year: int, vintage: str, partner_code: str) -> int:
    """How many months of a year the newest release with months of this partner holds."""
    for release in list(releases().values())[::-1]:
        if (
            release.has_months
            and vintage in (LATEST, release.vintage)
            and release.partners in ("all", partner_code)
        ):
            through = month_number(*map(int, release.data_through.split("-")))
            if through >= 12 * year + 11:
                raise InputError(
                    f"{year}-ytd: all twelve months are published; type {year}, or the months "
                    f"that are meant, such as {year}-01/{year}-06"
                )
            if through >= 12 * year:
                return through - 12 * year + 1
            raise InputError(
                f"{year}: figures of vintage {release.vintage} go up to "
                f"{release.data_through}; type {release.data_through[:4]}-ytd"
            )
    raise InputError(
        f"vintage {vintage} holds no months of this partner; type --vintage latest for year to date"
    )
