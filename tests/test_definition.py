"""What is asked for: periods, sectors and definitions become canonical, or are refused at once."""

import pytest
from figure_cases import cases, says
from hypothesis import given
from hypothesis import strategies as st

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.tables import open_table
from korus_helpers.trade.bases import BASES, COMPARED, UNITS
from korus_helpers.trade.definition import CHOICES, Definition
from korus_helpers.trade.periods import Period, agreement_year, month_number, month_words, period
from korus_helpers.trade.sectors import GROUPS, NAMED, require_netted, sector


def refusal(made, *arguments, **choices) -> str:
    with pytest.raises(InputError) as error:
        made(*arguments, **choices)
    return str(error.value)


# Periods


@pytest.mark.parametrize(("text", "start", "months", "year", "written", "words"), [
    ("2016", 2016 * 12, 12, 2016, "2016", "2016"),
    (2016, 2016 * 12, 12, 2016, "2016", "2016"),
    (" 2016-01/2016-12 ", 2016 * 12, 12, 2016, "2016", "2016"),
    ("2011-04/2012-03", 2011 * 12 + 3, 12, None, "2011-04/2012-03", "April 2011 to March 2012"),
    ("2016-02/2016-02", 2016 * 12 + 1, 1, None, "2016-02", "February 2016"),
    ("2015-01/2016-12", 2015 * 12, 24, None, "2015/2016", "2015 to 2016 together"),
    ("2016-02", 2016 * 12 + 1, 1, None, "2016-02", "February 2016"),
    ("Sept. 2018", 2018 * 12 + 8, 1, None, "2018-09", "September 2018"),
    ("2018-Q3", 2018 * 12 + 6, 3, None, "2018-07/2018-09", "July 2018 to September 2018"),
    ("the third quarter of 2018", 2018 * 12 + 6, 3, None, "2018-07/2018-09",
     "July 2018 to September 2018"),
    ("Q1 to Q2 2018", 2018 * 12, 6, None, "2018-01/2018-06", "January 2018 to June 2018"),
    ("April 2011 to 2012-03", 2011 * 12 + 3, 12, None, "2011-04/2012-03",
     "April 2011 to March 2012"),
    ("2011/2013", 2011 * 12, 36, None, "2011/2013", "2011 to 2013 together"),
])  # fmt: skip
def test_a_period_is_read_and_written(text, start, months, year, written, words):
    made = period(text)
    assert (made.start, made.months, made.end) == (start, months, start + months - 1)
    assert (made.year, str(made), made.words) == (year, written, words)
    assert made.last_year == made.end // 12
    assert period(made) is made


@pytest.mark.parametrize("text", [
    "", "16", "2016.0", "20166", "1816", "2116", "2016-", "2016-13/2017-01",
    "2016-13", "2016-4", "July", "Q3", "Ju 2018", "fifth quarter 2018", "2016/2017/2018",
    "2016-00/2016-02", "2016-4/2017-3", "2012-03/2011-04", "2011-04/2012-03\n2013",
    "２０１６", "last year", None, -2016, True, "x" * 5000,
])  # fmt: skip
def test_what_is_no_period_is_refused_with_examples(text):
    assert refusal(period, text) == (
        f'period "{" ".join(str(text).split())[:40]}" is not understood; type a year such as 2016, '
        "a month such as 2018-07, a quarter such as 2018-Q3, or months such as 2011-04/2012-03, "
        "the earlier one first"
    )


def test_periods_move_and_sort():
    window = period("2011-04/2012-03")
    assert window.shift(2) == period("2013-04/2014-03")
    assert sorted([period("2016"), window, period("2011")])[1] == window
    assert agreement_year(0) == window and str(agreement_year(5)) == "2016-04/2017-03"
    assert (month_number(0, 1), month_words(24203)) == (0, "December 2016")


@given(st.integers(1900, 2099), st.integers(1, 12), st.integers(1, 600))
def test_a_period_reads_back_as_printed(year, month, months):
    made = Period(month_number(year, month), months)
    if made.last_year <= 2099:
        assert period(str(made)) == made
        assert (made.year is not None) == (len(str(made)) == 4)
    assert made.shift(3).shift(-3) == made


# Sectors


@pytest.mark.parametrize(("name", "words", "kind", "codes", "basis", "whole"), [
    ("total", "all goods", "all goods", (), "general", "total"),
    ("all_enduse", "all end-use codes together", "end-use", ("",), "general", "all_enduse"),
    ("autos", "automotive vehicles, parts and engines (end-use 3)", "end-use", ("3",), "general",
     "all_enduse"),
    ("other", "military, special and other goods (end-use 5, 6)", "end-use", ("5", "6"),
     "general", "all_enduse"),
    ("enduse:30000", "Passenger cars, new and used (end-use 30000)", "end-use", ("30000",),
     "general", "all_enduse"),
    ("hs87", "vehicles other than railway, and parts (HS 87)", "HS", ("87",), "consumption",
     "total"),
    ("hs:01", "live animals (HS 01)", "HS", ("01",), "consumption", "total"),
])  # fmt: skip
def test_a_name_is_a_sector(name, words, kind, codes, basis, whole):
    item = sector(name)
    assert (item.name, item.words, item.kind, item.codes) == (name, words, kind, codes)
    assert (item.basis, item.whole.name) == (basis, whole)
    assert item.source_id in set(open_table("sources").source_id)


