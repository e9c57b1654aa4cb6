"""Choices fixed in a file, and what they make of a claim."""

import math

import pandas as pd
import pytest

from korus_helpers.claims.context import statement
from korus_helpers.claims.intervals import Interval
from korus_helpers.errors import InputError
from korus_helpers.figures.tables import open_table
from korus_helpers.present import choices
from korus_helpers.trade.choices import (
    every_choice,
    robustness,
    rows_by_release,
    window_rows,
    year_grid,
)
from korus_helpers.trade.comparison import comparison
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate

KOREA = comparison("Korea, South", 2011, 2016)


def fixed(claim, measure="deficit", item=KOREA):
    stated = statement(claim, measure, item)
    rows = robustness(
        measure, stated.as_, item.partner.code, str(item.base_year), str(item.end_year)
    )
    return stated, rows


# The choices of the file


def test_there_are_twenty_choices_and_the_stated_years_come_first():
    table = open_table("choices")
    assert len(table) == 20 and table.id.is_unique
    assert tuple(table.iloc[0][["base_shift", "end_shift", "window"]]) == (0, 0, "calendar")
    assert set(table.window) == {"calendar", "april"}
    assert set(table.vintage) == {"latest", "2018-10", "2022-03", "2024-08"}


@pytest.mark.parametrize(("choice", "value"), [
    ("as_stated", 27624.591 / 13199.723),
    ("release_2018", 27582.661 / 13199.723),
    ("april", 25296.924 / 13049.740),
    ("april_base_later", 25296.924 / 18850.750),
    ("april_end_earlier", 29558.969 / 13049.740),
])  # fmt: skip
def test_known_ratios_of_the_deficit_with_korea(choice, value):
    _, rows = fixed("more than doubled")
    assert rows.set_index("id").value[choice] == pytest.approx(value, abs=1e-6)


def test_every_choice_is_what_a_single_calculation_gives():
    _, rows = fixed("more than doubled")
    known = rows[rows.value.notna()]
    assert len(known) == 20
    for row in known.itertuples():
        asked = Definition(
            basis=row.basis, vintage=row.vintage, base=row.base, end=row.end, as_="ratio"
        )
        assert row.value == evaluate("deficit", asked).value


def test_a_choice_without_a_figure_says_why():
    _, rows = fixed("more than doubled", item=comparison("Vietnam", 2011, 2016))
    row = rows.set_index("id").loc["consumption"]
    assert math.isnan(row.value) and "for Korea, South only" in row.reason


def test_a_level_takes_no_first_year_so_choices_that_move_it_repeat():
    _, rows = fixed("$27.6 billion")
    same = rows.set_index("id").same_as
    assert same["base_earlier"] == "as_stated" and same["both_later"] == "end_later"
    assert same["as_stated"] == same["end_later"] == ""
    assert set(rows.base) == {""}


def test_a_period_that_ends_before_it_begins_is_no_choice():
    _, rows = fixed("doubled", item=comparison("Korea, South", 2015, 2016))
    row = rows.set_index("id").loc["narrower"]
    assert (row.base, row.end) == ("2016", "2015")
    assert row.reason == "its first period does not come before its last"


@pytest.mark.parametrize(("measure", "as_", "base", "says"), [
    ("gdp", "ratio", "2011", 'measure "gdp" is not known'),
    ("deficit", "doubling", "2011", 'way to compare "doubling" is not known'),
    ("deficit", "ratio", "2011-04/2012-03", "is not a calendar year"),
])  # fmt: skip
def test_what_is_not_understood_is_refused(measure, as_, base, says):
    with pytest.raises(InputError, match=says):
        robustness(measure, as_, "5800", base, "2016")


# The line of robustness


def test_the_line_counts_what_the_table_says():
    stated, rows = fixed("more than doubled")
    values = rows.value.dropna()
    held = (values > 2).sum()
    assert choices.robustness_sentence(stated, rows) == (
        f"True for {held} of {len(values)} reasonable choices; false from entry into force "
        "(April to March)."
    )
    assert held == 12


def test_entry_into_force_is_named_for_korea_and_2011_only():
    for item in (comparison("Vietnam", 2011, 2016), comparison("Korea, South", 2010, 2016)):
        said = choices.robustness_sentence(*fixed("more than doubled", item=item))
        assert "in twelve months from April" in said and "entry into force" not in said


