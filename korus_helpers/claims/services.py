"""Services, and goods with services: figures quoted in print, for no file of them ships.

Services come from pages of the US Trade Representative, as intervals that their digits allow.
Goods with services are the goods of the country file (Census basis) plus those services; published
totals adjust goods to the balance of payments first, so the sum is a near definition, not theirs.
"""

from dataclasses import dataclass, replace

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.levels import Level, quoted_levels
from korus_helpers.errors import NoFigure
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.definition import COMPARED, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.periods import period

SERVICES, WITH_SERVICES = "services", "goods-and-services"
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

    `chained`: its ends are of two releases. `goods_trade` is the US trade in goods, both ways, of
    the last year (million dollars), 0 for services alone. `parts` are the levels behind it.
    """

    chained: bool = False
    goods_trade: float = 0.0
    parts: tuple[Level, ...] = ()

    @property
    def words(self) -> str:
        """The definition in words, with where services and goods come from."""
        asked = self.definition
        goods = asked.sector == WITH_SERVICES
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
        if self.definition.sector == WITH_SERVICES:
            said.append(
                "Published totals of goods with services adjust goods to the balance of payments "
                "first; no such figures ship."
            )
        if self.chained:
            said.append(
                "Services of the two years are quoted from two releases, between which they may "
                "have been revised, so the comparison decides nothing."
            )
        return " ".join(said)


def services_figure(claim: Claim, vintage: str) -> QuotedFigure:
    """What a claim about services, or goods with services, speaks of, from quoted figures.

    `vintage` is that of the goods. Raises `NoFigure` where a year is not quoted or the way of
    comparing has no meaning.
    """
    if claim.as_ in ("share", "contribution"):
        raise NoFigure(f"a {claim.as_} of services is not calculated here")
    years = [text for text in (claim.base, claim.end) if text]
    if claim.as_ not in COMPARED:
        years = years[-1:]
    code = find_partner(claim.partner).code
    quoted = [_quoted(code, claim.measure, year) for year in years]
    ends = [(one.low, one.value, one.high) for one in quoted]
    sources = [source for one in quoted for source in one.source_ids]
    labels = [f"services {one.year}: as quoted {one.release}" for one in quoted]
    parts, traded = list(quoted), 0.0
    if claim.sector == WITH_SERVICES:
        for at, year in enumerate(years):
            asked = Definition(code, vintage=vintage, end=year)
            goods, traded = evaluate(claim.measure, asked), evaluate("two-way", asked).value
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
        chained=len({one.source_ids for one in quoted}) > 1, goods_trade=traded,
        parts=tuple(parts),
    )  # fmt: skip


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


def _compared(claim: Claim, ends: list[Ends]) -> Ends:
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
