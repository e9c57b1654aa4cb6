"""Claims under every release of the figures."""

from collections.abc import Iterable

import pandas as pd

from korus_helpers.claims.ladder import AS_PRINTED, UNDETERMINED, WITHIN, compare, figure_of
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.register import Claim
from korus_helpers.sources.tables import open_table
from korus_helpers.sources.vintages import releases
from korus_helpers.trade.figure import Figure


def by_vintage(claims: Iterable[Claim]) -> pd.DataFrame:
    """Each claim under every release: `claim`, `as printed`, then one column a release.

    A cell says whether the printed text admits the official figure, and gives the figure in
    billion dollars, percent or times; "–" where the release does not cover the years. Releases
    known by quotation are named by their day. Oldest first; releases in a row that agree on every
    claim share a column.
    """
    claims = list(claims)
    known = {
        release.in_force_from: (release.vintage, release.vintage) for release in releases().values()
    }
    quoted = open_table("quoted")
    newest = max(int(claim.end[:4]) for claim in claims)
    days = quoted[
        (quoted.topic == "goods_total") & (quoted.basis == "general") & (quoted.year == newest)
    ].in_force_from
    known |= {
        day: (f"{day}, as quoted", f"as-of:{day}")
        for day in days
        if len(day) == 10
        if day not in known
    }
    columns = [known[start] for start in sorted(known)]
    rows = []
    for claim in claims:
        printed = read_printed(claim.printed)
        row = {"claim": claim.what, "as printed": claim.printed}
        for label, vintage in columns:
            row[label] = _cell(printed, figure_of(claim, vintage)[0])
        rows.append(row)
    table = pd.DataFrame(rows)
    return _merged(table.loc[:, (table != "–").any()])


def _merged(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of releases that follow each other and agree in every row, as one column."""
    kept = table.iloc[:, :2].copy()
    runs: list[list[str]] = []
    for name in table.columns[2:]:
        if runs and table[name].equals(table[runs[-1][0]]):
            runs[-1].append(name)
        else:
            runs.append([name])
    for run in runs:
        label = run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"
        kept[label] = table[run[0]]
    return kept


def _cell(printed: Printed, figure: Figure | None) -> str:
    if figure is None:
        return "–"
    size = 1000 if figure.unit == "million dollars" else 1
    low, high = (f"{end / size:.2f}".replace("-", "−") for end in (figure.low, figure.high))
    said = {AS_PRINTED: "holds", WITHIN: "holds", UNDETERMINED: "unclear"}.get(
        compare(printed, figure), "fails"
    )
    return f"{said}: {low}" if low == high else f"{said}: {low} to {high}"
