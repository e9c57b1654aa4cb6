"""Releases: which are at hand, which one a calculation uses, and what one that is stored adds."""

import pandas as pd
import pytest

from korus_helpers.acquire.storing import Content
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner, partners
from korus_helpers.figures.releases import (
    annual_goods,
    check_vintage,
    days_in_force,
    latest_enduse,
    next_revision,
    release_order,
    releases,
    resolve,
)
from korus_helpers.figures.store import on_trial
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.periods import period

KOREA, MEXICO, WORLD = "5800", "2010", "0015"
INCLUDED = [
    *("2017-01", "2018-10", "2019-12", "2020-10", "2022-03", "2023-03"),
    *("2024-08", "2024-10", "2025-04", "2026-03", "2026-06"),
]


def asked(text):
    first, _, last = text.partition(" ")
    start, end = period(first), period(last or first)
    return start.start, end.end, start.year is not None


def test_releases_from_old_to_new():
    assert list(releases()) == INCLUDED
    assert releases()["2024-08"].through_words == "June 2024"
    names = ["2026-07", "2026-06aa", "2026-06z", "2026-06b", "2026-06", "2026-05"]
    assert sorted(names, key=release_order) == [names[5], *names[4:0:-1], names[0]]


@pytest.mark.parametrize("text", ["latest", "2017-01", "2026-06", "as-of:2017-12-28"])
def test_a_known_release(text):
    assert check_vintage(text) == text


@pytest.mark.parametrize("text", [
    "", "newest", "Latest", "2017-02", "as-of:", "as-of:2017", "as-of:2017-02-30",
    "as-of:0000-00-00", "as-of:28.12.2017", "as-of: 2017-12-28", "2017-12-28", "x" * 5000,
])  # fmt: skip
def test_an_unknown_release_is_refused_with_the_choices(text):
    with pytest.raises(InputError) as error:
        check_vintage(text)
    assert str(error.value) == (
        f'vintage "{text[:40]}" is not known; type latest, one of {", ".join(INCLUDED)}, '
        "or a day such as as-of:2017-12-28"
    )


def test_a_year_alone_is_answered_with_its_releases():
    with pytest.raises(InputError, match="type latest, one of 2024-08, 2024-10, or a day"):
        check_vintage("2024")


@pytest.mark.parametrize(("codes", "span", "release"), [
    ({KOREA}, "2011 2016", "2026-06"), ({KOREA}, "2025-05/2026-04", "2026-06"),
    ({MEXICO}, "2011 2016", "2026-03"), ({KOREA, MEXICO}, "2011 2016", "2026-03"),
    ({KOREA, WORLD}, "2016", "2026-03"), ({WORLD}, "1987 2025", "2026-03"),
    ({MEXICO}, "2025-02/2026-01", "2026-03"),
    # Where none covers the years, the newest that holds the partners.
    ({KOREA}, "2026", "2026-06"), ({KOREA}, "1984", "2026-06"), ({MEXICO}, "2026", "2026-03"),
])  # fmt: skip
def test_latest_is_the_newest_that_covers_everything(codes, span, release):
    assert resolve("latest", codes, *asked(span)) == release


def test_a_named_release_is_taken_as_it_is():
    assert resolve("2018-10", {KOREA}, *asked("2016")) == "2018-10"
    with pytest.raises(InputError, match='vintage "2019-01" is not known'):
        resolve("2019-01", {KOREA}, *asked("2016"))


@pytest.mark.parametrize(("release", "partner", "span", "covered"), [
    ("2018-10", KOREA, "2017", True), ("2018-10", KOREA, "2018", False),
    ("2018-10", KOREA, "1984", False), ("2018-10", KOREA, "2016-04/2017-03", False),
    ("2024-08", MEXICO, "2024-01/2024-06", True), ("2024-08", MEXICO, "2024-01/2024-07", False),
    ("2025-04", MEXICO, "2024", True), ("2025-04", MEXICO, "2024-01/2024-06", False),
    ("2026-03", MEXICO, "2026-01/2026-01", True), ("2026-06", KOREA, "2026-01/2026-04", True),
    ("2026-06", MEXICO, "2016", False),
])  # fmt: skip
def test_what_a_release_covers(release, partner, span, covered):
    assert releases()[release].covers([partner], *asked(span)) is covered


