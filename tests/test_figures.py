"""The included figures against control totals and genuine files, and what to beware of in them."""

import pandas as pd
import pytest

from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.partners import countries
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
    sums = (
        monthly(vintage)
        .groupby(by)
        .agg(
            exports=("exports_musd", "sum"),
            imports=("imports_musd", "sum"),
            count=("month", "count"),
        )
    )
    years = open_table("goods_annual").query("vintage == @vintage").set_index(by)
    assert sums.index.equals(years.index)
    assert (sums["count"] == years.months).all()
    assert (sums.exports - years.exports_musd).abs().max() < EXACT
    assert (sums.imports - years.imports_musd).abs().max() < EXACT


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


def test_enduse_codes_of_other_years_are_of_other_releases():
    enduse = open_table("enduse_annual").query("partner_code == @WORLD")
    sums = enduse.groupby(["flow", "year"]).value_usd.sum() / 1e6
    world = annual_goods("2024-08").query("partner_code == @WORLD").set_index("year")
    for flow, year in (("exports", 2021), ("exports", 2022), ("imports", 2022), ("imports", 2023)):
        assert abs(sums[flow, year] - world[f"{flow}_musd"][year]) > 50


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


def test_fred_equals_the_country_file_until_the_revision_of_2022():
    fred = monthly("2026-06").groupby("year")[FLOWS].sum()
    off = (fred - korea_years()).abs().max(axis=1)
    assert off.loc[1985:2021].max() < EXACT
    assert round(off[2022], 1) == 54.8
    assert round(off[2023], 1) == 150.9


def test_the_2022_deficit_of_korea_is_revised_in_the_newest_release():
    deficits = [
        korea_years(vintage).loc[2022].imports_musd - korea_years(vintage).loc[2022].exports_musd
        for vintage in ("2026-06", "2024-08")
    ]
    assert [round(deficit, 1) for deficit in deficits] == [43262.5, 43226.2]


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


def test_months_of_2024_are_january_to_june():
    months = monthly("2024-08")
    assert set(months[months.year == 2024].month) == set(range(1, 7))
    counts = months.groupby(["partner_code", "year"]).month.agg(["min", "max", "count"])
    assert set(map(tuple, counts.to_numpy())) == {(1, 12, 12), (1, 6, 6)}
    assert (counts["count"] == 6).groupby("year").all().loc[lambda full: full].index == [2024]
    assert months.year.min() == 1985


def test_korea_by_month_to_april_2026():
    months = monthly("2026-06")
    assert set(months.partner_code) == {KOREA}
    assert len(months) == 41 * 12 + 4
    assert not months.duplicated(["year", "month"]).any()
    last = months.iloc[-1]
    assert (last.year, last.month) == (2026, 4)


def test_months_of_three_releases_are_included():
    assert set(open_table("goods_monthly").vintage) == {*WITH_MONTHS, "2026-06"}
    assert sorted(open_table("goods_annual").vintage.unique()) == ALL_PARTNERS


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


def test_the_world_is_one_code_in_every_table():
    for name in ("goods_monthly", "goods_annual", "enduse_annual"):
        codes = set(open_table(name).partner_code)
        assert WORLD in codes
        assert "0000" not in codes


def test_mirror_figures_cover_both_reporters():
    mirror = open_table("mirror_monthly")
    assert set(mirror.reporter) == {"KOR", "USA"}
    counts = mirror.groupby(["reporter", "flow", "year"]).month.agg(["min", "max", "count"])
    assert set(counts.index.get_level_values("year")) == set(range(2011, 2021))
    assert set(map(tuple, counts.to_numpy())) == {(1, 12, 12)}
    assert set(mirror.flow) == {"exports", "imports"}


def test_the_mirror_is_not_the_us_deficit():
    mirror = open_table("mirror_monthly").groupby(["reporter", "year", "flow"]).value_musd.sum()
    korea = mirror["KOR"].unstack()
    surplus = korea.exports - korea.imports
    assert round(surplus[2011], 1) == 11601.2  # quoted as 11.6 billion
    assert round(surplus[2016], 1) == 23364.5  # quoted as 23.2, 23.3 or 23.4
    usa = mirror["USA"].unstack()
    assert round(usa.imports[2011] - usa.exports[2011], 1) == 13199.7


