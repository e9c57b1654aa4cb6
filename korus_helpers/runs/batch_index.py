"""The page over all runs of a batch, and its record for programs."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import Partner, countries, find_partner
from korus_helpers.figures.releases import LATEST, annual_rows, releases
from korus_helpers.figures.tables import DATA, resource
from korus_helpers.runs.grid import HEAD, Ended
from korus_helpers.runs.pages import foot, render, versions
from korus_helpers.runs.reports import Table
from korus_helpers.trade.comparison import release_for
from korus_helpers.trade.evaluate import evaluate, grid

NO_RANK = "ranks are among countries, in a release that holds all of them"
UNITS = {
    "deficit": "million dollars",
    "change": "million dollars",
    "percent": "percent",
    "rank": "place",
}


@dataclass
class Row:
    """One run and its figures, as far as they are known.

    `partner` is None where the run has none of ours, years are None where it has none. `figures`
    are the deficit of the last year (positive where the US imported more), its change since the
    first in million dollars and in percent, and its rank among the `among` countries of the
    release, the largest being first; NaN where there is none, and `reasons` says why. A run without
    partner or last year has none.
    """

    ended: Ended
    texts: dict[str, str]  # parameters as typed
    partner: Partner | None = None
    base: int | None = None
    end: int | None = None
    vintage: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    among: int | None = None

    def shown(self, name: str) -> str | None:
        """A parameter as a page shows it; the name of a file says enough."""
        text = self.texts.get(name)
        if text is None:
            return None
        return visible(Path(text).name if name.endswith("_file") else text) or "none"

    def figure(self, name: str) -> float:
        return self.figures.get(name, math.nan)


def batch_index(
    ended: Sequence[Ended],
    left_out: Sequence[str],
    notebooks: Sequence[str],
    command: str,
    started: datetime,
    seconds: float,
) -> tuple[str, str]:
    """index.html of a batch, above the folders of its runs, and batch.json.

    `left_out` are sentences on what was not run, `notebooks` the names without .ipynb, `seconds`
    what the batch took. On the page runs are in the order of their rank, those without one last.
    """
    rows = rows_of(ended)
    names = dict.fromkeys(name for row in rows for name in row.texts if name not in HEAD)
    values = {name: {row.shown(name) for row in rows} for name in names}
    varying = [name for name in names if len(values[name]) > 1]
    shared = [(name, *values[name], False) for name in names if name not in varying]
    vintages = sorted({row.vintage for row in rows if row.vintage})
    tables = tables_of(vintages)
    title, day = _title(rows), f"{started.day} {started:%B %Y, %H:%M}"
    with_deficit = [row for row in rows if not math.isnan(row.figure("deficit"))]
    page = render(
        "batch.html.j2",
        page_title=title,
        title=title,
        largest=max(with_deficit, key=lambda row: row.figures["deficit"], default=None),
        seconds=seconds,
        notices=[visible(sentence) for sentence in left_out],
        parameters=shared,
        rows=sorted(rows, key=_place),
        failed=[(row, *failure) for row in rows for failure in row.ended.failures],
        notebooks=notebooks,
        varying=[(name, all(_is_number(row.texts.get(name, "0")) for row in rows))
                 for name in varying],
        vintages=vintages,
        made=foot(title, shared, vintages, tables, command, day),
    )  # fmt: skip
    about = {
        "command": command,
        "started": started.isoformat("T", "seconds"),
        "seconds": round(seconds, 2),
        "versions": versions(more=True),
        "tables": [table._asdict() for table in tables],
        "notebooks": list(notebooks),
        "left_out": list(left_out),
        "runs": [_recorded(row) for row in rows],
    }
    return page, json.dumps(about, indent=1, ensure_ascii=False)


def _place(row: Row) -> tuple[float, int, int]:
    rank = row.figure("rank")
    return math.inf if math.isnan(rank) else rank, row.base or 0, row.end or 0


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text))


def _title(rows: Sequence[Row]) -> str:
    """As "US trade with 234 partners, 2011 to 2016", as far as the runs have them."""
    partners = {row.partner.code: row.partner.in_sentence for row in rows if row.partner}
    if not partners:
        return "Reports"
    whom = f"{len(partners)} partners" if len(partners) > 1 else next(iter(partners.values()))
    spans = {(row.base, row.end) for row in rows if row.base or row.end}
    years = sorted({year for span in spans for year in span if year})
    if not years:
        return f"US trade with {whom}"
    several = "years from " if len(spans) > 1 else ""
    last = f" to {years[-1]}" if len(years) > 1 else ""
    return f"US trade with {whom}, {several}{years[0]}{last}"


def _recorded(row: Row) -> dict[str, object]:
    """Parameters, outcome and figures of one run; a figure that is not known is null."""
    one = row.ended
    figures: dict[str, dict[str, object]] = {}
    for name, value in row.figures.items():
        figure = {"value": None if math.isnan(value) else value, "unit": UNITS[name]}
        figure |= {"of": row.among} if name == "rank" else {}
        figure |= {"first_year": row.base} if name in ("change", "percent") else {}
        figure |= {"year": row.end, "vintage": row.vintage}
        figures[name] = figure | ({"reason": row.reasons[name]} if row.reasons.get(name) else {})
    keys = ("notebook", "reason", "file")
    return {
        "name": one.setting.name,
        "parameters": row.texts,
        "status": one.status,
        "seconds": round(one.seconds, 2),
        "kept": one.kept,
        "failures": [dict(zip(keys, failure, strict=True)) for failure in one.failures],
        "figures": figures,
    }


def tables_of(vintages: Sequence[str]) -> list[Table]:
    """The tables that the figures of these releases are read from, each once."""
    places = dict.fromkeys((annual_rows(one)[0], releases()[one].folder) for one in vintages)
    entries = [(name, folder, resource(name, folder)) for name, folder in places]
    return [
        Table(
            name if folder == DATA else f"{name} ({folder.name})",
            entry["vintage"],
            entry["hash"].removeprefix("sha256:"),
        )
        for name, folder, entry in entries
    ]


def rows_of(ended: Sequence[Ended]) -> list[Row]:
    """A row for each run, in their order, with figures that are all calculated at once."""
    rows = [_asked(one) for one in ended]
    if known := [row for row in rows if row.vintage]:
        _calculate(known)
    return rows


def _asked(ended: Ended) -> Row:
    """Partner, years and release of a run, as far as they can be known."""
    texts = dict(ended.setting.parameters)
    base, end = (_year(texts.get(name, "")) for name in ("base_year", "end_year"))
    row = Row(ended, texts, None, base, end)
    try:
        row.partner = find_partner(texts.get("partner", ""), filter(None, (base, end)))
        if end is None:
            return row
        row.figures = dict.fromkeys(UNITS, math.nan)
        asked = texts.get("vintage", LATEST)
        row.vintage = release_for(row.partner.code, base or end, end, asked).vintage
    except InputError as error:
        row.reasons = dict.fromkeys(row.figures, str(error))
    except KeyError:
        row.reasons = dict.fromkeys(row.figures, "a past day is not one release")
    return row


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"(19|20)[0-9]{2}", text.strip()) else None


def _calculate(rows: Sequence[Row]) -> None:
    columns = ("partner", "base", "end", "vintage")
    keys = [(row.partner.code, str(row.base or ""), str(row.end), row.vintage) for row in rows]
    asked = pd.DataFrame(keys, columns=columns)
    changes, percents = (
        evaluate("deficit", asked.assign(as_=[way if row.base else "level" for row in rows]))
        for way in ("change", "percent-change")
    )
    ranks = _ranks(asked)
    for row, key, change, percent in zip(
        rows, keys, changes.itertuples(), percents.itertuples(), strict=True
    ):
        rank, row.among = ranks.get((key[0], key[2], key[3]), (math.nan, None))
        unknown = change.reason if math.isnan(change.end_value) else ""
        alone = "" if row.base else "there is no first year"
        row.figures = {
            "deficit": float(change.end_value),
            "change": math.nan if alone else float(change.value),
            "percent": math.nan if alone else float(percent.value),
            "rank": rank,
        }
        row.reasons = {
            "deficit": unknown,
            "change": alone or change.reason,
            "percent": alone or percent.reason,
            "rank": (unknown or NO_RANK) if math.isnan(rank) else "",
        }


def _ranks(asked: pd.DataFrame) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Code, year and release → place among all countries of the release, and their number."""
    whole = [name for name in asked.vintage.unique() if releases()[name].partners == "all"]
    if not whole:
        return {}
    every = grid(partner=countries(), end=sorted(asked.end.unique()), vintage=whole)
    found = evaluate("deficit", every).dropna(subset="value").astype({"partner": str, "end": str})
    of_a_year = found.groupby(["vintage", "end"], observed=True).value
    found["place"] = of_a_year.rank(ascending=False, method="min").astype(int)
    found["among"] = of_a_year.transform("size")
    return {(one.partner, one.end, one.vintage): (one.place, one.among)
            for one in found.itertuples()}  # fmt: skip
