"""`korus search`: a number in, definitions out, with how many were tried."""

import json

import pytest
from click.testing import CliRunner

from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.searching import garbles, search
from korus_helpers.cli import korus
from korus_helpers.present import matches
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate

KEYS = {"printed", "low", "high", "unit", "tried", "matches", "complete", "chance_rate", "odds"}
OF_A_MATCH = {"definition", "measure", "as", "sector", "basis", "vintage", "base", "end", "value",
              "unit", "low", "high", "steps", "quoted", "possible", "source"}  # fmt: skip


def run(*arguments: str):
    return CliRunner().invoke(korus, ["search", *arguments], terminal_width=100)


def refuse(word: str):
    raise ValueError(word)


def answer(*arguments: str) -> dict:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=refuse)


def test_29_3_billion_for_2016_leads_to_imports_for_consumption():
    found = answer("29.3 billion", "--year", "2016")
    assert set(found) == KEYS
    first = found["matches"][0]
    assert set(first) >= OF_A_MATCH
    assert (first["measure"], first["basis"], first["steps"]) == (
        "deficit", "consumption", ["import basis"]
    )  # fmt: skip
    assert first["value"] == pytest.approx(29.321705, abs=1e-6)
    assert first["unit"] == found["unit"] == "billion dollars"
    assert (found["low"], found["high"]) == (29.25, 29.35)
    assert first["base"] is None and "Census" in first["source"]
    assert found["tried"] > 100 and 0 < found["chance_rate"] < found["odds"] < 1


@pytest.mark.parametrize(("text", "source"), [
    ("27.7 billion", "Trade Representative"), ("23.2 billion", "KBS"), ("23.3 billion", "Pulse"),
])  # fmt: skip
def test_numbers_quoted_in_print_name_who_printed_them(text, source):
    first = answer(text, "--year", "2016")["matches"][0]
    assert first["quoted"] and not first["possible"]
    assert source in first["definition"]
    assert first["low"] < first["value"] < first["high"]


def test_a_dollar_sign_changes_nothing():
    ours, theirs = (
        answer(text, "--year", "2016", "--measure", "deficit")
        for text in ("29.3 billion", "$29.3 billion")
    )
    assert ours.pop("printed") != theirs.pop("printed")
    assert ours == theirs


def test_an_unbounded_end_is_null():
    found = answer("more than $28 billion", "--year", "2016", "--measure", "deficit")
    assert (found["low"], found["high"]) == (28.0, None)


def test_nearly_20_billion_as_a_change_of_imports():
    found = answer("nearly $20 billion", "--measure", "imports", "--as", "change",
                   "--date", "2017-12-28")  # fmt: skip
    for match in found["matches"]:
        assert (match["measure"], match["as"]) == ("imports", "change")
        assert int(match["end"][-7:][:4]) <= 2017


def test_the_years_of_a_comparison():
    found = answer("109 percent", "--from", "2011", "--to", "2016", "--measure", "deficit")
    first = found["matches"][0]
    assert (first["base"], first["end"], first["as"]) == ("2011", "2016", "percent-change")
    assert first["unit"] == "percent" and first["steps"] == []


def test_sector_and_partner_are_taken():
    autos = evaluate("deficit", Definition("Japan", "autos", end="2016")).value / 1000
    found = answer(f"{autos:.2f} billion", "--year", "2016", "--partner", "Japan",
                   "--sector", "autos")  # fmt: skip
    assert found["matches"][0]["sector"] == "autos"
    assert found["matches"][0]["value"] == pytest.approx(autos, abs=1e-6)


def test_people_get_a_table_and_the_counts_in_sentences():
    found = run("29.3 billion", "--year", "2016")
    assert found.exit_code == 0
    assert "USD 29.32 billion" in found.stdout and "import basis" in found.stdout
    assert "Definitions tried: 793; definitions that give the number: 2." in found.stdout
    assert "Chance rate: " in found.stdout


def test_people_get_twelve_matches_unless_they_ask_for_all():
    asked = ("nearly $20 billion", "--measure", "imports", "--as", "change")
    short, long = (run(*asked, *more).stdout for more in ((), ("--all",)))
    assert short.count("USD 19.") == 12 and "Shown: the first 12." in short
    assert long.count("USD 19.") > 12 and "Shown" not in long


def test_a_number_that_nothing_gives():
    found = run("29.3 billion", "--year", "2016", "--partner", "Niue")
    assert found.exit_code == 0
    assert "definitions that give the number: 0." in found.stdout
    assert "steps from" not in found.stdout


@pytest.mark.parametrize(("arguments", "says"), [
    (("29.3", "--year", "2016"), "reads two ways"),
    (("a lot",), "cannot be read"),
    (("95,000 cars",), "no definition gives a number in count"),
    (("$3 billion", "--year", "2016", "--from", "2011"), "either --year"),
    (("$3 billion", "--year", "16"), 'period "16" is not understood'),
    (("$3 billion", "--from", "2016", "--to", "2011"), "earlier"),
    (("$3 billion", "--measure", "gdp"), 'measure "gdp" is not known'),
    (("$3 billion", "--as", "growth"), '"growth" is not a way to compare'),
    (("$3 billion", "--as", "ratio"), "a ratio is in times"),
    (("$3 billion", "--partner", "Narnia"), "Narnia"),
    (("$3 billion", "--sector", "ships"), 'sector "ships" is not known'),
    (("$3 billion", "--date", "28 December"), "type one like 2017-12-28"),
])  # fmt: skip
def test_what_is_not_understood_ends_in_one_sentence(arguments, says):
    found = run(*arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("Error: ") and found.stderr.count("\n") == 1
    assert says in found.stderr


# Words


def look_for(text, **stated):
    printed = read_printed(text)
    return search(printed.interval, printed.unit, **stated)


def test_possible_matches_are_counted_apart():
    found = look_for("23.3 billion", end="2016")
    assert sum(one.possible for one in found.matches) == 1
    said = matches.search_sentences(found)
    assert said[0].endswith("definitions that give the number: 3.")
    assert said[1].startswith("Possible besides: 1,")
    assert matches.match_rows(found)[-1]["value"].startswith("possibly USD")


def test_a_table_without_matches_keeps_its_columns():
    found = look_for("29.3 billion", end="2016", partner="Niue")
    assert matches.match_table(found).empty
    assert "value" in matches.match_table(found)


def test_a_slip_is_named_as_a_hypothesis():
    slips = garbles("$3.5 billion", measure="exports", as_="level", end="2011")
    said = [matches.garble_sentence(one) for one in slips]
    assert any("$43.5 billion" in one and "USD 43.46 billion" in one for one in said)
    assert all(one.startswith("Hypothesis: ") for one in said)
