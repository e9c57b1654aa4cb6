"""The explorer: choices beside a chart, a sentence, a rank and a verdict that follow them.

What is shown is made by the same displays as in every notebook, so the page over live choices and
the report of their first state cannot differ. Only a front end that asks for a cell by its id,
as JupyterLab does, is given live choices; a run, a report and a test get the picture alone.
"""

import html
import json
import re
import shlex
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from korus_helpers.claims.typed import tolerance_of, typed_claims
from korus_helpers.claims.verdicts import Verdict, judge
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import countries, find_partner, partners
from korus_helpers.figures.releases import LATEST, releases
from korus_helpers.present.answers import typed_options, value_command, value_lines
from korus_helpers.present.audit import check_rows
from korus_helpers.present.displays import publish
from korus_helpers.present.sentences import plain, say
from korus_helpers.present.tables import show_table
from korus_helpers.present.timelines import show_lines
from korus_helpers.present.words import amount, usd
from korus_helpers.trade.bases import COMPARED, MEASURES, PLACED, WAYS
from korus_helpers.trade.comparison import Comparison, newest_of_all
from korus_helpers.trade.definition import definition_of
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.figure import FIRST_YEAR, Figure
from korus_helpers.trade.periods import month_number
from korus_helpers.trade.sectors import NAMED

WIDGET = "application/vnd.jupyter.widget-view+json"
MOST_LINES = 5  # of one chart: as many as there are colours
BESIDE = 2  # neighbours in rank on each side
TOLERANCE = tolerance_of("0.05")  # as `korus check` has it
CLAIM = "The claim as printed, and what the figures say"
NOTEBOOK = "notebooks/08_explore.ipynb"
# The field that is copied is selected too, for a page that may not write to the clipboard.
COPY = (
    "const text = this.parentElement.querySelector('input'); text.select(); "
    "navigator.clipboard ? navigator.clipboard.writeText(text.value) : document.execCommand('copy')"
)
# Else JupyterLab would take arrows and Enter for moves between cells.
OWN_KEYS = (
    "for (const one of this.closest('.widget-vbox').querySelectorAll('input, select, button')) "
    "one.dataset.lmSuppressShortcuts = ''"
)


@dataclass(frozen=True)
class Choices:
    """What is seen, by the names of the notebook's parameters.

    A `base_period` or `end_period` takes the place of its year. `beside` are partners drawn in the
    same chart, "; " between them, `claim` a figure as printed. Ways that compare take both periods,
    the others the last one.
    """

    partner: str
    measure: str
    sector: str
    base_year: int
    end_year: int
    vintage: str
    way: str
    base_period: str = ""
    end_period: str = ""
    beside: str = ""
    claim: str = ""

    def options(self, compared: bool) -> dict[str, str | None]:
        """As `definition_of` and `typed_claims` take them, for two periods or for the last one."""
        base, end = self.base_period or self.base_year, self.end_period or self.end_year
        what = {name: getattr(self, name) for name in ("partner", "sector", "vintage")}
        years = {"start": str(base), "end": str(end)} if compared else {"period": str(end)}
        return dict.fromkeys(("year", "period", "start", "end")) | years | what | {"basis": ""}

    def verdicts(self) -> tuple[list[Verdict], str]:
        """Those of the claim, and the command that gives the same; raises `InputError`.

        The text is read in the way that is chosen, else in one that its words leave no doubt of.
        """
        compared, refused = self.way in COMPARED, None
        for way, two in ((self.way, compared), (None, compared), (None, not compared)):
            options = self.options(two)
            try:
                claims = typed_claims(self.claim, self.measure, way, False, "", **options)
            except InputError as error:
                refused = refused or error
                continue
            found = [judge(one, tolerance=TOLERANCE, vintage=self.vintage) for one in claims]
            asked = definition_of(None, False, **options)
            words = ["korus", "check", self.claim, "--measure", self.measure]
            return found, shlex.join([*words, *typed_options(asked, way or "level")])
        raise refused

    def papermill(self) -> str:
        """The command that runs the notebook with the same choices."""
        given = ["-y", json.dumps(asdict(self), ensure_ascii=False)]
        return shlex.join(["papermill", NOTEBOOK, "explored.ipynb", *given])


