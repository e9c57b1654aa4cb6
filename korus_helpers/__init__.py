"""US trade balances: official figures with definition and vintage, and claims about them.

`evaluate` gives a figure under a `Definition`; `find_partner` reads a partner's name or code;
`open_table` opens one of the tables that ship. The rooms, each importing only from those before
it: `sources`, `trade`, `claims`, `present`, `runs`.
"""

import importlib
from typing import Any

__version__ = "0.1.0"
_ROOMS = {
    "sources.partners": ("find_partner",),
    "sources.tables": ("open_table",),
    "trade.comparison": ("by_release", "comparison", "source_line"),
    "trade.autos": ("auto_deficits", "auto_readings", "vehicle_months"),
    "trade.controls": ("country_controls", "enduse_controls"),
    "trade.definition": ("Definition",),
    "trade.evaluate": ("evaluate", "grid"),
    "trade.goods": ("enduse_goods", "goods", "goods_by_month", "goods_of_all"),
    "claims.article": ("article_about",),
    "claims.context": ("by_vintage",),
    "claims.printed": ("read_printed",),
    "claims.verdicts": ("judge",),
    "present.autos": ("auto_finding", "auto_rows", "definition_rows", "reach_title"),
    "present.claim_charts": ("show_intervals",),
    "present.findings": ("deficit_finding", "flows_finding", "rank_sentence"),
    "present.paragraph": ("article_paragraph",),
    "present.revisions": ("release_rows", "show_revisions"),
    "present.sentences": ("say", "say_scope"),
    "present.sources": ("show_sources",),
    "present.tables": ("show_table",),
    "present.timelines": ("show_lines",),
    "present.verdicts": ("say_count",),
    "present.words": (
        "deficit_phrase", "join_words", "month_name", "moved", "number", "percent",
        "rose_or_fell", "signed", "usd",
    ),
}  # fmt: skip
_HOME = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
