"""Options that several commands have, and the words that a shell completes in them."""

import re
from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem

from korus_helpers.errors import InputError
from korus_helpers.trade.bases import BASES, MEASURES


class Words(click.ParamType):
    """Text: what to type where it is missing, and words with what they mean for completion."""

    name = "text"

    def __init__(self, missing: str = "", words: Callable[[], Mapping[str, str]] = dict):
        self.missing, self.words = missing, words

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return self.missing

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        typed = incomplete.casefold()
        return [
            CompletionItem(word, help=meaning)
            for word, meaning in self.words().items()
            if any(one.casefold().startswith(typed) for one in (word, meaning))
        ]


def _partners() -> dict[str, str]:
    """What to type for each partner, without blanks, with its usual name."""
    from korus_helpers.figures.partners import partners

    rows = partners()[["common_name", "iso3", "partner_code"]].itertuples(index=False)
    return {iso3 or code if " " in name else name: name for name, iso3, code in rows}


def _sectors() -> dict[str, str]:
    from korus_helpers.trade.sectors import NAMED

    return {name: one.title for name, one in NAMED.items()}


class _Figure(Words):
    """A printed figure, unless a shell took its dollar sign and whole digits: " billion"."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if re.search(r"(?i)(?:^|\s)(?:\s+|0+ ?|00[\d.,]+ ?)(?:million|billion|trillion)", value):
            raise InputError(
                f'"{value[:60]}": in double quotes the shell reads a dollar sign and the digits '
                "after it as a variable; type the figure in single quotes, such as '$20 billion'"
            )
        return value


class Signed(click.Command):
    """A command whose text may begin with a minus, which would read as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [re.sub(r"^-(?=[$.\d])", "−", arg) for arg in args])


MEASURE = Words(f"Type one of {', '.join(MEASURES)}", lambda: dict.fromkeys(MEASURES, ""))
MEASURES_SAID = "exports, imports, deficit (imports minus exports), balance or two-way"
WAYS_SAID = "level, change, percent-change, ratio, share, points (of a share) or contribution"
PRINTED = _Figure("Type the figure in single quotes, such as '$27.6 billion'")
PARTNERS, SECTORS = Words(words=_partners), Words(words=_sectors)
PARTNER = click.option(
    "--partner",
    type=PARTNERS,
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
    click.option("--sector", type=SECTORS, default="total", show_default=True, metavar="S",
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
