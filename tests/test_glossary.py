"""The glossary: every word that the code uses has its meaning, and the numbers in it are true."""

import re

from bs4 import BeautifulSoup

from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.verdicts import LADDER
from korus_helpers.claims.wording import words
from korus_helpers.present.glossary import anchor, glossary
from korus_helpers.runs.pages import glossary_page
from korus_helpers.trade.bases import BASES, UNITS
from korus_helpers.trade.definition import MEASURES

TERMS = {term.name: term for chapter in glossary() for term in chapter.terms}


def test_every_verdict_hedge_measure_way_and_basis_is_in_it():
    assert {*LADDER, *words("hedges").values(), *MEASURES, *UNITS, *BASES} <= set(TERMS)
    verdicts, *_ = glossary()
    assert [term.name for term in verdicts.terms] == list(LADDER)


def test_every_word_that_is_read_as_a_hedge_is_named_with_it():
    for word, hedge in words("hedges").items():
        assert word == hedge or word in TERMS[hedge].also


def test_bases_are_explained_by_their_definition():
    for name, said in BASES.items():
        assert said.lower() in TERMS[name].meaning.lower()


def test_the_examples_are_what_the_parser_says():
    interval = read_printed("$42.3 billion").interval
    assert f"{interval.low / 1000:.2f} to {interval.high / 1000:.2f}" in (
        TERMS["printed interval"].meaning
    )
    assert f"{read_printed('flat').interval.high} percent" in TERMS["flat"].meaning
    rose = read_printed("rose 100 percent").interval
    assert f"{rose.low} to {rose.high}" in TERMS["doubled"].meaning
    assert "5 percent" in TERMS["tolerance"].meaning


def test_places_on_the_page_are_unique_and_nothing_is_left_to_fill_in():
    page = BeautifulSoup(glossary_page(), "html.parser")
    places = [tag["id"] for tag in page.find_all(id=True)]
    assert len(places) == len(set(places))
    assert {anchor(name) for name in TERMS} <= set(places)
    assert all(a["href"][1:] in places for a in page.select("nav a"))
    assert not re.search(r"[{}]", page.main.get_text())
