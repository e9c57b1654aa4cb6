"""The path of one figure over every release, those known by quotation among them."""

import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.releases import releases
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure

MEASURES = ("exports", "imports", "deficit")


def every_release(partner_code: str, year: int) -> list[tuple[str, str, str]]:
    """Label, day from which it was in force, and vintage of every release, oldest first.

    Days of quoted figures of that year are among them ("2017-06-02, as quoted").
    """
    quoted = open_table("quoted")
    days = quoted[
        (quoted.topic == "goods_total")
        & (quoted.basis == "general")
        & (quoted.partner_code == partner_code)
        & (quoted.year == year)
    ].in_force_from.unique()
    known = [(one.vintage, one.in_force_from, one.vintage) for one in releases().values()]
    known += [(f"{day}, as quoted", day, f"as-of:{day}") for day in days if len(day) == 10]
    return sorted(known, key=lambda row: (row[1], row[0]))


def revisions(partner_code: str, year: int) -> pd.DataFrame:
    """Annual goods trade with a partner in every release that has the year, oldest first.

    Columns `release, in_force_from`, then exports, imports and deficit, each with `_low` and
    `_high` (equal where exact), million dollars, and `exact`. Raises `NoFigure` where no release
    has the year.
    """
    rows = []
    for label, start, vintage in every_release(partner_code, year):
        row: dict[str, object] = {"release": label, "in_force_from": start}
        for measure in MEASURES:
            found = known_figure(measure, Definition(partner_code, vintage=vintage, end=str(year)))
            if found:
                row |= {f"{measure}_low": found.low, measure: found.value,
                        f"{measure}_high": found.high}  # fmt: skip
        if "deficit" in row:
            rows.append(row | {"exact": row["deficit_low"] == row["deficit_high"]})
    if not rows:
        raise NoFigure(f"no release at hand has a figure for {year}; type another year or partner")
    return pd.DataFrame(rows)


def check_measure(measure: str) -> str:
    """The text, if it is one of `MEASURES`; raises `InputError`."""
    if measure not in MEASURES:
        raise InputError(f'"{measure[:40]}" has no path here; type one of {", ".join(MEASURES)}')
    return measure


def known_figure(measure: str, asked: Definition) -> Figure | None:
    """A figure, or None where there is none."""
    try:
        return evaluate(measure, asked)
    except NoFigure:
        return None
