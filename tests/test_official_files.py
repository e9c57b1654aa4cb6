"""Genuine files of the Census Bureau, as they were published, and copies with something wrong."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache

import official
import pandas as pd
import pytest
from conftest import SHARED
from mutated import SHEET
from replay import COUNTRY, EXPORTS, IMPORTS, OLD_IMPORTS, Answer, replaying
from typed import environment, korus

FILES = SHARED / "figures" / "files"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="needs the genuine files in ../shared")
RELEASES = {
    "country_2018-10.xlsx": "2018-10", "country_2020-01.xlsx": "2019-12",
    "country_2020-10.xlsx": "2020-10", "country_2024-11.xlsx": "2024-10",
    "country_2025-04.csv": "2025-04", "country_2026-04.xlsx": "2026-03",
    "enduse_imports_2024-11.xlsx": "2024-11", "enduse_imports_2026-04.xlsx": "2026-04",
    "enduse_exports_2023-07.csv": "2023-07",
}  # fmt: skip
KOREA = {  # exports and imports, million dollars
    2011: dict.fromkeys(RELEASES.values(), (43461.636, 56661.359)),
    2016: dict.fromkeys(RELEASES.values(), (42262.187, 69886.778)) | {
        "2018-10": (42312.662, 69895.323)},
    2024: {"2025-04": (65541.790, 131549.187), "2026-03": (65586.297, 131553.159)},
}  # fmt: skip


def refresh(data, *paths, options=("--json",), **more):
    given = [word for path in paths for word in ("--file", path)]
    done = korus(data, "refresh", *given, *options, **more)
    if done.returncode == 0 and "--json" in options:
        return json.loads(done.stdout)
    return done


def answers(data):
    """What anybody may ask, whatever came first."""
    listed = json.loads(korus(data, "data", "--json").stdout)
    asked = [
        ("imports", "--year", 2023, "--sector", "autos"), ("deficit", "--year", 2024),
        ("exports", "--period", "2018-01/2018-06", "--vintage", "2018-10"),
        ("imports", "--year", 2025, "--partner", "Vietnam"),
    ]  # fmt: skip
    found = [json.loads(korus(data, "value", *one, "--json").stdout) for one in asked]
    text = json.dumps([listed, found], sort_keys=True).replace(str(data), "")
    return text


@cache
def csv_rows(name="country_2025-04.csv"):
    return pd.read_csv(FILES / name, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", RELEASES)
def test_a_genuine_file_is_known_by_what_it_holds(name, tmp_path):
    other = tmp_path / "download (3).bin"  # neither the name nor the day counts
    shutil.copyfile(FILES / name, other)
    os.utime(other, (4_070_000_000, 4_070_000_000))  # 2098
    said = refresh(tmp_path / "data", other)
    [one] = said["recognised"]
    assert one["release"] == RELEASES[name] and one["new"] in (None, "months", "years")
    assert said["stored"] == (one["new"] is not None)
    again = refresh(tmp_path / "data", other)
    assert (
        again["recognised"][0]["new"] is None
        and again["recognised"][0]["release"] == (RELEASES[name])
    )
    if one["kind"] == "country":
        for year, known in KOREA.items():
            for measure, figure in zip(
                ("exports", "imports"), known.get(RELEASES[name], ()), strict=False
            ):
                answer = korus(tmp_path / "data", "value", measure, "--year", year,
                               "--vintage", RELEASES[name], "--json")  # fmt: skip
                assert json.loads(answer.stdout)["value"] == pytest.approx(figure, abs=6e-4)


def test_the_order_in_which_files_come_makes_no_difference(tmp_path):
    names = ["country_2025-04.csv", "enduse_imports_2024-11.xlsx", "country_2018-10.xlsx"]
    for order, folder in ((names, "one"), (names[::-1], "other")):
        for name in order:
            refresh(tmp_path / folder, FILES / name)
    refresh(tmp_path / "at once", *(FILES / name for name in names))
    assert answers(tmp_path / "one") == answers(tmp_path / "other")
    assert answers(tmp_path / "one") == answers(tmp_path / "at once")
    shipped = json.loads(korus("", "value", "imports", "--year", 2023, "--sector", "autos",
                               "--json").stdout)  # fmt: skip
    assert json.dumps(shipped["value"]) in answers(tmp_path / "one")  # not of the older file


def floats(rows):
    return rows.assign(CTY_CODE=rows.CTY_CODE.astype(float))


def grouped(rows):
    return rows.assign(IYR=[f"{float(cell):,.12f}" for cell in rows.IYR])


LAYOUTS = {
    "tabs": lambda rows: rows.to_csv(index=False, sep="\t").encode(),
    "bars": lambda rows: rows.to_csv(index=False, sep="|").encode(),
    "semicolons, UTF-16": lambda rows: rows.to_csv(index=False, sep=";").encode("utf-16"),
    "a mark of UTF-8": lambda rows: rows.to_csv(index=False).encode("utf-8-sig"),
    "Latin-1": lambda rows: rows.replace("Curacao", "Curaçao").to_csv(index=False).encode(
        "latin-1"),
    "codes are floats": lambda rows: floats(rows).to_csv(index=False).encode(),
    "thousands": lambda rows: grouped(rows).to_csv(index=False).encode(),
    "other names, other order": lambda rows: rows.rename(
        columns={"year": " Year ", "CTY_CODE": "cty code", "CTYNAME": "CTY_DESC"}
    )[["CTY_DESC", "cty code", *rows.columns[:2:-1], " Year "]].to_csv(index=False).encode(),
    "columns and rows added": lambda rows: pd.concat(
        [rows.assign(note="x"), pd.DataFrame([dict.fromkeys(rows, "")] * 3)]).to_csv(
        index=False).encode(),
    "a title above": lambda rows: b"U.S. Trade in Goods\n\n" + rows.to_csv(index=False).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_that_differ_without_harm_are_the_same_figures(name, tmp_path):
    (tmp_path / "file").write_bytes(LAYOUTS[name](csv_rows()))
    said = refresh(tmp_path / "data", tmp_path / "file", options=("--json", "--dry-run"))
    assert said["recognised"][0]["release"] == "2025-04", said
    assert said["recognised"][0]["new"] == "months"


VALUES = [f"{flow}{month}" for flow in "IE" for month in (*official.NAMES, "YR")]


def shifted(rows):
    return rows.assign(**dict(zip(VALUES[:-1], (rows[name] for name in VALUES[1:]), strict=True)))


def times(rows, factor, where=None):
    changed = rows.copy()
    here = slice(None) if where is None else where
    changed.loc[here, VALUES] = changed.loc[here, VALUES].astype(float).mul(factor).astype(str)
    return changed


FAULTS = {
    "a column shifted": (shifted, "months do not sum to the year"),
    "a factor of 1,000": (lambda r: times(r, 1000), "by more than any revision"),
    "a factor for one partner": (
        lambda r: times(r, 1000, (r.CTY_CODE == "5800") & (r.year == "2025")),
        "do not sum to the World"),
    "a month twice": (lambda r: r.assign(IFEB=r.IJAN), "months do not sum to the year"),
    "a year doubled": (lambda r: times(r, 2, r.year == "2019"), "by more than any revision"),
    "a partner lost": (lambda r: r[r.CTY_CODE != "5800"], "do not sum to the World"),
    "a small partner lost": (lambda r: r[r.CTYNAME != "Tuvalu"], "are missing"),
    "two years swapped": (
        lambda r: r.assign(year=r.year.replace({"2018": "2019", "2019": "2018"})),
        "years or columns swapped"),
    "imports and exports swapped": (
        lambda r: r.rename(columns={c: {"I": "E", "E": "I"}[c[0]] + c[1:] for c in VALUES}),
        "by more than any revision"),
    "names swapped": (
        lambda r: r.assign(CTYNAME=r.CTYNAME.replace({"Canada": "Mexico", "Mexico": "Canada"})),
        "the name of another partner"),
    "a month to come": (
        lambda r: r.assign(year=r.year.replace({"2025": "2099", "2024": "2098"})),
        "up to February 2099"),
    "a partner and year twice": (lambda r: pd.concat([r, r.tail(1)]), "partner and year twice"),
    "text for an amount": (lambda r: r.assign(IMAY=r.IMAY.mask(r.index == 7, "n.a.")), '"n.a."'),
    "an empty cell": (lambda r: r.assign(IMAY=r.IMAY.mask(r.index == 7, "")), "not an amount"),
    "less than nothing": (lambda r: r.assign(IMAY=r.IMAY.mask(r.index == 7, "-5")), "an amount"),
    "no World": (lambda r: r[r.CTY_CODE != "15"], "no row of the World"),
    "a column missing": (lambda r: r.drop(columns="EOCT"), "lacks the columns EOCT"),
    "a column twice": (lambda r: pd.concat([r, r.EYR], axis=1), "EYR twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_and_nothing_stored(name, tmp_path):
    change, says = FAULTS[name]
    path = tmp_path / "country.csv"
    change(csv_rows()).to_csv(path, index=False)
    done = refresh(tmp_path / "data", path)
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "data" / "vintages").exists()


ENDUSE_FAULTS = {
    "two years swapped": (
        lambda r: r.rename(columns={"value_18": "value_20", "value_20": "value_18"}),
        "by more than any revision"),
    "a partner lost": (lambda r: r[r.CTY_CODE != "5800"], "do not sum to the World"),
    "text for dollars": (lambda r: r.assign(value_16=r.value_16.mask(r.index == 7, "1.5")),
                         "not whole dollars"),
    "a row twice": (lambda r: pd.concat([r, r.tail(1)]), "for the second time"),
    "codes of no flow": (lambda r: r.assign(END_USE="99999"), "does not tell exports from"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDUSE_FAULTS)
def test_a_fault_of_an_end_use_file_is_caught(name, tmp_path):
    change, says = ENDUSE_FAULTS[name]
    path = tmp_path / "any.txt"
    change(csv_rows("enduse_exports_2023-07.csv")).to_csv(path, index=False, sep="|")
    done = refresh(tmp_path / "data", path)
    assert done.returncode == 2 and says in done.stderr, done.stderr


@pytest.mark.parametrize(("content", "says"), [
    (b"<!DOCTYPE html><html>Not found</html>", "is a web page"),
    (b"", "is empty"), (b"\xd0\xcf\x11\xe0 old", "an old or a locked workbook"),
    (b"PK\x03\x04 nothing", "not a workbook"), (b"a,b\n1,2\n", "no sheet begins with"),
    ("xlsx", "not a workbook"), ("csv", "do not sum to the World"),
])  # fmt: skip
def test_what_is_no_whole_file_is_refused(content, says, tmp_path):
    if content == "xlsx":
        content = (FILES / "country_2020-10.xlsx").read_bytes()[:1_000_000]
    elif content == "csv":
        content = (FILES / "country_2025-04.csv").read_bytes()[:1_500_000].rpartition(b"\n")[0]
    (tmp_path / "country.xlsx").write_bytes(content)
    done = refresh(tmp_path / "data", tmp_path / "country.xlsx")
    assert done.returncode == 2 and says in done.stderr, done.stderr


def workbook_with(sheet=None, **parts):
    """A genuine workbook with another sheet, or with more parts."""
    with zipfile.ZipFile(FILES / "country_2018-10.xlsx") as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    if sheet:
        kept[SHEET] = sheet(kept[SHEET])
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in (kept | parts).items():
            archive.writestr(name, content)
    return body.getvalue()


def far(place):
    cell = f'<row r="1048576"><c {place}><v>1</v></c></row></sheetData>'.encode()
    return lambda sheet: sheet.replace(b"</sheetData>", cell)


def entities(sheet):
    inside = sheet.replace(b"<v>", b"<v>" + b"&a;" * 1000, 1)
    return b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 10**6 + b'">]>' + inside


BOMBS = {
    "a far cell": lambda: workbook_with(far('r="XFD1048576"')),
    "a far cell, spelled otherwise": lambda: workbook_with(far("r = 'xfd1048576'")),
    "zeros": lambda: workbook_with(**{"xl/media/image1.png": bytes(100_000_000)}),
    "tags without an end": lambda: workbook_with(lambda sheet: b"<sheetData>" + b"<c " * 130_000),
    "entities": lambda: workbook_with(entities),
    "macros": lambda: workbook_with(**{"xl/vbaProject.bin": b"x"}),
    "links": lambda: workbook_with(**{"xl/externalLinks/externalLink1.xml": b"<x/>"}),
}


# The command as a child, then the largest memory of it and of its own children, in kB.
WITH_PEAK = """import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "korus_helpers.cli", *sys.argv[1:]])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_harms_is_refused_soon(name, tmp_path):
    path, env = tmp_path / "country.xlsx", environment(tmp_path / "data")
    path.write_bytes(BOMBS[name]())
    line = [sys.executable, "-c", WITH_PEAK, "refresh", "--file", str(path)]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    assert int(done.stdout) < 500_000


