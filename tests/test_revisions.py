"""The path of a figure over the releases."""

import json

import pytest
from click.testing import CliRunner

from korus_helpers.cli import korus
from korus_helpers.errors import NoFigure
from korus_helpers.present.answers import revision_chart, revision_sentence
from korus_helpers.present.charts import ranges
from korus_helpers.trade.comparison import every_release, revisions


def test_korea_2016_over_all_releases():
    path = revisions("5800", 2016).set_index("release")
    assert list(path.index) == [
        "2017-02-07, as quoted", "2017-06-02, as quoted", "2018-10", "2019-12", "2020-10",
        "2022-03", "2023-03",
        "2024-08", "2024-10", "2025-04", "2026-03", "2026-06",
    ]  # fmt: skip
    assert path.deficit["2018-10"] == pytest.approx(27582.661, abs=1e-3)
    assert path.exports["2022-03"] == pytest.approx(42262.187, abs=1e-3)
    june = path.loc["2017-06-02, as quoted"]
    assert (june.deficit_low, june.deficit_high) == (27565, 27575) and not june.exact
    assert path.exact[["2018-10", "2026-06"]].all()


def test_another_partner_has_files_only():
    path = revisions("2010", 2015)
    assert list(path.release) == [
        "2017-01",
        "2018-10",
        "2019-12",
        "2020-10",
        "2022-03",
        "2023-03",
        "2024-08",
        "2024-10",
        "2025-04",
        "2026-03",
    ]
    assert path.exact.all()


def test_a_year_of_no_release():
    with pytest.raises(NoFigure, match="no release at hand has a figure for 1970"):
        revisions("5800", 1970)


def test_releases_are_in_the_order_in_which_they_were_in_force():
    starts = [start for _, start, _ in every_release("5800", 2016)]
    assert starts == sorted(starts)


def test_the_words_count_files_only():
    path = revisions("5800", 2016)
    assert "in all 10 files" in revision_sentence(path, "deficit", "South Korea", 2016)
    assert "+41.9 million" in revision_sentence(path, "deficit", "South Korea", 2016)
    title = revision_chart(path, "deficit", "South Korea", 2016)["title"]
    assert title == "Releases move the deficit of 2016 by USD 41.9 million"
    same = revision_chart(revisions("5800", 2011), "exports", "South Korea", 2011)
    assert same["title"] == "Every file has the same exports of 2011"


@pytest.mark.parametrize("measure", ["exports", "imports", "deficit"])
def test_the_chart_can_be_read(measure, assert_readable):
    assert_readable(ranges(**revision_chart(revisions("5800", 2016), measure, "South Korea", 2016)))


def test_the_command(tmp_path):
    chart = tmp_path / "path.png"
    answer = CliRunner().invoke(korus, ["revisions", "--year", "2016", "--chart", str(chart)])
    assert answer.exit_code == 0, answer.stderr
    assert "2018-10" in answer.stdout and "27,582.7" in answer.stdout
    assert chart.read_bytes().startswith(b"\x89PNG")
    found = json.loads(CliRunner().invoke(korus, ["revisions", "--year", "2016", "--json"]).stdout)
    assert found["partner_code"] == "5800" and len(found["releases"]) == 12


@pytest.mark.parametrize(("arguments", "says"), [
    (["--year", "1970"], "type another year"),
    (["--year", "2016", "--measure", "balance"], "type one of exports, imports, deficit"),
    (["--year", "2016", "--partner", "Korea"], "type"),
    (["--year", "2016", "--chart", "x.pdf"], "not a PNG"),
    (["--year", "x"], "x"),
    ([], "--year"),
])  # fmt: skip
def test_what_is_not_understood(arguments, says):
    answer = CliRunner().invoke(korus, ["revisions", *arguments])
    assert answer.exit_code == 2 and says in answer.stderr
