"""From official files to a new vintage: read, checked against the last one, stored whole."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.sources import gates
from korus_helpers.sources.country_file import CountryFile, read_country_file
from korus_helpers.sources.enduse_files import EnduseFile, read_enduse_file
from korus_helpers.sources.partners import partners
from korus_helpers.sources.stored import has_table, on_trial, vintage_folders
from korus_helpers.sources.storing import disk_failure, store, write_package
from korus_helpers.sources.tables import VINTAGES, open_table
from korus_helpers.sources.vintages import Vintage, releases

OFFICIAL = "https://www.census.gov"
PATHS = {
    "country": "/foreign-trade/balance/country.xlsx",
    "exports": "/foreign-trade/statistics/product/enduse/enduse_exports",
    "imports": "/foreign-trade/statistics/product/enduse/enduse_imports",
}
SAME = 1e-6  # million dollars
GENERAL = "general"


@dataclass(frozen=True)
class Origin:
    """One official file: its content, and where and when it was got."""

    content: bytes
    address: str
    retrieved: str
    sha256: str

    def described(self, title: str) -> dict[str, object]:
        """For `sources` of a data package."""
        return {
            "title": title, "path": self.address, "retrieved": self.retrieved,
            "bytes": len(self.content), "hash": f"sha256:{self.sha256}",
        }  # fmt: skip


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
        read_enduse_file(origins[flow].content, flow)
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
    totals, old = (_in_millions(rows, found.flow) for rows in (found.rows, _latest_enduse()))
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


def _latest_enduse() -> pd.DataFrame:
    """For each flow and year the rows of the newest release at hand."""
    name = "enduse_annual"
    rows = pd.concat([open_table(name, f) for f in vintage_folders() if has_table(name, f)])
    return rows[rows.vintage == rows.groupby(["flow", "year"]).vintage.transform("max")]


def whole_years(release: Vintage) -> pd.DataFrame:
    """Full years of one release as `partner_code, year, exports_musd, imports_musd`."""
    rows = open_table("goods_annual", release.folder)
    rows = rows[(rows.vintage == release.vintage) & (rows.months == 12)]
    return rows[["partner_code", "year", *gates.AMOUNTS]]


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
    country = found.country if found.country and not _known(found.country) else None
    enduse = [one for one in found.enduse if not _known_enduse(one)]
    parts = (["country"] if country else []) + [one.flow for one in enduse]
    if not parts:
        return Refreshed("", None, found.before.vintage, found.notes, ())
    name = _free_name(release_month(country.data_through) if country else today[:7])
    tables = _tables(name, country, enduse, found)
    titles = {"country": "U.S. Trade in Goods by Country (country file)",
              "exports": "End-use exports", "imports": "End-use imports"}  # fmt: skip
    origins = [found.origins[kind].described(f"U.S. Census Bureau, {titles[kind]}")
               for kind in parts]  # fmt: skip
    try:
        write_package(folder, f"korus-vintage-{name}", f"Release {name}", tables, origins)
    except OSError as error:
        raise disk_failure(folder.parent, error) from None
    return Refreshed(name, folder, found.before.vintage, found.notes, tuple(parts))


def release_month(data_through: str) -> str:
    """The month in which figures through a month are released: two later, as for "2024-06"."""
    year, month = map(int, data_through.split("-"))
    later = 12 * year + month - 1 + 2
    return f"{later // 12}-{later % 12 + 1:02d}"


def _free_name(month: str) -> str:
    """The month, or with a letter behind it where another release has it: 2026-06, 2026-06b."""
    taken = set(releases()) | {one.name for one in vintage_folders()}
    return next(n for n in (month, *(f"{month}{c}" for c in "bcdefghijklmnopqrstuvwxyz"))
                if n not in taken)  # fmt: skip


def _known(found: CountryFile) -> bool:
    """Whether a release at hand holds the very figures, months included."""
    for release in releases().values():
        if release.partners != "all" or not release.has_months:
            continue
        if release.data_through != found.data_through:
            continue
        same = True
        for name, mine in (("goods_annual", found.annual), ("goods_monthly", found.monthly)):
            theirs = open_table(name, release.folder)
            theirs = theirs[theirs.vintage == release.vintage]
            same = same and _alike(mine, theirs[list(mine.columns)])
        if same:
            return True
    return False


def _known_enduse(found: EnduseFile) -> bool:
    latest = _latest_enduse()
    theirs = latest[(latest.flow == found.flow) & latest.year.isin(found.years)]
    mine = found.rows
    theirs = theirs[theirs.value_usd > 0][list(mine.columns)]
    return _alike(mine, theirs)


def _alike(mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Whether two tables hold the same keys with the same amounts."""
    if len(mine) != len(theirs):
        return False
    values = [name for name in mine if name in (*gates.AMOUNTS, "value_usd")]
    keys = [name for name in mine if name not in values]
    mine, theirs = (t.sort_values(keys).reset_index(drop=True) for t in (mine, theirs))
    return bool(
        (mine[keys] == theirs[keys]).all(axis=None)
        and ((mine[values] - theirs[values]).abs() <= SAME).all(axis=None)
    )


