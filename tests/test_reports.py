"""Reports of notebooks that are written down here, cell by cell, and the index of a run."""

import base64
import io
import json
import re
from datetime import date

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from PIL import Image

import korus_helpers
from korus_helpers.present.displays import EVIDENCE, LINKED_DATA
from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.harvest import BadDisplay, displays, write_displays
from korus_helpers.runs.pages import card, html_report, index_page, readable
from korus_helpers.runs.reports import About, Facts, Table, read_report
from korus_helpers.runs.steps import Steps

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} $5 한국"


def png(size=(1152, 648)):
    picture = io.BytesIO()
    Image.new("RGB", size, "white").save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


def shown(data, metadata=None):
    return v4.new_output("display_data", data, metadata=metadata or {})


def sentence(text, **about):
    metadata = {"korus": {"kind": "sentence"} | about}
    return shown({"text/plain": text, "text/markdown": text}, metadata)


def figure(name="over_time", alt="Exports stood still", **data):
    bundle = {"image/png": png(), "text/plain": alt, "text/csv": "year,exports\n2016,42262.187\n"}
    about = {"image/png": {"alt": alt}, "korus": {"kind": "figure", "name": name}}
    return shown(bundle | data, about)


def table(name="goods", markup="<table><tr><td>1</td></tr></table>", csv="a\n1\n", **about):
    bundle = {"text/html": markup, "text/plain": "a", "text/csv": csv}
    return shown(bundle, {"korus": {"kind": "table", "name": name} | about})


def code(source, *outputs):
    return v4.new_code_cell(source, execution_count=1, outputs=list(outputs))


def markdown(text, **more):
    return v4.new_markdown_cell(text, **more)


def notebook(*cells):
    return v4.new_notebook(cells=[markdown("# Did exports fall?\n\nText."), *cells])


def report(*cells, **changes):
    standard = {
        "notebook": "01_goods",
        "notebooks": ["00_start", "01_goods"],
        "parameters": [("partner", "Korea, South", False), ("base_year", "2011", True)],
        "files": [],
        "command": "korus run -p base_year 2011 01_goods",
        "made": "23 November 2026, 18:45",
    }
    return read_report(notebook(*cells), About(**standard | changes))


def page(*cells, **changes):
    return BeautifulSoup(html_report(report(*cells, **changes)), "html.parser")


def facts(*cells):
    return report(*cells).facts


