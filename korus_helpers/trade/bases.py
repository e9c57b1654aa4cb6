"""Bases: what is counted and how it is valued. Imported for `--help`, so it loads nothing."""

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
OWN_RELEASE = (BOP, GOODS_SERVICES, SERVICES, KOREA_REPORTED)
"""Bases of all goods whose figures do not come with the releases of the country figures."""


def counted(sector_name: str, basis: str) -> str:
    """The sector, or what the basis counts beside goods or with them: services, goods-and-services.

    A claim may name these as its sector or as its basis.
    """
    return basis if sector_name == "total" and basis in COUNTED else sector_name
