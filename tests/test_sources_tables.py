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
TYPES = {
    "string": pd.api.types.is_string_dtype,
    "integer": pd.api.types.is_integer_dtype,
    "number": pd.api.types.is_numeric_dtype,
    "boolean": pd.api.types.is_bool_dtype,
}


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of the included figures, to be damaged."""
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
    del descriptor["hash"]
    entry = next(entry for entry in descriptor["resources"] if entry["name"] == name)
    content = text.encode()
    (folder / entry["path"]).write_bytes(content)
    entry |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    (folder / "datapackage.json").write_text(seal(descriptor), "utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_as_it_was_included_and_fits_its_schema(name):
    entry = resource(name)
    content = (DATA / entry["path"]).read_bytes()
    assert entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    table = open_table(name)
    assert (len(table), len(content)) == (entry["rows"], entry["bytes"])
    assert list(table.columns) == [field["name"] for field in entry["schema"]["fields"]]
    for field in entry["schema"]["fields"]:
        column, rules = table[field["name"]], field.get("constraints", {})
        assert TYPES[field["type"]](column) or column.isna().all(), field
        assert "enum" not in rules or column.isin(rules["enum"]).all()
        if rules.get("required"):
            assert column.notna().all() and (column.astype("str") != "").all()


def test_every_file_is_described_and_all_take_at_most_9_megabytes():
    described = {entry["path"] for entry in package()["resources"]}
    files = {path.name: os.path.getsize(path) for path in DATA.iterdir() if path.is_file()}
    assert set(files) == described | {"datapackage.json", "README.md"}
    assert sum(files.values()) <= 9_000_000


def test_a_missing_a_truncated_and_an_altered_table(data_copy):
    path = data_copy / "tariffs.csv"
    content = path.read_bytes()
    altered = "tariffs.csv was altered: its sha256 is not the one included"
    for damaged, says in (
        (None, "tariffs.csv is missing or cannot be read"),
        (b"", f"tariffs.csv is truncated: 0 of {len(content):,} bytes"),
        (content[:100], f"tariffs.csv is truncated: 100 of {len(content):,} bytes"),
        (content.replace(b"8%", b"9%"), altered),
        (content + b"\n", altered),
    ):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        assert damage(SMALL, data_copy) == says
        assert verify("timeline", data_copy) == ""  # others open beside it
    path.write_bytes(content)
    assert len(open_table(SMALL, data_copy)) == 6  # in the same process
    path.unlink()
    assert verify(SMALL, data_copy) == ""  # read and verified once


def test_changes_of_a_caller_do_not_reach_the_next():
    before = open_table("goods_monthly").copy()
    mine = open_table("goods_monthly")
    mine["partner_code"] = "9999"
    mine.loc[0, "exports_musd"] = -1.0
    mine.iloc[1, -1] = -1.0
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


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{}", b"null", b"[]", b"{}", b'{"resources": []}', b"[" * 10**5]
)
def test_a_damaged_descriptor(tmp_path, content):
    assert damage(SMALL, tmp_path) == "datapackage.json is missing or cannot be read"
    (tmp_path / "datapackage.json").write_bytes(content)
    assert damage(SMALL, tmp_path) == "datapackage.json is not a data package any more"


def test_a_descriptor_that_was_altered_in_any_one_field(tmp_path):
    text = (DATA / "datapackage.json").read_text("utf-8")
    shutil.copy(DATA / "tariffs.csv", tmp_path)
    for old, new in (('"rows": 6', '"rows": 7'), ('"string"', '"integer"'), ("tariffs", "tarifs"),
                     ('"required": true', '"required": null'), ("Census", "Sensus")):  # fmt: skip
        assert old in text
        (tmp_path / "datapackage.json").write_text(text.replace(old, new, 1), "utf-8")
        assert damage(SMALL, tmp_path) == "datapackage.json is not a data package any more"


@pytest.mark.parametrize(("name", "old", "new", "problem"), [
    ("context_annual", "year,", "when,", "columns are when, us_gdp_nominal_busd, "),
    ("context_annual", "4339.0", "unknown", "column us_gdp_nominal_busd is not number"),
    ("vehicle_units", "13669", "thirteen", "column value is not integer"),
    ("hs_chapters", "5800,01", ",01", "column partner_code has empty cells"),
    ("imports_for_consumption", "62122.618", "", "column imports_for_consumption_musd has empty"),
    ("tariffs", "\n", "\n\n\n,,,,,,\n", "it has "),
])  # fmt: skip
def test_a_table_that_does_not_fit_its_schema(data_copy, name, old, new, problem):
    text = (DATA / resource(name)["path"]).read_text("utf-8")
    assert old in text
    forge(data_copy, name, text.replace(old, new, 1))
    assert damage(name, data_copy).startswith(f"{name}.csv does not fit datapackage.json: ")
    assert problem in damage(name, data_copy)


def test_text_and_gaps_are_read_as_described():
    partners = open_table("partners").set_index("partner_code")
    assert partners.loc[["0015", "5800", "7920"], "iso2"].tolist() == ["", "KR", "NA"]  # Namibia
    assert str(partners.first_year.dtype) == "Int64"
    assert partners.first_year.isna().any()
    assert open_table("context_annual").us_gdp_nominal_busd.isna().any()


@pytest.mark.parametrize("name", NAMES)
def test_the_descriptor_says_where_a_table_comes_from(name):
    entry = resource(name)
    assert entry["title"] and entry["basis"] and entry["vintage"]
    sources = open_table("sources").set_index("source_id")
    for source in entry["sources"]:
        assert source["title"].startswith(f"{sources.publisher[source['source_id']]}, ")
        assert source.get("path", "https://").startswith(("https://", "http://"))
    assert [set(licence) for licence in entry["licenses"]] == [{"name", "title"}]
    if entry["licenses"][0]["name"] == "public-domain":  # only where every source is
        rights = {sources.licence[source["source_id"]] for source in entry["sources"]}
        assert rights == {"US Government work, public domain"}


UNITS = {"musd": "million US dollars", "usd": "US dollars", "busd": "billion", "pct": "percent"}


@pytest.mark.parametrize("name", NAMES)
def test_every_money_and_percent_field_has_its_unit(name):
    for field in resource(name)["schema"]["fields"]:
        assert field["description"]
        ending = field["name"].rsplit("_", 1)[-1]
        if ending in UNITS:
            assert field["unit"].startswith(UNITS[ending]), field["name"]


def test_frictionless_accepts_the_descriptor_and_every_csv(monkeypatch):
    frictionless = pytest.importorskip("frictionless")
    monkeypatch.chdir(DATA)
    report = frictionless.Package.validate_descriptor("datapackage.json")
    assert report.valid, report.flatten(["message"])
    tables = [one for one in frictionless.Package("datapackage.json").resources
              if one.format == "csv"]  # fmt: skip
    for table in tables:
        report = table.validate()
        assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])
