"""The committed notebooks: how they are built, and that they run for other partners and years."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from korus_helpers.runs.engine import Engine
from korus_helpers.runs.plan import declared_parameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
LONGEST_CELL, MOST_CODE_CELLS, MOST_NAMES = 12, 25, 51
# Figures in prose that are no results: definitions, policy, law, and a printed text as example.
NOT_RESULTS = ("$42.3 billion", "rounds to 42.3", "by 5 percent here", "tariff of 2.5 percent")


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code_cells(path: Path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=NAMES)
def notebook(request) -> Path:
    return request.param


def test_it_is_executed_in_order_with_nothing_on_stderr(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_it_has_the_anatomy_of_every_notebook(notebook):
    cells = read(notebook).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ") and "**Method.**" in cells[0].source
    assert cells[1].metadata.tags == ["parameters"]
    headings = [
        line
        for cell in cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    assert headings[-3:] == ["## Checks", "## What this does not show", "## Sources"]


def test_parameters_are_typed_literals_with_a_comment(notebook):
    (cell,) = [c for c in code_cells(notebook) if "parameters" in c.metadata.get("tags", [])]
    for line in cell.source.splitlines():
        assert re.fullmatch(
            r'\w+: (str|int|float|bool) = ("[^"]*"|-?[\d.]+|True|False)  # [^=]+', line
        )
    assert declared_parameters(notebook)


def test_cells_are_short_and_words_outnumber_code(notebook):
    cells = read(notebook).cells
    code = [c.source.splitlines() for c in cells if c.cell_type == "code"]
    assert len(code) <= MOST_CODE_CELLS
    assert max(map(len, code)) <= LONGEST_CELL
    words = sum(len(c.source.split()) for c in cells if c.cell_type == "markdown")
    assert words > 2.5 * sum(map(len, code))


def test_few_names_come_from_the_package_and_the_import_cell_fits_a_screen():
    cells = [cell.source for path in NOTEBOOKS for cell in code_cells(path)]
    imports = [text for text in cells if "from korus_helpers import" in text]
    assert len(imports) == len(NOTEBOOKS) and max(len(one.splitlines()) for one in imports) <= 12
    names = {name for text in imports for line in text.splitlines() if "korus_helpers" in line
             for name in line.partition(" import ")[2].split(", ")}  # fmt: skip
    assert len(names) <= MOST_NAMES


def test_no_result_is_typed_in_prose(notebook):
    for cell in read(notebook).cells:
        if cell.cell_type == "markdown":
            text = cell.source
            for known in NOT_RESULTS:
                text = text.replace(known, "")
            assert not re.search(r"\d\s*(billion|million|percent|%|times)\b|\$\s*\d", text), text


def test_nothing_of_the_machine_is_in_it(notebook):
    text = notebook.read_text("utf-8")
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)
    assert set(read(notebook).metadata) <= {"kernelspec", "language_info"}
    assert all(set(cell.metadata) <= {"tags"} for cell in read(notebook).cells)


def test_every_figure_has_an_alternative_text_and_the_figures_behind_it(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert output.metadata["image/png"]["alt"].strip()
                assert output.data["text/csv"].count("\n") > 1


GRID = [
    {"partner": "China"}, {"partner": "Mexico"}, {"partner": "DEU"},
    {"base_year": 1986, "end_year": 1992}, {"base_year": 2014, "end_year": 2025},
    {"partner": "Vietnam", "base_year": 1994, "end_year": 2023},
    {"vintage": "2018-10"}, {"partner": "Niue", "base_year": 2012}, {"partner": "World"},
]  # fmt: skip


def test_they_run_for_other_partners_years_and_releases(tmp_path):
    engine = Engine()
    # Each takes every other one in turn, so that neighbours differ; notebook 00 keeps the
    # article's partner and years but for one paragraph: once is enough.
    wanted = [
        (path, parameters)
        for number, path in enumerate(NOTEBOOKS)
        for parameters in (GRID[number % 2 :: 2] if number else GRID[1:2])
        if set(parameters) <= set(declared_parameters(path))
    ]
    assert wanted

    def done(number: int):
        path, parameters = wanted[number]
        return engine.execute(path, parameters, tmp_path / f"{number}.ipynb")

    try:
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(done, range(len(wanted))))
    finally:
        engine.stop()
    problems = [
        (wanted[i][0].stem, wanted[i][1], o.error)
        for i, o in enumerate(outcomes)
        if o.status != "done"
    ]
    assert not problems
    for number, (_, parameters) in enumerate(wanted):
        cells = code_cells(tmp_path / f"{number}.ipynb")
        assert not [o for c in cells for o in c.outputs if o.get("name") == "stderr"]
        said = json.dumps([o.get("data", {}) for c in cells for o in c.outputs])
        assert not re.search(r"\bnan\b|USD inf", said), (wanted[number], "prints nan")
        if parameters.get("partner") == "Mexico":
            assert "Mexico" in said


@pytest.mark.parametrize(("parameters", "says"), [
    ({"partner": "Korea"}, 'type "South Korea" (5800) or "North Korea" (5790)'),
    ({"end_year": 2031}, "end_year 2031: vintage"),
    ({"base_year": 1984}, "covers 1985 to"),
    ({"base_year": 2016, "end_year": 2011}, "does not come before"),
    ({"vintage": "2019-01"}, "type latest, one of"),
    ({"vintage": "as-of:2017-12-28"}, "whole releases"),
    ({"base_year": "2011"}, "is not a year"),
    ({"partner": "Mexico", "vintage": "2026-06"}, "holds Korea, South only"),
    ({"partner": "North Korea", "end_year": 2018}, "no trade"),
])  # fmt: skip
def test_parameters_that_make_no_sense_say_what_to_type(parameters, says):
    from korus_helpers.errors import InputError
    from korus_helpers.trade.comparison import comparison

    defaults = {"partner": "Korea, South", "base_year": 2011, "end_year": 2016, "vintage": "latest"}
    with pytest.raises(InputError, match=re.escape(says)):
        comparison(**(defaults | parameters))


def test_a_notebook_that_refuses_its_parameters_says_so_and_nothing_else(tmp_path):
    engine = Engine("kernel")
    try:
        outcome = engine.execute(NOTEBOOKS[1], {"end_year": 2031}, tmp_path / "x.ipynb")
    finally:
        engine.stop()
    assert outcome.status == "refused"
    assert outcome.error == "end_year 2031: vintage 2026-06 covers 1985 to 2025"
