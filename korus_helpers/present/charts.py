"""Charts of claims and choices: ranges and dots on scales, and pairs of years."""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from korus_helpers.figures.names import visible
from korus_helpers.present.figure import (
    COLOURS,
    GREY,
    HALO,
    INK,
    RULE,
    SIDE,
    WIDE,
    WORD_SHADES,
    chart,
    fit,
    inches_wide,
    scale_of_numbers,
    shortened,
    show_figure,
    styled,
    text_size,
    wrapped,
)
from korus_helpers.present.words import number, range_words

NAME = {"size": 9.5, "weight": "bold"}
NOTE = {"size": 9}
# Heights in inches: one mark, a scale with its numbers, the air between rows, all words around.
LINE, SCALE, AIR, WORDS = 0.2, 0.26, 0.16, 1.35
SHADES = {
    "printed": COLOURS["highlight"],
    "implied": COLOURS["context"],
    "official": INK,
}
MOST_ROWS = 12  # of one chart with a scale for each
FITTING = ["#eceef0", "#b9d3ee"]  # of a cell that does not fit, and of one that does


@dataclass(frozen=True)
class Mark:
    """One line of a row: the ends of each figure (infinite where unbounded), the note beside."""

    kind: str  # printed, implied or official
    low: np.ndarray
    high: np.ndarray
    note: str


def show_ranges(
    frame: pd.DataFrame,
    title: str,
    subtitle: str,
    source: str,
    name: str,
    *,
    band: tuple[float, float] | None = None,
    own_scale: bool = False,
    most: float = math.inf,
    data: pd.DataFrame | None = None,
) -> None:
    """Show one chart of ranges and dots, one row for each text in the first column of `frame`.

    A row has up to three lines, each from a pair of columns: a bar for what was `printed_low,
    printed_high`, a grey bar for what other claims imply (`implied_low, implied_high`), and a dot
    for `official_low, official_high`, or whiskers where they differ. A missing end of a pair is
    unbounded, and a pair without both is not drawn. Columns `printed` and `official` are the
    words beside. Rows of the same text share their lines: many dots, and the note says how many
    of them fit. `band` (low, high) is shaded through all rows; else the printed range through its
    row. With `own_scale` each row has its own, for quantities of different size or unit, at most
    twelve in a chart. What lies beyond `most` is an arrow to the edge. The CSV holds `data`, or
    else `frame`. `name` is that of the files.
    """
    size = MOST_ROWS if own_scale else max(len(frame), 1)
    parts = [frame.iloc[start : start + size] for start in range(0, len(frame), size)]
    for place, part in enumerate(parts, 1):
        how = {"band": band, "own_scale": own_scale, "most": most}
        draw = functools.partial(ranges, part, title, subtitle, source, **how)
        called = f"{name}_{place}" if len(parts) > 1 else name
        show_figure(draw, part if data is None else data, called, f"Ranges: {title}. {subtitle}.")


@styled
def ranges(
    frame: pd.DataFrame,
    title: str,
    subtitle: str,
    source: str,
    *,
    band: tuple[float, float] | None = None,
    own_scale: bool = False,
    most: float = math.inf,
) -> Figure:
    """The figure that `show_ranges` shows; ValueError for a row with nothing to draw."""
    # On a phone names and notes stand above what they name, else beside it.
    width, stacked = inches_wide() - 2 * SIDE, inches_wide() < WIDE
    groups = dict(list(frame.groupby(frame.columns[0], sort=False)))
    rows = {
        wrapped(text, width if stacked else 2.1, **NAME): list(_marks(part, band))
        for text, part in groups.items()
    }
    if not rows or not all(rows.values()):
        raise ValueError("every row needs a range or a figure to draw")
    step = 2 * LINE if stacked else LINE
    names = [0.17 * (text.count("\n") + 1) for text in rows]
    lines = [step * len(marks) for marks in rows.values()]
    heights = np.add(names, lines) if stacked else np.maximum(names, lines)
    tops = np.cumsum([0, *(tall + AIR + SCALE * own_scale for tall in heights)])
    starts, ends = tops[:-1] + (names if stacked else 0), tops[:-1] + heights
    tall = tops[-1] + (0 if own_scale else SCALE)
    fig, ax = chart(title, subtitle, source, WORDS + tall)
    ax.set_axis_off()
    ax.set(xlim=(0, width), ylim=(tall, 0))
    everything = [mark for marks in rows.values() for mark in marks]
    left, right, beside = 0.0, width, 0.0
    if not stacked:
        noted = max(text_size(mark.note, **NOTE, weight="bold")[0] for mark in everything)
        left = max(text_size(text, **NAME)[0] for text in rows) + 0.2
        beside = width - noted - 0.1
        right = beside - 0.15
    spans = zip(starts, ends, strict=True) if own_scale else [(0, tops[-1])]
    drawn = rows.values() if own_scale else [everything]
    panels = [
        _panel(ax, (left, right), span, _limits(marks, band, most), own_scale)
        for span, marks in zip(spans, drawn, strict=True)
    ]
    for place, (text, marks) in enumerate(rows.items()):
        start, end, panel = starts[place], ends[place], panels[place if own_scale else 0]
        above = {"va": "top", "linespacing": 1.1, "path_effects": HALO, "zorder": 6}
        ax.text(0, tops[place] + LINE / 2 - 0.1, text, **above, **NAME)
        for line, mark in enumerate(marks):
            y = start + line * step + LINE / 2
            colour = WORD_SHADES.get(SHADES[mark.kind], SHADES[mark.kind])
            weight = "bold" if mark.kind == "official" else "normal"
            noted = {"va": "center", "color": colour, "weight": weight, "zorder": 6}
            ax.text(beside, y, mark.note, **noted, **NOTE)
            _draw(panel, mark, y + step - LINE, band)
            if mark.kind == "printed" and band is None:
                _shade(panel, (mark.low[0], mark.high[0]), (start, end))
    if band is not None:
        _shade(panels[0], band, (0, tops[-1]))
    return fig


