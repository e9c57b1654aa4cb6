"""Answers of the command line: a line or rows for people, or an object for programs.

The numbers of an object are unrounded, in the `unit` beside them; an unbounded end is None.
"""

import json
import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from korus_helpers.figures.releases import release_order
from korus_helpers.figures.store import publications
from korus_helpers.figures.tables import open_table, package, verify
from korus_helpers.present.inventory import stored_lines, stored_object
from korus_helpers.present.sentences import say
from korus_helpers.present.tables import show_table, with_ranges
from korus_helpers.present.words import (
    amount,
    ends_in_shown_unit,
    in_shown_unit,
    number,
    shown_unit,
    signed,
    usd,
)
from korus_helpers.trade.economy import beside

if TYPE_CHECKING:
    from korus_helpers.claims.printed import Statement
    from korus_helpers.claims.searching import Match, Search
    from korus_helpers.trade.definition import Definition
    from korus_helpers.trade.figure import Figure

SHOWN = 12  # matches that people are shown unless they ask for all
UNMOVED = 0.05  # million dollars: less is not printed
MEASURES = ("exports", "imports", "deficit")
_DIGITS = {"million dollars": 1, "percent": 2, "percentage points": 2, "times": 3, "rank": 0}


def to_json(value: Any) -> str:
    """Indented JSON in UTF-8."""
    return json.dumps(value, indent=2, ensure_ascii=False)


# korus value


def value_line(figure: "Figure") -> str:
    """One line: what, amount, basis, vintage and source, "; " between them."""
    subject, _, basis = figure.words.partition("; ")
    mixed = "; exports and imports come from different revisions" if figure.mixed else ""
    low, high = (number(end, _DIGITS[figure.unit]) for end in (figure.low, figure.high))
    ends = "" if figure.low == figure.high else f" (between {low} and {high}, as quoted)"
    return (
        f"{subject}: {exact_amount(figure.value, figure.unit)}{ends}; {basis}{mixed}; "
        f"vintage {figure.vintage}; source: {figure.source}. {figure.caution}".rstrip()
    )


def value_lines(figure: "Figure") -> str:
    """The line of a figure, and below it that of its context, where there is one."""
    return "\n".join(filter(None, [value_line(figure), beside(figure)]))


def typed_options(asked: "Definition", way: str) -> list[str]:
    """The options that mean this definition, with `--as` for each way but a level."""
    words = ["--partner", asked.who.common_name]
    words += ["--from", asked.base, "--to", asked.end] if asked.base else ["--period", asked.end]
    words += ["--share"] if way == "share" else ["--as", way] * (way != "level")
    words += ["--sector", asked.sector] if asked.sector != "total" else []
    words += ["--basis", asked.basis] if asked.basis != asked.what.basis else []
    return [*words, "--vintage", asked.vintage]


def value_command(figure: "Figure") -> str:
    """What gives the figure again."""
    asked = figure.definition
    return shlex.join(["korus", "value", figure.measure, *typed_options(asked, asked.as_)])


def exact_amount(value: float, unit: str) -> str:
    """As "USD 27,624.6 million", "−2.76 percent", "2.093 times"."""
    text = number(value, _DIGITS[unit])
    if unit == "rank":
        return f"place {text}"
    if unit != "million dollars":
        return f"{text} {unit}"
    return f"−USD {text[1:]} million" if text.startswith("−") else f"USD {text} million"


def value_object(figure: "Figure") -> dict[str, Any]:
    """The figure for programs: everything named."""
    asked = figure.definition
    partner = asked.who
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
        "context": beside(figure),
    }


# korus search


def search_object(printed: "Statement", found: "Search") -> dict[str, Any]:
    """A search: `low, high` and the values in `unit`."""
    low, high = ends_in_shown_unit(printed.interval, printed.unit)
    return {
        "printed": printed.text,
        "low": low,
        "high": high,
        "unit": shown_unit(printed.unit),
        "tried": found.tried,
        "matches": [_match_object(one) for one in found.matches],
        "complete": found.complete,
        "chance_rate": found.chance_rate,
        "odds": found.odds,
    }


def _match_object(match: "Match") -> dict[str, Any]:
    known = publications()
    sources = [f"{known.publisher[key]}, {known.title[key]}" for key in match.source_ids]
    value, low, high = (in_shown_unit(x, match.unit) for x in (match.value, match.low, match.high))
    return {
        "definition": match.label,
        "measure": match.measure,
        "as": match.as_,
        "partner_code": match.partner,
        "sector": match.sector,
        "basis": match.basis,
        "vintage": match.vintage,
        "base": match.base or None,
        "end": match.end,
        "value": value,
        "unit": shown_unit(match.unit),
        "low": low,
        "high": high,
        "steps": list(match.steps),
        "quoted": match.quoted,
        "possible": match.possible,
        "source": "; ".join(dict.fromkeys(sources)),
    }