def test_context_reaches_from_1985():
    context = open_table("context_annual")
    assert list(context.year) == list(range(1985, 2026))
    assert context.loc[context.year <= 2023].notna().all().all()


def test_schedule_b_definitions_are_true_or_false():
    codes = open_table("autos_schedule_b")
    inside = [name for name in codes if name.startswith("in_")]
    assert len(inside) == 5
    assert codes[inside].any().all()
    assert (codes.in_hs87 == codes.hs4.str.startswith("87")).all()
    assert (codes.in_enduse3 == codes.enduse.str.startswith("3")).all()


def test_vintages_say_when_they_were_in_force():
    table = open_table("vintages").set_index("vintage")
    assert list(table.index) == [*ALL_PARTNERS, "2026-06"]
    assert table[["in_force_from", "newest_year_from", "in_force_until"]].to_dict("index") == {
        vintage: {"in_force_from": start, "newest_year_from": newest, "in_force_until": end}
        for vintage, start, newest, end in (
            ("2017-01", "2016-06", "2016-06", "2017-06-02"),
            ("2018-10", "2018-06-06", "2018-06-06", "2019-06"),
            ("2019-12", "2019-06", "2019-06", "2020-06"),
            ("2020-10", "2020-06", "2020-06", "2021-06"),
            ("2022-03", "2021-06", "2022-02", "2022-06"),
            ("2023-03", "2022-06", "2023-02", "2023-06"),
            ("2024-08", "2024-06", "2024-06", "2025-06"),
            ("2024-10", "2024-06", "2024-06", "2025-06"),
            ("2025-04", "2024-06", "2025-02", "2025-06"),
            ("2026-03", "2025-06", "2026-02", "2026-06"),
            ("2026-06", "2026-06", "2026-06", "2027-06"),
        )
    }
    years = [2015, 2017, 2018, 2019, 2021, 2022, 2023, 2023, 2024, 2025, 2025]
    assert list(table.last_full_year) == years
    assert list(table.partners) == ["all"] * 10 + [KOREA]
    assert list(table.index[table.has_months]) == [*WITH_MONTHS, "2026-06"]


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


def test_leading_zeros_are_kept():
    assert WORLD in set(open_table("goods_annual").partner_code)
    assert open_table("enduse_annual").code.str.fullmatch(r"\d{5}").all()
    assert open_table("enduse_codes").code.str.fullmatch(r"\d{5}").all()
    assert open_table("hs_chapters").code.str.fullmatch(r"\d\d").all()
    assert "01" in set(open_table("hs_chapters").code)


def test_no_group_and_no_world_among_countries():
    listed = set(countries())
    not_countries = set(kinds().index[kinds() != "country"])
    assert len(listed) == 244
    assert not listed & not_countries
    assert {"0001", "0003", "0004", "0005", "0006", "0007", WORLD, "0021", "0022"} <= not_countries
    assert {code for code in not_countries if code >= "1000"} == {"8220", "8500"}  # residual rows


def test_rows_that_are_zero_in_both_flows():
    months = monthly("2024-08")
    zero = months[(months.exports_musd == 0) & (months.imports_musd == 0)]
    kind = zero.partner_code.map(kinds())
    assert kind.isin(["country", "residual"]).sum() == 3578
    assert len(zero) == 3602  # with the rows that are no partners
    early = zero.query("year == 2011 and month < 5").partner_code
    assert {"2774", "2777"} <= set(early)  # Sint Maarten and Curaçao began in May 2011
    assert "2771" in set(zero.query("year == 2011 and month > 8").partner_code)


def test_years_without_any_row():
    years = monthly("2024-08").groupby("partner_code").year.unique().map(set)
    assert set(range(1992, 2025)) - years["5790"] == set(range(2017, 2022))  # North Korea
    assert set(range(1992, 2025)) - years["7250"] == {1997, 1998, 1999}  # Libya


def test_153_partners_begin_in_1992():
    first = monthly("2024-08").groupby("partner_code").year.min()
    single = kinds().reindex(first.index).isin(["country", "residual"])
    assert (first[single] == 1992).sum() == 153


