"""The included figures against control totals and genuine files, and what to beware of in them."""

import pandas as pd
import pytest

from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.releases import annual_goods
from korus_helpers.figures.tables import open_table, package

KOREA, WORLD = "5800", "0015"
FLOWS = ["exports_musd", "imports_musd"]
EXACT = 0.001  # million dollars
ALL_PARTNERS = [
    *("2017-01", "2018-10", "2019-12", "2020-10", "2022-03"),
    *("2023-03", "2024-08", "2024-10", "2025-04", "2026-03"),
]
WITH_MONTHS = ["2024-08", "2026-03"]  # for all partners


def kinds() -> pd.Series:
    return open_table("partners").set_index("partner_code").kind


def add_up(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Exports and imports of all countries and residual rows."""
    single = table.partner_code.map(kinds()).isin(["country", "residual"])
    return table[single].groupby(by)[FLOWS].sum()


def off_world(table: pd.DataFrame, by: list[str]) -> pd.Series:
    """Largest distance of the countries' sum from the World row, percent of it."""
    world = table[table.partner_code == WORLD].set_index(by)[FLOWS]
    return (100 * (add_up(table, by) - world).abs() / world).max(axis=1)


def monthly(vintage: str) -> pd.DataFrame:
    table = open_table("goods_monthly")
    return table[table.vintage == vintage]


def korea_years(vintage: str = "2024-08") -> pd.DataFrame:
    years = annual_goods(vintage)
    return years[years.partner_code == KOREA].set_index("year")[FLOWS]


# Checks that hold


@pytest.mark.parametrize("vintage", WITH_MONTHS)
def test_months_sum_to_years(vintage):
    by = ["partner_code", "year"]
    months = monthly(vintage).groupby(by)
    years = open_table("goods_annual").query("vintage == @vintage").set_index(by)
    assert (months.month.count() == years.months).all()
    assert ((months[FLOWS].sum() - years[FLOWS]).abs() < EXACT).all(axis=None)


@pytest.mark.parametrize("vintage", ALL_PARTNERS)
def test_countries_sum_to_the_world(vintage):
    off = off_world(annual_goods(vintage), ["year"]).loc[1992:]
    # Carry-over: the newest years of older releases differ a little more.
    settled, newest = off.iloc[:-2], off.iloc[-2:]
    assert settled.max() < 0.0001
    assert newest.max() < 0.02


@pytest.mark.parametrize("vintage", ALL_PARTNERS)
def test_countries_and_world_differ_before_1992(vintage):
    off = off_world(annual_goods(vintage), ["year"]).loc[1987:1991]
    assert len(off) == 5
    assert off.between(1, 3).all()


@pytest.mark.parametrize(("vintage", "count"), [("2024-08", 32 * 12 + 6), ("2026-03", 34 * 12 + 1)])
def test_countries_sum_to_the_world_by_month(vintage, count):
    off = off_world(monthly(vintage), ["year", "month"]).loc[1992:]
    assert len(off) == count
    assert off.max() < 0.7  # carry-over between the months of a year that is not revised yet
    assert off.loc[1992:2023].max() < 0.001


ENDUSE_YEARS = [
    *(("exports", year) for year in range(2013, 2021)),
    *(("imports", year) for year in range(2014, 2022)),
]


def test_enduse_codes_sum_to_the_country_file_for_all_partners():
    enduse = open_table("enduse_annual")
    sums = enduse.groupby(["flow", "year", "partner_code"]).value_usd.sum() / 1e6
    years = annual_goods("2024-08")
    single = years.partner_code.map(kinds()).isin(["country", "residual", "world"])
    for flow, year in ENDUSE_YEARS:
        published = years[single & (years.year == year)].set_index("partner_code")[f"{flow}_musd"]
        ours = sums[flow, year].reindex(published.index, fill_value=0)
        assert len(ours) > 230
        assert set(sums[flow, year].index) <= set(published.index)
        assert (ours - published).abs().max() < EXACT, (flow, year)


def test_korea_2016_out_of_three_publications():
    enduse = open_table("enduse_annual").query("partner_code == @KOREA and year == 2016")
    from_enduse = enduse.groupby("flow").value_usd.sum() / 1e6
    from_fred = monthly("2026-06").query("year == 2016")[FLOWS].sum()
    from_country = korea_years().loc[2016]
    for exports, imports in (
        (from_enduse["exports"], from_enduse["imports"]),
        (from_fred["exports_musd"], from_fred["imports_musd"]),
        (from_country["exports_musd"], from_country["imports_musd"]),
    ):
        assert round(exports, 3) == 42262.187
        assert round(imports, 3) == 69886.778


def test_hs_chapters_sum_to_the_exports_of_the_country_file():
    chapters = open_table("hs_chapters").query("flow == 'exports'")
    off = chapters.groupby("year").value_musd.sum() - korea_years().exports_musd
    # Every chapter is rounded to a thousand dollars.
    assert off.loc[2013:2017].abs().max() < 0.005
    assert round(off[2018]) == -8
    assert round(off[2019], 1) == 34.5


def test_hs_chapters_of_imports_are_for_consumption():
    chapters = open_table("hs_chapters").query("flow == 'imports'")
    sums = chapters.groupby("year").value_musd.sum()
    consumed = open_table("imports_for_consumption").set_index("year").imports_for_consumption_musd
    assert list(consumed.index) == list(range(2011, 2025))
    assert (sums - consumed).loc[2013:2020].abs().max() < 0.006
    general = korea_years().imports_musd
    assert round(consumed[2016], 1) == 71583.9
    assert round(general[2016], 1) == 69886.8
    assert (consumed[2015], round(general[2015], 1)) == (69473.308, 71775.3)


def test_months_of_imports_for_consumption_sum_to_their_years():
    months = open_table("imports_for_consumption_monthly")
    assert months.groupby("year").month.unique().map(list).to_dict() == {
        2011: list(range(1, 13)),
        2012: list(range(1, 13)),
    }
    sums = months.groupby("year").imports_for_consumption_musd.sum()
    assert sums.round(3).to_dict() == {2011: 56002.781, 2012: 57931.567}
    annual = open_table("imports_for_consumption").set_index("year").imports_for_consumption_musd
    assert (annual.loc[2011:2012] - sums).abs().max() < EXACT
    rate = months.calculated_duty_musd / months.imports_for_consumption_musd
    assert rate.between(0.005, 0.02).all()


def test_goods_and_services_of_korea_by_the_bureau_of_economic_analysis():
    table = open_table("goods_services").query("partner_code == @KOREA and quarter == 0")
    flows = table.pivot(index=["year", "part"], columns="flow", values="value_musd")
    balance = (flows.exports - flows.imports).unstack()
    assert balance.loc[2011].to_dict() == {"goods": -12361, "services": 8020}
    assert balance.loc[2016].to_dict() == {"goods": -27475, "services": 13227}
    assert balance.sum(axis=1).loc[[2011, 2016]].tolist() == [-4341, -14248]


def test_goods_and_services_of_the_world_and_its_quarters():
    table = open_table("goods_services")
    key = ["partner_code", "year", "quarter", "part", "flow"]
    assert not table.duplicated(key).any()
    assert (table.year.min(), table.year.max()) == (1999, 2024)
    assert set(table.quarter) == {0, 1, 2, 3, 4}
    world = table[table.partner_code == WORLD].set_index(key[1:]).value_musd
    single = table[table.partner_code.map(kinds()) == "country"]
    assert (single.groupby(key[1:]).value_musd.sum() <= world).all()
    whole = table[table.quarter == 0].set_index(["partner_code", "year", "part", "flow"]).value_musd
    quarters = table[table.quarter > 0].groupby(whole.index.names).value_musd.agg(["sum", "count"])
    complete = quarters[quarters["count"] == 4]["sum"].drop(WORLD)
    off = complete - whole.reindex(complete.index)
    assert len(off) > 2000 and off.abs().max() <= 2  # each is rounded to a million


def test_vehicle_months_sum_to_the_chapter():
    months = open_table("hs87_monthly")
    assert (months.month.min(), months.month.max()) == ("2013-01", "2021-06")
    assert months.dropna().month.max() == "2020-10"
    sums = months.groupby(months.month.str[:4].astype(int))[
        ["imports_for_consumption_musd", "total_exports_musd"]
    ].sum()
    chapter = open_table("hs_chapters").query("code == '87'")
    chapter = chapter.pivot(index="year", columns="flow", values="value_musd")
    assert (sums.imports_for_consumption_musd - chapter.imports).loc[2013:2020].abs().max() < EXACT
    assert (sums.total_exports_musd - chapter.exports).loc[2013:2019].abs().max() < EXACT
    duty = 100 * months.calculated_duty_musd / months.imports_for_consumption_musd
    assert (duty - months.effective_duty_rate_pct).abs().max() < 1e-6


# What is included


FIRST_2016 = (42312.662, 69895.323)
REVISED_2016 = (42262.187, 69886.778)


@pytest.mark.parametrize(
    ("year", "vintage", "exports", "imports"),
    [
        *((2011, vintage, 43461.636, 56661.359) for vintage in [*ALL_PARTNERS, "2026-06"]),
        (2016, "2018-10", *FIRST_2016),
        *((2016, vintage, *REVISED_2016) for vintage in [*ALL_PARTNERS[2:], "2026-06"]),
        (2024, "2025-04", 65541.790, 131549.187),
        (2024, "2026-03", 65586.297, 131553.159),
        (2025, "2026-03", 68805.832, 125221.827),
    ],
)
def test_korea_by_release(year, vintage, exports, imports):
    row = korea_years(vintage).loc[year]
    assert (round(row.exports_musd, 3), round(row.imports_musd, 3)) == (exports, imports)


def test_the_deficit_with_vietnam_on_the_first_release_of_2024():
    years = annual_goods("2025-04").query("partner_code == '5520' and year == 2024")
    exports, imports = years[FLOWS].iloc[0]
    assert round(100 * (imports - exports) / imports, 3) == 90.409


def test_releases_of_one_revision_hold_the_same_figures():
    table = open_table("vintages").query("partners == 'all'")
    for _, rows in table.groupby("in_force_from"):
        years = [annual_goods(name).set_index(["partner_code", "year"]) for name in rows.vintage]
        settled = [one[one.index.get_level_values("year") <= min(rows.last_full_year)]
                   for one in years]  # fmt: skip
        for other in settled[1:]:
            assert ((settled[0] - other).abs().max() < 1e-6).all()


def test_enduse_coverage():
    enduse = open_table("enduse_annual")
    spans = enduse.groupby(["flow", "vintage"]).year.agg(["min", "max"])
    assert spans.to_dict("index") == {
        ("exports", "2023-07"): {"min": 2013, "max": 2022},
        ("imports", "2024-11"): {"min": 2014, "max": 2015},
        ("imports", "2026-04"): {"min": 2016, "max": 2025},
    }
    assert enduse.partner_code.nunique() == 236
    assert not enduse.duplicated(["partner_code", "flow", "code", "year"]).any()


def test_the_mirror_is_not_the_us_deficit():
    mirror = open_table("mirror_monthly").groupby(["reporter", "year", "flow"]).value_musd.sum()
    korea = mirror["KOR"].unstack()
    surplus = korea.exports - korea.imports
    assert round(surplus[2011], 1) == 11601.2  # quoted as 11.6 billion
    assert round(surplus[2016], 1) == 23364.5  # quoted as 23.2, 23.3 or 23.4
    usa = mirror["USA"].unstack()
    assert round(usa.imports[2011] - usa.exports[2011], 1) == 13199.7


@pytest.mark.parametrize("vintage", ALL_PARTNERS)
def test_vintages_cover_what_they_say(vintage):
    entry = open_table("vintages").set_index("vintage").loc[vintage]
    years = open_table("goods_annual").query("vintage == @vintage")
    assert years.year.min() == entry.first_year
    assert years[years.months == 12].year.max() == entry.last_full_year
    year, month = map(int, entry.data_through.split("-"))
    partial = years[years.year > entry.last_full_year]
    assert set(partial.year) <= {year}
    assert set(partial.months) <= {month}


# What to beware of


@pytest.mark.parametrize(
    "name", [entry["name"] for entry in package()["resources"] if entry["name"] != "timeline"]
)
def test_codes_are_text_with_leading_zeros(name):
    table = open_table(name)
    for column in set(table.columns) & {"partner_code", "code", "hs4", "naics", "enduse"}:
        assert str(table[column].dtype) == "str", column
    if "partner_code" in table:
        assert table.partner_code.str.fullmatch(r"\d{4}").all()


def test_codes_that_mean_the_same_in_exports_and_imports():
    codes = open_table("enduse_codes")
    titles = codes.pivot(index="code", columns="flow", values="title")
    assert len(titles) == 192
    assert titles.notna().all(axis=1).sum() == 87
    same = titles.index[titles.exports.str.lower() == titles.imports.str.lower()]
    assert len(same) == 61
    assert set(codes[codes.netted].code) == set(same) | {"30100", "22200", "41210"}
    assert tuple(titles.loc["00000"]) == ("Wheat", "Green coffee")
    assert titles.loc["30110"].isna().to_dict() == {"exports": True, "imports": False}
    assert codes.groupby("code").netted.nunique().max() == 1


def test_quoted_figures_lie_in_their_intervals():
    quoted = open_table("quoted")
    assert (quoted.low_musd < quoted.value_musd).all()
    assert (quoted.value_musd < quoted.high_musd).all()
    assert ((quoted.high_musd + quoted.low_musd) / 2 == quoted.value_musd).all()


# Beside the source tables


def read_source(path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


@pytest.mark.parametrize("name", ["article_claims", "public_claims"])
def test_claims_are_printed_to_the_letter(shared, name):
    ours = open_table(name)
    source = read_source(shared / "claims" / f"{name}.csv")
    assert ours.id.is_unique
    assert list(ours.id) == list(source.claim_id)
    assert list(ours.printed) == list(source.printed)


def test_claims_name_events_that_exist():
    named = open_table("article_claims").events.str.split(";").explode()
    assert set(named) - {""} <= set(open_table("timeline").event_id)


def test_every_source_that_a_row_names_is_described():
    described = set(open_table("sources").source_id)
    for entry in package()["resources"]:
        table = open_table(entry["name"])
        if "source_id" in table:
            named = set(table.source_id.str.split("; ").explode())
            assert named - described <= {"group label of the project"}, entry["name"]


@pytest.mark.parametrize(
    ("file", "vintage"),
    [
        ("country_2018-10.xlsx", "2018-10"),
        ("country_2020-01.xlsx", "2019-12"),
        ("country_2020-10.xlsx", "2020-10"),
        ("country_2024-11.xlsx", "2024-10"),
        ("country_2025-04.csv", "2025-04"),
        ("country_2026-04.xlsx", "2026-03"),
    ],
)
def test_goods_equal_the_cells_of_their_genuine_file(shared, file, vintage):
    """Read here without the reader of the product, which the build uses."""
    cells = genuine(shared / "figures" / "files" / file)
    ours = open_table("goods_annual").query("vintage == @vintage")
    ours = ours.set_index(["partner_code", "year"]).sort_index()
    assert ours.index.equals(cells.index)
    assert (ours.exports_musd == cells.EYR).all() and (ours.imports_musd == cells.IYR).all()
    months = monthly(vintage)
    for month, rows in months.groupby("month"):
        name = MONTHS[month - 1][:3].upper()
        rows = rows.set_index(["partner_code", "year"])
        theirs = cells.loc[rows.index]
        assert (rows.exports_musd == theirs[f"E{name}"]).all()
        assert (rows.imports_musd == theirs[f"I{name}"]).all()
    assert months.empty is (vintage not in WITH_MONTHS)


def genuine(path) -> pd.DataFrame:
    """The cells of a country file by partner and year."""
    if path.suffix == ".csv":
        cells = pd.read_csv(path, dtype={"CTY_CODE": "str"})
    else:
        cells = pd.read_excel(path, engine="calamine", dtype={"CTY_CODE": "str"})
    cells = cells[cells.year.notna()]
    cells["partner_code"] = cells.CTY_CODE.str.zfill(4)
    cells["year"] = cells.year.astype(int)
    return cells.set_index(["partner_code", "year"]).sort_index()
