"""Sentences as outputs: the words of strangers made harmless, and what two years compare to."""

import html
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from korus_helpers.figures.names import visible
from korus_helpers.present.displays import publish
from korus_helpers.present.words import (
    MINUS,
    deficit_phrase,
    fold,
    number,
    percent,
    rose_or_fell,
    times,
    usd,
    usd_as_printed,
)

if TYPE_CHECKING:
    import pandas as pd

    from korus_helpers.trade.comparison import Comparison

# MathJax pairs delimiters within one text node only: a dollar or a backslash alone in an
# element stays what it is in JupyterLab, on GitHub and in reports, which "\$" does not.
_ALONE = {"$": "<span>&#36;</span>", "\\": "<span>&#92;</span>"}
_MARKUP = re.compile(
    r"[$\\*_<>&\[\]`#|~!{}@]|^[-+=]|^\d+[.)](?=\s|$)|:(?=//)|www(?=\.)", re.IGNORECASE
)
Pair = tuple[float, float]


def plain(text: object) -> str:
    """`text` from outside for use within `say`: shown as it is, never as markup or mathematics."""
    return _MARKUP.sub(
        lambda found: "".join(_ALONE.get(sign, f"&#{ord(sign)};") for sign in found[0]),
        visible(str(text)),
    )


def say(
    text: str, *, vintages: Iterable[str] = (), verdicts: Mapping[str, int] | None = None
) -> None:
    """Show one sentence or paragraph, in Markdown.

    Dollar signs in it are never mathematics, and "-5" gets a true minus. Text that comes from
    outside goes through `plain`. `vintages` (releases that the notebook uses) and `verdicts` (how
    many claims by verdict) are facts that the sentence gives, named again for the head of a report.
    """
    markdown = re.sub(r"(?<![\w.,])-(?=\d)", MINUS, re.sub(r"\\?\$", _ALONE["$"], text))
    facts = {"vintages": list(vintages), "verdicts": dict(verdicts or {})}
    # A reader without Markdown wants no marks, and links followed by their address.
    words = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", markdown)
    words = html.unescape(re.sub(r"</?span>|\*\*|`|^#+ ", "", words))
    publish(
        {"text/plain": words, "text/markdown": markdown},
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


# Two years compared


def finding(two: "pd.DataFrame", partner: str, goods: str = "") -> str:
    """A title for the rows of two years, in order, with `exports` and `imports` or a `deficit`.

    As "Exports to Mexico rose 16.1 percent, imports 11.7 percent" or "The deficit with South Korea
    more than doubled", and their relatives for surpluses; `goods` names a sector ("auto").
    """
    if "deficit" in two:
        return _deficit_finding(*two.deficit, partner, f"{goods} ".lstrip())
    said = []
    for flow in ("exports", "imports"):
        base, end = two[flow]
        change = 100 * (end / base - 1) if base else math.nan
        if base and not end:
            said.append(("fell to zero", ""))
        elif math.isnan(change):
            said.append(("rose from zero" if end > base else "stayed at zero", ""))
        elif rose_or_fell(change) == "did not change":
            said.append(("stood still", ""))
        else:
            size = fold(end / base) if _many_times(base, end) else f"{number(abs(change))} percent"
            said.append((rose_or_fell(change), size))
    (verb, size), (again, other) = said
    second = [again if again != verb else "" if other else "too", other]
    first = " ".join(filter(None, (verb, size)))
    return f"Exports to {partner} {first}, imports {' '.join(filter(None, second))}"


def _deficit_finding(base: float, end: float, partner: str, goods: str) -> str:
    if base * end > 0:
        side = "deficit" if end > 0 else "surplus"
        return f"The {goods}{side} with {partner} {_grew_or_shrank(end / base)}"
    if base <= 0 and end <= 0:
        verb = "grew" if end < base else "shrank" if end > base else "stood still"
        return f"The {goods}surplus with {partner} {verb}"
    before, after = ("surplus", "deficit") if end > 0 else ("deficit", "surplus")
    article = "An" if goods.startswith("a") else "A"
    return f"{article} {goods}{before} with {partner} became a {after}"


def _grew_or_shrank(ratio: float) -> str:
    """As "more than doubled", "grew by 94 percent", "shrank by 12 percent", "stood still"."""
    if abs(ratio - 1) < 0.005:
        return "stood still"
    if ratio < 2:
        return f"{'grew' if ratio > 1 else 'shrank'} by {number(100 * abs(ratio - 1), 0)} percent"
    if ratio >= 5:
        return f"grew {fold(ratio)}"
    whole = math.floor(ratio)
    verb = {2: "doubled", 3: "tripled", 4: "quadrupled"}[whole]
    return verb if ratio < 1.005 * whole else f"more than {verb}"


def article_paragraph(partner: str, two: "pd.DataFrame") -> str:
    """The paragraph that the article prints, with figures and verbs of any partner and two years.

    `two` has the rows of both years, in order, and `exports, imports, deficit` in million dollars;
    a deficit below zero is a surplus. `partner` is the name as it stands in a sentence. Verbs come
    from the unrounded figures, and amounts get as many decimals as it takes for them not to
    contradict the change.
    """
    years = tuple(two.index)
    if not two[["exports", "imports"]].any(axis=None):
        return f"No US goods trade with {partner} was recorded in {years[0]} or in {years[1]}."
    base, end = two.exports
    exports, before, after = f"US exports to {partner}", *_told_apart(base, end)
    if base == 0 or end == 0:
        first = f"{exports} {_from_nothing(base, end, years)}."
    elif not _growth(base, end):
        first = f"{exports} in {years[1]} were {usd(end)}, hardly changed from {years[0]}."
    else:
        direction = "up" if end > base else "down"
        first = (
            f"{exports} in {years[1]} were {after}, {direction} from {before} in {years[0]}, "
            f"{_growth(base, end)}."
        )
    base, end = two.imports
    second = f"US imports from {partner}"
    if base == 0 or end == 0:
        second += f" {_from_nothing(base, end, years)}"
    elif not _growth(base, end):
        second += f" hardly changed from {usd(end)}"
    else:
        verb = "rose" if end > base else "fell"
        by = f"from {usd(base)}" if _many_times(base, end) else f"by {usd(abs(end - base))}"
        second += f" {verb} {by} to {usd(end)}, {_growth(base, end)}"
    return f"{first} {second}, and {_balance(two, partner)}."


def _from_nothing(base: float, end: float, years: tuple[int, int]) -> str:
    if base == end:
        return "were not recorded in either year"
    if end == 0:
        return f"fell from {usd(base)} in {years[0]} to none recorded in {years[1]}"
    return f"rose from none recorded in {years[0]} to {usd(end)} in {years[1]}"


def _balance(two: "pd.DataFrame", partner: str) -> str:
    years, (base, end) = tuple(two.index), two.deficit
    if base == 0 or end == 0:
        said = [
            deficit_phrase(row.deficit) if row.exports or row.imports else "no recorded trade"
            for row in two.itertuples()
        ]
        return f"the balance with {partner} went from {said[0]} to {said[1]}"
    before, after = (("surplus" if one < 0 else "deficit") for one in (base, end))
    subject = f"the US goods {before} with {partner}"
    if before != after:
        return (
            f"{subject} of {usd(abs(base))} in {years[0]} turned into a {after} of "
            f"{usd(abs(end))} in {years[1]}"
        )
    base, end = abs(base), abs(end)
    growth = _growth(base, end)
    if not growth:
        return f"{subject} hardly changed from {usd(end)}"
    if end >= 1.5 * base:
        growth = f"{times(end / base)} its size in {years[0]}"
    verb, printed = "rose" if end > base else "fell", _told_apart(base, end)
    return f"{subject} {verb} from {printed[0]} to {printed[1]}, {growth}"


def _many_times(base: float, end: float) -> bool:
    """Whether a rise is said in times, because a percentage of it would have four digits."""
    return end > 10 * base


def _growth(base: float, end: float) -> str:
    """The words "a rise of 16.1 percent"; nothing where the percentage prints as 0.0."""
    if _many_times(base, end):
        return f"{times(end / base)} as much"
    change = 100 * (end - base) / base
    if round(change, 1) == 0:
        return ""
    return f"a {'rise' if change > 0 else 'fall'} of {percent(abs(change))}"


def _told_apart(base: float, end: float) -> tuple[str, str]:
    """Both amounts with one decimal, or with more where one would misstate the change.

    1,240 and 1,160 million both print as "USD 1.2 billion": a reader who subtracts what is
    printed must come within a tenth of the change.
    """
    for digits in (1, 2, 3, 4):
        printed_change = usd_as_printed(end, digits) - usd_as_printed(base, digits)
        if abs(printed_change - (end - base)) <= abs(end - base) / 10:
            break
    return usd(base, digits), usd(end, digits)
