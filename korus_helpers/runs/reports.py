"""The HTML report of one executed notebook: one file that asks nothing of any other host."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from korus_helpers.errors import InputError
from korus_helpers.present.glossary import anchor
from korus_helpers.runs.facts import Facts
from korus_helpers.runs.pages import TEMPLATES, Shown, made

SHOWN = ["text/html", "text/markdown", "image/png", "text/plain"]


def formats(text: str) -> set[str]:
    """The formats named in "html,pdf"; a PDF is made of the page, so html is always among them.

    Raises InputError for any other.
    """
    asked = {name.strip().lower() for name in text.split(",")}
    if not asked <= {"html", "pdf"}:
        raise InputError(f"There are no reports of the kind {text!r}; type html or html,pdf.")
    return asked | {"html"}


@dataclass(frozen=True)
class About:
    """What a report says about its run."""

    notebook: str  # name without .ipynb
    notebooks: Sequence[str]  # all of the run, for links between reports
    parameters: Shown
    files: Sequence[str]  # charts and tables, relative to the report
    command: str  # what makes the report again
    made: str  # day and time
    failure: str = ""  # where the notebook stopped and why, "" if it did not
    facts: Facts = field(default_factory=Facts)


def html_report(executed, about: About) -> str:
    """The page for the notebook `executed` (a notebook node).

    Every value shown is escaped; markup of cells and outputs is reduced to harmless tags.
    """
    from korus_helpers.runs.markup import arrange, data_block, safe_html

    exporter, facts = _exporter(), about.facts
    exporter.register_filter("safe_html", safe_html)
    exporter.register_filter("data_block", data_block)
    exporter.register_filter("anchor", anchor)
    exporter.register_filter(
        "arrange", lambda content: arrange(content, about.notebook, _links(about))
    )
    used = ", ".join(facts.vintages)
    report = {
        "parameters": [*about.parameters, *([("vintages used", used, False)] if used else [])],
        "failure": about.failure,
        "finding": facts.finding,
        "verdicts": facts.verdicts,
        "made": made(
            facts.title or about.notebook, about.parameters, facts.vintages, facts.tables,
            about.command, about.made,
        ),
    }  # fmt: skip
    page, _ = exporter.from_notebook_node(executed, {"report": report})
    return page


@functools.cache
def _exporter():
    from nbconvert import HTMLExporter, TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
    from traitlets.config import Config

    class Exporter(HTMLExporter):
        """Without nbconvert's last step, which parses the whole page once more: `arrange` did."""

        def from_notebook_node(self, nb, resources=None, **kw):
            language = nb.metadata.get("language_info", {})
            lexer = language.get("pygments_lexer", language.get("name"))
            resources = self._init_resources(resources)
            about = {"notebook_metadata": self._nb_metadata, "resources": resources}
            self.register_filter("highlight_code", Highlight2HTML(lexer, parent=self))
            self.register_filter("filter_data_type", WidgetsDataTypeFilter(parent=self, **about))
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    return Exporter(
        config=Config(NbConvertBase={"display_data_priority": SHOWN}),
        template_name="korus",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def _links(about: About) -> dict[str, list[tuple[str, str]]]:
    """What `arrange` needs: addresses of the files behind each display, and of other reports."""
    links = {f"{name}.ipynb": [("report", f"{name}.html")] for name in about.notebooks}
    for file in about.files:
        folder, _, name = file.partition("/")
        if folder == "evidence":
            links.setdefault("table evidence", []).append((name.partition("/")[2], file))
            continue
        kind = {"charts": "figure", "tables": "table"}.get(folder)
        stem, _, extension = name.removeprefix(f"{about.notebook}-").rpartition(".")
        label = {"png": "Picture (PNG)", "csv": "Data (CSV)"}[extension]
        links.setdefault(f"{kind} {stem}", []).append((label, file))
    return links
