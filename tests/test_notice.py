"""The notice that figures are old has a date, and comes after a year."""

import datetime
import json

import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus
from korus_helpers.present.notice import old_figures


@pytest.mark.parametrize(("day", "partner", "old"), [
    ((2025, 6, 30), "", False), ((2025, 7, 1), "", True), ((2027, 4, 30), "5800", False),
    ((2027, 5, 1), "5800", True), ((2025, 7, 1), "2010", True),
])  # fmt: skip
def test_it_comes_after_a_year(day, partner, old):
    assert bool(old_figures(datetime.date(*day), partner)) is old


def test_it_is_dated_and_says_what_to_type():
    said = old_figures(datetime.date(2026, 11, 24))
    assert said == (
        "24 November 2026: the newest figures of all partners at hand end in June 2024, more than "
        "a year ago; type korus refresh for newer ones."
    )


def test_the_commands_give_it_beside_their_answer():
    """The shipped figures of all partners end in June 2024, long before any run of this test."""
    answer = CliRunner().invoke(
        korus, ["value", "deficit", "--year", "2016", "--partner", "Mexico"]
    )
    assert "end in June 2024" in answer.stderr and answer.stdout.count("\n") == 1
    named = CliRunner().invoke(
        korus, ["value", "deficit", "--year", "2016", "--partner", "Mexico", "--vintage", "2018-10"]
    )
    assert named.stderr == ""
    found = json.loads(CliRunner().invoke(korus, ["data", "--json"]).stdout)
    assert "end in June 2024" in found["notice"]
