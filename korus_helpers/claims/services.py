"""Services, and goods with services, as they were quoted in print at the time.

Services come from pages of the US Trade Representative, as intervals that their digits allow.
Goods with services are the goods of the country file (Census basis) plus those services; published
totals adjust goods to the balance of payments first, so the sum is a near definition, not theirs.
The figures of today are those of the Bureau of Economic Analysis (`trade.catalogue`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.levels import Level, quoted_levels
from korus_helpers.errors import NoFigure
from korus_helpers.figures.partners import find_partner
from korus_helpers.trade.bases import FLOWS, GOODS_SERVICES, SERVICES
from korus_helpers.trade.definition import COMPARED, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import period

_WAYS = {"change": "change", "percent-change": "percent change", "ratio": "ratio"}
_LINKS = {"exports": "to", "imports": "from"}

Ends = tuple[float, float, float]


@dataclass(frozen=True)
class QuotedDefinition:
    """The fields of `trade.definition.Definition`, for sectors that no file has."""

    partner: str
    sector: str
    basis: str
    vintage: str
    base: str
    end: str
    as_: str


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
        what = {"two-way": "two-way trade"}.get(self.measure, self.measure)
        partner = find_partner(asked.partner).in_sentence
        when = asked.end
        if asked.base:
            when = f"{_WAYS[asked.as_]} from {asked.base} to {asked.end}"
        return (
            f"US {'goods and services' if goods else 'services'} {what} "
            f"{_LINKS.get(self.measure, 'with')} {partner}, {when}; services as quoted"
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
    code, years = claim.partner.code, _years(claim)
    quoted = [_quoted(code, claim.measure, year) for year in years]
    ends = [(one.low, one.value, one.high) for one in quoted]
    sources = [source for one in quoted for source in one.source_ids]
    labels = [f"services {one.year}: as quoted {one.release}" for one in quoted]
    parts = list(quoted)
    if claim.sector == GOODS_SERVICES:
        for at, year in enumerate(years):
            goods = evaluate(claim.measure, Definition(code, vintage=vintage, end=year))
            both = zip(ends[at], (goods.low, goods.value, goods.high), strict=True)
            ends[at] = tuple(one + other for one, other in both)
            sources += goods.source_ids
            parts[at] = replace(quoted[at], files=(("two-way", goods.definition),))
            labels.append(f"goods {goods.vintage}")
    low, value, high = _compared(claim, ends)
    asked = QuotedDefinition(
        code, claim.sector, "as quoted", vintage, years[0] if len(years) > 1 else "", years[-1],
        claim.as_,
    )  # fmt: skip
    base = ends[0][1] if len(ends) > 1 else float("nan")
    return QuotedFigure(
        claim.measure, asked, value, low, high, UNITS[claim.as_], base, ends[-1][1],
        "; ".join(dict.fromkeys(labels)), tuple(dict.fromkeys(sources)),
        chained=len({one.source_ids for one in quoted}) > 1, parts=tuple(parts),
    )  # fmt: skip


def reach(claim: Claim, figure: Figure, part: float) -> tuple[float, float]:
    """Low and high of a figure whose levels may be off by a `part` of the trade of their year.

    That is how far the release of a past day, or adjustments to the balance of payments, may lie
    from the figure at hand. Infinite where the comparison may lose its meaning.
    """
    basis = claim.sector if claim.sector == SERVICES else GOODS_SERVICES
    code, traded = claim.partner.code, claim.measure
    traded = traded if traded in FLOWS else "two-way"
    levels = {str(claim.end): figure.end_value}
    if claim.as_ in COMPARED:
        levels = {str(claim.base): figure.base_value, **levels}
    ends = []
    for year, value in levels.items():
        try:
            off = part * evaluate(traded, Definition(code, basis=basis, end=year)).value
        except NoFigure:
            off = 0.0
        ends.append((value - off, value, value + off))
    try:
        low, _, high = _compared(claim, ends)
    except NoFigure:
        return float("-inf"), float("inf")
    return low, high


def _years(claim: Claim) -> list[str]:
    return [
        str(one)
        for one in (claim.base, claim.end)
        if one and (one is claim.end or claim.as_ in COMPARED)
    ]


def _quoted(code: str, measure: str, year: str) -> Level:
    found = [
        one for one in quoted_levels(code)
        if (one.sector, one.measure, str(one.year)) == (SERVICES, measure, year)
    ]  # fmt: skip
    if not found:
        name = find_partner(code).in_sentence
        raise NoFigure(
            f"services ({measure}) of {period(year).words} with {name} are not quoted either"
        )
    return found[0]


def _compared(claim: Claim, ends: Sequence[Ends]) -> Ends:
    if claim.as_ == "level":
        return ends[0]
    base, end = ends
    if claim.as_ == "change":
        return tuple(one - other for one, other in zip(end, base[::-1], strict=True))
    if base[0] <= 0 or end[0] < 0:
        raise NoFigure(
            f"a {claim.as_} of the {claim.measure} has no meaning here: it may start at zero or "
            "below, or change sign; ask for the change"
        )
    ratios = tuple(one / other for one, other in zip(end, base[::-1], strict=True))
    return ratios if claim.as_ == "ratio" else tuple(100 * (one - 1) for one in ratios)
