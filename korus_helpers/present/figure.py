"""The frame of every chart: style, words measured in inches, title, source line, one output.

Figures are built without pyplot, so that nothing depends on what was imported before and nothing
shows twice. Everything is drawn under `STYLE` over matplotlib's own defaults, whatever the
reader's settings, in the font that matplotlib brings: every machine draws the same.
"""

import base64
import functools
import io
import math
import os
import textwrap
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import Bbox
from PIL import Image

from korus_helpers.figures.names import visible
from korus_helpers.present.displays import NARROW, csv_text, korus_metadata, publish
from korus_helpers.present.words import number

COLOURS = {
    "exports": "#1f5a99",
    "imports": "#c8553d",
    "deficit": "#2f2f2f",
    "balance": "#2f2f2f",
    "context": "#9aa0a6",
    "highlight": "#d99a00",
}
INK = "#2f2f2f"
GREY = "#5f6368"
RULE = "#e3e5e8"

# Light colours carry marks well and words badly: words take a darker shade of them.
WORD_SHADES = {COLOURS["context"]: GREY, COLOURS["highlight"]: "#8a6300"}

# A white rim keeps words readable where they cross a line.
HALO = [withStroke(linewidth=3, foreground="white")]

FONT = "DejaVu Sans"
STYLE = {
    "figure.dpi": 144,
    "font.family": FONT,
    "font.size": 10,
    "text.color": INK,
    "text.hinting": "no_hinting",  # letters keep their distances where a page scales the picture
    "text.parse_math": False,
    "axes.formatter.useoffset": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": RULE,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "ytick.major.size": 0,
    "lines.solid_capstyle": "round",
}
WIDE, PHONE = 8.0, 3.6  # inches, of every chart, and of the same drawn for a phone
_wide = ContextVar("inches", default=WIDE)
inches_wide = _wide.get  # inches, of the chart that is being drawn
FOR_REPORT = "KORUS_REPORT"  # set where a run makes a report
SIDE = 0.15  # inches kept free at every edge of the figure
EXACT = 1e-9  # of the figure: far below what a pixel can show