def assert_harmless(soup):
    """Nothing in the page would run in a browser, or be asked for without a click."""
    handlers = [k for tag in soup.find_all(True) for k in tag.attrs if k.startswith("on")]
    links = [a["href"] for a in soup.find_all(href=re.compile("(?i)^ *(javascript|data):(?!,$)"))]
    tags = soup.select("script, iframe, object, embed, base, svg, form, video, meta[http-equiv]")
    data = [tag for tag in tags if tag.attrs == {"type": "application/ld+json"}]
    for block in data:
        json.loads(block.string)
    policies = [tag for tag in tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert [tag["content"] for tag in policies] == [POLICY]
    assert [tag for tag in tags if tag not in (*data, *policies)] + handlers + links == []
    asked = [
        tag[key] for key in ("src", "srcset", "action") for tag in soup.find_all(**{key: True})
    ]
    asked += [tag["href"] for tag in soup.find_all("link") if tag["href"] != "data:,"]
    styles = "".join(style.get_text() for style in soup.find_all("style"))
    styles += "".join(tag["style"] for tag in soup.find_all(style=True))
    asked += re.findall(r"@import[^;]*|url\([^)]*\)", styles)
    assert [one for one in asked if not one.startswith("data:image/")] == []


def test_head_and_foot_say_what_was_asked_and_how_it_was_made():
    soup = page()
    assert soup.html["lang"] == "en"
    assert [h1.string for h1 in soup.find_all("h1")] == ["Did exports fall?"]
    assert soup.title.string == "Did exports fall? US trade with South Korea, 2011"
    parameters = {d.dt.get_text(): (d.dd.get_text(), d.get("class")) for d in soup.select("dl div")}
    assert parameters == {
        "partner": ("Korea, South", None),
        "base year": ("2011", ["changed"]),
    }
    for words in ("-p base_year 2011 01_goods", "korus_helpers", "pandas", "papermill", "18:45"):
        assert words in soup.footer.get_text()
    assert {a["href"] for a in soup.select("header .back a")} == {"index.html", "glossary.html"}
    assert [a["href"] for a in soup.select("footer nav a")] == ["00_start.html"] * 2
    assert soup.select_one("footer nav a[rel=prev]")["href"] == "00_start.html"
    assert soup.select_one("footer nav [aria-current=page]").get_text() == "01 goods"
    bare = html_report(read_report(v4.new_notebook(), About("a", ["a"], [], [], "korus", "today")))
    bare = BeautifulSoup(bare, "html.parser")
    assert bare.h1.string == bare.title.string == "a"
    assert not bare.select("nav, dl, .finding, .tally, footer table")
    assert bare.select_one(".citation").get_text() == (
        f"The KORUS authors: a. KORUS {korus_helpers.__version__}, today."
    )


def test_what_a_notebook_says_of_itself_is_in_head_foot_and_facts():
    before = sentence("Partner: Mexico.", vintages=["2024-08"])
    counts = {"not reproduced": 1, "as printed": 3, "no verdict": 5}
    counted = sentence("Second.", vintages=["2018-10", "2024-08"], verdicts=counts)
    sources = table("sources", tables=[["quoted", "2017 <i>", "ab12"], ["annual", "2024", "cd"]])
    heading = sentence("### What next?\n\nMore below.")
    outputs = [
        heading,
        sentence("They <i>fell</i>."),
        counted,
        figure(),
        figure("b", "Second"),
        sources,
    ]
    cells = code("", before), markdown("## Totals"), code("", *outputs)
    assert facts(*cells) == Facts(
        "Did exports fall?",
        "They <i>fell</i>.",
        ("2024-08", "2018-10"),
        (("as printed", 3), ("not reproduced", 1)),
        (Table("quoted", "2017 <i>", "ab12"), Table("annual", "2024", "cd")),
        base64.b64decode(png()),
        "Exports stood still",
    )
    soup = page(*cells)
    assert soup.select_one("header .finding").get_text() == "They fell."
    assert [(li.get_text(strip=True), li.a["href"]) for li in soup.select(".tally li")] == [
        ("3as printed", "glossary.html#as-printed"),
        ("1not reproduced", "glossary.html#not-reproduced"),
    ]
    assert soup.select("header dd")[-1].get_text() == "2024-08, 2018-10"
    assert soup.select_one(".citation").get_text() == (
        "The KORUS authors: Did exports fall? (partner Korea, South; base year 2011; figures of "
        f"vintage 2024-08, 2018-10). KORUS {korus_helpers.__version__}, 23 November 2026, 18:45."
    )
    rows = [[cell.get_text() for cell in row(["th", "td"])] for row in soup.select("footer tr")]
    assert rows[1:] == [["quoted", "2017 <i>", "ab12"], ["annual", "2024", "cd"]]
    assert facts() == Facts("Did exports fall?")


def test_contents_lead_to_each_heading_even_of_the_same_name():
    soup = page(markdown('## Totals & "shares"\n\n### Totals\n\n# Totals\n\n#### Deep'))
    entries = [(a.get_text(), a["href"]) for a in soup.nav.find_all("a")]
    assert [text for text, _ in entries] == ['Totals & "shares"', "Totals", "Totals"]
    anchors = [heading["id"] for heading in soup.main.find_all(["h2", "h3", "h4"])]
    assert anchors == ['Totals-&-"shares"', "Totals", "Totals-2", "Deep"]
    assert entries[0][1] == "#Totals-%26-%22shares%22"


def test_a_section_that_shows_nothing_is_left_out_with_its_heading():
    cells = [markdown("## Gone\n\nNo figures."), code("x = 1"), markdown("More."), code("y = 1")]
    kept = [markdown("## Words only"), markdown("## Shown"), code("z = 1", sentence("z is 1."))]
    failed = [markdown("## Not reached"), v4.new_code_cell("never = 1")]
    text = page(*cells, *kept, *failed).get_text()
    assert "Gone" not in text and "More." not in text and "y = 1" not in text
    assert all(words in text for words in ("Words only", "z is 1.", "Not reached", "never = 1"))


def test_code_is_there_and_hidden_until_the_box_is_ticked():
    streams = [
        v4.new_output("stream", name=one, text="<b>\x1b[31m") for one in ("stdout", "stderr")
    ]
    result = v4.new_output("execute_result", {"text/plain": "2"})
    soup = page(code("1 + 1", result, *streams), code(" "))
    switch = soup.find(id="show-code")
    assert (switch.name, switch["type"], switch.has_attr("checked")) == ("input", "checkbox", False)
    assert soup.find("label", attrs={"for": "show-code"}).get_text() == "Show code"
    assert [block.name for block in soup.select("#show-code ~ .code")] == ["div", "pre"]
    assert "#show-code:not(:checked) ~ .code { display: none; }" in soup.style.get_text()
    assert soup.select_one(".code").get_text().strip() == "1 + 1"
    assert [pre.get_text() for pre in soup.select("pre.stream")] == ["2", "<b>", "<b>"]
    assert len(soup.select("pre.stream.code")) == 1


def test_figures_have_the_finding_as_alternative_text_a_number_and_their_files():
    files = ["charts/01_goods-over_time.png", "charts/01_goods-over_time.csv"]
    soup = page(code("", figure(alt='Exports "stood" still')), files=files)
    assert soup.figure.img["alt"] == 'Exports "stood" still'
    assert soup.figcaption.get_text().startswith('Figure 1. Exports "stood" still')
    assert [a["href"] for a in soup.figcaption.find_all("a")] == files


def test_tables_have_a_number_scopes_files_and_room_of_their_own():
    markup = (
        '<div style="overflow-x:auto"><table class="korus"><caption><b>Goods</b></caption>'
        "<thead><tr><th>year</th><th>as printed</th></tr></thead><tbody><tr><th>2016</th>"
        f'<td style="text-align:right;position:fixed">{"long " * 9}</td></tr>'
        "<tr><th>2017</th><td>as printed</td></tr></tbody></table></div>"
    )
    soup = page(code("", table(markup=markup)), files=["tables/01_goods-goods.csv"])
    assert soup.caption.get_text() == "Table 1. Goods"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "row", "row"]
    assert soup.td["style"].replace(" ", "").strip(";") == "text-align:right"
    assert soup.td["class"] == ["long"]
    region = soup.table.parent
    assert (region["class"], region["tabindex"]) == (["scroll"], "0")
    assert region["aria-label"] == "Table 1. Goods"
    assert soup.select_one("p.files a")["href"] == "tables/01_goods-goods.csv"
    # A verdict leads to the glossary; the name of a column does not.
    assert [(a.parent.name, a["href"], a["class"]) for a in soup.select(".verdict")] == [
        ("td", "glossary.html#as-printed", ["verdict", "as-printed"])
    ]


