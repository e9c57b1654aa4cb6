"""One display bundle per output, and the CSV that travels in it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from korus_helpers.figures.names import FORMULA_STARTS

if TYPE_CHECKING:
    import pandas as pd

LINKED_DATA = "application/ld+json"
EVIDENCE = "application/vnd.korus.evidence+json"  # file name → text
NARROW = "application/vnd.korus.narrow"  # a picture drawn again for a phone, PNG as Base64


def publish(bundle: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
    """Show one MIME bundle as a single output; outside a notebook print its plain text."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(dict(bundle), raw=True, metadata=dict(metadata or {}))


def korus_metadata(kind: str, name: str) -> dict[str, Any]:
    """What a report needs to file an output; ValueError if `name` cannot be a file's name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        raise ValueError(f"name {name!r}: small letters, digits and _ only, a letter first")
    return {"kind": kind, "name": name}


def with_index(frame: "pd.DataFrame | pd.Series") -> "pd.DataFrame":
    """A frame with its named index levels as first columns; an unnamed index is dropped."""
    frame = frame.to_frame() if frame.ndim == 1 else frame
    named = [level for level in frame.index.names if level is not None]
    return frame.reset_index(level=named).reset_index(drop=True)


def csv_text(frame: "pd.DataFrame | pd.Series") -> str:
    """`frame` unrounded as CSV, lines ended by one line feed, missing values empty.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers do not.
    """
    table = with_index(frame).map(_harmless)
    table.columns = [_harmless(str(column)) for column in table.columns]
    return table.to_csv(index=False, lineterminator="\n")


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # The csv module quotes a line feed, but not a carriage return alone.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    starts = value.lstrip("'")[:1]
    return f"'{text}" if starts and starts in FORMULA_STARTS else text
