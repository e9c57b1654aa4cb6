"""From official files to releases at hand: read, checked, stored whole, compared.

Which release a file is, is told by what it holds and by what is at hand, never by its day or name.
A country file through January is the release of March, two months later. An end-use file names no
month at all, so its figures tell: they are those of an end-use release at hand, or they sum to the
totals of a country release at hand, or they are newer than both.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory

import pandas as pd

from korus_helpers.acquire import gates
from korus_helpers.acquire.official import (
    AMOUNTS,
    KEYS,
    WORLD,
    CountryFile,
    EnduseFile,
    read_official,
)
from korus_helpers.acquire.storing import Content, store
from korus_helpers.errors import InputError, Refused
from korus_helpers.figures.names import month_words
from korus_helpers.figures.partners import codes_named, partners
from korus_helpers.figures.releases import Vintage, days_in_force, release_order, releases
from korus_helpers.figures.store import every, on_trial, packages
from korus_helpers.figures.tables import VINTAGES, open_table

OFFICIAL = "https://www.census.gov"
_ENDUSE = "/foreign-trade/statistics/product/enduse"
# By kind, each with the older form of the address, which is tried when the first is not there.
PATHS = {
    "country": ("/foreign-trade/balance/country.xlsx",),
    "exports": (f"{_ENDUSE}/exports/enduse_exports.xlsx", f"{_ENDUSE}/enduse_exports"),
    "imports": (f"{_ENDUSE}/imports/enduse_imports.xlsx", f"{_ENDUSE}/enduse_imports"),
}
TITLES = {
    "country": "U.S. Trade in Goods by Country (country file)",
    "exports": "End-use exports",
    "imports": "End-use imports",
}
SAME = 0.0005  # million dollars: less is no revision but rounding
SAME_TOTAL = 0.002  # million dollars, of end-use codes against the country file; largest: 0.001
MATCHES = 0.99  # of partners and years; 100 percent in genuine pairs, at most 90 in others


@dataclass(frozen=True)
class Origin:
    """One official file: its content, and where and when it was got."""

    content: bytes
    address: str
    retrieved: str

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Incoming:
    """An official file that passed every gate.

    `recognised` says what it is and up to when; `before` is the release it is compared with.
    """

    found: CountryFile | EnduseFile
    origin: Origin
    recognised: str
    before: Vintage
    notes: tuple[str, ...]

    @property
    def kind(self) -> str:
        """country, exports or imports."""
        return self.found.kind


Place = tuple[str, str, tuple[int, ...]]
"""The release that a file is, what of it is not at hand, and the years that it adds.

