"""The figures of every run of a batch: deficit, change and rank, all calculated at once."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.runs.setting import Setting
from korus_helpers.sources.partners import Partner, countries, find_partner
from korus_helpers.sources.vintages import LATEST, releases
from korus_helpers.trade.comparison import release_for
from korus_helpers.trade.evaluate import evaluate, grid

NO_RANK = "ranks are among countries, in a release that holds all of them"


@dataclass(frozen=True)
class Row:
    """One run and its figures: million dollars, positive where the US imported more; NaN unknown.

    `partner` is None where the run has none of ours, years are None where it has none. `deficit`
    is of the last year, `change` and `percent` (NaN without meaning) are since the first, `rank` is
    the place of the deficit among the `among` countries of the release, the largest being first.
    `reasons` says of "deficit", "change", "percent" and "rank" why there is none, where one of
    partner and years is known.
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
    asked = [_asked(setting) for setting in settings]
    known = [n for n, one in enumerate(asked) if one.partner and one.end and one.vintage]
    found = dict(zip(known, _with_figures([asked[n] for n in known]), strict=True))
    return [found.get(n, one) for n, one in enumerate(asked)]


def _asked(setting: Setting) -> Row:
    """Partner, years and release of a setting, as far as they can be known."""
    texts = dict(setting.parameters)
    base, end = (_year(texts.get(name, "")) for name in ("base_year", "end_year"))
    years = [year for year in (base, end) if year]
    try:
        partner = find_partner(texts.get("partner", ""), years)
    except InputError:
        return Row(setting, None, base, end)
    if end is None:
        return Row(setting, partner, base, end)
    try:
        release = release_for(partner.code, base or end, end, texts.get("vintage", LATEST))
    except (InputError, KeyError) as error:  # KeyError: a past day is no release
        reason = str(error) if isinstance(error, InputError) else "a past day is not one release"
        reasons = dict.fromkeys(("deficit", "change", "percent", "rank"), reason)
        return Row(setting, partner, base, end, reasons=reasons)
    return Row(setting, partner, base, end, release.vintage)


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"(19|20)[0-9]{2}", text.strip()) else None


def _with_figures(asked: Sequence[Row]) -> list[Row]:
    if not asked:
        return []
    rows = pd.DataFrame(
        {
            "partner": [one.partner.code for one in asked],
            "base": [str(one.base or "") for one in asked],
            "end": [str(one.end) for one in asked],
            "vintage": [one.vintage for one in asked],
        }
    )
    compared = rows.base != ""
    changes = evaluate("deficit", rows.assign(as_=compared.map({True: "change", False: "level"})))
    percents = evaluate(
        "deficit", rows.assign(as_=compared.map({True: "percent-change", False: "level"}))
    )
    ranks = _ranks(asked)
    answers = zip(asked, changes.itertuples(), percents.itertuples(), compared, strict=True)
    return [_answered(*answer, ranks) for answer in answers]


def _answered(
    one: Row, change, percent, compared: bool, ranks: Mapping[tuple, tuple[int, int]]
) -> Row:
    rank, among = ranks.get((one.vintage, str(one.end), one.partner.code), (None, None))
    alone = "there is no first year"
    unknown = change.reason if math.isnan(change.end_value) else ""
    reasons = {
        "deficit": unknown,
        "change": change.reason if compared else alone,
        "percent": percent.reason if compared else alone,
        "rank": (unknown or NO_RANK) if rank is None else "",
    }
    return Row(
        one.setting, one.partner, one.base, one.end, one.vintage,
        float(change.end_value),
        float(change.value) if compared else math.nan,
        float(percent.value) if compared else math.nan,
        rank, among,
        {name: reason for name, reason in reasons.items() if reason},
    )  # fmt: skip


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
