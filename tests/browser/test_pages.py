"""The pages of real runs as a reader meets them: in light and dark, on a phone, by keyboard.

That a page opens no dialog or window, asks for nothing and says nothing on the console is checked
of every page that is visited.
"""

import functools
import json
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

REPORTS = [
    path.stem for path in sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
]
PAGES = [
    *(("default", page) for page in ("index", "glossary", *REPORTS)),
    *((run, page) for run in ("hostile", "text") for page in ("index", "03_claim_audit")),
]
LARGEST = 1_000_000  # bytes
ACCESSIBLE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Regions that scroll, and may therefore be wider or higher than what they show.
SCROLLED = """() => [...document.querySelectorAll("*")].filter(one =>
    ["auto", "scroll"].includes(getComputedStyle(one).overflowX)
    && one.scrollWidth > one.clientWidth + 1 && one.getClientRects().length)"""
# What has the focus: where it stands, whether it is seen, and how it is marked.
FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    one.dataset.reached = "yes";
    return {
        what: one.outerHTML.slice(0, 120), page: one === document.body,
        seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0
            && box.left < innerWidth && box.top < innerHeight,
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""
# What is cut or stands beyond the screen at a width; a table may scroll, and then says so.
BEYOND = """() => [...document.querySelectorAll("body *")].filter(one => {
    if (one.closest(".unseen, .skip, [popover], .judged thead")) return false;
    const box = one.getBoundingClientRect(), table = one.closest("[role=region]");
    const wide = one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).overflowX !== "visible" && one.clientWidth > 0;
    if (one === table && wide)
        return !one.querySelector("table")
            || getComputedStyle(one, "::before").content.length < 9;
    return !table && (wide || box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 120))"""
# Cards whose figure or verdict does not stand whole in the upper half of it, within the screen.
HIDDEN = """() => [...document.querySelectorAll(".judged tbody tr")].filter(row =>
    [...row.querySelectorAll("[data-label='as printed'], [data-label=verdict]")].some(cell => {
        const box = cell.getBoundingClientRect(), card = row.getBoundingClientRect();
        return box.right > innerWidth || box.left < 0 || box.top > card.top + 120;
    })).map(row => row.innerText)"""
# What Chromium would have built from the words of strangers, had they become markup.
BUILT = (
    "script:not([type='application/ld+json']), iframe, svg, meta[http-equiv=refresh], "
    "link[rel=stylesheet], img[src=x], [onerror], [onload], [onfocus], [onmouseover], #hit, "
    "[href^='javascript' i], [href*='//evil'], [src*='//evil']"
)


@pytest.fixture(params=PAGES, ids="-".join)
def address(request, served) -> str:
    run, page = request.param
    return f"{served[run]}{page}.html"


def show_everything(page):
    """Turn the code on and open what is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    if page.locator("#show-code").count():
        page.locator("#show-code").check()


def test_every_page_of_a_run_is_tested_here_and_none_is_too_large(runs):
    assert {page.stem for page in runs["default"].glob("*.html")} == {
        page for run, page in PAGES if run == "default"
    }
    sizes = {page: page.stat().st_size for run in runs.values() for page in run.glob("*.html")}
    assert not {page.name: size for page, size in sizes.items() if size > LARGEST}


def test_axe_finds_nothing_to_mend_and_paper_has_the_colours_of_day(visit, address):
    page = visit(address)
    show_everything(page)
    # The scheme changes colours only, so the second look is at those alone.
    for scheme, tags in (("light", ACCESSIBLE), ("dark", ["cat.color"])):
        page.emulate_media(color_scheme=scheme)
        wanted = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        found = Axe().run(page, options=wanted)
        assert found.violations_count == 0, (scheme, found.generate_report())
    page.emulate_media(media="print", color_scheme="dark")
    for part in page.locator("nav, .skip, .back, #show-code, #show-code + label, .code").all():
        assert not part.is_visible(), part.evaluate("one => one.outerHTML")[:120]
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_on_a_phone_nothing_is_too_wide_and_the_keyboard_reaches_all_that_scrolls(visit, address):
    page = visit(address, "phone")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate(FOCUSED)["what"]
    stops = []
    while not (stop := page.evaluate(FOCUSED))["page"]:
        stops.append(stop)
        page.keyboard.press("Tab")
    assert not [stop["what"] for stop in stops if not (stop["seen"] and stop["marked"])]
    missed = f"({SCROLLED})().filter(one => !one.dataset.reached).map(one => one.outerHTML)"
    assert not [markup[:120] for markup in page.evaluate(missed)]
    show_everything(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_at_every_width_nothing_is_cut_and_only_tables_that_say_so_scroll(visit, address):
    page = visit(address, "phone")
    for width in (360, 800, 1100, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BEYOND) == [], width
        narrow = page.evaluate(
            "[...document.querySelectorAll('figure img')].map(one =>"
            "one.naturalWidth < 600 && one.clientWidth > 300)"
        )
        assert narrow == [width == 360] * len(narrow)  # drawn again for a phone
        if width == 360:
            assert page.evaluate(HIDDEN) == []


def test_every_number_opens_by_keyboard_to_a_note_that_fits_the_screen(visit, served):
    page = visit(f"{served['default']}01_goods_deficit.html", "phone")
    buttons = page.locator("button[popovertarget]:not([popover] *)").all()
    assert len(buttons) > 100
    for button in buttons:
        button.focus()
        page.keyboard.press("Enter")
        note = page.locator("[popover]:popover-open")
        box = note.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["height"] > 30
        page.keyboard.press("Escape")
        assert note.count() == 0
    text = page.locator(".notes").inner_text
    page.emulate_media(media="print")
    assert "korus value deficit" in text() and "Calculated by this notebook" in text()


@functools.cache
def _places(url: str) -> set[str] | None:
    """The anchors of the page at `url`, empty for other files; None where nothing answers."""
    try:
        with urlopen(url) as answer:
            if answer.headers.get_content_type() != "text/html":
                return set()
            page = BeautifulSoup(answer.read(), "html.parser")
    except HTTPError:
        return None
    return {one["id"] for one in page.find_all(id=True)}


def test_every_link_leads_somewhere_and_the_first_past_the_head(visit, address):
    page = visit(address)
    links = page.evaluate("[...document.links].map(one => one.getAttribute('href'))")
    assert links
    for link in links:
        url, place = urldefrag(urljoin(address, link))
        if url.startswith(urljoin(address, ".")):
            places = _places(url)
            assert places is not None, link
            assert not place or unquote(place) in places, link
        else:
            assert url.startswith("https://"), link
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash !== ''")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('header, nav') === null")


def test_the_switch_shows_the_code_and_the_arrows_scroll_a_table(visit, served):
    page = visit(f"{served['default']}01_goods_deficit.html", "phone")
    code, switch = page.locator(".code").first, page.get_by_label("Show code")
    assert not code.is_visible()
    page.get_by_text("Show code", exact=True).click()
    assert code.is_visible()
    switch.focus()
    page.keyboard.press("Space")
    assert not code.is_visible()
    wide = page.evaluate_handle(f"({SCROLLED})().find(one => one.querySelector('table'))")
    wide.evaluate("one => one.focus()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=wide)


def test_a_page_works_from_the_disk_and_one_for_another_partner_names_it(visit, runs):
    page = visit((runs["mexico"] / "01_goods_deficit.html").as_uri(), "dark")
    assert page.locator("figure img").count() >= 3
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth)")
    assert "Mexico" in page.locator(".finding").inner_text()
    alts = page.locator("figure img").evaluate_all("all => all.map(one => one.alt)")
    assert any("Mexico" in alt for alt in alts)
    assert "Korea" not in " ".join(alts)


@pytest.mark.parametrize("mode", ["light", "phone"])
@pytest.mark.parametrize("name", ["index", "03_claim_audit"])
def test_nothing_that_strangers_wrote_is_active(visit, served, name, mode):
    page = visit(f"{served['hostile']}{name}.html", mode)
    page.evaluate("document.querySelectorAll('*').forEach(one => one.focus())")
    for cell in page.locator("tbody th").all()[:20]:
        cell.hover()
    assert page.evaluate("window.hit") is None
    assert page.locator(BUILT).count() == 0
    assert page.locator("style").count() == 1
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]


def test_all_that_strangers_wrote_is_there_to_read(visit, served, hostile):
    page = visit(f"{served['hostile']}03_claim_audit.html")
    text = page.locator("main").inner_text()
    said = re.sub(r"\s+", " ", text)
    for name, words in hostile.items():
        if name not in ("direction", "control"):
            assert re.sub(r"\s+", " ", words).strip() in said, name
    assert "<img src=x onerror=hit()> $x$ {{7}}.csv" in page.locator("header").inner_text()
    # What cannot be seen is written out.
    assert "\\u202eesrever" in text and "\\x1b[31mred" in text and "한국" in text
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u007f-\u009f]", text
    )
    (data,) = page.locator("script").all_text_contents()
    assert "</td></table>" in json.dumps(json.loads(data))
