"""`korus refresh`: today's official figures as a new release, and what they change."""

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
    from korus_helpers.acquire.downloads import Patience
    from korus_helpers.acquire.release import differences, keeping, main_change, read_file
    from korus_helpers.acquire.storing import required_folder
    from korus_helpers.claims.context import readings, verdict_changes
    from korus_helpers.claims.register import article, read_claims
    from korus_helpers.figures.store import damaged_left_out
    from korus_helpers.present.acquired import refreshed_lines, refreshed_object
    from korus_helpers.present.answers import to_json

    click.get_current_context().with_resource(damaged_left_out())
    if not dry_run:
        required_folder()
    books = {"the article": article(), **{_called(p, claims): read_claims(p) for p in claims}}
    if files:
        origins, missing = [_given(path) for path in files], []
    else:
        origins, missing = _download(base_url, Patience(timeout, attempts))
    incoming = []
    for origin in origins:
        try:
            incoming.append(read_file(origin, against))
        except Refused as error:
            said = f"{origin.address.removeprefix('file ')}: {error}"
            raise (
                Refused(said) if files else NetworkOrDiskError(f"{said}. Nothing was stored")
            ) from None

    def read(release: str) -> dict:
        return {name: readings(book, release) for name, book in books.items()}

    before = {one.before.vintage: read(one.before.vintage) for one in incoming}
    with keeping(incoming, dry_run) as done:
        change, found, changes = main_change(done), None, {}
        if change:
            found = differences(change.incoming.before.vintage, change.release)
        if any(one.folder for one in done):
            compared = found.before if found else incoming[0].before.vintage
            old, new = before[compared], read(found.after if found else compared)
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


def _given(path: Path):
    """A file that was downloaded before; what it is, is told by what it holds."""
    from datetime import UTC, datetime

    from korus_helpers.acquire.downloads import LARGEST
    from korus_helpers.acquire.release import Origin
    from korus_helpers.figures.names import visible

    if not path.is_file():
        raise InputError(
            f"there is no file {visible(str(path))}; type the name of one that you downloaded"
        )
    name = visible(path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{name} is larger than {LARGEST // 1_000_000} MB")
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        return Origin(path.read_bytes(), f"file {name}", moment)
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror})") from None


def _download(base_url: str | None, patience) -> tuple[list, list[str]]:
    """The files that could be had, and the addresses of those that are gone.

    A newsroom needs the country file first: the others are stored too if one is not there.
    """
    from korus_helpers.acquire.downloads import Unreachable, check_base, download
    from korus_helpers.acquire.release import OFFICIAL, PATHS, Origin

    base, found, missing = check_base(base_url) if base_url else OFFICIAL, [], []
    for paths in PATHS.values():
        for path in paths:
            try:
                got = download(base + path, patience)
            except Unreachable as error:
                where = " and ".join(OFFICIAL + one[0] for one in PATHS.values())
                end = "" if str(error).endswith("?") else "."
                raise NetworkOrDiskError(
                    f"{error}{end} Download {where} in a browser, and type `korus refresh --file "
                    "FILE` with each of the files"
                ) from None
            if got.status == 200:
                found.append(Origin(got.content, got.address, got.retrieved))
                break
            if got.status != 404:
                raise NetworkOrDiskError(f"{got.address} answers {got.status} instead of a file")
        else:
            missing.append(base + paths[0])
    if not found:
        raise NetworkOrDiskError(
            f"{missing[0]} answers 404 instead of a file, and so do the others"
        )
    return found, missing
