"""The rows of the shipped tables behind a verdict, by their numbers."""

from collections.abc import Iterator

from korus_helpers.claims.ladder import Verdict
from korus_helpers.claims.levels import Level
from korus_helpers.claims.search import Match
from korus_helpers.claims.services import QuotedFigure
from korus_helpers.sources.tables import open_table
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.figure import Figure
from korus_helpers.trade.rows import Rows, figure_rows, merged


def verdict_rows(verdict: Verdict) -> Rows:
    """Rows behind the official figures of one verdict, its near matches, and their sources.

    Figures then and now and of another reading, each with base and end, sector and whole; for a
    date the events of the timeline.
    """
    figures = [one for one in (verdict.then, verdict.now, verdict.other) if one]
    found = merged(rows for one in (*figures, *verdict.matches) for rows in _behind(one))
    sources = {key for one in (*figures, *verdict.matches) for key in one.source_ids}
    events = set(filter(None, verdict.claim.events.split(";")))
    listed = {
        "sources": _numbers("sources", "source_id", sources),
        "timeline": _numbers("timeline", "event_id", events),
    }
    return merged([found, {table: numbers for table, numbers in listed.items() if numbers}])


def _behind(one: Figure | Match) -> Iterator[Rows]:
    if isinstance(one, Match | QuotedFigure) and one.parts:
        for part in one.parts:
            yield from _level(part)
    elif isinstance(one, Match):
        chosen = (one.partner, one.sector, one.basis, one.vintage, one.base, one.end, one.as_)
        yield figure_rows(one.measure, Definition(*chosen))
    else:
        yield figure_rows(one.measure, one.definition)


def _level(part: Level) -> Iterator[Rows]:
    yield from (figure_rows(*file) for file in part.files)
    if part.quoted:
        yield {"quoted": set(part.quoted)}


def _numbers(table: str, key: str, wanted: set[str]) -> set[int]:
    rows = open_table(table)
    return set(rows.index[rows[key].isin(wanted)])
