"""Figures of calendar years as levels with their ends: quoted in print, or of the files."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from korus_helpers.claims.intervals import Ends
from korus_helpers.figures.store import publications, remembered
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import FLOWS, GOODS_SERVICES
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.figure import provenance
from korus_helpers.trade.sectors import NAMED

TOPICS = {  # that are a sector of the files; others keep their name
    "motor_vehicles_and_parts": "autos",
    "goods_total": "total",
    "korea_reported_goods": "total",
}


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

    def with_ends(self, ends: Ends, measure: str, *behind: "Level") -> "Level":
        """The same with other ends and measure, and what is `behind` it from other levels."""
        return replace(
            self, measure=measure, low=ends.low, value=ends.value, high=ends.high,
            quoted=sum((one.quoted for one in behind), self.quoted),
            files=sum((one.files for one in behind), self.files),
        )  # fmt: skip


@remembered
def quoted_levels(partner: str) -> tuple[Level, ...]:
    """Every quoted figure of a partner and what follows from one source by addition.

    Korea's exports are US imports, its surplus is the US deficit. Claims are left out: they are
    what is looked for. Newest release first.
    """
    rows = open_table("quoted")
    rows = rows[(rows.partner_code == partner) & (rows.status != "claim")]
    sources = {source.Index: source for source in publications().itertuples()}
    pages: dict[tuple, dict[str, Level]] = {}
    for row in rows.itertuples():
        one = _read(row, sources[row.source_id])
        page = pages.setdefault((row.topic, row.year, row.source_id, row.in_force_from), {})
        page[one.measure] = one
    found = [one for known in pages.values() for one in (*known.values(), *_derived(known))]
    return tuple(sorted(found, key=lambda one: one.release, reverse=True))


@remembered
def file_levels(
    partner: str,
    measure: str,
    name: str,
    basis: str,
    vintage: str | tuple[str, ...],
    years: Collection[int],
) -> tuple[Level, ...]:
    """Calendar years of releases of the files, or as in force on a day, as levels."""
    asked = grid(partner=partner, sector=name, basis=basis, vintage=vintage, end=years)
    found = evaluate(measure, asked)
    levels = []
    for row in found.loc[
        found.value.notna(), ["end", "vintage", "low", "value", "high"]
    ].itertuples():
        used = Definition(partner, name, basis, row.vintage, end=row.end)
        release, source_ids, _ = provenance(measure, used)
        levels.append(Level(
            row.low, row.value, row.high, name, basis, measure, int(row.end), row.vintage, "",
            source_ids, NAMED[name].title, f"of the files, {release}", file=True,
            files=((measure, used),),
        ))  # fmt: skip
    return tuple(levels)


def _read(row: object, source: object) -> Level:
    """A row of the table `quoted` and its source, as US flows."""
    korean = row.reporter == "KOR"
    measure, sign = row.flow, 1
    if measure == "surplus":
        measure, sign = "deficit", 1 if korean else -1
    elif korean:
        measure = {"exports": "imports", "imports": "exports"}[measure]
    low, high = sorted(sign * float(end) for end in (row.low_musd, row.high_musd))
    release = f", release of {row.in_force_from}" if row.in_force_from else ""
    status = "" if row.status == "quoted" else f", {row.status}"
    return Level(
        low, sign * float(row.value_musd), high, TOPICS.get(row.topic, row.topic), row.basis,
        measure, int(row.year), row.in_force_from, row.in_force_until, (row.source_id,),
        row.title[0].lower() + row.title[1:],
        f"quoted by {source.publisher}, {source.title}{release}{status}", quoted=(row.Index,),
    )  # fmt: skip


def _derived(known: dict[str, Level]) -> list[Level]:
    """Deficit, two-way trade and balance where one source gives what they are made of."""
    found = {}
    if all(flow in known for flow in FLOWS):
        exports, imports = (known[flow] for flow in FLOWS)
        basis = " and ".join(dict.fromkeys([exports.basis, imports.basis]))
        both = replace(imports, basis=basis, said=f"from exports and imports {imports.said}")
        found["deficit"] = both.with_ends(imports - exports, "deficit", exports)
        found["two-way"] = both.with_ends(imports + exports, "two-way", exports)
    new = [one for measure, one in found.items() if measure not in known]
    deficit = known.get("deficit") or found.get("deficit")
    return [*new, deficit.with_ends(-deficit, "balance")] if deficit else new


def with_services(goods: Level, services: Level) -> Level:
    """Goods and services of one measure and year together, from two sources or one."""
    return replace(
        goods.with_ends(goods + services, goods.measure, services),
        sector=GOODS_SERVICES,
        title="goods and services",
        source_ids=tuple(dict.fromkeys(goods.source_ids + services.source_ids)),
        said=f"goods {goods.said}; services {services.said}",
        file=False,
    )
