"""`korus fetch sector`: a sector of one's own from the Census API."""

import sys
from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON, PARTNER
from korus_helpers.commands.refresh import network_options
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused


@click.group()
def fetch() -> None:
    """Get figures that no file holds, with a key of the Census Bureau."""


@fetch.command()
@click.option("--classification", default="hs", show_default=True, metavar="C",
              help="hs, naics or enduse.")  # fmt: skip
@click.option("--codes", required=True, metavar="CODES",
              help="Codes, for example 8703,8708; all for every HS chapter.")  # fmt: skip
@PARTNER
@click.option("--from", "start", required=True, type=int, metavar="Y",
              help="First year, 2010 or later.")  # fmt: skip
@click.option("--to", "end", required=True, type=int, metavar="Y", help="Last year.")
@click.option("--again", is_flag=True, help="Ask anew what was answered in the last 30 days.")
@network_options
@AS_JSON
def sector(
    classification: str,
    codes: str,
    partner: str,
    start: int,
    end: int,
    again: bool,
    base_url: str | None,
    timeout: float,
    attempts: int,
    as_json: bool,
) -> None:
    """Exports, imports on both bases and duties of a sector, by month, as a sector for korus value.

    The key is read from CENSUS_API_KEY or the keyring. What was answered is kept, so a fetch that
    was stopped goes on where it ended.
    """
    from datetime import UTC, datetime

    from tqdm import tqdm

    from korus_helpers.present.answers import to_json
    from korus_helpers.present.fetched import fetched_lines, fetched_object
    from korus_helpers.sources.census_api import API, Client, find_key
    from korus_helpers.sources.downloads import Patience, check_base
    from korus_helpers.sources.partners import find_partner
    from korus_helpers.sources.sector_codes import FIRST_YEAR, check_codes, questions
    from korus_helpers.sources.sector_query import fetch_sector
    from korus_helpers.sources.sector_store import keep_sector
    from korus_helpers.sources.storing import required_folder

    wanted = check_codes(classification, codes)
    found = find_partner(partner, (start, end))
    if found.kind != "country":
        raise InputError(f"{found} is not a country; the figures of groups do not add up here")
    today = datetime.now(UTC)
    if not FIRST_YEAR <= start <= end <= today.year:
        raise InputError(
            f"years {start} to {end}: the Census API begins in {FIRST_YEAR}; type for example "
            f"--from {FIRST_YEAR} --to {today.year}"
        )
    folder: Path = required_folder()
    client = Client(
        find_key(), check_base(base_url) if base_url else API,
        folder / "answers", Patience(silence=timeout, attempts=attempts),
        0.0 if base_url else 0.5, fresh=again,
    )  # fmt: skip
    first, last = (start, 1), (end, 12 if end < today.year else today.month)
    with tqdm(
        total=questions(first, last, classification, wanted), desc="questions", leave=False,
        disable=as_json or not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        try:
            table = fetch_sector(client, classification, wanted, found, first, last, bar.update)
        except Refused as error:
            raise NetworkOrDiskError(f"{error}. Nothing was stored") from None
    name, place = keep_sector(client.base, classification, wanted, found, table, today)
    if as_json:
        click.echo(to_json(fetched_object(name, found, table, place, client.asked)))
    else:
        click.echo("\n".join(fetched_lines(name, found, table, place, client.asked)))
