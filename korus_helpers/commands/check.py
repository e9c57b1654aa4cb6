"""`korus check`: one printed figure against the official one."""

import click

from korus_helpers.commands.options import (
    AS_JSON,
    MEASURE,
    MEASURES_SAID,
    PRINTED,
    TOLERANCE,
    WAYS_SAID,
    Signed,
    with_definition,
)


@click.command(cls=Signed)
@click.argument("printed", type=PRINTED, metavar="TEXT")
@click.option(
    "--measure", type=MEASURE, metavar="MEASURE",
    help=f"{MEASURES_SAID}; without it TEXT is a sentence that says so itself.",
)  # fmt: skip
@click.option(
    "--as", "way", metavar="WAY",
    help=f"{WAYS_SAID}; taken from the text and the periods where these leave no doubt.",
)  # fmt: skip
@with_definition
@click.option("--share", is_flag=True, help="The same as --as share.")
@click.option(
    "--date", default="", metavar="DAY",
    help="When it was printed: judged by the figures in force then, where they are included.",
)  # fmt: skip
@TOLERANCE
@AS_JSON
def check(printed, measure, way, share, date, tolerance, as_json, **choices) -> None:
    """Whether a printed figure holds, with the official one.

    TEXT is the figure with its words in single quotes, such as 'nearly $20 billion'. It may print
    two levels: 'from $13.2 billion to $27.6 billion' with --from 2011 --to 2016. Or it is a whole
    sentence, without other options: 'US exports to Mexico fell 2.6 percent in 2016'.
    """
    from korus_helpers.claims.judging import said_in
    from korus_helpers.claims.typed import before_the_shell, tolerance_of, typed_claims
    from korus_helpers.claims.verdicts import HOLDS, judge
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.audit import check_rows
    from korus_helpers.present.claim_answers import check_object

    reach, vintage = tolerance_of(tolerance), choices["vintage"]
    if measure:
        claims = typed_claims(printed, measure, way, share, date, **choices)
    else:
        asked = {"as": way, "share": share} | choices | {"partner": "", "vintage": ""}
        claims = said_in(printed, date, choices["partner"], typed=asked)
    found = [judge(claim, tolerance=reach, vintage=vintage) for claim in claims]
    if as_json:
        click.echo(to_json(check_object(found)))
        return
    for verdict in found:
        click.echo(text_table(check_rows(verdict), ["what", "answer"]) + "\n")
        official = [verdict.used.value] if verdict.used and verdict.verdict not in HOLDS else ()
        if official and (hint := before_the_shell(verdict.printed, official, reach)):
            click.echo(hint)
