"""The index page of a run and its record for programs."""

import base64
import csv
import io
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.harvest import BadDisplay, displays
from korus_helpers.runs.reports import TEMPLATES, versions, versions_in_words

PICTURE_WIDTH = 640  # dots, twice what a card is wide
VERDICT_COLUMNS = ("id", "printed", "official", "unit", "vintage", "verdict")


def failure_in_words(outcome: Outcome) -> str:
    """Where a notebook stopped and why, "" if it did not."""
    if outcome.status == "done":
        return ""
    where = f"Cell {outcome.cell} stopped with " if outcome.cell else ""
    return f"{where}{outcome.error}"


def card(executed, outcome: Outcome, files: Sequence[str]) -> dict[str, object]:
    """What the index shows of one notebook: title, finding, first figure, files.

    The finding is the first sentence below a level-2 heading; what is said above it is about the
    parameters. Without such a sentence there is none.
    """
    name = outcome.notebook
    picture, alt, finding = "", "", ""
    with suppress(BadDisplay):  # the outcome says so
        cells = executed.cells
        below = next((n for n, cell in enumerate(cells) if _heading(cell, "## ")), len(cells))
        for display in displays(cells[below:]):
            if display.kind == "sentence" and not finding:
                finding = display.text
            if display.kind == "figure" and not picture:
                picture, alt = _small(display.png), display.text
    title = next(filter(None, (_heading(cell, "# ") for cell in executed.cells)), name)
    return {
        "title": title,
        "finding": finding,
        "picture": picture,
        "alt": alt,
        "failure": failure_in_words(outcome),
        "seconds": f"{outcome.seconds:.1f}",
        "report": f"{name}.html",
        "notebook": f"{name}.ipynb",
        "files": [
            {"path": file, "name": file.partition("/")[2].removeprefix(f"{name}-")}
            for file in files
            if "/" in file and not file.startswith("evidence/")
        ],
    }


def _heading(cell, mark: str) -> str:
    """The text of the first heading of the level `mark` in a Markdown cell, else ""."""
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
    return next((line.removeprefix(mark).strip() for line in lines if line.startswith(mark)), "")


def _small(png: bytes) -> str:
    """The picture reduced for a card, as base64."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        picture = picture.convert("RGB")
        picture.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH), Image.Resampling.LANCZOS)
        reduced = io.BytesIO()
        picture.quantize(128).save(reduced, "PNG", optimize=True)
    return base64.b64encode(reduced.getvalue()).decode()


def read_verdicts(folder: Path) -> list[dict[str, str]]:
    """The rows of verdicts.csv, empty when the run has none."""
    path = folder / "verdicts.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def readable(text: str) -> str:
    """A number of verdicts.csv as it is read, "42,262.2" for "42262.187"; other text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    shown = f"{number:,.1f}" if abs(number) >= 1000 else f"{number:.4g}"
    return shown.replace("-", "−")


def index_page(
    cards: Sequence[dict[str, object]],
    verdicts: Sequence[dict[str, str]],
    parameters: Sequence[tuple[str, str, bool]],
    command: str,
    made: str,
) -> str:
    """index.html; every value is escaped."""
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(loader=FileSystemLoader(TEMPLATES / "korus"), autoescape=True)
    pages.filters["readable"] = readable
    partner = next((value for name, value, _ in parameters if name == "partner"), "")
    return pages.get_template("run.html.j2").render(
        title=f"US trade with {partner}" if partner else "Reports",
        cards=cards,
        verdicts=verdicts,
        columns=[name for name in VERDICT_COLUMNS if not verdicts or name in verdicts[0]],
        parameters=parameters,
        command=command,
        made=made,
        versions=versions_in_words(),
    )


def record(
    folder: Path,
    outcomes: Sequence[Outcome],
    values: dict[str, dict[str, object]],
    command: str,
    started: str,
    seconds: float,
) -> str:
    """run.json: parameters, versions, times, outcome of each notebook, size of each file.

    `values` holds all parameters of each notebook, `started` is an ISO time. Sizes in bytes.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return json.dumps(
        {
            "command": command,
            "started": started,
            "seconds": round(seconds, 2),
            "versions": versions(),
            "notebooks": [
                {
                    "notebook": outcome.notebook,
                    "parameters": values[outcome.notebook],
                    "outcome": outcome.status,
                    "seconds": round(outcome.seconds, 2),
                    "cell": outcome.cell,
                    "error": outcome.error,
                }
                for outcome in outcomes
            ],
            "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
        },
        indent=1,
        ensure_ascii=False,
    )
