"""The chart mechanism: frame, lines, ranges and pairs of years, read from what is drawn."""

import base64
import io
import math
import struct

import matplotlib
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from korus_helpers.present.charts import pairs, ranges, show_pairs, show_ranges
from korus_helpers.present.displays import NARROW
from korus_helpers.present.figure import (
    COLOURS,
    INK,
    apart,
    chart,
    png,
    shortened,
    show_figure,
    text_size,
    wrapped,
)
from korus_helpers.present.timelines import lines, show_lines
from korus_helpers.trade.comparison import comparison

SOURCE = "US Census Bureau, release of August 2024"


def frame(title="Imports grew, exports stood still"):
    return chart(title, "US goods trade, USD billion a year", SOURCE)


@pytest.fixture
def korea():
    years = range(2007, 2018)
    exports = [34.4, 34.7, 28.6, 38.8, 43.5, 42.3, 41.7, 44.5, 43.4, 42.3, 48.3]
    imports = [47.6, 48.1, 39.2, 48.9, 56.7, 58.9, 62.4, 69.6, 71.8, 69.9, 71.4]
    return pd.DataFrame({"exports": exports, "imports": imports}, index=years)


def drawn_line(ax, column):
    return next(line for line in ax.lines if line.get_label() == column)


def words_on(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


# The frame


def test_long_words_of_the_frame_take_more_lines_and_stay_inside(korea, assert_readable):
    short, _ = frame()
    title = "Exports to Saint Vincent and the Grenadines fell while imports more than doubled"
    fig, ax = chart(title, "measure, unit, basis, " * 12, SOURCE * 6)
    assert [text.get_text().count("\n") for text in fig.texts] == [1, 2, 1]
    assert ax.get_position().height < short.axes[0].get_position().height
    lines(ax, korea)
    assert_readable(fig)


def test_text_from_outside_is_never_mathematics_or_hidden_on_a_chart():
    fig, _ = chart("From $13.2 billion to $27.6 billion", "a $b$\u202e\nc", SOURCE)
    assert [text.get_text() for text in fig.texts[:2]] == [
        "From $13.2 billion to $27.6 billion", "a $b$\\u202e c",
    ]  # fmt: skip
    assert not any(text.get_parse_math() for text in fig.texts)


def test_wrapped_lines_fit_and_are_balanced():
    text = wrapped("one two three four five six seven eight", 1.5, size=10)
    widths = [text_size(line, size=10)[0] for line in text.split("\n")]
    assert len(widths) == 2 and max(widths) <= 1.5 and min(widths) > 0.8
    assert wrapped("short", 1.5, size=10) == shortened("short", 1.5, size=10) == "short"
    assert wrapped("w" * 80, 1.5, size=10).endswith("w…")


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([10, 50], [10, 50]),
        ([50, 10], [50, 10]),
        ([30, 30], [25, 35]),
        ([32, 30, 31], [41, 21, 31]),
        ([99, 100], [90, 100]),
        ([0, 1, 2, 60, 62], [0, 10, 20, 56, 66]),
        ([120], [100]),
    ],
)
def test_labels_move_apart_and_no_further_than_needed(wanted, placed):
    assert apart(wanted, 10, 0, 100) == pytest.approx(placed)


def test_an_image_has_its_own_size_and_always_the_same_bytes(korea):
    def drawn(height=4.5):
        fig, ax = chart("Imports grew", "a year", SOURCE, height)
        lines(ax, korea, events={"2012-03-15": "in force"}, marked=[2011])
        return png(fig)

    first = drawn()
    assert struct.unpack(">II", first[16:24]) == (1152, 648)
    assert struct.unpack(">II", drawn(6)[16:24]) == (1152, 864)
    assert b"Software" not in first and b"matplotlib" not in first
    odd = {"figure.dpi": 50, "font.size": 20, "savefig.bbox": "tight", "axes.grid": False,
           "figure.facecolor": "black", "text.parse_math": True}  # fmt: skip
    with matplotlib.rc_context(odd):
        assert drawn() == first
        assert all(matplotlib.rcParams[key] == value for key, value in odd.items())


