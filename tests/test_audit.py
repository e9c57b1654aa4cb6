"""All claims of one source together: contradictions, repairs, misprints, corrections, rows."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from korus_helpers.claims.auditing import (
    audit,
    by_tolerance,
    corrected,
    correction,
    short_definition,
    unstated,
)
from korus_helpers.claims.claim import Claim
from korus_helpers.claims.context import context
from korus_helpers.claims.register import article, public
from korus_helpers.claims.verdicts import HOLDS, LADDER, judge
from korus_helpers.present.audit import (
    consistency_sentences,
    correction_table,
    implied_table,
    repairs_table,
    sets_table,
    tolerance_table,
)
from korus_helpers.present.claim_pictures import (
    context_sentence,
    context_table,
    contradiction,
    interval_title,
    printed_and_official,
)
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
    signed = table.set_index("id").loc["signed"]
    assert signed.official == "2007-06-30"
    assert signed.source.startswith("https://www.govinfo.gov/")


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


def test_of_an_open_balance_both_readings_are_judged():
    item = judge(Claim("x", "nearly $28 billion", "deficit", sector="unspecified", end="2016"))
    assert item.verdict == "within the hedge"
    assert dict(item.readings) == {
        "goods": "within the hedge", "goods with services": "not reproduced"}  # fmt: skip
    other = judge(Claim("x", "$17 billion", "deficit", sector="unspecified", end="2016"))
    assert (other.verdict, other.now_verdict) == ("on another basis", "not reproduced")


@pytest.mark.parametrize(("claim", "verdict", "says"), [
    (Claim("x", "$10.7 billion", "balance", sector="services", end="2016"), "as printed", ""),
    (Claim("x", "$14.1 billion", "balance", sector="services", end="2016"), "not reproduced", ""),
    (Claim("x", "$10.7 billion", "balance", sector="services", end="2015"), "cannot be checked",
     "are not quoted either"),
    (Claim("x", "$10.7 billion", "balance", sector="services", end="2016", partner="Mexico"),
     "cannot be checked", "with Mexico are not quoted"),
    (Claim("x", "$10.7 billion", "balance", sector="services", end="2016",
           url="http://www.aalep.eu/us-korea-trade-facts"), "cannot be checked", "same source"),
    (Claim("x", "nearly 25 percent", "exports", "percent-change", "services", base="2011",
           end="2016"), "undetermined", "two releases"),
    (Claim("x", "$145 billion", "two-way", sector="goods-and-services", end="2016"),
     "on another basis", "balance of payments"),
    (Claim("x", "$146 billion", "two-way", sector="goods-and-services", end="2016"),
     "cannot be checked", "balance of payments"),
    (Claim("x", "$170 billion", "two-way", sector="goods-and-services", end="2016"),
     "not reproduced", "balance of payments"),
    (Claim("x", "half", "deficit", "share", "services", end="2016"), "cannot be checked",
     "not calculated"),
    (Claim("x", "tripled", "balance", "ratio", "goods-and-services", base="2011", end="2016"),
     "cannot be checked", "no meaning"),
    (Claim("x", "$5 billion", "deficit", end=""), "cannot be checked", "not stated"),
    (Claim("x", "$5 billion", "deficit", end="2018", date="2017"), "cannot be checked", "forecast"),
    (Claim("x", "very big", "other", note="It takes a number."), "cannot be checked", "a number"),
    (Claim("x", "1 percent", "exports", "percent-change", "manufactures", base="2011", end="2012"),
     "cannot be checked", "NAICS"),
    (Claim("x", "$23.2 billion", "deficit", end="2016", reporter="KOR", basis="korea-reported"),
     "undetermined", "Sources disagree"),
])  # fmt: skip
def test_what_no_file_has_is_judged_by_quotations_or_said_to_be_missing(claim, verdict, says):
    item = judge(claim)
    assert item.verdict == verdict
    assert says in " ".join(item.remarks)


def test_a_figure_known_from_its_own_page_only_is_undetermined_where_today_differs():
    page = "https://m.koreaherald.com/view.php?ud=20180212000562"
    item = judge(Claim("x", "$27.57 billion", "deficit", end="2016", date="2018-02-12", url=page))
    assert (item.verdict, item.now_verdict) == ("undetermined", "not reproduced")


def test_a_small_miss_of_a_precise_figure_is_a_detail():
    assert judge(Claim("x", "$68.85 billion", "deficit", partner="Japan", end="2017",
                       date="2018-02-06")).severity == "detail"  # fmt: skip
    assert judge(Claim("x", "$504 billion", "deficit", partner="China", end="2017")
                 ).severity == "substance"  # fmt: skip


@pytest.fixture(scope="module")
def everything():
    return audit([*public(), *article()])


def test_every_public_claim_ends_in_a_verdict_and_what_cannot_be_checked_says_why(everything):
    ids = {re.sub(r"\.(from|to)$", "", item.claim.id) for item in everything.verdicts}
    assert len(ids - {claim.id for claim in article()}) == 118
    for item in everything.verdicts:
        assert item.verdict in LADDER
        assert item.verdict != "cannot be checked" or any(item.remarks), item.claim.id
        assert len(set(item.remarks)) == len(item.remarks), item.claim.id


def test_corrections_of_public_claims_hold_and_are_short(everything):
    fixed = {claim.id: claim for claim in corrected(everything)}
    failing = [item for item in everything.verdicts if correction(item)]
    assert len(failing) > 20
    for item in failing:
        assert judge(fixed[item.claim.id]).verdict in HOLDS, item.claim.id
        assert len(short_definition(item.used).split()) <= 25


def test_what_no_claim_prints_but_the_kept_ones_pin_down(found):
    implied = unstated(found)
    assert [(what, round(float(one.low)), round(float(one.high))) for what, one in implied.items()
            ] == [
        ("US goods imports from South Korea, 2011", 56550, 56798),
        ("US goods imports from South Korea, 2016", 69800, 70000),
        ("US auto-sector deficit with South Korea, 2011", 13271, 13881),
    ]  # fmt: skip
    assert unstated(audit([Claim("x", "5 jobs", "other", note="-")])) == {}


def test_the_answer_by_tolerance(found):
    rows = by_tolerance(found, [Decimal("0"), Decimal("0.05"), Decimal("0.1")])
    assert [len(together.contradictions) for _, _, together in rows] == [10, 9, 7]
    holding = [count for _, count, _ in rows]
    assert holding == sorted(holding)
    assert holding[1] == sum(item.verdict in HOLDS for item in found.verdicts)
    assert rows[1][2].repairs[0] == ("exports_2011", "imports_change")
    assert rows[1][2] is found.together and rows[0][2].implied == {}


def test_the_same_statement_a_little_off():
    table = context(next(c for c in article() if c.id == "deficit_ratio"))
    holds = dict(zip(table["the same statement"], table.holds, strict=True))
    assert holds == {
        "as stated": "yes", "from one year earlier": "yes", "from one year later": "no",
        "the following year": "no", "on agreement years, April to March": "no",
        "goods with services, as far as quoted": "yes",
    }  # fmt: skip
    agreed = table[table["the same statement"].str.startswith("on agreement")].iloc[0]
    assert agreed.official == pytest.approx(25296.924 / 13049.740, abs=1e-4)
    later = table[table["the same statement"] == "from one year later"].iloc[0]
    assert (later.period, later.official) == ("2016 against 2012", pytest.approx(1.6625, abs=1e-3))
    assert context(Claim("x", "5 jobs", "other", note="-")).empty
    assert context(Claim("x", "$5 billion", "deficit", end="2016-01/2016-03")).empty
    mexico = context(Claim("x", "$63 billion", "deficit", partner="Mexico", end="2016"))
    assert list(mexico["the same statement"]) == ["as stated", "one year earlier",
                                                  "the following year"]  # fmt: skip


def test_the_tables_of_the_notebook(found):
    assert list(implied_table(found).fits) == ["no", "yes", "no", *["yes"] * 5]
    assert list(sets_table(found).set) == list(range(1, 10))
    assert repairs_table(found).without[0] == "exports_2011 and imports_change"
    assert list(correction_table(found.verdicts).id) == [
        "exports_2011", "imports_change", "auto_deficit_2016", "auto_share"]  # fmt: skip
    reach = tolerance_table(found, 0.05)
    assert list(reach["can all be true"]) == ["no"] * 5
    nearby = context_table(found)
    assert nearby.set_index("as printed").loc["more than doubled", "as stated"] == "yes: 2.09"
    assert context_sentence(nearby).startswith("By today's figures the printed words are right")
    assert "nine smallest sets" in " ".join(consistency_sentences(found))


def test_the_pictures_of_the_notebook(found):
    ((rows, frame),) = printed_and_official(found)
    assert (len(rows), interval_title(frame)) == (
        10, "Four of ten official figures lie outside the printed intervals")  # fmt: skip
    rows, frame = contradiction(found)
    assert list(frame.id) == ["exports_2011", "imports_change"]
    assert [row.printed.meets(row.implied.low, row.implied.high) for row in rows] == ["outside"] * 2
    claims = [Claim(f"c{i}", "$27.6 billion", "deficit", end="2016") for i in range(30)]
    parts = list(printed_and_official(audit(claims)))
    assert [len(rows) for rows, _ in parts] == [12, 12, 6]
    assert interval_title(parts[0][1]) == "No official figure lies outside the printed intervals"
    assert contradiction(audit(claims[:1]))[0] == []


def test_a_change_known_from_its_own_page_only_is_undetermined():
    item = judge(next(claim for claim in public() if claim.id == "F05.2"))
    assert (item.verdict, item.now_verdict) == ("undetermined", "not reproduced")
    assert any("same source" in remark for remark in item.remarks)