def test_columns_stay_below_each_other():
    ragged = "<table><tr><td>a<td>b<tr><td>c<table><tr><td>d</table></table>"
    rows = page(code("", table(markup=ragged))).select("tbody > tr")
    assert [len(row.find_all("td", recursive=False)) for row in rows] == [2, 2, 1]
    frame = pd.DataFrame({"usd": [1, 2]}, pd.MultiIndex.from_product([["Mexico"], [2011, 2016]]))
    spans = {"text/html": frame.to_html(), "text/plain": str(frame)}
    soup = page(code("", shown(spans)))
    assert not soup.main.find("table") and soup.main.pre.get_text() == str(frame)


def test_addresses_are_links_in_the_table_of_sources_only():
    markup = "<table><tr><th>a</th><td>https://census.gov/x</td><td>javascript:x</td></tr></table>"
    soup = page(code("", table("sources", markup), table("claims", markup)))
    assert [a["href"] for a in soup.select("td a")] == ["https://census.gov/x"]


def test_a_failed_notebook_says_so_on_top_and_where_it_stopped():
    error = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=["/home/me/x.py"])
    marker = markdown("marker", metadata={"tags": ["papermill-error-cell-tag"]})
    soup = page(marker, code("x", error), failure="Cell 3 stopped with KeyError: '<x>'")
    assert [box.get_text() for box in soup.select(".failure")] == [
        "This report is not complete. Cell 3 stopped with KeyError: '<x>'",
        "The notebook stopped here. Cell 3 stopped with KeyError: '<x>'",
    ]
    assert "marker" not in soup.get_text() and "/home" not in soup.get_text()


