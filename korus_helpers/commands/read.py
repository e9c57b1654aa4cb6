"""`korus read`: a text in, its claims and their verdicts out."""

import sys
from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON, MEASURE, PARTNERS, TOLERANCE


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--date",
    default="",
    metavar="DAY",
    help="When the text was published, such as 2017-12-28; else the day it gives.",
)
@click.option(
    "--partner",
    type=PARTNERS,
    default="",
    metavar="P",
    help="Whom it is about, where it does not say.",
)
@click.option(
    "--measure",
    type=MEASURE,
    default="",
    metavar="M",
    help="exports, imports, deficit, balance or two-way, where it does not say.",
)
@TOLERANCE
@click.option(
    "--write-claims",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the claims as YAML for korus audit.",
)
@click.option(
    "--draft",
    is_flag=True,
    help="For an author: what each sentence leaves open, and what would hold.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Also write the whole report, a page for readers with charts and evidence.",
)
@AS_JSON
def read(
    file: Path,
    date: str,
    partner: str,
    measure: str,
    tolerance: str,
    write_claims: Path | None,
    draft: bool,
    report: Path | None,
    as_json: bool,
) -> None:
    """Find the claims about US trade balances in a text, and judge them.

    FILE is text, Markdown, a saved page (.html), a .docx or a .pdf with text; - reads what is
    piped in. Nothing that the text leaves open is guessed: what cannot be told is set aside.
    """
    from korus_helpers.claims.claim import check_day
    from korus_helpers.claims.judging import claims_file, read_and_judge
    from korus_helpers.claims.printed import TOLERANCE as USUAL
    from korus_helpers.claims.texts import day_in, text_of_file
    from korus_helpers.claims.typed import tolerance_of
    from korus_helpers.errors import InputError
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.read_answers import read_object
    from korus_helpers.trade.definition import check_measure

    check_day("--date", date)
    if measure:
        check_measure(measure)
    if report and str(file) == "-":
        raise InputError("--report takes a text from a file; save it, such as article.txt")
    if write_claims and write_claims.exists():
        raise InputError(f"{write_claims}: is there already; type a new name for the claims")
    if str(file) == "-":
        text = sys.stdin.read(1_000_000)
        day = day_in(text)
    else:
        text, day = text_of_file(file)
    reach = tolerance_of(tolerance)
    found = read_and_judge(text, date or day, partner, measure, tolerance=reach)
    if write_claims:
        write_claims.write_text(claims_file(found), encoding="utf-8")
    if as_json:
        click.echo(to_json(read_object(found)))
    else:
        _show(found, file, write_claims)
    if draft and not as_json:
        from korus_helpers.claims.drafts import draft_notes
        from korus_helpers.present.sentences import visible

        click.echo("\nFor the author:")
        for note in draft_notes(found):
            click.echo(f"  {visible(note)}")
    if report:
        given = {"text_file": file, "published": date, "partner": partner, "measure": measure}
        _report(given | ({} if reach == USUAL else {"tolerance": reach}), report)


def _report(given: dict[str, object], folder: Path) -> None:
    """Run notebook 03 on the text, and say where its report is."""
    from korus_helpers.runs.pages import failure_in_words
    from korus_helpers.runs.run import run_collection

    if not folder.exists():
        folder.mkdir(parents=True)
    parameters = [(name, str(value)) for name, value in given.items() if value]
    made = run_collection(["03"], parameters, folder, progress=False)
    click.echo(f"Report: {made.folder / made.outcomes[0].notebook}.html", err=True)
    if failure := failure_in_words(made.outcomes[0]):
        raise click.ClickException(f"the report is not complete. {failure}")


def _show(found, file: Path, written: Path | None) -> None:
    """The answer for people."""
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.figures.names import visible
    from korus_helpers.present.audit import consistency_sentences
    from korus_helpers.present.read_answers import aside_sentences, read_rows, read_sentences

    for sentence in read_sentences(found):
        click.echo(f"{sentence}\n")
    if found.claims:
        columns = ["no.", "printed", "read as", "official", "verdict"]
        click.echo(text_table(read_rows(found), columns) + "\n")
    else:
        click.echo("No claim about a US trade balance was found.\n")
    if found.together.verdicts:
        for sentence in consistency_sentences(found.together):
            click.echo(visible(sentence))
    if found.aside:
        click.echo("Left aside:")
        for sentence in aside_sentences(found):
            click.echo(f"  {sentence}")
    if not found.date:
        click.echo(
            "The text gives no day: with --date 2017-12-28 its figures are judged by the "
            "release of that day."
        )
    if found.claims and (written or str(file) != "-"):
        name = visible(file)
        click.echo(
            f"Claims: {visible(written)}"
            if written
            else f"Next: korus read {name} --write-claims claims.yaml, then korus audit claims.yaml"
        )
