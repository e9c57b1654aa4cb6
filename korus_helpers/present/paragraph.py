"""The paragraph that the article prints, with the figures and verbs of any partner and years."""

from korus_helpers.present.words import percent, rose_or_fell_by, times, usd, usd_as_printed

Pair = tuple[float, float]


def article_paragraph(
    partner: str,
    base_year: int,
    end_year: int,
    *,
    exports: Pair,
    imports: Pair,
    deficit: Pair,
) -> str:
    """Three statements: exports, imports, and the deficit or surplus between two years.

    `partner` is the name as it stands in a sentence ("South Korea", "the Netherlands"). Each
    pair is (base year, end year) in million dollars, unrounded; a deficit below zero is a
    surplus. Verbs come from the unrounded figures, and amounts get as many decimals as it takes
    for them not to contradict the change. A missing figure raises ValueError.
    """
    if not any((*exports, *imports)):
        return f"No US goods trade with {partner} was recorded in {base_year} or in {end_year}."
    first = _exports(partner, base_year, end_year, *exports)
    second = _imports(partner, base_year, *imports)
    third = _deficit(partner, base_year, end_year, *deficit)
    return f"{first} {second}, and {third}."


def _exports(partner: str, base_year: int, end_year: int, base: float, end: float) -> str:
    subject = f"US exports to {partner}"
    if base == end == 0:
        return f"No {subject} were recorded in {base_year} or in {end_year}."
    if end == 0:
        return f"No {subject} were recorded in {end_year}, after {usd(base)} in {base_year}."
    head = f"{subject} in {end_year} were {usd(end)},"
    if base == 0:
        return f"{head} after none recorded in {base_year}, so that no percentage can be given."
    if base == end:
        return f"{head} exactly as much as in {base_year}."
    growth = _growth(base, end)
    if not growth:
        return f"{head} hardly changed from {base_year}."
    before, after = _told_apart(base, end)
    direction = "up" if end > base else "down"
    return (
        f"{subject} in {end_year} were {after}, {direction} from {before} in {base_year}, {growth}."
    )


def _imports(partner: str, base_year: int, base: float, end: float) -> str:
    subject = f"US imports from {partner}"
    if base == end == 0:
        return f"No {subject} were recorded in either year"
    if end == 0:
        return f"{subject} fell from {usd(base)} in {base_year} to none recorded"
    if base == 0:
        return f"{subject} rose from none recorded in {base_year} to {usd(end)}"
    if base == end:
        return f"{subject} did not change from {usd(end)}"
    growth = _growth(base, end)
    if not growth:
        return f"{subject} hardly changed from {usd(end)}"
    return f"{subject} {rose_or_fell_by(end - base)} to {usd(end)}, {growth}"


def _deficit(partner: str, base_year: int, end_year: int, base: float, end: float) -> str:
    if base == end == 0:
        return f"US goods trade with {partner} was balanced in both years"
    before, after = (("surplus" if value < 0 else "deficit") for value in (base, end))
    if base == 0:
        return f"US goods trade with {partner} went from balance to a {after} of {usd(abs(end))}"
    if end == 0:
        return (
            f"the US goods {before} with {partner} of {usd(abs(base))} in {base_year} "
            f"gave way to balanced trade in {end_year}"
        )
    if before != after:
        return (
            f"the US goods {before} with {partner} of {usd(abs(base))} in {base_year} turned into "
            f"a {after} of {usd(abs(end))} in {end_year}"
        )
    subject = f"the US goods {before} with {partner}"
    base, end = abs(base), abs(end)
    if base == end:
        return f"{subject} stayed at {usd(end)}"
    growth = _growth(base, end)
    if not growth:
        return f"{subject} hardly changed from {usd(end)}"
    printed_base, printed_end = _told_apart(base, end)
    if end >= 1.5 * base:
        growth = f"{times(end / base)} its size in {base_year}"
    verb = "rose" if end > base else "fell"
    return f"{subject} {verb} from {printed_base} to {printed_end}, {growth}"


def _growth(base: float, end: float) -> str:
    """The words "a rise of 16.1 percent"; nothing where the percentage prints as 0.0."""
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
