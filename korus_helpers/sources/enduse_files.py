"""The Census end-use files: one row per partner and 5-digit code, ten years side by side."""

import io
import re
from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import Refused
from korus_helpers.sources.country_file import WORLD, code_text

COLUMNS = ["CTY_CODE", "CTY_DESC", "END_USE", "COMM_DESC"]
FILE_WORLD = "0000"


@dataclass(frozen=True)
class EnduseFile:
    """One flow by partner, code and year: `rows` with `partner_code, flow, code, year, value_usd`.

    Dollars; rows of zero are left out, as a code without a row is zero in a covered year. The
    World is 0015, as in the country file. `names` is the name by partner code.
    """

    flow: str
    rows: pd.DataFrame
    names: dict[str, str]
    years: tuple[int, ...]


def read_enduse_file(content: bytes, flow: str) -> EnduseFile:
    """The figures of an end-use file (text with commas, tabs or bars); raises `Refused`."""
    called = f"the end-use file of {flow}"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.partition("\n")[0]
    if "CTY_CODE" not in first:
        raise Refused(f"{called} does not begin with the columns {', '.join(COLUMNS)}")
    separator = max(",\t|", key=first.count)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, dtype="str", keep_default_na=False,
            skipinitialspace=True,
        )  # fmt: skip
    except (ValueError, pd.errors.ParserError, OverflowError) as error:
        raise Refused(f"{called} cannot be read ({str(error).splitlines()[0][:120]})") from None
    if not isinstance(table.index, pd.RangeIndex):  # pandas took the surplus for an index
        raise Refused(f"{called} has rows with more cells than its header")
    table.columns = [str(name).strip() for name in table.columns]
    years = {name: _year(name) for name in table.columns if re.fullmatch(r"value_\d\d", name)}
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise Refused(f"{called} lacks the columns {', '.join(missing)}")
    if not years or len(table) == 0:
        raise Refused(f"{called} has no columns value_YY, or no rows")
    if again := [name for name in table.columns if re.fullmatch(r".+\.\d+", name)]:
        raise Refused(f"{called} has the columns {', '.join(again)[:80]} twice")
    return _tidy(table, flow, called, years)


def _year(name: str) -> int:
    two = int(name[-2:])
    return (1900 if two > 80 else 2000) + two


def _tidy(table: pd.DataFrame, flow: str, called: str, years: dict[str, int]) -> EnduseFile:
    codes = table.CTY_CODE.str.strip().map(code_text)
    enduse = table.END_USE.str.strip().str.zfill(5)
    for column, good in (
        ("CTY_CODE", codes.str.fullmatch(r"[0-9]{4}")),
        ("END_USE", enduse.str.fullmatch(r"[0-9]{5}")),
    ):
        if not good.all():
            row = int(good.idxmin())
            raise Refused(
                f'row {row + 2} of {called}: {column} is "{table[column][row][:20]}", not a code'
            )
    groups = (codes < "1000") & (codes != FILE_WORLD)
    if groups.any():
        row = int(groups.idxmax())
        raise Refused(f"row {row + 2} of {called}: {codes[row]} is a group among the countries")
    values = table[list(years)].apply(pd.to_numeric, errors="coerce")
    bad = values.isna() | (values < 0) | (values % 1 != 0) | (values > 1e15)
    if bad.any(axis=None):
        row, column = next((r, c) for c in values for r in bad.index[bad[c]])
        raise Refused(
            f'row {row + 2} of {called}: {column} is "{table[column][row][:20]}", not whole dollars'
        )
    names = dict(zip(codes, table.CTY_DESC.str.strip().str[:100], strict=True))
    frame = values.set_axis(list(years.values()), axis=1).assign(partner_code=codes, code=enduse)
    if frame.duplicated(["partner_code", "code"]).any():
        row = int(frame.duplicated(["partner_code", "code"]).idxmax())
        raise Refused(f"row {row + 2} of {called}: partner and code for the second time")
    rows = frame.melt(["partner_code", "code"], var_name="year", value_name="value_usd")
    rows = rows[rows.value_usd > 0].assign(
        flow=flow,
        partner_code=rows.partner_code.replace(FILE_WORLD, WORLD),
        year=rows.year.astype(int),
        value_usd=rows.value_usd.astype("int64"),
    )
    columns = ["partner_code", "flow", "code", "year", "value_usd"]
    rows = rows[columns].sort_values(columns[:4]).reset_index(drop=True)
    names[WORLD] = names.pop(FILE_WORLD, "")
    return EnduseFile(flow, rows, names, tuple(sorted(years.values())))
