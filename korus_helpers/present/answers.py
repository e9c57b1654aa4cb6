"""Answers of the command line: one readable line, or an object for programs."""

import json
import math
from pathlib import Path
from typing import Any

from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.releases import release_order
from korus_helpers.figures.tables import open_table, package, verify
from korus_helpers.present.inventory import stored_lines, stored_object
from korus_helpers.present.words import number
from korus_helpers.trade.figure import Figure

_DIGITS = {"million dollars": 1, "percent": 2, "times": 3}


def value_line(figure: Figure) -> str:
    """One line: what, amount, basis, vintage and source, "; " between them."""
    subject, _, basis = figure.words.partition("; ")
    mixed = "; exports and imports come from different revisions" if figure.mixed else ""
    return (
        f"{subject}: {amount(figure.value, figure.unit)}{_range(figure)}; {basis}{mixed}; "
        f"vintage {figure.vintage}; source: {figure.source}. {figure.caution}".rstrip()
    )


def amount(value: float, unit: str) -> str:
    """As "USD 27,624.6 million", "−2.76 percent", "2.093 times"."""
    text = number(value, _DIGITS[unit])
    if unit != "million dollars":
        return f"{text} {unit}"
    return f"−USD {text[1:]} million" if text.startswith("−") else f"USD {text} million"


def _range(figure: Figure) -> str:
    if figure.low == figure.high:
        return ""
    digits = _DIGITS[figure.unit]
    return f" (between {number(figure.low, digits)} and {number(figure.high, digits)}, as quoted)"


def value_object(figure: Figure) -> dict[str, Any]:
    """The figure for programs: numbers unrounded in `unit`, everything named."""
    asked = figure.definition
    partner = find_partner(asked.partner)
    return {
        "value": figure.value,
        "unit": figure.unit,
        "low": figure.low,
        "high": figure.high,
        "measure": figure.measure,
        "as": asked.as_,
        "partner": partner.name,
        "partner_code": partner.code,
        "sector": asked.sector,
        "basis": asked.basis,
        "base": asked.base or None,
        "end": asked.end,
        "base_value": None if math.isnan(figure.base_value) else figure.base_value,
        "end_value": figure.end_value,
        "definition": figure.words,
        "vintage": figure.vintage,
        "mixed": figure.mixed,
        "caution": figure.caution,
        "source": figure.source,
    }


def data_object() -> dict[str, list[dict[str, Any]]]:
    """Every shipped table (with `ok` and `problem`), release and source, for programs.

    `stored` are the vintages and sectors that were downloaded.
    """
    tables = []
    for entry in package()["resources"]:
        problem = verify(entry["name"])
        tables.append(
            {
                "name": entry["name"],
                "title": entry["title"],
                "path": entry["path"],
                "rows": entry["rows"],
                "bytes": entry["bytes"],
                "hash": entry["hash"],
                "coverage": "" if problem else coverage(entry["name"]),
                "vintage": entry["vintage"],
                "basis": entry["basis"],
                "sources": [
                    source.get("source_id", source["title"]) for source in entry["sources"]
                ],
                "licence": entry["licenses"][0]["title"],
                "ok": not problem,
                "problem": problem,
            }
        )
    listed = {
        name: [] if verify(name) else open_table(name).to_dict("records")
        for name in ("vintages", "sources")
    }
    stored = stored_object()
    for one in stored:
        if one["ok"] and "vintages" in one["tables"]:
            listed["vintages"] += open_table("vintages", Path(one["folder"])).to_dict("records")
    # A release that was downloaded takes the place of an included one of its name.
    by_name = {row["vintage"]: row for row in listed["vintages"]}
    listed["vintages"] = [by_name[name] for name in sorted(by_name, key=release_order)]
    return {"tables": tables, **listed, "stored": stored}


def coverage(name: str) -> str:
    """First and last year (or month) of a table, "" where it has none."""
    table = open_table(name)
    for column in ("month", "year"):
        if column not in table or not len(table):
            continue
        if column == "month" and "year" in table:
            numbers = table.year * 100 + table.month
            first, last = (f"{n // 100}-{n % 100:02d}" for n in (numbers.min(), numbers.max()))
        else:
            first, last = table[column].min(), table[column].max()
        return f"{first} to {last}"
    return ""


def data_lines(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """`data_object` for people: tables, releases, sources, and what does not verify."""
    tables, releases, sources = found["tables"], found["vintages"], found["sources"]
    width = max(len(row["name"]) for row in tables)
    lines = [f"{'table':{width}}  verified  {'rows':>8}  {'coverage':18}  vintage"]
    lines += [
        f"{row['name']:{width}}  {'yes' if row['ok'] else 'NO':8}  {row['rows']:>8,}  "
        f"{row['coverage']:18}  {row['vintage']}"
        for row in tables
    ]
    lines += ["", "vintage  partners  full years    data through  in force from"]
    lines += [
        f"{row['vintage']:7}  {row['partners']:8}  {row['first_year']} to "
        f"{row['last_full_year']}  {row['data_through']:12}  {row['in_force_from']}"
        for row in releases
    ]
    lines += ["", "source"]
    lines += [
        f"{row['source_id']}: {row['publisher']}, {row['title']}. {row['official_url']}"
        for row in sources
    ]
    lines += ["", *stored_lines(found["stored"])]
    return lines + [f"\n{row['name']}: {row['problem']}" for row in tables if not row["ok"]]


def to_json(value: Any) -> str:
    """Indented JSON in UTF-8."""
    return json.dumps(value, indent=2, ensure_ascii=False)
