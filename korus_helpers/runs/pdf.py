"""The PDF of one report: its tree handed to Typst as data, and laid out by `report.typ`.

Text from notebooks reaches Typst as JSON and never as code, so that it is set as it stands.
"""

import base64
import functools
import io
import itertools
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from korus_helpers.errors import InputError
from korus_helpers.runs.markup import HEADINGS, PICTURE, Element, Node, Raw, elements, text_of
from korus_helpers.runs.markup import rows as markup_rows
from korus_helpers.runs.pages import AUTHORS, PAPERS, TEMPLATES
from korus_helpers.runs.reports import About, Report, arranged

MOST_ROWS, MOST_COLUMNS = 400, 40  # of a table on paper
DEEPEST = 6  # marks, lists and quotations in one another; what is deeper is plain text
KINDS = {
    "b": "strong", "strong": "strong", "em": "emph", "i": "emph", "s": "strike", "del": "strike",
    "sub": "sub", "sup": "super", "code": "code", "kbd": "code", "br": "br", "hr": "rule",
    "p": "p", "ul": "list", "ol": "enum", "blockquote": "quote",
}  # fmt: skip
CONTROLS = ("Cc", "Zl", "Zp")  # as Unicode sorts characters
NAMELESS = ("Cf", "Cn", "Co", "Cs")
# Spaces; and joiners and soft hyphens, which have no letter of their own and shape those beside.
UNSEEN = frozenset("\n\t \u00a0\u00ad\u200b\u200c\u200d\u200e\u200f")

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
        template = (TEMPLATES / "korus" / "report.typ").read_bytes()
        files = {"report.typ": template, "report.json": json.dumps(data).encode()} | sheet.pictures
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
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
        verdicts = " · ".join(f"{count} {name}" for name, count in facts.verdicts)
        names = [(name.replace("_", " "), *more) for name, *more in report.parameters]
        data = {
            "title": report.title or "Report",
            "document": report.page_title or "Report",
            "author": AUTHORS,
            "finding": facts.finding,
            "verdicts": verdicts,
            "parameters": names,
            "failure": report.about.failure,
            "contents": bool(report.contents),
            "body": _kept_together(self.parts(report.body)),
            "made": asdict(report.made),
        }
        return _settable(data)

    def parts(self, nodes: Iterable[Node], depth: int = 0) -> list[Part]:
        """The nodes without code and links into the run; tags that mean nothing here are gone."""
        found: list[Part] = []
        for node in nodes:
            if isinstance(node, str):
                found += [] if isinstance(node, Raw) else [_one_line(node)]
            elif {"code", "file", "files"}.isdisjoint(node.attributes.get("class", "").split()):
                found += self._part(node, depth)
        return found

    def _part(self, node: Element, depth: int) -> Iterator[Part]:
        kind, address = KINDS.get(node.tag), node.attributes.get("href", "")
        if node.tag == "img":
            yield self._picture(node)
        elif node.tag == "pre":
            yield {"is": "pre", "has": [_plain(node.children).strip("\n")]}
        elif depth > DEEPEST:
            yield _one_line(f" {text_of(node.children)} ")
        elif node.tag in HEADINGS and not depth:
            yield from self._heading(node)
        elif node.tag == "table" and not depth:
            yield from self._table(node)
        elif node.tag == "figure":
            yield from self._figure(node)
        elif node.attributes.get("class") == "table":
            yield from self._with_data(node)
        elif node.attributes.get("class") == "failure":
            yield {"is": "failure", "has": self.parts(node.children, depth + 1)}
        elif kind in ("list", "enum"):
            items = (one for one in node.children if isinstance(one, Element) and one.tag == "li")
            has = [self.parts(one.children, depth + 1) for one in items]
            yield from [{"is": kind, "has": has}] if has else []
        elif kind:
            yield {"is": kind, "has": self.parts(node.children, depth + 1)}
        elif node.tag == "a" and re.match("(https?|mailto):", address, re.IGNORECASE):
            has = self.parts(node.children, depth + 1)
            yield from [{"is": "link", "has": has, "to": address}] if has else []
        else:
            gap = [" "] if node.tag in ("td", "th", "tr", "dt", "dd", "li", *HEADINGS) else []
            yield from [*gap, *self.parts(node.children, depth), *gap]

    def _heading(self, node: Element) -> Iterator[Part]:
        """Level 2 of the page is level 1 on paper, and no level is skipped: readers count them."""
        if words := text_of(node.children):
            self.level = min(max(int(node.tag[1]) - 1, 1), self.level + 1)
            yield {"is": "heading", "level": self.level, "has": [_one_line(words)]}

    def _picture(self, image: Element) -> Part:
        """The picture by the name of its file; a damaged one is what is said of it."""
        from PIL import Image

        alt = image.attributes.get("alt", "").strip() or "Picture without a description"
        kind = PICTURE.match(image.attributes.get("src", ""))
        try:
            content = base64.b64decode(image.attributes["src"][kind.end() :]) if kind else b""
            Image.open(io.BytesIO(content)).load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return f"[{alt}]"
        name = f"picture-{len(self.pictures) + 1}.{kind[1]}"
        self.pictures[name] = content
        return {"is": "picture", "has": [], "file": name, "alt": alt}

    def _figure(self, figure: Element) -> Iterator[Part]:
        frame, caption = figure.children
        (image,) = elements([frame], "img")
        picture, said = self._picture(image), self.parts(caption.children, 1)
        if isinstance(picture, str):
            yield from ({"is": "p", "has": [picture]}, {"is": "p", "has": said})
        else:
            behind = _data([caption])
            yield {"is": "figure", "has": [picture], "caption": said, "data": behind}

    def _with_data(self, output: Element) -> list[Part]:
        """What an output shows; the data behind it are named in the caption of its table."""
        parts = self.parts(output.children)
        for part in parts:
            if isinstance(part, dict) and part["is"] == "table":
                part["data"] = _data(output.children)
                break
        return parts

    def _table(self, table: Element) -> Iterator[Part]:
        """Cells with their places, so that no odd span of a stranger's table stops Typst."""
        caption = self.parts(next(elements(table.children, "caption")).children, 1)
        rows = list(markup_rows(table))
        head = len(list(itertools.takewhile(lambda row: row[1], rows)))
        bottom = min(len(rows), MOST_ROWS)
        cells: dict[tuple[int, int], dict[str, Any]] = {}
        taken: set[tuple[int, int]] = set()
        for y, (row, _) in enumerate(rows[:MOST_ROWS]):
            places = (x for x in range(MOST_COLUMNS) if (x, y) not in taken)
            for x, cell in zip(places, row, strict=False):
                wide, high = (int(cell.attributes.get(name, 1)) for name in ("colspan", "rowspan"))
                wide = min(wide, MOST_COLUMNS - x)
                while any((x + n, y) in taken for n in range(wide)):
                    wide -= 1
                high = min(high, (head if y < head else bottom) - y)
                taken |= set(itertools.product(range(x, x + wide), range(y, y + high)))
                cells[x, y] = {"x": x, "y": y, "colspan": wide, "rowspan": high} | self._cell(cell)
        if not cells or head == len(rows):
            yield {"is": "p", "has": [*caption, *(f" {one['text']}" for one in cells.values())]}
            return
        columns = max(x for x, _ in taken) + 1
        yield {"is": "table", "has": list(cells.values()), "columns": columns, "head": head,
               "caption": caption, "data": ""}  # fmt: skip
        if len(rows) > bottom or max(len(row) for row, _ in rows) > MOST_COLUMNS:
            said = f"Paper has the first {MOST_ROWS} rows and {MOST_COLUMNS} columns of this table."
            yield {"is": "p", "has": [said]}

    def _cell(self, cell: Element) -> dict[str, Any]:
        style, said = cell.attributes.get("style", ""), text_of(cell.children)
        has, whole = self.parts(cell.children, 1), "nowrap" in style and len(said) <= 24
        return {
            "has": [_unbroken(one) if whole and isinstance(one, str) else one for one in has],
            "text": _unbroken(said) if whole else said,
            "right": "text-align:right" in style,
            "verdict": said if cell.tag == "td" else "",
        }


