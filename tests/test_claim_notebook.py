"""Notebook 03 runs for any file of claims or text: hostile, short, long, without any claim."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from korus_helpers import InputError, audit, read_source
from korus_helpers.present.displays import EVIDENCE
from korus_helpers.runs.engine import Engine

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "03_claim_audit.ipynb"
TEXT = "<script>alert(1)</script> $x$ **bold** [a](javascript:x) =1+1"
FILES = {
    "hostile": "".join(
        f"{name},{printed},{measure},{as_},{sector},{base},{end},{TEXT},{TEXT}\n"
        for name, printed, measure, as_, sector, base, end in (
            ("a", "$27.6 billion", "deficit", "level", "total", "", "2016"),
            ("b", "$28.6 billion", "deficit", "level", "total", "", "2016"),
            ("c", "−$5 billion", "exports", "level", "total", "", "2016"),
            ("d", "$999 trillion", "imports", "level", "total", "", "2016"),
            ("e", "more than doubled", "deficit", "ratio", "unspecified", "2011", "2016"),
            ("f", "5 jobs", "other", "level", "", "", ""),
            ("g", "$50 billion", "deficit", "level", "total", "", "2035"),
        )
    ),
    "one": "a,$27.6 billion,deficit,level,total,,2016,,\n",
    "no_figures": "a,95 jobs,other,level,,,,,It takes a model.\n",
    "sixty": "".join(
        f"c{year}{way},${size} billion,{way},level,total,,{year},,\n"
        for year in range(1996, 2016)
        for way, size in (("exports", 30), ("imports", 45), ("deficit", 14))
    ),
}
TEXTS = {
    "mexico": "March 20, 2017\n\nThe U.S. goods deficit with Mexico was $63.3 billion in 2016.\n"
    "Exports to Mexico were $99 billion. About 5 million jobs depend on it.",
    "no_claim": "Growers expect to pick 12 percent fewer peaches. A bin sold for $240 on Friday.",
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    engine = Engine()

    def done(name: str):
        kind = "text_file" if name in TEXTS else "claims_file"
        head = "id,printed,measure,as,sector,base,end,what,note\n"
        path = folder / (f"{name}.txt" if name in TEXTS else f"{name}.csv")
        path.write_text(TEXTS.get(name) or head + FILES[name], "utf-8")
        out = folder / f"{name}.ipynb"
        return engine.execute(NOTEBOOK, {kind: str(path)}, out), out

    names = [*FILES, *TEXTS]
    try:
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(names, pool.map(done, names), strict=True))
    finally:
        engine.stop()


def outputs(path: Path) -> list:
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.parametrize("name", [*FILES, *TEXTS])
def test_it_runs_with_nothing_on_stderr_and_no_missing_number_in_words(executed, name):
    outcome, path = executed[name]
    assert outcome.status == "done", outcome.error
    found = outputs(path)
    assert not [one for one in found if one.get("name") == "stderr"]
    said = json.dumps([one.get("data", {}) for one in found])
    assert not re.search(r"\b(nan|None|NaN|inf)\b", said)


def test_text_of_strangers_is_never_markup(executed):
    for one in outputs(executed["hostile"][1]):
        data = one.get("data", {})
        for kind in ("text/html", "text/markdown"):
            assert "<script>alert" not in data.get(kind, "")
            assert "[a](javascript" not in data.get("text/markdown", "")
            assert "$x$" not in data.get("text/markdown", "")
        assert not re.search(r"(^|,)=1", data.get("text/csv", ""))
    said = " ".join(html.unescape(one.get("data", {}).get("text/html", ""))
                    for one in outputs(executed["hostile"][1]))  # fmt: skip
    assert "<script>alert(1)</script>" in said


def test_many_claims_are_drawn_twelve_at_a_time(executed):
    names = [one.metadata["korus"]["name"] for one in outputs(executed["sixty"][1])
             if "name" in one.get("metadata", {}).get("korus", {})]  # fmt: skip
    assert [name for name in names if name.startswith("printed_official")] == [
        f"printed_official_{place}" for place in range(1, 6)]  # fmt: skip


def test_a_text_is_shown_with_its_marks_and_speaks_of_its_own_partner(executed):
    found = outputs(executed["mexico"][1])
    shown = [one.data["text/html"] for one in found if "<blockquote>" in str(one.data)]
    page = BeautifulSoup(shown[0], "html.parser")
    marks = page("button")
    assert [one.get_text() for one in marks] == ["$63.3 billion", "$99 billion"]
    assert [one["popovertarget"] for one in marks] == [one["id"] for one in page("li")]
    assert [one.get_text() for one in page("a")] == ["1, as printed", "2, not reproduced"]
    note = page("li")[1].get_text(" ")
    assert "Official: 230.23 billion dollars" in note and "Release:" in note
    assert "Should read: “Exports to Mexico were $230 billion.”" in note
    *said, sources = [one.data["text/plain"] for one in found]
    assert not any("Korea" in one for one in said) and "article" not in sources
    assert "5 million" in page.blockquote.get_text()


def test_a_text_without_a_claim_is_shown_and_nothing_is_judged(executed):
    found = [one.data for one in outputs(executed["no_claim"][1])]
    assert "peaches" in found[1]["text/html"] and "<button" not in found[1]["text/html"]
    assert found[2]["text/plain"].startswith("No figure about a US trade balance was found in no_")
    assert not any("image/png" in one or EVIDENCE in one for one in found)


def test_the_paragraph_of_the_article_reads_as_the_claims_entered_by_hand():
    source = read_source()

    def by_fields(verdicts):
        about = [(one.claim, one.verdict) for one in verdicts if one.printed]
        return {(c.measure, c.as_, c.sector, c.base, c.end): said for c, said in about}

    by_hand = by_fields(audit(source.claims).verdicts)
    assert len(by_hand) == 10 and by_hand == by_fields(source.text.together.verdicts)


@pytest.mark.parametrize(
    ("asked", "name", "count"),
    [({}, "the article", 19), ({"partner": "KOR"}, "the article", 19),
     ({"partner": "Mexico"}, "public statements about Mexico", 4),
     ({"partner": "Vietnam"}, "public statements about Vietnam", 0)],
)  # fmt: skip
def test_without_a_file_the_claims_are_those_of_the_partner(asked, name, count):
    source = read_source(**asked)
    assert (source.name, len(source.claims)) == (name, count)


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"text_file": "a.txt", "claims_file": "b.csv"}, "give one of them"),
     ({"text_file": "a.txt", "date": "yesterday"}, "type one like 2017-12-28"),
     ({"text_file": "a.txt", "measure": "jobs"}, "type one of exports, imports")],
)  # fmt: skip
def test_what_a_text_leaves_open_is_checked_at_once(asked, words):
    with pytest.raises(InputError, match=words):
        read_source(**asked)


def test_the_report_of_a_text_is_named_after_it_and_holds_its_verdicts(runs):
    folder = runs["text"]
    assert folder.name.endswith("_img-src-x-onerror-hit-x-7")
    name = "Claims in <img src=x onerror=hit()> $x$ {{7}}.txt"
    page = BeautifulSoup((folder / "03_claim_audit.html").read_text("utf-8"), "html.parser")
    assert page.title.get_text().endswith(name)
    index = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    assert index.h1.get_text() == name and "claims in <img" in index.select_one(".finding").text
    marks = page.select("blockquote button")
    assert len(marks) > 10 and len(index.select(".verdicts tbody tr")) == len(marks)
    for mark in marks:
        number = mark["popovertarget"].removeprefix("note-")
        assert page.find("li", id=f"note-{number}", popover="auto")
        assert page.find("tr", id=f"claim-{number}") and page.find("a", href=f"#claim-{number}")
        assert re.search("border-bottom: ?3px", mark["style"])
    assert "\\u202eesrever" in page.blockquote.get_text()


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    engine = Engine()
    try:
        outcome = engine.execute(NOTEBOOK, {"claims_file": "nowhere.yaml"}, tmp_path / "x.ipynb")
    finally:
        engine.stop()
    assert outcome.status == "refused"
    assert outcome.error.startswith("nowhere.yaml: cannot be read")
