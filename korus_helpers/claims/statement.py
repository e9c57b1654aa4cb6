"""A printed figure about one partner and two years: what it compares, and its interval."""

from dataclasses import dataclass
from decimal import Decimal

from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError, NoFigure
from korus_helpers.trade.comparison import Comparison
from korus_helpers.trade.definition import COMPARED, MEASURES, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import Figure

_OF_A_WHOLE = ("majority", "fraction")


@dataclass(frozen=True)
class Statement:
    """What `printed` says of a measure: `as_` is the way, and the definition the usual one.

    `figure` is the official figure in the release of the comparison, None where there is none,
    for the `reason` given.
    """

    printed: Printed
    measure: str
    as_: str
    definition: Definition
    figure: Figure | None
    reason: str = ""

    @property
    def compared(self) -> bool:
        """Whether two years are compared."""
        return self.as_ in COMPARED

    def holds(self, low: float, high: float | None = None) -> str:
        """ "yes", "no", or "undetermined" for an official figure between two ends."""
        answer = self.printed.interval.meets(low, low if high is None else high)
        return {"inside": "yes", "outside": "no"}.get(answer, "undetermined")


def statement(
    text: str, measure: str, item: Comparison, *, tolerance: Decimal = Decimal("0.05")
) -> Statement:
    """The statement that `text` makes of `measure` for the partner and years of `item`.

    Dollars are a change where the text says rise or fall ("rose by $13.2 billion"), else the level
    of the last year; "doubled" and "2.1 times" are a ratio; percent is a percent change, and a
    majority or a fraction ("a third") the share of the World. Raises `InputError`.
    """
    if measure not in MEASURES:
        raise InputError(f"measure {quoted(measure)} is not known; type one of "
                         f"{', '.join(MEASURES)}")  # fmt: skip
    printed = read_printed(text, tolerance=tolerance)
    ways = {
        "million dollars": "change" if printed.direction else "level",
        "percent": "share" if printed.hedge in _OF_A_WHOLE else "percent-change",
        "times": "ratio",
    }
    if printed.unit not in ways:
        raise InputError(
            f"{quoted(text)} is in {printed.unit}, which no measure here is in; type a figure in "
            "dollars, percent or times"
        )
    as_ = ways[printed.unit]
    asked = Definition(
        item.partner.code, vintage=item.vintage_for(as_),
        base=str(item.base_year) if as_ in COMPARED else "", end=str(item.end_year), as_=as_,
    )  # fmt: skip
    try:
        return Statement(printed, measure, as_, asked, evaluate(measure, asked))
    except NoFigure as error:
        return Statement(printed, measure, as_, asked, None, str(error))
