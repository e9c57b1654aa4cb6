"""Lines over years or months, with the dates that matter and the periods compared."""

import datetime
import math
from collections.abc import Collection, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox, ScaledTranslation

from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import Partner
from korus_helpers.present.figure import (
    COLOURS,
    GREY,
    HALO,
    INK,
    SIDE,
    WORD_SHADES,
    apart,
    chart,
    clear_place,
    fit,
    inches_wide,
    scale_of_numbers,
    show_figure,
    styled,
    text_size,
    wrapped,
)
from korus_helpers.present.words import join_words, short
from korus_helpers.trade.comparison import Comparison, agreement_dates
from korus_helpers.trade.figure import members_moved

BOLD = {"size": 10, "weight": "bold"}
FLAG = {"size": 8.5}
PALETTE = [COLOURS[name] for name in ("deficit", "exports", "imports", "context", "highlight")]
THIN = {"arrowstyle": "-", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
FEW_YEARS = 3  # below this a monthly axis names quarters


def show_lines(
    frame: pd.DataFrame,
    title: str,
    subtitle: str,
    source: str,
    name: str,
    item: Comparison | None = None,
    *,
    unit: str = "USD",
    per: str = "a year",
    colours: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
) -> None:
    """Show one chart of lines: every column of `frame` over its years or months.

    Amounts are in million dollars and drawn in billion where any reaches one; another `unit` is
    drawn as it is. The years of `item` are marked where they have a figure, and the dates of an
    agreement with its partner and of who joined or left a group drawn, beside `events` (date to
    words). `name` is that of the files.
    """
    scale = 1.0
    if unit == "USD":
        scale = 1000.0 if (frame.abs() >= 1000).any(axis=None) else 1.0
        unit = "USD billion" if scale > 1 else "USD million"
    known, marked = frame.dropna(how="all").index, []
    if known.empty:
        raise ValueError("no value to draw as a line")
    events = dict(events or {})
    if item is not None:
        events |= agreement_dates(item.partner.code) | _membership(item.partner, known)
        marked = [year for year in (item.base_year, item.end_year) if year in known]
        per += f"; {join_words(marked)} marked" if marked else ""

    def draw():
        fig, ax = chart(title, f"{subtitle}; {unit} {per}", source)
        lines(ax, frame / scale, colours=colours, events=events, marked=marked)
        return fig

    show_figure(draw, frame, name, f"Line chart, {known[0]} to {known[-1]}: {title}.")


@styled
def lines(
    ax: Axes,
    frame: pd.DataFrame,
    *,
    colours: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
    marked: Collection[int] = (),
) -> Axes:
    """One line per column of `frame` over years (2016) or months (`pandas.Period`) in its index.

    A period that is missing, as a value or as a row, leaves a gap; a value alone between gaps is
    a dot. Lines are named at their ends; colours follow the name of the column ("exports") or
    `colours`, else the order. `events` maps dates ("2012-03-15") to short names. Periods in
    `marked` get a dot and their value on every line. The zero line is always there. ValueError if
    nothing is left to draw, or the labels of so many lines cannot stand beside each other.
    """
    frame = frame.dropna(axis=1, how="all")
    if frame.empty:
        raise ValueError("no value to draw as a line")
    yearly = pd.api.types.is_integer_dtype(frame.index)
    series = _gapless(frame, yearly)
    spare = iter(PALETTE * len(series.columns))
    known = COLOURS | dict(colours or {})
    colours = {column: known.get(column) or next(spare) for column in series}
    for column, values in series.items():
        alone = values.notna() & values.shift().isna() & values.shift(-1).isna()
        ax.plot(
            series.index,
            values,
            color=colours[column],
            label=column,
            linewidth=2.2,
            marker="o",
            markersize=4,
            markevery=list(np.flatnonzero(alone)),
            clip_on=False,
            zorder=3,
        )
    _scales(ax, series)
    labels = {column: str(column)[:1].upper() + str(column)[1:] for column in series}
    if series.index[-1] in marked:
        final = series.iloc[-1].dropna()
        labels |= {column: f"{labels[column]} {short(value)}" for column, value in final.items()}
    first, last = ax.get_xlim()
    days = {_day(date, yearly): name for date, name in (events or {}).items()}
    fit(ax, passes=1)
    _flags(ax, {x: name for x, name in days.items() if first <= x <= last})
    _label_ends(ax, series, labels, colours)
    if marked:
        _mark(ax, series, marked, colours)
    return ax


def _membership(group: Partner, known: pd.Index) -> dict[str, str]:
    """Who joined a group or left it, by the day from which its figures are with or without them."""
    said: dict[str, list[str]] = {}
    for one, year, came in members_moved(group, *(int(str(end)[:4]) for end in known[[0, -1]])):
        words = f"{'with' if came else 'without'} {one.in_sentence}"
        said.setdefault(f"{year}-01-01", []).append(words)
    return {day: join_words(words) for day, words in said.items()}


def _gapless(frame: pd.DataFrame, yearly: bool) -> pd.DataFrame:
    """`frame` with a row for every period between first and last, on a scale of years.

    A yearly figure stands at its year, a monthly one in the middle of its month.
    """
    values = frame.astype(float).sort_index()
    if yearly:
        return values.reindex(range(values.index[0], values.index[-1] + 1))
    values = values.reindex(pd.period_range(values.index[0], values.index[-1], freq="M"))
    return values.set_axis([month.year + (month.month - 0.5) / 12 for month in values.index])


def _day(date: str, yearly: bool) -> float:
    """Where a day stands.

    Yearly figures stand for the middle of their year: 2012 reaches from 2011.5 to 2012.5, and
    15 March 2012 lies left of its figure.
    """
    day = datetime.date.fromisoformat(date)
    share = (day - datetime.date(day.year, 1, 1)).days / 365.25
    return day.year + share - (0.5 if yearly else 0)


def _scales(ax: Axes, series: pd.DataFrame) -> None:
    """Both axes, with zero in view and ruled dark."""
    first, last = series.index[0], series.index[-1]
    ax.set_xlim((first, last) if first < last else (first - 0.5, last + 0.5))
    if (series.index % 1).any() and last - first < FEW_YEARS:  # years alone would repeat
        ticks = {
            year + (month + 0.5) / 12: MONTHS[month][:3] + ("" if month else f"\n{year}")
            for year in range(math.floor(first), math.floor(last) + 1)
            for month in range(0, 12, 3)
        }
        within = [x for x in ticks if first - 1e-6 <= x <= last + 1e-6]
        ax.set_xticks(within, [ticks[x] for x in within])
    else:
        most = round(1.1 * inches_wide())
        ax.xaxis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    low, high = min(0, series.min(axis=None)), max(0, series.max(axis=None))
    air = 0.06 * ((high - low) or 1)
    ax.set_ylim(low - air if low < 0 else 0, high + air if high > 0 or low == 0 else 0)
    scale_of_numbers(ax.yaxis)
    ax.axhline(0, color=INK, linewidth=1.1, zorder=1.5)


def _flags(ax: Axes, days: Mapping[float, str]) -> None:
    """A thin line per event with its name above the plot, above later ones that it would meet."""
    dpi, tops = ax.figure.dpi, {}
    for x, name in sorted(days.items(), reverse=True):
        at = ax.transData.transform((x, 0))[0] / dpi
        text = wrapped(name, 2.0, **FLAG)
        wide = text_size(text, **FLAG)[0]
        left = at + wide > ax.figure.get_figwidth() - SIDE
        rise = max((top for other, top in tops.items() if other < at + wide + 0.1), default=4)
        ax.axvline(x, color=COLOURS["context"], linewidth=0.9, zorder=1)
        place = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
        ax.annotate(
            text,
            (x, 1),
            (-3 if left else 3, rise),
            ha="right" if left else "left",
            va="bottom",
            color=GREY,
            annotation_clip=False,
            **place,
            **FLAG,
        )
        tops[at - wide * left] = rise = rise + 4 + 10.5 * (text.count("\n") + 1)
        line = THIN | {"color": COLOURS["context"]}
        ax.annotate("", (x, 1), (0, rise - 4), annotation_clip=False, arrowprops=line, **place)


def _label_ends(
    ax: Axes, series: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str]
) -> None:
    """Name the lines to the right of the plot, and fit the plot to all words around it.

    Names that would meet move apart; then a thin line leads from each end to its name.
    """
    last = {column: values.last_valid_index() for column, values in series.items()}
    names = {
        column: ax.text(
            1,
            0.5,
            wrapped(labels[column], min(1.5, 0.3 * inches_wide()), **BOLD),
            color=WORD_SHADES.get(colours[column], colours[column]),
            va="center",
            linespacing=1.1,
            **BOLD,
        )
        for column in series
    }
    tallest = max(name.get_text().count("\n") + 1 for name in names.values())
    gap = tallest * 13 / 72 * ax.figure.dpi
    beside = 8.0
    for _ in range(2):  # the lead takes room, and that moves the ends
        for name in names.values():
            shift = ScaledTranslation(beside / 72, 0, ax.figure.dpi_scale_trans)
            name.set_transform(ax.transAxes + shift)
        fit(ax, passes=1)
        box = ax.get_window_extent()
        ends = [ax.transData.transform((0, series[c][last[c]]))[1] for c in names]
        placed = apart(ends, gap, box.y0, box.y1 - gap / 2)
        crowded = max(abs(a - b) for a, b in zip(ends, placed, strict=True)) > 0.02 * box.height
        beside = 24.0 if crowded else 8.0
    for (column, name), end, y in zip(names.items(), ends, placed, strict=True):
        name.set_y((y - box.y0) / box.height)
        if crowded and last[column] == series.index[-1]:
            ax.annotate(
                "",
                (1, (end - box.y0) / box.height),
                (22, (y - end) / ax.figure.dpi * 72),
                xycoords="axes fraction",
                textcoords="offset points",
                annotation_clip=False,
                arrowprops=THIN | {"color": colours[column]},
            )


