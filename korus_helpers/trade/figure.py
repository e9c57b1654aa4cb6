"""A figure with all that is needed to find it again."""

from dataclasses import dataclass

import pandas as pd

from korus_helpers.figures.in_force import in_force
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.store import publications
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import (
    BASES,
    COUNTED,
    FLOWS,
    OF_WHOLE,
    PARTS,
    SERVICES,
    WORLD,
    of_trade,
)
from korus_helpers.trade.catalogue import AS_OF, series
from korus_helpers.trade.definition import Definition

FIRST_YEAR = 1985
_WAYS = {
    "record": "place among the periods",
    "record-low": "place among the periods, the smallest first,",
    "change": "change",
    "percent-change": "percent change",
    "ratio": "ratio",
}
_OF_ONE = {
    "imbalance": "in percent of imports",
    "gdp-share": "in percent of US gross domestic product",
    "flow-ratio": "one flow over the other",
    "rank": "place among countries",
    "record": "place among all periods since {}, the largest first,",
    "record-low": "place among all periods since {}, the smallest first,",
}


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
        asked, item = self.definition, self.definition.what
        what = {"two-way": "two-way trade"}.get(self.measure, self.measure)
        goods = COUNTED.get(asked.basis, "goods") if item.kind == "all goods" else ""
        subject = of_trade(self.measure, asked.who.in_sentence, goods)
        subject += "" if goods else f", {item.words}"
        whole = "the world total" if item.whole == item else f"the goods {what}"
        if asked.first:
            # "April 2011–March 2012", because "from ... to ... to ... to" cannot be read.
            base, end = (one.words.replace(" to ", "–") for one in asked.periods)
            part = f"part of the change in the goods {what}"
            way = _WAYS.get(asked.as_, part)
            if asked.as_ == "points":
                way = f"change of the share of {whole}, in percentage points,"
            subject += f", {way} from {base} to {end}"
        elif asked.as_ in _OF_ONE:
            subject += f", {_OF_ONE[asked.as_].format(self.since)} in {asked.last.words}"
        elif asked.as_ == "share":
            subject += f", share of {whole} in {asked.last.words}"
        else:
            subject += f", {asked.last.words}"
        return f"{subject}; {BASES[asked.basis]}{', seasonally adjusted' * self._adjusted}"

    @property
    def since(self) -> int:
        """The year since which the place of a record is told; 0 for any other figure."""
        asked = self.definition
        if asked.first or asked.as_ not in ("record", "record-low"):
            return 0
        held = series(asked.vintage, asked.basis, asked.what, not asked.last.whole_years)
        flows = [self.measure] if self.measure in FLOWS else FLOWS
        return max(max(map(held.begin, flows)) // 12, asked.who.first_year or 0)

    @property
    def caution(self) -> str:
        """What to know of the figure, in sentences, or ""."""
        asked = self.definition
        years = [asked.periods[0].start // 12, asked.last.last_year]
        said = [caution(asked.who, *years), self._of_members(*years)]
        if self._adjusted and (asked.partner == WORLD or asked.as_ in OF_WHOLE[:2]):
            said.append("The World is the sum of countries that are each adjusted by themselves.")
        if asked.basis in PARTS:
            said.append(_printed_before(asked.partner, years))
        return " ".join(filter(None, said))

    def _of_members(self, first: int, last: int) -> str:
        """How much of both ends is theirs who came into a group or left it between them."""
        asked, said = self.definition, []
        held = series(asked.vintage, asked.basis, asked.what, not asked.last.whole_years)
        moves = members_moved(asked.who, first, last) if held and asked.first else []
        for one, _, came in moves:
            exports, imports = held.window(asked.last if came else asked.first, [one.code])
            parts = {"exports": exports[0], "imports": imports[0]}
            part = parts.get(self.measure)
            if part is not None and part == part:
                said.append(f"{_first(one)}'s part of {last if came else first} is "
                            f"{part:,.1f} million dollars.")  # fmt: skip
        return " ".join(said)

    @property
    def _adjusted(self) -> bool:
        """Whether it is of seasonally adjusted quarters."""
        return self.definition.basis in PARTS and self.definition.last.year is None

    @property
    def source(self) -> str:
        """Publisher and title of every source, "; " between them."""
        return sources_in_words(self.source_ids)


def sources_in_words(source_ids: tuple[str, ...]) -> str:
    """Publisher and title of each, "; " between them."""
    rows = publications()
    return "; ".join(
        dict.fromkeys(f"{rows.publisher[key]}, {rows.title[key]}" for key in source_ids)
    )


def members_moved(group: Partner, first: int, last: int) -> list[tuple[Partner, int, bool]]:
    """Who came into a group (True) or left it after the first and up to the last year, and when."""
    if group.kind != "group":
        return []
    rows = open_table("group_members").query("group_code == @group.code")
    moves = []
    for row in rows.itertuples():
        if first < row.from_year <= last:
            moves.append((find_partner(row.partner_code), row.from_year, True))
        if pd.notna(row.to_year) and first <= row.to_year < last:
            moves.append((find_partner(row.partner_code), row.to_year + 1, False))
    return sorted(moves, key=lambda move: move[1])


def _first(partner: Partner) -> str:
    """The name at the beginning of a sentence."""
    return partner.in_sentence[:1].upper() + partner.in_sentence[1:]


def caution(partner: Partner, first: int, last: int) -> str:
    """A warning where a partner is not the same thing in both years, else ""."""
    if moves := members_moved(partner, first, last):
        said = [f"{'with' if came else 'without'} {one.in_sentence} from {year} on"
                for one, year, came in moves]  # fmt: skip
        listed = f"{', '.join(said[:-1])}{' and ' * (len(said) > 1)}{said[-1]}"
        return (
            f"{_first(partner)} is {listed}, so its figures before and after are not of the "
            "same countries."
        )
    if first == partner.first_year and first > FIRST_YEAR:
        return (
            f"Figures of {partner.in_sentence} begin in {first}, so that year may not be a "
            "whole one."
        )
    return ""


def _printed_before(partner_code: str, years: list[int]) -> str:
    """That figures of services are revised, with what was quoted at the time, as a sentence."""
    quoted = open_table("quoted")
    quoted = quoted[
        (quoted.topic == SERVICES)
        & (quoted.partner_code == partner_code)
        & quoted.year.isin(years)
        & quoted.flow.isin(FLOWS)
    ]
    said = []
    for year, rows in quoted.groupby("year"):
        flows = ", ".join(f"{row.flow} {row.value_musd:,.0f}" for row in rows.itertuples())
        said.append(
            f"for {year} other figures of services were printed in {rows.in_force_from.iloc[0]} "
            f"({flows} million dollars)"
        )
    told = f": {'; '.join(said)}" if said else ", so what was printed at the time may differ"
    return f"These figures are revised years back{told}."


def provenance(measure: str, asked: Definition) -> tuple[str, tuple[str, ...], bool]:
    """Release in words, source ids, and whether releases are mixed, for a figure that exists."""
    if asked.vintage.startswith(AS_OF):
        day = asked.vintage.removeprefix(AS_OF)
        known = {
            (one, code): in_force(day, code, one.year)
            for one in asked.periods for code in asked.partner.split("+")
        }  # fmt: skip
        labels = dict.fromkeys(f"{one}: {at.label}" for (one, _), at in known.items())
        label = "; ".join(labels)
        return label, tuple(dict.fromkeys(i for at in known.values() for i in at.source_ids)), False
    monthly = not all(one.whole_years for one in asked.periods)
    alone = asked.partner if asked.what.fetched and asked.who.kind != "sum" else None
    source = series(asked.vintage, asked.basis, asked.what, monthly, alone)
    if source.vintages is None:
        return source.label, source.source_ids, False
    years = [year for one in asked.periods for year in range(one.start // 12, one.last_year + 1)]
    flows = (measure,) if measure in FLOWS else FLOWS
    label = ", ".join(
        f"{flow} {' and '.join(dict.fromkeys(source.vintages[flow, year] for year in years))}"
        for flow in flows
    )
    mixed = len(flows) == 2 and any(revised_between(source.vintages, year) for year in years)
    return label, source.source_ids, mixed


def revised_between(vintages: dict[tuple[str, int], str], year: int) -> bool:
    """Whether exports and imports of a year are of releases between which it was revised.

    The two newest years of an export file are revised after it; older ones stay as they are.
    """
    exports, imports = (vintages.get((flow, year), "") for flow in FLOWS)
    if not exports or not imports:
        return False
    newest = max(y for (flow, y), one in vintages.items() if (flow, one) == ("exports", exports))
    return exports != imports and year >= newest - 1
