"""Which release a file is: told by what it holds and by what is at hand, never by its day or name.

A country file through January is the release of March, two months later. An end-use file names no
month at all, so its figures tell: they are those of an end-use release at hand, or they sum to the
totals of a country release at hand, or they are newer than both.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase

import pandas as pd

from korus_helpers.acquire import gates
from korus_helpers.acquire.country_file import CountryFile
from korus_helpers.acquire.enduse_files import EnduseFile
from korus_helpers.figures.releases import Vintage, release_order, releases
from korus_helpers.figures.store import every
from korus_helpers.figures.tables import open_table

SAME = 0.0005  # million dollars: less is no revision but rounding
SAME_TOTAL = 0.002  # million dollars, of end-use codes against the country file; largest: 0.001
MATCHES = 0.99  # of partners and years; 100 percent in genuine pairs, at most 90 in others
KEYS = ["partner_code", "year"]


@dataclass(frozen=True)
class Place:
    """The release that a file is, and what of it is not at hand.

    `new` is "all" (a release that is not at hand), "months" or "years" (which a release at hand
    lacks), or "" where nothing is new. `years` are those that an end-use file adds.
    """

    release: str
    new: str
    years: tuple[int, ...] = ()


def whole_years(release: Vintage) -> pd.DataFrame:
    """Full years of one release as `partner_code, year, exports_musd, imports_musd`."""
    rows = _of(release, "goods_annual")
    return rows[rows.months == 12][[*KEYS, *gates.AMOUNTS]]


def whole_releases() -> list[Vintage]:
    """The releases at hand that hold all partners, oldest first."""
    return [one for one in releases().values() if one.partners == "all"]


def nearest(data_through: str) -> Vintage:
    """The release of all partners to compare with: the last up to this month, else the first."""
    whole = whole_releases()
    return next((one for one in whole[::-1] if one.data_through <= data_through), whole[0])


def country_place(found: CountryFile) -> Place:
    """The release of a country file: its last month and two, with a letter for other figures.

    A release at hand of one partner alone is part of it, if it has the very same figures.
    """
    month = release_month(found.data_through)
    for one in whole_releases():
        if one.data_through == found.data_through and _same_years(found.annual, one):
            if not one.has_months and found.annual.year.min() <= one.first_year:
                return Place(one.vintage, "months")
            if one.has_months and _alike(found.monthly, _of(one, "goods_monthly")):
                return Place(one.vintage, "")
    others = {name: one for name, one in releases().items() if not _is_part(found, one)}
    return Place(free_name(month, others), "all")


def _is_part(found: CountryFile, release: Vintage) -> bool:
    if release.partners == "all" or release.data_through != found.data_through:
        return False
    mine = found.monthly[found.monthly.partner_code == release.partners]
    return release.has_months and _alike(mine, _of(release, "goods_monthly"))


def enduse_place(found: EnduseFile) -> Place:
    """The release of an end-use file.

    1. That of end-use figures at hand with the very same dollars in all years that both have, if
       the last year of the file was then the last full one; the file may add years to it.
    2. Else that of the country release whose partners the codes sum to, the newest such one.
    3. Else the first or the revised release of its last year: March of the year after, if its
       earlier years are those of the country release before, and June otherwise.

    A name that other figures of the flow have gets a letter: 2027-06b.
    """
    held = every("enduse_annual")
    held = held[held.flow == found.flow]
    names = sorted(held.vintage.unique(), key=release_order, reverse=True)
    equal = {name: _equal_years(found, held[held.vintage == name]) for name in names}
    known = {year for same, _ in equal.values() for year in same}
    for name in names:
        same, other = equal[name]
        last = found.years[-1]
        fits = same and not other and last_full_year(name) == last
        if fits or (known >= set(found.years) and last in same):
            new = () if known >= set(found.years) else tuple(set(found.years) - same)
            return Place(name, "years" if new else "", tuple(sorted(new)))
    if known >= set(found.years):
        return Place(max((name for name in names if equal[name][0]), key=release_order), "")
    for name in _names(_matched(found)):
        same, other = equal.get(name, (set(), set()))
        if not other:
            years = tuple(sorted(set(found.years) - same))
            return Place(name, "years" if same else "all", years)
    raise AssertionError("names do not end")


def last_full_year(release: str) -> int:
    """The last full year of a release by its name: figures of December are out in February."""
    year, month = int(release[:4]), int(release[5:7])
    return year - 1 if month >= 2 else year - 2


def release_month(data_through: str) -> str:
    """The month in which figures through a month are released: two later, as for "2024-06"."""
    year, month = map(int, data_through.split("-"))
    later = 12 * year + month - 1 + 2
    return f"{later // 12}-{later % 12 + 1:02d}"


def free_name(month: str, taken: Collection[str]) -> str:
    """The month, or with letters where another release has it: 2026-06, 2026-06b, 2026-06aa."""
    return next(name for name in _names(month) if name not in taken)


def _names(month: str) -> Iterator[str]:
    yield month
    for length in count(1):
        for letters in product(ascii_lowercase, repeat=length):
            if letters != ("a",):
                yield month + "".join(letters)


def totals(found: EnduseFile) -> pd.DataFrame:
    """Sums over the codes by partner and year in million dollars, the other flow empty."""
    sums = found.rows.groupby(KEYS).value_usd.sum() / 1e6
    frame = pd.DataFrame({name: float("nan") for name in gates.AMOUNTS}, index=sums.index)
    return frame.assign(**{f"{found.flow}_musd": sums}).reset_index()


def matching(found: EnduseFile, release: Vintage) -> float:
    """The share of partners and years in which the codes sum to the total of a release."""
    column = f"{found.flow}_musd"
    both = totals(found).merge(whole_years(release), on=KEYS, suffixes=("", "_there"))
    both = both[both.partner_code >= "1000"]
    apart = (both[column] - both[f"{column}_there"]).abs()
    return float((apart <= SAME_TOTAL).mean()) if len(both) else 0.0


def _matched(found: EnduseFile) -> str:
    last, whole = found.years[-1], whole_releases()
    for one in whole[::-1]:
        if one.last_full_year == last and matching(found, one) >= MATCHES:
            return one.vintage
    before = [one for one in whole if one.last_full_year == last - 1]
    first = any(matching(found, one) >= MATCHES for one in before)
    return f"{last + 1}-{'03' if first else '06'}"


def _equal_years(found: EnduseFile, held: pd.DataFrame) -> tuple[set[int], set[int]]:
    """The years of a file that figures at hand have too: with the same dollars, and with others."""
    years = set(held.year.unique()) & set(found.years)
    keys = [*KEYS, "code"]
    mine, theirs = (
        rows[rows.year.isin(years) & (rows.value_usd > 0)].set_index(keys).value_usd
        for rows in (found.rows, held)
    )
    apart = mine.sub(theirs, fill_value=0)
    other = set(apart.index[apart != 0].get_level_values("year"))
    return {int(year) for year in years - other}, {int(year) for year in other}


def _same_years(annual: pd.DataFrame, release: Vintage) -> bool:
    """Whether a release has the annual figures of a file; partners without trade do not count."""
    theirs = _of(release, "goods_annual")
    keys = [*KEYS, "months"]
    mine, theirs = (
        rows.set_index(keys)[gates.AMOUNTS]
        for rows in (annual, theirs[theirs.year.isin(set(annual.year))])
    )
    return bool((mine.sub(theirs, fill_value=0).abs() <= SAME).all(axis=None))


def _alike(mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Whether a release has the months of a file; what is zero may be left out."""
    keys = [*KEYS, "month"]
    theirs = theirs[theirs.year.isin(set(mine.year))]
    mine, theirs = (rows.set_index(keys)[gates.AMOUNTS] for rows in (mine, theirs))
    return bool((mine.sub(theirs, fill_value=0).abs() <= SAME).all(axis=None))


def _of(release: Vintage, table: str) -> pd.DataFrame:
    rows = open_table(table, release.folder)
    return rows[rows.vintage == release.vintage]
