"""One chart of all printed figures of a source, each as a percentage of the official one."""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from korus_helpers.claims.verdicts import Verdict
from korus_helpers.present.figure import (
    COLOURS,
    GREY,
    INK,
    RULE,
    chart,
    fit,
    scale_of_numbers,
    show_figure,
    styled,
)
from korus_helpers.present.lettering import shortened, wrapped
from korus_helpers.present.sentences import visible
from korus_helpers.present.verdicts import official

PRINTED = COLOURS["highlight"]
NAME, NOTE = {"size": 9.5}, {"size": 9}
ROW, WORDS = 0.42, 1.35  # inches of a row, and of all words around
NARROWEST = 1.6  # a printed interval is drawn at least this wide, in percent of the official
FURTHEST = 200  # percent; what lies beyond is an arrow to the edge


def percent_of_official(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """One row per claim with an official figure other than zero, in the order given.

    Columns `id, claim, printed, official` (in words) and `printed_low, printed_high,
    official_low, official_high` in percent of the official figure (its middle where it is known
    as an interval); an unbounded end is infinite.
    """
    rows = []
    for one in verdicts:
        if one.printed is None or one.used is None or not one.used.value:
            continue
        whole, interval = one.used.value / 100, one.printed.interval
        low = -math.inf if interval.low is None else float(interval.low)
        high = math.inf if interval.high is None else float(interval.high)
        printed = sorted((low / whole, high / whole))
        known = sorted((one.used.low / whole, one.used.high / whole))
        claim = one.claim.what or one.claim.id
        known_as = official(one.used) + " billion" * (one.used.unit == "million dollars")
        rows.append((one.claim.id, claim, one.claim.printed, known_as, *printed, *known))
    ends = [f"{kind}_{end}" for kind in ("printed", "official") for end in ("low", "high")]
    return pd.DataFrame(rows, columns=["id", "claim", "printed", "official", *ends])


def misses_size(frame: pd.DataFrame) -> tuple[float, float]:
    """The size for `chart`, in inches, at which `misses` has room for the rows of `frame`."""
    return 8, WORDS + ROW * len(frame)


@styled
def misses(ax: Axes, frame: pd.DataFrame) -> Axes:
    """A row per claim of `percent_of_official`, first on top: the printed interval as a bar, the
    official figure as a dot at 100, and both in words beside.

    ValueError without rows.
    """
    if frame.empty:
        raise ValueError("no claim has an official figure to draw")
    fig, places = ax.figure, range(len(frame))
    finite = [x for x in frame[["printed_low", "printed_high"]].to_numpy().flat if math.isfinite(x)]
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(0, min(FURTHEST, max(130, 1.1 * max(finite, default=0))))
    ax.set_yticks(places, [wrapped(fig, visible(text), 2.3, **NAME) for text in frame.claim])
    ax.tick_params(axis="y", labelcolor=INK, labelsize=NAME["size"])
    ax.grid(False)
    ax.grid(True, axis="x", color=RULE)
    scale_of_numbers(ax.xaxis, 8)
    ax.axvline(100, color=GREY, linewidth=1, zorder=1)
    edge = ax.get_xlim()[1]
    for place, row in zip(places, frame.itertuples(), strict=True):
        low, high = (min(max(end, 0), edge) for end in (row.printed_low, row.printed_high))
        middle, width = (low + high) / 2, max(high - low, NARROWEST)
        ax.plot([middle, 100], [place, place], color=RULE, linewidth=3, zorder=1)
        ax.barh(place, width, 0.42, middle - width / 2, color=PRINTED, zorder=2)
        if row.printed_high > edge:
            ax.plot([edge], [place], ">", color=PRINTED, markersize=9, clip_on=False, zorder=2)
        ax.plot([row.official_low, row.official_high], [place] * 2, color=INK, zorder=3)
        ax.plot([100], [place], "o", markersize=6, color=INK, zorder=4)
        for text, shift, style in (
            (shortened(fig, visible(row.printed), 1.75, **NOTE), -6, {"color": "#8a6300"}),
            (f"official {row.official}", 6, {"color": INK, "weight": "bold"}),
        ):
            ax.annotate(
                text, (1.02, place), (0, -shift), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="center", annotation_clip=False, **NOTE, **style,
            )  # fmt: skip
    fit(ax)
    return ax


def show_misses(frame: pd.DataFrame, title: str, subtitle: str, source: str, name: str) -> None:
    """Show one chart of `misses` for the rows of `percent_of_official`."""
    fig, ax = chart(title, subtitle, source, size=misses_size(frame))
    misses(ax, frame)
    show_figure(fig, frame, name, f"Bars and dots: {title}. {subtitle}.")
