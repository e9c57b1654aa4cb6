"""Sectors that were fetched from the Census API: rows by month, kept in the data folder.

A sector is named "census-hs:8703+8708": classification and codes. Each partner is a
package of its own, which the next fetch replaces.
"""

from korus_helpers.figures.store import TABLE

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
