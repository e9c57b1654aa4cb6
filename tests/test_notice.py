"""The notice that figures are old has a date, and comes after a year."""

import datetime
import json

import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus
from korus_helpers.present.inventory import old_figures


@pytest.mark.parametrize(("day", "partner", "old"), [
    ((2027, 1, 31), "", False), ((2027, 2, 1), "", True), ((2027, 4, 30), "5800", False),
    ((2027, 5, 1), "5800", True), ((2027, 2, 1), "2010", True),
])  # fmt: skip
def test_it_comes_after_a_year(day, partner, old):
    assert bool(old_figures(datetime.date(*day), partner)) is old


def test_it_is_dated_and_says_what_to_type():
    said = old_figures(datetime.date(2027, 11, 24))
    assert said == (
        "24 November 2027: the newest figures of all partners at hand end in January 2026, more "
        "than a year ago; type korus refresh for newer ones."
    )


def test_the_commands_give_it_beside_their_answer():
    today = old_figures(datetime.date.today(), "2010")
    asked = ["value", "deficit", "--year", "2016", "--partner", "Mexico"]
    answer = CliRunner().invoke(korus, asked)
    assert answer.stderr.strip() == today and answer.stdout.count("\n") == 2
    named = CliRunner().invoke(korus, [*asked, "--vintage", "2018-10"])
    assert named.stderr == ""
    found = json.loads(CliRunner().invoke(korus, ["data", "--json"]).stdout)
    assert found["notice"] == old_figures(datetime.date.today())
