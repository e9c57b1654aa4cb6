"""Definitions: what is typed becomes canonical, and what has no meaning is refused at once."""

import pytest

from korus_helpers.errors import InputError
from korus_helpers.trade.definition import CHOICES, UNITS, Definition


def refusal(**choices) -> str:
    with pytest.raises(InputError) as error:
        Definition(**choices)
    return str(error.value)


def test_defaults():
    made = Definition(end="2016")
    assert made == Definition("5800", "total", "general", "latest", "", "2016", "level")


@pytest.mark.parametrize("partner", ["Korea, South", "South Korea", "KOR", "kr", "5800"])
def test_a_partner_becomes_its_code(partner):
    assert Definition(partner, end=2016).partner == "5800"


def test_of_two_codes_of_one_name_the_one_with_trade_in_the_years():
    assert Definition("Sudan", base=1995, end=2005, as_="change").partner == "7320"
    assert Definition("Sudan", end=2015).partner == "7321"
    assert Definition("Ethiopia", end="1992-04/1993-03").partner == "7740"


def test_periods_become_canonical():
    assert Definition(end=2016).end == "2016"
    assert Definition(end=" 2016-01/2016-12 ").end == "2016"
    assert Definition(end="2011-04/2012-03").end == "2011-04/2012-03"
    made = Definition(base=2011, end=2016, as_="change")
    assert (made.base, made.end) == ("2011", "2016")


def test_a_canonical_definition_stays_as_it_is():
    made = Definition("Mexico", base="2025-ytd", end="2026-ytd", as_="ratio")
    assert made.under() == made == Definition(*(getattr(made, name) for name in CHOICES))


def test_the_basis_is_the_sectors_own_unless_named():
    assert Definition(end=2016).basis == "general"
    assert Definition(end=2016, sector="hs87").basis == "consumption"
    assert Definition(end=2016, basis="consumption").basis == "consumption"
    assert Definition(end=2016, sector="hs87", basis="general").basis == "general"


@pytest.mark.parametrize(
    ("partner", "base", "end", "canonical"),
    [
        ("Mexico", "", "2026-ytd", ("", "2026-01/2026-01")),
        ("Korea, South", "", "2026-ytd", ("", "2026-01/2026-04")),
        ("Mexico", "2024-ytd", "2026-ytd", ("2024-01/2024-01", "2026-01/2026-01")),
        ("Korea, South", "2016-ytd", "2026-ytd", ("2016-01/2016-04", "2026-01/2026-04")),
    ],
)
def test_year_to_date(partner, base, end, canonical):
    as_ = "change" if base else "level"
    made = Definition(partner, base=base, end=end, as_=as_)
    assert (made.base, made.end) == canonical


def test_year_to_date_under_a_named_vintage():
    assert Definition(vintage="2024-08", end="2024-ytd").end == "2024-01/2024-06"


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            {"partner": "Mexico", "end": "2027-ytd"},
            "2027: figures of vintage 2026-03 go up to 2026-01; type 2026-ytd",
        ),
        (
            {"end": "2027-ytd"},
            "2027: figures of vintage 2026-06 go up to 2026-04; type 2026-ytd",
        ),
        (
            {"end": "2016-ytd", "vintage": "2018-10"},
            "vintage 2018-10 holds no months of this partner; "
            "type --vintage latest for year to date",
        ),
        (
            {"end": "2016-ytd", "vintage": "as-of:2017-12-28"},
            "vintage as-of:2017-12-28 holds no months of this partner; "
            "type --vintage latest for year to date",
        ),
        (
            {"partner": "Mexico", "end": "2024-ytd", "vintage": "2026-06"},
            "vintage 2026-06 holds no months of this partner; "
            "type --vintage latest for year to date",
        ),
        (
            {"base": "2011", "end": "2024-ytd", "as_": "change"},
            "year to date compares with year to date; type --from 2025-ytd --to 2026-ytd",
        ),
        (
            {"base": "2023-ytd", "end": "2024", "as_": "change"},
            "year to date compares with year to date; type --from 2025-ytd --to 2026-ytd",
        ),
        (
            {"end": "2016", "as_": "growth"},
            '"growth" is not a way to compare; type one of level, change, percent-change, ratio, '
            "share, contribution",
        ),
        (
            {"end": "2016", "basis": "bob"},
            'basis "bob" is not known; type one of general, consumption, bop, goods-and-services, '
            "services, korea-reported",
        ),
        (
            {},
            "no period is given; type --year 2016, --period 2011-04/2012-03 "
            "or --from 2011 --to 2016",
        ),
        (
            {"base": "2011"},
            "no period is given; type --year 2016, --period 2011-04/2012-03 "
            "or --from 2011 --to 2016",
        ),
        (
            {"base": "2011-04/2011-09", "end": "2016", "as_": "change"},
            "2011-04/2011-09 has 6 months and 2016 has 12; type two periods of the same length",
        ),
        (
            {"base": "2011", "end": "2016", "as_": "contribution"},
            "a contribution needs a sector; type --sector autos",
        ),
        (
            {"base": "2011", "end": "2016", "as_": "contribution", "sector": "all_enduse"},
            "a contribution needs a sector; type --sector autos",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(choices, message):
    assert refusal(**choices) == message


def test_a_year_and_twelve_other_months_may_be_compared():
    assert Definition(base="2011-04/2012-03", end="2016", as_="change").end == "2016"


@pytest.mark.parametrize("as_", ["change", "percent-change", "ratio", "contribution"])
def test_a_comparison_needs_two_periods(as_):
    assert refusal(end=2016, as_=as_, sector="autos") == (
        f"a {as_} needs two periods; type --from 2011 --to 2016"
    )


@pytest.mark.parametrize("as_", ["level", "share"])
def test_a_level_or_share_needs_one_period(as_):
    assert refusal(base=2011, end=2016, as_=as_) == (
        f"a {as_} needs one period; type --year 2016, or --as change to compare two"
    )


@pytest.mark.parametrize(
    ("choices", "start"),
    [
        ({"partner": "Korea", "end": 2016}, 'partner "Korea": two partners have this name'),
        ({"partner": "Atlantis", "end": 2016}, 'partner "Atlantis": no partner has this name'),
        ({"sector": "cars", "end": 2016}, 'sector "cars" is not known; type one of total, '),
        ({"vintage": "2019", "end": 2016}, 'vintage "2019" is not known; type latest, '),
        ({"end": "20x6"}, 'period "20x6" is not understood; type a year such as 2016'),
        ({"base": "x", "end": 2016, "as_": "change"}, 'period "x" is not understood'),
        ({"end": "ytd"}, 'period "ytd" is not understood'),
        ({"end": "2016-YTD"}, 'period "2016-YTD" is not understood'),
    ],
)
def test_what_is_not_known_is_refused(choices, start):
    assert refusal(**choices).startswith(start)


def test_units():
    assert set(UNITS.values()) == {"million dollars", "percent", "times"}
