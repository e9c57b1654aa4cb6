from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from korus_helpers.claims.intervals import Interval
from korus_helpers.present.choice_charts import heatmap, strip, strip_size
from korus_helpers.present.claim_charts import IntervalRow, interval_size, intervals
from korus_helpers.present.figure import COLOURS, chart

SOURCE = "US Census Bureau, release of August 2024"
AMBER, GREY, INK = COLOURS["highlight"], COLOURS["context"], COLOURS["deficit"]


def within(low, high, **open_ends):
    ends = (None if end is None else Decimal(end) for end in (low, high))
    return Interval(*ends, **open_ends)


def frame(size=(8, 4.5)):
    return chart("Some claims cannot stand beside the others", "What", SOURCE, size=size)


ROWS = [
    IntervalRow("Exports 2011, USD billion", within("3.45", "3.55"), "$3.5 billion",
                within("43.40", "43.55"), 43.462,
                hypotheses={"if $43.5 billion was meant": within("43.45", "43.55")}),
    IntervalRow("Imports, rise 2011 to 2016, USD billion", within("19", "20", high_open=True),
                "nearly $20 billion", within("13.10", "13.35"), 13.225),
    IntervalRow("Deficit 2016 as a multiple of 2011", within("2", None, low_open=True),
                "more than doubled", within("2.079", "2.103"), 2.0928),
    IntervalRow("Auto deficit 2011, USD billion", implied=within("13.27", "13.89"),
                quoted={"Korea Herald": (14.14, 14.135, 14.145)}),
    IntervalRow("Change in exports, percent", within("-2.75", "-2.65"), "a decline of 2.7 percent",
                within(None, None), within("-2.79", "-2.64")),
]  # fmt: skip


def panels(ax):
    return ax.child_axes


def bars_of(panel):
    return [
        (round(bar.get_x(), 6), round(bar.get_width(), 6), to_hex(bar.get_edgecolor()))
        for bar in panel.patches
    ]


def dots_of(panel):
    return [
        (list(line.get_xdata()), line.get_markerfacecolor())
        for line in panel.lines
        if line.get_marker() == "o"
    ]


def test_each_quantity_has_its_scale_with_printed_implied_and_official(assert_readable):
    fig, ax = frame(interval_size(ROWS))
    assert intervals(ax, ROWS) is ax
    exports, imports, *_ = panels(ax)
    assert bars_of(exports) == [(3.45, 0.1, AMBER), (43.4, 0.15, GREY), (43.45, 0.1, AMBER)]
    assert [bar.get_hatch() for bar in exports.patches] == ["", "", "////"]
    assert dots_of(exports) == [([43.462], INK)]
    assert bars_of(imports) == [(19, 1, AMBER), (13.1, 0.25, GREY)]
    heights = [bar.get_y() for bar in imports.patches]
    assert heights == sorted(heights) and heights[1] - heights[0] >= 0.2 - 1e-9
    assert_readable(fig)


def test_a_note_beside_each_mark_says_what_it_is():
    _, ax = frame(interval_size(ROWS))
    intervals(ax, ROWS)
    notes = [text.get_text() for text in ax.texts if text.get_position()[0] > 0]
    assert notes == [
        "as printed: $3.5 billion", "others imply 43.4 to 43.6", "official 43.5",
        "if $43.5 billion was meant",
        "as printed: nearly $20 billion", "others imply 13.1 to 13.4", "official 13.2",
        "as printed: more than doubled", "others imply 2.1", "official 2.1",
        "others imply 13.2 to 13.9", "Korea Herald 14.1",
        "as printed: a decline of 2.7 percent", "others imply any value", "official −2.8 to −2.6",
    ]  # fmt: skip


def test_unbounded_ends_are_arrows_and_ends_not_admitted_have_no_cap():
    _, ax = frame(interval_size(ROWS))
    intervals(ax, ROWS)

    def ends(panel):
        arrows = [line.get_marker() for line in panel.lines if line.get_marker() in "<>"]
        caps = sorted(round(c.get_segments()[0][0][0], 3) for c in panel.collections
                      if hasattr(c, "get_segments"))  # fmt: skip
        return arrows, caps

    found = [ends(panel) for panel in panels(ax)]
    assert found[1] == ([], [13.1, 13.35, 19])
    assert found[2] == ([">"], [2.079, 2.103])
    assert found[4] == (["<", ">"], [-2.75, -2.65])


def test_quoted_values_are_rings_and_official_ranges_have_two_dots():
    _, ax = frame(interval_size(ROWS))
    intervals(ax, ROWS)
    quoted, change = panels(ax)[3:]
    assert dots_of(quoted) == [([14.14], "white")]
    assert any(list(line.get_xdata()) == [14.135, 14.145] for line in quoted.lines)
    assert dots_of(change) == [([-2.79, -2.64], INK)]