def test_annual_goods_hold_full_years_only():
    for name, release in releases().items():
        years = annual_goods(name)
        assert list(years) == ["partner_code", "year", "exports_musd", "imports_musd"]
        assert years.year.max() == release.last_full_year
        assert not years.duplicated(["partner_code", "year"]).any()
    years = annual_goods("2026-06").set_index("year")  # of months: their sums
    assert round(years.exports_musd[2016], 3) == 42262.187 and 2026 not in years.index


@pytest.fixture
def stored(tmp_path):
    """A package of `release`: Mexico and the World in 2016, end-use goods of 2025."""

    def written(release: str, exports: float):
        goods = pd.DataFrame(
            {"vintage": release, "basis": "general", "partner_code": [WORLD, MEXICO],
             "year": 2016, "months": 12, "exports_musd": exports, "imports_musd": 1.0}
        )  # fmt: skip
        row = open_table("vintages").query("vintage == '2018-10'")
        mexico = open_table("partners").query("partner_code == @MEXICO")
        tables = {
            "goods_annual": goods,
            "goods_monthly": pd.concat([goods.assign(month=month) for month in range(1, 13)]),
            "vintages": row.assign(vintage=release, has_months=True),
            "enduse_annual": open_table("enduse_annual").query("year == 2025"),
            "partners": mexico.assign(name="Mexico of old", first_year=1980),
        }
        folder = tmp_path / "vintages" / release
        folder.mkdir(parents=True)
        Content("x", "X", tables, []).write(folder)
        return folder

    return written


def test_a_stored_release_takes_the_place_of_an_included_one_of_its_name(stored):
    rows = len(latest_enduse())
    with on_trial(stored("2018-10", 7.5)):
        assert list(releases()) == INCLUDED
        assert releases()["2018-10"].has_months and releases()["2018-10"].folder != DATA
        assert annual_goods("2018-10").exports_musd.tolist() == [7.5, 7.5]
        assert len(latest_enduse()) == rows
        assert partners().partner_code.is_unique
    assert releases()["2018-10"].folder == DATA


def test_names_are_those_of_the_newest_release_whatever_was_stored_last(stored):
    with on_trial(stored("2018-11", 1.0)):
        mexico = find_partner(MEXICO)
        assert (mexico.name, mexico.first_year, mexico.last_year) == ("Mexico", 1980, 2026)
        assert list(releases()) == [*INCLUDED[:2], "2018-11", *INCLUDED[2:]]
    with on_trial(stored("2026-12b", 1.0)):
        assert find_partner(MEXICO).name == "Mexico of old"
        assert list(releases())[-1] == "2026-12b"


@pytest.mark.parametrize(("since", "until"), [
    ("", ""), ("2016-06", "2017-06-02"), ("2017-02-07", "2017-06-02"), ("2014", "2014-06"),
    ("2017-06-02", "2018-06-06"), ("2018-06-06", "2019-06"), ("2024-12", "2025-06"),
])  # fmt: skip
def test_a_figure_is_in_force_until_the_next_june(since, until):
    assert next_revision(since) == until


@pytest.mark.parametrize(("release", "last_full_year", "since", "newest", "until"), [
    ("2017-01", 2015, "2016-06", "2016-06", "2017-06-02"),
    ("2018-03", 2017, "2017-06-02", "2018-02", "2018-06-06"),
    ("2025-04", 2024, "2024-06", "2025-02", "2025-06"),
    ("2026-06aa", 2025, "2026-06", "2026-06", "2027-06"),
])  # fmt: skip
def test_when_the_figures_of_a_release_were_in_force(release, last_full_year, since, newest, until):
    assert list(days_in_force(release, last_full_year).values()) == [since, newest, until]
