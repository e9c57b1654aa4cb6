"""Figures of calendar years as levels with their ends: quoted in print, or of the files.

Services, and goods with services, as they were printed at the time come from pages of the US Trade
Representative, as intervals that their digits allow. Goods with services are the goods of the
country file (Census basis) plus those services; published totals adjust goods to the balance of
payments first, so the sum is a near definition, not theirs. The figures of today are those of the
Bureau of Economic Analysis (`trade.catalogue`).
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from korus_helpers.claims.claim import Claim
from korus_helpers.errors import NoFigure
from korus_helpers.figures.partners import Partner
from korus_helpers.figures.store import publications, remembered
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import COMPARED, FLOWS, GOODS_SERVICES, SERVICES, UNITS, of_trade
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, figure_or_why, grid
from korus_helpers.trade.figure import Figure, provenance
from korus_helpers.trade.periods import Period
from korus_helpers.trade.sectors import NAMED
from korus_helpers.trade.series import Ends

TOPICS = {  # that are a sector of the files; others keep their name
    "motor_vehicles_and_parts": "autos",
    "goods_total": "total",
    "korea_reported_goods": "total",
}
_KOREAN = {"exports": "imports", "imports": "exports", "surplus": "deficit"}
_WAYS = {"change": "change", "percent-change": "percent change", "ratio": "ratio"}


@dataclass(frozen=True)
class Level(Ends):
    """One figure of one calendar year, as US flows, in million dollars with its ends.

    `release` is the day from which it was in force ("" unknown) or the vintage of a file, `until`
    the end; `said` tells in words where it is from. `quoted` numbers the rows of the table
    `quoted` behind it, `files` are the figures of the files behind it, as measure and definition.
    """

    sector: str
    basis: str
    measure: str
    year: int
    release: str
    until: str
    source_ids: tuple[str, ...]
    title: str
    said: str
    file: bool = False
    quoted: tuple[int, ...] = ()
    files: tuple[tuple[str, Definition], ...] = ()

    def in_force(self, day: str) -> bool:
        """Whether it stood on a day, as far as its release is known."""
        return bool(self.release) and self.release <= day and (not self.until or day < self.until)

    def made(self, ends: Ends, *behind: "Level", **other: object) -> "Level":
        """The same with other ends, and what is `behind` it from other levels."""
        return replace(
            self, low=ends.low, value=ends.value, high=ends.high,
            quoted=sum((one.quoted for one in behind), self.quoted),
            files=sum((one.files for one in behind), self.files), **other,
        )  # fmt: skip


@remembered
def quoted_levels(partner: str) -> tuple[Level, ...]:
    """Every quoted figure of a partner and what follows from one source by addition.

    Korea's exports are US imports, its surplus is the US deficit. Claims are left out: they are
    what is looked for. Newest release first.
    """
    rows = open_table("quoted")
    rows = rows[(rows.partner_code == partner) & (rows.status != "claim")]
    pages: dict[tuple, dict[str, Level]] = {}
    for row in rows.itertuples():
        one = _read(row)
        page = pages.setdefault((row.topic, row.year, row.source_id, row.in_force_from), {})
        page[one.measure] = one
    found = [one for known in pages.values() for one in (*known.values(), *_derived(known))]
    return tuple(sorted(found, key=lambda one: one.release, reverse=True))


def _read(row) -> Level:
    """A row of the table `quoted`, as US flows."""
    korean, source = row.reporter == "KOR", publications().loc[row.source_id]
    measure = _KOREAN[row.flow] if korean else row.flow
    ends = Ends(row.low_musd, float(row.value_musd), row.high_musd)
    if measure == "surplus":
        measure, ends = "deficit", -ends
    low, high = sorted((float(ends.low), float(ends.high)))
    release = f", release of {row.in_force_from}" if row.in_force_from else ""
    status = "" if row.status == "quoted" else f", {row.status}"
    return Level(
        low, ends.value, high, TOPICS.get(row.topic, row.topic), row.basis, measure,
        int(row.year), row.in_force_from, row.in_force_until, (row.source_id,),
        row.title[0].lower() + row.title[1:],
        f"quoted by {source.publisher}, {source.title}{release}{status}", quoted=(row.Index,),
    )  # fmt: skip


def _derived(known: dict[str, Level]) -> list[Level]:
    """Deficit, two-way trade and balance where one source gives what they are made of."""
    found = {}
    if set(FLOWS) <= set(known):
        exports, imports = (known[flow] for flow in FLOWS)
        basis = " and ".join(dict.fromkeys([exports.basis, imports.basis]))
        shared = {"basis": basis, "said": f"from exports and imports {imports.said}"}
        for measure, ends in (("deficit", imports - exports), ("two-way", imports + exports)):
            found[measure] = imports.made(ends, exports, measure=measure, **shared)
    new = [one for measure, one in found.items() if measure not in known]
    deficit = known.get("deficit") or found.get("deficit")
    return [*new, deficit.made(-deficit, measure="balance")] if deficit else new


@remembered
def file_levels(
    partner: Partner,
    measure: str,
    name: str,
    basis: str,
    vintage: str | tuple[str, ...],
    years: Collection[int],
) -> tuple[Level, ...]:
    """Calendar years of releases of the files, or as in force on a day, as levels."""
    asked = grid(partner=partner.code, sector=name, basis=basis, vintage=vintage, end=years)
    found = evaluate(measure, asked)
    levels = []
    for row in found[found.value.notna()].itertuples():
        used = Definition(partner, NAMED[name], basis, row.vintage, end=row.end)
        release, source_ids, _ = provenance(measure, used)
        levels.append(Level(
            row.low, row.value, row.high, name, basis, measure, int(row.end), row.vintage, "",
            source_ids, NAMED[name].title, f"of the files, {release}", file=True,
            files=((measure, used),),
        ))  # fmt: skip
    return tuple(levels)


def with_services(goods: Level, services: Level) -> Level:
    """Goods and services of one measure and year together, from two sources or one."""
    return goods.made(
        goods + services, services, sector=GOODS_SERVICES, title="goods and services",
        source_ids=tuple(dict.fromkeys(goods.source_ids + services.source_ids)),
        said=f"goods {goods.said}; services {services.said}", file=False,
    )  # fmt: skip


# What a claim about services speaks of


class QuotedDefinition(NamedTuple):
    """The fields of `trade.definition.Definition`, for sectors that no file has."""

    partner: str
    sector: str
    basis: str
    vintage: str
    base: str
    end: str
    as_: str
    who: Partner


@dataclass(frozen=True)
class QuotedFigure(Figure):
    """A figure of services, or of goods with services.

    `chained`: its ends are of two releases. `parts` are the levels behind it.
    """

    chained: bool = False
    parts: tuple[Level, ...] = ()

    def in_force(self, day: str) -> bool:
        """Whether what is quoted of services was in force on a day."""
        return all(one.release <= day and (not one.until or day < one.until) for one in self.parts)

    @property
    def words(self) -> str:
        """The definition in words, with where services and goods come from."""
        asked = self.definition
        goods = asked.sector == GOODS_SERVICES
        when = asked.end
        if asked.base:
            when = f"{_WAYS[asked.as_]} from {asked.base} to {asked.end}"
        what = "goods and services" if goods else "services"
        return (
            f"{of_trade(self.measure, asked.who.in_sentence, what)}, {when}; services as quoted"
            + (", goods on the Census basis" if goods else "")
        )

    @property
    def caution(self) -> str:
        """What is known of the figure's reach, as a sentence."""
        said = []
        if self.definition.sector == GOODS_SERVICES:
            said.append(
                "Published totals of goods with services adjust goods to the balance of payments "
                "first; those of that day are not included."
            )
        if self.chained:
            said.append(
                "Services of the two years are quoted from two releases, between which they may "
                "have been revised, so the comparison decides nothing."
            )
        return " ".join(said)