def match_table(found: "Search", most: int | None = SHOWN) -> pd.DataFrame:
    """The first `most` matches (None: all) in words: definition, value and steps."""
    rows = [
        (
            one.label,
            ("possibly " if one.possible else "") + amount(one.value, one.unit),
            ", ".join(one.steps) or "none",
        )
        for one in found.matches[:most]
    ]
    return pd.DataFrame(rows, columns=["definition", "value", "steps from what was asked"])


def search_sentences(found: "Search", most: int | None = SHOWN) -> list[str]:
    """How many were tried, how many match, and how many would by chance."""
    sure = sum(not one.possible for one in found.matches)
    possible = len(found.matches) - sure
    more = "" if found.complete else "at least "
    said = [
        f"Definitions tried: {found.tried:,}; "
        f"definitions that give the number: {more}{f'{sure:,}' if sure else 'none'}."
    ]
    if possible:
        said.append(f"Possible besides: {possible:,}, quoted in print in digits too few to decide.")
    if most is not None and len(found.matches) > most:
        said.append(f"Shown: the first {most}.")
    if found.matches:
        said.append(
            f"Coincidence? {number(100 * found.odds, 0)} of 100 other numbers of about this size "
            "would also have been found."
        )
    return said


def show_matches(found: "Search", caption: str) -> None:
    """The first matches as a table of a notebook, and the sentences of a search."""
    if found.matches:
        show_table(match_table(found), caption, "matches", long=True)
    say(" ".join(search_sentences(found)))


# korus revisions


def revision_rows(path: pd.DataFrame) -> pd.DataFrame:
    """The path for readers: amounts in million dollars as text, quoted ones with their ends."""
    columns = [f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high")]
    table = with_ranges(path[["release", "in_force_from", *columns]], {})
    texts = table[list(MEASURES)].map(lambda one: one if isinstance(one, str) else number(one))
    return table.assign(**texts).rename(columns={"in_force_from": "in force from"})


def revision_sentence(path: pd.DataFrame, measure: str, partner: str, year: int) -> str:
    """How far the figure moved between the first and the last release that has it as a file."""
    exact = path[path.exact]
    if len(exact) < 2:
        return f"Of the {measure} of {year} with {partner} one release is at hand as a file."
    first, last = exact.iloc[0], exact.iloc[-1]
    low, high = exact[measure].min(), exact[measure].max()
    if high - low < UNMOVED:
        return f"All {len(exact)} files have the same {measure} of {year} with {partner}."
    return (
        f"Between releases {first.release} and {last.release} the {measure} of {year} with "
        f"{partner} moved by {signed(last[measure] - first[measure])} million dollars, and lay "
        f"between {number(low)} and {number(high)} million in all {len(exact)} files."
    )


def revision_chart(path: pd.DataFrame, measure: str, partner: str, year: int) -> dict[str, Any]:
    """What `charts.ranges` draws of it: a row per release, a dot for a file, else whiskers."""
    drawn = path[["release", f"{measure}_low", f"{measure}_high"]]
    drawn = drawn.set_axis(["release", "official_low", "official_high"], axis=1)
    exact = path.loc[path.exact, measure]
    spread = exact.max() - exact.min() if len(exact) else 0.0
    link = {"exports": "to", "imports": "from"}.get(measure, "with")
    return {
        "frame": drawn,
        "title": f"Releases move the {measure} of {year} by {usd(spread)}"
        if spread >= UNMOVED
        else f"Every file has the same {measure} of {year}",
        "subtitle": f"US goods {measure} {link} {partner} in {year} by release, USD million, "
        "Census basis",
        "source": f"U.S. Census Bureau, releases up to {path.release.iloc[-1]}",
    }


# korus data


def data_object() -> dict[str, list[dict[str, Any]]]:
    """Every included table (with `ok` and `problem`), release and source.

    `stored` are the vintages and sectors that were downloaded.
    """
    tables = []
    for entry in package()["resources"]:
        problem = verify(entry["name"])
        tables.append(
            {key: entry[key] for key in ("name", "title", "path", "rows", "bytes", "hash")}
            | {
                "coverage": "" if problem else coverage(entry["name"]),
                "vintage": entry["vintage"],
                "basis": entry["basis"],
                "sources": [one.get("source_id", one["title"]) for one in entry["sources"]],
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
    if not len(table):
        return ""
    if {"month", "year"} <= set(table):
        numbers = table.year * 100 + table.month
        first, last = (f"{n // 100}-{n % 100:02d}" for n in (numbers.min(), numbers.max()))
        return f"{first} to {last}"
    column = next((name for name in ("month", "year") if name in table), "")
    return f"{table[column].min()} to {table[column].max()}" if column else ""


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
