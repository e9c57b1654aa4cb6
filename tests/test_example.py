"""The committed example run is what the code gives today."""

import json
import re
from pathlib import Path

from korus_helpers import __version__
from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import article
from korus_helpers.present.displays import csv_text
from korus_helpers.present.verdicts import verdict_frame

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "outputs" / "example"


def test_its_verdicts_are_those_of_today():
    today = csv_text(verdict_frame(audit(article()).verdicts))
    assert (EXAMPLE / "verdicts.csv").read_text("utf-8") == today


def test_it_holds_every_notebook_and_nothing_failed():
    record = json.loads((EXAMPLE / "run.json").read_text("utf-8"))
    assert record["versions"]["korus_helpers"] == __version__
    names = {entry["notebook"] for entry in record["notebooks"]}
    assert names == {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert {entry["outcome"] for entry in record["notebooks"]} == {"done"}
    files = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    assert {f"{name}.html" for name in names} < {path.name for path in files}
    assert {path.suffix for path in files} == {".html", ".csv", ".json"}
    assert sum(path.stat().st_size for path in files) < 2_200_000


def test_every_link_of_its_pages_leads_somewhere():
    for page in EXAMPLE.glob("*.html"):
        for link in re.findall(r'href="(?![a-z]+:|#)([^"#]+)', page.read_text("utf-8")):
            assert (EXAMPLE / link).is_file(), (page.name, link)
