"""Verdicts on single claims, and `korus check`: the ladder, margins, remarks, dates, releases."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.register import article, claims_in, public
from korus_helpers.claims.verdicts import judge
from korus_helpers.cli import korus

TABLES = yaml.load(
    Path(__file__).with_name("claims_judged.yaml").read_text("utf-8"), yaml.BaseLoader
)
ARTICLE = {claim.id: claim for claim in article()}
DEFICIT = Claim("x", "$27.6 billion", "deficit", end="2016")
YEARS = ("--from", "2011", "--to", "2016")


def claim(fields):
    """The claim of a file with these fields."""
    return claims_in(yaml.safe_dump([fields]).encode(), "claims.yaml")[0]


@pytest.mark.parametrize("row", [row for rows in TABLES.values() for row in rows])
def test_verdict_remark_and_severity(row):
    fields, verdict, says, *severity = row
    found = judge(claim(fields))
    assert found.verdict == verdict
    assert says in " ".join(found.remarks)
    assert not severity or found.severity == severity[0]
    assert (found.severity != "") == (verdict == "not reproduced")


@pytest.mark.parametrize(("changes", "says"), [
    ({"end": None}, "not stated"), ({"as_": "share", "sector": "services"}, "is in percent"),
    ({"as_": "share", "sector": "services", "printed": "half"}, "not calculated here"),
])  # fmt: skip
def test_what_no_file_may_say_cannot_be_checked_either(changes, says):
    found = judge(replace(DEFICIT, **changes))
    assert (found.verdict, says in found.remarks[0]) == ("cannot be checked", True)


@pytest.mark.parametrize(("name", "verdict", "today"), [
    ("exports_2016", "as printed", "as printed"),
    ("exports_2011", "not reproduced", "not reproduced"),
    ("exports_change", "as printed", "not reproduced"),
    ("imports_change", "not reproduced", "not reproduced"),
    ("deficit_2011", "as printed", "as printed"),
    ("deficit_2016", "as printed", "as printed"),
    ("deficit_ratio", "within the hedge", "within the hedge"),
])  # fmt: skip
def test_the_article_on_its_day_and_today(name, verdict, today):
    found = judge(ARTICLE[name])
    assert (found.verdict, found.now_verdict) == (verdict, today)


@pytest.mark.parametrize(("name", "printed", "verdict", "official"), [
    ("in_force", "", "as printed", "2012-03-15"), ("signed", "", "not reproduced", "2007-06-30"),
    ("age", "", "within the hedge", "5.81 years"), ("two_sessions", "", "as printed", "2"),
    ("special_sessions", "", "as printed", "2017-08-22 and 2017-10-04"),
    ("talks_begin", "", "as printed", "2018-01-05"), ("directed", "", "as printed", "2017-07-12"),
    ("withdrawal_first", "", "undetermined", "2017"), ("in_force", "April 2012", "not repr", ""),
    ("talks_begin", "Jan. 6, 2018", "not repr", ""), ("two_sessions", "three sessions", "not", ""),
    ("special_sessions", "Aug. 22, 2017", "not repr", ""),
    ("age", "nearly seven years old", "not repr", ""),
])  # fmt: skip
def test_dates_of_the_article(name, printed, verdict, official):
    found = judge(replace(ARTICLE[name], printed=printed or ARTICLE[name].printed))
    assert found.verdict.startswith(verdict) and found.event.startswith(official)


def test_a_change_known_from_its_own_page_only_is_undetermined():
    found = judge(next(claim for claim in public() if claim.id == "F05.2"))
    assert (found.verdict, found.now_verdict) == ("undetermined", "not reproduced")
    assert any("same source" in remark for remark in found.remarks)


def test_margin_and_the_smallest_tolerance_that_passes():
    assert judge(DEFICIT).margin == pytest.approx(27650 - 27624.591, abs=1e-3)
    assert judge(replace(DEFICIT, printed="$30 billion")).margin < 0
    assert judge(DEFICIT).tolerance_needed is None
    needs = {"nearly $28.5 billion": 0.0307, "nearly $27 billion": None,
             "about $30 billion": 0.0792, "about −$30 billion": None}  # fmt: skip
    for printed, needed in needs.items():
        found = judge(replace(DEFICIT, printed=printed))
        assert found.tolerance_needed == (needed and pytest.approx(needed, abs=1e-4))


def test_a_month_is_judged_on_its_last_day_and_a_year_on_none():
    days = {"2017-12-28": "2017-12-28", "2018-02": "2018-02-28", "2016-02": "2016-02-29"}
    for text, day in (days | {"2017": "", "": ""}).items():
        assert replace(DEFICIT, date=text).day == day


# The command


def run(*arguments):
    return CliRunner().invoke(korus, ["check", *arguments])


def answer(*arguments):
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=pytest.fail)


def test_the_example_of_the_readme():
    found = answer("nearly $20 billion", "--measure", "imports", "--as", "change", *YEARS)
    assert set(found) >= {"verdict", "official", "unit", "low", "high", "margin", "definition",
                          "tolerance_needed", "vintage", "source", "matches"}  # fmt: skip
    assert (found["verdict"], found["unit"]) == ("not reproduced", "billion dollars")
    assert (found["low"], found["high"]) == (19.0, 20.0)
    assert found["official"] == pytest.approx(13.225, abs=1e-3)
    assert found["margin"] == pytest.approx(13.225 - 19, abs=1e-3)
    assert found["tolerance_needed"] == pytest.approx(0.3387, abs=1e-3)
    said = " ".join(run("nearly $20 billion", "--measure", "imports", *YEARS).stdout.split())
    for words in ("not reproduced (substance)", "+13.23 billion dollars", "33.9 percent",
                  "5.775 billion dollars outside", "change: $13 billion (Cens"):  # fmt: skip
        assert words in said


@pytest.mark.parametrize(("arguments", "verdict", "unit", "low", "high"), [
    (("more than doubled", *YEARS), "within the hedge", "times", 2.0, None),
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
    (("about 90 percent", "--year", "2016", "--sector", "autos", "--tolerance", "0.1"),
     "within the hedge", "percent", 81.0, 99.0),
])  # fmt: skip
def test_verdict_and_interval_without_as(arguments, verdict, unit, low, high):
    found = answer(*arguments, "--measure", "deficit")
    assert (found["verdict"], found["unit"], found["low"], found["high"]) == (
        verdict, unit, low, high)  # fmt: skip


@pytest.mark.parametrize(("text", "ids", "verdicts"), [
    ("from $13.2 billion to $27.6 billion", "from to", ["as printed"] * 2),
    ("from $13.2 billion to $28.6 billion", "from to", ["as printed", "not reproduced"]),
    ("increased by $5 billion to $27.6 billion", "by to", ["not reproduced", "as printed"]),
])  # fmt: skip
def test_two_figures_are_two_claims_and_the_worse_one_answers(text, ids, verdicts):
    found = answer(text, "--measure", "deficit", *YEARS)
    assert [one["verdict"] for one in found["levels"]] == verdicts
    assert [one["id"] for one in found["levels"]] == [f"check.{name}" for name in ids.split()]
    assert found["verdict"] == max(verdicts)


def test_the_day_decides_and_today_stands_beside_it():
    found = answer("nearly $23 billion", "--measure", "deficit", "--year", "2017", "--date",
                   "2018-03-28")  # fmt: skip
    assert found["verdict"] == found["then"]["verdict"] == "within the hedge"
    assert found["now"]["verdict"] == "not reproduced"
    assert any("wrong side" in remark for remark in found["remarks"])


def test_matches_name_their_steps_unit_and_source_and_are_not_corrected():
    found = answer("$29.3 billion", "--measure", "deficit", "--year", "2016")
    (first, *_) = found["matches"]
    assert (first["steps"], first["unit"]) == (["import basis"], "billion dollars")
    assert first["low"] <= first["value"] <= first["high"]
    assert first["source"] and found["correction"] is None


def test_margins_in_words():
    points = run("up 66 percent", "--measure", "deficit", *YEARS).stdout
    assert "42.782 percentage points outside" in points
    open_ = run("$23.2 billion", "--measure", "deficit", "--year", "2016", "--basis",
                "korea-reported")  # fmt: skip
    assert "undetermined" in open_.stdout and "margin" not in open_.stdout


@pytest.mark.parametrize(("arguments", "says"), [
    (("77 percent", "--sector", "autos", *YEARS), "--as percent-change or --as contribution"),
    (("95 jobs", "--year", "2016"), "no trade figure"),
    (("fell by $5 billion", "--year", "2016"), "--from 2011 --to 2016"),
    (("doubled", "--year", "2016"), "--from 2011 --to 2016"),
    (("27.6", "--year", "2016"), "reads two ways"),
    (("very big", "--year", "2016"), '"$42.3 billion"'),
    (("$5 billion",), "type --year 2016"),
    (("$5 billion", "--year", "2016", "--as", "ratio"), "while a ratio is in times"),
    (("$5 billion", *YEARS, "--as", "ratio"), "level or change"),
    (("$5 billion", "--year", "2016", "--as", "growth"), "percent-change"),
    (("$5 billion", "--year", "2016", "--vintage", "2019"), "type latest"),
    (("$5 billion", "--year", "2016", "--tolerance", "nan"), "such as 0.05"),
    (("$5 billion", "--year", "2016", "--tolerance", "five"), "such as 0.05"),
    (("$5 billion", "--year", "2016", "--date", "2016-13-01"), "type one like 2017-12-28"),
    (("$5 billion", "--year", "2016", "--sector", "zebras"), "type one of total"),
    (("half", "--year", "2016", "--sector", "services"), "type --as level"),
    (("$5 billion", "--year", "2016", "--partner", "Korea"), '"South Korea" (5800)'),
    (("$5 billion", "--year", "2016", "--share"), "while a share is in percent"),
    (("$5 billion", "--year", "2016", "--measure", "gap"), "is not known; type deficit"),
    (("a surplus of $5 billion", "--year", "2016", "--measure", "balance"), "--measure deficit"),
    (("rose 3 percent to 5 percent", *YEARS), "no level in dollars"),
    (("exports rose 4.5 percent from 2015", *YEARS, "--measure", "exports"), "speaks of 2015"),
    (("imports rose 4.5 percent", *YEARS, "--measure", "exports"), "speaks of imports"),
])  # fmt: skip
def test_what_is_not_understood_is_one_sentence_and_status_2(arguments, says):
    found = run("--measure", "deficit", *arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith("Error: ") and found.stderr.count("\n") == 1
    assert says in found.stderr
    assert "--measure" in run("$5 billion", "--year", "2016").stderr


def test_words_set_aside_a_leading_minus_and_a_lost_dollar_are_explained():
    found = run("exports fell 2.8 percent from 2011", "--measure", "exports", *YEARS)
    assert '"exports" is set aside; "from 2011" is set aside' in found.stdout
    minus = answer("-27.6 billion", "--measure", "balance", "--year", "2016")
    assert minus["verdict"] == "as printed"
    lost = run("2.3 billion", "--measure", "exports", "--year", "2016")
    assert "type it in single quotes" in lost.stdout
    kept = run("$2.3 billion", "--measure", "exports", "--year", "2016")
    assert "double quotes" not in kept.stdout
    marked = run("$27.6\u202e billion", "--measure", "deficit", "--year", "2016")
    assert "\u202e" not in marked.stdout + marked.stderr


@pytest.mark.parametrize(("text", "options", "verdict", "official"), [
    ("the sixth-largest supplier", "imports --year 2016", "as printed", 6),
    ("No. 3", "imports --year 2016", "not reproduced", 6),
    ("7th", "deficit --year 2016 --date 2017-02-20", "undetermined", 8),
    ("a record", "exports --year 2011", "as printed", 1),
    ("the largest ever", "exports --year 2012", "not reproduced", 2),
    ("the lowest since 2010", "deficit --partner China --from 2010 --to 2023", "as printed", 1),
    ("97 percent", "deficit --partner Cambodia --year 2023 --as imbalance", "as printed", 97.353),
    ("38 times", "imports --partner Cambodia --year 2023 --as ratio", "as printed", 37.79),
    ("about $95 million a day", "two-way --partner Colombia --year 2023", "within the hedge", 33.7),
    ("$2.3 billion a month", "deficit --year 2016", "as printed", 27.62),
    ("$5.1 billion", "deficit --partner Mexico --period 2018-07", "as printed", 5.08),
])  # fmt: skip
def test_places_imbalances_rates_and_months_are_judged(text, options, verdict, official):
    found = json.loads(run(text, "--json", "--measure", *options.split()).stdout)
    assert found["verdict"] == verdict
    assert found["official"] == pytest.approx(official, abs=0.01)


@pytest.mark.parametrize(("rate", "year", "right"), [
    ("$100 million a day", 2018, "$213 million per day"),
    ("$9.0 billion a month", 2023, "$12.4 billion per month"),
])  # fmt: skip
def test_a_rate_is_corrected_as_a_rate(rate, year, right):
    asked = ("--measure", "deficit", "--partner", "Mexico", "--year", str(year))
    correction = answer(rate, *asked)["correction"]
    assert f": {right} (" in correction
    assert answer(right, *asked)["verdict"] == "as printed"


@pytest.mark.parametrize(("rate", "base", "verdict"), [
    ("rose 4 percent a year", 2011, "cannot be checked"),
    ("fell by $20 million a day", 2015, "cannot be checked"),
    ("fell 2.6 percent a year", 2015, "as printed"),
])  # fmt: skip
def test_a_change_a_year_over_many_years_is_no_change_over_all(rate, base, verdict):
    asked = ("--measure", "exports", "--partner", "Mexico", "--from", str(base), "--to", "2016")
    found = answer(rate, *asked)
    assert found["verdict"] == verdict and not found["correction"]