def test_links_lead_to_other_reports_of_the_run_or_nowhere():
    text = "[a](00_start.ipynb#Totals) [b](05_other.ipynb) [c](../README.md) [d](#Totals)"
    text += " [e](https://census.gov/x) [f](./01_goods.ipynb)"
    links = {a.get_text(): a["href"] for a in page(markdown(text)).main.find_all("a")}
    assert links == {
        "a": "00_start.html#Totals",
        "d": "#Totals",
        "e": "https://census.gov/x",
        "f": "01_goods.html",
    }


MARKUP = f"""{HOSTILE}
<style>@import url(http://x.test/a.css); body {{ background: url(//x.test/b.png) }}</style>
<img src="https://x.test/c.png" srcset="https://x.test/d.png"> ![e](https://x.test/e.png)
<iframe src="https://x.test"></iframe><link rel="stylesheet" href="https://x.test/f.css">
<a href="javascript:alert(3)" onclick="alert(4)">g</a> [h](javascript:alert(5))
<a href=" DATA:text/html,<script>alert(6)</script>">i</a>
<table><tr><td style="background:url(https://x.test/j.png)" onclick="alert(7)">k</td></tr></table>
<form action="https://x.test"><input id="show-code" name="l"></form><svg onload="alert(8)"></svg>
<meta http-equiv="refresh" content="0;url=https://x.test"><base href="https://x.test/">"""


def test_nothing_hostile_is_active_and_nothing_is_asked_for():
    soup = page(
        markdown(MARKUP),
        markdown(f"## {MARKUP}"),
        code(MARKUP, sentence(MARKUP), table(markup=MARKUP), figure(alt=HOSTILE)),
        code("", shown({"application/javascript": "alert(9)", "text/plain": HOSTILE})),
        code("", shown({"image/svg+xml": "<svg onload='alert(1)'/>", "text/plain": "an image"})),
        code("", shown({LINKED_DATA: {"url": MARKUP}, "text/markdown": MARKUP})),
        notebook=HOSTILE,
        parameters=[(HOSTILE, HOSTILE, True)],
        command=HOSTILE,
        failure=HOSTILE,
        made=HOSTILE,
    )
    assert_harmless(soup)
    assert [tag.get("id") for tag in soup.find_all("input")] == ["show-code"]
    assert "an image" in soup.main.get_text()
    assert soup.dd.get_text() == soup.figure.img["alt"] == HOSTILE
    assert soup.select_one(".command").get_text() == HOSTILE
    assert_harmless(page(code("x = 1", sentence("Exports *fell*."), figure(), table())))


@pytest.mark.parametrize(
    ("markup", "safe"),
    [
        ("a <script>b</script> <b>c</b>", "a &lt;script&gt;b&lt;/script&gt; <b>c</b>"),
        ("<style>td { color: red }</style>a", "a"),
        ('<a href="https://census.gov" class="x" id="text">a</a>',
         '<a href="https://census.gov">a</a>'),
        ('<a href=" DATA:text/html,x">a</a>', "a"),
        ('<img src="https://x.test/a.png" alt="a">', '<img alt="a"/>'),
        ("<div>" * 21 + "deep", "<pre tabindex=\"0\">" + "&lt;div&gt;" * 21 + "deep</pre>"),
        ("<!-- a --><p onclick='x'>b", "<p>b</p>"),
    ],
)  # fmt: skip
def test_markup_keeps_text_and_loses_what_acts(markup, safe):
    *_, block = report(code("", table(markup=markup))).blocks
    assert block["markup"] == safe


