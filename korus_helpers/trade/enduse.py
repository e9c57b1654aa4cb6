"""End-use sectors: the sums of their codes by flow, partner and year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from korus_helpers.figures.releases import LATEST, latest_enduse
from korus_helpers.figures.store import every, remembered
from korus_helpers.trade.sectors import Sector
from korus_helpers.trade.series import FLOWS, Series


@dataclass(frozen=True, eq=False)
class _Table:
    """All end-use figures of one vintage.

    `dollars` is an array of code x flow x partner x year, zero where a row is missing. `held` says
    of each code and flow whether there is any row: some goods have their code in one flow only.
    `covered` names the release of each flow and year at hand.
    """

    codes: tuple[str, ...]
    partners: dict[str, int]
    first_year: int
    dollars: np.ndarray
    held: np.ndarray
    covered: dict[tuple[str, int], str]


def enduse(item: Sector, vintage: str) -> Series | None:
    """Calendar years of an end-use sector, or None where the vintage has no end-use figures.

    A code without a row is zero in a covered year and flow, and unknown in any other. A flow in
    which no code of the sector exists is unknown.
    """
    table = _table(vintage)
    if table is None:
        return None
    mine = [code.startswith(item.codes) for code in table.codes]
    sums = table.dollars[mine].sum(axis=0) / 1e6
    held = table.held[mine].any(axis=0)
    for flow, name in enumerate(FLOWS):
        for year in range(sums.shape[-1]):
            if not held[flow] or (name, table.first_year + year) not in table.covered:
                sums[flow, :, year] = np.nan
    return Series(
        table.partners, 12 * table.first_year, 12, *sums, "", ("CENSUS_ENDUSE",), table.covered
    )


@remembered
def _table(vintage: str) -> _Table | None:
    rows = _rows(vintage)
    if rows is None:
        return None
    code, codes = pd.factorize(rows.code)
    partner, partners = pd.factorize(rows.partner_code)
    release, vintages = pd.factorize(rows.vintage)
    flow = np.where(rows.flow == FLOWS[0], 0, 1)
    first_year = int(rows.year.min())
    year = rows.year.to_numpy() - first_year
    shape = len(codes), len(FLOWS), len(partners), year.max() + 1
    at = np.ravel_multi_index((code, flow, partner, year), shape)
    # Sums of whole dollars below 2**53, so no digit is lost.
    dollars = np.bincount(at, rows.value_usd.to_numpy(float), np.prod(shape)).reshape(shape)
    held = np.zeros(shape[:2], dtype=bool)
    held[code, flow] = True
    sides = len(FLOWS), shape[-1], len(vintages)
    each = pd.unique(np.ravel_multi_index((flow, year, release), sides))
    covered = {
        (FLOWS[f], first_year + int(y)): vintages[v]
        for f, y, v in zip(*np.unravel_index(each, sides), strict=True)
    }
    places = {name: i for i, name in enumerate(partners)}
    return _Table(tuple(codes), places, first_year, dollars, held, covered)


def _rows(vintage: str) -> pd.DataFrame | None:
    """The end-use rows of one release, None where it has none; the latest of each flow and year.

    End-use files have releases of their own.
    """
    if vintage == LATEST:
        return latest_enduse()
    rows = every("enduse_annual")
    rows = rows[rows.vintage == vintage]
    return rows if len(rows) else None
