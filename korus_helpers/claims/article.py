"""The article of December 2017, where a notebook is about its partner and years."""

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.register import article
from korus_helpers.figures.partners import find_partner
from korus_helpers.trade.comparison import Comparison


def article_about(item: Comparison) -> list[Claim]:
    """The article's claims if it compares the years of `item` for this partner, else none."""
    claims = article()
    compared = {
        (find_partner(one.partner).code, one.base, one.end) for one in claims if one.partner
    }
    return (
        claims if (item.partner.code, str(item.base_year), str(item.end_year)) in compared else []
    )