@pytest.mark.parametrize(
    "part", ["<div>", "<a ", "<a href='", "<script>", "<td>", "<table><tr><td>", "<ul><li>",
             "<table>a<b>c", "<b></i>", "<p>"],
)  # fmt: skip
def test_broken_markup_is_inside_its_place_however_much_there_is(part):
    soup = page(code("", table(markup=f"{part * 8000}here"), table("b", markup="after")))
    assert "here" in soup.main.get_text()
    assert soup.main.find_all(recursive=False)[-1].get_text() == "after"


def test_outputs_that_are_too_large_are_named_and_left_out():
    large = "x" * 1_000_000
    stream = v4.new_output("stream", name="stdout", text=large)
    soup = page(markdown(large), code(large, stream, table(markup=large)))
    assert len(str(soup)) < 100_000
    assert soup.main.get_text().count("1,000,000 characters, is left out") == 4


def test_pictures_attached_to_a_cell_are_shown_and_formulas_stay_as_typed():
    cell = markdown("![map](attachment:a.png) $x_1 * y_1$ $$z$$ <code>b</code> ~~c~~")
    cell["attachments"] = {"a.png": {"image/png": png((3, 2))}}
    main = page(cell, code("", sentence("Exports *fell*."))).main
    assert main.img["src"].startswith("data:image/png;base64,") and main.img["alt"] == "map"
    assert "$x_1 * y_1$" in main.get_text() and "$$z$$" in main.get_text()
    assert (main.em.get_text(), main.code.get_text(), main.find("del").get_text()) == (
        "fell", "b", "c",
    )  # fmt: skip
    lost = page(markdown("Text ![b](attachment:b.png)")).main
    assert "Text" in lost.get_text()


@pytest.mark.parametrize("rows", [2, 1])
def test_the_url_of_a_review_leads_to_the_row_of_its_verdict(rows):
    document = {"@graph": [{"url": f"#claim-{name}", "of": HOSTILE} for name in "ab"]}
    body = "".join(f"<tr><th>{name}</th></tr>" for name in "ab"[:rows])
    data = {LINKED_DATA: document, "text/markdown": "Reviews."}
    soup = page(code("", table("verdicts", f"<table>{body}</table>"), shown(data)))
    (script,) = soup.find_all("script")
    assert script["type"] == "application/ld+json" and json.loads(script.string) == document
    assert not re.search("[<>&\u2028\u2029]", script.string)
    places = [soup.find(id=f"claim-{name}") for name in "ab"]
    # Where there is not a row for each: near the data at least.
    assert [place.name for place in places] == (["tr", "tr"] if rows == 2 else ["span", "span"])


def test_displays_are_filed_under_the_name_of_the_notebook(tmp_path):
    executed = notebook(code("", sentence("It fell."), figure(), table(), table("verdicts")))
    files = write_displays(executed, "00_start", tmp_path)
    assert files == [
        "charts/00_start-over_time.png",
        "charts/00_start-over_time.csv",
        "tables/00_start-goods.csv",
        "tables/00_start-verdicts.csv",
        "verdicts.csv",
    ]
    assert (tmp_path / files[0]).read_bytes() == base64.b64decode(png())
    assert (tmp_path / files[1]).read_bytes() == b"year,exports\n2016,42262.187\n"
    assert (tmp_path / "verdicts.csv").read_bytes() == b"a\n1\n"
    assert not list(tmp_path.rglob("*.unfinished"))
    other = write_displays(executed, "03_audit", tmp_path / "other", speaks=False)
    assert "verdicts.csv" not in other
    assert [d.text for d in displays(executed.cells) if d.kind == "sentence"] == ["It fell."]


