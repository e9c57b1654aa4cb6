"""Where the notebooks are, and which of them are meant."""

from collections.abc import Sequence
from pathlib import Path

from korus_helpers.errors import InputError

BESIDE_THE_PACKAGE = Path(__file__).resolve().parents[2] / "notebooks"


def find_collection() -> list[Path]:
    """The notebooks in `notebooks/` of the current folder, else in the one beside the package.

    Sorted by name; empty if there are none.
    """
    for folder in (Path("notebooks").resolve(), BESIDE_THE_PACKAGE):
        if notebooks := sorted(folder.glob("*.ipynb")):
            return notebooks
    return []


def choose_notebooks(names: Sequence[str]) -> dict[str, Path]:
    """Name → path of the notebooks meant by `names`, all without names.

    Each is a number ("01"), a name or a path.

    Raises InputError for a name that fits none, listing what there is, and for two notebooks
    of the same name, whose reports would overwrite each other.
    """
    collection = find_collection()
    if not names and not collection:
        raise InputError("There is no folder notebooks/ here; type the path of a notebook.")
    chosen = list(dict.fromkeys(_choose(name, collection) for name in names)) or collection
    stems = [notebook.stem for notebook in chosen]
    for stem in stems:
        if stems.count(stem) > 1 or stem == "index":
            raise InputError(f"Two reports would be called {stem}.html; rename one notebook.")
    return {notebook.stem: notebook for notebook in chosen}


def _choose(name: str, collection: Sequence[Path]) -> Path:
    for notebook in collection:
        if name in (notebook.stem, notebook.name, notebook.stem.split("_")[0]):
            return notebook
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    known = ", ".join(notebook.stem for notebook in collection) or "none"
    raise InputError(f"There is no notebook {name!r}; there are: {known}; or type a path.")
