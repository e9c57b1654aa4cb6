"""From the options of a command to one definition."""

from korus_helpers.errors import InputError
from korus_helpers.trade.definition import COMPARED, Definition


def definition_of(
    way: str | None,
    share: bool,
    *,
    partner: str,
    year: str | None,
    period: str | None,
    start: str | None,
    end: str | None,
    sector: str,
    basis: str,
    vintage: str,
) -> Definition:
    """The definition that options such as `--year 2016` or `--from 2011 --to 2016` mean.

    Two periods without a way are a change; raises `InputError` for options that do not go together.
    """
    if start or end:
        if not (start and end):
            raise InputError("a comparison needs both ends; type --from 2011 --to 2016")
        if year or period:
            raise InputError(
                "type either --from and --to for a comparison, or one --year or --period"
            )
        if share:
            raise InputError(
                "a share is of one period: type --year 2016 --share, or for a sector's "
                "part of a change --as contribution"
            )
        way = way or "change"
        if way not in COMPARED:
            raise InputError(
                f"--as {way[:40]} does not compare two periods; type one of {', '.join(COMPARED)}"
            )
        return Definition(partner, sector, basis, vintage, start, end, way)
    if year and period:
        raise InputError("type either --year or --period, not both")
    if share and way not in (None, "share"):
        raise InputError(f"type either --share or --as {way[:40]}, not both")
    return Definition(
        partner,
        sector,
        basis,
        vintage,
        "",
        year or period or "",
        "share" if share else way or "level",
    )
