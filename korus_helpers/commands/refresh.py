"""`korus refresh`: today's official figures as a new vintage, and what they change."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from korus_helpers.commands.options import AS_JSON
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused


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
    help="A country or end-use file already downloaded (xlsx, csv or txt, of any name and "
    "release); no network. Give --file again for each one.",
)  # fmt: skip
@click.option(
    "--claims", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
    help="A claims file of your own whose verdicts are compared too.",
)  # fmt: skip
@click.option(
    "--against", default="", metavar="V",
    help="The release to compare with; the nearest one at hand unless given.",
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
    """Get the newest figures from the Census Bureau as a new release.

    They are checked, stored beside those that are included, and compared with what was known
    before. The release of a file is told by what it holds, so an older file is an older release;
    figures that did not change make none.
    """
    from datetime import UTC, datetime

    from korus_helpers.acquire.release import differences, keeping, main_change, read_file
    from korus_helpers.acquire.storing import required_folder
    from korus_helpers.claims.context import readings, verdict_changes
    from korus_helpers.claims.register import article, read_claims
    from korus_helpers.figures.store import damaged_left_out
    from korus_helpers.present.answers import to_json
    from korus_helpers.present.refreshed import refreshed_lines, refreshed_object

    click.get_current_context().with_resource(damaged_left_out())
    if not dry_run:
        required_folder()
    books = {"the article": article(), **{_called(p, claims): read_claims(p) for p in claims}}
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    if files:
        origins, missing = _given(files), []
    else:
        origins, missing = _download(base_url, timeout, attempts, quiet=as_json)
    incoming = []
    for called, origin in origins:
        try:
            incoming.append(read_file(origin, today, against))
        except Refused as error:
            if files:
                raise Refused(f"{called}: {error}") from None
            raise NetworkOrDiskError(f"{called}: {error}. Nothing was stored") from None
    before = incoming[0].before.vintage
    old, found, changes = {}, None, {}

    def remember() -> None:
        if not old:
            old.update({name: readings(book, before) for name, book in books.items()})

    with keeping(incoming, dry_run, remember) as done:
        change = main_change(done)
        if change:
            found = differences(change.incoming.before.vintage, change.place.release)
            if found.before != before:
                old = {name: readings(book, found.before) for name, book in books.items()}
        if any(one.folder for one in done):
            vintage = found.after if found else before
            new = {name: readings(book, vintage) for name, book in books.items()}
            changes = {name: verdict_changes(old[name], new[name]) for name in books}
        if as_json:
            click.echo(to_json(refreshed_object(done, found, changes, dry_run, missing)))
        else:
            click.echo("\n".join(refreshed_lines(done, found, changes, dry_run, missing)))


def _called(path: Path, among: tuple[Path, ...]) -> str:
    """A claims file by its name, or by its path where two have the same name."""
    from korus_helpers.figures.names import visible

    alike = [one for one in among if one.name == path.name]
    return visible(str(path) if len(alike) > 1 else path.name)


def _given(files: tuple[Path, ...]) -> list:
    """The files with their names; what they are is told by what they hold."""
    from datetime import UTC, datetime

    from korus_helpers.acquire.downloads import LARGEST
    from korus_helpers.acquire.release import Origin
    from korus_helpers.figures.names import visible

    found = []
    for path in files:
        name = visible(path.name)
        if not path.is_file():
            raise InputError(
                f"there is no file {visible(str(path))}; type the name of one that you downloaded"
            )
        try:
            if path.stat().st_size > LARGEST:
                raise InputError(f"{name} is larger than {LARGEST // 1_000_000} MB")
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{name} cannot be read ({error.strerror})") from None
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        found.append((name, Origin(content, f"file {name}", moment)))
    return found


def _download(base_url: str | None, timeout: float, attempts: int, quiet: bool) -> tuple:
    """The files that could be had, with their addresses, and the addresses of those that are gone.

    A newsroom needs the country file first: the others are stored too if one is not there.
    """
    from korus_helpers.acquire.downloads import Patience, Unreachable, check_base
    from korus_helpers.acquire.release import OFFICIAL, PATHS

    base = check_base(base_url) if base_url else OFFICIAL
    patience = Patience(silence=timeout, attempts=attempts)
    found, missing = [], []
    for kind, paths in PATHS.items():
        addresses = [base + path for path in paths]
        try:
            origin = _first(addresses, patience, kind, quiet)
        except Unreachable as error:
            where = " and ".join(OFFICIAL + one[0] for one in PATHS.values())
            end = "" if str(error).endswith("?") else "."
            raise NetworkOrDiskError(
                f"{error}{end} Download {where} in a browser, and type `korus refresh --file FILE` "
                "with each of the files"
            ) from None
        if origin:
            found.append((origin.address, origin))
        else:
            missing.append(addresses[0])
    if not found:
        raise NetworkOrDiskError(
            f"{missing[0]} answers 404 instead of a file, and so do the others"
        )
    return found, missing


def _first(addresses: list[str], patience, kind: str, quiet: bool):
    """The first address that has a file; None where all answer 404."""
    from korus_helpers.acquire.downloads import download
    from korus_helpers.acquire.release import Origin

    for address in addresses:
        with _bar(kind, quiet) as progress:
            got = download(address, patience, progress=progress)
        if got.status == 404:
            continue
        if got.status != 200:
            raise NetworkOrDiskError(f"{got.address} answers {got.status} instead of a file")
        return Origin(got.content, got.address, got.retrieved)
    return None


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
