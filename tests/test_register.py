"""The register: claims that are included, claims from files, and files that mean no good."""

import csv
import random
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tools.build.public_claims import PARTNERS, public_claims

from korus_helpers.claims.claim import Claim, described, levels, missing
from korus_helpers.claims.printed import read_printed
from korus_helpers.claims.register import FIELDS, article, claims_in, public, read_claims, template
from korus_helpers.claims.untrusted import LARGEST_FILE, MOST_ENTRIES
from korus_helpers.errors import InputError
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import find_partner
from korus_helpers.figures.tables import DATA, open_table
from korus_helpers.trade.definition import MEASURES, UNITS

REFUSED = yaml.safe_load(Path(__file__).with_name("claims_refused.yaml").read_text("utf-8"))
EXPORTS = {"id": "x", "printed": "$42.3 billion", "measure": "exports", "period": "2016"}
CHANGE = EXPORTS | {"as": "change", "period": "", "base": "2011", "end": "2016"}


@pytest.fixture
def file(tmp_path):
    """Write a file of claims and give its path."""

    def written(content, name="claims.yaml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def read(file):
    """The claims of a file that holds these entries."""

    def claims(*entries):
        return read_claims(file(yaml.safe_dump(list(entries), allow_unicode=True)))

    return claims


@pytest.fixture
def refusal(file):
    """The one sentence with which a file is refused."""

    def sentence(content, name="claims.yaml"):
        if not isinstance(content, (str, bytes)):
            content = yaml.safe_dump(content, allow_unicode=True)
        with pytest.raises(InputError) as error:
            read_claims(file(content, name))
        text = str(error.value)
        assert text.startswith(name) and text.isprintable() and len(text) < 600
        return text

    return sentence


# What ships


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
        note="Other outlets that carry the statement print $43.5 billion.",
    )


def test_118_public_claims_ship_of_which_8_print_two_levels():
    claims = public()
    assert len(open_table("public_claims")) == 118
    assert len(claims) == len({claim.id for claim in claims}) == 126
    assert sum(claim.id.endswith((".from", ".to")) for claim in claims) == 16
    assert list(claims[0].row()) == list(open_table("public_claims").columns)


