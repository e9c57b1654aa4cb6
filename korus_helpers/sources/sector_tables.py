"""Tables of a whole classification that the user added: every partner, code and month.

`korus data --add` keeps one for each classification, as a package in the data folder. Any sector of
the classification is a sum of its rows by the start of their codes.
"""

import re
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.sources.sector_codes import check_codes
from korus_helpers.sources.sector_files import ALL, NAME
from korus_helpers.sources.stored import USER_TABLE, packages, remembered
from korus_helpers.sources.tables import SECTORS, TABLE_MARK, open_table

KNOWN = "sector_months"  # which partners and months have rows of which flows
CODES = "sector_prefixes"  # what the codes of the table begin with, as codes of sectors
SOURCE = USER_TABLE["source_id"]


def table_folder(classification: str, number: int) -> str:
    """The folder of a table: "census-hs_table_0001"."""
    return f"census-{classification}{TABLE_MARK}{number:04d}"


def table_of(classification: str) -> Path | None:
    """The package of the table of a classification, the newest, or None."""
    name = re.compile(re.escape(table_folder(classification, 0)[:-4]) + r"\d{4}")
    found = [one for one in packages(SECTORS) if name.fullmatch(one.name)]
    return found[-1] if found else None


def prefixes(name: str) -> tuple[str, ...]:
    """What the codes of a sector begin with: "8703" of "census-hs:8703", "" of all."""
    codes = name.partition(":")[2]
    return ("",) if codes == ALL else tuple(codes.split("+"))


@remembered
def table_with(name: str) -> Path | None:
    """The package of the table that a sector such as "census-hs:8703" is summed from, or None.

    A code that no row of the table has is not in it.
    """
    found = NAME.fullmatch(name)
    folder = table_of(found[1]) if found else None
    if folder is None:
        return None
    try:
        codes = check_codes(found[1], found[2])
    except InputError:
        return None
    canonical = "+".join(codes) == found[2]
    return folder if canonical and _codes(folder).issuperset(codes) else None


@remembered
def _codes(folder: Path) -> frozenset[str]:
    return frozenset({ALL, *open_table(CODES, folder).code})


@remembered
def months_known(folder: Path) -> pd.DataFrame:
    """Months of a table: `partner_code, year, month`, and for each of `VALUES` if it is known.

    Known is a partner's month with at least one row of the flow, whatever the code: in it a code
    without a row is zero.
    """
    return open_table(KNOWN, folder)
