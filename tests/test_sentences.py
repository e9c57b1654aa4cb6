import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from korus_helpers.figures.partners import countries
from korus_helpers.present.sentences import article_paragraph, finding, plain, say
from korus_helpers.trade.evaluate import evaluate, grid

HOSTILE = [
    "$42.3 billion and $13.2 billion",
    r"\(x\) \[y\] \begin{align}",
    "**bold** _under_ `code` ~~gone~~",
    "<script>alert(1)</script> & &amp; &lt;",
    "[a link](https://example.org) ![image](x.png)",
    "# a heading | a | table |",
    "- a list",
    "+ a list",
    "2. a list",
    "> a quote",
    "=== ---",
    "C:\\path\\*.csv",
    "www.example.org and someone@example.org",
]


class _Read(HTMLParser):
    """The text that a reader sees, the tags around it, and each text node by itself."""

    def __init__(self):
        super().__init__()
        self.nodes, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.nodes.append(data)


def rendered(markdown: str) -> _Read:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    reader = _Read()
    reader.feed(markdown2html_mistune(markdown))
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_shown_as_it_is(text):
    page = rendered(plain(text))
    assert "".join(page.nodes).strip() == text
    assert page.tags <= {"p", "span"}


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_never_mathematics(text):
    # MathJax looks for its delimiters within one text node, JupyterLab also in the source.
    delimiter = re.compile(r"\$.|\\[(\[b]")
    assert "$" not in plain(text)
    assert not delimiter.search(plain(text))
    assert not any(delimiter.search(node) for node in rendered(plain(text)).nodes)


def test_text_from_outside_is_on_one_line_without_invisible_signs():
    assert plain("a\u202eb\nc") == "a&#92;u202eb c".replace("&#92;", "<span>&#92;</span>")
    assert plain(2016) == "2016"


def test_a_sentence_is_one_output_with_markdown_and_plain_text(shown):
    (output,) = shown(say, f"**Imports** rose `13.2` [here](02.ipynb): {plain('$5 & *so*')}")
    assert set(output.data) == {"text/plain", "text/markdown"}
    assert output.data["text/plain"] == "Imports rose 13.2 here (02.ipynb): $5 & *so*"
    assert output.data["text/markdown"].startswith("**Imports** rose `13.2` [here](02.ipynb): ")


def test_dollars_of_a_sentence_are_never_mathematics(shown):
    (output,) = shown(say, r"from $13.2 billion to \$27.6 billion")
    assert "$" not in output.data["text/markdown"]
    assert output.data["text/plain"] == "from $13.2 billion to $27.6 billion"
    assert "".join(rendered(output.data["text/markdown"]).nodes).strip() == (
        "from $13.2 billion to $27.6 billion"
    )


def test_outside_a_notebook_a_sentence_is_printed(capsys):
    say("Exports **fell**.")
    assert capsys.readouterr().out == "Exports fell.\n"


def test_minus_signs_of_numbers_are_true_and_days_stay(shown):
    (output,) = shown(say, "## From -1.5 to (-2), on 2017-12-28 and 2011-2016.")
    assert output.data["text/plain"] == "From −1.5 to (−2), on 2017-12-28 and 2011-2016."


# Two years compared


def two(exports=(100_000, 110_000), imports=(200_000, 210_000), deficit=None):
    frame = pd.DataFrame({"exports": exports, "imports": imports}, [2011, 2016], dtype=float)
    return frame.assign(deficit=deficit or list(frame.imports - frame.exports))


@pytest.mark.parametrize(("base", "end", "said"), [
    (13_200, 27_600, "The deficit with Atlantis more than doubled"),
    (10_000, 20_010, "The deficit with Atlantis doubled"),
    (10_000, 19_400, "The deficit with Atlantis grew by 94 percent"),
    (10_000, 8_800, "The deficit with Atlantis shrank by 12 percent"),
    (10_000, 10_010, "The deficit with Atlantis stood still"),
    (1_000, 62_000, "The deficit with Atlantis grew 62.0-fold"),
    (-5_000, -8_000, "The surplus with Atlantis grew by 60 percent"),
    (-8_000, -5_000, "The surplus with Atlantis shrank by 38 percent"),
    (-5_000, 8_000, "A surplus with Atlantis became a deficit"),
    (8_000, -5_000, "A deficit with Atlantis became a surplus"),
])  # fmt: skip
def test_titles_of_a_deficit_or_a_surplus(base, end, said):
    table = pd.DataFrame({"deficit": [base, end]})
    assert finding(table, "Atlantis") == said
    with_goods = finding(table, "Atlantis", "auto").replace("An auto", "A auto")
    assert with_goods.replace("auto ", "") == said


