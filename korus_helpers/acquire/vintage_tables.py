"""The tables of a release that was refreshed, made from official files."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from korus_helpers.acquire.at_hand import Place
from korus_helpers.acquire.country_file import CountryFile
from korus_helpers.acquire.enduse_files import EnduseFile
from korus_helpers.figures.partners import codes_named, partners
from korus_helpers.figures.releases import days_in_force

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
GENERAL = "general"


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

    def described(self, kind: str) -> dict[str, object]:
        """For `sources` of a data package."""
        return {
            "title": f"U.S. Census Bureau, {TITLES[kind]}", "path": self.address,
            "retrieved": self.retrieved, "bytes": len(self.content),
            "hash": f"sha256:{self.sha256}",
        }  # fmt: skip


def country_tables(name: str, found: CountryFile, origin: Origin) -> dict[str, pd.DataFrame]:
    """The tables of a release of the country file, in the form of those that are included."""
    source_id = f"CENSUS_COUNTRY_{name}"
    source = {
        "source_id": source_id, "publisher": "U.S. Census Bureau", "title": TITLES["country"],
        "official_url": OFFICIAL + PATHS["country"][0], "copy_used": origin.address,
        "released": name[:7], "licence": "US Government work, public domain",
    }  # fmt: skip
    return {
        "goods_monthly": found.monthly.assign(vintage=name, basis=GENERAL),
        "goods_annual": found.annual.assign(vintage=name, basis=GENERAL),
        "vintages": _vintage_row(name, found, source_id, origin),
        "partners": _partner_rows(found),
        "sources": pd.DataFrame([source]),
    }


def enduse_tables(place: Place, found: EnduseFile) -> dict[str, pd.DataFrame]:
    """The rows of an end-use file for the years that its release lacks."""
    rows = found.rows[found.rows.year.isin(place.years)]
    return {"enduse_annual": rows.assign(vintage=place.release)}


def _vintage_row(name: str, found: CountryFile, source_id: str, origin: Origin) -> pd.DataFrame:
    """The row of `vintages`: annual figures are revised each June and stand until the next."""
    last_full = int(found.annual[found.annual.months == 12].year.max())
    row = {
        "vintage": name, "partners": "all", "first_year": int(found.annual.year.min()),
        "last_full_year": last_full, "data_through": found.data_through, "has_months": True,
        **days_in_force(name, last_full), "source_id": source_id,
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
            # A name that another partner goes by too ("Congo") names neither: the known one stays.
            if name != row["name"] and codes_named(name) <= {code}:
                others = [*row["aliases"].split(";"), row["name"]]
                row |= {"name": name, "aliases": ";".join(filter(None, dict.fromkeys(others)))}
        else:
            kind = "country" if code >= "1000" else "group"
            row = {"name": name, "common_name": name, "in_sentence": name, "iso2": "", "iso3": "",
                   "aliases": "", "kind": kind}  # fmt: skip
        row |= {"partner_code": code, **{c: years[c].get(code, pd.NA) for c in years}}
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})