def test_early_values_are_rounded_to_a_tenth():
    months = monthly("2024-08")
    tenths = 10 * months[FLOWS]
    unrounded = ((tenths - tenths.round()).abs() > 1e-6).any(axis=1)
    by_year = unrounded.groupby(months.year).mean()
    assert by_year.loc[:1996].max() == 0
    assert by_year.loc[:2002].max() < 0.03
    assert by_year.loc[2004:].min() > 0.9


def test_two_codes_of_one_name_do_not_trade_at_once():
    traded = annual_goods("2024-08").query("exports_musd != 0 or imports_musd != 0")
    years = traded.groupby("partner_code").year.agg(["min", "max"])
    assert "5080" not in years.index  # Israel without any trade
    assert years.loc["7320", "max"] <= years.loc["7321", "min"]  # Sudan, both in 2011
    assert years.loc["4802", "max"] < years.loc["4801", "min"]  # Serbia
    assert years.loc["7740", "max"] <= years.loc["7749", "min"]  # Ethiopia, both in 1993


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


def test_quoted_flows_name_the_sign():
    quoted = open_table("quoted")
    assert set(quoted.flow) == {"exports", "imports", "deficit", "surplus", "two-way"}
    assert (quoted.value_musd > 0).all()
    assert set(quoted[quoted.flow == "surplus"].topic) == {"services", "korea_reported_goods"}
    assert (quoted.reporter == "KOR").equals(quoted.basis == "korea-reported")
    assert set(quoted.basis) == {
        "general",
        "not stated",
        "korea-reported",
        "domestic exports",
        "consumption (inferred)",
        "services",
    }


def test_quoted_figures_of_the_release_in_force_when_the_article_appeared():
    quoted = open_table("quoted").query(
        "topic == 'goods_total' and year == 2016 and in_force_from == '2017-06-02'"
    )
    rows = quoted[["flow", "low_musd", "high_musd", "in_force_until"]].to_numpy().tolist()
    assert rows == [
        ["exports", 42303.0, 42315.0, "2018-06-06"],
        ["exports", 42308.5, 42309.5, "2018-06-06"],
        ["deficit", 27565.0, 27575.0, "2018-06-06"],
    ]


# Beside the source tables


def read_source(path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def test_timeline_has_one_id_for_each_date(shared):
    timeline = open_table("timeline")
    assert timeline.event_id.is_unique
    source = read_source(shared / "claims" / "timeline.csv")
    assert list(timeline.date) == list(source.date)
    assert list(timeline.url) == list(source.source_url)
    assert not set(timeline.event) & set(source.event)  # in our own words


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
    ("name", "file"),
    [
        ("goods_monthly", "goods_monthly.parquet"),
        ("goods_annual", "goods_annual_vintages.parquet"),
    ],
)
def test_goods_equal_the_copies_of_their_releases(shared, name, file):
    source = pd.read_parquet(shared / "figures" / file)
    table = open_table(name)
    table = table[table.vintage.isin(source.vintage.unique())]
    keys = ["vintage", "partner_code", "year", "month" if name == "goods_monthly" else "months"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys)[[*keys, *FLOWS]].reset_index(drop=True),
        source.sort_values(keys)[[*keys, *FLOWS]].reset_index(drop=True),
        check_dtype=False,
        check_exact=False,  # 2018-10 is at hand as a copy and as a file: one digit of one cell
        rtol=0,
        atol=1e-8,
    )


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


def test_enduse_equals_the_source(shared):
    keys = ["vintage", "flow", "partner_code", "year", "code"]
    source = pd.read_parquet(shared / "figures" / "enduse_annual.parquet")
    source["flow"] = source.flow + "s"
    source["partner_code"] = source.partner_code.replace("0000", WORLD)
    pd.testing.assert_frame_equal(
        open_table("enduse_annual").sort_values(keys)[[*keys, "value_usd"]].reset_index(drop=True),
        source.sort_values(keys)[[*keys, "value_usd"]].reset_index(drop=True),
        check_dtype=False,
        check_exact=True,
    )
