"""Claims that are included, claims from files, and files that mean no good."""

import csv
import random
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from official import workbook
from tools.build.public_claims import PARTNERS, public_claims

from korus_helpers.claims.claim import Claim, described, levels, missing
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import (
    FIELDS,
    article,
    claims_and_mistakes,
    public,
    read_claims,
    template,
)
from korus_helpers.claims.untrusted import LARGEST_FILE, MOST_ENTRIES
from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.present.displays import csv_text
from korus_helpers.trade.bases import UNITS
from korus_helpers.trade.definition import MEASURES

REFUSED = yaml.safe_load(Path(__file__).with_name("claims_refused.yaml").read_text("utf-8"))
EXPORTS = {"id": "x", "printed": "$42.3 billion", "measure": "exports", "period": "2016"}
CHANGE = EXPORTS | {"as": "change", "period": "", "base": "2011", "end": "2016"}


def of(content, name="claims.yaml"):
    """The claims and mistakes of a file with this content: text, bytes or entries."""
    if not isinstance(content, str | bytes):
        content = yaml.safe_dump(content, allow_unicode=True)
    return claims_and_mistakes(content.encode() if isinstance(content, str) else content, name)


def read(*entries):
    claims, mistakes = of(list(entries))
    assert not mistakes
    return claims


def refusal(content, name="claims.yaml"):
    """The one sentence with which a file, or one of its entries, is refused."""
    try:
        (text,) = of(content, name)[1]
    except InputError as error:
        text = str(error)
    assert text.startswith(name) and text.isprintable() and len(text) < 600
    return text


# What is included


def test_the_article_prints_nineteen_figures_and_dates():
    assert len(article()) == 19
    assert article()[1] == Claim(
        id="exports_2011",
        printed="$3.5 billion",
        measure="exports",
        end="2011",
        date="2017-12-28",
        speaker="US Trade Representative, as reported",
        publisher="American Shipper (FreightWaves)",
        url=article()[0].url,
        what="US goods exports to Korea in 2011",
        notebook="01_goods_deficit",
        note=(
            "Other outlets that carry the statement print $43.5 billion. The paragraph, this "
            "figure included, was first seen in October 2017 in the same publication: "
            "https://freightwaves.com/news/u-s-aims-to-improve-outcomes-of-korus"
        ),
    )


def test_118_public_claims_are_included_and_are_a_file_that_can_be_read():
    claims = public()
    assert len(open_table("public_claims")) == 118
    assert len({claim.id for claim in claims}) == 126 == len(claims)
    assert list(claims[0].row()) == list(open_table("public_claims").columns)
    assert read_claims(DATA / "public_claims.csv") == claims


def test_each_public_claim_can_be_judged_or_says_what_is_missing():
    for claim in public():
        if claim.measure == "other":
            assert missing(claim).endswith(".")
            continue
        assert read_printed(claim.printed).unit == UNITS[claim.as_], claim.id
        assert claim.measure in MEASURES and not (claim.base and claim.as_ in ("level", "share"))
        if not missing(claim):
            replace(claim, sector=claim.sector.replace("unspecified", "total")).definition()
    assert sum(claim.measure == "other" for claim in public()) == 28


TERMS = """
S07.1 imports change total 2011 2016 - basis
S08.1 deficit level autos - 2016 - sector;basis
S11.1 deficit level unspecified - 2016 - sector;basis
A04.1 deficit ratio goods-and-services 2011 2016 - base;basis
T03.2 deficit contribution autos 2011 2016 - base;sector;basis
F05.2 deficit change total 2016 2017 general -
O02.1 exports percent-change manufactures 2011 2012 - basis
P07.1.from deficit level total - 2011 korea-reported basis
K01.2 deficit percent-change total 2016-01/2016-06 2017-01/2017-06 korea-reported basis
E05.2 other change total - - - -
"""


