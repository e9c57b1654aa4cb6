"""The tables of a new vintage, made from official files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

import pandas as pd

from korus_helpers.sources.country_file import CountryFile
from korus_helpers.sources.enduse_files import EnduseFile
from korus_helpers.sources.partners import partners
from korus_helpers.sources.stored import every

OFFICIAL = "https://www.census.gov"
PATHS = {
    "country": "/foreign-trade/balance/country.xlsx",
    "exports": "/foreign-trade/statistics/product/enduse/enduse_exports",
    "imports": "/foreign-trade/statistics/product/enduse/enduse_imports",
}
GENERAL = "general"


@dataclass(frozen=True)
class Origin:
    """One official file: its content, and where and when it was got."""

    content: bytes
    address: str
    retrieved: str
    sha256: str

    def described(self, title: str) -> dict[str, object]:
        """For `sources` of a data package."""
        return {
            "title": title, "path": self.address, "retrieved": self.retrieved,
            "bytes": len(self.content), "hash": f"sha256:{self.sha256}",
        }  # fmt: skip


def release_month(data_through: str) -> str:
    """The month in which figures through a month are released: two later, as for "2024-06"."""
    year, month = map(int, data_through.split("-"))
    later = 12 * year + month - 1 + 2
    return f"{later // 12}-{later % 12 + 1:02d}"


def free_name(month: str, taken: Collection[str]) -> str:
    """The month, or with a letter behind it where another release has it: 2026-06, 2026-06b."""
    names = (month, *(f"{month}{letter}" for letter in ascii_lowercase[1:]))
    return next(name for name in names if name not in taken)


def vintage_tables(
    name: str, country: CountryFile | None, enduse: list[EnduseFile], origins: Mapping[str, Origin]
) -> dict[str, pd.DataFrame]:
    """The tables of a new vintage, in the form of those that ship.

    End-use files name no release, so theirs is the month in which they were got.
    """
    tables = {}
    if country:
        source_id = f"CENSUS_COUNTRY_{name}"
        origin = origins["country"]
        for table, frame in (("goods_monthly", country.monthly), ("goods_annual", country.annual)):
            tables[table] = frame.assign(vintage=name, basis=GENERAL)
        tables["vintages"] = _vintage_row(name, country, source_id, origin)
        tables["partners"] = _partner_rows(country)
        tables["sources"] = pd.DataFrame(
            [{
                "source_id": source_id, "publisher": "U.S. Census Bureau",
                "title": "U.S. Trade in Goods by Country (country file)",
                "official_url": OFFICIAL + PATHS["country"], "copy_used": origin.address,
                "released": name[:7], "licence": "US Government work, public domain",
            }]
        )  # fmt: skip
    if enduse:
        taken = set(every("enduse_annual").vintage)
        month = max(origins[one.flow].retrieved[:7] for one in enduse)
        label = free_name(month, taken)
        tables["enduse_annual"] = pd.concat(
            [one.rows.assign(vintage=label) for one in enduse], ignore_index=True
        )
    return tables


def _vintage_row(name: str, found: CountryFile, source_id: str, origin: Origin) -> pd.DataFrame:
    """The row of `vintages`: annual figures are revised each June and stand until the next."""
    last_full = int(found.annual[found.annual.months == 12].year.max())
    year, month = map(int, name[:7].split("-"))
    revised = year if month >= 6 else year - 1
    newest = f"{revised}-06" if revised > last_full else f"{last_full + 1}-02"
    row = {
        "vintage": name, "partners": "all", "first_year": int(found.annual.year.min()),
        "last_full_year": last_full, "data_through": found.data_through, "has_months": True,
        "in_force_from": f"{revised}-06", "newest_year_from": newest,
        "in_force_until": f"{revised + 1}-06", "source_id": source_id,
        "note": f"Got {origin.retrieved[:10]}, sha256 {origin.sha256}.",
    }  # fmt: skip
    return pd.DataFrame([row])


def _partner_rows(found: CountryFile) -> pd.DataFrame:
    """Every code of the file as a row of `partners`, with its newest name and years of trade."""
    traded = found.annual[(found.annual.exports_musd > 0) | (found.annual.imports_musd > 0)]
    years = traded.groupby("partner_code").year.agg(first_year="min", last_year="max")
    known = partners().set_index("partner_code")
    rows = []
    for code, name in found.names.items():
        name = name.replace(";", ",") or code
        if code in known.index:
            row = known.loc[code].to_dict()
            others = [*row["aliases"].split(";"), row["name"]] if name != row["name"] else None
            if others:
                row |= {"name": name, "aliases": ";".join(filter(None, dict.fromkeys(others)))}
        else:
            kind = "country" if code >= "1000" else "group"
            row = {"name": name, "common_name": name, "in_sentence": name, "iso2": "", "iso3": "",
                   "aliases": "", "kind": kind}  # fmt: skip
        row |= {"partner_code": code, **{c: years[c].get(code, pd.NA) for c in years}}
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})
