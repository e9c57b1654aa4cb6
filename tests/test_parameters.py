"""What a notebook declares, and what typed text becomes."""

import json

import pytest

from korus_helpers.errors import InputError
from korus_helpers.runs.plan import (
    Parameter,
    assign,
    choose_notebooks,
    declared_parameters,
    find_collection,
    value_of,
)

CELL = """\
partner: str = "Korea, South"  # Census name, ISO code or 4-digit code
base_year: int = 2011  # first year of the comparison
tolerance: float = 0.05
with_services: bool = False
partners: list[str] = ["Mexico", "Canada"]
options: dict = {}
note = "no annotation"  # typed by its value
"""


def write_notebook(path, *parameter_cells):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}]
    for source in parameter_cells:
        cells.append(
            {
                "cell_type": "code",
                "metadata": {"tags": ["parameters"]},
                "source": source.splitlines(keepends=True),
                "outputs": [],
                "execution_count": None,
            }
        )
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    return path


@pytest.fixture
def declared(tmp_path):
    return declared_parameters(write_notebook(tmp_path / "a.ipynb", CELL))


def test_declared_parameters_have_name_kind_and_default(declared):
    assert declared["partner"] == Parameter("partner", "str", "Korea, South")
    assert declared["partners"] == Parameter("partners", "list[str]", ["Mexico", "Canada"])
    assert declared["note"] == Parameter("note", "str", "no annotation")
    assert list(declared)[:2] == ["partner", "base_year"]


def test_a_notebook_without_parameters_cell_declares_none(tmp_path):
    assert declared_parameters(write_notebook(tmp_path / "a.ipynb")) == {}


@pytest.mark.parametrize(
    "source", ["end: int = 2000 + 16", "import os", "a = b = 1\nprint(a)", "end: int", "(", "'''"]
)
def test_a_parameters_cell_holds_literals_only(tmp_path, source):
    with pytest.raises(InputError, match=r"a\.ipynb: its parameters cell may hold only lines"):
        declared_parameters(write_notebook(tmp_path / "a.ipynb", source))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cells": 1}', b"\xff", b'{"cells": [1]}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.ipynb is not a notebook"):
        declared_parameters(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("partner", "0015", "0015"),
        ("partner", " Côte d'Ivoire <script>\n", " Côte d'Ivoire <script>\n"),
        ("partner", "true", "true"),
        ("base_year", "2016", 2016),
        ("base_year", "-5", -5),
        ("tolerance", "0.1", 0.1),
        ("tolerance", "2", 2.0),
        ("tolerance", "1e-3", 0.001),
        ("with_services", "True", True),
        ("with_services", "no", False),
        ("partners", "Mexico, Japan", ["Mexico", "Japan"]),
        ("partners", '["Korea, South", "Japan"]', ["Korea, South", "Japan"]),
        ("partners", "", []),
    ],
)
def test_text_becomes_a_value_by_its_annotation(declared, name, text, value):
    typed = value_of(text, declared[name])
    assert (typed, type(typed)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("base_year", "2016.0", "takes a whole number, for example 2011, and not '2016.0'."),
        ("base_year", "2_016", "base_year takes a whole number"),
        ("base_year", "٢٠١٦", "base_year takes a whole number"),
        ("base_year", "9" * 30, "base_year takes a whole number"),
        ("tolerance", "five", "tolerance takes a number, for example 0.05, and not 'five'."),
        ("tolerance", "nan", "tolerance takes a number"),
        ("tolerance", "1e999", "tolerance takes a number"),
        ("with_services", "maybe", "with_services takes true or false, for example false"),
        ("partners", "[1, 2]", "partners takes names between commas or a JSON list of texts"),
        ("partners", '["a"', "partners takes names between commas"),
        ("partner", "\udcff", "partner takes text, for example Korea, South, and not"),
        ("options", "{}", "options is declared as dict and cannot be set with -p"),
        ("base_year", "x" * 500, "…'."),
    ],
)  # fmt: skip
def test_text_that_does_not_fit_is_refused_in_one_sentence(declared, name, text, message):
    with pytest.raises(InputError) as refused:
        value_of(text, declared[name])
    assert message in str(refused.value)
    assert len(str(refused.value)) < 250


def test_each_notebook_gets_only_the_names_it_declares(tmp_path):
    collection = {
        "a": declared_parameters(write_notebook(tmp_path / "a.ipynb", "x: int = 1\ny: str = ''")),
        "b": declared_parameters(write_notebook(tmp_path / "b.ipynb", "y: int = 2")),
    }
    assert assign([("x", "5"), ("y", "7")], collection) == {"a": {"x": 5, "y": "7"}, "b": {"y": 7}}
    assert assign([], collection) == {"a": {}, "b": {}}


def test_a_name_that_none_declares_is_refused_with_the_nearest(declared):
    with pytest.raises(InputError, match=r"no parameter 'patner' .*; try partner or partners"):
        assign([("patner", "Mexico")], {"a": declared})
    with pytest.raises(InputError, match=r"try base_year, note, options, .* or with_services"):
        assign([("zzz", "1")], {"a": declared})
    with pytest.raises(InputError, match="the chosen notebooks declare none"):
        assign([("partner", "Mexico")], {"a": {}})


def test_a_name_given_twice_is_refused(declared):
    with pytest.raises(InputError, match="base_year is given twice"):
        assign([("base_year", "1"), ("base_year", "2")], {"a": declared})


@pytest.fixture
def collection(tmp_path, monkeypatch):
    for name in ("01_goods", "00_start"):
        write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", CELL)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "notebooks"


def test_notebooks_are_chosen_by_number_name_or_path(collection, tmp_path):
    other = write_notebook(tmp_path / "mine.ipynb")
    start, goods = collection / "00_start.ipynb", collection / "01_goods.ipynb"
    assert list(choose_notebooks([]).values()) == [start, goods]
    for name in ("01", "01_goods", "01_goods.ipynb", "notebooks/01_goods.ipynb", str(goods)):
        assert choose_notebooks([name]) == {goods.stem: goods}
    chosen = choose_notebooks(["mine.ipynb", "00", "00_start"])
    assert list(chosen.values()) == [other, start]


def test_an_unknown_notebook_is_refused_with_what_there_is(collection):
    with pytest.raises(InputError, match="no notebook '07'; there are: 00_start, 01_goods; or"):
        choose_notebooks(["07"])


def test_reports_must_not_overwrite_each_other(collection, tmp_path):
    write_notebook(tmp_path / "other" / "00_start.ipynb")
    with pytest.raises(InputError, match=r"called 00_start\.html; rename"):
        choose_notebooks(["00", "other/00_start.ipynb"])
    write_notebook(tmp_path / "index.ipynb")
    with pytest.raises(InputError, match=r"called index\.html; rename"):
        choose_notebooks(["index.ipynb"])


def test_without_notebooks_here_those_beside_the_package_are_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "checkout" / "notebooks"
    monkeypatch.setattr("korus_helpers.runs.plan.PACKAGE", beside.with_name("korus_helpers"))
    with pytest.raises(InputError, match="no folder notebooks/ here; type the path"):
        choose_notebooks([])
    beside.parent.mkdir()
    expected = write_notebook(beside / "01_goods.ipynb")
    assert find_collection() == [expected]
