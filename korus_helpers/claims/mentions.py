"""What a text mentions: its sentences, and in each the figures, measures, partners, periods."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from korus_helpers.claims.phrases import Figure, figure_at, may_begin
from korus_helpers.claims.wording import Token, directions, plain, read_tables, tokens_in, words
from korus_helpers.figures.partners import find_partner, partners

UNKNOWN_YEAR = "=fiscal"
LONGEST_SENTENCE = 200  # tokens: what runs on is read in pieces, so that reading stays linear
_ENDS = re.compile(r"[.!?][\"'”’)\]*¹²³]{0,3}(?:\[\d{1,3}\]){0,3}(?=\s)|(?<=[a-z])[.]\d\d?(?=\s)")
_ABBREVIATED = re.compile(
    r"\b(?:U\.S|No|vs|i\.e|e\.g|approx|Mr|Ms|Dr|St|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|Inc|Co"
    r"|p|pp)$"
)
_LINE, _WORDS = re.compile(r"[^\n]+"), re.compile(r"[A-Za-z]{2}")
_BULLET = re.compile(r"\s*(?:[-–—*•·]|\d{1,2}[.)]|[a-z]\))\s")
_NAMES = "january february march april may june july august september october november december"
MONTHS = {name[:size]: n for n, name in enumerate(_NAMES.split(), 1) for size in (3, 9)} | {
    "sept": 9
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A kind of thing that a sentence names at its tokens from `start` to before `end`.

    Kinds: figure (a `Figure`), period (`When`), measure, partner (a Census code, "US" or
    "state"), sector, change (1 or -1), and the others of `reading.yaml`.
    """

    kind: str
    value: object
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class When:
    """A period: months counted from year 0; without a year `first` is below 12 (`months`).

    `name` is that of a relative one ("y-1", "-1", "0", "same").
    """

    first: int = -1
    last: int = -1
    name: str = ""


class Sentence:
    """A sentence of a text: its tokens (places counted in the text), and what they mention.

    `known` says of each token whether it is mentioned or one of the plain words, `clauses` gives
    the number of its clause. Places are those of tokens; outside of them words are "".
    """

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens = text, tokens
        self.mentions, self.known = _mentions(text, tokens)
        self.words = [token.value for token in tokens]
        self._kinds: dict[tuple[str, ...], list[Mention]] = {}
        self.figures, self.periods = self.of("figure"), self.of("period")
        self.partners = [
            one for run in self.runs(self.of("partner")) for one in run
            if one.value not in ("US", "state") and not self._is_overtaken(run[0], one)
        ]  # fmt: skip
        self.clauses, number = [], 0
        for at, word in enumerate(self.words):
            is_ratio = word == ":" and at and tokens[at - 1].kind == "number"
            number += word in group("clause marks") and not is_ratio
            self.clauses.append(number)

    def _is_overtaken(self, first: Mention, one: Mention) -> bool:
        """Whether a partner is named beside another, and has no figure: "passed China".

        `first` is the first of the list in which it stands.
        """
        lead = self.run(first.start - 3, first.start)
        ahead = {" ".join(lead[-size:]) for size in (1, 2, 3)} & group("overtaken")
        return bool(ahead) and self.value(one.end) not in ("(", "'s")

    def turn_voices(self) -> None:
        """Read "we" and "our" as those of a partner: another country speaks."""
        voices = ("we", "our", "ours", "us")
        for at, one in enumerate(self.mentions):
            if (
                one.value == "US"
                and self.value(one.start) in voices
                and self.text[self.tokens[one.start].start :][:2] != "US"
            ):
                self.mentions[at] = replace(one, kind="pronoun", value="our")
        self._kinds.clear()

    def of(self, *kinds: str) -> list[Mention]:
        """The mentions of these kinds, in order."""
        if kinds not in self._kinds:
            self._kinds[kinds] = [one for one in self.mentions if one.kind in kinds]
        return self._kinds[kinds]

    def value(self, at: int) -> str:
        """The word at a place."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def run(self, start: int, end: int) -> list[str]:
        """The words from `start` to before `end`."""
        return self.words[max(start, 0) : max(end, 0)]

    def shown(self, start: int, end: int) -> str:
        """The text from a token to before another, as it stands."""
        end = min(end, len(self.tokens))
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where that text stands, in characters."""
        return self.tokens[start].start, self.tokens[min(end, len(self.tokens)) - 1].end

    def covered(self, at: int, *kinds: str) -> bool:
        """Whether a mention of these kinds holds the token at a place."""
        return any(one.start <= at < one.end for one in self.of(*kinds))

    def only(self, start: int, end: int, allowed: Collection[str], *kinds: str) -> bool:
        """Whether all words between two places are allowed, or in mentions of these kinds."""
        return all(
            self.value(at) in allowed or self.covered(at, *kinds) for at in range(start, end)
        )

    def at(self, start: int, *kinds: str) -> Mention | None:
        """The mention of these kinds that begins at a place."""
        return next((one for one in self.of(*kinds) if one.start == start), None)

    def ends_at(self, end: int, *kinds: str) -> Mention | None:
        """The mention of these kinds that ends before a place."""
        return next((one for one in self.of(*kinds) if one.end == end), None)

    def before(self, one: Mention) -> str:
        """The word before a mention, past "the"."""
        return self.value(one.start - 1 - (self.value(one.start - 1) == "the"))

    def segment(self, one: Mention) -> int:
        """The place after the figure before this one."""
        return max((figure.end for figure in self.figures if figure.end <= one.start), default=0)

    def same_clause(self, one: Mention, other: Mention) -> bool:
        """Whether two mentions begin in the same clause."""
        return self.clauses[one.start] == self.clauses[other.start]

    def runs(self, mentions: Sequence[Mention]) -> list[list[Mention]]:
        """Mentions in lists: only commas, "and" and articles between one and the next."""
        runs: list[list[Mention]] = []
        for one in mentions:
            last = runs[-1][-1].end if runs else one.start
            if last < one.start and self.only(last, one.start, (",", "and", "the", "or", "to")):
                runs[-1].append(one)
            else:
                runs.append([one])
        return runs


