"""What exactly is calculated: partner, sector, basis, vintage, periods, and as what."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace

from korus_helpers.errors import InputError
from korus_helpers.figures.names import to_type, visible
from korus_helpers.figures.partners import Partner, find_partners
from korus_helpers.figures.releases import LATEST, check_vintage, releases
from korus_helpers.trade.bases import BASES, COMPARED, MEANT, MEASURES, PLACED, WAYS, way_of
from korus_helpers.trade.periods import Period, month_number, period
from korus_helpers.trade.sectors import Sector, sector


@dataclass(frozen=True)
class Definition:
    """One definition of a figure; text is checked and made canonical, else `InputError`.

    `partner` is any name or code and becomes the Census code; `basis` "" is the sector's own;
    `base` and `end` are periods as `periods.period` reads them, or "2024-ytd" (January to the last
    published month of the newest year asked for); `as_` is a key of `WAYS` (a ratio of one
    period is a flow-ratio; the base of a record is the period after which it counts). What
    these texts mean is kept beside them: `who, what, first` (None for one period) and `last`. Such
    objects may be given in place of text.
    """

    partner: str | Partner = "5800"
    sector: str | Sector = "total"
    basis: str = ""
    vintage: str = LATEST
    base: str | Period = ""
    end: str | Period = ""
    as_: str = "level"
    who: Partner = field(init=False, repr=False, compare=False)
    what: Sector = field(init=False, repr=False, compare=False)
    first: Period | None = field(init=False, repr=False, compare=False)
    last: Period = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_way(self.as_)
        check_vintage(self.vintage)
        item = self.sector if isinstance(self.sector, Sector) else sector(self.sector)
        basis = check_basis(self.basis or item.basis)
        texts = [str(text).strip() for text in (self.base, self.end)]
        who = self.partner
        if not isinstance(who, Partner):
            years = re.findall(r"(?:19|20)\d\d", " ".join(texts))
            who = find_partners(str(who), map(int, years))
        first, last = self._periods(*texts, who)
        record = self.as_ in PLACED[1:]
        object.__setattr__(self, "as_", way_of(self.as_, first))
        if self.as_ in COMPARED and first is None:
            raise InputError(f"a {self.as_} needs two periods; type --from 2011 --to 2016")
        if self.as_ not in COMPARED and first is not None and not record:
            raise InputError(
                f"a {self.as_} needs one period; type --year 2016, or --as change to compare two"
            )
        if first is not None and first.months != last.months and not record:
            raise InputError(
                f"{first} has {first.months} months and {last} has {last.months}; "
                "type two periods of the same length"
            )
        if self.as_ == "contribution" and item.whole == item:
            raise InputError("a contribution needs a sector; type --sector autos")
        made = {"partner": who.code, "sector": item.name, "basis": basis,
                "base": str(first) if first else "", "end": str(last),
                "who": who, "what": item, "first": first, "last": last}  # fmt: skip
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def periods(self) -> list[Period]:
        """The periods asked for, the earlier first."""
        return [one for one in (self.first, self.last) if one]

    def under(self, **other: object) -> "Definition":
        """The same with other choices; nothing is read again."""
        kept = {"partner": self.who, "sector": self.what,
                "base": self.first or "", "end": self.last}  # fmt: skip
        return replace(self, **(kept | other))

    def _periods(self, base: str, end: str, who: Partner) -> tuple[Period | None, Period]:
        if not end:
            raise InputError(
                "no period is given; type --year 2016, --period 2011-04/2012-03 "
                "or --from 2011 --to 2016"
            )
        to_date = [re.fullmatch(r"((?:19|20)\d\d)-ytd", text) for text in (base, end)]
        if not any(to_date):
            return period(self.base) if base else None, period(self.end)
        if base and not all(to_date):
            year = int(max(one.data_through for one in releases().values())[:4])
            raise InputError(
                f"year to date compares with year to date; type --from {year - 1}-ytd "
                f"--to {year}-ytd"
            )
        years = [int(found[1]) if found else None for found in to_date]
        months = _months_to_date(max(filter(None, years)), self.vintage, who.code)
        first, last = (Period(12 * year, months) if year else None for year in years)
        return first, last


CHOICES = {one.name: one.default for one in fields(Definition) if one.init}
"""The choices of a definition, with what stands for one that is left out."""


def check(
    text: str, known: Collection[str], what: str, meant: Mapping[str, str] | None = None
) -> str:
    """The text, if it is known; raises `InputError`, where `what` has {} for the text.

    `meant` is that of `names.to_type`.
    """
    if text not in known:
        said = what.format(f'"{visible(text)[:40]}"')
        raise InputError(f"{said}; type {to_type(text, known, meant)}")
    return text


def check_measure(text: str) -> str:
    """The text, if it names a measure; raises `InputError`."""
    return check(text, MEASURES, "measure {} is not known", MEANT)


def check_way(text: str) -> str:
    """The text, if it names a way to compare; raises `InputError`."""
    return check(text, WAYS, "{} is not a way to compare")


def check_basis(text: str) -> str:
    """The text, if it names a basis; raises `InputError`."""
    return check(text, BASES, "basis {} is not known")


def _months_to_date(year: int, vintage: str, partner_code: str) -> int:
    """How many months of a year the newest release with months of this partner holds."""
    for release in list(releases().values())[::-1]:
        if (
            release.has_months
            and vintage in (LATEST, release.vintage)
            and release.partners in ("all", partner_code)
        ):
            months = month_number(*map(int, release.data_through.split("-"))) - 12 * year + 1
            if months >= 12:
                raise InputError(
                    f"{year}-ytd: all twelve months are published; type {year}, or the months "
                    f"that are meant, such as {year}-01/{year}-06"
                )
            if months > 0:
                return months
            raise InputError(
                f"{year}: figures of vintage {release.vintage} go up to "
                f"{release.data_through}; type {release.data_through[:4]}-ytd"
            )
    raise InputError(
        f"vintage {vintage} holds no months of this partner; type --vintage latest for year to date"
    )


def definition_of(
    way: str | None,
    share: bool,
    *,
    partner: str,
    year: str | None,
    period: str | None,
    start: str | None,
    end: str | None,
    sector: str,
    basis: str,
    vintage: str,
) -> Definition:
    """The definition that options such as `--year 2016` or `--from 2011 --to 2016` mean.

    Two periods without a way are a change; raises `InputError` for options that do not go together.
    """
    what = (partner, sector, basis, vintage)
    if not start and not end:
        if year and period:
            raise InputError("type either --year or --period, not both")
        if share and way not in (None, "share"):
            raise InputError(f"type either --share or --as {way[:40]}, not both")
        return Definition(*what, "", year or period or "", "share" if share else way or "level")
    if not (start and end):
        raise InputError("a comparison needs both ends; type --from 2011 --to 2016")
    if year or period:
        raise InputError("type either --from and --to for a comparison, or one --year or --period")
    if share:
        raise InputError(
            "a share is of one period: type --year 2016 --share, or for a sector's "
            "part of a change --as contribution, and for the change of a share --as points"
        )
    if way and way not in (*COMPARED, *PLACED[1:]):
        raise InputError(
            f"--as {way[:40]} does not compare two periods; type one of {', '.join(COMPARED)}"
        )
    return Definition(*what, start, end, way or "change")
