"""Opening the included tables: hash, size and schema, and what is said of a damaged file."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from korus_helpers.errors import DamagedData, InputError
from korus_helpers.figures.tables import DATA, RESTORE, open_table, package, resource, seal, verify

NAMES = [entry["name"] for entry in package()["resources"]]
SMALL = "tariffs"  # the tests damage a small table


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of the figures that ship, to be damaged."""
    for path in DATA.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    return tmp_path


def damage(name: str, folder: Path) -> str:
    """What is said of a damaged table; `verify` says the same as the error."""
    with pytest.raises(DamagedData) as error:
        open_table(name, folder)
    assert verify(name, folder) == str(error.value)
    assert RESTORE in str(error.value)
    return str(error.value).removesuffix(f"; {RESTORE}")


def forge(folder: Path, name: str, text: str) -> None:
    """Replace a table's text, and its size and hash in the descriptor: only the schema can tell."""
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    entry = next(entry for entry in descriptor["resources"] if entry["name"] == name)
    content = text.encode()
    (folder / entry["path"]).write_bytes(content)
    entry |= {
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    del descriptor["hash"]
    (folder / "datapackage.json").write_text(seal(descriptor), "utf-8")


def shipped_text(name: str) -> str:
    return (DATA / resource(name)["path"]).read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_as_it_shipped(name):
    entry = resource(name)
    content = (DATA / entry["path"]).read_bytes()
    assert verify(name) == ""
    assert entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert entry["bytes"] == len(content)
    table = open_table(name)
    assert len(table) == entry["rows"]
    assert list(table.columns) == [field["name"] for field in entry["schema"]["fields"]]


def test_every_file_that_ships_is_described():
    described = {entry["path"] for entry in package()["resources"]} | {
        "datapackage.json",
        "README.md",
    }
    assert {path.name for path in DATA.iterdir() if path.is_file()} == described


def test_the_figures_take_at_most_9_megabytes():
    assert sum(os.path.getsize(path) for path in DATA.rglob("*") if path.is_file()) <= 9_000_000


def test_a_missing_table(data_copy):
    (data_copy / "tariffs.csv").unlink()
    assert damage(SMALL, data_copy) == "tariffs.csv is missing or cannot be read"


def test_a_truncated_table(data_copy):
    path = data_copy / "goods_monthly.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:1000])
    assert damage("goods_monthly", data_copy) == (
        f"goods_monthly.parquet is truncated: 1,000 of {len(content):,} bytes"
    )


def test_an_empty_table(data_copy):
    (data_copy / "tariffs.csv").write_bytes(b"")
    assert damage(SMALL, data_copy).startswith("tariffs.csv is truncated: 0 of ")


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("8%", "9%"), lambda text: text + "\n"]
)
def test_an_altered_table(data_copy, change):
    text = shipped_text(SMALL)
    assert change(text) != text
    (data_copy / "tariffs.csv").write_text(change(text), "utf-8")
    assert damage(SMALL, data_copy) == (
        "tariffs.csv was altered: its sha256 is not the one included"
    )


def test_other_tables_open_beside_a_damaged_one(data_copy):
    (data_copy / "tariffs.csv").unlink()
    assert verify(SMALL, data_copy) != ""
    assert verify("timeline", data_copy) == ""


def test_a_restored_table_opens_in_the_same_process(data_copy):
    path = data_copy / "tariffs.csv"
    content = path.read_bytes()
    path.unlink()
    assert damage(SMALL, data_copy)
    path.write_bytes(content)
    assert len(open_table(SMALL, data_copy)) == 6


def test_the_message_says_how_to_restore():
    assert "`git checkout -- korus_helpers/data`" in RESTORE
    assert "`pip install --force-reinstall --no-deps .`" in RESTORE


def test_a_table_is_read_and_verified_once_per_process(data_copy):
    first = open_table(SMALL, data_copy)
    (data_copy / "tariffs.csv").unlink()
    pd.testing.assert_frame_equal(open_table(SMALL, data_copy), first)
    assert verify(SMALL, data_copy) == ""


def test_changes_of_a_caller_do_not_reach_the_next():
    before = open_table("goods_monthly").copy()
    mine = open_table("goods_monthly")
    mine["partner_code"] = "9999"
    mine.loc[0, "exports_musd"] = -1.0
    mine.iloc[1, -1] = -1.0
    mine["new"] = 0
    mine.columns = mine.columns.str.upper()
    mine.index.name = "row"
    pd.testing.assert_frame_equal(open_table("goods_monthly"), before)
    with pytest.raises(ValueError, match="read-only"):
        open_table("goods_monthly").exports_musd.to_numpy()[0] = -1.0


