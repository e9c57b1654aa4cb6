"""How much a choice moves a number: years against years, and many definitions side by side."""

import math
from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.patches import Rectangle

from korus_helpers.claims.intervals import Interval
from korus_helpers.present.claim_charts import IMPLIED, PRINTED, WORDS, ends
from korus_helpers.present.figure import (
    GREY,
    HALO,
    INK,
    RULE,
    SIDE,
    WORD_SHADES,
    chart,
    fit,
    scale_of_numbers,
    show_figure,
    styled,
)
from korus_helpers.present.lettering import shortened, text_size, wrapped
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import number

NAME = {"size": 9, "weight": "bold"}
NOTE = {"size": 9}
LINE, GAP = 0.19, 0.1  # inches for one way to settle a choice, and before each choice
BELOW = 0.36  # inches that words take below a dot
FAINT = "#c9ccd0"


@styled
def heatmap(
    ax: Axes,
    grid: pd.DataFrame,
    *,
    centre: float,
    outlined: tuple[object, object],
    below: str,
    above: str,
) -> Axes:
    """Base years (rows) against end years (columns), each cell with its value and a colour.

    Orange is below `centre`, purple above: told apart by colour-blind readers; `below` and
    `above` say in words what they mean. The cell `outlined` (row, column) has a frame. A missing
    value is a "–"; a cell whose column is not after its row stays empty. ValueError if the
    outlined cell is not in the grid, or the numbers do not fit into the cells.
    """
    base, end = outlined
    if base not in grid.index or end not in grid.columns:
        raise ValueError(f"the cell {base} to {end} is not in the grid")
    values = grid.to_numpy(dtype=float)
    early = np.array([[column <= row for column in grid.columns] for row in grid.index])
    drawn = np.ma.masked_invalid(np.where(early, np.nan, values))
    # One wild cell (a base near zero) must not pale all the others.
    reach = (np.quantile(np.abs(drawn.compressed() - centre), 0.9) if drawn.count() else 0) or 1
    mesh = ax.pcolormesh(
        drawn, cmap="PuOr", norm=CenteredNorm(centre, reach), edgecolors="white", linewidth=1.5
    )
    widest, shades = 0.0, mesh.to_rgba(values)
    for (row, column), value in np.ndenumerate(values):
        if early[row, column]:
            continue
        text = number(value) if math.isfinite(value) else "–"
        widest = max(widest, text_size(ax.figure, text, **NAME)[0])
        own = (grid.index[row], grid.columns[column]) == (base, end)
        red, green, blue, _ = shades[row, column]
        dark = math.isfinite(value) and 0.3 * red + 0.6 * green + 0.1 * blue < 0.55
        ax.text(
            column + 0.5, row + 0.5, text, size=9, weight="bold" if own else "normal",
            ha="center", va="center_baseline", color="white" if dark else INK,
        )  # fmt: skip
    place = (grid.columns.get_loc(end), grid.index.get_loc(base))
    ax.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=INK, linewidth=2.4, zorder=4))
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(len(grid.columns)) + 0.5, map(visible, grid.columns))
    ax.set_yticks(np.arange(len(grid.index)) + 0.5, map(visible, grid.index))
    ax.tick_params(length=0, labelcolor=INK)
    _key(ax, below, above)
    fit(ax)
    if widest > ax.get_window_extent().width / ax.figure.dpi / len(grid.columns):
        raise ValueError(f"{len(grid.columns)} columns leave no room for their numbers")
    return ax


