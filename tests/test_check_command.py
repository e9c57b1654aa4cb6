"""`korus check`: one printed figure, its verdict, and what is asked for when it is not clear."""

import json

import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus

KEYS = {"verdict", "official", "unit", "low", "high", "margin", "tolerance_needed", "definition",
        "vintage", "source", "matches"}  # fmt: skip
YEARS = ("--from", "2011", "--to", "2016")


def run(*arguments: str):
    return CliRunner().invoke(korus, ["check", *arguments])


def refuse(word: str):
    raise ValueError(word)


def answer(*arguments: str) -> dict:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=refuse)


def test_the_example_of_the_readme():
    found = answer("nearly $20 billion", "--measure", "imports", "--as", "change", *YEARS)
    assert set(found) >= KEYS
    assert found["verdict"] == "not reproduced"
    assert found["official"] == pytest.approx(13.225, abs=1e-3)
    assert (found["unit"], found["low"], found["high"]) == ("billion dollars", 19.0, 20.0)
    assert found["margin"] == pytest.approx(13.225 - 19, abs=1e-3)
    assert found["tolerance_needed"] == pytest.approx(0.3387, abs=1e-3)
    assert "change from 2011 to 2016" in found["definition"]


@pytest.mark.parametrize(("arguments", "verdict", "unit", "low", "high"), [
    (("$27.6 billion", "--year", "2016"), "as printed", "billion dollars", 27.55, 27.65),
    (("more than doubled", *YEARS), "within the hedge", "times", 2.0, None),
    (("more than $28 billion", "--year", "2016"), "not reproduced", "billion dollars", 28.0, None),
    (("nearly $23 billion", "--year", "2017"), "not reproduced", "billion dollars", 21.85, 23.0),
    (("about $23 billion", "--year", "2017"), "within the hedge", "billion dollars", 21.85, 24.15),
    (("up 109 percent", *YEARS), "as printed", "percent", 108.5, 109.5),
    (("a majority", "--year", "2016", "--sector", "autos"), "within the hedge", "percent", 50.0,
     None),
    (("3.8 percent", "--year", "2016"), "as printed", "percent", 3.75, 3.85),
    (("$13.0 billion", "--period", "2011-04/2012-03"), "as printed", "billion dollars", 12.95,
     13.05),
    (("up $14.4 billion", *YEARS), "as printed", "billion dollars", 14.35, 14.45),
    (("$29.3 billion", "--year", "2016", "--basis", "consumption"), "as printed", "billion dollars",
     29.25, 29.35),
    (("$23.4 billion", "--year", "2016", "--basis", "korea-reported"), "as printed",
     "billion dollars", 23.35, 23.45),
    (("$17 billion", "--year", "2016", "--sector", "goods-and-services"), "on another basis",
     "billion dollars", 16.5, 17.5),
    (("nearly $28 billion", "--year", "2016", "--sector", "unspecified"), "within the hedge",
     "billion dollars", 26.6, 28.0),
])  # fmt: skip
def test_verdict_and_interval_without_as(arguments, verdict, unit, low, high):
    found = answer(*arguments, "--measure", "deficit")
    assert (found["verdict"], found["unit"], found["low"], found["high"]) == (
        verdict, unit, low, high)  # fmt: skip


@pytest.mark.parametrize(("printed", "year"), [("more than $28 billion", "2016"),
                                               ("nearly $23 billion", "2017")])  # fmt: skip
def test_the_wrong_side_is_marked(printed, year):
    found = answer(printed, "--measure", "deficit", "--year", year)
    assert any("wrong side" in remark for remark in found["remarks"])


def test_two_levels_are_two_claims_and_the_worse_one_answers():
    found = answer("from $13.2 billion to $27.6 billion", "--measure", "deficit", *YEARS)
    assert [one["verdict"] for one in found["levels"]] == ["as printed", "as printed"]
    found = answer("from $13.2 billion to $28.6 billion", "--measure", "deficit", *YEARS)
    assert [one["verdict"] for one in found["levels"]] == ["as printed", "not reproduced"]
    assert (found["verdict"], found["low"]) == ("not reproduced", 28.55)


def test_the_day_decides_and_today_stands_beside_it():
    found = answer("nearly $23 billion", "--measure", "deficit", "--year", "2017", "--date",
                   "2018-03-28")  # fmt: skip
    assert found["verdict"] == found["then"]["verdict"] == "within the hedge"
    assert found["now"]["verdict"] == "not reproduced"
    assert any("wrong side" in remark for remark in found["remarks"])


def test_a_wider_tolerance_admits_more():
    share = ("about 90 percent", "--measure", "deficit", "--year", "2016", "--sector", "autos")
    assert answer(*share)["verdict"] == "not reproduced"
    assert answer(*share, "--tolerance", "0.1")["verdict"] == "within the hedge"