def handed_on(**changes):
    files = {"verdicts.json": '{"tolerance": 0.05, "vintage": "latest"}\n', "claims.csv": "id\na\n"}
    return shown({EVIDENCE: files | changes, "text/markdown": "Files.", "text/plain": "Files."})


def test_evidence_is_filed_with_a_manifest_and_linked_below_its_table(tmp_path):
    cell = code("", table("evidence"), handed_on())
    files = write_displays(notebook(cell), "03_audit", tmp_path)
    names = ["claims.csv", "manifest.json", "verdicts.json"]
    paths = [f"evidence/03_audit/{name}" for name in names]
    assert files == ["tables/03_audit-evidence.csv", *paths]
    manifest = json.loads((tmp_path / paths[1]).read_text("utf-8"))
    assert manifest["files"]["claims.csv"]["bytes"] == len((tmp_path / paths[0]).read_bytes())
    soup = page(cell, notebook="03_audit", files=files)
    assert [(a.get_text(), a["href"]) for a in soup.select("p.files a")] == [
        ("Data (CSV)", "tables/03_audit-evidence.csv"), *zip(names, paths, strict=True)
    ]  # fmt: skip
    shown_card = card(facts(cell), Outcome("03_audit", "done", 1), files)
    assert shown_card["files"] == [("evidence.csv", "tables/03_audit-evidence.csv")]


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([handed_on(**{"../x.csv": ""})], r"no evidence has a file called '../x.csv'"),
        ([handed_on(**{"rows/a/b.csv": ""})], "no evidence has a file called"),
        ([handed_on(**{"rows/elsewhere.csv": "a\n"})], 'no table is named "elsewhere"'),
        ([handed_on(**{"manifest.json": ""})], "no evidence has a file called"),
        ([handed_on(**{"verdicts.json": "x"})], "the evidence cannot be filed"),
        ([handed_on(**{"claims.csv": 1})], "the evidence cannot be filed"),
        ([shown({EVIDENCE: "x"})], "the evidence cannot be filed"),
        ([handed_on(), handed_on()], "two outputs hand on evidence"),
        ([figure("../../x")], r"the name of the figure '../../x' may hold only a-z, 0-9, _ and -"),
        ([table("a\n")], "may hold only"),
        ([table("")], "may hold only"),
        ([table(None)], "may hold only"),
        ([table(), table()], "two tables are called 'goods'"),
        ([figure(**{"image/png": "x"})], "the figure 'over_time' comes without a picture"),
        ([shown({}, {"korus": {"kind": "table", "name": "a"}})], "without the figures behind it"),
    ],
)
def test_what_cannot_be_filed_is_named_and_nothing_is_written(tmp_path, outputs, message):
    with pytest.raises(BadDisplay, match=message):
        write_displays(notebook(code("", table("first"), *outputs)), "03_audit", tmp_path)
    assert not any(tmp_path.iterdir())


def test_a_card_shows_title_finding_small_figure_reports_and_files():
    said = Facts("Did exports fall?", "First.", picture=base64.b64decode(png()), alt="Alt")
    files = ["01_goods.html", "01_goods.pdf", "01_goods.ipynb", "charts/01_goods-over_time.png",
             "evidence/01_goods/README.txt", "verdicts.csv"]  # fmt: skip
    shown_card = card(said, Outcome("01_goods", "done", 2.345), files)
    assert (shown_card["title"], shown_card["finding"]) == ("Did exports fall?", "First.")
    assert shown_card["links"] == [("Report", "01_goods.html"), ("PDF", "01_goods.pdf"),
                                   ("Notebook", "01_goods.ipynb"),
                                   ("Evidence", "evidence/01_goods/README.txt")]  # fmt: skip
    assert shown_card["files"] == [("over_time.png", "charts/01_goods-over_time.png")]
    with Image.open(io.BytesIO(base64.b64decode(shown_card["picture"]))) as picture:
        assert picture.size == (640, 360)
    broken = card(Facts(), Outcome("a", "failed", 1, 3, "x"), [])
    assert (broken["title"], broken["picture"], broken["failure"]) == (
        "a", "", "Cell 3 stopped with x"
    )  # fmt: skip


