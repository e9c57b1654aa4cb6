import base64
import math
import struct

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from korus_helpers.present.charts import bars
from korus_helpers.present.figure import COLOURS, chart, png, show_figure
from korus_helpers.present.lettering import shortened, spread, text_size, wrapped
from korus_helpers.present.timelines import lines

SOURCE = "US Census Bureau, release of August 2024"
LONG_NAME = "Saint Vincent and the Grenadines"


def frame(size=(8, 4.5), title="Imports grew, exports stood still"):
    return chart(title, "US goods trade, USD billion a year", SOURCE, size=size)


@pytest.fixture
def korea():
    years = range(2007, 2018)
    exports = [34.4, 34.7, 28.6, 38.8, 43.5, 42.3, 41.7, 44.5, 43.4, 42.3, 48.3]
    imports = [47.6, 48.1, 39.2, 48.9, 56.7, 58.9, 62.4, 69.6, 71.8, 69.9, 71.4]
    return pd.DataFrame({"exports": exports, "imports": imports}, index=years)


def drawn_line(ax, column):
    return next(line for line in ax.lines if line.get_label() == column)


# The frame


def test_words_of_the_frame_stand_in_place():
    fig, ax = frame()
    title, subtitle, source = (text.get_text() for text in fig.texts)
    assert title == "Imports grew, exports stood still"
    assert subtitle == "US goods trade, USD billion a year"
    assert source == f"Source: {SOURCE}"
    sizes = [(text.get_fontsize(), text.get_fontweight()) for text in fig.texts]
    assert sizes == [(13, "bold"), (10, "normal"), (8, "normal")]
    assert not ax.spines["top"].get_visible() and not ax.spines["right"].get_visible()


def test_a_title_has_at_most_ten_words():
    ten = "one two three four five six seven eight nine ten"
    frame(title=ten)
    for title in (f"{ten} eleven", "", "  "):
        with pytest.raises(ValueError, match="words; 1 to 10"):
            frame(title=title)


def test_a_partner_counts_as_one_word():
    title = f"The deficit with {LONG_NAME} more than doubled within five years"
    with pytest.raises(ValueError, match="14 words"):
        chart(title, "s", SOURCE)
    fig, _ = chart(title, "s", SOURCE, partner=LONG_NAME)
    assert fig.texts[0].get_text().count("\n") == 1


def test_long_words_of_the_frame_take_more_lines_and_stay_inside(assert_readable):
    short, _ = frame()
    title = f"Exports to {LONG_NAME} fell while imports more than doubled"
    fig, ax = chart(title, "measure, unit, basis, " * 12, SOURCE * 6, partner=LONG_NAME)
    assert [text.get_text().count("\n") for text in fig.texts] == [1, 2, 1]
    assert ax.get_position().height < short.axes[0].get_position().height
    bars(ax, pd.Series({"exports": 42.3, "imports": 69.9}))
    assert_readable(fig)


def test_text_from_outside_is_never_mathematics_on_a_chart():
    fig, ax = chart("From $13.2 billion to $27.6 billion", "a $b$\u202e\nc", SOURCE)
    assert fig.texts[0].get_text() == "From $13.2 billion to $27.6 billion"
    assert fig.texts[1].get_text() == "a $b$� c"
    bars(ax, pd.Series({"$x^2$": 1.0, "$y$": 2.0}))
    assert not any(text.get_parse_math() for text in [*fig.texts, *ax.texts, *ax.get_yticklabels()])


def test_wrapped_lines_fit_and_are_balanced():
    fig, _ = frame()
    text = wrapped(fig, "one two three four five six seven eight", 1.5, size=10)
    widths = [text_size(fig, line, size=10)[0] for line in text.split("\n")]
    assert len(widths) == 2 and max(widths) <= 1.5 and min(widths) > 0.8
    assert wrapped(fig, "short", 1.5, size=10) == "short"
    assert wrapped(fig, "w" * 80, 1.5, size=10).endswith("w…")
    assert shortened(fig, "short", 1.5, size=10) == "short"


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([10, 50], [10, 50]),
        ([50, 10], [50, 10]),
        ([30, 30], [25, 35]),
        ([32, 30, 31], [41, 21, 31]),
        ([0, 1, 90], [0, 10, 90]),
        ([99, 100], [90, 100]),
        ([0, 1, 2, 60, 62], [0, 10, 20, 56, 66]),
    ],
)
def test_labels_move_apart_and_no_further_than_needed(wanted, placed):
    assert spread(wanted, 10, 0, 100) == pytest.approx(placed)


