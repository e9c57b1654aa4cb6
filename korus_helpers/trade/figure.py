"""A figure with all that is needed to find it again."""

from dataclasses import dataclass

from korus_helpers.figures.in_force import in_force
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.store import publications
from korus_helpers.trade.bases import BASES, COUNTED
from korus_helpers.trade.cells import WORLD
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.flows import coverage
from korus_helpers.trade.goods_services import PARTS, printed_before
from korus_helpers.trade.periods import period
from korus_helpers.trade.sectors import sector
from korus_helpers.trade.series import FLOWS, Series

EU, LEFT_EU = "0003", 2020  # the United Kingdom is in the EU figures to 2019
FIRST_YEAR = 1985
_WAYS = {"change": "change", "percent-change": "percent change", "ratio": "ratio"}


@dataclass(frozen=True)
class Figure:
    """One evaluated number.

    `value`, `low`, `high` are unrounded, in `unit` (million dollars, percent or times); `low` and
    `high` differ where the figures of a past day are known as intervals. `base_value` (NaN for a
    single period) and `end_value` are in million dollars. `vintage` is the release, or that
    of each flow; `mixed` marks a balance whose exports and imports were revised at different times.
    `definition.vintage` is the release that "latest" turned out to be.
    """

    measure: str
    definition: Definition
    value: float
    low: float
    high: float
    unit: str
    base_value: float
    end_value: float
    vintage: str
    source_ids: tuple[str, ...]
    mixed: bool = False

    @property
    def words(self) -> str:
        """The definition in words: measure, partner, sector, comparison, periods, basis."""
        asked, item = self.definition, sector(self.definition.sector)
        partner = find_partner(asked.partner).in_sentence
        what = {"two-way": "two-way trade"}.get(self.measure, self.measure)
        link = {"exports": "to", "imports": "from"}.get(self.measure, "with")
        counted = COUNTED.get(asked.basis, "goods")
        subject = (
            f"US {counted} {what} {link} {partner}"
            if item.name == "total"
            else f"US {what} {link} {partner}, {item.words}"
        )
        end = period(asked.end).words
        if asked.base:
            # "April 2011–March 2012", because "from ... to ... to ... to" cannot be read.
            base, end = (period(x).words.replace(" to ", "–") for x in (asked.base, asked.end))
            way = _WAYS.get(asked.as_)
            subject = (
                f"{subject}, {way} from {base} to {end}"
                if way
                else f"{subject}, part of the change in the goods {what} from {base} to {end}"
            )
        elif asked.as_ == "share":
            whole = "the world total" if item.whole == item.name else f"the goods {what}"
            subject = f"{subject}, share of {whole} in {end}"
        else:
            subject = f"{subject}, {end}"
        return f"{subject}; {BASES[asked.basis]}{', seasonally adjusted' if self._adjusted else ''}"

    @property
    def caution(self) -> str:
        """What to know of the figure, in sentences, or ""."""
        asked = self.definition
        years = [period(asked.base or asked.end).start // 12, period(asked.end).last_year]
        said = [caution(find_partner(asked.partner, years), *years)]
        if self._adjusted and (asked.partner == WORLD or asked.as_ == "share"):
            said.append("The World is the sum of countries that are each adjusted by themselves.")
        if asked.basis in PARTS:
            said.append(printed_before(asked.partner, years))
        return " ".join(filter(None, said))

    @property
    def _adjusted(self) -> bool:
        """Whether it is of seasonally adjusted quarters."""
        return self.definition.basis in PARTS and period(self.definition.end).year is None

    @property
    def source(self) -> str:
        """Publisher and title of every source, "; " between them."""
        rows = publications()
        return "; ".join(
            dict.fromkeys(f"{rows.publisher[key]}, {rows.title[key]}" for key in self.source_ids)
        )


def caution(partner: Partner, first: int, last: int) -> str:
    """A warning where a partner is not the same thing in both years, else ""."""
    if partner.code == EU and first < LEFT_EU <= last:
        return (
            f"The European Union is without the United Kingdom from {LEFT_EU} on, so its figures "
            "before and after are not of the same countries."
        )
    if first == partner.first_year and first > FIRST_YEAR:
        return (
            f"Figures of {partner.in_sentence} begin in {first}, so that year may not be a "
            "whole one."
        )
    return ""


def provenance(measure: str, asked: Definition) -> tuple[str, tuple[str, ...], bool]:
    """Release in words, source ids, and whether releases are mixed, for a figure that exists."""
    periods = [period(text) for text in (asked.base, asked.end) if text]
    if asked.vintage.startswith("as-of:"):
        day = asked.vintage.removeprefix("as-of:")
        known = [in_force(day, asked.partner, p.year) for p in periods]
        label = "; ".join(f"{p}: {k.label}" for p, k in zip(periods, known, strict=True))
        return label, tuple(dict.fromkeys(i for k in known for i in k.source_ids)), False
    monthly = any(p.year is None for p in periods)
    source = coverage(asked.vintage, asked.basis, asked.sector, monthly, asked.partner)
    if source.vintages is None:
        return source.label, source.source_ids, False
    return _by_flow(measure, source, [p.year for p in periods])


def _by_flow(measure: str, source: Series, years: list[int]) -> tuple[str, tuple[str, ...], bool]:
    flows = (measure,) if measure in FLOWS else FLOWS
    label = ", ".join(
        f"{flow} {' and '.join(dict.fromkeys(source.vintages[flow, year] for year in years))}"
        for flow in flows
    )
    return (
        label,
        source.source_ids,
        len(flows) == 2 and any(revised_between(source.vintages, year) for year in years),
    )


def revised_between(vintages: dict[tuple[str, int], str], year: int) -> bool:
    """Whether exports and imports of a year are of releases between which it was revised.

    The two newest years of an export file are revised after it; older ones stay as they are.
    """
    exports, imports = (vintages.get((flow, year), "") for flow in FLOWS)
    if not exports or not imports:
        return False
    newest = max(y for (flow, y), one in vintages.items() if (flow, one) == ("exports", exports))
    return exports != imports and year >= newest - 1
