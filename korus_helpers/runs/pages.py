"""What the pages of a run share: templates, the foot with its citation, the glossary."""

import base64
import functools
import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import korus_helpers
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.present.glossary import anchor, glossary

TEMPLATES = Path(__file__).parent / "templates"
PAPERS = ("a4", "us-letter")  # of PDFs
AUTHORS, COLLECTION = "The KORUS authors", "KORUS"
PACKAGES = ("pandas", "papermill")
MORE_PACKAGES = ("numpy", "scipy", "pyarrow", "matplotlib", "nbconvert", "jupyterlab")

Shown = Sequence[tuple[str, str, bool]]
"""Parameters as a page shows them: name, value, and whether it was typed for this run."""


class Table(NamedTuple):
    """A table that figures come from."""

    name: str
    vintage: str
    sha256: str


@dataclass(frozen=True)
class Made:
    """The foot of a page: how it came to be, how to cite it, on which tables it rests."""

    command: str
    day: str
    citation: str
    tables: Sequence[Table] = ()
    versions: str = ""


def partner_of(shown: Shown) -> Partner | None:
    """The partner of a run; None without one of ours, as for a reader's own notebook."""
    named = next((value for name, value, _ in shown if name == "partner"), "")
    try:
        return find_partner(named)
    except InputError:
        return None


def run_title(shown: Shown) -> str:
    """As "US trade with South Korea, 2011 to 2016", as far as the parameters say; "" if nothing."""
    values = {name: value for name, value, _ in shown}
    if "partner" not in values:
        return ""
    found = partner_of(shown)
    partner = found.in_sentence if found else values["partner"]
    years = [values[name] for name in ("base_year", "end_year") if name in values]
    return f"US trade with {partner}" + (f", {' to '.join(years)}" if years else "")


def page_title(title: str, shown: Shown) -> str:
    """The title of a report with partner and years, for tabs and lists of files."""
    run = run_title(shown)
    return f"{title} {'' if title.endswith(('?', '!')) else '· '}{run}" if run else title


def made(
    title: str,
    shown: Shown,
    vintages: Sequence[str],
    tables: Sequence[Table],
    command: str,
    day: str,
) -> Made:
    """The foot of the page `title`, which uses `vintages` and `tables`."""
    facts = [f"{name.replace('_', ' ')} {value}" for name, value, _ in shown if value != "none"]
    facts += [f"figures of vintage {', '.join(vintages)}"] if vintages else []
    number = korus_helpers.__version__
    citation = f"{AUTHORS}: {title} ({'; '.join(facts)}). {COLLECTION} {number}, {day}."
    return Made(command, day, citation.replace(" ()", ""), tables, in_words(versions()))


def versions(more: bool = False) -> dict[str, str]:
    """Versions of Python and of the packages that a result may depend on; with `more`, all."""
    ours = {"Python": platform.python_version(), "korus_helpers": korus_helpers.__version__}
    names = (*PACKAGES, *MORE_PACKAGES) if more else PACKAGES
    return ours | {name: version(name) for name in names}


def in_words(numbers: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def glossary_page() -> str:
    """glossary.html."""
    return render(
        "glossary.html.j2",
        chapters=glossary(),
        verdicts=LADDER,
        versions=in_words({COLLECTION: korus_helpers.__version__}),
    )


def render(template: str, **values: object) -> str:
    """A page of the run; every value is escaped."""
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment():
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(
        loader=FileSystemLoader(TEMPLATES / "korus"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["anchor"] = anchor
    pages.filters["sha256"] = _sha256
    return pages


def _sha256(script: str) -> str:
    """A script as a Content-Security-Policy names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
