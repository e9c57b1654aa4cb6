"""What a batch runs, from what is typed."""

import re

import pandas as pd
import pytest

from korus_helpers.errors import InputError
from korus_helpers.figures.tables import DATA
from korus_helpers.runs.grid import MOST_RUNS, settings, split_names
from korus_helpers.runs.plan import Parameter, declared_parameters, find_collection

DECLARED = {path.stem: declared_parameters(path) for path in find_collection()}
YEARS = [("base_year", "2011"), ("end_year", "2016")]


@pytest.fixture
def file(tmp_path):
    def written(text, name="grid.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def runs(partners=None, typed=(), grid_file=None, declared=DECLARED):
    return [dict(one.parameters) for one in settings(partners, typed, grid_file, declared).settings]


def names(partners=None, typed=(), grid_file=None, declared=DECLARED):
    return [one.name for one in settings(partners, typed, grid_file, declared).settings]


def refusal(partners=None, typed=(), grid_file=None, declared=DECLARED):
    with pytest.raises(InputError) as error:
        settings(partners, typed, grid_file, declared)
    return str(error.value)


def trade(year, vintage="2026-03"):
    """Countries of one shipped release with two-way trade in a year, by plain pandas."""
    rows = pd.read_parquet(DATA / "goods_annual.parquet")
    kinds = pd.read_csv(DATA / "partners.csv", dtype=str).set_index("partner_code")
    rows = rows[(rows.vintage == vintage) & (rows.year == year) & (rows.months == 12)]
    rows = rows.set_index("partner_code").join(kinds)
    rows = rows[rows.kind == "country"]
    both = (rows.exports_musd + rows.imports_musd).dropna()
    inside = (rows.first_year.astype(float) <= year) & (rows.last_year.astype(float) >= year)
    return both[(both > 0) | inside].sort_values(ascending=False)


def test_one_run_for_each_partner_with_its_years():
    asked = settings("KOR, Mexico,5880", YEARS, None, DECLARED)
    assert [one.name for one in asked.settings] == [
        "korea-south_2011-2016", "mexico_2011-2016", "japan_2011-2016",
    ]  # fmt: skip
    assert asked.settings[1].parameters == (
        ("partner", "Mexico"), ("base_year", "2011"), ("end_year", "2016"),
    )  # fmt: skip
    assert asked.left_out == ()


def test_what_is_not_typed_is_as_the_notebooks_declare_it():
    assert runs() == [{"partner": "Korea, South", "base_year": "2011", "end_year": "2016"}]
    assert runs("Mexico", [("end_year", "2019")])[0]["base_year"] == "2011"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Korea, South", ("Korea, South",)),
        ("MEX,Korea, South , 5880,", ("MEX", "Korea, South", "5880")),
        ("Korea,South,Korea,North", ("Korea, South", "Korea, North")),
        ("World, Not Seasonally Adjusted,KOR", ("World, Not Seasonally Adjusted", "KOR")),
        ("PE,RU", ("PE", "RU")),
    ],
)
def test_names_hold_commas_and_stand_between_commas(text, read):
    assert split_names(text) == read


def test_every_census_name_can_be_typed_beside_another():
    rows = pd.read_csv(DATA / "partners.csv", dtype=str)
    for name in rows[rows.kind.isin(["country", "residual", "group", "world"])].name:
        assert split_names(f"MEX,{name},KOR") == ("MEX", name, "KOR")


def test_a_partner_typed_twice_is_one_run():
    assert names("KOR,South Korea,5800,Korea, South,MEX") == [
        "korea-south_2011-2016", "mexico_2011-2016",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("partners", "said"),
    [
        ("Korea,MEX", 'partner "Korea": two partners have this name'),
        ("KOR,Mexiko,JPN", 'partner "Mexiko": no partner has this name; type the nearest'),
        ("KOR,USA", "the reporting country"),
        ("", "no name is given; type all, top30 or names"),
        (" , ,", "no name is given"),
        ("top0", "type top1 or more"),
        ("KOR,South Sudan", "base_year 2011: "),
    ],
)
def test_partners_that_are_not_understood_are_refused(partners, said):
    typed = [("base_year", "2005")] if "Sudan" in partners else YEARS
    said = said.replace("2011", "2005") if "Sudan" in partners else said
    assert said in refusal(partners, typed)


