"""Charts of claims: what is printed, what other claims imply, what is official.

Printed intervals are bars, official values dots, quoted values rings with whiskers, hypotheses
hatched.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from korus_helpers.claims.intervals import Interval
from korus_helpers.present.figure import (
    COLOURS,
    INK,
    RULE,
    WORD_SHADES,
    chart,
    scale_of_numbers,
    show_figure,
    styled,
)
from korus_helpers.present.lettering import shortened, text_size, wrapped
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import number, range_words

PRINTED, IMPLIED = COLOURS["highlight"], COLOURS["context"]
NAME = {"size": 10, "weight": "bold"}
NOTE = {"size": 9}

# Heights in inches: one mark, a scale with its numbers, the air between rows, all words around.
LINE, SCALE, AIR, WORDS = 0.2, 0.26, 0.16, 1.35


@dataclass(frozen=True)
class IntervalRow:
    """One quantity and what is said of it, all in the unit that `label` names.

    `text` is the figure as printed. `official` is a number or an interval. `quoted` maps a
    source to (value, low, high); `hypotheses` map the words for a reading to its interval.
    """

    label: str
    printed: Interval | None = None
    text: str = ""
    implied: Interval | None = None
    official: float | Interval | None = None
    quoted: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    hypotheses: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """One line of a row: ends (infinite where unbounded), the value between, what stands beside."""

    kind: str  # printed, implied, official, quoted, hypothesis
    note: str
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    value: float = math.nan


def interval_size(rows: Sequence[IntervalRow], *, own_scale: bool = True) -> tuple[float, float]:
    """The size for `chart`, in inches, at which `intervals` has room for `rows`."""
    fig = Figure(figsize=(8, 3), dpi=144)
    FigureCanvasAgg(fig)
    heights = _heights([_marks(row) for row in rows], _labels(fig, rows))
    return 8, WORDS + _needed(heights, own_scale)


@styled
def intervals(ax: Axes, rows: Sequence[IntervalRow], *, own_scale: bool = True) -> Axes:
    """For each row, one under the other: the printed interval, what others imply, the official.

    A note beside each mark says what it is. A shade carries the printed interval through its
    row, or through all rows where they share a scale and only one is printed. An unbounded end
    is an arrow to the edge of the scale; an end that is itself not admitted has no cap. With
    `own_scale` each row has its own axis, as quantities of different size and unit need.
    ValueError if a row has nothing to draw, or the figure is too low for so many rows (size it
    with `interval_size`).
    """
    marks = [_marks(row) for row in rows]
    if not marks or not all(marks):
        raise ValueError("every row needs an interval or a value to draw")
    fig, box = ax.figure, ax.get_window_extent()
    width, height = box.width / fig.dpi, box.height / fig.dpi
    labels = _labels(fig, rows)
    heights = _heights(marks, labels)
    needed = _needed(heights, own_scale)
    if height < 0.8 * needed:
        raise ValueError(f"{len(rows)} rows do not fit: use chart(size=interval_size(rows))")
    notes = [[shortened(fig, mark.note, 2.6, **NOTE) for mark in row] for row in marks]
    left = max(text_size(fig, label, **NAME)[0] for label in labels) + 0.25
    right = width - max(text_size(fig, n, **NOTE)[0] for row in notes for n in row) - 0.1
    ax.set_axis_off()
    ax.set(xlim=(0, width), ylim=(needed, 0))

    def panel(top: float, bottom: float, drawn: Sequence[Mark]) -> Axes:
        """A part of `ax` between two heights, itself measured in the same inches."""
        bounds = (left / width, 1 - bottom / needed, (right - left - 0.15) / width)
        part = ax.inset_axes((*bounds, (bottom - top) / needed))
        part.set(ylim=(bottom, top), xlim=_limits(drawn))
        part.yaxis.set_visible(False)
        part.grid(True, axis="x", color=RULE)
        part.tick_params(labelsize=8, length=2)
        scale_of_numbers(part.xaxis, 4 if own_scale else 8)
        return part

    printed = [mark for row in marks for mark in row if mark.kind == "printed"]
    tops = np.cumsum([0] + [tall + AIR + SCALE * own_scale for tall in heights])
    if not own_scale:
        whole = panel(0, needed - SCALE, [mark for row in marks for mark in row])
    for top, tall, label, row, texts in zip(tops, heights, labels, marks, notes, strict=False):
        part = panel(top, top + tall, row) if own_scale else whole
        ax.text(0, top + LINE / 2 - 0.1, label, va="top", linespacing=1.1, **NAME)
        for place, (mark, text) in enumerate(zip(row, texts, strict=True)):
            y = top + (place + 0.5) * LINE
            weight = "bold" if mark.kind == "official" else "normal"
            ax.text(right, y, text, va="center", color=_shade(mark), weight=weight, **NOTE)
            _draw(part, mark, y)
            if mark.kind == "printed":
                through = (top, top + tall) if own_scale or len(printed) > 1 else part.get_ylim()
                low, high = np.clip([mark.low, mark.high], *part.get_xlim())
                part.fill_betweenx(through, low, high, color=PRINTED, alpha=0.18, linewidth=0)
    return ax


def _labels(fig: Figure, rows: Sequence[IntervalRow]) -> list[str]:
    return [wrapped(fig, visible(row.label), 1.8, **NAME) for row in rows]


def _heights(marks: Sequence[Sequence[Mark]], labels: Sequence[str]) -> list[float]:
    """Inches of each row, its marks and its label side by side."""
    return [
        max(LINE * len(row), 0.17 * (label.count("\n") + 1))
        for row, label in zip(marks, labels, strict=True)
    ]


def _needed(heights: Sequence[float], own_scale: bool) -> float:
    scales = SCALE * len(heights) if own_scale else SCALE + AIR
    return sum(heights) + AIR * (len(heights) - 1) + scales


def _marks(row: IntervalRow) -> list[Mark]:
    """The marks of one row, top down."""
    marks = []
    if row.printed is not None:
        marks.append(_of_interval("printed", f"as printed: {visible(row.text)}", row.printed))
    if row.implied is not None:
        words = range_words(*ends(row.implied))
        marks.append(_of_interval("implied", f"others imply {words}", row.implied))
    if isinstance(row.official, Interval):
        words = range_words(*ends(row.official))
        marks.append(_of_interval("official", f"official {words}", row.official))
    elif row.official is not None:
        value = float(row.official)
        marks.append(Mark("official", f"official {number(value)}", value, value, value=value))
    for name, (value, low, high) in row.quoted.items():
        note = f"{visible(name)} {number(value)}"
        marks.append(Mark("quoted", note, float(low), float(high), value=float(value)))
    for name, interval in row.hypotheses.items():
        marks.append(_of_interval("hypothesis", visible(name), interval))
    return marks


def ends(interval: Interval) -> tuple[float, float]:
    """Low and high, infinite where unbounded."""
    low = -math.inf if interval.low is None else float(interval.low)
    return low, math.inf if interval.high is None else float(interval.high)


def _of_interval(kind: str, note: str, interval: Interval) -> Mark:
    low, high = ends(interval)
    return Mark(kind, note, low, high, low_open=interval.low_open, high_open=interval.high_open)


def _limits(marks: Sequence[Mark]) -> tuple[float, float]:
    """From the lowest to the highest end with some air, wide enough for one-decimal ticks, and
    with room for an arrow where a mark goes on beyond."""
    finite = [end for mark in marks for end in (mark.low, mark.high) if math.isfinite(end)]
    low, high = (min(finite), max(finite)) if finite else (0, 1)
    air = max(0.08 * (high - low), 0.25 - (high - low) / 2)
    low, high, span = low - air, high + air, high - low + 2 * air
    return (
        low - 0.3 * span * any(mark.low == -math.inf for mark in marks),
        high + 0.3 * span * any(mark.high == math.inf for mark in marks),
    )


def _shade(mark: Mark) -> str:
    if mark.kind in ("official", "quoted"):
        return INK
    return WORD_SHADES[PRINTED if mark.kind in ("printed", "hypothesis") else IMPLIED]


def _draw(part: Axes, mark: Mark, y: float) -> None:
    """Draw one mark at height `y`."""
    low, high = np.clip([mark.low, mark.high], *part.get_xlim())
    if mark.kind in ("official", "quoted"):
        fill = INK if mark.kind == "official" else "white"
        dots = [mark.low, mark.high] if math.isnan(mark.value) else [mark.value]
        part.plot([low, high], [y, y], color=INK, linewidth=1.6, zorder=3)
        if mark.kind == "quoted":
            part.vlines([low, high], y - 0.04, y + 0.04, color=INK, linewidth=1.2, zorder=3)
        style = {"markersize": 7, "markeredgecolor": INK, "markerfacecolor": fill}
        part.plot(dots, [y] * len(dots), "o", zorder=4, **style)
        return
    colour, hatch = (IMPLIED if mark.kind == "implied" else PRINTED), mark.kind == "hypothesis"
    part.barh(
        y, high - low, 0.11, low, color="white" if hatch else colour, edgecolor=colour,
        hatch="////" if hatch else "", linewidth=0.8, zorder=2,
    )  # fmt: skip
    for end, shown, is_open, arrow in (
        (mark.low, low, mark.low_open, "<"),
        (mark.high, high, mark.high_open, ">"),
    ):
        if math.isinf(end):
            part.plot([shown], [y], arrow, color=colour, markersize=9, clip_on=False, zorder=3)
        elif not is_open:
            part.vlines(shown, y - 0.08, y + 0.08, color=_shade(mark), linewidth=1.4, zorder=3)


def show_intervals(
    rows: Sequence[IntervalRow],
    title: str,
    subtitle: str,
    source: str,
    name: str,
    data: pd.DataFrame,
    *,
    own_scale: bool = False,
) -> None:
    """Show one chart of `intervals`, with the figures behind it in `data`."""
    size = interval_size(rows, own_scale=own_scale)
    fig, ax = chart(title, subtitle, source, size=size)
    intervals(ax, rows, own_scale=own_scale)
    show_figure(fig, data, name, f"Intervals: {title}. {subtitle}.")
