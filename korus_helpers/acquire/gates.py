"""What figures from outside must pass: each gate gives the rows that fail, none if all is well.

A file that fails any gate is refused whole. Each limit stands beside what the genuine files need:
country files of October 2018 to April 2026, end-use files of 2023 to 2026, and the ten releases
that are included, each compared with every other.
"""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from korus_helpers.acquire.official import AMOUNTS, KEYS, WORLD, CountryFile, EnduseFile
from korus_helpers.errors import Refused
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import codes_named, partners

FIRST_WORLD_YEAR = 1992  # before it Census's own files differ by up to 3 percent
LIMITS = {
    # of a full year of the World; largest: 0.012 percent, exports of 2024 in 2025-04
    "year": 0.0005,
    # of a month or a running year of the World; largest: 0.67 percent, November 2025
    "month": 0.02,
    # of a month of the World, told from here on; seen in three of six files from 0.15 percent
    "carried": 0.002,
    # million dollars, of twelve months against their year; largest: 0.000000003
    "sum": 0.1,
    # of an end-use code of the World, and 1,000 dollars; largest: none at all
    "code": 1e-7,
    # between two releases, from 1 million dollars on; largest: 13
    "factor": 100,
    # of a year of the World between two releases; largest: 0.41 percent, exports of 2022
    "revision": 0.02,
    # of a year, summed over countries; largest: 0.90 percent, exports of 2022
    "moved": 0.03,
    # million dollars of a partner and year that is gone; largest: 0.004, North Korea 2018
    "lost": 1.0,
    # by which a year of a partner may move as its code changes
    "recoded": 0.05,
    # told, with more than 100 million dollars
    "large": 0.05,
}
SHOWN = 5


def pass_country(found: CountryFile, old: pd.DataFrame, before: str) -> list[str]:
    """Notes on a country file that passes; raises `Refused` with the gate and the rows.

    `old` are the full years of the release `before`, as `partner_code, year` and `AMOUNTS`.
    """
    monthly, annual = found.monthly, found.annual
    full, running = annual[annual.months == 12], annual[annual.months < 12]
    world = "countries do not sum to the World"
    new = pairs(full, old)
    _refuse("the country file", [
        ("a code has the name of another partner", misnamed(found.names)),
        ("months do not sum to the year", apart(monthly, annual, KEYS, 0, LIMITS["sum"])),
        (world, against_world(full, "year")),
        (world, against_world(running, "month")),
        (world, against_world(monthly, "month")),
        *_against_before(new, full, old, before),
    ])  # fmt: skip
    notes = [_carried_over(monthly), _renamed(found.names), _large_revisions(new)]
    return [note for note in notes if note]


def pass_enduse(found: EnduseFile, totals: pd.DataFrame, old: pd.DataFrame, before: str) -> None:
    """Raise `Refused` unless an end-use file passes; `totals` are its sums over the codes."""
    names = {code: name for code, name in found.names.items() if code != WORLD}
    rows = found.rows
    world, parts = rows[rows.partner_code == WORLD], rows[rows.partner_code >= "1000"]
    _refuse(f"the end-use file of {found.kind}", [
        ("a code has the name of another partner", misnamed(names)),
        ("partners do not sum to the World",
         apart(parts, world, ["code", "year"], LIMITS["code"], 1000, ["value_usd"])),
        *_against_before(pairs(totals, old), totals, old, before),
    ])  # fmt: skip


def _against_before(
    both: pd.DataFrame, new: pd.DataFrame, old: pd.DataFrame, before: str
) -> list[tuple[str, pd.DataFrame]]:
    unlike = f"figures differ from release {before} by more than any revision"
    return [
        (f"{unlike} (wrong unit or columns?)", unlike_before(both)),
        (f"{unlike} (years or columns swapped?)", moved(both)),
        (f"partners of release {before} are missing", lost(new, old)),
    ]


def _refuse(what: str, checks: Iterable[tuple[str, pd.DataFrame]]) -> None:
    """Raise `Refused` at the first gate that any row fails, naming the first rows."""
    for gate, failing in checks:
        if len(failing):
            rows = [
                " ".join(f"{cell:,.3f}" if isinstance(cell, float) else str(cell) for cell in row)
                for row in failing.head(SHOWN).itertuples(index=False)
            ]
            more = f" and {len(failing) - SHOWN:,} more" if len(failing) > SHOWN else ""
            raise Refused(
                f"{what} is refused: {gate}; {', '.join(failing)}: {'; '.join(rows)}{more}"
            )


def apart(
    parts: pd.DataFrame,
    whole: pd.DataFrame,
    keys: Sequence[str],
    relative: float,
    absolute: float,
    amounts: Sequence[str] = AMOUNTS,
) -> pd.DataFrame:
    """Where parts do not sum to their whole: `keys`, flow, `sum` and `total`."""
    sums = parts.groupby([*keys])[[*amounts]].sum()
    total = whole.set_index([*keys])[[*amounts]]
    both = sums.index.union(total.index)
    sums, total = (one.reindex(both, fill_value=0).astype(float).stack() for one in (sums, total))
    found = pd.DataFrame({"sum": sums, "total": total}).rename_axis([*keys, "flow"]).reset_index()
    found["flow"] = found.flow.map(lambda name: name.partition("_")[0])
    return found[(found["sum"] - found.total).abs() > relative * found.total + absolute]


