"""What is behind each number that a report computes: the note that opens where it stands.

A number is recognised where measure, years and unit stand beside it and the figure of the partner
and the goods named there, rounded as it is shown, is the same; its note holds definition, release,
source, rows and the `korus value` command. Any other number leads to its calculation.
"""

import csv
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from korus_helpers.errors import InputError
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import countries, find_partner
from korus_helpers.figures.releases import releases
from korus_helpers.figures.store import located
from korus_helpers.figures.tables import open_table
from korus_helpers.present.answers import value_command, value_line
from korus_helpers.present.words import number
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate, figure_rows, grid
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.sectors import NAMED, sector

MOST = 12  # rows that a note lists
CALLED = {"exports": "export", "imports": "import", "deficit": "deficit|surplus|balance"}
UNITS = {"percent": "percent|%", "times": "times|ratio|multipl"}
MOVED = "chang|moved|rose|rise|fell|fall|grew|shrank|drop|up |down "
PARTS_OF = r"auto|vehicle|services|sector|end-use|share of|agreement"  # not all goods
YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,.]\d)")
# A figure, and no year, date, release, code or number of a notebook.
MOST_LOOKED_UP = 10_000  # figures among which the numbers of a report are looked for
RELEASE = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])\b(?!-)")
SHOWN = re.compile(
    r"(?<![\w.,:/-])(?<!code )(?<!HS )(?<!end-use )(?!(?:19|20)\d\d(?![\d,.]\d))(?!0\d)"
    rf"[+\u2212]?\d+(?:,\d{{3}})*(?:\.\d+)?(?![\w/:-]|[.,]\d| (?:{'|'.join(MONTHS)}))"
)
CLOSED = re.compile(r"<button [^>]*>[^<]*</button>[.,;:)]+")  # a line may not begin with these
ABOUT = ("id", "definition", "vintage", "source", "unit")  # columns of verdicts
UNCHANGED = ("sources", "evidence")  # tables that hold no computed figure
SIGNS = {"+": 1, "\u2212": -1}
OFFICIAL = ("official", "official, today")  # columns of verdicts with figures of today
AS_PRINTED = ("claim", "as printed", "printed", "see")  # columns of what others wrote


def open_numbers(blocks: Sequence[dict[str, Any]], values: dict[str, str]) -> list[dict[str, Any]]:
    """Give the blocks their markup with numbers that open, `opened`; returns the notes.

    `values` are the parameters of the notebook. A note has `place, shown` (the numbers as they
    stand), `words` and, for a figure that was recognised, `command, rows, count`, or `same` in
    place of rows: place and number of the note above that has them.
    """
    notes = _Notes(values, " ".join(_texts(blocks)))
    for block in blocks:
        if block["kind"] == "text" and "said" in block:
            text = block["said"]
            block["opened"] = notes.opened(block["markup"], text, text, "the code above it")
        elif block["kind"] == "table" and block["name"] not in UNCHANGED and block["head"]:
            _open_table(block, notes)
    first: dict[str, Any] = {}
    for note in notes.found.values():
        above = first.setdefault(str(note["rows"] or note["place"]), note)
        if above is not note:
            note |= {"rows": [], "count": "", "same": (above["place"], above["shown"][0])}
    return list(notes.found.values())


