"""What is known of a run before its first notebook starts."""

import itertools
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from korus_helpers.runs.pages import PAPERS, Shown
from korus_helpers.runs.parameters import Parameter, assign


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