def _key(ax: Axes, below: str, above: str) -> None:
    """What rows, columns and the two colours mean, on a line above the grid."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom", "size": 9}
    left = {"xycoords": ("figure fraction", "axes fraction")}
    ax.annotate(
        "first year down, last year across", (SIDE / ax.figure.get_figwidth(), 1), (0, 20),
        color=GREY, **place | left,
    )  # fmt: skip
    right = 0.0
    for text, share in ((visible(above), 0.88), (visible(below), 0.14)):
        ax.annotate(
            text, (1, 1), (right, 20), color=colormaps["PuOr"](share), ha="right", weight="bold",
            **place,
        )  # fmt: skip
        right -= text_size(ax.figure, text, size=9, weight="bold")[0] * 72 + 16


def strip_size(frame: pd.DataFrame, value: str, choices: Sequence[str]) -> tuple[float, float]:
    """The size for `chart`, in inches, at which `strip` has room for all `choices`."""
    return 8, WORDS + 2 + _depth(frame[np.isfinite(frame[value].astype(float))], choices)


def _depth(found: pd.DataFrame, choices: Sequence[str]) -> float:
    return 0.12 + GAP * len(choices) + LINE * sum(found[choice].nunique() for choice in choices)


@styled
def strip(
    ax: Axes,
    frame: pd.DataFrame,
    value: str,
    choices: Sequence[str],
    *,
    claimed: Interval,
    text: str,
    own: Hashable,
) -> Axes:
    """The values of many definitions from low to high, and below them what each one chose.

    `frame` has one row per definition: its number in the column `value`, and in each column of
    `choices` which way it was settled, so named as it is to be read. `claimed` is the interval
    that the claim printed as `text` admits: values inside it are dark, and beside each choice
    stands how many of its definitions lie inside. `own` is the index of the claim's own
    definition. Definitions without a value are left out. ValueError if `own` has none, or
    the figure is too low (size it with `strip_size`).
    """
    kept = frame[np.isfinite(frame[value].astype(float))]
    kept = kept.assign(**{choice: kept[choice].map(visible) for choice in choices})
    found = kept.sort_values([value, *choices], kind="stable")
    if own not in found.index:
        raise ValueError(f"definition {own!r} has no value to draw")
    fig, box = ax.figure, ax.get_window_extent()
    width, height = box.width / fig.dpi, box.height / fig.dpi
    kinds = {choice: list(kept[choice].unique()) for choice in choices}
    names = {
        kind: shortened(fig, kind, 1.4, **NOTE) for choice in choices for kind in kinds[choice]
    }
    heads = [wrapped(fig, visible(choice), 1.1, **NAME) for choice in choices]
    head = max(text_size(fig, words, **NAME)[0] for words in heads) + 0.12
    left = head + max(text_size(fig, name, **NOTE)[0] for name in names.values()) + 0.12
    scale = max(text_size(fig, number(end), size=10)[0] for end in found[value].iloc[[0, -1]])
    left = max(left, scale + 0.2)
    beside = wrapped(fig, f"as printed: {visible(text)}", 1.1, **NOTE)
    right = max(text_size(fig, words, **NOTE)[0] for words in (beside, "00 of 00")) + 0.12
    deep = _depth(found, choices)
    if height < deep + 1.2:
        raise ValueError(f"{len(names)} choices do not fit: use chart(size=strip_size(...))")
    ax.set_axis_off()
    bounds = (left / width, (width - left - right) / width)
    upper = ax.inset_axes((bounds[0], deep / height, bounds[1], 1 - deep / height))
    lower = ax.inset_axes((bounds[0], 0, bounds[1], deep / height))
    inside = np.array([claimed.contains(number) for number in found[value]])
    for panel in (upper, lower):
        panel.set_xlim(-1, len(found))
        panel.xaxis.set_visible(False)
        panel.spines[:].set_visible(False)
        panel.axvline(found.index.get_loc(own), color=PRINTED, linewidth=1, zorder=1)
    _values(upper, found[value].to_numpy(dtype=float), inside, claimed, found.index.get_loc(own))
    middle = sum(np.clip(ends(claimed), *upper.get_ylim())) / 2
    upper.annotate(
        beside, (1, middle), (9, 0), xycoords=("axes fraction", "data"), va="center",
        textcoords="offset points", color=WORD_SHADES[PRINTED], annotation_clip=False, **NOTE,
    )  # fmt: skip
    lower.set_ylim(deep, 0)
    lower.yaxis.set_visible(False)
    lower.grid(False)
    top = 0.12
    sides = {"va": "center_baseline", "transform": lower.get_yaxis_transform(), "clip_on": False}
    span = width - left - right
    lower.text(1 + 0.12 / span, 0.1, "inside", color=GREY, **sides, **NOTE)
    for choice, words in zip(choices, heads, strict=True):
        top += GAP
        lower.axhline(top - GAP / 2, -left / span, 1, color=RULE, linewidth=1, clip_on=False)
        lower.text(-left / span, top + 0.02, words, **sides | {"va": "top"}, **NAME)
        for kind in kinds[choice]:
            chosen = (found[choice] == kind).to_numpy()
            y = top + LINE / 2
            for where, colour in ((chosen & ~inside, FAINT), (chosen & inside, INK)):
                places = np.flatnonzero(where)
                lower.plot(places, np.full(len(places), y), "s", color=colour, markersize=4)
            lower.text((head - left) / span, y, names[kind], **sides, **NOTE)
            count = f"{(chosen & inside).sum()} of {chosen.sum()}"
            lower.text(1 + 0.12 / span, y, count, color=GREY, **sides, **NOTE)
            top += LINE
    return ax


def _values(
    upper: Axes, values: np.ndarray, inside: np.ndarray, claimed: Interval, own: int
) -> None:
    """The values from low to high over the claimed band, the claim's own one ringed and said."""
    size = upper.get_window_extent()
    width, height = size.width / upper.figure.dpi, size.height / upper.figure.dpi
    said = f"as the claim defines it: {number(values[own])}"
    # Left above a rising row of dots is free, and right below it.
    above = (own + 1) / (len(values) + 1) * width > text_size(upper.figure, said, **NAME)[0] + 0.2
    bounds = [*values, *(end for end in ends(claimed) if math.isfinite(end))]
    air = 0.06 * (max(bounds) - min(bounds)) or 1
    low, high = min(bounds) - air, max(bounds) + air
    if not above:  # room for the words below their dot
        low = min(low, values[own] - BELOW / (height - BELOW) * (high - values[own]))
    upper.set_ylim(low, high)
    band = np.clip(ends(claimed), *upper.get_ylim())
    upper.axhspan(*band, color=PRINTED, alpha=0.2, linewidth=0, zorder=0)
    if upper.get_ylim()[0] < 0 < upper.get_ylim()[1]:
        upper.axhline(0, color=INK, linewidth=1.1, zorder=1)
    scale_of_numbers(upper.yaxis)
    places = np.arange(len(values))
    for where, colour in ((~inside, IMPLIED), (inside, INK)):
        upper.plot(places[where], values[where], "o", color=colour, markersize=4.5, zorder=2)
    ring = {"markersize": 10, "markerfacecolor": "none", "markeredgecolor": PRINTED}
    upper.plot([own], [values[own]], "o", markeredgewidth=2, zorder=3, **ring)
    upper.annotate(
        said, (own, values[own]), (-7, 17) if above else (7, -17), textcoords="offset points",
        ha="right" if above else "left", va="center", zorder=4, path_effects=HALO, **NAME,
    )  # fmt: skip


def show_heatmap(
    grid: pd.DataFrame, title: str, subtitle: str, source: str, name: str, **how: object
) -> None:
    """Show one `heatmap` of years; `how` are its `centre, outlined, below, above`."""
    fig, ax = chart(title, subtitle, source)
    heatmap(ax, grid, **how)
    show_figure(fig, grid, name, f"Heat map of first and last years: {title}.")


def show_strip(
    frame: pd.DataFrame,
    title: str,
    subtitle: str,
    source: str,
    name: str,
    choices: Sequence[str],
    **how: object,
) -> None:
    """Show one `strip` of the column `shown`; `how` are its `claimed, text, own`.

    The CSV has the definitions as `robustness.every_choice` gives them.
    """
    fig, ax = chart(title, subtitle, source, size=strip_size(frame, "shown", choices))
    strip(ax, frame, "shown", choices, **how)
    data = frame[["base", "end", "window", "basis", "vintage", "value", "unit"]]
    show_figure(fig, data, name, f"Dots from low to high: {title}. {subtitle}.")
