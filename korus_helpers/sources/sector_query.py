"""A sector from the Census API: split into questions that get answers, and put together."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError, Refused
from korus_helpers.sources import gates
from korus_helpers.sources.census_api import Client, Query, TooLarge, partner_rows
from korus_helpers.sources.partners import Partner, codes_named
from korus_helpers.sources.sector_files import (
    CLASSIFICATIONS,
    TABLE,
    VALUES,
    folder_name,
    schema,
    sector_name,
)
from korus_helpers.sources.stored import forget
from korus_helpers.sources.storing import store, write_package
from korus_helpers.sources.tables import SECTORS
from korus_helpers.sources.vintages import annual_goods, releases

FIRST_YEAR = 2010  # of the API
LONGEST = {"hs": 6, "naics": 6, "enduse": 5}  # HS 10-digit import and export codes differ
LEVELS = {"hs": ("HS", (2, 4, 6)), "naics": ("NA", (2, 3, 4, 5, 6)), "enduse": ("EU", (1, 5))}
CODES = {
    "hs": ("E_COMMODITY", "I_COMMODITY"),
    "naics": ("NAICS", "NAICS"),
    "enduse": ("E_ENDUSE", "I_ENDUSE"),
}
KEYS = ["partner_code", "code", "year", "month"]


@dataclass(frozen=True)
class Part:
    """One kind of question: data set, variables with the column each fills, further predicates."""

    flow: str
    columns: dict[str, str]
    more: tuple[tuple[str, str], ...] = ()


def parts(classification: str) -> tuple[Part, ...]:
    """Total and domestic exports, and imports on both bases with the duty where it is given."""
    imports = {"GEN_VAL_MO": "general_imports_usd", "CON_VAL_MO": "consumption_imports_usd"}
    if classification != "enduse":
        imports["CAL_DUT_MO"] = "duty_usd"
    return (
        Part("exports", {"ALL_VAL_MO": "exports_usd"}),
        Part("exports", {"ALL_VAL_MO": "domestic_exports_usd"}, (("DF", "1"),)),
        Part("imports", imports),
    )


def check_codes(classification: str, text: str) -> tuple[str, ...]:
    """The codes in "8703,8708", sorted; raises `InputError` for what cannot be a sector."""
    if classification not in CLASSIFICATIONS:
        raise InputError(
            f'"{classification[:40]}" is not a classification; type one of '
            f"{', '.join(CLASSIFICATIONS)}"
        )
    codes = sorted({code.strip() for code in text.replace("+", ",").split(",") if code.strip()})
    prefix, lengths = LEVELS[classification]
    if not codes or not all(code.isascii() and code.isdigit() for code in codes):
        raise InputError(f'"{text[:40]}" is not a list of codes; type for example 8703,8708')
    for code in codes:
        if len(code) not in lengths:
            words = ", ".join(map(str, lengths))
            why = (" (codes of ten digits differ between imports and exports)"
                   if classification == "hs" and len(code) > 6 else "")  # fmt: skip
            raise InputError(f"code {code[:20]}: {prefix} codes have {words} digits{why}")
    for code in codes:
        inside = [one for one in codes if one != code and one.startswith(code)]
        if inside:
            raise InputError(f"code {inside[0]} lies within {code}: it would be counted twice")
    return tuple(codes)


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
    found = []
    for part in parts(classification):
        rows = list(_part(client, classification, part, codes, partner, first, last, progress))
        found.append(_wide(rows, part, codes, partner.code))
    table = found[0]
    for more in found[1:]:
        table = table.merge(more, on=KEYS, how="outer")
    if table.empty:
        raise InputError(
            f"the Census API has no rows for {', '.join(codes)} with {partner.in_sentence} in "
            "these years"
        )
    _pass(table)
    _within_all_goods(table, partner)
    return table.sort_values(KEYS).reset_index(drop=True)


def questions(first: tuple[int, int], last: tuple[int, int], classification: str, codes) -> int:
    """How many questions a fetch begins with, for a progress bar."""
    levels = len({len(code) for code in codes})
    return len(parts(classification)) * levels * (last[0] - first[0] + 1)


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
    query = Query(
        f"{part.flow}/{classification}",
        ("CTY_CODE", "CTY_NAME", variable, *part.columns),
        (
            ("COMM_LVL", f"{prefix}{len(codes[0])}"),
            *((variable, code) for code in codes),
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
        yield {"code": row.get(variable) or "", "time": row.get("time") or "", **row}


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


def _pass(table: pd.DataFrame) -> None:
    """Domestic exports are a part of total exports, and a duty is less than what it is on."""
    more = table[(table.domestic_exports_usd > table.exports_usd).fillna(False)]
    if "duty_usd" in table:
        duty = table[(table.duty_usd > table.consumption_imports_usd).fillna(False)]
        more = pd.concat([more, duty])
    if len(more):
        row = more.iloc[0]
        raise Refused(
            f"the Census API gives a part larger than its whole: code {row.code}, "
            f"{row.year}-{row.month:02d}"
        )


def _within_all_goods(table: pd.DataFrame, partner: Partner) -> None:
    """Refuse a sector that is larger than all goods of a full year: a wrong unit or partner."""
    newest = [one for one in releases().values() if one.partners in ("all", partner.code)][-1]
    whole = annual_goods(newest.vintage)
    sums = table.groupby(["partner_code", "year"], as_index=False)[
        ["exports_usd", "general_imports_usd"]
    ].sum()
    years = pd.DataFrame(
        {
            "partner_code": sums.partner_code,
            "year": sums.year,
            "exports_musd": sums.exports_usd.astype(float) / 1e6,
            "imports_musd": sums.general_imports_usd.astype(float) / 1e6,
        }
    )
    found = gates.parts_above_whole(years, whole)
    gates.refuse("the answer of the Census API is refused", "a part exceeds all goods", found)


def completed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column of `VALUES`; what a classification lacks is missing."""
    return table.assign(
        **{name: pd.array([pd.NA] * len(table), "Int64") for name in VALUES if name not in table}
    )


def keep_sector(
    base: str, classification: str, codes: tuple[str, ...], partner: Partner, table: pd.DataFrame,
    today: datetime,
) -> tuple[str, Path]:  # fmt: skip
    """Store a fetch as a package of its own and drop older ones: the sector's name, the folder."""
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
        start = folder_name(name, partner.code, 0)[:-4]
        old = [one for one in (held.folder / SECTORS).iterdir()
               if one.name.startswith(start) and one.name[len(start):].isdigit()]  # fmt: skip
        number = max((int(one.name[-4:]) for one in old), default=0) + 1
        place = held.publish(SECTORS, folder_name(name, partner.code, number), staged)
        for one in old:
            held.discard(SECTORS, one.name)
    forget()
    return name, place
