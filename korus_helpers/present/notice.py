"""A dated notice where the newest figures at hand are older than a year."""

import datetime

from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.releases import releases

OLD = 12  # months


def old_figures(today: datetime.date, partner_code: str = "") -> str:
    """A sentence where the newest figures (of one partner) end more than a year before, else ""."""
    held = [one for one in releases().values() if one.partners in ("all", partner_code)]
    newest = max(held, key=lambda one: one.data_through)
    year, month = map(int, newest.data_through.split("-"))
    age = 12 * today.year + today.month - (12 * year + month)
    if age <= OLD:
        return ""
    whose = "this partner" if partner_code else "all partners"
    return (
        f"{today.day} {MONTHS[today.month - 1]} {today.year}: the newest figures of {whose} at "
        f"hand end in {newest.through_words}, more than a year ago; type korus refresh for newer "
        "ones."
    )
