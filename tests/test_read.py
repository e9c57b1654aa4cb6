"""`korus read`: claims found in a text, their verdicts, and how many are found right."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner
from tools import hostile_texts

from korus_helpers.claims.judging import read_and_judge
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.reading import read_text
from korus_helpers.claims.register import read_claims
from korus_helpers.claims.texts import day_in, page_text, text_of_file
from korus_helpers.cli import korus
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import find_partner

ARTICLE = """\
The two governments meet on Jan. 5, 2018. U.S. goods exports to South Korea totaled $42.3 billion \
in 2016, a decline of 2.7 percent from $3.5 billion in 2011, while U.S. imports from South Korea \
rose by nearly $20 billion over the same period. The U.S. goods trade deficit with South Korea \
more than doubled from $13.2 billion in 2011 to $27.6 billion in 2016. The deficit in the auto \
sector was $24 billion in 2016, an increase of 77 percent since 2011, and autos account for about \
90 percent of the total deficit."""


def run(*arguments, **more):
    return CliRunner().invoke(korus, ["read", *map(str, arguments)], **more)


def answer(tmp_path, text, *arguments, name="text.txt"):
    page = tmp_path / name
    page.write_text(text, encoding="utf-8")
    found = run(page, *arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


# The folder of coded passages, by the rule of its README


def span_of(text, claim):
    at = -1
    for _ in range(int(claim.get("occurrence", 1))):
        at = text.index(str(claim["quote"]), at + 1)
    return at, at + len(str(claim["quote"]))


def overlap(one, other):
    return (min(one[1], other[1]) - max(one[0], other[0])) / max(
        1, min(one[1] - one[0], other[1] - other[0])
    )


def months(text):
    """First and last month of "2016", "2021-05" or "2011-04/2012-03"."""
    first, last = (str(text or "").split("/") * 2)[:2] if text else ("", "")
    return (first + "-01")[:7], (last + "-12")[:7] if text else ""


def near(one, other):
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(0.001 * abs(other), 0.051)


def agrees(found, code):
    """Whether a claim found is the coded one in every field that the code gives."""
    sign = -1 if {found.measure, code["measure"]} == {"deficit", "balance"} else 1
    if (sign > 0 and found.measure != code["measure"]) or found.as_ != code["as"]:
        return False
    if found.partner != find_partner(code["partner"]).code:
        return False
    for name in ("period", "base", "end"):
        if code.get(name) and months(getattr(found, name)) != months(code[name]):
            return False
    if code.get("sector") not in (None, "unspecified", found.sector):
        return False
    if (code.get("per") or "") != found.per:
        return False
    if code["as"] == "rank":
        return found.interval.low == code["value"]
    if not code.get("interval") or code["as"] in ("record", "other"):
        return True
    ends = [None if e is None else float(e) for e in (found.interval.low, found.interval.high)]
    ends = ends if sign > 0 else [None if e is None else -e for e in reversed(ends)]
    return all(map(near, ends, code["interval"]))


def passage_of(path):
    """A coded passage: YAML, or day, text and claims ("quote | measure as partner when | ends")."""
    if path.suffix == ".yaml":
        return yaml.safe_load(path.read_text("utf-8"))
    date, _, rest = path.read_text("utf-8").partition("\n")
    text, _, lines = rest.partition("\n===\n")
    return {"date": date, "text": text, "claims": [code_of(line) for line in lines.splitlines()]}


def code_of(line):
    quote, what, *rest = line.split(" | ")
    quote, _, occurrence = quote.partition(" #")
    code = {"quote": quote, "occurrence": occurrence or 1, "checkable": "no"}
    if what == "none":
        return code
    measure, as_, partner, when, *more = what.split()
    code |= {
        "measure": measure,
        "as": as_,
        "partner": partner.replace("_", " "),
        "checkable": "yes",
    }
    code |= dict(zip(("base", "end") if ">" in when else ("period",), when.split(">"), strict=True))
    code |= fields(more)
    code["also"] = [fields(one[3:].split()) for one in rest if one.startswith("or ")]
    if rest and not rest[0].startswith("or "):
        code["interval"] = ends(rest[0].split())
    return code


def fields(pairs):
    found = dict(pair.split("=") for pair in pairs)
    if "value" in found:
        found["value"] = int(found["value"])
    if "interval" in found:
        found["interval"] = ends(found["interval"].split(","))
    return found


def ends(two):
    return [None if end == "-" else float(end) for end in two]


def score(paths, kinds=None, judged=False):
    """How many claims are coded, taken and right in these passages, and how many are none.

    `kinds` takes how many of each kind are right and coded; only what is `judged` counts.
    """
    tally, kinds = Counter(), Counter() if kinds is None else kinds
    for path in paths:
        passage = passage_of(path)
        text, codes = passage["text"], passage.get("claims") or []
        day = str(passage.get("date") or "")
        found = read_text(text, day).claims
        if judged:
            found = [one.found for one in read_and_judge(text, day).claims]
        pairs = sorted(
            (
                (overlap(one.span, span_of(text, code)), one.as_ == code.get("as"), i, j)
                for i, one in enumerate(found)
                for j, code in enumerate(codes)
            ),
            reverse=True,
        )
        taken, used = {}, set()
        for share, _, i, j in pairs:
            if share >= 0.5 and i not in used and j not in taken:
                taken[j] = found[i]
                used.add(i)
        tally["none"] += len(found) - len(used)
        for j, code in enumerate(codes):
            if str(code.get("checkable", "yes")) not in ("yes", "True"):
                tally["none"] += j in taken
                continue
            tally["coded"] += 1
            tally["taken"] += j in taken
            readings = [code, *({**code, **one} for one in code.get("also") or [])]
            right = j in taken and any(agrees(taken[j], one) for one in readings)
            tally["right"] += right
            kinds.update({(code["as"], "right"): right, (code["as"], "coded"): 1})
    return tally


OWN = Path(__file__).with_name("texts")


def test_coded_passages_of_our_own_are_read_as_a_careful_reader_does():
    tally = score(sorted(OWN.glob("*.txt")))
    assert tally["coded"] > 500
    assert tally["right"] / (tally["taken"] + tally["none"]) >= 0.96, tally
    assert tally["right"] / tally["coded"] >= 0.93, tally


def test_texts_of_people_who_did_not_know_the_rules_are_read_and_judged_well():
    tally = score(sorted((OWN / "blind").glob("*.txt")), judged=True)
    assert tally["coded"] > 950
    assert tally["right"] / (tally["taken"] + tally["none"]) >= 0.89, tally
    assert tally["right"] / tally["coded"] >= 0.75, tally


def test_a_figure_is_of_the_goods_of_the_level_before_it_but_a_whole_is_not_of_its_part():
    part = "Autos were about 90 percent of the $27.6 billion deficit with South Korea in 2016."
    goods = "Imports of consumer goods from Italy were $11.5 billion in 2016, a rise of 2 percent."
    assert [one.sector for one in read_text(part).claims] == ["autos", "total"]
    assert {one.sector for one in read_text(goods).claims} == {"consumer_goods"}


def test_a_draft_with_a_place_is_answered(tmp_path):
    text = "Kenya was the 2nd largest supplier of the United States in 2019."
    (tmp_path / "text.txt").write_text(text)
    found = run(tmp_path / "text.txt", "--date", "2020-02-11", "--draft")
    assert found.exit_code == 0 and re.search(r'"place \d+" (would|holds)', found.output)


def test_what_is_far_from_the_official_figure_is_set_aside_where_it_was_inferred():
    text = "Trade with Turkey rose in 2022. {} $1.19 trillion, data showed."
    open_, said = "The deficit was", "The deficit with Turkey was in 2022"
    (aside,) = read_and_judge(text.format(open_), "2023-02-07").aside
    assert "the partner from the text before" in aside.reason and "something else" in aside.reason
    (claim,) = read_and_judge(text.format(said), "2023-02-07").claims
    assert claim.said == "not reproduced"


def test_the_passages_written_for_this_are_read_as_well(shared):
    tally = score(sorted((shared / "texts").glob("*.yaml")))
    assert tally["right"] / (tally["taken"] + tally["none"]) >= 0.95, tally
    assert tally["right"] / tally["coded"] >= 0.93, tally


def test_texts_without_a_claim_have_none():
    for path in OWN.glob("*_none_*.txt"):
        assert read_text(passage_of(path)["text"], "2020-01-01").claims == []


def test_what_a_claim_says_as_printed_is_the_figure_that_was_found():
    """So the claims of a text can be written to a file and judged as they were read."""
    for path in OWN.glob("*.txt"):
        passage = passage_of(path)
        for one in read_text(passage["text"], passage["date"]).claims:
            assert passage["text"][slice(*one.span)] == one.quote
            if one.as_ not in ("rank", "record"):
                assert read_printed(one.printed).interval == one.interval, one


@pytest.mark.parametrize(("text", "found"), [
    ("Exports to Japan rose 7 percent ($2.4 billion) to a record $36.8 billion in 2013.",
     ["percent-change", "change", "level", "record"]),
    ("Exports to Japan and Korea were $60 billion and $40 billion, respectively, in 2013.",
     ["level", "level"]),
    ("With Chile the imbalance is the 9th largest; imports have never been higher than in 2013.",
     ["rank", "record"]),
    ("The ratio of imports to exports was 28:1 for Cambodia in 2013.", ["ratio"]),
    ("| 2013, million dollars\nPartner | Exports | Imports\nJapan | 65,206 | 138,534\n",
     ["level", "level"]),
    ("Since 2004 the cumulative deficit with China is $2.9 trillion.", ["level"]),
    ("If we act, exports to Japan will reach $80 billion.", []),
    ("China's exports to Vietnam were $50 billion in 2013.", []),
    ("Texas exported $100 billion to Mexico in 2013.", []),
    ("Exports to Japan did not reach anything like what was hoped, never $90 billion.", []),
    ("By Thai statistics, exports to the United States were $24 billion in 2013.", []),
    ("Imports of washers from Korea were $130 million in 2013.", []),
    ("The services surplus with Canada was $28 billion in 2013.", []),
    ("Exports to Japan rose 5 percent from 2013 to $3 billion in 2012.", ["level"]),
    ("Vietnam accounted for 18 percent of the rise in the deficit in 2013.", ["contribution"]),
    ("The deficit with Atlantis was $3 billion in 2013.", []),
    ("The deficit with Europe was $3 billion in 2013.", []),
    ("Exports to Japan have grown at an annual rate of 4 percent since 2010.", []),
    ("Exports to Japan - $65 billion in 2013 - fell from 70 to 65 billion dollars.",
     ["level", "level", "level"]),
])  # fmt: skip
def test_kinds_of_sentences(text, found):
    assert [one.as_ for one in read_text(text, "2014-05-08").claims] == found


def test_the_day_of_a_text_is_no_period_of_its_figures():
    text = (
        "WASHINGTON, Feb. 10, 2023 - The deficit with Mexico was $130.6 billion in 2022, up 20.6 "
        "percent from the year before. Exports to Mexico, data showed on April 3, 2023, were "
        "$324.4 billion."
    )
    spans = [(one.base, one.end or one.period) for one in read_text(text).claims]
    assert spans == [("", "2022"), ("2021", "2022"), ("", "2022")]


# The command


def test_the_statements_of_the_article_get_the_verdicts_of_its_audit(tmp_path):
    found = answer(tmp_path, ARTICLE, "--date", "2017-12-28")
    said = [(one["measure"], one["as"], one["sector"], one["verdict"]) for one in found["claims"]]
    assert said == [
        ("exports", "level", "total", "as printed"),
        ("exports", "percent-change", "total", "as printed"),
        ("exports", "level", "total", "not reproduced"),
        ("imports", "change", "total", "not reproduced"),
        ("deficit", "ratio", "total", "within the hedge"),
        ("deficit", "level", "total", "as printed"),
        ("deficit", "level", "total", "as printed"),
        ("deficit", "level", "autos", "not reproduced"),
        ("deficit", "percent-change", "autos", "cannot be checked"),
        ("deficit", "share", "autos", "not reproduced"),
    ]
    assert {one["partner_code"] for one in found["claims"]} == {"5800"}
    assert not found["consistent"] and len(found["contradictions"]) == 9
    for one in found["claims"]:
        assert ARTICLE[slice(*one["span"])] == one["quote"]
        assert one["reading"] == ("inferred" if one["inferred"] else "stated")


def test_the_answer_for_people_and_the_claims_file(tmp_path):
    page, claims = tmp_path / "text.txt", tmp_path / "claims.yaml"
    page.write_text(ARTICLE, encoding="utf-8")
    shown = run(page, "--date", "2017-12-28", "--write-claims", claims)
    assert "totaled $42.3 billion [1] in 2016, a decline of 2.7 percent [2]" in shown.stdout
    assert "nine smallest sets" in shown.stdout and str(claims) in shown.stdout
    again = read_claims(claims)
    assert [one.printed for one in again][:2] == ["$42.3 billion", "a decline of 2.7 percent"]
    assert len(again) == 10 and {one.date for one in again} == {"2017-12-28"}
    assert "# '$42.3 billion', characters" in claims.read_text("utf-8")
    refused = run(page, "--write-claims", claims)
    assert refused.exit_code == 2 and "is there already" in refused.stderr


def test_what_is_left_open_is_given_by_options(tmp_path):
    text = "It was $42.3 billion in 2016."
    assert answer(tmp_path, text)["claims"] == []
    found = answer(tmp_path, text, "--partner", "KOR", "--measure", "exports")["claims"]
    assert [(one["partner"], one["verdict"]) for one in found] == [("South Korea", "as printed")]
    for option, value in (("--date", "now"), ("--measure", "cars"), ("--partner", "Atlantis")):
        assert run(tmp_path / "text.txt", option, value).exit_code == 2


@pytest.mark.parametrize(("text", "moves"), [
    ("Exports to South Korea fell 2.7 percent since the trade agreement took effect.",
     [("exports", "2011", "2016")]),
    ("Since the agreement entered into force, US exports to South Korea have fallen by 2.7 percent "
     "and the deficit with the country has doubled.",
     [("exports", "2011", "2016"), ("deficit", "2011", "2016")]),
    ("The deficit with Vietnam has doubled since the pact took effect.", []),
])  # fmt: skip
def test_since_an_agreement_took_effect_is_from_the_year_before(text, moves):
    found = read_text(text, "2017-12-28").claims
    assert [(one.measure, one.base, one.end) for one in found] == moves


def test_no_claim_and_what_was_left_aside(tmp_path):
    page = tmp_path / "none.md"
    page.write_text("The tariff rose to 25 percent. The firm earned €36 billion.", "utf-8")
    shown = run(page)
    assert shown.exit_code == 0 and "No claim about a US trade balance was found." in shown.stdout
    assert "25 percent: it is about a tariff or rate." in shown.stdout
    assert "it is in euros, not in US dollars" in shown.stdout


def test_what_is_found_but_not_judged_says_why(tmp_path):
    text = (
        "Trade with the Netherlands was about $10 billion a month in 2013. Mexico was the "
        "third-largest supplier in 2013. America bought from Vietnam five times what it sold there "
        "in 2013. Mexico supplied 30 percent of all automotive imports in 2013. The deficit with "
        "China rose 2 percent in July 2013."
    )
    claims = answer(tmp_path, text, "--date", "2014-09-05")["claims"]
    why = [one["remarks"][-1] for one in claims]
    assert why[3] == "a share of the World's trade in a sector is not judged here."
    assert [one["verdict"] for one in claims[:4]] == [
        "not reproduced", "as printed", "as printed", "cannot be checked"
    ]  # fmt: skip
    last = claims[-1]  # on the year, or on the month: both are judged
    assert (last["reading"], last["base"], last["alternatives"]) == (
        "open", "2012-07/2012-07", [{"base": "2013-06/2013-06"}]
    )  # fmt: skip
    assert why[-1].startswith("Read with base 2013-06/2013-06: ")
    shown = run(tmp_path / "text.txt", "--date", "2014-09-05", env={"COLUMNS": "400"})
    assert "US goods trade in both directions with the Netherlands, 2013" in " ".join(
        shown.stdout.split()
    )


def test_a_draft_is_told_what_it_leaves_open_and_what_would_hold(tmp_path):
    page = tmp_path / "draft.txt"
    page.write_text(
        "The deficit with Korea was $27.6 billion in 2016. Exports were $42.3 billion. Goods "
        "imports from Korea were $3.5 billion in 2011, on the Census basis."
    )
    notes = run(page, "--draft").stdout.partition("For the author:")[2].splitlines()
    shown = [line.strip() for line in notes if line]
    assert shown[0].startswith(
        "[1] $27.6 billion: leaves open goods or goods with services, the basis, the release; "
        "holds in every release at hand"
    )
    assert shown[1].startswith("[2] $42.3 billion: leaves open partner, period, goods or goods")
    assert shown[2].endswith('"$56.7 billion" would hold in all.')


def test_documents_and_pdfs_with_text(tmp_path, monkeypatch):
    class Page(SimpleNamespace):
        def extract_text(self):
            return self.text

    paragraphs = [SimpleNamespace(text=ARTICLE)]
    document = SimpleNamespace(Document=lambda _: SimpleNamespace(paragraphs=paragraphs))
    pages = [Page(text=ARTICLE)]
    reader = SimpleNamespace(PdfReader=lambda _: SimpleNamespace(pages=pages))
    for name, module, fake in (("a.docx", "docx", document), ("a.pdf", "pypdf", reader)):
        monkeypatch.setitem(sys.modules, module, fake)
        (tmp_path / name).write_bytes(b"any")
        assert text_of_file(tmp_path / name)[0] == ARTICLE
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(InputError, match=r"pip install 'korus-helpers\[texts\]'"):
            text_of_file(tmp_path / name)
    pages[0] = Page(text=" ")
    monkeypatch.setitem(sys.modules, "pypdf", reader)
    with pytest.raises(InputError, match="only pictures of pages"):
        text_of_file(tmp_path / "a.pdf")


def test_standard_input_and_pages(tmp_path):
    piped = run("-", "--json", input="December 28, 2017. " + ARTICLE)
    assert json.loads(piped.stdout)["date"] == "2017-12-28"
    html = f"""<html><head><meta property="article:published_time" content="2017-12-28T10:00">
    <script>exports of $1 billion</script></head><body><nav>Exports: $9 billion</nav>
    <article><h1>Talks</h1><p>{ARTICLE}</p></article></body></html>"""
    found = answer(tmp_path, html, name="page.html")
    assert found["date"] == "2017-12-28" and len(found["claims"]) == 10
    assert "$9 billion" not in page_text(html.encode())[0]
    assert day_in("Seoul, 5 March 2013 - Exports") == "2013-03-05"


@pytest.mark.parametrize(("name", "content"), [
    ("a.txt", b"\x00\x01"), ("a.txt", b"\xff\xfeabc"), ("a.pdf", b"no pdf"), ("a.docx", b"no zip"),
])  # fmt: skip
def test_what_is_no_text_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    found = run(tmp_path / name)
    assert found.exit_code == 2 and found.stderr.startswith("Error: " + name)
    assert run(tmp_path / "nowhere.txt").exit_code == 2


def test_hostile_text_is_read_in_time_and_shown_without_harm():
    hostile_texts.read_all(3_000, 300_000)
