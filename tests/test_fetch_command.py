"""`korus fetch sector` against the API in health and in failure; the key is nowhere but there."""

import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from census_replay import CHAPTERS, KEY, LAST, PREFIX, routes, times, value
from replay import PAGE, Answer, replaying
from test_refresh_command import state
from typed import korus, korus_process


def fetch(folder, server, *arguments, key=KEY, attempts=1, codes="8703,8708", span=(2011, 2012)):
    return korus(
        folder, "fetch", "sector", "--codes", codes, "--from", span[0], "--to", span[1],
        "--base-url", server.url + PREFIX, "--attempts", attempts, "--timeout", 2, *arguments,
        CENSUS_API_KEY=key, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
    )  # fmt: skip


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with replaying(routes()) as server:
        done = fetch(folder, server, "--json")
        asked = list(server.asked)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout), asked


@pytest.fixture
def stored(fetched, tmp_path):
    return shutil.copytree(fetched[0], tmp_path / "data")


def ask(folder, *arguments):
    done = korus(folder, "value", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def total(variable, codes, year, months=range(1, 13)):
    return sum(value(variable, code, year, month) for code in codes for month in months) / 1e6


def test_a_fetch_asks_by_flow_and_year_and_says_what_it_brought(fetched):
    _, said, asked = fetched
    assert said["sector"] == "census-hs:8703+8708"
    assert (said["first"], said["last"], said["rows"]) == ("2011-01", "2012-12", 48)
    assert len(asked) == said["questions"] == 6  # total and domestic exports, imports; two years
    assert set(times(asked)) == {"from 2011-01 to 2011-12", "from 2012-01 to 2012-12"}


def test_the_sector_answers_at_once(fetched):
    folder, name, codes = fetched[0], "census-hs:8703+8708", ("8703", "8708")
    for basis, imports in (("general", "GEN_VAL_MO"), ("consumption", "CON_VAL_MO")):
        found = ask(folder, "deficit", "--year", 2011, "--sector", name, "--basis", basis)
        wanted = total(imports, codes, 2011) - total("ALL_VAL_MO", codes, 2011)
        assert found["value"] == pytest.approx(wanted)
        assert "Census API" in found["vintage"] and "HS 8703, 8708" in found["definition"]
    found = ask(folder, "imports", "--period", "2011-04/2012-03", "--sector", name)
    wanted = (total("GEN_VAL_MO", codes, 2011, range(4, 13))
              + total("GEN_VAL_MO", codes, 2012, range(1, 4)))  # fmt: skip
    assert found["value"] == pytest.approx(wanted)
    (place,) = (folder / "sectors").iterdir()
    rows = pd.read_csv(place / "sector_monthly.csv", dtype={"code": "str"})
    row = rows[(rows.code == "8703") & (rows.year == 2011) & (rows.month == 5)].iloc[0]
    assert row.duty_usd == value("CAL_DUT_MO", "8703", 2011, 5)
    assert row.domestic_exports_usd == value("ALL_VAL_MO", "8703", 2011, 5) * 9 // 10
    listed = json.loads(korus(folder, "data", "--json").stdout)["stored"]
    assert [(one["kind"], one["ok"]) for one in listed] == [("sector", True)]
    is_without_key(folder, json.dumps(fetched[1]))
    assert any("answers" in str(path) for path in folder.rglob("*.json"))


def test_what_was_answered_is_not_asked_again(stored):
    with replaying(routes()) as server:
        # Another address of the server: the answers kept are those of one base only.
        first = fetch(stored, server, "--json")
        asked = len(server.asked)
        again = fetch(stored, server, "--json")
        assert len(server.asked) == asked
        anew = fetch(stored, server, "--again", "--json")
        assert len(server.asked) == 2 * asked
    assert [json.loads(done.stdout)["questions"] for done in (first, again, anew)] == [6, 0, 6]
    assert len(list((stored / "sectors").iterdir())) == 1  # the newest takes the place


def test_a_fetch_that_was_stopped_goes_on(tmp_path):
    broken = {"on": True}

    def change(answer, query, path):
        late = query["time"][0].startswith("from 2012") and "exports" in path
        return Answer(status=503) if broken["on"] and late else answer

    with replaying(routes(change)) as server:
        done = fetch(tmp_path / "data", server)
        assert done.returncode == 3 and not (tmp_path / "data" / "sectors").exists()
        broken["on"] = False
        before = len(server.asked)
        assert fetch(tmp_path / "data", server).returncode == 0
        assert len(server.asked) - before == 5  # one of six was kept


def test_a_question_that_is_too_large_is_split(tmp_path):
    """Into spans of less than four months, and for imports into single months and codes."""

    def change(answer, query, path):
        first, last = query["time"][0].removeprefix("from ").split(" to ")
        months, codes = int(last[5:]) - int(first[5:]), len(query.get("I_COMMODITY", ()))
        fits = months < 3 if "exports" in path else codes == 1
        return answer if fits else Answer(b"There was an error while running your query.", 200)

    with replaying(routes(change)) as server:
        done = fetch(tmp_path / "data", server, "--json", span=(2011, 2011))
    assert done.returncode == 0, done.stderr
    found = ask(tmp_path / "data", "imports", "--year", 2011, "--sector", "census-hs:8703+8708")
    assert found["value"] == pytest.approx(total("GEN_VAL_MO", ("8703", "8708"), 2011))


@pytest.mark.parametrize(("classification", "codes", "name"), [
    ("enduse", "30000", "census-enduse:30000"), ("naics", "3361", "census-naics:3361"),
    ("hs", "87", "census-hs:87"),
])  # fmt: skip
def test_other_classifications(tmp_path, classification, codes, name):
    with replaying(routes()) as server:
        done = fetch(tmp_path / "data", server, "--classification", classification, "--json",
                     codes=codes)  # fmt: skip
    assert json.loads(done.stdout)["sector"] == name, done.stderr
    found = ask(tmp_path / "data", "exports", "--year", 2012, "--sector", name)
    assert found["value"] == pytest.approx(total("ALL_VAL_MO", (codes,), 2012))


def test_all_chapters_sum_to_the_total(tmp_path):
    with replaying(routes()) as server:
        done = fetch(tmp_path / "data", server, "--json", codes="all", span=(2011, 2011))
        assert len(server.asked) == 6  # three questions about chapters, three about all goods
    assert done.returncode == 0, done.stderr
    found = ask(tmp_path / "data", "imports", "--year", 2011, "--sector", "census-hs:all")
    assert found["value"] == pytest.approx(total("GEN_VAL_MO", CHAPTERS, 2011))


def test_chapters_that_do_not_sum_to_the_total_are_refused(tmp_path):
    def change(answer, query, path):
        if "imports" not in path or "I_COMMODITY" not in query:
            return answer
        return Answer(json.dumps(json.loads(answer.body)[:-1]).encode())

    with replaying(routes(change)) as server:
        done = fetch(tmp_path / "data", server, codes="all", span=(2011, 2011))
    assert done.returncode == 3 and "chapters do not sum to the total" in done.stderr, done.stderr
    assert not (tmp_path / "data" / "sectors").exists()


def test_unpublished_months_are_unknown_never_zero(tmp_path):
    with replaying(routes()) as server:
        done = fetch(tmp_path / "data", server, codes="8703", span=(2025, 2026))
    assert done.returncode == 0, done.stderr
    args = ("--sector", "census-hs:8703")
    found = ask(tmp_path / "data", "imports", "--period", f"2026-0{LAST[1] - 1}/2026-0{LAST[1]}",
                *args)  # fmt: skip
    assert found["value"] == pytest.approx(
        total("GEN_VAL_MO", ("8703",), 2026, range(LAST[1] - 1, LAST[1] + 1))
    )
    late = korus(tmp_path / "data", "value", "imports", "--year", 2026, *args)
    assert late.returncode == 2


def bad(body=None, **changes):
    """A change that gives one answer instead of the good ones of imports."""

    def change(answer, query, path):
        if "imports" not in path:
            return answer
        return Answer(**changes) if body is None else Answer(body(answer), **changes)

    return change


def rewritten(edit):
    return bad(lambda answer: json.dumps(edit(json.loads(answer.body))).encode())


def column(rows, name):
    return rows[0].index(name)


def set_all(name, text):
    """Every cell of a column, wherever it comes."""

    def edit(rows):
        places = [i for i, other in enumerate(rows[0]) if other == name]
        return [rows[0], *([text if i in places else cell for i, cell in enumerate(row)]
                           for row in rows[1:])]  # fmt: skip

    return rewritten(edit)


def contradicting(rows):
    """The column that comes twice says two things."""
    rows[1][column(rows, "CTY_CODE")] = "2010"
    return rows


def without(rows):
    """A column that was asked for does not come."""
    place = column(rows, "CON_VAL_MO")
    return [row[:place] + row[place + 1 :] for row in rows]


FAILURES = {
    "unknown variable": (bad(body=lambda a: b"error: unknown variable 'X'", status=400), 2,
                         "unknown variable 'X'"),
    "unknown predicate": (
        bad(body=lambda a: b"error: unknown predicate variable: 'X'", status=400), 2,
        "unknown predicate variable"),
    "too many variables": (bad(body=lambda a: b"error: 50 variables at most", status=400), 2,
                           "50 variables"),
    "wrong data set": (bad(body=lambda a: b"<html>404</html>", status=404), 2, "no data set at"),
    "no key": (bad(status=302, headers={"Location": "https://api.census.gov/missing_key.html",
                                        "X-DataWebAPI-KeyError": "1"}), 2, "asks for a key"),
    "bad key": (bad(status=302, headers={"Location": "/invalid_key.html"}), 2,
                "does not accept the key"),
    "a page for a missing key": (bad(body=lambda a: b"<html>Missing Key</html>"), 2, "key"),
    "HTML with 200": (bad(body=lambda a: b"<html>Welcome</html>"), 3, "web page"),
    "overload": (bad(body=lambda a: PAGE), 3, "overloaded"),
    "429": (bad(status=429, headers={"Retry-After": "1"}), 3, "429"),
    "503": (bad(status=503), 3, "503"),
    "504": (bad(status=504), 3, "504"),
    "silence": (bad(body=lambda a: a.body, pause=30), 3, "in time"),
    "truncated": (bad(body=lambda a: a.body, cut=100), 3, "cut short"),
    "no JSON": (bad(body=lambda a: a.body[:100]), 3, "no JSON"),
    "not a table": (bad(body=lambda a: b'[["a"],["b","c"]]'), 3, "not a table"),
    "numbers": (bad(body=lambda a: b'[["a"],[1]]'), 3, "other things than text"),
    "another country": (set_all("CTY_NAME", "KOREA, NORTH"), 3, "was asked for"),
    "an unknown country": (set_all("CTY_NAME", "RURITANIA"), 3, "a row of RURITANIA (5800)"),
    "no country": (set_all("CTY_NAME", None), 3, "a row of no name (5800)"),
    "a name to deceive": (set_all("CTY_NAME", "\x1b[31mJAPAN\u202e\r"), 3,
                          "of \\x1b[31mJAPAN\\u202e (5800)"),
    "a text to deceive": (bad(body=lambda a: b"error: \x1b[2J\xe2\x80\xaefine", status=400), 2,
                          "answers: error: \\x1b[2J\\u202efine"),
    "a column less": (rewritten(without), 3, "lacks the column CON_VAL_MO"),
    "a column twice": (rewritten(contradicting), 3, "twice, with different values"),
    "a null": (set_all("GEN_VAL_MO", None), 3, "no whole amount"),
    "below zero": (set_all("GEN_VAL_MO", "-5"), 3, "no whole amount"),
    "beyond every number": (set_all("GEN_VAL_MO", "9" * 25), 3, "no whole amount"),
    "in thousands": (set_all("GEN_VAL_MO", "9" * 12), 3, "a part exceeds all goods"),
    "a code not asked for": (set_all("I_COMMODITY", "8704"), 3, "not asked for"),
    "a row twice": (rewritten(lambda rows: [*rows, rows[1]]), 3, "twice"),
    "a month that is none": (set_all("time", "2011"), 3, "without a month"),
    "a month not asked for": (set_all("time", "2013-01"), 3, "of 2013-01, which was not asked"),
    "a month 13": (set_all("time", "2011-13"), 3, "of 2011-13, which was not asked"),
    "a duty above its value": (set_all("CAL_DUT_MO", "9" * 12), 3,
                               "larger than its whole"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_line_and_nothing_changes(stored, name):
    change, status, says = FAILURES[name]
    before = {k: v for k, v in state(stored).items() if not k.startswith("answers")}
    with replaying(routes(change)) as server:
        done = fetch(stored, server, "--timeout", 0.4 if name == "silence" else 2,
                     span=(2011, 2011), codes="8703")  # fmt: skip
        assert all("html" not in one for one in server.asked)  # no redirect is followed
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert "\x1b" not in done.stderr and KEY not in done.stdout + done.stderr
    assert before == {k: v for k, v in state(stored).items() if not k.startswith("answers")}


def test_a_server_that_recovers_or_an_answer_that_is_refused_is_asked_again(tmp_path):
    count = {"asked": 0}

    def change(answer, query, path):
        count["asked"] += 1
        if count["asked"] == 1:
            return Answer(status=429, headers={"Retry-After": "1"})
        return set_all("CTY_NAME", "JAPAN" if count["asked"] < 9 else "SOUTH KOREA (REPUBLIC)")(
            answer, query, path
        )

    with replaying(routes(change)) as server:
        assert fetch(tmp_path, server, attempts=2).returncode == 3
        assert count["asked"] < 9
        count["asked"] = 9  # the country has its name, in a way that no list has
        assert fetch(tmp_path, server).returncode == 0


def test_no_rows_are_no_figures(tmp_path):
    with replaying(routes(lambda answer, query, path: Answer(status=204))) as server:
        done = fetch(tmp_path / "data", server)
    assert done.returncode == 2 and "has no rows for 8703, 8708" in done.stderr


def test_one_flow_without_rows_is_unknown(tmp_path):
    def change(answer, query, path):
        return Answer(status=204) if "exports" in path else answer

    with replaying(routes(change)) as server:
        assert fetch(tmp_path / "data", server).returncode == 0
    args = ("--year", 2011, "--sector", "census-hs:8703+8708")
    assert ask(tmp_path / "data", "imports", *args)["value"] > 0
    assert korus(tmp_path / "data", "value", "exports", *args).returncode == 2


def test_rows_of_groups_and_the_total_are_dropped(fetched, tmp_path):
    """They come with the same predicates; the total says of itself that it is a detail."""

    def change(answer, query, path):
        header, *rows = json.loads(answer.body)
        places = [i for i, name in enumerate(header) if name == "CTY_CODE"]
        for code in ("-", "4XXX", "0003", "0021"):
            more = [list(row) for row in rows[:3]]
            for row in more:
                row[header.index("CTY_NAME")] = "TOTAL FOR ALL COUNTRIES"
                for place in places:
                    row[place] = code
            rows += more
        return Answer(json.dumps([header, *rows]).encode())

    with replaying(routes(change)) as server:
        done = fetch(tmp_path, server, "--json")
        assert all("SUMMARY_LVL=DET" in one for one in server.asked)
    assert done.returncode == 0, done.stderr
    args = ("imports", "--year", 2011, "--sector", "census-hs:8703+8708")
    assert ask(tmp_path, *args)["value"] == ask(fetched[0], *args)["value"]


@pytest.mark.parametrize(("code", "says"), [
    ("0021", '"USMCA with Mexico (Consump)" in the Census country file and Twenty Latin American '
             "Republics in the Census API"),
    ("0022", "and OECD in the Census API"),
    ("0003", '"European Union" in the Census country file and a group'),
    ("4XXX", "code 4XXX is not a country: it is a group of countries in the Census API"),
    ("-", "it is the total of all countries in the Census API"),
    ("World", "not a country in the Census API"), ("8220", "not a country"),
])  # fmt: skip
def test_a_group_is_not_asked_about(tmp_path, code, says):
    with replaying(routes()) as server:
        done = fetch(tmp_path, server, f"--partner={code}")
        assert server.asked == []
    assert done.returncode == 2 and says in done.stderr, done.stderr


@pytest.mark.parametrize(("arguments", "says"), [
    ((), "korus fetch sector --codes 8703,8708 --partner"),
    (("sector", "--codes", "8703"), "korus fetch sector --codes 8703,8708 --partner"),
    (("sector", "--codes", "8703000000"), "ten digits differ"),
    (("sector", "--codes", "87,8703"), "counted twice"),
    (("sector", "--codes", "cars"), "not a list of codes"),
    (("sector", "--codes", "87031"), "HS codes have 2, 4, 6 digits"),
    (("sector", "--codes", "8703", "--classification", "sitc"), "not a classification"),
    (("sector", "--codes", "8703", "--partner", "Korea"), "South Korea"),
    (("sector", "--codes", "8703", "--from", "2009"), "begins in 2010"),
    (("sector", "--codes", "8703", "--partner", "Japan"), "CENSUS_API_KEY"),
])  # fmt: skip
def test_what_is_not_understood(tmp_path, arguments, says):
    whole = len(arguments) > 3 or says.startswith(("ten", "counted", "not a list", "HS"))
    more = ["--to", "2012", *(["--from", "2011"] if "--from" not in arguments else [])]
    done = korus(tmp_path, "fetch", *arguments, *(more if whole else []), CENSUS_API_KEY="",
                 PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")  # fmt: skip
    assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1


def test_the_key_may_come_from_the_keyring(tmp_path):
    """A backend of the keyring package in a file of its own, as a desktop's would be."""
    (tmp_path / "ring.py").write_text(
        "import keyring.backend\nclass Ring(keyring.backend.KeyringBackend):\n"
        "    priority = 9\n    def get_password(self, service, name):\n"
        f"        return {KEY!r} if (service, name) == ('korus', 'CENSUS_API_KEY') else None\n"
        "    def set_password(self, service, name, password):\n        pass\n"
    )
    with replaying(routes()) as server:
        done = korus_process(
            tmp_path / "data", "fetch", "sector", "--codes", "8703", "--from", 2011, "--to", 2011,
            "--base-url", server.url + PREFIX, CENSUS_API_KEY="", PYTHONPATH=str(tmp_path),
            PYTHON_KEYRING_BACKEND="ring.Ring",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr


def is_without_key(folder, *texts):
    """The key is in no file and no text, in none of the spellings that a server may use."""
    texts = [text.encode() for text in texts]
    for content in [*(path.read_bytes() for path in folder.rglob("*") if path.is_file()), *texts]:
        for spelled in SPELLINGS.values():
            assert spelled.casefold().encode() not in content.lower()
            assert json.dumps(spelled)[1:-1].casefold().encode() not in content.lower()


SPELLINGS = {
    "plain": KEY,
    "percent": "".join(f"%{ord(one):02X}" for one in KEY),
    "percent twice": "".join(f"%25{ord(one):02x}" for one in KEY),
    "JSON": "".join(f"\\u{ord(one):04x}" for one in KEY),
    "HTML": "".join(f"&#{ord(one)};" for one in KEY),
    "capitals": KEY.upper(),
    "wide": "\0".join(KEY),
}


def echoes(spelled):
    """Answers that repeat the query, key included: change of a good one, and exit status."""

    def beside(answer):
        header, *rows = json.loads(answer.body)
        told = json.dumps([[*header, "query"], *([*row, "ECHO"] for row in rows)])
        return told.replace("ECHO", spelled.replace("\0", "\\u0000")).encode()

    def named(answer):
        return answer.body.replace(b"KOREA, SOUTH", spelled.replace("\0", "\\u0000").encode())

    text = spelled.encode()
    return {
        "beside the rows": (bad(beside), 0),
        "as the name": (bad(named), 3),
        "in a text": (bad(lambda a: b"error: unknown variable 'key=" + text + b"'", status=400), 2),
        "on a page": (bad(lambda a: b"<html>" + text), 3),
        "with another status": (bad(lambda a: text, status=418), 3),
        "in headers": (bad(status=302, headers={"Location": f"/missing_key.html?key={spelled}",
                                                "X-Query": spelled}), 2),
        "as a redirect": (bad(status=301, headers={"Location": f"http://[{spelled}"}), 3),
        "as no header": (bad(wire=lambda: [b"HTTP/1.1 200 OK\r\n", text, b"\r\n\r\n[]"]), 3),
        "as status": (bad(wire=lambda: [b"HTTP/1.1 ", text, b"\r\n\r\n"]), 3),
        "as a length": (bad(wire=lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: ", text,
                                          b"\r\n\r\n"]), 3),
    }  # fmt: skip


@pytest.mark.parametrize(("where", "spelling"), [
    *((where, "plain") for where in echoes("")),
    *((where, one) for where in ("beside the rows", "in a text") for one in SPELLINGS),
])  # fmt: skip
def test_a_server_that_repeats_the_key_is_not_repeated(tmp_path, spelling, where):
    change, status = echoes(SPELLINGS[spelling])[where]
    with replaying(routes(change)) as server:
        done = fetch(tmp_path, server, "--json", codes="8703", span=(2011, 2011))
    assert done.returncode == status, done.stderr
    assert done.stderr.count("\n") == (status != 0)
    is_without_key(tmp_path, done.stdout, done.stderr)


@pytest.mark.parametrize("where", ["in a text", "as no header"])
def test_the_key_is_in_no_log(tmp_path, where):
    """With every logger of the process told to tell all."""
    code = (
        "import logging, sys; logging.basicConfig(level=1, stream=sys.stdout)\n"
        "from korus_helpers.cli import korus\nkorus()"
    )
    with replaying(routes(echoes(KEY)[where][0])) as server:
        env = os.environ | {"KORUS_DATA": str(tmp_path), "CENSUS_API_KEY": KEY}
        done = subprocess.run(
            [sys.executable, "-c", code, "fetch", "sector", "--codes", "8703", "--from", "2011",
             "--to", "2011", "--base-url", server.url + PREFIX, "--attempts", "1"],
            env=env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert any(KEY in one for one in server.asked)
    assert done.returncode in (2, 3) and done.stderr.count("\n") == 1
    assert "DEBUG" in done.stdout
    is_without_key(tmp_path, done.stdout, done.stderr)


def test_notebook_02_gets_the_years_before_its_files(tmp_path):
    from korus_helpers.figures.store import forget
    from korus_helpers.trade.autos import auto_deficits
    from korus_helpers.trade.comparison import comparison

    with replaying(routes()) as server:
        for codes in ("87", "8703"):
            assert fetch(tmp_path, server, codes=codes, span=(2011, 2016)).returncode == 0
    os.environ["KORUS_DATA"] = str(tmp_path)
    forget()
    try:
        table = auto_deficits(comparison("South Korea", 2011, 2016)).set_index("definition")
    finally:
        os.environ["KORUS_DATA"] = ""
        forget()
    row = table.loc["vehicles (HS 87), imports for consumption"]
    wanted = total("CON_VAL_MO", ("87",), 2011) - total("ALL_VAL_MO", ("87",), 2011)
    assert row.base == pytest.approx(wanted) and row.base_from == "file"
    row = table.loc["passenger cars (HS 8703), general imports"]
    wanted = total("GEN_VAL_MO", ("8703",), 2011) - total("ALL_VAL_MO", ("8703",), 2011)
    assert row.base == pytest.approx(wanted)
    assert "passenger cars (HS 8703), basis not stated" in table.index