def test_named_sectors_mean_the_same_goods_in_both_flows():
    codes = open_table("enduse_codes").drop_duplicates("code").set_index("code").netted
    for name, item in NAMED.items():
        assert item.title and item.basis in BASES
        require_netted(item)
        assert name not in ("passenger_cars", "trucks", "parts") or codes[list(item.codes)].all()


def test_every_code_is_a_sector_and_in_one_group():
    for code in open_table("enduse_codes").code.unique():
        assert sector(f"enduse:{code}").codes == (code,)
        assert sum(code.startswith(NAMED[name].codes) for name in GROUPS) == 1, code
    for code in open_table("hs_chapters").code.unique():
        assert sector(f"hs:{code}").codes == (code,)


@pytest.mark.parametrize("name", [
    "", "zebras", "Autos", "enduse:3", "enduse:99999", "enduse:30000x", "enduse:٣٠٠٠٠", "hs:8703",
    "hs:00", "hs:", "hs:87\n",
])  # fmt: skip
def test_an_unknown_sector_is_refused_with_the_names(name):
    message = refusal(sector, name)
    assert message.startswith(f'sector "{name}" is not known; type one of total, autos, ')
    assert all(known in message for known in NAMED)
    assert message.endswith("such as enduse:30000 or hs:87")


@pytest.mark.parametrize(("code", "why"), [
    ("30000", ""), ("30100", ""), ("22200", ""), ("41210", ""),
    ("00000", "end-use 00000 is Wheat in exports and Green coffee in imports: a balance of the "
              "two has no meaning; ask for exports or for imports"),
    ("30110", "end-use 30110 is Bodies and chassis for trucks and buses, in one flow only: a "
              "balance of the two has no meaning; ask for exports or for imports"),
])  # fmt: skip
def test_only_codes_of_the_same_goods_are_netted(code, why):
    item = sector(f"enduse:{code}")
    assert item.netted == (not why)
    if why:
        with pytest.raises(NoFigure) as error:
            require_netted(item)
        assert str(error.value) == why
    else:
        require_netted(item)
        assert "/" not in item.title


# Definitions


def test_text_becomes_canonical():
    made = Definition(end="2016")
    assert made == Definition("5800", "total", "general", "latest", "", "2016", "level")
    for partner in ("Korea, South", "South Korea", "KOR", "kr", "5800", find_partner("KOR")):
        assert Definition(partner, end=2016).partner == "5800"
    assert Definition(end=" 2016-01/2016-12 ").end == Definition(end=period(2016)).end == "2016"
    made = Definition(base="2011-04/2012-03", end=2016, as_="change")
    assert (made.base, made.end) == ("2011-04/2012-03", "2016")
    assert made.periods == [period("2011-04/2012-03"), period("2016")]


def test_of_two_codes_of_one_name_the_one_with_trade_in_the_years():
    assert Definition("Sudan", base=1995, end=2005, as_="change").partner == "7320"
    assert Definition("Sudan", end=2015).partner == "7321"
    assert Definition("Ethiopia", end="1992-04/1993-03").partner == "7740"


def test_a_canonical_definition_stays_as_it_is():
    made = Definition("Mexico", base="2025-ytd", end="2026-ytd", as_="ratio")
    assert made.under() == made == Definition(*(getattr(made, name) for name in CHOICES))
    assert made.under(vintage="2026-03").vintage == "2026-03"


@pytest.mark.parametrize(("sector", "asked", "basis"), [
    ("total", "", "general"), ("hs87", "", "consumption"), ("total", "consumption", "consumption"),
    ("hs87", "general", "general"),
])  # fmt: skip
def test_the_basis_is_the_sectors_own_unless_named(sector, asked, basis):
    assert Definition(end=2016, sector=sector, basis=asked).basis == basis


@pytest.mark.parametrize(("choices", "base", "end"), [
    ({"partner": "Mexico", "end": "2026-ytd"}, "", "2026-01"),
    ({"end": "2026-ytd"}, "", "2026-01/2026-04"),
    ({"partner": "Mexico", "base": "2024-ytd", "end": "2026-ytd", "as_": "change"},
     "2024-01", "2026-01"),
    ({"base": "2016-ytd", "end": "2026-ytd", "as_": "change"}, "2016-01/2016-04",
     "2026-01/2026-04"),
    ({"vintage": "2024-08", "end": "2024-ytd"}, "", "2024-01/2024-06"),
])  # fmt: skip
def test_year_to_date(choices, base, end):
    made = Definition(**choices)
    assert (made.base, made.end) == (base, end)


@cases("no definition")
def test_what_has_no_meaning_or_is_not_known_is_refused(choices, expected):
    assert says(refusal(Definition, **choices), expected)


@pytest.mark.parametrize("as_", [one for one in UNITS if one != "ratio"])
def test_one_period_or_two(as_):
    base = "" if as_ in COMPARED else 2011
    assert refusal(Definition, base=base, end=2016, as_=as_, sector="autos") == (
        f"a {as_} needs two periods; type --from 2011 --to 2016"
        if as_ in COMPARED
        else f"a {as_} needs one period; type --year 2016, or --as change to compare two"
    )
