"""The path of a figure over the releases: a table, a sentence and a chart."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from korus_helpers.present.sentences import say
from korus_helpers.present.words import number, range_words, signed, usd
from korus_helpers.trade.comparison import Comparison, by_release, revisions

UNMOVED = 0.05  # million dollars: less is not printed
LINKS = {"exports": "to", "imports": "from"}
if TYPE_CHECKING:
    from matplotlib.figure import Figure


def revision_rows(path: pd.DataFrame) -> pd.DataFrame:
    """`revisions` for readers: amounts in million dollars as text, quoted ones with their ends."""
    rows = {"release": path.release, "in force from": path.in_force_from}
    for measure in ("exports", "imports", "deficit"):
        rows[measure] = [_amount(row, measure) for row in path.to_dict("records")]
    return pd.DataFrame(rows)


def _amount(row: dict[str, Any], measure: str) -> str:
    value, low, high = (row[f"{measure}{end}"] for end in ("", "_low", "_high"))
    if math.isclose(low, high):
        return number(value)
    return f"{number(low)} to {number(high)}"


def release_rows(item: Comparison) -> pd.DataFrame:
    """Exports, imports and deficit of the end year by release, as text in million dollars.

    With the percent change of exports since the base year. Quoted figures stand with their ends;
    files in a row that agree share a line ("2022-03 to 2026-03").
    """
    found = by_release(item)
    rows: list[dict[str, str]] = []
    for row in found.to_dict("records"):
        shown = {m: _amount(row, m) for m in ("exports", "imports", "deficit")}
        low, high = row.get("exports_pct_low"), row.get("exports_pct_high")
        known = low is not None and not math.isnan(low)
        shown["exports, change in percent"] = range_words(low, high, 2) if known else "–"
        if rows and "quoted" not in row["release"] and rows[-1] | shown == rows[-1]:
            rows[-1]["release"] = f"{rows[-1]['release'].split(' to ')[0]} to {row['release']}"
        else:
            rows.append({"release": row["release"], "in force from": row["in_force_from"]} | shown)
    return pd.DataFrame(rows)


def show_revisions(item: Comparison, measure: str) -> None:
    """Chart and sentence of the end year's figure over the releases; one release shows none."""
    name, year = item.partner.in_sentence, item.end_year
    path = revisions(item.partner.code, year)
    if len(path) > 1:
        title = revision_title(path, measure, year)
        from korus_helpers.present.figure import show_figure

        chart = revision_chart(path, measure, name, year)
        show_figure(chart, path, f"{measure}_by_release", f"One row per release: {title}.")
    say(revision_sentence(path, measure, name, year))


def revision_sentence(path: pd.DataFrame, measure: str, partner: str, year: int) -> str:
    """How far the figure moved between the first and the last release that has it as a file."""
    exact = path[path.exact]
    if len(exact) < 2:
        return f"Of the {measure} of {year} with {partner} one release is at hand as a file."
    first, last = exact.iloc[0], exact.iloc[-1]
    low, high = exact[measure].min(), exact[measure].max()
    if high - low < UNMOVED:
        return f"All {len(exact)} files have the same {measure} of {year} with {partner}."
    return (
        f"Between releases {first.release} and {last.release} the {measure} of {year} with "
        f"{partner} moved by {signed(last[measure] - first[measure])} million dollars, and lay "
        f"between {number(low)} and {number(high)} million in all {len(exact)} files."
    )


def revision_chart(path: pd.DataFrame, measure: str, partner: str, year: int) -> "Figure":
    """One row per release, oldest on top: a dot for a file, whiskers for what is quoted."""
    from korus_helpers.present.claim_charts import IntervalRow, interval_size, intervals
    from korus_helpers.present.figure import chart

    rows = []
    for row in path.to_dict("records"):
        value, low, high = (row[f"{measure}{end}"] for end in ("", "_low", "_high"))
        label = str(row["release"]).removesuffix(", as quoted")
        rows.append(
            IntervalRow(label, official=value)
            if row["exact"]
            else IntervalRow(label, quoted={"as quoted": (value, low, high)})
        )
    fig, ax = chart(
        revision_title(path, measure, year),
        f"US goods {measure} {LINKS.get(measure, 'with')} {partner} in {year} by release, "
        "USD million, Census basis",
        f"U.S. Census Bureau, releases up to {path.release.iloc[-1]}",
        size=interval_size(rows, own_scale=False),
    )
    intervals(ax, rows, own_scale=False)
    return fig


def revision_title(path: pd.DataFrame, measure: str, year: int) -> str:
    """As "Releases move the deficit of 2016 by USD 41.9 million"."""
    exact = path[path.exact]
    spread = exact[measure].max() - exact[measure].min() if len(exact) else 0.0
    if spread < UNMOVED:
        return f"Every file has the same {measure} of {year}"
    return f"Releases move the {measure} of {year} by {usd(spread)}"


def revision_object(path: pd.DataFrame, partner: str, code: str, year: int) -> dict[str, Any]:
    """The path for programs: million dollars, unrounded."""
    return {"partner": partner, "partner_code": code, "year": year, "unit": "million dollars",
            "releases": path.to_dict("records")}  # fmt: skip


def write_chart(fig: "Figure", path: Path) -> None:
    """The chart as PNG."""
    from korus_helpers.present.figure import png

    path.write_bytes(png(fig))