def index(*shown_for_run, cards=(), said=(), verdicts=(), steps=(), today=None):
    text = index_page(cards, said, verdicts, shown_for_run, HOSTILE, HOSTILE, steps, today)
    return BeautifulSoup(text, "html.parser")


def test_the_index_escapes_everything_and_asks_for_nothing():
    hostile_card = dict.fromkeys(("title", "finding", "alt", "failure"), HOSTILE) | {
        "picture": png(), "links": [(HOSTILE, f"{HOSTILE}.html")], "files": [(HOSTILE, HOSTILE)],
    }  # fmt: skip
    verdicts = [dict.fromkeys(("id", "printed", "verdict", "vintage", "misprint"), HOSTILE)
                | {"official": "42262.187", "unit": "million dollars", "verdict_today": ""},
                {"id": "b", "official": "March 2012", "unit": "date", "verdict": "as printed",
                 "verdict_today": "not reproduced"}]  # fmt: skip
    said = [Facts(HOSTILE, HOSTILE, (HOSTILE,), (("as printed", 2),), (Table(*[HOSTILE] * 3),))]
    steps = [(HOSTILE, {HOSTILE: HOSTILE})]
    partner = ("partner", HOSTILE, False)
    soup = index(partner, cards=[hostile_card], said=said, verdicts=verdicts, steps=steps)
    assert_harmless(soup)
    assert soup.h1.get_text() == f"US trade with {HOSTILE}"
    rows = [[cell.get_text() for cell in row(["th", "td"])] for row in soup.select(".verdicts tr")]
    assert rows[1:] == [
        [HOSTILE, HOSTILE, "42,262.2 million dollars", HOSTILE, f"misprint suspected: {HOSTILE}",
         HOSTILE],
        ["b", "", "March 2012", "as printed", "today: not reproduced", ""],
    ]  # fmt: skip
    assert soup.select_one(".verdicts a")["href"] == "glossary.html#as-printed"
    empty = index()
    assert empty.h1.string == "Reports" and not empty.select("table, .tally, .finding")


def test_the_head_of_the_index_is_about_the_partner_and_years_that_were_asked_for():
    said = [Facts(finding="Of ten.", verdicts=(("as printed", 4),)), Facts(finding="It rose.")]

    def head(*shown_for_run):
        soup = index(*shown_for_run, said=said)
        return soup.h1.string, soup.select_one(".finding").get_text(), len(soup.select(".tally"))

    years = [("base_year", "2011", False), ("end_year", "2016", False)]
    assert head(("partner", "kor", False), *years) == (
        "US trade with South Korea, 2011 to 2016", "Of ten.", 1
    )  # fmt: skip
    assert head(("claims_file", "a.yaml", True), ("partner", "kor", False)) == (
        "Claims in a.yaml", "Of ten.", 1
    )  # fmt: skip
    assert head(("partner", "Atlantis", True)) == ("US trade with Atlantis", "It rose.", 0)
    assert head(("end_year", "2020", True)) == ("Reports", "It rose.", 0)


def test_a_notice_says_where_the_newest_figures_are_older_than_a_year():
    def notice(partner, year):
        soup = index(("partner", partner, True), today=date(year, 11, 24))
        return [one.get_text() for one in soup.select(".notice")]

    assert "end in January 2026, more than a year ago" in notice("Mexico", 2027)[0]
    assert notice("Mexico", 2026) == notice("South Korea", 2026) == notice("Atlantis", 2026) == []


def test_steps_are_summed_and_said():
    steps = Steps()
    steps.add("execute", "00", 2.04, 1000)
    steps.add("execute", "01", 3.0, 2000)
    assert steps.timed("HTML", "00", lambda: b"abc") == b"abc"
    assert steps.of("01") == {"execute": {"seconds": 3.0, "bytes": 2000}}
    assert steps.total()["execute"] == {"seconds": 5.04, "bytes": 3000}
    name, cells = steps.rows(["00", "01"])[-1]
    assert (name, cells["execute, s"], cells["execute, kB"]) == ("together", "5.0", "3")
    assert steps.sentence().startswith("execute 5.0 s (0.0 MB), HTML 0.0 s")
    rows = index(steps=steps.rows(["00", "01"])).select("main table tr")
    assert [cell.get_text() for cell in rows[1](["th", "td"])] == ["00", "2.0", "1", "0.0", "0"]


