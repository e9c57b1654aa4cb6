"""Charts that set parts or partners side by side: a waterfall, and dots in order, one marked."""

import math
from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes

from korus_helpers.figures.names import visible
from korus_helpers.present.figure import (
    COLOURS,
    GREY,
    HALO,
    INK,
    RULE,
    WIDE,
    WORD_SHADES,
    chart,
    fit,
    inches_wide,
    scale_of_numbers,
    show_figure,
    styled,
    text_size,
    wrapped,
)
from korus_helpers.present.words import number, signed, usd

NAME = {"size": 9.5}
MARKED = COLOURS["highlight"]
LEADER = {"arrowstyle": "-", "linewidth": 0.8, "shrinkA": 1, "shrinkB": 2}
NAMED = 3


def _scaled(values: pd.Series, unit: str) -> tuple[pd.Series, str]:
    """Values for the axis and the name of their unit: dollars come in millions."""
    if unit != "USD":
        return values, unit
    return (values / 1000, "USD billion") if values.abs().max() >= 1000 else (values, "USD million")


def _digits(value: float) -> int:
    """Decimals to print a value with: one, and more for one that would print as zero."""
    size = abs(value)
    return 1 if size >= 0.05 else 0 if size < 0.0005 else 2 if size >= 0.005 else 3


@styled
def waterfall(ax: Axes, steps: pd.Series, start: float, ends: tuple[str, str]) -> Axes:
    """A bar for the level at the `start`, one for each of `steps` and one for the level after them.

    Read downward: each step begins where the last one ended. `ends` name the two levels.
    """
    after = start + steps.cumsum()
    rows = [(ends[0], 0.0, start, number(start, _digits(start)))]
    rows += [(str(name), after[name] - x, x, signed(x, _digits(x))) for name, x in steps.items()]
    rows += [(ends[1], 0.0, after.iloc[-1], number(after.iloc[-1], _digits(after.iloc[-1])))]
    low = min(min(begin, begin + size) for _, begin, size, _ in rows)
    high = max(max(begin, begin + size) for _, begin, size, _ in rows)
    air = 0.13 * (high - low or 1)
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlim=(low - air * (low < 0), high + air))
    ax.set_yticks(
        range(len(rows)),
        [wrapped(r[0], 2.4 if inches_wide() == WIDE else 1.3, **NAME) for r in rows],
    )
    ax.tick_params(axis="y", labelcolor=INK, labelsize=NAME["size"])
    ax.grid(False)
    ax.grid(True, axis="x", color=RULE)
    scale_of_numbers(ax.xaxis, 7 if inches_wide() == WIDE else 4)
    ax.axvline(0, color=INK, linewidth=1.1, zorder=1)
    for place, (_, begin, size, said) in enumerate(rows):
        level = place in (0, len(rows) - 1)
        colour = COLOURS["deficit" if level else "imports" if size > 0 else "exports"]
        ax.barh(place, size, 0.6, begin, color=colour, zorder=2)
        if not level or not place:
            end = begin + size
            ax.plot([end, end], [place + 0.3, place + 0.7], color=GREY, linewidth=0.9, zorder=1)
        side = -1 if level and size < 0 else 1
        at = min(begin, begin + size) if side < 0 else max(begin, begin + size)
        ax.annotate(
            said, (at, place), (5 * side, 0), textcoords="offset points", va="center", color=colour,
            ha="left" if side > 0 else "right", weight="bold", path_effects=HALO, **NAME,
        )  # fmt: skip
    fit(ax)
    return ax