def _kept_together(parts: list[Part]) -> list[Part]:
    """Let short text between a heading and a figure or table stay with both."""
    led: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, str):
            led = led if part.isspace() else []
        elif part["is"] == "heading":
            led = [part]
        elif part["is"] == "p" and led:
            led.append(part)
        else:
            if part["is"] in ("table", "figure") and len(json.dumps(led)) < 1500:
                for one in led:
                    one["keep"] = True
            led = []
    return parts


def _data(nodes: Iterable[Node]) -> str:
    """The file behind a figure or table; what else is linked stands in a list of its own."""
    links = (one.attributes for one in elements(nodes, "a") if "file" in one.attributes.values())
    paths = [unquote(link["href"]) for link in links if link["href"].endswith(".csv")]
    return f"Data: {paths[0]}" if paths else ""


def _plain(nodes: Iterable[Node]) -> str:
    """Text with its lines."""
    return "".join(one if isinstance(one, str) else _plain(one.children) for one in nodes)


def _one_line(text: str) -> str:
    return re.sub(r"[ \t\r\n\f\v]+", " ", text)


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _settable(part: Any) -> Any:
    """The same with all text in it printable; addresses stay."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {key: it if key == "to" else _settable(it) for key, it in part.items()}
    return [_settable(one) for one in part] if isinstance(part, list | tuple) else part


def printable(text: str) -> str:
    """`text` without controls, and with the numbers of characters that no font here has: [U+D55C].

    Marks that turn the direction of all that follows are shown as numbers too.
    """

    def kind(letter: str) -> str:
        if letter in UNSEEN or letter in _letters():
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
