"""What an executed notebook says of itself: the head and the foot of its report, its card."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from korus_helpers.claims.verdicts import LADDER
from korus_helpers.runs.harvest import BadDisplay, displays


class Table(NamedTuple):
    """A table that figures come from."""

    name: str
    vintage: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    """Taken from headings and outputs, in the order of the notebook.

    `title` is its first heading, else "". `finding` is the first sentence below a level-2 heading;
    what is said above that is about the parameters. `verdicts` are pairs of verdict and number of
    claims, of the first sentence that counts some. `tables` are those that it lists as its
    sources. `picture` and `alt` are its first figure below a level-2 heading.
    """

    title: str = ""
    finding: str = ""
    vintages: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, int], ...] = ()
    tables: tuple[Table, ...] = ()
    picture: bytes = b""
    alt: str = ""


def facts_of(executed) -> Facts:
    """The facts of the executed notebook (a notebook node); what it does not say is empty."""
    cells = executed.cells
    title = next(filter(None, (_heading(cell, "# ") for cell in cells)), "")
    below = next((n for n, cell in enumerate(cells) if _heading(cell, "## ")), len(cells))
    shown = list(_readable(cells))
    found = list(_readable(cells[below:]))
    figure = next((one for one in found if one.kind == "figure"), None)
    counted = next((one.about["verdicts"] for one in shown if one.about.get("verdicts")), {})
    return Facts(
        title,
        next((one.text for one in found if one.kind == "sentence"), ""),
        tuple(dict.fromkeys(v for one in shown for v in one.about.get("vintages", ()))),
        tuple((name, counted[name]) for name in LADDER if name in counted),
        tuple(dict.fromkeys(Table(*row) for one in shown for row in one.about.get("tables", ()))),
        figure.png if figure else b"",
        figure.text if figure else "",
    )


def _readable(cells) -> Iterator:
    """The displays up to one that cannot be filed; the outcome of the notebook names that one."""
    try:
        yield from displays(cells)
    except BadDisplay:
        return


def _heading(cell, mark: str) -> str:
    """The text of the first heading of the level `mark` in a Markdown cell, else ""."""
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
    return next((line.removeprefix(mark).strip() for line in lines if line.startswith(mark)), "")
