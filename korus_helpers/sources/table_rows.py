"""Some rows of a table by their numbers, which count from 0 in the order of its files."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from korus_helpers.sources.sums import DUCKDB, ask_duckdb, backend
from korus_helpers.sources.tables import DATA, open_table, resource, verified_files


def row_numbers(
    name: str, folder: Path, codes: tuple[str, ...], partner: str, first: int, last: int
) -> set[int]:
    """Rows of one partner and the months `first` to `last`, whose code begins with one of `codes`.

    Months are counted from January of the year 0.
    """
    if not _is_read_by_duckdb(name, folder):
        rows = open_table(name, folder)
        number = 12 * rows.year + rows.month - 1
        inside = (rows.partner_code == partner) & (number >= first) & (number <= last)
        return set(rows.index[inside & rows.code.str.startswith(codes)])
    begins = " OR ".join(f"starts_with(code, $c{i})" for i in range(len(codes)))
    given = {f"c{i}": code for i, code in enumerate(codes)}
    given |= {"partner": partner, "first": first, "last": last}
    query = (
        "SELECT file_row_number::BIGINT AS n FROM rows WHERE partner_code = $partner "
        f"AND 12 * year::BIGINT + month - 1 BETWEEN $first AND $last AND ({begins})"
    )
    return {
        int(start + number)
        for path, start, _ in _files(name, folder)
        for number in ask_duckdb(query, [path], given, numbered=True).n
    }


def rows_at(name: str, folder: Path = DATA, numbers: Collection[int] = ()) -> pd.DataFrame:
    """The rows of these numbers, in their order, indexed by them."""
    wanted = sorted(numbers)
    if not _is_read_by_duckdb(name, folder):
        return open_table(name, folder).loc[wanted]
    columns = ", ".join(field["name"] for field in resource(name, folder)["schema"]["fields"])
    found = [
        ask_duckdb(
            f"SELECT {columns} FROM rows WHERE file_row_number IN (SELECT unnest($numbers)) "
            "ORDER BY file_row_number",
            [path], {"numbers": [n - start for n in wanted if start <= n < end]}, numbered=True,
        )
        for path, start, end in _files(name, folder)
    ]  # fmt: skip
    return pd.concat(found, ignore_index=True).set_axis(wanted)


def _is_read_by_duckdb(name: str, folder: Path) -> bool:
    return "parts" in resource(name, folder) and backend(name, folder) == DUCKDB


def _files(name: str, folder: Path) -> Iterator[tuple[Path, int, int]]:
    """The files of a table, each with the number of its first row and of the one after its last."""
    import pyarrow.parquet as pq

    start = 0
    for path in verified_files(name, folder):
        end = start + pq.read_metadata(path).num_rows
        yield path, start, end
        start = end