@cache
def group(name: str) -> frozenset[str]:
    """A group of plain words of `reading.yaml`."""
    return frozenset(map(str, table(name)))


def sentences(text: str, leaving: Sequence[tuple[int, int]] = ()) -> Iterator[Sentence]:
    """The sentences of a text, in order; lines that no sentence fills stand for themselves.

    `leaving` are stretches to pass over.
    """
    simple = plain(text)
    for start, end in _stretches(text):
        if not _WORDS.search(text, start, end) or any(low <= start < high for low, high in leaving):
            continue
        tokens = tokens_in(simple, start, end)
        for begin in range(0, len(tokens), LONGEST_SENTENCE):
            own = tokens[begin : begin + LONGEST_SENTENCE]
            if any(token.kind == "word" and len(token.value) > 1 for token in own):
                yield Sentence(text, own)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, of a line of a list or a heading."""
    for start, end in _lines(text):
        begin = start
        for found in _ENDS.finditer(text, start, end):
            before = text[max(begin, found.start() - 8) : found.start()]
            following = text[found.end() : found.end() + 40].lstrip()[:1]
            if text[found.start()] == "." and _ABBREVIATED.search(before):
                continue
            if following and (following.islower() or following in ",;"):
                continue
            yield begin, found.end()
            begin = found.end()
        if begin < end:
            yield begin, end


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs; where lines are no running text, each of its lines."""
    block: list[tuple[int, int, str]] = []
    for found in _LINE.finditer(text):
        if not found.group().strip():
            continue
        if block and text.count("\n", block[-1][1], found.start()) > 1:
            yield from _of_block(block)
            block = []
        block.append((found.start(), found.end(), found.group()))
    yield from _of_block(block)


