"""From official files to releases at hand: read, checked, and stored whole, one after another."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from korus_helpers.acquire import gates
from korus_helpers.acquire.at_hand import (
    Place,
    country_place,
    enduse_place,
    free_name,
    matching,
    nearest,
    totals,
    whole_releases,
    whole_years,
)
from korus_helpers.acquire.country_file import WORLD, CountryFile
from korus_helpers.acquire.enduse_files import EnduseFile
from korus_helpers.acquire.official_files import read_official
from korus_helpers.acquire.storing import disk_failure, store, write_package
from korus_helpers.acquire.vintage_tables import Origin, country_tables, enduse_tables
from korus_helpers.errors import InputError, Refused
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.releases import Vintage
from korus_helpers.figures.store import on_trial, packages
from korus_helpers.figures.tables import VINTAGES


@dataclass(frozen=True)
class Incoming:
    """An official file that passed every gate: `kind` is country, exports or imports.

    `recognised` says what it is and up to when; `before` is the release it is compared with.
    """

    kind: str
    found: CountryFile | EnduseFile
    origin: Origin
    recognised: str
    before: Vintage
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refreshed:
    """What became of a file: the release it is, what is new of it, and where that lies.

    `folder` is None where nothing is new; `latest` is the newest release of all partners then.
    """

    incoming: Incoming
    place: Place
    folder: Path | None
    latest: str


def read_file(origin: Origin, today: str, against: str = "") -> Incoming:
    """One official file, read and through every gate.

    `against` names the release to compare with, else it is the nearest. `today` is the day it is
    ("2026-11-27"): months after it cannot be. Raises `Refused` with the gate and the rows.
    """
    found = read_official(origin.content)
    if isinstance(found, CountryFile):
        before = _named(against) if against else nearest(found.data_through)
        _not_after(found.data_through, today)
        notes = (*found.notes, *_pass_country(found, before))
        return Incoming("country", found, origin, _country_words(found), before, notes)
    _not_after(f"{found.years[-1]}-01", today)
    before = _named(against) if against else _like(found)
    _pass_enduse(found, before)
    return Incoming(found.flow, found, origin, _enduse_words(found), before, found.notes)


def _like(found: EnduseFile) -> Vintage:
    """The country release that an end-use file sums to best, of those that have its years."""
    whole = whole_releases()[::-1]
    held = [one for one in whole if one.last_full_year >= found.years[-1]] or whole[:1]
    shares = [matching(found, one) for one in held]
    return held[shares.index(max(shares))]


def _named(release: str) -> Vintage:
    whole = {one.vintage: one for one in whole_releases()}
    if release not in whole:
        raise InputError(
            f'no release with all partners is "{release[:40]}"; type one of {", ".join(whole)}'
        )
    return whole[release]


def _not_after(month: str, today: str) -> None:
    if month > today[:7]:
        raise Refused(
            f"the file has figures up to {_month_words(month)}, but the clock of this machine says "
            f"{_month_words(today[:7])}; look at both, one of them is wrong"
        )


def _country_words(found: CountryFile) -> str:
    newest = found.annual[found.annual.year == found.annual.year.max()]
    traded = newest[newest[gates.AMOUNTS].sum(axis=1) > 0].partner_code
    kinds = gates.partners().set_index("partner_code").kind
    count = sum(kinds.get(code, "country") == "country" for code in traded if code >= "1000")
    return (
        f"Census country file, months to {_month_words(found.data_through)}, {count} partners in "
        "the newest"
    )


def _enduse_words(found: EnduseFile) -> str:
    count = found.rows.partner_code[found.rows.partner_code != WORLD].nunique()
    years = " to ".join(dict.fromkeys((str(found.years[0]), str(found.years[-1]))))
    return f"Census end-use file of {found.flow}, {years}, {count} partners"


def _month_words(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def _pass_country(found: CountryFile, before: Vintage) -> list[str]:
    monthly, annual = found.monthly, found.annual
    full, running = annual[annual.months == 12], annual[annual.months < 12]
    old = whole_years(before)
    gates.pass_all("the country file is refused", [
        ("a code has the name of another partner", gates.misnamed(found.names)),
        ("months do not sum to the year", gates.months_against_years(monthly, annual)),
        ("countries do not sum to the World",
         gates.countries_against_world(full.drop(columns="months"), gates.YEAR_TOLERANCE)),
        ("countries do not sum to the World",
         gates.countries_against_world(running.drop(columns="months"), gates.MONTH_TOLERANCE)),
        ("countries do not sum to the World",
         gates.countries_against_world(monthly, gates.MONTH_TOLERANCE)),
        *_against_before(full, old, before),
    ])  # fmt: skip
    notes = [gates.carried_over(monthly)]
    if new_names := gates.renamed(found.names):
        notes.append(f"new names: {', '.join(new_names[:10])}")
    large = gates.large_revisions(full, old)
    if len(large):
        rows = [f"{r.partner_code} {r.flow} {r.year}" for r in large.head(5).itertuples()]
        notes.append(
            f"revisions of more than {100 * gates.LARGE_REVISION[0]:.0f} percent: {len(large)} "
            f"({', '.join(rows)}{', …' if len(large) > 5 else ''})"
        )
    return [note for note in notes if note]


def _against_before(
    new: pd.DataFrame, old: pd.DataFrame, before: Vintage
) -> list[tuple[str, pd.DataFrame]]:
    unlike = f"figures differ from release {before.vintage} by more than any revision"
    return [
        (f"{unlike} (wrong unit or columns?)", gates.unlike_before(new, old)),
        (f"{unlike} (years or columns swapped?)", gates.moved(new, old)),
        (f"partners of release {before.vintage} are missing", gates.lost(new, old)),
    ]


def _pass_enduse(found: EnduseFile, before: Vintage) -> None:
    gates.pass_all(f"the end-use file of {found.flow} is refused", [
        ("a code has the name of another partner",
         gates.misnamed({c: n for c, n in found.names.items() if c != WORLD})),
        ("partners do not sum to the World", gates.codes_against_world(found.rows)),
        *_against_before(totals(found), whole_years(before), before),
    ])  # fmt: skip


@contextmanager
def keeping(
    files: Sequence[Incoming], dry_run: bool, first: Callable[[], None] = lambda: None
) -> Iterator[list[Refreshed]]:
    """Store what is new, a package for each file, and see it; with `dry_run` for the block only.

    Older files first, so that files of the same kind may come in any order. `first` is called
    before anything new is seen, and not at all where nothing is new.
    """
    ordered = sorted(files, key=_order)
    if not dry_run:
        with store() as held:
            done = [
                _keep(one, first, lambda: held.hidden(VINTAGES),
                      lambda name, staged: held.publish(VINTAGES, name, staged))
                for one in ordered
            ]  # fmt: skip
        yield done
        return
    with ExitStack() as stack:

        def hidden() -> Path:
            return Path(stack.enter_context(TemporaryDirectory(prefix="korus-")))

        def publish(_: str, staged: Path) -> Path:
            stack.enter_context(on_trial(staged))
            return staged

        yield [_keep(one, first, hidden, publish) for one in ordered]


def main_change(done: Sequence[Refreshed]) -> Refreshed | None:
    """The newest release of the country file that is new altogether, whose changes are told."""
    whole = [one for one in done if one.incoming.kind == "country" and one.place.new == "all"]
    return whole[-1] if whole else None


def _order(one: Incoming) -> tuple:
    is_enduse = isinstance(one.found, EnduseFile)
    return (is_enduse, one.found.years if is_enduse else one.found.data_through)


def _keep(
    one: Incoming,
    first: Callable[[], None],
    hidden: Callable[[], Path],
    publish: Callable[[str, Path], Path],
) -> Refreshed:
    """Write what is new of a file into a folder that is hidden first, and publish it."""
    latest = whole_releases()[-1].vintage
    if isinstance(one.found, CountryFile):
        place = country_place(one.found)
        name, title = place.release, f"Release {place.release}"
        tables = country_tables(name, one.found, one.origin) if place.new else {}
    else:
        place = enduse_place(one.found)
        taken = {package.name for package in packages(VINTAGES)}
        name = free_name(f"enduse-{one.kind}-{place.release}", taken)
        title = f"End-use {one.kind}, release {place.release}"
        tables = enduse_tables(place, one.found) if place.new else {}
    if not tables:
        return Refreshed(one, place, None, latest)
    first()
    folder = hidden()
    try:
        origins = [one.origin.described(one.kind)]
        write_package(folder, f"korus-vintage-{name}", title, tables, origins)
    except OSError as error:
        raise disk_failure(folder.parent, error) from None
    return Refreshed(one, place, publish(name, folder), latest)
