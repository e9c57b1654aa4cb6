"""Sectors that were fetched from the Census API: rows by month, kept in the data folder.

A sector is named "census-hs:8703+8708": classification and codes. Each partner is a
package of its own, which the next fetch replaces.
"""

import re
from pathlib import Path

from korus_helpers.sources.stored import checked, packages, remembered
from korus_helpers.sources.tables import SECTORS

TABLE = "sector_monthly"
ALL = "all"  # every HS chapter
CLASSIFICATIONS = {"hs": "HS", "naics": "NAICS", "enduse": "end-use"}
LEVELS = {"hs": ("HS", (2, 4, 6)), "naics": ("NA", (2, 3, 4, 5, 6)), "enduse": ("EU", (1, 5))}
VALUES = {
    "exports_usd": "total exports f.a.s.",
    "domestic_exports_usd": "domestic exports f.a.s., without re-exports",
    "general_imports_usd": "general imports at customs value",
    "consumption_imports_usd": "imports for consumption at customs value",
    "duty_usd": "calculated duty on imports for consumption",
}
_KEYS = {
    "vintage": "month of the download, year and month",
    "partner_code": "4-digit Census code as text",
    "code": "code of the classification, as text",
    "year": "calendar year",
    "month": "calendar month, 1 to 12",
}
NAME = re.compile(r"census-(hs|naics|enduse):(all|\d+(\+\d+)*)")


def sector_name(classification: str, codes: tuple[str, ...]) -> str:
    """As "census-hs:8703+8708"."""
    return f"census-{classification}:{'+'.join(sorted(codes))}"


def schema() -> dict:
    """The entry of `sector_monthly` for a data package."""
    fields = [
        {
            "name": name,
            "type": "integer" if name in ("year", "month") else "string",
            "description": words,
            "constraints": {"required": True},
        }
        for name, words in _KEYS.items()
    ]
    fields += [
        {"name": name, "type": "integer", "description": f"{words}; empty where not known",
         "unit": "US dollars", "constraints": {}}
        for name, words in VALUES.items()
    ]  # fmt: skip
    return {
        "name": TABLE, "title": "US trade of a sector by partner, code and month",
        "basis": "Census basis, not seasonally adjusted",
        "licenses": [{"name": "public-domain", "title": "US Government work, public domain"}],
        "schema": {"fields": fields, "missingValues": [""]},
    }  # fmt: skip


def package_name(name: str, partner_code: str) -> str:
    """The package of a sector with one partner: "census-hs_8703+8708_5800"."""
    return f"{name.replace(':', '_')}_{partner_code}"


@remembered
def fetched(name: str) -> dict[str, Path]:
    """The package that holds a sector for each partner that it was fetched for, by code.

    Its table is `sector_monthly`, columns as in `schema`, whole dollars; missing where the API had
    no row of the flow at all. Raises `DamagedData`.
    """
    if not NAME.fullmatch(name):
        return {}
    mine = re.compile(re.escape(package_name(name, "")) + r"(\d{4})")
    found = ((mine.fullmatch(one.name), one) for one in packages(SECTORS))
    return {match[1]: checked(one) for match, one in found if match}
