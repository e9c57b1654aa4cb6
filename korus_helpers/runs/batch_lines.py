"""What the page of a batch shows of each run: a line of its table, and its failures."""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from korus_helpers.present.sentences import visible
from korus_helpers.present.tables import MISSING
from korus_helpers.present.words import number, signed
from korus_helpers.runs.batch_figures import Row
from korus_helpers.runs.setting import HEAD, Ended, Setting


def parameters_of(settings: Sequence[Setting]) -> tuple[list[str], dict[str, str]]:
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


def is_of_numbers(rows: Sequence[Row], name: str) -> bool:
    """Whether every value of a parameter is a number."""
    texts = [dict(row.setting.parameters).get(name) for row in rows]
    return all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) for text in texts if text is not None)


def line_of(
    ended: Ended, row: Row, varying: Sequence[str], notebooks: Sequence[str]
) -> dict[str, object]:
    """What the table shows of a run; a cell is its text, what it is sorted by, and why it is empty.

    What is sorted by "" comes last.
    """
    name, texts = ended.setting.name, dict(ended.setting.parameters)
    partner, run = _run(ended, row)
    failed = {notebook for notebook, _, _ in ended.failures}
    lost = "" in failed
    complete = [one for one in notebooks if not lost and one not in failed]
    why = row.reasons
    return {
        "partner": partner,
        "run": run,
        "link": "" if lost else f"{name}/index.html",
        "failed": ended.status != "done",
        "years": [_cell(row.base, str), _cell(row.end, str)],
        "more": [_given(texts.get(one), one) for one in varying],
        "figures": [
            _cell(row.deficit, number, why.get("deficit", "")),
            # One reason is enough for both.
            _cell(row.change, signed, "" if "deficit" in why else why.get("change", "")),
            _cell(row.percent, signed),
            _cell(row.rank, lambda rank: f"{rank:,} of {row.among:,}"),
        ],
        "vintage": row.vintage or MISSING,
        "reports": [(*_called(one), f"{name}/{one}.html") for one in complete],
        "order": (row.rank or math.inf, row.base or 0, row.end or 0),
    }


def _cell(
    value: float | None, words: Callable[[float], str], reason: str = ""
) -> tuple[str, str, str]:
    if value is None or math.isnan(value):
        return MISSING, "", reason
    return words(value), repr(value), ""


def _given(text: str | None, name: str) -> tuple[str, str, str]:
    shown = MISSING if text is None else _value(name, text)
    return shown, "" if text is None else shown, ""


def _run(ended: Ended, row: Row) -> tuple[str, str]:
    """The partner as it is called (the folder where there is none), and with the years."""
    typed = dict(ended.setting.parameters).get("partner", ended.setting.name)
    partner = row.partner.common_name if row.partner else visible(typed)
    years = " to ".join(str(year) for year in (row.base, row.end) if year)
    return partner, ", ".join(filter(None, (partner, years)))


def _called(notebook: str) -> tuple[str, str]:
    """A notebook in short, by its number if it has one, and in full."""
    first, name = notebook.split("_")[0], visible(notebook)
    return first if first.isdecimal() else name, name


def failures_of(ended: Ended, row: Row) -> list[dict[str, str]]:
    """Run, notebook, reason and link of each failure."""
    name, (_, run) = ended.setting.name, _run(ended, row)
    return [
        {
            "run": ", ".join(filter(None, (run, visible(notebook)))),
            "folder": name,
            "reason": visible(reason),
            "link": f"{name}/{file}" if file else "",
        }
        for notebook, reason, file in ended.failures
    ]
