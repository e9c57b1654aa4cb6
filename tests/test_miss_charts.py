"""The chart of printed figures as percentages of the official ones."""

import math

import pytest

from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import article
from korus_helpers.present.claim_pictures import interval_title
from korus_helpers.present.figure import COLOURS, chart
from korus_helpers.present.miss_charts import misses, misses_size, percent_of_official


@pytest.fixture(scope="module")
def compared():
    return percent_of_official(audit(article()).verdicts)


def drawn(frame):
    size = misses_size(frame)
    fig, ax = chart(interval_title(frame), "Percent of the official", "Census", size=size)
    return fig, misses(ax, frame)


def test_printed_intervals_are_percentages_of_the_official_figure(compared):
    rows = compared.set_index("id")
    # 3.45 and 3.55 of 43.461636
    assert rows.printed_low["exports_2011"] == pytest.approx(7.938, abs=0.001)
    assert rows.printed_high["exports_2011"] == pytest.approx(8.168, abs=0.001)
    # a fall of 2.65 to 2.75 percent against one of 2.652: sign and order are those of sizes
    assert 99 < rows.printed_low["exports_change"] < rows.printed_high["exports_change"] < 105
    assert math.isinf(rows.printed_high["deficit_ratio"])
    assert rows.official["imports_change"] == "13.21 to 13.23 billion"
    assert rows.official_low["imports_change"] < 100 < rows.official_high["imports_change"]


def test_claims_without_an_official_figure_are_left_out(compared):
    assert not {"auto_deficit_change", "signed", "withdrawal_first"} & set(compared.id)


def test_it_shows_a_bar_and_a_dot_per_claim_and_is_readable(compared, assert_readable):
    fig, ax = drawn(compared)
    bars = [bar for bar in ax.patches if bar.get_facecolor()[:3] != (1, 1, 1)]
    assert len(bars) == len(compared)
    exports = bars[list(compared.id).index("exports_2011")]
    assert exports.get_x() + exports.get_width() / 2 == pytest.approx(8.05, abs=0.01)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in dots] == [[100]] * len(compared)
    arrows = [line for line in ax.lines if line.get_marker() == ">"]
    assert [line.get_color() for line in arrows] == [COLOURS["highlight"]]
    assert ax.get_xlim()[1] == pytest.approx(1.1 * 20 / 13.22 * 100, abs=1)
    assert_readable(fig)


def test_a_figure_far_beyond_is_an_arrow_at_the_edge(compared):
    far = compared[compared.id == "exports_2011"].assign(printed_low=990.0, printed_high=1010.0)
    _, ax = drawn(far)
    assert ax.get_xlim() == (0, 200)
    assert [line.get_marker() for line in ax.lines].count(">") == 1


def test_nothing_to_draw_is_refused(compared):
    _, ax = chart("None", "What", "Census")
    with pytest.raises(ValueError, match="no claim has an official figure"):
        misses(ax, compared[:0])
