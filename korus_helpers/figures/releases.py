"""Vintages: which releases are at hand, what each covers, and which one a calculation uses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.names import month_words, visible
from korus_helpers.figures.store import every, has_table, remembered, vintage_folders
from korus_helpers.figures.tables import DATA, open_table

LATEST = "latest"
_AS_OF = re.compile(r"as-of:(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Vintage:
    """One release of the country figures, a row of the table `vintages`; dates are text.

    `folder` is the data package that its figures lie in.
    """

    vintage: str
    partners: str
    first_year: int
    last_full_year: int
    data_through: str
    has_months: bool
    in_force_from: str
    newest_year_from: str
    in_force_until: str
    source_id: str
    note: str
    folder: Path = DATA

    def covers(
        self, partner_codes: Iterable[str], first_month: int, last_month: int, whole_years: bool
    ) -> bool:
        """Whether every partner and month (counted from year 0) is in this release."""
        year, month = map(int, self.data_through.split("-"))
        end = 12 * self.last_full_year + 11 if whole_years else 12 * year + month - 1
        return (
            (self.partners == "all" or set(partner_codes) <= {self.partners})
            and (whole_years or self.has_months)
            and first_month >= 12 * self.first_year
            and last_month <= end
        )

    @property
    def through_words(self) -> str:
        """As "June 2024"."""
        return month_words(self.data_through)


def release_order(name: str) -> tuple[str, int, str]:
    """What to sort releases by: 2026-06, 2026-06b to 2026-06z, 2026-06aa."""
    month, letters = name[:7], name[7:]
    return month, len(letters), letters


@remembered
def releases() -> dict[str, Vintage]:
    """Every release that is included or was refreshed, oldest first.

    A refreshed one takes the place of an included one of the same name: it holds the same figures,
    and months too.
    """
    found = {
        row["vintage"]: Vintage(**row, folder=folder)
        for folder in vintage_folders()
        if has_table("vintages", folder)
        for row in open_table("vintages", folder).to_dict("records")
    }
    return {name: found[name] for name in sorted(found, key=release_order)}


def check_vintage(text: str) -> str:
    """The text, if it is `latest`, a vintage at hand or `as-of:DATE`; raises `InputError`."""
    found = _AS_OF.fullmatch(text)
    if found:
        try:
            pd.Timestamp(found[1])
        except ValueError:
            pass
        else:
            return text
    elif text == LATEST or text in releases():
        return text
    named = [one for one in releases() if text and one.startswith(text)] or releases()
    raise InputError(
        f'vintage "{visible(text)[:40]}" is not known; type latest, one of {", ".join(named)}, '
        "or a day such as as-of:2017-12-28"
    )


def resolve(
    text: str, partner_codes: Iterable[str], first_month: int, last_month: int, whole_years: bool
) -> str:
    """The release meant by `text` for a calculation over these partners and months.

    `latest` is the newest release that covers all of them; where none does it is the newest that
    holds the partners, so that the reason for each missing figure can be given. A named release
    is returned as it is.
    """
    if text != LATEST:
        return check_vintage(text)
    codes = set(partner_codes)
    newest_first = list(releases().values())[::-1]
    for release in newest_first:
        if release.covers(codes, first_month, last_month, whole_years):
            return release.vintage
    return next(r.vintage for r in newest_first if r.partners == "all" or codes <= {r.partners})


def annual_goods(vintage: str) -> pd.DataFrame:
    """Full years of one release: `partner_code, year, exports_musd, imports_musd`, million dollars.

    Years as published, or the sum of twelve months in a release that has months only.
    """
    columns = ["partner_code", "year", "exports_musd", "imports_musd"]
    table, rows = annual_rows(vintage)
    if table == "goods_annual":
        return rows[columns]
    sums = rows.groupby(["partner_code", "year"], as_index=False).agg(
        exports_musd=("exports_musd", "sum"),
        imports_musd=("imports_musd", "sum"),
        months=("month", "count"),
    )
    return sums[sums.months == 12][columns]


def annual_rows(vintage: str) -> tuple[str, pd.DataFrame]:
    """The table that full years of one release are read from, and its rows of that release."""
    folder = releases()[vintage].folder
    annual = open_table("goods_annual", folder)
    annual = annual[(annual.vintage == vintage) & (annual.months == 12)]
    if len(annual):
        return "goods_annual", annual
    monthly = open_table("goods_monthly", folder)
    return "goods_monthly", monthly[monthly.vintage == vintage]


def latest_enduse() -> pd.DataFrame:
    """Rows of `enduse_annual`: for each flow and year those of the newest release at hand.

    Of a release that is both included and refreshed the refreshed rows are taken.
    """
    rows = every("enduse_annual")  # in the order of folders, those of the user last
    names = sorted(rows.vintage.unique(), key=release_order)
    newest = pd.Series(pd.Categorical(rows.vintage, names).codes, rows.index)
    keys = [rows.flow, rows.year]
    rows = rows[newest == newest.groupby(keys).transform("max")]
    if len(vintage_folders()) == 1:
        return rows
    return rows.drop_duplicates(["flow", "partner_code", "code", "year"], keep="last")


# Days of the June revisions that the sources state.
REVISED = {2017: "2017-06-02", 2018: "2018-06-06"}


def revision(year: int) -> str:
    """The day, or the month, of the June revision of a year."""
    return REVISED.get(year, f"{year}-06")


def next_revision(since: str) -> str:
    """The revision after a date: where figures published then end; "" where no date is known."""
    if not since:
        return ""
    year = int(since[:4])
    return revision(year + 1 if since[:7] >= f"{year}-06" else year)


def days_in_force(release: str, last_full_year: int) -> dict[str, str]:
    """The dates in a row of the table `vintages`, for a release named by its month ("2025-04").

    `in_force_from` is the June revision before it, `newest_year_from` the day from which its last
    full year was published, `in_force_until` the next revision.
    """
    year, month = map(int, release[:7].split("-"))
    revised = year if month >= 6 else year - 1
    since = revision(revised)
    return {
        "in_force_from": since,
        "newest_year_from": since if revised > last_full_year else f"{last_full_year + 1}-02",
        "in_force_until": next_revision(since),
    }
