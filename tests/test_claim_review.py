"""Verdicts as ClaimReview: what schema.org and Google ask for, and nothing invented."""

import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import article, claims_in, public
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.present.claim_review import linked_data, show_claim_reviews
from korus_helpers.present.displays import LINKED_DATA
from korus_helpers.runs.pages import html_report
from korus_helpers.runs.reports import About, read_report

ESCAPES = "</script><script>alert(1)</script><!-- --> &amp; \u2028 \u2029 ]]> \\u003c"
# Members by type, each with the type of its value: https://schema.org/ClaimReview and, for what is
# required, https://developers.google.com/search/docs/appearance/structured-data/factcheck.
REQUIRED = {
    "ClaimReview": {"url": str, "claimReviewed": str, "reviewRating": dict, "author": dict,
                    "itemReviewed": dict},
    "Rating": {"alternateName": str},
    "Claim": {},
    "CreativeWork": {},
    "Organization": {"name": str},
}  # fmt: skip
OPTIONAL = {
    "ClaimReview": {},
    "Rating": {"ratingValue": int, "bestRating": int, "worstRating": int,
               "ratingExplanation": str},
    "Claim": {"author": dict, "datePublished": str, "appearance": dict},
    "CreativeWork": {"url": str, "publisher": dict},
    "Organization": {},
}  # fmt: skip


def reviews_of(found):
    document = linked_data(found)
    assert document["@context"] == "https://schema.org"
    return document["@graph"]


def check(node: dict) -> None:
    """A node has the members of its type; one without a type is a name."""
    kind = node.get("@type")
    if kind is None:
        assert set(node) == {"name"} and node["name"]
        return
    allowed = REQUIRED[kind] | OPTIONAL[kind]
    members = {name: value for name, value in node.items() if name != "@type"}
    assert set(REQUIRED[kind]) <= set(members) <= set(allowed)
    for name, value in members.items():
        assert type(value) is allowed[name] and value
        if isinstance(value, dict):
            check(value)


@pytest.fixture(scope="module")
def everything():
    return audit([*article(), *public()], budget_seconds=1)


def test_every_verdict_is_a_review_with_the_members_its_type_has(everything):
    reviews = reviews_of(everything)
    assert len(reviews) == len(everything.verdicts)
    for review, verdict in zip(reviews, everything.verdicts, strict=True):
        check(review)
        assert review["@type"] == "ClaimReview"
        assert review["url"] == f"#claim-{verdict.claim.id}"
        assert verdict.claim.printed in review["claimReviewed"]
        assert review["reviewRating"]["alternateName"] == verdict.verdict
    assert len({review["url"] for review in reviews}) == len(reviews)


def test_only_a_verdict_that_compares_has_a_number(everything):
    numbers = {name: set() for name in LADDER}
    for review in reviews_of(everything):
        rating = review["reviewRating"]
        numbers[rating["alternateName"]].add(
            tuple(rating.get(name) for name in ("worstRating", "ratingValue", "bestRating"))
        )
    assert numbers == {
        "as printed": {(1, 3, 3)}, "within the hedge": {(1, 3, 3)},
        "on another basis": {(1, 2, 3)}, "not reproduced": {(1, 1, 3)},
        "undetermined": {(None, None, None)}, "cannot be checked": {(None, None, None)},
    }  # fmt: skip


def test_speaker_carrier_day_and_address_are_four_things():
    (review,) = [r for r in reviews_of(audit(article())) if r["url"] == "#claim-exports_2016"]
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


def test_a_suspected_misprint_is_said_beside_the_rating():
    (review,) = [r for r in reviews_of(audit(article())) if r["url"] == "#claim-exports_2011"]
    assert review["reviewRating"]["ratingExplanation"].endswith(
        " Misprint suspected: $43.5 billion; contradicted by the other figures."
    )


def test_what_a_claim_lacks_is_left_out():
    content = b"id,printed,measure,as,period,base,end,note\n"
    content += b"a,$27.6 billion,deficit,level,2016,,,a note of the file\n"
    content += b"b,95 jobs,other,level,,,,It takes a model.\n"
    level, jobs = reviews_of(audit(claims_in(content, "claims.csv")))
    assert level["itemReviewed"] == jobs["itemReviewed"] == {"@type": "Claim"}
    assert jobs["claimReviewed"] == "95 jobs"
    assert jobs["reviewRating"] == {"@type": "Rating", "alternateName": "cannot be checked"}
    assert "a note of the file" not in json.dumps([level, jobs])


def test_the_document_holds_the_reviews_and_says_how_many(everything, shown):
    (output,) = shown(show_claim_reviews, everything)
    assert output.data[LINKED_DATA] == linked_data(everything)
    counts = Counter(verdict.verdict for verdict in everything.verdicts)
    words = counts["undetermined"] + counts["cannot be checked"]
    text = output.data["text/plain"]
    assert f"{len(everything.verdicts)} reviews, {len(everything.verdicts) - words} with" in text
    assert f"{words} in words only" in text


def test_a_file_without_figures_has_no_review_with_a_rating(shown):
    claims = claims_in(b"id,printed,measure,note\na,95 jobs,other,It takes a model.\n", "c.csv")
    (output,) = shown(show_claim_reviews, audit(claims))
    assert "one review, one in words only" in output.data["text/plain"]
    assert "rating from" not in output.data["text/plain"]


def test_no_text_of_a_claim_ends_the_script_of_the_page():
    file = f'claims:\n- {{id: a, printed: "$27.6 billion", measure: deficit, period: 2016, ' \
           f"what: {json.dumps(ESCAPES)}, speaker: {json.dumps(ESCAPES)}}}\n"  # fmt: skip
    document = linked_data(audit(claims_in(file.encode(), "claims.yaml")))
    document["@graph"][0]["claimReviewed"] = ESCAPES
    bundle = {LINKED_DATA: document, "text/markdown": "Reviews.", "text/plain": "Reviews."}
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", bundle)])
    about = About("03", ["03"], [], [], "korus run 03", "today")
    page = html_report(read_report(v4.new_notebook(cells=[cell]), about))
    soup = BeautifulSoup(page, "html.parser")
    (script,) = soup.find_all("script")
    assert script["type"] == "application/ld+json"
    assert not re.search("[<>&\u2028\u2029]", script.string)
    assert json.loads(script.string) == document
    assert soup.find(id="claim-a")


@pytest.mark.parametrize("rows", [2, 1])
def test_the_url_of_a_review_leads_to_the_row_of_its_verdict(rows):
    text = b"id,printed,measure,period\na,$27.6 billion,deficit,2016\nb,$1 billion,exports,2016\n"
    claims = claims_in(text, "claims.csv")
    data = {LINKED_DATA: linked_data(audit(claims)), "text/markdown": "R", "text/plain": "R"}
    body = "".join(f"<tr><th>{name}</th></tr>" for name in "ab"[:rows])
    table = {"text/html": f"<table><tbody>{body}</tbody></table>", "text/plain": "", "text/csv": ""}
    outputs = [
        v4.new_output("display_data", table, metadata={"korus": {"name": "verdicts"}}),
        v4.new_output("display_data", data),
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=outputs)])
    about = About("03", ["03"], [], [], "korus run 03", "today")
    page = html_report(read_report(notebook, about))
    places = [BeautifulSoup(page, "html.parser").find(id=f"claim-{name}") for name in "ab"]
    if rows == 2:
        assert [(place.name, place.get_text()) for place in places] == [("tr", "a"), ("tr", "b")]
    else:  # not a row for each: near the data at least
        assert [place.name for place in places] == ["span", "span"]
