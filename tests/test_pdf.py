"""PDFs of the committed notebooks, and of reports full of what could go wrong on paper."""

import base64
import io
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pypdf
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from PIL import Image

from korus_helpers.runs.facts import facts_of
from korus_helpers.runs.harvest import write_displays
from korus_helpers.runs.letters import BREAK, LONGEST, break_words, printable
from korus_helpers.runs.pages import AUTHORS
from korus_helpers.runs.paper import paper
from korus_helpers.runs.paper_tables import fit
from korus_helpers.runs.pdf import pdf_report
from korus_helpers.runs.reports import About, html_report

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
MM = 72 / 25.4
MARKUP = (
    '#eval("1+1") #read("/etc/hostname") #{40+2} $x^2$ @ref \\ // c /* d */ = h <lbl> _i_ "q" [b]'
)


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The page and the PDF of a committed notebook."""
    folder = tmp_path_factory.mktemp("run")

    @cache
    def made(name):
        executed = nbformat.read(NOTEBOOKS[NAMES.index(name)], 4)
        files = [file for file in write_displays(executed, name, folder) if "/" in file]
        about = About(
            name, NAMES, [("partner", "Korea, South", False), ("base_year", "2011", True)], files,
            f"korus run --pdf {name}", "24 November 2026, 16:30", facts=facts_of(executed),
        )  # fmt: skip
        page = html_report(executed, about)
        return BeautifulSoup(page, "html.parser"), pdf_report(page)

    return made


def text_of(pdf):
    """All words, the way a reader would copy them; white space is one space."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    # Pdfium marks a hyphen at the end of a line.
    return re.sub(r"\s+", " ", " ".join(pages).replace("\ufffe\r\n", "-").replace("\ufffe", "-"))


def solid(text):
    """Letters alone: where lines end, and which dash stands there, is of no account."""
    return re.sub(r"[\s\-–—\u00ad\ufffe]+", "", text)


def inked(page, head=0.0, foot=0.0):
    """The box of all that is not white between head and foot, in points from the top left."""
    picture = page.render(scale=1, grayscale=True).to_pil()
    dark = picture.point(lambda shade: 255 if shade < 230 else 0)
    return dark.crop((0, int(head), dark.width, int(dark.height - foot))).getbbox()


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


def page_of(body, title="A title", foot=""):
    return (
        f"<html lang='en'><head><title>{title}</title></head><body class='report'>"
        f"<header class='top'><h1>{title}</h1></header><nav><p>Contents</p></nav>"
        f"<main>{body}</main><footer>{foot}</footer></body></html>"
    )


def assert_inside(pdf):
    for page in pypdfium2.PdfDocument(pdf):
        box = inked(page)
        assert inked(page, head=22 * MM, foot=20 * MM), "a blank page"
        assert min(box[0], box[1]) > 10 * MM
        assert box[2] < page.get_width() - 15 * MM
        assert box[3] < page.get_height() - 10 * MM


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_the_report_is_on_paper_but_the_controls(report, name):
    page, pdf = report(name)
    words = solid(text_of(pdf))
    headings = page.main.find_all(["h2", "h3"])
    assert len(headings) > 5
    for heading in headings:  # in the contents, and in its place
        assert words.count(solid(heading.get_text())) >= 2, heading
    for tag in (page.h1, *page.select("p.finding, .sentence p, dl.parameters dd")):
        assert solid(tag.get_text()) in words, tag
    captions = page.select("caption, figcaption")
    assert len(captions) > 3
    for caption in captions:
        for link in caption.select("a.file"):
            link.decompose()
        assert solid(caption.get_text()) in words
    for cell in page.select("td, th"):
        assert solid(cell.get_text()) in words
    for data in page.select("a.file[href^=charts][href$=csv], a.file[href^=tables]"):
        assert solid(f"Data: {data['href']}") in words
    footer = page.footer
    assert solid(footer.select_one(".command").get_text()) in words
    assert solid(footer.select_one(".citation").get_text()) in words
    assert "All reports of this run" not in text_of(pdf) and "Showcode" not in words


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_numbered_full_and_not_clipped(report, name):
    _, pdf = report(name)
    document = pypdfium2.PdfDocument(pdf)
    assert 4 <= len(document) <= 12
    for number, page in enumerate(document, start=1):
        assert page.get_size() == pytest.approx((210 * MM, 297 * MM), abs=0.1)
        assert f"{number} of {len(document)}" in page.get_textpage().get_text_range()
    assert_inside(pdf)


