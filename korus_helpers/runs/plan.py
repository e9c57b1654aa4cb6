"""What is known of a run before its first notebook starts: notebooks, their parameters, and what
the outcome depends on.

A notebook declares its parameters in its cell tagged `parameters`, one literal a line:
`end_year: int = 2016  # last year of the comparison`.
"""

import ast
import difflib
import functools
import hashlib
import itertools
import json
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PureWindowsPath

import korus_helpers
from korus_helpers.errors import InputError
from korus_helpers.figures.store import packages
from korus_helpers.figures.tables import DATA, DESCRIPTOR, SECTORS, VINTAGES
from korus_helpers.runs.reports import PAPERS, Shown

PACKAGE = Path(korus_helpers.__file__).parent
CODE = {".py", ".yaml", ".j2", ".css", ".typ"}
TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list[str]": "names between commas or a JSON list of texts",
}
BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}

# ---- Notebooks, and what they declare


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    kind: str  # the annotation as written; one of `TYPES` can be typed
    default: object


Declared = Mapping[str, Mapping[str, Parameter]]
"""Notebook → name → parameter."""


def find_collection(*first: Path) -> list[Path]:
    """The notebooks in `notebooks/` of the `first` folders, else those that came with this package.

    They lie within it where a wheel was installed, else beside it. Sorted by name; empty if there
    are none.
    """
    for folder in (*first, PACKAGE, PACKAGE.parent):
        if notebooks := sorted((folder / "notebooks").glob("*.ipynb")):
            return notebooks
    return []


def choose_notebooks(names: Sequence[str]) -> dict[str, Path]:
    """Name → path of the notebooks meant by `names`, all without names.

    Each is a number ("01"), a name or a path. Raises InputError for a name that fits none, listing
    what there is, and for two of the same name, whose reports would overwrite each other.
    """
    collection = find_collection(Path.cwd())
    if not names and not collection:
        raise InputError("There is no folder notebooks/ here; type the path of a notebook.")
    chosen: dict[str, Path] = {}
    for path in [_choose(name, collection) for name in names] or collection:
        if chosen.setdefault(path.stem, path) != path or path.stem == "index":
            raise InputError(f"Two reports would be called {path.stem}.html; rename one notebook.")
    return chosen


def _choose(name: str, collection: Sequence[Path]) -> Path:
    for notebook in collection:
        if name in (notebook.stem, notebook.name, notebook.stem.split("_")[0]):
            return notebook
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    known = ", ".join(notebook.stem for notebook in collection) or "none"
    raise InputError(f"There is no notebook {name!r}; there are: {known}; or type a path.")


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Name → parameter, in the order of the parameters cell; empty without such a cell.

    Raises InputError if the file is not a notebook or the cell is not lines of literals.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        source = "".join(tagged[0]["source"]) if tagged else ""
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{notebook.name} is not a notebook that can be read.") from None
    declared = {}
    try:
        for line in ast.parse(source).body:
            default = ast.literal_eval(line.value)
            if isinstance(line, ast.AnnAssign):
                name, kind = line.target.id, ast.unparse(line.annotation)
            else:
                name, kind = line.targets[0].id, type(default).__name__
            declared[name] = Parameter(name, kind, default)
    except (SyntaxError, ValueError, AttributeError):
        raise InputError(
            f"{notebook.name}: its parameters cell may hold only lines like"
            " `end_year: int = 2016  # last year`."
        ) from None
    return declared


def assign(typed: Sequence[tuple[str, str]], declared: Declared) -> dict[str, dict[str, object]]:
    """Notebook → the values typed for it: each notebook gets only the names it declares.

    `typed` holds pairs of name and text. Raises InputError for a name that no notebook declares
    (naming the nearest that are), a name given twice, and text that does not fit.
    """
    names = sorted({name for parameters in declared.values() for name in parameters})
    seen = [name for name, _ in typed]
    for name in seen:
        if name not in names:
            nearest = difflib.get_close_matches(name, names, n=3) or names
            raise InputError(
                f"There is no parameter {_quoted(name)} in the chosen notebooks;"
                f" try {' or '.join(filter(None, (', '.join(nearest[:-1]), nearest[-1])))}."
                if names
                else f"There is no parameter {_quoted(name)}: the chosen notebooks declare none."
            )
        if seen.count(name) > 1:
            raise InputError(f"The parameter {name} is given twice; give it once.")
    return {
        notebook: {name: value_of(text, known[name]) for name, text in typed if name in known}
        for notebook, known in declared.items()
    }


def value_of(text: str, parameter: Parameter) -> object:
    """`text` as the value of `parameter`, by its annotation; text stays text, "0015" included."""
    name, kind, default = parameter.name, parameter.kind, parameter.default
    if kind not in TYPES:
        raise InputError(
            f"{name} is declared as {kind} and cannot be set with -p;"
            " edit the parameters cell of the notebook instead."
        )
    try:
        text.encode()
        if kind == "str":
            return text
        if kind == "bool":
            return BOOLEANS[text.strip().lower()]
        if kind == "list[str]" and not text.strip().startswith("["):
            return [item.strip() for item in text.split(",") if item.strip()]
        value = json.loads(text)
        if kind == "list[str]" and all(isinstance(item, str) for item in value):
            return value
        if kind == "int" and type(value) is int and abs(value) < 1e18:
            return value
        if kind == "float" and type(value) in (int, float) and math.isfinite(value):
            return float(value)
    except (ValueError, KeyError, OverflowError):
        pass
    example = default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
    raise InputError(f"{name} takes {TYPES[kind]}, for example {example}, and not {_quoted(text)}.")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")