def test_the_same_definition_counts_once():
    stated, rows = fixed("$27.6 billion")
    again = (rows.same_as != "").sum()
    said = choices.robustness_sentence(stated, rows)
    assert f" of {len(rows) - again} reasonable choices" in said
    assert said.endswith(f"Not counted: {again} that come to the same as another.")


def test_a_surplus_leaves_nothing_to_count():
    stated, rows = fixed("more than doubled", item=comparison("Netherlands", 2011, 2016))
    assert stated.figure is None and "no meaning" in stated.reason
    assert rows_by_release("deficit", "ratio", comparison("Netherlands", 2011, 2016)).empty
    said = choices.robustness_sentence(stated, rows)
    assert said.startswith("No reasonable choice gives a figure")
    assert "There is no such figure" in choices.statement_sentence(stated, "more than doubled")


def test_figures_between_two_ends_can_stay_undetermined():
    stated, rows = fixed("fell 2.7 percent", "exports")
    table = choices.release_table(stated, rows_by_release("exports", stated.as_, KOREA))
    fits = table.set_index("release").fits
    assert fits["2017-02-07, as quoted"] == "undetermined"
    assert (fits["2018-10"], fits["2024-08"]) == ("no", "no")
    assert "depends on the release" in choices.spread_sentence(table, "percent")
    rows = rows.assign(low=rows.low - 1, high=rows.high + 1)
    assert ", undetermined for " in choices.robustness_sentence(stated, rows)


# What a claim is read as


@pytest.mark.parametrize(("text", "way"), [
    ("more than doubled", "ratio"), ("2.1 times", "ratio"), ("$27.6 billion", "level"),
    ("rose by $14.4 billion", "change"), ("fell 2.7 percent", "percent-change"),
    ("109 percent", "percent-change"), ("a majority", "share"),
])  # fmt: skip
def test_the_way_follows_from_unit_and_words(text, way):
    stated = statement(text, "deficit", KOREA)
    assert stated.as_ == way and stated.compared == (way not in ("level", "share"))
    assert stated.figure.value == evaluate("deficit", stated.definition).value


@pytest.mark.parametrize(("text", "measure", "says"), [
    ("95,000 cars", "exports", "is in count"),
    ("3 percentage points", "exports", "is in percentage points"),
    ("$27.6 billion", "surplus", "measure .surplus. is not known"),
])  # fmt: skip
def test_a_claim_that_no_measure_fits_is_refused(text, measure, says):
    with pytest.raises(InputError, match=says):
        statement(text, measure, KOREA)


# Grids


def test_the_grid_of_years_holds_the_known_changes():
    grid = year_grid("deficit", "change", KOREA)
    assert grid.loc[2011, 2016] == pytest.approx(27624.591 - 13199.723, abs=1e-3)
    assert math.isnan(grid.loc[2015, 2015]) and math.isnan(grid.loc[2012, 2011])
    assert len(grid) <= 10 and len(grid.columns) <= 12
    first = year_grid("deficit", "change", comparison("Korea, South", 1985, 1986))
    assert first.index[0] == 1985 and first.columns[0] == 1986


def test_every_choice_marks_the_one_that_is_the_claims_own():
    rows = every_choice("deficit", "ratio", KOREA)
    own = rows[rows.own]
    assert len(own) == 1 and own.vintage.iloc[0] == KOREA.release.vintage
    assert own.value.iloc[0] == pytest.approx(2.0928, abs=1e-4)
    assert not rows.duplicated(["base", "end", "basis", "vintage"]).any()
    short = every_choice("deficit", "ratio", comparison("Korea, South", 2015, 2016))
    assert (short.base.str[:4] < short.end.str[:4]).all()


def test_imports_for_consumption_are_named_with_their_own_release():
    rows = choices.curve_rows(every_choice("deficit", "level", KOREA))
    row = rows[(rows.imports == "for consumption") & (rows["last year"] == "2016")].iloc[0]
    assert row.shown == pytest.approx(29.321705, abs=1e-6)
    assert row.release == "2026"
    assert choices.choices_drawn(rows) == ["last year", "months", "imports", "release"]


