"""Labels of claims in charts."""

import pytest

from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import Claim
from korus_helpers.present.claim_pictures import printed_and_official


@pytest.mark.parametrize(
    ("what", "label"),
    [
        ("US goods deficit in 2016", "US goods deficit in 2016 (billion dollars)"),
        ("w" * 100, "w" * 23 + "… (billion dollars)"),  # some languages write without spaces
        ("word " * 30, "word " * 11 + "word… (billion dollars)"),
    ],
)
def test_a_label_is_cut_and_never_emptied(what, label):
    claim = Claim("x", "$27.6 billion", "deficit", end="2016", what=what)
    rows, _ = next(printed_and_official(audit([claim])))
    assert rows[0].label == label
