"""Partners: what readers type, the table that ships, and how it is built."""

import re

import pandas as pd
import pytest
from tools.build.partners import build_partners, iso_country, partner

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import LONGEST, REFUSED, countries, find_partner, partners
from korus_helpers.figures.tables import open_table

AMBIGUOUS = {
    "Korea": {"5790", "5800"},
    "Congo": {"7630", "7660"},
    "Palestine": {"5082", "5083"},
    "State of Palestine": {"5082", "5083"},
    "Palestinian territories": {"5082", "5083"},
    "West Bank and Gaza": {"5082", "5083"},
    "PS": {"5082", "5083"},
    "PSE": {"5082", "5083"},
}

HOSTILE = [
    "",
    "   ",
    "---",
    "\n",
    "x" * 5000,
    "Korea " * 1000,
    "5" * 5000,
    "ﷺ" * 90,
    "\x00",
    "South\x00Korea",
    "\x1b[31mKorea\x1b[0m",
    "Mexico\u202e",
    "\ud800",
    "Mex\nico",
    "'; DROP TABLE partners; --",
    "<script>alert(1)</script>",
    "=1+1",
    "../../etc/passwd",
    "대한민국",
    "😀",
    "%s%n",
    "{0}",
    "[a-z]*",
    5800,
    15,
    -1,
    1.5,
    10**5000,
    float("nan"),
    None,
    True,
    b"5800",
    ["5800"],
]


def refusal(text, years=()) -> str:
    with pytest.raises(InputError) as error:
        find_partner(text, years)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5800", "5800"),
        (" 5800 ", "5800"),
        ("0015", "0015"),
        ("Korea, South", "5800"),
        ("korea,south", "5800"),
        ("South Korea", "5800"),
        ("S. Korea", "5800"),
        ("Republic of Korea", "5800"),
        ("Korea, Republic of", "5800"),
        ("ROK", "5800"),
        ("kr", "5800"),
        ("KOR", "5800"),
        ("South\u00a0Korea", "5800"),
        ("North Korea", "5790"),
        ("DPRK", "5790"),
        ("Democratic People's Republic of Korea", "5790"),
        ("Democratic People\u2019s Republic of Korea", "5790"),
        ("Mexico", "2010"),
        ("MÉXICO", "2010"),
        ("Vietnam", "5520"),
        ("Viet Nam", "5520"),
        ("China", "5700"),
        ("PRC", "5700"),
        ("Taiwan", "5830"),
        ("Hong Kong", "5820"),
        ("Macau", "5660"),
        ("Macao", "5660"),
        ("Niue", "6144"),
        ("Tokelau", "6143"),
        ("Côte d'Ivoire", "7480"),
        ("Cote d\u2019Ivoire", "7480"),
        ("Ivory Coast", "7480"),
        ("Congo (Kinshasa)", "7660"),
        ("Congo (Brazzaville)", "7630"),
        ("Democratic Republic of the Congo", "7660"),
        ("DR Congo", "7660"),
        ("Democratic Republic of Congo", "7660"),
        ("Republic of the Congo", "7630"),
        ("UK", "4120"),
        ("the UK", "4120"),
        ("Great Britain", "4120"),
        ("GB", "4120"),
        ("the Netherlands", "4210"),
        ("Holland", "4210"),
        ("Bahamas, The", "2360"),
        ("Czechia", "4351"),
        ("Türkiye", "4890"),
        ("turkiye", "4890"),
        ("Turkey", "4890"),
        ("Burma", "5460"),
        ("Myanmar", "5460"),
        ("Swaziland", "7950"),
        ("Eswatini", "7950"),
        ("Macedonia", "4794"),
        ("North Macedonia", "4794"),
        ("East Timor", "5601"),
        ("Timor-Leste", "5601"),
        ("Yemen", "5210"),
        ("Kosovo", "4803"),
        ("XKX", "4803"),
        ("NA", "7920"),
        ("St. Lucia", "2487"),
        ("ST", "7644"),
        ("Saint Lucia", "2487"),
        ("Trinidad & Tobago", "2740"),
        ("Curaçao", "2777"),
        ("Netherlands Antilles", "2771"),
        ("Soviet Union", "4610"),
        ("USSR", "4610"),
        ("Falkland Islands", "3720"),
        ("Falkland Islands(Islas Malvin", "3720"),
        ("Dominica", "2486"),
        ("Dominican Republic", "2470"),
        ("Niger", "7510"),
        ("Nigeria", "7530"),
        ("EU", "0003"),
        ("the E.U.", "0003"),
        ("European Union", "0003"),
        ("World", "0015"),
        ("World, Not Seasonally Adjusted", "0015"),
        ("Sub-Saharan Africa", "0019"),
        ("Unidentified Countries", "8220"),
    ],
)
def test_a_partner_is_found_by_any_of_its_names(text, code):
    assert find_partner(text).code == code


