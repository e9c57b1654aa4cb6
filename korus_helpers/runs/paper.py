"""A report reduced to what belongs on paper: HTML of few tags for pandoc, and its pictures."""

import base64
import io
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from bs4 import BeautifulSoup, NavigableString, Tag

from korus_helpers.runs.letters import BREAK, break_words, printable
from korus_helpers.runs.paper_tables import lay_out

# Controls of the page, and links that lead nowhere on paper.
ON_SCREEN = "script, style, template, input, label, .skip, .back, summary"
# Tags that pandoc sees; all others go, what they hold stays.
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = ("p", "br", "hr", "div", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "figure")
PLAIN = ("b", "code", "em", "i", "s", "strong", "sub", "sup", "span", "del")
WORDS = (*PLAIN, "a", "img")
CELLS = ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
KEPT = frozenset((*HEADINGS, *BLOCKS, *WORDS, *CELLS, "figcaption"))
MARK = re.compile(r"\s*(=+|[-+/]|[0-9]+\.)(\s|$)")  # of a heading or list in Typst
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")


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
    tables = [(table, lay_out(soup, table)) for table in body.find_all("table")]
    _headings(body)
    _reduce(body)
    body.smooth()
    for text in body.find_all(string=True):
        # Pandoc leaves such a mark as it is where a cell or an item of a list begins.
        guard = BREAK if MARK.match(text) and not text.find_parent("pre") else ""
        text.replace_with(guard + break_words(text))
    for table, sizes in tables:
        table.attrs |= sizes
    return Paper(title, body.decode_contents(), pictures, alts)


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
            caption = _caption_of(soup, link)
            # What else is linked from a list of files stands in that list.
            if address.endswith(".csv") and not caption.find(id="data"):
                data = soup.new_tag("p", string=f"Data: {unquote(address)}")
                caption.append(_block(soup, "data", data))
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


def _headings(body: Tag) -> None:
    """Level 2 of the page is level 1 on paper, and no level is skipped: readers count them.

    A heading in a table, list or the like is a paragraph. The words of a heading stay.
    """
    last = 0
    for heading in body.find_all(HEADINGS):
        if not any(
            parent is body for parent in heading.parents
        ):  # it stood in a heading that is words alone now
            continue
        words = heading.get_text(" ", strip=True)
        if heading.find(lambda tag: tag.name not in PLAIN):
            heading.string = words
        if not words or heading.find_parent(KEPT - {"div"}):
            heading.name = "p"
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
