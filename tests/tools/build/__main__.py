"""Re-express the source tables as the project's own, with `datapackage.json`.

`python -m tests.tools.build SOURCE [OUT]`, typed beside README.md, reads SOURCE/figures (official
files in SOURCE/figures/files) and SOURCE/claims and writes Parquet (large tables), CSV (small ones)
and the descriptor, into the package unless OUT is given. The same input gives the same bytes.
"""

import hashlib
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from korus_helpers.figures.releases import next_revision
from korus_helpers.figures.tables import DATA, seal

from .bea import goods_services
from .country import (
    Official,
    annual_releases,
    monthly_releases,
    official_releases,
    source_rows,
    vintages,
)
from .partners import build_partners
from .public_claims import public_claims

HERE = Path(__file__).parent
WORDS = yaml.safe_load((HERE / "wording.yaml").read_text("utf-8"))
KOREA = "5800"
FLOWS = {"export": "exports", "import": "imports"}
LARGE = ("goods_monthly", "goods_annual", "enduse_annual", "goods_services")
# Codes whose export and import titles differ in a word or a comma only (reviewed by hand).
SAME_GOODS = {"30100", "22200", "41210"}
MEASURES = {
    "level": "level",
    "percent_change": "percent-change",
    "change": "change",
    "ratio": "ratio",
    "share": "share",
}


def build_tables(source: Path) -> dict[str, pd.DataFrame]:
    """Every included table, by name."""
    figures, claims = source / "figures", source / "claims"
    text = partial(pd.read_csv, dtype="str", keep_default_na=False)
    typed = partial(pd.read_csv, keep_default_na=False)
    known = text(figures / "vintages.csv")
    official = official_releases(figures / "files", known)
    monthly = monthly_releases(official, figures)
    annual = annual_releases(official, figures)
    consumption = consumption_months(figures / "files")
    tables = {
        "goods_monthly": goods(monthly, "month"),
        "goods_annual": goods(annual, "months"),
        "goods_services": goods_services(figures / "files" / WORDS["files"]["goods_services"]),
        "enduse_annual": enduse(pd.read_parquet(figures / "enduse_annual.parquet")),
        "enduse_codes": enduse_codes(text(figures / "enduse_codes.csv")),
        "quoted": quoted(figures / "quoted_korea.csv"),
        "hs87_monthly": pd.read_csv(figures / "hs87_monthly_korea.csv"),
        "hs_chapters": hs_chapters(
            pd.read_csv(figures / "hs2_annual_korea.csv", dtype={"code": "str"})
        ),
        "imports_for_consumption": consumption_years(
            consumption, pd.read_csv(figures / "imports_for_consumption_annual_korea.csv")
        ),
        "imports_for_consumption_monthly": consumption,
        "mirror_monthly": pd.read_csv(figures / "mirror_monthly_imf_dots.csv").replace(
            {"flow": FLOWS}
        )[["reporter", "year", "month", "flow", "value_musd"]],
        "context_annual": pd.read_csv(figures / "context_annual.csv"),
        "tariffs": text(figures / "tariffs_autos.csv"),
        "vehicle_units": typed(figures / "vehicle_units.csv")[
            ["source_id", "period", "quantity", "value"]
        ],
        "sector_codes": text(figures / "sector_codes.csv"),
        "autos_schedule_b": schedule_b(text(figures / "autos_schedule_b_2019.csv")),
        "vintages": vintages(known, official, annual, monthly),
        "sources": sources(text(figures / "sources.csv"), official),
        "timeline": timeline(text(claims / "timeline.csv")),
        "article_claims": article_claims(text(claims / "article_claims.csv")),
        "public_claims": public_claims(text(claims / "public_claims.csv"), WORDS["public_claims"]),
        "reciprocal_rates": pd.read_csv(
            claims / "reciprocal_rates_2025.csv", dtype={"partner_code": "str"}
        ),
        "agreements": text(HERE / "agreements.csv"),
        "estimates": pd.read_csv(
            HERE / "estimates.csv", dtype={"partner_code": "str", "value_musd": "float"}
        ),
        "group_members": pd.read_csv(
            HERE / "group_members.csv",
            dtype=dict.fromkeys(("group_code", "partner_code"), "str") | {"to_year": "Int64"},
        ),
        "choices": pd.read_csv(HERE / "choices.csv", keep_default_na=False),
        "partners": build_partners(annual, monthly),
    }
    of_korea = ("hs87_monthly", "hs_chapters", "mirror_monthly", "imports_for_consumption")
    for name in (*of_korea, "imports_for_consumption_monthly"):
        tables[name].insert(0, "partner_code", KOREA)
    enduse_key = ["vintage", "partner_code", "flow", "code", "year"]
    tables["enduse_annual"] = tables["enduse_annual"].sort_values(enduse_key, ignore_index=True)
    return tables


