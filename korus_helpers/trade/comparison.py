"""Two years of trade with one partner: parameters checked, series and tables for the notebooks."""

from dataclasses import dataclass

import pandas as pd

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.sources.partners import Partner, countries, find_partner, partners
from korus_helpers.sources.stored import publications
from korus_helpers.sources.vintages import LATEST, Vintage, check_vintage, releases, resolve
from korus_helpers.trade.cells import WORLD
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.figure import Figure, caution
from korus_helpers.trade.periods import Period, period
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
        release = self.common if as_ == "share" and self.common else self.release
        return evaluate(
            measure,
            Definition(
                self.partner.code, vintage=release.vintage, base=base, end=end, as_=as_, **more
            ),
        )

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


def annual(item: Comparison) -> pd.DataFrame:
    """`exports, imports, deficit` (musd) by full `year`; NaN where none is recorded."""
    years = list(range(item.release.first_year, item.release.last_full_year + 1))
    rows = grid(partner=item.partner.code, end=years, vintage=item.release.vintage)
    columns = {measure: evaluate(measure, rows).value.to_numpy() for measure in MEASURES}
    return pd.DataFrame(columns, index=pd.Index(years, name="year"))


def two_years(item: Comparison) -> pd.DataFrame:
    """One row per measure: base and end year, change (million dollars), percent change, ratio.

    Percent and ratio are missing where the measure starts at zero or below, or changes sign.
    """
    rows = []
    for measure in MEASURES:
        base, end = item.pair(measure)
        rows.append({"measure": measure, "base": base, "end": end, "change": end - base})
        for way, column in (("percent-change", "percent_change"), ("ratio", "ratio")):
            try:
                rows[-1][column] = item.figure(measure, way).value
            except NoFigure:
                rows[-1][column] = float("nan")
    return pd.DataFrame(rows)


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


def by_base_year(item: Comparison, years: range) -> pd.DataFrame:
    """Change to the end year by base year: `base_year`, `exports`, `imports`, `deficit`, `ratio`.

    Changes in million dollars; `ratio` is that of the deficit, missing where it has no meaning.
    """
    rows = grid(
        partner=item.partner.code,
        base=years,
        end=item.end_year,
        as_="change",
        vintage=item.release.vintage,
    )
    table = pd.DataFrame({"base_year": list(years)})
    for measure in MEASURES:
        table[measure] = evaluate(measure, rows).value.to_numpy()
    ratios = rows.assign(as_="ratio")
    return table.assign(ratio=evaluate("deficit", ratios).value.to_numpy())


def by_window(item: Comparison, first: Period, count: int) -> pd.DataFrame:
    """Windows a year apart from `first` on: `window`, `exports`, `imports`, `deficit` (musd).

    In the release of `item`, or where it has no months in the newest that holds the windows
    (column `vintage`).
    """
    windows = [first.shift(years) for years in range(count)]
    rows = grid(partner=item.partner.code, end=[str(window) for window in windows],
                vintage=item.vintage_of_months)  # fmt: skip
    table = pd.DataFrame({"window": [window.words for window in windows]})
    for measure in MEASURES:
        found = evaluate(measure, rows)
        table[measure] = found.value.to_numpy()
    return table.assign(vintage=found.vintage.to_numpy()).dropna()


def world_share(item: Comparison) -> pd.Series:
    """The partner's share of the whole US goods deficit, percent by year; NaN without meaning.

    In the release that has the World too; raises `NoFigure` where there is none.
    """
    release = _with_all(item)
    years = list(range(release.first_year, release.last_full_year + 1))
    rows = grid(partner=item.partner.code, end=years, vintage=release.vintage, as_="share")
    return pd.Series(
        evaluate("deficit", rows).value.to_numpy(), index=pd.Index(years, name="year"), name="share"
    )


def ranking(item: Comparison, as_: str = "level") -> pd.DataFrame:
    """Every country by its deficit in the end year (or its change), largest first.

    `partner_code, name, value, rank`, in the release that has all partners; raises `NoFigure`
    where there is none.
    """
    choices = {"partner": countries(), "end": item.end_year, "vintage": _with_all(item).vintage}
    if as_ != "level":
        choices |= {"base": item.base_year, "as_": as_}
    found = evaluate("deficit", grid(**choices)).dropna(subset="value")
    found = found.assign(partner_code=found.partner.astype("str")).sort_values(
        "value", ascending=False
    )
    names = partners().set_index("partner_code").common_name
    return pd.DataFrame(
        {
            "partner_code": found.partner_code.to_numpy(),
            "name": names[found.partner_code].to_numpy(),
            "value": found.value.to_numpy(),
            "rank": range(1, len(found) + 1),
        }
    )


def _with_all(item: Comparison) -> Vintage:
    if item.common is None:
        raise NoFigure(
            f"release {item.release.vintage} holds {item.partner.name} only, so it is not set "
            f"beside others; type vintage {newest_of_all().vintage}"
        )
    return item.common


def source_line(release: Vintage) -> str:
    """Publisher, title and vintage of a release, for charts."""
    entry = publications().loc[release.source_id]
    return f"{entry.publisher}, {entry.title}, vintage {release.vintage}"


def newest_of_all() -> Vintage:
    """The newest release that holds all partners."""
    return [one for one in releases().values() if one.partners == "all"][-1]


def agreement_windows(item: Comparison) -> Period:
    """The twelve months April to March of the base year: KORUS took effect on 15 March 2012."""
    return period(f"{item.base_year}-04/{item.base_year + 1}-03")
