"""Sentences as outputs, and the words of strangers made harmless in them."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from korus_helpers.present.displays import publish

if TYPE_CHECKING:
    from korus_helpers.trade.comparison import Comparison

# MathJax pairs delimiters within one text node only: a dollar or a backslash alone in an
# element stays what it is in JupyterLab, on GitHub and in reports, which "\$" does not.
_ALONE = {"$": "<span>&#36;</span>", "\\": "<span>&#92;</span>"}
_MARKUP = re.compile(
    r"[$\\*_<>&\[\]`#|~!{}@]|^[-+=]|^\d+[.)](?=\s|$)|:(?=//)|www(?=\.)", re.IGNORECASE
)


def visible(text: object) -> str:
    """`text` on one line, with control characters and direction marks shown as "�".

    Line breaks and tabs become spaces. Right-to-left overrides would let a text read otherwise
    than it is; joiners that some scripts need are kept.
    """
    return "".join(
        "�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in "\u200c\u200d"
        else sign
        for sign in re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]+", " ", str(text))
    )  # fmt: skip


def plain(text: object) -> str:
    """`text` from outside for use within `say`: shown as it is, never as markup or mathematics."""
    return _MARKUP.sub(
        lambda found: "".join(_ALONE.get(sign, f"&#{ord(sign)};") for sign in found[0]),
        visible(text).strip(),
    )


def say(
    text: str, *, vintages: Iterable[str] = (), verdicts: Mapping[str, int] | None = None
) -> None:
    """Show one sentence or paragraph, in Markdown.

    Dollar signs in it are never mathematics. Text that comes from outside goes through `plain`.
    `vintages` (releases that the notebook uses) and `verdicts` (how many claims by verdict) are
    facts that the sentence gives, named again for the head of a report.
    """
    markdown = re.sub(r"\\?\$", _ALONE["$"], text)
    facts = {"vintages": list(vintages), "verdicts": dict(verdicts or {})}
    publish(
        {"text/plain": _without_markup(markdown), "text/markdown": markdown},
        {"korus": {"kind": "sentence"} | {name: fact for name, fact in facts.items() if fact}},
    )


def say_scope(item: "Comparison") -> None:
    """Partner, years and releases of a notebook, with what changed in the partner itself."""
    release = item.release
    text = (
        f"Partner: {item.partner.name} (Census code {item.partner.code}). Years: {item.base_year} "
        f"and {item.end_year}. Release {release.vintage}, with full years from "
        f"{release.first_year} to {release.last_full_year}. {item.caution}"
    ).strip()
    used = [release.vintage]
    if item.common and item.common != release:
        text += (
            f" That release holds this partner only, so its rank and its share of the World rest "
            f"on release {item.common.vintage}."
        )
        used.append(item.common.vintage)
    say(text, vintages=used)


def _without_markup(markdown: str) -> str:
    """Markdown as a reader without Markdown wants it: bold marks and code ticks gone, links
    followed by their address."""
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", markdown)
    return html.unescape(re.sub(r"</?span>|\*\*|`", "", text))