def test_public_claims_in_the_terms_of_the_project():
    claims = {claim.id: claim for claim in public()}
    for line in TERMS.strip().splitlines():
        one = claims[line.split()[0]]
        found = (one.id, one.measure, one.as_, one.sector, one.base, one.end, one.basis,
                 one.inferred)  # fmt: skip
        assert " ".join(str(text or "-") for text in found) == line
    said = claims["N01.1"]
    assert said.speaker == "Inside U.S. Trade (Census)"
    assert said.what == "US goods deficit with South Korea, 2011 to 2015, ratio"


def test_the_public_claims_are_those_of_the_source_to_the_letter(shared):
    path = shared / "claims" / "public_claims.csv"
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row, ours in zip(rows, open_table("public_claims").to_dict("records"), strict=True):
        assert row["claim_id"] == ours["id"]
        for name in ("printed", "date", "speaker", "publisher", "url", "reporter"):
            assert row[name] == ours[name]
        assert not row["note"] or row["note"] not in ours["note"]  # commentary stays there
    with pytest.raises(KeyError, match="rank"):  # a row that is new in kind stops the build
        public_claims(pd.DataFrame(rows).assign(kind="rank"), {})


def test_partners_of_the_public_claims_are_named_as_everywhere():
    for name in set(PARTNERS) - {"Canada+Mexico"}:
        found = find_partner(name)
        assert PARTNERS[name] == (found.name, found.in_sentence)


def test_the_template_shows_every_field_and_is_a_file_of_claims():
    tree = yaml.safe_load(template())
    shown = set(tree) | {name for entry in tree["claims"] for name in entry}
    assert shown - {"claims"} == set(FIELDS)
    claims = of(template())[0]
    assert [claim.id for claim in claims] == [
        "exports_2016", "imports_change", "auto_share", "deficit.from", "deficit.to", "jobs",
    ]  # fmt: skip
    assert claims[0] == Claim(
        "exports_2016", "$42.3 billion", "exports", end="2016", date="2017-12-28",
        speaker="US Trade Representative", publisher="American Shipper", url=article()[0].url,
        what="US goods exports to South Korea, 2016",
    )  # fmt: skip
    assert (claims[2].sector, claims[2].as_, claims[2].inferred) == ("autos", "share", "sector")
    assert (claims[5].speaker, claims[5].date) == ("Economic Policy Institute", "2016-05-05")


# What a file may say


def test_text_is_kept_as_it_stands_and_nothing_is_an_empty_field():
    claims, _ = of(
        "- {id: 010, printed: 1e3, measure: other, note: yes, date: 2017-12-28, speaker: 0x1f}\n"
        '- {id: a, printed: b, measure: other, speaker: null, publisher: ~, note: "null", date: }'
    )
    assert claims == [
        Claim("010", "1e3", "other", note="yes", date="2017-12-28", speaker="0x1f"),
        Claim("a", "b", "other", note="null"),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("South Korea", "Korea, South"), ("5800", "Korea, South"), ("mex", "Mexico"),
     ("EU", "European Union"), ("7320", "Sudan"),
     ("7321", "7321")],  # the name alone means 7320 in 2005
)  # fmt: skip
def test_partners_are_made_canonical_without_becoming_another(typed, kept):
    (claim,) = read(EXPORTS | {"partner": typed, "period": "2005"})
    assert claim.row()["partner"] == kept
    assert claim.partner == find_partner(typed, [2005])


def test_periods_are_made_canonical():
    (claim,) = read(EXPORTS | {"period": "2016-01/2016-12"})
    assert str(claim.end) == "2016"
    (claim,) = read(CHANGE | {"base": "2011-04/2012-03", "end": "2016-04/2017-03"})
    assert (str(claim.base), str(claim.end)) == ("2011-04/2012-03", "2016-04/2017-03")


