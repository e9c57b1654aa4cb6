"""An executed notebook read once, as its report: facts for the head, and blocks in their order.

Page and paper are both written from the blocks. A block is a small dictionary:

    kind       what it holds
    heading    level (2 to 6), words, place: its anchor on the page
    text       markup: paragraphs, lists and quotations; said, where it is a computed sentence
    code       markup, with its colours
    output     text as a terminal shows it, is_error
    figure     number, picture and narrow (for a phone, or "") in Base64, alt, files
    table      number, name, caption, head and rows (lists of cells), places of rows, files
    failure    nothing: the notebook stopped here
    data       document: JSON-LD; places that its urls lead to
"""

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from markupsafe import Markup

from korus_helpers.claims.verdicts import LADDER
from korus_helpers.present.displays import LINKED_DATA, NARROW
from korus_helpers.runs.behind import open_numbers
from korus_helpers.runs.markup import (
    HEADINGS,
    grid_of,
    read_html,
    read_markdown,
    shortened,
    words_of,
)

PAPERS = ("a4", "us-letter")  # of PDFs
NO_ALT = "a picture without a description"
SPAN = re.compile(r"""(col|row)span=["']?([2-9]|1\d)""")
# Words of code that the style sheet gives no colour of their own.
PLAIN = re.compile(r'<span class="(?!(?:k[nc]?|ow|s[12ade]|m[if]|c1)")\w+">([^<]*)</span>')
ERROR_MARK = "papermill-error-cell-tag"  # of a cell that papermill adds, with a traceback's place

Shown = Sequence[tuple[str, str, bool]]
"""Parameters as a page shows them: name, value, and whether it was typed for this run."""

Block = dict[str, Any]
Files = list[tuple[str, str]]
"""Label and address of each."""