def against_world(rows: pd.DataFrame, limit: str) -> pd.DataFrame:
    """Years (or months) from 1992 on in which the countries do not sum to the World."""
    time = [name for name in ("year", "month") if name in rows]
    rows = rows[rows.year >= FIRST_WORLD_YEAR]
    countries, world = rows[rows.partner_code >= "1000"], rows[rows.partner_code == WORLD]
    return apart(countries, world, time, LIMITS[limit], 0)


def misnamed(names: Mapping[str, str]) -> pd.DataFrame:
    """Codes with the name of another partner, and countries with the name of a group."""
    kinds = partners().set_index("partner_code").kind
    rows = []
    for code, name in names.items():
        known = codes_named(name)
        if known and code not in known:
            what = "a group" if kinds[min(known)] in ("group", "world") else "another partner"
            rows.append((code, name, f"the name of {what}, {min(known)}"))
    return pd.DataFrame(rows, columns=["partner_code", "name", "is"])


def pairs(new: pd.DataFrame, old: pd.DataFrame, keys: Sequence[str] = KEYS) -> pd.DataFrame:
    """Figures that both have: `partner_code, year, flow, new, before`, the World first."""
    keys = [*keys]
    long = (
        frame.melt(keys, AMOUNTS, "flow", name).dropna()
        for frame, name in ((new, "new"), (old, "before"))
    )
    both = pd.merge(*long, on=[*keys, "flow"])
    both["flow"] = both.flow.str.removesuffix("_musd")
    return both.sort_values("partner_code", key=lambda codes: codes != WORLD, kind="stable")


def unlike_before(both: pd.DataFrame) -> pd.DataFrame:
    """Figures that differ from the release before by more than any revision.

    The World may move by 2 percent, a partner by a factor of 100 where either release has more
    than 1 million dollars.
    """
    new, before, factor = both.new, both.before, LIMITS["factor"]
    far = (new > factor * before.clip(lower=1)) | (before > factor * new.clip(lower=1))
    world = both.partner_code == WORLD
    return both[far | (world & ((new - before).abs() > LIMITS["revision"] * before))]


def moved(both: pd.DataFrame) -> pd.DataFrame:
    """Years in which more moved between countries than in any revision.

    This is what two years that are swapped show, or two columns, or rows that slid by one.
    """
    rows = both[both.partner_code >= "1000"].assign(change=lambda r: (r.new - r.before).abs())
    sums = rows.groupby(["year", "flow"])[["change", "before"]].sum()
    sums["moved"] = (100 * sums.change / sums.before).map("{:.1f} percent".format)
    return sums[sums.change > LIMITS["moved"] * sums.before].reset_index()[
        ["year", "flow", "moved"]
    ]


def lost(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Countries and years with trade in a release before that the new figures do not have.

    Only years that both have; a flow that is NaN in `new` is left out. Trade that stands under a
    code which the release before does not have is not lost: Census gives a partner another code
    now and then (Sudan, Serbia).
    """
    flows = [flow for flow in AMOUNTS if new[flow].notna().any()]
    now, there = (frame.set_index(KEYS)[flows].sum(axis=1).rename("before") for frame in (new, old))
    there = there[there > LIMITS["lost"]].reset_index()
    there = there[(there.partner_code >= "1000") & there.year.isin(set(new.year))]
    gone = there[~there.set_index(KEYS).index.isin(now.index[now > 0])]
    fresh = now.drop(set(old.partner_code) & set(new.partner_code), level=0).reset_index()
    both = gone.merge(fresh, on="year", suffixes=("", "_now"))
    again = both[(both.before_now - both.before).abs() <= LIMITS["recoded"] * both.before]
    return gone[~gone.set_index(KEYS).index.isin(again.set_index(KEYS).index)]


def _carried_over(monthly: pd.DataFrame) -> str:
    """A note on single months in which the countries and the World differ, "" for none.

    Census books what comes late in a later month of the countries, so that the months differ and
    the year agrees.
    """
    found = against_world(monthly, "carried").sort_values(["year", "month", "flow"])
    if found.empty:
        return ""
    named = [
        f"{row.flow} of {MONTHS[row.month - 1]} {row.year} by "
        f"{100 * (row.sum_ / row.total - 1):+.2f} percent"
        for row in found.rename(columns={"sum": "sum_"}).tail(2 * SHOWN).itertuples()
    ]
    more = f" and {len(found) - 2 * SHOWN} earlier" if len(found) > 2 * SHOWN else ""
    return (
        f"in single months the countries differ from the World, as figures that come late are "
        f"carried over: {', '.join(named)}{more}; full years agree within "
        f"{100 * LIMITS['year']:.2f} percent"
    )


def _renamed(names: Mapping[str, str]) -> str:
    """A note on names that no known partner has: a new partner, or a new name."""
    new = [f"{code} {name}" for code, name in names.items() if name and not codes_named(name)]
    return f"new names: {', '.join(new[:10])}" if new else ""


def _large_revisions(both: pd.DataFrame) -> str:
    """A note on revisions that pass but are worth a word."""
    change = (both.new - both.before).abs()
    rows = both[(change > 100) & (change > LIMITS["large"] * both.before)]
    if rows.empty:
        return ""
    named = [f"{row.partner_code} {row.flow} {row.year}" for row in rows.head(5).itertuples()]
    return (
        f"revisions of more than {100 * LIMITS['large']:.0f} percent: {len(rows)} "
        f"({', '.join(named)}{', …' if len(rows) > 5 else ''})"
    )
