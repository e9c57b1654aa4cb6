"""Markup of notebooks read into a small tree, from which pages and paper are written.

It may come from strangers. Nothing of it is handed on as it stands: of what was read only tags,
attributes and addresses that are named here are written again, everything else is text. The time
it takes grows with its length alone, however deep or broken it is.
"""

import functools
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

LARGEST = 500_000  # characters that are read as HTML
LARGEST_MARKDOWN = 100_000
DEEPEST = 20  # elements in one another; the tags of deeper ones are dropped, their text is not

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = "p hr div section blockquote pre ul ol li dl dt dd details summary"
_WORDS = "a abbr b br code del em i img ins kbd s small span strong sub sup u"
_TABLES = "table caption colgroup col thead tbody tfoot tr th td"
TABLE_PARTS = ("thead", "tbody", "tfoot", "tr")
TAGS = frozenset(f"{' '.join(HEADINGS)} {_BLOCKS} {_WORDS} {_TABLES}".split())
VOID = frozenset(("br", "hr", "img", "col", "wbr"))
# A start tag ends these, where they are open within the nearest list or table.
_ENDS = (
    dict.fromkeys((*HEADINGS, *_BLOCKS.split(), "table"), ("p",))
    | {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd")}
    | dict.fromkeys(("th", "td"), ("th", "td", "caption"))
    | {"tr": ("tr", "caption")}
    | dict.fromkeys(("thead", "tbody", "tfoot"), ("thead", "tbody", "tfoot", "caption"))
)
_FENCES = frozenset(("table", "ul", "ol", "dl"))
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<more>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>"""
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)\s*+(?:=\s*+("[^"]*"|'[^']*'|[^\s"'=<>`]++))?""")
_DROPPED = re.compile(r"<[!?][^<>]*+>")  # a document type or an instruction
_STYLE_END = re.compile(r"</style\b[^<>]*+>", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# A picture in the page itself; anything else would be asked from another host.
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
_CELL_STYLE = re.compile(
    r"(text-align)\s*:\s*(left|right|center)|(vertical-align)\s*:\s*(top|middle|bottom)"
    r"|(white-space)\s*:\s*(nowrap|normal|pre-wrap)"
)
# What could end a script element.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


@dataclass(eq=False)
class Element:
    """A tag with what it holds; text is `str`, written with its special characters escaped."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)


class Raw(str):
    """Markup that this package has made, written as it stands."""


Node: TypeAlias = Element | str


def read_html(markup: str) -> list[Node]:
    """The tree of `markup`, without scripts that run, styles, frames, forms and foreign pictures.

    Tags that are not allowed are text. Links stay: they go somewhere only when clicked.
    """
    if len(markup) > LARGEST:
        return [Element("p", {}, [left_out(len(markup))])]
    root = Element("div")
    open_, comments_end = [root], True
    at = 0
    while (start := markup.find("<", at)) >= 0:
        _add(open_, html.unescape(markup[at:start]))
        tag = _TAG.match(markup, start)
        if tag:
            at = tag.end()
            name = tag["tag"].lower()
            if name == "style":
                end = None if tag["end"] else _STYLE_END.search(markup, at)
                at = end.end() if end else at if tag["end"] else len(markup)
            elif name not in TAGS:
                _add(open_, tag[0])
            elif tag["end"]:
                _close(open_, (name,), ())
            else:
                _open(open_, name, tag["more"])
        elif markup.startswith("<!--", start) and comments_end:
            end = markup.find("-->", start + 4)
            comments_end = end >= 0  # or each of many would be looked for up to the end
            at = end + 3 if comments_end else start
        elif dropped := _DROPPED.match(markup, start):
            at = dropped.end()
        else:
            _add(open_, "<")
            at = start + 1
    _add(open_, html.unescape(markup[at:]))
    return root.children


def read_markdown(source: str, pictures: Mapping[str, str] | None = None) -> list[Node]:
    """The tree of Markdown; `pictures` are the addresses of those attached to its cell."""
    if len(source) > LARGEST_MARKDOWN:
        return [Element("p", {}, [left_out(len(source))])]
    for name, address in (pictures or {}).items():
        source = source.replace(f"(attachment:{name})", f"({address})")
    try:
        return read_html(_markdown()(source))
    except RecursionError:
        return [Element("pre", {}, [source])]


def left_out(size: int) -> str:
    return f"What stands here, {size:,} characters, is left out of the report; the notebook has it."


@functools.cache
def _markdown():
    import mistune

    # Addresses are judged when the tree is made, here as in any markup.
    renderer = mistune.HTMLRenderer(escape=False, allow_harmful_protocols=True)
    parse = mistune.create_markdown(
        renderer=renderer, plugins=["strikethrough", "table", "url", "math"]
    )
    # Formulas stay as they were typed: the page has no script that would set them.
    renderer.register("inline_math", lambda _, text: f"${html.escape(text)}$")
    renderer.register("block_math", lambda _, text: f"<p>$${html.escape(text)}$$</p>\n")
    return parse


def _add(open_: list[Element], text: str) -> None:
    if text:
        open_[-1].children.append(text)


def _close(open_: list[Element], names: Iterable[str], fences: Iterable[str]) -> None:
    """End the innermost open element of these names and all in it, unless a fence is nearer."""
    for at in range(len(open_) - 1, 0, -1):
        if open_[at].tag in names:
            del open_[at:]
            return
        if open_[at].tag in fences:
            return


def _open(open_: list[Element], name: str, attributes: str) -> None:
    if ends := _ENDS.get(name):
        _close(open_, ends, _FENCES)
    element = Element(name, dict(_allowed(name, attributes)))
    if name not in VOID and len(open_) > DEEPEST:
        return
    open_[-1].children.append(element)
    if name not in VOID:
        open_.append(element)


def _allowed(tag: str, attributes: str) -> Iterator[tuple[str, str]]:
    """The attributes of a tag that are handed on, with harmless values."""
    if tag not in ("a", "img", "th", "td"):
        return
    for found in _ATTRIBUTE.finditer(attributes):
        name, value = found[1].lower(), html.unescape((found[2] or "").strip("\"'"))
        if tag == "a" and name == "href":
            address = re.sub(r"[\x00-\x20]+", "", value)
            if address.lower().startswith(("http:", "https:", "mailto:")) or (
                address and not _SCHEME.match(address) and not address.startswith(("/", "\\"))
            ):
                yield name, address
        elif tag == "img" and (name == "alt" or (name == "src" and PICTURE.match(value))):
            yield name, value
        elif tag in ("th", "td") and name in ("colspan", "rowspan"):
            if re.fullmatch(r"[1-9][0-9]{0,2}", value):
                yield name, value
        elif tag == "th" and name == "scope" and value in ("row", "col", "rowgroup", "colgroup"):
            yield name, value
        elif tag in ("th", "td") and name == "style":
            rules = (filter(None, rule.groups()) for rule in _CELL_STYLE.finditer(value.lower()))
            yield name, ";".join(":".join(rule) for rule in rules)


def data_block(document: object) -> Raw:
    """JSON-LD as a script element that no text in it can end; it holds data, and nothing runs."""
    # json.dumps has escaped all but ASCII.
    text = json.dumps(document, separators=(",", ":")).translate(_ESCAPED)
    return Raw(f'<script type="application/ld+json">{text}</script>')


def html_of(nodes: Iterable[Node]) -> str:
    """The nodes as HTML, all text in them escaped."""
    return "".join(_written(nodes))


def _written(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Raw):
            yield node
        elif isinstance(node, str):
            yield html.escape(node, quote=False)
        else:
            about = "".join(f' {key}="{html.escape(it)}"' for key, it in node.attributes.items())
            yield f"<{node.tag}{about}>"
            if node.tag not in VOID:
                yield from _written(node.children)
                yield f"</{node.tag}>"


def text_of(nodes: Iterable[Node]) -> str:
    """The words in the nodes, white space reduced to single spaces."""
    return " ".join("".join(_texts(nodes)).split())


def _texts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield " " if node.tag in ("br", "p", "li") else ""
            yield from _texts(node.children)


def elements(nodes: Iterable[Node], *tags: str) -> Iterator[Element]:
    """All elements of these tags, in the order of the text."""
    for node in nodes:
        if isinstance(node, Element):
            if node.tag in tags:
                yield node
            yield from elements(node.children, *tags)


def rows(table: Element) -> Iterator[tuple[list[Element], bool]]:
    """The cells of each row of a table, and whether it belongs to the head."""
    for part in table.children:
        if isinstance(part, Element) and part.tag == "tr":
            cells = (one for one in part.children if isinstance(one, Element))
            yield [one for one in cells if one.tag in ("th", "td")], False
        elif isinstance(part, Element) and part.tag in TABLE_PARTS:
            yield from ((row, part.tag == "thead") for row, _ in rows(part))
