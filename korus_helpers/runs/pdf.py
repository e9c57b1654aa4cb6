"""The PDF of one report: its blocks handed to Typst as data, and laid out by `report.typ`.

Text from notebooks reaches Typst as JSON and XML and never as code, so that it is set as it stands.
"""

import base64
import functools
import json
import re
import tempfile
from pathlib import Path
from typing import Any

from korus_helpers.errors import InputError
from korus_helpers.runs.pages import AUTHORS, TEMPLATES, head_of
from korus_helpers.runs.reports import PAPERS, Report

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Spaces; and joiners and soft hyphens, which have no letter of their own and shape those beside.
UNSEEN = frozenset("\n\t \u00a0\u00ad\u200b\u200c\u200d\u200e\u200f")


def require_pdf() -> None:
    """Raise InputError where the package that makes PDFs is not installed."""
    try:
        import typst  # noqa: F401
    except ImportError:
        raise InputError(
            "PDFs need one more package; type: pip install 'korus-helpers[pdf]'"
        ) from None


def pdf_report(report: Report, paper: str = PAPERS[0]) -> bytes:
    """The report as a tagged PDF (PDF/UA-1) on "a4" or "us-letter".

    Title, parameters, contents, text, figures and tables, and the foot; no code. The same report
    gives the same bytes. A character that no font here has is shown by its number. Raises
    InputError without the package.
    """
    require_pdf()
    import typst

    shown = [one for one in report.blocks if one["kind"] not in ("code", "data")]
    blocks = [
        {key: it for key, it in one.items() if key not in ("picture", "narrow", "csv")}
        for one in shown
    ]
    data = head_of(report) | {"author": AUTHORS, "blocks": blocks, "paper": paper}
    data["notes"] = list(report.notes)
    files = {"report.typ": (TEMPLATES / "korus" / "report.typ").read_bytes()}
    files["report.json"] = json.dumps(_settable(data)).encode()
    for one in report.blocks:
        if one["kind"] == "figure":
            files[f"figure-{one['number']}.png"] = base64.b64decode(one["picture"])
    # Typst reads no file outside the folder of the report.
    with tempfile.TemporaryDirectory(prefix="korus-") as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        return typst.compile(
            Path(folder, "report.typ"), root=folder, font_paths=_fonts(), pdf_standards="ua-1"
        )


@functools.cache
def _fonts():
    """Faces that every machine has: those in Typst and those that Matplotlib brings."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(_font_folder())])


def _font_folder() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _settable(part: Any) -> Any:
    """The same with all text in it printable."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {key: _settable(it) for key, it in part.items()}
    return [_settable(one) for one in part] if isinstance(part, list | tuple) else part


def printable(text: str) -> str:
    """`text` without controls, and with the numbers of characters that no font here has: [U+D55C].

    Marks that turn the direction of all that follows are shown as numbers too.
    """
    return _letterless().sub(
        lambda run: f"[{' '.join(f'U+{ord(letter):04X}' for letter in run[0])}]",
        CONTROLS.sub(" ", text),
    )


@functools.cache
def _letterless() -> re.Pattern[str]:
    """What DejaVu Sans lacks, the face for what the text face lacks."""
    from matplotlib.ft2font import FT2Font

    letters = map(chr, FT2Font(str(_font_folder() / "DejaVuSans.ttf")).get_charmap())
    known = UNSEEN.union(one for one in letters if one.isprintable() or one.isspace())
    return re.compile(f"[^{re.escape(''.join(sorted(known)))}]+")
