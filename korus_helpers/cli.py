"""The command line `korus`.

Each command imports what it needs when it runs, so that `korus --help` answers at once, and
raises; `Korus.invoke` is the one place that turns errors into a sentence and an exit status.
"""

import atexit
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from korus_helpers.commands.audit import audit
from korus_helpers.commands.batch import batch
from korus_helpers.commands.check import check
from korus_helpers.commands.data import data
from korus_helpers.commands.fetch import fetch
from korus_helpers.commands.notebooks import notebooks
from korus_helpers.commands.read import read
from korus_helpers.commands.refresh import refresh
from korus_helpers.commands.revisions import revisions
from korus_helpers.commands.run import run
from korus_helpers.commands.search import search
from korus_helpers.commands.value import value
from korus_helpers.errors import DamagedData, InputError

FAILED, NOT_UNDERSTOOD, NETWORK_OR_DISK, INTERRUPTED = 1, 2, 3, 130


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
            missing = isinstance(error, click.MissingParameter) and error.ctx
            more = f" ({error.ctx.command_path} --help says more)" if missing else ""
            click.echo(f"Error: {_sentence(error.format_message())}{more}", err=True)
            ctx.exit(NOT_UNDERSTOOD)
        except (InputError, DamagedData, OSError) as error:
            click.echo(f"Error: {_sentence(error)}", err=True)
            ctx.exit(_status(error))


def _status(error: Exception) -> int:
    if isinstance(error, InputError):
        return NOT_UNDERSTOOD
    return NETWORK_OR_DISK if isinstance(error, OSError) else FAILED


def _sentence(error: Exception | str) -> str:
    from korus_helpers.figures.names import visible

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


for command in (
    *(read, run, batch, value, revisions, check, audit, search),
    *(data, refresh, fetch, notebooks),
):
    korus.add_command(command)


def main() -> None:
    """What the installed command `korus` calls."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # "?" for a sign that the terminal does not have
    try:
        Path.home()
    except RuntimeError:  # as for some services; libraries look for one, and nothing is kept
        os.environ["HOME"] = home = tempfile.mkdtemp(prefix="korus-home-")
        os.environ.setdefault("KORUS_DATA", "")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    korus(prog_name="korus")


if __name__ == "__main__":
    main()
