"""`korus refresh` against a server that fails in every known way; stored figures stay."""

import hashlib
import json
import shutil
import subprocess
from functools import cache

import official
import pytest
from replay import COUNTRY, EXPORTS, IMPORTS, PAGE, Answer, replaying
from typed import korus, korus_process

FIRST = 2014  # year of the small files


def of(rows, code, year):
    return (code == rows.CTY_CODE) & (rows.year == year)


@cache
def country(vintage="2024-08"):
    """The years from 2014, with exports to Chad in 2015 a million dollars higher than included."""
    rows = official.country_rows(vintage, first=FIRST)
    for code in ("7560", "0015"):
        rows.loc[of(rows, code, 2015), ["EJAN", "EYR"]] += 1.0
    return rows


@cache
def enduse(flow):
    """Two years, with cars of Korea a million dollars higher than shipped in either flow."""
    rows = official.enduse_rows(flow, years=(2016, 2017))
    here = rows.CTY_CODE.isin(["5800", "0000"]) & (rows.END_USE == "30000")
    return rows.assign(value_16=rows.value_16 + 1_000_000 * here)


@cache
def healthy():
    return {
        COUNTRY: Answer(official.workbook(country())),
        EXPORTS: Answer(official.enduse_text(enduse("exports"))),
        IMPORTS: Answer(official.enduse_text(enduse("imports"))),
    }


def refresh(folder, server, *arguments, attempts=1):
    return korus(
        folder, "refresh", "--base-url", server.url, "--attempts", attempts, "--timeout", 2,
        *arguments,
    )  # fmt: skip


def state(folder):
    """Every file below a folder with its hash, but the lock."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory):
    """A data folder after one refresh, with what the command said."""
    folder = tmp_path_factory.mktemp("data")
    with replaying(healthy()) as server:
        done = korus_process(folder, "refresh", "--base-url", server.url, "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.fixture
def stored(refreshed, tmp_path):
    """A copy of that folder for one test."""
    return shutil.copytree(refreshed[0], tmp_path / "data")


def test_a_refresh_stores_one_vintage_that_verifies(refreshed):
    folder, said = refreshed
    assert said["vintage"] == "2024-08b"  # 2024-08 ships, and holds all partners
    assert said["stored"] and said["parts"] == ["country", "exports", "imports"]
    package = json.loads((folder / "vintages/2024-08b/datapackage.json").read_text())
    for entry in package["resources"]:
        content = (folder / "vintages/2024-08b" / entry["path"]).read_bytes()
        assert entry["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    origin = package["resources"][0]["sources"][0]
    assert origin["path"].endswith(COUNTRY) and origin["bytes"] == len(healthy()[COUNTRY].body)
    assert origin["hash"] == "sha256:" + hashlib.sha256(healthy()[COUNTRY].body).hexdigest()
    assert origin["retrieved"].startswith("20")


def test_every_release_answers_and_an_older_one_never_overrides_a_newer(refreshed):
    def ask(folder, *asked):
        return json.loads(korus(folder, "value", *asked, "--json").stdout)

    for release, value in (("2024-08b", 27624.591), ("2018-10", 27582.661)):
        found = ask(refreshed[0], "deficit", "--year", 2016, "--vintage", release)
        assert found["value"] == pytest.approx(value, abs=1e-3) and release in found["vintage"]
    asked = ("exports", "--year", 2015, "--partner", "Chad")
    assert ask(refreshed[0], *asked) == ask("", *asked)


def test_months_that_are_not_published_are_unknown_never_zero(refreshed):
    """The file writes them as 0."""
    assert country()[country().year == 2024].EJUL.eq(0).all()
    answer = korus(refreshed[0], "value", "exports", "--period", "2024-07/2024-07",
                   "--vintage", "2024-08b")  # fmt: skip
    assert answer.returncode == 2 and "go up to June 2024" in answer.stderr


def test_the_same_figures_make_no_new_release(stored):
    """In other bytes, at another address of the host."""
    before, mixed = state(stored), country().sample(frac=1, random_state=1)
    routes = healthy() | {MOVED: Answer(official.workbook(mixed)),
                          COUNTRY: Answer(status=302, headers={"Location": MOVED})}  # fmt: skip
    with replaying(routes) as server:
        again = refresh(stored, server)
    assert again.returncode == 0 and again.stdout.count("Nothing new") == 3
    assert state(stored) == before


def test_two_releases_of_one_month_have_names_of_their_own(stored):
    with replaying(healthy() | {COUNTRY: Answer(official.workbook(revised()))}) as server:
        done = refresh(stored, server, "--json")
    said = json.loads(done.stdout)
    assert said["vintage"] == "2024-08c" and said["compared_with"] == "2024-08b"
    rows = {(r["partner_code"], r["year"], r["flow"]): r["change"] for r in said["revised"]}
    assert rows == {("5800", 2022, "exports"): pytest.approx(12.0)}
    names = sorted(p.name for p in (stored / "vintages").glob("20*"))
    assert names == ["2024-08b", "2024-08c"]


def revised():
    """The small country file with one figure 12 million higher, everything adding up."""
    rows = country().copy()
    for code in ("5800", "0015"):
        here = (code == rows.CTY_CODE) & (rows.year == 2022)
        rows.loc[here, ["EJAN", "EYR"]] += 12.0
    return rows


def test_a_dry_run_says_the_same_and_stores_nothing(stored):
    before = state(stored)
    with replaying(healthy() | {COUNTRY: Answer(official.workbook(revised()))}) as server:
        done = refresh(stored, server, "--dry-run")
    assert done.returncode == 0 and "would be stored" in done.stdout
    assert "South Korea, exports 2022" in done.stdout and "(+12.0)" in done.stdout
    assert "Revised figures: 1, of 1 partner, 2022. The largest" in done.stdout
    assert state(stored) == before


def test_a_file_needs_no_network(tmp_path):
    path = tmp_path / "country.xlsx"
    path.write_bytes(official.workbook(country()))
    done = korus(tmp_path / "data", "refresh", "--file", path)
    assert done.returncode == 0 and "release 2024-08b.\nNew, stored in" in done.stdout, done.stderr


def test_files_that_are_not_understood(tmp_path):
    (tmp_path / "country.xlsx").write_bytes(official.workbook(country()))
    for arguments, says in (
        (["--file", tmp_path / "none.xlsx"], "there is no file"),
        (["--file", tmp_path / "country.xlsx", "--against", "1999-01"], "type one of 2017-01"),
    ):
        done = korus(tmp_path / "data", "refresh", *arguments)
        assert done.returncode == 2 and says in done.stderr, done.stderr
    assert not (tmp_path / "data" / "vintages").exists()


def test_two_claims_files_of_one_name_are_both_compared(tmp_path):
    (tmp_path / "country.xlsx").write_bytes(official.workbook(revised()))
    paths = [tmp_path / folder / "mine.yaml" for folder in "ab"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(
            "claims:\n- id: own\n  printed: $42.3 billion\n  measure: exports\n"
            "  partner: South Korea\n  end: 2016\n"
        )
    done = korus(tmp_path / "data", "refresh", "--file", tmp_path / "country.xlsx",
                 "--claims", paths[0], "--claims", paths[1])  # fmt: skip
    for path in paths:
        assert f"No verdict of {path} changes." in done.stdout, done.stderr


def test_a_new_partner_and_a_new_name_are_known_at_once(tmp_path):
    rows = country().copy()
    rows["CTYNAME"] = rows.CTYNAME.replace("Greenland", "Kalaallit")
    rows["CTY_CODE"] = rows.CTY_CODE.replace("1010", "9999")
    (tmp_path / "country.xlsx").write_bytes(official.workbook(rows))
    done = korus(tmp_path / "data", "refresh", "--file", tmp_path / "country.xlsx")
    assert done.returncode == 0, done.stderr
    assert "New partners: Kalaallit (9999)" in done.stdout
    assert "Vanished partners: Greenland (1010)" in done.stdout
    assert "new names:" in done.stdout and "9999 Kalaallit" in done.stdout
    for name in ("Kalaallit", "9999"):
        answer = korus(tmp_path / "data", "value", "imports", "--year", 2016, "--partner", name,
                       "--vintage", "2024-08b")  # fmt: skip
        assert "from Kalaallit" in answer.stdout, answer.stderr
    assert korus("", "value", "imports", "--year", 2016, "--partner", "9999").returncode == 2


def test_a_release_of_other_figures_flags_the_verdicts_that_move(tmp_path):
    """With the exports that later releases have, their fall goes from 2.64 to 2.76 percent."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "claims:\n- id: own\n  printed: $42.3 billion\n  measure: exports\n"
        "  partner: South Korea\n  end: 2016\n"
    )
    rows, later = official.country_rows("2018-10"), official.country_rows("2022-03")
    for year in (2011, 2016):
        here, there = (r[(r.CTY_CODE == "5800") & (r.year == year)].index[0] for r in (rows, later))
        rows.loc[here] = later.loc[there]
    path = tmp_path / "country.xlsx"
    path.write_bytes(official.workbook(rows))
    done = korus(tmp_path / "data", "refresh", "--file", path, "--claims", mine)
    assert done.returncode == 0, done.stderr
    assert "release 2018-10b" in done.stdout
    moved = next(line for line in done.stdout.splitlines() if "exports_change" in line)
    assert "−2.64 percent to −2.76 percent" in moved
    assert "No verdict of mine.yaml changes." in done.stdout