def test_a_partner_holds_what_sentences_and_joins_need():
    korea, world = find_partner("KOR"), find_partner("World")
    assert (korea.name, korea.common_name, korea.in_sentence) == (
        "Korea, South",
        "South Korea",
        "South Korea",
    )
    assert (korea.iso2, korea.iso3, korea.kind) == ("KR", "KOR", "country")
    assert (korea.first_year, korea.last_year) == (1985, 2026)
    assert (world.in_sentence, world.kind, world.iso2, world.first_year) == (
        "the world",
        "world",
        "",
        1987,
    )
    unused = find_partner("5080")
    assert (unused.first_year, unused.last_year) == (None, None)


@pytest.mark.parametrize(
    ("text", "in_sentence"),
    [
        ("NLD", "the Netherlands"),
        ("UK", "the United Kingdom"),
        ("Bahamas", "the Bahamas"),
        ("EU", "the European Union"),
        ("World", "the world"),
        ("CZE", "the Czech Republic"),
        ("Solomon Islands", "the Solomon Islands"),
        ("COD", "the Democratic Republic of the Congo"),
        ("PHL", "the Philippines"),
        ("West Bank", "the West Bank"),
        ("China", "China"),
        ("Norfolk Island", "Norfolk Island"),
        ("Ukraine", "Ukraine"),
        ("Asia", "Asia"),
    ],
)
def test_a_name_in_a_sentence_has_its_article(text, in_sentence):
    assert find_partner(text).in_sentence == in_sentence


@pytest.mark.parametrize(
    ("text", "years", "code"),
    [
        ("Sudan", (), "7321"),
        ("Sudan", (2005,), "7320"),
        ("Sudan", (2005, 2010), "7320"),
        ("Sudan", (2005, 2015), "7321"),
        ("Sudan", (2016,), "7321"),
        ("SDN", (2005,), "7320"),
        ("Ethiopia", (1992,), "7740"),
        ("Ethiopia", (1992, 1993), "7740"),
        ("Ethiopia", (1993,), "7749"),
        ("Serbia", (), "4801"),
        ("Serbia", [2007, 2008], "4802"),
        ("Israel", (), "5081"),
        ("Israel", (1995, 2000), "5081"),
        ("7321", (2005,), "7321"),
        ("Sudan (until 2011)", (2016,), "7320"),
    ],
)
def test_a_name_of_two_codes_means_the_one_with_trade_in_the_years_asked(text, years, code):
    assert find_partner(text, years).code == code


def test_korea_alone_is_never_guessed():
    assert refusal("Korea") == (
        'partner "Korea": two partners have this name; '
        'type "South Korea" (5800) or "North Korea" (5790)'
    )
    assert refusal("korea", (2016,)).startswith('partner "korea": two partners')


@pytest.mark.parametrize(("text", "codes"), AMBIGUOUS.items())
def test_an_ambiguous_name_is_refused_with_each_partner_it_may_mean(text, codes):
    assert set(re.findall(r"\((\d{4})\)", refusal(text))) == codes


