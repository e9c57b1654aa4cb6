"""The frame of every chart: style, title, source line, and saving as an output.

Figures are built without pyplot, so that nothing depends on what was imported before and nothing
shows twice. Everything is drawn under `STYLE` over matplotlib's own defaults, whatever the
reader's settings, in the font that matplotlib ships: every machine draws the same.
"""

import base64
import functools
import io
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ParamSpec, TypeVar

import matplotlib
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import Bbox
from PIL import Image

from korus_helpers.present.displays import csv_text, korus_metadata, publish
from korus_helpers.present.lettering import FONT, text_size, wrapped
from korus_helpers.present.sentences import visible
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

STYLE = {
    "figure.dpi": 144,
    "font.family": FONT,
    "font.size": 10,
    "text.color": INK,
    "text.hinting": "no_hinting",  # letters keep their distances where a page scales the picture
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": RULE,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "ytick.major.size": 0,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 1.2,
}

P = ParamSpec("P")
R = TypeVar("R")

EXACT = 1e-9  # of the figure: far below what a pixel can show
SIDE = 0.15  # inches kept free at every edge of the figure
TITLE_WORDS = 10


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` under `STYLE`, leaving the reader's own settings as they were."""

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.style.context([STYLE], after_reset=True):
            return function(*args, **kwargs)

    return inner


@styled
def chart(
    title: str,
    subtitle: str,
    source: str,
    *,
    size: tuple[float, float] = (8, 4.5),
    partner: str = "",
) -> tuple[Figure, Axes]:
    """A figure with its words in place, and the axes between them.

    `title` states the finding in at most ten words (`partner`, if it occurs, counts as one), else
    ValueError. `subtitle` says measure, unit, period and basis; `source` publisher and vintage.
    Each is wrapped to the width of the figure, `size` in inches; the axes take what is left.
    """
    title = visible(title)
    words = (title.replace(partner, "partner") if partner else title).split()
    if not 1 <= len(words) <= TITLE_WORDS:
        raise ValueError(f"title {title!r}: {len(words)} words; 1 to {TITLE_WORDS}")
    fig = Figure(figsize=size)
    FigureCanvasAgg(fig)
    width, height = size
    top = height - SIDE
    for text, font, colour in (
        (title, {"size": 13, "weight": "bold"}, INK),
        (subtitle, {"size": 10}, GREY),
    ):
        lines = wrapped(fig, visible(text), width - 2 * SIDE, **font)
        fig.text(SIDE / width, top / height, lines, va="top", color=colour, **font)
        top -= text_size(fig, lines, **font)[1] + 0.09
    lines = wrapped(fig, visible(f"Source: {source}"), width - 2 * SIDE, size=8)
    fig.text(SIDE / width, 0.1 / height, lines, va="bottom", color=GREY, size=8)
    bottom = 0.1 + text_size(fig, lines, size=8)[1] + 0.12
    area = Bbox([[SIDE / width, bottom / height], [1 - SIDE / width, (top - 0.03) / height]])
    return fig, fig.add_axes(area)


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
    from it again. A new width may change the ticks, hence a second pass; who fits again anyway
    needs one each time.
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
    canvas = fig.canvas if isinstance(fig.canvas, FigureCanvasAgg) else FigureCanvasAgg(fig)
    fig.set_dpi(dpi)
    canvas.draw()
    # Without the layer of transparency that `savefig` adds: no larger, in half the time.
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    image.save(buffer, format="png", dpi=(dpi, dpi), compress_level=3)
    return buffer.getvalue()


def show_figure(fig: Figure, data: pd.DataFrame | pd.Series, name: str, alt: str) -> None:
    """Show `fig` as one output: image, alternative text, and the figures behind it as CSV.

    `alt` says in a sentence what the chart shows; `name` is what a report calls the files. An
    empty `alt`, or a name that cannot be a file's, raises ValueError.
    """
    alt = visible(alt).strip()
    if not alt:
        raise ValueError(f"chart {name}: alt says what the chart shows; it is empty")
    publish(
        {
            "image/png": base64.b64encode(png(fig)).decode("ascii"),
            "text/plain": alt,
            "text/csv": csv_text(data),
        },
        {
            "image/png": {"alt": alt, "width": round(fig.get_figwidth() * 96)},
            "korus": korus_metadata("figure", name),
        },
    )
    fig.clear()
