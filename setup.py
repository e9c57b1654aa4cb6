"""The wheel brings the notebooks of the one folder `notebooks`, as data of the package.

Its description is the README without what only the repository has: the picture, and links to files.
"""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class WithNotebooks(build_py):
    """Beside what is in the package, its notebooks; an editable install finds them in place."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        folder = Path(self.build_lib, "korus_helpers", "notebooks")
        self.mkpath(str(folder))
        for notebook in sorted((HERE / "notebooks").glob("[0-9]*.ipynb")):
            self.copy_file(str(notebook), str(folder / notebook.name))


def description() -> str:
    text = (HERE / "README.md").read_text("utf-8")
    text = re.sub(r"^\[!\[.*\n\n.*\n\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\[([^]]+)\]\((?!https?:)[^)]+\)", r"\1", text)


setup(
    cmdclass={"build_py": WithNotebooks},
    long_description=description(),
    long_description_content_type="text/markdown",
)
