"""Notebook 03 runs for any file of claims: hostile, short, long, and without figures of trade."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

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


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    engine = Engine()

    def done(name: str):
        path = folder / f"{name}.csv"
        path.write_text(f"id,printed,measure,as,sector,base,end,what,note\n{FILES[name]}", "utf-8")
        out = folder / f"{name}.ipynb"
        return engine.execute(NOTEBOOK, {"claims_file": str(path)}, out), out

    try:
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(FILES, pool.map(done, FILES), strict=True))
    finally:
        engine.stop()


def outputs(path: Path) -> list:
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.parametrize("name", FILES)
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


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    engine = Engine()
    try:
        outcome = engine.execute(NOTEBOOK, {"claims_file": "nowhere.yaml"}, tmp_path / "x.ipynb")
    finally:
        engine.stop()
    assert outcome.status == "refused"
    assert outcome.error.startswith("nowhere.yaml: cannot be read")
