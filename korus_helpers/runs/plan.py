"""What is known of a run before its first notebook starts, what its outcome depends on, and how it
travels to another machine."""

import functools
import hashlib
import itertools
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import korus_helpers
from korus_helpers.figures.store import packages
from korus_helpers.figures.tables import DATA, DESCRIPTOR, SECTORS, VINTAGES
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.parameters import Parameter, assign
from korus_helpers.runs.reports import PAPERS, Shown

PACKAGE = Path(korus_helpers.__file__).parent
CODE = {".py", ".yaml", ".j2", ".css", ".typ"}


@dataclass(frozen=True)
class Plan:
    """One run: notebooks with their parameters, and the folder that takes what they give."""

    notebooks: Mapping[str, Path]
    parameters: Sequence[tuple[str, str]]  # as typed
    typed: Mapping[str, Mapping[str, object]]  # notebook → parameters given for it
    values: Mapping[str, Mapping[str, object]]  # notebook → all its parameters
    now: datetime
    pdf: str  # the paper of PDFs, "" without them
    folder: Path = Path()
    inputs: str = ""  # a checksum of all that the outcome depends on, where somebody asks for it
    # A file as a parameter names it → where it lies, where the notebook would not find it so.
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def made(self) -> str:
        return f"{self.now.day} {self.now:%B %Y, %H:%M}"

    @property
    def partner(self) -> str:
        return str(next((v["partner"] for v in self.values.values() if "partner" in v), ""))

    def command(self, notebooks: Sequence[str]) -> str:
        options = itertools.chain(*(("-p", *pair) for pair in self.parameters))
        paper = ["--pdf"] if self.pdf else []
        paper += ["--paper", self.pdf] if self.pdf in PAPERS[1:] else []
        return shlex.join(["korus", "run", *paper, *options, *notebooks])

    def shown(self, notebooks: Sequence[str]) -> Shown:
        """Name, value and whether it was typed, of each parameter of `notebooks`."""
        shown = {}
        for notebook in notebooks:
            for name, value in self.values[notebook].items():
                # The name of a file says enough: a report is handed on, folders are private.
                words = Path(value).name or "none" if name.endswith("_file") else _words(value)
                shown.setdefault(name, (name, words, name in self.typed[notebook]))
        return list(shown.values())


def plan(
    notebooks: Mapping[str, Path],
    declared: Mapping[str, Mapping[str, Parameter]],
    parameters: Sequence[tuple[str, str]],
    now: datetime,
    pdf: str,
) -> Plan:
    """The run of `notebooks` with `parameters`, pairs of name and text as typed.

    `declared` is notebook → name → parameter. A file is looked for in the current folder, and then
    beside the notebook. Raises InputError for a parameter that no notebook declares or text that
    does not fit.
    """
    typed = assign(parameters, declared)
    values = {
        name: {p.name: p.default for p in declared[name].values()} | typed[name]
        for name in notebooks
    }
    files = {v for given in typed.values() for name, v in given.items() if name.endswith("_file")}
    # os.path, because Path refuses to look for a name that is too long.
    here = {v: str(Path(v).resolve()) for v in files if os.path.isfile(v)}
    moved = {name: path for name, path in here.items() if name != path}
    return Plan(notebooks, tuple(parameters), typed, values, now, pdf, moved=moved)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value)) or "none"


def inputs_of(plan: Plan) -> str:
    """The sha256 over notebooks, parameters, files they name, figures at hand and this package.

    Outputs that a notebook holds do not count, nor does the day of the run. Raises OSError where a
    file that a parameter names cannot be read.
    """
    parts = {
        "notebooks": {name: _sources(path) for name, path in plan.notebooks.items()},
        "parameters": plan.values,
        "files": {name: _sha256(content) for name, content in _files_of(plan).items()},
        "pdf": plan.pdf,
        "at hand": at_hand(),
    }
    return _sha256(json.dumps(parts, sort_keys=True).encode())


def at_hand() -> dict[str, str]:
    """What this machine makes runs with: where it is the same, a plan has the same outcome."""
    # The descriptors hold the checksums of all tables.
    stored = (*packages(VINTAGES), *packages(SECTORS))
    hashes = [_sha256((DATA / DESCRIPTOR).read_bytes())]
    hashes += [one.files[DESCRIPTOR][1].removeprefix("sha256:") for one in stored]
    return {
        "version": korus_helpers.__version__,
        "code": _code(),
        "figures": _sha256(json.dumps(hashes).encode()),
    }


def _files_of(plan: Plan) -> dict[str, bytes]:
    """The files that parameters name, as they name them, with what they hold.

    A name that is not among `plan.moved` is looked for where the notebook runs: beside it. Raises
    OSError.
    """
    named = {
        value: plan.notebooks[notebook].parent / plan.moved.get(value, value)
        for notebook, values in plan.values.items()
        for name, value in values.items()
        if name.endswith("_file") and value
    }
    return {value: path.read_bytes() for value, path in named.items() if path.is_file()}


@functools.cache
def _sources(notebook: Path) -> list[object]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [["".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in cells]


@functools.cache
def _code() -> str:
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in CODE)
    return _sha256(b"".join(path.read_bytes() for path in files))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Packed:
    """A plan with all that it reads, and what is at hand where it was packed."""

    plan: Plan  # without the paths of its machine
    notebooks: Mapping[str, tuple[str, str]]  # name → name of the file, text without outputs
    files: Mapping[str, bytes]  # as parameters name them
    at_hand: Mapping[str, str]


def pack(plan: Plan) -> Packed:
    """Raises OSError where a notebook or a file that a parameter names cannot be read."""
    texts = {name: (path.name, _without_outputs(path)) for name, path in plan.notebooks.items()}
    return Packed(replace(plan, notebooks={}, folder=Path()), texts, _files_of(plan), at_hand())


def unpack(packed: Packed, folder: Path) -> Plan:
    """The plan with its notebooks and files below `folder`. Raises OSError.

    A file named from the notebook's folder lies there again. One named by its whole path lies
    elsewhere, which the executed notebook does not show.
    """
    relative = [os.path.normpath(name) for name in packed.files if not _is_whole(name)]
    depth = max((name.split(os.sep).count("..") for name in relative), default=0)
    home = folder.joinpath(*["above"] * depth, "notebooks")
    notebooks = {name: home / file for name, (file, _) in packed.notebooks.items()}
    for name, (_, text) in packed.notebooks.items():
        write_whole(notebooks[name], text.encode())
    moved = {}
    for number, (name, content) in enumerate(packed.files.items()):
        place = home / name
        if _is_whole(name):
            place = folder / "files" / str(number) / name.replace("\\", "/").rpartition("/")[2]
            moved[name] = str(place)
        write_whole(place, content)
    return replace(packed.plan, notebooks=notebooks, moved=moved)


def _is_whole(name: str) -> bool:
    """Whether the path begins at the root, of this system or of Windows."""
    return name.startswith(("/", "\\")) or name[1:2] == ":"


def _without_outputs(notebook: Path) -> str:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(content, ensure_ascii=False)