P = ParamSpec("P")
R = TypeVar("R")


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` under `STYLE`, leaving the reader's own settings as they were."""

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.style.context([STYLE], after_reset=True):
            return function(*args, **kwargs)

    return inner


# Words


@functools.lru_cache(10_000)
def _width(line: str, size: float, weight: str) -> float:
    properties = FontProperties(family=FONT, size=size, weight=weight)
    dpi = STYLE["figure.dpi"]
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(line, properties, False)[0] / dpi


def text_size(text: str, size: float = 10, weight: str = "normal") -> tuple[float, float]:
    """Width and height in inches of `text`, which may have several lines."""
    lines = text.split("\n")
    return max(_width(line, size, weight) for line in lines), len(lines) * size * 1.2 / 72


def shortened(text: str, width: float, **font: object) -> str:
    """`text` on one line and made `visible`, cut to `width` inches; the cut is shown as "…"."""
    text = visible(text)
    if text_size(text, **font)[0] <= width:
        return text
    while text and text_size(f"{text}…", **font)[0] > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def wrapped(text: str, width: float, **font: object) -> str:
    """`text` made `visible`, in as few lines as fit into `width` inches, of about equal length.

    A single word wider than that is cut.
    """
    text = " ".join(shortened(word, width, **font) for word in visible(text).split())
    fitting = text
    most = int(1.5 * len(text) * width / max(text_size(text, **font)[0], width)) + 9
    # Ever narrower: the first limit that fits sets the number of lines, the last balances them.
    lines = math.inf
    for letters in range(min(most, len(text)), 0, -1):
        found = textwrap.wrap(text, letters, break_long_words=False, break_on_hyphens=False)
        if len(found) > lines:
            break
        if max(text_size(line, **font)[0] for line in found) <= width:
            lines, fitting = len(found), "\n".join(found)
    return fitting


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart within [low, high], as near to `wanted` as possible.

    ValueError if they cannot all have room.
    """
    if len(wanted) < 2:
        return [min(max(one, low), high) for one in wanted]
    if (len(wanted) - 1) * gap > high - low + 1e-9:
        raise ValueError(f"{len(wanted)} labels do not fit beside each other")
    from scipy.optimize import isotonic_regression

    # Without the gaps the task is the nearest sequence that never falls.
    order, gaps = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    level = isotonic_regression(np.asarray(wanted)[order] - gaps).x
    placed = np.empty(len(wanted))
    placed[order] = np.clip(level, low, high - gaps[-1]) + gaps
    return placed.tolist()


def clear_place(
    at: tuple[float, float],
    size: tuple[float, float],
    drawn: np.ndarray,
    words: Sequence[Bbox],
    within: Bbox,
) -> Bbox:
    """Where a label of `size` near the point `at` covers least; all in one unit, such as pixels.

    `drawn` holds points (x, y) along all lines, `words` the boxes of other labels, and `within` is
    what a label should not leave. Above and below are tried before the sides, near before far.
    """
    wide, tall = size
    reach = np.array([1.6 * wide + 3, 3.7 * tall + 3])  # of all boxes that are tried
    drawn = drawn[(abs(drawn - at) < reach).all(axis=1)]
    tried = []
    for step in (1.1, 1.7, 2.4, 3.2):
        for right in (0, 0.6, -0.6, 1.1, -1.1):
            for up in (1, -1, 0) if abs(right) > 1 else (1, -1):
                x, y = at[0] + right * wide - wide / 2, at[1] + up * step * tall - tall / 2
                box = Bbox.from_bounds(x, y, wide, tall)
                inside = (drawn > box.min - 2).all(axis=1) & (drawn < box.max + 2).all(axis=1)
                met = sum(box.overlaps(other) for other in words)
                out = np.clip([within.min - box.min, box.max - within.max], 0, None).sum()
                cost = inside.sum() + 40 * met + 4 * out + 6 * step + 3 * abs(right)
                tried.append((cost, len(tried), box))
    return min(tried)[2]


# The frame


@styled
def chart(title: str, subtitle: str, source: str, height: float = 4.5) -> tuple[Figure, Axes]:
    """A figure with its words in place, and the axes between them.

    `title` states the finding, `subtitle` measure, unit, period and basis, `source` publisher and
    release. Each is wrapped to the width of the figure; the axes take what is left of `height`.
    """
    tall, words = _worded(title, subtitle, source, inches_wide())
    height += tall - _worded(title, subtitle, source, WIDE)[0]
    fig = Figure(figsize=(inches_wide(), height))
    FigureCanvasAgg(fig)
    side, top = SIDE / inches_wide(), height - SIDE
    for lines, font, colour in words[:-1]:
        fig.text(side, top / height, lines, va="top", color=colour, **font)
        top -= text_size(lines, **font)[1] + 0.09
    lines, font, colour = words[-1]
    fig.text(side, 0.1 / height, lines, va="bottom", color=colour, **font)
    bottom = 0.1 + text_size(lines, **font)[1] + 0.12
    area = Bbox(
        [[SIDE / inches_wide(), bottom / height], [1 - SIDE / inches_wide(), (top - 0.03) / height]]
    )
    ax = fig.add_axes(area)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_label_coords(0, 0)  # it has no label, whose place would be looked for
    return fig, ax


def _worded(title: str, subtitle: str, source: str, width: float) -> tuple[float, list[Any]]:
    """The height that the words of a chart take at a `width`, and each with its font and colour."""
    words = [
        (wrapped(text, width - 2 * SIDE, **font), font, colour)
        for text, font, colour in (
            (title, {"size": 13 if width == WIDE else 11.5, "weight": "bold"}, INK),
            (subtitle, {"size": 10}, GREY),
            (f"Source: {source}", {"size": 8}, GREY),
        )
    ]
    return sum(text_size(lines, **font)[1] for lines, font, _ in words), words


class _SameDecimals(Formatter):
    """Numbers of one axis, all with the decimals that the distance of its ticks takes."""

    def set_locs(self, locs: Sequence[float]) -> None:
        step = min(abs(b - a) for a, b in pairwise(locs)) if len(locs) > 1 else 1
        self.digits = max(0, math.ceil(-math.log10(step) - 1e-9))

    def __call__(self, value: float, position: int | None = None) -> str:
        return number(value, self.digits)


def scale_of_numbers(axis: Axis, bins: int = 7) -> None:
    """Ticks at round numbers, all with the same decimals and a true minus."""
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(_SameDecimals())


def fit(ax: Axes, passes: int = 2) -> None:
    """Shrink `ax` until its labels lie within the area that `chart` gave it.

    The area stays the original position of the axes, so fitting again after a change starts
    from it again. A new width may change the ticks, hence a second pass.
    """
    area = ax.get_position(original=True)
    to_figure = ax.figure.transFigure.inverted()
    for _ in range(passes):
        inner = ax.get_position()
        outer = ax.get_tightbbox(ax.figure.canvas.get_renderer()).transformed(to_figure)
        if np.allclose(outer.get_points(), area.get_points(), rtol=0, atol=EXACT):
            return
        inner = Bbox(inner.get_points() + area.get_points() - outer.get_points())
        ax.set_axes_locator(lambda *_, inner=inner: inner)
        ax.apply_aspect(inner)


@styled
def png(fig: Figure) -> bytes:
    """The figure as PNG: always its own size at 144 dots per inch, always the same bytes."""
    dpi, buffer = STYLE["figure.dpi"], io.BytesIO()
    fig.set_dpi(dpi)
    fig.canvas.draw()
    # Without the layer of transparency that `savefig` adds: no larger, in half the time.
    image = Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB")
    if fig.get_figwidth() < WIDE:  # once more in the page, hence few colours
        image = image.quantize(48, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    level = 3 if image.mode == "RGB" else 9
    image.save(buffer, format="png", dpi=(dpi, dpi), compress_level=level)
    return buffer.getvalue()


def show_figure(draw: Callable[[], Figure], data: pd.DataFrame, name: str, alt: str) -> None:
    """Show what `draw` gives as one output: image, alternative text, and its figures as CSV.

    For a report it is drawn once more, for a phone. `alt` says in a sentence what the chart shows;
    `name` is what a report calls the files, and one that cannot be a file's raises ValueError.
    """
    pictures = {"image/png": _picture(draw, WIDE)}
    if os.environ.get(FOR_REPORT):
        pictures[NARROW] = _picture(draw, PHONE)
    publish(
        pictures | {"text/plain": visible(alt), "text/csv": csv_text(data)},
        {
            "image/png": {"alt": visible(alt), "width": round(WIDE * 96)},
            "korus": korus_metadata("figure", name),
        },
    )


def _picture(draw: Callable[[], Figure], width: float) -> str:
    """What is drawn at a width in inches, PNG as Base64."""
    before = _wide.set(width)
    try:
        return base64.b64encode(png(draw())).decode("ascii")
    finally:
        _wide.reset(before)
