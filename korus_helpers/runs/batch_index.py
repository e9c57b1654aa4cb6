"""The page over all runs of a batch, and its record for programs."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, countries, find_partner
from korus_helpers.figures.releases import LATEST, annual_rows, releases
from korus_helpers.figures.tables import DATA, resource
from korus_helpers.present.sentences import visible
from korus_helpers.present.tables import MISSING
from korus_helpers.present.words import deficit_phrase, join_words, number, signed
from korus_helpers.runs.pages import Shown, Table, made, render, versions
from korus_helpers.runs.setting import HEAD, Ended, Setting
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
FIRST_FAILURES = 10  # shown at once; the others are folded

Cell = tuple[str, str, str]
"""Its text, what it is sorted by ("" comes last), and why it is empty."""


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


def batch_page(
    ended: Sequence[Ended],
    left_out: Sequence[str],
    notebooks: Sequence[str],
    command: str,
    day: str,
    seconds: float,
) -> str:
    """index.html of a batch, above the folders of its runs; every value is escaped.

    `left_out` are sentences on what was not run, `notebooks` the names without .ipynb, `seconds`
    what the batch took. Runs are in the order of their rank, those without one last.
    """
    rows = rows_of([one.setting for one in ended])
    varying, shared = _parameters([one.setting for one in ended])
    title = _title(rows)
    shown: Shown = [(name, value, False) for name, value in shared.items()]
    runs = list(zip(ended, rows, strict=True))
    lines = [_line(one, row, varying, notebooks) for one, row in runs]
    failures = [failure for one, row in runs for failure in _failures(one, row)]
    vintages = _vintages(rows)
    return render(
        "batch.html.j2",
        title=title,
        finding=f"{_counted(ended, seconds)} {_largest(rows)}".strip(),
        left_out=[visible(sentence) for sentence in left_out],
        parameters=shown,
        failures=failures[:FIRST_FAILURES],
        more_failures=failures[FIRST_FAILURES:],
        varying=[(name.replace("_", " "), _is_of_numbers(rows, name)) for name in varying],
        lines=sorted(lines, key=lambda line: line["order"]),
        vintages=join_words(vintages),
        has_releases=len(vintages) > 1,
        has_partners=any(row.partner for row in rows),
        has_years=any(row.base or row.end for row in rows),
        has_figures=any(row.partner and row.end for row in rows),
        made=made(title, shown, vintages, _tables(vintages), command, day),
        record="batch",
    )


def batch_record(
    ended: Sequence[Ended],
    left_out: Sequence[str],
    notebooks: Sequence[str],
    command: str,
    started: str,
    seconds: float,
) -> str:
    """batch.json: how the batch was made, and of each run parameters, outcome and figures.

    `started` is an ISO time. A figure that is not known is null, with the reason.
    """
    rows = rows_of([one.setting for one in ended])
    about = {
        "command": command,
        "started": started,
        "seconds": round(seconds, 2),
        "versions": versions(more=True),
        "tables": [table._asdict() for table in _tables(_vintages(rows))],
        "notebooks": list(notebooks),
        "left_out": list(left_out),
        "runs": [
            {
                "name": one.setting.name,
                "parameters": dict(one.setting.parameters),
                "status": one.status,
                "seconds": round(one.seconds, 2),
                "kept": one.kept,
                "failures": [
                    dict(zip(("notebook", "reason", "file"), failure, strict=True))
                    for failure in one.failures
                ],
                "figures": _recorded(row),
            }
            for one, row in zip(ended, rows, strict=True)
        ],
    }
    return json.dumps(about, indent=1, ensure_ascii=False)


def _recorded(row: Row) -> dict[str, dict[str, object]]:
    """Name → value with unit, years and vintage; empty where a run has no partner and years."""
    if not row.partner or not row.end:
        return {}
    found = {}
    for name, unit in FIGURES.items():
        value = getattr(row, name)
        known = value is not None and not math.isnan(value)
        found[name] = {"value": value if known else None, "unit": unit}
        found[name] |= {"of": row.among} if name == "rank" else {}
        found[name] |= {"first_year": row.base} if name in ("change", "percent") else {}
        found[name] |= {"year": row.end, "vintage": row.vintage}
        found[name] |= {"reason": row.reasons[name]} if row.reasons.get(name) else {}
    return found


def _vintages(rows: Sequence[Row]) -> list[str]:
    return sorted({row.vintage for row in rows if row.vintage})


def _tables(vintages: Sequence[str]) -> list[Table]:
    """The tables that the figures of these releases are read from."""
    found = []
    for vintage in vintages:
        name, folder = annual_rows(vintage)[0], releases()[vintage].folder
        entry = resource(name, folder)
        called = name if folder == DATA else f"{name} ({folder.name})"
        found.append(Table(called, entry["vintage"], entry["hash"].removeprefix("sha256:")))
    return list(dict.fromkeys(found))


# The head of the page


def _title(rows: Sequence[Row]) -> str:
    """As "US trade with 234 partners, 2011 to 2016", as far as the runs have them."""
    partners = list({row.partner.code: row.partner for row in rows if row.partner}.values())
    if not partners:
        return "Reports"
    whom = partners[0].in_sentence if len(partners) == 1 else f"{len(partners)} partners"
    bases, ends = ({getattr(row, side) for row in rows} - {None} for side in ("base", "end"))
    if len(bases) > 1 or len(ends) > 1:
        return f"US trade with {whom}, years from {min(bases | ends)} to {max(bases | ends)}"
    years = " to ".join(str(year) for year in (*bases, *ends))
    return f"US trade with {whom}" + (f", {years}" if years else "")


def _counted(ended: Sequence[Ended], seconds: float) -> str:
    """As "234 runs in 5.2 minutes: 232 are done, 12 of them by an earlier call; 2 are not…"."""
    failed, kept = sum(one.status != "done" for one in ended), sum(one.kept for one in ended)
    took = f"in {_time(seconds)}"
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


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{number(seconds, 0 if seconds >= 10 else 1)} seconds"
    return f"{number(seconds / 60, 0 if seconds >= 600 else 1)} minutes"


def _largest(rows: Sequence[Row]) -> str:
    known = [row for row in rows if not math.isnan(row.deficit)]
    if not known:
        return ""
    most = max(known, key=lambda row: row.deficit)
    amount = deficit_phrase(most.deficit)
    if most.deficit <= 0:
        return f"None has a deficit; {most.partner.in_sentence} is nearest to one, with {amount}."
    amount = amount.removeprefix("a deficit of ")
    return f"The largest deficit is that with {most.partner.in_sentence}, {amount} in {most.end}."


# The table


def _parameters(settings: Sequence[Setting]) -> tuple[list[str], dict[str, str]]:
    """The parameters beside partner and years: names that vary, and those with one value."""
    given = [
        {name: _value(name, text) for name, text in one.parameters if name not in HEAD}
        for one in settings
    ]
    values = {name: {one.get(name) for one in given} for one in given for name in one}
    varying = [name for name, found in values.items() if len(found) > 1]
    return varying, {name: given[0][name] for name in values if name not in varying}


def _value(name: str, text: str) -> str:
    # The name of a file says enough, as on the pages of each run.
    return visible(Path(text).name if name.endswith("_file") else text) or "none"


def _is_of_numbers(rows: Sequence[Row], name: str) -> bool:
    texts = [dict(row.setting.parameters).get(name) for row in rows]
    return all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) for text in texts if text is not None)


def _line(
    ended: Ended, row: Row, varying: Sequence[str], notebooks: Sequence[str]
) -> dict[str, object]:
    """What the table shows of a run."""
    name, texts = ended.setting.name, dict(ended.setting.parameters)
    partner, run = _called(ended, row)
    failed = {notebook for notebook, _, _ in ended.failures}
    complete = [] if "" in failed else [one for one in notebooks if one not in failed]
    why = row.reasons
    given = {one: _value(one, texts[one]) for one in varying if one in texts}
    return {
        "partner": partner,
        "run": run,
        "link": "" if "" in failed else f"{name}/index.html",
        "failed": ended.status != "done",
        "years": [_cell(row.base, str), _cell(row.end, str)],
        "more": [(given.get(one, MISSING), given.get(one, ""), "") for one in varying],
        "figures": [
            _cell(row.deficit, number, why.get("deficit", "")),
            # One reason is enough for both.
            _cell(row.change, signed, "" if "deficit" in why else why.get("change", "")),
            _cell(row.percent, signed),
            _cell(row.rank, lambda rank: f"{rank:,} of {row.among:,}"),
        ],
        "vintage": row.vintage or MISSING,
        "reports": [(*_in_short(one), f"{name}/{one}.html") for one in complete],
        "order": (row.rank or math.inf, row.base or 0, row.end or 0),
    }


def _cell(value: float | None, words: Callable[[float], str], reason: str = "") -> Cell:
    if value is None or math.isnan(value):
        return MISSING, "", reason
    return words(value), repr(value), ""


def _called(ended: Ended, row: Row) -> tuple[str, str]:
    """The partner as it is called (the folder where there is none), and with the years."""
    typed = dict(ended.setting.parameters).get("partner", ended.setting.name)
    partner = row.partner.common_name if row.partner else visible(typed)
    years = " to ".join(str(year) for year in (row.base, row.end) if year)
    return partner, ", ".join(filter(None, (partner, years)))


def _in_short(notebook: str) -> tuple[str, str]:
    """A notebook by its number if it has one, and in full."""
    first, name = notebook.split("_")[0], visible(notebook)
    return first if first.isdecimal() else name, name


def _failures(ended: Ended, row: Row) -> list[dict[str, str]]:
    """Run, notebook, reason and link of each failure."""
    name, (_, run) = ended.setting.name, _called(ended, row)
    return [
        {
            "run": ", ".join(filter(None, (run, visible(notebook)))),
            "folder": name,
            "reason": visible(reason),
            "link": f"{name}/{file}" if file else "",
        }
        for notebook, reason, file in ended.failures
    ]


# The figures, all calculated at once


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