What is new is "all" (a release that is not at hand), "months" or "years" (which a release at hand
lacks), or "" where nothing is.
"""


@dataclass(frozen=True)
class Refreshed:
    """What became of a file: its `Place`, and where what is new of it lies.

    `folder` is None where nothing is new; `latest` is the newest release of all partners then.
    """

    incoming: Incoming
    release: str
    new: str
    years: tuple[int, ...]
    folder: Path | None
    latest: str


def read_file(origin: Origin, against: str = "", today: str = "") -> Incoming:
    """One official file, read and through every gate.

    `against` names the release to compare with, else it is the nearest. `today` is the day that it
    is ("2026-11-27", else by the clock): months after it cannot be. Raises `Refused` with the gate
    and the rows.
    """
    today = today or f"{datetime.now(UTC):%Y-%m-%d}"
    found = read_official(origin.content)
    if found.kind == "country":
        last, words = found.data_through, _country_words(found)
    else:
        last, words = f"{found.years[-1]}-01", _enduse_words(found)
    if last > today[:7]:
        raise Refused(
            f"the file has figures up to {month_words(last)}, but the clock of this machine says "
            f"{month_words(today[:7])}; look at both, one of them is wrong"
        )
    before = _compared_with(found, against)
    old, notes = whole_years(before), found.notes
    if found.kind == "country":
        notes = (*notes, *gates.pass_country(found, old, before.vintage))
    else:
        gates.pass_enduse(found, totals(found), old, before.vintage)
    return Incoming(found, origin, words, before, notes)


def _compared_with(found: CountryFile | EnduseFile, against: str) -> Vintage:
    """The release that is named, or the nearest: the last up to the last month of the file.

    For an end-use file that is the one it sums to best, of those that have its years.
    """
    whole = whole_releases()[::-1]
    if against:
        named = [one for one in whole if one.vintage == against]
        if not named:
            names = ", ".join(one.vintage for one in whole[::-1])
            raise InputError(
                f'no release with all partners is "{against[:40]}"; type one of {names}'
            )
        return named[0]
    if found.kind == "country":
        return next((one for one in whole if one.data_through <= found.data_through), whole[-1])
    held = [one for one in whole if one.last_full_year >= found.years[-1]] or whole[:1]
    return max(held, key=lambda one: matching(found, one))


def _country_words(found: CountryFile) -> str:
    newest = found.annual[found.annual.year == found.annual.year.max()]
    traded = newest.partner_code[newest[AMOUNTS].sum(axis=1) > 0]
    kinds = traded[traded >= "1000"].map(partners().set_index("partner_code").kind)
    number = int((kinds.fillna("country") == "country").sum())
    return (
        f"Census country file, months to {month_words(found.data_through)}, {number} partners in "
        "the newest"
    )


def _enduse_words(found: EnduseFile) -> str:
    number = found.rows.partner_code[found.rows.partner_code != WORLD].nunique()
    years = " to ".join(dict.fromkeys((str(found.years[0]), str(found.years[-1]))))
    return f"Census end-use file of {found.kind}, {years}, {number} partners"


def whole_releases() -> list[Vintage]:
    """The releases at hand that hold all partners, oldest first."""
    return [one for one in releases().values() if one.partners == "all"]


def whole_years(release: Vintage) -> pd.DataFrame:
    """Full years of one release as `partner_code, year, exports_musd, imports_musd`."""
    rows = _of(release, "goods_annual")
    return rows[rows.months == 12][[*KEYS, *AMOUNTS]]


def _of(release: Vintage, table: str) -> pd.DataFrame:
    rows = open_table(table, release.folder)
    return rows[rows.vintage == release.vintage]


def country_place(found: CountryFile) -> Place:
    """The release of a country file: its last month and two, with a letter for other figures.

    A release at hand of one partner alone is part of it, if it has the very same figures.
    """
    taken = []
    for one in releases().values():
        alike = one.data_through == found.data_through
        if one.partners == "all" and alike and _same(found.annual, one, "goods_annual", "months"):
            if not one.has_months and found.annual.year.min() <= one.first_year:
                return one.vintage, "months", ()
            if one.has_months and _same(found.monthly, one, "goods_monthly", "month"):
                return one.vintage, "", ()
        mine = found.monthly[found.monthly.partner_code == one.partners]
        part = alike and one.partners != "all" and one.has_months
        if not (part and _same(mine, one, "goods_monthly", "month")):
            taken.append(one.vintage)
    return free_name(release_month(found.data_through), taken), "all", ()


def _same(mine: pd.DataFrame, release: Vintage, table: str, time: str) -> bool:
    """Whether a release has the figures of a file; what is zero may be left out."""
    theirs = _of(release, table)
    theirs = theirs[theirs.year.isin(set(mine.year))]
    mine, theirs = (rows.set_index([*KEYS, time])[AMOUNTS] for rows in (mine, theirs))
    return bool((mine.sub(theirs, fill_value=0).abs() <= SAME).all(axis=None))


def enduse_place(found: EnduseFile) -> Place:
    """The release of an end-use file.

    1. That of end-use figures at hand with the very same dollars in all years that both have, if
       the last year of the file was then the last full one; the file may add years to it.
    2. Else that of the country release whose partners the codes sum to, the newest such one.
    3. Else the first or the revised release of its last year: March of the year after, if its
       earlier years are those of the country release before, and June otherwise.

    A name that other figures of the flow have gets a letter: 2027-06b.
    """
    held, last, years = every("enduse_annual"), found.years[-1], set(found.years)
    held = held[held.flow == found.kind]
    names = sorted(held.vintage.unique(), key=release_order, reverse=True)
    equal = {name: _equal_years(found, held[held.vintage == name]) for name in names}
    if years <= set().union(*(same for same, _ in equal.values())):
        name = max(names, key=lambda name: (last in equal[name][0], bool(equal[name][0])))
        return name, "", ()
    for name, (same, other) in equal.items():
        if same and not other and last_full_year(name) == last:
            return name, "years", tuple(sorted(years - same))
    name = free_name(_matched(found), [name for name in names if equal[name][1]])
    same = equal.get(name, (set(), set()))[0]
    return name, "years" if same else "all", tuple(sorted(years - same))


def _equal_years(found: EnduseFile, held: pd.DataFrame) -> tuple[set[int], set[int]]:
    """The years of a file that figures at hand have too: with the same dollars, and with others."""
    years = {int(year) for year in held.year.unique()} & set(found.years)
    mine, theirs = (
        rows[rows.year.isin(years) & (rows.value_usd > 0)].set_index([*KEYS, "code"]).value_usd
        for rows in (found.rows, held)
    )
    apart = mine.sub(theirs, fill_value=0)
    other = set(apart.index[apart != 0].get_level_values("year"))
    return years - other, other


def totals(found: EnduseFile) -> pd.DataFrame:
    """Sums over the codes by partner and year in million dollars, the other flow empty."""
    sums = found.rows.groupby(KEYS).value_usd.sum() / 1e6
    frame = pd.DataFrame({name: float("nan") for name in AMOUNTS}, index=sums.index)
    return frame.assign(**{f"{found.kind}_musd": sums}).reset_index()


def matching(found: EnduseFile, release: Vintage) -> float:
    """The share of partners and years in which the codes sum to the total of a release."""
    years = whole_years(release)
    both = gates.pairs(totals(found), years[years.year.isin(found.years)])
    both = both[both.partner_code >= "1000"]
    return float(((both.new - both.before).abs() <= SAME_TOTAL).mean()) if len(both) else 0.0


def _matched(found: EnduseFile) -> str:
    last, whole = found.years[-1], whole_releases()
    for one in whole[::-1]:
        if one.last_full_year == last and matching(found, one) >= MATCHES:
            return one.vintage
    before = [one for one in whole if one.last_full_year == last - 1]
    first = any(matching(found, one) >= MATCHES for one in before)
    return f"{last + 1}-{'03' if first else '06'}"


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
    letters = ("".join(some) for n in count(1) for some in product(ascii_lowercase, repeat=n))
    names = (month if some == "a" else month + some for some in letters)
    return next(name for name in names if name not in taken)


@contextmanager
def keeping(files: Sequence[Incoming], dry_run: bool) -> Iterator[list[Refreshed]]:
    """Store what is new, a package for each file, and see it; with `dry_run` for the block only.

    Older files first, so that files of the same kind may come in any order.
    """
    ordered = sorted(files, key=lambda one: (one.kind != "country", one.found.span))
    with ExitStack() as stack:

        def on_trial_only(_: str, content: Content) -> Path:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="korus-")))
            content.write(folder)
            stack.enter_context(on_trial(folder))
            return folder

        if dry_run:
            yield [_kept(one, on_trial_only) for one in ordered]
            return
        with store() as held:
            done = [_kept(one, partial(held.add, VINTAGES)) for one in ordered]
        yield done


def _kept(one: Incoming, add: Callable[[str, Content], Path]) -> Refreshed:
    """Hand what is new of a file to `add`, which keeps it."""
    latest = whole_releases()[-1].vintage
    place = country_place(one.found) if one.kind == "country" else enduse_place(one.found)
    release, new, years = place
    if not new:
        return Refreshed(one, *place, None, latest)
    if one.kind == "country":
        name, title = release, f"Release {release}"
        tables = _country_tables(name, one.found, one.origin)
    else:
        taken = {package.name for package in packages(VINTAGES)}
        name = free_name(f"enduse-{one.kind}-{release}", taken)
        title, rows = f"End-use {one.kind}, release {release}", one.found.rows
        tables = {"enduse_annual": rows[rows.year.isin(years)].assign(vintage=release)}
    origin = {
        "title": f"U.S. Census Bureau, {TITLES[one.kind]}", "path": one.origin.address,
        "retrieved": one.origin.retrieved, "bytes": len(one.origin.content),
        "hash": f"sha256:{one.origin.sha256}",
    }  # fmt: skip
    folder = add(name, Content(f"korus-vintage-{name}", title, tables, [origin]))
    return Refreshed(one, *place, folder, latest)


def _country_tables(name: str, found: CountryFile, origin: Origin) -> dict[str, pd.DataFrame]:
    """The tables of a release of the country file, in the form of those that are included."""
    last_full = int(found.annual[found.annual.months == 12].year.max())
    source = {
        "source_id": f"CENSUS_COUNTRY_{name}", "publisher": "U.S. Census Bureau",
        "title": TITLES["country"], "official_url": OFFICIAL + PATHS["country"][0],
        "copy_used": origin.address, "released": name[:7],
        "licence": "US Government work, public domain",
    }  # fmt: skip
    release = {
        "vintage": name, "partners": "all", "first_year": int(found.annual.year.min()),
        "last_full_year": last_full, "data_through": found.data_through, "has_months": True,
        **days_in_force(name, last_full), "source_id": source["source_id"],
        "note": f"Got {origin.retrieved[:10]}, sha256 {origin.sha256}.",
    }  # fmt: skip
    return {
        "goods_monthly": found.monthly.assign(vintage=name, basis="general"),
        "goods_annual": found.annual.assign(vintage=name, basis="general"),
        "vintages": pd.DataFrame([release]),
        "partners": _partner_rows(found),
        "sources": pd.DataFrame([source]),
    }


def _partner_rows(found: CountryFile) -> pd.DataFrame:
    """Every code of the file as a row of `partners`, with its newest name and years of trade."""
    traded = found.annual[(found.annual[AMOUNTS] > 0).any(axis=1)]
    years = traded.groupby("partner_code").year.agg(first_year="min", last_year="max")
    known = partners().set_index("partner_code", drop=False)
    rows = []
    for code, name in found.names.items():
        name = name.replace(";", ",") or code
        if code in known.index:
            row = known.loc[code].to_dict()
            # A name that another partner goes by too ("Congo") names neither: the known one stays.
            if name != row["name"] and codes_named(name) <= {code}:
                others = [*row["aliases"].split(";"), row["name"]]
                row |= {"name": name, "aliases": ";".join(filter(None, dict.fromkeys(others)))}
        else:
            row = dict.fromkeys(known, "") | dict.fromkeys(
                ("name", "common_name", "in_sentence"), name
            )
            row |= {"partner_code": code, "kind": "country" if code >= "1000" else "group"}
        rows.append(row | {one: years[one].get(code, pd.NA) for one in years})
    return pd.DataFrame(rows).astype(dict.fromkeys(years, "Int64"))


@dataclass(frozen=True)
class Differences:
    """Between two releases: `revised` has a row per partner, full year and flow that moved.

    `revised`: `partner_code, year, flow, before, after, change` in million dollars, the largest
    change first, countries only. `new_months` are those published since ("2024-07"); partners are
    codes that have trade in one of the two releases only.
    """

    before: str
    after: str
    new_months: tuple[str, ...]
    revised: pd.DataFrame
    new_partners: tuple[str, ...]
    vanished_partners: tuple[str, ...]


def differences(before: str, after: str) -> Differences:
    """Compare two releases of all partners by name."""
    old, new = (releases()[name] for name in (before, after))
    # A year to date is compared with one of as many months only.
    earlier, later = (
        _of(one, "goods_annual").query("partner_code >= '1000'") for one in (old, new)
    )
    both = gates.pairs(later, earlier, [*KEYS, "months"]).rename(columns={"new": "after"})
    both["change"] = both.after - both.before
    revised = both[both.change.abs() > SAME].sort_values(
        "change", key=lambda c: -c.abs(), kind="stable"
    )
    columns = [*KEYS, "flow", "before", "after", "change"]
    start, end = (12 * int(one.data_through[:4]) + int(one.data_through[5:]) for one in (old, new))
    months = (f"{(n - 1) // 12}-{(n - 1) % 12 + 1:02d}" for n in range(start + 1, end + 1))
    was, now = (set(rows.partner_code[rows[AMOUNTS].sum(axis=1) > 0]) for rows in (earlier, later))
    return Differences(
        before,
        after,
        tuple(months),
        revised[columns].reset_index(drop=True),
        tuple(sorted(now - was)),
        tuple(sorted(was - now)),
    )


def main_change(done: Sequence[Refreshed]) -> Refreshed | None:
    """The newest release of the country file that is new altogether, whose changes are told."""
    whole = [one for one in done if one.incoming.kind == "country" and one.new == "all"]
    return whole[-1] if whole else None