def test_every_scale_holds_its_marks_and_has_one_decimal_at_most():
    fig, ax = frame(interval_size(ROWS))
    intervals(ax, ROWS)
    fig.canvas.draw()
    for panel in panels(ax):
        low, high = panel.get_xlim()
        for bar in panel.patches:
            assert low - 1e-9 <= bar.get_x() and bar.get_x() + bar.get_width() <= high + 1e-9
        for label in panel.get_xticklabels():
            assert len(label.get_text().partition(".")[2]) <= 1


def test_one_scale_for_all_and_one_printed_band_through_all_rows(assert_readable):
    rows = [IntervalRow("As printed", within("-2.75", "-2.65"), "2.7 percent")]
    rows += [IntervalRow(name, official=value)
             for name, value in {"2018-10": -2.644, "2024-08": -2.760}.items()]  # fmt: skip
    fig, ax = frame(interval_size(rows, own_scale=False))
    intervals(ax, rows, own_scale=False)
    (panel,) = panels(ax)
    band = next(c for c in panel.collections if not hasattr(c, "get_segments"))
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == tuple(sorted(panel.get_ylim()))
    assert [dots for dots, _ in dots_of(panel)] == [[-2.644], [-2.760]]
    assert_readable(fig)


def test_long_claims_from_outside_are_cut_and_stay_inside(assert_readable):
    endless = "an endless claim $1 $2 " * 9
    rows = [IntervalRow(endless, within("1", "2"), endless, official=1.5),
            IntervalRow("w" * 90, within("1", "2"), "w" * 90)]  # fmt: skip
    for own_scale in (True, False):
        fig, ax = frame(interval_size(rows, own_scale=own_scale))
        intervals(ax, rows, own_scale=own_scale)
        assert_readable(fig)


def test_what_cannot_be_drawn_is_refused():
    for rows in ([], [IntervalRow("nothing")]):
        with pytest.raises(ValueError, match="every row needs"):
            intervals(frame()[1], rows)
    with pytest.raises(ValueError, match="5 rows do not fit"):
        intervals(frame((8, 3))[1], ROWS)


# Years against years


@pytest.fixture
def ratios():
    deficits = pd.Series([13.2, 16.6, 20.7, 25.0, 28.3, 27.6], index=range(2011, 2017))
    return pd.DataFrame(
        {end: {base: deficits[end] / deficits[base] for base in range(2011, 2015)}
         for end in range(2013, 2017)}
    )  # fmt: skip


def drawn_grid(ax):
    fig = ax.figure
    fig.canvas.draw()
    (mesh,) = ax.collections
    return mesh


def test_a_grid_of_years_outlines_the_claim(ratios, assert_readable):
    fig, ax = frame()
    assert heatmap(ax, ratios, centre=2, outlined=(2011, 2016), below="less", above="more") is ax
    values = drawn_grid(ax).get_array()
    assert values[0, 3] == pytest.approx(27.6 / 13.2)
    # 2013 to 2013 and 2014 to 2013 are no spans.
    assert np.argwhere(values.mask).tolist() == [[2, 0], [3, 0], [3, 1]]
    outline = ax.patches[-1]
    assert (outline.get_xy(), outline.get_width(), outline.get_height()) == ((3, 0), 1, 1)
    said = [text.get_text() for text in ax.texts]
    assert said[:4] == ["1.6", "1.9", "2.1", "2.1"]
    assert len(said) == 13 + 3 and {"less", "more"} < set(said)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2013", "2014", "2015", "2016"]
    assert ax.get_ylim() == (4, 0)
    assert_readable(fig)


def test_colours_meet_at_the_centre(ratios):
    _, ax = frame()
    heatmap(ax, ratios, centre=2, outlined=(2011, 2016), below="less", above="more")
    mesh = drawn_grid(ax)
    low, centre, high = (mesh.to_rgba(value) for value in (0.5, 2, 3.5))
    assert min(centre[:3]) > 0.95
    assert low[0] > low[2] and high[2] > high[0]  # orange below, purple above


def test_a_missing_cell_is_a_dash_and_a_wild_one_does_not_pale_the_rest(ratios):
    ratios.loc[2011, 2013], ratios.loc[2012, 2013] = np.nan, np.inf
    ratios.loc[2012, 2014] = 500
    _, ax = frame()
    heatmap(ax, ratios, centre=1, outlined=(2011, 2016), below="less", above="more")
    said = [text.get_text() for text in ax.texts]
    assert said.count("–") == 2 and "500.0" in said
    assert drawn_grid(ax).norm.vmax < 5