@pytest.mark.parametrize("name", NAMES)
def test_readers_and_archives_get_what_they_need(report, name):
    page, pdf = report(name)
    document = pypdf.PdfReader(io.BytesIO(pdf))
    root = document.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == page.h1.get_text()
    assert document.metadata.author == AUTHORS
    assert b"pdfuaid:part>1<" in document.xmp_metadata.stream.get_data()
    assert "/CreationDate" not in document.metadata
    fonts = [
        font.get_object()
        for sheet in document.pages
        for font in sheet["/Resources"].get("/Font", {}).values()
    ]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)


@pytest.mark.parametrize("name", NAMES)
def test_structure_names_headings_tables_and_what_figures_show(report, name):
    page, pdf = report(name)
    tags = elements(pdf)
    counted = {name: sum(tag == name for tag, _ in tags) for name in ("/H1", "/Table", "/TH")}
    assert counted["/H1"] == len(page.find_all("h2"))
    assert counted["/Table"] == len(page.find_all("table"))
    assert counted["/TH"] >= len(page.select("thead th"))
    alts = [str(one["/Alt"]) for tag, one in tags if tag == "/Figure" and "/Alt" in one]
    assert sorted(alts) == sorted(image["alt"] for image in page.main.find_all("img"))


def test_the_same_page_gives_the_same_bytes(report):
    page, pdf = report(NAMES[0])
    assert pdf_report(str(page)) == pdf_report(str(page))
    assert len(pdf) < 1_000_000


def test_a_figure_stands_with_its_caption(report):
    for name in NAMES:
        _, pdf = report(name)
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
            captions = re.findall(r"Figure \d+\.", page.extract_text())
            assert len(captions) == len(page.images)


def test_links_to_the_world_stay_and_links_into_the_run_are_text():
    body = (
        '<p><a href="https://www.census.gov/x?a=1">Census</a>, <a href="glossary.html#x">hedge</a>,'
        ' <a href="#place">above</a>, <a href="javascript:alert(1)">script</a></p>'
    )
    pdf = pdf_report(page_of(body))
    document = pypdf.PdfReader(io.BytesIO(pdf))
    notes = [note.get_object() for page in document.pages for note in page.get("/Annots", [])]
    assert [n["/A"]["/URI"] for n in notes if "/A" in n] == ["https://www.census.gov/x?a=1"]
    assert "Census, hedge, above, script" in text_of(pdf)


def test_code_is_on_paper_when_asked():
    body = '<div class="code"><pre>deficit = imports - exports</pre></div><p>Text</p>'
    assert "deficit" not in text_of(pdf_report(page_of(body)))
    assert "deficit = imports - exports" in text_of(pdf_report(page_of(body), code=True))


def test_what_is_absent_is_absent():
    pdf = pdf_report("<p>One sentence.</p>")
    assert "One sentence." in text_of(pdf)
    assert len(pypdfium2.PdfDocument(pdf)) == 1


