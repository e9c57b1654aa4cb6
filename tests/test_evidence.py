"""The evidence of an audit, ClaimReview included: the same each time, enough to judge by hand."""

import csv
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typed import korus as here

from korus_helpers import Definition, evaluate
from korus_helpers.claims.auditing import audit, verdict_rows
from korus_helpers.claims.register import article, claims_in, public, template
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.figures.names import FORMULA_STARTS
from korus_helpers.figures.tables import open_table, package
from korus_helpers.present.claim_review import linked_data, show_claim_reviews
from korus_helpers.present.displays import EVIDENCE, LINKED_DATA
from korus_helpers.present.evidence import evidence_files, show_evidence
from korus_helpers.trade.evaluate import figure_rows

KORUS = Path(sys.executable).with_name("korus")
# Members by type, each with the type of its value: https://schema.org/ClaimReview and, for what is
# required, https://developers.google.com/search/docs/appearance/structured-data/factcheck.
REQUIRED = {
    "ClaimReview": {"url": str, "claimReviewed": str, "reviewRating": dict, "author": dict,
                    "itemReviewed": dict},
    "Rating": {"alternateName": str},
    "Organization": {"name": str},
}  # fmt: skip
OPTIONAL = {
    "Rating": {"ratingValue": int, "bestRating": int, "worstRating": int,
               "ratingExplanation": str},
    "Claim": {"author": dict, "datePublished": str, "appearance": dict},
    "CreativeWork": {"url": str, "publisher": dict},
}  # fmt: skip
JOBS = b"id,printed,measure,note\na,95 jobs,other,It takes a model.\n"


def korus(*arguments, limit=None, **environment):
    """The command in a process of its own, which writes no file larger than `limit` bytes."""

    def before():
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # A limited process has no room for the file of coverage, which would say so on stderr.
    kept = {k: v for k, v in os.environ.items() if not (limit and k.startswith("COVERAGE_"))}
    return subprocess.run(
        [KORUS, *map(str, arguments)], env={**kept, **environment}, preexec_fn=before,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def rows_of(files: dict[str, str], table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"rows/{table}.csv"])))


@pytest.fixture(scope="module")
def of_the_article(tmp_path_factory):
    """The bundle that the command writes, and what it printed."""
    folder = tmp_path_factory.mktemp("evidence") / "article"
    done = here("", "audit", "--json", "--evidence", folder)
    assert done.returncode == 0, done.stderr
    return contents(folder), done.stdout


def test_two_processes_write_the_same_bytes(of_the_article, tmp_path):
    files, printed = of_the_article
    again = korus(
        "audit", "--evidence", tmp_path / "again", PYTHONHASHSEED="7", TZ="Asia/Seoul",
        LC_ALL="C", COLUMNS="40",
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert again.stdout.endswith("/again\n")
    assert contents(tmp_path / "again") == files
    assert files["verdicts.json"] == printed


def test_a_run_writes_the_same_files(of_the_article, runs):
    assert contents(runs["default"] / "evidence" / "03_claim_audit") == of_the_article[0]


def test_the_manifest_names_every_file_table_and_version(of_the_article):
    files = of_the_article[0]
    manifest = json.loads(files["manifest.json"])
    others = {name: text.encode() for name, text in files.items() if name != "manifest.json"}
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in others.items()
    }
    shipped = {entry["name"]: entry for entry in package()["resources"]}
    assert {f"rows/{name}.csv" for name in manifest["tables"]} == {
        name for name in files if name.startswith("rows/")
    }
    for name, said in manifest["tables"].items():
        assert said["sha256"] == shipped[name]["hash"].removeprefix("sha256:")
        assert said["vintage"] == shipped[name]["vintage"]
        assert (said["rows"], said["rows_shipped"]) == (
            len(rows_of(files, name)), len(open_table(name))
        )  # fmt: skip
    assert set(manifest["versions"]) == {"Python", "korus_helpers", "pandas", "numpy", "scipy"}
    assert (manifest["tolerance"], manifest["vintage"]) == (0.05, "latest")
    everything = "".join(files.values())
    assert str(Path.home()) not in everything and str(Path(__file__).parents[1]) not in everything


