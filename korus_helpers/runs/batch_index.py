"""The page over all runs of a batch, and its record for programs."""

import json
import math
from collections.abc import Sequence

from korus_helpers.present.sentences import visible
from korus_helpers.present.words import deficit_phrase, join_words, number
from korus_helpers.runs.batch_figures import Row, rows_of
from korus_helpers.runs.batch_lines import failures_of, is_of_numbers, line_of, parameters_of
from korus_helpers.runs.facts import Table
from korus_helpers.runs.pages import Shown, made, render, versions
from korus_helpers.runs.setting import Ended
from korus_helpers.sources.tables import DATA, resource
from korus_helpers.sources.vintages import annual_rows, releases

FIRST_FAILURES = 10  # shown at once; the others are folded
FIGURES = {"deficit": "million dollars", "change": "million dollars", "percent": "percent"}


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
    varying, shared = parameters_of([one.setting for one in ended])
    title = _title(rows)
    shown: Shown = [(name, value, False) for name, value in shared.items()]
    lines = [line_of(*pair, varying, notebooks) for pair in zip(ended, rows, strict=True)]
    failures = [words for pair in zip(ended, rows, strict=True) for words in failures_of(*pair)]
    vintages = sorted({row.vintage for row in rows if row.vintage})
    return render(
        "batch.html.j2",
        title=title,
        finding=f"{_counted(ended, seconds)} {_largest(rows)}".strip(),
        left_out=[visible(sentence) for sentence in left_out],
        parameters=shown,
        failures=failures[:FIRST_FAILURES],
        more_failures=failures[FIRST_FAILURES:],
        varying=[(name.replace("_", " "), is_of_numbers(rows, name)) for name in varying],
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
    vintages = sorted({row.vintage for row in rows if row.vintage})
    about = {
        "command": command,
        "started": started,
        "seconds": round(seconds, 2),
        "versions": versions(more=True),
        "tables": [table._asdict() for table in _tables(vintages)],
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
                    {"notebook": notebook, "reason": reason, "file": file}
                    for notebook, reason, file in one.failures
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
    values = {name: getattr(row, name) for name in FIGURES}
    known = {name: None if math.isnan(value) else value for name, value in values.items()}
    found = {
        name: {"value": value, "unit": FIGURES[name]} for name, value in known.items()
    } | {"rank": {"value": row.rank, "unit": "place", "of": row.among}}  # fmt: skip
    for name, one in found.items():
        first = {"first_year": row.base} if name in ("change", "percent") else {}
        one |= first | {"year": row.end, "vintage": row.vintage}
        if row.reasons.get(name):
            one["reason"] = row.reasons[name]
    return found


def _counted(ended: Sequence[Ended], seconds: float) -> str:
    """As "234 runs in 5.2 minutes: 232 are done, 12 of them by an earlier call; 2 are not…"."""
    failed = sum(one.status != "done" for one in ended)
    kept = sum(one.kept for one in ended)
    done = len(ended) - failed
    runs = f"{len(ended):,} {'run' if len(ended) == 1 else 'runs'} in {_time(seconds)}"
    parts = [f"{done:,} {_are(done)} done"] if failed else ["all are done"]
    if kept:
        parts[0] += f", {kept:,} of them by an earlier call"
    if failed:
        parts.append(f"{failed:,} {_are(failed)} not complete")
    return f"{runs}: {'; '.join(parts)}." if len(ended) > 1 else f"{runs}: {_one(failed, kept)}."


def _one(failed: int, kept: int) -> str:
    return "it is not complete" if failed else f"it is done{' by an earlier call' * kept}"


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


def _tables(vintages: Sequence[str]) -> list[Table]:
    """The tables that the figures of these releases are read from."""
    found = []
    for vintage in vintages:
        name, folder = annual_rows(vintage)[0], releases()[vintage].folder
        entry = resource(name, folder)
        called = name if folder == DATA else f"{name} ({folder.name})"
        found.append(Table(called, entry["vintage"], entry["hash"].removeprefix("sha256:")))
    return list(dict.fromkeys(found))