def test_too_many_labels_are_refused():
    with pytest.raises(ValueError, match="12 labels"):
        spread([50] * 12, 10, 0, 100)


# Saving


def test_an_image_has_its_own_size_and_always_the_same_bytes(korea):
    def drawn(size=(8, 4.5)):
        fig, ax = frame(size)
        lines(ax, korea, ["exports", "imports"], events={"2012-03-15": "in force"}, marked=[2011])
        return png(fig)

    first = drawn()
    assert struct.unpack(">II", first[16:24]) == (1152, 648)
    assert struct.unpack(">II", drawn((8, 6))[16:24]) == (1152, 864)
    assert b"Software" not in first and b"matplotlib" not in first
    odd = {"figure.dpi": 50, "font.size": 20, "savefig.bbox": "tight", "axes.grid": False,
           "figure.facecolor": "black", "text.parse_math": True}  # fmt: skip
    with matplotlib.rc_context(odd):
        assert drawn() == first
        assert all(matplotlib.rcParams[key] == value for key, value in odd.items())


def test_a_figure_is_one_output_with_image_words_and_figures(shown, korea):
    fig, ax = frame()
    lines(ax, korea, ["exports"])
    image = png(fig)
    data = korea.rename_axis("year")
    (output,) = shown(show_figure, fig, data, "goods_over_time", "Exports stood still.")
    assert set(output.data) == {"image/png", "text/plain", "text/csv"}
    assert base64.b64decode(output.data["image/png"]) == image
    assert output.data["text/plain"] == "Exports stood still."
    assert output.data["text/csv"].startswith("year,exports,imports\n2007,34.4,47.6\n")
    assert output.metadata == {
        "image/png": {"alt": "Exports stood still.", "width": 768},
        "korus": {"kind": "figure", "name": "goods_over_time"},
    }
    assert fig.axes == []


def test_a_figure_needs_words_and_a_name(korea):
    with pytest.raises(ValueError, match="alt says"):
        show_figure(frame()[0], korea, "goods", " ")
    with pytest.raises(ValueError, match="small letters"):
        show_figure(frame()[0], korea, "../goods", "Exports.")


# Lines


def test_lines_hold_the_figures_and_name_themselves(korea, assert_readable):
    fig, ax = frame()
    assert lines(ax, korea, ["exports", "imports"], {"exports": "Sold"}) is ax
    for column in korea:
        line = drawn_line(ax, column)
        assert list(line.get_xdata()) == list(korea.index)
        assert list(line.get_ydata()) == list(korea[column])
        assert line.get_color() == COLOURS[column]
    names = {text.get_text(): text.get_color() for text in ax.texts}
    assert names == {"Sold": COLOURS["exports"], "Imports": COLOURS["imports"]}
    assert ax.get_legend() is None
    assert ax.get_ylim()[0] == 0
    assert_readable(fig)


def test_missing_years_leave_gaps_and_never_touch_zero(korea):
    korea.loc[2009, "exports"] = None
    korea = korea.drop(index=[2012, 2014])
    _, ax = frame()
    lines(ax, korea, ["exports"])
    line = drawn_line(ax, "exports")
    assert list(line.get_xdata()) == list(range(2007, 2018))
    gone = [int(x) for x, y in zip(*line.get_data(), strict=True) if math.isnan(y)]
    assert gone == [2009, 2012, 2014]
    # 2013 stands alone between gaps: only a dot shows it.
    assert [int(line.get_xdata()[i]) for i in line.get_markevery()] == [2013]


def test_zero_is_in_view_and_ruled(korea, assert_readable):
    for values, low, high in ((korea, 0, 71), (-korea, -71, 0), (korea - 45, -16, 26)):
        fig, ax = frame()
        lines(ax, values, ["exports", "imports"])
        assert ax.get_ylim()[0] <= low and ax.get_ylim()[1] >= high
        assert any(list(line.get_ydata()) == [0, 0] for line in ax.lines)
        assert_readable(fig)