def test_a_figure_is_one_output_with_image_words_and_figures(shown, korea):
    fig, ax = frame()
    lines(ax, korea)
    image = png(fig)
    data = korea.rename_axis("year")
    (output,) = shown(show_figure, lambda: fig, data, "goods_over_time", "Exports stood still.")
    assert set(output.data) == {"image/png", "text/plain", "text/csv"}
    assert base64.b64decode(output.data["image/png"]) == image
    assert output.data["text/csv"].startswith("year,exports,imports\n2007,34.4,47.6\n")
    assert output.metadata == {
        "image/png": {"alt": "Exports stood still.", "width": 768},
        "korus": {"kind": "figure", "name": "goods_over_time"},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KORUS_REPORT", "1")
        [both] = shown(show_lines, korea, "Imports grew", "a year", SOURCE, "goods")
    narrow = Image.open(io.BytesIO(base64.b64decode(both.data[NARROW])))
    assert narrow.width == 518 and both.data["text/csv"] == korea.to_csv(index=False)
    with pytest.raises(ValueError, match="small letters"):
        show_figure(lambda: frame()[0], korea, "../goods", "Exports.")


# Lines


def test_lines_hold_the_figures_and_name_themselves(korea, assert_readable):
    fig, ax = frame()
    lines(ax, korea.assign(other=50.0))
    assert list(drawn_line(ax, "imports").get_ydata()) == list(korea.imports)
    colours = {text.get_text(): text.get_color() for text in ax.texts if text.get_text()}
    assert colours == {"Exports": COLOURS["exports"], "Imports": COLOURS["imports"], "Other": INK}
    assert ax.get_ylim()[0] == 0
    assert_readable(fig)


def test_missing_years_leave_gaps_and_a_year_alone_is_a_dot(korea):
    korea.loc[2009, "exports"] = None
    _, ax = frame()
    lines(ax, korea.drop(index=[2012, 2014])[["exports"]])
    line = drawn_line(ax, "exports")
    gone = [int(x) for x, y in zip(*line.get_data(), strict=True) if math.isnan(y)]
    assert gone == [2009, 2012, 2014]
    assert [int(line.get_xdata()[i]) for i in line.get_markevery()] == [2013]


def test_zero_is_in_view_and_ruled(korea, assert_readable):
    for values, low, high in ((korea, 0, 71), (-korea, -71, 0), (korea - 45, -16, 26)):
        fig, ax = frame()
        lines(ax, values)
        assert ax.get_ylim()[0] <= low and ax.get_ylim()[1] >= high
        assert any(list(line.get_ydata()) == [0, 0] for line in ax.lines)
        assert_readable(fig)


def test_end_labels_that_would_meet_move_apart_with_a_lead(assert_readable):
    years = pd.DataFrame({f"partner {i}": [i, 50 + i / 9] for i in range(9)}, index=[2011, 2016])
    fig, ax = frame()
    lines(ax, years)
    names = [text for text in ax.texts if text.get_text()]
    heights = sorted(text.get_window_extent().y0 for text in names)
    assert min(np.diff(heights)) >= 13 / 72 * 144 - 1e-6
    assert len(ax.texts) - len(names) == 9  # the leads
    assert_readable(fig)
    with pytest.raises(ValueError, match="40 labels"):
        lines(frame()[1], pd.DataFrame({f"p{i}": [i, i] for i in range(40)}, index=[2011, 2016]))


def test_marked_years_carry_their_values_beside_the_line(korea, assert_readable):
    fig, ax = frame()
    lines(ax, korea, marked=[2011, 2017])
    assert sorted(words_on(ax)) == ["43.5", "56.7", "Exports 48.3", "Imports 71.4"]
    assert_readable(fig)


CROSSING = pd.DataFrame({"exports": [9, 5, 8, 2, 7], "imports": [4, 6, 5, 8, 0.004]}, range(5))


@pytest.mark.parametrize("year", range(4))
def test_values_of_marked_years_cover_no_line_where_lines_cross(year, assert_readable):
    fig, ax = frame()
    lines(ax, CROSSING, marked=[year, 4])
    assert_readable(fig)
    assert "Imports 0.004" in words_on(ax)
    paths = [line.get_transform().transform_path(line.get_path()) for line in ax.lines[:2]]
    for text in ax.texts:
        if text.get_text() in {str(float(value)) for value in CROSSING.loc[year]}:
            box = text.get_window_extent().shrunk(0.9, 0.6)
            assert not any(path.intersects_bbox(box, filled=False) for path in paths)


def test_events_stand_at_their_day_with_their_names_apart(korea, assert_readable):
    events = {
        "2007-06-30": "signed",
        "2012-03-15": "agreement in force",
        "2012-09-15": "a second event soon after",
        "2016-11-08": "a long name of an event at the right edge of the chart",
        "2031-01-01": "outside",
    }
    fig, ax = frame()
    lines(ax, korea, events=events)
    at = {t.get_text().replace("\n", " "): t.xy[0] for t in ax.texts if hasattr(t, "xy")}
    # A yearly figure stands at the middle of its year: 15 March is left of it.
    assert at["agreement in force"] == pytest.approx(2011.5 + 74 / 365.25)
    assert "outside" not in at
    assert_readable(fig)


def test_months_stand_in_their_middle_and_two_years_of_them_name_quarters(assert_readable):
    months = pd.period_range("2015-01", periods=24, freq="M")
    fig, ax = frame()
    values = pd.DataFrame({"imports": range(24)}, index=months).drop(months[13])
    lines(ax, values, events={"2016-01-01": "tariff ends"})
    line = drawn_line(ax, "imports")
    assert line.get_xdata()[11:13] == pytest.approx([2016 - 0.5 / 12, 2016 + 0.5 / 12])
    assert math.isnan(line.get_ydata()[13])
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert named == ["Jan\n2015", "Apr", "Jul", "Oct", "Jan\n2016", "Apr", "Jul", "Oct"]
    assert_readable(fig)


def test_a_chart_of_lines_picks_its_unit_and_marks_the_years(shown, korea):
    item = comparison("5800", 2011, 2016)
    (large,) = shown(show_lines, 1000 * korea, "It rose", "Goods", SOURCE, "goods", item)
    assert large.data["text/plain"] == "Line chart, 2007 to 2017: It rose."
    assert large.data["text/csv"].startswith("exports,imports\n34400.0,")
    with pytest.raises(ValueError, match="no value to draw"):
        show_lines(korea * np.nan, "It rose", "Goods", SOURCE, "goods")


# Ranges


@pytest.fixture
def claims():
    return pd.DataFrame({
        "claim": ["Exports 2011", "Rise of imports", "Growth of the deficit", "Change in exports"],
        "printed": ["$3.5 billion", "nearly $20 billion", "more than doubled", "down 2.7 percent"],
        "printed_low": [3.45, 19, 2, -2.75], "printed_high": [3.55, 20, None, -2.65],
        "implied_low": [43.4, 13.1, 2.079, None], "implied_high": [43.55, 13.35, 2.103, None],
        "official_low": [43.462, 13.225, 2.0928, -2.79],
        "official_high": [43.462, 13.225, 2.0928, -2.64],
    })  # fmt: skip


def drawn(panel):
    """Bars (low, width), dots and whiskers of one panel, and its arrows."""
    bars = [(round(bar.get_x(), 6), round(bar.get_width(), 6)) for bar in panel.patches]
    marks = {line.get_marker(): [round(float(x), 4) for x in line.get_xdata()]
             for line in panel.lines}  # fmt: skip
    return bars, marks


def test_each_quantity_has_its_scale_with_printed_implied_and_official(claims, assert_readable):
    fig = ranges(claims, "Some differ", "What", SOURCE, own_scale=True)
    exports, imports, growth, change = (drawn(panel) for panel in fig.axes[0].child_axes)
    assert exports == ([(3.45, 0.1), (43.4, 0.15)], {"o": [43.462]})
    assert imports[0] == [(19, 1), (13.1, 0.25)]
    assert set(growth[1]) == {"o", ">"}  # without an upper end
    assert change[1] == {"|": [-2.79, -2.64]}
    notes = words_on(fig.axes[0])
    assert notes[:4] == ["Exports 2011", "as printed: $3.5 billion", "others imply 43.4 to 43.6",
                         "43.5"]  # fmt: skip
    assert_readable(fig)


def test_one_scale_for_all_with_a_band_and_an_arrow_beyond_the_most(claims, assert_readable):
    rows = claims[["claim", "official_low", "official_high"]].assign(official="as filed")
    fig = ranges(rows, "Some differ", "What", SOURCE, band=(10.0, math.inf), most=30)
    (panel,) = fig.axes[0].child_axes
    assert panel.get_xlim()[1] < 40
    assert [line.get_marker() for line in panel.lines].count(">") == 1
    (band,) = panel.collections
    across = band.get_paths()[0].vertices
    assert (across[:, 0].min(), across[:, 0].max()) == (10, panel.get_xlim()[1])
    assert words_on(fig.axes[0])[1] == "official as filed"
    assert_readable(fig)


def test_rows_of_one_name_are_dots_and_say_how_many_fit(assert_readable):
    rows = pd.DataFrame({"way": ["first year 2010"] * 3 + ["first year 2011"] * 2,
                         "official_low": [1.9, 2.1, 2.2, 1.5, 1.6]})  # fmt: skip
    rows["official_high"] = rows.official_low
    fig = ranges(rows, "Two of five fit", "What", SOURCE, band=(2.0, math.inf))
    assert words_on(fig.axes[0])[1::2] == ["2 of 3 fit", "0 of 2 fit"]
    dark = [line.get_xdata().tolist() for line in fig.axes[0].child_axes[0].lines
            if line.get_color() == INK and len(line.get_xdata())]  # fmt: skip
    assert dark == [[2.1, 2.2]]
    assert_readable(fig)


def test_long_claims_from_outside_are_cut_and_stay_inside(claims, assert_readable):
    endless = "an endless claim $1 $2 " * 9
    rows = claims.head(2).assign(claim=[endless, "w" * 90], printed=[endless, "w" * 90])
    for own_scale in (True, False):
        assert_readable(ranges(rows, "Some differ", "What", SOURCE, own_scale=own_scale))


def test_more_than_twelve_with_their_own_scale_are_several_charts(shown, claims):
    many = pd.concat([claims.assign(claim=claims.claim + f" {i}") for i in range(4)])
    found = shown(show_ranges, many, "Some differ", "What", SOURCE, "claims", own_scale=True)
    names = [one.metadata["korus"]["name"] for one in found]
    assert names == ["claims_1", "claims_2"]
    assert [one.data["text/csv"].count("\n") for one in found] == [13, 5]


def test_a_row_without_anything_to_draw_is_refused(claims):
    for rows in (claims[:0], claims[["claim", "printed"]]):
        with pytest.raises(ValueError, match="every row needs"):
            ranges(rows, "Some differ", "What", SOURCE)


# Pairs of years


@pytest.fixture
def ratios():
    deficits = pd.Series([13.2, 16.6, 20.7, 25.0, 28.3, 27.6], index=range(2011, 2017))
    return pd.DataFrame(
        {end: {base: deficits[end] / deficits[base] for base in range(2011, 2015)}
         for end in range(2013, 2017)}
    )  # fmt: skip


def test_a_grid_of_years_tints_what_fits_and_frames_the_claim(ratios, assert_readable):
    ratios.loc[2012, 2014] = np.nan
    fig, ax = frame()
    pairs(ax, ratios, ratios > 2, (2011, 2016), ("less", "more"))
    assert_readable(fig)
    tints = ax.collections[0].get_array()
    assert [tints[0, place] for place in range(4)] == [0, 0, 1, 1]
    assert tints.mask[1, 1] and tints.mask[2, 0]  # missing, and no span of years
    assert (ax.patches[-1].get_xy(), ax.patches[-1].get_width()) == ((3, 0), 1)
    said = words_on(ax)
    assert said[:3] == ["first year down, last year across", "less", "more"]
    assert said[3:7] == ["1.6", "1.9", "2.1", "2.1"] and "–" in said


def test_wide_numbers_shrink_into_their_cells_and_the_csv_is_unrounded(shown, assert_readable):
    wide = pd.DataFrame(123_456.78, index=[1985, 1986], columns=range(1990, 2002))
    _, ax = frame()
    assert_readable(pairs(ax, wide, wide > 1, (1985, 1990), ("no", "yes")).figure)
    (output,) = shown(show_pairs, wide, wide > 1, "T", "S", SOURCE, "pairs", own=(1985, 1990))
    assert "123456.78" in output.data["text/csv"]
