"""Keeping a sector that was fetched."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.acquire.sector_files import VALUES, schema, sector_name
from korus_helpers.acquire.sector_query import parts
from korus_helpers.acquire.storing import store, write_package
from korus_helpers.figures.partners import Partner
from korus_helpers.figures.store import TABLE, package_name
from korus_helpers.figures.tables import SECTORS


def keep_sector(
    base: str, classification: str, codes: tuple[str, ...], partner: Partner, table: pd.DataFrame,
    today: datetime,
) -> tuple[str, Path]:  # fmt: skip
    """Store a fetch in place of an older one: the sector's name, and the folder."""
    name = sector_name(classification, codes)
    table = completed(table).assign(vintage=f"{today:%Y-%m}")
    addresses = dict.fromkeys(f"{base}/{p.flow}/{classification}" for p in parts(classification))
    origins = [
        {"title": "U.S. Census Bureau, International Trade API", "path": address,
         "retrieved": today.isoformat(timespec="seconds")}
        for address in addresses
    ]  # fmt: skip
    with store() as held:
        staged = held.hidden(SECTORS)
        write_package(staged, name, f"Sector {name}", {TABLE: table}, origins, {TABLE: schema()})
        place = held.publish(SECTORS, package_name(name, partner.code), staged)
    return name, place


def completed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column of `VALUES`; what a classification lacks is missing."""
    return table.assign(
        **{name: pd.array([pd.NA] * len(table), "Int64") for name in VALUES if name not in table}
    )
