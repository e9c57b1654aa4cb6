"""`korus audit`: the claims of one source, each by itself and against each other."""

from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON, TOLERANCE
from korus_helpers.errors import InputError


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@TOLERANCE
@click.option(
    "--vintage",
    default="latest",
    show_default=True,
    metavar="V",
    help="Release for the figures of today; those of the day of a claim are looked up.",
)
@click.option("--template", is_flag=True, help="Print a file of claims to start from, and exit.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Also write claims, rows used, verdicts and checksums into a new folder.",
)
@click.option("--skip-bad", is_flag=True, help="Judge the good entries of a file with mistakes.")
@AS_JSON
def audit(file, tolerance, vintage, template, evidence, skip_bad, as_json) -> None:
    """Judge the claims of a file, and test whether all can hold at once.

    FILE is YAML, CSV, TSV or XLSX, see --template; without one the article of 28 December 2017 is
    audited. Every mistake of a file is told.
    """
    from korus_helpers.claims.register import template as claims_file

    if template:
        click.echo(claims_file(), nl=False)
        return
    from korus_helpers.claims.auditing import audit as audited
    from korus_helpers.claims.register import article, claims_and_mistakes
    from korus_helpers.claims.typed import tolerance_of
    from korus_helpers.claims.untrusted import content_of, file_name
    from korus_helpers.commands.terminal import text_table
    from korus_helpers.figures.names import visible
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.audit import audit_sentences, claim_rows
    from korus_helpers.present.claim_answers import audit_object

    reach = tolerance_of(tolerance)
    if evidence:
        from korus_helpers.present.evidence import evidence_files
        from korus_helpers.runs.bundle import require_new, write_bundle

        require_new(evidence)
    claims, mistakes = article(), []
    if file:
        claims, mistakes = claims_and_mistakes(content_of(file, "claims"), file_name(file))
    leave_out = skip_bad and bool(claims)
    for mistake in mistakes if leave_out else mistakes[:-1]:
        click.echo(f"{'Left out' if leave_out else 'Error'}: {visible(mistake)}", err=True)
    if mistakes and not leave_out:
        raise InputError(mistakes[-1])
    found = audited(claims, tolerance=reach, vintage=vintage)
    if evidence:
        write_bundle(evidence_files(found), evidence)
    if as_json:
        click.echo(to_json(audit_object(found)))
        return
    columns = ["id", "printed", "official", "verdict", "marks"]
    click.echo(text_table(claim_rows(found.verdicts), columns) + "\n")
    for sentence in audit_sentences(found):
        click.echo(visible(sentence))
    if evidence:
        click.echo(f"Evidence: {visible(evidence)}")
