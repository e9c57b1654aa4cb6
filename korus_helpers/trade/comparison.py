"""Two years of trade with one partner: parameters checked, and the same under every release."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.releases import LATEST, Vintage, check_vintage, releases, resolve
from korus_helpers.figures.store import publications
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import COMPARED, FLOWS, GENERAL, KOREA, WORLD
from korus_helpers.trade.catalogue import AS_OF
from korus_helpers.trade.definition import Definition, check
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure, caution
from korus_helpers.trade.reach import reach_of

PATHS = (*FLOWS, "deficit")  # the measures whose path over releases is shown


@dataclass(frozen=True)
class Comparison:
    """Checked parameters of a notebook: one partner, two years, one release for the partner.

    Everything that is said of the partner alone rests on `release`. What sets it beside others (a
    rank, a share of the World) rests on `common`, the newest release that has them all: mostly the
    same one; None where the release asked for by name holds this partner only.
    """

    partner: Partner
    base_year: int
    end_year: int
    release: Vintage
    common: Vintage | None

    @property
    def vintage_of_months(self) -> str:
        """The release of `item` where it holds months, else `latest`."""
        return self.release.vintage if self.release.has_months else LATEST

    @property
    def caution(self) -> str:
        """What changed in the partner itself between the two years, as a sentence, or ""."""
        return caution(self.partner, self.base_year, self.end_year)

    def asked(self, as_: str = "level", **other: object) -> Definition:
        """A definition with the years and the partner of this comparison."""
        base = self.base_year if as_ in COMPARED else ""
        choices = {"vintage": self.vintage_for(as_), "base": base, "end": self.end_year}
        return Definition(self.partner, as_=as_, **(choices | other))

    def figure(self, measure: str, as_: str = "level", year: int | None = None, **more) -> Figure:
        """One figure under this comparison; `year` for a single year (default the end year)."""
        return evaluate(measure, self.asked(as_, end=year or self.end_year, **more))

    def vintage_for(self, as_: str) -> str:
        """The release of a figure: a share of the World needs one with all partners."""
        return (self.common if as_ == "share" and self.common else self.release).vintage

    def pair(self, measure: str) -> tuple[float, float]:
        """Base and end year of a measure, million dollars."""
        return tuple(self.figure(measure, year=y).value for y in (self.base_year, self.end_year))


def comparison(partner: str, base_year: int, end_year: int, vintage: str = "latest") -> Comparison:
    """Check a notebook's parameters at once; raises `InputError` that says what to type.

    `latest` is the newest release that covers both years for this partner.
    """
    years = {"base_year": base_year, "end_year": end_year}
    for name, year in years.items():
        if isinstance(year, bool) or not isinstance(year, int):
            raise InputError(f"{name} {year!r} is not a year; type a whole number such as 2016")
    if base_year >= end_year:
        raise InputError(
            f"base_year {base_year} does not come before end_year {end_year}; "
            "type the earlier year as base_year"
        )
    found = find_partner(str(partner), (base_year, end_year))
    if check_vintage(vintage).startswith(AS_OF):
        raise InputError(
            f"vintage {vintage}: a notebook compares whole releases; type latest "
            f"or one of {', '.join(releases())}"
        )
    span = 12 * base_year, 12 * end_year + 11
    release = releases()[resolve(vintage, {found.code}, *span, whole_years=True)]
    if release.partners not in ("all", found.code):
        raise InputError(
            f"vintage {release.vintage} holds {find_partner(release.partners).name} only; "
            f"type latest or {newest_of_all().vintage}"
        )
    for name, year in years.items():
        if not release.first_year <= year <= release.last_full_year:
            raise InputError(
                f"{name} {year}: vintage {release.vintage} covers "
                f"{release.first_year} to {release.last_full_year}"
            )
    common: Vintage | None = release
    if release.partners != "all":
        others = release_for(found.code, base_year, end_year, vintage)
        common = others if others.covers({WORLD}, *span, whole_years=True) else None
    item = Comparison(found, base_year, end_year, release, common)
    for name, year in years.items():
        try:
            item.figure("deficit", year=year)
        except NoFigure as error:
            first = found.first_year or year
            last = min(found.last_year or year, release.last_full_year)
            outside = first < last and not first <= year <= last
            other = f"a year from {first} to {last} or " if outside else "another year or "
            other *= found.first_year is not None
            raise InputError(f"{name} {year}: {error}; type {other}another partner") from None
    return item


def release_for(partner_code: str, base_year: int, end_year: int, vintage: str) -> Vintage:
    """The release in which a partner is set beside others; `latest` is the newest with all."""
    span = 12 * base_year, 12 * end_year + 11
    return releases()[resolve(vintage, {partner_code, WORLD}, *span, whole_years=True)]


def newest_of_all() -> Vintage:
    """The newest release that holds all partners."""
    return [one for one in releases().values() if one.partners == "all"][-1]


def every_release(partner_code: str, year: int) -> list[tuple[str, str, str]]:
    """Label, day from which it was in force, and vintage of every release, oldest first.

    Days of quoted figures of that year are among them ("2017-06-02, as quoted").
    """
    quoted = open_table("quoted")
    days = quoted[
        (quoted.topic == "goods_total")
        & (quoted.basis == GENERAL)
        & (quoted.partner_code == partner_code)
        & (quoted.year == year)
    ].in_force_from.unique()
    known = [(one.vintage, one.in_force_from, one.vintage) for one in releases().values()]
    known += [(f"{day}, as quoted", day, f"{AS_OF}{day}") for day in days if len(day) == 10]
    return sorted(known, key=lambda row: (row[1], row[0]))


def over_releases(
    partner_code: str, end: int, asked: Mapping[str, tuple[str, str, int | str]]
) -> pd.DataFrame:
    """Figures of a year under every release, oldest first.

    `asked` gives for each name of a column measure, way and base year ("" for none). Columns
    `release` (a vintage, or a day and "as quoted"), `in_force_from`, and for each name the value
    with its `_low` and `_high`, in the unit of the way, NaN where there is no figure.
    """
    every = every_release(partner_code, end)
    table = pd.DataFrame(every, columns=["release", "in_force_from", "vintage"])
    for name, (measure, way, base) in asked.items():
        rows = table[["vintage"]].assign(
            partner=partner_code, base=str(base), end=str(end), as_=way
        )
        found = evaluate(measure, rows)
        table[[f"{name}_low", name, f"{name}_high"]] = found[["low", "value", "high"]]
    return table.drop(columns="vintage")


def by_release(item: Comparison) -> pd.DataFrame:
    """The two years under every release known for this partner, oldest first.

    For exports, imports and deficit the end year and, as `_pct`, the percent change, in the columns
    of `over_releases`; releases without the end year are left out. `attrs["reach"]` has for each
    flow the share by which a first release of it is usually revised.
    """
    asked: dict[str, tuple[str, str, int | str]] = {}
    for measure in PATHS:
        asked[measure] = measure, "level", ""
        asked[f"{measure}_pct"] = measure, "percent-change", item.base_year
    found = _known(over_releases(item.partner.code, item.end_year, asked), "deficit")
    day = f"{item.end_year + 1}-02"
    found.attrs["reach"] = {
        flow: reach_of(flow, found[flow].iloc[-1], item.end_year, day) for flow in FLOWS
    }
    return found


def _known(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[table[name].notna()].reset_index(drop=True)


def revisions(partner_code: str, year: int) -> pd.DataFrame:
    """Annual goods trade with a partner in every release that has the year, oldest first.

    Million dollars, in the columns of `over_releases`, and `exact`. Raises `NoFigure` where no
    release has the year.
    """
    asked = {measure: (measure, "level", "") for measure in PATHS}
    table = _known(over_releases(partner_code, year, asked), "deficit")
    if table.empty:
        raise NoFigure(f"no release at hand has a figure for {year}; type another year or partner")
    return table.assign(exact=table.deficit_low == table.deficit_high)


def check_path(measure: str) -> str:
    """The text, if it is one of `PATHS`; raises `InputError`."""
    return check(measure, PATHS, "{} has no path here")


def agreement_dates(partner_code: str) -> dict[str, str]:
    """The day an agreement with the partner took effect, by date, for charts; none is empty."""
    if partner_code != KOREA:
        return {}
    rows = open_table("timeline").set_index("event_id")
    return {rows.date["in_force"]: "KORUS in force"}


def source_line(release: Vintage) -> str:
    """Publisher, title and vintage of a release, for charts."""
    entry = publications().loc[release.source_id]
    return f"{entry.publisher}, {entry.title}, vintage {release.vintage}"
