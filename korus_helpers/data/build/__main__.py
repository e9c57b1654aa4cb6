"""Re-express the source tables as the project's own, with `datapackage.json`.

`python -m korus_helpers.data.build SOURCE [OUT]` reads SOURCE/figures and SOURCE/claims and writes
Parquet (large tables), CSV (small ones) and the descriptor. The same input gives the same bytes.
"""

import hashlib
import json
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from korus_helpers.data.build.partners import build_partners
from korus_helpers.data.build.public_claims import public_claims

HERE = Path(__file__).parent
WORDS = yaml.safe_load((HERE / "wording.yaml").read_text("utf-8"))
KOREA = "5800"
FLOWS = {"export": "exports", "import": "imports"}
LARGE = ("goods_monthly", "goods_annual", "enduse_annual")
# Days of the June revisions that the sources state; the others are known to the month.
REVISIONS = {2017: "2017-06-02", 2018: "2018-06-06"}
# Codes whose export and import titles differ in a word or a comma only (reviewed by hand).
SAME_GOODS = {"30100", "22200", "41210"}
MEASURES = {
    "level": "level",
    "percent_change": "percent-change",
    "change": "change",
    "ratio": "ratio",
    "share": "share",
}


def next_revision(in_force_from: str) -> str:
    """Day (or month) of the annual revision after a date: Census revises each June."""
    if not in_force_from:
        return ""
    year = int(in_force_from[:4])
    this_june = REVISIONS.get(year, f"{year}-06")
    later = in_force_from[:7] >= f"{year}-06"
    return REVISIONS.get(year + 1, f"{year + 1}-06") if later else this_june


def build_tables(source: Path) -> dict[str, pd.DataFrame]:
    """Every table that ships, by name."""
    figures, claims = source / "figures", source / "claims"
    text = partial(pd.read_csv, dtype="str", keep_default_na=False)
    typed = partial(pd.read_csv, keep_default_na=False)
    monthly = pd.read_parquet(figures / "goods_monthly.parquet")
    annual = pd.read_parquet(figures / "goods_annual_vintages.parquet")
    korea = pd.read_csv(figures / "goods_monthly_korea_2026-06.csv", dtype={"partner_code": "str"})
    flows = ["exports_musd", "imports_musd"]
    tables = {
        "goods_monthly": pd.concat([monthly, korea]).assign(basis="general")[
            ["vintage", "basis", "partner_code", "year", "month", *flows]
        ],
        "goods_annual": annual.assign(basis="general")[
            ["vintage", "basis", "partner_code", "year", "months", *flows]
        ],
        "enduse_annual": enduse(pd.read_parquet(figures / "enduse_annual.parquet")),
        "enduse_codes": enduse_codes(text(figures / "enduse_codes.csv")),
        "quoted": quoted(figures / "quoted_korea.csv"),
        "hs87_monthly": pd.read_csv(figures / "hs87_monthly_korea.csv"),
        "hs_chapters": hs_chapters(
            pd.read_csv(figures / "hs2_annual_korea.csv", dtype={"code": "str"})
        ),
        "imports_for_consumption": pd.read_csv(
            figures / "imports_for_consumption_annual_korea.csv"
        ),
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
        "vintages": vintages(text(figures / "vintages.csv"), annual, korea),
        "sources": text(figures / "sources.csv")[
            ["source_id", "publisher", "title", "official_url", "copy_used", "released", "licence"]
        ],
        "timeline": timeline(text(claims / "timeline.csv")),
        "article_claims": article_claims(text(claims / "article_claims.csv")),
        "public_claims": public_claims(text(claims / "public_claims.csv"), WORDS["public_claims"]),
        "choices": pd.read_csv(HERE / "choices.csv", keep_default_na=False),
        "partners": build_partners(annual, monthly),
    }
    for name in ("hs87_monthly", "hs_chapters", "imports_for_consumption", "mirror_monthly"):
        tables[name].insert(0, "partner_code", KOREA)
    keys = {"goods_monthly": 5, "goods_annual": 4, "enduse_annual": 5}
    for name, width in keys.items():
        table = tables[name]
        tables[name] = table.sort_values(list(table.columns[:width])).reset_index(drop=True)
    return tables


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


def vintages(table: pd.DataFrame, annual: pd.DataFrame, korea: pd.DataFrame) -> pd.DataFrame:
    """One row per release: what it covers, whether months ship, when it was in force."""
    full = annual[annual.complete_year].groupby("vintage").year.max()
    full["2026-06"] = korea.groupby("year").month.count().loc[lambda n: n == 12].index.max()
    last_full = table.vintage.map(full).astype(int)
    released = [
        start if int(start[:4]) > year else f"{year + 1}-02"
        for start, year in zip(table.in_force_from, last_full, strict=True)
    ]
    return pd.DataFrame(
        {
            "vintage": table.vintage,
            "partners": table.partners.replace("Korea, South", KOREA),
            "first_year": 1985,
            "last_full_year": last_full,
            "data_through": table.data_through,
            "has_months": table.vintage.isin(["2024-08", "2026-06"]),
            "in_force_from": table.in_force_from,
            "newest_year_from": released,
            "in_force_until": table.in_force_from.map(next_revision),
            "source_id": table.source_id,
            "note": table.vintage.map({str(k): v for k, v in WORDS["vintage_notes"].items()}),
        }
    )


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
            table.to_parquet(path, index=False, compression="zstd", compression_level=19)
        else:
            table.to_csv(path, index=False, lineterminator="\n")
        content = path.read_bytes()
        if not source_ids and "source_id" in table:
            cells = table.source_id.str.split("; ").explode()
            source_ids = [key for key in sources.index if key in set(cells)]
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
                "vintage": releases,
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
    (out / "datapackage.json").write_text(json.dumps(descriptor, indent=1) + "\n", "utf-8")


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
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent
    target.mkdir(parents=True, exist_ok=True)
    write(build_tables(Path(sys.argv[1])), target)
