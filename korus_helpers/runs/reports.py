"""The report of one executed notebook: its cells walked once, and written as one HTML page.

The page asks nothing of any other host. `pdf.py` writes the same report for paper.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from korus_helpers.claims.verdicts import LADDER
from korus_helpers.errors import InputError
from korus_helpers.present.displays import LINKED_DATA
from korus_helpers.present.glossary import anchor
from korus_helpers.runs import markup
from korus_helpers.runs.harvest import BadDisplay, displays
from korus_helpers.runs.markup import HEADINGS, Element, Node, Raw, elements, text_of
from korus_helpers.runs.pages import Made, Shown, Table, made, page_title, render

NO_ALT = "a picture without a description"
LONG_CELL, SHORT_CELL = 24, 12  # characters
ERROR_MARK = "papermill-error-cell-tag"  # of a cell that papermill adds, with a traceback's place


def formats(text: str) -> set[str]:
    """The formats named in "html,pdf"; there is always a page, so html is always among them.

    Raises InputError for any other.
    """
    asked = {name.strip().lower() for name in text.split(",")}
    if not asked <= {"html", "pdf"}:
        raise InputError(f"There are no reports of the kind {text!r}; type html or html,pdf.")
    return asked | {"html"}


@dataclass(frozen=True)
class Facts:
    """Taken from headings and outputs, in the order of the notebook.

    `title` is its first heading, else "". `finding` is the first sentence below a level-2 heading;
    what is said above that is about the parameters. `verdicts` are pairs of verdict and number of
    claims, of the first sentence that counts some. `tables` are those that it lists as its
    sources. `picture` and `alt` are its first figure below a level-2 heading.
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
    files: Sequence[str]  # charts and tables, relative to the report
    command: str  # what makes the report again
    made: str  # day and time
    failure: str = ""  # where the notebook stopped and why, "" if it did not
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Report:
    """A notebook arranged: figures and tables are numbered and captioned, links lead somewhere."""

    title: str  # its first level-1 heading, which is not in the body
    page_title: str  # with partner and years
    contents: Sequence[tuple[int, str, str]]  # level 2 or 3, words, place on the page
    body: Sequence[Node]
    about: About
    parameters: Shown
    made: Made


def html_report(executed, about: About) -> str:
    """The page for the notebook `executed` (a notebook node).

    Every value shown is escaped; markup of cells and outputs is reduced to harmless tags.
    """
    report = arranged(executed, about)
    return render(
        "report.html.j2",
        report=report,
        contents=[(level, words, quote(place)) for level, words, place in report.contents],
        body=markup.html_of(report.body),
    )


def arranged(executed, about: About) -> Report:
    """The report of a notebook node, for page and paper."""
    walk, facts = _Walk(executed, about), about.facts
    body = [node for cell in executed.cells for node in walk.cell(cell)]
    title = walk.title or about.notebook
    used = ", ".join(facts.vintages)
    return Report(
        title,
        page_title(title, about.parameters),
        walk.contents,
        body,
        about,
        [*about.parameters, *([("vintages used", used, False)] if used else [])],
        made(
            facts.title or about.notebook, about.parameters, facts.vintages, facts.tables,
            about.command, about.made,
        ),
    )  # fmt: skip


