"""Partners: what readers type, the table that is included, and how it is built."""

import re

import pandas as pd
import pytest
from tools.build.partners import build_partners, iso_country, partner

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import LONGEST, REFUSED, countries, find_partner, partners
from korus_helpers.figures.tables import open_table

NAMES = """
5800 | 5800 | Korea, South | korea,south | South Korea | S. Korea | Republic of Korea | ROK | kr
5800 | Korea, Republic of | KOR | South\u00a0Korea
5790 | North Korea | DPRK | Democratic People's Republic of Korea
5790 | Democratic People\u2019s Republic of Korea
0015 | 0015 | World | World, Not Seasonally Adjusted
0003 | EU | the E.U. | European Union
2010 | Mexico | MÉXICO
5520 | Vietnam | Viet Nam
5700 | China | PRC
5830 | Taiwan
5820 | Hong Kong
5660 | Macau | Macao
6144 | Niue
6143 | Tokelau
7480 | Côte d'Ivoire | Cote d\u2019Ivoire | Ivory Coast
7660 | Congo (Kinshasa) | Democratic Republic of the Congo | DR Congo
7630 | Congo (Brazzaville) | Republic of the Congo
4120 | UK | the UK | Great Britain | GB
4210 | the Netherlands | Holland
2360 | Bahamas, The
4351 | Czechia
4890 | Türkiye | turkiye | Turkey
5460 | Burma | Myanmar
7950 | Swaziland | Eswatini
4794 | Macedonia | North Macedonia
5601 | East Timor | Timor-Leste
4803 | Kosovo | XKX
7920 | NA
2487 | St. Lucia | Saint Lucia
7644 | ST
2740 | Trinidad & Tobago
2777 | Curaçao
2771 | Netherlands Antilles
4610 | Soviet Union | USSR
3720 | Falkland Islands | Falkland Islands(Islas Malvin
2486 | Dominica
2470 | Dominican Republic
7510 | Niger
7530 | Nigeria
0019 | Sub-Saharan Africa
8220 | Unidentified Countries
"""
BOTH_BANKS = (
    *("Palestine", "State of Palestine", "Palestinian territories", "West Bank and Gaza"),
    *("PS", "PSE"),
)
AMBIGUOUS = {
    "Korea": {"5790", "5800"},
    "Congo": {"7630", "7660"},
    **{name: {"5082", "5083"} for name in BOTH_BANKS},
}
HOSTILE = [
    *("", "   ", "---", "\n", "x" * 5000, "Korea " * 1000, "5" * 5000, "ﷺ" * 90, "\x00"),
    *("South\x00Korea", "\x1b[31mKorea\x1b[0m", "Mexico\u202e", "\ud800", "Mex\nico"),
    *("'; DROP TABLE partners; --", "<script>alert(1)</script>", "=1+1", "../../etc/passwd"),
    *("대한민국", "😀", "%s%n", "{0}", "[a-z]*", 5800, -1, 1.5, 10**5000, float("nan"), None),
    *(True, b"5800", ["5800"]),
]


def refusal(text, years=()) -> str:
    with pytest.raises(InputError) as error:
        find_partner(text, years)
    return str(error.value)


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_a_partner_is_found_by_any_of_its_names(line):
    code, *names = line.split(" | ")
    assert {name: find_partner(f" {name} ").code for name in names} == dict.fromkeys(names, code)


def test_a_partner_holds_what_sentences_and_joins_need():
    korea, world, unused = find_partner("KOR"), find_partner("World"), find_partner("5080")
    assert (korea.name, korea.common_name, korea.in_sentence, korea.iso2, korea.iso3) == (
        *("Korea, South", "South Korea", "South Korea", "KR", "KOR"),
    )
    assert (korea.kind, korea.first_year, korea.last_year) == ("country", 1985, 2026)
    assert (world.in_sentence, world.kind, world.iso2) == ("the world", "world", "")
    assert (unused.first_year, unused.last_year) == (None, None)