def test_a_rise_that_is_not_reproduced_by_hand_from_the_rows(of_the_article):
    """Imports "rose nearly $20 billion" from 2011 to 2016, with pencil and paper.

    Today: the sum of twelve months of each year. When printed: imports of 2016 are the exports
    quoted, 42,308.5 to 42,309.5, plus the deficit quoted, 27,565 to 27,575, so 69,873.5 to
    69,884.5; those of 2011 were 56,661.4 in the releases before and after.
    """
    files = of_the_article[0]
    months = {2011: 0.0, 2016: 0.0}
    for row in rows_of(files, "goods_monthly"):
        assert (row["vintage"], row["partner_code"]) == ("2026-06", "5800")
        months[int(row["year"])] += float(row["imports_musd"])
    assert months[2016] - months[2011] == pytest.approx(13_225.419, abs=0.01)

    quoted = {}
    for row in rows_of(files, "quoted"):
        if row["topic"] == "goods_total":
            quoted.setdefault(row["flow"], []).append((float(row["low_musd"]),
                                                       float(row["high_musd"])))  # fmt: skip
    low = max(a for a, _ in quoted["exports"]) + max(a for a, _ in quoted["deficit"])
    high = min(b for _, b in quoted["exports"]) + min(b for _, b in quoted["deficit"])
    assert (low, high) == (69_873.5, 69_884.5)
    before, after = (float(row["imports_musd"]) for row in rows_of(files, "goods_annual"))
    assert before == pytest.approx(after, abs=0.001)
    low, high = low - before, high - before
    assert (low, high) == pytest.approx((13_212.14, 13_223.14), abs=0.01)

    claims = json.loads(files["verdicts.json"])["claims"]
    (claim,) = [one for one in claims if one["id"] == "imports_change"]
    # Nearly 20 with a tolerance of 5 percent admits 19 to 20 billion: both rises are far below.
    assert high / 1000 < 19.0 == claim["low"]
    assert claim["verdict"] == claim["now"]["verdict"] == "not reproduced"
    assert claim["then"]["low"] * 1000 == pytest.approx(low, abs=0.01)
    assert claim["then"]["high"] * 1000 == pytest.approx(high, abs=0.01)
    assert claim["now"]["official"] * 1000 == pytest.approx(months[2016] - months[2011], abs=1e-6)


def test_a_share_by_hand_from_the_rows_of_part_and_whole(of_the_article):
    files = of_the_article[0]
    balance = {"3": 0.0, "": 0.0}
    for row in rows_of(files, "enduse_annual"):
        assert (row["partner_code"], row["year"]) == ("5800", "2016")
        sign = 1 if row["flow"] == "imports" else -1
        for group in balance:
            balance[group] += sign * float(row["value_usd"]) if row["code"].startswith(group) else 0
    assert 100 * balance["3"] / balance[""] == pytest.approx(81.66, abs=0.005)
    claims = json.loads(files["verdicts.json"])["claims"]
    (claim,) = [one for one in claims if one["id"] == "auto_share"]
    assert claim["official"] == pytest.approx(100 * balance["3"] / balance[""], abs=1e-9)


