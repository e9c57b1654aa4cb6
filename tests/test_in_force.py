"""What was known on a given day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from korus_helpers.errors import NoFigure
from korus_helpers.figures.in_force import annual_flows, in_force

KOREA, MEXICO, VIETNAM = "5800", "2010", "5520"


@pytest.mark.parametrize(("day", "year", "exports", "imports", "deficit"), [
    # The day on which the article appeared.
    ("2017-12-28", 2016, (42308.5, 42309.0, 42309.5), (69873.5, 69879.0, 69884.5),
     (27565.0, 27570.0, 27575.0)),
    # Two-way trade and deficit narrow the flows: exports alone allow 42,350.
    ("2017-03-15", 2016, (42250.0, 42300.0, 42300.0), (69900.0, 69900.0, 69950.0),
     (27650.0, 27700.0, 27700.0)),
    # Quoted are 43,415, 56,661 and 13,247, each ±0.5, although 56,661 − 43,415 is 13,246.
    ("2013-03-01", 2011, (43414.5, 43415.0, 43415.0), (56661.0, 56661.0, 56661.5),
     (13246.5, 13247.0, 13247.0)),
    # A deficit that is not quoted follows from the flows.
    ("2011-03-01", 2010, (38843.5, 38844.0, 38844.5), (48859.5, 48860.0, 48860.5),
     (10015.0, 10016.0, 10017.0)),
])  # fmt: skip
def test_quotations_give_intervals_all_together(day, year, exports, imports, deficit):
    known = in_force(day, KOREA, year)
    assert (known.exports, known.imports, known.deficit) == (exports, imports, deficit)
    assert known.label.endswith(", as quoted") and known.quoted and not known.releases


def test_the_sources_of_quotations_are_named():
    known = in_force("2017-12-28", KOREA, 2016)
    assert known.label == "release of 2017-06-02, as quoted"
    assert known.source_ids == ("KOREAHERALD_2018", "NHUB_2017", "USITC_SHIFTS2017")


def test_an_included_release_gives_exact_figures():
    known = in_force("2018-12-28", MEXICO, 2016)
    exports, imports = annual_flows("2018-10")[MEXICO, 2016]
    assert (known.exports, known.imports) == ((exports,) * 3, (imports,) * 3)
    assert known.deficit == (imports - exports,) * 3
    assert known.label == "2018-10, in force on 2018-12-28"
    assert known.source_ids == ("CENSUS_COUNTRY_2018",)


def test_releases_that_agree_before_and_after_give_the_figure_between():
    known = in_force("2017-12-28", KOREA, 2011)
    assert [round(value, 3) for value in known.exports] == [43461.636] * 3
    assert known.label == "the same in 2017-01 and 2018-10, so inferred for 2017-12-28"
    assert known.source_ids == ("CENSUS_COUNTRY_2017", "CENSUS_COUNTRY_2018")


@pytest.mark.parametrize(("day", "partner", "year"), [
    ("2017-12-28", MEXICO, 2016),  # released in February 2017, not included
    ("2017-12-28", KOREA, 2015),  # revised in June 2017: the files around it differ
    ("2017-12-28", KOREA, 2017),  # released in February 2018
    ("2010-01-01", KOREA, 2008),  # older than any file
    ("2015-04-15", KOREA, 2012),  # quoted on that day are domestic exports, another basis
    ("2026-01-15", MEXICO, 2025),  # released in February 2026
    ("2026-07-15", MEXICO, 2024),  # after the revision of June 2026
    ("2021-12-31", KOREA, 2021),  # the file holds it from February 2022
    ("2019-06-15", KOREA, 2016),  # the day of the revision of June 2019 is not known
    ("2099-01-01", KOREA, 2016),
    ("2018-12-28", KOREA, 1984),
])  # fmt: skip
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


@pytest.mark.parametrize(("day", "label"), [
    ("2017-06-01", "release of 2017-02-07, as quoted"),
    ("2017-06-02", "release of 2017-06-02, as quoted"),
    ("2018-06-05", "release of 2017-06-02, as quoted"),
    ("2018-06-06", "2018-10, in force on 2018-06-06"),
    ("2019-05-31", "2018-10, in force on 2019-05-31"),
    ("2019-07-01", "2019-12, in force on 2019-07-01"),
    ("2021-06-15", "the same in 2020-10 and 2022-03, so inferred for 2021-06-15"),
    ("2021-07-01", "2022-03, in force on 2021-07-01"),
])  # fmt: skip
def test_korea_2016_through_its_releases(day, label):
    assert in_force(day, KOREA, 2016).label == label


@pytest.mark.parametrize(("day", "year", "release", "exports"), [
    ("2022-03-20", 2021, "2022-03", 10947.2), ("2023-04-01", 2022, "2023-03", 11398.1),
    ("2025-03-01", 2024, "2025-04", 13098.2), ("2026-03-10", 2025, "2026-03", 15656.8),
    ("2025-07-01", 2024, "2026-03", 13044.1),
    # Between two revisions the newest file of the day is named.
    ("2024-07-15", 2023, "2024-08", 9842.9), ("2024-12-01", 2023, "2024-10", 9842.9),
    ("2025-05-31", 2023, "2025-04", 9842.9),
])  # fmt: skip
def test_first_releases_are_known_for_every_partner(day, year, release, exports):
    known = in_force(day, VIETNAM, year)
    assert known.label == f"{release}, in force on {day}"
    assert round(known.exports[0], 1) == exports


DAYS = st.dates().map(str) | st.sampled_from(["2013-03-01", "2014-03-01", "2017-03-01"])


@settings(max_examples=100, deadline=None)
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


def test_what_a_text_of_the_first_month_prints_can_only_be_the_first_figures():
    assert in_force("2022-02-15", KOREA, 2021).releases == ("2022-03",)
    with pytest.raises(NoFigure):
        in_force("2022-01-31", KOREA, 2021)