def _texts(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        yield block.get("said", "") + block.get("caption", "")
        if block.get("name") == "verdicts":
            yield block["csv"]  # has the definitions, and with them the partners
        for row in [*block.get("head", ()), *block.get("rows", ())]:
            yield " ".join([*(cell["text"] for cell in row), _code(block, row)])


def _code(block: dict[str, Any], row: Sequence[dict[str, Any]]) -> str:
    """What a row is about, in words, where it has a column of end-use codes."""
    named = zip(block["head"][-1], row, strict=True) if block["head"] else ()
    return next((f"code {cell['text']}" for head, cell in named if head["text"] == "code"), "")


def _open_table(block: dict[str, Any], notes: "_Notes") -> None:
    known = list(csv.DictReader(block.get("csv", "").splitlines()))
    aligned = len(known) == len(block["rows"]) > 0 and set(ABOUT) <= set(known[0])
    place = f"the code above table {block['number']}"
    names = " ".join(one["text"] for one in block["head"][-1])
    for n, row in enumerate(block["rows"]):
        code = _code(block, row)
        for head, cell in zip(block["head"][-1], row, strict=True):
            if cell["is_head"] or head["text"] in AS_PRINTED:
                continue
            near = f"{head['text']} {row[0]['text']} {code}"
            text = f"{block['caption']} {names} {near}"
            about = known[n] if aligned and known[n]["definition"] else None
            if about:
                official = head["text"] in OFFICIAL
                near = text = f"{about['definition']} {about['unit']}" if official else ""
            cell["opened"] = notes.opened(cell["markup"], near, text, place, about)


class _Notes:
    """The notes of a report, each once, and the figures among which numbers are looked up."""

    def __init__(self, values: dict[str, str], text: str):
        self.vintage = values.get("vintage", values.get("release", "latest"))
        self.values, self.text, self.years = values, text, sorted({*YEAR.findall(text)})
        self.found: dict[object, dict[str, Any]] = {}

    def opened(self, markup: str, near: str, text: str, place: str, about: Any = None) -> Markup:
        """`markup` with a button around each number; `near` are the words closest to it."""
        closed, made = 0, []
        for part in re.split(r"(<[^>]*>|&[#\w]+;|“[^”]*”)", markup):
            if tag := re.match(r"<(/?)(?:a|code|button)\b", part):
                closed += -1 if tag[1] else 1
            elif not closed and part[:1] not in ("<", "&", "“"):
                part = SHOWN.sub(lambda hit: self._button(hit, near, text, place, about), part)
                part = CLOSED.sub(r'<span class="closed">\g<0></span>', part)
            made.append(part)
        return Markup("".join(made))

    def _button(self, hit: re.Match[str], near: str, text: str, place: str, about: Any) -> str:
        figure = self._figure(hit, near, text)
        key = figure or (about["id"] if about else place)
        if key not in self.found:
            note = {"place": f"n{len(self.found) + 1}", "shown": [], "same": ()}
            self.found[key] = note | (of_figure(figure) if figure else _computed(place, about))
        note = self.found[key]
        if (figure or about) and hit[0] not in note["shown"]:
            note["shown"].append(hit[0])
        return f'<button popovertarget="{note["place"]}">{hit[0]}</button>'

    def _figure(self, hit: re.Match[str], near: str, text: str) -> Figure | None:
        """The figure that is shown as it rounds, of the years and the measure named last before."""
        shown, before, after = hit[0], hit.string[: hit.start()], hit.string[hit.end() :][:12]
        size, digits = float(re.sub(r"[+\u2212,]", "", shown)), len(shown.partition(".")[2])
        if len(re.sub(r"\D", "", shown).lstrip("0")) + (digits > 0) < 3 or self._figures.empty:
            return None  # too short to tell figures apart
        who = self._partners_in(near) or self._partners_in(text) or [self.partner]
        what = _sectors(near) or _sectors(text) or ["total"] * (not re.search(PARTS_OF, text))
        when = self.vintage
        if near != text and re.search(r"\d{4}-\d\d|quoted", near):
            when = next(iter(RELEASE.findall(near)), "")
        unit = next((one for one, words in UNITS.items() if re.match(rf" ?({words})", after)), "")
        if not unit and not re.match(" [bm]illion", after):
            unit = next((one for one, words in UNITS.items() if re.search(words, near)), "")
        scale = 1000 if not unit and "billion" in (after if "illion" in after else text) else 1
        named = {*YEAR.findall(text)} or {*self.years}
        narrow = {*YEAR.findall(near)} or named
        moved = unit == "times" or re.search(MOVED, text, re.IGNORECASE)
        share = "share" in f"{near} {text}"
        fits = [
            one for one in self._near(size * scale, 0.5000001 * scale / 10**digits)
            if one.unit == (unit or "million dollars") and one.asked == when
            and one.partner in who and one.sector in what
            and re.search(CALLED[one.measure], f"{near} {text}", re.IGNORECASE)
            and one.end in named
            and (not one.base or (moved and (one.base in named or len(named) == 1)))
            and (shown[0] not in SIGNS or SIGNS[shown[0]] * one.value > 0)
            and (one.as_ == "share") <= share and {one.base, one.end} & narrow
        ]  # fmt: skip
        place = {one: _last(CALLED[one.measure], before) for one in fits}
        fits.sort(key=place.__getitem__, reverse=True)
        if not fits or (len(fits) > 1 and place[fits[0]] == place[fits[1]]):
            return None
        one = fits[0]
        return _evaluated(one.measure, *one[1:7])

    def _partners_in(self, text: str) -> list[str]:
        return [_partners()[name] for name in dict.fromkeys(_named().findall(text))]

    def _near(self, value: float, distance: float) -> list[Any]:
        return [self._rows[one] for one in np.flatnonzero(abs(self._sizes - value) <= distance)]

    @functools.cached_property
    def _rows(self) -> list[Any]:
        return list(self._figures.itertuples(index=False))

    @functools.cached_property
    def _sizes(self) -> np.ndarray:
        return self._figures.value.abs().to_numpy(dtype=float)

    @functools.cached_property
    def _figures(self) -> pd.DataFrame:
        """Levels of all years that the report names, and their changes to its last year.

        Of all partners and sectors that it names, and of its partner in every release that it does.
        """
        columns = ["measure", "partner", "sector", "base", "end", "as_", "vintage", "asked"]
        columns += ["unit", "value"]
        try:
            self.partner = find_partner(self.values["partner"]).code
        except (InputError, KeyError):  # claims, each about a partner of its own
            self.partner = ""
        others = sorted({*self._partners_in(self.text)} - {self.partner})
        if not self.years or not (self.partner or others):
            return pd.DataFrame(columns=columns)
        what = sorted({"total", *_sectors(self.text)})
        of_releases = sorted({*RELEASE.findall(self.text)} & releases().keys())
        end = self.values.get("end_year", self.values.get("year", ""))
        ends = [end] if end else sorted({*re.findall(r"\d{4} to (\d{4})", self.text)})
        if len(others) * len(what) * len(self.years) * (1 + len(ends)) > MOST_LOOKED_UP:
            others, what = [], ["total"]
        asked = [
            {"partner": who, "sector": what, "vintage": self.vintage}
            for who in (self.partner and [self.partner], others)
        ]
        mine = {"sector": "total", "vintage": of_releases if self.partner else []}
        asked.append({"partner": self.partner or others} | mine)
        # A share takes another release, one that has the World too.
        ways = [{"base": "", "end": self.years, "as_": way} for way in ("level", "share")]
        moves = ["change", "percent-change", "ratio"]
        ways += [
            {"base": [year for year in self.years if year < end], "end": end, "as_": moves}
            for end in ends
        ]
        found = [
            _known(measure, grid(**one, **way)).assign(measure=measure, nth=nth)
            for measure in CALLED for nth, one in enumerate(asked) for way in ways
        ]  # fmt: skip
        known = pd.concat(found)
        known["asked"] = known.vintage.astype(str).where(known.nth == 2, self.vintage)
        known = known[columns].dropna(subset="value")
        return known.astype(dict.fromkeys(columns[:7], str)).drop_duplicates()


def _known(measure: str, rows: pd.DataFrame) -> pd.DataFrame:
    try:
        return evaluate(measure, rows)
    except InputError:
        return rows.assign(unit="", value=float("nan"))


@functools.lru_cache(1000)
def _evaluated(
    measure: str, partner: str, sector: str, base: str, end: str, way: str, vintage: str
) -> Figure:
    asked = Definition(partner, sector, vintage=vintage, base=base, end=end, as_=way)
    return evaluate(measure, asked)


@functools.cache
def _partners() -> dict[str, str]:
    """The codes of all partners by their names as they stand in a sentence."""
    known = [find_partner(one) for one in (*countries(), "World", "European Union")]
    return {one.in_sentence.removeprefix("the "): one.code for one in known}


@functools.cache
def _named() -> re.Pattern[str]:
    longest = sorted(_partners(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b")


@functools.cache
def _sectors(text: str) -> list[str]:
    """The sectors of goods that a text names, by title or code."""
    found = [name for phrase, name in _phrases().items() if re.search(rf"\b{phrase}\b", text)]
    for code in re.findall(r"end-use (\d+)\)|\bcode (\d{5})\b", text):
        try:
            found.append(sector(f"enduse:{''.join(code)}").name)
        except InputError:
            continue
    return list(dict.fromkeys(found))


@functools.cache
def _phrases() -> dict[str, str]:
    """Ways to name the sectors that have a name, as regular expressions."""
    phrases = {"parts and bodies": "parts"}
    for one in NAMED.values():
        ways = [one.title, one.title.partition(",")[0]]
        if one.codes and one.name not in ("parts", "other"):
            ways.append(one.name.replace("_", " "))
        if len(one.codes) == 1 and one.codes[0]:
            ways.append(f"{one.classification} {one.codes[0]}")
        phrases |= dict.fromkeys(map(re.escape, ways), one.name)
    return phrases


def _last(words: str, text: str) -> int:
    """Where one of the words stands last, −1 if nowhere."""
    return max((hit.start() for hit in re.finditer(words, text, re.IGNORECASE)), default=-1)


def of_figure(figure: Figure) -> dict[str, Any]:
    """The note of a figure: its sentence, the command, and the rows it is made of."""
    taken = figure_rows(figure.measure, figure.definition)
    frames = {name: open_table(*located(name)).loc[sorted(rows)] for name, rows in taken.items()}
    count = sum(map(len, frames.values()))
    rows = [row for one in frames.items() if count <= MOST for row in _rows(*one)]
    return {"words": value_line(figure), "command": value_command(figure), "rows": rows,
            "count": f"{count:,} rows of {' and '.join(frames)}"}  # fmt: skip


def _rows(name: str, frame: pd.DataFrame) -> Iterator[list[str]]:
    """The rows of a table in words; what all have in common stands before them, once."""
    alike = frame.columns[(frame.nunique(dropna=False) == 1) & (len(frame) > 1)]
    if len(alike):
        yield [f"{name}, all with {', '.join(_words(frame[alike].iloc[0]))}"]
    for _, row in frame.drop(columns=alike).iterrows():
        yield [*([] if len(alike) else [name]), *_words(row)]


def _words(row: pd.Series) -> list[str]:
    return [f"{key} {_cell(value)}" for key, value in row.items() if str(value) not in "nan"]


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
