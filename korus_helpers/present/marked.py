"""A text with its claims marked: each figure opens a note on what is known of it.

The same HTML serves a notebook's output and its report. It needs no script: a mark is a button that
shows its note (the popover attribute). Where that is not known, and on paper, the notes are a list
below the text, numbered as the marks are. Everything from the text is escaped.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from korus_helpers.claims.auditing import correction, short_definition
from korus_helpers.claims.judging import Judged, Read
from korus_helpers.claims.mentions import sentences
from korus_helpers.claims.verdicts import AS_PRINTED, NOT_REPRODUCED, OTHER_BASIS, WITHIN
from korus_helpers.figures.names import visible
from korus_helpers.present.audit import official_words
from korus_helpers.present.displays import publish
from korus_helpers.present.read_answers import read_sentences
from korus_helpers.present.verdicts import marks

WHOLE = 20_000  # characters of a text that is shown whole; of a longer one what is near claims
NEAR = 600  # characters of it on each side of a mark
MOST = 120  # claims that are marked

# Underlines that differ in kind too, in colours that are seen on white and on black.
_LINES = {
    AS_PRINTED: "solid #3f86c9",
    WITHIN: "dashed #3f86c9",
    OTHER_BASIS: "double #a87900",
    NOT_REPRODUCED: "solid #d0553a",
}
_NO_LINE = "dotted #7d858f"
_BUTTON = "padding:0;border:0;background:none;color:inherit;font:inherit;cursor:pointer"
_PARAGRAPH = re.compile(r"\S(?:.|\n(?![^\S\n]*(?:\n|\Z)))*")
# A line that is broken because it was full, and goes on with a word.
_WRAPPED = re.compile(r"(?<=[^\n]{56})\n(?=[\w($€£“\"'])")


def show_text(found: Read, *, linked: bool = True) -> None:
    """Show the text of `found` with its marks and, for paper, the notes.

    With `linked` the number of each mark leads to the row of its claim in a report's verdicts.
    """
    claims = found.claims[:MOST]
    notes = "".join(_note(one, found) for one in claims)
    more, left = "", len(found.claims) - len(claims)
    if len(found.text) > WHOLE:
        more = "<div>[This text is long: what is not near its claims is left out.]</div>"
    if left:
        more += f"<div>[{left:,} more claims stand in the table of verdicts.]</div>"
    publish(
        {
            "text/plain": "\n\n".join(read_sentences(found)),
            "text/html": '<div class="mathjax_ignore">\n<blockquote>'
            + "\n".join(f"<div>{one}</div>" for one in _paragraphs(found, claims, linked))
            + f"{more}</blockquote>\n<ol>{notes}</ol>\n</div>",
        }
    )


def _paragraphs(found: Read, claims: Sequence[Judged], linked: bool) -> Iterator[str]:
    """The paragraphs of the text, of a long one those with marks, or the first where none has."""
    text = _WRAPPED.sub(" ", found.text)  # as long as it was: places stay
    ordered = sorted(claims, key=lambda one: one.found.span)
    is_long = len(text) > WHOLE
    whole_until = 0 if is_long and claims else WHOLE
    for part in _PARAGRAPH.finditer(text):
        own = [one for one in ordered if part.start() <= one.found.span[0] < part.end()]
        if own or part.start() < whole_until:
            yield _marked(text, part.span(), own, is_long, linked)


def _marked(
    text: str, place: tuple[int, int], own: list[Judged], is_long: bool, linked: bool
) -> str:
    """A paragraph; where marks overlap the later one begins behind the earlier."""
    at, end = place
    said = ""
    for one in own:
        start, stop = (max(at, min(place, end)) for place in one.found.span)
        said += _shown(text[at:start], is_long) + _mark(one, text[start:stop], linked)
        at = stop
    return said + _shown(text[at:end], is_long)


def _shown(text: str, is_long: bool = False) -> str:
    """Text of a stranger as harmless HTML on lines as it has them; of a long one both ends."""
    if is_long and len(text) > 2 * NEAR:
        text = f"{text[:NEAR]} […] {text[-NEAR:]}"
    # Bars keep the blanks at the ends, which `visible` would strip.
    lines = (html.escape(visible(f"|{line}|")[1:-1]) for line in text.split("\n"))
    return "<br>".join(lines)


def _mark(one: Judged, text: str, linked: bool) -> str:
    line = f"border-bottom:3px {_LINES.get(one.said, _NO_LINE)}"
    said = f"{one.id[1:]}, {one.said}"
    leads = f'<a href="#claim-{one.id}">{said}</a>' if linked else said
    return (
        f'<button popovertarget="note-{one.id}" style="{_BUTTON};{line}">{_shown(text) or said}'
        f"</button> <small>[{leads}]</small>"
    )


def _note(one: Judged, found: Read) -> str:
    lines = [f"<b>{_shown(_quote(one))}: {one.said}.</b>"]
    lines += [f"{name}: {_shown(said)}" for name, said in _facts(one, found).items() if said]
    opened = f'popover="auto" id="note-{one.id}" value="{one.id[1:]}"'
    return f"<li {opened}>{'<br>'.join(lines)}</li>\n"


def _facts(one: Judged, found: Read) -> dict[str, str]:
    """What is known of a claim, name to words; "" where nothing is."""
    read, verdict = one.found, one.verdict
    figure = verdict and verdict.used
    inferred = [f"{name} from {source}" for name, source in read.inferred.items()]
    return {
        "Read as": one.claim.what if one.claim else "",
        "Inferred": ", ".join(inferred),
        "Official": official_words(verdict) if verdict else "",
        "Definition": short_definition(figure) if figure else "",
        "Release": figure.vintage if figure else "",
        "Source": figure.source if figure else "",
        "Should read": should_read(one, found),
        "Beside it": marks(verdict) if verdict else "",
        "Remarks": " ".join([*(verdict.remarks if verdict else [f"{one.reason}."]), *one.others]),
    }


def should_read(one: Judged, found: Read) -> str:
    """The sentence of the text with official figures, for "not reproduced" only; else "".

    All its figures that are not reproduced are put right. Where this one cannot stand in its
    sentence (its direction is another one), the claim in our words with the official figure.
    """
    if not _right(one):
        return correction(one.verdict) if one.verdict else ""
    start = one.found.span[0]
    first, last = next(it for it in _sentences(found.text) if it[0] <= start < it[1])
    own = [each for each in found.claims if first <= each.found.span[0] < last]
    said, at = "", first
    for each in sorted(own, key=lambda it: it.found.span):
        if each.found.span[0] >= at and (right := _right(each)):
            said, at = f"{said}{found.text[at : each.found.span[0]]}{right}", each.found.span[1]
    return f"“{' '.join(f'{said}{found.text[at:last]}'.split())}”"


def _quote(one: Judged) -> str:
    return " ".join(one.found.quote.split())


def _right(one: Judged) -> str:
    """The words of a mark with the official figure in them; "" where it holds or cannot stand."""
    verdict, quote = one.verdict, _quote(one)
    if not verdict or not correction(verdict):
        return ""
    words = verdict.printed.words
    wrong = re.sub(r"^an? (?=\d)", "", one.found.printed.removeprefix(words).strip())
    right = verdict.printed.reprint(verdict.used.value)
    if right.startswith("−") or not right.startswith(words) or quote.count(wrong) != 1:
        return ""
    return quote.replace(wrong, right.removeprefix(words).strip())


@lru_cache(1)
def _sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end; the whole text as the last, for its tables."""
    found = [(one.tokens[0].start, one.tokens[-1].end) for one in sentences(text)]
    return [*found, (0, len(text))]