def goods(table: pd.DataFrame, span: str) -> pd.DataFrame:
    """Exports and imports by release, sorted so that figures which releases share lie together."""
    columns = ["vintage", "basis", "partner_code", "year", span, *FLOWS.values()]
    columns[-2:] = [f"{flow}_musd" for flow in FLOWS.values()]
    key = ["partner_code", "year", *(["month"] if span == "month" else []), "vintage"]
    return table.assign(basis="general").sort_values(key, ignore_index=True)[columns]


def sources(table: pd.DataFrame, official: list[Official]) -> pd.DataFrame:
    """Every source: those that are listed, then those of the files."""
    more = pd.DataFrame([{"source_id": key, **row} for key, row in WORDS["sources"].items()])
    columns = list(more)
    return pd.concat([table[columns], source_rows(official, table), more], ignore_index=True)


def consumption_months(files: Path) -> pd.DataFrame:
    """Imports for consumption and calculated duty of Korea by month, million dollars."""
    table = pd.read_csv(files / WORDS["files"]["consumption"], comment="#")
    dollars = ["imports_for_consumption_usd", "calculated_duty_usd"]
    table[dollars] = table[dollars] / 1e6
    return table.rename(columns=lambda name: name.replace("_usd", "_musd"))


def consumption_years(months: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Annual imports for consumption: full years of the months before those at hand by year."""
    sums = months.groupby("year", as_index=False).agg(
        imports_for_consumption_musd=("imports_for_consumption_musd", "sum"),
        months=("month", "count"),
    )
    sums = sums[(sums.months == 12) & ~sums.year.isin(years.year)].drop(columns="months")
    sums["imports_for_consumption_musd"] = sums.imports_for_consumption_musd.round(6)
    added = sums.assign(source_id=WORDS["consumption_source"])
    return pd.concat([added, years]).sort_values("year", ignore_index=True)


def enduse(table: pd.DataFrame) -> pd.DataFrame:
    """End-use rows with the country file's code of the World: 0015 for 0000."""
    table = table.replace({"flow": FLOWS}).assign(
        partner_code=table.partner_code.replace("0000", "0015")
    )
    return table[["vintage", "partner_code", "flow", "code", "year", "value_usd"]]


def enduse_codes(codes: pd.DataFrame) -> pd.DataFrame:
    """Codes and titles, with `netted`: the code names the same goods in exports and imports."""
    titles = codes.assign(title=codes.title.str.lower()).pivot(
        index="code", columns="flow", values="title"
    )
    same = set(titles.index[titles["export"] == titles["import"]]) | SAME_GOODS
    return codes.replace({"flow": FLOWS}).assign(netted=codes.code.isin(same))


def quoted(path: Path) -> pd.DataFrame:
    """Quoted figures with their interval, basis in the project's terms and days in force."""
    table = pd.read_csv(path, dtype={"in_force_from": "str", "basis": "str"}, keep_default_na=False)
    return pd.DataFrame(
        {
            "topic": table.topic,
            "title": table.topic.map(WORDS["quoted_topics"]),
            "reporter": table.reporter,
            "partner_code": KOREA,
            "year": table.year,
            "flow": table.flow,
            "value_musd": table.value_musd.astype(float),
            "low_musd": table.low_musd.astype(float),
            "high_musd": table.high_musd.astype(float),
            "basis": table.basis.map(WORDS["quoted_basis"]),
            "in_force_from": table.in_force_from,
            "in_force_until": table.in_force_from.map(next_revision),
            "status": table.status,
            "source_id": table.source_id,
            "note": table.source_id.map(WORDS["quoted_notes"])
            .where(table.topic == "goods_total", "")
            .fillna(""),
        }
    )


def hs_chapters(table: pd.DataFrame) -> pd.DataFrame:
    """HS chapters by year; imports are for consumption."""
    return table.replace({"flow": FLOWS})[["code", "title", "flow", "year", "value_musd"]]


def schedule_b(table: pd.DataFrame) -> pd.DataFrame:
    """Export codes of 2019 with one true/false column for each definition of the auto sector."""
    inside = [name for name in table.columns if name.startswith("in_")]
    table[inside] = table[inside] == "True"
    return table.rename(columns={"schedule_b_2019": "code", "description": "title"})[
        ["code", "title", "sitc", "enduse", "naics", "hs4", *inside]
    ]


def timeline(table: pd.DataFrame) -> pd.DataFrame:
    """Dates of the agreement, each with an id, in the project's words."""
    if set(table.date) != set(WORDS["timeline"]):
        raise ValueError(f"timeline and wording differ: {set(table.date) ^ set(WORDS['timeline'])}")
    return pd.DataFrame(
        {
            "event_id": [WORDS["timeline"][day][0] for day in table.date],
            "date": table.date,
            "event": [WORDS["timeline"][day][1] for day in table.date],
            "url": table.source_url,
            "note": [WORDS["timeline_notes"].get(day, "") for day in table.date],
        }
    )


def article_claims(table: pd.DataFrame) -> pd.DataFrame:
    """The article's figures and dates, decomposed; `printed` is kept to the letter."""
    words = WORDS["claims"]
    if set(table.claim_id) != set(words):
        raise ValueError(f"claims and wording differ: {set(table.claim_id) ^ set(words)}")
    trade = table.kind.isin(MEASURES)
    return pd.DataFrame(
        {
            "id": table.claim_id,
            "what": [words[name]["what"] for name in table.claim_id],
            "printed": table.printed,
            "measure": table.flow_or_measure.replace("share_of_total_deficit", "deficit").where(
                trade, table.kind
            ),
            "as": table.kind.map(MEASURES).fillna(""),
            "sector": table.sector,
            "partner": ["Korea, South" if flag else "" for flag in trade],
            "base": table.base_year,
            "end": table.end_year,
            "date": "2017-12-28",
            "speaker": table.stated_by.replace(
                {
                    "USTR as reported": "US Trade Representative, as reported",
                    "article": "the article",
                }
            ),
            "publisher": "American Shipper (FreightWaves)",
            "url": table.url,
            "events": [";".join(words[name].get("events", [])) for name in table.claim_id],
            "notebook": [words[name].get("notebook", "00_start_here") for name in table.claim_id],
            "note": [words[name].get("note", "") for name in table.claim_id],
        }
    )


def write(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write each table and `datapackage.json` into `out`."""
    sources = tables["sources"].set_index("source_id")
    resources = []
    for name, (title, basis, releases, source_ids) in WORDS["tables"].items():
        table = tables[name]
        path = out / (f"{name}.parquet" if name in LARGE else f"{name}.csv")
        if name in LARGE:
            # Amounts are packed as they are: next to one another, equal ones take next to nothing.
            codes = [column for column in table if not pd.api.types.is_float_dtype(table[column])]
            packing = {"compression": "zstd", "compression_level": 12, "use_dictionary": codes}
            table.to_parquet(path, index=False, **packing)
        else:
            table.to_csv(path, index=False, lineterminator="\n")
        content = path.read_bytes()
        held = releases_in(table, tables["vintages"])
        if not source_ids and ("source_id" in table or not releases):
            rows = table if "source_id" in table else held
            cells = set(rows.source_id.str.split("; ").explode())
            source_ids = [key for key in sources.index if key in cells]
        resources.append(
            {
                "name": name,
                "path": path.name,
                "title": title,
                "format": path.suffix[1:],
                "mediatype": "text/csv"
                if path.suffix == ".csv"
                else "application/vnd.apache.parquet",
                "bytes": len(content),
                "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
                "rows": len(table),
                "basis": basis,
                "vintage": releases or named(held),
                "sources": [source(key, sources) for key in source_ids],
                "licenses": [licence(source_ids, sources)],
                "schema": {
                    "fields": [field(table, column) for column in table.columns],
                    "missingValues": [""],
                },
            }
        )
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "korus-figures",
        "version": "1.0.0",
        "title": "US trade in goods by partner, and the figures and claims about KORUS",
        "description": "US Government statistics re-expressed as tidy tables, with figures quoted "
        "in print as intervals. Nominal US dollars.",
        "resources": resources,
    }
    (out / "datapackage.json").write_text(seal(descriptor), "utf-8")


def releases_in(table: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """The rows of `vintages` that a table rests on: every one where it names none."""
    return (
        releases[releases.vintage.isin(table.vintage.unique())] if "vintage" in table else releases
    )


def named(held: pd.DataFrame) -> str:
    """Releases as "2024-08; 2026-06 (5800)"."""
    return "; ".join(
        row.vintage if row.partners == "all" else f"{row.vintage} ({row.partners})"
        for row in held.itertuples()
    )


def source(key: str, sources: pd.DataFrame) -> dict:
    """One source as the data package names it; `path` is its official address, if any."""
    entry = {"title": f"{sources.publisher[key]}, {sources.title[key]}", "source_id": key}
    address = sources.official_url[key]
    return entry | {"path": address} if address else entry


def licence(source_ids: list[str], sources: pd.DataFrame) -> dict:
    """Rights of a table: public domain where every source is, else the terms of each source."""
    rights = set(sources.licence[source_ids])
    if rights == {"US Government work, public domain"}:
        return {"name": "public-domain", "title": "US Government work, public domain"}
    return {"name": "other-attribution", "title": "facts with attribution: see the table sources"}


def field(table: pd.DataFrame, column: str) -> dict:
    """One field of a schema: name, type, unit and description, and what always holds."""
    cells = table[column]
    kind = (
        "boolean"
        if pd.api.types.is_bool_dtype(cells)
        else "integer"
        if pd.api.types.is_integer_dtype(cells)
        else "number"
        if pd.api.types.is_numeric_dtype(cells)
        else "string"
    )
    unit, description = WORDS["fields"].get(column, ["", column.replace("_", " ")])
    entry = {"name": column, "type": kind, "description": description}
    if unit:
        entry["unit"] = unit
    if not (cells.isna() | (cells.astype(str) == "")).any():
        entry["constraints"] = {"required": True}
    if column == "flow" and set(cells) == {"exports", "imports"}:
        entry["constraints"]["enum"] = ["exports", "imports"]
    return entry


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA
    target.mkdir(parents=True, exist_ok=True)
    write(build_tables(Path(sys.argv[1])), target)