def quoted_figure(claim: Claim, vintage: str) -> QuotedFigure:
    """What a claim about services, or goods with services, speaks of, from quoted figures.

    `vintage` is that of the goods. Raises `NoFigure` where a year is not quoted or the way of
    comparing has no meaning.
    """
    periods = [claim.base, claim.end] if claim.as_ in COMPARED else [claim.end]
    parts, levels, sources, labels = [], [], [], []
    for one in periods:
        services = _services(claim, one)
        labels.append(f"services {services.year}: as quoted {services.release}")
        part, ends = services, Ends(services.low, services.value, services.high)
        if claim.sector == GOODS_SERVICES:
            goods = evaluate(claim.measure, Definition(claim.partner, vintage=vintage, end=one))
            part = replace(services, files=(("two-way", goods.definition),))
            ends += Ends(goods.low, goods.value, goods.high)
            sources += goods.source_ids
            labels.append(f"goods {goods.vintage}")
        parts.append(part)
        levels.append(ends)
    found = _compared(claim, levels)
    base, end = str(periods[0]) if len(periods) > 1 else "", str(claim.end)
    asked = QuotedDefinition(claim.partner.code, claim.sector, "as quoted", vintage, base, end,
                             claim.as_, claim.partner)  # fmt: skip
    pages = [part.source_ids for part in parts]
    return QuotedFigure(
        claim.measure, asked, float(found.value), float(found.low), float(found.high),
        UNITS[claim.as_], levels[0].value if base else math.nan, levels[-1].value,
        "; ".join(dict.fromkeys(labels)), tuple(dict.fromkeys([*sum(pages, ()), *sources])),
        chained=len(set(pages)) > 1, parts=tuple(parts),
    )  # fmt: skip


def reach(claim: Claim, figure: Figure, part: float) -> tuple[float, float]:
    """Low and high of a figure whose levels may be off by a `part` of the trade of their year.

    That is how far the release of a past day, or adjustments to the balance of payments, may lie
    from the figure at hand. Infinite where the comparison may lose its meaning.
    """
    basis = claim.sector if claim.sector == SERVICES else GOODS_SERVICES
    traded = claim.measure if claim.measure in FLOWS else "two-way"
    known = [(claim.base, figure.base_value)] if claim.as_ in COMPARED else []
    levels = []
    for when, value in [*known, (claim.end, figure.end_value)]:
        trade, _ = figure_or_why(traded, Definition(claim.partner, basis=basis, end=when))
        off = part * trade.value if trade else 0.0
        levels.append(Ends(value - off, value, value + off))
    try:
        found = _compared(claim, levels)
    except NoFigure:
        return -math.inf, math.inf
    return float(found.low), float(found.high)


def _services(claim: Claim, when: Period) -> Level:
    for one in quoted_levels(claim.partner.code):
        if (one.sector, one.measure, one.year) == (SERVICES, claim.measure, when.year):
            return one
    raise NoFigure(
        f"services ({claim.measure}) of {when.words} with {claim.partner.in_sentence} "
        "are not quoted either"
    )


def _compared(claim: Claim, levels: list[Ends]) -> Ends:
    if claim.as_ == "level":
        return levels[0]
    found = levels[1].since(levels[0], claim.as_)
    if math.isnan(found.value):
        raise NoFigure(
            f"a {claim.as_} of the {claim.measure} has no meaning here: it may start at zero or "
            "below, or change sign; ask for the change"
        )
    return found
