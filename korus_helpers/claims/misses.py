"""By how much a printed figure misses the official one, on which side, and whether it matters."""

from decimal import Decimal

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import Printed, read_printed
from korus_helpers.errors import InputError
from korus_helpers.trade.figure import Figure

_UPPER, _LOWER = ("nearly", "less than", "up to"), ("more than", "at least")
_ROUNDINGS = (
    ("truncated", "cut off rather than rounded"),
    ("loose", "read with its closing zeros as no digits"),
)


def tolerance_needed(printed: Printed, value: float) -> float | None:
    """The smallest tolerance with which a hedge admits `value`; None where none does."""
    if printed.hedge not in (
        *("about", "nearly", "doubled", "tripled", "quadrupled", "halved", "fraction"),
    ):
        return None
    said = float(printed.values[0])
    if not said or said * value < 0:
        return None
    miss = (abs(said) - abs(value)) / abs(said)
    if printed.hedge == "nearly" and miss <= 0:
        return None
    return abs(miss)


def margin(interval: Interval, value: float) -> float:
    """Distance of `value` to the nearest end: positive inside, negative outside."""
    ends = [float(end) for end in (interval.low, interval.high) if end is not None]
    nearest = min(abs(value - end) for end in ends)
    return nearest if interval.contains(value) else -nearest


def wrong_side(printed: Printed, value: float) -> bool:
    """Whether a hedge with a direction points away from `value`: "more than 28" for 27.6."""
    if printed.hedge not in (*_UPPER, *_LOWER) or not printed.values or not printed.values[0]:
        return False
    said = float(printed.values[0])
    size = value if said > 0 else -value
    return size >= abs(said) if printed.hedge in _UPPER else size < abs(said)


def near_misses(printed: Printed, figure: Figure, tolerance: Decimal) -> list[str]:
    """What a reader should know of a figure that fails, in sentences."""
    said = []
    if wrong_side(printed, figure.value):
        said.append(f'The official figure is on the wrong side of "{printed.text}".')
    for rounding, how in _ROUNDINGS:
        try:
            other = read_printed(printed.text, tolerance=tolerance, rounding=rounding)
        except InputError:
            continue
        if other.interval.meets(figure.low, figure.high) == "inside":
            said.append(f"The figure holds only if {how}, which is not a reproduction.")
    return said


def severity(printed: Printed, figure: Figure, tolerance: Decimal) -> str:
    """Whether the right figure would change what the sentence says.

    "detail" where neither the sign nor a hedge changes and the miss is at most one unit of the
    last printed digit, or a part `tolerance` of the figure; else "substance". A suspected
    misprint makes it "slip of type" (`audit`).
    """
    interval = printed.interval
    same_sign = not printed.values or float(printed.values[0]) * figure.value > 0
    if printed.hedge or not same_sign or interval.low is None or interval.high is None:
        return "substance"
    unit = float(interval.high - interval.low)
    allowed = max(unit, float(tolerance) * abs(float(printed.values[0])))
    return "detail" if abs(margin(interval, figure.value)) <= allowed else "substance"