def test_a_partner_without_figures_is_refused_in_the_words_of_the_notebooks():
    assert refusal("KOR,South Sudan", [("base_year", "2005")]) == (
        "base_year 2005: no trade with South Sudan is recorded in 2005; type a year from "
        "2011 to 2025 or another partner"
    )
    assert refusal("MEX", [("end_year", "2026")]) == (
        "end_year 2026: vintage 2026-03 covers 1985 to 2025"
    )
    assert names("KOR", [("end_year", "2025")]) == ["korea-south_2011-2025"]
    assert "2026-06 holds Korea, South only" in refusal("KOR,MEX", [("vintage", "2026-06")])
    for partners in ("KOR", "all", "top3"):
        assert "compares whole releases" in refusal(partners, [("vintage", "as-of:2017-12-28")])


def test_all_are_the_countries_with_figures_in_both_years():
    asked = settings("all", YEARS, None, DECLARED)
    both = set(trade(2011).index) & set(trade(2016).index)
    rows = pd.read_csv(DATA / "partners.csv", dtype=str)
    by_name = rows[rows.partner_code.isin(both)]
    typed = {dict(one.parameters)["partner"] for one in asked.settings}
    assert len(asked.settings) == len(both) == len(typed) > 200
    assert typed <= {*by_name.name, *by_name.partner_code}
    assert not typed & {"OPEC", "European Union", "World, Not Seasonally Adjusted"}
    (sentence,) = asked.left_out
    missing = (rows.kind == "country").sum() - len(both)
    assert sentence.startswith(f"{missing} partners without figures in 2011 and 2016 (vintage 202")
    assert "Yugoslavia" in sentence and re.search(r"and \d+ more\.$", sentence)


def test_the_top_are_the_largest_by_two_way_trade_of_the_end_year():
    asked = settings("top30", YEARS, None, DECLARED)
    rows = pd.read_csv(DATA / "partners.csv", dtype=str).set_index("partner_code").name
    assert [dict(one.parameters)["partner"] for one in asked.settings] == list(
        rows[trade(2016).index[:30]]
    )
    assert asked.left_out == (
        "Only the top 30 are run: the countries with the largest two-way trade with the United "
        "States in 2016 (exports and imports, vintage 2026-03).",
    )
    assert names("Top-2", [*YEARS, ("vintage", "2018-10")]) == [
        f"{name.lower()}_2011-2016" for name in rows[trade(2016, "2018-10").index[:2]]
    ]


def test_of_the_top_those_without_the_first_year_are_left_out_and_more_than_all_is_all():
    asked = settings("top300", [("base_year", "1990")], None, DECLARED)
    both = set(trade(1990).index) & set(trade(2016).index)
    assert len(asked.settings) == len(both)
    assert f"top {len(trade(2016))} (of 300 asked for)" in asked.left_out[0]
    assert "1990 and 2016" in asked.left_out[1] and "Russia" in asked.left_out[1]


def test_every_pair_of_years_is_run_first_year_first(file):
    years = ", ".join(map(str, range(2005, 2012)))
    path = file(f"base_year: [{years}]\nend_year: [{years}]\npartner: [KOR, MEX, '5800']\n")
    asked = settings(None, [], path, DECLARED)
    pairs = {(one["base_year"], one["end_year"]) for one in runs(None, [], path)}
    assert len(pairs) == 21 and len(asked.settings) == 42
    assert all(base < end for base, end in pairs)
    assert asked.left_out == (
        "28 pairs of years whose first year is not before the last are not run.",
    )


def test_lists_are_combined_and_text_is_what_minus_p_would_take(file):
    path = file("claim: ['0203', true, 1e3]\nend_year: [2015, 2016]\nvintage:\n- latest\n- 2018-10")
    found = runs("KOR", [("base_year", "2011")], path)
    assert len(found) == 12
    assert {one["claim"] for one in found} == {"0203", "true", "1e3"}
    assert list(found[0]) == ["partner", "base_year", "end_year", "claim", "vintage"]
    assert "korea-south_2011-2015_claim-0203_vintage-2018-10" in names(
        "KOR", [("base_year", "2011")], path
    )