@pytest.mark.parametrize(
    "text", ["US", "USA", "usa", "U.S.", "United States", "the United States of America"]
)
def test_the_united_states_is_the_reporting_country(text):
    assert "the United States is the reporting country" in refusal(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0004", "is seasonally adjusted"),
        ("World, Seasonally Adjusted", "is seasonally adjusted"),
        ("0005", "counts imports for consumption"),
        ("0006", "counts imports for consumption"),
        ("0021", "counts imports for consumption"),
        ("USMCA with Canada (Consump)", "counts imports for consumption"),
        ("NAFTA", "counts imports for consumption"),
        ("0007", "is a class of products"),
        ("Advance Technology Products", "is a class of products"),
    ],
)
def test_a_row_that_is_not_a_partner_is_refused_with_the_reason(text, reason):
    assert reason in refusal(text)


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("South Corea", '"South Korea" (5800)'),
        ("Koria", '"South Korea" (5800)'),
        ("Mexiko", '"Mexico" (2010)'),
        ("Viietnam", '"Vietnam" (5520)'),
        ("Holand", '"Netherlands" (4210)'),
        ("Wrld", '"World" (0015)'),
        ("Herzegovina", '"Bosnia and Herzegovina" (4793)'),
        ("Virgin Islands", '"British Virgin Islands" (2482)'),
        ("5801", '"South Korea" (5800)'),
        ("15", '"0015" for the world'),
        ("Saint", '"Saint Lucia" (2487)'),
        ("580", "a code has four digits; type a name"),
        ("4", "a code has four digits; type a name"),
        ("9999", "no partner has this code; type a name"),
        ("580000", "no partner has this code; type a name"),
        ("0000", "no partner has this code"),
        ("5,800", "no partner has this name"),
        ("5800.0", "no partner has this name"),
        ("KRO", 'an ISO code such as "KOR"'),
        ("", "has no name in it"),
        ("---", "has no name in it"),
        ("Korea " * 1000, "longer than any name"),
    ],
)
def test_what_is_unknown_is_refused_with_what_to_type(text, suggested):
    assert suggested in refusal(text)


def test_no_row_that_is_not_a_partner_is_suggested():
    assert "(0004)" not in refusal("World, Seasonally Adjustet")
    assert "(0007)" not in refusal("0008x") + refusal("0011")


def test_at_most_three_names_are_suggested():
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
        for text in {row.name, row.iso2, row.iso3, *row.aliases.split(";")} - {"", *AMBIGUOUS}:
            assert len(text) < LONGEST
            assert find_partner(text).code in same_name, text


def test_the_census_name_alone_names_a_partner():
    for row in partners().query("kind != 'not a partner'").itertuples():
        years = range(1985, 2027) if pd.isna(row.first_year) else [row.first_year]
        assert find_partner(row.name, years).name == row.name


def test_no_name_but_the_listed_ones_is_ambiguous():
    table = partners().assign(alias=lambda t: t.aliases.str.split(";")).explode("alias")
    shared = table[(table.alias != "") & (table.kind == "country")].groupby("alias").name.nunique()
    assert set(shared.index[shared > 1]) == set(AMBIGUOUS)


def test_every_code_of_the_goods_tables_is_a_row_and_no_other():
    monthly, annual = open_table("goods_monthly"), open_table("goods_annual")
    codes = partners().partner_code
    assert codes.is_unique and codes.is_monotonic_increasing
    assert monthly.partner_code.nunique() == 263
    assert set(codes) == set(monthly.partner_code) | set(annual.partner_code)
    assert set(annual.partner_code) - set(monthly.partner_code) == {"0001", "0008"}


def test_the_table_is_complete():
    table = partners()
    assert (table[["name", "common_name", "in_sentence"]] != "").all(axis=None)
    assert table.common_name.is_unique
    assert table.kind.value_counts().to_dict() == {
        "country": 244,
        "group": 12,
        "not a partner": 6,
        "residual": 2,
        "world": 1,
    }
    assert set(table.partner_code[table.kind == "not a partner"]) == set(REFUSED)
    never = table[table.first_year.isna() | table.last_year.isna()]
    assert list(never.partner_code) == ["5080", "5160"]


