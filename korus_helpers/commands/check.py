"""`korus check`: one printed figure against the official one."""

import re
from typing import TYPE_CHECKING

import click

from korus_helpers.commands.options import AS_JSON, TOLERANCE, with_definition

if TYPE_CHECKING:
    from korus_helpers.claims.verdicts import Verdict

MONEY = "million dollars"


class _Signed(click.Command):
    """A command whose text may begin with a minus, which would read as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [re.sub(r"^-(?=[$.\d])", "−", arg) for arg in args])


@click.command(cls=_Signed)
@click.argument("printed", metavar="TEXT")
@click.option(
    "--measure",
    required=True,
    metavar="MEASURE",
    help="exports, imports, deficit (imports minus exports), balance or two-way.",
)
@click.option(
    "--as",
    "way",
    metavar="WAY",
    help="level, change, percent-change, ratio, share or contribution; taken from the "
    "text and the periods where these leave no doubt.",
)
@with_definition
@click.option("--share", is_flag=True, help="The same as --as share.")
@click.option(
    "--date",
    default="",
    metavar="DAY",
    help="When it was printed: judged by the figures in force then, where they ship.",
)
@TOLERANCE
@AS_JSON
def check(
    printed: str,
    measure: str,
    way: str | None,
    share: bool,
    date: str,
    tolerance: str,
    as_json: bool,
    **choices: str,
) -> None:
    """Whether a printed figure holds, with the official one.

    TEXT is the figure with its words, such as "nearly $20 billion". It may print two levels:
    "from $13.2 billion to $27.6 billion" with --from 2011 --to 2016.
    """
    from korus_helpers.claims.typed import tolerance_of, typed_claims
    from korus_helpers.claims.verdicts import judge
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.audit import check_rows
    from korus_helpers.present.claim_answers import check_object

    reach, vintage = tolerance_of(tolerance), choices["vintage"]
    claims = typed_claims(printed, measure, way, share, date, **choices)
    found = [judge(claim, tolerance=reach, vintage=vintage) for claim in claims]
    if as_json:
        click.echo(to_json(check_object(found)))
        return
    for verdict in found:
        click.echo(text_table(check_rows(verdict), ["what", "answer"]) + "\n")
        if _lost_to_the_shell(verdict):
            click.echo(
                "In double quotes the shell reads $4 as a variable of its own and leaves "
                f"{verdict.claim.printed}: type the figure in single quotes."
            )


def _lost_to_the_shell(verdict: "Verdict") -> bool:
    """Whether the printed figure is the end of the official one, as where "$42" became "2"."""
    text, figure = verdict.claim.printed, verdict.used
    if "$" in text or not text[:1].isdigit() or figure is None or verdict.unit != MONEY:
        return False
    right = verdict.printed.reprint(figure.value)
    return right.endswith(text) and right[-len(text) - 1].isdigit()
