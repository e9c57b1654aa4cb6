"""One definition that gives a number, with its name in words and its sources."""

from dataclasses import dataclass

from korus_helpers.claims.levels import Level
from korus_helpers.claims.steps import BIT, names_of
from korus_helpers.sources.partners import find_partner
from korus_helpers.trade.definition import UNITS, Definition
from korus_helpers.trade.figure import Figure, provenance


@dataclass(frozen=True)
class Match:
    """One definition that gives the number.

    `value` lies in [`low`, `high`], in `unit`; the ends differ where the figure is `quoted` in
    print. All others, and those whose `vintage` is "as-of:" a day, `evaluate` takes as they stand.
    Of the rest `vintage` names the day on which the release came into force ("" unknown) and
    `sector` may be services, goods-and-services or what only print knows. `steps` name each
    departure from what was stated. `possible` marks a quoted figure that straddles the number's
    interval: it may be it, but does not count as a match. `source_ids` are keys of `sources`,
    `parts` the levels behind a figure that `evaluate` does not take.
    """

    measure: str
    as_: str
    sector: str
    basis: str
    vintage: str
    base: str
    end: str
    partner: str
    value: float
    low: float
    high: float
    unit: str
    steps: tuple[str, ...]
    quoted: bool
    label: str
    source_ids: tuple[str, ...]
    possible: bool = False
    parts: tuple[Level, ...] = ()


def match_of(partner: str, row: object) -> Match:
    """The match that a row of `candidates.candidates` describes; `row.possible` is said with it."""
    names = ("measure", "as_", "sector", "basis", "vintage", "base", "end")
    chosen = {name: getattr(row, name) for name in names}
    numbers = tuple(float(getattr(row, name)) for name in ("value", "low", "high"))
    label, source_ids = _named(partner, row, chosen, numbers)
    return Match(
        **chosen,
        partner=partner,
        value=numbers[0],
        low=numbers[1],
        high=numbers[2],
        unit=UNITS[row.as_],
        steps=names_of(row.bits),
        quoted=bool(row.quoted),
        label=label,
        source_ids=source_ids,
        possible=bool(row.possible),
        parts=tuple(row.parts or ()),
    )


def _named(
    partner: str, row: object, chosen: dict[str, str], numbers: tuple[float, float, float]
) -> tuple[str, tuple[str, ...]]:
    """The definition in words, and its sources."""
    if not row.parts:
        used = Definition(partner, **{k: v for k, v in chosen.items() if k != "measure"})
        release, sources, mixed = provenance(row.measure, used)
        figure = Figure(row.measure, used, *numbers, UNITS[row.as_], 0.0, 0.0, release, sources)
        extra = f"; {figure.source}" if row.quoted else ", mixed releases" if mixed else ""
        return f"{figure.words}; {release}{extra}", sources
    link = {"exports": "to", "imports": "from"}.get(row.measure, "with")
    title = row.parts[-1].title
    measure = {"two-way": "two-way trade"}.get(row.measure, row.measure)
    what = f"US {measure} {link} {find_partner(partner).in_sentence}, {title}"
    said = [f"{part.year} {part.said}" for part in row.parts]
    sources = tuple(dict.fromkeys(key for part in row.parts for key in part.source_ids))
    if len(row.parts) == 1:
        return f"{what}, {said[0].replace(' ', ', ', 1)}", sources
    way = row.as_.replace("-", " ")
    chained = "; chains two sources" if row.bits & BIT["chains two sources"] else ""
    return f"{what}, {way} from {said[0]} to {said[1]}{chained}", sources
