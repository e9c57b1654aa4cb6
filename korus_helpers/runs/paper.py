"""A report reduced to what belongs on paper: HTML of few tags for pandoc, and its pictures."""

import base64
import functools
import io
import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup, NavigableString, Tag

from korus_helpers.runs.columns import LONGEST, break_words, fit

# Controls of the page, and links that lead nowhere on paper.
ON_SCREEN = "script, style, template, input, label, .skip, .back, summary"
# Tags that pandoc sees; all others go, what they hold stays.
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ("p", "br", "hr", "div", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "figure")
WORDS = ("a", "b", "code", "em", "i", "s", "strong", "sub", "sup", "span", "del", "img")
CELLS = ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
KEPT = frozenset((*HEADINGS, *BLOCKS, *WORDS, *CELLS, "figcaption"))
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
# Joiners and soft hyphens have no letter of their own and shape those beside them.
JOINERS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f")
CONTROLS = ("Cc", "Zl", "Zp")  # as Unicode sorts characters
NAMELESS = ("Cf", "Cn", "Co", "Cs")
SPACES = frozenset("\n\t \u00a0")
WHOLE = 400  # characters of a cell that is shorter than a page in any column
COLOURS = {
    "as printed": "#d3e4f5",
    "within the hedge": "#e6eff8",
    "on another basis": "#f7e8bf",
    "not reproduced": "#f8d9cf",
    "undetermined": "#e4e6ea",
}


@dataclass(frozen=True)
class Paper:
    """What pandoc and the template need."""

    title: str
    body: str
    pictures: dict[str, bytes] = field(default_factory=dict)  # file name → picture
    alts: dict[str, str] = field(default_factory=dict)  # file name → alternative text


def paper(page: str, code: bool) -> Paper:
    """The report `page` without controls, without code unless asked, without links into the run.

    Parts get the names by which report.typ knows them (`top`, `finding`, `parameters`, `contents`,
    `failure`, `foot` and so on); no other attribute of the page is left.
    """
    soup = BeautifulSoup(page, "html.parser")
    body = soup.body or soup
    for tag in body.select(ON_SCREEN if code else f"{ON_SCREEN}, .code"):
        tag.decompose()
    for text in body.find_all(string=True):
        if type(text) is NavigableString:
            text.replace_with(printable(text))
        else:  # a comment
            text.extract()
    heading = body.h1.extract() if body.h1 else soup.title
    title = printable(heading.get_text(" ", strip=True) if heading else "") or "Report"
    _name_parts(soup, body)
    _links(soup, body)
    pictures, alts = _pictures(soup, body)
    tables = [(table, _table(soup, table)) for table in body.find_all("table")]
    _headings(body)
    for text in body.find_all(string=True):
        text.replace_with(break_words(text))
    _reduce(body)
    for table, sizes in tables:
        table.attrs |= sizes
    return Paper(title, body.decode_contents(), pictures, alts)


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


def font_folder() -> Path:
    """The fonts that Matplotlib brings, DejaVu Sans among them."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@functools.cache
def _letters() -> frozenset[str]:
    """Characters of DejaVu Sans, the face for what the text face lacks."""
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(font_folder() / "DejaVuSans.ttf")).get_charmap())
    return frozenset(c for c in letters if unicodedata.category(c) not in (*CONTROLS, *NAMELESS))


def _name_parts(soup: BeautifulSoup, body: Tag) -> None:
    """Give the parts of a report the names that report.typ styles, and drop all other names."""
    for tag in body.find_all(id=True):
        del tag["id"]
    for tally in body.select("ul.tally"):
        parts = [item.get_text(" ", strip=True) for item in tally.find_all("li")]
        tally.replace_with(soup.new_tag("p", string=" · ".join(parts)))
    for parameters in body.select("dl.parameters"):
        parameters.replace_with(_block(soup, "parameters", _parameters(soup, parameters)))
    for place, name in (
        ("header", "top"), ("p.finding", "finding"), (".failure", "failure"),
        ("footer", "foot"), ("pre, .stream", "code"),
    ):  # fmt: skip
        for tag in body.select(place):
            tag.wrap(soup.new_tag("div", attrs={"id": name}))
    for foot in body.select("#foot"):
        foot.insert(0, soup.new_tag("hr"))  # with a heading first pandoc would call it a section
    for nav in body.find_all("nav"):
        nav.replace_with(_block(soup, "contents", soup.new_tag("p", string="Contents")))


def _block(soup: BeautifulSoup, name: str, content: Tag) -> Tag:
    block = soup.new_tag("div", attrs={"id": name})
    block.append(content)
    return block


def _parameters(soup: BeautifulSoup, parameters: Tag) -> Tag:
    """The run's parameters as one paragraph: name and value, with those set for the run marked."""
    line = soup.new_tag("p")
    for term in parameters.find_all("dt"):
        if line.contents:
            line.append(" · ")
        value = term.find_next_sibling("dd")
        line.append(f"{term.get_text(' ', strip=True)} ".replace(" ", "\u00a0"))
        line.append(soup.new_tag("b", string=value.get_text(" ", strip=True) if value else ""))
        if "changed" in (term.parent.get("class") or ()):
            line.append(" (set for this run)")
    return line