@pytest.mark.parametrize(("exports", "imports", "said"), [
    ((100, 110), (100, 120), "rose 10.0 percent, imports 20.0 percent"),
    ((100, 97.2), (100, 123.3), "fell 2.8 percent, imports rose 23.3 percent"),
    ((100, 100), (100, 90), "stood still, imports fell 10.0 percent"),
    ((100, 5700), (100, 226_551), "rose 57.0-fold, imports 2,266-fold"),
    ((0, 5), (0, 7), "rose from zero, imports too"),
    ((0, 0), (0, 7), "stayed at zero, imports rose from zero"),
])  # fmt: skip
def test_titles_of_flows(exports, imports, said):
    table = two(exports, imports)[["exports", "imports"]]
    assert finding(table, "Atlantis") == f"Exports to Atlantis {said}"


@pytest.mark.parametrize(("table", "said"), [
    (two((43_461.636, 42_262.187), (56_661.359, 69_886.778)),
     "US exports to Atlantis in 2016 were USD 42.3 billion, down from USD 43.5 billion in 2011, a "
     "fall of 2.8 percent. US imports from Atlantis rose by USD 13.2 billion to USD 69.9 billion, "
     "a rise of 23.3 percent, and the US goods deficit with Atlantis rose from USD 13.2 billion "
     "to USD 27.6 billion, 2.09 times its size in 2011."),
    (two((1_240, 1_160)), "were USD 1.16 billion, down from USD 1.24 billion in 2011, a fall of"),
    (two((100_000, 100_040)), "were USD 100.0 billion, hardly changed from 2011."),
    (two((0, 12.5)), "exports to Atlantis rose from none recorded in 2011 to USD 12.5 million in"),
    (two((12.5, 0)), "exports to Atlantis fell from USD 12.5 million in 2011 to none recorded in"),
    (two((0, 0)), "US exports to Atlantis were not recorded in either year."),
    (two((0, 0), (0, 0)), "No US goods trade with Atlantis was recorded in 2011 or in 2016."),
    (two(imports=(200_000, 200_010)), "imports from Atlantis hardly changed from USD 200.0 bil"),
    (two(imports=(50.5, 114_408)), "imports from Atlantis rose from USD 50.5 million to USD 114.4 "
     "billion, 2,266 times as much, and"),
    (two(imports=(7, 0)), "imports from Atlantis fell from USD 7.0 million in 2011 to none"),
    (two(imports=(0.1, 0.12)), "imports from Atlantis rose by less than USD 0.1 million to USD"),
    (two(deficit=(10_000, 8_000)), "deficit with Atlantis fell from USD 10.0 billion to USD 8.0"),
    (two(deficit=(-10_000, -12_000)), "surplus with Atlantis rose from USD 10.0 billion to USD"),
    (two(deficit=(-500, 700)), "surplus with Atlantis of USD 500 million in 2011 turned into a "
     "deficit of USD 700 million in 2016."),
    (two(deficit=(0, 700)), "balance with Atlantis went from balanced trade to a deficit of USD 7"),
    (two(deficit=(70_000, 70_010)), "deficit with Atlantis hardly changed from USD 70.0 billion."),
])  # fmt: skip
def test_the_paragraph_of_the_article_for_any_figures(table, said):
    assert said in article_paragraph("Atlantis", table)


def test_words_and_numbers_of_the_paragraph_agree_for_every_partner():
    pattern = re.compile(
        r"were USD ([\d.,]+) (\w+), (up|down) from USD ([\d.,]+) (\w+) in .* a (rise|fall)"
        r" of ([\d.,]+) percent\. US"
    )
    asked = grid(partner=countries(), end=[2011, 2023])
    flows = {flow: evaluate(flow, asked) for flow in ("exports", "imports")}
    table = pd.DataFrame({flow: found.value for flow, found in flows.items()}).dropna()
    table = table.set_index([asked.partner[table.index].astype(str), asked.end[table.index]])
    size, checked = {"million": 1, "billion": 1000}, 0
    for _, rows in table.groupby(level=0):
        if len(rows) < 2:
            continue
        pair = rows.droplevel(0).assign(deficit=lambda x: x.imports - x.exports)
        text = article_paragraph("Atlantis", pair)
        assert " 0.0 percent" not in text
        found = pattern.search(text)
        if found:
            end, base = (float(found[at].replace(",", "")) * size[found[at + 1]] for at in (1, 4))
            rose = pair.exports.iloc[1] > pair.exports.iloc[0]
            assert (found[3] == "up") == (found[6] == "rise") == (end > base) == rose
            assert end - base == pytest.approx(pair.exports.diff().iloc[1], rel=0.1001)
            checked += 1
    assert checked > 150
