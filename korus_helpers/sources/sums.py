"""Sums over the rows of a table, by pandas, or by DuckDB where the table is larger than memory."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from korus_helpers.errors import DamagedData, InputError
from korus_helpers.sources.tables import DATA, open_table, resource, verified_files

SETTING, PANDAS, DUCKDB = "KORUS_BACKEND", "pandas", "duckdb"
LARGE = 2_000_000  # rows from which pandas would need more than some hundred megabytes
MEMORY, THREADS = "150MB", 4  # of DuckDB; what does not fit is written to a temporary folder

Only = Mapping[str, Sequence[str | int]]
"""For some columns the values of the rows that count."""


def sum_rows(
    name: str,
    sectors: Mapping[str, tuple[str, ...]],
    by: Sequence[str],
    values: Sequence[str],
    only: Only | None = None,
    folder: Path = DATA,
) -> pd.DataFrame:
    """Sums of `values` in the rows of a table, by sector and the columns `by`.

    `sectors` names prefixes of `code`; "" is every code. The answer has the columns `sector`, those
    of `by`, and the sums in the unit of the table: missing where no row of the group has a number,
    and no row where the table has none. Every backend gives the same sums. Raises `DamagedData`,
    and `InputError` where DuckDB is needed and not installed.
    """
    sum_prefixes = _with_duckdb if backend(name, folder) == DUCKDB else _with_pandas
    wanted = pd.DataFrame(
        [(prefix, sector) for sector, codes in sectors.items() for prefix in codes],
        columns=["prefix", "sector"],
    )
    found = [
        sum_prefixes(name, folder, sorted(set(some.prefix)), by, values, only or {}).merge(some)
        for _, some in wanted.groupby(wanted.prefix.str.len())
    ]
    keys = ["sector", *by]
    sums = pd.concat(found, ignore_index=True)
    if sums.duplicated(keys).any():  # a sector of several codes
        sums = sums.groupby(keys, as_index=False)[list(values)].sum(min_count=1)
    types = {field["name"]: field["type"] for field in resource(name, folder)["schema"]["fields"]}
    whole = {one: "int64" if one in by else "Int64"
             for one in (*by, *values) if types[one] == "integer"}  # fmt: skip
    return sums[[*keys, *values]].astype(whole).sort_values(keys, ignore_index=True)


def backend(name: str, folder: Path = DATA) -> str:
    """What sums this table: as `KORUS_BACKEND` says, else DuckDB from `LARGE` rows on."""
    asked = os.environ.get(SETTING, "")
    if asked not in ("", PANDAS, DUCKDB):
        raise InputError(
            f'{SETTING} is "{asked[:40]}", which is no backend; set it to {PANDAS} or {DUCKDB}, '
            "or unset it"
        )
    return asked or (DUCKDB if resource(name, folder)["rows"] >= LARGE else PANDAS)


def _with_pandas(
    name: str, folder: Path, prefixes: list[str], by: Sequence[str], values: Sequence[str],
    only: Only,
) -> pd.DataFrame:  # fmt: skip
    rows = open_table(name, folder)
    length = len(prefixes[0])
    inside = rows.code.str.startswith(tuple(prefixes))
    for column, allowed in only.items():
        inside &= rows[column].isin(allowed)
    rows = rows.loc[inside, ["code", *by, *values]]
    rows = rows.assign(prefix=rows.code.str[:length]).drop(columns="code")
    sums = rows.groupby(["prefix", *by], as_index=False, observed=True)[list(values)]
    return sums.sum(min_count=1)


def _with_duckdb(
    name: str, folder: Path, prefixes: list[str], by: Sequence[str], values: Sequence[str],
    only: Only,
) -> pd.DataFrame:  # fmt: skip
    types = {field["name"]: field["type"] for field in resource(name, folder)["schema"]["fields"]}
    length = len(prefixes[0])
    keys = [f"{one}::BIGINT AS {one}" if types[one] == "integer" else one for one in by]
    # Whole numbers stay whole: DuckDB sums them in 128 bits, and no sum of dollars needs more
    # than 64.
    sums = [f"sum({one}){'::BIGINT' if types[one] == 'integer' else ''} AS {one}" for one in values]
    inside = " AND ".join(
        [f"left(code, {length}) IN (SELECT unnest($prefixes))" if length else "true",
         *(f"{column} IN (SELECT unnest(${column}))" for column in only)]
    )  # fmt: skip
    given = {"prefixes": prefixes} if length else {}
    given |= {column: list(allowed) for column, allowed in only.items()}
    return asked(
        f"SELECT left(code, {length}) AS prefix, {', '.join([*keys, *sums])} FROM rows "
        f"WHERE {inside} GROUP BY ALL",
        name, folder, given,
    )  # fmt: skip


def asked(
    query: str, name: str, folder: Path = DATA, given: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """The answer of DuckDB to a question about the `rows` of a table; raises as `sum_rows`."""
    paths = verified_files(name, folder)
    if paths[0].suffix != ".parquet":
        return ask_duckdb(query, open_table(name, folder), given)
    duckdb = require_duckdb()
    try:
        return ask_duckdb(query, paths, given)
    except duckdb.OutOfMemoryException as error:
        raise OSError(
            f"{folder.name}: DuckDB has no room for the answer ({str(error).splitlines()[0]}); "
            "ask for fewer partners, codes or years, or make room in the temporary folder"
        ) from None
    except duckdb.Error as error:
        raise DamagedData(
            f"{folder.name}: DuckDB cannot read the table ({str(error).splitlines()[0]}); "
            "type `korus data` to see whether it verifies"
        ) from None


def ask_duckdb(
    query: str,
    rows: Sequence[Path] | pd.DataFrame,
    given: Mapping[str, object] | None = None,
    numbered: bool = False,
) -> pd.DataFrame:
    """The answer to a question about `rows`: Parquet files, or a frame.

    `numbered` adds the column `file_row_number`.

    In a connection of its own, which may use `MEMORY` and, where more is needed, a temporary
    folder; its threads end with it.
    """
    duckdb = require_duckdb()
    from tempfile import TemporaryDirectory

    import pyarrow as pa

    with TemporaryDirectory(prefix="korus-") as scratch, duckdb.connect(
        config={
            "memory_limit": MEMORY, "threads": min(THREADS, os.cpu_count() or 1),
            "temp_directory": scratch, "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
    ) as connection:  # fmt: skip
        if isinstance(rows, pd.DataFrame):
            connection.register("rows", pa.Table.from_pandas(rows, preserve_index=False))
        else:
            more = ", file_row_number = true" if numbered else ""
            files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in rows)
            connection.execute(f"CREATE VIEW rows AS SELECT * FROM read_parquet([{files}]{more})")
        answer = connection.sql(query, params=dict(given or {}) or None).to_arrow_table()
        return answer.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


def require_duckdb():
    """The package; raises `InputError` where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise InputError(
            "tables larger than memory need one more package; "
            "type: pip install 'korus-helpers[tables]'"
        ) from None
    return duckdb