MOVED = "/elsewhere/country.xlsx"
FAILURES = {
    "204": (Answer(status=204), "answers 204"),
    "400": (Answer(b"error: unknown variable 'X'", 400), "answers 400"),
    "HTML with 200": (Answer(PAGE), "is a web page"),
    "503": (Answer(PAGE, 503), "the server answers 503"),
    "key page elsewhere": (Answer(status=302, headers={"Location": "//evil.example/x.html"}),
                           "another host"),
    "truncated body": (Answer(official.workbook(country()), cut=900), "cut short"),
    "slow body": (Answer(b"PK" * 5000, pause=30), "did not answer in time"),
    "too long declared": (Answer(b"PK", length=10**9), "larger than 50 MB"),
    "empty": (Answer(b""), "is empty"),
    "not a workbook": (Answer(b"PK\x03\x04 nothing"), "not a workbook"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_an_answer_that_is_no_file_leaves_everything_as_it_was(stored, name):
    answer, says = FAILURES[name]
    before = state(stored)
    with replaying(healthy() | {COUNTRY: answer}) as server:
        done = refresh(stored, server)
    assert done.returncode == 3, done.stdout + done.stderr
    assert says in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.startswith("Error: ") and done.stdout == ""
    assert state(stored) == before


def test_a_certificate_that_nobody_vouches_for(stored, tmp_path):
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs openssl to make a certificate")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key",
         "-out", tmp_path / "cert", "-days", "1", "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with replaying(healthy()) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http:", "https:")
        done = korus(stored, "refresh", "--base-url", url, "--attempts", 1, "--timeout", 5)
    assert done.returncode == 3 and "certificate" in done.stderr, done.stderr


def test_without_a_folder_nothing_can_be_stored():
    done = korus("", "refresh", "--base-url", "http://127.0.0.1:9")
    assert done.returncode == 2 and "KORUS_DATA is set to nothing" in done.stderr
