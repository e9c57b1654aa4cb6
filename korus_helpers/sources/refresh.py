"""From official files to a new vintage: read, checked against the last one, stored whole."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.sources import gates
from korus_helpers.sources.at_hand import is_known, is_known_enduse, whole_years
from korus_helpers.sources.country_file import CountryFile, read_country_file
from korus_helpers.sources.enduse_files import EnduseFile, read_enduse_file
from korus_helpers.sources.stored import on_trial, vintage_folders
from korus_helpers.sources.storing import disk_failure, store, write_package
from korus_helpers.sources.tables import VINTAGES
from korus_helpers.sources.vintage_tables import (
    Origin,
    free_name,
    release_month,
    vintage_tables,
)
from korus_helpers.sources.vintages import Vintage, latest_enduse, releases


@dataclass(frozen=True)
class Incoming:
    """Official files that passed every gate, and the release they are compared with."""

    country: CountryFile | None
    enduse: tuple[EnduseFile, ...]
    origins: Mapping[str, Origin]
    before: Vintage
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refreshed:
    """A new vintage: its name ("" where nothing changed), its folder, and the one before."""

    name: str
    folder: Path | None
    before: str
    notes: tuple[str, ...]
    parts: tuple[str, ...]


def read_files(origins: Mapping[str, Origin], against: str = "") -> Incoming:
    """The files by kind (country, exports, imports), read and through every gate.

    `against` names the release to compare with, else it is the newest before the file that holds
    all partners. Raises `Refused` with the gate and the rows.
    """
    country = read_country_file(origins["country"].content) if "country" in origins else None
    enduse = tuple(
        read_enduse_file(origins[flow].content)
        for flow in ("exports", "imports")
        if flow in origins
    )
    before = _before(country, against)
    notes: list[str] = list(country.notes) if country else []
    if country:
        notes += _pass_country(country, before)
    for one in enduse:
        _pass_enduse(one)
    return Incoming(country, enduse, origins, before, tuple(notes))


def _before(country: CountryFile | None, against: str) -> Vintage:
    whole = [one for one in releases().values() if one.partners == "all"]
    if against:
        named = [one for one in whole if one.vintage == against]
        if not named:
            names = ", ".join(one.vintage for one in whole)
            raise InputError(
                f'no release with all partners is "{against[:40]}"; type one of {names}'
            )
        return named[0]
    earlier = [one for one in whole if not country or one.data_through <= country.data_through]
    return (earlier or whole)[-1]


def _pass_country(found: CountryFile, before: Vintage) -> list[str]:
    monthly, annual = found.monthly, found.annual
    full = annual[annual.months == 12]
    old = whole_years(before)
    what = "the country file is refused"
    gates.pass_all(what, [
        ("a code has the name of another partner", gates.misnamed(found.names)),
        ("months do not sum to the year", gates.months_against_years(monthly, annual)),
        ("countries do not sum to the World",
         gates.countries_against_world(annual.drop(columns="months"), gates.YEAR_TOLERANCE)),
        ("countries do not sum to the World",
         gates.countries_against_world(monthly, gates.MONTH_TOLERANCE)),
        (f"figures differ from vintage {before.vintage} by more than any revision (wrong unit or "
         "columns?)", gates.unlike_before(full, old)),
    ])  # fmt: skip
    new_names = gates.renamed(found.names)
    large = gates.large_revisions(full, old)
    notes = [f"new names: {', '.join(new_names[:10])}"] if new_names else []
    if len(large):
        rows = [f"{r.partner_code} {r.flow} {r.year}" for r in large.head(5).itertuples()]
        notes.append(
            f"revisions of more than {100 * gates.LARGE_REVISION[0]:.0f} percent: {len(large)} "
            f"({', '.join(rows)}{', …' if len(large) > 5 else ''})"
        )
    return notes


def _pass_enduse(found: EnduseFile) -> None:
    what = f"the end-use file of {found.flow} is refused"
    totals, old = (_in_millions(rows, found.flow) for rows in (found.rows, latest_enduse()))
    gates.pass_all(what, [
        ("a code has the name of another partner",
         gates.misnamed({c: n for c, n in found.names.items() if c != gates.WORLD})),
        ("partners do not sum to the World", gates.codes_against_world(found.rows)),
        ("figures differ from the release before by more than any revision (wrong unit or "
         "columns?)", gates.unlike_before(totals, old)),
    ])  # fmt: skip


def _in_millions(rows: pd.DataFrame, flow: str) -> pd.DataFrame:
    """Totals by partner and year in million dollars, the other flow empty."""
    mine = rows[rows.flow == flow]
    sums = mine.groupby(["partner_code", "year"]).value_usd.sum() / 1e6
    frame = pd.DataFrame({name: float("nan") for name in gates.AMOUNTS}, index=sums.index)
    return frame.assign(**{f"{flow}_musd": sums}).reset_index()


@contextmanager
def keeping(found: Incoming, dry_run: bool, today: str) -> Iterator[Refreshed]:
    """Store what is new as one vintage and see it; with `dry_run` see it for the block only.

    `today` is the day of the download, which names a vintage without a country file. Figures that
    a release at hand already has make no new vintage: then the name is "".
    """
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="korus-") as scratch:
            done = _write(found, Path(scratch), today)
            if not done.name:
                yield done
                return
            with on_trial(done.folder):
                yield done
        return
    with store() as held:
        staged = held.hidden(VINTAGES)
        done = _write(found, staged, today)
        if done.name:
            place = held.publish(VINTAGES, done.name, staged)
            done = Refreshed(done.name, place, done.before, done.notes, done.parts)
        else:
            staged.rmdir()
    yield done


def _write(found: Incoming, folder: Path, today: str) -> Refreshed:
    country = found.country if found.country and not is_known(found.country) else None
    enduse = [one for one in found.enduse if not is_known_enduse(one)]
    parts = (["country"] if country else []) + [one.flow for one in enduse]
    if not parts:
        return Refreshed("", None, found.before.vintage, found.notes, ())
    month = release_month(country.data_through) if country else today[:7]
    name = free_name(month, {*releases(), *(one.name for one in vintage_folders())})
    tables = vintage_tables(name, country, enduse, found.origins)
    titles = {"country": "U.S. Trade in Goods by Country (country file)",
              "exports": "End-use exports", "imports": "End-use imports"}  # fmt: skip
    origins = [found.origins[kind].described(f"U.S. Census Bureau, {titles[kind]}")
               for kind in parts]  # fmt: skip
    try:
        write_package(folder, f"korus-vintage-{name}", f"Release {name}", tables, origins)
    except OSError as error:
        raise disk_failure(folder.parent, error) from None
    return Refreshed(name, folder, found.before.vintage, found.notes, tuple(parts))
