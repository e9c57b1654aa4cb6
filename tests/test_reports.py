"""Reports of executed notebooks that are written down here, cell by cell."""

import base64
import io
import json
import re
import time
from datetime import date

import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from PIL import Image

import korus_helpers
from korus_helpers.present.displays import EVIDENCE
from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.harvest import BadDisplay, displays, write_displays
from korus_helpers.runs.index import card, index_page, readable
from korus_helpers.runs.markup import html_of, read_html
from korus_helpers.runs.pages import Table
from korus_helpers.runs.reports import About, Facts, facts_of, html_report
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


def table(name="goods", markup="<table><thead><tr><th>a</th></tr></thead></table>", csv="a\n1\n"):
    bundle = {"text/html": markup, "text/plain": "a", "text/csv": csv}
    return shown(bundle, {"korus": {"kind": "table", "name": name}})


def code(source, *outputs):
    return v4.new_code_cell(source, execution_count=1, outputs=list(outputs))


def notebook(*cells):
    return v4.new_notebook(cells=[v4.new_markdown_cell("# Did exports fall?\n\nText."), *cells])


def about(**changes):
    standard = {
        "notebook": "01_goods",
        "notebooks": ["00_start", "01_goods"],
        "parameters": [("partner", "Korea, South", False), ("base_year", "2011", True)],
        "files": [],
        "command": "korus run -p base_year 2011 01_goods",
        "made": "23 November 2026, 18:45",
    }
    return About(**standard | changes)


def page(*cells, **changes):
    return BeautifulSoup(html_report(notebook(*cells), about(**changes)), "html.parser")


def fetched(soup):
    """Addresses that a browser would ask for without a click."""
    places = [("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"),
              ("object", "data"), ("embed", "src"), ("source", "src"), ("video", "src"),
              ("form", "action"), ("base", "href"), ("img", "srcset")]  # fmt: skip
    found = [tag[key] for name, key in places for tag in soup.find_all(name, attrs={key: True})]
    styles = "".join(style.get_text() for style in soup.find_all("style"))
    styles += "".join(tag["style"] for tag in soup.find_all(style=True))
    found += re.findall(r"@import[^;]*|url\([^)]*\)", styles)
    empty = "data:,"  # the icon, which a browser would ask the server for otherwise
    return [one for one in found if one != empty and not one.startswith("data:image/")]


