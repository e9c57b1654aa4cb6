"""PDFs of a run, and of notebooks full of what could go wrong on paper."""

import base64
import io
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from PIL import Image

from korus_helpers.runs.pages import AUTHORS
from korus_helpers.runs.pdf import pdf_report, printable
from korus_helpers.runs.reports import About, read_report

NAMES = [path.stem for path in sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))]
REPORTS = [*(("default", name) for name in NAMES), ("mexico", NAMES[1])]
MM = 72 / 25.4
A4, LETTER = (210 * MM, 297 * MM), (8.5 * 72, 11 * 72)
TYPST = (
    '#eval("1+1") #read("/etc/hostname") #{40+2} $x^2$ @ref \\ // c /* d */ = h <lbl> _i_ "q" [b] '
    '#include "secret.typ"'
)


@pytest.fixture(params=REPORTS, ids="-".join)
def report(request, runs):
    """The page and the PDF of one report."""
    run, name = request.param
    page = (runs[run] / f"{name}.html").read_text("utf-8")
    return BeautifulSoup(page, "html.parser"), (runs[run] / f"{name}.pdf").read_bytes()


def shown(data, **metadata):
    return v4.new_output("display_data", data, metadata=metadata)


def pdf_of(*outputs, markdown=(), title="A title", paper="a4", **about):
    """The PDF of a notebook with these outputs; text stands for one in HTML."""
    html = [shown({"text/html": one}) if isinstance(one, str) else one for one in outputs]
    cells = [v4.new_markdown_cell(text) for text in (f"# {title}", *markdown)]
    cells.append(v4.new_code_cell("deficit = 1", execution_count=1, outputs=html))
    standard = {"notebook": "01", "notebooks": ["01"], "parameters": [], "files": []}
    standard |= {"command": "korus run", "made": "today"}
    notebook = v4.new_notebook(cells=cells)
    return pdf_report(read_report(notebook, About(**standard | about)), paper)


def text_of(pdf):
    """All words, the way a reader would copy them; white space is one space."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    # Pdfium marks a hyphen at the end of a line.
    return re.sub(r"\s+", " ", " ".join(pages).replace("\ufffe\r\n", "-").replace("\ufffe", "-"))


def body_of(pdf):
    """All words without heads and feet of pages."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    lines = [page.strip().splitlines()[n > 0 : -1] for n, page in enumerate(pages)]
    return " ".join(line for page in lines for line in page)


def solid(text):
    """Letters alone: where lines end, and which dash stands there, is of no account."""
    return re.sub(r"[\s\-–—\u00ad\ufffe]+", "", text)


def elements(pdf):
    """The elements of the structure tree: tag, and the dictionary of each."""
    waiting = [pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"]]
    found = []
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if "/S" in one:
                found.append((one["/S"], one))
            waiting += [one["/K"]] if "/K" in one else []
    return found


def assert_inside(pdf):
    """No page is blank, and nothing stands in its margins."""
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=1, grayscale=True).to_pil()
        dark = picture.point(lambda shade: 255 if shade < 230 else 0)
        box = dark.getbbox()
        text = dark.crop((0, int(22 * MM), dark.width, int(dark.height - 20 * MM)))
        assert text.getbbox(), "a blank page"
        assert min(box[0], box[1]) > 10 * MM
        assert box[2] < page.get_width() - 15 * MM
        assert box[3] < page.get_height() - 10 * MM


def blue():
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


def test_every_word_of_the_report_is_on_paper_but_code_and_controls(report):
    page, pdf = report
    words = solid(body_of(pdf))
    headings = page.main.find_all(["h2", "h3"])
    assert len(headings) > 3
    for heading in headings:  # in the contents, and in its place
        assert words.count(solid(heading.get_text())) >= 2, heading
    for data in page.select("a.file[href^=charts][href$=csv], a.file[href^=tables]"):
        assert solid(f"Data: {data['href']}") in words
    for one in page.select("script, a.file, .files"):
        one.decompose()
    shown = "h1, .finding, dl.parameters dt, dl.parameters dd, main p, main li, caption"
    for tag in page.select(f"{shown}, figcaption, td, th, pre, .citation"):
        if not tag.find_parent(class_="code") and not tag.find_parent("nav"):
            assert solid(tag.get_text()) in words, tag
    assert "All reports of this run" not in text_of(pdf) and "Showcode" not in words
    assert solid(page.select_one(".code").get_text()) not in words


