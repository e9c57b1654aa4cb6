"""The text of a file that a reader has at hand, and its day."""

import io
import re
import zipfile
from pathlib import Path

from korus_helpers.claims.mentions import MONTHS
from korus_helpers.claims.untrusted import Kind, RefusedText, content_of, file_name, text_of
from korus_helpers.errors import InputError

START = "type a text such as article.txt, a page saved as .html, a .docx or a .pdf with text"
_TEXT = Kind("text", START)
_LONGEST = 1_000_000  # characters that are read
_NO_TEXT = ["script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template"]
_BLOCKS = ["p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "section", "article"]
_DAYS = re.compile(
    r"\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b"
    r"|\b(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2}), (?P<year>(?:19|20)\d\d)\b"
    r"|\b(?P<day2>\d{1,2}) (?P<month2>[A-Z][a-z]{2,8}) (?P<year2>(?:19|20)\d\d)\b"
)


def text_of_file(path: str | Path) -> tuple[str, str]:
    """The text of a file and the day that it gives itself ("2017-12-28", "" where none).

    Plain text, Markdown, a saved page (its main text), a document of a word processor or a PDF
    with text. Raises `InputError` for what is none of these.
    """
    kind, name = Path(path).suffix.lower(), file_name(path)
    content = content_of(path, "text")
    if kind in (".html", ".htm"):
        return page_text(content)
    if kind == ".docx":
        text = _document(content, name)
    elif kind == ".pdf":
        text = _pdf(content, name)
    else:
        text = _plain(content, name)
    return text, day_in(text)


def _plain(content: bytes, name: str) -> str:
    if b"\0" in content:
        raise InputError(f"{name}: is not a text file; {START}")
    try:
        return text_of(content, _TEXT).replace("\r\n", "\n").replace("\r", "\n")
    except RefusedText as why:
        raise InputError(f"{name}{why}") from None


def page_text(content: bytes) -> tuple[str, str]:
    """The main text of a saved page, a paragraph a line, and its day.

    Where the page marks an article or a main part it is that part, else the whole page without
    menus, forms and scripts.
    """
    from bs4 import BeautifulSoup

    page = BeautifulSoup(content, "html.parser")
    named = page.find("meta", attrs={"property": "article:published_time"}) or page.find("time")
    day = str(named.get("content") or named.get("datetime") or "")[:10] if named else ""
    for tag in page.find_all(_NO_TEXT):
        tag.decompose()
    part = page.find("article") or page.find("main") or page.body or page
    for tag in part.find_all("br"):
        tag.replace_with("\n")
    for row in part.find_all("tr"):
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])]
        row.replace_with("\n" + "   ".join(cells) + "\n")
    for tag in part.find_all(_BLOCKS):
        tag.insert_before("\n\n")
        tag.insert_after("\n\n")
    lines = (re.sub(r"[ \t\xa0]+(?! )", " ", line).strip() for line in part.get_text().split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return text[:_LONGEST], day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else day_in(text)


def _document(content: bytes, name: str) -> str:
    docx = _optional("docx", name)
    try:
        return "\n\n".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)
    except (KeyError, ValueError, zipfile.BadZipFile) as why:
        raise InputError(f"{name}: is no document that can be read ({why}); {START}") from None


def _pdf(content: bytes, name: str) -> str:
    pypdf = _optional("pypdf", name)
    try:
        pages = [page.extract_text() or "" for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    except Exception as why:  # pypdf raises many kinds for damaged files
        raise InputError(f"{name}: is no PDF that can be read ({why}); {START}") from None
    text = "\n\n".join(pages)
    if not text.strip():
        raise InputError(f"{name}: holds no text, only pictures of pages; {START}")
    return text


def _optional(module: str, name: str):
    try:
        return __import__(module)
    except ImportError:
        raise InputError(
            f"{name}: reading it needs one more package; type pip install 'korus-helpers[texts]'"
        ) from None


def day_in(text: str) -> str:
    """The first full date near the head of a text, else near its end; "" where there is none."""
    for part in (text[:600], text[-300:]):
        for found in _DAYS.finditer(part):
            if found["iso"]:
                return found["iso"]
            month = MONTHS.get((found["month"] or found["month2"]).lower(), 0)
            day, year = found["day"] or found["day2"], found["year"] or found["year2"]
            if month and 1 <= int(day) <= 31:
                return f"{year}-{month:02d}-{int(day):02d}"
    return ""
