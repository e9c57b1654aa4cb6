"""What `korus fetch sector` brought, and what to type next."""

from pathlib import Path
from typing import Any

import pandas as pd

from korus_helpers.acquire.census_sector import VALUES
from korus_helpers.figures.partners import Partner


def fetched_lines(
    name: str, partner: Partner, table: pd.DataFrame, place: Path, asked: int
) -> list[str]:
    """The sector's name, its span, what is known of each flow, and a command that uses it."""
    first, last = _span(table)
    lines = [
        f"Sector {name} with {partner.in_sentence}: {first} to {last}, stored in {place} "
        f"({asked} {'question' if asked == 1 else 'questions'} asked)."
    ]
    for column, words in VALUES.items():
        known = table.dropna(subset=column) if column in table else table.head(0)
        if known.empty:
            lines.append(f"  {words}: none")
        else:
            start, end = _span(known)
            lines.append(f"  {words}: {start} to {end}")
    year = _full_year(table)
    if year:
        lines.append(
            f'Type: korus value deficit --sector {name} --partner "{partner.common_name}" '
            f"--year {year}"
        )
    return lines


def _span(table: pd.DataFrame) -> tuple[str, str]:
    months = table.year * 100 + table.month
    return tuple(f"{n // 100}-{n % 100:02d}" for n in (months.min(), months.max()))


def _full_year(table: pd.DataFrame) -> int | None:
    """The last year of which every month is there."""
    counts = table.drop_duplicates(["year", "month"]).groupby("year").month.count()
    full = counts.index[counts == 12]
    return int(full.max()) if len(full) else None


def fetched_object(
    name: str, partner: Partner, table: pd.DataFrame, place: Path, asked: int
) -> dict[str, Any]:
    """The same for programs."""
    first, last = _span(table)
    return {
        "sector": name, "partner": partner.name, "partner_code": partner.code, "first": first,
        "last": last, "rows": len(table), "folder": str(place), "questions": asked,
    }  # fmt: skip