def _marks(part: pd.DataFrame, band: tuple[float, float] | None) -> Iterator[Mark]:
    """The lines of one row, top down."""
    first = part.iloc[0]
    for kind in SHADES:
        ends = part.reindex(columns=[f"{kind}_low", f"{kind}_high"])
        ends = ends.astype(float).dropna(how="all")
        low = ends.iloc[:, 0].fillna(-math.inf).to_numpy()
        high = ends.iloc[:, 1].fillna(math.inf).to_numpy()
        if not len(low):
            continue
        said = range_words(low[0], high[0])
        note = {
            "printed": f"as printed: {first.get('printed', said)}",
            "implied": f"others imply {said}",
            "official": f"official {first.official}" if "official" in part else said,
        }[kind]
        if len(low) > 1:
            fitting = _inside(low, band).sum()
            note = f"{fitting} of {len(low)} fit" if band else f"{len(low)} figures"
        yield Mark(kind, low, high, shortened(note, 2.5, **NOTE, weight="bold"))


def _inside(values: np.ndarray, band: tuple[float, float] | None) -> np.ndarray:
    return np.full(len(values), True) if band is None else (values >= band[0]) & (values <= band[1])


def _limits(
    marks: list[Mark], band: tuple[float, float] | None, most: float
) -> tuple[float, float]:
    """From the lowest to the highest end with some air, and room for an arrow beyond."""
    ends = [end for mark in marks for end in (*mark.low, *mark.high)] + list(band or ())
    finite = [min(end, most) for end in ends if math.isfinite(end)] or [0.0]
    low, high = min(finite), max(finite)
    air = max(0.08 * (high - low), 0.25 - (high - low) / 2)
    arrow = 0.3 * (high - low + 2 * air)
    return (
        low - air - arrow * (min(ends) == -math.inf),
        high + air + arrow * (max(ends) == math.inf and most == math.inf),
    )


def _panel(
    ax: Axes,
    across: tuple[float, float],
    down: tuple[float, float],
    limits: tuple[float, float],
    own_scale: bool,
) -> Axes:
    """A part of `ax` with a scale; `across` and `down` are in inches from its upper left."""
    (left, right), (top, bottom) = across, down
    wide, tall = ax.get_xlim()[1], ax.get_ylim()[0]
    size = ((right - left) / wide, (bottom - top) / tall)
    part = ax.inset_axes((left / wide, 1 - bottom / tall, *size))
    part.set(xlim=limits, ylim=(bottom, top))
    part.yaxis.set_visible(False)
    part.grid(True, axis="x", color=RULE)
    part.tick_params(labelsize=8, length=2)
    scale_of_numbers(part.xaxis, 4 if own_scale or inches_wide() < WIDE else 8)
    return part


def _shade(panel: Axes, ends: tuple[float, float], heights: tuple[float, float]) -> None:
    low, high = np.clip(ends, *panel.get_xlim())
    colour = SHADES["printed"]
    panel.fill_betweenx(heights, low, high, color=colour, alpha=0.18, linewidth=0, zorder=0)


