"""How far figures of a past day may lie from those of today, by what revisions are usual."""

import json

import pytest
from click.testing import CliRunner
from tools.reach_proof import claims_of, moved

from korus_helpers.claims.verdicts import judge
from korus_helpers.cli import korus
from korus_helpers.figures.releases import releases
from korus_helpers.figures.tables import forget
from korus_helpers.trade.definition import Definition
from korus_helpers.trade.evaluate import evaluate
from korus_helpers.trade.reach import age_of, reach_of, revision_reach


@pytest.mark.parametrize(("year", "day", "age"), [
    (2021, "2022-02-20", 0), (2021, "2022-06-01", 1), (2021, "2023-05-31", 1),
    (2016, "2017-12-28", 1), (2010, "2017-12-28", 4), (2021, "2021-07-01", 0), (2020, "2022-03", 1),
])  # fmt: skip
def test_the_age_of_a_figure_is_the_june_revisions_before_the_day(year, day, age):
    assert age_of(year, day) == age


def test_first_releases_are_revised_most():
    table = revision_reach().set_index(["flow", "from_musd", "age"])
    assert table.figures.min() > 50 and (table["median"] <= table.reach).all()
    for flow in ("exports", "imports"):
        of = table.reach[flow, 1_000]
        assert of[0] > of[1] > of[2] > of[3] >= 0
        assert reach_of(flow, 5_000.0, 2021, "2022-02-20") == of[0]
    assert 0.02 < table.reach["exports", 1_000, 0] < 0.05
    assert reach_of("exports", float("nan"), 2021, "2022-02-20") == 0


def test_the_reach_is_carried_through_the_measure():
    asked = Definition("Mexico", vintage="2026-03", end=2021)
    flows = {}
    for flow in ("exports", "imports"):
        now, then = evaluate(flow, asked), evaluate(flow, asked, "2022-02-20")
        off = now.value * reach_of(flow, now.value, 2021, "2022-02-20")
        assert (then.low, then.high) == pytest.approx((now.value - off, now.value + off))
        assert then.value == now.value == now.low == now.high
        flows[flow] = then
    deficit = evaluate("deficit", asked, "2022-02-20")
    assert deficit.low == pytest.approx(flows["imports"].low - flows["exports"].high)
    assert deficit.high == pytest.approx(flows["imports"].high - flows["exports"].low)
    first = evaluate("deficit", asked.under(vintage="2022-03")).value
    assert deficit.low < first < deficit.high
    autos = evaluate("deficit", Definition("Mexico", "autos", end=2021), "2022-02-20")
    assert autos.low == autos.high


def check(text: str, *more: str) -> dict:
    asked = ["check", text, "--measure", "deficit", "--partner", "Mexico", "--year", "2015"]
    found = CliRunner().invoke(korus, [*asked, *more, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_a_miss_within_the_reach_is_left_undetermined():
    day = ("--date", "2016-02-20")
    for text, verdict in (
        ("$60.0 billion", "as printed"),
        ("$59.0 billion", "undetermined"),
        ("$45 billion", "not reproduced"),
    ):
        assert check(text, *day)["verdict"] == verdict
    assert "usually revised" in " ".join(check("$59.0 billion", *day)["remarks"])
    assert check("$59.0 billion")["verdict"] == "not reproduced"  # without a date


def test_the_table_can_be_read():
    found = CliRunner().invoke(korus, ["revisions", "--reach"])
    assert found.exit_code == 0 and "June revisions" in found.stdout
    rows = json.loads(CliRunner().invoke(korus, ["revisions", "--reach", "--json"]).stdout)["reach"]
    assert len(rows) == len(revision_reach()) and len(releases()) > 4
    nothing = CliRunner().invoke(korus, ["revisions"])
    assert nothing.exit_code == 2 and "type --year 2016" in nothing.stderr


def test_a_first_release_holds_as_printed_and_is_seldom_called_wrong_where_it_is_not_at_hand():
    claims = claims_of("2023-03")[::12]
    assert {judge(one).verdict for one in claims} == {"as printed"}
    forget()
    del releases()["2023-03"]
    try:
        hidden = [judge(one).verdict for one in claims]
        far = [judge(one).verdict for claim in claims for one in moved(claim)]
    finally:
        forget()
    assert hidden.count("not reproduced") <= 0.1 * len(hidden) and "undetermined" in hidden
    assert far.count("not reproduced") >= 0.9 * len(far)