@pytest.mark.parametrize(
    ("measure", "asked", "table", "count", "column"),
    [
        ("exports", {"end": "2016"}, "goods_monthly", 12, "exports_musd"),
        ("imports", {"end": "2016", "vintage": "2018-10"}, "goods_annual", 1, "imports_musd"),
        ("imports", {"end": "2011-04/2012-03"}, "goods_monthly", 12, "imports_musd"),
        ("imports", {"end": "2016", "sector": "enduse:30000"}, "enduse_annual", 1, "value_usd"),
        ("imports", {"end": "2016", "sector": "hs87"}, "hs_chapters", 1, "value_musd"),
        ("exports", {"end": "2015-02/2015-04", "sector": "hs87"}, "hs87_monthly", 3,
         "total_exports_musd"),
        ("imports", {"end": "2016", "basis": "consumption"}, "imports_for_consumption", 1,
         "imports_for_consumption_musd"),
        ("imports", {"end": "2016", "basis": "korea-reported"}, "mirror_monthly", 12,
         "value_musd"),
    ],
)  # fmt: skip
def test_the_rows_of_one_flow_add_up_to_the_figure(measure, asked, table, count, column):
    definition = Definition(**asked)
    ((found, numbers),) = figure_rows(measure, definition).items()
    taken = open_table(table).loc[sorted(numbers)]
    assert (found, len(taken)) == (table, count)
    size = 1e6 if column == "value_usd" else 1
    expected = evaluate(measure, definition).value
    assert taken[column].sum() / size == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("measure", "asked", "counts"),
    [
        ("deficit", {"base": "2011", "end": "2016", "as_": "ratio"}, {"goods_monthly": 24}),
        ("exports", {"end": "2016", "as_": "share", "vintage": "2024-08"}, {"goods_annual": 2}),
        ("deficit", {"end": "2016", "vintage": "as-of:2017-12-28"}, {"quoted": 3}),
        ("exports", {"end": "2011", "vintage": "as-of:2018-12-28"}, {"goods_annual": 1}),
        ("deficit", {"end": "2016", "basis": "consumption", "vintage": "2018-10"},
         {"goods_annual": 1, "imports_for_consumption": 1}),
    ],
)  # fmt: skip
def test_both_periods_and_the_whole_are_there(measure, asked, counts):
    found = figure_rows(measure, Definition(**asked))
    assert {table: len(numbers) for table, numbers in found.items()} == counts


@pytest.fixture(scope="module")
def everything():
    return audit([*article(), *public()], budget_seconds=1)


def test_a_claim_on_another_basis_comes_with_the_rows_of_that_basis(everything):
    verdicts = {one.claim.id: one for one in everything.verdicts}
    other = verdicts["F07.1"]  # holds in the release of October 2018
    assert other.verdict == "on another basis"
    taken = open_table("goods_annual").loc[sorted(verdict_rows(other)["goods_annual"])]
    rows = set(zip(taken.vintage, taken.year, strict=True))
    assert {("2018-10", 2016), ("2018-10", 2017)} <= rows
    quoted = open_table("quoted").loc[sorted(verdict_rows(verdicts["A08.3"])["quoted"])]
    assert "2017-02-07" in set(quoted.in_force_from)


def test_goods_with_services_come_with_quoted_figures_then_and_their_rows_today():
    text = b"id,printed,measure,as,sector,base,end\n"
    text += b"a,$17 billion,deficit,level,goods-and-services,,2016\n"
    text += b"b,more than tripled,deficit,ratio,goods-and-services,2011,2016\n"
    then, today = audit(claims_in(text, "claims.csv")).verdicts
    quoted = open_table("quoted").loc[sorted(verdict_rows(then)["quoted"])]
    assert set(quoted.topic) >= {"services"} and verdict_rows(then)["goods_monthly"]
    assert today.verdict == "within the hedge"
    rows = open_table("goods_services").loc[sorted(verdict_rows(today)["goods_services"])]
    assert len(rows) == 8 and set(rows.partner_code) == {"5800"}
    assert dict(rows.groupby("year").size()) == {2011: 4, 2016: 4} and set(rows.quarter) == {0}


