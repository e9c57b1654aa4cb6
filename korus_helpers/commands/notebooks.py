"""`korus notebooks`: the notebooks as files of one's own."""

import shutil
from pathlib import Path

import click

from korus_helpers.errors import InputError


@click.command()
@click.argument("folder", default="notebooks", type=click.Path(path_type=Path))
def notebooks(folder: Path) -> None:
    """Copy the notebooks into a new FOLDER, to open and change them.

    In a folder called notebooks, as it is unless given, `korus run` finds them.
    """
    from korus_helpers.figures.names import visible
    from korus_helpers.runs.plan import find_collection

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already; type a new name, such as my_notebooks")
    folder.mkdir(parents=True, exist_ok=True)
    copied = find_collection()
    for notebook in copied:
        shutil.copyfile(notebook, folder / notebook.name)
    click.echo(f"{len(copied)} notebooks are in {visible(folder)}.")
    click.echo(f"Next: jupyter lab {visible(folder)}")