def test_iso_codes_are_well_formed_and_unique():
    table = partners()
    with_iso = table[table.iso3 != ""]
    assert with_iso.iso2.str.fullmatch("[A-Z]{2}").all()
    assert with_iso.iso3.str.fullmatch("[A-Z]{3}").all()
    assert with_iso.iso2.is_unique and with_iso.iso3.is_unique
    assert (with_iso.kind == "country").all()
    without = table[(table.iso3 == "") & (table.kind == "country")]
    assert (without.iso2 == "").all()
    assert list(without.partner_code) == [
        "2771",
        "4350",
        "4610",
        "4790",
        "4799",
        "4802",
        "4803",
        "5080",
        "5082",
        "5083",
        "5160",
        "7320",
        "7740",
    ]


@pytest.mark.parametrize(
    ("code", "iso2", "iso3"),
    [
        ("5800", "KR", "KOR"),
        ("5790", "KP", "PRK"),
        ("5700", "CN", "CHN"),
        ("5830", "TW", "TWN"),
        ("5820", "HK", "HKG"),
        ("5660", "MO", "MAC"),
        ("7630", "CG", "COG"),
        ("7660", "CD", "COD"),
        ("7920", "NA", "NAM"),
        ("7510", "NE", "NER"),
        ("7530", "NG", "NGA"),
        ("4330", "AT", "AUT"),
        ("6021", "AU", "AUS"),
        ("4419", "CH", "CHE"),
        ("4120", "GB", "GBR"),
        ("4801", "RS", "SRB"),
        ("7321", "SD", "SDN"),
        ("7749", "ET", "ETH"),
        ("5081", "IL", "ISR"),
        ("4621", "RU", "RUS"),
        ("2486", "DM", "DMA"),
        ("2470", "DO", "DOM"),
        ("7460", "GN", "GIN"),
        ("7380", "GQ", "GNQ"),
        ("7642", "GW", "GNB"),
        ("3120", "GY", "GUY"),
        ("3170", "GF", "GUF"),
        ("7905", "TF", "ATF"),
    ],
)
def test_iso_codes_that_are_easily_confused(code, iso2, iso3):
    assert (find_partner(code).iso2, find_partner(code).iso3) == (iso2, iso3)


def test_countries_never_hold_an_aggregate():
    codes = countries()
    assert len(codes) == 244
    assert {"5800", "2010", "5830", "6143"} <= set(codes)
    assert not {code for code in codes if code.startswith("0")} | {"8220", "8500"} & set(codes)


def test_countries_and_residual_rows_sum_to_the_world():
    table = partners()
    parts = table.partner_code[table.kind.isin(["country", "residual"])]
    goods = open_table("goods_annual").query("vintage == '2024-08' and 1992 <= year <= 2023")
    flows = ["exports_musd", "imports_musd"]
    total = goods[goods.partner_code.isin(parts)].groupby("year")[flows].sum()
    world = goods[goods.partner_code == "0015"].set_index("year")[flows]
    assert ((total - world).abs() < 1e-6 * world).all(axis=None) and len(world) == 32


def test_building_a_row_from_the_census_name():
    assert partner("7950", ["Swaziland", "Eswatini"], False, None) == {
        "partner_code": "7950",
        "name": "Eswatini",
        "common_name": "Eswatini",
        "in_sentence": "Eswatini",
        "iso2": "SZ",
        "iso3": "SWZ",
        "aliases": "Swaziland;Kingdom of Eswatini",
        "kind": "country",
    }
    assert partner("0012", ["Europe"], True, None)["kind"] == "group"


def test_building_stops_at_what_nobody_reviewed():
    with pytest.raises(ValueError, match="no ISO code and no reviewed exception for 9990 Atlantis"):
        partner("9990", ["Atlantis"], False, None)
    with pytest.raises(ValueError, match="the exception for 5800 pairs KR with PRK"):
        iso_country("5800", "Korea, South", "country", {"iso2": "KR", "iso3": "PRK"})
    one = pd.DataFrame(
        [
            {
                "vintage": "2024-08",
                "partner_code": "5880",
                "partner": "Japan",
                "year": 2016,
                "exports_musd": 1.0,
                "imports_musd": 0.0,
            }
        ]
    )
    with pytest.raises(ValueError, match="exceptions for codes that the source lacks: 0001, 0003"):
        build_partners(one, one)
