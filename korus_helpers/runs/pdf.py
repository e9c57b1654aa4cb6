"""The PDF of one report: its tree handed to Typst as data, and laid out by `report.typ`.

Text from notebooks reaches Typst as JSON and never as code, so that it is set as it stands.
"""

import base64
import functools
import io
import itertools
import json
import re
import shutil
import tempfile
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from korus_helpers.errors import InputError
from korus_helpers.runs.markup import HEADINGS, PICTURE, Element, Node, Raw, elements, text_of
from korus_helpers.runs.pages import AUTHORS, TEMPLATES
from korus_helpers.runs.reports import About, Report, arranged

PAPERS = ("a4", "us-letter")
LONGEST = 32  # characters of a word that is not broken; in the title 20
LONGEST_HEAD = 70  # characters of the line on top of each page
MOST_ROWS, MOST_COLUMNS = 400, 40  # of a table on paper
DEEPEST = 5  # lists and quotations in one another; what is deeper is set as plain text
BREAK = "\u200b"  # a place where a line may end, see report.typ

# Joiners and soft hyphens have no letter of their own and shape those beside them.
JOINERS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f")
SPACES = frozenset("\n\t \u00a0")
CONTROLS = ("Cc", "Zl", "Zp")  # as Unicode sorts characters
NAMELESS = ("Cf", "Cn", "Co", "Cs")
MARKS = {
    "b": "strong", "strong": "strong", "em": "emph", "i": "emph", "code": "code", "kbd": "code",
    "s": "strike", "del": "strike", "sub": "sub", "sup": "super",
}  # fmt: skip
INLINE = frozenset((*MARKS, "a", "abbr", "br", "img", "ins", "q", "small", "span", "u", "wbr"))
# As in style.css.
COLOURS = {
    "as printed": "#d3e4f5",
    "within the hedge": "#e6eff8",
    "on another basis": "#f7e8bf",
    "not reproduced": "#f8d9cf",
    "undetermined": "#e4e6ea",
}

Part = dict[str, Any] | str
"""What `report.typ` sets: text, or a kind ("is") with what it holds ("has") and its options."""


def require_pdf() -> None:
    """Raise InputError where the package that makes PDFs is not installed."""
    try:
        import typst  # noqa: F401
    except ImportError:
        raise InputError(
            "PDFs need one more package; type: pip install 'korus-helpers[pdf]'"
        ) from None


def pdf_report(executed, about: About, paper: str = PAPERS[0]) -> bytes:
    """The notebook `executed` as a tagged PDF (PDF/UA-1) on "a4" or "us-letter".

    Title, parameters, contents, text, figures and tables, and the foot; no code. The same notebook
    gives the same bytes. A character that no font here has is shown by its number. Raises
    InputError without the package.
    """
    require_pdf()
    import typst

    sheet = Sheet()
    data = sheet.report(arranged(executed, about)) | {"paper": paper}
    # Typst reads no file outside the folder of the report.
    with tempfile.TemporaryDirectory(prefix="korus-") as folder:
        for name, content in sheet.pictures.items():
            Path(folder, name).write_bytes(content)
        Path(folder, "report.json").write_text(json.dumps(data))
        shutil.copy(TEMPLATES / "korus" / "report.typ", folder)
        return typst.compile(
            Path(folder, "report.typ"), root=folder, font_paths=_fonts(), pdf_standards="ua-1"
        )