def test_the_claims_of_an_evidence_can_be_audited_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims.yaml").write_text(template(), encoding="utf-8")
    asked = ("--tolerance", "0.1", "--vintage", "2018-10", "--evidence")
    for claims, place in (("claims.yaml", "first"), ("first/claims.csv", "again")):
        done = here("", "audit", claims, *asked, place)
        assert done.returncode == 0, done.stderr
    files = contents(tmp_path / "first")
    assert contents(tmp_path / "again") == files
    for name in ("manifest.json", "verdicts.json"):
        found = json.loads(files[name])
        assert (found["tolerance"], found["vintage"]) == (0.1, "2018-10")
    assert "--tolerance 0.1 --vintage 2018-10" in files["README.txt"]


def test_a_search_that_ended_with_its_time_is_said_to_depend_on_the_machine():
    complete, cut = (audit(article(), budget_seconds=seconds) for seconds in (60, 0))
    assert (complete.together.complete, cut.together.complete) == (True, False)
    said = "another run may list more or fewer"
    assert said not in evidence_files(complete)["README.txt"]
    assert said in evidence_files(cut)["README.txt"]


def test_without_figures_there_are_no_rows(shown):
    found = audit(claims_in(JOBS, "claims.csv"))
    files = evidence_files(found)
    assert set(files) == {"README.txt", "claimreview.json", "claims.csv", "verdicts.json"}
    _, table, sentence = shown(show_evidence, found)
    assert table.metadata["korus"] == {"kind": "table", "name": "evidence"}
    assert sentence.data[EVIDENCE] == files
    assert sentence.data["text/plain"].startswith("No verdict rests on a figure that is included")


def test_a_folder_that_cannot_be_new_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "left.incomplete").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    for name, says in (
        ("there", "exists already"),
        ("link", "exists already"),
        ("no/where", "There is no folder"),
        ("left", "is in the way"),
    ):
        done = here("", "audit", "--evidence", tmp_path / name)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert says in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path):
    done = korus("audit", "--evidence", tmp_path / "evidence", limit=15_000)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "cannot be written (File too large)" in done.stderr
    assert not any(tmp_path.iterdir())
    done = here("", "audit", "--evidence", tmp_path / ("e" * 300))
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "cannot be written (File name too long)" in done.stderr


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_formulas_of_a_file_are_text_in_every_csv_and_numbers_are_numbers(runs, hostile):
    """No cell is a formula; what begins with a sign is a number that was left as it is."""
    found = {}
    for path in runs["hostile"].rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as opened:
            found[path.relative_to(runs["hostile"]).as_posix()] = list(csv.reader(opened))
    cells = [(name, cell) for name, rows in found.items() for row in rows for cell in row]
    for name, cell in cells:
        assert not cell.startswith(tuple(FORMULA_STARTS)) or is_number(cell), (name, cell)
    assert min(float(cell) for _, cell in cells if is_number(cell)) < 0
    head, *rows = found["evidence/03_claim_audit/claims.csv"]
    claims = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    for name in ("formula", "command"):
        for field in ("speaker", "publisher", "what", "note"):
            assert claims[name][field] == f"'{hostile[name]}"
    assert {one["printed"] for one in claims.values()} == {
        "$27.6 billion", "'-$28.6 billion", "5 jobs"
    }  # fmt: skip
    head, *rows = found["evidence/03_claim_audit/rows/goods_monthly.csv"]
    assert len(rows) == 12 and all(is_number(row[head.index("exports_musd")]) for row in rows)
    # Data for programs are not changed: JSON is never a formula.
    text = (runs["hostile"] / "evidence/03_claim_audit/verdicts.json").read_text("utf-8")
    assert hostile["formula"] in [one["claim"] for one in json.loads(text)["claims"]]


def check(node: dict) -> None:
    """A node has the members of its type; one without a type is a name."""
    kind = node.get("@type")
    if kind is None:
        assert set(node) == {"name"} and node["name"]
        return
    required = REQUIRED.get(kind, {})
    allowed = required | OPTIONAL.get(kind, {})
    members = {name: value for name, value in node.items() if name != "@type"}
    assert set(required) <= set(members) <= set(allowed)
    for name, value in members.items():
        assert type(value) is allowed[name] and value
        if isinstance(value, dict):
            check(value)


