import re
from html.parser import HTMLParser

import pytest

from korus_helpers.present.sentences import plain, say, visible

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


def test_invisible_signs_become_visible():
    assert visible("a\u202eb\x00c\ud800d\u200be\u2066") == "a�b�c�d�e�"
    assert visible("one\ntwo\r\n\tthree\u2028four") == "one two three four"
    assert visible("Côte d'Ivoire, می‌خواهم") == "Côte d'Ivoire, می‌خواهم"
    assert visible(2016) == "2016"


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