@functools.cache
def _fonts():
    """Faces that every machine has: those in Typst and those that Matplotlib brings."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(_font_folder())])


def _font_folder() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@dataclass
class Sheet:
    """The parts of a report on paper, and the pictures found on the way (file name → picture)."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    level: int = 0  # of the last heading

    def report(self, report: Report) -> dict[str, Any]:
        facts = report.about.facts
        title = printable(report.title) or "Report"
        verdicts = " · ".join(f"{count} {name}" for name, count in facts.verdicts)
        return {
            "title": break_words(title, 20),
            "document": printable(report.page_title) or title,
            "running": textwrap.shorten(title, LONGEST_HEAD, placeholder=" …"),
            "author": AUTHORS,
            "top": [
                *([{"is": "finding", "has": [_text(facts.finding)]}] if facts.finding else []),
                *([{"is": "p", "has": [_text(verdicts)]}] if verdicts else []),
                *([_parameters(report)] if report.parameters else []),
                *([_failure(report.about.failure)] if report.about.failure else []),
            ],
            "contents": bool(report.contents),
            "body": _kept_together(list(self.blocks(report.body))),
            "foot": list(self.blocks(_foot(report))),
        }

    def blocks(self, nodes: Iterable[Node], depth: int = 0) -> Iterator[Part]:
        """Paragraphs and all that stands between them."""
        line: list[Node] = []
        for node in (*nodes, Element("end")):
            if isinstance(node, Raw):
                continue
            if isinstance(node, str) or node.tag in INLINE:
                line.append(node)
                continue
            if said := self.words(line):
                yield {"is": "p", "has": said}
            line = []
            yield from self._block(node, depth)

    def _block(self, node: Element, depth: int) -> Iterator[Part]:
        kind, content = node.attributes.get("class", ""), node.children
        if node.tag in HEADINGS and not depth:
            yield from self._heading(node)
        elif "code" in kind.split() or node.tag == "end" or kind == "files":
            return
        elif node.tag == "table":
            yield from self._table(node)
        elif node.tag == "div" and kind == "table":
            yield from self._with_files(content, depth)
        elif node.tag == "figure":
            yield from self._figure(node)
        elif node.tag == "pre":
            text = break_words(printable(_plain(content)).strip("\n"), LONGEST)
            yield from [{"is": "pre", "has": text}] if text else []
        elif node.tag == "hr":
            yield {"is": "rule"}
        elif kind == "failure":
            yield {"is": "failure", "has": self.words(content)}
        elif node.tag in ("ul", "ol", "blockquote") and depth < DEEPEST:
            items = [one for one in content if isinstance(one, Element) and one.tag == "li"]
            if node.tag == "blockquote":
                yield {"is": "quote", "has": list(self.blocks(content, depth + 1))}
            elif items:
                has = [list(self.blocks(one.children, depth + 1)) for one in items]
                yield {"is": node.tag, "has": has}
        else:
            yield from self.blocks(content, depth + (node.tag not in ("div", "section")))

    def _heading(self, node: Element) -> Iterator[Part]:
        """Level 2 of the page is level 1 on paper, and no level is skipped: readers count them."""
        if words := text_of(node.children):
            self.level = min(max(int(node.tag[1]) - 1, 1), self.level + 1)
            yield {"is": "heading", "level": self.level, "has": [_text(words)]}

    def words(self, nodes: Iterable[Node], depth: int = 0) -> list[Part]:
        """Text with its marks; whatever else stands in it is text too."""
        found: list[Part] = []
        for node in nodes:
            if isinstance(node, str):
                found.append(_text(node))
            elif node.tag == "br":
                found.append({"is": "br"})
            elif node.tag == "img":
                found.append(self._picture(node))
            elif node.attributes.get("class") == "file":
                continue
            else:
                kind, options = MARKS.get(node.tag), {}
                address = node.attributes.get("href", "")
                if node.tag == "a" and re.match("(https?|mailto):", address, re.IGNORECASE):
                    kind, options = "link", {"to": address}
                if depth > DEEPEST:
                    found.append(_text(text_of(node.children)))
                elif kind:
                    has = self.words(node.children, depth + 1)
                    found += [{"is": kind, "has": has} | options] if has else []
                else:
                    gap = [] if node.tag in INLINE else [" "]
                    found += [*gap, *self.words(node.children, depth + 1), *gap]
        return _trimmed(found) if depth == 0 else found

    def _picture(self, image: Element) -> Part:
        """The picture by the name of its file; a damaged one is what is said of it."""
        from PIL import Image

        alt = printable(image.attributes.get("alt", "")).strip() or "Picture without a description"
        kind = PICTURE.match(image.attributes.get("src", ""))
        try:
            content = base64.b64decode(image.attributes["src"][kind.end() :]) if kind else b""
            Image.open(io.BytesIO(content)).load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return f"[{break_words(alt)}]"
        name = f"picture-{len(self.pictures) + 1}.{kind[1]}"
        self.pictures[name] = content
        return {"is": "picture", "file": name, "alt": alt}

    def _figure(self, figure: Element) -> Iterator[Part]:
        (image,) = elements(figure.children, "img")
        (caption,) = elements(figure.children, "figcaption")
        picture = self._picture(image)
        said = {"caption": self.words(caption.children), "data": _data(caption.children)}
        if isinstance(picture, str):
            yield from ({"is": "p", "has": [picture]}, {"is": "p", "has": said["caption"]})
        else:
            yield {"is": "figure", "has": picture} | said

    def _with_files(self, nodes: Sequence[Node], depth: int) -> Iterator[Part]:
        """What an output shows; the data behind it are named in the caption of its table."""
        parts = list(self.blocks(nodes, depth))
        for part in parts:
            if isinstance(part, dict) and part["is"] == "table":
                part["data"] = _data(nodes)
                break
        yield from parts

    def _table(self, table: Element) -> Iterator[Part]:
        """Cells with their places, so that no odd span of a stranger's table stops Typst."""
        caption = self.words(next(elements(table.children, "caption")).children)
        rows = list(_rows(table))
        head = len(list(itertools.takewhile(lambda row: row[1], rows)))
        taken: set[tuple[int, int]] = set()
        cells: list[dict[str, Any]] = []
        for y, (row, _) in enumerate(rows[:MOST_ROWS]):
            x = 0
            for cell in row:
                while (x, y) in taken:
                    x += 1
                last = head if y < head else min(len(rows), MOST_ROWS)
                high = min(int(cell.attributes.get("rowspan", 1)), last - y)
                wide = next(
                    (n for n in range(1, int(cell.attributes.get("colspan", 1)))
                     if (x + n, y) in taken),
                    int(cell.attributes.get("colspan", 1)),
                )  # fmt: skip
                wide = min(wide, MOST_COLUMNS - x)
                if wide < 1:
                    break
                taken |= set(itertools.product(range(x, x + wide), range(y, y + high)))
                cells.append({"x": x, "y": y, "colspan": wide, "rowspan": high} | self._cell(cell))
                x += wide
        if not cells or head >= len(rows):
            head = 0
        if cells:
            columns = max(x for x, _ in taken) + 1
            yield {"is": "table", "caption": caption, "head": head, "columns": columns,
                   "cells": cells, "data": ""}  # fmt: skip
        else:
            yield {"is": "p", "has": caption}
        cut = max(map(len, (row for row, _ in rows)), default=0) > MOST_COLUMNS
        if len(rows) > MOST_ROWS or cut:
            said = f"Of this table {len(rows):,} rows are on the page; paper has the first "
            said += f"{MOST_ROWS} rows and {MOST_COLUMNS} columns."
            yield {"is": "p", "has": [said]}

    def _cell(self, cell: Element) -> dict[str, Any]:
        style = cell.attributes.get("style", "")
        said = text_of(cell.children)
        has = self.words(cell.children)
        if "nowrap" in style and len(said) <= 24:
            has = [one.replace(" ", "\u00a0") if isinstance(one, str) else one for one in has]
        return {
            "has": has,
            "text": _text(said.replace(" ", "\u00a0") if "nowrap" in style else said),
            "right": "text-align:right" in style,
            "fill": COLOURS.get(said, "") if cell.tag == "td" else "",
        }


