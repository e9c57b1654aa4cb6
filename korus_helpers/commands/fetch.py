"""`korus fetch sector`: a sector of one's own from the Census API."""

import sys
from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON, PARTNER
from korus_helpers.commands.refresh import network_options
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused

EXAMPLE = "korus fetch sector --codes 8703,8708 --partner 'South Korea' --from 2011 --to 2016"


@click.group(invoke_without_command=True)
@click.pass_context
def fetch(ctx: click.Context) -> None:
    """Get figures that no file holds, with a key of the Census Bureau."""
    if ctx.invoked_subcommand is None:
        raise InputError(
            f"fetch gets a sector from the Census API; type for example {EXAMPLE}, and "
            "korus fetch sector --help for more"
        )


@fetch.command()
@click.option("--classification", default="hs", show_default=True, metavar="C",
              help="hs, naics or enduse.")  # fmt: skip
@click.option("--codes", default="", metavar="CODES",
              help="Codes, for example 8703,8708; all for every HS chapter.")  # fmt: skip
@PARTNER
@click.option("--from", "start", type=int, metavar="Y", help="First year, 2010 or later.")
@click.option("--to", "end", type=int, metavar="Y", help="Last year.")
@click.option("--again", is_flag=True, help="Ask anew what was answered in the last 30 days.")
@network_options
@AS_JSON
def sector(
    classification, codes, partner, start, end, again, base_url, timeout, attempts, as_json
) -> None:
    """Exports, imports on both bases and duties of a sector, by month, as a sector for korus value.

    The key is read from CENSUS_API_KEY or the keyring. What was answered is kept, so a fetch that
    was stopped goes on where it ended.
    """
    from datetime import UTC, datetime

    from tqdm import tqdm

    from korus_helpers.acquire.census_api import API, Client, find_key
    from korus_helpers.acquire.census_sector import (
        FIRST_YEAR,
        Sector,
        check_codes,
        fetch_sector,
        find_country,
        keep_sector,
        questions,
    )
    from korus_helpers.acquire.downloads import Patience, check_base
    from korus_helpers.acquire.storing import required_folder
    from korus_helpers.present.acquired import fetched_lines, fetched_object
    from korus_helpers.present.answers import to_json

    if not codes or start is None or end is None:
        raise InputError(f"a sector has --codes, --from and --to; type for example {EXAMPLE}")
    wanted = check_codes(classification, codes)
    found = find_country(partner, (start, end))
    today = datetime.now(UTC)
    if not FIRST_YEAR <= start <= end <= today.year:
        raise InputError(
            f"years {start} to {end}: the Census API begins in {FIRST_YEAR}; type for example "
            f"--from {FIRST_YEAR} --to {today.year}"
        )
    folder: Path = required_folder()
    client = Client(
        find_key(),
        check_base(base_url) if base_url else API,
        folder / "answers",
        Patience(timeout, attempts),
        pace=0.0 if base_url else 0.5,
        fresh=again,
    )
    last = (end, 12 if end < today.year else today.month)
    asked = Sector(classification, wanted, found, (start, 1), last)
    quiet = as_json or not sys.stderr.isatty()
    with tqdm(total=questions(asked), desc="questions", leave=False, disable=quiet) as bar:
        try:
            table = fetch_sector(client, asked, bar.update)
        except Refused as error:
            client.forget()
            raise NetworkOrDiskError(f"{error}. Nothing was stored") from None
    name, place = keep_sector(client.base, asked, table, today)
    if as_json:
        click.echo(to_json(fetched_object(name, found, table, place, client.asked)))
    else:
        click.echo("\n".join(fetched_lines(name, found, table, place, client.asked)))
