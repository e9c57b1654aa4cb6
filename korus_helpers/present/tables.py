"""Tables: small accessible HTML, readable plain text, unrounded CSV; and the table of sources."""

import html
import numbers
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from korus_helpers.figures.names import visible
from korus_helpers.figures.store import TABLE, has_table, packages, vintage_folders
from korus_helpers.figures.tables import DATA, SECTORS, resource
from korus_helpers.present.displays import csv_text, korus_metadata, publish, with_index
from korus_helpers.present.words import MINUS, short

MISSING = "–"
LONGEST = 12
MOST_SOURCES = 4  # of one table that are listed by themselves

Format = str | Callable[[Any], str]

# No colours and no rules: those of the page suit light, dark and paper. `align` repeats the
# style for GitHub, which drops styles.
_TEXT = 'align="left" style="text-align:left;vertical-align:top"'
_NUMBER = 'align="right" style="text-align:right;vertical-align:top;white-space:nowrap"'


def show_table(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    formats: Mapping[str, Format] | None = None,
    *,
    long: bool = False,
    data: pd.DataFrame | None = None,
    lists: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Show `frame` as one output with HTML, plain text and CSV.

    The first column heads each row; a named index comes before it, an unnamed one is left out.
    `formats` gives a format (",.1f") or a function per column. Without one, changes carry their
    sign, percentages and ratios two decimals, other numbers one, whole numbers none; what would
    show as zero and is none gets a digit. Missing values show as "–", infinite ones as "∞". A
    column `x` beside `x_low` and `x_high` shows the three as one: "42.3", or "42.0 to 42.6" where
    the ends differ. `name` is what the CSV file is
    called in a report; `data` is what it holds where that is more than is shown; `lists` are the
    tables of figures that it names (name, vintage, sha256), for the foot of a report.
    Of more than 12 rows the first and the last eleven are shown, and the caption says so, unless
    `long`. ValueError for a format for a column that is not there.
    """
    about = korus_metadata("table", name) | (
        {"tables": [list(one) for one in lists]} if lists else {}
    )
    table = with_ranges(with_index(frame), formats or {})
    if len(table) > LONGEST and not long:
        caption += f"; {len(table) - LONGEST} rows after the first are in the CSV"
        table = pd.concat([table.head(1), table.tail(LONGEST - 1)])
    usual = {name: _usual(name) for name in table if _is_numeric(table[name]) and _usual(name)}
    formats = usual | dict(formats or {})
    unknown = [column for column in formats if column not in table.columns]
    if unknown:
        raise ValueError(f"table {name}: no column {unknown[0]!r} to format")
    cells = {column: [_shown(v, formats.get(column)) for v in table[column]] for column in table}
    shown = pd.DataFrame(cells, index=table.index, columns=table.columns, dtype=object)
    is_number = [_is_numeric(table[column]) or f"{column}_low" in frame for column in table.columns]
    publish(
        {
            "text/plain": f"{visible(caption)}\n\n{shown.to_string(index=False)}",
            "text/html": _html(shown, caption, is_number),
            "text/csv": csv_text(frame if data is None else data),
        },
        {"korus": about},
    )


def with_ranges(table: pd.DataFrame, formats: Mapping[str, Format]) -> pd.DataFrame:
    """`table` with every column `x` beside `x_low` and `x_high` as one, in words if any differ."""
    for column in [name for name in table if {f"{name}_low", f"{name}_high"} <= set(table)]:
        ends = table[[f"{column}_low", f"{column}_high"]].astype(float)
        apart = ends.diff(axis=1).iloc[:, 1] > 1e-9 * ends.abs().max(axis=1)
        table = table.drop(columns=list(ends))
        if apart.any():
            way = formats.get(column) or _usual(column) or ",.1f"
            words = ends.map(lambda end, way=way: _shown(end, way))
            both = words.iloc[:, 0] + " to " + words.iloc[:, 1]
            table[column] = words.iloc[:, 0].where(~apart, both)
    return table


def _usual(column: object) -> Format:
    """The format that a column's name asks for, "" for none."""
    words = str(column).replace(",", "").split()
    percent, changes = "percent" in words or "share" in words, "change" in words
    if "times" in words or "ratio" in words:
        return ".2f"
    if percent:  # from a thousand on decimals say nothing
        usual = "+.2f" if changes else ".1f"
        return lambda x: _shown(x, usual if abs(x) < 1000 else f"{usual[:-3]},.0f")
    return "+,.1f" if changes else ""


def _html(shown: pd.DataFrame, caption: str, is_number: list[bool]) -> str:
    """`shown` holds text only; every cell, header and the caption are escaped here."""
    kinds = [_NUMBER if right else _TEXT for right in is_number]
    head = "".join(
        f'<th scope="col" {kind}>{_escaped(column)}</th>'
        for column, kind in zip(shown.columns, kinds, strict=True)
    )
    rows = []
    for cells in shown.itertuples(index=False, name=None):
        first, *rest = [f"{kind}>{_escaped(cell)}" for cell, kind in zip(cells, kinds, strict=True)]
        row = f'<th scope="row" {first}</th>' + "".join(f"<td {cell}</td>" for cell in rest)
        rows.append(f"<tr>{row}</tr>")
    return (
        '<div class="mathjax_ignore" style="overflow-x:auto">\n'
        '<table class="korus tex2jax_ignore" style="margin-left:0">\n'
        '<caption align="left" style="caption-side:top;text-align:left;padding:0.3em 0">'
        f"<b>{_escaped(caption)}</b></caption>\n"
        f"<thead>\n<tr>{head}</tr>\n</thead>\n"
        "<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>\n</div>"
    )


def _escaped(text: object) -> str:
    return html.escape(visible(str(text)))


def _shown(value: Any, format_: Format | None) -> str:
    """One cell in words."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if callable(format_):
        return visible(str(format_(value)))
    if not _is_number(value):
        return visible(str(value))
    if abs(value) == float("inf"):
        return f"{MINUS if value < 0 else ''}∞"
    if format_ is None:
        whole = isinstance(value, numbers.Integral)
        return str(value).replace("-", MINUS) if whole else short(value)
    text = format(value, format_).replace("-", MINUS)
    if any(digit in text for digit in "123456789"):
        return text
    little = short(value)  # "0" for what is zero but for the noise of dividing
    return text.lstrip(f"+{MINUS}") if little == "0" else f"{'+' * (text[0] == '+')}{little}"


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Number | Decimal) and not isinstance(value, bool)


def _is_numeric(column: pd.Series) -> bool:
    """Whether the column holds numbers and nothing else, so that it is set to the right."""
    present = [v for v in column if not (pd.api.types.is_scalar(v) and pd.isna(v))]
    return bool(present) and all(_is_number(v) for v in present)


def show_sources(names: Sequence[str]) -> None:
    """A table of the tables used: publisher and title, address, vintage, checksum.

    Of vintages and sectors that were downloaded, all that hold a table of these names are listed.
    """
    rows, tables = [], []
    places = [(name, folder) for name in names for folder in vintage_folders()]
    if TABLE in names:
        places += [(TABLE, one.folder) for one in packages(SECTORS)]
    for name, folder in places:
        if not has_table(name, folder):
            continue
        entry = resource(name, folder)
        called = name if folder == DATA else f"{name} ({folder.name})"
        sha256 = entry["hash"].removeprefix("sha256:")
        tables.append((called, entry["vintage"], sha256))
        found = list(dict.fromkeys((s["title"], s.get("path", "")) for s in entry["sources"]))
        if len(found) > MOST_SOURCES:
            found = [(f"{len(found)} publications, named row by row in its column source_id", "")]
        if not found:
            listed = "url" in [field["name"] for field in entry["schema"]["fields"]]
            where = "the address stands in each row" if listed else "no source came with the table"
            found = [(f"{entry['title']}: {where}", "")]
        for title, path in found:
            rows.append((called, title, path, entry["vintage"], sha256[:12]))
    table = pd.DataFrame(rows, columns=["table", "source", "address", "vintage", "sha256"])
    caption = "Tables used here, their sources and the start of their checksum"
    show_table(table, caption, "sources", long=True, lists=tables)
