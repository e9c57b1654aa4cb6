"""US trade balances: official figures with definition and vintage, and claims about them.

`evaluate` gives a figure under a `Definition`; `find_partner` reads a partner's name or code;
`open_table` opens one of the tables that ship. The rooms, each importing only from those before
it: `figures`, `acquire`, `trade`, `claims`, `present`, `runs`.
"""

import importlib
from typing import Any

__version__ = "0.1.0"
_ROOMS = {
    "errors": ("InputError",),
    "figures.releases": ("releases",),
    "figures.partners": ("find_partner",),
    "figures.tables": ("open_table",),
    "trade.autos": ("auto_deficits", "auto_readings"),
    "trade.comparison": ("comparison", "source_line"),
    "trade.controls": ("country_controls", "enduse_controls"),
    "trade.definition": ("Definition", "UNITS"),
    "trade.evaluate": ("evaluate", "grid"),
    "trade.goods": (
        "all_goods", "enduse_goods", "goods", "goods_by_month", "vehicle_months",
    ),
    "trade.choices": (
        "every_choice", "robustness", "rows_by_release", "window_rows", "year_grid",
    ),
    "claims.auditing": ("audit", "corrected", "unstated"),
    "claims.context": ("by_vintage", "statement"),
    "claims.intervals": ("Interval",),
    "claims.printed": ("read_printed",),
    "claims.register": ("article", "article_about", "read_claims"),
    "claims.searching": ("garbles", "search"),
    "claims.typed": ("tolerance_of",),
    "claims.verdicts": ("CANNOT", "compare", "judge"),
    "present.audit": (
        "consistency_sentences", "correction_table", "implied_table", "misprint_sentence",
        "repairs_table", "sets_table", "tolerance_table",
    ),
    "present.autos": ("auto_finding", "auto_rows", "definition_rows", "reach_title"),
    "present.choice_charts": ("show_heatmap", "show_strip"),
    "present.choices": (
        "centre", "choices_drawn", "curve_rows", "curve_title", "fit_title", "fitting_pairs",
        "pairs_title", "readable", "release_table", "robustness_sentence", "robustness_table",
        "shown_interval", "spread", "spread_sentence", "statement_sentence", "subject",
        "way_words", "window_sentence", "window_table",
    ),
    "present.claim_charts": ("show_intervals",),
    "present.claim_pictures": (
        "context_sentence", "context_table", "contradiction", "interval_title",
        "printed_and_official",
    ),
    "present.claim_review": ("show_claim_reviews",),
    "present.claim_units": ("ends_words",),
    "present.comparisons": ("show_dots", "show_waterfall"),
    "present.evidence": ("show_evidence",),
    "present.findings": ("deficit_finding", "flows_finding", "rank_sentence"),
    "present.matches": ("amount", "garble_sentence", "match_table", "search_sentences"),
    "present.miss_charts": ("percent_of_official", "show_misses"),
    "present.paragraph": ("article_paragraph",),
    "present.revisions": ("release_rows", "show_revisions"),
    "present.sentences": ("plain", "say", "say_scope"),
    "present.sources": ("show_sources",),
    "present.tables": ("show_table",),
    "present.timelines": ("show_lines",),
    "present.verdicts": (
        "count_sentence", "count_word", "say_count", "verdict_frame", "verdict_table",
    ),
    "present.words": (
        "deficit_phrase", "join_words", "month_name", "moved", "number", "percent",
        "range_words", "rose_or_fell", "signed", "usd",
    ),
}  # fmt: skip
_HOME = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
