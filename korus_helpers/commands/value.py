"""`korus value`: one figure with its definition."""

import click

from korus_helpers.commands.options import AS_JSON, MEASURE, with_definition


@click.command()
@click.argument("measure", type=MEASURE, metavar="MEASURE")
@with_definition
@click.option(
    "--as",
    "way",
    metavar="WAY",
    help="change, percent-change, ratio, contribution or points (of a share), with --from and --to;"
    " imbalance, flow-ratio, gdp-share or rank of one period.",
)
@click.option("--share", is_flag=True, help="Share of all goods, or without a sector of the World.")
@AS_JSON
def value(measure: str, way: str | None, share: bool, as_json: bool, **choices: str) -> None:
    """One figure with its definition, vintage and source.

    MEASURE is exports, imports, deficit (imports minus exports), balance or two-way.
    """
    from datetime import date

    from korus_helpers.figures.releases import LATEST
    from korus_helpers.present.answers import to_json, value_lines, value_object
    from korus_helpers.present.inventory import old_figures
    from korus_helpers.trade.bases import OWN_RELEASE
    from korus_helpers.trade.definition import definition_of
    from korus_helpers.trade.evaluate import evaluate

    figure = evaluate(measure, definition_of(way, share, **choices))
    click.echo(to_json(value_object(figure)) if as_json else value_lines(figure))
    asked = figure.definition
    notice = old_figures(date.today(), asked.partner)
    country = asked.sector == "total" and asked.basis not in OWN_RELEASE
    if notice and choices["vintage"] == LATEST and country:
        click.echo(notice, err=True)
