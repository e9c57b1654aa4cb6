"""`korus revisions`: how one figure moved from release to release."""

from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON, MEASURE, PARTNER
from korus_helpers.errors import InputError


@click.command()
@PARTNER
@click.option("--year", type=int, metavar="Y", help="A calendar year such as 2016.")
@click.option("--measure", type=MEASURE, default="deficit", show_default=True, metavar="MEASURE",
              help="exports, imports or deficit; for sentence and chart.")  # fmt: skip
@click.option("--chart", type=click.Path(path_type=Path), metavar="FILE.png",
              help="Write a chart of the path.")  # fmt: skip
@click.option("--reach", is_flag=True,
              help="How far figures are usually revised, by flow, size and age.")  # fmt: skip
@AS_JSON
def revisions(
    partner: str, year: int | None, measure: str, chart: Path | None, reach: bool, as_json: bool
) -> None:
    """The path of one year's figures over all releases, quoted ones included."""
    if reach:
        return _reach(as_json)
    if year is None:
        raise InputError("no year is given; type --year 2016, or --reach for all years together")
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.figures.partners import find_partner
    from korus_helpers.present.answers import (
        revision_chart,
        revision_rows,
        revision_sentence,
        to_json,
    )
    from korus_helpers.trade.comparison import check_path as check_measure
    from korus_helpers.trade.comparison import revisions as path_of

    check_measure(measure)
    found = find_partner(partner, (year,))
    path = path_of(found.code, year)
    if chart:
        if chart.suffix.lower() != ".png":
            raise InputError(f"{chart.name} is not a PNG file; type a name such as path.png")
        from korus_helpers.present.charts import ranges
        from korus_helpers.present.figure import png

        drawn = revision_chart(path, measure, found.in_sentence, year)
        chart.write_bytes(png(ranges(**drawn)))
    if as_json:
        of = {"partner": found.name, "partner_code": found.code, "year": year}
        rows = {"unit": "million dollars", "releases": path.to_dict("records")}
        click.echo(to_json(of | rows))
        return
    rows = revision_rows(path)
    click.echo(f"US goods trade with {found.in_sentence} in {year}, million dollars\n")
    click.echo(text_table(rows.to_dict("records"), list(rows.columns)) + "\n")
    click.echo(revision_sentence(path, measure, found.in_sentence, year))
    if chart:
        click.echo(f"Chart: {chart}")


def _reach(as_json: bool) -> None:
    """Print the table behind the reach of revisions."""
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.present.answers import to_json
    from korus_helpers.trade.reach import OLDEST, revision_reach

    table = revision_reach()
    if as_json:
        click.echo(to_json({"unit": "share of today's figure", "reach": table.to_dict("records")}))
        return
    rows = [
        {
            "flow": row.flow,
            "from USD million": f"{row.from_musd:,}",
            "June revisions before": f"{row.age}{' or more' * (row.age == OLDEST)}",
            "figures": f"{row.figures:,}",
            "median": f"{100 * row.median:.2f} percent",
            "95 of 100 within": f"{100 * row.reach:.2f} percent",
        }
        for row in table.itertuples()
    ]
    click.echo("How far figures of one country and year lay from those of the newest release\n")
    click.echo(text_table(rows, list(rows[0])))