def test_every_verdict_is_a_review_with_the_members_its_type_has(everything):
    document = linked_data(everything)
    assert document["@context"] == "https://schema.org"
    numbers = {name: set() for name in LADDER}
    for review, verdict in zip(document["@graph"], everything.verdicts, strict=True):
        check(review)
        assert review["@type"] == "ClaimReview"
        assert review["url"] == f"#claim-{verdict.claim.id}"
        assert verdict.claim.printed in review["claimReviewed"]
        rating = review["reviewRating"]
        assert rating["alternateName"] == verdict.verdict
        numbers[verdict.verdict].add(
            tuple(rating.get(name) for name in ("worstRating", "ratingValue", "bestRating"))
        )
    assert len({review["url"] for review in document["@graph"]}) == len(everything.verdicts)
    # Only a verdict that compares has a number.
    assert numbers == {
        "as printed": {(1, 3, 3)}, "within the hedge": {(1, 3, 3)},
        "on another basis": {(1, 2, 3)}, "not reproduced": {(1, 1, 3)},
        "undetermined": {(None, None, None)}, "cannot be checked": {(None, None, None)},
    }  # fmt: skip


def test_speaker_carrier_day_and_address_are_four_things(of_the_article):
    graph = json.loads(of_the_article[0]["claimreview.json"])["@graph"]
    reviews = {review["url"]: review for review in graph}
    review = reviews["#claim-exports_2016"]
    assert review["claimReviewed"] == "US goods exports to Korea in 2016: $42.3 billion"
    assert review["author"] == {"@type": "Organization", "name": "KORUS"}
    item = review["itemReviewed"]
    assert item["author"]["name"] == "US Trade Representative, as reported"
    assert item["datePublished"] == "2017-12-28"
    assert item["appearance"]["publisher"]["name"] == "American Shipper (FreightWaves)"
    assert item["appearance"]["url"].startswith("https://www.freightwaves.com/")
    assert review["reviewRating"]["ratingExplanation"].startswith(
        "Official: 42.31 billion dollars (US goods exports to South Korea, 2016; "
    )
    assert reviews["#claim-exports_2011"]["reviewRating"]["ratingExplanation"].endswith(
        " Misprint suspected: $43.5 billion; contradicted by the other figures."
    )


def test_what_a_claim_lacks_is_left_out_of_its_review():
    content = b"id,printed,measure,as,period,base,end,note\n"
    content += b"a,$27.6 billion,deficit,level,2016,,,a note of the file\n"
    content += b"b,95 jobs,other,level,,,,It takes a model.\n"
    level, jobs = linked_data(audit(claims_in(content, "claims.csv")))["@graph"]
    assert level["itemReviewed"] == jobs["itemReviewed"] == {"@type": "Claim"}
    assert jobs["claimReviewed"] == "95 jobs"
    assert jobs["reviewRating"] == {"@type": "Rating", "alternateName": "cannot be checked"}
    assert "a note of the file" not in json.dumps([level, jobs])


def test_a_sentence_says_how_many_reviews_have_a_rating(everything, shown):
    (output,) = shown(show_claim_reviews, everything)
    assert output.data[LINKED_DATA] == linked_data(everything)
    counts = Counter(verdict.verdict for verdict in everything.verdicts)
    words, every = counts["undetermined"] + counts["cannot be checked"], counts.total()
    assert f"{every} reviews, {every - words} with" in output.data["text/plain"]
    assert f"{words} in words only" in output.data["text/plain"]
    (output,) = shown(show_claim_reviews, audit(claims_in(JOBS, "claims.csv")))
    assert "one review, one in words only" in output.data["text/plain"]
    assert "rating from" not in output.data["text/plain"]