def active(soup):
    """Script of any kind that a browser would run; data for programs have to be JSON."""
    handlers = [k for tag in soup.find_all(True) for k in tag.attrs if k.startswith("on")]
    links = [a["href"] for a in soup.find_all(href=re.compile("(?i)^ *(javascript|data):(?!,$)"))]
    tags = soup.select("script, iframe, object, embed, base, meta[http-equiv], svg, form")
    data = [tag for tag in tags if tag.attrs == {"type": "application/ld+json"}]
    for block in data:
        json.loads(block.string)
    # That a browser is to run nothing and to ask for nothing stands in the page itself.
    policies = [tag for tag in tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert [tag["content"] for tag in policies] == [POLICY]
    return [tag for tag in tags if tag not in (*data, *policies)] + handlers + links


def test_title_parameters_versions_and_command_are_on_the_page():
    soup = page()
    assert soup.html["lang"] == "en"
    assert soup.h1.string == "Did exports fall?"
    assert soup.title.string == "Did exports fall? US trade with South Korea, 2011"
    assert len(soup.find_all("h1")) == 1
    facts = {d.dt.get_text(): (d.dd.get_text(), d.get("class")) for d in soup.select("dl > div")}
    assert facts == {
        "partner": ("Korea, South", None),
        "base year": ("2011", ["changed"]),
    }
    footer = soup.footer.get_text()
    assert "korus run -p base_year 2011 01_goods" in footer
    for package in ("korus_helpers", "pandas", "papermill", "23 November 2026, 18:45"):
        assert package in footer
    executed = v4.new_notebook(cells=[v4.new_markdown_cell("Text.")])
    bare = BeautifulSoup(html_report(executed, about(parameters=[])), "html.parser")
    assert bare.h1.string == bare.title.string == "01_goods"
    assert not bare.select("body > nav, dl, .finding, .tally, footer table")


def test_reports_of_a_run_lead_to_each_other_index_and_glossary():
    soup = page()
    assert {a["href"] for a in soup.select(".back a")} == {"index.html", "glossary.html"}
    assert [a["href"] for a in soup.select("footer nav a")] == ["00_start.html"]
    assert soup.select_one("footer nav [aria-current=page]").get_text() == "01 goods"


def test_contents_lead_to_each_heading_even_of_the_same_name():
    soup = page(v4.new_markdown_cell('## Totals & "shares"\n\n### Totals\n\n# Totals\n\n#### Deep'))
    entries = [(a.get_text(), a["href"]) for a in soup.nav.find_all("a")]
    assert [text for text, _ in entries] == ['Totals & "shares"', "Totals", "Totals"]
    anchors = [heading["id"] for heading in soup.main.find_all(["h2", "h3", "h4"])]
    assert anchors == ['Totals-&-"shares"', "Totals", "Totals-2", "Deep"]
    assert entries[0][1] == "#Totals-%26-%22shares%22"


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
    assert [pre.get_text().strip() for pre in soup.select("pre.stream")] == ["2", "<b>", "<b>"]
    assert [pre["class"] for pre in soup.select("pre.stream")][1:] == [
        ["stream"],
        ["stream", "code"],
    ]


def test_figures_have_the_finding_as_alternative_text_a_number_and_their_files():
    files = ["charts/01_goods-over_time.png", "charts/01_goods-over_time.csv"]
    soup = page(code("", figure(alt='Exports "stood" still')), files=files)
    assert soup.figure.img["alt"] == 'Exports "stood" still'
    assert soup.figcaption.get_text().startswith('Figure 1. Exports "stood" still')
    assert [a["href"] for a in soup.figcaption.find_all("a")] == files


def test_tables_have_a_number_scopes_files_and_room_of_their_own():
    markup = (
        '<div style="overflow-x:auto"><table class="korus"><caption><b>Goods</b></caption>'
        "<thead><tr><th>year</th><th>value</th></tr></thead><tbody><tr><th>2016</th>"
        f'<td style="text-align:right;position:fixed">{"long " * 9}</td></tr></tbody></table></div>'
    )
    soup = page(code("", table(markup=markup)), files=["tables/01_goods-goods.csv"])
    assert soup.caption.get_text() == "Table 1. Goods"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "row"]
    assert soup.td["style"].replace(" ", "") == "text-align:right"
    assert soup.td["class"] == ["long"]
    region = soup.table.parent
    assert (region["class"], region["tabindex"]) == (["scroll"], "0")
    assert region["aria-label"] == "Table 1. Goods"
    assert soup.select_one("p.files a")["href"] == "tables/01_goods-goods.csv"


def test_a_failed_notebook_says_so_on_top_and_where_it_stopped():
    error = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=["/home/me/x.py"])
    marker = v4.new_markdown_cell("marker", metadata={"tags": ["papermill-error-cell-tag"]})
    soup = page(marker, code("x", error), failure="Cell 3 stopped with KeyError: '<x>'")
    boxes = [box.get_text() for box in soup.select(".failure")]
    assert boxes == [
        "This report is not complete. Cell 3 stopped with KeyError: '<x>'",
        "The notebook stopped here. Cell 3 stopped with KeyError: '<x>'",
    ]
    assert "marker" not in soup.get_text() and "/home" not in soup.get_text()


def test_links_lead_to_other_reports_of_the_run_or_nowhere():
    text = "[a](00_start.ipynb#Totals) [b](05_other.ipynb) [c](../README.md) [d](#Totals)"
    text += " [e](https://census.gov/x) [f](./01_goods.ipynb)"
    main = page(v4.new_markdown_cell(text)).main
    links = {a.get_text(): a["href"] for a in main.find_all("a")}
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


def test_nothing_hostile_is_active_and_nothing_is_fetched():
    soup = page(
        v4.new_markdown_cell(MARKUP),
        v4.new_markdown_cell(f"## {MARKUP}"),
        code(MARKUP, sentence(MARKUP), table(markup=MARKUP), figure(alt=HOSTILE)),
        code("", shown({"application/javascript": "alert(9)", "text/plain": HOSTILE})),
        code("", shown({"image/svg+xml": "<svg onload='alert(1)'/>", "text/plain": "an image"})),
        code("", shown({"application/ld+json": {"url": MARKUP}, "text/markdown": MARKUP})),
        notebook=HOSTILE,
        parameters=[(HOSTILE, HOSTILE, True)],
        command=HOSTILE,
        failure=HOSTILE,
        made=HOSTILE,
    )
    assert active(soup) == []
    assert fetched(soup) == []
    assert [tag["id"] for tag in soup.find_all("input")] == ["show-code"]
    assert "an image" in soup.main.get_text()
    assert soup.dd.get_text() == HOSTILE
    assert soup.figure.img["alt"] == HOSTILE
    assert soup.select_one(".command").get_text() == HOSTILE


