"""Options that several commands have."""

import click

from korus_helpers.trade.bases import BASES

PARTNER = click.option(
    "--partner",
    default="Korea, South",
    show_default=True,
    metavar="P",
    help="Name, ISO code or 4-digit Census code.",
)
DEFINITION = (
    PARTNER,
    click.option("--year", metavar="Y", help="One calendar year, for example 2016."),
    click.option("--period", metavar="MONTHS",
                 help="Months such as 2018-07, 2018-Q3, 2011-04/2012-03, 2026-ytd; "
                 "or years together, such as 2011/2016."),
    click.option("--from", "start", metavar="Y", help="First period of a comparison."),
    click.option("--to", "end", metavar="Y", help="Last period of a comparison."),
    click.option("--sector", default="total", show_default=True, metavar="S",
                 help="For example autos, hs87, enduse:30000, or a word such as pharma."),
    click.option("--basis", default="", metavar="B",
                 help=f"{', '.join(BASES)}; the sector's own unless given."),
    click.option("--vintage", default="latest", show_default=True, metavar="V",
                 help="latest, a release such as 2018-10, or as-of:2017-12-28."),
)  # fmt: skip
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for programs.")
TOLERANCE = click.option(
    "--tolerance",
    default="0.05",
    show_default=True,
    metavar="T",
    help="How far words such as about and nearly reach, as a share.",
)
ENGINE = click.option(
    "--engine",
    default="fork",
    show_default=True,
    metavar="E",
    help="fork (fast), or kernel: a new Jupyter kernel for each notebook.",
)


def with_definition(command):
    """Give a command the options that define a figure."""
    for option in reversed(DEFINITION):
        command = option(command)
    return command


PAPER = click.option(
    "--paper", default="a4", show_default=True, type=click.Choice(["a4", "us-letter"]),
    help="The size of PDFs.",
)  # fmt: skip
