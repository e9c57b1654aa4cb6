"""All claims of one source together: contradictions, repairs, misprints, corrections, rows."""

import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from korus_helpers.claims.auditing import (
    audit,
    correction,
    short_definition,
    unstated,
)
from korus_helpers.claims.claim import Claim
from korus_helpers.claims.register import article, public, template
from korus_helpers.claims.verdicts import HOLDS, LADDER, judge
from korus_helpers.cli import korus
from korus_helpers.present.audit import (
    consistency_sentences,
)
from korus_helpers.present.verdicts import (
    claim_ranges,
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


def test_slip_of_type_and_substance_are_kept_apart(found):
    (slip,) = found.misprints
    assert (slip.printed, slip.probably) == ("$3.5 billion", "$43.5 billion")
    assert slip.verdict == "as printed"
    assert verdict(found, "exports_2011").verdict == "not reproduced"
    assert found.repeats == {"deficit_2016_again": "deficit_2016"}
    assert verdict(found, "exports_2011").severity == "slip of type"
    assert verdict(found, "imports_change").severity == "substance"
    assert not verdict(found, "imports_change").misprint


def test_the_order_of_claims_does_not_matter(found):
    turned = audit(reversed(article()))
    assert {v.claim.id: v.verdict for v in turned.verdicts} == {
        v.claim.id: v.verdict for v in found.verdicts
    }
    assert {frozenset(g) for g in turned.together.contradictions} == {
        frozenset(g) for g in found.together.contradictions
    }


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
    columns = ["id", "printed", "official", "unit", "vintage", "verdict", "source"]
    assert list(table.columns[:7]) == columns
    shown = (
        verdict_table(found.verdicts).set_index("claim").loc["US goods exports to Korea in 2011"]
    )
    assert shown.marks == "misprint suspected: $43.5 billion; contradicted by the other figures"
    assert (shown["official, today"], official(None)) == ("43.46", "")
    assert marks(verdict(found, "exports_change")) == "today: not reproduced"
    assert list(table.id) == [claim.id for claim in article()]
    row = table.set_index("id").loc["exports_change"]
    assert row.official == pytest.approx(-2.652, abs=1e-3)
    assert (row.unit, row.verdict_today) == ("percent", "not reproduced")
    signed = table.set_index("id").loc["signed"]
    assert signed.official == "2007-06-30"
    assert signed.source.startswith("https://www.govinfo.gov/")


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
    failing = [item for item in everything.verdicts if correction(item)]
    assert {item.verdict for item in failing} == {"not reproduced"} and len(failing) > 10
    for item in failing:
        right = replace(item.claim, printed=item.printed.reprint(item.used.value))
        assert judge(right).verdict in HOLDS, item.claim.id
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


def test_the_ranges_of_a_chart(found):
    rows = claim_ranges(found).set_index("id")
    assert rows.official_low.notna().sum() == 10 and rows.claim.is_unique
    fall = rows.loc["imports_change"]
    assert (fall.printed_low, fall.printed_high, fall.unit) == (19, 20, "billion dollars")
    assert fall.implied_high < fall.printed_low and fall.official == "13.21 to 13.23"
    twice = [Claim(f"c{i}", "$27.6 billion", "deficit", end="2016", what="a") for i in range(2)]
    assert list(claim_ranges(audit(twice)).claim) == [
        "a, c0 (billion dollars)", "a, c1 (billion dollars)"]  # fmt: skip


# The command

HOSTILE = r"""
partner: South Korea
claims:
  - id: markup
    printed: "$27.6 billion"
    measure: deficit
    period: 2016
    what: "<script>alert(1)</script> $x$ **bold** =cmd|'/C calc'!A0 [a](javascript:x)"
    note: "=HYPERLINK(\"http://x\",\"y\")"
  - {id: services, printed: "nearly $11 billion", measure: balance, sector: services, period: 2016}
  - {id: far, printed: "$28 billion", measure: deficit, sector: goods-and-services, period: 2016}
  - {id: goods, printed: "1.3 percent", measure: exports, as: percent-change,
     sector: manufactures, base: 2011, end: 2012}
  - {id: sign, printed: "more than doubled", measure: deficit, as: ratio, partner: Mexico,
     base: 1994, end: 2016}
  - {id: forecast, printed: "$50 billion", measure: deficit, period: 2030, date: 2017-01-01}
  - {id: old, printed: "$50 billion", measure: deficit, period: 1950}
  - {id: jobs, printed: "‮5 jobs", measure: other, note: "It takes a model."}
  - {id: huge, printed: "$999,999 trillion", measure: imports, period: 2016}
  - {id: negative, printed: "−$5 billion", measure: exports, period: 2016}
  - {id: korean, printed: "$2.5 billion", measure: deficit, period: 2016-04/2016-04, reporter: KOR}
  - {id: open, printed: "more than doubled", measure: deficit, as: ratio, sector: unspecified,
     base: 2011, end: 2016}
"""


def run(*arguments: str):
    return CliRunner().invoke(korus, ["audit", *map(str, arguments)])


def refuse(word: str):
    raise ValueError(word)


def answer(*arguments: str) -> dict:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=refuse)


@pytest.fixture(scope="module")
def of_the_article():
    return answer()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = tmp_path_factory.mktemp("claims") / "hostile.yaml"
    path.write_text(HOSTILE, "utf-8")
    return path


