"""What a run leaves: charts, tables and evidence taken from executed notebooks, times and sizes."""

import base64
import binascii
import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.present.displays import EVIDENCE

FILE_NAME = re.compile(r"[a-z0-9_-]+")
OF_EVIDENCE = re.compile(r"(rows/)?[a-z0-9_]+\.(csv|json)|README\.txt")
MANIFEST = "manifest.json"
VERSIONS = ("korus_helpers", "Python", "pandas", "numpy", "scipy")


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
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        data, about = output.get("data", {}), output.get("metadata", {}).get("korus", {})
        kind, name = about.get("kind"), about.get("name", "")
        text = data.get("text/plain", data.get("text/markdown", ""))
        if kind in ("figure", "table"):
            if (kind, name) in seen:
                raise BadDisplay(f"two {kind}s are called {name!r}.")
            seen.add((kind, name))
            if not isinstance(name, str) or not FILE_NAME.fullmatch(name):
                raise BadDisplay(
                    f"the name of the {kind} {name!r} may hold only a-z, 0-9, _ and -."
                )
            if "text/csv" not in data:
                raise BadDisplay(f"the {kind} {name!r} comes without the figures behind it.")
            try:
                png = base64.b64decode(data["image/png"]) if kind == "figure" else b""
            except (KeyError, binascii.Error):
                raise BadDisplay(f"the figure {name!r} comes without a picture.") from None
            yield Display(kind, name, text, data["text/csv"], png, about)
        elif "text/markdown" in data:
            yield Display("sentence", "", text, about=about)


def write_displays(executed, notebook: str, folder: Path) -> list[str]:
    """Write charts/, tables/ and evidence/ under `folder`; their paths relative to it.

    The table named "verdicts" of notebook 00 is also written as verdicts.csv. The evidence of an
    audit gets its manifest and a folder by the name of the notebook.
    Raises BadDisplay as `displays`, before anything is written, and OSError.
    """
    files: dict[str, bytes] = {}
    for display in displays(executed.cells):
        if display.kind == "sentence":
            continue
        place = f"{display.kind.replace('figure', 'chart')}s/{notebook}-{display.name}"
        if display.png:
            files[f"{place}.png"] = display.png
        files[f"{place}.csv"] = display.csv.encode()
        if (display.kind, display.name, notebook[:2]) == ("table", "verdicts", "00"):
            files["verdicts.csv"] = display.csv.encode()
    for name, text in _evidence(executed.cells).items():
        files[f"evidence/{notebook}/{name}"] = text.encode()
    for name, content in files.items():
        write_whole(folder / name, content)
    return list(files)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either not there or complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


# ---- Evidence


def _evidence(cells: Sequence) -> dict[str, str]:
    """The files that an output hands on as evidence, with their manifest; empty without one."""
    outputs = (output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    found = [data[EVIDENCE] for data in outputs if EVIDENCE in data]
    if len(found) > 1:
        raise BadDisplay("two outputs hand on evidence.")
    try:
        return with_manifest(found[0]) if found else {}
    except (AttributeError, InputError, LookupError, TypeError, ValueError) as problem:
        raise BadDisplay(f"the evidence cannot be filed: {problem}.") from None


def with_manifest(files: Mapping[str, str]) -> dict[str, str]:
    """The files of `present.evidence.evidence_files` and manifest.json, sorted by name.

    The manifest holds sha256 and size of each file; of each table whose rows were taken the
    vintage, the sha256 of the whole as it is included, and the number of rows; what was asked;
    versions. Raises ValueError or KeyError for what is no evidence: another file, or verdicts.json
    missing.
    """
    from korus_helpers.figures.store import located
    from korus_helpers.figures.tables import resource
    from korus_helpers.present.evidence import ROWS, row_count, sha256, table_of
    from korus_helpers.runs.pages import versions

    unknown = [name for name in files if not OF_EVIDENCE.fullmatch(name) or name == MANIFEST]
    if unknown:
        raise ValueError(f"no evidence has a file called {unknown[0]!r}")
    taken = {table_of(name): row_count(files[name]) for name in files if name.startswith(ROWS)}
    entries = {table: resource(*located(table)) for table in sorted(taken)}
    audited, known = json.loads(files["verdicts.json"]), versions(more=True)
    manifest = {
        "files": {
            name: {"sha256": sha256(files[name]), "bytes": len(files[name].encode())}
            for name in sorted(files)
        },
        "tables": {
            table: {
                "vintage": entry["vintage"],
                "sha256": entry["hash"].removeprefix("sha256:"),
                "rows": taken[table],
                "rows_shipped": entry["rows"],
            }
            for table, entry in entries.items()
        },
        "tolerance": audited["tolerance"],
        "vintage": audited["vintage"],
        "versions": {name: known[name] for name in VERSIONS},
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    return dict(sorted({**files, MANIFEST: f"{text}\n"}.items()))


def require_new(folder: Path) -> None:
    """Refuse a folder that exists, or whose parent does not; raises InputError."""
    if os.path.lexists(folder):
        raise InputError(f"{folder} exists already; type the name of a new folder after --evidence")
    if not folder.parent.is_dir():
        raise InputError(f"There is no folder {folder.parent}; make it, or type another one")


def write_bundle(files: Mapping[str, str], folder: Path) -> None:
    """Write the files and their manifest into a new folder, complete or not at all.

    Raises InputError as `require_new`, and OSError with a sentence where the disk refuses.
    """
    require_new(folder)
    complete = with_manifest(files)
    unfinished = folder.with_name(f"{folder.name}.incomplete")
    if os.path.lexists(unfinished):
        raise InputError(f"{unfinished} is in the way; remove it and try again")
    try:
        for name, text in complete.items():
            write_whole(unfinished / name, text.encode())
        unfinished.rename(folder)
    except OSError as error:
        raise OSError(
            f"{folder} cannot be written ({error.strerror or error}); type another folder"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(unfinished)


# ---- Times and sizes

Step = tuple[float, int]  # seconds, and bytes of what was made


@dataclass(frozen=True)
class Steps:
    """How long each step took, and how large what it made is."""

    taken: Mapping[str, Mapping[str, Step]]  # notebook → "execute", "HTML", "PDF" → step

    def of(self, *notebooks: str) -> dict[str, dict[str, float]]:
        """Step → seconds and bytes of these notebooks together; several execute at a time."""
        sums: dict[str, dict[str, float]] = {}
        for name in notebooks:
            for step, (seconds, size) in self.taken.get(name, {}).items():
                one = sums.setdefault(step, {"seconds": 0.0, "bytes": 0})
                one["seconds"] = round(one["seconds"] + seconds, 2)
                one["bytes"] += size
        return sums

    def total(self) -> dict[str, dict[str, float]]:
        return self.of(*self.taken)

    def rows(self, notebooks: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
        """For the index: notebook and its cells, heading → text; the sum last."""
        rows = []
        for name, steps in (
            *((name, self.of(name)) for name in notebooks),
            ("together", self.total()),
        ):
            cells = {}
            for step, one in steps.items():
                cells[f"{step}, s"] = f"{one['seconds']:.1f}"
                cells[f"{step}, kB"] = f"{one['bytes'] / 1000:,.0f}"
            rows.append((name, cells))
        return rows

    def sentence(self) -> str:
        """As "execute 11.2 s (1.9 MB), HTML 1.4 s (2.0 MB)", for the terminal."""
        return ", ".join(
            f"{step} {one['seconds']:.1f} s ({one['bytes'] / 1e6:.1f} MB)"
            for step, one in self.total().items()
        )