def test_end_labels_that_would_meet_move_apart_with_a_lead(assert_readable):
    years = pd.DataFrame({f"partner {i}": [i, 50 + i / 9] for i in range(9)}, index=[2011, 2016])
    fig, ax = frame()
    lines(ax, years, list(years))
    heights = sorted(t.get_window_extent().y0 for t in ax.texts if t.get_text())
    assert min(np.diff(heights)) >= 13 / 72 * 144 - 1e-6
    order = [t.get_text() for t in sorted(ax.texts, key=lambda t: t.get_window_extent().y0)]
    assert [name for name in order if name] == [f"Partner {i}" for i in range(9)]
    leads = [t for t in ax.texts if not t.get_text()]
    assert len(leads) == 9
    assert_readable(fig)


def test_too_many_lines_are_refused():
    years = pd.DataFrame({f"partner {i}": [i, i] for i in range(40)}, index=[2011, 2016])
    with pytest.raises(ValueError, match="40 labels"):
        lines(frame()[1], years, list(years))


def test_marked_years_carry_their_values(korea, assert_readable):
    fig, ax = frame()
    lines(ax, korea, ["exports", "imports"], marked=[2011, 2017])
    dots = {line.get_xydata().tolist()[0][1] for line in ax.lines if len(line.get_xdata()) == 1}
    assert dots == {43.5, 56.7, 48.3, 71.4}
    said = [text.get_text() for text in ax.texts]
    assert sorted(said) == ["43.5", "56.7", "Exports 48.3", "Imports 71.4"]
    above = {text.get_text(): text.xyann[1] for text in ax.texts if hasattr(text, "xyann")}
    assert above == {"56.7": 8, "43.5": -8}
    assert_readable(fig)
    with pytest.raises(ValueError, match="not all among the periods"):
        lines(frame()[1], korea, ["exports"], marked=[1999])


def test_a_value_near_the_bottom_goes_above_its_line(korea):
    korea["exports"] /= 100
    _, ax = frame()
    lines(ax, korea, ["exports", "imports"], marked=[2011])
    assert {t.get_text(): t.xyann[1] for t in ax.texts if hasattr(t, "xyann")}["0.4"] == 8


@pytest.mark.parametrize("year", [2011, 2015])
def test_a_value_at_either_end_stays_beside_the_scale(year, assert_readable):
    few = pd.DataFrame({"imports": [56.7, 58.9, 62.4, 69.5, 71.8, 69.9]}, index=range(2011, 2017))
    fig, ax = frame()
    lines(ax, few, ["imports"], marked=[year])
    assert_readable(fig)
    (value,) = (text for text in ax.texts if hasattr(text, "xyann"))
    plot, box = ax.get_window_extent(), value.get_window_extent()
    assert plot.x0 - 2 < box.x0 and box.x1 < plot.x1 + 2


def test_events_stand_at_their_day_with_their_names_apart(korea, assert_readable):
    events = {
        "2007-06-30": "signed",
        "2012-03-15": "agreement in force",
        "2012-09-15": "a second event soon after",
        "2016-11-08": "a long name of an event at the right edge of the chart",
        "2031-01-01": "outside",
    }
    fig, ax = frame()
    lines(ax, korea, ["exports", "imports"], events=events)
    at = {t.get_text().replace("\n", " "): t.xy[0] for t in ax.texts if hasattr(t, "xy")}
    # A yearly figure stands at the middle of its year: 15 March is left of it.
    assert at["agreement in force"] == pytest.approx(2011.5 + 74 / 365.25)
    assert "outside" not in at
    assert_readable(fig)


