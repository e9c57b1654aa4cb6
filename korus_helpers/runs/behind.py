"""What is behind each number that a report computes: the note that opens where it stands.

A number is recognised where measure, years and unit stand beside it and the figure of this
partner, rounded as it is shown, is the same; its note holds definition, release, source, rows and
the `korus value` command. Any other number leads to the calculation that it comes from.
"""

import csv
import functools
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from korus_helpers.errors import InputError
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import countries, find_partner
from korus_helpers.figures.store import located
from korus_helpers.figures.tables import open_table
from korus_helpers.present.answers import value_line
from korus_helpers.present.words import number
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, figure_rows, grid
from korus_helpers.trade.figure import Figure

MOST = 12  # rows that a note lists
CALLED = {"exports": "export", "imports": "import", "deficit": "deficit|surplus|balance"}
UNITS = {"percent": "percent|%", "times": "times|ratio|multipl"}
MOVED = "chang|rose|rise|fell|fall|grew|shrank|drop|up |down "
PARTS_OF = r"auto|vehicle|services|sector|end-use|share of|agreement"  # not all goods
YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,.]\d)")
# A figure, and no year, date, release, code or number of a notebook.
SHOWN = re.compile(
    r"(?<![\w.,:/-])(?<!code )(?!(?:19|20)\d\d(?![\d,.]\d))(?!0\d)"
    rf"[+\u2212]?\d+(?:,\d{{3}})*(?:\.\d+)?(?![\w/:-]|[.,]\d| (?:{'|'.join(MONTHS)}))"
)
ABOUT = ("id", "definition", "vintage", "source")  # columns of verdicts
UNCHANGED = ("sources", "evidence")  # tables that hold no computed figure
AS_PRINTED = ("claim", "as printed", "printed", "see")  # columns of what others wrote


def open_numbers(blocks: Sequence[dict[str, Any]], values: dict[str, str]) -> list[dict[str, Any]]:
    """Give the blocks their markup with numbers that open, `opened`; returns the notes.

    `values` are the parameters of the notebook. A note has `place, shown` (the numbers as they
    stand), `words` and, for a figure that was recognised, `command, head, rows, count`.
    """
    notes = _Notes(values, " ".join(_texts(blocks)))
    for block in blocks:
        if block["kind"] == "text" and "said" in block:
            text = block["said"]
            block["opened"] = notes.opened(block["markup"], text, text, "the code above it")
        elif block["kind"] == "table" and block["name"] not in UNCHANGED and block["head"]:
            _open_table(block, notes)
    return list(notes.found.values())


