"""The table of public claims: the source's decomposition in the project's terms.

`printed`, who said it and where are kept to the letter; `what` and `note` are our own words. A row
whose figure no included table can give, by the source's own reading, gets the measure "other".
"""

import re
from dataclasses import replace

import pandas as pd

from korus_helpers.claims.claim import OTHER, UNSPECIFIED, Claim, described
from korus_helpers.trade.bases import GENERAL, KOREA_REPORTED
from korus_helpers.trade.periods import period

PARTNERS = {  # as the source names them: Census name, name in a sentence
    "South Korea": ("Korea, South", "South Korea"),
    "China": ("China", "China"),
    "Mexico": ("Mexico", "Mexico"),
    "Germany": ("Germany", "Germany"),
    "Japan": ("Japan", "Japan"),
    "EU": ("European Union", "the European Union"),
    "World": ("World, Not Seasonally Adjusted", "the world"),
    "Canada+Mexico": ("Canada and Mexico", "Canada and Mexico"),  # no partner: not checked
}
SECTORS = {
    "goods": "total",
    "goods_services": "goods-and-services",
    "services": "services",
    "auto": "autos",
    "manufacturing": "manufactures",
}
MEASURES = {
    "exports": "exports",
    "imports": "imports",
    "deficit": "deficit",
    "surplus": "balance",
    "balance": "deficit",  # printed with "a surplus of" and "a deficit of", which sign a deficit
    "two_way": "two-way",
}
KINDS = {
    "level": "level",
    "from_to": "level",
    "change_abs": "change",
    "change_pct": "percent-change",
    "ratio": "ratio",
    "share": "share",
    "vague": "percent-change",  # "virtually no growth"
    "direction": "change",
    "forecast": "change",
    "forecast_range": "change",
}
SPECIAL = {  # metrics whose name is not sector and measure
    "deficit": ("deficit", UNSPECIFIED),
    "deficit_unspecified": ("deficit", UNSPECIFIED),
    "auto_share_of_goods_deficit": ("deficit", "autos"),
    "auto_share_of_deficit_change": ("deficit", "autos"),
}
TOPICS = {  # what the other metrics are about
    "jobs_lost": "US jobs counted as lost through trade with {}",
    "jobs_supported": "US jobs counted as supported by trade with {}",
    "goods_deficit_cumulative": "US goods deficits with {}, added up",
    "us_share_of_korean_imports": "US share of the imports of {}",
    "share_of_countries_in_deficit": "Share of countries with which the US has a goods deficit",
}


def public_claims(table: pd.DataFrame, missing: dict[str, str]) -> pd.DataFrame:
    """One row per claim, with the fields of `Claim` (`as` for `as_`) as columns.

    `table` is the source table, all text; `missing` says in a sentence what it would take to check
    a claim, by the names that `_missing` gives.
    """
    claims = [_claim(row, missing) for row in table.to_dict("records")]
    return pd.DataFrame([claim.row() for claim in claims])


def _claim(row: dict[str, str], missing: dict[str, str]) -> Claim:
    metric = row["metric"]
    measure, sector = _measure_and_sector(metric)
    if sector == "autos" and row["basis"] == "passenger vehicles" and _is_stated(row):
        sector = "passenger_cars"
    as_ = "contribution" if metric == "auto_share_of_deficit_change" else KINDS[row["kind"]]
    if metric in ("deficit", *TOPICS):  # no figure of trade that is compared
        as_ = "level"
    base, end = (str(period(text)) if text else ""
                 for text in (row["base_year"], row["end_year"] or row["year"]))  # fmt: skip
    partner, in_sentence = PARTNERS[row["partner"]]
    claim = Claim(
        id=row["claim_id"], printed=row["printed"], measure=measure, as_=as_, sector=sector,
        partner=partner, base=base, end=end, date=row["date"], speaker=row["speaker"],
        publisher=row["publisher"], url=row["url"], reporter=row["reporter"], basis=_basis(row),
        inferred=_inferred(row, sector), what="",
    )  # fmt: skip
    changes = {"what": _what(claim, row, in_sentence)}
    reason = _missing(row, claim)
    if reason:
        changes |= {"measure": OTHER, "note": missing[reason], "inferred": ""}
    return replace(claim, **changes)


def _measure_and_sector(metric: str) -> tuple[str, str]:
    found = re.fullmatch(rf"({'|'.join(SECTORS)})_({'|'.join(MEASURES)})", metric)
    if found:
        return MEASURES[found[2]], SECTORS[found[1]]
    return SPECIAL.get(metric, (OTHER, "total"))


def _basis(row: dict[str, str]) -> str:
    """Stated or Korean: named; inferred: the default, "", beside "basis" in `inferred`."""
    if row["reporter"] == "KOR":
        return KOREA_REPORTED
    census = "Census" in row["basis"] or "general imports" in row["basis"]
    return GENERAL if census and _is_stated(row) else ""


def _is_stated(row: dict[str, str]) -> bool:
    return row["basis_source"] == "stated"


def _inferred(row: dict[str, str], sector: str) -> str:
    """Fields that the source leaves open: a sector is where it has several definitions."""
    open_sector = sector in ("autos", UNSPECIFIED)
    names = {
        "base": row["inferred"] == "base_year",
        "sector": open_sector,
        "basis": not _is_stated(row),
    }
    return ";".join(name for name, is_open in names.items() if is_open)


def _what(claim: Claim, row: dict[str, str], partner: str) -> str:
    if row["metric"] in TOPICS:
        years = " to ".join(str(one) for one in (claim.base, claim.end) if one)
        topic = TOPICS[row["metric"]].format(partner)
        words = f"{topic}, {years}" if years else topic
    else:
        words = described(claim).what
    return f"{words}, forecast" if row["kind"].startswith("forecast") else words


def _missing(row: dict[str, str], claim: Claim) -> str:
    """Why no included table can give the figure, as a key of the wording, or ""."""
    metric, kind, basis = row["metric"], row["kind"], row["basis"]
    reasons = {
        "jobs": metric.startswith("jobs"),
        "forecast": kind.startswith("forecast"),
        "sums": metric.endswith("_cumulative"),
        "korean_imports": metric == "us_share_of_korean_imports",
        "countries": metric == "share_of_countries_in_deficit",
        "no_size": kind == "direction" or metric == "deficit",
        "deflated": "inflation-adjusted" in basis,
        "agreement_years": "pre-FTA" in basis,
        "balance_of_payments": claim.sector == "total" and "BOP" in basis,
        "no_period": not claim.end or (kind in ("change_pct", "ratio") and not claim.base),
    }
    return next((name for name, holds in reasons.items() if holds), "")
