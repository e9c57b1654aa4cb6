"""`korus data`: the figures at hand, and the repair of those that were downloaded."""

from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON
from korus_helpers.errors import InputError


@click.command()
@click.option("--repair", is_flag=True, help="Remove downloaded figures that do not verify.")
@click.option("--add", "place", metavar="FOLDER", type=click.Path(path_type=Path),
              help="Add your own table: Parquet files by partner, code and month.")  # fmt: skip
@click.option("--classification", default="hs", show_default=True, metavar="C",
              help="Of the codes of that table: hs, naics or enduse.")  # fmt: skip
@AS_JSON
@click.pass_context
def data(
    ctx: click.Context, repair: bool, place: Path | None, classification: str, as_json: bool
) -> None:
    """The figures at hand: tables, coverage, vintages, sources, and whether each verifies.

    Those that ship, and those that were downloaded into the data folder.
    """
    from datetime import UTC, date, datetime

    from korus_helpers.present.answers import data_lines, data_object, to_json
    from korus_helpers.present.notice import old_figures

    if repair and place:
        raise InputError("type --repair or --add, one at a time")
    if place:
        from korus_helpers.present.holdings import added_lines, added_object
        from korus_helpers.sources.table_store import add_table

        kept, months = add_table(place, classification, datetime.now(UTC))
        found = added_object(classification, kept, months)
        click.echo(to_json(found) if as_json else "\n".join(added_lines(found)))
        return
    if repair:
        from korus_helpers.present.holdings import repaired_lines
        from korus_helpers.sources.storing import repair as repaired

        removed, swept = repaired()
        if as_json:
            names = [{"name": name, "problem": problem} for name, problem in removed]
            click.echo(to_json({"removed": names, "leftovers_removed": swept}))
        else:
            click.echo("\n".join(repaired_lines(removed, swept)))
        return
    found = data_object()
    tables = [table for kept in (found["tables"], found["stored"]) for table in kept]
    verified = all(table["ok"] for table in tables)
    notice = old_figures(date.today()) if verified else ""
    found |= {"notice": notice}
    lines = data_lines(found) + (["", notice] if notice else [])
    click.echo(to_json(found) if as_json else "\n".join(lines))
    ctx.exit(0 if verified else 1)
