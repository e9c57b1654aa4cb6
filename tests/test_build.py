"""The included tables come out of the build again, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from korus_helpers.acquire.official import CountryFile
from korus_helpers.figures.tables import DATA

pytest.importorskip("pycountry")
from tools.build import __main__ as build
from tools.build import country

SHIPPED = sorted(path.name for path in DATA.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """The folder with all tables built anew from ../shared."""
    repository = Path(__file__).parents[1]
    source = repository.parent / "shared"
    if not source.is_dir():
        pytest.skip("needs the source tables in ../shared, which are not included")
    out = tmp_path_factory.mktemp("rebuilt") / "data"
    command = [sys.executable, "-m", "tests.tools.build", str(source), str(out)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


def test_every_file_comes_out_the_same_and_no_other(rebuilt):
    """Byte by byte, where the installed pyarrow wrote them: others pack in another way."""
    files = {path.name for path in DATA.iterdir() if path.is_file()} - {"README.md"}
    assert {path.name for path in rebuilt.iterdir()} == files
    packed = [name for name in files if name.endswith(".parquet")]
    same = all(map(same_writer, packed))
    for name in files if same else {name for name in files if name.endswith(".csv")}:
        assert (rebuilt / name).read_bytes() == (DATA / name).read_bytes(), name
    for name in packed:
        assert pq.read_table(rebuilt / name).equals(pq.read_table(DATA / name)), name


def same_writer(name: str) -> bool:
    """Whether the installed pyarrow is the one that wrote a file: others may pack differently."""
    return pq.read_metadata(DATA / name).created_by.endswith(pa.__version__)


def test_the_build_stops_at_a_file_that_differs_from_the_copy_of_its_release(monkeypatch):
    copy = pd.read_parquet(DATA / "goods_annual.parquet").query("vintage == '2018-10'")
    copy["partner"] = "A"
    monkeypatch.setattr(country.pd, "read_parquet", lambda path: copy)
    found = CountryFile(pd.DataFrame(), copy.assign(imports_musd=copy.imports_musd + 0.001), {}, "")
    official = [country.Official("2018-10", "country.xlsx", found, "S")]
    with pytest.raises(ValueError, match=r"country\.xlsx differs from the copy of .* 2018-10"):
        country.annual_releases(official, Path())


def test_the_build_stops_at_a_day_that_the_rule_does_not_give():
    row = {"vintage": "2018-10", "partners": "all", "data_through": "2018-08", "source_id": "S"}
    annual = pd.read_parquet(DATA / "goods_annual.parquet")
    known = pd.DataFrame([row | {"in_force_from": "2018-07"}])
    with pytest.raises(ValueError, match="release 2018-10 is in force from 2018-07, not"):
        country.vintages(known, [], annual, annual.assign(month=1)[:0])


def test_titles_tell_which_codes_may_be_netted():
    codes = pd.DataFrame(
        [
            ("export", "00000", "Wheat"),
            ("import", "00000", "Green coffee"),
            ("export", "00010", "Rice"),
            ("import", "00010", "RICE"),
            ("import", "30110", "Bodies"),
            ("export", "30100", "Trucks, buses, and special purpose vehicles"),
            ("import", "30100", "Trucks, buses and special purpose vehicles"),
        ],
        columns=["flow", "code", "title"],
    )
    table = build.enduse_codes(codes)
    assert list(table.flow.unique()) == ["exports", "imports"]
    assert list(table.netted) == [False, False, True, True, False, True, True]


def test_the_world_of_the_enduse_file_gets_the_code_of_the_country_file():
    row = {"partner_code": "0000", "flow": "export", "code": "00000", "year": 2016}
    table = build.enduse(pd.DataFrame([row | {"value_usd": 1, "vintage": "2023-07"}]))
    assert table.loc[0, ["partner_code", "flow"]].tolist() == ["0015", "exports"]


def test_a_date_or_claim_without_words_stops_the_build():
    with pytest.raises(ValueError, match=r"timeline and wording differ: .*1999-01-01"):
        build.timeline(pd.DataFrame({"date": ["1999-01-01", *build.WORDS["timeline"]]}))
    with pytest.raises(ValueError, match=r"claims and wording differ: .*exports_2016"):
        build.article_claims(pd.DataFrame({"claim_id": list(build.WORDS["claims"])[1:]}))


def test_a_field_says_what_always_holds():
    table = pd.DataFrame({"flow": ["exports", "imports"], "value_musd": [1.5, None], "note": ""})
    flow, value, note = (build.field(table, column) for column in table)
    assert flow["constraints"] == {"required": True, "enum": ["exports", "imports"]}
    assert (value["type"], value["unit"]) == ("number", "million US dollars")
    assert "constraints" not in value and "constraints" not in note
