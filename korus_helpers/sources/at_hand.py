"""What is at hand already: the figures that a refresh is compared with."""

import pandas as pd

from korus_helpers.sources import gates
from korus_helpers.sources.country_file import CountryFile
from korus_helpers.sources.enduse_files import EnduseFile
from korus_helpers.sources.tables import open_table
from korus_helpers.sources.vintages import Vintage, latest_enduse, releases

SAME = 1e-6  # million dollars


def whole_years(release: Vintage) -> pd.DataFrame:
    """Full years of one release as `partner_code, year, exports_musd, imports_musd`."""
    rows = open_table("goods_annual", release.folder)
    rows = rows[(rows.vintage == release.vintage) & (rows.months == 12)]
    return rows[["partner_code", "year", *gates.AMOUNTS]]


def is_known(found: CountryFile) -> bool:
    """Whether a release at hand holds the very figures, months included."""
    for release in releases().values():
        if release.partners != "all" or not release.has_months:
            continue
        if release.data_through != found.data_through:
            continue
        same = True
        for name, mine in (("goods_annual", found.annual), ("goods_monthly", found.monthly)):
            theirs = open_table(name, release.folder)
            theirs = theirs[theirs.vintage == release.vintage]
            same = same and _alike(mine, theirs[list(mine.columns)])
        if same:
            return True
    return False


def is_known_enduse(found: EnduseFile) -> bool:
    latest = latest_enduse()
    theirs = latest[(latest.flow == found.flow) & latest.year.isin(found.years)]
    mine = found.rows
    theirs = theirs[theirs.value_usd > 0][list(mine.columns)]
    return _alike(mine, theirs)


def _alike(mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Whether two tables hold the same keys with the same amounts."""
    if len(mine) != len(theirs):
        return False
    values = [name for name in mine if name in (*gates.AMOUNTS, "value_usd")]
    keys = [name for name in mine if name not in values]
    mine, theirs = (t.sort_values(keys).reset_index(drop=True) for t in (mine, theirs))
    return bool(
        (mine[keys] == theirs[keys]).all(axis=None)
        and ((mine[values] - theirs[values]).abs() <= SAME).all(axis=None)
    )
