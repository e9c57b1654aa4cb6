"""`korus batch`: the reports for many partners and years, and an index over all."""

import shlex
import sys
from functools import partial
from pathlib import Path

import click

from korus_helpers.commands.options import ENGINE, PAPER

SOME_FAILED = 4
LISTED = 20  # failures on the terminal; the index has all


@click.command()
@click.option(
    "--partners", metavar="P",
    help="all, top30 (the 30 largest by two-way trade in the end year), or names and codes"
    " between commas.",
)  # fmt: skip
@click.option("--base-year", metavar="Y", help="First year of the comparison.")
@click.option("--end-year", metavar="Y", help="Last year of the comparison.")
@click.option(
    "--notebooks",
    metavar="N",
    default="",
    help="Numbers or names between commas; all unless given.",
)
@click.option(
    "--params", "grid_file", type=click.Path(path_type=Path), metavar="FILE",
    help="A YAML file: each parameter with its values, or a list of runs.",
)  # fmt: skip
@click.option(
    "-p", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
    help="A parameter that all runs have.",
)  # fmt: skip
@click.option(
    "--reports", default="html", show_default=True, metavar="R", help="html, or html,pdf."
)
@PAPER
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER",
    help="The folder where the runs lie; outputs/batch unless given.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Make runs again that are finished already.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Runs at a time.")
@click.option(
    "--scheduler", metavar="ADDRESS",
    help="Make the runs on the Dask cluster with this scheduler, such as tcp://10.0.0.5:8786.",
)  # fmt: skip
@ENGINE
@click.option(
    "--timeout", default=600, show_default=True, type=click.IntRange(1), metavar="S",
    help="Seconds that a cell may take.",
)  # fmt: skip
@click.option(
    "--memory", type=click.IntRange(100), metavar="MB",
    help="Memory that a notebook may take; its share of this machine unless given.",
)  # fmt: skip
@click.argument("more", nargs=-1, metavar="[NOTEBOOK ...]")
@click.pass_context
def batch(
    ctx, more, partners, base_year, end_year, notebooks, grid_file, parameters, reports, paper, out,
    force, workers, scheduler, engine, timeout, memory,
) -> None:  # fmt: skip
    """Make the reports for many partners and years, several at a time.

    NOTEBOOK is as for korus run. A run that an earlier call finished with the same inputs is kept,
    so that a batch that was stopped goes on where it ended.
    """
    from korus_helpers.errors import InputError
    from korus_helpers.runs.engine import Engine, Limits, cores, interruptible, share_of_memory

    if partners is None and grid_file is None and "partner" not in dict(parameters):
        raise InputError(
            "Which partners? Type --partners all, --partners top30, names such as "
            "--partners Mexico,Japan, or --params with a file of runs."
        )
    if scheduler and workers:
        raise InputError(
            "A cluster has as many workers as were started for it; leave --workers out, or"
            " --scheduler."
        )
    workers = workers or cores()
    # A worker of a cluster knows its own machine.
    share = None if scheduler else share_of_memory(workers)
    limits = Limits(timeout, memory * 1_000_000 if memory else share)
    with interruptible(), Engine(engine, limits) as started:
        # It loads while this process imports and plans.
        from korus_helpers.figures.names import visible
        from korus_helpers.runs.batch import INDEX, Folder, on_this_machine, run_batch
        from korus_helpers.runs.cluster import on_cluster
        from korus_helpers.runs.grid import settings
        from korus_helpers.runs.plan import choose_notebooks, declared_parameters

        asked = {name.strip().lower() for name in reports.split(",")}
        if not asked <= {"html", "pdf"}:
            raise InputError(
                f"There are no reports of the kind {reports!r}; type html or html,pdf."
            )
        pdf = paper if "pdf" in asked else ""
        named = [*more, *filter(None, map(str.strip, notebooks.split(",")))]
        chosen = choose_notebooks(named)
        declared = {name: declared_parameters(path) for name, path in chosen.items()}
        years = (("base_year", base_year), ("end_year", end_year))
        typed = [*((name, year) for name, year in years if year), *parameters]
        grid = settings(partners, typed, grid_file, declared)
        if out is None:
            out = Path("outputs/batch")
            out.parent.mkdir(exist_ok=True)
        make = partial(on_this_machine, engine=started, workers=workers)
        if scheduler:
            make = partial(on_cluster, scheduler=scheduler, engine=engine, limits=limits)
        ended = run_batch(
            grid, chosen, declared, Folder(out), started, make,
            command=_command(ctx), pdf=pdf, force=force, progress=sys.stderr.isatty(),
        )  # fmt: skip
    for sentence in grid.left_out:
        click.echo(visible(sentence))
    kept = sum(one.kept for one in ended)
    failed = [one for one in ended if one.status != "done"]
    click.echo(f"{len(ended) - len(failed)} runs are done, {kept} of them by an earlier call.")
    click.echo(f"Open {out / INDEX}")
    if failed:
        click.echo(f"Error: {len(failed)} runs are not complete.", err=True)
    for one in failed[:LISTED]:
        for notebook, reason, file in one.failures:
            where = f" ({out}/{one.setting.name}/{file})" if file else ""
            what = f"{one.setting.name}, {notebook}".rstrip(", ")
            click.echo(visible(f"{what}: {reason}{where}"), err=True)
    ctx.exit(SOME_FAILED if failed else 0)


def _command(ctx: click.Context) -> str:
    """The command as a reader may repeat it: what was typed but for places, files by name."""
    words = [*ctx.command_path.split()]
    for option in ctx.command.params:
        name, value = option.name, ctx.params.get(option.name)
        typed = ctx.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE
        if not typed or name in ("out", "workers", "scheduler"):
            continue
        for one in value if option.multiple else [value]:
            shown = one if isinstance(one, tuple) else () if one is True else (one,)
            words += [
                option.opts[0], *(Path(w).name if isinstance(w, Path) else str(w) for w in shown)
            ]  # fmt: skip
    return shlex.join(words)
