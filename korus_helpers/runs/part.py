"""One notebook of a run: executed, filed, and its reports written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.harvest import BadDisplay, write_displays, write_whole
from korus_helpers.runs.pages import card, failure_in_words, html_report
from korus_helpers.runs.pdf import pdf_report
from korus_helpers.runs.plan import Plan
from korus_helpers.runs.reports import About, Facts, read_report
from korus_helpers.runs.steps import Steps


@dataclass(frozen=True)
class Part:
    """What one notebook gave."""

    outcome: Outcome
    facts: Facts = field(default_factory=Facts)
    card: Mapping[str, object] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)


def lost_part(name: str, reason: str) -> Part:
    """What there is of a notebook whose process was lost: the reason."""
    outcome = Outcome(name, "failed", 0.0, None, reason)
    return Part(outcome, card=card(Facts(), outcome, []))


def report_on(plan: Plan, outcome: Outcome) -> Part:
    """Write charts, tables and reports of an executed notebook into the folder of the plan.

    Raises OSError when the disk does not take them.
    """
    import nbformat

    name, steps = outcome.notebook, Steps()
    path = plan.folder / f"{name}.ipynb"
    steps.add("execute", name, outcome.seconds, path.stat().st_size)
    executed = nbformat.read(path, as_version=4)
    files: Sequence[str] = ()
    try:
        files = write_displays(executed, name, plan.folder)
    except BadDisplay as problem:
        if outcome.status == "done":
            outcome = replace(outcome, status="failed", error=str(problem))
    about = About(
        notebook=name,
        notebooks=list(plan.notebooks),
        parameters=plan.shown([name]),
        files=[file for file in files if "/" in file],
        command=plan.command([name]),
        made=plan.made,
        failure=failure_in_words(outcome),
    )
    report = None

    def page() -> bytes:
        nonlocal report
        report = read_report(executed, about)
        return html_report(report).encode()

    reports = {f"{name}.html": steps.timed("HTML", name, page)}
    if plan.pdf:
        reports[f"{name}.pdf"] = steps.timed("PDF", name, lambda: pdf_report(report, plan.pdf))
    for file, content in reports.items():
        write_whole(plan.folder / file, content)
    made = card(report.facts, outcome, [*reports, path.name, *files])
    return Part(outcome, report.facts, made, steps)