def _mark(
    ax: Axes, series: pd.DataFrame, marked: Collection[int], colours: Mapping[str, str]
) -> None:
    """Dot and value on every line at each of `marked`; at the right end the name holds the value.

    A value stands where it covers no line, no other value and not the scale.
    """
    dpi, within = ax.figure.dpi, ax.get_window_extent()
    values = series.loc[list(marked)].stack()
    drawn = np.vstack([_along(line) for line in ax.lines])
    dots = {key: ax.transData.transform((key[0], value)) for key, value in values.items()}
    words = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in dots.values()]
    for (x, column), value in values.items():
        ax.plot([x], [value], "o", color=colours[column], markersize=6, zorder=4, clip_on=False)
        if x == series.index[-1]:
            continue
        at, text = dots[x, column], short(value)
        size = np.array(text_size(text, **BOLD)) * dpi
        box = clear_place(at, size, drawn, words, within)
        words.append(box)
        ax.annotate(
            text,
            (x, value),
            ((box.min + box.max) / 2 - at) / dpi * 72,
            textcoords="offset points",
            ha="center",
            va="center",
            color=WORD_SHADES.get(colours[column], colours[column]),
            path_effects=HALO,
            zorder=5,
            **BOLD,
        )


def _along(line: Line2D) -> np.ndarray:
    """Points in pixels along a line, at most two apart."""
    path = line.get_transform().transform(line.get_xydata())
    steps = [
        np.linspace(a, b, max(2, int(np.hypot(*(b - a)) / 2)))
        for a, b in pairwise(path)
        if np.isfinite([a, b]).all()
    ]
    return np.vstack([path[np.isfinite(path).all(axis=1)], *steps])