def test_months_stand_in_their_middle_and_absent_ones_leave_a_gap(assert_readable):
    months = pd.DataFrame({"imports_musd": [1, 2, 4]}, index=["2015-12", "2016-01", "2016-03"])
    fig, ax = frame()
    events = {"2016-01-01": "tariff ends"}
    lines(ax, months, ["imports_musd"], events=events, marked=["2016-01"])
    line = drawn_line(ax, "imports_musd")
    assert line.get_xdata() == pytest.approx(2016 + np.array([-0.5, 0.5, 1.5, 2.5]) / 12)
    assert list(line.get_ydata())[:2] == [1, 2] and math.isnan(line.get_ydata()[2])
    assert line.get_color() == COLOURS["imports"]
    assert next(t.xy[0] for t in ax.texts if t.get_text() == "tariff ends") == 2016
    assert_readable(fig)


def test_nothing_to_draw_is_refused(korea):
    with pytest.raises(ValueError, match="no value to draw"):
        lines(frame()[1], korea * np.nan, ["exports"])
    with pytest.raises(ValueError, match="no value to draw"):
        bars(frame()[1], korea.exports * np.nan)


def test_one_year_alone_is_a_dot(korea, assert_readable):
    fig, ax = frame()
    lines(ax, korea.loc[[2011]], ["exports"])
    assert drawn_line(ax, "exports").get_markevery() == [0]
    assert_readable(fig)


# Bars


def lengths(ax):
    return [round(float(p.get_width()), 6) for p in ax.patches]


def test_bars_start_at_zero_and_carry_their_values(assert_readable):
    values = pd.Series({"China": 346.8, "Korea": 27.6, "nothing known": None, "Hong Kong": -27.5})
    fig, ax = frame()
    assert bars(ax, values, highlight="Korea") is ax
    assert lengths(ax) == [346.8, 27.6, 0, -27.5]
    assert {patch.get_x() for patch in ax.patches} == {0}
    assert [text.get_text() for text in ax.texts] == ["346.8", "27.6", "–", "−27.5"]
    colours = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert colours == [COLOURS["context"], COLOURS["highlight"]] + 2 * [COLOURS["context"]]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # first on top
    assert_readable(fig)


def test_long_names_and_negative_bars_do_not_meet(assert_readable):
    values = pd.Series({f"{LONG_NAME} {i} and some more words": 5.0 - i for i in range(13)})
    fig, ax = frame()
    bars(ax, values)
    assert_readable(fig)
    fig, ax = frame()
    bars(ax, values[:4])
    assert all("\n" in label.get_text() for label in ax.get_yticklabels())
    assert_readable(fig)


def test_all_bars_negative(assert_readable):
    fig, ax = frame()
    bars(ax, pd.Series({"a": -1.0, "b": -20.0}))
    assert ax.get_xlim()[1] >= 0
    assert_readable(fig)


def test_upright_bars(assert_readable):
    values = pd.Series({"Foods": 0.5, "Capital goods": -1.9, "Vehicles and parts": 1.3})
    fig, ax = frame()
    bars(ax, values, highlight="Foods", upright=True)
    assert [patch.get_height() for patch in ax.patches] == [0.5, -1.9, 1.3]
    assert [text.get_text() for text in ax.texts] == ["0.5", "−1.9", "1.3"]
    assert_readable(fig)


def test_many_upright_years_are_named_at_intervals_beside_a_scale(assert_readable):
    values = pd.Series(np.linspace(-5, 50, 39), index=range(1985, 2024))
    fig, ax = frame()
    bars(ax, values, highlight=2016, upright=True)
    named = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert "2016" in named and len(named) < 20
    assert [text.get_text() for text in ax.texts if text.get_text()] == ["39.9"]
    assert ax.yaxis.get_visible()
    assert_readable(fig)


def test_many_upright_names_are_refused():
    values = pd.Series({f"a long name {i}": i for i in range(30)})
    with pytest.raises(ValueError, match="let the bars lie"):
        bars(frame()[1], values, upright=True)


def test_a_monthly_axis_of_two_years_names_quarters_and_each_year_once():
    months = [f"{year}-{month:02d}" for year in (2015, 2016) for month in range(1, 13)]
    _, ax = chart("Imports rose", "a month", "Census")
    lines(ax, pd.DataFrame({"imports": range(24)}, index=months), ["imports"])
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert named == ["Jan\n2015", "Apr", "Jul", "Oct", "Jan\n2016", "Apr", "Jul", "Oct"]
