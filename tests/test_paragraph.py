import re

import pandas as pd
import pytest

from korus_helpers.present.paragraph import article_paragraph


def paragraph(exports=(100_000.0, 110_000.0), imports=(200_000.0, 210_000.0), deficit=None):
    if deficit is None:
        deficit = tuple(m - x for x, m in zip(exports, imports, strict=True))
    return article_paragraph(
        "Atlantis", 2011, 2016, exports=exports, imports=imports, deficit=deficit
    )


def test_the_paragraph_of_the_article_with_its_true_figures():
    text = article_paragraph(
        "South Korea", 2011, 2016,
        exports=(43_461.636, 42_262.187),
        imports=(56_661.359, 69_886.778),
        deficit=(13_199.723, 27_624.591),
    )  # fmt: skip
    assert text == (
        "US exports to South Korea in 2016 were USD 42.3 billion, down from USD 43.5 billion in "
        "2011, a fall of 2.8 percent. US imports from South Korea rose by USD 13.2 billion to "
        "USD 69.9 billion, a rise of 23.3 percent, and the US goods deficit with South Korea rose "
        "from USD 13.2 billion to USD 27.6 billion, 2.09 times its size in 2011."
    )


@pytest.mark.parametrize(
    ("exports", "said"),
    [
        (
            (100_000, 110_000),
            "in 2016 were USD 110.0 billion, up from USD 100.0 billion in 2011, a rise of 10.0 "
            "percent.",
        ),
        ((1_240, 1_160), "were USD 1.16 billion, down from USD 1.24 billion in 2011, a fall of"),
        ((100_000, 100_040), "were USD 100.0 billion, hardly changed from 2011."),
        ((500, 500), "were USD 500 million, exactly as much as in 2011."),
        ((0, 12.5), "were USD 12.5 million, after none recorded in 2011, so that no percentage"),
        ((12.5, 0), "No US exports to Atlantis were recorded in 2016, after USD 12.5 million in"),
        ((0, 0), "No US exports to Atlantis were recorded in 2011 or in 2016."),
    ],
)
def test_exports(exports, said):
    assert said in paragraph(exports=exports).split(" US imports")[0]


@pytest.mark.parametrize(
    ("imports", "said"),
    [
        ((200_000, 180_000), "fell by USD 20.0 billion to USD 180.0 billion, a fall of 10.0 perc"),
        ((200_000, 200_010), "US imports from Atlantis hardly changed from USD 200.0 billion, and"),
        ((200_000, 200_000), "US imports from Atlantis did not change from USD 200.0 billion, and"),
        ((0, 7), "US imports from Atlantis rose from none recorded in 2011 to USD 7.0 million"),
        ((7, 0), "US imports from Atlantis fell from USD 7.0 million in 2011 to none recorded"),
        ((0, 0), "No US imports from Atlantis were recorded in either year, and"),
    ],
)
def test_imports(imports, said):
    assert said in paragraph(imports=imports)


@pytest.mark.parametrize(
    ("deficit", "said"),
    [
        ((10_000, 12_000), "the US goods deficit with Atlantis rose from USD 10.0 billion to USD "
                           "12.0 billion, a rise of 20.0 percent."),
        ((10_000, 15_000), "rose from USD 10.0 billion to USD 15.0 billion, 1.50 times its size"),
        ((10_000, 8_000), "deficit with Atlantis fell from USD 10.0 billion to USD 8.0 billion, a "
                          "fall of 20.0 percent."),
        ((-10_000, -12_000), "the US goods surplus with Atlantis rose from USD 10.0 billion"),
        ((-10_000, -8_000), "surplus with Atlantis fell from USD 10.0 billion to USD 8.0 billion"),
        ((-500, 700), "the US goods surplus with Atlantis of USD 500 million in 2011 turned into "
                      "a deficit of USD 700 million in 2016."),
        ((500, -700), "deficit with Atlantis of USD 500 million in 2011 turned into a surplus of "
                      "USD 700 million in 2016."),
        ((0, 700), "US goods trade with Atlantis went from balance to a deficit of USD 700 mill"),
        ((0, -700), "went from balance to a surplus of USD 700 million."),
        ((700, 0), "deficit with Atlantis of USD 700 million in 2011 gave way to balanced trade"),
        ((-700, 0), "surplus with Atlantis of USD 700 million in 2011 gave way to balanced trade"),
        ((0, 0), "US goods trade with Atlantis was balanced in both years."),
        ((700, 700), "the US goods deficit with Atlantis stayed at USD 700 million."),
        ((70_000, 70_010), "deficit with Atlantis hardly changed from USD 70.0 billion."),
    ],
)  # fmt: skip
def test_deficit_or_surplus(deficit, said):
    assert said in paragraph(deficit=deficit)


def test_no_trade_at_all():
    text = paragraph(exports=(0, 0), imports=(0, 0))
    assert text == "No US goods trade with Atlantis was recorded in 2011 or in 2016."


def test_a_missing_figure_is_refused():
    with pytest.raises(ValueError, match="not a figure"):
        paragraph(exports=(100.0, float("nan")))


def _million(amount: str, unit: str) -> float:
    return float(amount.replace(",", "")) * {"million": 1, "billion": 1000}[unit]


@pytest.mark.parametrize("end_year", [2012, 2016, 2023])
def test_words_and_numbers_agree_for_every_partner(shared, end_year):
    table = pd.read_parquet(shared / "figures" / "goods_annual_vintages.parquet")
    table = table[(table.vintage == "2024-08") & ~table.is_aggregate]
    pairs = table[table.year == 2011].merge(table[table.year == end_year], on="partner_code")
    assert len(pairs) > 200
    for row in pairs.itertuples():
        exports = (row.exports_musd_x, row.exports_musd_y)
        imports = (row.imports_musd_x, row.imports_musd_y)
        text = paragraph(exports=exports, imports=imports)
        assert " 0.0 percent" not in text
        found = re.search(
            r"were USD ([\d.,]+) (\w+), (up|down) from USD ([\d.,]+) (\w+) in .* a (rise|fall)"
            r" of ([\d.,]+) percent\. US",
            text,
        )
        if not found:
            continue
        end, base = _million(found[1], found[2]), _million(found[4], found[5])
        assert (
            (found[3] == "up") == (found[6] == "rise") == (end > base) == (exports[1] > exports[0])
        )
        assert end - base == pytest.approx(exports[1] - exports[0], rel=0.1001)
