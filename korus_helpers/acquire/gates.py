"""What figures from outside must pass: each gate returns the rows that fail, none if all is well.

Amounts in one unit per frame. A file that fails any gate is refused whole. Each limit stands beside
what the genuine files need: country files of October 2018 to April 2026, end-use files of 2023 to
2026, and the ten releases that are included, each compared with every other.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from korus_helpers.acquire.country_file import WORLD
from korus_helpers.errors import Refused
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import codes_named, partners

AMOUNTS = ["exports_musd", "imports_musd"]
FIRST_WORLD_YEAR = 1992  # before it Census's own files differ by up to 3 percent
YEAR_TOLERANCE = 0.0005  # of a full year; largest: 0.012 percent, exports of 2024 in 2025-04
MONTH_CARRIED = 0.002  # of a month, told from here on; seen in three of six files from 0.15 percent
MONTH_TOLERANCE = 0.02  # of a month or a running year; largest: 0.67 percent, November 2025
SUM_TOLERANCE = 0.1  # million dollars, of twelve months against their year; largest: 0.000000003
CODE_TOLERANCE = 1e-7  # of an end-use code of the World, and 1,000 dollars; largest: none at all
FACTOR = 100  # between two releases, from 1 million dollars on; largest: 13
WORLD_REVISION = 0.02  # of a year of the World; largest: 0.41 percent, exports of 2022
MOVED = 0.03  # of a year, summed over countries; largest: 0.90 percent, exports of 2022
LOST = 1.0  # million dollars of a partner and year that is gone; largest: 0.004, North Korea 2018
RECODED = 0.05  # by which a year of a partner may move as its code changes
SECTOR_EXCESS = 0.05  # of all goods, by which a sector of another release may be larger
LARGE_REVISION = (0.05, 100.0)  # warned of: more than this part and than these million dollars
SHOWN = 5


def months_against_years(monthly: pd.DataFrame, annual: pd.DataFrame) -> pd.DataFrame:
    """Partners and years whose months do not sum to the year, with `sum` and `year total`."""
    keys = ["partner_code", "year"]
    sums = monthly.groupby(keys)[AMOUNTS].sum()
    years = annual.set_index(keys)[AMOUNTS]
    apart = (sums - years.reindex(sums.index)).abs() > SUM_TOLERANCE
    unknown = years.reindex(sums.index).isna()
    return _failing(sums, years.reindex(sums.index), apart | unknown)


def countries_against_world(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Years (or months) from 1992 on in which the countries do not sum to the World."""
    time = [name for name in ("year", "month") if name in rows]
    rows = rows[rows.year >= FIRST_WORLD_YEAR]
    world = rows[rows.partner_code == WORLD].set_index(time)[AMOUNTS]
    sums = rows[rows.partner_code >= "1000"].groupby(time)[AMOUNTS].sum()
    world = world.reindex(sums.index)
    return _failing(sums, world, ~((sums - world).abs() <= tolerance * world))


def codes_against_world(rows: pd.DataFrame) -> pd.DataFrame:
    """End-use codes and years in which the partners do not sum to the World of the same file."""
    keys = ["code", "year"]
    world = rows[rows.partner_code == WORLD].set_index(keys)[["value_usd"]]
    sums = rows[rows.partner_code >= "1000"].groupby(keys)[["value_usd"]].sum()
    both = sums.index.union(world.index)
    sums, world = (frame.reindex(both, fill_value=0) for frame in (sums, world))
    return _failing(sums, world, (sums - world).abs() > CODE_TOLERANCE * world + 1000)


