"""Lines over years or months, with the dates that matter and the periods compared."""

import datetime
import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from korus_helpers.figures.names import MONTHS
from korus_helpers.present.figure import (
    COLOURS,
    GREY,
    HALO,
    INK,
    SIDE,
    WORD_SHADES,
    chart,
    fit,
    scale_of_numbers,
    show_figure,
    styled,
)
from korus_helpers.present.lettering import spread, text_size, wrapped
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import join_words, number
from korus_helpers.trade.comparison import Comparison, agreement_dates

VALUE = {"size": 10, "weight": "bold"}
LABEL = {"size": 10, "weight": "bold"}
FLAG = {"size": 8.5}
THIN = {"arrowstyle": "-", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
FEW_YEARS = 3  # below this a monthly axis names quarters


@styled
def lines(
    ax: Axes,
    frame: pd.DataFrame,
    columns: Sequence[str],
    labels: Mapping[str, str] | None = None,
    *,
    colours: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
    marked: Collection[int | str] = (),
) -> Axes:
    """One line per column of `frame` over years (2016) or months ("2016-01") in its index.

    A period that is missing, as a value or as a row, leaves a gap; a value alone between gaps is
    a dot. `labels` name the lines at their ends; colours follow the name of the column
    ("exports", "imports_musd") or `colours`. `events` maps dates ("2012-03-15") to short names.
    Periods in `marked` get a dot and their value on every line. The zero line is always there.
    ValueError if nothing is left to draw, a marked period is not drawn, or the labels of so many
    lines cannot stand beside each other.
    """
    columns = [column for column in columns if frame[column].notna().any()]
    if not columns:
        raise ValueError("no value to draw as a line")
    yearly = pd.api.types.is_integer_dtype(frame.index)
    series = _gapless(frame[columns], yearly)
    meanings = {column: column.removesuffix("_musd") for column in series}
    colours = {c: COLOURS.get(m, COLOURS["context"]) for c, m in meanings.items()} | dict(
        colours or {}
    )
    labels = {c: m.replace("_", " ").capitalize() for c, m in meanings.items()} | dict(labels or {})
    for column, values in series.items():
        alone = values.notna() & values.shift().isna() & values.shift(-1).isna()
        context = colours[column] == COLOURS["context"]
        ax.plot(
            series.index, values, color=colours[column], label=column, marker="o", markersize=4,
            markevery=list(np.flatnonzero(alone)), clip_on=False, zorder=2 if context else 3,
            linewidth=1.5 if context else 2.2,
        )  # fmt: skip
    _scales(ax, series)
    final = series.iloc[-1].dropna()
    if series.index[-1] in (at := [_position(period, yearly) for period in marked]):
        labels |= {column: f"{labels[column]} {number(value)}" for column, value in final.items()}
    days = [(_date_position(date, yearly), name) for date, name in (events or {}).items()]
    shown = [(x, name) for x, name in days if ax.get_xlim()[0] <= x <= ax.get_xlim()[1]]
    _label_ends(ax, series, labels, colours, shown)
    for x in at:
        if x not in series.index:
            raise ValueError(f"marked {list(marked)}: not all among the periods drawn")
        _mark(ax, series, x, colours)
    return ax


def _gapless(frame: pd.DataFrame, yearly: bool) -> pd.DataFrame:
    """`frame` with a row for every period between first and last, on a scale of years.

    A yearly figure stands at its year, a monthly one in the middle of its month.
    """
    values = frame.astype(float).sort_index()
    if yearly:
        return values.reindex(range(values.index[0], values.index[-1] + 1))
    values.index = pd.PeriodIndex(values.index, freq="M")
    values = values.reindex(pd.period_range(values.index[0], values.index[-1], freq="M"))
    return values.set_axis([_position(month, yearly) for month in values.index])


def _position(period: object, yearly: bool) -> float:
    """Where a year (2016) or a month ("2016-01") stands on the scale of years."""
    if yearly:
        return int(period)
    month = pd.Period(period, freq="M")
    return month.year + (month.month - 0.5) / 12


def _date_position(date: str, yearly: bool) -> float:
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
        ticks = [
            (year + (month + 0.5) / 12, MONTHS[month][:3] + ("" if month else f"\n{year}"))
            for year in range(math.floor(first), math.floor(last) + 1)
            for month in range(0, 12, 3)
        ]
        ticks = [(x, name) for x, name in ticks if first - 1e-6 <= x <= last + 1e-6]
        ax.set_xticks([x for x, _ in ticks], [name for _, name in ticks])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    low, high = min(0, series.min(axis=None)), max(0, series.max(axis=None))
    air = 0.06 * ((high - low) or 1)
    ax.set_ylim(low - air if low < 0 else 0, high + air if high > 0 or low == 0 else 0)
    scale_of_numbers(ax.yaxis)
    ax.axhline(0, color=INK, linewidth=1.1, zorder=1.5)


def _label_ends(
    ax: Axes,
    series: pd.DataFrame,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    events: Sequence[tuple[float, str]],
) -> None:
    """Name the lines to the right of the plot and the events above it, and fit the plot between.

    Names that would meet move apart; then a thin line leads from each end to its name.
    """
    last = {column: values.last_valid_index() for column, values in series.items()}
    names = {
        column: ax.text(
            1, 0.5, wrapped(ax.figure, visible(labels[column]), 1.5, **LABEL),
            transform=_beside(ax, 8), color=WORD_SHADES.get(colours[column], colours[column]),
            va="center", linespacing=1.1, **LABEL,
        )
        for column in series
    }  # fmt: skip
    gap = max(name.get_text().count("\n") + 1 for name in names.values()) * 13 / 72 * ax.figure.dpi

    def placed() -> tuple[list[float], list[float]]:
        box = ax.get_window_extent()
        wanted = [ax.transData.transform((0, series[c][last[c]]))[1] for c in names]
        found = spread(wanted, gap, box.y0, box.y1 - gap / 2)  # clear of the names of events
        return ([(y - box.y0) / box.height for y in ys] for ys in (wanted, found))

    fit(ax, passes=1)
    wanted, found = placed()
    crowded = max(abs(w - f) for w, f in zip(wanted, found, strict=True)) > 0.02
    if crowded:
        for name in names.values():
            name.set_transform(_beside(ax, 24))
        fit(ax, passes=1)
    if events:
        _name_events(ax, events)
        fit(ax, passes=1)
    for (column, name), end, y in zip(names.items(), *placed(), strict=True):
        name.set_y(y)
        if crowded and last[column] == series.index[-1]:
            ax.annotate(
                "", (1, end), (22, (y - end) * ax.bbox.height / ax.figure.dpi * 72),
                xycoords="axes fraction", textcoords="offset points", annotation_clip=False,
                arrowprops=THIN | {"color": colours[column]},
            )  # fmt: skip


def _beside(ax: Axes, points: float) -> Transform:
    """Axes coordinates moved to the right, so that x = 1 is beside the plot."""
    return ax.transAxes + ScaledTranslation(points / 72, 0, ax.figure.dpi_scale_trans)


def _name_events(ax: Axes, events: Sequence[tuple[float, str]]) -> None:
    """A thin line per event with its name as a flag above the plot.

    From the right, each name rises above the lines that it reaches, so that none crosses it.
    """
    fig, dpi = ax.figure, ax.figure.dpi
    right_edge = fig.get_figwidth() - SIDE
    at = {x: ax.transData.transform((x, 0))[0] / dpi for x, _ in events}
    texts = {
        x: wrapped(fig, visible(name), max(min(2, right_edge - at[x] - 0.04), 0.9), **FLAG)
        for x, name in events
    }
    placed: list[tuple[float, float]] = []  # left edge in inches, height reached in points
    for x, text in sorted(texts.items(), reverse=True):
        width = text_size(fig, text, **FLAG)[0]
        left = min(at[x] + 0.04, right_edge - width)
        rise = max((top for edge, top in placed if edge < left + width + 0.06), default=4)
        top = rise + 3 + 10.5 * (text.count("\n") + 1)
        placed.append((min(left, at[x]), top))
        ax.axvline(x, color=COLOURS["context"], linewidth=0.9, zorder=1)
        place = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
        ax.annotate(
            text, (x, 1), ((left - at[x]) * 72, rise), va="bottom", color=GREY,
            linespacing=1.1, annotation_clip=False, **place, **FLAG,
        )  # fmt: skip
        ax.annotate(
            "", (x, 1), (0, top - 3), annotation_clip=False, **place,
            arrowprops=THIN | {"color": COLOURS["context"]},
        )  # fmt: skip


def _mark(ax: Axes, series: pd.DataFrame, x: float, colours: Mapping[str, str]) -> None:
    """Dot and value on every line at `x`; at the right end the name holds the value.

    A value goes to the freer side of its line, within the plot: not over the scale beside it.
    """
    fig, box = ax.figure, ax.get_window_extent()
    from_left = (ax.transData.transform((x, 0))[0] - box.x0) / fig.dpi
    values = series.loc[x].dropna().sort_values()
    heights = [ax.transData.transform((x, value))[1] for value in values]
    for rank, (column, value) in enumerate(values.items()):
        ax.plot([x], [value], "o", color=colours[column], markersize=6, zorder=4, clip_on=False)
        if x == series.index[-1]:
            continue
        free = math.inf if heights[0] - box.y0 > 22 / 72 * fig.dpi else 0
        below = heights[rank] - heights[rank - 1] if rank else free
        above = heights[rank + 1] - heights[rank] if rank + 1 < len(heights) else math.inf
        up = above >= below
        half = text_size(fig, number(value), **VALUE)[0] / 2
        aside = max(0, half - from_left) - max(0, half - (box.width / fig.dpi - from_left))
        ax.annotate(
            number(value), (x, value), (aside * 72, 8 if up else -8),
            textcoords="offset points", ha="center", va="bottom" if up else "top",
            color=WORD_SHADES.get(colours[column], colours[column]), path_effects=HALO, zorder=5,
            **VALUE,
        )  # fmt: skip


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
    **how: object,
) -> None:
    """Show one chart of lines: every column of `frame` over its years or months.

    Amounts are in million dollars and drawn in billion where any reaches one; another `unit` is
    drawn as it is. The years of `item` are marked where they have a figure, and the dates of an
    agreement with its partner drawn. `how` are `labels, colours, events` of `lines`; `name` is
    that of the files.
    """
    scale = 1.0
    if unit == "USD":
        scale = 1000.0 if (frame.abs() >= 1000).any(axis=None) else 1.0
        unit = "USD billion" if scale > 1 else "USD million"
    partner, known = "", frame.dropna(how="all").index
    if item is not None:
        partner = item.partner.in_sentence
        years = [year for year in (item.base_year, item.end_year) if year in known]
        how = {"events": agreement_dates(item.partner.code), "marked": years} | how
        per += f"; {join_words(years)} marked" if years else ""
    fig, ax = chart(title, f"{subtitle}; {unit} {per}", source, partner=partner)
    lines(ax, frame / scale, list(frame.columns), **how)
    show_figure(fig, frame, name, f"Line chart: {title}, {known[0]} to {known[-1]}.")
