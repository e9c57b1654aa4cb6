"""US trade balances: official figures with definition and vintage, and claims about them.

`evaluate` gives a figure under a `Definition`; `find_partner` reads a partner's name or code;
`open_table` opens one of the tables that ship. The rooms, each importing only from those before
it: `sources`, `trade`, `claims`, `present`, `runs`.
"""

import importlib
from typing import Any

__version__ = "0.1.0"
_HOME = {
    "evaluate": "trade.evaluate", "grid": "trade.evaluate", "Definition": "trade.definition",
    "find_partner": "sources.partners", "open_table": "sources.tables",
}  # fmt: skip
__all__ = ["Definition", "evaluate", "find_partner", "grid", "open_table"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