class _Walk:
    """The way through the cells of a notebook: what has been counted and named so far."""

    def __init__(self, executed, about: About):
        self.about = about
        self.links = _links(about)
        self.title = ""
        self.contents: list[tuple[int, str, str]] = []
        # Places on the page, and how many headings asked for each.
        self.taken = dict.fromkeys(("text", "show-code", "made", "reports"), 1)
        self.figures = self.tables = 0
        self.verdict_rows: list[Element] = []
        language = executed.metadata.get("language_info", {})
        self.lexer = language.get("pygments_lexer", language.get("name", "ipython3"))

    def cell(self, cell) -> Iterator[Node]:
        if ERROR_MARK in cell.metadata.get("tags", []):
            return
        if cell.cell_type == "markdown":
            tree = markup.read_markdown(cell.source, _attached(cell))
            yield Element("section", {"class": "text"}, self._arranged(tree))
        elif cell.cell_type == "code":
            if cell.source.strip():
                yield Element("div", {"class": "code"}, [_highlighted(cell.source, self.lexer)])
            for output in cell.outputs:
                yield from self._output(output)

    def _output(self, output) -> Iterator[Node]:
        if output.output_type == "stream":
            yield _terminal(output.text, "stream code" if output.name == "stderr" else "stream")
        elif output.output_type == "error":
            stopped = Element("strong", {}, ["The notebook stopped here."])
            yield Element("p", {"class": "failure"}, [stopped, f" {self.about.failure}"])
        elif "text/html" in output.data:
            yield self._html(output)
        elif "text/markdown" in output.data:
            tree = markup.read_markdown(output.data["text/markdown"])
            yield Element("div", {"class": "sentence"}, self._arranged(tree))
            if LINKED_DATA in output.data:
                yield from self._linked_data(output.data[LINKED_DATA])
        elif "image/png" in output.data:
            yield self._figure(output)
        elif "text/plain" in output.data:
            yield _terminal(output.data["text/plain"], "stream")

    def _html(self, output) -> Element:
        name = _name_of(output)
        tree = self._arranged(markup.read_html(output.data["text/html"]))
        cells = list(elements(tree, "td"))
        if name == "sources":
            for cell in cells:
                if re.fullmatch(r"https://[^\s<>\"]+", text_of(cell.children)):
                    cell.children = [_address(text_of(cell.children))]
        if name == "verdicts":
            bodies = elements(tree, "tbody")
            self.verdict_rows = [row for body in bodies for row in elements(body.children, "tr")]
        if files := self._files(f"table {name}"):
            tree.append(Element("p", {"class": "files"}, files))
        return Element("div", {"class": "table"}, tree)

    def _figure(self, output) -> Element:
        self.figures += 1
        called = f"Figure {self.figures}"
        alt = output.metadata.get("image/png", {}).get("alt") or output.data.get("text/plain", "")
        picture = "data:image/png;base64," + "".join(output.data["image/png"].split())
        # On a phone the picture keeps a readable size, and its frame scrolls.
        frame = {"class": "card", "role": "region", "tabindex": "0", "aria-label": called}
        caption = [Element("b", {}, [f"{called}."]), f" {alt}"]
        caption += self._files(f"figure {_name_of(output)}")
        return Element(
            "figure",
            {"id": f"figure-{self.figures}"},
            [
                Element("div", frame, [Element("img", {"src": picture, "alt": alt or NO_ALT})]),
                Element("figcaption", {}, caption),
            ],
        )

    def _linked_data(self, document: object) -> Iterator[Node]:
        """The data, with the places to which their urls lead: rows of verdicts, one for each."""
        reviews = document.get("@graph", []) if isinstance(document, dict) else []
        urls = [str(one.get("url", "")) for one in reviews if isinstance(one, dict)]
        places = [url[1:] for url in urls if url[:1] == "#"]
        if len(places) == len(self.verdict_rows):
            for row, place in zip(self.verdict_rows, places, strict=True):
                row.attributes["id"] = place
        else:
            yield from (Element("span", {"class": "place", "id": place}) for place in places)
        yield markup.data_block(document)

    def _arranged(self, nodes: Sequence[Node]) -> list[Node]:
        """What was read, as a report shows it."""
        shown: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                shown.append(node)
                continue
            if node.tag == "table":
                shown += self._table(node)
                continue
            node.children = self._arranged(node.children)
            if node.tag in HEADINGS and not self._heading(node):
                continue
            if node.tag == "a" and not self._leads(node):
                shown.extend(node.children)
                continue
            if node.tag == "img":
                node.attributes.setdefault("alt", NO_ALT)
            if node.tag == "pre":
                node.attributes["tabindex"] = "0"  # the keyboard can scroll it then
            shown.append(node)
        return shown

    def _heading(self, heading: Element) -> bool:
        """Give a heading its place, as JupyterLab does; False for the one that is the title."""
        words = text_of(heading.children)
        if heading.tag == "h1":  # the page has one level-1 heading, its title
            if not self.title and words:
                self.title = words
                return False
            heading.tag = "h2"
        place = plain = words.replace(" ", "-") or "section"
        while place in self.taken or re.fullmatch(r"(figure|table)-\d+", place):
            self.taken[plain] = self.taken.get(plain, 1) + 1
            place = f"{plain}-{self.taken[plain]}"
        self.taken.setdefault(place, 1)
        heading.attributes["id"] = place
        if heading.tag in ("h2", "h3"):
            self.contents.append((int(heading.tag[1]), words, place))
        return True

    def _leads(self, link: Element) -> bool:
        """Let a link to a notebook lead to its report; False for one that leads nowhere."""
        address, _, place = link.attributes.get("href", "").partition("#")
        if re.match(r"(https?|mailto):", address, re.IGNORECASE) or (place and not address):
            return True
        target = self.links.get(unquote(address).removeprefix("./"))
        if target:
            link.attributes["href"] = target[0][1] + (f"#{place}" if place else "")
        return bool(target)

    def _table(self, table: Element) -> list[Node]:
        """The table with number, scopes, and links from verdicts, in a frame that scrolls.

        What stands in it beside caption and rows comes before it, as browsers show it.
        """
        self.tables += 1
        number = self.tables
        captions = (one for one in table.children if _tag(one) == "caption")
        caption = next(captions, Element("caption"))
        parts = [one for one in table.children if _tag(one) in markup.TABLE_PARTS]
        known = (*markup.TABLE_PARTS, "caption", "colgroup", "col")
        beside = self._arranged([one for one in table.children if _tag(one) not in known])
        caption.children = self._arranged(caption.children)
        for row, is_head in markup.rows(table):
            for cell in row:
                self._cell(cell, is_head)
        # The words stay in view when the table is scrolled.
        words = Element("span", {}, [Element("b", {}, [f"Table {number}. "]), *caption.children])
        shown = Element(
            "table", {"id": f"table-{number}"}, [Element("caption", {}, [words]), *parts]
        )
        label = text_of(words.children)
        region = {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}
        return [*beside, Element("div", region, [shown])]

    def _cell(self, cell: Element, is_head: bool) -> None:
        said = text_of(cell.children)
        if cell.tag == "th":
            cell.attributes.setdefault("scope", "col" if is_head else "row")
        if len(said) > LONG_CELL:
            cell.attributes["class"] = "long"  # or narrow columns would take a letter a line
        elif len(said) <= SHORT_CELL:
            cell.attributes["class"] = "short"  # or dates and numbers would break
        if cell.tag == "td" and said in LADDER:
            place = anchor(said)
            about = {"class": f"verdict {place}", "href": f"glossary.html#{place}"}
            cell.children = [Element("a", about, [said])]
        else:
            cell.children = self._arranged(cell.children)

    def _files(self, display: str) -> list[Node]:
        """Links to the files behind a figure or table."""
        return [
            part
            for label, path in self.links.get(display, [])
            for part in (" ", Element("a", {"class": "file", "href": quote(path)}, [label]))
        ]