class Table(NamedTuple):
    """A table that figures come from."""

    name: str
    vintage: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What a notebook says of itself, in the order of its outputs.

    `title` is its first heading, else "". `finding` is the first sentence below a level-2 heading;
    what is said above that is about the parameters. `verdicts` are pairs of verdict and number of
    claims, of the first sentence that counts some. `tables` are those that it lists as its
    sources. `picture` (PNG) and `alt` are its first figure below a level-2 heading.
    """

    title: str = ""
    finding: str = ""
    vintages: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, int], ...] = ()
    tables: tuple[Table, ...] = ()
    picture: bytes = b""
    alt: str = ""


@dataclass(frozen=True)
class About:
    """What a report says about its run."""

    notebook: str  # name without .ipynb
    notebooks: Sequence[str]  # all of the run, for links between reports
    parameters: Shown
    files: Sequence[str]  # charts, tables and evidence, relative to the report
    command: str  # what makes the report again
    made: str  # day and time
    failure: str = ""  # where the notebook stopped and why, "" if it did not


@dataclass(frozen=True)
class Report:
    """A notebook as page and paper show it."""

    about: About
    facts: Facts
    blocks: Sequence[Block]
    notes: Sequence[Block] = ()  # what numbers in it open to, see `behind`


def read_report(executed, about: About) -> Report:
    """The report of the notebook `executed` (a notebook node).

    `Markup` in a block is harmless and can be written as it stands; all other text is escaped
    where it is written. A section whose cells ran and show nothing does not apply: it is left out,
    with its heading.
    """
    reader = _Reader(executed, about)
    for section in _sections(executed.cells):
        code = [cell for cell in section if cell.cell_type == "code"]
        if not code or any(cell.outputs or cell.execution_count is None for cell in code):
            for cell in section:
                reader.cell(cell)
    values = {name: value for name, value, _ in about.parameters}
    return Report(about, reader.facts(), reader.blocks, open_numbers(reader.blocks, values))


def _sections(cells: Sequence[Any]) -> list[list[Any]]:
    """Cells in their order, each list from a heading to the next."""
    sections: list[list[Any]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("##"):
            sections.append([])
        sections[-1].append(cell)
    return sections


class _Reader:
    """The way through the cells of a notebook: what has been found, counted and named so far."""

    def __init__(self, executed, about: About):
        self.blocks: list[Block] = []
        self.title = ""
        self.said: list[Mapping[str, Any]] = []  # what outputs say about themselves
        self.counted: Counter[str] = Counter()
        # Places on the page, and how many headings asked for each.
        self.taken = Counter(("text", "show-code", "made", "reports"))
        self.links = _links(about)
        language = executed.metadata.get("language_info", {})
        self.lexer = language.get("pygments_lexer", language.get("name", "ipython3"))

    def facts(self) -> Facts:
        counts = next((one["verdicts"] for one in self.said if one.get("verdicts")), {})
        first = next((n for n, one in enumerate(self.blocks) if one.get("level") == 2), None)
        below = self.blocks[first:] if first is not None else []
        figure = next((b for b in below if b["kind"] == "figure"), {"picture": "", "alt": ""})
        return Facts(
            self.title,
            next((one["said"] for one in below if "said" in one), ""),
            tuple(dict.fromkeys(v for one in self.said for v in one.get("vintages", ()))),
            tuple((name, counts[name]) for name in LADDER if name in counts),
            tuple(dict.fromkeys(Table(*row) for one in self.said for row in one.get("tables", ()))),
            base64.b64decode(figure["picture"]),
            figure["alt"],
        )

    def cell(self, cell) -> None:
        if cell.cell_type == "markdown" and ERROR_MARK not in cell.metadata.get("tags", []):
            self.text(read_markdown(cell.source, cell.get("attachments", {})))
        elif cell.cell_type == "code":
            if cell.source.strip():
                coloured = _highlighter(self.lexer)(shortened(cell.source))
                self.add("code", markup=Markup(PLAIN.sub(r"\1", coloured)))
            for output in cell.outputs:
                self.output(output)

    def add(self, kind: str, **content: Any) -> None:
        self.blocks.append({"kind": kind, **content})

    def output(self, output) -> None:
        if output.output_type == "stream":
            self.terminal(output.text, output.name == "stderr")
        elif output.output_type == "error":
            self.add("failure")
        else:
            about = output.metadata.get("korus", {})
            self.said.append(about)
            self.display(output.data, str(about.get("name", "")), output.metadata)

    def terminal(self, text: str, is_error: bool = False) -> None:
        from nbconvert.filters import strip_ansi

        self.add("output", text=strip_ansi(shortened(text)), is_error=is_error)

    def display(self, data: Mapping[str, Any], name: str, metadata: Mapping[str, Any]) -> None:
        # Text keeps columns below each other where cells of a table span several.
        if SPAN.search(data.get("text/html", "")) and "text/plain" in data:
            self.terminal(data["text/plain"])
        elif "text/html" in data:
            shown = self.text(read_html(data["text/html"]), name)
            table = next((one for one in shown if one["kind"] == "table"), {})
            table |= {"name": name, "files": self.links.get(f"table {name}", [])}
            table["csv"] = data.get("text/csv", "")
        elif "text/markdown" in data:
            said = data.get("text/plain", data["text/markdown"])
            for one in self.text(read_markdown(data["text/markdown"]))[:1]:
                if one["kind"] == "text":  # a heading that is shown by a cell says nothing yet
                    one["said"] = said
            if LINKED_DATA in data:
                self.linked_data(data[LINKED_DATA])
        elif "image/png" in data:
            self.counted["figure"] += 1
            self.add(
                "figure",
                number=self.counted["figure"],
                picture="".join(data["image/png"].split()),
                narrow=data.get(NARROW, ""),
                alt=metadata.get("image/png", {}).get("alt") or data.get("text/plain") or NO_ALT,
                files=self.links.get(f"figure {name}", []),
            )
        elif "text/plain" in data:
            self.terminal(data["text/plain"])

    def linked_data(self, document: object) -> None:
        """The data, with the places to which their urls lead: rows of verdicts, one for each."""
        reviews = document.get("@graph", []) if isinstance(document, dict) else []
        urls = [str(one.get("url", "")) for one in reviews if isinstance(one, dict)]
        places = [url[1:] for url in urls if url[:1] == "#"]
        for block in self.blocks:
            if block.get("name") == "verdicts" and len(block["rows"]) == len(places):
                block["places"], places = places, []
        self.add("data", document=document, places=places)

    def text(self, tree, name: str = "") -> list[Block]:
        """The blocks of a tree, which is taken apart on the way."""
        for link in tree("a"):
            self.lead(link)
        for picture in tree("img", alt=None):
            picture["alt"] = NO_ALT
        for lines in tree("pre"):
            lines["tabindex"] = "0"  # the keyboard can scroll it then
        if name == "sources":
            for cell in tree("td", string=re.compile(r"https://[^\s<>\"]+$")):
                cell.string.wrap(tree.new_tag("a", href=words_of(cell)))
        first = len(self.blocks)
        self.flow(tree)
        return self.blocks[first:]

    def flow(self, parent) -> None:
        text = ""
        for node in [*parent.contents, parent]:
            tag = node.name or ""
            if node is not parent and tag not in (*HEADINGS, "table", "div", "section"):
                text += node.output_ready("minimal") if not tag else str(node)
                continue
            if text.strip():
                self.add("text", markup=Markup(text.strip()))
            text = ""
            if tag in HEADINGS:
                self.heading(int(tag[1]), words_of(node))
            elif tag == "table":
                self.table(node)
            elif node is not parent:
                self.flow(node)

    def heading(self, level: int, words: str) -> None:
        """A heading with its place, as JupyterLab has it; the first of level 1 is the title."""
        if not words:
            return
        if level == 1 and not self.title:
            self.title = words
            return
        place = plain = words.replace(" ", "-")
        while place in self.taken or re.fullmatch(r"(figure|table)-\d+", place):
            self.taken[plain] += 1
            place = f"{plain}-{self.taken[plain]}"
        self.taken[place] += 1
        self.add("heading", level=max(level, 2), words=words, place=place)

    def lead(self, link) -> None:
        """Let a link to a notebook lead to its report; one that leads nowhere is only its words."""
        address, _, place = link.get("href", "").partition("#")
        if re.match("(https?|mailto):", address, re.IGNORECASE) or (place and not address):
            return
        if target := self.links.get(unquote(address).removeprefix("./")):
            link["href"] = target[0][1] + (f"#{place}" if place else "")
        else:
            link.unwrap()

    def table(self, table) -> None:
        self.counted["table"] += 1
        caption = words_of(table.caption) if table.caption else ""
        head, rows = grid_of(table)
        self.add("table", number=self.counted["table"], name="", caption=caption, head=head,
                 rows=rows, places=[], files=[])  # fmt: skip


def _links(about: About) -> Mapping[str, Files]:
    """The files behind each display, and the other reports."""
    links = {f"{name}.ipynb": [("report", f"{quote(name)}.html")] for name in about.notebooks}
    labels = {"png": "Picture (PNG)", "csv": "Data (CSV)"}
    for file in about.files:
        folder, _, name = file.partition("/")
        if folder == "evidence":
            links.setdefault("table evidence", []).append((name.partition("/")[2], file))
            continue
        kind = "figure" if folder == "charts" else "table"
        stem, _, extension = name.removeprefix(f"{about.notebook}-").rpartition(".")
        links.setdefault(f"{kind} {stem}", []).append((labels[extension], file))
    return links


@cache
def _highlighter(lexer: str):
    from nbconvert.filters import Highlight2HTML

    return Highlight2HTML(lexer)
