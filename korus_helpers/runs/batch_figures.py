"""The figures of every run of a batch: deficit, change and rank, all calculated at once."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.runs.setting import Setting
from korus_helpers.sources.partners import Partner, countries, find_partner
from korus_helpers.sources.vintages import LATEST, releases
from korus_helpers.trade.comparison import release_for
from korus_helpers.trade.evaluate import evaluate, grid

NO_RANK = "ranks are among countries, in a release that holds all of them"
FIGURES = {
    "deficit": "million dollars",
    "change": "million dollars",
    "percent": "percent",
    "rank": "place",
}
"""Figure → unit."""


@dataclass(frozen=True)
class Row:
    """One run and its figures: million dollars, positive where the US imported more; NaN unknown.

    `partner` is None where the run has none of ours, years are None where it has none. `deficit`
    is of the last year, `change` and `percent` (NaN without meaning) are since the first, `rank` is
    the place of the deficit among the `among` countries of the release, the largest being first.
    `reasons` says of the figures why there is none, where one of partner and years is known.
    """

    setting: Setting
    partner: Partner | None = None
    base: int | None = None
    end: int | None = None
    vintage: str = ""
    deficit: float = math.nan
    change: float = math.nan
    percent: float = math.nan
    rank: int | None = None
    among: int | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)


def rows_of(settings: Sequence[Setting]) -> list[Row]:
    """A row for each setting, in their order; one without partner or years has no figures."""
    rows = [_asked(setting) for setting in settings]
    known = [n for n, one in enumerate(rows) if one.partner and one.end and one.vintage]
    if known:
        for n, row in zip(known, _with_figures([rows[n] for n in known]), strict=True):
            rows[n] = row
    return rows


def _asked(setting: Setting) -> Row:
    """Partner, years and release of a setting, as far as they can be known."""
    texts = dict(setting.parameters)
    base, end = (_year(texts.get(name, "")) for name in ("base_year", "end_year"))
    row = Row(setting, None, base, end)
    try:
        partner = find_partner(texts.get("partner", ""), [year for year in (base, end) if year])
    except InputError:
        return row
    row = replace(row, partner=partner)
    if end is None:
        return row
    try:
        release = release_for(partner.code, base or end, end, texts.get("vintage", LATEST))
    except InputError as error:
        return replace(row, reasons=dict.fromkeys(FIGURES, str(error)))
    except KeyError:
        return replace(row, reasons=dict.fromkeys(FIGURES, "a past day is not one release"))
    return replace(row, vintage=release.vintage)


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"(19|20)[0-9]{2}", text.strip()) else None


def _with_figures(asked: Sequence[Row]) -> list[Row]:
    columns = ("partner", "base", "end", "vintage")
    rows = [(one.partner.code, str(one.base or ""), str(one.end), one.vintage) for one in asked]
    frame = pd.DataFrame(rows, columns=columns)
    changes, percents = (
        evaluate("deficit", frame.assign(as_=[way if base else "level" for base in frame.base]))
        for way in ("change", "percent-change")
    )
    ranks = _ranks(asked)
    answers = zip(asked, changes.itertuples(), percents.itertuples(), strict=True)
    return [_answered(one, change, percent, ranks) for one, change, percent in answers]


def _answered(one: Row, change, percent, ranks: Mapping[tuple, tuple[int, int]]) -> Row:
    rank, among = ranks.get((one.vintage, str(one.end), one.partner.code), (None, None))
    unknown = change.reason if math.isnan(change.end_value) else ""
    alone = "" if one.base else "there is no first year"
    reasons = {
        "deficit": unknown,
        "change": alone or change.reason,
        "percent": alone or percent.reason,
        "rank": (unknown or NO_RANK) if rank is None else "",
    }
    return replace(
        one,
        deficit=float(change.end_value),
        change=math.nan if alone else float(change.value),
        percent=math.nan if alone else float(percent.value),
        rank=rank,
        among=among,
        reasons={name: reason for name, reason in reasons.items() if reason},
    )


def _ranks(asked: Sequence[Row]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Release, year and code → place among all countries of the release, and their number."""
    whole = sorted({one.vintage for one in asked if releases()[one.vintage].partners == "all"})
    if not whole:
        return {}
    ends = sorted({one.end for one in asked})
    found = evaluate("deficit", grid(partner=countries(), end=ends, vintage=whole))
    found = found.dropna(subset="value")
    of_a_year = found.groupby(["vintage", "end"], observed=True).value
    places = of_a_year.rank(ascending=False, method="min").astype(int)
    keys = zip(found.vintage, found.end.astype(str), found.partner.astype(str), strict=True)
    return dict(zip(keys, zip(places, of_a_year.transform("size"), strict=True), strict=True))
