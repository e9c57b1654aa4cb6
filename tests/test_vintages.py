"""Vintages: which releases are at hand, and which one a calculation uses."""

import hashlib

import pandas as pd
import pytest

from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner, partners
from korus_helpers.figures.releases import (
    annual_goods,
    check_vintage,
    latest_enduse,
    release_order,
    releases,
    resolve,
)
from korus_helpers.figures.store import on_trial
from korus_helpers.figures.tables import DATA, open_table, resource, seal
from korus_helpers.trade.periods import period

KOREA, MEXICO, WORLD = "5800", "2010", "0015"
FLOWS = ["exports_musd", "imports_musd"]
INCLUDED = [
    *("2017-01", "2018-10", "2019-12", "2020-10", "2022-03", "2023-03"),
    *("2024-08", "2024-10", "2025-04", "2026-03", "2026-06"),
]


def latest(partners: set[str], first: str, last: str) -> str:
    start, end = period(first), period(last)
    whole = start.year is not None and end.year is not None
    return resolve("latest", partners, start.start, end.end, whole)


def test_releases_from_old_to_new():
    assert list(releases()) == INCLUDED
    assert releases()["2024-08"].through_words == "June 2024"
    assert releases()["2017-01"].through_words == "November 2016"


@pytest.mark.parametrize("text", ["latest", "2017-01", "2026-06", "as-of:2017-12-28"])
def test_a_known_vintage(text):
    assert check_vintage(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "newest",
        "Latest",
        "2017-02",
        "2024",
        "as-of:",
        "as-of:2017",
        "as-of:2017-12",
        "as-of:2017-02-30",
        "as-of:2017-13-01",
        "as-of:0000-00-00",
        "as-of:28.12.2017",
        "as-of: 2017-12-28",
        "2017-12-28",
        "x" * 5000,
    ],
)
def test_an_unknown_vintage_is_refused_with_the_choices(text):
    with pytest.raises(InputError) as error:
        check_vintage(text)
    assert str(error.value) == (
        f'vintage "{text[:40]}" is not known; type latest, one of {", ".join(INCLUDED)}, '
        "or a day such as as-of:2017-12-28"
    )


@pytest.mark.parametrize(
    ("partners", "first", "last", "vintage"),
    [
        ({KOREA}, "2011", "2016", "2026-06"),
        ({KOREA}, "1985", "2025", "2026-06"),
        ({KOREA}, "2025-05/2026-04", "2025-05/2026-04", "2026-06"),
        ({MEXICO}, "2011", "2016", "2026-03"),
        ({KOREA, MEXICO}, "2011", "2016", "2026-03"),
        ({KOREA, WORLD}, "2016", "2016", "2026-03"),
        ({WORLD}, "1987", "2025", "2026-03"),
        ({MEXICO}, "2025-02/2026-01", "2025-02/2026-01", "2026-03"),
        ({KOREA}, "2026-01/2026-01", "2026-01/2026-01", "2026-06"),
    ],
)
def test_latest_is_the_newest_that_covers_everything(partners, first, last, vintage):
    assert latest(partners, first, last) == vintage


@pytest.mark.parametrize(
    ("partners", "year", "vintage"),
    [
        ({KOREA}, "2026", "2026-06"),
        ({KOREA}, "1984", "2026-06"),
        ({KOREA, MEXICO}, "2026", "2026-03"),
        ({MEXICO}, "2026", "2026-03"),
    ],
)
def test_latest_is_the_newest_that_holds_the_partners_where_none_covers_the_years(
    partners, year, vintage
):
    assert latest(partners, year, year) == vintage


def test_a_named_release_is_taken_as_it_is():
    assert resolve("2018-10", {KOREA}, *two_ends("2016"), True) == "2018-10"
    with pytest.raises(InputError, match='vintage "2019-01" is not known'):
        resolve("2019-01", {KOREA}, *two_ends("2016"), True)


def test_releases_of_one_month_are_sorted_by_the_length_of_their_letters_first():
    names = ["2026-07", "2026-06aa", "2026-06z", "2026-06b", "2026-06", "2026-05"]
    assert sorted(names, key=release_order) == [
        *("2026-05", "2026-06", "2026-06b", "2026-06z", "2026-06aa", "2026-07"),
    ]