@pytest.mark.parametrize(
    "part",
    ["<div>", "<!--", "<a ", "<a href='", "<!a", "<script>", "<td>", "<table><tr><td>", "<ul><li>",
     "<h2>a</h2>", "<table>a<b>c"],
)  # fmt: skip
def test_broken_markup_takes_no_more_time_than_other_and_all_of_it_is_inside(part):
    tables = table(markup=f"{part * 16000}here"), table("b", markup="after")
    started = time.perf_counter()
    text = html_report(notebook(code("", *tables)), about())
    assert time.perf_counter() - started < 8  # half a second, on a machine with nothing else to do
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.main.find_all("div", class_="table", recursive=False)) == 2
    assert "here" in soup.main.get_text() and "after" in soup.main.get_text()


def test_outputs_that_are_too_large_are_named_and_left_out():
    large = "x" * 1_000_000
    stream = v4.new_output("stream", name="stdout", text=large)
    soup = page(v4.new_markdown_cell(large), code(large, stream, table(markup=large)))
    assert len(str(soup)) < 150_000 + len(large)
    assert soup.main.get_text().count("1,000,000 characters, is left out") == 3


def test_pictures_attached_to_a_cell_are_shown_and_formulas_stay_as_typed():
    cell = v4.new_markdown_cell("![map](attachment:a.png) ![b](attachment:b.png) $x_1 * y_1$ $$z$$")
    cell["attachments"] = {"a.png": {"image/png": png((3, 2))}}
    main = page(cell).main
    assert [one.get("src", "")[:22] for one in main.find_all("img")] == [
        "data:image/png;base64,",
        "",
    ]
    assert "$x_1 * y_1$" in main.get_text() and "$$z$$" in main.get_text()


def test_the_ordinary_page_fetches_nothing_and_has_no_script():
    soup = page(code("x = 1", sentence("Exports *fell*."), figure(), table()))
    assert (active(soup), fetched(soup)) == ([], [])
    assert soup.select_one(".sentence em").get_text() == "fell"


@pytest.mark.parametrize(
    ("markup", "safe"),
    [
        ("a <script>b</script> <b>c</b>", "a &lt;script&gt;b&lt;/script&gt; <b>c</b>"),
        ("<style>td { color: red }</style>a", "a"),
        ('<a href="javascript:alert(1)" class="x">a</a>', "<a>a</a>"),
        ('<a href=" DATA:text/html,x">a</a>', "<a>a</a>"),
        ('<a href="https://census.gov">a</a>', '<a href="https://census.gov">a</a>'),
        ('<img src="https://x.test/a.png" alt="a">', '<img alt="a">'),
        ('<p style="text-align:left" id="text">a</p>', "<p>a</p>"),
    ],
)
def test_markup_keeps_text_and_loses_what_acts(markup, safe):
    assert html_of(read_html(markup)) == safe


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
    assert "verdicts.csv" not in write_displays(executed, "03_audit", tmp_path / "..")
    assert [d.text for d in displays(executed.cells) if d.kind == "sentence"] == ["It fell."]


def handed_on(**changes):
    files = {"verdicts.json": '{"tolerance": 0.05, "vintage": "latest"}\n', "claims.csv": "id\na\n"}
    return shown({EVIDENCE: files | changes, "text/markdown": "Files.", "text/plain": "Files."})


def test_evidence_is_filed_with_a_manifest_and_linked_below_its_table(tmp_path):
    executed = notebook(code("", table("evidence"), handed_on()))
    files = write_displays(executed, "03_audit", tmp_path)
    names = ["claims.csv", "manifest.json", "verdicts.json"]
    paths = [f"evidence/03_audit/{name}" for name in names]
    assert files == ["tables/03_audit-evidence.csv", *paths]
    manifest = json.loads((tmp_path / paths[1]).read_text("utf-8"))
    assert manifest["files"]["claims.csv"]["bytes"] == len((tmp_path / paths[0]).read_bytes())
    soup = page(code("", table("evidence")), notebook="03_audit", files=files)
    assert [(a.get_text(), a["href"]) for a in soup.select("p.files a")] == [
        ("Data (CSV)", "tables/03_audit-evidence.csv"), *zip(names, paths, strict=True)
    ]  # fmt: skip
    shown_card = card(facts_of(executed), Outcome("03_audit", "done", 1), files)
    assert [file["name"] for file in shown_card["files"]] == ["evidence.csv"]


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
        ([shown({EVIDENCE: {}})], "the evidence cannot be filed"),
        ([handed_on(), handed_on()], "two outputs hand on evidence"),
        ([figure("../../x")], r"the name of the figure '../../x' may hold only a-z, 0-9, _ and -"),
        ([table("A b")], "the name of the table 'A b' may hold only"),
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


