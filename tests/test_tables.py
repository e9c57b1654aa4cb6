import csv
import io
from decimal import Decimal
from html.parser import HTMLParser

import pandas as pd
import pytest

from korus_helpers.figures.tables import resource
from korus_helpers.present.displays import csv_text
from korus_helpers.present.tables import show_sources, show_table


class _Cells(HTMLParser):
    """Cells as (tag, attributes, text), and the caption."""

    def __init__(self):
        super().__init__()
        self.cells, self.caption, self.tags, self._at = [], "", [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._at = tag if tag in ("td", "th", "caption") else self._at
        if tag in ("td", "th"):
            self.cells.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        if tag in ("td", "th", "caption"):
            self._at = ""

    def handle_data(self, data):
        if self._at == "caption":
            self.caption += data
        elif self._at:
            self.cells[-1][2] += data


def parsed(output) -> _Cells:
    reader = _Cells()
    reader.feed(output.data["text/html"])
    return reader


@pytest.fixture
def flows():
    return pd.DataFrame(
        {
            "flow": ["exports", "imports", "services"],
            "year": [2016, 2016, 2016],
            "musd": [42262.187, -0.04, None],
            "share": [Decimal("0.25"), None, float("inf")],
        }
    )


def test_a_table_is_one_output_with_html_text_and_csv(shown, flows):
    (output,) = shown(show_table, flows, "Flows, USD million", "flows", {"musd": ",.1f"})
    assert set(output.data) == {"text/html", "text/plain", "text/csv"}
    assert output.metadata == {"korus": {"kind": "table", "name": "flows"}}
    assert output.data["text/csv"] == (
        "flow,year,musd,share\nexports,2016,42262.187,0.25\nimports,2016,-0.04,\n"
        "services,2016,,inf\n"
    )
    lines = output.data["text/plain"].splitlines()
    assert lines[0] == "Flows, USD million"
    assert [line.split() for line in lines[2:]] == [
        ["flow", "year", "musd", "share"],
        ["exports", "2016", "42,262.2", "0.2"],
        ["imports", "2016", "−0.04", "–"],
        ["services", "2016", "–", "∞"],
    ]


def test_html_names_its_headers_and_sets_numbers_to_the_right(shown, flows):
    page = parsed(shown(show_table, flows, "Flows", "flows", {"musd": ",.1f"})[0])
    assert ("table", {"class": "korus tex2jax_ignore", "style": "margin-left:0"}) in page.tags
    assert page.caption == "Flows"
    scopes = [(tag, attrs.get("scope"), text) for tag, attrs, text in page.cells]
    assert scopes[:5] == [
        ("th", "col", "flow"),
        ("th", "col", "year"),
        ("th", "col", "musd"),
        ("th", "col", "share"),
        ("th", "row", "exports"),
    ]
    right = {text for _, attrs, text in page.cells if attrs["align"] == "right"}
    assert right == {"year", "musd", "share", "2016", "42,262.2", "−0.04", "–", "0.2", "∞"}
    assert all(f"text-align:{attrs['align']}" in attrs["style"] for _, attrs, _ in page.cells)


def test_formats_by_function_and_text_without_one(shown):
    frame = pd.DataFrame({"a": ["x"], "b": [-1234.5], "c": [True], "d": [-7], "e": [None]})
    formats = {"b": lambda value: f"<{value}>", "e": lambda value: "never"}
    (output,) = shown(show_table, frame, "c", "t", formats)
    assert [text for _, _, text in parsed(output).cells[5:]] == [
        "x", "<-1234.5>", "True", "−7", "–",
    ]  # fmt: skip


def test_minus_signs_are_true_and_nothing_shows_as_zero_that_is_none(shown):
    frame = pd.DataFrame({"name": ["a", "b", "c"], "x": [-1234.56, -0.04, float("-inf")]})
    (output,) = shown(show_table, frame, "c", "t", {"x": ",.1f"})
    assert [text for _, _, text in parsed(output).cells[3::2]] == ["−1,234.6", "−0.04", "−∞"]


def test_text_from_outside_stays_text(shown):
    hostile = '<img src=x onerror=alert(1)> $5 & "$6"\u202e'
    frame = pd.DataFrame({hostile: [hostile]})
    (output,) = shown(show_table, frame, hostile, "t")
    page = parsed(output)
    assert {tag for tag, _ in page.tags} == {
        "div", "table", "caption", "b", "thead", "tbody", "tr", "th",
    }  # fmt: skip
    readable = hostile.replace("\u202e", "\\u202e")
    assert page.caption == readable
    assert [text for _, _, text in page.cells] == [readable, readable]
    assert "mathjax_ignore" in output.data["text/html"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_csv_text_is_never_a_formula(start):
    frame = pd.DataFrame({f"{start}head": [f"{start}1+1", "plain"], "number": [-1.5, 2.0]})
    rows = list(csv.reader(io.StringIO(csv_text(frame), newline="")))
    start = start.replace("\r", "\n")
    assert rows == [[f"'{start}head", "number"], [f"'{start}1+1", "-1.5"], ["plain", "2.0"]]


def test_csv_is_unrounded_and_ends_lines_with_a_line_feed():
    text = csv_text(pd.Series([0.1 + 0.2, None], index=[2011, 2012], name="x"))
    assert text == 'x\n0.30000000000000004\n""\n'


def test_a_named_index_comes_first_an_unnamed_one_is_left_out(shown):
    named = pd.Series([1.0], index=pd.Index([2016], name="year"), name="musd")
    assert csv_text(named) == "year,musd\n2016,1.0\n"
    (output,) = shown(show_table, named.to_frame(), "c", "t")
    assert [text for _, _, text in parsed(output).cells] == ["year", "musd", "2016", "1.0"]
    (output,) = shown(show_table, named.rename_axis(None).to_frame(), "c", "t")
    assert [text for _, _, text in parsed(output).cells] == ["musd", "1.0"]


def test_the_csv_can_hold_more_than_is_shown(shown, flows):
    (output,) = shown(show_table, flows[["flow"]], "c", "t", data=flows[["flow", "year"]])
    assert output.data["text/csv"].splitlines()[:2] == ["flow,year", "exports,2016"]
    assert "2016" not in output.data["text/html"]


def test_long_tables_say_so(shown):
    frame = pd.DataFrame({"x": range(15)})
    (trimmed,) = shown(show_table, frame, "c", "t")
    assert trimmed.data["text/plain"].startswith("c; 3 rows after the first are in the CSV\n")
    lines = trimmed.data["text/plain"].split()
    assert lines[-12:] == ["0", *map(str, range(4, 15))] and "\n2\n" in trimmed.data["text/csv"]
    (whole,) = shown(show_table, frame, "c", "t", long=True)
    assert whole.data["text/plain"].split()[-15:] == [*map(str, range(15))]


def test_a_format_for_no_column_is_refused(flows):
    with pytest.raises(ValueError, match="no column 'usd'"):
        show_table(flows, "c", "t", {"usd": ".1f"})


@pytest.mark.parametrize("name", ["", "../x", "a b", "Verdicts", "1st", "a" * 61])
def test_a_name_that_cannot_be_a_file_is_refused(flows, name):
    with pytest.raises(ValueError, match="small letters"):
        show_table(flows, "c", name)


def test_a_figure_and_its_ends_are_one_column(shown):
    frame = pd.DataFrame({
        "release": ["a", "b", "c"],
        "deficit_low": [1.0, 2.0, None], "deficit": [1.0, 2.5, None],
        "deficit_high": [1.0, 3.0, None],
        "change, percent": [0.5, 1.0, None], "change, percent_low": [0.5, 1.0, None],
        "change, percent_high": [0.5, 1.0, None],
    })  # fmt: skip
    (output,) = shown(show_table, frame, "c", "t", {"deficit": ",.2f"})
    cells = [text for _, _, text in parsed(output).cells]
    assert sorted(cells[:3]) == ["change, percent", "deficit", "release"]
    assert {"1.00", "2.00 to 3.00", "+0.50", "+1.00", "–"} < set(cells)
    assert output.data["text/csv"].startswith("release,deficit_low,deficit,deficit_high,")


def test_sources_have_a_row_per_publication_with_address_vintage_and_checksum(shown):
    (output,) = shown(show_sources, ["goods_annual", "goods_monthly", "quoted", "timeline"])
    text = output.data["text/csv"]
    assert text.count("goods_annual") == 1  # all releases of one file
    assert text.count("goods_monthly") == 2  # the country file and the FRED series
    assert "https://www.census.gov/foreign-trade/balance/country.xlsx" in text
    assert resource("goods_annual")["hash"].removeprefix("sha256:")[:12] in text
    assert "publications, named row by row" in text
    assert "the address stands in each row" in text
