"""Which partners a batch runs over, named, all or the largest, and what it leaves out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import countries, find_partner, partners
from korus_helpers.figures.releases import LATEST, releases, resolve
from korus_helpers.figures.store import remembered
from korus_helpers.present.words import join_words
from korus_helpers.trade.bases import WORLD
from korus_helpers.trade.comparison import comparison
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.periods import Period

_TOP = re.compile(r"top[ -]?([0-9]{1,5})", re.IGNORECASE)
_MOST_IN_A_NAME = 4  # pieces between commas
MOST_NAMED = 8  # of those that are left out


@dataclass(frozen=True)
class Span:
    """The years of a run and the release asked for; None for a year that it does not take."""

    base: int | None
    end: int | None
    vintage: str = LATEST

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are known, the first one first."""
        return tuple(year for year in (self.base, self.end) if year is not None)

    @property
    def release(self) -> str:
        """The release used where all partners are compared."""
        months = [(Period(12 * year, 12).start, Period(12 * year, 12).end) for year in self.years]
        first, last = (min(m for m, _ in months), max(m for _, m in months)) if months else (0, 0)
        return resolve(self.vintage, {WORLD}, first, last, whole_years=True)


@dataclass(frozen=True)
class Wanted:
    """What `--partners` asks for: names, or the `most` largest of all (None for all)."""

    names: tuple[str, ...] = ()
    most: int | None = None


@dataclass(frozen=True)
class Chosen:
    """The codes to run over one span, and those that have no figures in all of its years."""

    codes: tuple[str, ...]
    missing: tuple[str, ...] = ()


def wanted(text: str) -> Wanted:
    """What the text asks for: "all", "top30" or names between commas; raises `InputError`."""
    text = text.strip()
    if text.casefold() == "all":
        return Wanted()
    if found := _TOP.fullmatch(text):
        if not int(found[1]):
            raise InputError(f"partners {text}: nothing would be run; type top1 or more")
        return Wanted(most=int(found[1]))
    return Wanted(split_names(text))


def split_names(text: str) -> tuple[str, ...]:
    """The names between commas, where a name may hold a comma: "Korea, South, MEX" are two.

    Of two readings the one with more names is meant ("PE, RU" is not Peru). Raises `InputError`.
    """
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if not pieces:
        raise InputError("partners: no name is given; type all, top30 or names such as KOR,MEX")
    readings: list[tuple[str, ...] | None] = [(), *[None] * len(pieces)]
    for start in range(len(pieces)):
        if readings[start] is None:
            continue
        for end in range(start + 1, min(start + _MOST_IN_A_NAME, len(pieces)) + 1):
            name = ", ".join(pieces[start:end])
            before = readings[end]
            if (before is None or len(before) <= len(readings[start])) and is_partner(name):
                readings[end] = (*readings[start], name)
    if readings[-1] is None:
        reached = max(n for n, reading in enumerate(readings) if reading is not None)
        find_partner(pieces[reached])  # raises, with the nearest names
    return readings[-1]


@remembered
def is_partner(name: str) -> bool:
    """Whether this names one partner."""
    try:
        find_partner(name)
    except InputError:
        return False
    return True


@remembered
def choose(asked: Wanted, span: Span) -> Chosen:
    """The partners to run over a span.

    Names in the order typed, each with figures in both years or refused with the sentence of the
    notebooks; all in the order of their codes; the largest by trade in both directions in the end
    year, largest first. Raises `InputError`.
    """
    if asked.names:
        return Chosen(_named(asked.names, span))
    codes = countries() if asked.most is None else largest(span)[: asked.most]
    known = _with_figures(codes, span)
    if not known:
        raise InputError(f"{_nobody(codes, span)}; type other years or another vintage")
    _refuse_day(known, span)
    return Chosen(tuple(known), tuple(code for code in codes if code not in set(known)))


def largest(span: Span) -> list[str]:
    """Codes of all countries with figures in the end year, by two-way trade, largest first."""
    if span.end is None:
        raise InputError(
            "top partners have the largest trade of end_year, which the chosen notebooks do not "
            "take; type all or names between commas"
        )
    rows = grid(partner=countries(), end=span.end, vintage=span.release)
    found = evaluate("two-way", rows).dropna(subset="value")
    return list(found.sort_values("value", ascending=False, kind="stable").partner.astype(str))


