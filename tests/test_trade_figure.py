"""A figure in words: what it is, which release it comes from, and what to beware of."""

import pytest

from korus_helpers.errors import InputError, NoFigure
from korus_helpers.figures.partners import find_partner
from korus_helpers.trade.definition import COMPARED, MEASURES, UNITS, Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.figure import caution
from korus_helpers.trade.sectors import NAMED

GENERAL = (
    "total exports f.a.s., general imports at customs value; Census basis, not seasonally adjusted"
)
CONSUMPTION = (
    "total exports f.a.s., imports for consumption at customs value; "
    "Census basis, not seasonally adjusted"
)
KOREAN = (
    "as Korea reports it: US imports are Korea's exports f.o.b., "
    "US exports are Korea's imports c.i.f."
)


def figure(measure: str, **choices):
    return evaluate(measure, Definition(**choices))


@pytest.mark.parametrize(
    ("measure", "choices", "words"),
    [
        ("exports", {"end": 2016}, f"US goods exports to South Korea, 2016; {GENERAL}"),
        ("imports", {"end": 2016}, f"US goods imports from South Korea, 2016; {GENERAL}"),
        ("deficit", {"end": 2016}, f"US goods deficit with South Korea, 2016; {GENERAL}"),
        (
            "balance",
            {"end": 2016, "partner": "NLD"},
            f"US goods balance with the Netherlands, 2016; {GENERAL}",
        ),
        (
            "deficit",
            {"end": "2011-04/2012-03"},
            f"US goods deficit with South Korea, April 2011 to March 2012; {GENERAL}",
        ),
        (
            "exports",
            {"base": 2011, "end": 2016, "as_": "percent-change"},
            f"US goods exports to South Korea, percent change from 2011 to 2016; {GENERAL}",
        ),
        (
            "imports",
            {"base": 2011, "end": 2016, "as_": "change", "partner": "Mexico"},
            f"US goods imports from Mexico, change from 2011 to 2016; {GENERAL}",
        ),
        (
            "deficit",
            {"end": 2016, "as_": "share"},
            f"US goods deficit with South Korea, share of the world total in 2016; {GENERAL}",
        ),
        (
            "deficit",
            {"end": 2016, "sector": "autos", "as_": "share"},
            "US deficit with South Korea, automotive vehicles, parts and engines (end-use 3), "
            f"share of the goods deficit in 2016; {GENERAL}",
        ),
        (
            "deficit",
            {"base": 2014, "end": 2016, "sector": "autos", "as_": "contribution"},
            "US deficit with South Korea, automotive vehicles, parts and engines (end-use 3), "
            f"part of the change in the goods deficit from 2014 to 2016; {GENERAL}",
        ),
        (
            "imports",
            {"end": 2016, "sector": "hs87"},
            "US imports from South Korea, vehicles other than railway, and parts (HS 87), 2016; "
            + CONSUMPTION,
        ),
        (
            "deficit",
            {"end": 2016, "basis": "consumption"},
            f"US goods deficit with South Korea, 2016; {CONSUMPTION}",
        ),
        (
            "deficit",
            {"end": 2016, "basis": "korea-reported"},
            f"US goods deficit with South Korea, 2016; {KOREAN}",
        ),
        (
            "exports",
            {"end": 2016, "partner": "World"},
            f"US goods exports to the world, 2016; {GENERAL}",
        ),
    ],
)
def test_the_definition_in_words(measure, choices, words):
    assert figure(measure, **choices).words == words


@pytest.mark.parametrize("sector", ["total", "autos", "other", "all_enduse", "hs87"])
def test_every_combination_has_words(sector):
    for measure in MEASURES:
        for as_ in UNITS:
            base = 2014 if as_ in COMPARED else ""
            try:
                words = figure(measure, sector=sector, base=base, end=2016, as_=as_).words
            except (NoFigure, InputError):
                continue
            assert words.startswith("US ")
            assert "South Korea" in words
            assert "2016" in words
            assert ("2014" in words) == bool(base)
            assert "  " not in words and " ," not in words and "()" not in words
            if sector != "total":
                assert NAMED[sector].words in words


