"""What was known on a given day of a partner's exports, imports and deficit in a year."""

import math
from dataclasses import dataclass

from korus_helpers.errors import NoFigure
from korus_helpers.figures.releases import Vintage, annual_goods, releases
from korus_helpers.figures.store import remembered
from korus_helpers.figures.tables import open_table

Ends = tuple[float, float, float]
"""Lowest, stated and highest value, million dollars; all equal where the figure is exact."""


@dataclass(frozen=True)
class InForce:
    """Figures published on a day; `deficit` is given where it is known more closely than the flows.

    `label` says which release and how it is known; `source_ids` are keys of the table `sources`.
    It rests on the `releases` at hand, or on the rows of the table `quoted` numbered in `quoted`.
    """

    exports: Ends
    imports: Ends
    deficit: Ends
    label: str
    source_ids: tuple[str, ...]
    releases: tuple[str, ...] = ()
    quoted: tuple[int, ...] = ()


@remembered
def in_force(day: str, partner_code: str, year: int) -> InForce:
    """Annual goods trade with a partner as published on `day` ("2017-12-28"), general basis.

    A release at hand gives exact figures. Figures quoted from the release of the day give the
    interval that their digits allow, all quotations together. Where neither is at hand but the
    releases before and after agree, their common figure is taken, and the label says so.
    Raises `NoFigure` where the figures of that day cannot be known from what is at hand.
    """
    span = [partner_code], 12 * year, 12 * year + 11
    holding = [one for one in releases().values() if one.covers(*span, whole_years=True)]
    since = {one: _since(one, year) for one in holding}
    standing = [one for one in holding if _certain(since[one], one.in_force_until, day)]
    if standing:
        # Those between two revisions hold the same figures: the newest of that day is named.
        published = [one for one in standing if one.vintage[:7] <= day[:7]]
        release = published[-1] if published else standing[0]
        label = f"{release.vintage}, in force on {day}"
        return _exact((release,), partner_code, year, label)
    found = _quoted(day, partner_code, year)
    if found:
        return found
    before = [one for one in holding if _certain(since[one], "", day)]
    after = [one for one in holding if one not in before]
    if before and after:
        pair = before[-1], after[0]
        rows = [annual_flows(one.vintage).get((partner_code, year)) for one in pair]
        if None not in rows and all(abs(a - b) <= 0.001 for a, b in zip(*rows, strict=True)):
            names = " and ".join(one.vintage for one in pair)
            label = f"the same in {names}, so inferred for {day}"
            return _exact(pair, partner_code, year, label)
    raise NoFigure(
        f"cannot be checked: the figures for {year} that were in force on {day} are not "
        "included for this partner; type --vintage latest or an included release to use another"
    )


def _since(release: Vintage, year: int) -> str:
    """From when on a release had the figures of a full year, as day, month or year.

    Before the first figures of a year there are none, so that what a text of that month prints can
    only be they: the month counts from its first day.
    """
    if year < release.last_full_year:
        return release.in_force_from
    start = release.newest_year_from
    first = start != release.in_force_from and len(start) == len("2022-02")
    return f"{start}-01" if first else start


def _certain(start: str, end: str, day: str) -> bool:
    """Whether a figure published from `start` to `end` (day, month or year) stood on `day`."""
    out = bool(start) and start <= day and (len(start) == 10 or day[: len(start)] != start)
    return out and (not end or day < end)


def _exact(given: tuple[Vintage, ...], partner_code: str, year: int, label: str) -> InForce:
    row = annual_flows(given[0].vintage).get((partner_code, year))
    if row is None:
        raise NoFigure(f"no trade with this partner is recorded in {year}")
    exports, imports = row
    return InForce(
        *((value,) * 3 for value in (exports, imports, imports - exports)),
        label,
        tuple(one.source_id for one in given),
        releases=tuple(one.vintage for one in given),
    )


@remembered
def annual_flows(vintage: str) -> dict[tuple[str, int], tuple[float, float]]:
    """Exports and imports by (partner code, full year) of one release, million dollars."""
    rows = annual_goods(vintage)
    columns = ("partner_code", "year", "exports_musd", "imports_musd")
    cells = zip(*(rows[name].tolist() for name in columns), strict=True)
    return {(code, year): (exports, imports) for code, year, exports, imports in cells}


@remembered
def _quotations() -> dict[tuple[str, int], list]:
    """Rows of the table `quoted` about all goods on the general basis, by partner and year."""
    rows = open_table("quoted")
    found: dict[tuple[str, int], list] = {}
    for row in rows[(rows.topic == "goods_total") & (rows.basis == "general")].itertuples():
        found.setdefault((row.partner_code, row.year), []).append(row)
    return found


def _quoted(day: str, partner_code: str, year: int) -> InForce | None:
    """What all quotations of the release of a day allow together; None without both flows."""
    rows = [
        row
        for row in _quotations().get((partner_code, year), ())
        if _certain(row.in_force_from, row.in_force_until, day)
    ]
    known: dict[str, Ends] = {}

    def meet(flow: str, low: float, high: float, value: float = math.nan) -> None:
        """Narrow what is known of a flow to [low, high]."""
        old_low, old, old_high = known.get(flow, (low, (low + high) / 2, high))
        low, high = max(low, old_low), min(high, old_high)
        stated = old if math.isnan(value) else value
        known[flow] = low, min(max(stated, low), high), high

    for row in rows:
        meet(row.flow, row.low_musd, row.high_musd, row.value_musd)
    if "two-way" in known and "deficit" in known:  # X is half their difference, M half their sum
        (low, _, high), (d_low, _, d_high) = known["two-way"], known["deficit"]
        meet("exports", (low - d_high) / 2, (high - d_low) / 2)
        meet("imports", (low + d_low) / 2, (high + d_high) / 2)
    if "deficit" in known and "exports" in known:
        meet("imports", *(known["exports"][at] + known["deficit"][at] for at in (0, 2)))
    if "deficit" in known and "imports" in known:
        meet("exports", *(known["imports"][at] - known["deficit"][2 - at] for at in (0, 2)))
    if "exports" not in known or "imports" not in known:
        return None
    exports, imports = known["exports"], known["imports"]
    meet("deficit", imports[0] - exports[2], imports[2] - exports[0])
    return InForce(
        exports,
        imports,
        known["deficit"],
        f"release of {max(row.in_force_from for row in rows)}, as quoted",
        tuple(sorted({row.source_id for row in rows})),
        quoted=tuple(row.Index for row in rows),
    )
