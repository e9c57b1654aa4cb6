"""From when to when the figures of a release were the published ones.

Census revises annual figures each June; they stand until the next June. The year that ended last
is first released in February, and revised in June with the others. Dates are text: a day, or a
month where the day is not known.
"""

# Days of the June revisions that the sources state.
REVISED = {2017: "2017-06-02", 2018: "2018-06-06"}


def revision(year: int) -> str:
    """The day, or the month, of the June revision of a year."""
    return REVISED.get(year, f"{year}-06")


def next_revision(since: str) -> str:
    """The revision after a date: where figures published then end; "" where no date is known."""
    if not since:
        return ""
    year = int(since[:4])
    return revision(year + 1 if since[:7] >= f"{year}-06" else year)


def days_in_force(release: str, last_full_year: int) -> dict[str, str]:
    """The dates in a row of the table `vintages`, for a release named by its month ("2025-04").

    `in_force_from` is the June revision before it, `newest_year_from` the day from which its last
    full year was published, `in_force_until` the next revision.
    """
    year, month = map(int, release[:7].split("-"))
    revised = year if month >= 6 else year - 1
    since = revision(revised)
    return {
        "in_force_from": since,
        "newest_year_from": since if revised > last_full_year else f"{last_full_year + 1}-02",
        "in_force_until": next_revision(since),
    }