@pytest.mark.parametrize(("typed", "reporter", "basis"), [
    ({}, "USA", ""), ({"reporter": "USA"}, "USA", ""),
    ({"reporter": "KOR"}, "KOR", "korea-reported"),
    ({"basis": "korea-reported"}, "KOR", "korea-reported"),
    ({"basis": "consumption"}, "USA", "consumption"),
])  # fmt: skip
def test_reporter_and_basis_imply_each_other(typed, reporter, basis):
    (claim,) = read(EXPORTS | typed)
    assert (claim.reporter, claim.basis) == (reporter, basis)


def test_what_cannot_be_checked_may_be_of_anything_and_says_so():
    (claim,) = read(EXPORTS | {"sector": "manufactures"})
    assert missing(claim).startswith("Trade in ") and missing(claim).endswith(" is not included.")
    (claim,) = read(
        {"id": "x", "printed": "very big", "measure": "other", "partner": "Canada and Mexico",
         "note": "It takes a number."}
    )  # fmt: skip
    assert (claim.partner.name, claim.end, claim.what) == ("Canada and Mexico", None, "")
    assert missing(claim) == "It takes a number."
    (share,) = read(EXPORTS | {"printed": "8 percent", "as": "share"})  # of the World
    assert (share.sector, share.as_) == ("total", "share")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "xlsx"])
def test_yaml_and_tables_say_the_same(tmp_path, encoding, mark):
    entries = [
        EXPORTS | {"id": "a", "speaker": 'Kim "K" Min-jung, Séoul 서울', "note": "=1+1"},
        CHANGE | {"id": "b", "what": "two\nlines", "inferred": "base, basis"},
        EXPORTS | {"id": "c", "printed": "1e3", "measure": "other", "note": "a: b # c"},
    ]
    columns = list(CHANGE | entries[1] | entries[0])
    if mark == "xlsx":  # where years are numbers, and a column and rows are empty
        path = tmp_path / "claims.XLSX"
        table = pd.DataFrame(entries, columns=[*columns, ""]).astype(object).fillna("")
        table = table.map(lambda cell: int(cell) if cell.isdigit() else cell)
        empty = pd.DataFrame("", index=[0], columns=table.columns)
        path.write_bytes(workbook(pd.concat([empty, table, empty])))
    else:
        path = tmp_path / "claims.csv"
        with path.open("w", encoding=encoding, newline="") as out:
            writer = csv.DictWriter(out, columns, restval="", delimiter=mark)
            writer.writeheader()
            writer.writerows(entries)
    claims, _ = of(yaml.safe_dump(entries, allow_unicode=True).encode(encoding))
    assert read_claims(path) == claims
    assert claims[0].speaker == 'Kim "K" Min-jung, Séoul 서울'
    assert (claims[1].what, claims[1].inferred) == ("two lines", "base;basis")


def test_what_is_read_can_be_written_and_read_again():
    claims = [claim for claim in public() if not claim.id.endswith((".from", ".to"))]
    assert of([claim.row() for claim in claims]) == (claims, [])


def test_the_evidence_can_be_read_back():
    strange = [EXPORTS | {"id": "a", "note": "=1+1", "what": "'-x"}]
    for claims in (article(), public(), read(*strange)):
        text = csv_text(pd.DataFrame([claim.row() for claim in claims]))
        assert of(text, "claims.csv") == (claims, [])


def test_a_workbook_that_is_none_is_refused():
    assert "not a workbook" in refusal("id: a", "claims.xlsx")
    assert "holds nothing" in refusal(workbook(pd.DataFrame()), "claims.xlsx")


def test_blank_lines_of_a_table_are_no_claims():
    text = "printed,measure,period\n\n$1 billion,exports,2016\n,,\n"
    assert len(of(text, "claims.CSV")[0]) == 1


# Texts with two figures