# ---- The plan


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
    def named(self) -> str:
        """Whom or what the run is about: the text or the file that it was given, else a partner."""
        given = itertools.chain(*(one.items() for one in self.typed.values()))
        file = next((value for name, value in given if name.endswith("_file")), "")
        partners = (one["partner"] for one in self.values.values() if one.get("partner"))
        return Path(file).stem or str(next(partners, ""))

    @property
    def speaker(self) -> str:
        """The notebook whose verdicts are those of the run: one given a file, else the first."""
        given = [name for name, typed in self.typed.items()
                 if any(one.endswith("_file") for one in typed)]  # fmt: skip
        return next(iter([*given, *self.notebooks]), "")

    def command(self, notebooks: Sequence[str]) -> str:
        options = itertools.chain(*(("-p", *pair) for pair in self.parameters))
        paper = ["--pdf"] if self.pdf else []
        paper += ["--paper", self.pdf] if self.pdf in PAPERS[1:] else []
        return shlex.join(["korus", "run", *paper, *options, *notebooks])

    def shown(self, notebooks: Sequence[str]) -> Shown:
        """Name, value and whether it was typed, of each parameter of `notebooks` that has one."""
        shown = {}
        for notebook in notebooks:
            for name, value in self.values[notebook].items():
                # The name of a file says enough: a report is handed on, folders are private.
                words = Path(value).name if name.endswith("_file") else _words(value)
                typed = name in self.typed[notebook]
                if value != "" or typed:
                    shown.setdefault(name, (name, words or "none", typed))
        return list(shown.values())

    def files(self) -> dict[str, bytes]:
        """The files that parameters name, as they name them, with what they hold.

        A name that is not among `moved` is looked for where the notebook runs: beside it. Raises
        OSError.
        """
        places = {
            value: self.notebooks[notebook].parent / self.moved.get(value, value)
            for notebook, values in self.values.items()
            for name, value in values.items()
            if name.endswith("_file") and value
        }
        return {name: place.read_bytes() for name, place in places.items() if place.is_file()}


def plan(
    notebooks: Mapping[str, Path],
    declared: Declared,
    parameters: Sequence[tuple[str, str]],
    now: datetime,
    pdf: str,
) -> Plan:
    """The run of `notebooks` with `parameters`, pairs of name and text as typed.

    A file is looked for in the current folder, and then beside the notebook. Raises InputError for
    a parameter that no notebook declares or text that does not fit.
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
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# ---- What the outcome depends on


def inputs_of(plan: Plan, here: Mapping[str, str]) -> str:
    """The sha256 over notebooks, parameters, files they name, and what is `at_hand`.

    Outputs that a notebook holds do not count, nor does the day of the run. Raises OSError where a
    file that a parameter names cannot be read.
    """
    parts = {
        "notebooks": {
            name: _sources(path, path.stat().st_mtime_ns) for name, path in plan.notebooks.items()
        },
        "parameters": plan.values,
        "files": {name: _sha256(content) for name, content in plan.files().items()},
        "pdf": plan.pdf,
        "at hand": dict(here),
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


@functools.cache
def _sources(notebook: Path, _changed: int) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = [["".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in cells]
    return _sha256(json.dumps(sources).encode())


@functools.cache
def _code() -> str:
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in CODE)
    return _sha256(b"".join(path.read_bytes() for path in files))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---- Another machine

Packed = tuple[Plan, dict[str, str], dict[str, bytes]]
"""A plan, name → text of its notebooks without outputs, and the files that parameters name."""


def pack(plan: Plan) -> Packed:
    """Raises OSError where a notebook or a file that a parameter names cannot be read."""
    notebooks = {}
    for name, path in plan.notebooks.items():
        content = json.loads(path.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        notebooks[name] = json.dumps(content, ensure_ascii=False)
    return replace(plan, notebooks={}, folder=Path()), notebooks, plan.files()


def unpack(packed: Packed, folder: Path) -> Plan:
    """The plan with all that it reads in `folder`, and below that an empty one for what it gives.

    A file lies elsewhere than it did, which the executed notebook does not show. Raises OSError.
    """
    plan, texts, files = packed
    notebooks = {name: folder / "notebooks" / f"{name}.ipynb" for name in texts}
    moved = {
        name: folder / "files" / str(number) / PureWindowsPath(name).name
        for number, name in enumerate(files)
    }
    for path, content in (
        *((notebooks[name], text.encode()) for name, text in texts.items()),
        *((moved[name], content) for name, content in files.items()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "run").mkdir()
    moved = {name: str(path) for name, path in moved.items()}
    return replace(plan, notebooks=notebooks, folder=folder / "run", moved=moved)
