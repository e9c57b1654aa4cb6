"""Waterfalls and dots in order: what is drawn, and that words meet neither dots nor each other."""

import itertools

import pandas as pd
import pytest
from conftest import words_drawn

from korus_helpers import all_goods, show_dots, show_waterfall
from korus_helpers.present.comparisons import dots, waterfall
from korus_helpers.present.figure import chart


@pytest.fixture
def axes():
    return chart("A title", "A subtitle", "a source")[1]


@pytest.fixture(scope="module")
def changes():
    table = all_goods("latest")
    deficits = (table.imports - table.exports).set_axis([table.partner, table.year]).unstack()
    return (deficits[2016] - deficits[2011]).dropna() / 1000


def boxes(ax) -> list:
    return [box for text, box in words_drawn(ax.figure).items() if text in ax.texts]


@pytest.mark.parametrize("marked", ["South Korea", "Netherlands", "Tuvalu", "China", "Mexico"])
def test_names_of_dots_meet_neither_each_other_nor_any_dot(axes, changes, marked):
    dots(axes, changes, marked)
    assert any(text.get_text().startswith(marked) for text in axes.texts)
    found = boxes(axes)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(found, 2))
    for line in axes.lines[1:]:
        at = axes.transData.transform(line.get_xydata())
        assert not any(box.contains(*point) for box in found for point in at)
    figure = axes.figure.bbox
    assert all(figure.x0 <= b.x0 and b.x1 <= figure.x1 and b.y1 <= figure.y1 for b in found)


def test_a_dot_for_every_value_in_order_and_the_marked_one_in_its_place(axes, changes):
    dots(axes, changes, "South Korea")
    zero, every, marked = axes.lines
    assert list(zero.get_ydata()) == [0, 0]
    assert list(every.get_ydata()) == sorted(changes)
    assert tuple(marked.get_xydata()[0]) == (len(changes) - 4, changes["South Korea"])


@pytest.mark.parametrize("start", [25.0, -2.0])
def test_each_step_of_a_waterfall_begins_where_the_last_one_ended(axes, start):
    steps = pd.Series({"cars": 3.1, "food": -0.004, "oil": -9.5})
    waterfall(axes, steps, start, ("2014", "2016"))
    first, *bars, last = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert first == (0, start) and last[0] == 0
    at = start
    for (begin, end), step in zip(bars, steps, strict=True):
        assert (begin, end) == (pytest.approx(at), pytest.approx(at + step))
        at = end
    assert last[1] == pytest.approx(at)
    said = [text.get_text() for text in axes.texts]
    assert said[1:4] == ["+3.1", "−0.004", "−9.5"]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes(axes), 2))


def test_shown_with_the_figures_behind_and_words_for_amounts_that_billions_would_hide(shown):
    values = pd.Series({"a": 5000.0, "b": -0.2, "c": 1.0})
    (one,) = shown(show_dots, values, "T", "S", "X", "name", marked="b")
    assert one.data["text/csv"].splitlines() == ["name,value", "a,5000.0", "c,1.0", "b,-0.2"]
    steps, ends = pd.Series({"a": 500.0}), ("2014", "2016")
    (one,) = shown(show_waterfall, steps, 900.0, ends, "T", "S", "X", "steps")
    assert one.data["text/csv"].splitlines() == ['part,"change, million dollars"', "a,500.0"]
    assert one.data["text/plain"] == "Waterfall: T. S."
