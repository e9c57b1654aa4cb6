"""`korus refresh`: today's official figures as a new vintage, and what they change."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused

KINDS = ("country", "exports", "imports")


def network_options(command):
    """Where to download from and how long to wait."""
    for option in (
        click.option("--attempts", type=click.IntRange(1, 20), default=4, show_default=True,
                     help="How many times to ask a server that does not answer well."),
        click.option("--timeout", type=click.FloatRange(0.1, 3600), default=60.0,
                     show_default=True, help="Seconds to wait for a silent server."),
        click.option("--base-url", metavar="URL", hidden=True,
                     help="Another address to download from, on this machine only."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@click.option("--dry-run", is_flag=True, help="Show what would change, and store nothing.")
@click.option(
    "--file", "files", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
    help="A file already downloaded (country.xlsx, enduse_exports, enduse_imports); no network.",
)  # fmt: skip
@click.option(
    "--claims", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
    help="A claims file of your own whose verdicts are compared too.",
)  # fmt: skip
@click.option(
    "--against", default="", metavar="V",
    help="The release to compare with; the newest one before it unless given.",
)  # fmt: skip
@network_options
@AS_JSON
def refresh(
    dry_run: bool,
    files: tuple[Path, ...],
    claims: tuple[Path, ...],
    against: str,
    base_url: str | None,
    timeout: float,
    attempts: int,
    as_json: bool,
) -> None:
    """Get the newest figures from the Census Bureau as a new vintage.

    They are checked, stored beside those that ship, and compared with what was known before.
    Figures that did not change make no new vintage.
    """
    from datetime import UTC, datetime

    from korus_helpers.claims.context import readings, verdict_changes
    from korus_helpers.claims.register import article, read_claims
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.refreshed import refreshed_lines, refreshed_object
    from korus_helpers.sources.differences import differences
    from korus_helpers.sources.refresh import keeping, read_files
    from korus_helpers.sources.storing import required_folder

    if not dry_run:
        required_folder()
    books = {"the article": article(), **{path.name: read_claims(path) for path in claims}}
    if files:
        incoming = read_files(_given(files), against)
    else:
        origins = _download(base_url, timeout, attempts, quiet=as_json)
        try:
            incoming = read_files(origins, against)
        except Refused as error:
            raise NetworkOrDiskError(f"{error}. Nothing was stored") from None
    old = {name: readings(book, incoming.before.vintage) for name, book in books.items()}
    found, changes = None, {}
    with keeping(incoming, dry_run, f"{datetime.now(UTC):%Y-%m-%d}") as done:
        if "country" in done.parts:
            found = differences(done.before, done.name)
        if done.name:
            vintage = done.name if found else done.before
            new = {name: readings(book, vintage) for name, book in books.items()}
            changes = {name: verdict_changes(old[name], new[name]) for name in books}
        if as_json:
            click.echo(to_json(refreshed_object(done, found, changes, dry_run)))
        else:
            click.echo("\n".join(refreshed_lines(done, found, changes, dry_run)))


def _given(files: tuple[Path, ...]) -> dict:
    """The files by kind: a workbook is the country file, the others say their flow in the name."""
    import hashlib
    from datetime import UTC, datetime

    from korus_helpers.sources.downloads import LARGEST
    from korus_helpers.sources.vintage_tables import Origin

    found = {}
    for path in files:
        if not path.is_file():
            raise InputError(f"there is no file {path}; type the name of one that you downloaded")
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path.name} is larger than {LARGEST // 1_000_000} MB")
        content = path.read_bytes()
        kind = next((k for k in KINDS[1:] if k in path.name.lower()), "")
        if content.startswith(b"PK") or path.suffix.lower() in (".xlsx", ".xls"):
            kind = "country"
        if not kind:
            raise InputError(
                f"{path.name} is no workbook and does not say exports or imports; keep the name "
                "that it has at the Census Bureau, such as enduse_exports.txt"
            )
        if kind in found:
            raise InputError(f"two of the files are the one called {kind}; give one of each")
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        sha256 = hashlib.sha256(content).hexdigest()
        found[kind] = Origin(content, f"file {path.name}", moment, sha256)
    return found


def _download(base_url: str | None, timeout: float, attempts: int, quiet: bool):
    from korus_helpers.sources.downloads import Patience, check_base, download
    from korus_helpers.sources.vintage_tables import OFFICIAL, PATHS, Origin

    base = check_base(base_url) if base_url else OFFICIAL
    patience = Patience(silence=timeout, whole=max(600.0, timeout), attempts=attempts)
    found = {}
    for kind in KINDS:
        with _bar(kind, quiet) as progress:
            got = download(base + PATHS[kind], patience, progress=progress)
        if got.status != 200:
            raise NetworkOrDiskError(f"{got.address} answers {got.status} instead of a file")
        if got.content[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise NetworkOrDiskError(f"{got.address} gives a web page instead of a file")
        found[kind] = Origin(got.content, got.address, got.retrieved, got.sha256)
    return found


@contextmanager
def _bar(kind: str, quiet: bool) -> Iterator:
    """A bar on the terminal for one download; without a terminal nothing is drawn."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, whole: None
        return
    from tqdm import tqdm

    with tqdm(desc=kind, unit="B", unit_scale=True, leave=False) as bar:

        def progress(done: int, whole: int) -> None:
            bar.total = whole or None
            bar.update(done - bar.n)

        yield progress