def test_pages_are_numbered_full_and_end_with_no_heading_or_lead(report):
    page, pdf = report
    document = pypdfium2.PdfDocument(pdf)
    assert 4 <= len(document) <= 15
    letter = "us-letter" in page.select_one("footer .command").get_text()
    headings = {solid(one.get_text()) for one in page.main.find_all(["h2", "h3"])}
    for number, sheet in enumerate(document, start=1):
        assert sheet.get_size() == pytest.approx(LETTER if letter else A4, abs=0.1)
        *_, last, foot = sheet.get_textpage().get_text_range().strip().splitlines()
        assert foot.strip() == f"{number} of {len(document)}"
        assert solid(last) not in {*headings, solid("To make it again, type")}
    for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages:  # a figure stands with its caption
        assert len(re.findall(r"Figure \d+\.", sheet.extract_text())) == len(sheet.images)
    assert_inside(pdf)
    assert len(pdf) < 1_000_000


def test_readers_and_archives_get_what_they_need(report):
    page, pdf = report
    document = pypdf.PdfReader(io.BytesIO(pdf))
    root = document.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == page.title.get_text()
    assert document.metadata.author == AUTHORS
    assert b"pdfuaid:part>1<" in document.xmp_metadata.stream.get_data()
    assert "/CreationDate" not in document.metadata
    sheets = [sheet["/Resources"].get("/Font", {}) for sheet in document.pages]
    fonts = [font.get_object() for sheet in sheets for font in sheet.values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
    tags = elements(pdf)
    counted = {name: sum(tag == name for tag, _ in tags) for name in ("/H1", "/Table", "/TH")}
    assert counted["/H1"] == len(page.select("main h2, #made"))
    assert counted["/Table"] == len(page.find_all("table"))
    assert counted["/TH"] >= len(page.select("thead th"))
    alts = [str(one["/Alt"]) for tag, one in tags if tag == "/Figure" and "/Alt" in one]
    assert sorted(alts) == sorted(image["alt"] for image in page.main.find_all("img"))


def test_a_paper_that_is_not_there_is_refused_and_the_one_asked_for_is_in_the_command(runs):
    words = [sys.executable, "-m", "korus_helpers.cli", "run", "--pdf", "--paper", "a9"]
    wrong = subprocess.run(words, capture_output=True, text=True)
    assert wrong.returncode == 2 and "'a4', 'us-letter'" in wrong.stderr
    page = (runs["mexico"] / f"{NAMES[1]}.html").read_text("utf-8")
    assert "korus run --pdf --paper us-letter -p partner Mexico" in page


def test_the_same_notebook_gives_the_same_bytes():
    assert pdf_of("<p>a</p>") == pdf_of("<p>a</p>")


@pytest.mark.parametrize("lines", range(15, 27, 2))
def test_a_heading_stays_with_its_lead_and_the_table_below(lines):
    table = "<table><caption>Wide</caption>" + "<tr><td>1</td></tr>" * 9 + "</table>"
    pdf = pdf_of(f"{'<p>line</p>' * lines}<h2>Section</h2><p>Lead.</p>{table}")
    for page in pypdfium2.PdfDocument(pdf):
        body = page.get_textpage().get_text_range()
        assert ("Lead." in body) == ("Table 1. Wide" in body)
        assert body.count("type\r\n") == body.count("korus run")


def test_links_to_the_world_stay_and_links_into_the_run_are_text():
    pdf = pdf_of(
        '<p><a href="https://www.census.gov/x?a=1">Census</a>, <a href="glossary.html#x">hedge</a>,'
        ' <a href="#place">above</a>, <a href="javascript:alert(1)">script</a></p>'
    )
    document = pypdf.PdfReader(io.BytesIO(pdf))
    notes = [note.get_object() for page in document.pages for note in page.get("/Annots", [])]
    assert [n["/A"]["/URI"] for n in notes if "/A" in n] == ["https://www.census.gov/x?a=1"]
    assert "Census, hedge, above, script" in text_of(pdf)
    assert "deficit = 1" not in text_of(pdf)


def everywhere(text):
    """A PDF with `text` wherever a notebook, a parameter or a claims file can put some."""
    figure = {"image/png": {"alt": text}, "korus": {"kind": "figure", "name": "one"}}
    markup = "".join(
        f"<{tag}>{text.replace('&', '&amp;').replace('<', '&lt;')}</{tag}>"
        for tag in ("h2", "h5", "p", "pre", "caption", "th", "td", "li", "b")
    )
    return pdf_of(
        v4.new_output("stream", name="stdout", text=text),
        shown({"image/png": blue(), "text/plain": text}, **figure),
        f"{markup}<table>{markup}</table><ul>{markup}</ul><blockquote>{markup}</blockquote>",
        shown({"text/markdown": text}), markdown=[text], title=text, parameters=[("a", text, True)],
        command=text, made=text, failure=text,
    )  # fmt: skip


def test_markup_of_typst_is_text_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.typ").write_text("SECRET")
    pdf = everywhere(TYPST)
    words = text_of(pdf)
    assert solid(words).count(solid('#eval("1+1") #read("/etc/hostname") #{40+2} $x^2$')) >= 20
    assert "SECRET" not in words and "42" not in words


@pytest.mark.parametrize("mark", ["= x", "- x", "+ x", "1. x", "/ x: y", "-", "~", "---", "a'b"])
def test_marks_of_typst_are_text_where_a_cell_or_an_item_begins(mark):
    pdf = pdf_of(
        f"<h2>A</h2><table><tr><th>{mark}</th><td><b>{mark}</b></td></tr></table>"
        f"<ul><li>{mark}</li></ul><blockquote>{mark}</blockquote><p>1<span>{mark}</span></p>"
    )
    assert solid(text_of(pdf)).count(solid(mark)) >= (5 if solid(mark) else 0)
    tags = [tag for tag, _ in elements(pdf)]
    assert tags.count("/H1") == 2 and tags.count("/L") == 1


@pytest.mark.parametrize(
    "body",
    [
        "<h5>Deep</h5><h3>Up</h3><h6>Down</h6>",
        "<h2>Out <div><h3>in</h3></div></h2><h6>Down</h6>",
        "<dl><dt><h2>in</h2></dt></dl><table><tr><h2>in</h2></tr></table><h5>Down</h5>",
        "<h2></h2><h2> <b></b></h2><h2><p>In <table><tr><td>a</td></tr></table></p></h2>",
        "<table></table><table><tr></tr></table><table><caption>Only</caption></table>",
        "<table><thead><tr><th>Only</th></tr></thead></table><table>text</table>",
        "<table><tr><td><table><tr><td>in</td></tr></table><h2>in</h2></td></tr></table>",
        "<table><tr><td rowspan=9 colspan=0>a<td>b<tr><td colspan=3>c<tr></table>",
        "<table><tr><td>a<td rowspan=3>b<td>c<tr><td colspan=3>d<td>e</table>",
        "<table><thead><tr><th rowspan=5>a<th>b</thead><tr><td>c<td>d</table>",
        "<ul><li><table><tr><td>a</td></tr></table></li></ul><ul>text</ul><ol></ol>",
        "<pre><h2>in</h2></pre><h5>Down</h5>",
        "<ul><li><h2>in</h2></li></ul><code><ul><li>=</li></ul></code><pre><h2>in</h2></pre>",
        "<img alt='No picture'><a href='https://a.b/'></a><a href='https://a.b/c\"]#eval(1)'>x</a>",
        f"<ul><li><b><img src='data:image/png;base64,{blue()}'></b></li></ul>",
        "<blockquote>" * 50 + "deep" + "<ul><li>" * 50 + "<b><i>" * 50 + "deeper",
        "<div>" * 16000 + "deep",
    ],
)  # fmt: skip
def test_odd_markup_makes_a_tagged_pdf_too(body):
    pdf = pdf_of(f"<p>Words.</p>{body}")
    assert_inside(pdf)
    assert "Words." in text_of(pdf)


@pytest.mark.parametrize(
    "text",
    ["W" * 400, "https://example.org/" + "a" * 300, "x" * 30 + " " + "한" * 200, "m-" * 200,
     "\u202eabc\u200fdef", "ا" * 200, "a\u0301" * 200],
    ids=["capitals", "address", "korean", "hyphens", "direction", "arabic", "marks"],
)  # fmt: skip
def test_long_words_stay_on_the_page(text):
    assert_inside(everywhere(text))


def test_other_scripts_show_as_letters_or_numbers():
    body = "<p>Ωμέγα Жизнь ≥ → € 한국 \x07 न \ue000 \u2028</p><p>עברית</p><p>العربية</p>"
    words = text_of(pdf_of(body, title="한국 report"))
    for one in ("Ωμέγα Жизнь ≥ → €", "עברית", "العربية", "[U+D55C U+AD6D]", "[U+0928]", "[U+E000]"):
        assert one in words
    assert "[U+D55C U+AD6D] report" in words
    assert printable("a\tb\nc\x00d \u202eabc") == "a\tb\nc d [U+202E]abc"


def test_every_letter_of_the_last_font_can_be_set():
    everything = " ".join(map(chr, range(sys.maxunicode + 1)))
    letters = [one for one in everything.split() if printable(one) == one]
    assert len(letters) > 5000
    text = " ".join(letters).replace("&", "&amp;").replace("<", "&lt;")
    assert "[U+" not in text_of(pdf_of(f"<p>{text}</p>"))


def wide(columns, rows, cell="12,345.6"):
    head = "".join(f"<th>year {n}</th>" for n in range(columns))
    row = "<tr>" + f"<td>{cell}</td>" * columns + "</tr>"
    return f"<table><caption>Wide</caption><thead><tr>{head}</tr></thead>{row * rows}</table>"


def test_a_wide_table_turns_the_page_and_repeats_its_head():
    pdf = pdf_of(f"<h2>A</h2><p>Before.</p>{wide(20, 60)}<p>After.</p>")
    pages = list(pypdfium2.PdfDocument(pdf))
    turned = [page for page in pages if page.get_width() > page.get_height()]
    assert len(turned) >= 2 and len(turned) == len(pages) - 2
    for page in turned:
        assert "year 19" in re.sub(r"\s+", " ", page.get_textpage().get_text_range())
    assert_inside(pdf)


@pytest.mark.parametrize("columns", [1, 7, 40, 45])
def test_long_cells_and_many_columns_stay_on_the_page(columns):
    pdf = pdf_of(wide(columns, 3, "exports_and_imports " * 20 + "x" * 100))
    assert_inside(pdf)
    assert ("the first 400 rows and 40 columns" in text_of(pdf)) == (columns > 40)


def test_of_a_long_table_paper_has_the_beginning_and_says_so():
    pdf = pdf_of(wide(2, 1500))
    assert "the first 400 rows" in text_of(pdf) and len(pypdfium2.PdfDocument(pdf)) < 20


def test_without_the_package_a_sentence_says_what_to_type():
    script = (
        "import sys\n"
        "sys.modules['typst'] = None\n"
        "from korus_helpers.errors import InputError\n"
        "from korus_helpers.runs.pdf import require_pdf\n"
        "try:\n"
        "    require_pdf()\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    sentence = "PDFs need one more package; type: pip install 'korus-helpers[pdf]'\n"
    assert (done.stdout, done.stderr) == (sentence, "")