def test_matches_name_their_steps_unit_and_source():
    found = answer("$29.3 billion", "--measure", "deficit", "--year", "2016")
    assert found["verdict"] == "on another basis"
    (first, *_) = found["matches"]
    assert first["steps"] == ["import basis"]
    assert first["unit"] == "billion dollars"
    assert first["low"] <= first["value"] <= first["high"]
    assert first["source"]


def test_people_get_a_table():
    found = run("nearly $20 billion", "--measure", "imports", *YEARS)
    assert found.exit_code == 0
    said = " ".join(found.stdout.split())
    for words in ("not reproduced (substance)", "+13.23 billion dollars", "33.9 percent",
                  "change: $13 billion (Census basis"):  # fmt: skip
        assert words in said
    cannot = run("more than doubled", "--measure", "deficit", "--partner", "Mexico", "--from",
                 "1994", "--to", "2016")  # fmt: skip
    assert cannot.exit_code == 0
    assert "cannot be checked" in cannot.stdout
    assert "has no meaning" in " ".join(cannot.stdout.split())


@pytest.mark.parametrize(("arguments", "says"), [
    (("77 percent", "--sector", "autos", *YEARS), "--as percent-change or --as contribution"),
    (("95 jobs", "--year", "2016"), "no trade figure"),
    (("fell by $5 billion", "--year", "2016"), "--from 2011 --to 2016"),
    (("doubled", "--year", "2016"), "--from 2011 --to 2016"),
    (("27.6", "--year", "2016"), "reads two ways"),
    (("very big", "--year", "2016"), '"$42.3 billion"'),
    (("$5 billion",), "type --year 2016"),
    (("$5 billion", "--year", "2016", "--as", "ratio"), "type --from 2011 --to 2016"),
    (("$5 billion", *YEARS, "--as", "ratio"), "level or change"),
    (("$5 billion", "--year", "2016", "--as", "growth"), "percent-change"),
    (("$5 billion", "--year", "2016", "--vintage", "2019"), "type latest"),
    (("$5 billion", "--year", "2016", "--tolerance", "five"), "such as 0.05"),
    (("$5 billion", "--year", "2016", "--tolerance", "nan"), "such as 0.05"),
    (("$5 billion", "--year", "2016", "--tolerance", "1"), "such as 0.05"),
    (("$5 billion", "--year", "2016", "--date", "2016-13-01"), "type one like 2017-12-28"),
    (("$5 billion", "--year", "2016", "--date", "today"), "type one like 2017-12-28"),
    (("$5 billion", "--year", "2016", "--sector", "ships"), "type one of total"),
    (("half", "--year", "2016", "--sector", "services"), "type --as level"),
    (("$5 billion", "--year", "2016", "--partner", "Korea"), '"South Korea" (5800)'),
    (("$5 billion", "--year", "2016", "--share"), "while a share is in percent"),
])  # fmt: skip
def test_what_is_not_understood_is_one_sentence_and_status_2(arguments, says):
    found = run(*arguments, "--measure", "deficit")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("Error: ")
    assert found.stderr.count("\n") == 1
    assert says in found.stderr


def test_measure_is_needed_known_and_fits_the_side():
    assert "--measure" in run("$5 billion", "--year", "2016").stderr
    assert "one of exports" in run("$5 billion", "--year", "2016", "--measure", "gap").stderr
    side = run("a surplus of $5 billion", "--year", "2016", "--measure", "balance")
    assert "--measure deficit" in side.stderr


def test_marks_of_direction_and_markup_do_not_reach_the_terminal():
    found = run("$27.6\u202e billion", "--measure", "deficit", "--year", "2016")
    assert "\u202e" not in found.stdout + found.stderr


def test_a_change_and_the_level_reached_are_judged_as_two():
    found = answer("increased by $5 billion to $27.6 billion", "--measure", "deficit", *YEARS)
    assert [one["verdict"] for one in found["levels"]] == ["not reproduced", "as printed"]
    refused = run("rose 3 percent to 5 percent", "--measure", "deficit", *YEARS)
    assert refused.exit_code == 2 and "no level in dollars" in refused.stderr


def test_a_phrase_with_its_subject_and_tail():
    found = run("exports fell 2.8 percent from 2011", "--measure", "exports", *YEARS)
    assert '"exports" is set aside; "from 2011" is set aside' in found.stdout
    for text, why in (("exports rose 4.5 percent from 2015", "speaks of 2015"),
                      ("imports rose 4.5 percent", "speaks of imports")):  # fmt: skip
        refused = run(text, "--measure", "exports", *YEARS)
        assert refused.exit_code == 2 and why in refused.stderr


def test_a_leading_minus_is_no_option_and_a_lost_dollar_is_explained():
    assert answer("-27.6 billion", "--measure", "balance", "--year", "2016")["verdict"] == (
        "as printed"
    )
    lost = run("2.3 billion", "--measure", "exports", "--year", "2016")
    assert "In double quotes the shell reads $4 as a variable" in lost.stdout
    kept = run("$2.3 billion", "--measure", "exports", "--year", "2016")
    assert "double quotes" not in kept.stdout
