"""What a run needs of this machine, packed for another one."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.inputs import AtHand, at_hand, files_of
from korus_helpers.runs.task import Task


@dataclass(frozen=True)
class Luggage:
    """One run with all that it reads, and what is at hand where it was packed."""

    task: Task  # without the paths of its machine
    notebooks: Mapping[str, tuple[str, str]]  # name → name of the file, text without outputs
    files: Mapping[str, bytes]  # as parameters name them
    at_hand: AtHand


def pack(task: Task) -> Luggage:
    """Raises OSError where a notebook or a file that a parameter names cannot be read."""
    plan = task.plan
    return Luggage(
        replace(task, plan=replace(plan, notebooks={}, folder=None)),
        {name: (path.name, _without_outputs(path)) for name, path in plan.notebooks.items()},
        files_of(plan),
        at_hand(),
    )


def unpack(luggage: Luggage, folder: Path) -> Task:
    """The task with its notebooks and files in `folder`. Raises OSError.

    A file named from the notebook's folder lies there again. One named by its whole path lies
    elsewhere, which the executed notebook does not show.
    """
    plan, moved = luggage.task.plan, {}
    relative = [os.path.normpath(name) for name in luggage.files if not _is_whole(name)]
    depth = max((name.split(os.sep).count("..") for name in relative), default=0)
    home = folder.joinpath(*["above"] * depth, "notebooks")
    notebooks = {name: home / file for name, (file, _) in luggage.notebooks.items()}
    for name, (_, text) in luggage.notebooks.items():
        write_whole(notebooks[name], text.encode())
    for number, (name, content) in enumerate(luggage.files.items()):
        place = home / name
        if _is_whole(name):
            place = folder / "files" / str(number) / name.replace("\\", "/").rpartition("/")[2]
            moved[name] = str(place)
        write_whole(place, content)
    return replace(luggage.task, plan=replace(plan, notebooks=notebooks, moved=moved))


def _is_whole(name: str) -> bool:
    """Whether the path begins at the root, of this system or of Windows."""
    return name.startswith(("/", "\\")) or name[1:2] == ":"


def _without_outputs(notebook: Path) -> str:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(content, ensure_ascii=False)
