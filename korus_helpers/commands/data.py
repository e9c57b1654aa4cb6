"""`korus data`: the figures at hand, and whether each is as it was kept."""

import click

from korus_helpers.commands.options import AS_JSON


@click.command()
@AS_JSON
@click.pass_context
def data(ctx: click.Context, as_json: bool) -> None:
    """The figures at hand: tables, coverage, vintages, sources, and whether each verifies.

    Those that are included, and those that were downloaded into the data folder.
    """
    from datetime import date

    from korus_helpers.present.answers import data_lines, data_object, to_json
    from korus_helpers.present.inventory import old_figures

    found = data_object()
    tables = [table for kept in (found["tables"], found["stored"]) for table in kept]
    verified = all(table["ok"] for table in tables)
    notice = old_figures(date.today()) if verified else ""
    found |= {"notice": notice}
    lines = data_lines(found) + (["", notice] if notice else [])
    click.echo(to_json(found) if as_json else "\n".join(lines))
    ctx.exit(0 if verified else 1)