def test_an_unknown_table_is_refused_with_the_names():
    with pytest.raises(InputError, match='no table is named "goods"; type one of goods_monthly, '):
        open_table("goods")
    with pytest.raises(InputError) as error:
        resource("../secrets")
    assert all(name in str(error.value) for name in NAMES)


def test_a_missing_descriptor(tmp_path):
    assert damage(SMALL, tmp_path) == "datapackage.json is missing or cannot be read"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"null",
        b"[]",
        b"{}",
        b'{"resources": []}',
        b'{"resources": [{"name": "tariffs"}]}',
        b'{"resources": [{"name": "tariffs", "schema": {}}]}',
    ],
)
def test_a_damaged_descriptor(tmp_path, content):
    (tmp_path / "datapackage.json").write_bytes(content)
    assert damage(SMALL, tmp_path) == "datapackage.json is not a data package any more"


def swap_first_columns(text: str) -> str:
    return "\n".join(
        ",".join([*reversed(line.split(",")[:2]), *line.split(",")[2:]])
        for line in text.splitlines()
    )


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (
            "context_annual",
            lambda text: text.replace("year,", "when,", 1),
            "columns are when, us_gdp_nominal_busd, ",
        ),
        (
            "imports_for_consumption",
            swap_first_columns,
            "columns are year, partner_code, imports_for_consumption_musd, source_id, not "
            "partner_code, year, ",
        ),
        (
            "context_annual",
            lambda text: text.replace("4339.0", "unknown", 1),
            "column us_gdp_nominal_busd is not number",
        ),
        (
            "hs_chapters",
            lambda text: text.replace("5800,01", ",01", 1),
            "column partner_code has empty cells",
        ),
        (
            "imports_for_consumption",
            lambda text: text.replace("62122.618", "", 1),
            "column imports_for_consumption_musd has empty cells",
        ),
    ],
)
def test_a_table_that_does_not_fit_its_schema(data_copy, name, change, problem):
    text = shipped_text(name)
    assert change(text) != text
    forge(data_copy, name, change(text))
    said = damage(name, data_copy)
    assert said.startswith(f"{name}.csv does not fit datapackage.json: {problem}")


def test_text_and_gaps_are_read_as_described():
    partners = open_table("partners").set_index("partner_code")
    assert partners.loc["0015", "iso2"] == ""
    assert partners.loc["5800", "iso2"] == "KR"
    assert partners.loc["7920", "iso2"] == "NA"  # Namibia, not a missing value
    assert str(partners.first_year.dtype) == "Int64"
    assert partners.first_year.isna().any()
    assert open_table("context_annual").us_gdp_nominal_busd.isna().any()


# What the descriptor says of each table


@pytest.mark.parametrize("name", NAMES)
def test_the_descriptor_says_where_a_table_comes_from(name):
    entry = resource(name)
    assert entry["title"]
    assert entry["basis"]
    assert entry["vintage"]
    publishers = open_table("sources").set_index("source_id").publisher
    for source in entry["sources"]:
        assert source["title"].startswith(f"{publishers[source['source_id']]}, ")
        assert source.get("path", "https://").startswith(("https://", "http://"))
    assert [set(licence) for licence in entry["licenses"]] == [{"name", "title"}]
    # Tables without sources of their own name an address in every row, only add up to context, or
    # are decisions of this project.
    has_rows_with_source = {"url"} & set(open_table(name).columns)
    assert entry["sources"] or has_rows_with_source or name in ("context_annual", "choices")


def test_public_domain_is_said_only_where_every_source_is():
    terms = open_table("sources").set_index("source_id").licence
    for name in NAMES:
        entry = resource(name)
        if entry["licenses"][0]["name"] == "public-domain":
            rights = {terms[source["source_id"]] for source in entry["sources"]}
            assert rights == {"US Government work, public domain"}, name


UNITS = {
    "musd": "million US dollars",
    "usd": "US dollars",
    "busd": "billion",
    "pct": "percent",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_money_and_percent_field_has_its_unit(name):
    for field in resource(name)["schema"]["fields"]:
        assert field["description"]
        ending = field["name"].rsplit("_", 1)[-1]
        if ending in UNITS:
            assert field["unit"].startswith(UNITS[ending]), field["name"]
            assert field["type"] == "number" or name in ("enduse_annual", "goods_services")


def test_frictionless_accepts_the_descriptor_and_every_csv(monkeypatch):
    frictionless = pytest.importorskip("frictionless")
    monkeypatch.chdir(DATA)
    report = frictionless.Package.validate_descriptor("datapackage.json")
    assert report.valid, report.flatten(["message"])
    described = frictionless.Package("datapackage.json")
    tables = [table for table in described.resources if table.format == "csv"]
    assert len(tables) == len([name for name in NAMES if resource(name)["format"] == "csv"])
    for table in tables:
        report = table.validate()
        assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])
