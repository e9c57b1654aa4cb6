"""Bars, from zero, with their values."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from korus_helpers.present.figure import COLOURS, INK, fit, scale_of_numbers, styled
from korus_helpers.present.lettering import shortened, text_size, wrapped
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import number

NAME = {"size": 10, "weight": "bold"}


@styled
def bars(
    ax: Axes,
    values: pd.Series,
    *,
    highlight: object = None,
    colour: str = COLOURS["context"],
    upright: bool = False,
) -> Axes:
    """One bar per entry of `values`, from zero, in the order given, with its value at its end.

    Bars lie, first on top, unless `upright`. The entry `highlight` stands out by colour and
    weight. A missing value is a "–" at zero. Where upright bars stand too close for every label,
    years are named and valued at intervals beside a scale; names raise ValueError instead (let
    the bars lie).
    """
    if values.isna().all():
        raise ValueError("no value to draw as a bar")
    heights = values.astype(float).to_numpy()
    keys, places = list(values.index), range(len(values))
    colours = [COLOURS["highlight"] if key == highlight else colour for key in keys]
    draw = ax.bar if upright else ax.barh
    draw(places, np.nan_to_num(heights), 0.72, color=colours)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    texts = ["–" if math.isnan(value) else number(value) for value in heights]
    if upright:
        ax.set_xlim(-0.5, len(values) - 0.5)
        texts = _upright_names(ax, keys, texts, highlight)
    else:
        ax.set_ylim(len(values) - 0.5, -0.5)
        ax.xaxis.set_visible(False)
        row = ax.get_window_extent().height / ax.figure.dpi / len(keys)
        # Two lines only where they have room.
        fold, width = (wrapped, 2.4) if row > 0.36 else (shortened, 3.6)
        ax.set_yticks(places, [fold(ax.figure, visible(key), width, **NAME) for key in keys])
        ax.tick_params(axis="y", labelcolor=INK)
    for tick, key in zip((ax.xaxis if upright else ax.yaxis).get_ticklabels(), keys, strict=True):
        tick.set_weight("bold" if key == highlight else "normal")
    fit(ax)
    _room_for_values(ax, heights, texts, upright)
    for place, key, value, text in zip(places, keys, np.nan_to_num(heights), texts, strict=True):
        sign = -1 if value < 0 else 1
        ax.annotate(
            text, (place, value) if upright else (value, place),
            (0, 3 * sign) if upright else (4 * sign, 0), textcoords="offset points",
            ha="center" if upright else "left" if sign > 0 else "right",
            va="center_baseline" if not upright else "bottom" if sign > 0 else "top",
            weight="bold" if key == highlight else "normal", annotation_clip=False,
        )  # fmt: skip
    (ax.axhline if upright else ax.axvline)(0, color=INK, linewidth=1.1, zorder=3)
    return ax


def _upright_names(
    ax: Axes, keys: Sequence[object], texts: list[str], highlight: object
) -> list[str]:
    """Name the bars below; returns the value texts that have room, the others empty."""
    fig = ax.figure
    slot = ax.get_window_extent().width / fig.dpi / len(keys)
    years = all(isinstance(key, int | np.integer) for key in keys)
    words = [word for key in keys for word in visible(key).split()]
    limit = max(slot * 0.9, *(text_size(fig, word, **NAME)[0] for word in words))
    names = [wrapped(fig, visible(key), limit, **NAME) for key in keys]
    widest = max(text_size(fig, name, **NAME)[0] for name in names)
    every = 1 if widest < slot * 0.92 else math.ceil((widest + 0.12) / slot)
    if every > 1 and not years:
        raise ValueError("names are too long for upright bars: let the bars lie")
    first = keys.index(highlight) % every if highlight in keys else 0
    ax.set_xticks(
        range(len(keys)),
        [name if place % every == first else "" for place, name in enumerate(names)],
    )
    ax.tick_params(axis="x", length=0, labelcolor=INK)
    if max(text_size(fig, text, **NAME)[0] for text in texts) < slot:
        ax.yaxis.set_visible(False)
        return texts
    ax.grid(True, axis="y")
    scale_of_numbers(ax.yaxis)
    return [text if key == highlight else "" for key, text in zip(keys, texts, strict=True)]


def _room_for_values(ax: Axes, heights: np.ndarray, texts: Sequence[str], upright: bool) -> None:
    """Set the value axis so that the texts at the bars' ends lie within it."""
    low, high = min(0, np.nanmin(heights)), max(0, np.nanmax(heights))
    sizes = [text_size(ax.figure, text, **NAME) for text in texts]
    room = max(size[1 if upright else 0] for size in sizes) + 5 / 72
    box = ax.get_window_extent()
    length = (box.height if upright else box.width) / ax.figure.dpi
    below = room if low < 0 else 0
    per_inch = ((high - low) or 1) / (length - below - room)
    (ax.set_ylim if upright else ax.set_xlim)(low - below * per_inch, high + room * per_inch)
