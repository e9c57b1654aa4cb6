"""The pages of a run, each from a template in which every value is escaped.

No page asks anything of another host, and none runs a script but that of a batch, which only sorts.
"""

import base64
import csv
import functools
import hashlib
import io
import json
import platform
import re
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import korus_helpers
from korus_helpers.claims.register import article
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.present.glossary import anchor, glossary
from korus_helpers.present.inventory import old_figures
from korus_helpers.present.words import deficit_phrase, join_words, number, signed
from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.plan import Plan
from korus_helpers.runs.reports import Facts, Report, Shown, Table
from korus_helpers.runs.steps import Steps

TEMPLATES = Path(__file__).parent / "templates"
AUTHORS = "The KORUS authors"
PACKAGES = ("pandas", "papermill")
MORE_PACKAGES = ("numpy", "scipy", "pyarrow", "matplotlib", "nbconvert", "jupyterlab")
PICTURE_WIDTH = 640  # dots, twice what a card is wide
NUMBER = re.compile(r"[-+]?\d+(\.\d*)?(e[-+]?\d+)?", re.IGNORECASE)


def render(template: str, **values: object) -> str:
    """A page of the run; every value is escaped."""
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment():
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(TEMPLATES / "korus")
    pages = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    ours = (anchor, deficit_phrase, join_words, number, readable, script_hash, signed, visible)
    pages.filters |= {function.__name__: function for function in ours}
    pages.globals["verdicts"] = LADDER
    return pages


def script_hash(script: str) -> str:
    """A script as a Content-Security-Policy names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


# What all pages share


def partner_of(shown: Shown) -> Partner | None:
    """The partner of a run; None without one of ours, as for a reader's own notebook."""
    named = next((value for name, value, _ in shown if name == "partner"), "")
    try:
        return find_partner(named)
    except InputError:
        return None


def run_title(shown: Shown) -> str:
    """As "US trade with South Korea, 2011 to 2016", as far as the parameters say; "" if nothing.

    Of a text or a file of claims "Claims in article.txt".
    """
    values = {name: value for name, value, _ in shown}
    if named := [value for name, value in values.items() if name.endswith("_file")]:
        return f"Claims in {', '.join(map(visible, named))}"
    if "partner" not in values:
        return ""
    found = partner_of(shown)
    years = [values[name] for name in ("base_year", "end_year") if name in values]
    partner = found.in_sentence if found else values["partner"]
    return ", ".join(filter(None, (f"US trade with {partner}", " to ".join(years))))


def foot(
    title: str,
    shown: Shown,
    vintages: Sequence[str],
    tables: Sequence[Table],
    command: str,
    day: str,
) -> dict[str, Any]:
    """How a page came to be, how to cite it, on which tables it rests."""
    facts = [f"{name.replace('_', ' ')} {value}" for name, value, _ in shown if value != "none"]
    facts += [f"figures of vintage {', '.join(vintages)}"] if vintages else []
    about = f"{title} ({'; '.join(facts)})" if facts else title
    citation = f"{AUTHORS}: {about}. KORUS {korus_helpers.__version__}, {day}."
    used = ", ".join(f"{name} {number}" for name, number in versions().items())
    return {"command": command, "day": day, "citation": citation, "tables": list(tables),
            "versions": used}  # fmt: skip


def versions(more: bool = False) -> dict[str, str]:
    """Versions of Python and of the packages that a result may depend on; with `more`, all."""
    ours = {"Python": platform.python_version(), "korus_helpers": korus_helpers.__version__}
    return ours | {name: version(name) for name in PACKAGES + MORE_PACKAGES * more}


def glossary_page() -> str:
    """glossary.html."""
    chapters = glossary()
    contents = [
        {"level": 2, "place": anchor(f"chapter {one.title}"), "words": one.title}
        for one in chapters
    ]
    number = korus_helpers.__version__
    return render("glossary.html.j2", chapters=chapters, contents=contents, version=number)


# The page of one notebook


def head_of(report: Report) -> dict[str, Any]:
    """What page and paper say above and below the blocks of a report."""
    about, facts = report.about, report.facts
    title, run = facts.title or about.notebook, run_title(about.parameters)
    joined = f"{title} {'' if title.endswith(('?', '!')) else '· '}{run}"
    used = ", ".join(facts.vintages)
    return {
        "title": title,
        "page_title": joined if run else title,
        "finding": facts.finding,
        "counted": facts.verdicts,
        "parameters": [*about.parameters, *([("vintages used", used, False)] if used else [])],
        "failure": about.failure,
        "contents": [b for b in report.blocks if b["kind"] == "heading" and b["level"] < 4],
        "made": foot(
            title, about.parameters, facts.vintages, facts.tables, about.command, about.made
        ),
    }