def test_grids_that_cannot_be_drawn_are_refused(ratios):
    with pytest.raises(ValueError, match="2001 to 2016 is not in the grid"):
        heatmap(frame()[1], ratios, centre=1, outlined=(2001, 2016), below="a", above="b")
    wide = pd.DataFrame(123.4, index=[1985], columns=range(1986, 2024))
    with pytest.raises(ValueError, match="38 columns leave no room"):
        heatmap(frame()[1], wide, centre=1, outlined=(1985, 2016), below="a", above="b")


# Many definitions


@pytest.fixture
def definitions():
    rows = [
        {"first year": base, "year": window, "times": 1.4 + (base - 2008) / 5 + shift}
        for base in range(2008, 2013)
        for window, shift in (("calendar years", 0), ("April to March", 0.15))
    ]
    return pd.DataFrame(rows, index=[f"definition {i}" for i in range(10)])


CHOICES = ["first year", "year"]
DOUBLED = within("2", None, low_open=True)


def specification(definitions, own="definition 6", text="more than doubled", claimed=DOUBLED):
    fig, ax = frame(strip_size(definitions, "times", CHOICES))
    assert strip(ax, definitions, "times", CHOICES, claimed=claimed, text=text, own=own) is ax
    return fig, ax, *panels(ax)


def test_definitions_rise_from_left_to_right_and_those_inside_are_dark(
    definitions, assert_readable
):
    fig, _, upper, _ = specification(definitions)
    outside, inside, ring = (line for line in upper.lines if line.get_marker() == "o")
    # 2.0 exactly is not more than doubled.
    assert outside.get_ydata() == pytest.approx([1.4, 1.55, 1.6, 1.75, 1.8, 1.95, 2.0])
    assert inside.get_ydata() == pytest.approx([2.15, 2.2, 2.35])
    assert [*outside.get_xdata(), *inside.get_xdata()] == list(range(10))
    assert ring.get_ydata() == pytest.approx([2.0])
    assert "as the claim defines it: 2.0" in [text.get_text() for text in upper.texts]
    assert_readable(fig)


def test_the_lower_panel_says_which_choice_is_in_force_and_counts(definitions):
    _, _, _, lower = specification(definitions)
    said = [text.get_text() for text in lower.texts]
    rows = dict(zip(said[2::2], said[3::2], strict=False))
    assert said[0] == "inside" and said[1] == "first year"
    assert {rows[str(year)] for year in (2008, 2009)} == {"0 of 2"}
    squares = [line for line in lower.lines if line.get_marker() == "s"]
    assert sum(len(line.get_xdata()) for line in squares) == 2 * len(definitions)


def test_definitions_without_a_value_are_left_out(definitions, assert_readable):
    definitions.loc["definition 0", "times"] = np.nan
    definitions.loc["definition 1", "times"] = np.inf
    fig, _, upper, lower = specification(definitions)
    assert upper.get_xlim() == (-1, 8)
    assert "2008" not in [text.get_text() for text in lower.texts]
    with pytest.raises(ValueError, match="'definition 0' has no value"):
        specification(definitions, own="definition 0")
    assert_readable(fig)


def test_zero_is_ruled_where_values_lie_on_both_sides(definitions, assert_readable):
    definitions["times"] -= 1.9
    fig, _, upper, _ = specification(definitions, claimed=within("-0.1", "0.1"), own="definition 0")
    assert any(list(line.get_ydata()) == [0, 0] for line in upper.lines)
    assert_readable(fig)


def test_long_words_of_choices_stay_inside(definitions, assert_readable):
    definitions["year"] = definitions["year"] + " and more words than there is room for"
    fig, *_ = specification(definitions, text="an endless claim " * 4, own="definition 9")
    assert_readable(fig)


def test_large_values_beside_short_names_stay_inside(definitions, assert_readable):
    definitions[["first year", "year"]] = [["a", "b"]] * len(definitions)
    definitions = definitions.rename(columns={"first year": "c", "year": "d"})
    definitions["times"] *= -123_456
    size = strip_size(definitions, "times", ["c", "d"])
    fig, ax = frame(size)
    strip(ax, definitions, "times", ["c", "d"], claimed=DOUBLED, text="t", own="definition 0")
    assert_readable(fig)


def test_more_choices_than_room_are_refused(definitions):
    with pytest.raises(ValueError, match="7 choices do not fit"):
        strip(
            frame((8, 2.9))[1], definitions, "times", CHOICES,
            claimed=DOUBLED, text="doubled", own="definition 0",
        )  # fmt: skip
