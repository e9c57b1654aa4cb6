"""What a batch does not run, in sentences."""

from dataclasses import dataclass, field

from korus_helpers.present.words import join_words
from korus_helpers.runs.grid_partners import Chosen, Span, Wanted
from korus_helpers.sources.partners import partners

MOST_NAMED = 8


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
