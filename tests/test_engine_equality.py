"""Forked kernels give the notebook that papermill with its own engine and a real kernel gives.

Cell by cell: text, HTML, bytes of images, metadata, counts, errors. What a real kernel gives in an
order or in portions that vary is compared without them, see `same_outputs` and `torture`.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from same_outputs import comparable, write_cells
from torture import CELLS, IN_ANY_ORDER

from korus_helpers.runs.engine import Engine, Limits
from korus_helpers.runs.execute import import_papermill
from korus_helpers.runs.plan import Plan, declared_parameters, plan

NOTEBOOKS = {
    path.stem: path
    for path in sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
}
SOME = ("00", "02", "04", "08")  # with every kind of output
PARTNERS = ("Germany",)  # for South Korea they are committed, and nbval runs a kernel
MORE_PARTNERS = (
    "South Korea", "Mexico", "Vietnam", "China", "Canada", "Nauru", "Germany", "Japan", "Ireland",
    "Tuvalu", "Brazil", "India",
)  # fmt: skip


def plainly(source: Path, target: Path, parameters: dict[str, object]) -> None:
    """papermill as it comes, in the current folder."""
    from papermill.exceptions import PapermillExecutionError

    try:
        import_papermill().execute_notebook(source, target, parameters, progress_bar=False)
    except PapermillExecutionError:
        assert target.exists()


def planned(notebooks: dict[str, Path], folder: Path, **parameters: str) -> Plan:
    declared = {name: declared_parameters(path) for name, path in notebooks.items()}
    made = plan(notebooks, declared, list(parameters.items()), datetime.now(), pdf=False)
    folder.mkdir()
    return replace(made, folder=folder)


@pytest.fixture(scope="module")
def forks():
    engine = Engine("fork", Limits(timeout=120))
    yield engine
    engine.stop()


@pytest.fixture
def as_outside_pytest(monkeypatch):
    # With it a kernel leaves the file descriptors alone.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setenv("KORUS_REPORT", "1")  # charts for a phone too, as in a run


@pytest.fixture(scope="module")
def tortured(tmp_path_factory, forks):
    """The cells of `torture` by a real kernel and by a forked one: name → the two."""
    place = tmp_path_factory.mktemp("torture")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")
        patch.setenv("KORUS_REPORT", "1")  # as in a run
        patch.chdir(place)
        source = write_cells(place / "torture.ipynb", CELLS)
        plainly(source, place / "plain.ipynb", {})
        (place / "written.py").unlink()
        forks.part(planned({"torture": source}, place / "forked"), "torture")
    return [
        comparable(path, IN_ANY_ORDER)
        for path in (place / "plain.ipynb", place / "forked" / "torture.ipynb")
    ]


@pytest.mark.parametrize("cell", ["notebook", "raw", "words", *CELLS])
def test_a_cell_shows_what_it_shows_in_a_real_kernel(tortured, cell):
    plain, forked = (one[cell.replace("_", "-")] for one in tortured)
    assert forked == plain


def test_the_notebook_has_the_same_cells_in_the_same_order(tortured):
    plain, forked = tortured
    assert list(forked) == list(plain)


def test_tortured_cells_were_run(tortured):
    plain, _ = tortured
    counted = [name for name, cell in plain.items() if name != "notebook" and cell["count"]]
    assert len(counted) == len(CELLS) - 2  # the empty and the blank one
    assert sum(bool(plain[name]["outputs"]) for name in counted) > 70


def compare_collection(partner: str, place: Path, engine, notebooks) -> list[str]:
    """The cells of `notebooks` that are not the same for `partner`."""
    made = planned(notebooks, place / "forked", partner=partner)

    def both(name: str) -> list[str]:
        engine.part(made, name)
        plainly(NOTEBOOKS[name], place / f"{name}.ipynb", dict(made.typed[name]))
        plain = comparable(place / f"{name}.ipynb")
        forked = comparable(place / "forked" / f"{name}.ipynb")
        assert list(plain) == list(forked)
        assert any(cell["outputs"] for key, cell in plain.items() if key != "notebook")
        return [f"{name}, {cell}" for cell in plain if plain[cell] != forked[cell]]

    with ThreadPoolExecutor(2) as pool:
        return [one for found in pool.map(both, notebooks) for one in found]


@pytest.mark.parametrize("partner", PARTNERS)
def test_committed_notebooks_are_those_of_papermill(
    partner, tmp_path, forks, monkeypatch, as_outside_pytest
):
    monkeypatch.chdir(next(iter(NOTEBOOKS.values())).parent)
    some = {name: path for name, path in NOTEBOOKS.items() if name[:2] in SOME}
    assert compare_collection(partner, tmp_path, forks, some) == []


@pytest.mark.skipif("KORUS_SLOW" not in os.environ, reason="five minutes; set KORUS_SLOW=1")
@pytest.mark.parametrize("partner", MORE_PARTNERS)
def test_committed_notebooks_are_those_of_papermill_for_more_partners(
    partner, tmp_path, forks, monkeypatch, as_outside_pytest
):
    monkeypatch.chdir(next(iter(NOTEBOOKS.values())).parent)
    assert compare_collection(partner, tmp_path, forks, NOTEBOOKS) == []