def test_a_newer_end_use_file_is_the_latest_and_has_a_name_of_its_own(tmp_path):
    rows = csv_rows("enduse_exports_2023-07.csv")
    more = rows.value_22.astype("int64")
    here = rows.CTY_CODE.isin(["5800", "0000"]) & (rows.END_USE == "30000")
    rows = rows.assign(value_22=(more + 1_000_000 * here).astype(str))
    rows.to_csv(tmp_path / "a.csv", index=False)
    said = refresh(tmp_path / "data", tmp_path / "a.csv")
    assert said["recognised"][0]["release"] == "2023-06"  # unlike every release of those months
    assert said["recognised"][0]["new"] == "all"


def test_hostile_names_are_seen_and_harm_nobody(tmp_path):
    name = "Tuvalu <script>alert(1)</script>\u202e\u001b[31m"
    rows = csv_rows()
    rows = rows.assign(CTYNAME=rows.CTYNAME.replace("Tuvalu", name)).rename(
        columns={"EYR": "EYR"})  # fmt: skip
    rows["\u001b[2Jnote"] = "x"
    rows.to_csv(tmp_path / "\u202ea.csv", index=False)
    data = tmp_path / "data"
    told = [refresh(data, tmp_path / "\u202ea.csv", options=())]
    code = csv_rows().CTY_CODE[csv_rows().CTYNAME == "Tuvalu"].iloc[0]
    told += [korus(data, "data"),
             korus(data, "value", "exports", "--year", 2020, "--partner", code)]  # fmt: skip
    for done in told:
        assert done.returncode == 0, done.stderr
        assert "\u001b" not in done.stdout and "\u202e" not in done.stdout
    assert "\\x1b[2Jnote" in told[0].stdout


def test_the_addresses_of_today_and_the_older_ones(tmp_path):
    files = {COUNTRY: Answer((FILES / "country_2018-10.xlsx").read_bytes()),
             OLD_IMPORTS: Answer((FILES / "enduse_imports_2024-11.xlsx").read_bytes())}  # fmt: skip
    with replaying(files) as server:
        done = korus(tmp_path / "data", "refresh", "--base-url", server.url, "--json",
                     "--attempts", 1)  # fmt: skip
        assert server.count(EXPORTS) == server.count(IMPORTS) == 1
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["parts"] == ["country", "imports"]
    assert [one.removeprefix(server.url) for one in said["not_found"]] == [EXPORTS]