def codes_against_total(rows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Partners and periods in which the codes of a list do not sum to the total of all goods.

    Both have `value_usd` and the same other columns, but `code` in `rows` only.
    """
    keys = [name for name in totals if name != "value_usd"]
    sums = rows.groupby(keys)[["value_usd"]].sum()
    total = totals.set_index(keys)[["value_usd"]]
    both = sums.index.union(total.index)
    sums, total = sums.reindex(both, fill_value=0), total.reindex(both)
    return _failing(sums, total, ~((sums - total).abs() <= YEAR_TOLERANCE * total + 1))


def parts_above_whole(rows: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Partners and years in which a sector is larger than all goods (by more than a revision).

    Both have `partner_code, year` and the amounts in million dollars.
    """
    keys = ["partner_code", "year"]
    part = rows.set_index(keys)[AMOUNTS]
    total = whole.set_index(keys)[AMOUNTS].reindex(part.index)
    return _failing(part, total, part > (1 + SECTOR_EXCESS) * total)


def misnamed(names: Mapping[str, str]) -> pd.DataFrame:
    """Codes with the name of another partner, and countries with the name of a group."""
    kinds = partners().set_index("partner_code").kind
    rows = []
    for code, name in names.items():
        known = codes_named(name)
        if known and code not in known:
            kind = kinds[min(known)]
            what = f"the name of {'a group' if kind in ('group', 'world') else 'another partner'}"
            rows.append((code, name, f"{what}, {min(known)}"))
    return pd.DataFrame(rows, columns=["partner_code", "name", "is"])


def renamed(names: Mapping[str, str]) -> list[str]:
    """Names that no known partner has: a new partner, or a new name; nothing to refuse."""
    return [f"{code} {name}" for code, name in names.items() if name and not codes_named(name)]


def unlike_before(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Full years that differ from the release before by a factor that no revision has.

    Both have `partner_code, year` and the amounts in million dollars. The World may move by 2
    percent, a partner by a factor of 100 where either release has more than 1 million.
    """
    both = new.merge(old, on=["partner_code", "year"], suffixes=("_new", "_old"))
    failing = []
    for flow in AMOUNTS:
        now, before = both[f"{flow}_new"], both[f"{flow}_old"]
        far = (now > FACTOR * before.clip(lower=1)) | (before > FACTOR * now.clip(lower=1))
        world = (both.partner_code == WORLD) & ((now - before).abs() > WORLD_REVISION * before)
        part = both[far | world]
        failing.append(
            pd.DataFrame(
                {"partner_code": part.partner_code, "year": part.year, "flow": flow[:7],
                 "new": part[f"{flow}_new"], "before": part[f"{flow}_old"]}
            )
        )  # fmt: skip
    found = pd.concat(failing, ignore_index=True)
    return found.sort_values("partner_code", key=lambda codes: codes != WORLD, kind="stable")


def moved(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Full years in which more moved between countries than in any revision.

    This is what two years that are swapped show, or two columns, or rows that slid by one.
    """
    both = new.merge(old, on=["partner_code", "year"], suffixes=("_new", "_old"))
    both = both[both.partner_code >= "1000"]
    found = []
    for flow in AMOUNTS:
        before = both[f"{flow}_old"].groupby(both.year).sum()
        change = (both[f"{flow}_new"] - both[f"{flow}_old"]).abs().groupby(both.year).sum()
        for year in before.index[change > MOVED * before]:
            found.append((year, flow[:7], f"{100 * change[year] / before[year]:.1f} percent"))
    return pd.DataFrame(found, columns=["year", "flow", "moved"])


def lost(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Countries and years with trade in a release before that the new figures do not have.

    Only years that both have. `old` and `new` as above; a flow that is NaN in `new` is left out.
    Trade that stands under a code which the release before does not have is not lost: Census gives
    a partner another code now and then (Sudan, Serbia).
    """
    keys = ["partner_code", "year"]
    flows = [flow for flow in AMOUNTS if not len(new) or new[flow].notna().any()]
    now, there = (
        frame.assign(before=frame[flows].sum(axis=1)).set_index(keys).before for frame in (new, old)
    )
    there = there[(there > LOST) & (there.index.get_level_values(0) >= "1000")]
    there = there[there.index.get_level_values(1).isin(set(new.year))]
    gone = there[~there.index.isin(now.index[now > 0])].reset_index()
    fresh = now.drop(set(old.partner_code) & set(new.partner_code), level=0).reset_index()
    both = gone.merge(fresh, on="year", suffixes=("", "_now"))
    moved_on = both[(both.before_now - both.before).abs() <= RECODED * both.before]
    return gone[~gone.set_index(keys).index.isin(moved_on.set_index(keys).index)]


def carried_over(monthly: pd.DataFrame) -> str:
    """A note on single months in which the countries and the World differ, "" for none.

    Census books what comes late in a later month of the countries, so that the months differ and
    the year agrees.
    """
    found = countries_against_world(monthly, MONTH_CARRIED)
    if found.empty:
        return ""
    found = found.assign(off=100 * (found["sum"] / found.total - 1)).sort_values(["year", "month"])
    named = [
        f"{row.flow} of {MONTHS[row.month - 1]} {row.year} by {row.off:+.2f} percent"
        for row in found.tail(2 * SHOWN).itertuples()
    ]
    more = f" and {len(found) - 2 * SHOWN} earlier" if len(found) > 2 * SHOWN else ""
    return (
        f"in single months the countries differ from the World, as figures that come late are "
        f"carried over: {', '.join(named)}{more}; full years agree within "
        f"{100 * YEAR_TOLERANCE:.2f} percent"
    )


def refuse(what: str, gate: str, failing: pd.DataFrame) -> None:
    """Raise `Refused` naming the first failing rows, if there are any."""
    if failing.empty:
        return
    rows = [
        " ".join(f"{value:,.3f}" if isinstance(value, float) else str(value) for value in row)
        for row in failing.head(SHOWN).itertuples(index=False)
    ]
    more = f" and {len(failing) - SHOWN:,} more" if len(failing) > SHOWN else ""
    columns = ", ".join(map(str, failing.columns))
    raise Refused(f"{what}: {gate}; {columns}: {'; '.join(rows)}{more}")


def _failing(sums: pd.DataFrame, total: pd.DataFrame, bad: pd.DataFrame) -> pd.DataFrame:
    """The failing cells in rows: keys, flow, sum and what it should be."""
    found = []
    for column in sums:
        rows = bad.index[bad[column].to_numpy()]
        part = pd.DataFrame(
            {"flow": column.partition("_")[0], "sum": sums[column].reindex(rows).to_numpy(),
             "total": total[column].reindex(rows).to_numpy()}, index=rows,
        )  # fmt: skip
        found.append(part.reset_index())
    return pd.concat(found, ignore_index=True)


def large_revisions(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Revisions that pass but are worth a word: `partner_code, year, flow, new, before`."""
    both = new.merge(old, on=["partner_code", "year"], suffixes=("_new", "_old"))
    part, least = LARGE_REVISION
    found = []
    for flow in AMOUNTS:
        moved = (both[f"{flow}_new"] - both[f"{flow}_old"]).abs()
        rows = both[(moved > least) & (moved > part * both[f"{flow}_old"])]
        found += [
            (row.partner_code, row.year, flow[:7], getattr(row, f"{flow}_new"),
             getattr(row, f"{flow}_old"))
            for row in rows.itertuples()
        ]  # fmt: skip
    return pd.DataFrame(found, columns=["partner_code", "year", "flow", "new", "before"])


def pass_all(what: str, checks: Iterable[tuple[str, pd.DataFrame]]) -> None:
    """Refuse `what` at the first gate that any row fails."""
    for gate, failing in checks:
        refuse(what, gate, failing)
