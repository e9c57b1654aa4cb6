"""A claims file made to break out: whatever it says is text on the page and nothing else.

That it opens no dialog or window, asks for nothing and says nothing on the console is checked of
every page that is visited.
"""

import json
import re

import pytest

# What Chromium would have built from the words, had they become markup.
BUILT = (
    "script:not([type='application/ld+json']), iframe, svg, meta[http-equiv=refresh], "
    "link[rel=stylesheet], img[src=x], [onerror], [onload], [onfocus], [onmouseover], #hit"
)
LINKS = "[href^='javascript' i], [href*='//evil'], [src*='//evil']"


@pytest.fixture(params=["index", "03_claim_audit"])
def address(request, served) -> str:
    return f"{served['hostile']}{request.param}.html"


def test_the_data_for_machines_end_where_they_should(visit, served):
    page = visit(f"{served['hostile']}03_claim_audit.html")
    (data,) = page.locator("script").all_text_contents()
    assert "</td></table>" in json.dumps(json.loads(data))


@pytest.mark.parametrize("mode", ["light", "phone"])
def test_nothing_of_it_is_active(visit, address, mode):
    page = visit(address, mode)
    page.evaluate("document.querySelectorAll('*').forEach(one => one.focus())")
    for cell in page.locator("tbody th").all()[:20]:
        cell.hover()
    assert page.evaluate("window.hit") is None
    assert page.locator(f"{BUILT}, {LINKS}").count() == 0
    assert page.locator("style").count() == 1
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]


def test_all_of_it_is_there_to_read(visit, served, hostile):
    page = visit(f"{served['hostile']}03_claim_audit.html")
    said = re.sub(r"\s+", " ", page.locator("main").inner_text())
    for name, text in hostile.items():
        if name not in ("direction", "control"):
            assert re.sub(r"\s+", " ", text).strip() in said, name
    assert "<img src=x onerror=hit()> $x$ {{7}}.csv" in page.locator("header").inner_text()


def test_what_cannot_be_seen_is_written_out(visit, served):
    page = visit(f"{served['hostile']}03_claim_audit.html")
    said = page.locator("main").inner_text()
    assert "\\u202eesrever" in said and "\\x1b[31mred" in said and "한국" in said
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u007f-\u009f]", said
    )


def test_no_cell_of_its_files_is_a_formula(runs):
    files = list((runs["hostile"] / "tables").glob("*.csv"))
    assert files
    for file in files:
        assert not re.search(r"""(^|,|")[=@]""", file.read_text("utf-8"), re.MULTILINE), file.name
