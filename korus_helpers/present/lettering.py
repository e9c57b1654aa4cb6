"""Words on charts: how large they are, how they are broken, and room between them."""

import bisect
import functools
from collections.abc import Sequence

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

FONT = "DejaVu Sans"  # ships with matplotlib


def text_size(fig: Figure, text: str, **font: object) -> tuple[float, float]:
    """Width and height in inches of `text`, which may have several lines."""
    properties = FontProperties(family=FONT, **font)
    lines = text.split("\n")
    width = max(_width(line, properties, fig.dpi) for line in lines)
    return width, len(lines) * properties.get_size_in_points() * 1.2 / 72


@functools.lru_cache(10_000)  # most lines are tried again at other limits
def _width(line: str, properties: FontProperties, dpi: float) -> float:
    """Inches; dots matter because letters are fitted to them."""
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(line, properties, False)[0] / dpi


def shortened(fig: Figure, text: str, width: float, **font: object) -> str:
    """`text` cut to `width` inches, the cut shown as "…"."""
    if text_size(fig, text, **font)[0] <= width:
        return text
    while text and text_size(fig, f"{text}…", **font)[0] > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def wrapped(fig: Figure, text: str, width: float, **font: object) -> str:
    """`text` in as few lines as fit into `width` inches, of about equal length.

    A single word wider than that is cut.
    """
    text = " ".join(text.split())
    if text_size(fig, text, **font)[0] <= width:
        return text

    def broken(limit: float) -> list[str]:
        lines: list[str] = []
        for word in words:
            if lines and text_size(fig, f"{lines[-1]} {word}", **font)[0] <= limit:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    words = [shortened(fig, word, width, **font) for word in text.split()]
    count = len(broken(width))
    # The narrowest width that needs no further line balances them.
    limits = [width * share / 20 for share in range(1, 21)]
    enough = bisect.bisect_left(limits, True, key=lambda limit: len(broken(limit)) <= count)
    return "\n".join(broken(limits[enough]))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart within [low, high], as near to `wanted` as possible.

    ValueError if they cannot all have room.
    """
    if (len(wanted) - 1) * gap > high - low + 1e-9:
        raise ValueError(f"{len(wanted)} labels do not fit beside each other")
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    # Without the gaps the task is the nearest sequence that never falls: pool what falls.
    pools: list[list[float]] = []
    for rank, i in enumerate(order):
        pools.append([wanted[i] - rank * gap])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    level = [_mean(pool) for pool in pools for _ in pool]
    ceiling = high - (len(wanted) - 1) * gap
    placed = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        placed[i] = min(max(level[rank], low), ceiling) + rank * gap
    return placed


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
