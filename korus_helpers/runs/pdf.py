"""The PDF of one report: the page through pandoc and Typst, from ready-made wheels alone."""

import functools
import json
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.runs.letters import break_words, font_folder
from korus_helpers.runs.pages import AUTHORS, TEMPLATES
from korus_helpers.runs.paper import paper

LONGEST_IN_TITLE = 20  # characters of a word
LONGEST_HEAD = 70  # characters of the line on top of each page
# Without labels of pandoc's own: made from words, they could be those of the template.
OPTIONS = ("--from=html-auto_identifiers", "--to=typst", "--wrap=none", "--sandbox")
# The names of the template hide those of Typst, so that pandoc's words mean ours.
START = '#import "report.typ": *\n#show: report\n'


def require_pdf() -> None:
    """Raise InputError where the packages that make PDFs are not installed."""
    try:
        import typst  # noqa: F401

        found = _pandoc()
    except ImportError:
        found = None
    if not found:
        raise InputError("PDFs need two more packages; type: pip install 'korus-helpers[pdf]'")


def _pandoc() -> str | None:
    """The program in the wheel. pypandoc itself would prefer a newer one of the machine."""
    import pypandoc

    return shutil.which("pandoc", path=Path(pypandoc.__file__).parent / "files")


def pdf_report(page: str, *, code: bool = False) -> bytes:
    """The report `page` (what `html_report` returns) as a tagged PDF (PDF/UA-1) on A4.

    Title, parameters, contents, text, figures and tables, and the foot; code only with `code`.
    The same page gives the same bytes. Text is set as it stands, whatever it means to Typst; a
    character that no font here has is shown by its number. Raises InputError without the
    packages.
    """
    require_pdf()
    import typst

    sheet = paper(page, code)
    body = subprocess.run(
        [_pandoc(), *OPTIONS], input=sheet.body.encode(), stdout=subprocess.PIPE, check=True
    ).stdout
    inputs = {
        "title": sheet.title,
        "shown": break_words(sheet.title, LONGEST_IN_TITLE),
        "head": textwrap.shorten(sheet.title, LONGEST_HEAD, placeholder=" …"),
        "author": AUTHORS,
        "alts": json.dumps(sheet.alts),
    }
    # Typst reads no file outside the folder of the report, which holds its pictures alone.
    with tempfile.TemporaryDirectory(prefix="korus-") as folder:
        for name, content in sheet.pictures.items():
            Path(folder, name).write_bytes(content)
        shutil.copy(TEMPLATES / "korus" / "report.typ", folder)
        return typst.compile(
            START.encode() + body,
            root=folder,
            font_paths=_fonts(),
            sys_inputs=inputs,
            pdf_standards="ua-1",
        )


@functools.cache
def _fonts():
    """Faces that every machine has: those in Typst and those that Matplotlib brings."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(font_folder())])