def _tables(
    name: str, country: CountryFile | None, enduse: list[EnduseFile], found: Incoming
) -> dict[str, pd.DataFrame]:
    tables = {}
    if country:
        source_id = f"CENSUS_COUNTRY_{name}"
        origin = found.origins["country"]
        for table, frame in (("goods_monthly", country.monthly), ("goods_annual", country.annual)):
            tables[table] = frame.assign(vintage=name, basis=GENERAL)
        tables["vintages"] = _vintage_row(name, country, source_id, origin)
        tables["partners"] = _partner_rows(country)
        tables["sources"] = pd.DataFrame(
            [{
                "source_id": source_id, "publisher": "U.S. Census Bureau",
                "title": "U.S. Trade in Goods by Country (country file)",
                "official_url": OFFICIAL + PATHS["country"], "copy_used": origin.address,
                "released": name[:7], "licence": "US Government work, public domain",
            }]
        )  # fmt: skip
    if enduse:
        tables["enduse_annual"] = pd.concat(
            [one.rows.assign(vintage=name) for one in enduse], ignore_index=True
        )
    return tables


def _vintage_row(name: str, found: CountryFile, source_id: str, origin: Origin) -> pd.DataFrame:
    """The row of `vintages`: annual figures are revised each June and stand until the next."""
    last_full = int(found.annual[found.annual.months == 12].year.max())
    year, month = map(int, name[:7].split("-"))
    revised = year if month >= 6 else year - 1
    newest = f"{revised}-06" if revised > last_full else f"{last_full + 1}-02"
    row = {
        "vintage": name, "partners": "all", "first_year": int(found.annual.year.min()),
        "last_full_year": last_full, "data_through": found.data_through, "has_months": True,
        "in_force_from": f"{revised}-06", "newest_year_from": newest,
        "in_force_until": f"{revised + 1}-06", "source_id": source_id,
        "note": f"Got {origin.retrieved[:10]}, sha256 {origin.sha256}.",
    }  # fmt: skip
    return pd.DataFrame([row])


def _partner_rows(found: CountryFile) -> pd.DataFrame:
    """Every code of the file as a row of `partners`, with its newest name and years of trade."""
    traded = found.annual[(found.annual.exports_musd > 0) | (found.annual.imports_musd > 0)]
    years = traded.groupby("partner_code").year.agg(first_year="min", last_year="max")
    known = partners().set_index("partner_code")
    rows = []
    for code, name in found.names.items():
        name = name.replace(";", ",") or code
        if code in known.index:
            row = known.loc[code].to_dict()
            others = [*row["aliases"].split(";"), row["name"]] if name != row["name"] else None
            if others:
                row |= {"name": name, "aliases": ";".join(filter(None, dict.fromkeys(others)))}
        else:
            kind = "country" if code >= "1000" else "group"
            row = {"name": name, "common_name": name, "in_sentence": name, "iso2": "", "iso3": "",
                   "aliases": "", "kind": kind}  # fmt: skip
        row |= {"partner_code": code, **{c: years[c].get(code, pd.NA) for c in years}}
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})