@pytest.mark.parametrize(("fields", "expected"), [
    ({"printed": "from $16 to nearly $23 billion", "as": "level"},
     [("x.from", "$16 billion", "level", None, "2011"),
      ("x.to", "nearly $23 billion", "level", None, "2016")]),
    *(({"printed": "from $13.2 billion to $27.6 billion", "as": as_, "what": "as he said"},
       [("x.from", "$13.2 billion", "level", None, "2011"),
        ("x.to", "$27.6 billion", "level", None, "2016")])
      for as_ in ("level", "change", "percent-change", "ratio")),
    ({"printed": "from 60 percent to 80 percent", "as": "share", "sector": "autos"},
     [("x.from", "60 percent", "share", None, "2011"),
      ("x.to", "80 percent", "share", None, "2016")]),
    ({"printed": "increased by $5 billion to $27.6 billion"},
     [("x.by", "increased by $5 billion", "change", "2011", "2016"),
      ("x.to", "$27.6 billion", "level", None, "2016")]),
    ({"printed": "rose 5 percent to $27.6 billion", "as": "percent-change"},
     [("x.by", "rose 5 percent", "percent-change", "2011", "2016"),
      ("x.to", "$27.6 billion", "level", None, "2016")]),
    ({"printed": "between $10 and $12 billion"}, None),
    ({"printed": "from 2 to 3 percent", "as": "percent-change"}, None),
])  # fmt: skip
def test_two_figures_are_two_claims_and_a_range_is_one(fields, expected):
    claims = read(CHANGE | {"measure": "deficit"} | fields)
    if expected is None:
        assert len(claims) == 1 and levels(claims[0]) == claims
        return
    assert [(one.id, one.printed, one.as_, one.base and str(one.base), str(one.end))
            for one in claims] == expected  # fmt: skip
    words = "US goods deficit with South Korea, 2016"
    assert fields.get("sector") or claims[1].what == fields.get("what", words)


def test_what_is_one_figure_stays_one_claim():
    (claim,) = read(EXPORTS | {"printed": "from $40 to $45 billion"})
    other = Claim("x", "from $1 billion to $2 billion", "other", base="2011", end="2016")
    for one in (claim, other, *article()):
        assert levels(one) == [one]
    sides = read(CHANGE | {"measure": "deficit", "as": "level",
                           "printed": "from a surplus of $1.3 billion to a deficit of $64 billion"}
                 )  # fmt: skip
    assert [read_printed(one.printed).values[0] for one in sides] == [-1300, 64000]


@pytest.mark.parametrize(("fields", "words"), [
    ({"measure": "imports"}, "US goods imports from Mexico, 2016"),
    ({"measure": "two-way"}, "US goods trade in both directions with Mexico, 2016"),
    ({"sector": "trucks"}, "US deficit with Mexico, trucks, buses and special purpose vehicles,"
                           " 2016"),
    ({"sector": "unspecified"}, "US goods (or goods and services) deficit with Mexico, 2016"),
    ({"end": None}, "US goods deficit with Mexico"),
    ({"as_": "ratio", "base": "2011"}, "US goods deficit with Mexico, 2011 to 2016, ratio"),
    ({"as_": "change", "base": "2015-01/2015-06", "end": "2016-01/2016-06"},
     "US goods deficit with Mexico, January 2016 to June 2016 against January 2015 to June"
     " 2015, change"),
    ({"basis": "korea-reported"}, "US goods deficit with Mexico, 2016, Korean statistics"),
])  # fmt: skip
def test_what_a_claim_states(fields, words):
    stated = {"measure": "deficit", "end": "2016", "partner": "Mexico"} | fields
    assert described(Claim("x", "$1 billion", **stated)).what == words


# What is refused, with file, entry, field and what to type


@pytest.mark.parametrize(("change", "expected"), [
    *REFUSED["entry"], [{"printed": "x" * 201}, "printed: has 201 characters; type at most 200"],
    [{"note": "x" * 501}, "note: has 501 characters; type at most 500"],
    [{"id": "x" * 61}, "type up to 60 letters"],
])  # fmt: skip
def test_an_error_names_the_field_and_says_what_to_type(change, expected):
    text = refusal([EXPORTS | {"id": "first"}, EXPORTS | change])
    assert text.startswith("claims.yaml, entry 2 (") and expected in text


