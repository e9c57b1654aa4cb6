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
    standing = [
        release
        for release in releases().values()
        if _holds(release, partner_code, year)
        and _certain(_start(release, year), release.in_force_until, day)
    ]
    if standing:
        release = _of_the_day(standing, day)
        return _exact((release,), partner_code, year, f"{release.vintage}, in force on {day}")
    found = _quoted(day, partner_code, year) or _between(day, partner_code, year)
    if found:
        return found
    raise NoFigure(
        f"cannot be checked: the figures for {year} that were in force on {day} are not "
        "included for this partner; type --vintage latest or an included release to use another"
    )


def _holds(release: Vintage, partner_code: str, year: int) -> bool:
    return release.covers([partner_code], 12 * year, 12 * year + 11, whole_years=True)


def _start(release: Vintage, year: int) -> str:
    return release.newest_year_from if year == release.last_full_year else release.in_force_from


def _certain(start: str, end: str, day: str) -> bool:
    """Whether a figure published from `start` to `end` (day, month or year) stood on `day`."""
    out = bool(start) and start <= day and (len(start) == 10 or day[: len(start)] != start)
    return out and (not end or day < end)


def _of_the_day(standing: list[Vintage], day: str) -> Vintage:
    """Of releases between two revisions, which hold the same figures, the newest on that day."""
    published = [release for release in standing if release.vintage[:7] <= day[:7]]
    return published[-1] if published else standing[0]


def _exact(given: tuple[Vintage, ...], partner_code: str, year: int, label: str) -> InForce:
    row = annual_flows(given[0].vintage).get((partner_code, year))
    if row is None:
        raise NoFigure(f"no trade with this partner is recorded in {year}")
    exports, imports = row
    deficit = imports - exports
    return InForce(
        (exports,) * 3, (imports,) * 3, (deficit,) * 3, label,
        tuple(one.source_id for one in given), releases=tuple(one.vintage for one in given),
    )  # fmt: skip


@remembered
def annual_flows(vintage: str) -> dict[tuple[str, int], tuple[float, float]]:
    """Exports and imports by (partner code, full year) of one release, million dollars."""
    rows = annual_goods(vintage)
    columns = ("partner_code", "year", "exports_musd", "imports_musd")
    codes, years, exports, imports = (rows[name].tolist() for name in columns)
    return dict(
        zip(zip(codes, years, strict=True), zip(exports, imports, strict=True), strict=True)
    )


@remembered
def _quotations() -> dict[tuple[str, int], list]:
    """Rows of the table `quoted` about all goods on the general basis, by partner and year."""
    rows = open_table("quoted")
    found: dict[tuple[str, int], list] = {}
    for row in rows[(rows.topic == "goods_total") & (rows.basis == "general")].itertuples():
        found.setdefault((row.partner_code, row.year), []).append(row)
    return found


def _quoted(day: str, partner_code: str, year: int) -> InForce | None:
    rows = [
        row
        for row in _quotations().get((partner_code, year), ())
        if _certain(row.in_force_from, row.in_force_until, day)
    ]
    known: dict[str, Ends] = {}
    for row in rows:
        low, _, high = known.get(row.flow, (-math.inf, 0.0, math.inf))
        known[row.flow] = (max(low, row.low_musd), row.value_musd, min(high, row.high_musd))
    if "two-way" in known and "deficit" in known:  # X is half their difference, M half their sum
        (low, _, high), (d_low, _, d_high) = known["two-way"], known["deficit"]
        _narrow(known, "exports", (low - d_high) / 2, (high - d_low) / 2)
        _narrow(known, "imports", (low + d_low) / 2, (high + d_high) / 2)
    for flow, other, sign in (("imports", "exports", 1), ("exports", "imports", -1)):
        if "deficit" in known and other in known:
            ends = sorted(sign * known["deficit"][i] for i in (0, 2))
            _narrow(known, flow, known[other][0] + ends[0], known[other][2] + ends[1])
    if "exports" not in known or "imports" not in known:
        return None
    exports, imports = known["exports"], known["imports"]
    _narrow(known, "deficit", imports[0] - exports[2], imports[2] - exports[0])
    start = max(row.in_force_from for row in rows)
    return InForce(
        exports,
        imports,
        known["deficit"],
        f"release of {start}, as quoted",
        tuple(sorted({row.source_id for row in rows})),
        quoted=tuple(row.Index for row in rows),
    )


def _narrow(known: dict[str, Ends], flow: str, low: float, high: float) -> None:
    """Meet what is known of a flow with [low, high]."""
    old_low, value, old_high = known.get(flow, (low, (low + high) / 2, high))
    low, high = max(low, old_low), min(high, old_high)
    known[flow] = (low, min(max(value, low), high), high)


def _between(day: str, partner_code: str, year: int) -> InForce | None:
    """The common figure of the last release before `day` and the first after it, if they agree."""
    holding = [r for r in releases().values() if _holds(r, partner_code, year)]
    before = [r for r in holding if _certain(_start(r, year), "", day)]
    after = [r for r in holding if r not in before]
    if not before or not after:
        return None
    pair = [annual_flows(r.vintage).get((partner_code, year)) for r in (before[-1], after[0])]
    if None in pair or any(abs(a - b) > 0.001 for a, b in zip(*pair, strict=True)):
        return None
    return _exact(
        (before[-1], after[0]),
        partner_code,
        year,
        f"the same in {before[-1].vintage} and {after[0].vintage}, so inferred for {day}",
    )