def test_the_shipped_public_claims_are_a_file_that_can_be_read():
    assert read_claims(DATA / "public_claims.csv") == public()


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
A06.1 exports percent-change services 2012 2016 - basis
A09.1 two-way level goods-and-services - 2016 - basis
T02.2 deficit share autos - 2016 - sector;basis
T03.2 deficit contribution autos 2011 2016 - base;sector;basis
F05.2 deficit change total 2016 2017 general -
O02.1 exports percent-change manufactures 2011 2012 - basis
P07.1.from deficit level total - 2011 korea-reported basis
K01.2 deficit percent-change total 2016-01/2016-06 2017-01/2017-06 korea-reported basis
X07.1.from deficit level total - 1994 - basis
T03.1 other level total - - - -
E05.2 other change total - - - -
C10.1 other ratio unspecified - 2015 - -
"""


def test_public_claims_in_the_terms_of_the_project():
    claims = {claim.id: claim for claim in public()}
    for line in TERMS.strip().splitlines():
        one = claims[line.split()[0]]
        found = (one.id, one.measure, one.as_, one.sector, one.base, one.end, one.basis,
                 one.inferred)  # fmt: skip
        assert " ".join(str(text or "-") for text in found) == line


def test_a_public_claim_keeps_who_said_it_and_gets_our_words():
    claim = next(claim for claim in public() if claim.id == "N01.1")
    assert (claim.printed, claim.date) == ("more than doubled", "2016-03-18")
    assert claim.speaker == "Inside U.S. Trade (Census)"
    assert claim.publisher == "Coalition for a Prosperous America"
    assert claim.what == "US goods deficit with South Korea, 2011 to 2015, ratio"
    assert (claim.basis, claim.inferred, claim.note, claim.reporter) == ("general", "", "", "USA")


def test_the_public_claims_are_those_of_the_source_to_the_letter(shared):
    with (shared / "claims" / "public_claims.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    shipped = open_table("public_claims").to_dict("records")
    for row, ours in zip(rows, shipped, strict=True):
        assert row["claim_id"] == ours["id"]
        for name in ("printed", "date", "speaker", "publisher", "url", "reporter"):
            assert row[name] == ours[name]
        assert not row["note"] or row["note"] not in ours["note"]  # commentary stays there


def test_a_source_row_that_is_new_in_kind_stops_the_build(shared):
    import pandas as pd

    path = shared / "claims" / "public_claims.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    with pytest.raises(KeyError, match="rank"):
        public_claims(table.assign(kind="rank"), {})


@pytest.mark.parametrize("name", sorted(set(PARTNERS) - {"Canada+Mexico"}))
def test_partners_of_the_public_claims_are_named_as_everywhere(name):
    found = find_partner(name)
    assert PARTNERS[name] == (found.name, found.in_sentence)


# The template


def test_the_template_is_a_file_of_claims(file):
    claims = read_claims(file(template()))
    assert [claim.id for claim in claims] == [
        "exports_2016", "imports_change", "auto_share", "deficit.from", "deficit.to", "jobs",
    ]  # fmt: skip
    assert claims[0] == Claim(
        id="exports_2016",
        printed="$42.3 billion",
        measure="exports",
        end="2016",
        date="2017-12-28",
        speaker="US Trade Representative",
        publisher="American Shipper",
        url=article()[0].url,
        what="US goods exports to South Korea, 2016",
    )
    assert (claims[2].sector, claims[2].as_, claims[2].inferred) == ("autos", "share", "sector")
    assert (claims[5].speaker, claims[5].date) == ("Economic Policy Institute", "2016-05-05")


def test_the_template_shows_every_field():
    tree = yaml.safe_load(template())
    shown = set(tree) | {name for entry in tree["claims"] for name in entry}
    assert shown - {"claims"} == set(FIELDS)


# What a file may say


def test_text_is_kept_as_it_stands(file):
    claims = read_claims(
        file(
            "- {id: 010, printed: 1e3, measure: other, note: yes, date: 2017-12-28, speaker: 0x1f}"
        )
    )
    assert claims == [Claim("010", "1e3", "other", note="yes", date="2017-12-28", speaker="0x1f")]


def test_yaml_for_nothing_is_an_empty_field(file):
    entry = "{printed: $1 billion, measure: exports, period: 2016, "
    (claim,) = read_claims(file(f'- {entry}speaker: null, publisher: ~, note: "null", date: }}'))
    assert (claim.speaker, claim.publisher, claim.note, claim.date) == ("", "", "null", "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("South Korea", "Korea, South"),
        ("5800", "Korea, South"),
        ("mex", "Mexico"),
        ("EU", "European Union"),
        ("7320", "Sudan"),
        ("7321", "7321"),  # the name alone means 7320 in 2005
    ],
)
def test_partners_are_made_canonical_without_becoming_another(read, typed, kept):
    (claim,) = read(EXPORTS | {"partner": typed, "period": "2005"})
    assert claim.row()["partner"] == kept
    assert claim.partner == find_partner(typed, [2005])


def test_periods_are_made_canonical(read):
    (claim,) = read(EXPORTS | {"period": "2016-01/2016-12"})
    assert str(claim.end) == "2016"
    (claim,) = read(CHANGE | {"base": "2011-04/2012-03", "end": "2016-04/2017-03"})
    assert (str(claim.base), str(claim.end)) == ("2011-04/2012-03", "2016-04/2017-03")


@pytest.mark.parametrize(
    ("typed", "reporter", "basis"),
    [
        ({}, "USA", ""),
        ({"reporter": "USA"}, "USA", ""),
        ({"reporter": "KOR"}, "KOR", "korea-reported"),
        ({"basis": "korea-reported"}, "KOR", "korea-reported"),
        ({"basis": "consumption"}, "USA", "consumption"),
    ],
)
def test_reporter_and_basis_imply_each_other(read, typed, reporter, basis):
    (claim,) = read(EXPORTS | typed)
    assert (claim.reporter, claim.basis) == (reporter, basis)


def test_a_sector_that_does_not_ship_says_so(read):
    (claim,) = read(EXPORTS | {"sector": "manufactures"})
    assert missing(claim).startswith("Trade in ") and missing(claim).endswith(" is not included.")
    for sector in ("unspecified", "services", "goods-and-services"):
        (claim,) = read(EXPORTS | {"sector": sector})
        assert missing(claim) == ""


def test_what_cannot_be_checked_may_be_of_anything(read):
    (claim,) = read(
        {"id": "x", "printed": "very big", "measure": "other", "partner": "Canada and Mexico",
         "note": "It takes a number."}
    )  # fmt: skip
    assert (claim.partner.name, claim.end, claim.what) == ("Canada and Mexico", None, "")
    assert missing(claim) == "It takes a number."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_yaml_and_csv_say_the_same(file, encoding):
    entries = [
        EXPORTS | {"id": "a", "speaker": 'Kim "K" Min-jung, Séoul 서울', "note": "=1+1"},
        CHANGE | {"id": "b", "what": "two\nlines", "inferred": "base, basis"},
        EXPORTS | {"id": "c", "printed": "1e3", "measure": "other", "note": "a: b # c"},
    ]
    names = list(dict.fromkeys(name for entry in entries for name in entry))
    path = file("", "claims.csv")
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, names, restval="")
        writer.writeheader()
        writer.writerows(entries)
    text = yaml.safe_dump(entries, allow_unicode=True)
    claims = read_claims(file(text.encode(encoding), "claims.yml"))
    assert read_claims(path) == claims
    assert claims[0].speaker == 'Kim "K" Min-jung, Séoul 서울'
    assert claims[0].note == "=1+1"
    assert (claims[1].what, claims[1].inferred) == ("two lines", "base;basis")


def test_what_is_read_can_be_written_and_read_again(file):
    claims = [claim for claim in public() if not claim.id.endswith((".from", ".to"))]
    rows = [claim.row() for claim in claims]
    assert read_claims(file(yaml.safe_dump(rows, allow_unicode=True))) == claims


def test_blank_lines_of_a_csv_file_are_no_claims(file):
    text = "printed,measure,period\n\n$1 billion,exports,2016\n,,\n"
    assert len(read_claims(file(text, "claims.CSV"))) == 1


# Two levels


def test_from_and_to_are_two_levels(read):
    first, second = read(
        CHANGE | {"printed": "from $16 to nearly $23 billion", "measure": "deficit", "as": "level"}
    )
    assert (first.id, first.printed, first.base) == ("x.from", "$16 billion", None)
    assert (second.id, second.printed) == ("x.to", "nearly $23 billion")
    assert (str(first.end), str(second.end)) == ("2011", "2016")
    assert first.as_ == second.as_ == "level"
    assert first.what == "US goods deficit with South Korea, 2011"


@pytest.mark.parametrize("as_", ["level", "change", "percent-change", "ratio"])
def test_two_levels_are_two_levels_however_they_are_called(read, as_):
    printed = "from $13.2 billion to $27.6 billion"
    claims = read(CHANGE | {"printed": printed, "as": as_, "what": "as he said"})
    assert [(claim.printed, claim.as_, claim.what) for claim in claims] == [
        ("$13.2 billion", "level", "as he said"),
        ("$27.6 billion", "level", "as he said"),
    ]


def test_a_surplus_that_became_a_deficit_keeps_its_sides(read):
    printed = "from a surplus of $1.3 billion to a deficit of $64 billion"
    claims = read(CHANGE | {"printed": printed, "measure": "deficit", "as": "level"})
    assert [read_printed(claim.printed).values[0] for claim in claims] == [-1300, 64000]


def test_two_shares_are_two_shares(read):
    entry = CHANGE | {"measure": "deficit", "as": "share", "sector": "autos"}
    claims = read(entry | {"printed": "from 60 percent to 80 percent"})
    assert [(claim.as_, str(claim.end)) for claim in claims] == [
        ("share", "2011"),
        ("share", "2016"),
    ]


def test_a_range_of_a_change_or_of_one_period_is_one_claim(read):
    (claim,) = read(CHANGE | {"printed": "between $10 and $12 billion"})
    assert levels(claim) == [claim]
    (claim,) = read(CHANGE | {"printed": "from 2 to 3 percent", "as": "percent-change"})
    assert levels(claim) == [claim]
    (claim,) = read(EXPORTS | {"printed": "from $40 to $45 billion"})
    assert levels(claim) == [claim]


def test_dates_and_what_cannot_be_checked_are_no_levels():
    for claim in article():
        assert levels(claim) == [claim]
    claim = Claim("x", "from $1 billion to $2 billion", "other", base="2011", end="2016")
    assert levels(claim) == [claim]


# Words


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"measure": "imports"}, "US goods imports from Mexico, 2016"),
        ({"measure": "two-way"}, "US goods trade in both directions with Mexico, 2016"),
        ({"sector": "trucks"}, "US deficit with Mexico, trucks, buses and special purpose vehicles,"
                               " 2016"),
        ({"sector": "unspecified"}, "US goods (or goods and services) deficit with Mexico, 2016"),
        ({"end": ""}, "US goods deficit with Mexico"),
        ({"as_": "ratio", "base": "2011"}, "US goods deficit with Mexico, 2011 to 2016, ratio"),
        ({"as_": "change", "base": "2015-01/2015-06", "end": "2016-01/2016-06"},
         "US goods deficit with Mexico, January 2016 to June 2016 against January 2015 to June"
         " 2015, change"),
        ({"basis": "korea-reported"}, "US goods deficit with Mexico, 2016, Korean statistics"),
    ],
)  # fmt: skip
def test_what_a_claim_states(claim, words):
    fields_ = {"measure": "deficit", "end": "2016", "partner": "Mexico"} | claim
    assert described(Claim("x", "$1 billion", **fields_)).what == words


# What is refused, with file, entry, field and what to type


@pytest.mark.parametrize(("change", "expected"), [
    *REFUSED["entry"], [{"printed": "x" * 201}, "printed: has 201 characters; type at most 200"],
    [{"note": "x" * 501}, "note: has 501 characters; type at most 500"],
    [{"id": "x" * 61}, "cannot name a claim"],
])  # fmt: skip
def test_an_error_names_the_field_and_says_what_to_type(refusal, change, expected):
    text = refusal([EXPORTS | {"id": "first"}, EXPORTS | change])
    assert text.startswith("claims.yaml, entry 2 (") and expected in text


@pytest.mark.parametrize(("change", "expected"), REFUSED["change"])
def test_a_change_needs_two_periods_in_order(refusal, change, expected):
    text = refusal([CHANGE | change])
    assert text.startswith('claims.yaml, entry 1 ("x"), ') and expected in text


def test_ids_are_given_once(refusal):
    assert 'entry 2 ("x"), id: "x" names an earlier claim' in refusal([EXPORTS, CHANGE])
    two = CHANGE | {"printed": "from $1 billion to $2 billion", "as": "level"}
    assert 'entry 2 ("x"), id: "x.to" names' in refusal([EXPORTS | {"id": "x.to"}, two])
    assert 'entry 2 ("claim-2"), id: "claim-2" names' in refusal(
        [EXPORTS | {"id": "claim-2"}, {**EXPORTS, "id": ""}]
    )


def test_defaults_are_those_of_a_source(refusal):
    text = refusal({"printed": "$1 billion", "claims": [EXPORTS]})
    assert text.startswith('claims.yaml, above the claims, field "printed" is not known; type ')
    text = refusal({"partner": "Koria", "claims": [EXPORTS]})
    assert 'entry 1 ("x"), partner: partner "Koria": no partner has this name' in text


# Files that mean no good

HOSTILE = [
    *(["claims.yaml", *one] for one in REFUSED["yaml"]),
    *(["claims.csv", *one] for one in REFUSED["csv"]),
    ("claims.yaml", "[" * 100_000, "line 1: is nested too deep; a field holds text only"),
    ("claims.yaml", "- " * 100_000, "line 1: is nested too deep"),
    ("claims.yaml", "{a: " * 100_000, "line 1: is nested too deep"),
    ("claims.yaml", "- printed: a\x1b[31m\n", "is not YAML ("),
    ("claims.yaml", b"\xff\xfe-\x00 \x00", "is text in UTF-16; save it as UTF-8"),
    ("claims.yaml", "- a: b".encode("utf-16-be"), "is not a text file"),
    ("claims.yaml", b"\x89PNG\r\n\x1a\n\0\0", "is not a text file"),
    ("claims.yaml", b"- printed: a\n- note: S\xe9oul\n", "line 2: is not text in UTF-8; save it"),
    ("claims.yaml", b"-" * 10_000_000, "is larger than 1 MB; split it into smaller files"),
    ("claims.yaml", "- {}\n" * (MOST_ENTRIES + 1), "holds more than 1,000 claims; split it"),
    ("claims.yaml", "- {a: " + "x" * 900_000 + "}\n", 'field "a" is not known'),
    ("claims.yaml", "- {printed: " + "x" * 900_000 + "}\n", "printed: has 900,000 characters"),
    ("claims.csv", 'printed,measure\n"' + "a" * 200_000, "is not CSV (field larger than"),
    ("claims.csv", "printed,measure\n" + "a,b\n" * (MOST_ENTRIES + 1), "holds more than 1,000"),
    ("claims.csv", ",".join(f"c{i}" for i in range(100_000)) + "\n", "holds no claims"),
    ("claims.csv", b"printed\n1\0", "is not a text file"),
    ("claims.csv", "printed\né\n".encode("latin-1"), "line 2: is not text in UTF-8"),
    ("claims.csv", "printed\n1\n".encode("utf-16"), "is text in UTF-16"),
]


@pytest.mark.parametrize(("name", "content", "expected"), HOSTILE)
def test_a_hostile_file_gets_one_sentence(refusal, name, content, expected):
    assert expected in refusal(content, name)


@pytest.mark.parametrize("name", ["claims", "claims.txt", "claims.json", "claims.yaml.exe"])
def test_a_file_of_another_kind_is_refused(refusal, name):
    assert "claims stand in a file that ends in .yaml, .yml or .csv" in refusal("- a", name)


def test_a_name_may_be_long_and_strange(file):
    entry = yaml.safe_dump([EXPORTS])
    assert len(read_claims(file(entry, "x" * 200 + ".yaml"))) == 1
    with pytest.raises(InputError, match=r"^a\\u202eb.yaml: holds no claims"):
        read_claims(file("", "a\u202eb.yaml"))


def test_a_path_that_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    problems = {
        "folder.yaml": "this is not a file",
        "absent.yaml": r"cannot be read \(No such file or directory\)",
        "a\0b.yaml": r"cannot be read \(no file can have this name\)",
        "x" * 300 + ".yaml": "cannot be read",
    }
    for path, problem in problems.items():
        with pytest.raises(InputError, match=f": {problem}.*; type the path of a file of claims$"):
            read_claims(tmp_path / path)


def test_a_file_may_be_as_large_as_is_said(file):
    text = yaml.safe_dump([EXPORTS | {"id": f"c{n}"} for n in range(MOST_ENTRIES)])
    text += "#" * (LARGEST_FILE - len(text))
    assert len(read_claims(file(text))) == MOST_ENTRIES


def test_fields_may_be_as_long_as_is_said(read):
    (claim,) = read(EXPORTS | {"note": "x" * 500, "id": "y" * 60})
    assert (len(claim.note), len(claim.id)) == (500, 60)
    (claim,) = read(EXPORTS | {"printed": "$42.3 billion".ljust(199) + "."})
    assert len(claim.printed) == 200


@pytest.mark.parametrize(("text", "seen"), [
    ("  a\tb\r\nc  ", "a b c"), ("$42.3\u00a0billion", "$42.3\u00a0billion"),
    ("Séoul 서울 −2,7 %", "Séoul 서울 −2,7 %"), ("a\u202eb", "a\\u202eb"), ("a\u2028b", "a b"),
    ("a\u200bb\ufeffc\u00add", "a\\u200bb\\ufeffc\\xadd"), ("\ud800", "\\ud800"),
    ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"), ("a\u3164b\ufe0fc", "a\\u3164b\\ufe0fc"),
])  # fmt: skip
def test_what_cannot_be_seen_is_written_out(text, seen):
    assert visible(text) == seen


def test_unseen_characters_in_a_file_come_out_visible(file):
    entry = "{id: x, printed: $1 billion, measure: exports, period: 2016, "
    (claim,) = read_claims(file(f'- {entry}speaker: "a\\u202eb", note: "x\u200by"}}'))
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
    assert claims_in(SEEDS[name], name)
    read_count = 0
    for _ in range(4_000):
        content = bytearray(SEEDS[name])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            cut = chance.choice((0, 0, 1, 1, 5, 20))
            content[at : at + cut] = chance.choice((b"", chance.choice(pieces)))
        try:
            claims = claims_in(bytes(content), name)
        except InputError as error:
            assert str(error).startswith(name) and str(error).isprintable()
        else:
            read_count += 1
            texts = [text for claim in claims for text in claim.row().values()]
            assert all(text.isprintable() for text in texts)
    assert 200 < read_count < 3_800