def test_twelve_months_from_april_are_the_years_of_the_agreement():
    rows = window_rows("deficit", "ratio", KOREA)
    stated = statement("more than doubled", "deficit", KOREA)
    assert rows.set_index("month").value[4] == pytest.approx(25296.924 / 13049.740, abs=1e-6)
    said = choices.window_sentence(stated, rows)
    assert "fits 3 of 12" in said
    assert "(years of the agreement) the figure is 1.94 times and does not fit" in said
    assert choices.window_sentence(stated, rows[rows.month != 4]).endswith("twelve months.")
    assert choices.window_table(stated, rows).fits.tolist()[:4] == ["yes", "yes", "yes", "no"]


def test_years_before_the_agreement_are_not_called_its_years():
    item = comparison("Korea, South", 1986, 1992)
    stated = statement("doubled", "deficit", item)
    said = choices.window_sentence(stated, window_rows("deficit", "ratio", item))
    assert "In twelve months from April the figure" in said


# Words and cells


def test_titles_count_what_they_say():
    grid = pd.DataFrame([[1.0, 3.0], [math.nan, 2.5]], [2011, 2012], [2015, 2016])
    stated = statement("more than doubled", "deficit", KOREA)
    assert choices.fit_title(stated, grid) == "The claim fits 2 of 3 pairs of years"
    assert choices.pairs_title("two-way", grid, 1) == "Two-way trade rose in 2 of 3 pairs of years"
    assert choices.curve_title(0, 8) == "None of 8 definitions fit what was printed"
    assert choices.curve_title(1, 1) == "1 of 1 definition fits what was printed"


def test_the_colours_part_at_the_claim_where_it_has_one_end():
    assert choices.centre(statement("more than doubled", "deficit", KOREA))[0] == 2.0
    assert choices.centre(statement("doubled", "deficit", KOREA)) == (1.0, "fell", "rose")
    assert choices.centre(statement("rose by $1 billion", "deficit", KOREA))[0] == 0.0


def test_amounts_are_in_billions_where_one_reaches_it():
    grid = pd.DataFrame([[1500.0, -20.0]], [2011], [2015, 2016])
    assert choices.readable(grid, "million dollars")[0].iloc[0, 0] == 1.5
    assert choices.readable(grid, "million dollars")[1] == "USD billion"
    assert choices.readable(grid / 10, "million dollars")[1] == "USD million"
    assert choices.readable(grid, "times")[0] is grid


def test_long_numbers_take_fewer_years_and_keep_the_outlined_one():
    years = list(range(2011, 2023))
    wide = pd.DataFrame([[123456.7] * 12] * 2, [2010, 2011], years)
    kept = choices.fitting_pairs(wide, "percent", (2011, 2022))
    assert len(kept.columns) < 12 and 2022 in kept.columns and list(kept.index) == [2010, 2011]
    assert len(choices.fitting_pairs(wide / 1e5, "percent", (2011, 2011)).columns) == 12


def test_what_was_printed_is_shown_in_billions():
    stated = statement("rose by nearly $20 billion", "imports", KOREA)
    assert str(choices.shown_interval(stated)) == "[19, 20)"
    assert choices.shown_interval(statement("more than doubled", "deficit", KOREA)) == (
        Interval(stated.printed.interval.low / 9500, None, low_open=True)
    )


@pytest.mark.parametrize(("as_", "said", "way"), [
    ("change", "USD 3.00 billion", "change in USD billion"),
    ("percent-change", "3,000.00 percentage points", "change in percent"),
    ("ratio", "3,000.00", "ratio"),
])  # fmt: skip
def test_a_spread_is_in_words_of_its_unit(as_, said, way):
    assert choices.spread(pd.Series([1000.0, 4000.0]), as_) == said
    assert choices.way_words(as_) == way


def test_a_subject_takes_the_word_of_its_flow():
    said = [choices.subject(statement("doubled", m, KOREA), "Niue") for m in ("exports", "two-way")]
    assert said == ["US goods exports to Niue", "US goods two-way trade with Niue"]


def test_the_sentence_says_how_the_claim_was_read():
    stated = statement("more than doubled", "deficit", KOREA)
    said = choices.statement_sentence(stated, "more than doubled")
    assert said.startswith("“more than doubled” is read as a ratio: US goods deficit")
    assert said.endswith("2.09 times (vintage 2026-06), which fits what was printed.")
    wrong = choices.statement_sentence(statement("tripled", "deficit", KOREA), "tripled")
    assert "does not fit" in wrong
