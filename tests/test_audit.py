"""All claims of one source together: contradictions, repairs, misprints, corrections, rows."""

from dataclasses import replace

import pytest

from korus_helpers.claims.audit import HOLDS, audit, correction
from korus_helpers.claims.register import Claim, article
from korus_helpers.present.verdicts import (
    count_sentence,
    marks,
    official,
    verdict_frame,
    verdict_table,
)


@pytest.fixture(scope="module")
def found():
    return audit(article())


def verdict(found, name):
    return next(v for v in found.verdicts if v.claim.id == name)


def test_the_article_cannot_all_hold(found):
    assert not found.together.consistent
    assert found.together.complete
    assert len(found.together.contradictions) == 9
    sets = {frozenset(group) for group in found.together.contradictions}
    assert frozenset({"exports_2016", "exports_2011", "exports_change"}) in sets
    assert frozenset({"exports_change", "imports_change", "deficit_2011", "deficit_2016"}) in sets


def test_six_repairs_and_the_best_first(found):
    assert len(found.repairs) == 6
    assert found.repairs[0].ids == ("exports_2011", "imports_change")


def test_what_the_kept_claims_imply(found):
    implied = found.together.implied
    assert [
        float(end) / 1000 for end in (implied["exports_2011"].low, implied["exports_2011"].high)
    ] == pytest.approx([43.40, 43.55], abs=0.003)
    assert [
        float(end) / 1000 for end in (implied["imports_change"].low, implied["imports_change"].high)
    ] == pytest.approx([13.10, 13.35], abs=0.003)


def test_the_misprint_has_both_readings(found):
    (slip,) = found.misprints
    assert slip.id == "exports_2011"
    assert (slip.printed, slip.probably) == ("$3.5 billion", "$43.5 billion")
    assert slip.verdict == "as printed"
    assert verdict(found, "exports_2011").verdict == "not reproduced"


def test_slip_of_type_and_substance_are_kept_apart(found):
    assert verdict(found, "exports_2011").severity == "slip of type"
    assert verdict(found, "imports_change").severity == "substance"
    assert not verdict(found, "imports_change").misprint


def test_a_repeated_claim_enters_once(found):
    assert found.repeats == {"deficit_2016_again": "deficit_2016"}


def test_the_order_of_claims_does_not_matter(found):
    turned = audit(reversed(article()))
    assert {v.claim.id: v.verdict for v in turned.verdicts} == {
        v.claim.id: v.verdict for v in found.verdicts
    }
    assert {frozenset(g) for g in turned.together.contradictions} == {
        frozenset(g) for g in found.together.contradictions
    }


def test_corrected_claims_pass(found):
    corrected = []
    for item in found.verdicts:
        if item.used is None:
            continue
        text = item.claim.printed
        if item.verdict not in HOLDS:
            text = item.printed.reprint(item.used.value)
            assert text in correction(item)
        corrected.append(replace(item.claim, printed=text))
    again = audit(corrected)
    assert again.together.consistent
    assert all(item.verdict in HOLDS for item in again.verdicts)


def test_claims_on_another_basis_are_other_quantities():
    claims = [
        Claim("us", "$27.6 billion", "deficit", end="2016"),
        Claim(
            "korea", "$23.3 billion", "deficit", end="2016", reporter="KOR", basis="korea-reported"
        ),
    ]
    assert audit(claims).together.consistent
    assert not audit([claims[0], replace(claims[1], reporter="USA", basis="")]).together.consistent


def test_rows_of_verdicts_csv(found):
    table = verdict_frame(found.verdicts)
    assert list(table.columns[:7]) == [
        "id",
        "printed",
        "official",
        "unit",
        "vintage",
        "verdict",
        "source",
    ]
    assert list(table.id) == [claim.id for claim in article()]
    row = table.set_index("id").loc["exports_change"]
    assert row.official == pytest.approx(-2.652, abs=1e-3)
    assert (row.unit, row.verdict_today) == ("percent", "not reproduced")
    assert table.set_index("id").loc["signed"].official == "2007-06-30"


def test_rows_for_readers(found):
    table = verdict_table(found.verdicts).set_index("claim")
    row = table.loc["US goods exports to Korea in 2011"]
    assert row.marks == "misprint suspected: $43.5 billion; contradicted by the other figures"
    assert row["official, today"] == "43.46"
    assert (
        table.loc["Rise in US goods imports from Korea, 2011 to 2016", "official, when printed"]
        == "13.21 to 13.23"
    )
    assert marks(verdict(found, "exports_change")) == "today: not reproduced"
    assert official(None) == ""


def test_the_counting_sentence(found):
    figures = [v for v in found.verdicts if v.claim.sector]
    assert count_sentence(figures, "figures").startswith("Of eleven figures, five hold as printed")
