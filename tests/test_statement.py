"""What the text of a claim is read as, for a partner, years and release."""

import pytest

from korus_helpers.claims.context import statement
from korus_helpers.errors import InputError
from korus_helpers.trade.comparison import comparison
from korus_helpers.trade.evaluate import evaluate

KOREA = comparison("Korea, South", 2011, 2016)


@pytest.mark.parametrize(("text", "way"), [
    ("more than doubled", "ratio"), ("2.1 times", "ratio"), ("$27.6 billion", "level"),
    ("rose by $14.4 billion", "change"), ("fell 2.7 percent", "percent-change"),
    ("109 percent", "percent-change"), ("a majority", "share"),
])  # fmt: skip
def test_the_way_follows_from_unit_and_words(text, way):
    stated = statement(text, "deficit", KOREA)
    assert stated.as_ == way and stated.compared == (way not in ("level", "share"))
    assert stated.figure.value == evaluate("deficit", stated.definition).value


@pytest.mark.parametrize(("text", "measure", "says"), [
    ("95,000 cars", "exports", "is in count"),
    ("3 percentage points", "exports", "is in percentage points"),
    ("$27.6 billion", "surplus", "measure .surplus. is not known"),
])  # fmt: skip
def test_a_claim_that_no_measure_fits_is_refused(text, measure, says):
    with pytest.raises(InputError, match=says):
        statement(text, measure, KOREA)


def test_figures_between_two_ends_can_stay_undetermined():
    stated = statement("fell 2.7 percent", "exports", KOREA)
    assert stated.holds(-2.79, -2.67) == "undetermined"
    assert (stated.holds(-2.653, -2.651), stated.holds(-2.76)) == ("yes", "no")
