"""What the outcome of a run depends on, as one checksum: the same inputs, the same outcome."""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import korus_helpers
from korus_helpers.runs.plan import Plan
from korus_helpers.sources.stored import packages
from korus_helpers.sources.tables import DATA, DESCRIPTOR, SECTORS, VINTAGES

PACKAGE = Path(korus_helpers.__file__).parent
CODE = {".py", ".yaml", ".j2", ".css", ".typ"}


def inputs_of(plan: Plan) -> str:
    """The sha256 over notebooks, parameters, files they name, figures at hand and this package.

    Outputs that a notebook holds do not count, nor does the day of the run. Raises OSError where a
    file that a parameter names cannot be read.
    """
    parts = {
        "notebooks": {name: _sources(path) for name, path in plan.notebooks.items()},
        "parameters": plan.values,
        "files": {name: _sha256(content) for name, content in files_of(plan).items()},
        "pdf": plan.pdf,
        "figures": _figures(),
        "code": _code(),
    }
    return _sha256(json.dumps(parts, sort_keys=True).encode())


def files_of(plan: Plan) -> dict[str, bytes]:
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


@dataclass(frozen=True)
class AtHand:
    """What a machine makes runs with; where it is the same, the same task has the same outcome."""

    version: str
    code: str  # checksums
    figures: str


def at_hand() -> AtHand:
    """What this machine makes runs with."""
    return AtHand(korus_helpers.__version__, _code(), _sha256("".join(_figures()).encode()))


@functools.cache
def _sources(notebook: Path) -> list[object]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [["".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in cells]


def _figures() -> list[str]:
    """The checksums of the descriptors, which hold those of all tables."""
    stored = (*packages(VINTAGES), *packages(SECTORS))
    return [
        _sha256((DATA / DESCRIPTOR).read_bytes()),
        *(one.files[DESCRIPTOR][1].removeprefix("sha256:") for one in stored),
    ]


@functools.cache
def _code() -> str:
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in CODE)
    return _sha256(b"".join(path.read_bytes() for path in files))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