@pytest.mark.parametrize(("change", "expected"), REFUSED["change"])
def test_a_change_needs_two_periods_in_order(change, expected):
    text = refusal([CHANGE | change])
    assert text.startswith('claims.yaml, entry 1 ("x"), ') and expected in text


def test_ids_are_given_once_and_defaults_are_those_of_a_source():
    assert 'entry 2 ("x"), id: "x" names an earlier claim' in refusal([EXPORTS, CHANGE])
    two = CHANGE | {"printed": "from $1 billion to $2 billion", "as": "level"}
    assert 'entry 2 ("x"), id: "x.to" names' in refusal([EXPORTS | {"id": "x.to"}, two])
    assert 'entry 2 ("claim-2"), id: "claim-2" names' in refusal(
        [EXPORTS | {"id": "claim-2"}, {**EXPORTS, "id": ""}]
    )
    text = refusal({"printed": "$1 billion", "claims": [EXPORTS]})
    assert text.startswith('claims.yaml, above the claims, field "printed" is not known; type ')
    text = refusal({"partner": "Koria", "claims": [EXPORTS]})
    assert 'entry 1 ("x"), partner: partner "Koria": no partner has this name' in text


def test_one_mistake_is_told_where_one_sentence_has_to_do(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(
        yaml.safe_dump([EXPORTS | {"measure": name} for name in ("gap", "exports", "-")]), "utf-8"
    )
    with pytest.raises(InputError, match=r"entry 1 .* lists 1 more of such mistakes$"):
        read_claims(path)


# Files that mean no good

HOSTILE = [
    *(["claims.yaml", *one] for one in REFUSED["yaml"]),
    *(["claims.csv", *one] for one in REFUSED["csv"]),
    *([name, "- a", "claims stand in a file that ends in .yaml, .csv, .tsv or .xlsx"]
      for name in ("claims", "claims.txt", "claims.json", "claims.yaml.exe")),
    ("claims.yaml", "[" * 100_000, "line 1: is nested too deep; a field holds text only"),
    ("claims.yaml", "- " * 100_000, "line 1: is nested too deep"),
    ("claims.yaml", "{a: " * 100_000, "line 1: is nested too deep"),
    ("claims.yaml", "- printed: a\x1b[31m\n", "is not YAML ("),
    ("claims.yaml", b"\xff\xfe-\x00 \x00", "is not text in UTF-8, but perhaps in UTF-16"),
    ("claims.yaml", "- a: b".encode("utf-16-be"), "is not YAML ("),
    ("claims.yaml", b"- printed: a\n- note: S\xe9oul\n", "line 2: is not text in UTF-8"),
    ("claims.yaml", "- {}\n" * (MOST_ENTRIES + 1), "holds more than 1,000 claims; split it"),
    ("claims.yaml", "- {a: " + "x" * 900_000 + "}\n", 'field "a" is not known'),
    ("claims.yaml", "- {printed: " + "x" * 900_000 + "}\n", "printed: has 900,000 characters"),
    ("claims.csv", 'printed,measure\n"' + "a" * 200_000, "is not CSV (field larger than"),
    ("claims.csv", "printed,measure\n" + "a,b\n" * (MOST_ENTRIES + 1), "holds more than 1,000"),
    ("claims.csv", ",".join(f"c{i}" for i in range(100_000)) + "\n", "holds no claims"),
    ("claims.csv", "printed\né\n".encode("latin-1"), "line 2: is not text in UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), HOSTILE)
def test_a_hostile_file_gets_one_sentence(name, content, expected):
    assert expected in refusal(content, name)


def test_a_path_that_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "large.yaml").write_bytes(b"-" * (LARGEST_FILE + 1))
    (tmp_path / "a\u202eb.yaml").touch()
    problems = {
        "folder.yaml": "is a folder; type the path of a file of claims$",
        "absent.yaml": r"cannot be read \(No such file or directory\); type the path",
        "a\0b.yaml": r"cannot be read \(no file can have this name\)",
        "x" * 300 + ".yaml": "cannot be read",
        "large.yaml": "is larger than 1 MB; split it into smaller files",
        "a\u202eb.yaml": "holds no claims",
    }
    for path, problem in problems.items():
        with pytest.raises(InputError, match=f": {problem}") as error:
            read_claims(tmp_path / path)
        assert str(error.value).isprintable()


def test_a_file_and_its_fields_may_be_as_large_as_is_said(tmp_path):
    text = yaml.safe_dump([EXPORTS | {"id": f"c{n}"} for n in range(MOST_ENTRIES)])
    path = tmp_path / ("x" * 200 + ".yaml")
    path.write_text(text + "#" * (LARGEST_FILE - len(text)), "utf-8")
    assert len(read_claims(path)) == MOST_ENTRIES
    long = {"note": "x" * 500, "id": "y" * 60, "printed": "$42.3 billion".ljust(199) + "."}
    (claim,) = read(EXPORTS | long)
    assert (len(claim.note), len(claim.id), len(claim.printed)) == (500, 60, 200)


@pytest.mark.parametrize(("text", "seen"), [
    ("  a\tb\r\nc  ", "a b c"), ("$42.3\u00a0billion", "$42.3\u00a0billion"),
    ("Séoul 서울 −2,7 %", "Séoul 서울 −2,7 %"), ("a\u202eb", "a\\u202eb"), ("a\u2028b", "a b"),
    ("a\u200bb\ufeffc\u00add", "a\\u200bb\\ufeffc\\xadd"), ("\ud800", "\\ud800"),
    ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"), ("a\u3164b\ufe0fc", "a\\u3164b\\ufe0fc"),
])  # fmt: skip
def test_what_cannot_be_seen_is_written_out(text, seen):
    assert visible(text) == seen


def test_unseen_characters_in_a_file_come_out_visible():
    entry = "{id: x, printed: $1 billion, measure: exports, period: 2016, "
    ((claim,), _) = of(f'- {entry}speaker: "a\\u202eb", note: "x\u200by"}}')
    assert (claim.speaker, claim.note) == ("a\\u202eb", "x\\u200by")


SEEDS = {
    "claims.yaml": b"publisher: Daily\nclaims:\n- id: a\n  printed: nearly $20 billion\n"
    b"  measure: imports\n  as: change\n  base: 2011\n  end: 2016\n  partner: '5800'\n",
    "claims.csv": b"id,printed,measure,as,base,end,date,url,note\n"
    b'a,"from $13.2 billion to $27.6 billion",deficit,level,2011,2016,2017-12-28,https://a.org,"x"\n',
}
PIECES = [
    *(bytes([n]) for n in (0, 9, 10, 13, 27, 34, 39, 44, 45, 58, 91, 123, 128, 160, 255)),
    *("&a ", "*a ", "!!int ", "- ", "? ", "|\n", ": ", "{}", "[]", "#", "%", "\\", "<<: *a"),
    *("\ufeff", "\u202e", "−", "½", "٣", "999999999999999999", "1e999", "-", ".", "$", "to"),
    *("from", "percent", "times", "2016-13/2017", "0000", "other", "note: x\n", "share", "autos"),
]


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_read_or_refused(name):
    chance = random.Random(name)
    pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in PIECES]
    assert claims_and_mistakes(SEEDS[name], name)[0]
    read_count = 0
    for _ in range(2_000):
        content = bytearray(SEEDS[name])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            cut = chance.choice((0, 0, 1, 1, 5, 20))
            content[at : at + cut] = chance.choice((b"", chance.choice(pieces)))
        try:
            claims, mistakes = claims_and_mistakes(bytes(content), name)
        except InputError as error:
            claims, mistakes = [], [str(error)]
        assert all(text.startswith(name) and text.isprintable() for text in mistakes)
        read_count += not mistakes
        assert all(text.isprintable() for claim in claims for text in claim.row().values())
    assert 100 < read_count < 1_900