@pytest.mark.parametrize(
    ("measure", "choices", "vintage", "mixed"),
    [
        ("deficit", {"end": 2016}, "2026-06", False),
        ("deficit", {"end": 2016, "vintage": "2018-10"}, "2018-10", False),
        ("exports", {"end": 2016, "sector": "autos"}, "exports 2023-07", False),
        ("imports", {"end": 2015, "sector": "autos"}, "imports 2024-11", False),
        ("imports", {"end": 2025, "sector": "autos"}, "imports 2026-04", False),
        (
            "deficit",
            {"end": 2016, "sector": "autos"},
            "exports 2023-07, imports 2026-04",
            False,
        ),
        (
            "deficit",
            {"base": 2014, "end": 2016, "sector": "autos", "as_": "change"},
            "exports 2023-07, imports 2024-11 and 2026-04",
            False,
        ),
        ("deficit", {"end": 2021, "sector": "autos"}, "exports 2023-07, imports 2026-04", True),
        ("two-way", {"end": 2022, "sector": "autos"}, "exports 2023-07, imports 2026-04", True),
        ("exports", {"end": 2022, "sector": "autos"}, "exports 2023-07", False),
        ("deficit", {"end": 2016, "sector": "hs87"}, "2021", False),
        ("deficit", {"end": "2016-01/2016-06", "sector": "hs87"}, "2021", False),
        ("deficit", {"end": 2016, "basis": "korea-reported"}, "IMF, January 2022", False),
        (
            "deficit",
            {"end": 2016, "basis": "consumption"},
            "exports 2026-06, imports for consumption 2026",
            False,
        ),
        (
            "deficit",
            {"end": 2016, "vintage": "as-of:2017-12-28"},
            "2016: release of 2017-06-02, as quoted",
            False,
        ),
        (
            "exports",
            {"base": 2011, "end": 2016, "as_": "change", "vintage": "as-of:2017-12-28"},
            "2011: the same in 2017-01 and 2018-10, so inferred for 2017-12-28; "
            "2016: release of 2017-06-02, as quoted",
            False,
        ),
    ],
)
def test_the_release_behind_a_figure(measure, choices, vintage, mixed):
    found = figure(measure, **choices)
    assert (found.vintage, found.mixed) == (vintage, mixed)


def test_sources_are_named_once():
    assert figure("deficit", end=2016, vintage="2018-10").source == (
        "U.S. Census Bureau, U.S. Trade in Goods by Country (country file)"
    )
    choices = {"base": 2011, "end": 2016, "as_": "ratio", "vintage": "as-of:2017-12-28"}
    found = figure("deficit", **choices)
    assert found.source_ids == (
        "CENSUS_COUNTRY_2017",
        "CENSUS_COUNTRY_2018",
        "KOREAHERALD_2018",
        "NHUB_2017",
        "USITC_SHIFTS2017",
    )
    assert found.source.split("; ") == [
        "U.S. Census Bureau, U.S. Trade in Goods by Country (country file)",
        "Korea Herald (Yonhap), US deficit in 2017",
        "The Hill, reposted, op-ed on trade disputes",
        "U.S. International Trade Commission, Shifts in U.S. Merchandise Trade 2017, table KR.1",
    ]


@pytest.mark.parametrize(
    ("partner", "base", "end", "starts"),
    [
        ("EU", 2016, 2021, "The European Union is without the United Kingdom from 2020 on"),
        ("EU", 2019, 2020, "The European Union is without the United Kingdom from 2020 on"),
        ("EU", 2011, 2019, ""),
        ("EU", 2020, 2023, ""),
        ("Sint Maarten", 2011, 2016, "Figures of Sint Maarten begin in 2011"),
        ("Sint Maarten", 2012, 2016, ""),
        ("South Korea", 1985, 2016, ""),
        ("South Korea", 2011, 2021, ""),
    ],
)
def test_what_to_beware_of_in_a_partner(partner, base, end, starts):
    found = figure("deficit", partner=partner, base=base, end=end, as_="change")
    assert found.caution == caution(find_partner(partner, (base, end)), base, end)
    assert found.caution.startswith(starts)
    assert (found.caution == "") == (starts == "")
