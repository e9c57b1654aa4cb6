"""The table of partners: Census codes and names, ISO codes, common names and years of trade."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pycountry

EXCEPTIONS = Path(__file__).with_name("partner_exceptions.csv")
WORLD = {"0015"}
NOT_PARTNERS = {"0004", "0005", "0006", "0007", "0021", "0022"}
RESIDUALS = {"8220", "8500"}

TAKES_THE = re.compile(
    r"^(Republic|Democratic Republic) of "
    r"|\b(Antilles|Bank|Emirates|Islands|Kingdom|Lands|Republic|Rim|Strip|Territory|Union|Zone)$"
    r"|^(Bahamas|Comoros|Gambia|Maldives|Netherlands|Philippines)$"
)
IN_SENTENCE = {
    "0004": "the world, seasonally adjusted",
    "0007": "advanced technology products",
    "0008": "the newly industrialized countries",
    "0015": "the world",
    "0017": "the CAFTA-DR countries",
    "8220": "unidentified countries",
    "8500": "international organizations",
}


def build_partners(goods_annual: pd.DataFrame, goods_monthly: pd.DataFrame) -> pd.DataFrame:
    """One row per Census code, sorted by code.

    Both inputs have columns `vintage, partner_code, partner, year, exports_musd, imports_musd`;
    codes below 1000 are of groups. Columns of the result, all text ("" where there is none) but the
    years: `partner_code, name` (newest clear Census name), `common_name, in_sentence, iso2, iso3,
    aliases` (separated by semicolons), `kind` (country, residual, world, group, not a partner),
    `first_year, last_year` (of non-zero trade in either flow over all vintages).

    ISO codes are those of the Census name in pycountry. A row of `partner_exceptions.csv` states
    the ISO codes itself (empty: none), and a common name where the Census name is not the one.
    Raises `ValueError` for a country that neither knows, and for exceptions that cannot be.
    """
    columns = [
        "vintage",
        "partner_code",
        "partner",
        "year",
        "exports_musd",
        "imports_musd",
    ]
    rows = pd.concat([goods_annual[columns], goods_monthly[columns]])
    by_code = rows.sort_values("vintage", kind="stable").groupby("partner_code")
    names = by_code.partner.unique()
    traded = rows[(rows.exports_musd.fillna(0) != 0) | (rows.imports_musd.fillna(0) != 0)]
    years = traded.groupby("partner_code").year.agg(first_year="min", last_year="max")

    # Without keep_default_na Namibia's code, NA, would be read as missing.
    exceptions = pd.read_csv(EXCEPTIONS, dtype="str", keep_default_na=False).set_index("code")
    if stray := sorted(set(exceptions.index) - set(names.index)):
        raise ValueError(f"exceptions for codes that the source lacks: {', '.join(stray)}")
    reviewed = exceptions.to_dict("index")
    table = pd.DataFrame(
        [
            partner(
                code, clear_last(code, names[code], reviewed), code < "1000", reviewed.get(code)
            )
            for code in names.index
        ]
    )
    return table.join(years.astype("Int64"), on="partner_code")


def clear_last(code: str, names: Iterable[str], reviewed: dict[str, dict]) -> list[str]:
    """The names, last the newest that no other partner goes by: "Congo" alone names neither."""
    others = {
        alias
        for other in reviewed
        if other != code
        for alias in reviewed[other]["aliases"].split(";")
    }
    return sorted(names, key=lambda name: name not in others)


def partner(code: str, names: list[str], aggregate: bool, exception: dict | None) -> dict[str, str]:
    """The text columns of one partner; `names` are its Census names, newest last."""
    name = names[-1]
    kind = kind_of(code, aggregate)
    country = iso_country(code, name, kind, exception)
    reviewed = exception or {"common_name": "", "aliases": ""}
    common_name = reviewed["common_name"] or name
    aliases = [*names[:-1], *reviewed["aliases"].split(";")]
    if country:
        iso_names = (getattr(country, key, "") for key in ("name", "common_name", "official_name"))
        aliases += [text.removeprefix("the ") for text in iso_names]
    aliases = [text for text in dict.fromkeys(aliases) if text not in ("", name, common_name)]
    return {
        "partner_code": code,
        "name": name,
        "common_name": common_name,
        "in_sentence": in_sentence(code, common_name),
        "iso2": country.alpha_2 if country else "",
        "iso3": country.alpha_3 if country else "",
        "aliases": ";".join(aliases),
        "kind": kind,
    }


def kind_of(code: str, aggregate: bool) -> str:
    """What a row of the Census country file stands for."""
    if code in NOT_PARTNERS:
        return "not a partner"
    if code in WORLD:
        return "world"
    if code in RESIDUALS:
        return "residual"
    return "group" if aggregate else "country"


def iso_country(code: str, name: str, kind: str, exception: dict | None):
    """The pycountry entry of a partner, or None where ISO has no code for it."""
    if exception is None and kind != "country":
        return None
    if exception is None:
        try:
            return pycountry.countries.lookup(name)
        except LookupError:
            raise ValueError(f"no ISO code and no reviewed exception for {code} {name}") from None
    if not exception["iso2"]:
        return None
    country = pycountry.countries.get(alpha_2=exception["iso2"])
    if country is None or country.alpha_3 != exception["iso3"]:
        raise ValueError(
            f"the exception for {code} pairs {exception['iso2']} with {exception['iso3']}"
        )
    return country


def in_sentence(code: str, common_name: str) -> str:
    """The name as it stands after "exports to": with its article, where English uses one."""
    if code in IN_SENTENCE:
        return IN_SENTENCE[code]
    return f"the {common_name}" if TAKES_THE.search(common_name) else common_name
