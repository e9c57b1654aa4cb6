"""Country files as they were published, and the releases that are included of them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from korus_helpers.acquire.official import CountryFile, read_official
from korus_helpers.acquire.release import OFFICIAL, PATHS, TITLES, release_month
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.releases import days_in_force

FLOWS = ["exports_musd", "imports_musd"]
ANNUAL = ["vintage", "partner_code", "partner", "year", "months", *FLOWS]
MONTHLY = ["vintage", "partner_code", "partner", "year", "month", *FLOWS]
SAME = 1e-6  # million dollars: a copy of a release and its file differ in the last binary digits
KOREA = "5800"


@dataclass(frozen=True)
class Official:
    """A country file by the name of its release."""

    release: str
    file: str
    found: CountryFile
    source_id: str


def official_releases(files: Path, known: pd.DataFrame) -> list[Official]:
    """Every country file in a folder, oldest first; `known` are releases with their source."""
    sources = known.set_index("vintage").source_id
    releases = []
    for path in sorted(files.glob("country_*")):
        found = read_official(path.read_bytes())
        name = release_month(found.data_through)
        source_id = sources.get(name, f"CENSUS_COUNTRY_{name}")
        releases.append(Official(name, path.name, found, source_id))
    return sorted(releases, key=lambda one: one.release)


def annual_releases(official: list[Official], figures: Path) -> pd.DataFrame:
    """`ANNUAL`: the years of every release, out of its file where that is at hand.

    Raises `ValueError` where a file gives other figures than the copy of the same release.
    """
    copies = pd.read_parquet(figures / "goods_annual_vintages.parquet")
    key = ["partner_code", "year", "months"]
    frames = []
    for one in official:
        copy = copies[copies.vintage == one.release]
        if len(copy):
            mine, theirs = (t.set_index(key)[FLOWS].sort_index() for t in (one.found.annual, copy))
            if not mine.index.equals(theirs.index) or ((mine - theirs).abs() > SAME).any(axis=None):
                raise ValueError(f"{one.file} differs from the copy of the release {one.release}")
        frames.append(_named(one, one.found.annual))
    names = [one.release for one in official]
    return pd.concat([copies[~copies.vintage.isin(names)], *frames])[ANNUAL]


def monthly_releases(official: list[Official], figures: Path) -> pd.DataFrame:
    """`MONTHLY`: months of the newest file, of the copies that have them, and of Korea alone."""
    copies = pd.read_parquet(figures / "goods_monthly.parquet")
    korea = pd.read_csv(figures / "goods_monthly_korea_2026-06.csv", dtype={"partner_code": "str"})
    korea["partner"] = copies.partner[copies.partner_code == KOREA].iloc[-1]
    return pd.concat([copies, korea, _named(official[-1], official[-1].found.monthly)])[MONTHLY]


def _named(one: Official, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(vintage=one.release, partner=rows.partner_code.map(one.found.names))


def vintages(
    known: pd.DataFrame, official: list[Official], annual: pd.DataFrame, monthly: pd.DataFrame
) -> pd.DataFrame:
    """One row per release: what it covers, whether months are included, when it was in force.

    `known` are releases with columns `vintage, partners, data_through, in_force_from, source_id`;
    a file adds its own. Raises `ValueError` where the rule gives other dates than are known.
    """
    rows = {row["vintage"]: row for row in known.to_dict("records")}
    for one in official:
        new = {"partners": "all", "data_through": one.found.data_through}
        rows.setdefault(one.release, {"vintage": one.release, "source_id": one.source_id} | new)
    months = set(monthly.vintage)
    table = []
    for name, row in sorted(rows.items()):
        years = annual[(annual.vintage == name) & (annual.months == 12)].year
        if years.empty:
            counts = monthly[monthly.vintage == name].groupby("year").month.nunique()
            years = counts.index[counts == 12]
        last = int(years.max())
        days = days_in_force(name, last)
        if row.get("in_force_from", days["in_force_from"]) != days["in_force_from"]:
            raise ValueError(f"release {name} is in force from {row['in_force_from']}, not {days}")
        alone = row["partners"] != "all"
        table.append(
            {
                "vintage": name,
                "partners": KOREA if alone else "all",
                "first_year": int(years.min()),
                "last_full_year": last,
                "data_through": row["data_through"],
                "has_months": name in months,
                **days,
                "source_id": row["source_id"],
                "note": note(row["data_through"], last, days, row["partners"] if alone else ""),
            }
        )
    return pd.DataFrame(table)


def note(data_through: str, last_full_year: int, days: dict[str, str], partner: str) -> str:
    """What a release holds and from when, in a sentence or three."""
    since, newest = days["in_force_from"], days["newest_year_from"]
    said = [
        f"Annual figures as revised on {since}."
        if len(since) == 10
        else f"Annual figures as revised in {_words(since)}; the day is not verified."
    ]
    if newest != since:
        said.append(f"{last_full_year} was first released in {_words(newest)}.")
    year, month = map(int, data_through.split("-"))
    if year > last_full_year:
        span = MONTHS[0] if month == 1 else f"{MONTHS[0]} to {MONTHS[month - 1]}"
        said.append(f"Of {year} it has {span}.")
    if partner:
        said.append(f"Months of {partner} only; never mixed into a table of partners.")
    return " ".join(said)


def _words(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def source_rows(official: list[Official], known: pd.DataFrame) -> pd.DataFrame:
    """A row of `sources` for each file whose source is not among the known ones."""
    return pd.DataFrame(
        {
            "source_id": one.source_id,
            "publisher": "U.S. Census Bureau",
            "title": TITLES["country"],
            "official_url": OFFICIAL + PATHS["country"][0],
            "copy_used": f"{one.file}, as published",
            "released": f"{one.release} (data to {_words(one.found.data_through)})",
            "licence": "US Government work, public domain",
        }
        for one in official
        if one.source_id not in set(known.source_id)
    )