def _of_block(block: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    running = any(line.lstrip()[:1].islower() for _, _, line in block[1:])
    start = block[0][0] if block else 0
    for place, (_, end, line) in enumerate(block):
        following = block[place + 1][2] if place + 1 < len(block) else ""
        ends = line.rstrip()[-1:] in ".!?:" or _BULLET.match(following) or not running
        if ends or not following:
            yield start, end
            start = end + 1


# Words and what they stand for


@cache
def table(name: str) -> dict:
    """A table of `reading.yaml`."""
    return read_tables("reading.yaml")[name]


@cache
def _lexicon() -> dict[str, list[tuple[str, object]]]:
    """Every phrase, as its tokens with one space between, and the kinds that it may be."""
    found: dict[str, list[tuple[str, object]]] = {}

    def put(phrase: object, kind: str, value: object) -> None:
        found.setdefault(str(phrase), []).append((kind, value))

    for kind in ("measure", "sector", "aside"):
        for value, phrases in table(kind).items():
            for phrase in phrases:
                put(phrase, kind, value)
    kinds = (
        "pronoun",
        "speaks",
        "level",
        "share",
        "of the change",
        "of the whole",
        "same span",
        "record",
        "record low",
        "record again",
    )
    for kind in kinds:
        for phrase in table(kind):
            put(phrase, kind, phrase)
    for phrase, sign in (
        directions() | {w: int(s) for w, s in words("more or less").items()}
    ).items():
        put(phrase, "change", sign)
    for phrase in table("reporter us"):
        put(phrase, "partner", "US")
    for phrase in table("states"):
        put(phrase, "partner", "state")
    for name, phrases in table("partner").items():
        code = find_partner(name).code
        for phrase in phrases:
            put(phrase, "partner", code)
    for row in partners().itertuples():
        if row.kind not in ("country", "group") or row.name in table("continents"):
            continue
        for name in {row.name, row.common_name, *row.aliases.split(";")}:
            phrase = " ".join(token.value for token in tokens_in(name) if token.kind == "word")
            if len(phrase) > 3 and phrase not in found and "(" not in name:
                put(phrase, "partner", find_partner(row.name).code)
    return found


@cache
def _plain() -> frozenset[str]:
    return frozenset(str(word) for word in table("known")) | frozenset(
        [*words("auxiliaries"), *words("scales"), *words("articles")]
    )


@cache
def _longest() -> dict[str, int]:
    """The most tokens of the phrases that begin with a word."""
    longest: dict[str, int] = {}
    for phrase in _lexicon():
        first, size = phrase.split()[0], phrase.count(" ") + 1
        longest[first] = max(longest.get(first, 0), size)
    return longest


@cache
def _firsts() -> frozenset[str]:
    """The words that something mentioned can begin with, beside figures."""
    return frozenset(
        [
            *_longest(),
            *MONTHS,
            *_relative_firsts(),
            *table("ordinals"),
            "q",
            "fiscal",
            "fy",
            "x",
            "m",
        ]
    )


def _mentions(text: str, tokens: Sequence[Token]) -> tuple[list[Mention], list[bool]]:
    """What the tokens of `text` mention, and whether each is mentioned or a plain word."""
    found: list[Mention] = []
    known = [False] * len(tokens)
    at = 0
    while at < len(tokens):
        these = _at(text, tokens, at)
        end = max((one.end for one in these), default=at + 1)
        for place in range(at, end):
            token = tokens[place]
            known[place] = bool(these) or token.kind != "word" or token.value in _plain()
            known[place] |= token.value.endswith(("ly", "ed", "ing"))
        found += these
        at = end
    return found, known


def _at(text: str, tokens: Sequence[Token], at: int) -> list[Mention]:
    """What begins at a token: a period, else the longer of a figure and of words."""
    token = tokens[at]
    if token.kind == "word" and token.value not in _firsts() and not may_begin(token):
        return []
    if end := _day(text, tokens, at):
        return [Mention("day", None, at, end)]
    when = period_at(text, tokens, at)
    if when:
        return [Mention("period", when[0], at, when[1])]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    letter = {"x": "out", "m": "in"}.get(tokens[at].value)
    if (letter and following and (following.kind == "number" or following.value == "$")) and text[
        tokens[at].start
    ].isupper():  # "Spain X 15.2bn M 16.7bn" on a ticker
        return [Mention("measure", letter, at, at + 1)]
    by_words = _by_words(text, tokens, at)
    if tokens[at].value == "trade" and following and len(by_words) < 2:
        kinds = {kind for kind, _ in _lexicon().get(following.value, ())}
        if kinds & {"level", "change"} or (may_begin(following) and following.value != "a"):
            return [Mention("measure", "two-way", at, at + 1)]
    if end := _paraphrase(text, tokens, at):
        return [Mention("pronoun", "country", at, end)]
    pronoun = tokens[at].value == "us" and text[tokens[at].start].islower()
    around = [_value(tokens, at - 1) if at else "", token.value, _value(tokens, at + 1)]
    pronoun = pronoun or ["the", "us"] in (around[:2], around[1:])  # "it sold the US $314bn"
    figure = figure_at(tokens, at) if may_begin(tokens[at]) and not pronoun else None
    if figure and not _is_figure(text, tokens, figure):
        figure = None
    if figure and (not by_words or figure.end >= by_words[0].end):
        mentions = [*_from_to(tokens, figure)]
        if figure.hedged and figure.hedged.split()[0] in ("topped", "exceeded", "near"):
            mentions.append(Mention("level", figure.hedged, at, at + 1))
        return mentions
    return by_words


def _from_to(tokens: Sequence[Token], figure: Figure) -> Iterator[Mention]:
    """A figure, or the two levels of "from 3.7 to 9.8 billion"."""
    middle = [at for at in range(figure.start, figure.end) if tokens[at].value == "to"]
    if (
        len(figure.quantities) > 1
        and middle
        and figure.start
        and tokens[figure.start - 1].value == "from"
    ):
        first = replace(figure, quantities=figure.quantities[:1], hedge="", end=middle[0])
        yield Mention("figure", first, first.start, first.end)
        figure = figure_at(tokens, middle[0] + 1) or figure
    yield Mention("figure", figure, figure.start, figure.end)


_JOINING = ("with", "to", "from", "of", "in", "for", "and")


def _paraphrase(text: str, tokens: Sequence[Token], at: int) -> int:
    """The token after "the Southeast Asian country", else 0; a measure before it is no name."""
    possessive = _value(tokens, at + 1) == "'s" and tokens[at].value in group("regions")
    if possessive:  # "Asia's fourth-largest economy"
        at += 1
    elif tokens[at].value not in ("the", "our", "its", "this", "that"):
        return 0
    for end in range(at + 2, min(at + 5, len(tokens))):
        if tokens[end].value in group("a country") and text[tokens[end].start].islower():
            return end + 1
        measure = any(kind == "measure" for kind, _ in _lexicon().get(tokens[end - 1].value, ()))
        if tokens[end].kind != "word" or measure or tokens[end].value in _JOINING:
            return 0
    return 0


def _by_words(text: str, tokens: Sequence[Token], at: int) -> list[Mention]:
    lexicon, run, found = _lexicon(), "", []
    for length in range(_longest().get(tokens[at].value, 0)):
        if at + length >= len(tokens):
            break
        run = f"{run} {tokens[at + length].value}" if run else tokens[at].value
        kinds = lexicon.get(run, ())
        capital = text[tokens[at].start].isupper()
        these = [
            Mention(kind, value, at, at + length + 1)
            for kind, value in kinds
            if kind != "partner"
            or capital
            or value in ("US", "0015")
            or run.startswith(("sub ", "the "))
        ]
        found = these or found
    return found


def _is_figure(text: str, tokens: Sequence[Token], figure: Figure) -> bool:
    """Leave out years, numbers without unit other than decimals, and the parts of other words."""
    last = figure.last
    if figure.end < len(tokens) and tokens[figure.end].value in ("th", "rd", "nd", "st"):
        return False
    after = [token.value for token in tokens[figure.end : figure.end + 4]]
    if last.word == "fraction" and {"point", "points"} & set(after[2:]) and after[0] == "of":
        return False
    first = tokens[figure.start].value
    if last.word == "fraction" and first in ("half", "a") and figure.end < len(tokens):
        following = tokens[figure.end].value
        if following in ("year", "of", "century", "time", "country", "party", "dozen", "day"):
            return following == "of"
    if last.form == "bare":
        return "." in last.digits or bool(last.sign) or len(last.digits) in (2, 3)
    return True


# Periods


def period_at(text: str, tokens: Sequence[Token], at: int) -> tuple[When, int] | None:
    """The period that begins at a token, and the token after it; or None."""
    value = tokens[at].value
    for reading in (_year, _relative, _fiscal, _part_of_year, _months):
        if reading is _year and tokens[at].kind != "number":
            continue
        found = reading(text, tokens, at, value)
        if found:
            return found
    return None


def _day(text: str, tokens: Sequence[Token], at: int) -> int:
    """The token after "Feb. 10, 2023" or "on February 5", else 0.

    On a day something is said or takes effect; no figures of trade are of one.
    """
    following = _value(tokens, at + 1)
    if re.fullmatch("[0-9]{1,2}", tokens[at].value) and following in MONTHS:  # "25 November 2014"
        capital = text[tokens[at + 1].start].isupper() and 0 < int(tokens[at].value) < 32
        return at + 2 + bool(year_of(_value(tokens, at + 2))) if capital else 0
    if tokens[at].value not in MONTHS or not text[tokens[at].start].isupper():
        return 0
    end = at + 1 + (_value(tokens, at + 1) == ".")
    follows = _value(tokens, end + 1)
    number = re.fullmatch("[0-9]{1,2}", _value(tokens, end)) and 0 < int(tokens[end].value) < 32
    since = at and tokens[at - 1].value == "since"
    if not number or since or follows in words("scales") or follows in words("units"):
        return 0
    dated = follows == "," and year_of(_value(tokens, end + 2))
    return end + (3 if dated else 1)


def _value(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].value if at < len(tokens) else ""


def year_of(value: str) -> int:
    """The year that a token writes, or 0."""
    return int(value) if re.fullmatch("19[5-9][0-9]|20[0-4][0-9]", value) else 0


def _year(_: str, tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    year = year_of(value)
    before, after = _value(tokens, at - 1) if at else "", _value(tokens, at + 1)
    cited = before == "," and after == ")" and _value(tokens, max(at - 2, 0)) not in _lexicon()
    if not year or cited or "$" in before or after in words("scales") or after in words("units"):
        return None
    end = at + 1
    if after == "(" and before in ("from", "between"):  # "from 2011 (before the agreement) to 2016"
        closes = (n for n in range(end, min(end + 20, len(tokens))) if tokens[n].value == ")")
        end = next(closes, at) + 1
        after = _value(tokens, end)
    other = year_of(_value(tokens, end + 1))
    joins = after == "–" or (after in ("to", "through") and before in ("from", "between"))
    joins = joins or (after == "and" and before == "between")
    if joins and other > year:
        return When(12 * year, 12 * other + 11, "span"), end + 2
    return When(12 * year, 12 * year + 11), at + 1


def _relative(text: str, tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    """ "last year", "over the same period", and so many years before, later or ago."""
    longest = _years_away(tokens, at, value)
    if value not in _relative_firsts():
        return longest
    run = ""
    for length in range(min(5, len(tokens) - at)):
        run = f"{run} {tokens[at + length].value}" if run else value
        for kind in ("relative", "comparison"):
            after = tokens[at + length + 1] if at + length + 1 < len(tokens) else None
            clause = after and (text[after.start].isupper() or after.value in ("the", "it", "we"))
            if run.endswith(("before", "after")) and clause:
                continue  # "in 2000, the year before China joined"
            if run == "last year" and at and tokens[at - 1].value == "the":
                continue  # "in 1993, the last year before the agreement"
            if run in table(kind):
                longest = When(name=str(table(kind)[run])), at + length + 1
        if run in table("same span"):
            longest = When(name="same"), at + length + 1
    return longest


def _years_away(tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    """ "a year earlier", "five years later", "a decade ago"."""
    unit, way = _value(tokens, at + 1), _value(tokens, at + 2)
    sizes = {"year": 1, "years": 1, "decade": 10, "decades": 10}
    count = "1" if value == "a" else words("numbers").get(value, value)
    if unit not in sizes or way not in table("ways of years") or not count.isdecimal():
        return None
    if way == "before" and (year_of(_value(tokens, at + 3)) or _value(tokens, at + 3) == "the"):
        return None
    number = sizes[unit] * int(count[:3])
    return When(name=table("ways of years")[way].format(number)), at + 3


@cache
def _relative_firsts() -> frozenset[str]:
    tables = ("relative", "comparison", "same span")
    return frozenset(phrase.split()[0] for name in tables for phrase in table(name))


def _fiscal(_: str, tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    if value not in ("fiscal", "fy"):
        return None
    if at and tokens[at - 1].value == "current":
        return When(name=UNKNOWN_YEAR), at + 1
    at += 2 if _value(tokens, at + 1) == "year" else 1
    year = year_of(_value(tokens, at))
    if not year and re.fullmatch("[0-9]{2}", _value(tokens, at)):
        return When(name=UNKNOWN_YEAR), at + 1  # "FY24", whose months depend on whose it is
    return (When(12 * year - 3, 12 * year + 8), at + 1) if year else None


def _part_of_year(_: str, tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    """ "the first six months of 2024", "the first quarter of 2023", "Q1 2023"."""
    number = table("ordinals").get(value, 0)
    if value == "q" and _value(tokens, at + 1) in "1234":
        number, following, end = int(_value(tokens, at + 1) or 0), "quarter", at + 2
    elif number and (count := words("numbers").get(_value(tokens, at + 1), _value(tokens, at + 1))):
        following, end = _value(tokens, at + 1), at + 2
        size = {"month": 1, "months": 1, "quarters": 3}.get(_value(tokens, at + 2), 0)
        if count.isdigit() and size and number == 1:
            first, last, end = 0, size * int(count) - 1, at + 3
            return _with_year(tokens, end, first, last) if last < 12 else None
    else:
        return None
    size = {"quarter": 3, "half": 6}.get(following, 0)
    if not size or not number or number * size > 12:
        return None
    return _with_year(tokens, end, size * (number - 1), size * number - 1)


def _months(text: str, tokens: Sequence[Token], at: int, value: str) -> tuple[When, int] | None:
    first = MONTHS.get(value, 0)
    if not first or not text[tokens[at].start].isupper():
        return None
    end, last = at + 1, first
    if _value(tokens, end) == ".":
        end += 1
    before, joiner = tokens[at - 1].value if at else "", _value(tokens, end)
    following = MONTHS.get(_value(tokens, end + 1), 0)
    consecutive, between = following == first % 12 + 1, (before, joiner) == ("between", "and")
    both = joiner == "and" and (consecutive or (between and following > first + 1))
    if joiner in MONTHS:
        last, end = MONTHS[joiner], end + 1
    elif following and (both or joiner in ("–", "to", "through")):
        # "from February to March" compares two months
        if not (consecutive and (before == "from" or between)):
            last, end = following, end + 2
    elif before == "through":
        if months := _months_before(tokens, at - 1):
            when, end = _with_year(tokens, end, 0, first - 1)
            return (replace(when, first=when.last - months + 1), end) if when.last > 12 else None
        first = 1
    found = _with_year(tokens, end, first - 1, last - 1)
    named = {"this": "y0", "last": "y-1"}.get(before, "")
    if found[0].first < 12 and named and not found[0].name:  # "this September"
        found = replace(found[0], name=named), found[1]
    if found[0].first < 12 and value == "may" and at and tokens[at - 1].kind != "word":
        return None
    return found if last >= first else None


def _months_before(tokens: Sequence[Token], at: int) -> int:
    """How many months "the four quarters" or "twelve months" before a token are, else 0."""
    size = {"months": 1, "quarters": 3}.get(_value(tokens, at - 1) if at > 1 else "", 0)
    count = words("numbers").get(_value(tokens, at - 2), _value(tokens, at - 2)) if size else ""
    return size * int(count) if count.isdecimal() and len(count) < 3 else 0


def _with_year(tokens: Sequence[Token], at: int, first: int, last: int) -> tuple[When, int]:
    """Months of the year that follows; without one they are below 12."""
    of = at + 1 if _value(tokens, at) in ("of", ",", "in") else at
    year = year_of(_value(tokens, of))
    if (
        not year
        and re.fullmatch("[0-9]{1,2}", _value(tokens, at))
        and _value(tokens, at + 1) == ","
    ):
        year, of = year_of(_value(tokens, at + 2)), at + 2
    said = " ".join(token.value for token in tokens[at : at + 3]).removeprefix("of ")
    for phrase in ("last year", "this year"):
        if not year and said.startswith(phrase):
            end = at + 2 + (_value(tokens, at) == "of")
            return When(first, last, str(table("relative")[phrase])), end
    if not year and _value(tokens, at) == "of" and _value(tokens, at + 2) == "year":
        return When(first, last), at + 3  # "the first six months of the year"
    if not year:
        return When(first, last), at
    return When(12 * year + first, 12 * year + last), of + 1