@styled
def dots(
    ax: Axes, values: pd.Series, marked: str = "", said: Callable[[float], str] = number
) -> Axes:
    """A dot for each of `values` from low to high, the zero line, and `marked` in its colour.

    `NAMED` at each end, and `marked`, have their name beside them and their value as `said`.
    """
    order = values.dropna().sort_values()
    low, high = min(0, order.min()), max(0, order.max())
    air = 0.28 * (high - low or 1)
    ax.set(xlim=(-1, len(order)), ylim=(low - air * (low < 0), high + air * (high > 0)))
    ax.xaxis.set_visible(False)
    scale_of_numbers(ax.yaxis)
    ax.axhline(0, color=INK, linewidth=1.1, zorder=1)
    style = {"zorder": 2, "clip_on": False}
    ax.plot(range(len(order)), order, "o", color=COLOURS["context"], markersize=4, **style)
    fit(ax)
    upper = {name for name in order.index[-NAMED:] if order[name] > 0}
    lower = {name for name in order.index[:NAMED] if order[name] < 0}
    if marked in order:
        at = order.index.get_loc(marked)
        ax.plot([at], [order.iloc[at]], "o", color=MARKED, markersize=9, zorder=4, clip_on=False)
        (upper if at >= len(order) / 2 else lower).add(marked)
    words = {name: f"{visible(name)} {said(order[name])}" for name in upper | lower}
    for names, side in ((upper, 1), (lower, -1)):
        _name(ax, order, {name: words[name] for name in names}, side, marked)
    return ax


def _name(ax: Axes, order: pd.Series, words: dict[str, str], side: int, marked: str) -> None:
    """The words of dots left of and above their dots (`side` 1), or right of and below them (−1).

    No dot lies there, as they rise from left to right; words that would meet move on.
    """
    box, point = ax.get_window_extent(), ax.figure.dpi / 72
    reached = -math.inf
    for at, (name, value) in list(enumerate(order.items()))[::side]:
        if name not in words:
            continue
        font = NAME | {"weight": "bold" if name == marked else "normal"}
        colour = WORD_SHADES[MARKED] if name == marked else GREY
        width = text_size(words[name], **font)[0] * 72
        x, y = ax.transData.transform((at, value))
        reached = max(side * y / point + 13, reached + 15)
        free = (x - box.x0 if side > 0 else box.x1 - x) / point
        aside = -side * min(12, free - width)
        place = (aside, side * reached - y / point)
        ax.annotate(
            words[name], (at, value), place, textcoords="offset points", va="center", color=colour,
            ha="right" if side > 0 else "left", zorder=5,
            arrowprops=LEADER | {"color": colour, "relpos": (side > 0, 0.5)},
            path_effects=HALO, annotation_clip=False, **font,
        )  # fmt: skip


def show_waterfall(steps: pd.Series, start: float, ends: tuple[str, str], *words: str) -> None:
    """Show one `waterfall` of changes, million dollars; `words`: title, subtitle, source, name."""
    title, subtitle, source, name = words
    both = pd.concat([pd.Series({ends[0]: start}), steps])
    both, unit = _scaled(both, "USD")

    def draw():
        row = 0.38 if inches_wide() == WIDE else 0.55
        height = max(3.2, 1.5 + row * (len(both) + 1))
        fig, ax = chart(title, f"{subtitle}; {unit}", source, height)
        waterfall(ax, both.iloc[1:], both.iloc[0], ends)
        return fig

    data = steps.rename("change, million dollars").rename_axis("part").reset_index()
    show_figure(draw, data, name, f"Waterfall: {title}. {subtitle}.")


def show_dots(values: pd.Series, *words: str, marked: str = "", unit: str = "USD") -> None:
    """Show one chart of `dots`, `values` by name; `words` are title, subtitle, source, name.

    Amounts are in million dollars; another `unit` is drawn as it is.
    """
    title, subtitle, source, name = words
    drawn, axis = _scaled(values.dropna(), unit)
    million = 1000 if axis == "USD billion" else 1
    said = (lambda value: usd(million * value)) if unit == "USD" else number

    def draw():
        fig, ax = chart(title, f"{subtitle}; {axis}", source)
        dots(ax, drawn, marked, said)
        return fig

    data = values.sort_values(ascending=False).rename("value").rename_axis("name").reset_index()
    show_figure(draw, data, name, f"Dots from low to high: {title}. {subtitle}.")