def hostile_page(text):
    """A report with `text` wherever a notebook, a parameter or a claims file can put some."""
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(picture, "PNG")
    alone = v4.new_output(
        "display_data",
        {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": text},
        metadata={
            "image/png": {"alt": text},
            "korus": {"kind": "figure", "name": "one"},
        },
    )
    stream = v4.new_output("stream", name="stdout", text=text)
    page = html_report(
        v4.new_notebook(
            cells=[
                v4.new_markdown_cell("# Title"),
                v4.new_code_cell("1", execution_count=1, outputs=[stream, alone]),
            ]
        ),
        About("01", ["01"], [("partner", text, True)], [], text, text, failure=text),
    )
    soup = BeautifulSoup(page, "html.parser")
    for place, name in ((soup.main, "h2"), (soup.main, "h5"), (soup.main, "p")):
        place.append(soup.new_tag(name, string=text))
    table = soup.new_tag("table")
    for name in ("caption", "th", "td"):
        table.append(soup.new_tag(name, string=text))
    soup.h1.string = text
    soup.main.append(table)
    return str(soup)


def test_markup_of_typst_is_text_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.typ").write_text("SECRET")
    text = MARKUP + ' #include "secret.typ"'
    pdf = pdf_report(hostile_page(text))
    words = text_of(pdf)
    assert solid(words).count(solid('#eval("1+1") #read("/etc/hostname") #{40+2} $x^2$')) >= 10
    assert "SECRET" not in words and "42" not in words
    assert pypdf.PdfReader(io.BytesIO(pdf)).metadata.title == text


@pytest.mark.parametrize("mark", ["= x", "=", "- x", "+ x", "1. x", "/ x: y", "-"])
def test_marks_of_headings_and_lists_are_text_where_a_cell_or_an_item_begins(mark):
    body = (
        f"<h2>A</h2><table><tr><th>{mark}</th><td><b>{mark}</b></td></tr></table>"
        f"<ul><li>{mark}</li></ul><blockquote>{mark}</blockquote><p>1<span>{mark}</span></p>"
    )
    pdf = pdf_report(page_of(body))
    assert solid(text_of(pdf)).count(solid(mark)) >= (5 if solid(mark) else 0)
    tags = [tag for tag, _ in elements(pdf)]
    assert tags.count("/H1") == 1 and tags.count("/L") == 1


@pytest.mark.parametrize(
    "body",
    [
        "<h5>Deep</h5><h3>Up</h3><h6>Down</h6>",
        "<h2>Out <div><h3>in</h3></div></h2><h6>Down</h6>",
        "<dl><dt><h2>in</h2></dt></dl><table><tr><h2>in</h2></tr></table><h5>Down</h5>",
        "<h2></h2><h2> <b></b></h2><h2><p>In <table><tr><td>a</td></tr></table></p></h2>",
        "<table></table><table><tr></tr></table><table><caption>Only</caption></table>",
        "<table><tr><td><table><tr><td>in</td></tr></table><h2>in</h2></td></tr></table>",
        "<table><tr><td rowspan=9 colspan=0>a<td>b<tr><td colspan=3>c<tr></table>",
        "<pre><h2>in</h2></pre><h5>Down</h5>",
        "<ul><li><h2>in</h2></li></ul><code><ul><li>=</li></ul></code><pre><h2>in</h2></pre><h5>x</h5>",
        "<figure><figcaption>No picture</figcaption></figure><img><a href='https://a.b/'></a>",
        "<p><a href='https://a.b/c\"]#eval(1)'>x</a></p><dl><dd>a</dd><dt>b</dt></dl>",
    ],
)
def test_odd_markup_makes_a_tagged_pdf_too(body):
    pdf = pdf_report(page_of(f"<p>Words.</p>{body}"))
    assert_inside(pdf)
    assert "Words." in text_of(pdf)


def test_attributes_of_the_page_do_not_become_typst():
    body = (
        "<div typst:inset='read(\"/etc/hostname\")'><p>Text</p></div>"
        "<table typst:fill='eval(\"red\")'><tr>"
        "<td typst:fill='eval(\"1\")' colspan='9999999'>x</td></tr></table>"
        "<span typst:text:size='eval(\"9pt\")' id='foot'>y</span>"
    )
    soup = BeautifulSoup(paper(page_of(body), False).body, "html.parser")
    ours = {value for tag in soup.find_all(True) for key, value in tag.attrs.items()}
    assert not [value for value in ours if "eval" in value or "read" in value or "999" in value]
    assert "Text" in text_of(pdf_report(page_of(body)))


@pytest.mark.parametrize(
    "text",
    ["W" * 400, "https://example.org/" + "a" * 300, "x" * 30 + " " + "한" * 200, "m-" * 200,
     "\u202eabc\u200fdef", "ا" * 200, "a\u0301" * 200],
    ids=["capitals", "address", "korean", "hyphens", "direction", "arabic", "marks"],
)  # fmt: skip
def test_long_words_stay_on_the_page(text):
    assert_inside(pdf_report(hostile_page(text)))


def test_other_scripts_show_as_letters_or_numbers():
    body = "<p>Ωμέγα Жизнь ≥ → € 한국 \x07 न \ue000 \u2028</p><p>עברית</p><p>العربية</p>"
    words = text_of(pdf_report(page_of(body, "한국 report")))
    for shown in (
        "Ωμέγα Жизнь ≥ → €",
        "עברית",
        "العربية",
        "[U+D55C U+AD6D]",
        "[U+0928]",
        "[U+E000]",
    ):
        assert shown in words
    assert "[U+D55C U+AD6D] report" in words


def test_every_letter_of_the_last_font_can_be_set():
    everything = " ".join(map(chr, range(sys.maxunicode + 1)))
    letters = [one for one in everything.split() if printable(one) == one]
    assert len(letters) > 5000
    text = " ".join(letters).replace("&", "&amp;").replace("<", "&lt;")
    assert "[U+" not in text_of(pdf_report(page_of(f"<p>{text}</p>")))


def test_printable_numbers_what_has_no_letter():
    assert printable("a\tb\nc\x00d") == "a\tb\nc d"
    assert printable("한국 x") == "[U+D55C U+AD6D] x"
    assert printable("\u202eabc") == "[U+202E]abc"


def test_a_damaged_picture_is_its_text():
    body = "<figure><img src='data:image/png;base64,AAAA' alt='Exports fell'></figure>"
    assert "[Exports fell]" in text_of(pdf_report(page_of(body)))


def wide(columns, rows, cell="12,345.6"):
    head = "".join(f"<th>year {n}</th>" for n in range(columns))
    row = "<tr>" + f"<td>{cell}</td>" * columns + "</tr>"
    return f"<table><caption>Wide</caption><thead><tr>{head}</tr></thead>{row * rows}</table>"


def test_a_wide_table_turns_the_page_and_repeats_its_head():
    pdf = pdf_report(page_of(f"<h2>A</h2><p>Before.</p>{wide(20, 60)}<p>After.</p>"))
    pages = list(pypdfium2.PdfDocument(pdf))
    turned = [page for page in pages if page.get_width() > page.get_height()]
    assert len(turned) >= 2 and len(turned) == len(pages) - 2
    for page in turned:
        assert "year 19" in re.sub(r"\s+", " ", page.get_textpage().get_text_range())
    assert_inside(pdf)


@pytest.mark.parametrize("columns", [1, 7, 40])
def test_long_cells_and_many_columns_stay_on_the_page(columns):
    assert_inside(pdf_report(page_of(wide(columns, 3, "exports_and_imports " * 20 + "x" * 100))))


def test_columns_are_as_wide_as_their_words_need():
    table = BeautifulSoup(wide(3, 2), "html.parser").table
    narrow = fit(table)
    assert (narrow.size, narrow.landscape, narrow.longest) == (9.0, False, LONGEST)
    assert sum(narrow.widths) < 60
    texts = "<table><tr><td>yes</td><td>" + "word " * 60 + "</td></tr></table>"
    short, long = fit(BeautifulSoup(texts, "html.parser").table).widths
    assert short < 10 and long > 80 and short + long == pytest.approx(100, abs=0.1)
    assert fit(BeautifulSoup(wide(20, 1), "html.parser").table).landscape
    spans = (
        "<table><tr><td rowspan=2>a</td><td colspan=2>wide</td></tr>"
        "<tr><td>b</td><td>c</td></tr></table>"
    )
    assert len(fit(BeautifulSoup(spans, "html.parser").table).widths) == 3


def test_words_break_behind_the_marks_of_an_address():
    assert break_words("short words stay") == "short words stay"
    address = "https://www.census.gov/foreign-trade/balance/country.xlsx"
    pieces = break_words(address).split(BREAK)
    assert "".join(pieces) == address
    assert "census." in pieces and "foreign-" in pieces
    assert [len(p) for p in break_words("7" * 64).split(BREAK)] == [32, 32]


@pytest.mark.parametrize("missing", ["typst", "pypandoc"])
def test_without_the_packages_a_sentence_says_what_to_type(missing):
    script = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "from korus_helpers.errors import InputError\n"
        "from korus_helpers.runs.pdf import pdf_report, require_pdf\n"
        "for call in (require_pdf, lambda: pdf_report('<p>x</p>')):\n"
        "    try:\n"
        "        call()\n"
        "    except InputError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    sentence = "PDFs need two more packages; type: pip install 'korus-helpers[pdf]'\n"
    assert (done.stdout, done.stderr) == (sentence * 2, "")
