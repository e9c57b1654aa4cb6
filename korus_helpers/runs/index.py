"""The index page of a run and its record for programs."""

import base64
import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from korus_helpers.claims.verdicts import LADDER
from korus_helpers.present.notice import old_figures
from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.pages import Shown, made, partner_of, render, run_title, versions
from korus_helpers.runs.plan import Plan
from korus_helpers.runs.reports import Facts
from korus_helpers.runs.steps import Steps

PICTURE_WIDTH = 640  # dots, twice what a card is wide


def failure_in_words(outcome: Outcome) -> str:
    """Where a notebook stopped and why, "" if it did not."""
    if outcome.status == "done":
        return ""
    where = f"Cell {outcome.cell} stopped with " if outcome.cell else ""
    return f"{where}{outcome.error}"


def card(facts: Facts, outcome: Outcome, files: Sequence[str]) -> dict[str, object]:
    """What the index shows of one notebook: title, finding, first figure, links, files."""
    name = outcome.notebook
    kinds = {"html": "Report", "pdf": "PDF", "ipynb": "Notebook"}
    made_of = [file for file in files if "/" not in file and file.startswith(f"{name}.")]
    links = [(kinds[file.rpartition(".")[2]], file) for file in made_of]
    links += [("Evidence", file) for file in files if file == f"evidence/{name}/README.txt"]
    return {
        "title": facts.title or name,
        "finding": facts.finding,
        "picture": _small(facts.picture) if facts.picture else "",
        "alt": facts.alt,
        "failure": failure_in_words(outcome),
        "report": f"{name}.html",
        "links": links,
        "files": [
            {"path": file, "name": file.partition("/")[2].removeprefix(f"{name}-")}
            for file in files
            if "/" in file and not file.startswith("evidence/")
        ],
    }


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
    if not _is_number(text) or (text.isdecimal() and len(text) < 4):
        return text
    number = float(text)
    shown = f"{number:,.1f}" if abs(number) >= 1000 else f"{number:.2f}"
    return shown.replace("-", "−")


def index_page(
    cards: Sequence[dict[str, object]],
    facts: Sequence[Facts],
    verdicts: Sequence[dict[str, str]],
    shown: Shown,
    command: str,
    day: str,
    steps: Sequence[tuple[str, dict[str, str]]] = (),
    today: date | None = None,
) -> str:
    """index.html; every value is escaped.

    `cards` and `facts` are in the order of the notebooks, `verdicts` the rows of verdicts.csv,
    `steps` pairs of name and cells (heading → text) for the table of times and sizes. With `today`
    a notice says where the newest figures at hand are older than a year.
    """
    title = run_title(shown) or "Reports"
    first = _head(facts, shown)
    vintages = list(dict.fromkeys(v for one in facts for v in one.vintages))
    tables = list(dict.fromkeys(table for one in facts for table in one.tables))
    return render(
        "run.html.j2",
        title=title,
        finding=first.finding,
        notice=_notice(shown, today) if today else "",
        counted=first.verdicts,
        cards=cards,
        verdicts=[_verdict_row(row) for row in verdicts],
        meanings=LADDER,
        parameters=shown,
        steps=steps,
        made=made(title, shown, vintages, tables, command, day),
    )


def _head(facts: Sequence[Facts], shown: Shown) -> Facts:
    """The facts that speak for the run: the first with verdicts, which are of the article.

    Where another partner or other years were asked for, the first without.
    """
    moved = {name for name, _, typed in shown if typed} & {"partner", "base_year", "end_year"}
    return next((one for one in facts if bool(one.verdicts) != bool(moved)), Facts())


def _notice(shown: Shown, today: date) -> str:
    partner = partner_of(shown)
    return old_figures(today, partner.code) if partner else ""


def _verdict_row(row: dict[str, str]) -> dict[str, str]:
    """One row of verdicts.csv for reading; a column that is not there is empty."""
    beside = [f"misprint suspected: {row['misprint']}"] if row.get("misprint") else []
    if row.get("verdict_today", row.get("verdict")) not in ("", row.get("verdict")):
        beside.append(f"today: {row['verdict_today']}")
    unit = row.get("unit", "") if _is_number(row.get("official", "")) else ""
    return {
        "claim": row.get("claim") or row.get("id", ""),
        "printed": row.get("printed", ""),
        "official": f"{readable(row.get('official', ''))} {unit}".strip(),
        "verdict": row.get("verdict", ""),
        "beside": "; ".join(beside),
        "vintage": row.get("vintage", ""),
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def record(
    run: Plan,
    outcomes: Sequence[Outcome],
    facts: Sequence[Facts],
    steps: Steps,
    command: str,
    seconds: float,
) -> str:
    """run.json: parameters, vintages, checksums, versions, times, outcomes, size of each file.

    Sizes in bytes; `started` is an ISO time.
    """
    files = sorted(path for path in run.folder.rglob("*") if path.is_file())
    vintages = list(dict.fromkeys(v for one in facts for v in one.vintages))
    tables = dict.fromkeys(table for one in facts for table in one.tables)
    return json.dumps(
        {
            "command": command,
            "started": run.now.isoformat(timespec="seconds"),
            "seconds": round(seconds, 2),
            "inputs": run.inputs,
            "versions": versions(more=True),
            "vintages": vintages,
            "tables": [table._asdict() for table in tables],
            "steps": steps.total(),
            "notebooks": [
                {
                    "notebook": outcome.notebook,
                    "parameters": run.values[outcome.notebook],
                    "vintages": list(said.vintages),
                    "outcome": outcome.status,
                    "seconds": round(outcome.seconds, 2),
                    "steps": steps.of(outcome.notebook),
                    "cell": outcome.cell,
                    "error": outcome.error,
                }
                for outcome, said in zip(outcomes, facts, strict=True)
            ],
            "files": {
                path.relative_to(run.folder).as_posix(): path.stat().st_size for path in files
            },
        },
        indent=1,
        ensure_ascii=False,
    )
