"""The command line: answers, exit statuses, and one sentence for what is not understood."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import korus_helpers
from korus_helpers import __version__
from korus_helpers.cli import korus


def run(*arguments: str):
    return CliRunner().invoke(korus, arguments)


def test_value_is_a_line_with_definition_vintage_and_source_and_one_of_context():
    answer = run("value", "deficit", "--year", "2016")
    assert answer.exit_code == 0
    assert answer.stdout.count("\n") == 2
    for words in (
        "In dollars of 2023 (GDP deflator): USD 34.38 billion.",
        "Of US GDP: 0.15 percent.",
        "US goods deficit with South Korea, 2016: USD 27,624.6 million",
        "general imports at customs value",
        "vintage 2026-06",
        "U.S. Census Bureau",
    ):
        assert words in answer.stdout


def test_value_as_json_is_unrounded_and_names_everything():
    answer = run(
        "value",
        "exports",
        "--from",
        "2011",
        "--to",
        "2016",
        "--as",
        "percent-change",
        "--vintage",
        "2018-10",
        "--json",
    )
    found = json.loads(answer.stdout)
    assert found["value"] == pytest.approx(-2.6436, abs=1e-4)
    assert found["unit"] == "percent"
    assert found["vintage"] == "2018-10"
    assert {"definition", "source"} <= set(found)


@pytest.mark.parametrize(("arguments", "value", "unit"), [
    (["deficit", "--period", "2011-04/2012-03"], 13049.740, "million dollars"),
    (["deficit", "--from", "2011", "--to", "2016"], 14424.868, "million dollars"),
    (["deficit", "--from", "2011", "--to", "2016", "--as", "ratio"], 2.0928, "times"),
    (["deficit", "--year", "2016", "--sector", "autos", "--share"], 81.660, "percent"),
    (["deficit", "--year", "2016", "--basis", "consumption"], 29321.705, "million dollars"),
    (["balance", "--year", "2016", "--partner", "KOR"], -27624.591, "million dollars"),
    (["two-way", "--year", "2016"], 112148.965, "million dollars"),
    (["deficit", "--year", "2016", "--share"], 3.757, "percent"),
    (["deficit", "--from", "2014", "--to", "2016", "--sector", "autos", "--as", "contribution"],
     48.523, "percent"),
])  # fmt: skip
def test_values(arguments, value, unit):
    found = json.loads(run("value", *arguments, "--json").stdout)
    assert found["value"] == pytest.approx(value, abs=1e-3)
    assert found["unit"] == unit


@pytest.mark.parametrize(("arguments", "says"), [
    (["value", "deficit", "--partner", "Korea", "--year", "2016"], '"South Korea" (5800)'),
    (["value", "deficit", "--partner", "Mexico", "--year", "2026"], "go up to January 2026"),
    (["value", "deficit", "--year", "2026"], "go up to April 2026"),
    (["value", "defisit", "--year", "2016"], "type deficit"),
    (["value", "Deficit", "--year", "2016"], "type deficit"),
    (["value", "surplus", "--year", "2016"], "type balance"),
    (["value", "apples", "--year", "2016"], "type one of exports, imports"),
    (["value", "deficit", "--year", "2016", "--vintage", "2024"], "one of 2024-08, 2024-10, or"),
    (["check", "5 billion", "--measure", "import", "--year", "2016"], "type imports"),
    (["check", "5 billion"], "type --measure (one of exports, imports, deficit"),
    (["check", "5 billion", "--year", "2016"], "not read with --year"),
    (["check", "exports to Peru rose 5 percent"], "no period is named"),
    (["check", "a", "--date", "today"], "is not a day"),
    (["check"], "such as '$27.6 billion'"),
    (["check", "nearly  billion", "--measure", "imports", "--year", "2016"], "in single quotes"),
    (["search", "nearly 0 billion"], "in single quotes"),
    (["read"], "korus read --help says more"),
    (["audit", "."], ".: is a folder; type the path of a file"),
    (["audit", "https://example.com/c.csv"], "https://example.com/c.csv is on the web; save it"),
    (["fetch"], "--partner 'South Korea'"),
    (["batch"], "--partners top30"),
    (["value", "deficit"], "type --year 2016"),
    (["value", "deficit", "--year", "2016", "--period", "2016"], "not both"),
    (["value", "deficit", "--from", "2011"], "type --from 2011 --to 2016"),
    (["value", "deficit", "--from", "2011", "--to", "2016", "--year", "2016"], "type either"),
    (["value", "deficit", "--from", "2011", "--to", "2016", "--share"], "--as contribution"),
    (["value", "deficit", "--from", "2011", "--to", "2016", "--as", "level"], "type one of change"),
    (["value", "deficit", "--year", "2016", "--share", "--as", "change"], "not both"),
    (["value", "deficit", "--year", "2016", "--partner", "Mexico", "--vintage",
      "as-of:2017-12-28"], "cannot be checked"),
    (["value", "deficit", "--from", "1994", "--to", "2016", "--as", "ratio", "--partner",
      "Mexico"], "from -1,349.8 to 63,271.8 million dollars it rose"),
    (["value", "deficit", "--colour", "red"], "--colour"),
    (["value"], "Type one of exports, imports, deficit, balance, two-way"),
    (["nonsense"], "nonsense"),
])  # fmt: skip
def test_what_is_not_understood_is_one_sentence_and_status_2(arguments, says):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("Error: ")
    assert answer.stderr.count("\n") == 1
    assert says in answer.stderr


@pytest.mark.parametrize(("typed", "given", "meant"), [
    ("$42.3 billion", "exports --year 2016", "2.3 billion"),  # bash takes $4
    ("$42.3 billion", "exports --year 2016", ".3 billion"),  # zsh and PowerShell take $42
    ("about $28 billion", "deficit --year 2016", "about 8 billion"),
    ("$27,625 million", "deficit --year 2016", ",625 million"),
    ("", "deficit --year 2016", "5.5 billion"),
    ("", "exports --year 2016", "$2.3 billion"),
    ("", "exports --year 2016", "42.3 billion"),
])  # fmt: skip
def test_what_a_shell_left_of_a_figure_is_told(typed, given, meant):
    measure, *period = given.split()
    for command in ("check", "search"):
        answer = run(command, meant, "--measure", measure, *period)
        assert answer.exit_code == 0
        assert ("in single quotes" in answer.stdout) == bool(typed)
        assert not typed or f"'{typed}'" in answer.stdout


def test_a_number_below_zero_is_searched_and_no_option():
    assert "balance" in run("search", "-27.6 billion", "--year", "2016").stdout


@pytest.mark.parametrize(("line", "completed"), [
    ("value de", {"deficit": ""}),
    ("value deficit --partner Vietn", {"Vietnam": "Vietnam"}),
    ("value deficit --partner 'South Kor", {"KOR": "South Korea"}),
    ("search 1 --sector pass", {"passenger_cars": "passenger cars, new and used"}),
    ("check 1 --measure two", {"two-way": ""}),
])  # fmt: skip
def test_a_shell_completes_measures_partners_and_sectors(line, completed):
    *before, last = line.replace("'South ", "South\xa0").split(" ")
    completion = ShellComplete(korus, {}, "korus", "_KORUS_COMPLETE")
    found = completion.get_completions(before, last.replace("\xa0", " "))
    assert {one.value: one.help for one in found} == completed


def test_data_lists_tables_vintages_and_sources():
    answer = run("data")
    assert answer.exit_code == 0
    for words in ("goods_monthly", "1985-01 to 2026-04", "2024-08", "CENSUS_ENDUSE"):
        assert words in answer.stdout
    assert " NO " not in answer.stdout


def test_data_as_json():
    found = json.loads(run("data", "--json").stdout)
    assert all(table["ok"] for table in found["tables"])
    assert {table["name"] for table in found["tables"]} >= {"goods_annual", "quoted", "partners"}
    assert [row["vintage"] for row in found["vintages"]][-1] == "2026-06"


def test_a_damaged_table_is_named_and_status_1(tmp_path):
    package = Path(korus_helpers.__file__).parent
    shutil.copytree(package, tmp_path / "korus_helpers", ignore=shutil.ignore_patterns("*.pyc"))
    path = tmp_path / "korus_helpers" / "data" / "quoted.csv"
    path.write_bytes(path.read_bytes()[:-10])

    def korus_there(*arguments: str):
        return subprocess.run(
            [sys.executable, "-m", "korus_helpers.cli", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": "."},
        )

    listed = korus_there("data")
    assert listed.returncode == 1
    assert "quoted.csv is truncated" in listed.stdout
    assert "git checkout" in listed.stdout
    asked = korus_there("value", "deficit", "--year", "2016", "--vintage", "as-of:2017-12-28")
    assert asked.returncode == 1
    assert asked.stderr.startswith("Error: quoted.csv is truncated")


def test_the_module_runs_as_a_process():
    found = subprocess.run(
        [sys.executable, "-m", "korus_helpers.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == f"korus {__version__}\n"


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, korus_helpers.cli; "
        "print([m for m in ('pandas', 'matplotlib', 'papermill', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_check_reads_a_sentence():
    """Measure, partner and periods stand in it; the partner of the command where it names none."""
    said = "The deficit with Mexico rose from $64.6 billion in 2011 to $63.3 billion in 2016"
    first, last = json.loads(run("check", said, "--json").stdout)["levels"]
    assert (first["verdict"], last["verdict"]) == ("as printed", "as printed")
    typed = ["check", "$27.6 billion", "--measure", "deficit", "--year", "2016", "--json"]
    found = run("check", "The deficit with South Korea was $27.6 billion in 2016", "--json")
    assert found.stdout == run(*typed).stdout