def _draw(panel: Axes, mark: Mark, y: float, band: tuple[float, float] | None) -> None:
    """Draw one mark at height `y`; an end beyond the scale is an arrow to its edge."""
    first, last = panel.get_xlim()
    low, high = (np.clip(ends, first, last) for ends in (mark.low, mark.high))
    colour = SHADES[mark.kind]
    if mark.kind in ("printed", "implied"):
        panel.barh(y, high - low, 0.11, low, color=colour, edgecolor=colour, linewidth=1.4)
    elif len(low) > 1:
        inside = _inside(mark.low, band)
        for part, shade in ((~inside, COLOURS["context"]), (inside, INK)):
            panel.plot(low[part], [y] * part.sum(), "o", color=shade, markersize=4.5)
    elif np.allclose(low, high, rtol=1e-9):
        panel.plot(low, [y], "o", color=INK, markersize=7, zorder=4)
    else:
        panel.plot([*low, *high], [y, y], "|-", color=INK, markersize=8, markeredgewidth=1.4)
    for ends, arrow in ((low[mark.low < first], "<"), (high[mark.high > last], ">")):
        if len(ends):
            panel.plot(ends, [y] * len(ends), arrow, color=colour, markersize=9, clip_on=False)


def show_pairs(
    values: pd.DataFrame,
    fits: pd.DataFrame,
    title: str,
    subtitle: str,
    source: str,
    name: str,
    *,
    own: tuple[int, int],
    words: tuple[str, str] = ("does not fit", "fits"),
) -> None:
    """Show first years (rows) against last years (columns), a cell with a number for each pair.

    Cells for which `fits` is true are tinted; `words` say what the two tints mean. The pair `own`
    has a frame. A missing value is a "–"; a cell whose last year is not after its first is empty.
    """

    def draw():
        fig, ax = chart(title, subtitle, source)
        pairs(ax, values, fits, own, words)
        return fig

    show_figure(draw, values, name, f"First and last years: {title}.")


@styled
def pairs(
    ax: Axes,
    values: pd.DataFrame,
    fits: pd.DataFrame,
    own: tuple[int, int],
    words: tuple[str, str],
) -> Axes:
    """The cells of `show_pairs`; letters shrink until the numbers have room in them."""
    numbers, stacked = values.to_numpy(dtype=float), inches_wide() < WIDE
    early = np.array([[last <= first for last in values.columns] for first in values.index])
    drawn = np.ma.masked_where(early | ~np.isfinite(numbers), fits.to_numpy(dtype=float))
    colours = ListedColormap(FITTING)
    ax.pcolormesh(drawn, cmap=colours, vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(len(values.columns)) + 0.5, [str(year) for year in values.columns])
    ax.set_yticks(np.arange(len(values.index)) + 0.5, [str(year) for year in values.index])
    ax.tick_params(length=0, labelcolor=INK)
    ax.tick_params(axis="x", labelrotation=90 * stacked)
    place = {"va": "bottom", "size": 9, "annotation_clip": False, "textcoords": "offset points"}
    for share, rise, text, colour in (
        (0, 54 if stacked else 20, "first year down, last year across", None),
        (0 if stacked else 0.6, 36 if stacked else 20, words[0], FITTING[0]),
        (0.5 if stacked else 0.8, 36 if stacked else 20, words[1], FITTING[1]),
    ):
        box = {"facecolor": colour, "edgecolor": "none", "pad": 2.5} if colour else None
        shade = INK if colour else GREY
        where = {"xycoords": "axes fraction", "color": shade, "bbox": box}
        ax.annotate(visible(text), (share, 1), (0, rise), **place, **where)
    fit(ax)
    texts = {
        cell: number(value) if math.isfinite(value) else "–"
        for cell, value in np.ndenumerate(numbers)
        if not early[cell]
    }
    widest = max((text_size(text, 9, "bold")[0] for text in texts.values()), default=1)
    room = ax.get_window_extent().width / ax.figure.dpi / len(values.columns) - 0.06
    for (row, column), text in texts.items():
        is_own = (values.index[row], values.columns[column]) == own
        ax.text(
            column + 0.5,
            row + 0.5,
            text,
            size=9 * min(1, room / widest),
            weight="bold" if is_own else "normal",
            ha="center",
            va="center_baseline",
        )
        if is_own:
            frame = {"fill": False, "edgecolor": INK, "linewidth": 2.4, "zorder": 4}
            ax.add_patch(Rectangle((column, row), 1, 1, **frame))
    return ax