@pytest.fixture
def stored(tmp_path):
    """Store a package of `release`: Mexico and the World in 2016, end-use goods of 2025."""

    def written(release: str, exports: float):
        folder = tmp_path / "vintages" / release
        folder.mkdir(parents=True)
        goods = pd.DataFrame(
            [(release, "general", code, 2016, 12, exports, 1.0) for code in (WORLD, MEXICO)],
            columns=["vintage", "basis", "partner_code", "year", "months", *FLOWS],
        )
        months = pd.concat([goods.assign(month=month) for month in range(1, 13)])
        included = open_table("vintages").set_index("vintage", drop=False)
        row = included.loc[["2018-10"]].assign(vintage=release, has_months=True)
        enduse = open_table("enduse_annual").query("year == 2025")
        tables = {
            "goods_annual": goods,
            "goods_monthly": months.drop(columns="months"),
            "vintages": row,
            "enduse_annual": enduse,
            "partners": open_table("partners").query("partner_code == @MEXICO").assign(
                name="Mexico of old", first_year=1980
            ),
        }  # fmt: skip
        resources = []
        for name, table in tables.items():
            table.to_parquet(folder / f"{name}.parquet", index=False)
            content = (folder / f"{name}.parquet").read_bytes()
            resources.append(
                resource(name)
                | {"path": f"{name}.parquet", "bytes": len(content)}
                | {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "rows": len(table)}
            )
        (folder / "datapackage.json").write_text(seal({"resources": resources}), "utf-8")
        return folder

    return written


def test_a_stored_release_takes_the_place_of_an_included_one_of_its_name(stored):
    rows = len(latest_enduse())
    with on_trial(stored("2018-10", 7.5)):
        assert list(releases()) == INCLUDED
        assert releases()["2018-10"].has_months and releases()["2018-10"].folder != DATA
        assert annual_goods("2018-10").exports_musd.tolist() == [7.5, 7.5]
        assert len(latest_enduse()) == rows
        assert partners().partner_code.is_unique
    assert releases()["2018-10"].folder == DATA


def test_names_are_those_of_the_newest_release_whatever_was_stored_last(stored):
    with on_trial(stored("2018-11", 1.0)):
        mexico = find_partner(MEXICO)
        assert (mexico.name, mexico.first_year, mexico.last_year) == ("Mexico", 1980, 2026)
        assert list(releases()) == [*INCLUDED[:2], "2018-11", *INCLUDED[2:]]
    with on_trial(stored("2026-12b", 1.0)):
        assert find_partner(MEXICO).name == "Mexico of old"
        assert list(releases())[-1] == "2026-12b"


def two_ends(text: str) -> tuple[int, int]:
    return period(text).start, period(text).end


@pytest.mark.parametrize(
    ("vintage", "partner", "text", "covered"),
    [
        ("2018-10", KOREA, "2017", True),
        ("2018-10", KOREA, "2018", False),
        ("2018-10", KOREA, "1984", False),
        ("2018-10", KOREA, "2016-04/2017-03", False),
        ("2024-08", MEXICO, "2016-04/2017-03", True),
        ("2024-08", MEXICO, "2024-01/2024-06", True),
        ("2024-08", MEXICO, "2024-01/2024-07", False),
        ("2025-04", MEXICO, "2024", True),
        ("2025-04", MEXICO, "2024-01/2024-06", False),  # no months of this release are included
        ("2026-03", MEXICO, "2026-01/2026-01", True),
        ("2026-06", KOREA, "2026-01/2026-04", True),
        ("2026-06", MEXICO, "2016", False),
    ],
)
def test_what_a_release_covers(vintage, partner, text, covered):
    asked = period(text)
    found = releases()[vintage].covers([partner], asked.start, asked.end, asked.year is not None)
    assert found is covered


def test_annual_goods_hold_full_years_only():
    for vintage, release in releases().items():
        years = annual_goods(vintage)
        assert list(years) == ["partner_code", "year", "exports_musd", "imports_musd"]
        assert years.year.max() == release.last_full_year
        assert not years.duplicated(["partner_code", "year"]).any()


def test_annual_goods_of_a_release_of_months_are_their_sums():
    years = annual_goods("2026-06").set_index("year")
    assert round(years.exports_musd[2016], 3) == 42262.187
    assert 2026 not in years.index