def test_a_list_of_mappings_is_one_run_each(file):
    path = file("- {partner: 'Korea, South', tolerance: 0.1}\n- {partner: MEX, base_year: 2012}\n"
                "- {partner: Mexico, base_year: 2012}\n")  # fmt: skip
    assert names(None, [("end_year", "2017")], path) == [
        "korea-south_2011-2017_tolerance-0-1", "mexico_2012-2017",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no parameters; write a name and its values"),
        ("KOR", "holds no parameters"),
        ("- KOR", "entry 1: is not a run with named parameters"),
        ("base_year: []", "grid.yaml, base_year: holds no value"),
        ("base_year: {a: b}", "grid.yaml, base_year: holds a list or further fields"),
        ("base_year: [[2011]]", "holds a list or further fields"),
        ("- base_year: [2011]", "entry 1, base_year: holds a list"),
        ("base_year: 2011\nbase_year: 2012", 'line 2: "base_year" stands twice'),
        ("base_yaer: 2011", "There is no parameter 'base_yaer' in the chosen notebooks; try base"),
        ("base_year: [2011, abc]", "base_year takes a whole number, for example 2011, and not"),
        ("base_year: &a [2011]\nend_year: *a", "anchors and aliases"),
        ("claim: !!python/object/apply:os.system [ls]", "tags (!) are not read"),
        ("claim: [a", "is not YAML ("),
        (b"\xff\xfea", "UTF-16"),
        (b"claim: \xe9", "line 1: is not text in UTF-8"),
        ("claim: " + "a" * 501, "claim: has 501 characters; type at most 500"),
        ('claim: "a\\u202eb"', "claim: has characters that cannot be seen"),
        ("base_year: [" + "1," * 1001 + "]", "holds more than 1,000 runs"),
        ("claim: " + "a" * 1_000_000, "is larger than 1 MB"),
        ("a: [b: [c: [d]]]", "nested too deep"),
        ("end_year: 2011", "Nothing is left to run. 1 pair of years whose first year is not"),
        ("claim: [" + ",".join(map(str, range(200))) + "]\nnumber: [" +
         ",".join(map(str, range(100))) + "]", f"more than {MOST_RUNS:,} runs"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_run_are_refused_with_a_sentence(file, text, said):
    assert said in refusal(None, [], file(text))


def test_a_file_that_is_not_there_or_not_yaml_is_refused(file, tmp_path):
    assert "type the path of a file of parameters" in refusal(None, [], tmp_path / "none.yaml")
    assert "ends in .yaml or .yml" in refusal(None, [], file("a: 1", "grid.json"))


def test_a_name_given_in_two_ways_is_refused(file):
    path = file("partner: KOR\nvintage: latest\n")
    assert refusal("KOR", [("partner", "MEX")]) == (
        "The partner is given with --partners and with -p; give it once."
    )
    assert "vintage is given with -p and in grid.yaml" in refusal(None, [("vintage", "a")], path)
    assert "partner is given with --partners and in grid.yaml" in refusal("KOR", [], path)
    assert "base_year is given twice" in refusal("KOR", [*YEARS, ("base_year", "2012")])
    assert "There is no parameter 'yaer'" in refusal("KOR", [("yaer", "2012")])


def test_names_of_folders_are_safe_distinct_and_the_same_each_time(file):
    path = file("claim: ['a/b', 'a b', 'A-B', '../..', 한국, 중국, '', CON, " + "x" * 300 + "]")
    found = names("CIV,KOR", [], path)
    assert found == names("CIV,KOR", [], path)
    assert len({one.casefold() for one in found}) == len(found) == 18
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,120}", one) for one in found)
    assert found[0].startswith("cote-d-ivoire_2011-2016_claim-a-b_")


def test_long_names_of_folders_are_cut_and_stay_distinct(file):
    long = "x" * 200
    path = file(f"claim: [{long}, a]\nnumber: [{long}, b]\nmeasure: [{long}1, {long}2, exports]")
    found = names("KOR", [], path)
    assert len(set(found)) == 12
    assert max(map(len, found)) <= 109 and sum(len(one) > 100 for one in found) >= 2


def test_partners_of_one_name_have_folders_of_their_own():
    early, late = ("2000", "2005"), ("2012", "2016")
    for years, name, typed in ((early, "sudan-7320", "7320"), (late, "sudan", "Sudan")):
        parameters = list(zip(("base_year", "end_year"), years, strict=True))
        (one,) = settings("Sudan", parameters, None, DECLARED).settings
        assert one.name == f"{name}_{'-'.join(years)}"
        assert dict(one.parameters)["partner"] == typed


def test_a_notebook_of_ones_own_needs_neither_partner_nor_years(file):
    own = {"own": {"note": Parameter("note", "str", "a"), "on": Parameter("on", "bool", 1)}}
    assert names(None, [], None, own) == ["run"]
    assert names(None, [], file("note: [a, b]\n'on': [yes, no]"), own) == [
        "note-a_on-yes", "note-a_on-no", "note-b_on-yes", "note-b_on-no",
    ]  # fmt: skip
    assert "no parameter 'partner'" in refusal("KOR", [], None, own)


def test_a_notebook_with_a_partner_alone_runs_over_all_that_ever_traded():
    own = {"own": {"partner": Parameter("partner", "str", "nobody")}}
    assert names(None, [], None, own) == ["run"]
    assert len(names("all", [], None, own)) > 230
    assert "top partners have the largest trade of end_year" in refusal("top3", [], None, own)
