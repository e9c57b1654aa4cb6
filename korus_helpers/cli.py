"""The command line `korus`.

Each command imports what it needs when it runs, so that `korus --help` answers at once, and
raises; `Korus.invoke` is the one place that turns errors into a sentence and an exit status.
"""

import sys
from pathlib import Path

import click

from korus_helpers.errors import DamagedData, InputError

DONE, FAILED, NOT_UNDERSTOOD, NETWORK_OR_DISK, INTERRUPTED = 0, 1, 2, 3, 130


class Korus(click.Group):
    """Errors as one sentence on stderr, and the exit status of their kind."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of a pipe has had enough: click ends quietly
            raise
        except KeyboardInterrupt as stop:
            click.echo(f"\n{str(stop) or 'Stopped.'}", err=True)
            ctx.exit(INTERRUPTED)
        except click.UsageError as error:  # one sentence, without click's lines on usage
            click.echo(f"Error: {_sentence(error.format_message())}", err=True)
            ctx.exit(NOT_UNDERSTOOD)
        except (InputError, DamagedData, OSError) as error:
            click.echo(f"Error: {_sentence(error)}", err=True)
            ctx.exit(_status(error))


def _status(error: Exception) -> int:
    if isinstance(error, InputError):
        return NOT_UNDERSTOOD
    return NETWORK_OR_DISK if isinstance(error, OSError) else FAILED


def _sentence(error: Exception | str) -> str:
    from korus_helpers.present.sentences import visible

    return visible(error)


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from korus_helpers import __version__

        click.echo(f"korus {__version__}")
        ctx.exit()


@click.group(cls=Korus, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
def korus() -> None:
    """Check statements about US trade balances against official figures."""


@korus.command()
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER",
    help="An existing folder for the reports; outputs/ unless given.",
)  # fmt: skip
@click.option(
    "-p", "parameters", nargs=2, multiple=True, metavar="NAME VALUE",
    help="A parameter of the notebooks, for example -p partner Mexico.",
)  # fmt: skip
@click.option("--pdf", is_flag=True, help="Write each report as PDF too.")
@click.argument("notebooks", nargs=-1, metavar="[NOTEBOOK ...]")
@click.pass_context
def run(
    ctx: click.Context,
    out: Path | None,
    parameters: list[tuple[str, str]],
    pdf: bool,
    notebooks: list[str],
) -> None:
    """Execute notebooks and write their reports.

    NOTEBOOK is a number (01), a name (01_goods_deficit) or a path; without one all notebooks run.
    """
    import shutil

    from korus_helpers.runs.index import failure_in_words, readable
    from korus_helpers.runs.run import run_collection
    from korus_helpers.runs.terminal import text_table

    if out is None:
        out = Path("outputs")
        out.mkdir(exist_ok=True)
    result = run_collection(notebooks, parameters, out, progress=sys.stderr.isatty(), pdf=pdf)
    if result.verdicts:
        width = shutil.get_terminal_size().columns
        columns = ["id", "printed", "official", "verdict"]
        rows = [row | {"official": readable(row["official"])} for row in result.verdicts]
        click.echo(text_table(rows, columns, width) + "\n")
    click.echo(f"Time and size: {result.steps.sentence()}.")
    click.echo(f"Open {result.folder / 'index.html'}")
    failed = [outcome for outcome in result.outcomes if outcome.status != "done"]
    for outcome in failed:
        message = f"Error: {outcome.notebook} is not complete. {failure_in_words(outcome)}"
        click.echo(_sentence(message), err=True)
    ctx.exit(FAILED if failed else DONE)


DEFINITION = (
    click.option("--partner", default="Korea, South", show_default=True, metavar="P",
                 help="Name, ISO code or 4-digit Census code."),
    click.option("--year", metavar="Y", help="One calendar year, for example 2016."),
    click.option("--period", metavar="MONTHS",
                 help="Months such as 2011-04/2012-03, or 2024-ytd for the year to date."),
    click.option("--from", "start", metavar="Y", help="First period of a comparison."),
    click.option("--to", "end", metavar="Y", help="Last period of a comparison."),
    click.option("--sector", default="total", show_default=True, metavar="S",
                 help="For example autos, passenger_cars, hs87, enduse:30000."),
    click.option("--basis", default="", metavar="B",
                 help="general, consumption or korea-reported; the sector's own unless given."),
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


def with_definition(command):
    """Give a command the options that define a figure."""
    for option in reversed(DEFINITION):
        command = option(command)
    return command


@korus.command()
@click.argument("measure", metavar="MEASURE")
@with_definition
@click.option(
    "--as",
    "way",
    metavar="WAY",
    help="change, percent-change, ratio or contribution; needs --from and --to.",
)
@click.option("--share", is_flag=True, help="Share of all goods, or without a sector of the World.")
@AS_JSON
def value(measure: str, way: str | None, share: bool, as_json: bool, **choices: str) -> None:
    """One figure with its definition, vintage and source.

    MEASURE is exports, imports, deficit (imports minus exports), balance or two-way.
    """
    from korus_helpers.present.answers import to_json, value_line, value_object
    from korus_helpers.trade.choices import definition_of
    from korus_helpers.trade.evaluate import evaluate

    figure = evaluate(measure, definition_of(way, share, **choices))
    click.echo(to_json(value_object(figure)) if as_json else value_line(figure))


@korus.command()
@AS_JSON
@click.pass_context
def data(ctx: click.Context, as_json: bool) -> None:
    """The figures that ship: tables, coverage, vintages, sources, and whether each verifies."""
    from korus_helpers.present.answers import data_lines, data_object, to_json

    found = data_object()
    click.echo(to_json(found) if as_json else "\n".join(data_lines(found)))
    ctx.exit(DONE if all(table["ok"] for table in found["tables"]) else FAILED)


@korus.command()
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
    from korus_helpers.claims.check import claims_to_check, tolerance_of
    from korus_helpers.claims.verdicts import judge
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.audit import check_rows
    from korus_helpers.present.claim_answers import check_object

    reach, vintage = tolerance_of(tolerance), choices["vintage"]
    claims = claims_to_check(printed, measure, way, share, date, **choices)
    found = [judge(claim, tolerance=reach, vintage=vintage) for claim in claims]
    if as_json:
        click.echo(to_json(check_object(found)))
        return
    for verdict in found:
        click.echo(_table(check_rows(verdict), ["what", "answer"]))


@korus.command()
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
@AS_JSON
def audit(
    file: Path | None,
    tolerance: str,
    vintage: str,
    template: bool,
    evidence: Path | None,
    as_json: bool,
) -> None:
    """Judge the claims of a file, and test whether all can hold at once.

    FILE is YAML or CSV, see --template; without one the article of 28 December 2017 is audited.
    """
    from korus_helpers.claims.register import TEMPLATE

    if template:
        click.echo(TEMPLATE, nl=False)
        return
    from korus_helpers.claims.audit import audit as audited
    from korus_helpers.claims.check import tolerance_of
    from korus_helpers.claims.register import article, read_claims
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.audit import audit_sentences, claim_rows
    from korus_helpers.present.claim_answers import audit_object

    reach = tolerance_of(tolerance)
    if evidence:
        from korus_helpers.present.evidence import evidence_files
        from korus_helpers.runs.bundle import require_new, write_bundle

        require_new(evidence)
    found = audited(read_claims(file) if file else article(), tolerance=reach, vintage=vintage)
    if evidence:
        write_bundle(evidence_files(found), evidence)
    if as_json:
        click.echo(to_json(audit_object(found)))
        return
    columns = ["id", "printed", "official", "verdict", "marks"]
    click.echo(_table(claim_rows(found.verdicts), columns))
    for sentence in audit_sentences(found):
        click.echo(_sentence(sentence))
    if evidence:
        click.echo(f"Evidence: {_sentence(evidence)}")


@korus.command()
@click.argument("printed", metavar="TEXT")
@click.option(
    "--partner",
    default="Korea, South",
    show_default=True,
    metavar="P",
    help="Name, ISO code or 4-digit Census code.",
)
@click.option("--year", metavar="Y", help="The year that the number is of, for example 2016.")
@click.option("--from", "start", metavar="Y", help="First period of a comparison.")
@click.option("--to", "end", metavar="Y", help="Last period of a comparison.")
@click.option(
    "--measure",
    metavar="MEASURE",
    help="exports, imports, deficit (imports minus exports), balance or two-way; all unless given.",
)
@click.option(
    "--as",
    "way",
    metavar="WAY",
    help="level, change, percent-change, ratio, share or contribution.",
)
@click.option("--sector", metavar="S", help="For example autos; all goods unless given.")
@click.option(
    "--date",
    default="",
    metavar="DAY",
    help="When it was printed, as 2017-12-28: periods that had not ended by then are left out.",
)
@click.option("--all", "everything", is_flag=True, help="Show every match, not the first twelve.")
@AS_JSON
def search(
    printed: str,
    partner: str,
    year: str | None,
    start: str | None,
    end: str | None,
    measure: str | None,
    way: str | None,
    sector: str | None,
    date: str,
    everything: bool,
    as_json: bool,
) -> None:
    """Which definitions give a number, the nearest to what is stated first.

    TEXT is the number with its unit, such as "29.3 billion" or "77 percent". What is left out
    (measure, years, the way to compare) is open.
    """
    from korus_helpers.claims.printed import read_printed
    from korus_helpers.claims.search import search as searched
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.matches import SHOWN, match_rows, search_object, search_sentences

    if year and (start or end):
        raise InputError("type either --year for one period, or --from and --to for a comparison")
    read = read_printed(printed)
    found = searched(
        read.interval,
        read.unit,
        measure=measure,
        as_=way,
        partner=partner,
        sector=sector,
        base=start or "",
        end=year or end or "",
        made_on=date,
    )
    if as_json:
        click.echo(to_json(search_object(read, found)))
        return
    most = None if everything else SHOWN
    if found.matches:
        columns = ["definition", "value", "steps from what was asked"]
        click.echo(_table(match_rows(found, most), columns))
    for sentence in search_sentences(found, most):
        click.echo(_sentence(sentence))


def _table(rows: list[dict[str, str]], columns: list[str]) -> str:
    import shutil

    from korus_helpers.runs.terminal import text_table

    return text_table(rows, columns, shutil.get_terminal_size().columns) + "\n"


def main() -> None:
    """What the installed command `korus` calls."""
    korus(prog_name="korus")


if __name__ == "__main__":
    main()
