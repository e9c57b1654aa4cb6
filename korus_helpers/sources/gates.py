"""What figures from outside must pass: each gate returns the rows that fail, none if all is well.

Amounts in one unit per frame. A file that fails any gate is refused whole.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from korus_helpers.errors import Refused
from korus_helpers.sources.country_file import WORLD
from korus_helpers.sources.partners import codes_named, partners

AMOUNTS = ["exports_musd", "imports_musd"]
FIRST_WORLD_YEAR = 1992  # before it Census's own files differ by up to 3 percent
YEAR_TOLERANCE, MONTH_TOLERANCE = 0.0005, 0.005  # the official files need that much
SUM_TOLERANCE = 0.1  # million dollars, of twelve months against their year
FACTOR = 100  # between two releases; the largest of a real revision was 13
WORLD_REVISION = 0.05  # of a year's World total; the largest of a real revision was 0.25 percent
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
    return _failing(sums, world, (sums - world).abs() > YEAR_TOLERANCE * world + 1000)


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
    return _failing(part, total, part > (1 + WORLD_REVISION) * total)


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

    Both have `partner_code, year` and the amounts in million dollars. The World may move by 5
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
