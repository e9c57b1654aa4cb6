"""`korus run`: notebooks executed, and their reports."""

import sys
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
    click.echo(f"Time and size: {result.steps.sentence()}.")
    click.echo(f"Open {result.folder / 'index.html'}")
    failed = [outcome for outcome in result.outcomes if outcome.status != "done"]
    for outcome in failed:
        message = f"Error: {outcome.notebook} is not complete. {failure_in_words(outcome)}"
        click.echo(visible(message), err=True)
    ctx.exit(1 if failed else 0)
