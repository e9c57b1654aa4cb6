"""Vintages: which releases ship, and which one a calculation uses."""

import pytest

from korus_helpers.errors import InputError
from korus_helpers.sources.vintages import annual_goods, check_vintage, releases, resolve
from korus_helpers.trade.periods import period

KOREA, MEXICO, WORLD = "5800", "2010", "0015"


def latest(partners: set[str], first: str, last: str) -> str:
    start, end = period(first), period(last)
    whole = start.year is not None and end.year is not None
    return resolve("latest", partners, start.start, end.end, whole)


def test_releases_from_old_to_new():
    assert list(releases()) == ["2017-01", "2018-10", "2022-03", "2023-03", "2024-08", "2026-06"]
    assert releases()["2024-08"].through_words == "June 2024"
    assert releases()["2017-01"].through_words == "November 2016"


@pytest.mark.parametrize("text", ["latest", "2017-01", "2026-06", "as-of:2017-12-28"])
def test_a_known_vintage(text):
    assert check_vintage(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "newest",
        "Latest",
        "2017-02",
        "2024",
        "as-of:",
        "as-of:2017",
        "as-of:2017-12",
        "as-of:2017-02-30",
        "as-of:2017-13-01",
        "as-of:0000-00-00",
        "as-of:28.12.2017",
        "as-of: 2017-12-28",
        "2017-12-28",
        "x" * 5000,
    ],
)
def test_an_unknown_vintage_is_refused_with_the_choices(text):
    with pytest.raises(InputError) as error:
        check_vintage(text)
    assert str(error.value) == (
        f'vintage "{text[:40]}" is not known; type latest, one of 2017-01, 2018-10, 2022-03, '
        "2023-03, 2024-08, 2026-06, or a day such as as-of:2017-12-28"
    )


@pytest.mark.parametrize(
    ("partners", "first", "last", "vintage"),
    [
        ({KOREA}, "2011", "2016", "2026-06"),
        ({KOREA}, "1985", "2025", "2026-06"),
        ({KOREA}, "2025-05/2026-04", "2025-05/2026-04", "2026-06"),
        ({MEXICO}, "2011", "2016", "2024-08"),
        ({KOREA, MEXICO}, "2011", "2016", "2024-08"),
        ({KOREA, WORLD}, "2016", "2016", "2024-08"),
        ({WORLD}, "1987", "2023", "2024-08"),
        ({MEXICO}, "2023-07/2024-06", "2023-07/2024-06", "2024-08"),
    ],
)
def test_latest_is_the_newest_that_covers_everything(partners, first, last, vintage):
    assert latest(partners, first, last) == vintage


@pytest.mark.parametrize(
    ("partners", "year", "vintage"),
    [
        ({KOREA}, "2026", "2026-06"),
        ({KOREA}, "1984", "2026-06"),
        ({KOREA, MEXICO}, "2025", "2024-08"),
        ({MEXICO}, "2024", "2024-08"),
    ],
)
def test_latest_is_the_newest_that_holds_the_partners_where_none_covers_the_years(
    partners, year, vintage
):
    assert latest(partners, year, year) == vintage


def test_a_named_release_is_taken_as_it_is():
    assert resolve("2018-10", {KOREA}, *two_ends("2016"), True) == "2018-10"
    with pytest.raises(InputError, match='vintage "2019-01" is not known'):
        resolve("2019-01", {KOREA}, *two_ends("2016"), True)


def two_ends(text: str) -> tuple[int, int]:
    return period(text).start, period(text).end


@pytest.mark.parametrize(
    ("vintage", "partner", "text", "covered"),
    [
        ("2018-10", KOREA, "2017", True),
        ("2018-10", KOREA, "2018", False),
        ("2018-10", KOREA, "1984", False),
        ("2018-10", KOREA, "2016-04/2017-03", False),
        ("2024-08", MEXICO, "2016-04/2017-03", True),
        ("2024-08", MEXICO, "2024-01/2024-06", True),
        ("2024-08", MEXICO, "2024-01/2024-07", False),
        ("2026-06", KOREA, "2026-01/2026-04", True),
        ("2026-06", MEXICO, "2016", False),
    ],
)
def test_what_a_release_covers(vintage, partner, text, covered):
    asked = period(text)
    found = releases()[vintage].covers([partner], asked.start, asked.end, asked.year is not None)
    assert found is covered


def test_annual_goods_hold_full_years_only():
    for vintage, release in releases().items():
        years = annual_goods(vintage)
        assert list(years) == ["partner_code", "year", "exports_musd", "imports_musd"]
        assert years.year.max() == release.last_full_year
        assert not years.duplicated(["partner_code", "year"]).any()


def test_annual_goods_of_a_release_of_months_are_their_sums():
    years = annual_goods("2026-06").set_index("year")
    assert round(years.exports_musd[2016], 3) == 42262.187
    assert 2026 not in years.index
