"""`korus audit`: a file of claims, or the article, judged and held against itself."""

import json

import pytest
from click.testing import CliRunner

from korus_helpers.claims.register import template, article
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.cli import korus

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


def test_without_a_file_the_article_with_its_ids(of_the_article):
    assert [one["id"] for one in of_the_article["claims"]] == [claim.id for claim in article()]
    assert {"claims", "consistent", "contradictions", "repairs", "implied", "misprints"} <= set(
        of_the_article)  # fmt: skip


def test_the_article_as_the_methods_say(of_the_article):
    found = of_the_article
    assert found["consistent"] is False
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


@pytest.mark.parametrize(("arguments", "says"), [
    (("nowhere.yaml",), "type the path"), (("--tolerance", "x"), "such as 0.05"),
    (("--vintage", "2019-01"), "type latest"), (("--colour",), "--colour"),
])  # fmt: skip
def test_what_is_not_understood_is_one_sentence_and_status_2(arguments, says):
    found = run(*arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert says in found.stderr
