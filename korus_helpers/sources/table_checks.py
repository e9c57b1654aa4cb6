"""What a table that the user adds must pass before it is kept."""

from pathlib import Path

import pandas as pd

from korus_helpers.errors import Refused
from korus_helpers.sources import gates
from korus_helpers.sources.partners import partners
from korus_helpers.sources.sector_files import LEVELS, VALUES
from korus_helpers.sources.sums import ask_duckdb, require_duckdb
from korus_helpers.sources.vintages import annual_goods, releases

KEYS = {"partner_code": "VARCHAR", "code": "VARCHAR", "year": "INTEGER", "month": "INTEGER"}
_WHOLE = {f"{sign}{size}" for sign in ("", "U")
          for size in ("BIGINT", "INTEGER", "SMALLINT", "TINYINT")}  # fmt: skip
FORM = (
    f"type the name of a Parquet file, or of a folder of them, with the columns {', '.join(KEYS)}, "
    f"exports_usd, and one or more of {', '.join(tuple(VALUES)[2:4])}"
)


def checked(
    paths: list[Path], classification: str
) -> tuple[dict[str, str], list[str], pd.DataFrame]:
    """Columns with their types, codes, and dollars by partner and month, of a table that passes."""
    duckdb = require_duckdb()
    try:
        types = dict(
            ask_duckdb("SELECT column_name, column_type FROM (DESCRIBE rows)", paths).values
        )
        columns = {name: types[name] for name in (*KEYS, *VALUES) if name in types}
        _check_columns(types, columns)
        codes = _check_codes(paths, classification)
        values = [name for name in VALUES if name in columns]
        _check_cells(paths, values)
        sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in values)
        months = ask_duckdb(
            f"SELECT partner_code, year::BIGINT AS year, month::BIGINT AS month, {sums} FROM rows "
            "GROUP BY ALL ORDER BY ALL",
            paths,
        )
    except duckdb.Error as error:
        raise Refused(
            f"the table is refused: DuckDB cannot read it ({str(error).splitlines()[0]}); {FORM}"
        ) from None
    months = months.astype({"year": "int64", "month": "int64"})
    unknown = sorted(set(months.partner_code) - set(partners().partner_code))
    if unknown:
        raise Refused(f'the table is refused: "{unknown[0][:20]}" is not a code of a partner')
    _within_all_goods(months)
    return columns, codes, months


def _check_columns(types: dict[str, str], columns: dict[str, str]) -> None:
    missing = [name for name in KEYS if name not in columns]
    if missing or not {"exports_usd", "general_imports_usd", "consumption_imports_usd"} & set(
        columns
    ):
        raise Refused(f"the table is refused: it lacks columns; {FORM}")
    other = [name for name in types if name not in columns]
    if other:
        raise Refused(f'the table is refused: column "{other[0][:40]}" is not known; {FORM}')
    for name, found in columns.items():
        wanted = ("VARCHAR",) if KEYS.get(name) == "VARCHAR" else _WHOLE
        if found not in wanted:
            words = "text" if wanted == ("VARCHAR",) else "whole numbers"
            raise Refused(f"the table is refused: column {name} is {found}, not {words}")


def _check_codes(paths: list[Path], classification: str) -> list[str]:
    """Codes of sectors that the codes, all of one length so that none is in another, begin with."""
    codes = ask_duckdb("SELECT DISTINCT code FROM rows ORDER BY code", paths).code
    if codes.empty:
        raise Refused("the table is refused: it has no rows")
    lengths = {*LEVELS[classification][1], *((10,) if classification == "hs" else ())}
    wrong = codes[codes.isna() | ~codes.str.fullmatch(r"[0-9]+") | ~codes.str.len().isin(lengths)]
    if len(wrong):
        raise Refused(f'the table is refused: "{str(wrong.iloc[0])[:20]}" is not a code of it')
    if codes.str.len().nunique() > 1:
        found = ", ".join(map(str, sorted(codes.str.len().unique())))
        raise Refused(
            f"the table is refused: its codes have {found} digits, so that goods would be counted "
            "twice; keep the rows of one length"
        )
    return sorted({code[:n] for code in codes for n in LEVELS[classification][1] if n <= len(code)})


def _check_cells(paths: list[Path], values: list[str]) -> None:
    """No empty key, no month but 1 to 12, no amount below zero, no key twice."""
    below = " OR ".join(f"{name} < 0" for name in values)
    wrong = ask_duckdb(
        "SELECT partner_code, code, year, month FROM rows WHERE partner_code IS NULL "
        f"OR year IS NULL OR month IS NULL OR year NOT BETWEEN 1900 AND 2100 "
        f"OR month NOT BETWEEN 1 AND 12 OR {below} LIMIT 1",
        paths,
    )
    if len(wrong):
        raise Refused(
            "the table is refused: a row has an empty or impossible cell: "
            f"{' '.join(map(str, wrong.iloc[0]))}"
        )
    twice = ask_duckdb(
        "SELECT partner_code, code, year, month FROM rows GROUP BY ALL HAVING count(*) > 1 LIMIT 1",
        paths,
    )
    if len(twice):
        raise Refused(
            f"the table is refused: it has a row twice: {' '.join(map(str, twice.iloc[0]))}"
        )


def _within_all_goods(months: pd.DataFrame) -> None:
    """Refuse a table with more than all goods of a partner and year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners == "all"][-1]
    flows = {"exports_musd": "exports_usd", "imports_musd": "general_imports_usd"}
    sums = months.groupby(["partner_code", "year"], as_index=False).sum(numeric_only=True)
    years = sums[["partner_code", "year"]].assign(
        **{name: sums[column].astype(float) / 1e6 if column in sums else float("nan")
           for name, column in flows.items()}
    )  # fmt: skip
    found = gates.parts_above_whole(years, annual_goods(newest.vintage))
    gates.refuse("the table is refused", "a part exceeds all goods", found)