def _named(names: Sequence[str], span: Span) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(find_partner(name, span.years).code for name in names))
    known = set(_with_figures(codes, span)) if span.years else set(codes)
    for code in codes:
        # The release of all partners may lack what that of one partner holds.
        if code not in known:
            _check(code, span)
    _refuse_day(codes, span)
    return codes


def _with_figures(codes: Iterable[str], span: Span) -> list[str]:
    """Those of the codes that have exports and imports in every year of the span."""
    found = _deficits(list(codes), span)
    return list(codes) if found is None else list(found.dropna(subset="value").partner.astype(str))


def _deficits(codes: list[str], span: Span):
    if not span.years:
        return None
    way = {"as_": "change", "base": span.years[0]} if len(span.years) == 2 else {}
    return evaluate("deficit", grid(partner=codes, end=span.years[-1], vintage=span.release, **way))


def _nobody(codes: list[str], span: Span) -> str:
    years = " and ".join(map(str, span.years))
    return f"no partner has figures in {years}: {_deficits(codes, span).reason.iloc[0]}"


def _refuse_day(codes: Sequence[str], span: Span) -> None:
    """Refuse a past day, for which there are figures, as the notebooks do."""
    if span.release not in releases():
        _check(codes[0], span)


def _check(code: str, span: Span) -> None:
    """Refuse what the notebooks would refuse of this partner and span, in their words."""
    if len(span.years) == 2:
        comparison(code, span.base, span.end, span.vintage)


def typed_as(code: str, span: Span) -> str:
    """What to type for a partner: its Census name, or its code where the name means another."""
    found = find_partner(code)
    readings = (find_partner(found.name), find_partner(found.name, span.years))
    return found.name if all(one == found for one in readings) else code


@dataclass
class LeftOut:
    """Pairs of years in the wrong order, and partners without figures by span, as they come in."""

    not_in_order: set[tuple[int, ...]] = field(default_factory=set)
    spans: dict[Span, Chosen] = field(default_factory=dict)
    most: int | None = None

    def add(self, asked: Wanted, span: Span, chosen: Chosen) -> None:
        """Take note of the partners chosen for a span."""
        if not asked.names:
            self.spans[span], self.most = chosen, asked.most

    def sentences(self) -> tuple[str, ...]:
        """What is not run and why, and who the largest partners are."""
        return tuple(filter(None, (self._order(), self._largest(), self._missing())))

    def _order(self) -> str:
        count = len(self.not_in_order)
        if not count:
            return ""
        pairs, are = ("pair of years", "is") if count == 1 else ("pairs of years", "are")
        return f"{count:,} {pairs} whose first year is not before the last {are} not run."

    def _largest(self) -> str:
        if self.most is None or not self.spans:
            return ""
        found = max(len(one.codes) + len(one.missing) for one in self.spans.values())
        years = shortened(sorted({str(span.end) for span in self.spans}))
        vintages = shortened(sorted({span.release for span in self.spans}))
        held = f" (of {self.most:,} asked for)" if found < self.most else ""
        return (
            f"Only the top {found}{held} are run: the countries with the largest two-way trade "
            f"with the United States in {years} (exports and imports, vintage {vintages})."
        )

    def _missing(self) -> str:
        spans = {span: one for span, one in self.spans.items() if one.missing}
        codes = dict.fromkeys(code for one in spans.values() for code in one.missing)
        if not codes:
            return ""
        names = partners().set_index("partner_code").common_name
        listed = shortened([names[code] for code in codes])
        some, are = ("partner", "is") if len(codes) == 1 else ("partners", "are")
        count = f"{len(codes)} {some}"
        vintages = shortened(sorted({span.release for span in spans}))
        if len(spans) == 1:
            years = " and ".join(map(str, next(iter(spans)).years))
            return (
                f"{count} without figures in {years} (vintage {vintages}) {are} not run: {listed}."
            )
        runs = sum(len(one.missing) for one in spans.values())
        return (
            f"{count} without figures in some of the years (vintage {vintages}) {are} not run for "
            f"those, {runs:,} times in all: {listed}."
        )


def shortened(names: list[str]) -> str:
    """All of a few names, or the first with the number of the others."""
    if len(names) <= MOST_NAMED:
        return join_words(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