def _rows(table: Element) -> Iterator[tuple[list[Element], bool]]:
    """The cells of each row, and whether it belongs to the head; rows of tables in it do not."""
    for part in table.children:
        if isinstance(part, Element) and part.tag == "tr":
            cells = [one for one in part.children if isinstance(one, Element)]
            yield [one for one in cells if one.tag in ("th", "td")], False
        elif isinstance(part, Element) and part.tag in ("thead", "tbody", "tfoot"):
            yield from ((row, part.tag == "thead") for row, _ in _rows(part))


def _kept_together(parts: list[Part]) -> list[Part]:
    """Let short text between a heading and a figure or table stay with both."""
    led: list[dict[str, Any]] = []
    for part in parts:
        if part["is"] == "heading":
            led = [part]
        elif part["is"] == "p" and led:
            led.append(part)
        else:
            if part["is"] in ("table", "figure") and len(json.dumps(led)) < 1500:
                for one in led:
                    one["keep"] = True
            led = []
    return parts


def _parameters(report: Report) -> Part:
    has: list[Part] = []
    for name, value, typed in report.parameters:
        has.append(f"{' · ' if has else ''}{_text(name.replace('_', ' '))}\u00a0")
        has.append({"is": "strong", "has": [_text(value)]})
        has += [" (set for this run)"] if typed else []
    return {"is": "parameters", "has": has}


