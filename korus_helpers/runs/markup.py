"""Markup of notebooks made harmless, and tables taken out of it.

It may come from strangers. nbconvert renders Markdown, Bleach (which nbconvert sanitises with)
leaves the tags, attributes and addresses that are named here; everything else is text.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup, escape

LARGEST = 200_000  # characters of a cell or an output
DEEPEST = 20  # elements in one another

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = "p hr div section blockquote pre ul ol li dl dt dd details summary"
_WORDS = "a abbr b br button code del em i img ins kbd s small span strong sub sup u"
_TABLES = "table caption thead tbody tfoot tr th td"
TAGS = frozenset(f"{' '.join(HEADINGS)} {_BLOCKS} {_WORDS} {_TABLES}".split())
# Elements that hold nothing, or end by themselves where the next one begins.
_UNNESTED = frozenset(f"br hr img col p li dt dd {_TABLES}".split()) - {"table"}
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_STYLES = re.compile(r"<style\b.*?(</style\b[^>]*>|\Z)", re.IGNORECASE | re.DOTALL)
# Attributes with the values that are handed on. A picture in the page itself asks no host for
# anything; of addresses no other scheme leads anywhere but to a script.
_ATTRIBUTES = {
    ("a", "href"): re.compile(r"(https?://|mailto:).*|[^:]*", re.IGNORECASE | re.DOTALL),
    ("img", "src"): re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*"),
    ("img", "alt"): re.compile(".*", re.DOTALL),
    # A mark in a text, and the note that it opens.
    ("button", "popovertarget"): re.compile(r"note-\w{1,20}"),
    ("li", "id"): re.compile(r"note-\w{1,20}"),
    ("li", "popover"): re.compile("auto"),
    ("li", "value"): re.compile(r"\d{1,4}"),
    ("button", "style"): re.compile(".*", re.DOTALL),
    ("th", "style"): re.compile(".*", re.DOTALL),
    ("td", "style"): re.compile(".*", re.DOTALL),
}
_STYLE = ("text-align", "vertical-align", "white-space", "border-bottom")

Cell = dict[str, Any]
"""The markup in it, its text, whether it is a heading (is_head), and its style."""


def read_markdown(source: str, attachments: Mapping[str, Any] | None = None):
    """The tree of Markdown, as `read_html`; `attachments` are the pictures of its cell."""
    from nbconvert.filters import markdown_mistune as markdown

    render = markdown.IPythonRenderer(
        escape=False, exclude_anchor_links=True, attachments=attachments
    )
    try:
        return read_html(markdown.MarkdownWithMath(render).render(shortened(source)))
    except (RecursionError, markdown.InvalidNotebook):
        return read_html(f"<pre>{escape(source)}</pre>")


def read_html(markup: str):
    """The tree (Beautiful Soup) of harmless tags, addresses and pictures in `markup`.

    Other tags are text, styles are gone. Links stay: they go somewhere only when clicked. What is
    too deep to be read quickly is shown as it was written.
    """
    from bs4 import BeautifulSoup

    markup = shortened(markup)
    if _depth(markup) > DEEPEST:
        markup = f"<pre>{escape(markup)}</pre>"
    return BeautifulSoup(_cleaner().clean(_STYLES.sub("", markup)), "html.parser")


def shortened(text: str) -> str:
    """`text`, or a sentence in place of one that is too long for a report."""
    if len(text) <= LARGEST:
        return text
    return f"What stands here, {len(text):,} characters, is left out; the notebook has it."


def _depth(markup: str) -> int:
    """How many elements are open at most, if nothing but its own end closes one."""
    open_: Counter[str] = Counter()
    deepest = 0
    for end, name in _TAG.findall(markup.lower()):
        if name not in _UNNESTED:
            open_[name] = max(0, open_[name] + (-1 if end else 1))
            deepest = max(deepest, open_.total())
    return deepest


@cache
def _cleaner():
    from bleach import Cleaner
    from bleach.css_sanitizer import CSSSanitizer

    def is_allowed(tag: str, name: str, value: str) -> bool:
        values = _ATTRIBUTES.get((tag, name))
        return bool(values and values.fullmatch(value))

    schemes = ("http", "https", "mailto", "data")
    return Cleaner(TAGS, is_allowed, schemes, css_sanitizer=CSSSanitizer(_STYLE))


def words_of(tag) -> str:
    """The words in a tag, white space reduced to single spaces."""
    return " ".join(tag.get_text().split())


def grid_of(table) -> tuple[list[list[Cell]], list[list[Cell]]]:
    """Head and body of a table, with as many cells in each row.

    A head without rows below it is read as the body.
    """
    rows = [row for row in table("tr") if row.find_parent("table") is table]
    grid = [[_cell(cell) for cell in row(["th", "td"], recursive=False)] for row in rows]
    longest = max(map(len, grid), default=0)
    empty = {"markup": "", "text": "", "is_head": False, "style": ""}
    grid = [cells + [empty] * (longest - len(cells)) for cells in grid]
    head = sum(row.parent.name == "thead" for row in rows) % max(len(rows), 1)
    return grid[:head], grid[head:]


def _cell(cell) -> Cell:
    return {
        "markup": Markup(cell.decode_contents()),
        "text": words_of(cell),
        "is_head": cell.name == "th",
        "style": cell.get("style", ""),
    }
