"""Reports and evidence on figures that were refreshed and fetched: named, and without the key."""

import csv
import json

import official
import pytest
from census_replay import KEY, PREFIX, routes
from replay import COUNTRY, EXPORTS, IMPORTS, Answer, replaying
from test_refresh_command import enduse
from typed import korus, korus_process


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A data folder with a full country file, end-use files and two fetched sectors."""
    folder = tmp_path_factory.mktemp("live")
    country = official.country_rows()
    for code in ("5800", "0015"):  # one figure of 2016 a million higher than shipped
        here = (code == country.CTY_CODE) & (country.year == 2016)
        country.loc[here, ["EJAN", "EYR"]] += 1.0
    files = {
        COUNTRY: Answer(official.workbook(country)),
        EXPORTS: Answer(official.enduse_text(enduse("exports"))),
        IMPORTS: Answer(official.enduse_text(enduse("imports"))),
    }
    with replaying(files | routes()) as server:
        done = korus(folder, "refresh", "--base-url", server.url)
        assert done.returncode == 0, done.stderr
        for codes in ("87", "8703"):
            done = korus(folder, "fetch", "sector", "--codes", codes, "--from", 2011, "--to", 2016,
                         "--base-url", server.url + PREFIX, CENSUS_API_KEY=KEY)  # fmt: skip
            assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def run_folder(live, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    done = korus_process(
        live, "run", "--out", out, "-p", "partner", "5800", "-p", "vintage", "2024-08b", "01", "02",
        CENSUS_API_KEY=KEY,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder,) = out.iterdir()
    return folder


def test_reports_name_the_vintages_used(run_folder):
    record = json.loads((run_folder / "run.json").read_text("utf-8"))
    assert "2024-08b" in record["vintages"]
    stored = {table["name"] for table in record["tables"]}
    assert {"goods_annual", "goods_annual (2024-08b)"} <= stored
    assert any(name.startswith("enduse_annual (enduse-exports-") for name in stored)
    report = (run_folder / "01_goods_deficit.html").read_text("utf-8")
    assert "2024-08b" in report and "goods_annual (2024-08b)" in report
    assert "42,263.2" in report  # 42,262.2 as shipped


def test_notebook_02_shows_what_was_fetched(run_folder):
    report = (run_folder / "02_auto_sector.html").read_text("utf-8")
    assert "passenger cars (HS 8703), general imports" in report
    assert "sector_monthly (census-hs_8703_5800)" in report


def test_the_key_is_in_nothing_that_a_run_leaves(run_folder, live):
    files = [path for top in (run_folder, live) for path in top.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        assert KEY.encode() not in path.read_bytes(), path


def test_the_evidence_holds_rows_of_the_refreshed_vintage(live, tmp_path):
    claims = tmp_path / "mine.yaml"
    claims.write_text(
        "claims:\n- id: own\n  printed: $42.3 billion\n  measure: exports\n"
        "  partner: South Korea\n  end: 2016\n"
    )
    done = korus(live, "audit", claims, "--vintage", "2024-08b", "--evidence", tmp_path / "bundle")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_text("utf-8"))
    assert "goods_annual_of_2024_08b" in manifest["tables"]
    text = (tmp_path / "bundle/rows/goods_annual_of_2024_08b.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["exports_musd"][:8] for row in rows if row["year"] == "2016"] == ["42263.18"]
