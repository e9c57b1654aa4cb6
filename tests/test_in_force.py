"""What was known on a given day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from korus_helpers.errors import NoFigure
from korus_helpers.figures.in_force import annual_flows, in_force

KOREA, MEXICO, VIETNAM = "5800", "2010", "5520"


def test_the_day_on_which_the_article_appeared():
    known = in_force("2017-12-28", KOREA, 2016)
    assert known.exports == (42308.5, 42309.0, 42309.5)
    assert known.deficit == (27565.0, 27570.0, 27575.0)
    assert known.imports == (69873.5, 69879.0, 69884.5)
    assert known.label == "release of 2017-06-02, as quoted"
    assert known.source_ids == ("KOREAHERALD_2018", "NHUB_2017", "USITC_SHIFTS2017")


def test_two_way_trade_and_deficit_narrow_the_flows():
    # X is (two-way − deficit) / 2: from 42,200 to 42,300, where exports alone allow 42,350.
    known = in_force("2017-03-15", KOREA, 2016)
    assert known.exports == (42250.0, 42300.0, 42300.0)
    assert known.imports == (69900.0, 69900.0, 69950.0)
    assert known.deficit == (27650.0, 27700.0, 27700.0)
    assert known.label == "release of 2017-02-07, as quoted"
    assert known.source_ids == ("USTR_FACTS_2016",)


def test_flows_and_deficit_narrow_each_other():
    # Quoted are 43,415, 56,661 and 13,247, each ±0.5, although 56,661 − 43,415 is 13,246.
    known = in_force("2013-03-01", KOREA, 2011)
    assert known.exports == (43414.5, 43415.0, 43415.0)
    assert known.imports == (56661.0, 56661.0, 56661.5)
    assert known.deficit == (13246.5, 13247.0, 13247.0)


def test_a_deficit_that_is_not_quoted_follows_from_the_flows():
    known = in_force("2011-03-01", KOREA, 2010)
    assert known.exports == (38843.5, 38844.0, 38844.5)
    assert known.imports == (48859.5, 48860.0, 48860.5)
    assert known.deficit == (10015.0, 10016.0, 10017.0)


def test_an_included_release_gives_exact_figures():
    known = in_force("2018-12-28", MEXICO, 2016)
    exports, imports = annual_flows("2018-10")[MEXICO, 2016]
    assert known.exports == (exports,) * 3
    assert known.imports == (imports,) * 3
    assert known.deficit == (imports - exports,) * 3
    assert known.label == "2018-10, in force on 2018-12-28"
    assert known.source_ids == ("CENSUS_COUNTRY_2018",)


def test_releases_that_agree_before_and_after_give_the_figure_between():
    known = in_force("2017-12-28", KOREA, 2011)
    assert [round(value, 3) for value in known.exports] == [43461.636] * 3
    assert known.label == "the same in 2017-01 and 2018-10, so inferred for 2017-12-28"
    assert known.source_ids == ("CENSUS_COUNTRY_2017", "CENSUS_COUNTRY_2018")


@pytest.mark.parametrize(
    ("day", "partner", "year"),
    [
        ("2017-12-28", MEXICO, 2016),  # released in February 2017, not included
        ("2017-12-28", KOREA, 2015),  # revised in June 2017: the files around it differ
        ("2017-12-28", KOREA, 2017),  # released in February 2018
        ("2016-03-01", KOREA, 2016),
        ("2010-01-01", KOREA, 2008),  # older than any file
        ("2015-04-15", KOREA, 2012),  # quoted on that day are domestic exports, another basis
        ("2026-01-15", MEXICO, 2025),  # released in February 2026
        ("2026-07-15", MEXICO, 2024),  # after the revision of June 2026
        ("2023-12-01", MEXICO, 2022),  # revised in June 2023: the files around it differ
        ("2099-01-01", KOREA, 2016),
        ("2018-12-28", KOREA, 1984),
    ],
)
def test_what_cannot_be_known_is_refused_with_the_reason(day, partner, year):
    with pytest.raises(NoFigure) as error:
        in_force(day, partner, year)
    assert str(error.value) == (
        f"cannot be checked: the figures for {year} that were in force on {day} are not "
        "included for this partner; type --vintage latest or an included release to use another"
    )


def test_a_partner_without_trade_on_a_known_release():
    with pytest.raises(NoFigure, match="no trade with this partner is recorded in 2016"):
        in_force("2018-12-28", "2771", 2016)  # Netherlands Antilles, to 2011


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2017-06-01", "release of 2017-02-07, as quoted"),
        ("2017-06-02", "release of 2017-06-02, as quoted"),
        ("2018-06-05", "release of 2017-06-02, as quoted"),
        ("2018-06-06", "2018-10, in force on 2018-06-06"),
        ("2019-05-31", "2018-10, in force on 2019-05-31"),
        # The day of the revision of June 2019 is not known, and the files around it differ.
        ("2019-06-15", None),
        ("2019-07-01", "2019-12, in force on 2019-07-01"),
        ("2021-06-15", "the same in 2020-10 and 2022-03, so inferred for 2021-06-15"),
        ("2021-07-01", "2022-03, in force on 2021-07-01"),
    ],
)
def test_korea_2016_through_its_releases(day, label):
    if label is None:
        with pytest.raises(NoFigure, match="cannot be checked"):
            in_force(day, KOREA, 2016)
    else:
        assert in_force(day, KOREA, 2016).label == label


def test_a_revision_replaces_the_release_before_it_on_its_day():
    assert in_force("2017-06-01", KOREA, 2016).deficit == (27650.0, 27700.0, 27700.0)
    assert in_force("2017-06-02", KOREA, 2016).deficit == (27565.0, 27570.0, 27575.0)
    assert in_force("2018-06-05", KOREA, 2016).deficit == (27565.0, 27570.0, 27575.0)


def test_a_year_that_was_released_later_than_the_file_began():
    # The file of March 2022 holds annual figures of June 2021, but 2021 itself from February 2022.
    with pytest.raises(NoFigure, match="cannot be checked"):
        in_force("2021-12-31", KOREA, 2021)
    with pytest.raises(NoFigure, match="cannot be checked"):
        in_force("2022-02-15", KOREA, 2021)  # the day is not known
    assert in_force("2022-03-01", KOREA, 2021).label.startswith("2022-03")


@pytest.mark.parametrize(
    ("day", "year", "release", "exports"),
    [
        ("2022-03-20", 2021, "2022-03", 10947.2),
        ("2023-04-01", 2022, "2023-03", 11398.1),
        ("2025-03-01", 2024, "2025-04", 13098.2),
        ("2025-04-15", 2024, "2025-04", 13098.2),
        ("2026-03-10", 2025, "2026-03", 15656.8),
        ("2025-07-01", 2024, "2026-03", 13044.1),
    ],
)
def test_first_releases_are_known_for_every_partner(day, year, release, exports):
    known = in_force(day, VIETNAM, year)
    assert known.label == f"{release}, in force on {day}"
    assert round(known.exports[0], 1) == exports


@pytest.mark.parametrize(
    ("day", "release"),
    [("2024-07-15", "2024-08"), ("2024-09-30", "2024-08"), ("2024-12-01", "2024-10"),
     ("2025-05-31", "2025-04")],
)  # fmt: skip
def test_between_two_revisions_the_newest_file_of_the_day_is_named(day, release):
    known = in_force(day, VIETNAM, 2023)
    assert known.label == f"{release}, in force on {day}"
    assert round(known.exports[0], 3) == 9842.922


DAYS = st.dates().map(str) | st.sampled_from(
    ["2013-03-01", "2014-03-01", "2017-03-01", "2018-03-01"]
)


@settings(max_examples=150, deadline=None)
@given(DAYS, st.integers(2007, 2024))
def test_what_is_known_holds_its_own_value(day, year):
    try:
        known = in_force(day, KOREA, year)
    except NoFigure:
        return
    for low, value, high in (known.exports, known.imports, known.deficit):
        assert low <= value <= high
    exports, imports, deficit = known.exports, known.imports, known.deficit
    assert deficit[0] >= imports[0] - exports[2] - 1e-6
    assert deficit[2] <= imports[2] - exports[0] + 1e-6
    assert known.label and known.source_ids