HEADING = v4.new_markdown_cell("## Totals")


def test_the_facts_of_a_notebook_are_its_first_finding_and_figure_and_what_outputs_say():
    before = sentence("Partner: Mexico.", vintages=["2024-08"])
    counted = sentence("Second.", vintages=["2018-10", "2024-08"], verdicts={
        "not reproduced": 1, "as printed": 3, "no verdict": 5})  # fmt: skip
    sources = table("sources")
    sources.metadata.korus["tables"] = [["quoted", "2017", "ab12"], ["goods_annual", "2024", "cd"]]
    outputs = [sentence("First."), counted, figure(), figure("b", "Second"), sources]
    facts = facts_of(notebook(code("", before), HEADING, code("", *outputs)))
    assert (facts.title, facts.finding) == ("Did exports fall?", "First.")
    assert (facts.picture, facts.alt) == (base64.b64decode(png()), "Exports stood still")
    assert facts.vintages == ("2024-08", "2018-10")
    assert facts.verdicts == (("as printed", 3), ("not reproduced", 1))
    assert facts.tables == (Table("quoted", "2017", "ab12"), Table("goods_annual", "2024", "cd"))
    assert facts_of(v4.new_notebook()) == Facts()
    broken = facts_of(notebook(HEADING, code("", sentence("So far."), figure(name="A"))))
    assert broken == Facts(title="Did exports fall?", finding="So far.")


def test_the_head_and_foot_of_a_report_name_finding_verdicts_vintages_and_checksums():
    counted = (("as printed", 3), ("cannot be checked", 1))
    tables = (Table("quoted", "2017 <i>", "ab12"),)
    facts = Facts(
        "Did <b>exports</b> fall?", "They <i>fell</i>.", ("2024-08", "2018-10"), counted, tables
    )
    soup = page(facts=facts)
    head = soup.select_one("header.top")
    assert head.select_one(".finding").get_text() == "They <i>fell</i>."
    counts = [(li.get_text(strip=True), li.a["href"]) for li in head.select(".tally li")]
    assert counts == [("3as printed", "glossary.html#as-printed"),
                      ("1cannot be checked", "glossary.html#cannot-be-checked")]  # fmt: skip
    assert head.select("dd")[-1].get_text() == "2024-08, 2018-10"
    assert soup.select_one(".citation").get_text() == (
        "The KORUS authors: Did <b>exports</b> fall? (partner Korea, South; base year 2011; "
        f"figures of vintage 2024-08, 2018-10). KORUS {korus_helpers.__version__}, "
        "23 November 2026, 18:45."
    )
    [row] = soup.select("footer tbody tr")
    assert [cell.get_text() for cell in row.find_all(["th", "td"])] == [
        "quoted", "2017 <i>", "ab12"
    ]  # fmt: skip


def test_verdicts_in_cells_lead_to_the_glossary_and_column_names_do_not():
    markup = (
        "<table><thead><tr><th>claim</th><th>as printed</th></tr></thead><tbody>"
        "<tr><th>a</th><td>as printed</td></tr><tr><th>b</th><td>as printed so</td></tr></tbody>"
        "</table>"
    )
    soup = page(code("", table(markup=markup)))
    assert [(a.parent.name, a["href"], a["class"]) for a in soup.select(".verdict")] == [
        ("td", "glossary.html#as-printed", ["verdict", "as-printed"])
    ]
    assert [cell.get_text() for cell in soup.select("tbody td")] == ["as printed", "as printed so"]


def test_addresses_are_links_in_the_table_of_sources_only():
    markup = "<table><tr><th>a</th><td>https://census.gov/x</td><td>javascript:x</td></tr></table>"
    soup = page(code("", table("sources", markup), table("claims", markup)))
    assert [a["href"] for a in soup.select("td a")] == ["https://census.gov/x"]


