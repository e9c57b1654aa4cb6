"""`korus run`: notebooks executed, and their reports."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from korus_helpers.commands.options import ENGINE, PAPER


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER",
    help="An existing folder for the reports; outputs/ unless given.",
)  # fmt: skip
@click.option(
    "-p", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
    help="A parameter of the notebooks, for example -p partner Mexico.",
)  # fmt: skip
@click.option("--pdf", is_flag=True, help="Write each report as PDF too.")
@PAPER
@ENGINE
@click.option(
    "--timeout", type=click.IntRange(1), metavar="S",
    help="Seconds that a cell may take; no limit unless given.",
)  # fmt: skip
@click.argument("notebooks", nargs=-1, metavar="[NOTEBOOK ...]")
@click.pass_context
def run(ctx, out, parameters, pdf, paper, engine, timeout, notebooks) -> None:
    """Execute notebooks and write their reports.

    NOTEBOOK is a number (01), a name (01_goods_deficit) or a path; without one all notebooks run.
    """
    from korus_helpers.runs.engine import Engine, Limits, interruptible

    with interruptible(), Engine(engine, Limits(timeout)) as started:
        # It loads while this process imports.
        from korus_helpers.commands.terminal import text_table
        from korus_helpers.figures.names import visible
        from korus_helpers.runs.pages import failure_in_words, readable
        from korus_helpers.runs.run import run_collection

        if out is None:
            out = Path("outputs")
            out.mkdir(exist_ok=True)
        result = run_collection(
            notebooks, parameters, out,
            progress=sys.stderr.isatty(), pdf=paper if pdf else "", engine=started,
        )  # fmt: skip
    if result.verdicts:
        columns = ["id", "printed", "official", "verdict"]
        rows = [row | {"official": readable(row["official"])} for row in result.verdicts]
        click.echo(text_table(rows, columns) + "\n")
    for outcome, finding in zip(result.outcomes, result.findings, strict=True):
        if finding:
            click.echo(f"{visible(finding)}\n  {result.folder / outcome.notebook}.html\n")
    click.echo(f"Time and size: {result.steps.sentence()}.")
    click.echo(f"Open {result.folder / 'index.html'}")
    click.echo(f"Next, type: {_as_typed_here()} {_next(result.values, dict(parameters))}")
    failed = [outcome for outcome in result.outcomes if outcome.status != "done"]
    for outcome in failed:
        message = f"Error: {outcome.notebook} is not complete. {failure_in_words(outcome)}"
        click.echo(visible(message), err=True)
    ctx.exit(1 if failed else 0)


def _as_typed_here() -> str:
    """How this command can be typed: by its name, or where that is not found, by its path."""
    program = Path(sys.argv[0])
    if program.name != "korus" or shutil.which("korus") == str(program.absolute()):
        return "korus"
    return shlex.quote(os.path.relpath(program))


def _next(values: Mapping[str, object], typed: Mapping[str, str]) -> str:
    """A command that goes on from this run."""
    if not typed:
        return "run -p partner Mexico"
    if text := values.get("text_file"):
        return f"read {shlex.quote(text)} --draft"
    if claims := values.get("claims_file"):
        return f"audit {shlex.quote(claims)}"
    if {"partner", "end_year"} <= values.keys():
        partner = shlex.quote(str(values["partner"]))
        return f"value deficit --partner {partner} --year {values['end_year']}"
    return "audit"