def explore(**choices: Any) -> None:
    """Show the choices (fields of `Choices`): live in JupyterLab, elsewhere as they stand.

    Choices without a figure show the reason; raises `InputError` for what is not understood.
    """
    first = Choices(**choices)
    if _is_live():
        _show_live(first)
        return
    try:
        _show(first)
    except NoFigure as error:
        say(plain(f"No figure: {error}."))
    say(
        "To choose others, type `make lab`, open `08_explore` and choose “Run All Cells” in the "
        "menu “Run”. What stands above is what it shows first."
    )


def _show(chosen: Choices) -> dict[str, str]:
    """Chart, sentence, definition, neighbours in rank and verdict; the commands that give them."""
    asked = definition_of(chosen.way, False, **chosen.options(chosen.way in COMPARED))
    figure = evaluate(chosen.measure, asked)
    subject = figure.words.partition("; ")[0]
    said = f"{subject[0].upper()}{subject[1:]}: {amount(figure.value, figure.unit)}"
    _chart(chosen, figure, said)
    if asked.first:
        said += f", from {usd(figure.base_value)} to {usd(figure.end_value)}"
    # The base of a single period is missing and below nothing.
    if chosen.measure == "deficit" and (figure.base_value < 0 or figure.end_value < 0):
        said += "; a deficit below zero is a surplus"
    say(f"{plain(said)}.", vintages=[figure.definition.vintage])
    _rank(chosen, figure)
    say(plain(value_lines(figure)))
    commands = {"korus command": value_command(figure), "papermill parameters": chosen.papermill()}
    if chosen.claim.strip():
        found, commands["korus check"] = chosen.verdicts()
        for verdict in found:
            show_table(pd.DataFrame(check_rows(verdict)), CLAIM, "claim", long=True)
    return commands


