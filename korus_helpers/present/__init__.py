"""What is shown: sentences, tables and charts, each one output of a notebook.

The names below load their module when first used: words and sentences need no matplotlib.
"""

import importlib
from typing import Any

_MODULES = {
    "words": (
        "billions", "deficit_phrase", "join_words", "month_name", "more_or_less", "number",
        "ordinal", "percent", "period_name", "range_words", "rose_or_fell", "rose_or_fell_by",
        "signed", "times", "usd",
    ),
    "paragraph": ("article_paragraph",),
    "sentences": ("plain", "say", "visible"),
    "tables": ("show_table",),
    "figure": ("COLOURS", "chart", "show_figure"),
    "timelines": ("lines",),
    "charts": ("bars",),
    "choice_charts": ("heatmap", "strip", "strip_size"),
    "findings": ("deficit_finding", "flows_finding"),
    "autos": ("auto_finding", "auto_rows", "definition_rows", "reach_title"),
    "verdicts": ("count_sentence", "count_word", "say_count", "verdict_frame", "verdict_table"),
    "audit": (
        "claim_rows", "consistency_sentences", "correction_table", "implied_table",
        "misprint_sentence", "repairs_table", "sets_table", "tolerance_table",
    ),
    "claim_review": ("show_claim_reviews",),
    "claim_units": ("ends_words",),
    "claim_pictures": (
        "context_sentence", "context_table", "contradiction", "interval_title",
        "printed_and_official",
    ),
    "choices": (
        "centre", "choices_drawn", "curve_rows", "curve_title", "fit_title", "fitting_pairs",
        "pairs_title", "readable", "release_table", "robustness_sentence", "robustness_table",
        "shown_interval", "spread", "spread_sentence", "statement_sentence", "subject",
        "way_words", "window_sentence", "window_table",
    ),
    "matches": ("amount", "garble_sentence", "match_table", "search_sentences"),
    "sources": ("show_sources",),
    "evidence": ("show_evidence",),
    "miss_charts": ("misses", "misses_size", "percent_of_official"),
    "revisions": ("revision_chart", "revision_rows", "revision_sentence", "revision_title"),
    "claim_charts": ("IntervalRow", "interval_size", "intervals"),
}  # fmt: skip
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