def _texts(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        yield block.get("said", "") + block.get("caption", "")
        for row in [*block.get("head", ()), *block.get("rows", ())]:
            yield " ".join(cell["text"] for cell in row)


def _open_table(block: dict[str, Any], notes: "_Notes") -> None:
    known = list(csv.DictReader(block.get("csv", "").splitlines()))
    aligned = len(known) == len(block["rows"]) > 0 and set(ABOUT) <= set(known[0])
    place = f"the code above table {block['number']}"
    for n, row in enumerate(block["rows"]):
        for head, cell in zip(block["head"][-1], row, strict=True):
            if cell["is_head"] or head["text"] in AS_PRINTED:
                continue
            near = f"{head['text']} {row[0]['text']}"
            names = " ".join(one["text"] for one in block["head"][-1])
            about = known[n] if aligned and known[n]["definition"] else None
            cell["opened"] = notes.opened(
                cell["markup"], near, f"{block['caption']} {names} {near}", place, about
            )


class _Notes:
    """The notes of a report, each once, and the figures among which numbers are looked up."""

    def __init__(self, values: dict[str, str], text: str):
        self.values, self.years = values, sorted({*YEAR.findall(text)})
        self.found: dict[object, dict[str, Any]] = {}

    def opened(self, markup: str, near: str, text: str, place: str, about: Any = None) -> Markup:
        """`markup` with a button around each number; `near` are the words closest to it."""
        closed, made = 0, []
        for part in re.split(r"(<[^>]*>|&[#\w]+;|“[^”]*”)", markup):
            if tag := re.match(r"<(/?)(?:a|code|button)\b", part):
                closed += -1 if tag[1] else 1
            elif not closed and part[:1] not in ("<", "&", "“"):
                part = SHOWN.sub(lambda hit: self._button(hit, near, text, place, about), part)
            made.append(part)
        return Markup("".join(made))

    def _button(self, hit: re.Match[str], near: str, text: str, place: str, about: Any) -> str:
        figure = self._figure(hit, near, text)
        key = figure or (about["id"] if about else place)
        if key not in self.found:
            note = {"place": f"n{len(self.found) + 1}", "shown": []}
            self.found[key] = note | (of_figure(figure) if figure else _computed(place, about))
        note = self.found[key]
        if hit[0] not in note["shown"]:
            note["shown"].append(hit[0])
        return f'<button popovertarget="{note["place"]}">{hit[0]}</button>'

    def _figure(self, hit: re.Match[str], near: str, text: str) -> Figure | None:
        """The figure that is shown as it rounds, of the years and the measure named last before."""
        shown, before, after = hit[0], hit.string[: hit.start()], hit.string[hit.end() :][:12]
        fits = self._figures
        if fits.empty:
            return None
        if re.search(r"\d{4}-\d\d|quoted", near) and near != text:
            return None  # of another release
        if {*_partners().findall(f"{text} {near}")} - {self.partner}:
            return None  # of another partner, or of several
        size, digits = float(re.sub(r"[+\u2212,]", "", shown)), len(shown.partition(".")[2])
        if len(re.sub(r"\D", "", shown).lstrip("0")) + (digits > 0) < 3:
            return None  # too short to tell figures apart
        if re.search(PARTS_OF, text, re.IGNORECASE) and "all goods" not in near:
            return None
        unit = next((one for one, words in UNITS.items() if re.match(rf" ?({words})", after)), "")
        if not unit and not re.match(" [bm]illion", after):
            unit = next((one for one, words in UNITS.items() if re.search(words, near)), "")
        scale = 1000 if "billion" in (after if "illion" in after else text) else 1
        scale = 1 if unit else scale
        fits = fits[fits.unit == (unit or "million dollars")]
        fits = fits[((fits.value.abs() / scale - size).abs() <= 0.5000001 / 10**digits)]
        moved = re.search(MOVED, text, re.IGNORECASE)
        narrow = YEAR.findall(near) or YEAR.findall(text)
        rows = [
            one for one in fits.itertuples()
            if re.search(CALLED[one.measure], f"{near} {text}", re.IGNORECASE)
            and one.end in YEAR.findall(text)
            and (one.as_ == "level" or (one.base in YEAR.findall(text) and moved))
            and {one.base, one.end} & {*narrow}
        ]  # fmt: skip
        named = {one: _last(words, before) for one, words in CALLED.items()}
        rows.sort(key=lambda one: -named[one.measure])
        if not rows or (len(rows) > 1 and named[rows[0].measure] == named[rows[1].measure]):
            return None
        one = rows[0]
        return _evaluated(one.measure, one.partner, one.base, one.end, one.as_, one.vintage)

    @functools.cached_property
    def partner(self) -> str:
        return find_partner(self.values["partner"]).in_sentence.removeprefix("the ")

    @functools.cached_property
    def _figures(self) -> pd.DataFrame:
        """Levels of all years that the report names, and their changes to its last year."""
        nothing = pd.DataFrame(columns=["measure", "base", "end", "as_", "unit", "value"])
        if not {"partner", "end_year"} <= set(self.values) or not self.years:
            return nothing
        end = self.values["end_year"]
        first = [year for year in self.years if year < end]
        try:
            code = find_partner(self.values["partner"]).code
            asked = {"partner": code, "vintage": self.values.get("vintage", "latest")}
            grids = [grid(**asked, base="", end=self.years, as_="level")]
            if first:
                ways = ["change", "percent-change", "ratio"]
                grids.append(grid(**asked, base=first, end=end, as_=ways))
            found = [
                evaluate(measure, one).assign(measure=measure)
                for measure in CALLED
                for one in grids
            ]
        except InputError:
            return nothing
        texts = dict.fromkeys(("partner", "base", "end", "as_"), str)
        return pd.concat([one.astype(texts) for one in found]).dropna(subset="value")


@functools.cache
def _partners() -> re.Pattern[str]:
    """The names of all partners as they stand in a sentence."""
    names = [find_partner(code).in_sentence.removeprefix("the ") for code in countries()]
    names += ["World", "European Union", "Euro Area"]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len)[::-1]))})\b")


def _last(words: str, text: str) -> int:
    """Where one of the words stands last, −1 if nowhere."""
    return max((hit.start() for hit in re.finditer(words, text, re.IGNORECASE)), default=-1)


@functools.lru_cache(1000)
def _evaluated(measure: str, partner: str, base: str, end: str, way: str, vintage: str) -> Figure:
    return evaluate(measure, Definition(partner, vintage=vintage, base=base, end=end, as_=way))


def command(figure: Figure) -> str:
    """What gives the figure again."""
    asked = figure.definition
    words = ["korus", "value", figure.measure, "--partner", asked.who.common_name]
    words += ["--from", asked.base, "--to", asked.end] if asked.base else ["--period", asked.end]
    words += ["--as", asked.as_] if asked.base else ["--share"] * (asked.as_ == "share")
    words += ["--sector", asked.sector] if asked.sector != "total" else []
    words += ["--basis", asked.basis] if asked.basis != asked.what.basis else []
    return shlex.join([*words, "--vintage", asked.vintage])


def of_figure(figure: Figure) -> dict[str, Any]:
    """The note of a figure: its sentence, the command, and the rows it is made of."""
    taken = figure_rows(figure.measure, figure.definition)
    frames = {name: open_table(*located(name)).loc[sorted(rows)] for name, rows in taken.items()}
    count = sum(map(len, frames.values()))
    rows = [
        [name, *(f"{key} {_cell(value)}" for key, value in row.items() if str(value) not in "nan")]
        for name, frame in frames.items() if count <= MOST
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return {"words": value_line(figure), "command": command(figure), "rows": rows,
            "count": f"{count:,} rows of {' and '.join(frames)}"}  # fmt: skip


def _cell(value: object) -> str:
    return number(value, 3) if isinstance(value, float) else str(value)


def _computed(place: str, about: Any) -> dict[str, Any]:
    """The note of a number that no single figure is: where it is calculated, and on what."""
    words = (
        f"Calculated by this notebook: {place} shows how. The tables that it rests on, their "
        "releases and sources are listed where the report says how it was made."
    )
    if about:
        words = f"{about['definition']}; vintage {about['vintage']}; source: {about['source']}."
    return {"words": words, "command": "", "rows": [], "count": ""}