def html_report(report: Report) -> str:
    """The page of a notebook."""
    about = report.about
    shown = {"notebook": about.notebook, "notebooks": about.notebooks, "blocks": report.blocks}
    first = (one["opened"] for one in report.blocks if one.get("said") == report.facts.finding)
    shown["opened"] = next(first, "")
    return render("report.html.j2", **head_of(report), **shown, notes=report.notes)


# The index of a run


def failure_in_words(outcome: Outcome) -> str:
    """Where a notebook stopped and why, "" if it did not."""
    if outcome.status == "done":
        return ""
    where = f"Cell {outcome.cell} stopped with " if outcome.cell else ""
    return f"{where}{outcome.error}"


def card(facts: Facts, outcome: Outcome, files: Sequence[str]) -> dict[str, object]:
    """What the index shows of one notebook: title, finding, first figure, links, files."""
    name = outcome.notebook
    kinds = {f"{name}.html": "Report", f"{name}.pdf": "PDF", f"{name}.ipynb": "Notebook",
             f"evidence/{name}/README.txt": "Evidence"}  # fmt: skip
    return {
        "title": facts.title or name,
        "finding": facts.finding,
        "picture": _small(facts.picture) if facts.picture else "",
        "alt": facts.alt,
        "failure": failure_in_words(outcome),
        "links": [(kinds[file], file) for file in files if file in kinds],
        "files": [
            (file.partition("/")[2].removeprefix(f"{name}-"), file)
            for file in files
            if file.startswith(("charts/", "tables/"))
        ],
    }


def _small(png: bytes) -> str:
    """The picture reduced for a card, as base64."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        picture = picture.convert("RGB")
        picture.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH), Image.Resampling.LANCZOS)
        reduced = io.BytesIO()
        picture.quantize(64, Image.Quantize.MAXCOVERAGE).save(reduced, "PNG", optimize=True)
    return base64.b64encode(reduced.getvalue()).decode()


def read_verdicts(folder: Path) -> list[dict[str, str]]:
    """The rows of verdicts.csv, empty when the run has none."""
    path = folder / "verdicts.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def readable(text: str, unit: str = "") -> str:
    """A number of verdicts.csv as it is read, "42,262.2" for "42262.187", with its unit.

    Other text stays as it is.
    """
    if not NUMBER.fullmatch(text):
        return text
    whole = text.isdecimal() and len(text) < 4
    shown = text if whole else number(float(text), 1 if abs(float(text)) >= 1000 else 2)
    if unit == "rank":
        return f"place {float(text):.0f}"
    return shown if unit == "count" else f"{shown} {unit}".strip()


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
    """index.html.

    `cards` and `facts` are in the order of the notebooks, `verdicts` the rows of verdicts.csv,
    `steps` pairs of name and cells (heading → text) for the table of times and sizes. With `today`
    a notice says where the newest figures at hand are older than a year.
    """
    # The last with verdicts, on a file that was given, speaks for the run, else the first, on the
    # article; where another partner or other years were asked for, the first without.
    asked = {name for name, _, typed in shown if typed}
    given = any(name.endswith("_file") for name in asked)
    moved = not given and bool(asked & {"partner", "base_year", "end_year"})
    fits = [one for one in facts if bool(one.verdicts) != moved] or list(facts)
    head = next(iter(fits[-1:] if given else fits), Facts())
    title, partner = run_title(shown) or "Reports", partner_of(shown)
    notice = old_figures(today, partner.code) if today and partner else ""
    return render(
        "run.html.j2",
        page_title=title,
        title=title,
        finding=head.finding,
        counted=head.verdicts,
        notices=[notice] if notice else [],
        cards=cards,
        claims=verdicts,
        source=source_of(verdicts, shown),
        parameters=shown,
        steps=steps,
        made=foot(title, shown, *sources_of(facts), command, day),
    )


def source_of(verdicts: Sequence[dict[str, str]], shown: Shown) -> tuple[str, str]:
    """Name and address ("" for a file) of what printed the claims; empty names where unknown."""
    files = [value for name, value, _ in shown if name.endswith("_file") and value != "none"]
    known = {claim.id: claim for claim in article()}
    if files or not verdicts or not {row.get("id") for row in verdicts} <= set(known):
        return ", ".join(files), ""
    first = known[verdicts[0]["id"]]
    return f"{first.publisher}, {first.date}", first.url


def sources_of(facts: Sequence[Facts]) -> tuple[list[str], list[Table]]:
    """Vintages and tables of all notebooks, each once."""
    vintages = dict.fromkeys(vintage for one in facts for vintage in one.vintages)
    return list(vintages), list(dict.fromkeys(table for one in facts for table in one.tables))


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
    vintages, tables = sources_of(facts)
    about = {
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
        "files": {path.relative_to(run.folder).as_posix(): path.stat().st_size for path in files},
    }
    return json.dumps(about, indent=1, ensure_ascii=False)