def _chart(chosen: Choices, figure: Figure, title: str) -> None:
    """The measure over all years: a line for each partner, in the first release that has all."""
    asked = figure.definition
    names = [name for name in chosen.beside.split(";") if name.strip()]
    others = [find_partner(name, [chosen.end_year]) for name in names]
    drawn = {one.code: one for one in (asked.who, *others)}
    if len(drawn) > MOST_LINES:
        raise InputError(f"{len(drawn)} partners in one chart; type at most {MOST_LINES}")
    release = releases().get(asked.vintage, newest_of_all())
    through, last = month_number(*map(int, release.data_through.split("-"))), asked.last
    same = [last.shift(year - last.last_year) for year in range(FIRST_YEAR, through // 12 + 1)]
    same = [one for one in same if one.start >= 12 * FIRST_YEAR and one.end <= through]
    way = "level" if asked.as_ in (*COMPARED, *PLACED) else asked.as_
    rows = grid(partner=drawn, end=same, sector=asked.sector, as_=way, vintage=chosen.vintage)
    found = evaluate(chosen.measure, rows)
    years = found.end.astype(str).map({str(one): one.last_year for one in same})
    frame = found.assign(year=years, partner=found.partner.astype(str))
    frame = frame.pivot(index="year", columns="partner", values="value")[list(drawn)]
    frame.columns = [one.common_name for one in drawn.values()]
    frame = frame.dropna(how="all").dropna(axis=1, how="all")
    subtitle = f"US {chosen.measure}, {asked.what.words}" + f", {way}" * (way != "level")
    item = Comparison(asked.who, (asked.first or last).last_year, last.last_year, release, None)
    span = f"in {last.months // 12} years together"
    if not last.whole_years:
        span = f"in {re.sub(' [0-9]{4}', '', last.words)} of each year"
    show_lines(
        frame, title, subtitle, f"{figure.source}, vintage {figure.vintage}", "explored", item,
        unit=WAYS[way].replace("million dollars", "USD"), per="a year" if last.year else span,
    )  # fmt: skip


def _rank(chosen: Choices, figure: Figure) -> None:
    """The partner's place among all countries, and the nearest above and below it."""
    asked = figure.definition
    way, unit = ("level", "million dollars") if figure.unit == "rank" else (asked.as_, figure.unit)
    rows = grid(partner=countries(), sector=asked.sector, base=asked.base, end=asked.end,
                as_=way, vintage=chosen.vintage)  # fmt: skip
    found = evaluate(chosen.measure, rows).dropna(subset="value").set_index("partner")
    order = found.value.sort_values(ascending=False, kind="stable")
    if asked.partner not in order:
        said = f"ranks are of countries with a figure in one release, here {len(order)}"
        say(f"{plain(asked.who.common_name)} is not ranked: {said}.")
        return
    at = order.index.get_loc(asked.partner)
    near = order.iloc[max(0, at - BESIDE) : at + BESIDE + 1]
    names = partners().set_index("partner_code").common_name
    table = pd.DataFrame({"rank": range(max(0, at - BESIDE) + 1, at + BESIDE + 2)[: len(near)]})
    table["partner"] = names[near.index].to_numpy()
    table["value"] = [amount(value, unit) for value in near]
    where = f"release {found.vintage.iloc[0]}" if asked.sector == "total" else "the newest figures"
    caption = f"Rank {at + 1} of {len(order)} countries, from high to low, in {where}"
    show_table(table, caption, "neighbours")


# ---- Live


def _is_live() -> bool:
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return "cellId" in kernel.get_parent().get("metadata", {}) if kernel else False


def _captured(chosen: Choices) -> tuple[str, dict[str, Any]]:
    """What `_show` shows as HTML, and its picture as a bundle."""
    from IPython.utils.capture import capture_output

    with capture_output() as seen:
        commands = _show(chosen)
    parts, picture = [], {}
    for one in seen.outputs:
        words = html.escape(one.data["text/plain"])
        if image := one.data.get("image/png"):
            picture = {"image/png": image, "text/plain": one.data["text/plain"]}
            source = f"data:image/png;base64,{image}"
            parts.append(f'<img alt="{words}" width="768" onload="{OWN_KEYS}" src="{source}">')
        else:
            parts.append(one.data.get("text/html") or f'<p role="status">{words}</p>')
    for label, text in commands.items():
        value = html.escape(text)
        parts.append(
            f'<p><label>{label} <input readonly size="60" value="{value}"></label> '
            f'<button type="button" onclick="{COPY}">Copy the {label}</button></p>'
        )
    return "\n".join(parts), picture


def _widgets(first: Choices) -> dict[str, Any]:
    """A labelled field for each choice, in the order of the keyboard."""
    import ipywidgets

    names = sorted(partners().common_name[partners().last_year.notna()])
    fields = {
        "partner": ("Combobox", "Partner", {"options": names}),
        "measure": ("Dropdown", "Measure", {"options": MEASURES}),
        "sector": ("Combobox", "Sector", {"options": list(NAMED)}),
        "base_year": ("Text", "First period", {"placeholder": "2011, 2018-07 or 2018-Q3"}),
        "end_year": ("Text", "Last period", {"placeholder": "2016, 2019-07 or 2026-ytd"}),
        "vintage": ("Dropdown", "Release", {"options": [LATEST, *releases()]}),
        "way": ("Dropdown", "Way", {"options": list(WAYS)}),
        "beside": ("Text", "Beside it", {"placeholder": "Mexico; China"}),
        "claim": ("Text", "As printed", {"placeholder": "nearly $28 billion"}),
    }
    for name, (kind, label, more) in fields.items():
        lazy = {} if kind == "Dropdown" else {"continuous_update": False}
        made = getattr(ipywidgets, kind)
        value = getattr(first, name.replace("_year", "_period")) or getattr(first, name)
        fields[name] = made(value=str(value), description=label, **more, **lazy)
    return fields


def _show_live(first: Choices) -> None:
    import ipywidgets
    import scipy.optimize  # noqa: F401 - now, so that no choice has to wait for it

    fields, result = _widgets(first), ipywidgets.HTML()

    def follow(*_: object) -> dict[str, Any]:
        try:
            given = {name: one.value for name, one in fields.items()}
            for end in ("base", "end"):  # a year is kept as one, for the notebook's parameters
                typed, year = given[f"{end}_year"].strip(), getattr(first, f"{end}_year")
                is_year = re.fullmatch(r"\d{4}", typed)
                given[f"{end}_year"] = int(typed) if is_year else year
                given[f"{end}_period"] = "" if is_year else typed
            result.value, picture = _captured(Choices(**given))
        except InputError as error:
            result.value, picture = f'<p role="alert">{html.escape(visible(str(error)))}</p>', {}
        return picture

    for one in fields.values():
        one.observe(follow, "value")
    picture = follow()
    rows = ipywidgets.Layout(flex_flow="row wrap")
    page = ipywidgets.VBox([ipywidgets.Box(list(fields.values()), layout=rows), result])
    view = {"version_major": 2, "version_minor": 0, "model_id": page.model_id}
    publish({"text/plain": "Run the cell again to see it."} | picture | {WIDGET: view})