def _links(about: About) -> Mapping[str, list[tuple[str, str]]]:
    """Label and address of the files behind each display, and of the other reports."""
    links = {f"{name}.ipynb": [("report", f"{quote(name)}.html")] for name in about.notebooks}
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


def _tag(node: Node) -> str:
    return node.tag if isinstance(node, Element) else ""


def _name_of(output) -> str:
    return str(output.metadata.get("korus", {}).get("name", ""))


def _attached(cell) -> dict[str, str]:
    """Name → address of the pictures that are attached to a Markdown cell."""
    return {
        name: f"data:{kind};base64,{content}"
        for name, kinds in cell.get("attachments", {}).items()
        for kind, content in kinds.items()
    }


def _address(text: str) -> Element:
    """The link to a source; its address may break behind each stroke."""
    parts = re.findall(r"[^/]+/*|/+", text)
    return Element("a", {"href": text}, [one for part in parts for one in (part, Element("wbr"))])


def _terminal(text: str, kind: str) -> Element:
    from nbconvert.filters import strip_ansi

    said = strip_ansi(text) if len(text) <= markup.LARGEST else markup.left_out(len(text))
    return Element("pre", {"class": kind, "tabindex": "0"}, [said])


def _highlighted(source: str, lexer: str) -> Node:
    if len(source) > markup.LARGEST_MARKDOWN:
        return Element("pre", {"tabindex": "0"}, [source])
    code = Raw(_highlighter(lexer)(source))
    return Raw(code.replace("<pre>", '<pre tabindex="0">', 1))


@functools.cache
def _highlighter(lexer: str):
    from nbconvert.filters import Highlight2HTML

    return Highlight2HTML(lexer)


def facts_of(executed) -> Facts:
    """The facts of the executed notebook (a notebook node); what it does not say is empty."""
    cells = executed.cells
    title = next(filter(None, (_heading(cell, "# ") for cell in cells)), "")
    below = next((n for n, cell in enumerate(cells) if _heading(cell, "## ")), len(cells))
    shown = list(_readable(cells))
    found = list(_readable(cells[below:]))
    figure = next((one for one in found if one.kind == "figure"), None)
    counted = next((one.about["verdicts"] for one in shown if one.about.get("verdicts")), {})
    return Facts(
        title,
        next((one.text for one in found if one.kind == "sentence"), ""),
        tuple(dict.fromkeys(v for one in shown for v in one.about.get("vintages", ()))),
        tuple((name, counted[name]) for name in LADDER if name in counted),
        tuple(dict.fromkeys(Table(*row) for one in shown for row in one.about.get("tables", ()))),
        figure.png if figure else b"",
        figure.text if figure else "",
    )


def _readable(cells) -> Iterator:
    """The displays up to one that cannot be filed; the outcome of the notebook names that one."""
    try:
        yield from displays(cells)
    except BadDisplay:
        return


def _heading(cell, mark: str) -> str:
    """The text of the first heading of the level `mark` in a Markdown cell, else ""."""
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
    return next((line.removeprefix(mark).strip() for line in lines if line.startswith(mark)), "")