def _failure(words: str) -> Part:
    lead = {"is": "strong", "has": ["This report is not complete."]}
    return {"is": "failure", "has": [lead, _text(f" {words}")]}


def _foot(report: Report) -> list[Node]:
    """How the report was made, as on the page."""
    made = report.made
    rows = [
        Element("tr", {}, [Element("td", {}, [text]) for text in table]) for table in made.tables
    ]
    heads = [Element("th", {}, [text]) for text in ("table", "vintages in it", "sha256")]
    said = "Tables that it rests on. Each was checked against its checksum when it was opened."
    parts = [Element("caption", {}, [said]), Element("thead", {}, [Element("tr", {}, heads)])]
    return [
        Element("h2", {}, ["How this report was made"]),
        Element("p", {}, ["To make it again, type"]),
        Element("pre", {}, [made.command]),
        Element("p", {}, [f"Made on {made.day} with {made.versions}."]),
        Element("p", {}, [f"To cite it: {made.citation}"]),
        *([Element("table", {}, [*parts, *rows])] if rows else []),
    ]


def _data(nodes: Iterable[Node]) -> str:
    """The file behind a figure or table; what else is linked stands in a list of its own."""
    links = [
        one.attributes for one in elements(nodes, "a") if one.attributes.get("class") == "file"
    ]
    paths = [unquote(link["href"]) for link in links if link["href"].endswith(".csv")]
    return _text(f"Data: {paths[0]}") if paths else ""


def _plain(nodes: Iterable[Node]) -> str:
    """Text with its lines."""
    return "".join(one if isinstance(one, str) else _plain(one.children) for one in nodes)


def _trimmed(parts: list[Part]) -> list[Part]:
    """Without white space at both ends."""
    while parts and isinstance(parts[0], str) and not parts[0].strip(" "):
        parts = parts[1:]
    while parts and isinstance(parts[-1], str) and not parts[-1].strip(" "):
        parts = parts[:-1]
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip(" ")
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip(" ")
    return parts


def _text(text: str) -> str:
    """One line of text that can be set: white space as single spaces, long words broken."""
    return break_words(re.sub(r"[ \t\r\n\f\v]+", " ", printable(text)))


def printable(text: str) -> str:
    """`text` without controls, and with the numbers of characters that no font here has: [U+D55C].

    Marks that turn the direction of all that follows are shown as numbers too.
    """

    def kind(letter: str) -> str:
        if letter in SPACES or letter in JOINERS or letter in _letters():
            return "letter"
        return "control" if unicodedata.category(letter) in CONTROLS else "number"

    shown = {
        "letter": "".join,
        "control": lambda _: " ",
        "number": lambda run: f"[{' '.join(f'U+{ord(letter):04X}' for letter in run)}]",
    }
    return "".join(shown[name](run) for name, run in itertools.groupby(text, kind))


@functools.cache
def _letters() -> frozenset[str]:
    """Characters of DejaVu Sans, the face for what the text face lacks."""
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(_font_folder() / "DejaVuSans.ttf")).get_charmap())
    return frozenset(c for c in letters if unicodedata.category(c) not in (*CONTROLS, *NAMELESS))


def break_words(text: str, longest: int = LONGEST) -> str:
    """`text` with places to break in each word of more than `longest` characters.

    They stand behind the marks of an address, and within what is still too long.
    """
    marks = "/?&=_.,;:-"

    def broken(word: re.Match) -> str:
        pieces = []
        for part in re.findall(rf"[^{marks}]*[{marks}]+|[^{marks}]+", word[0]):
            count = -(-len(part) // longest)
            step = -(-len(part) // count)
            pieces += [part[at : at + step] for at in range(0, len(part), step)]
        return BREAK.join(pieces)

    return re.sub(rf"[^\s{BREAK}]{{{longest + 1},}}", broken, text)
