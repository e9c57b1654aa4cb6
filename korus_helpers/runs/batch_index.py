"""The page over all runs of a batch, and its record for programs."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, countries, find_partner
from korus_helpers.figures.releases import LATEST, annual_rows, releases
from korus_helpers.figures.tables import DATA, resource
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import deficit_phrase, number
from korus_helpers.runs.pages import foot, render, versions
from korus_helpers.runs.reports import Table
from korus_helpers.runs.setting import HEAD, Ended
from korus_helpers.trade.comparison import release_for
from korus_helpers.trade.evaluate import evaluate, grid

NO_RANK = "ranks are among countries, in a release that holds all of them"
FIGURES = {
    "deficit": "million dollars",
    "change": "million dollars",
    "percent": "percent",
    "rank": "place",
}
"""Figure → unit. The deficit is that of the last year, positive where the US imported more; the
change is since the first year; the rank is the place of the deficit among all countries of the
release, the largest first."""


@dataclass
class Row:
    """One run and its figures, as far as they are known.

    `partner` is None where the run has none of ours, years are None where it has none. `figures`
    has those of `FIGURES`, NaN where there is none, and `reasons` says why; both are empty for a
    run without partner or last year.
    """

    ended: Ended
    texts: dict[str, str]  # the parameters as typed
    partner: Partner | None = None
    base: int | None = None
    end: int | None = None
    vintage: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    among: int | None = None

    @property
    def called(self) -> str:
        typed = self.texts.get("partner", self.ended.setting.name)
        return self.partner.common_name if self.partner else visible(typed)

    @property
    def run(self) -> str:
        """As "Mexico, 2011 to 2016"."""
        years = " to ".join(str(year) for year in (self.base, self.end) if year)
        return ", ".join(filter(None, (self.called, years)))

    @property
    def place(self) -> tuple[float, int, int]:
        """What the page sorts by."""
        rank = self.figures.get("rank", math.nan)
        return math.inf if math.isnan(rank) else rank, self.base or 0, self.end or 0

    def shown(self, name: str) -> str | None:
        """A parameter as a page shows it; the name of a file says enough."""
        text = self.texts.get(name)
        if text is None:
            return None
        return visible(Path(text).name if name.endswith("_file") else text) or "none"


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
    vintages = sorted({row.vintage for row in rows if row.vintage})
    tables = list(tables_of(vintages))
    values = {
        name: {row.shown(name) for row in rows}
        for row in rows
        for name in row.texts
        if name not in HEAD
    }
    varying = [name for name, found in values.items() if len(found) > 1]
    shared = [(name, *found, False) for name, found in values.items() if name not in varying]
    title, day = _title(rows), f"{started.day} {started:%B %Y, %H:%M}"
    page = render(
        "batch.html.j2",
        page_title=title,
        title=title,
        finding=f"{_counted(ended, seconds)} {_largest(rows)}".strip(),
        notices=[visible(sentence) for sentence in left_out],
        parameters=shared,
        rows=sorted(rows, key=lambda row: row.place),
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


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text))


def _recorded(row: Row) -> dict[str, object]:
    """Parameters, outcome and figures of one run; a figure that is not known is null."""
    one = row.ended
    keys = ("notebook", "reason", "file")
    figures: dict[str, dict[str, object]] = {}
    for name, value in row.figures.items():
        figure = {"value": None if math.isnan(value) else value, "unit": FIGURES[name]}
        figure |= {"of": row.among} if name == "rank" else {}
        figure |= {"first_year": row.base} if name in ("change", "percent") else {}
        figure |= {"year": row.end, "vintage": row.vintage}
        figures[name] = figure | ({"reason": row.reasons[name]} if row.reasons.get(name) else {})
    return {
        "name": one.setting.name,
        "parameters": row.texts,
        "status": one.status,
        "seconds": round(one.seconds, 2),
        "kept": one.kept,
        "failures": [dict(zip(keys, failure, strict=True)) for failure in one.failures],
        "figures": figures,
    }


def tables_of(vintages: Sequence[str]) -> Iterator[Table]:
    """The tables that the figures of these releases are read from, each once."""
    seen = set()
    for vintage in vintages:
        name, folder = annual_rows(vintage)[0], releases()[vintage].folder
        entry = resource(name, folder)
        called = name if folder == DATA else f"{name} ({folder.name})"
        table = Table(called, entry["vintage"], entry["hash"].removeprefix("sha256:"))
        if table not in seen:
            yield table
        seen.add(table)


# The head of the page


def _title(rows: Sequence[Row]) -> str:
    """As "US trade with 234 partners, 2011 to 2016", as far as the runs have them."""
    partners = list({row.partner.code: row.partner for row in rows if row.partner}.values())
    if not partners:
        return "Reports"
    whom = partners[0].in_sentence if len(partners) == 1 else f"{len(partners)} partners"
    bases, ends = {row.base for row in rows} - {None}, {row.end for row in rows} - {None}
    if len(bases) > 1 or len(ends) > 1:
        return f"US trade with {whom}, years from {min(bases | ends)} to {max(bases | ends)}"
    years = " to ".join(str(year) for year in (*bases, *ends))
    return f"US trade with {whom}" + (f", {years}" if years else "")


def _counted(ended: Sequence[Ended], seconds: float) -> str:
    """As "234 runs in 5.2 minutes: 232 are done, 12 of them by an earlier call; 2 are not…"."""
    failed, kept = sum(one.status != "done" for one in ended), sum(one.kept for one in ended)
    amount, unit = (seconds, "seconds") if seconds < 100 else (seconds / 60, "minutes")
    took = f"in {number(amount, 0 if amount >= 10 else 1)} {unit}"
    if len(ended) == 1:
        done = f"it is done{' by an earlier call' * kept}"
        return f"1 run {took}: {'it is not complete' if failed else done}."
    done = len(ended) - failed
    parts = [f"{done:,} {_are(done)} done" if failed else "all are done"]
    parts[0] += f", {kept:,} of them by an earlier call" if kept else ""
    parts += [f"{failed:,} {_are(failed)} not complete"] if failed else []
    return f"{len(ended):,} runs {took}: {'; '.join(parts)}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _largest(rows: Sequence[Row]) -> str:
    known = [row for row in rows if not math.isnan(row.figures.get("deficit", math.nan))]
    if not known:
        return ""
    most = max(known, key=lambda row: row.figures["deficit"])
    amount, whom = deficit_phrase(most.figures["deficit"]), most.partner.in_sentence
    if most.figures["deficit"] <= 0:
        return f"None has a deficit; {whom} is nearest to one, with {amount}."
    amount = amount.removeprefix("a deficit of ")
    return f"The largest deficit is that with {whom}, {amount} in {most.end}."


# The figures, all calculated at once


def rows_of(ended: Sequence[Ended]) -> list[Row]:
    """A row for each run, in their order."""
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
        row.figures = dict.fromkeys(FIGURES, math.nan)
        row.vintage = release_for(
            row.partner.code, base or end, end, texts.get("vintage", LATEST)
        ).vintage
    except InputError as error:
        row.reasons = dict.fromkeys(row.figures, str(error))
    except KeyError:
        row.reasons = dict.fromkeys(row.figures, "a past day is not one release")
    return row


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"(19|20)[0-9]{2}", text.strip()) else None


def _calculate(rows: Sequence[Row]) -> None:
    asked = pd.DataFrame({
        "partner": [row.partner.code for row in rows],
        "base": [str(row.base or "") for row in rows],
        "end": [str(row.end) for row in rows],
        "vintage": [row.vintage for row in rows],
    })  # fmt: skip
    changes, percents = (
        evaluate("deficit", asked.assign(as_=[way if row.base else "level" for row in rows]))
        for way in ("change", "percent-change")
    )
    ranks = _ranks(asked)
    for row, change, percent in zip(rows, changes.itertuples(), percents.itertuples(), strict=True):
        rank, row.among = ranks.get((row.vintage, row.end, row.partner.code), (math.nan, None))
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


def _ranks(asked: pd.DataFrame) -> dict[tuple[str, int, str], tuple[int, int]]:
    """Release, year and code → place among all countries of the release, and their number."""
    whole = [name for name in asked.vintage.unique() if releases()[name].partners == "all"]
    if not whole:
        return {}
    every = grid(partner=countries(), end=sorted(asked.end.unique()), vintage=sorted(whole))
    found = evaluate("deficit", every).dropna(subset="value")
    of_a_year = found.groupby(["vintage", "end"], observed=True).value
    found["place"] = of_a_year.rank(ascending=False, method="min").astype(int)
    found["among"] = of_a_year.transform("size")
    return {
        (row.vintage, int(row.end), row.partner): (row.place, row.among)
        for row in found.itertuples()
    }
