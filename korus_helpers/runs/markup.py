"""Markup of a notebook made safe, and arranged as the body of a report."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup, Tag

from korus_helpers.claims.verdicts import LADDER
from korus_helpers.present.glossary import anchor

TEXT_TAGS = "h1 h2 h3 h4 h5 h6 p br hr div blockquote q pre ul ol li dl dt dd details summary img"
INLINE_TAGS = "a abbr b code del em i ins kbd s small span strong sub sup u"
TABLE_TAGS = "table caption colgroup col thead tbody tfoot tr th td"
TAGS = frozenset(f"{TEXT_TAGS} {INLINE_TAGS} {TABLE_TAGS}".split())
CELL = ("scope", "colspan", "rowspan", "style")
LONG_CELL, SHORT_CELL = 24, 12  # characters
CELL_STYLES = ("text-align", "vertical-align", "white-space")
# A picture in the page itself; anything else would be asked from another host.
NO_ALT = "a picture without a description"
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
# What could end a script element or a line of script; json.dumps has escaped all but ASCII.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


@dataclass(frozen=True)
class Heading:
    """An entry of the table of contents."""

    level: int  # 2 or 3
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """The body of a report, its title and its table of contents."""

    title: str
    contents: list[Heading]
    body: str


def safe_html(markup: str) -> str:
    """`markup` without scripts, styles, frames, forms and addresses that the browser would fetch.

    Tags that are not allowed show as text. Links stay: they go somewhere only when clicked.
    """
    if "<style" in markup.lower():
        soup = BeautifulSoup(markup, "html.parser")
        for style in soup.find_all("style"):
            style.decompose()
        markup = str(soup)
    return bleach.clean(
        markup,
        tags=TAGS,
        attributes=_allowed,
        protocols=("http", "https", "mailto", "data"),
        css_sanitizer=CSSSanitizer(allowed_css_properties=CELL_STYLES),
    )


def _allowed(tag: str, attribute: str, value: str) -> bool:
    if tag == "img":
        return attribute == "alt" or (attribute == "src" and bool(PICTURE.match(value)))
    if tag == "a":
        return attribute == "href" and not value.lower().lstrip().startswith("data:")
    return tag in ("td", "th") and attribute in CELL


def data_block(document: object) -> str:
    """JSON-LD as a script element that no text in it can end, with the places its urls lead to."""
    reviews = document.get("@graph", []) if isinstance(document, dict) else []
    urls = [str(one.get("url", "")) for one in reviews if isinstance(one, dict)]
    places = "".join(
        f'<span class="place" id="{html.escape(url[1:])}"></span>' for url in urls if url[:1] == "#"
    )
    text = json.dumps(document, separators=(",", ":")).translate(_ESCAPED)
    return f'{places}<script type="application/ld+json">{text}</script>'


def arrange(content: str, name: str, links: Mapping[str, list[tuple[str, str]]]) -> Page:
    """The parts of a report from its rendered cells.

    The first level-1 heading becomes the title and leaves the body. Figures and tables are
    numbered, and get the links that `links` holds under their `data-name`: pairs of label and
    address. A link to another notebook leads to its report where `links` has the key
    "<notebook>.ipynb", and stays plain text otherwise.
    """
    soup = BeautifulSoup(content, "html.parser")
    first = soup.find("h1")
    title = first.extract().get_text(" ", strip=True) if first else name
    contents = _headings(soup)
    for link in soup.find_all("a", href=True):
        _lead(link, links)
    _captions(soup, links)
    _places(soup)
    for picture in soup.find_all("img", alt=False):
        picture["alt"] = NO_ALT
    for block in soup.find_all("pre"):
        block["tabindex"] = "0"  # the keyboard can scroll it then
    return Page(title, contents, str(soup))


def _headings(soup: BeautifulSoup) -> list[Heading]:
    """Give each heading an anchor as JupyterLab does; levels 2 and 3 are the contents."""
    contents, taken = [], {"text", "show-code", "made"}
    for heading in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"]):
        text = heading.get_text(" ", strip=True)
        place = plain = text.replace(" ", "-") or "section"
        number = 2
        while place in taken or re.fullmatch(r"(figure|table)-\d+", place):
            place, number = f"{plain}-{number}", number + 1
        taken.add(place)
        heading["id"] = place
        # The page has one level-1 heading, its title.
        heading.name = "h2" if heading.name == "h1" else heading.name
        if heading.name in ("h2", "h3"):
            contents.append(Heading(int(heading.name[1]), text, quote(place)))
    return contents


def _captions(soup: BeautifulSoup, links: Mapping[str, list[tuple[str, str]]]) -> None:
    for number, figure in enumerate(soup.find_all("figure"), start=1):
        figure["id"] = f"figure-{number}"
        # On a phone the picture keeps a readable size, and its frame scrolls.
        frame = figure.find("div", class_="card")
        frame.attrs |= {"role": "region", "tabindex": "0", "aria-label": f"Figure {number}"}
        caption = soup.new_tag("figcaption")
        caption.append(_bold(soup, f"Figure {number}."))
        caption.append(f" {figure.img['alt']}")
        _files(soup, caption, links.get(f"figure {figure['data-name']}", []))
        figure.append(caption)
    for number, table in enumerate(soup.find_all("table"), start=1):
        _cells(soup, table)
        table["id"] = f"table-{number}"
        caption = table.caption or soup.new_tag("caption")
        words = soup.new_tag("span")  # stays in view when the table is scrolled
        words.extend([_bold(soup, f"Table {number}. "), *list(caption.contents)])
        caption.append(words)
        table.insert(0, caption)
        region = soup.new_tag(
            "div",
            attrs={
                "class": "scroll",
                "role": "region",
                "tabindex": "0",
                "aria-label": caption.get_text(" ", strip=True),
            },
        )
        table.wrap(region)
        shown = table.find_parent("div", class_="table")
        if shown:
            if shown["data-name"] == "sources":
                _addresses(soup, table)
            files = soup.new_tag("p", attrs={"class": "files"})
            _files(soup, files, links.get(f"table {shown['data-name']}", []))
            shown.append(files)


def _places(soup: BeautifulSoup) -> None:
    """Let the url of a review lead to the row of its verdict, where the table has one for each."""
    places = soup.find_all("span", class_="place")
    verdicts = soup.find(class_="table", attrs={"data-name": "verdicts"})
    bodies = verdicts.find_all("tbody") if verdicts else []
    rows = [row for body in bodies for row in body.find_all("tr")]
    if len(places) == len(rows):
        for place, row in zip(places, rows, strict=True):
            row["id"] = place["id"]
            place.decompose()


def _cells(soup: BeautifulSoup, table: Tag) -> None:
    for cell in table.find_all("td"):
        if (verdict := cell.get_text()) in LADDER:
            place = anchor(verdict)
            about = {"class": f"verdict {place}", "href": f"glossary.html#{place}"}
            cell.string = ""
            cell.append(soup.new_tag("a", attrs=about, string=verdict))
    for cell in table.find_all(["th", "td"]):
        if (length := len(cell.get_text())) > LONG_CELL:
            cell["class"] = "long"  # or narrow columns would take a letter a line
        elif length <= SHORT_CELL:
            cell["class"] = "short"  # or dates and numbers would break
    for header in table.find_all("th", scope=False):
        header["scope"] = "col" if header.find_parent("thead") else "row"


def _addresses(soup: BeautifulSoup, table: Tag) -> None:
    """Make the addresses of official sources links."""
    for cell in table.find_all("td"):
        address = cell.get_text()
        if re.fullmatch(r"https://[^\s<>\"]+", address):
            cell.string = ""
            link = soup.new_tag("a", attrs={"href": address})
            for part in re.findall(r"[^/]+/*|/+", address):
                link.extend([part, soup.new_tag("wbr")])
            cell.append(link)


def _files(soup: BeautifulSoup, place: Tag, files: list[tuple[str, str]]) -> None:
    for label, address in files:
        place.append(" ")
        link = soup.new_tag("a", attrs={"class": "file", "href": quote(address)})
        link.string = label
        place.append(link)


def _bold(soup: BeautifulSoup, text: str) -> Tag:
    bold = soup.new_tag("b")
    bold.string = text
    return bold


def _lead(link: Tag, links: Mapping[str, list[tuple[str, str]]]) -> None:
    address, _, place = link["href"].partition("#")
    if address == "" or re.match(r"(https?|mailto):", address):
        return
    target = links.get(unquote(address).removeprefix("./"))
    if target:
        link["href"] = target[0][1] + (f"#{place}" if place else "")
    else:
        link.unwrap()
