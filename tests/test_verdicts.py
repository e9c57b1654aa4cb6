"""Verdicts on single claims: the ladder, margins, remarks, and dates."""

from dataclasses import replace

import pytest

from korus_helpers.claims.claim import Claim
from korus_helpers.claims.context import by_vintage
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import article
from korus_helpers.claims.verdicts import judge, tolerance_needed

ARTICLE = {claim.id: claim for claim in article()}
DEFICIT = Claim("x", "$27.6 billion", "deficit", end="2016")


@pytest.mark.parametrize(("name", "verdict", "today"), [
    ("exports_2016", "as printed", "as printed"),
    ("exports_2011", "not reproduced", "not reproduced"),
    ("exports_change", "as printed", "not reproduced"),
    ("imports_change", "not reproduced", "not reproduced"),
    ("deficit_2011", "as printed", "as printed"),
    ("deficit_2016", "as printed", "as printed"),
    ("deficit_ratio", "within the hedge", "within the hedge"),
])  # fmt: skip
def test_the_article_on_its_day_and_today(name, verdict, today):
    found = judge(ARTICLE[name])
    assert (found.verdict, found.now_verdict) == (verdict, today)


def test_another_basis_was_known_on_the_day_and_is_no_coincidence():
    precise = replace(DEFICIT, printed="$27.583 billion")  # of the release of October 2018
    assert judge(precise).verdict == "on another basis"
    assert judge(replace(precise, date="2017-12-28")).verdict == "not reproduced"
    wide = Claim("x", "between 30 and 60 percent", "imports", "percent-change", base="2011",
                 end="2016")  # fmt: skip
    assert judge(wide).verdict == "not reproduced"  # though some near definitions give it


def test_truncation_is_reported_and_is_no_reproduction():
    found = judge(replace(DEFICIT, printed="$16 billion", end="2012"))
    assert found.now_verdict == "not reproduced"
    assert any("cut off rather than rounded" in remark for remark in found.remarks)


def test_an_interval_across_the_printed_one_is_undetermined():
    first_release = replace(ARTICLE["exports_change"], date="2017-03-15")
    assert judge(first_release).verdict == "undetermined"


def test_margin_is_the_distance_to_the_nearest_end():
    assert judge(DEFICIT).margin == pytest.approx(27650 - 27624.591, abs=1e-3)
    assert judge(replace(DEFICIT, printed="$28 billion", end="2015")).margin == pytest.approx(
        28500 - 28313.849, abs=200
    )
    assert judge(replace(DEFICIT, printed="$30 billion")).margin < 0


def test_smallest_tolerance_that_passes():
    assert tolerance_needed(read_printed("nearly $20 billion"), 19000) == pytest.approx(0.05)
    assert tolerance_needed(read_printed("nearly $20 billion"), 20500) is None
    assert tolerance_needed(read_printed("about 90 percent"), 81.66) == pytest.approx(
        0.0927, abs=1e-4
    )
    assert tolerance_needed(read_printed("$20 billion"), 19000) is None


@pytest.mark.parametrize(("claim", "says"), [
    (ARTICLE["auto_deficit_change"], "begin in January 2014"),
    (replace(DEFICIT, printed="2.7 percent"), "is in percent, while level of deficit"),
    (replace(DEFICIT, partner="Mexico", base="1994", as_="ratio", printed="more than doubled"),
     "has no meaning"),
])  # fmt: skip
def test_what_cannot_be_checked_says_why(claim, says):
    found = judge(claim)
    assert found.verdict in ("cannot be checked", "undetermined")
    assert any(says in remark for remark in found.remarks)


def test_another_partner_is_judged_by_today_and_the_answer_says_so():
    found = judge(
        Claim("x", "$63.3 billion", "deficit", partner="Mexico", end="2016", date="2017-07-17")
    )
    assert (found.then, found.verdict) == (None, "as printed")
    assert any("are not included" in remark for remark in found.remarks)


def test_a_quotation_does_not_confirm_the_page_it_comes_from():
    page = "https://m.koreaherald.com/view.php?ud=20180212000562"
    claim = Claim("x", "$27.57 billion", "deficit", end="2016", date="2018-02-12", url=page)
    found = judge(claim)
    assert found.then is None
    assert any("same page" in remark for remark in found.remarks)
    assert judge(replace(claim, url="https://example.org/other")).verdict == "as printed"


def test_a_month_is_judged_on_its_last_day_and_a_year_on_none():
    days = {"2017-12-28": "2017-12-28", "2018-02": "2018-02-28", "2016-02": "2016-02-29"}
    for text, day in (days | {"2017": "", "": ""}).items():
        assert replace(DEFICIT, date=text).day == day


@pytest.mark.parametrize(("name", "verdict", "official"), [
    ("in_force", "as printed", "2012-03-15"), ("signed", "not reproduced", "2007-06-30"),
    ("age", "within the hedge", "5.81 years"),
    ("special_sessions", "as printed", "2017-08-22 and 2017-10-04"),
    ("talks_begin", "as printed", "2018-01-05"), ("directed", "as printed", "2017-07-12"),
    ("two_sessions", "as printed", "2"),
])  # fmt: skip
def test_dates_of_the_article(name, verdict, official):
    found = judge(ARTICLE[name])
    assert (found.verdict, found.event) == (verdict, official)


@pytest.mark.parametrize(("name", "printed"), [
    ("in_force", "April 2012"), ("talks_begin", "Jan. 6, 2018"), ("two_sessions", "three sessions"),
    ("special_sessions", "Aug. 22, 2017"), ("age", "nearly seven years old"),
])  # fmt: skip
def test_wrong_dates_are_not_reproduced(name, printed):
    assert judge(replace(ARTICLE[name], printed=printed)).verdict == "not reproduced"


def test_an_order_that_the_sources_leave_open_is_undetermined():
    assert judge(ARTICLE["withdrawal_first"]).verdict == "undetermined"


def test_claims_under_every_release():
    table = by_vintage([ARTICLE["exports_change"], ARTICLE["deficit_2016"]]).set_index("as printed")
    row = table.loc["a decline of 2.7 percent"]
    assert row["2017-02-07, as quoted"] == "unclear: −2.79 to −2.67"
    assert row["2017-06-02, as quoted"].startswith("holds: −2.65")
    assert row["2018-10"] == "fails: −2.64"
    assert row["2019-12 to 2026-06"] == "fails: −2.76"
    assert "2017-01" not in table.columns


def test_releases_of_one_month_of_revision_do_not_hide_each_other():
    (row,) = by_vintage([replace(DEFICIT, end="2023")]).to_dict("records")
    assert list(row)[2:] == ["2024-08 to 2025-04", "2026-03", "2026-06"]