def test_a_name_in_a_sentence_has_its_article():
    with_one = ("NLD", "UK", "EU", "CZE", "Solomon Islands", "COD", "PHL", "West Bank", "Bahamas")
    assert all(find_partner(name).in_sentence.startswith("the ") for name in with_one)
    for name in ("China", "Norfolk Island", "Ukraine", "Asia"):
        assert find_partner(name).in_sentence == name


@pytest.mark.parametrize(("text", "years", "code"), [
    ("Sudan", (), "7321"), ("Sudan", (2005,), "7320"), ("Sudan", (2005, 2010), "7320"),
    ("Sudan", (2005, 2015), "7321"), ("SDN", (2005,), "7320"), ("Ethiopia", (1992,), "7740"),
    ("Ethiopia", (1993,), "7749"), ("Serbia", (), "4801"), ("Serbia", [2007, 2008], "4802"),
    ("Israel", (1995, 2000), "5081"), ("7321", (2005,), "7321"),
    ("Sudan (until 2011)", (2016,), "7320"),
])  # fmt: skip
def test_a_name_of_two_codes_means_the_one_with_trade_in_the_years_asked(text, years, code):
    assert find_partner(text, years).code == code


@pytest.mark.parametrize(("text", "codes"), AMBIGUOUS.items())
def test_an_ambiguous_name_is_refused_with_each_partner_it_may_mean(text, codes):
    assert set(re.findall(r"\((\d{4})\)", refusal(text, (2016,)))) == codes


@pytest.mark.parametrize(("text", "says"), [
    ("Korea", 'two partners have this name; type "South Korea" (5800) or "North Korea" (5790)'),
    ("US", "the reporting country"), ("the United States of America", "the reporting country"),
    ("0004", "is seasonally adjusted"), ("World, Seasonally Adjusted", "is seasonally adjusted"),
    ("0005", "counts imports for consumption"), ("0021", "counts imports for consumption"),
    ("USMCA with Canada (Consump)", "imports for consumption"), ("NAFTA", "for consumption"),
    ("Advance Technology Products", "is a class of products"),
    ("South Corea", '"South Korea" (5800)'), ("Koria", '"South Korea" (5800)'),
    ("Mexiko", '"Mexico" (2010)'), ("Holand", '"Netherlands" (4210)'),
    ("Wrld", '"World" (0015)'), ("Herzegovina", '"Bosnia and Herzegovina" (4793)'),
    ("5801", '"South Korea" (5800)'), ("15", '"0015" for the world'),
    ("Saint", '"Saint Lucia" (2487)'), ("580", "a code has four digits; type a name"),
    ("4", "a code has four digits; type a name"), ("9999", "no partner has this code"),
    ("580000", "no partner has this code"), ("5,800", "no partner has this name"),
    ("5800.0", "no partner has this name"), ("KRO", 'an ISO code such as "KOR"'),
    ("---", "has no name in it"), ("Korea " * 1000, "longer than any name"),
])  # fmt: skip
def test_what_is_refused_says_why_or_what_to_type(text, says):
    assert says in refusal(text)


def test_no_row_that_is_not_a_partner_is_suggested_and_at_most_three():
    assert "(0004)" not in refusal("World, Seasonally Adjustet")
    assert "(0007)" not in refusal("0008x") + refusal("0011")
    assert len(re.findall(r"\(\d{4}\)", refusal("Republic"))) == 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_gives_one_short_sentence(text):
    sentence = refusal(text)
    assert sentence.startswith("partner ") and len(sentence) < 300
    assert sentence.isprintable() and not sentence.endswith(".")


def test_every_partner_is_found_by_every_name_in_the_table():
    table = partners()
    for row in table[table.kind != "not a partner"].itertuples():
        same_name = set(table.partner_code[table.name == row.name])
        assert find_partner(row.partner_code).code == row.partner_code
        assert find_partner(row.common_name).code == row.partner_code
        years = range(1985, 2027) if pd.isna(row.first_year) else [row.first_year]
        assert find_partner(row.name, years).name == row.name
        for text in {row.name, row.iso2, row.iso3, *row.aliases.split(";")} - {"", *AMBIGUOUS}:
            assert len(text) < LONGEST
            assert find_partner(text).code in same_name, text


