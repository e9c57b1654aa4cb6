"""US trade balances: official figures with definition and vintage, and claims about them.

`evaluate` gives a figure under a `Definition`; `find_partner` reads a partner's name or code;
`open_table` opens one of the included tables. The rooms, each importing only from those before
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
    "trade.autos": ("auto_deficits",),
    "trade.comparison": ("by_release", "comparison", "source_line"),
    "trade.controls": ("country_controls",),
    "trade.definition": ("Definition",),
    "trade.evaluate": ("evaluate", "grid"),
    "trade.goods": ("all_goods", "enduse_goods", "goods", "goods_by_month"),
    "trade.synthetic": ("counterfactual", "synthetic_control"),
    "claims.auditing": ("audit", "correction"),
    "claims.context": ("statement",),
    "claims.judging": ("read_source",),
    "claims.printed": ("read_printed",),
    "claims.register": ("article", "read_claims"),
    "claims.searching": ("garbles", "search"),
    "claims.typed": ("tolerance_of",),
    "present.answers": ("show_matches",),
    "present.charts": ("show_pairs", "show_ranges"),
    "present.comparisons": ("show_dots", "show_waterfall"),
    "present.evidence": ("show_evidence",),
    "present.explorer": ("explore",),
    "present.marked": ("show_text",),
    "present.sentences": ("article_paragraph", "finding", "plain", "say", "say_scope"),
    "present.tables": ("show_sources", "show_table"),
    "present.timelines": ("show_lines",),
    "present.verdicts": ("claim_ranges", "show_verdicts"),
    "present.words": (
        "deficit_phrase", "join_words", "moved", "number", "percent", "rose_or_fell_by", "signed",
        "usd",
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
