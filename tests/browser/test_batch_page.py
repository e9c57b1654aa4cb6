"""The page over all runs of a batch as a reader meets it: sorted, on a phone, without script."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from korus_helpers.figures.partners import countries, find_partner
from korus_helpers.runs.batch_index import batch_index
from korus_helpers.runs.grid import Ended, Setting

ACCESSIBLE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DAY = datetime(2026, 5, 24, tzinfo=UTC)
NAMED = ("Albania", "Côte d'Ivoire", "Cuba", "North Korea", "South Korea")
NOTEBOOKS = ("00_start_here", "01_goods_deficit", "02_auto_sector")
DEFICIT = "deficit, USD million"
HEADINGS = {"partner": 0, "last year": 2, DEFICIT: 3, "change, percent": 5, "rank": 6}
KEYS = """(table, at) => [...table.tBodies[0].rows].map(row =>
    row.cells[at].dataset.sort ?? row.cells[at].textContent.trim())"""
# Every fifth link that, with the focus, has something lying over the middle of its first line.
COVERED = """() => [...document.querySelectorAll(".runs a")].filter((_, n) => n % 5 === 0)
    .reverse().filter(link => {
        link.focus();
        const box = link.getClientRects()[0];
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return !link.contains(top);
    }).map(link => link.outerHTML)"""


def setting(name, partner, base, end):
    return Setting(name, (("partner", partner), ("base_year", str(base)), ("end_year", str(end))))


def ended():
    """A batch over a third of all countries, two pairs of years, with failures."""
    runs = [
        Ended(setting(f"{code}_{end}", find_partner(code).name, 2011, end), "done", 3.0)
        for code in sorted({*countries()[::3], *(find_partner(name).code for name in NAMED)})
        for end in ((2016, 2023) if code < "2000" else (2016,))
    ]
    why = (("01_goods_deficit", "Cell 7 stopped with KeyError: 'x'", "01_goods_deficit.ipynb"),)
    return [
        *runs,
        Ended(setting("nobody_2011-2016", "Nobody", 2011, 2016), "failed", 1.0, failures=why),
        Ended(setting("world_2011-2016", "World", 2011, 2016), "failed", 1.0, failures=why * 12),
    ]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    page = tmp_path_factory.mktemp("batch") / "index.html"
    said = ["10 partners without figures in 2011 and 2016 are not run: Yugoslavia and 9 more."]
    page.write_text(
        batch_index(ended(), said, NOTEBOOKS, "korus batch --partners all", DAY, 300.0)[0],
        encoding="utf-8",
    )
    return page.as_uri()


def keys(page, heading):
    return page.locator("table.runs").evaluate(KEYS, HEADINGS[heading])


def head(page, heading):
    return page.locator("table.runs thead th").nth(HEADINGS[heading])


def in_order(found, way):
    """Whether numbers stand in order, with those that are missing last."""
    known = [float(key) for key in found if key]
    assert "" in found and found[len(known) :] == [""] * (len(found) - len(known))
    return known == sorted(known, reverse=way == "descending")


def test_a_click_sorts_by_value_and_leaves_what_is_missing_last(visit, address):
    page = visit(address)
    for heading in ("rank", DEFICIT, "change, percent"):  # rank is in order to begin with
        for way in ("descending", "ascending"):
            head(page, heading).get_by_role("button").click()
            assert head(page, heading).get_attribute("aria-sort") == way
            assert page.locator("[aria-sort]").count() == 1
            assert in_order(keys(page, heading), way)


def test_rows_that_are_equal_keep_their_order(visit, address):
    page = visit(address)
    head(page, "partner").get_by_role("button").click()
    names = keys(page, "partner")
    assert names.index("Albania") < names.index("Côte d'Ivoire") < names.index("Cuba")
    before = list(zip(keys(page, "last year"), names, strict=True))
    head(page, "last year").get_by_role("button").click()
    after = list(zip(keys(page, "last year"), keys(page, "partner"), strict=True))
    assert after == [pair for year in ("2016", "2023") for pair in before if pair[0] == year]


def test_the_keyboard_sorts(visit, address):
    page = visit(address)
    page.get_by_label("Show only partners named").focus()
    page.keyboard.press("Tab")  # the region that scrolls
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "partner"
    for _ in range(HEADINGS[DEFICIT]):
        page.keyboard.press("Tab")
    for stroke, way in (("Enter", "descending"), ("Space", "ascending")):
        page.keyboard.press(stroke)
        assert head(page, DEFICIT).get_attribute("aria-sort") == way
        assert in_order(keys(page, DEFICIT), way)
        assert page.evaluate("document.activeElement.textContent") == DEFICIT


def test_the_box_shows_only_partners_of_that_name(visit, address):
    page = visit(address)
    every = page.locator(".runs tbody tr:visible").count()
    box = page.get_by_label("Show only partners named")
    box.fill(" kOREA")
    shown = page.locator(".runs tbody tr:visible th").all_inner_texts()
    assert sorted(shown) == ["North Korea", "South Korea"]
    box.fill("")
    assert page.locator(".runs tbody tr:visible").count() == every == len(ended())


def test_without_script_the_page_is_complete_and_sorted_by_rank(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("button, input").count() == 0
    rows = page.locator(".runs tbody tr")
    assert rows.count() == len(ended())
    ranks = [row.split("\t")[HEADINGS["rank"]] for row in rows.all_inner_texts()]
    places = [int(rank.split(" of ")[0]) for rank in ranks if rank != "–"]
    assert places == sorted(places) and set(ranks[len(places) :]) == {"–"}
    assert page.locator("th[aria-sort=ascending]").inner_text() == "rank"
    context.close()


def test_axe_finds_nothing_to_mend_in_light_and_dark(visit, address):
    page = visit(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for scheme, tags in (("light", ACCESSIBLE), ("dark", ["cat.color"])):
        page.emulate_media(color_scheme=scheme)
        wanted = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        found = Axe().run(page, options=wanted)
        assert found.violations_count == 0, (scheme, found.generate_report())


def test_on_a_phone_only_the_table_scrolls_and_its_head_stays(visit, address):
    page = visit(address, "phone")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    region = page.get_by_role("region", name="All runs")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth && one.tabIndex === 0")
    region.evaluate("one => { one.scrollIntoView(); one.scrollTop = 3000; one.scrollLeft = 200; }")
    top, left = region.evaluate("one => [one.getBoundingClientRect().y, one.scrollLeft]")
    partner = head(page, "partner").bounding_box()
    assert left > 0 and abs(partner["y"] - top) < 1 and partner["x"] >= 0


@pytest.mark.parametrize("mode", ["light", "phone"])
def test_what_has_the_focus_is_not_under_the_head_that_stays(visit, address, mode):
    page = visit(address, mode)
    assert page.evaluate(COVERED) == []


def test_paper_has_every_row_and_nothing_to_press(visit, address):
    page = visit(address, "dark")
    page.emulate_media(media="print")
    assert not page.locator(".filter").is_visible()
    region = page.get_by_role("region", name="All runs")
    assert region.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("mode", ["light", "phone"])
def test_words_of_strangers_are_text(visit, hostile, tmp_path, mode):
    failed = [
        Ended(
            Setting(f"run-{n}", (("partner", text), ("claim", text), ("end_year", "2016"))),
            "failed", 1.0, failures=((text[:200], text, "00_start_here.ipynb"),),
        )
        for n, text in enumerate(hostile.values())
    ]  # fmt: skip
    place = tmp_path / "index.html"
    place.write_text(
        batch_index(failed, list(hostile.values()), NOTEBOOKS, hostile["event"], DAY, 1.0)[0],
        encoding="utf-8",
    )
    page = visit(place.as_uri(), mode)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate("document.querySelectorAll('*').forEach(one => one.focus())")
    for button in page.locator(".runs thead button").all():
        button.click()
    page.locator(".filter input").fill("<script>")
    assert page.locator(".runs tbody tr:visible").count() == 1
    assert page.evaluate("window.hit") is None
    assert page.locator("#hit, iframe, svg, img, [onerror], [onmouseover], [onfocus]").count() == 0
    assert page.locator("script").count() == 1 and page.locator("style").count() == 1
    assert page.locator("a[href^='javascript' i], [href*='//evil']").count() == 0
    assert hostile["template"] in page.locator("main").inner_text()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]