def test_the_table_is_complete():
    table = partners()
    assert table.partner_code.is_unique and table.partner_code.is_monotonic_increasing
    assert (table[["name", "common_name", "in_sentence"]] != "").all(axis=None)
    assert table.common_name.is_unique
    assert table.kind.value_counts().to_dict() == {
        "country": 244, "group": 12, "not a partner": 6, "residual": 2, "world": 1,
    }  # fmt: skip
    assert set(table.partner_code[table.kind == "not a partner"]) == set(REFUSED)
    goods = pd.concat([open_table("goods_monthly"), open_table("goods_annual")])
    assert set(table.partner_code) == set(goods.partner_code)
    shared = table.assign(alias=table.aliases.str.split(";")).explode("alias")
    shared = shared[(shared.alias != "") & (shared.kind == "country")]
    counts = shared.groupby("alias").name.nunique()
    assert set(counts.index[counts > 1]) == set(AMBIGUOUS)


def test_iso_codes_are_well_formed_and_unique():
    table = partners()
    with_iso = table[table.iso3 != ""]
    assert with_iso.iso2.str.fullmatch("[A-Z]{2}").all() and with_iso.iso2.is_unique
    assert with_iso.iso3.str.fullmatch("[A-Z]{3}").all() and with_iso.iso3.is_unique
    assert (with_iso.kind == "country").all()
    without = table[(table.iso3 == "") & (table.kind == "country")].partner_code
    assert " ".join(without) == ("2771 4350 4610 4790 4799 4802 4803 5080 5082 5083 5160 7320 7740")


EASILY_CONFUSED = """
5800 KR KOR, 5790 KP PRK, 5700 CN CHN, 5830 TW TWN, 5820 HK HKG, 5660 MO MAC, 7630 CG COG,
7660 CD COD, 7920 NA NAM, 7510 NE NER, 7530 NG NGA, 4330 AT AUT, 6021 AU AUS, 4419 CH CHE,
4120 GB GBR, 4801 RS SRB, 7321 SD SDN, 7749 ET ETH, 5081 IL ISR, 4621 RU RUS, 2486 DM DMA,
2470 DO DOM, 7460 GN GIN, 7380 GQ GNQ, 7642 GW GNB, 3120 GY GUY, 3170 GF GUF, 7905 TF ATF
"""


@pytest.mark.parametrize("text", EASILY_CONFUSED.split(","))
def test_iso_codes_that_are_easily_confused(text):
    found = find_partner(text.split()[0])
    assert [found.code, found.iso2, found.iso3] == text.split()


def test_countries_never_hold_an_aggregate():
    codes = countries()
    assert len(codes) == 244 and {"5800", "2010", "5830", "6143"} <= set(codes)
    assert not {code for code in codes if code.startswith("0")} | {"8220", "8500"} & set(codes)


def test_building_a_row_from_the_census_name():
    row = partner("7950", ["Swaziland", "Eswatini"], False, None)
    assert list(row.values()) == [
        *("7950", "Eswatini", "Eswatini", "Eswatini", "SZ", "SWZ"),
        *("Swaziland;Kingdom of Eswatini", "country"),
    ]
    assert partner("0012", ["Europe"], True, None)["kind"] == "group"


def test_building_stops_at_what_nobody_reviewed():
    with pytest.raises(ValueError, match="no ISO code and no reviewed exception for 9990 Atlantis"):
        partner("9990", ["Atlantis"], False, None)
    with pytest.raises(ValueError, match="the exception for 5800 pairs KR with PRK"):
        iso_country("5800", "Korea, South", "country", {"iso2": "KR", "iso3": "PRK"})
    one = {"vintage": "2024-08", "partner_code": "5880", "partner": "Japan", "year": 2016,
           "exports_musd": 1.0, "imports_musd": 0.0}  # fmt: skip
    with pytest.raises(ValueError, match="exceptions for codes that the source lacks: 0001, 0003"):
        build_partners(pd.DataFrame([one]), pd.DataFrame([one]))