def _links(soup: BeautifulSoup, body: Tag) -> None:
    """Keep links to the world; name the data behind figures and tables; drop others to text."""
    for link in body.find_all("a"):
        address = link.get("href", "")
        if "file" in (link.get("class") or ()):
            if address.endswith(".csv"):
                data = soup.new_tag("p", string=f"Data: {unquote(address)}")
                _caption_of(soup, link).append(_block(soup, "data", data))
            link.decompose()
        elif re.match(r"https?://|mailto:", address) and link.get_text(strip=True):
            link.attrs = {"href": address}
        else:
            link.unwrap()
    for files in body.select("p.files"):
        if not files.get_text(strip=True):
            files.decompose()


def _caption_of(soup: BeautifulSoup, link: Tag) -> Tag:
    """The caption of the figure or table to which the link to a file belongs."""
    if caption := link.find_parent("figcaption"):
        return caption
    table = link.find_previous("table")
    if not table or not link.find_parent(class_="files"):
        return link.parent
    if not table.caption:
        table.insert(0, soup.new_tag("caption"))
    return table.caption


def _pictures(soup: BeautifulSoup, body: Tag) -> tuple[dict[str, bytes], dict[str, str]]:
    """Take the pictures out of the page, and leave their file names; a damaged one is its text."""
    from PIL import Image

    pictures, alts = {}, {}
    for image in body.find_all("img"):
        alt = printable(image.get("alt", "")).strip() or "Picture without a description"
        kind = PICTURE.match(image.get("src", ""))
        try:
            content = base64.b64decode(image["src"][kind.end() :]) if kind else b""
            Image.open(io.BytesIO(content)).load()
        except (OSError, ValueError, SyntaxError):
            image.replace_with(f"[{alt}]")
            continue
        name = f"picture-{len(pictures) + 1}.{kind[1]}"
        pictures[name], alts[name] = content, alt
        image.attrs = {"src": name}
    for figure in body.find_all("figure"):
        if not figure.img:
            figure.name = "div"
    return pictures, alts


def _table(soup: BeautifulSoup, table: Tag) -> dict[str, str]:
    """Alignment, headings, colours and widths; the attributes that the table itself gets."""
    for cell in table.find_all(["th", "td"]):
        style = cell.get("style", "").replace(" ", "")
        right = "text-align:right" in style or "number" in (cell.get("class") or ())
        spans = {k: v for k, v in cell.attrs.items() if k in ("colspan", "rowspan")}
        cell.attrs = {k: v for k, v in spans.items() if re.fullmatch(r"[1-9][0-9]?", v)}
        cell["style"] = f"text-align:{'right' if right else 'left'}"
        if cell.name == "th" and cell.find_parent("thead"):
            bold = soup.new_tag("b")
            bold.extend(list(cell.contents))
            cell.append(bold)
        elif cell.name == "th":
            cell["style"] = "text-align:left"
        if (verdict := cell.get_text()) in COLOURS and cell.name == "td":
            cell["typst:fill"] = f'rgb("{COLOURS[verdict]}")'
        if "nowrap" in style and not cell.find_parent("thead") and len(cell.get_text()) <= 24:
            for text in cell.find_all(string=True):
                text.replace_with(text.replace(" ", "\u00a0"))
    columns = fit(table)
    for cell in table.find_all(["th", "td"]):
        if columns.longest == LONGEST and len(cell.get_text()) <= WHOLE:
            cell["typst:breakable"] = "false"  # by a page
    for text in table.find_all(string=True):
        if not text.find_parent("caption"):
            text.replace_with(break_words(text, columns.longest))
    for group in table.find_all("colgroup"):
        group.decompose()
    group = soup.new_tag("colgroup")
    for share in columns.widths:
        group.append(soup.new_tag("col", attrs={"style": f"width:{share}%"}))
    if table.caption:
        table.caption.insert_after(group)  # the only place where pandoc takes it
    else:
        table.insert(0, group)
    size = {"typst:text:size": f"{columns.size}pt"}
    return size | ({"id": "landscape"} if columns.landscape else {})


def _headings(body: Tag) -> None:
    """Level 2 of the page is level 1 on paper, and no level is skipped: readers count them."""
    last = 0
    for heading in body.find_all(HEADINGS):
        if not heading.get_text(strip=True):
            heading.decompose()
            continue
        last = min(max(int(heading.name[1]) - 1, 1), last + 1)
        heading.name = f"h{last}"


def _reduce(body: Tag) -> None:
    """Leave tags that pandoc is to see, with the attributes set here."""
    ours = {"top", "finding", "parameters", "contents", "failure", "foot", "code", "data"}
    for tag in body.find_all(True):
        if tag.name not in KEPT or (tag.name in ("div", "span") and tag.get("id") not in ours):
            tag.unwrap()
        elif tag.name in ("td", "th", "col", "img", "a"):
            continue
        else:
            tag.attrs = {"id": tag["id"]} if tag.get("id") in ours else {}
