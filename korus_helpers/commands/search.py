"""`korus search`: the definitions that give a number."""

import click

from korus_helpers.commands.options import (
    AS_JSON,
    MEASURE,
    MEASURES_SAID,
    PARTNER,
    PRINTED,
    SECTORS,
    WAYS_SAID,
    Signed,
)
from korus_helpers.errors import InputError


@click.command(cls=Signed)
@click.argument("printed", type=PRINTED, metavar="TEXT")
@PARTNER
@click.option("--year", metavar="Y", help="The year that the number is of, for example 2016.")
@click.option("--period", metavar="MONTHS", help="Months instead, such as 2018-07 or 2018-Q3.")
@click.option("--from", "start", metavar="Y", help="First period of a comparison.")
@click.option("--to", "end", metavar="Y", help="Last period of a comparison.")
@click.option(
    "--measure", type=MEASURE, metavar="MEASURE", help=f"{MEASURES_SAID}; all unless given."
)
@click.option("--as", "way", metavar="WAY", help=f"{WAYS_SAID}.")
@click.option(
    "--sector", type=SECTORS, metavar="S", help="For example autos; all goods unless given."
)
@click.option(
    "--date", default="", metavar="DAY",
    help="When it was printed, as 2017-12-28: periods that had not ended by then are left out.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every match, not the first twelve.")
@AS_JSON
def search(
    printed, partner, year, period, start, end, measure, way, sector, date, everything, as_json
) -> None:
    """Which definitions give a number, the nearest to what is stated first.

    TEXT is the number with its unit, such as '$29.3 billion' or '77 percent'. What is left out
    (measure, years, the way to compare) is open.
    """
    from korus_helpers.claims.printed import read_printed
    from korus_helpers.claims.searching import search as searched
    from korus_helpers.claims.typed import before_the_shell
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.figures.names import visible
    from korus_helpers.present.answers import (
        SHOWN,
        match_table,
        search_object,
        search_sentences,
        to_json,
    )

    if bool(year) + bool(period) + bool(start or end) > 1:
        raise InputError(
            "type either --year or --period for one period, or --from and --to for a comparison"
        )
    read = read_printed(printed)
    found = searched(
        read.interval,
        read.unit,
        measure=measure,
        as_=way,
        partner=partner,
        sector=sector,
        base=start or "",
        end=year or period or end or "",
        made_on=date,
    )
    if as_json:
        click.echo(to_json(search_object(read, found)))
        return
    most = None if everything else SHOWN
    if found.matches:
        table = match_table(found, most)
        click.echo(text_table(table.to_dict("records"), list(table)) + "\n")
    for sentence in search_sentences(found, most):
        click.echo(visible(sentence))
    official = found.stated if all(match.steps for match in found.matches) else ()
    if hint := before_the_shell(read, official):
        click.echo(hint)
