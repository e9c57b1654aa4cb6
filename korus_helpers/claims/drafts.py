"""What a draft's sentences leave open, which of its figures hold in every release, what would."""

import re
from collections.abc import Iterator
from dataclasses import replace

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.judging import Judged, Read
from korus_helpers.claims.mentions import sentences
from korus_helpers.claims.printed import Statement, read_printed
from korus_helpers.claims.verdicts import HOLDS, compare, figure_of
from korus_helpers.figures.releases import releases
from korus_helpers.trade.figure import Figure

_SAID = {
    "goods or goods with services": ("goods", "merchandise", "services"),
    "the basis": ("census", "customs", "basis"),
    "the release": ("release", "revised", "published", "as of"),
}


def draft_notes(found: Read) -> Iterator[str]:
    """A sentence for each claim that is judged: what is open, where it holds, what would hold."""
    for sentence in sentences(found.text):
        start, end = sentence.tokens[0].start, sentence.tokens[-1].end
        text = found.text[start:end].lower()
        for one in found.claims:
            if one.claim is not None and start <= one.found.span[0] < end:
                yield f"[{one.id[1:]}] {' '.join(one.found.quote.split())}: {_note(one, text)}"


def _note(one: Judged, text: str) -> str:
    """What one claim leaves open, and in which of the releases at hand it holds."""
    said = [what for what, words in _SAID.items() if not any(word in text for word in words)]
    left_open = [*one.found.inferred, *said]
    note = f"leaves open {', '.join(left_open)}; " if left_open else ""
    printed = read_printed(one.claim.printed)
    figures = list(_in_releases(one.claim))
    if not figures:
        return f"{note}no release at hand has the figure."
    holding = _holding(printed, figures)
    if holding == len(figures):
        return f"{note}holds in every release at hand ({holding})."
    note += f"holds in {holding} of {len(figures)} releases at hand; "
    right = printed.reprint(figures[-1].value)
    about = re.sub(r"(−?\$?\d)", r"about \1", right, count=1)
    for words in (right,) if printed.unit == "rank" else (right, about):
        if _holding(read_printed(words), figures) == len(figures):
            return f'{note}"{words}" would hold in all.'
    return f'{note}"{right}" holds in the newest.'


def _in_releases(claim: Claim) -> Iterator[Figure]:
    """The figure of a claim in each release that has it, the oldest first."""
    for name in releases():
        figure, _ = figure_of(replace(claim, date=""), name)
        if figure is not None:
            yield figure


def _holding(printed: Statement, figures: list[Figure]) -> int:
    return sum(compare(printed, figure) in HOLDS for figure in figures)
