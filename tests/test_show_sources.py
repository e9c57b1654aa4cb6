"""The table of sources at the end of a notebook."""

from korus_helpers.figures.tables import resource
from korus_helpers.present.sources import show_sources


def test_one_row_per_publication_with_address_vintage_and_checksum(shown):
    (output,) = shown(show_sources, ["goods_annual", "goods_monthly"])
    text = output.data["text/csv"]
    assert text.count("goods_annual") == 1  # five releases of one file
    assert text.count("goods_monthly") == 2  # the country file and the FRED series
    assert "https://www.census.gov/foreign-trade/balance/country.xlsx" in text
    assert resource("goods_annual")["hash"].removeprefix("sha256:")[:12] in text


def test_many_publications_are_counted_and_rows_with_addresses_said(shown):
    (output,) = shown(show_sources, ["quoted", "timeline"])
    text = output.data["text/csv"]
    assert "publications, named row by row" in text
    assert "the address stands in each row" in text
