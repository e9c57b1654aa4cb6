"""The words of a definition: flows, measures, ways to compare, bases. Loads nothing."""

FLOWS = ("exports", "imports")
MEASURES = (*FLOWS, "deficit", "balance", "two-way")
MEANT = {"surplus": "balance", "gap": "deficit", "shortfall": "deficit", "trade": "two-way"}
"""Words for a measure that are not its name here."""
UNITS = {
    "level": "million dollars",
    "change": "million dollars",
    "percent-change": "percent",
    "ratio": "times",
    "share": "percent",
    "contribution": "percent",
}
PLACED = ("rank", "record", "record-low")
WAYS = UNITS | {
    "points": "percentage points",
    "imbalance": "percent",
    "gdp-share": "percent",
    "flow-ratio": "times",
    **dict.fromkeys(PLACED, "rank"),
}
"""Every way with its unit.

Points are the change of a share, an imbalance is the deficit in percent of imports, a gdp-share any
measure in percent of US gross domestic product, a flow-ratio imports over exports (exports over
imports of the measure exports). A rank is the place among countries, deficits and surpluses apart;
a record the place among the periods up to this one, the largest first, a record-low the smallest.
"""
COMPARED = ("change", "percent-change", "ratio", "contribution", "points")
OF_WHOLE = ("share", "points", "contribution")  # of all goods; of all goods themselves the World

GENERAL, CONSUMPTION, KOREA_REPORTED = "general", "consumption", "korea-reported"
BOP, SERVICES, GOODS_SERVICES = "bop", "services", "goods-and-services"
BASES = {
    GENERAL: "total exports f.a.s., general imports at customs value; Census basis, "
    "not seasonally adjusted",
    CONSUMPTION: "total exports f.a.s., imports for consumption at customs value; Census basis, "
    "not seasonally adjusted",
    BOP: "balance-of-payments basis",
    GOODS_SERVICES: "goods on the balance-of-payments basis, and services",
    SERVICES: "services as in the balance of payments",
    KOREA_REPORTED: "as Korea reports it: US imports are Korea's exports f.o.b., "
    "US exports are Korea's imports c.i.f.",
}
COUNTED = {SERVICES: "services", GOODS_SERVICES: "goods and services"}  # all others: goods
PARTS = {BOP: ("goods",), GOODS_SERVICES: ("goods", "services"), SERVICES: ("services",)}
"""What is added on the bases of the balance of payments."""
OWN_RELEASE = (*PARTS, KOREA_REPORTED)
"""Bases of all goods whose figures do not come with the releases of the country figures."""

KOREA, WORLD, EU = "5800", "0015", "0003"  # codes of partners with a part of their own


def way_of(as_: str, base: object) -> str:
    """The way of a figure with a base or without one: a ratio of one period is a flow-ratio."""
    return "flow-ratio" if as_ == "ratio" and not base else as_


def counted(sector_name: str, basis: str) -> str:
    """The sector, or what the basis counts beside goods or with them: services, goods-and-services.

    A claim may name these as its sector or as its basis.
    """
    return basis if sector_name == "total" and basis in COUNTED else sector_name


def of_trade(measure: str, partner: str, goods: str = "") -> str:
    """As "US goods exports to South Korea"; `partner` as in a sentence."""
    link = {"exports": "to", "imports": "from"}.get(measure, "with")
    what = {"two-way": "two-way trade"}.get(measure, measure)
    return " ".join(filter(None, ("US", goods, what, link, partner)))