def test_numbers_of_the_verdict_table_are_rounded_for_reading_only():
    numbers = ("42262.187", "-2.7598", "13.2", "2", "$3.5", "")
    assert [readable(text) for text in numbers] == ["42,262.2", "−2.76", "13.20", "2", "$3.5", ""]
    assert readable("13.2", "percent") == "13.20 percent"
    assert (readable("2", "count"), readable("6.0", "rank")) == ("2", "place 6")


def test_every_number_of_a_sentence_or_table_opens_to_what_is_behind_it():
    head = "<thead><tr><th>measure</th><th>2011</th><th>2016</th><th>change</th></tr></thead>"
    rows = "<tr><th>exports</th><td>43,461.6</td><td>42,262.2</td><td>−1,199.4</td></tr>"
    rows += "<tr><th>deficit</th><td>13,199.7</td><td>27,624.6</td><td>+14,424.0</td></tr>"
    caption = "<caption>US goods trade with South Korea, million dollars</caption>"
    said = (
        "US imports from South Korea rose by USD 13.2 billion from 2011 to 2016, and the US goods "
        "deficit with South Korea from USD 13.2 billion to 27.6 billion, as “$3.5 billion” is not."
    )
    other = "The deficit with Taiwan was USD 13.2 billion in 2011 and not USD 43.5 billion."
    cars = (
        "In 2016 the deficit with South Korea in passenger cars was USD 14,488.0 million and that "
        "with Taiwan in all goods USD 13.2 billion; it was not −14,488.0 million."
    )
    cells = [
        sentence(said),
        sentence(other),
        sentence(cars),
        table(markup=f"<table>{caption}{head}{rows}</table>"),
    ]
    values = {"partner": "Korea, South", "base_year": "2011", "end_year": "2016"}
    shown_for = [(name, value, False) for name, value in values.items()]
    soup = page(markdown("## Totals"), code("", *cells), parameters=shown_for)
    notes = {one["id"]: one for one in soup.select("ol.notes > li[popover]")}
    opened = [
        (one.string, notes[one["popovertarget"]])
        for one in soup.select("main button:not([popover] *)")
    ]
    commands = [
        (number, note.pre.get_text().partition("--partner 'South Korea' ")[::2] if note.pre else "")
        for number, note in opened
    ]
    change = "--from 2011 --to 2016 --as change --vintage 2026-06"
    level = "--period {} --vintage 2026-06"
    found = [(number, to and (to[0].split()[2], to[1])) for number, to in commands]
    assert found == [
        ("13.2", ("imports", change)),
        ("13.2", ("deficit", level.format(2011))),
        ("27.6", ("deficit", level.format(2016))),
        ("13.2", ""),
        ("43.5", ""),
        ("14,488.0", ("deficit", "--period 2016 --sector passenger_cars --vintage latest")),
        ("13.2", ("deficit", "")),
        ("−14,488.0", ""),
        ("43,461.6", ("exports", level.format(2011))),
        ("42,262.2", ("exports", level.format(2016))),
        ("−1,199.4", ("exports", change)),
        ("13,199.7", ("deficit", level.format(2011))),
        ("27,624.6", ("deficit", level.format(2016))),
        ("+14,424.0", ""),  # is no figure: nothing is promised
    ]  # fmt: skip
    exact = next(note for number, note in opened if number == "27,624.6").get_text(" ", strip=True)
    assert "US goods deficit with South Korea, 2016: USD 27,624.6 million" in exact
    assert "vintage 2026-06; source: U.S. Census Bureau" in exact and "exports" in exact
    assert "Calculated by this notebook" in opened[-1][1].get_text()