def test_a_card_shows_title_finding_small_figure_reports_and_files():
    facts = Facts("Did exports fall?", "First.", picture=base64.b64decode(png()), alt="Alt")
    files = ["01_goods.html", "01_goods.pdf", "01_goods.ipynb", "charts/01_goods-over_time.png",
             "evidence/01_goods/README.txt", "verdicts.csv"]  # fmt: skip
    shown_card = card(facts, Outcome("01_goods", "done", 2.345), files)
    assert (shown_card["title"], shown_card["finding"]) == ("Did exports fall?", "First.")
    assert shown_card["links"] == [("Report", "01_goods.html"), ("PDF", "01_goods.pdf"),
                                   ("Notebook", "01_goods.ipynb"),
                                   ("Evidence", "evidence/01_goods/README.txt")]  # fmt: skip
    assert shown_card["files"] == [
        {"path": "charts/01_goods-over_time.png", "name": "over_time.png"}
    ]
    with Image.open(io.BytesIO(base64.b64decode(shown_card["picture"]))) as picture:
        assert picture.size == (640, 360)
    assert shown_card["failure"] == ""
    broken = card(Facts(), Outcome("a", "failed", 1, 3, "x"), [])
    assert (broken["picture"], broken["failure"]) == ("", "Cell 3 stopped with x")
    assert broken["title"] == "a"


def test_the_index_escapes_everything_and_fetches_nothing():
    hostile_card = dict.fromkeys(("title", "finding", "alt", "failure", "seconds"), HOSTILE) | {
        "picture": png(),
        "report": f"{HOSTILE}.html",
        "links": [(HOSTILE, HOSTILE)],
        "files": [{"path": HOSTILE, "name": HOSTILE}],
    }
    verdicts = [dict.fromkeys(("id", "printed", "verdict", "vintage", "misprint"), HOSTILE)
                | {"official": "42262.187", "unit": "million dollars", "verdict_today": ""},
                {"id": "b", "official": "March 2012", "verdict": "as printed"}]  # fmt: skip
    facts = [Facts(HOSTILE, HOSTILE, (HOSTILE,), (("as printed", 2),), (Table(*[HOSTILE] * 3),))]
    shown_for_run = [("partner", HOSTILE, False)]
    steps = [(HOSTILE, {HOSTILE: HOSTILE})]
    text = index_page([hostile_card], facts, verdicts, shown_for_run, HOSTILE, HOSTILE, steps)
    soup = BeautifulSoup(text, "html.parser")
    assert (active(soup), fetched(soup)) == ([], [])
    assert soup.h1.get_text() == f"US trade with {HOSTILE}"
    first, second = soup.select("table.verdicts tbody tr")
    assert first.th.get_text() == HOSTILE
    assert [cell.get_text() for cell in first.find_all("td")][:4] == [
        HOSTILE, "42,262.2 million dollars", HOSTILE, f"misprint suspected: {HOSTILE}"
    ]  # fmt: skip
    assert (second.select("td")[1].get_text(), second.a["href"]) == (
        "March 2012", "glossary.html#as-printed"
    )  # fmt: skip
    empty = BeautifulSoup(index_page([], [], [], [], "", ""), "html.parser")
    assert empty.h1.string == "Reports" and not empty.select("table, .tally, .finding")


def test_the_head_of_the_index_is_about_the_partner_and_years_that_were_asked_for():
    facts = [Facts(finding="Of ten.", verdicts=(("as printed", 4),)), Facts(finding="It rose.")]

    def head(*shown):
        page = BeautifulSoup(index_page([], facts, [], shown, "", ""), "html.parser")
        return page.h1.string, page.select_one(".finding").get_text(), len(page.select(".tally"))

    years = [("base_year", "2011", False), ("end_year", "2016", False)]
    assert head(("partner", "kor", False), *years) == (
        "US trade with South Korea, 2011 to 2016", "Of ten.", 1
    )  # fmt: skip
    assert head(("claims_file", "a.yaml", True)) == ("Reports", "Of ten.", 1)
    assert head(("partner", "Atlantis", True)) == ("US trade with Atlantis", "It rose.", 0)
    assert head(("end_year", "2020", True)) == ("Reports", "It rose.", 0)


def test_a_notice_says_where_the_newest_figures_are_older_than_a_year():
    def notice(partner, year):
        shown = [("partner", partner, True)]
        page = index_page([], [], [], shown, "", "", today=date(year, 11, 24))
        return [one.get_text() for one in BeautifulSoup(page, "html.parser").select(".notice")]

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


def test_numbers_of_the_verdict_table_are_rounded_for_reading_only():
    assert [readable(text) for text in ("42262.187", "-2.7598", "13.2", "2", "$3.5", "")] == [
        "42,262.2",
        "−2.76",
        "13.20",
        "2",
        "$3.5",
        "",
    ]
