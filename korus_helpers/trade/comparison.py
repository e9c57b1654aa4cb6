"""Two years of trade with one partner: parameters checked, series and tables for the notebooks."""

from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.releases import LATEST, Vintage, check_vintage, releases, resolve
from korus_helpers.figures.store import publications
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.cells import WORLD
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure, caution
from korus_helpers.trade.periods import Period
from korus_helpers.trade.revisions import every_release, known_figure
from korus_helpers.trade.series import FLOWS

MEASURES = (*FLOWS, "deficit")
KOREA = "5800"


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

    def figure(self, measure: str, as_: str = "level", year: int | None = None, **more) -> Figure:
        """One figure under this comparison; `year` for a single year (default the end year)."""
        end = str(year or self.end_year)
        base = "" if as_ in ("level", "share") else str(self.base_year)
        asked = Definition(
            self.partner.code, vintage=self.vintage_for(as_), base=base, end=end, as_=as_, **more
        )
        return evaluate(measure, asked)

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
    for name, year in (("base_year", base_year), ("end_year", end_year)):
        if isinstance(year, bool) or not isinstance(year, int):
            raise InputError(f"{name} {year!r} is not a year; type a whole number such as 2016")
    if base_year >= end_year:
        raise InputError(
            f"base_year {base_year} does not come before end_year {end_year}; "
            "type the earlier year as base_year"
        )
    found = find_partner(str(partner), (base_year, end_year))
    if check_vintage(vintage).startswith("as-of:"):
        raise InputError(
            f"vintage {vintage}: a notebook compares whole releases; type latest "
            f"or one of {', '.join(releases())}"
        )
    release = releases()[resolve(vintage, {found.code}, *_span(base_year, end_year), True)]
    if release.partners not in ("all", found.code):
        raise InputError(
            f"vintage {release.vintage} holds {find_partner(release.partners).name} only; "
            f"type latest or {newest_of_all().vintage}"
        )
    for name, year in (("base_year", base_year), ("end_year", end_year)):
        if not release.first_year <= year <= release.last_full_year:
            raise InputError(
                f"{name} {year}: vintage {release.vintage} covers "
                f"{release.first_year} to {release.last_full_year}"
            )
    common: Vintage | None = release
    if release.partners != "all":
        others = release_for(found.code, base_year, end_year, vintage)
        whole = others.covers({WORLD}, *_span(base_year, end_year), whole_years=True)
        common = others if whole else None
    item = Comparison(found, base_year, end_year, release, common)
    for name, year in (("base_year", base_year), ("end_year", end_year)):
        try:
            item.figure("deficit", year=year)
        except NoFigure as error:
            raise InputError(f"{name} {year}: {error}; type another year or partner") from None
    return item


def release_for(partner_code: str, base_year: int, end_year: int, vintage: str) -> Vintage:
    """The release in which a partner is set beside others; `latest` is the newest with all."""
    span = _span(base_year, end_year)
    return releases()[resolve(vintage, {partner_code, WORLD}, *span, whole_years=True)]


def _span(base_year: int, end_year: int) -> tuple[int, int]:
    return Period(12 * base_year, 12).start, Period(12 * end_year, 12).end


def by_release(item: Comparison) -> pd.DataFrame:
    """The two years under every release known for this partner, oldest first.

    Rows: `release` (a vintage, or "as quoted" with its day), `in_force_from`, and for exports,
    imports and deficit the end year (`end`, with `low` and `high` where quoted) and the percent
    change; a release that does not cover both years is left out.
    """
    rows = []
    for label, start, vintage in every_release(item.partner.code, item.end_year):
        row = {"release": label, "in_force_from": start}
        for measure in MEASURES:
            level = _figure(item, measure, "level", vintage)
            change = _figure(item, measure, "percent-change", vintage)
            if level:
                row |= {
                    f"{measure}_low": level.low,
                    measure: level.value,
                    f"{measure}_high": level.high,
                }
            if change:
                row |= {
                    f"{measure}_pct_low": change.low,
                    f"{measure}_pct": change.value,
                    f"{measure}_pct_high": change.high,
                }
        if "deficit" in row:
            rows.append(row)
    return pd.DataFrame(rows)


def _figure(item: Comparison, measure: str, as_: str, vintage: str) -> Figure | None:
    base, end = "" if as_ == "level" else str(item.base_year), str(item.end_year)
    code = item.partner.code
    return known_figure(measure, Definition(code, vintage=vintage, base=base, end=end, as_=as_))


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


def newest_of_all() -> Vintage:
    """The newest release that holds all partners."""
    return [one for one in releases().values() if one.partners == "all"][-1]