def test_the_article_as_the_methods_say(of_the_article):
    found = of_the_article
    assert [one["id"] for one in found["claims"]] == [claim.id for claim in article()]
    assert (found["consistent"], found["complete"]) == (False, True)
    assert len(found["contradictions"]) == 9
    assert ["exports_2016", "exports_2011", "exports_change"] in found["contradictions"]
    assert len(found["repairs"]) == 6
    assert found["repairs"][0] == ["exports_2011", "imports_change"]
    assert found["implied"]["exports_2011"] == pytest.approx([43.40, 43.55], abs=0.003)
    assert found["implied"]["imports_change"] == pytest.approx([13.10, 13.35], abs=0.003)
    assert found["implied"]["exports_2016"][1] is None
    assert found["implied_units"]["auto_share"] == "percent"
    (slip,) = found["misprints"]
    assert (slip["id"], slip["probably"]) == ("exports_2011", "$43.5 billion")
    pinned = {one["what"]: (one["low"], one["high"]) for one in found["unstated"]}
    assert pinned["US auto-sector deficit with South Korea, 2011"] == pytest.approx(
        (13.27, 13.89), abs=0.01)  # fmt: skip
    assert pinned["US goods imports from South Korea, 2011"] == pytest.approx(
        (56.55, 56.80), abs=0.003)  # fmt: skip


def test_every_claim_has_its_numbers_with_their_unit(of_the_article):
    for one in of_the_article["claims"]:
        assert one["verdict"] in LADDER
        assert one["unit"]
    row = next(one for one in of_the_article["claims"] if one["id"] == "imports_change")
    assert (row["verdict"], row["severity"], row["contradicted"]) == (
        "not reproduced", "substance", True)  # fmt: skip
    assert row["correction"].startswith(
        "Rise in US goods imports from Korea, 2011 to 2016: $13 bil"
    )
    assert row["then"]["official"] == pytest.approx(13.218, abs=1e-3)
    assert row["context"].startswith("In dollars of")
    assert row["now"]["official"] == pytest.approx(13.225, abs=1e-3)


def test_a_hostile_file_is_judged_and_stays_text(hostile):
    found = answer(hostile)
    verdicts = {one["id"]: one["verdict"] for one in found["claims"]}
    assert verdicts == {
        "markup": "as printed", "services": "within the hedge", "far": "not reproduced",
        "goods": "cannot be checked", "sign": "cannot be checked",
        "forecast": "cannot be checked", "old": "cannot be checked", "jobs": "cannot be checked",
        "huge": "not reproduced", "negative": "not reproduced", "korean": "as printed",
        "open": "within the hedge",
    }  # fmt: skip
    for one in found["claims"]:
        if one["verdict"] == "cannot be checked":
            assert one["remarks"], one["id"]
    assert set(found["apart"]) == {"huge", "open"}
    assert ["negative"] in found["contradictions"]
    assert not [slip for slip in found["misprints"] if slip["id"] == "negative"]
    shown = run(hostile)
    assert shown.exit_code == 0
    assert "\u202e" not in shown.stdout


def test_the_template_is_a_file_that_can_be_audited(tmp_path):
    printed = run("--template")
    assert printed.stdout == template()
    path = tmp_path / "claims.yaml"
    path.write_text(printed.stdout, "utf-8")
    assert [one["id"] for one in answer(path)["claims"]] == [
        "exports_2016", "imports_change", "auto_share", "deficit.from", "deficit.to", "jobs"
    ]  # fmt: skip


def test_tolerance_and_vintage_are_passed_on(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("id,printed,measure,period\na,nearly $30 billion,deficit,2016\n", "utf-8")
    assert answer(path)["claims"][0]["verdict"] == "on another basis"
    assert answer(path, "--tolerance", "0.1")["claims"][0]["verdict"] == "within the hedge"
    assert answer(path, "--vintage", "2018-10")["claims"][0]["vintage"] == "2018-10"


def test_people_get_a_table_and_what_follows(of_the_article):
    found = run()
    assert found.exit_code == 0
    for words in ("exports_2011", "cannot all be true", "Repair 1: Without exports_2011",
                  "Misprint suspected", "Correction of auto_share", "13.27 to 13.89"):  # fmt: skip
        assert words in found.stdout


BAD = """id;printed;measure;period
a;$27.6 billion;deficit;2016
b;;deficit;2016
c;$27.6 billion;gap;2016
"""


def test_every_mistake_of_a_file_is_told_and_the_good_claims_are_judged_if_asked(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(BAD, "utf-8")
    refused = run(path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    first, second = refused.stderr.splitlines()
    assert first.startswith('Error: claims.csv, entry 2 ("b"), printed: is missing')
    assert second.startswith('Error: claims.csv, entry 3 ("c"), measure: "gap" is not understood')
    done = run(path, "--skip-bad", "--json")
    assert [one["id"] for one in json.loads(done.stdout)["claims"]] == ["a"]
    assert done.stderr.count("Left out: claims.csv, entry") == 2
    path.write_text("\n".join(BAD.splitlines()[::2]), "utf-8")  # nothing is left to judge
    assert run(path, "--skip-bad").exit_code == 2


@pytest.mark.parametrize(("arguments", "says"), [
    (("nowhere.yaml",), "type the path"), (("--tolerance", "x"), "such as 0.05"),
    (("--vintage", "2019-01"), "type latest"), (("--colour",), "--colour"),
])  # fmt: skip
def test_what_is_not_understood_is_one_sentence_and_status_2(arguments, says):
    found = run(*arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert says in found.stderr


def test_the_sentence_counts_the_sets(found):
    assert "nine smallest sets" in " ".join(consistency_sentences(found))
