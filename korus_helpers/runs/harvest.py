"""Figures, tables and sentences taken from an executed notebook."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.present.displays import EVIDENCE

FILE_NAME = re.compile(r"[a-z0-9_-]+")


class BadDisplay(RuntimeError):
    """A notebook shows a figure or table that cannot be filed; the message names both."""


@dataclass(frozen=True)
class Display:
    """One output of a notebook that the project's display functions made."""

    kind: str  # "figure", "table" or "sentence"
    name: str  # "" for a sentence
    text: str  # the sentence, or what the figure shows
    csv: str = ""  # the figures behind it
    png: bytes = b""
    about: Mapping[str, object] = field(default_factory=dict)  # facts for the head of a report


def displays(cells: Sequence) -> Iterator[Display]:
    """The displays of the executed `cells` of a notebook, in order.

    Raises BadDisplay for a name that is not a safe file name, the same name twice, or a figure
    or table without the figures behind it.
    """
    seen = set()
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            about = output.get("metadata", {}).get("korus", {})
            kind, name = about.get("kind"), about.get("name", "")
            if kind in ("figure", "table"):
                if (kind, name) in seen:
                    raise BadDisplay(f"two {kind}s are called {name!r}.")
                seen.add((kind, name))
                yield _filed(kind, name, data, about)
            elif "text/markdown" in data:
                text = data.get("text/plain", data["text/markdown"])
                yield Display("sentence", "", text, about=about)


def _filed(kind: str, name: str, data: dict, about: dict) -> Display:
    if not isinstance(name, str) or not FILE_NAME.fullmatch(name):
        raise BadDisplay(f"the name of the {kind} {name!r} may hold only a-z, 0-9, _ and -.")
    if "text/csv" not in data:
        raise BadDisplay(f"the {kind} {name!r} comes without the figures behind it.")
    try:
        png = base64.b64decode(data["image/png"]) if kind == "figure" else b""
    except (KeyError, binascii.Error):
        raise BadDisplay(f"the figure {name!r} comes without a picture.") from None
    return Display(kind, name, data.get("text/plain", ""), data["text/csv"], png, about)


def write_displays(executed, notebook: str, folder: Path, *, speaks: bool = True) -> list[str]:
    """Write charts/, tables/ and evidence/ under `folder`; their paths relative to it.

    The table named "verdicts" of a notebook that speaks for its run is also written as
    verdicts.csv. The evidence of an
    audit gets its manifest and a folder by the name of the notebook.
    Raises BadDisplay as `displays`, before anything is written, and OSError.
    """
    files: dict[str, bytes] = {}
    for display in displays(executed.cells):
        if display.kind == "sentence":
            continue
        place = f"{display.kind.replace('figure', 'chart')}s/{notebook}-{display.name}"
        csv = display.csv.encode()
        if display.png:
            files[f"{place}.png"] = display.png
        files[f"{place}.csv"] = csv
        if speaks and (display.kind, display.name) == ("table", "verdicts"):
            files["verdicts.csv"] = csv
    for name, text in _evidence(executed.cells).items():
        files[f"evidence/{notebook}/{name}"] = text.encode()
    for name, content in files.items():
        write_whole(folder / name, content)
    return list(files)


def _evidence(cells: Sequence) -> dict[str, str]:
    """The files that an output hands on as evidence, with their manifest; empty without one."""
    from korus_helpers.runs.bundle import with_manifest

    found = [
        output["data"][EVIDENCE]
        for cell in cells
        for output in cell.get("outputs", [])
        if EVIDENCE in output.get("data", {})
    ]
    if len(found) > 1:
        raise BadDisplay("two outputs hand on evidence.")
    try:
        return with_manifest(found[0]) if found else {}
    except (AttributeError, InputError, LookupError, TypeError, ValueError) as problem:
        raise BadDisplay(f"the evidence cannot be filed: {problem}.") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either not there or complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
