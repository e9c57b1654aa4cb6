"""A sector from the Census API: split into questions that get answers, and put together."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pandas as pd

from korus_helpers.errors import InputError, Refused
from korus_helpers.sources.census_api import Client, Query, TooLarge, partner_rows
from korus_helpers.sources.partners import Partner, codes_named
from korus_helpers.sources.sector_checks import (
    KEYS,
    parts_within_wholes,
    sum_to_total,
    within_all_goods,
)
from korus_helpers.sources.sector_codes import CHAPTERS, CODES, LEVELS, TOTAL, Part, parts
from korus_helpers.sources.sector_files import ALL


def fetch_sector(
    client: Client,
    classification: str,
    codes: tuple[str, ...],
    partner: Partner,
    first: tuple[int, int],
    last: tuple[int, int],
    progress: Callable[[], None] = lambda: None,
) -> pd.DataFrame:
    """Months of a sector with one partner: `partner_code, code, year, month` and `VALUES`.

    Whole dollars. In a month of which the API has any row of a flow, a code without one is zero; a
    month without any is missing. `progress` is called after each question.
    """
    ask = partial(_months, client, classification, partner, first, last, progress)
    table = ask(CHAPTERS if codes == (ALL,) else codes)
    if table.empty:
        raise InputError(
            f"the Census API has no rows for {', '.join(codes)} with {partner.in_sentence} in "
            "these years"
        )
    if codes == (ALL,):
        sum_to_total(table, ask((TOTAL,)))
    parts_within_wholes(table)
    within_all_goods(table, partner)
    return table.sort_values(KEYS).reset_index(drop=True)


def _months(
    client: Client, classification: str, partner: Partner, first: tuple[int, int],
    last: tuple[int, int], progress: Callable[[], None], codes: tuple[str, ...],
) -> pd.DataFrame:  # fmt: skip
    """Every part of the questions about some codes, side by side."""
    table = None
    for part in parts(classification):
        rows = list(_part(client, classification, part, codes, partner, first, last, progress))
        wide = _wide(rows, part, codes, partner.code)
        table = wide if table is None else table.merge(wide, on=KEYS, how="outer")
    return table


def _part(
    client: Client, classification: str, part: Part, codes: tuple[str, ...], partner: Partner,
    first: tuple[int, int], last: tuple[int, int], progress: Callable[[], None],
) -> Iterator[dict]:  # fmt: skip
    for length in sorted({len(code) for code in codes}):
        same = tuple(code for code in codes if len(code) == length)
        for year in range(first[0], last[0] + 1):
            start = max(first, (year, 1))
            yield from _split(client, classification, part, same, partner, start,
                              min(last, (year, 12)))  # fmt: skip
            progress()


def _split(
    client: Client, classification: str, part: Part, codes: tuple[str, ...], partner: Partner,
    first: tuple[int, int], last: tuple[int, int],
) -> Iterator[dict]:  # fmt: skip
    """The rows of a span; where no answer comes, of its halves, then of half the codes."""
    variable = CODES[classification][part.flow == "imports"]
    prefix = LEVELS[classification][0]
    span = f"from {first[0]}-{first[1]:02d} to {last[0]}-{last[1]:02d}"
    one_code = () if codes == (TOTAL,) else (variable,)
    level = (("COMM_LVL", f"{prefix}{len(codes[0])}"), *((variable, code) for code in codes))
    query = Query(
        f"{part.flow}/{classification}",
        ("CTY_CODE", "CTY_NAME", *one_code, *part.columns),
        (
            *(level if one_code else ()),
            ("CTY_CODE", partner.code), ("SUMMARY_LVL", "DET"), *part.more, ("time", span),
        ),
    )  # fmt: skip
    try:
        rows = client.rows(query)
    except TooLarge:
        months = 12 * (last[0] - first[0]) + last[1] - first[1] + 1
        if months > 1:
            half = 12 * first[0] + first[1] - 1 + months // 2
            before, after = (half - 1, half)
            ends = [(n // 12, n % 12 + 1) for n in (before, after)]
            for one, other in ((first, ends[0]), (ends[1], last)):
                yield from _split(client, classification, part, codes, partner, one, other)
            return
        if len(codes) == 1:
            raise
        for some in (codes[: len(codes) // 2], codes[len(codes) // 2 :]):
            yield from _split(client, classification, part, some, partner, first, last)
        return
    for row in partner_rows(rows):
        _of_partner(row, partner)
        code = (row.get(variable) or "") if one_code else TOTAL
        yield {"code": code, "time": row.get("time") or "", **row}


def _of_partner(row: dict, partner: Partner) -> None:
    """Refuse a row of another country, by its code or by its name."""
    named = codes_named(row.get("CTY_NAME") or "")
    if row["CTY_CODE"] != partner.code or (named and partner.code not in named):
        raise Refused(
            f"the Census API gives a row of {row.get('CTY_NAME')} ({row['CTY_CODE']}) where "
            f"{partner} was asked for"
        )


def _wide(
    rows: Iterable[dict], part: Part, codes: tuple[str, ...], partner_code: str
) -> pd.DataFrame:
    """One row per code and month, codes without a row filled with zero in months that have any."""
    columns = [*KEYS, *part.columns.values()]
    frame = pd.DataFrame(list(rows))
    if frame.empty:
        return pd.DataFrame(columns=columns).astype(dict.fromkeys(part.columns.values(), "Int64"))
    when = frame.time.str.extract(r"^(\d{4})-(\d{2})$")
    if when.isna().any(axis=None):
        raise Refused("the Census API gives a row without a month")
    if not frame.code.isin(codes).all():
        other = frame.code[~frame.code.isin(codes)].iloc[0]
        raise Refused(f'the Census API gives a row of code "{other[:20]}", which was not asked for')
    made = {"code": frame.code, "year": when[0].astype(int), "month": when[1].astype(int)}
    for variable, column in part.columns.items():
        values = pd.to_numeric(frame[variable], errors="coerce")
        if values.isna().any() or (values < 0).any() or (values % 1 != 0).any():
            raise Refused(f"the Census API gives a row whose {variable} is no whole amount")
        made[column] = values.astype("Int64")
    table = pd.DataFrame(made)
    if table.duplicated(["code", "year", "month"]).any():
        raise Refused("the Census API gives a code and month twice")
    months = table[["year", "month"]].drop_duplicates()
    every = months.merge(pd.DataFrame({"code": list(codes)}), how="cross")
    table = every.merge(table, on=["code", "year", "month"], how="left")
    table[list(part.columns.values())] = table[list(part.columns.values())].fillna(0)
    return table.assign(partner_code=partner_code)[columns]
