"""From a text to its claims: each figure bound to a measure, a partner and periods, or set aside.

Reading is by rules, forward through the sentences. What a sentence leaves out comes from an earlier
clause or sentence (`_Context`), and each claim says which of its fields were stated there. A
figure that is not bound is set aside with the reason: nothing is guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.mentions import (
    Mention,
    Sentence,
    When,
    mentions_of,
    sentences,
    table,
    year_of,
)
from korus_helpers.claims.phrases import Figure, decimal_of, figure_at, in_unit_of
from korus_helpers.claims.printed import TOLERANCE
from korus_helpers.claims.wording import plain, tokens_in, words

WORLD = "0015"
_STRONG = {";", "—", "(", ")", ":", "–"}
_WEAK = {"while", "whereas", "but", "and", ","}
_TO_ONE = {"to", "from", "with", "and", "against", "between"}
_HOLDS = {
    "enjoyed",
    "ran",
    "run",
    "runs",
    "has",
    "had",
    "have",
    "posted",
    "recorded",
    "registered",
    "shows",
    "booked",
    "achieved",
    "running",
    "showed",
    "was",
    "kept",
    "of",
}
_NOUN_PHRASE = {
    "goods",
    "total",
    "overall",
    "annual",
    "trade",
    "bilateral",
    "merchandise",
    "whole",
    "own",
    "combined",
    "record",
    "goods'",
    "the",
    "large",
    "largest",
}
_LINKS = {"made", "up", "were", "was", "are", "is", "alone", "accounted", "for", "worth"}
_SUMS = {"cumulative", "combined", "piled", "added", "totaling", "accumulated", "altogether"}
_FORECAST, _STATE, _WITHDRAWN = (
    "a forecast or condition",
    "a state or port",
    "withdrawn in the text",
)


@dataclass(frozen=True)
class Found:
    """A claim found in a text. `span` counts characters of the text, as a slice does.

    `measure`, `as_`, `sector`, the periods and `interval` are those of a claims file, `partner` a
    Census code; `place` is that of a rank. `stated` maps fields to the words they stand in,
    `inferred` fields to what they were taken from. `alternatives` are other honest readings:
    the fields that differ. `why_not` says why it cannot be checked, "" where it can.
    """

    quote: str
    span: tuple[int, int]
    printed: str
    measure: str
    as_: str
    partner: str
    sector: str = "total"
    period: str = ""
    base: str = ""
    end: str = ""
    unit: str = ""
    interval: Interval | None = None
    place: int = 0
    per: str = ""
    whole: str = ""
    since: str = ""
    among: str = ""
    stated: dict[str, str] = field(default_factory=dict)
    inferred: dict[str, str] = field(default_factory=dict)
    alternatives: tuple[dict[str, str], ...] = ()
    why_not: str = ""

    @property
    def reading(self) -> str:
        """How sure it is: stated, inferred or open."""
        if self.alternatives or self.why_not:
            return "open"
        return "inferred" if self.inferred else "stated"


@dataclass(frozen=True)
class Aside:
    """A figure that is no claim about a trade balance, and why."""

    quote: str
    span: tuple[int, int]
    reason: str


@dataclass(frozen=True)
class Reading:
    claims: list[Found]
    aside: list[Aside]


@dataclass
class _Frame:
    """A measure as a sentence uses it: which way the goods go, with whom, of what."""

    measure: str
    partner: str
    sector: str
    start: int
    end: int
    why: str = ""
    stated: bool = True  # the partner stands beside it
    verb: bool = False
    agent: str = ""
    words: str = ""
    flow: str = ""
    volume: bool = False


@dataclass
class _Context:
    """What the text before a figure has said."""

    date: str
    partner: str = ""
    frame: _Frame | None = None
    end: tuple[int, int] | None = None
    span: tuple[tuple[int, int], tuple[int, int]] | None = None
    spanned: bool = False  # the span was said as one, and no other period since
    scale: Figure | None = None
    last: tuple[int, int] | None = None  # the period of the last figure
    latest: tuple[int, int] | None = None
    mode: str = ""  # imbalance, or share where the figures before were shares
    partner_of_frame: str = ""
    subject: str = ""  # whose trade the last measure was: "US" or a code
    ours: bool = False  # the text speaks of the United States by name
    dollars: bool = False  # it counts in dollars
    whole: str = ""
    age: int = 9  # sentences since the measure was said


@dataclass
class _Bound:
    """A figure with what was found for it, on the way to a claim."""

    as_: str
    sign: int
    frame: _Frame
    figure: Figure
    role: str = ""  # from, to, or ""
    single: bool = False
    whole: str = ""


def read_text(text: str, date: str = "", partner: str = "", measure: str = "") -> Reading:
    """The claims of a text and what is left aside, in the order of the text.

    `date` is its day ("2017-12-28"), `partner` a Census code and `measure` a name for what the
    text leaves open; "" where nothing is known.
    """
    context = _Context(date, partner)
    if measure:
        context.frame, context.age = _Frame(measure, partner, "total", 0, 0, stated=False), 0
    claims: list[Found] = []
    aside: list[Aside] = []
    context.dollars = "$" in text or "USD" in text
    context.ours = bool(re.search(r"\bU\.S\.|\bAmerica|\bUnited States\b|\bCensus Bureau", text))
    tables = list(_tables(text))
    for one in tables:
        claims.extend(one.claims(text, date))
    for sentence in sentences(text, [one.span for one in tables]):
        for found in _Reader(text, sentence, context).read():
            (claims if isinstance(found, Found) else aside).append(found)
        context.age += 1
    return Reading(claims, aside)


class _Reader:
    """One sentence, read with the context of those before it."""

    def __init__(self, text: str, sentence: Sentence, context: _Context) -> None:
        self.text, self.s, self.context = text, sentence, context
        self.frames = list(self._frames())
        self.figures = sentence.of("figure")
        self.partners = [one for one in sentence.of("partner") if one.value not in ("US", "state")]
        self.clauses = self._clauses()
        self.done: list[tuple[Mention, _Bound, tuple]] = []
        self.partner_before = ""
        self.said_scale = self._said_scale()
        self.pair: tuple[tuple[int, int], tuple[int, int]] | None = None

    # The sentence in parts

    def _said_scale(self) -> Figure | None:
        """The unit of figures that print none: "in billions of dollars"."""
        run = f" {' '.join(token.value for token in self.s.tokens)} "
        name = next((one for one in ("billion", "million") if f" in {one}s of dollars " in run), "")
        return figure_at(tokens_in(f"1 {name} dollars"), 0) if name else None

    def _clauses(self) -> list[int]:
        """The number of the clause of each token: strong marks, and commas before a new verb."""
        numbers, number = [], 0
        for at, token in enumerate(self.s.tokens):
            if token.value in {";", "—", ":", "(", ")", "while", "whereas", "but", "although"} and (
                token.value != ":" or self.s.tokens[at - 1].kind != "number"
            ):
                number += 1
            numbers.append(number)
        return numbers

    def _words(self, start: int, end: int) -> str:
        end = min(end, len(self.s.tokens))
        if start >= end:
            return ""
        return self.text[self.s.tokens[start].start : self.s.tokens[end - 1].end]

    def _frames(self) -> Iterator[_Frame]:
        """The measures of the sentence, each with its partner and the way the goods go."""
        agent_of_verbs, sector = "", "total"
        mentions = self.s.of("measure")
        seen: dict[int, list[Mention]] = {}
        for one in mentions:
            seen.setdefault(one.start, []).append(one)
        starts = sorted(seen)
        for place, start in enumerate(starts):
            kinds = [str(one.value) for one in seen[start]]
            end = seen[start][0].end
            limit = starts[place + 1] if place + 1 < len(starts) else len(self.s.tokens)
            verb = any("verb" in kind for kind in kinds) and (
                len(kinds) == 1 or self._verb_follows(start, end)
            )
            kind = next((k for k in kinds if ("verb" in k) == verb), kinds[0])
            flow = kind.split()[0]
            agent = self._subject(start) if verb else self._agent(start)
            beside = "" if verb else self._name_beside(start, flow)
            other_noun = start and (
                not self.s.known[start - 1] or any(one.end == start for one in self.s.of("aside"))
            )
            noun_behind = not self.s.known[min(end, len(self.s.tokens) - 1)] or any(
                one.start == end for one in self.s.of("aside")
            )
            if self.s.value(start) in ("import", "export") and not verb and noun_behind:
                continue
            if any(one.end == start for one in self.s.of("aside")):
                agent = "" if verb else agent
            if verb and not agent and other_noun and (not self.s.value(start - 1).endswith("ly")):
                agent_of_verbs = ""
                yield _Frame("exports", "", "total", start, end, "its subject is no country")
                continue
            if verb and not agent:
                agent = agent_of_verbs
            other = self._counterpart(start, end, limit, verb, flow)
            if beside and not other:  # "China deficit", "Italy exports 23.8bn" as on a ticker
                agent, other = "", beside
            if verb and not agent and not other:
                continue
            if verb:
                agent_of_verbs = agent or agent_of_verbs
            if kind.endswith("noun") and not agent and not other:
                continue
            sector, said = self._sector(start, end, limit, sector)
            yield self._frame(flow, agent, other, sector, start, end, verb, said)

    def _verb_follows(self, start: int, end: int) -> bool:
        """Whether "exports" or "purchases" is a verb here: a subject before it, no "to" after."""
        before, after = self.s.value(start - 1), self.s.value(end)
        subject = any(one.end == start for one in self.s.of("partner", "pronoun"))
        return (
            subject
            and before not in ("'s", "its", "their", "our")
            and (
                after in ("more", "$", "goods", "to")
                and self.s.value(start) != "exports"
                and self.s.value(start) not in ("imports", "export", "import")
            )
        )

    def _agent(self, start: int) -> str:
        """Whose exports they are: "US", a code, "it", "state" or ""."""
        at = start - 1
        figure = next((one for one in self.s.of("figure") if one.end == start), None)
        if self.s.value(start) == "in" and figure:
            return (
                self._subject(figure.start) if self.s.value(figure.start - 1) not in "—–-," else ""
            )
        while at >= 0:
            inside = next((m for m in self.s.of("sector") if m.start <= at < m.end), None)
            if inside:
                at = inside.start - 1
            elif self.s.value(at) in _NOUN_PHRASE and self.s.value(at) != "the":
                at -= 1
            else:
                break
        if self.s.value(at) == "'s":
            at -= 1
        for one in self.s.of("partner", "pronoun"):
            if one.end == at + 1:
                return (
                    str(one.value)
                    if one.kind == "partner"
                    else (
                        "it"
                        if one.value in ("its", "their", "whose", "the latter", "that country")
                        else ""
                    )
                )
        if self.s.value(start - 1) in ("a", "of", "the") or self.s.value(start - 1) in _NOUN_PHRASE:
            return self._holder(start)
        return ""

    def _name_beside(self, start: int, flow: str) -> str:
        """The partner whose name, no adjective, stands right before a measure without "'s"."""
        for one in self.s.of("partner"):
            if all(self.s.value(at) in _NOUN_PHRASE for at in range(one.end, start)) and (
                one.end <= start and str(one.value).isdigit()
            ):
                run = " ".join(self.s.value(at) for at in range(one.start, one.end))
                adjective = any(run in adjectives for adjectives in table("partner").values())
                if not adjective or flow == "deficit":
                    return str(one.value)
        return ""

    def _holder(self, start: int) -> str:
        """Who "ran a surplus": the subject of a verb of having shortly before."""
        for at in range(start - 1, max(start - 6, 0), -1):
            if self.s.value(at) in _HOLDS and self.s.value(at) not in ("was", "of"):
                return self._subject(at)
            if self.s.value(at) in _STRONG:
                return ""
        return ""

    def _subject(self, start: int) -> str:
        """The partner, "US", "it" or "state" that is the subject of a verb at `start`, or ""."""
        for one in reversed(self.s.of("partner", "pronoun", "measure")):
            if one.end > start:
                continue
            if any(self.s.value(at) in (";", ".") for at in range(one.end, start)):
                return ""
            if one.kind == "measure":
                if "verb" in str(one.value):
                    return ""
                continue
            if start - one.end > 8:
                return ""
            if one.end < start and self._is_object(one):
                continue
            if one.kind == "pronoun":
                return "" if one.value in ("its", "their", "there", "them") else "it"
            return str(one.value)
        return ""

    def _is_object(self, one: Mention) -> bool:
        """Whether a partner stands behind a preposition or a verb, itself or in a list."""
        first = next((run[0] for run in _runs(self.s, self.s.of("partner")) if one in run), one)
        at = first.start - 1
        at -= self.s.value(at) == "the"
        if self.s.value(at) in ("to", "from", "with", "of", "in", "for", "than", "by", "between"):
            return True
        return any("verb" in str(m.value) and m.end == at + 1 for m in self.s.of("measure"))

    def _counterpart(self, start: int, end: int, limit: int, verb: bool, flow: str) -> str:
        """With whom: the partner after "to", "from" or "with", or the object of a verb."""
        for one in self.s.of("partner", "pronoun"):
            if one.start < end or one.start >= min(limit, end + 16):
                continue
            between = [self.s.value(at) for at in range(end, one.start)]
            if {";", "while", "than", "those", "that", "after"} & set(between):
                break
            near = [word for word in between if word not in ("the", "both")]
            prep = near[-1] if near else ""
            if near == ["of"] and flow == "in" and self.s.value(one.end) in ("goods", "products"):
                return str(one.value)
            value = str(one.value) if one.kind == "partner" else "it"
            if prep in ("to", "from", "with", "between") and not (
                one.kind == "pronoun" and one.value in ("its", "their")
            ):
                return self._both(one) if prep == "between" else value
            if prep == "in" and verb and value == "it":
                return value
            if not near and (verb or self.s.value(end - 1) in ("with", "between")):
                return self._both(one) if self.s.value(end - 1) == "between" else value
            if one.kind == "pronoun" and one.value == "there":
                return "it"
        if self._names_unknown(end, limit):
            return "unknown"
        if flow not in ("deficit", "surplus", "balance"):
            return ""
        for one in reversed(self.s.of("partner")):  # "With Ireland, the deficit …"
            if one.end <= start and self.s.value(one.start - 1) == "with":
                return str(one.value)
        return ""

    def _names_unknown(self, end: int, limit: int) -> bool:
        """Whether a name that is no partner stands behind "with", "to" or "from"."""
        at = end + 1 + (self.s.value(end + 1) == "the")
        return (
            at < min(limit, len(self.s.tokens))
            and self.s.value(end) in ("with", "to", "from")
            and (not self.s.known[at] and self.text[self.s.tokens[at].start].isupper())
        )

    def _both(self, first: Mention) -> str:
        """The partner of "between the United States and X"; "third" for two others."""
        names = [one for one in self.s.of("partner") if one.start >= first.start][:2]
        values = [str(one.value) for one in names]
        if len(values) == 2 and "US" in values:
            return values[1 - values.index("US")]
        return "third" if len(values) == 2 else values[0]

    def _sector(self, start: int, end: int, limit: int, before: str) -> tuple[str, str]:
        """The sector of a measure: beside it, or among the words up to its figure."""
        found = []
        for one in self.s.of("sector"):
            if one.end > start - 6 and one.start < start:
                gap = [self.s.value(at) for at in range(one.end, start)]
                if all(word in _NOUN_PHRASE or word in ("s", "in", "group") for word in gap):
                    found.append(one)
            elif end <= one.start < min(limit, end + 4):
                found.append(one)
        both = [
            one
            for one in self.s.of("sector")
            if one.value == "goods-and-services"
            and one.end <= start
            and ";" not in [self.s.value(at) for at in range(one.end, start)]
        ]
        leading = [
            one
            for one in self.s.of("sector")
            if one.end <= start and self.s.value(0) in ("in", "for") and one.start <= 2
        ]
        said = [str(one.value) for one in [*leading[:1], *both[-1:], *found]]
        special = [name for name in said if name != "total"]
        if special:
            return special[-1], special[-1]
        joined = self.s.value(start - 1) == "and"
        keeps = before.endswith("services") or (joined and before != "not-in-product")
        return ("total", "total") if said else (before if keeps else "total", "")

    def _frame(
        self,
        flow: str,
        agent: str,
        other: str,
        sector: str,
        start: int,
        end: int,
        verb: bool,
        said: str,
    ) -> _Frame:
        """The measure from the US side: "Italy's sales to America" are imports."""
        why = ""
        ours = next(
            (
                str(one.value)
                for one in reversed(self.s.of("partner"))
                if one.end <= start and one.value not in ("US", "state")
            ),
            self.context.partner,
        )
        side_of_other = {"it": ours}.get(other, other)
        it = "US" if self.context.subject == "US" and other not in ("US", "it") else ours
        holder = {"it": it}.get(agent, agent)
        self.context.subject = holder or self.context.subject
        if "state" in (holder, side_of_other):
            why = _STATE
        elif holder not in ("", "US") and side_of_other not in ("", "US", holder):
            why = "trade between other countries"
        elif side_of_other == "unknown":
            why = "it names no partner that is included"
        elif side_of_other == "third":
            why = "trade between other countries"
        turned = (holder not in ("", "US") or side_of_other == "US") and holder != "US"
        partner = next((one for one in (side_of_other, holder) if one not in ("", "US")), "")
        plural = {"these countries", "both countries", "these partners", "the two", "the three"}
        behind = " ".join(self.s.value(at) for at in range(end, end + 5))
        if "the two countries" in behind:
            partner = partner or ours
        elif any(phrase in behind for phrase in plural):
            why = "it is not said which countries are meant"
        if "it" in (other, agent) and not partner and holder != "US":
            why = "it is not said which country is meant"
        measure = {
            "out": "imports" if turned else "exports",
            "in": "exports" if turned else "imports",
            "deficit": "balance" if turned else "deficit",
            "surplus": "deficit" if turned else "balance",
            "balance": "balance",
            "two-way": "two-way",
        }[flow]
        if flow == "in" and not verb and turned and not other and self.s.value(start - 1) != "'s":
            measure = "imports"  # "Chinese imports" in a US text
        us = any(one.value == "US" for one in self.s.of("partner"))
        if (
            flow in ("in", "out")
            and not verb
            and turned
            and not other
            and not us
            and (self._words(start, end).lower() in ("exports", "imports"))
        ):
            why = "it may be trade with all the world"
        stated = "it" not in (agent, other) and bool(partner)
        return _Frame(
            measure,
            partner,
            sector,
            start,
            end,
            why,
            stated,
            verb,
            holder,
            self._words(start, end),
            flow,
        )

    # Binding

    def read(self) -> Iterator[Found | Aside]:
        self._learn()
        found = [*self._ranks(), *self._records(), *map(self._figure, self.figures)]
        yield from sorted(filter(None, found), key=lambda one: one.span)
        self._remember()

    def _learn(self) -> None:
        """What the sentence says of how to read it: whose statistics, which formula."""
        values = {token.value for token in self.s.tokens}
        if ("divides" in values or "divided" in values) and {"deficit", "imports"} <= values:
            self.context.mode = "imbalance"
        elif (
            self.frames
            and self.context.mode == "imbalance"
            and any(one.verb for one in self.frames)
        ):
            self.context.mode = ""

    def _remember(self) -> None:
        own = [one for one in self.frames if not one.why]
        if self.done:
            self.context.frame, self.context.age = self.done[-1][1].frame, -1
            self.context.partner_of_frame = self.partner_before
        elif own:
            self.context.frame, self.context.age = own[-1], -1
        elif self.frames or any(one.value.last.form != "bare" for one in self.figures):
            self.context.frame = None  # what it spoke of is none of ours
        if self.done and self.partner_before not in ("", WORLD):
            self.context.partner = self.partner_before
        elif self.partners:
            passing = ("through", "via", "in", "at", "near", "by")
            named = [
                one
                for one in self.partners
                if one.value != WORLD and self.s.value(one.start - 1) not in passing
            ]
            if named:
                self.context.partner = str(named[-1].value)
        elif self.partner_before and not self.context.partner:
            self.context.partner = self.partner_before
        points = [one for one in self.s.of("period") if one.value.first > 12]
        if points and not self.done:
            last = points[-1].value
            if self.context.end is None or last.last >= self.context.end[1] or points[0].start < 3:
                self._set_end(last)

    def _set_end(self, when: When) -> None:
        if when.name == "span":
            self.context.span = _ends_of(when)
            self.context.end = self.context.span[1]
        else:
            self.context.end = (when.first, when.last)

    def _segment(self, figure: Mention) -> int:
        """The token after the figure before this one."""
        return max((one.end for one in self.figures if one.end <= figure.start), default=0)

    def _aside(self, figure: Mention, reason: str) -> Aside:
        return Aside(
            self._words(figure.start, figure.end), self._span(figure.start, figure.end), reason
        )

    def _span(self, start: int, end: int) -> tuple[int, int]:
        return self.s.tokens[start].start, self.s.tokens[min(end, len(self.s.tokens)) - 1].end

    def _figure(self, mention: Mention) -> Found | Aside | None:
        figure: Figure = mention.value
        if figure.last.unit == "count" and figure.last.form != "bare":
            return None
        frame = self._measure_of(mention)
        if figure.per == "year" and len(figure.quantities) > 1:
            return self._aside(mention, "it is a range over several years")
        if figure.last.form == "bare":
            if (
                frame is None
                or not (self.said_scale or self.context.scale)
                or not self._is_bare_level(mention, frame)
            ):
                return None
            figure = in_unit_of(self.said_scale or self.context.scale, figure)
        elif figure.last.form == "lone" and self.said_scale:
            figure = in_unit_of(self.said_scale, figure)
        elif figure.problem and self._is_of_dollars(mention, frame):
            figure = replace(
                figure, quantities=tuple(replace(one, problem=()) for one in figure.quantities)
            )
        elif figure.problem:
            return self._aside(mention, _problem_words(figure.problem))
        if reason := self._other_noun(mention):
            return self._aside(mention, reason)
        if frame is not None:
            frame = self._of_origin(mention, self._of_sector(mention, frame))
        bound = self._kind(mention, figure, frame)
        reason = self._reason(mention, frame, bound)
        if frame is None or bound is None or reason:
            return self._aside(mention, reason or "it is not said of what it is a figure")
        return self._claim(mention, bound)

    def _is_of_dollars(self, mention: Mention, frame: _Frame | None) -> bool:
        """Whether "8.2b" needs no dollar sign: beside its measure, in a text in dollars."""
        needs = mention.value.problem[0].endswith("needs a dollar sign")
        return needs and frame is not None and frame.end == mention.start and self.context.dollars

    def _of_origin(self, mention: Mention, frame: _Frame) -> _Frame:
        """Exports where the goods are said to be American: "bought $230 billion of US goods"."""
        ours = any(
            one.start == mention.end and one.value in ("of american", "of us", "of our")
            for one in self.s.of("of the whole")
        )
        if not ours or frame.flow not in ("in", "out") or mention.value.last.unit == "percent":
            return frame
        partner = self.context.partner if frame.agent == "US" and frame.flow == "in" else ""
        return replace(frame, measure="exports", partner=partner or frame.partner)

    def _of_sector(self, mention: Mention, frame: _Frame) -> _Frame:
        """The measure of the goods beside the figure: "$50 billion of automotive goods"."""
        following = min(
            (one.start for one in self.figures if one.start >= mention.end),
            default=len(self.s.tokens),
        )
        for one in self.s.of("sector"):
            inside = {self.s.value(at) for at in range(mention.end, one.start)}
            if (
                mention.end <= one.start < following
                and inside <= {"of", "was", "were", "in", "it", "the", "a", "which"}
                and one.value != "total"
            ):
                return replace(frame, sector=str(one.value))
        for one in reversed(self.s.of("sector")):
            if frame.end <= one.start and one.end <= mention.start and one.value != "total":
                at = self.s.value(one.start - 1)
                behind = {self.s.value(place) for place in range(one.end, mention.start)}
                is_subject = behind and behind <= _LINKS
                if (at in ("of", "the", "in") or is_subject) and (
                    one.start >= self._segment(mention) - (frame.end < 0)
                ):
                    return replace(frame, sector=str(one.value))
        return frame

    def _measure_of(self, mention: Mention) -> _Frame | None:
        """The measure that a figure is of: in its clause, else from before."""
        at, end = mention.start, mention.end
        for frame in self.frames:
            if 0 <= frame.start - end <= 5 and self._leads(end, frame.start):
                of = self.s.value(end) in ("of", "in", "worth")
                if mention.value.last.unit == "percent" and of:
                    return frame
                if mention.value.last.unit == "million dollars" and (
                    of or frame.flow in ("deficit", "surplus", "balance", "two-way")
                ):
                    return frame
        change = next((one for one in self.s.of("of the change") if one.start == end), None)
        for frame in self.frames:
            if change and 0 <= frame.start - change.end <= 3:
                return frame
        for word, measure in (("out", "exports"), ("in", "imports")):
            if self.s.value(end) == word and self.s.value(end + 1) in (",", ")", ";", "and", ""):
                who = [one for one in self.partners if one.end <= at]
                partner = str(who[-1].value) if who else self.context.partner
                return _Frame(measure, partner, "total", end, end + 1, words=word, flow="said")
        left = [one for one in self.frames if one.end <= at]
        if self._names_another(mention, left):
            return None
        for frame in reversed(left):
            return self._with_nearest(mention, frame)
        lead = self._segment(mention)
        if carried := self._carried(mention, lead):
            return carried
        right = [one for one in self.frames if one.start >= end]
        if (
            right
            and not right[0].verb
            and all(self.s.known[lead : right[0].start])
            and (self._flows_on(end, right[0].start))
            and not any(end <= one.start < right[0].start for one in self.figures)
        ):
            return right[0]
        return None

    def _names_another(self, mention: Mention, left: list[_Frame]) -> bool:
        """Whether brackets behind another partner hold figures of no measure."""
        marks = [
            (at, self.s.value(at)) for at in range(mention.start) if self.s.value(at) in ("(", ")")
        ]
        if not left or not marks or marks[-1][1] == ")" or left[-1].start > marks[-1][0]:
            return False
        before = [mark for at, mark in marks if at < left[-1].start]
        within = before[-1:] == ["("]
        return within and any(one.end == marks[-1][0] for one in self.partners)

    def _leads(self, start: int, end: int) -> bool:
        """Whether only parts of a noun phrase stand between a figure and the measure after it."""
        return all(
            self.s.value(at) in _NOUN_PHRASE
            or self.s.value(at) in ("of", "a", "in", "worth", "all", "what")
            or any(
                one.start <= at < one.end for one in self.s.of("partner", "sector", "of the whole")
            )
            for at in range(start, end)
        )

    def _with_nearest(self, mention: Mention, frame: _Frame) -> _Frame:
        """A measure with the partner that stands between it and the figure, if another does."""
        for one in reversed(self.partners):
            if frame.end <= one.start and one.end <= mention.start and one.value != frame.partner:
                before = self.s.value(one.start - 1)
                before = self.s.value(one.start - 2) if before == "the" else before
                if (
                    before in ("to", "from", "with", "for", "in", "between")
                    or (before == "of" and self.s.value(one.start - 2) in ("those", "that"))
                    or (self.s.value(one.end) == "'s" or self._is_subject(one, mention))
                ):
                    measure = self._by_preposition(before, frame)
                    return replace(frame, partner=str(one.value), stated=True, measure=measure)
                break
        return frame

    def _is_subject(self, one: Mention, mention: Mention) -> bool:
        """Whether a partner begins a clause whose figure this is: "…, Canada one in eight"."""
        return self.s.value(one.start - 1) in (",", ";", "and", "while", "—") or one.start == 0

    def _by_preposition(self, before: str, frame: _Frame) -> str:
        if frame.measure in ("exports", "imports") and before in ("to", "from"):
            return "exports" if before == "to" else "imports"
        return frame.measure

    def _carried(self, mention: Mention, lead: int) -> _Frame | None:
        """The measure of an earlier sentence, where nothing here is the figure's own noun."""
        frame = self.context.frame
        if frame is None or self.context.age > 2:
            return None
        if not self._is_anaphoric(mention) and not all(
            self.s.known[self._own_words(mention, lead) : mention.start]
        ):
            return None
        for one in reversed(self.partners):
            if one.end <= mention.start:
                before = self.s.value(one.start - 1)
                before = self.s.value(one.start - 2) if before == "the" else before
                if (
                    before == "with"
                    and frame.measure in ("exports", "imports")
                    and (mention.value.last.form != "to one")
                ):
                    return None
                if before in ("to", "from") and frame.measure not in ("exports", "imports"):
                    return None
                return replace(
                    frame,
                    partner=str(one.value),
                    stated=True,
                    start=-1,
                    end=-1,
                    measure=self._by_preposition(before, frame),
                )
        return replace(
            frame, partner=self.context.partner or frame.partner, stated=False, start=-1, end=-1
        )

    def _is_anaphoric(self, mention: Mention) -> bool:
        """Whether the figure itself points back: "3 percent of the increase", or a formula's."""
        if mention.value.last.unit != "percent":
            return False
        of_before = self.context.mode == "share" and any(
            self.s.value(at) in ("share", "slice") for at in range(mention.start)
        )
        return (
            of_before
            or self.context.mode == "imbalance"
            or any(one.start == mention.end for one in self.s.of("of the change"))
        )

    def _own_words(self, mention: Mention, lead: int) -> int:
        """The token from which words count as the figure's own: after a pronoun as its subject."""
        start = 0 if lead and not self.done else lead
        pronouns = [
            one.start
            for one in self.s.of("pronoun")
            if start <= one.start < mention.start
            and one.value in ("it", "they")
            and self.s.value(one.end) != "'s"
        ]
        return pronouns[-1] if pronouns else start

    def _is_bare_level(self, mention: Mention, frame: _Frame) -> bool:
        """Whether a number without unit is read in that of the figure before: "imports 19.2"."""
        values = {token.value for token in self.s.tokens}
        if {"former", "latter"} & values:
            return False
        if "." not in mention.value.last.digits:
            closes = self.s.value(mention.end) in ("", ".", "!", "?", "'", '"')
            spelled = not any(
                self.s.tokens[at].kind == "number" for at in range(mention.start, mention.end)
            )
            return (
                closes
                and spelled
                and (
                    frame.end == mention.start
                    or bool(self.partners)
                    or self.s.value(mention.start - 1) == "us"
                )
            )
        before = self.s.value(mention.start - 1)
        return (
            frame.end == mention.start
            or before in ("were", "was", "and", ",", "plus")
            or (bool(mention.value.last.sign))
        )

    def _other_noun(self, mention: Mention) -> str:
        """The reason where a noun behind the figure says that it counts something else."""
        figure, at = mention.value, mention.end
        after = self.s.value(at)
        if figure.last.unit == "million dollars" and not figure.per:
            dollars = (
                "$" in self._words(mention.start, at)
                or "dollar" in self._words(mention.start, at).lower()
                or "usd" in self._words(mention.start, at).lower()
            )
            if not dollars and after.isalpha() and not self.s.known[at]:
                return f"it counts {after}"
        if (
            after in ("more", "less", "fewer")
            and at + 1 < len(self.s.tokens)
            and not (self.s.known[at + 1])
        ):
            return f"it counts {self.s.value(at + 1)}"
        before = mention.start - 1
        joined = any(self.s.value(place) in ("and", ",") for place in range(before - 2, before))
        if (
            before > 0
            and joined
            and not self.s.known[before]
            and figure.last.digits
            and not (self.s.value(before).endswith("ly"))
        ):
            return f"it is what is {self.s.value(before)}"
        if after == "of" and at + 1 < len(self.s.tokens) and not self.s.known[at + 1]:
            return f"it is of {self.s.value(at + 1)}"
        for one in self.s.of("aside"):
            if 0 <= one.start - at <= 2 and all(
                self.s.value(place) in ("of", "in", "the", "a") for place in range(at, one.start)
            ):
                return f"it is about {one.value}"
        return ""

    def _reason(self, mention: Mention, frame: _Frame | None, bound: _Bound | None) -> str:
        """Why a figure is no claim that can be checked, or ""."""
        clause = self.clauses[mention.start]
        for one in self.s.of("aside"):
            if one.start >= mention.start:
                continue
            same = self.clauses[one.start] == clause
            if one.value == _FORECAST:
                if (same or one.start == 0) and not self._is_apposition(mention, frame):
                    return _FORECAST
            elif one.value == _WITHDRAWN:
                if same:
                    return _WITHDRAWN
            elif same and (frame is None or one.start > frame.end or one.value == _STATE):
                return f"it is about {one.value}"
        if (
            self.s.value(0) in ("if", "had", "without", "unless")
            and clause == 0
            and not (self._is_apposition(mention, frame))
        ):
            return _FORECAST
        if any(
            one.value == "state" and one.start < mention.start and self.clauses[one.start] == clause
            for one in self.s.of("partner")
        ):
            return f"it is about {_STATE}"
        negations = {"not", "never", "didn't", "hasn't", "nor", "neither"}
        if any(
            self.s.value(at) in negations and self.clauses[at] == clause
            for at in range(self._segment(mention), mention.start)
        ):
            return "it is negated"
        if frame is None:
            return ""
        it = any(
            one.start == mention.end and one.value == "of it" for one in self.s.of("of the whole")
        )
        if it and frame.start < 0 and self.context.partner_of_frame not in ("", WORLD):
            return "it is a share of the trade of another partner"
        if (
            "together" in [self.s.value(at) for at in range(mention.start)]
            and len(self.partners) > 1
        ):
            return "it is of several partners together"
        if frame.why:
            return frame.why
        if reporter := self._reporter(mention):
            return f"it rests on the statistics of another country ({reporter})"
        if frame.sector == "services":
            return "trade in services by partner is not included"
        if frame.sector == "not-in-product":
            return "the goods it speaks of are no sector that is included"
        return ""

    def _is_apposition(self, mention: Mention, frame: _Frame | None) -> bool:
        """Whether a figure stands beside its noun as a fact: "the deficit, $63.4 billion, …"."""
        return (
            frame is not None
            and self.s.value(mention.start - 1) == ","
            and (mention.start - frame.end <= 2)
        )

    def _reporter(self, mention: Mention) -> str:
        """The code of the partner whose statistics say it, "" for those of the United States."""
        said = []
        for one in self.s.of("speaks"):
            for who in self.s.of("partner"):
                gap = one.start - who.end
                inside = [self.s.value(at) for at in range(who.end, one.start)]
                behind = one.value in ("says", "counts") and who.start == one.end
                if behind or (
                    0 <= gap <= 2 and not {"from", "to", "with", "in", ","} & set(inside)
                ):
                    if one.value in ("one", "count", "data", "figures", "records", "counted") and (
                        self.s.value(who.start - 1) not in ("the", "by", "in", "own")
                        and self.s.value(who.end) != "'s"
                    ):
                        continue
                    said.append((one.start, str(who.value)))
        before = [who for at, who in said if at < mention.start]
        after = [who for at, who in said if at > mention.start]
        who = (before[-1:] or after[:1] or [""])[0]
        return "" if who in ("US", "state") else who

    # What a figure states

    def _kind(self, mention: Mention, figure: Figure, frame: _Frame | None) -> _Bound | None:
        """Level, change, percent change, ratio, share or contribution, by the words around it."""
        if frame is None:
            return None
        start, at, end = self._segment(mention), mention.start, mention.end
        unit, before = figure.last.unit, self.s.value(mention.start - 1)
        role = self._place_of(mention)
        sign = self._change_before(start, at, unit) or self._change_after(end)
        previous = self.done[-1] if self.done else None
        listed = (
            previous
            and all(
                self.s.value(place) in (",", "and", "or", "by", "(", "to")
                for place in range(max(previous[0].end, frame.end), at)
            )
            and previous[1].figure.last.unit == unit
            and (not sign)
        )
        kind = _Bound("", sign, frame, figure, role)
        if (
            before == "or"
            and previous
            and previous[1].as_ in ("change", "percent-change")
            and (unit in ("million dollars", "percent") and frame.end <= previous[0].start)
        ):
            as_ = "change" if unit == "million dollars" else "percent-change"
            return replace(kind, as_=as_, sign=previous[1].sign)
        if previous and unit == "percent" and previous[1].as_ == "percent-change" and not sign:
            between = range(previous[0].end, at)
            periods = self.s.of("period")
            if before == "and" and all(
                self.s.value(place) in ("and", "from", "since", "over", "in", ",")
                or any(one.start <= place < one.end for one in periods)
                for place in between
            ):
                return replace(kind, as_="percent-change", sign=previous[1].sign)
        if after_more := self._more_than_bought(mention, frame):
            return replace(kind, as_="level", sign=0, frame=after_more)
        if unit == "million dollars":
            in_brackets = (
                before == "("
                and previous
                and previous[1].as_ == "percent-change"
                and (at - 3 <= previous[0].end)
            )
            if in_brackets:
                return replace(kind, as_="change", sign=previous[1].sign)
            if sign and before not in ("to", "at", "from"):
                return replace(kind, as_="change")
            if listed and previous[1].as_ == "change" and before != "to":
                return replace(kind, as_="change", sign=previous[1].sign)
            return replace(kind, as_="level")
        if unit == "percent":
            return self._percent(mention, kind, sign, previous, bool(listed), before)
        if unit == "times":
            return self._ratio(mention, kind, figure)
        return None

    def _more_than_bought(self, mention: Mention, frame: _Frame) -> _Frame | None:
        """The balance that "sold $8.2 billion more to America than it bought there" states."""
        more = self.s.value(mention.end)
        than = [at for at in range(mention.end, len(self.s.tokens)) if self.s.value(at) == "than"]
        if (
            more not in ("more", "less")
            or not than
            or frame.flow not in ("in", "out")
            or (mention.value.last.unit != "million dollars")
        ):
            return None
        others = [one for one in self.frames if one.verb and than[0] < one.start < than[0] + 5]
        if not others or others[0].flow == frame.flow:
            return None
        surplus = (frame.measure == "exports") == (more == "more")
        return replace(frame, measure="balance" if surplus else "deficit")

    def _place_of(self, mention: Mention) -> str:
        """Whether a level is that moved from or to: "from a surplus of A to a deficit of B"."""
        for at in range(mention.start - 1, max(mention.start - 5, -1), -1):
            value = self.s.value(at)
            if value in ("from", "to"):
                return value
            if value not in ("a", "of", "an", "the") and not any(
                one.start <= at < one.end for one in self.s.of("measure")
            ):
                return ""
        return ""

    def _percent(
        self,
        mention: Mention,
        kind: _Bound,
        sign: int,
        previous: tuple | None,
        listed: bool,
        before: str,
    ) -> _Bound | None:
        start, end = self._segment(mention), mention.end
        word = mention.value.last.word
        after = {one.kind for one in self.s.of("of the change", "of the whole") if one.start == end}
        shares = any(start <= one.start < mention.start for one in self.s.of("share"))
        if "of the change" in after or (
            "of the whole" in after and self.context.mode == "contribution"
        ):
            return replace(kind, as_="contribution", whole="World")
        if word == "flat" and (
            shares
            or any(
                done[1].figure.last.word == "flat" or done[1].as_ == "share" for done in self.done
            )
        ):
            return None
        if word == "flat":
            return replace(kind, as_="percent-change", sign=0)
        if (
            kind.frame.start >= end
            and kind.frame.measure == "imports"
            and any(
                f.measure in ("deficit", "balance")
                and f.end <= mention.start
                and self.clauses[f.start] == self.clauses[mention.start]
                for f in self.frames
            )
        ):
            return replace(kind, as_="imbalance", frame=replace(kind.frame, measure="deficit"))
        named = any(one.end <= mention.start for one in [*self.partners, *self.s.of("pronoun")])
        named = named or any(one.value != "total" for one in self.s.of("sector"))
        if kind.frame.start >= end and not (named or shares):
            return None
        if kind.frame.start >= end or ("of the whole" in after and not sign):
            return replace(kind, as_="share")
        if sign and before not in ("to", "from", "at"):
            return replace(kind, as_="percent-change")
        if mention.value.last.sign or self._comparison(mention):
            return replace(kind, as_="percent-change", sign=0)
        if self.context.mode == "imbalance":
            return replace(kind, as_="imbalance", frame=replace(kind.frame, measure="deficit"))
        if previous and listed:
            return replace(
                kind, as_=previous[1].as_, sign=previous[1].sign, whole=previous[1].whole
            )
        if shares and kind.frame.start < 0 and self.context.mode == "contribution":
            return replace(kind, as_="contribution", whole="World")
        opens = self.s.value(0) == "of" and kind.frame.start in (1, 2, 3)
        shares = shares or opens or any(one.start == end for one in self.s.of("share"))
        if shares or (previous and previous[1].as_ in ("share", "contribution")):
            as_ = previous[1].as_ if previous and not shares else "share"
            as_ = "contribution" if previous and previous[1].as_ == "contribution" else as_
            return replace(kind, as_=as_, whole=previous[1].whole if previous else "")
        if self.context.mode in ("share", "contribution") and kind.frame.start < 0:
            return replace(kind, as_=self.context.mode, whole="World")
        return None

    def _ratio(self, mention: Mention, kind: _Bound, figure: Figure) -> _Bound | None:
        after = [self.s.value(at) for at in range(mention.end, mention.end + 2)]
        if after[0] in ("that", "this", "those"):
            return None
        flows = [one for one in self.frames if one.flow in ("in", "out")]
        ratio = [at for at in range(mention.start) if self.s.value(at) == "ratio"]
        if ratio and flows:
            first = next((one for one in flows if one.start > ratio[0]), flows[0])
            kind = replace(kind, frame=replace(kind.frame, measure=first.measure))
        single = figure.last.form == "to one" or any(
            self.s.value(at) == "ratio" for at in range(mention.start)
        )
        if after and after[0] == "what" and len(flows) > 1:
            single = single or flows[-1].start > mention.end
        if figure.last.word == "halved" and "as" in self._words(mention.start, mention.end):
            single = single or len({one.measure for one in flows}) > 1
        if single and kind.frame.measure not in ("exports", "imports"):
            kind = replace(kind, frame=replace(kind.frame, measure="imports"))
        return replace(kind, as_="ratio", single=single, sign=0)

    def _comparison(self, mention: Mention) -> str:
        """The span that "y/y" or "on the month" right behind a figure compares by, or ""."""
        for one in self.s.of("period"):
            if one.value.name in ("year", "month") and 0 <= one.start - mention.end <= 2:
                return one.value.name
        return ""

    def _change_before(self, start: int, at: int, unit: str) -> int:
        """1 or -1 where a verb of change leads to the figure at `at`, else 0."""
        for one in reversed(self.s.of("change")):
            if one.start < start or one.end > at:
                continue
            gap = [self.s.value(place) for place in range(one.end, at)]
            if unit == "million dollars":
                fits = all(word in ("by", "of", "another", "a", "further", "to") for word in gap)
            else:
                fits = len(gap) <= 7 and not {";", ":", "(", ")"} & set(gap[1:])
            if any(one.end <= frame.start < at for frame in self.frames):
                fits = self.s.value(at - 1) == "by" and len(gap) < 8
            return int(one.value) if fits else 0
        return 0

    def _change_after(self, end: int) -> int:
        for one in self.s.of("change"):
            if one.start == end or (one.start == end + 1 and self.s.value(end) in ("drop", "in")):
                if self.s.value(one.start) == "more" and self.s.value(one.end) not in (
                    "than",
                    "from",
                    "in",
                    ".",
                    ",",
                    "to",
                    "",
                    "on",
                    "and",
                ):
                    return 0
                return int(one.value)
        return 0

    # When

    def _claim(self, mention: Mention, bound: _Bound) -> Found | Aside:
        figure = bound.figure
        partner, of_partner = self._partner(mention, bound)
        if bound.as_ in ("share", "contribution"):
            bound = self._whole(mention, bound, partner)
        frame = bound.frame
        if not partner:
            return self._aside(mention, "no partner is named")
        if bound.as_ in ("level", "share", "imbalance") or bound.single:
            when, of_period = self._point(mention, bound)
            base = None
        else:
            base, when, of_period = self._span_of(mention, bound)
        if when is None:
            return self._aside(mention, "no period is named")
        if self.context.date and when[0] > _month(self.context.date):
            return self._aside(mention, _FORECAST)
        self.done.append((mention, bound, (base, when)))
        self.partner_before = partner
        self._note_period(mention, bound, base, when, of_period)
        if figure.last.unit == "million dollars" and figure.last.digits and not figure.per:
            self.context.scale = figure
        if self.context.mode != "imbalance" and figure.last.unit == "percent":
            self.context.mode = bound.as_ if bound.as_ in ("share", "contribution") else ""
        interval = figure.admits(Fraction(TOLERANCE))
        signed = bound.as_ in ("change", "percent-change")
        interval = -interval if bound.sign < 0 and signed else interval
        stated = self._stated(frame, partner, [one for one in (base, when) if one])
        inferred = dict(of_partner) | of_period
        if frame.start < 0:
            inferred["measure"] = "the sentence before"
        quote_start = self._quote_start(mention)
        dates = (
            {"period": _written(when)}
            if base is None
            else ({"base": _written(base), "end": _written(when)})
        )
        return Found(
            quote=self._words(quote_start, mention.end),
            span=self._span(quote_start, mention.end),
            printed=_printed(self._words(mention.start, mention.end), bound, mention.value),
            measure=frame.measure,
            as_=bound.as_,
            partner=partner,
            sector=frame.sector,
            unit=figure.last.unit,
            interval=interval,
            per=self._per(mention, bound),
            whole=bound.whole,
            stated={key: value for key, value in stated.items() if key not in inferred},
            inferred=inferred,
            **dates,
        )

    def _stated(
        self, frame: _Frame, partner: str, periods: list[tuple[int, int]]
    ) -> dict[str, str]:
        """The words of this sentence in which measure, partner and periods stand."""
        stated = {"measure": frame.words} if frame.start >= 0 and frame.words else {}
        named = next((one for one in self.partners if one.value == partner), None)
        if named:
            stated["partner"] = self._words(named.start, named.end)
        names = ("period",) if len(periods) == 1 else ("base", "end")
        for name, when in zip(names, periods, strict=True):
            for one in self.s.of("period"):
                if when in ((one.value.first, one.value.last), *_ends_of(one.value)):
                    stated[name] = self._words(one.start, one.end)
        return stated

    def _note_period(
        self,
        mention: Mention,
        bound: _Bound,
        base: tuple[int, int] | None,
        when: tuple[int, int],
        of_period: dict[str, str],
    ) -> None:
        """Keep the period that the text speaks of: the latest, or one that opens a sentence."""
        past = bound.role == "from" or any(
            self.s.value(at) in ("compared", "against", "versus", "had", "vs")
            for at in range(self._segment(mention), mention.start)
        )
        opens = any(
            one.start < 3 and self._resolved(one.value, None) == when for one in self.s.of("period")
        )
        later = self.context.end is None or when[1] >= self.context.end[1]
        if not past and not {"period", "end"} & of_period.keys() and (later or opens):
            self.context.end = when
        self.context.last = when
        if self.context.latest is None or when[1] > self.context.latest[1]:
            self.context.latest = when
        from_ = self.done[-2] if len(self.done) > 1 else None
        if bound.role == "to" and from_ and from_[1].role == "from":
            self.context.span = (from_[2][1], when)
            self.pair = self.context.span

    def _per(self, mention: Mention, bound: _Bound) -> str:
        """The span of time that a level counts by: behind it, or "every day" before it."""
        before = f" {' '.join(self.s.value(at) for at in range(mention.start))} "
        said = next(
            (
                span
                for word, span in words("per").items()
                if word.startswith(("every", "each")) and f" {word} " in before
            ),
            "",
        )
        return bound.figure.per or (said if bound.as_ == "level" and said != "year" else "")

    def _quote_start(self, mention: Mention) -> int:
        at = mention.start
        for word in (("by", "to", "at", "of", "from"),):
            at -= self.s.value(at - 1) in word
        for one in self.s.of("change"):
            if one.end == at:
                return one.start
        return at if at < mention.start else mention.start

    def _partner(self, mention: Mention, bound: _Bound) -> tuple[str, dict[str, str]]:
        """The partner of a figure, and what it was inferred from."""
        frame = bound.frame
        if listed := self._listed(mention):
            return listed, {}
        for one in self.partners:
            place = one.start - (self.s.value(one.start - 1) == "the") - 1
            of_those = (
                place == mention.end + 2
                and self.s.value(mention.end) == "of"
                and (self.s.value(place - 1) == "those")
            )
            if (place == mention.end or of_those) and self.s.value(place) in (
                "for",
                "with",
                "to",
                "from",
            ):
                return str(one.value), {}
        if frame.start >= mention.end and frame.partner and frame.stated:
            return frame.partner, {}
        if bound.as_ in ("share", "contribution"):
            for one in reversed(self.partners):
                if one.end <= mention.start and one.value != WORLD:
                    return str(one.value), {}
        own = (
            [self.s.value(at) for at in range(frame.start - 4, frame.start)]
            if frame.start > 0
            else []
        )
        if (
            not frame.partner
            and frame.agent in ("US", "")
            and {"nation", "overall", "global"} & set(own)
        ):
            return WORLD, {}
        if frame.partner and frame.partner != "third":
            return frame.partner, {} if frame.stated else {"partner": "the text before"}
        before = [one for one in self.partners if one.end <= mention.start]
        if before:
            return str(before[-1].value), {}
        after = [
            one
            for one in self.partners
            if one.start >= mention.end and self.clauses[one.start] == self.clauses[mention.start]
        ]
        gap = {self.s.value(at) for at in range(mention.end, after[0].start)} if after else set()
        if gap and gap & {"to", "from", "with", "in"} and not gap & {"those", "that", "after", ","}:
            return str(after[0].value), {}
        if self.done and frame.start >= 0:
            return self.partner_before, {"partner": "the clause before"}
        if self.context.partner:
            return self.context.partner, {"partner": "the text before"}
        if (
            frame.agent == "US"
            or self.context.ours
            or "world" in self._words(0, mention.start).lower()
        ):
            return WORLD, {"partner": "no partner is named"}
        return "", {}

    def _listed(self, mention: Mention) -> str:
        """The partner of the n-th figure of a list: "A, B and C respectively"."""
        runs = _runs(self.s, self.figures)
        run = next((run for run in runs if mention in run), [mention])
        if len(run) < 2:
            return ""
        names = next((one for one in _runs(self.s, self.partners) if len(one) >= len(run)), None)
        words = [token.value for token in self.s.tokens]
        if (
            names
            and (len(names) == len(run) or "two" in words)
            and ("respectively" in words or "first" in words or "in that order" in " ".join(words))
        ):
            return str(names[run.index(mention)].value)
        return ""

    def _whole(self, mention: Mention, bound: _Bound, partner: str) -> _Bound:
        """What a share is a share of: all trade with the partner, or that of the World."""
        sector = bound.frame.sector
        named = [one for one in self.s.of("sector") if one.value not in ("total",)]
        if named and sector == "total":
            sector = str(named[0].value)
            bound = replace(bound, frame=replace(bound.frame, sector=sector))
        if bound.whole:
            return bound
        behind = any(
            one.value == sector
            and mention.end <= one.start < mention.end + 5
            and self.s.value(mention.end) == "of"
            for one in self.s.of("sector")
        )
        whole = (
            "World"
            if sector == "total"
            or behind
            or (self.context.whole == "World" and (bound.frame.start < 0 or not named))
            else "total"
        )
        return replace(bound, whole=whole if bound.as_ == "share" else bound.whole or "World")

    def _periods(self, mention: Mention, own: _Frame) -> list[tuple[Mention, str]]:
        """The periods that stand by a figure, nearest first, each with its role: point or base."""
        end = mention.end
        following = [one for one in self.figures if one.start >= end]
        limit = following[0].start if following else len(self.s.tokens)
        if (
            following
            and following[0].start <= end + 2
            and self.s.value(following[0].start - 1) == "("
        ):
            limit = following[1].start if len(following) > 1 else len(self.s.tokens)
        after = [
            one
            for one in self.s.of("period")
            if end <= one.start < limit
            and (
                self.s.value(end) == "what"
                or not any(end <= f.start < one.start for f in self.frames if f.start != own.start)
            )
            and not any(self.s.value(at) == ";" for at in range(end, one.start))
            and not self._belongs_to_next(one, end, limit, bool(following))
        ]
        start = self._segment(mention)
        before = [
            one
            for one in self.s.of("period")
            if start <= one.start < mention.start
            and (start == 0 or self._belongs_to_next(one, start, mention.start, True))
        ]
        roles = [(one, self._role(one)) for one in [*after, *reversed(before)]]
        level = (
            mention.value is not None
            and mention.value.last.unit == "million dollars"
            and (not self._change_before(start, mention.start, "million dollars"))
        )
        return [
            (one, role)
            for one, role in roles
            if not (
                level
                and role == "base"
                and one.start < mention.start
                and start == 0
                and self.s.value(one.start - 2) == "than"
            )
        ]

    def _belongs_to_next(self, one: Mention, start: int, limit: int, has_next: bool) -> bool:
        """Whether a period between two figures goes with the second: after a comma or break."""
        if not has_next:
            return False
        gap = [self.s.value(at) for at in range(start, one.start)]
        if self.s.value(one.end) == ":":
            return True
        if self.s.value(one.start - 1) == "(" or self.s.value(start) == "(":
            return False
        return bool(
            {",", ";", "and", "—", ":", "when", "but", "while"} & set(gap[:-1] or gap[:1])
        ) and ("(" not in gap)

    def _role(self, one: Mention) -> str:
        first = self.figures[0].start if self.figures else 0
        if self.s.value(0) == "since" and one.end <= first:
            return "since"
        before = self.s.value(one.start - 1)
        earlier = self.s.value(one.start - 2)
        if one.value.name == "span":
            return "span"
        if one.value.name in ("same", "year", "month"):
            return one.value.name
        if before in (
            "from",
            "since",
            "between",
            "over",
            "on",
            "above",
            "against",
            "versus",
            "vs",
            "below",
            "than",
        ):
            return "base"
        if before == "in" and earlier in ("than", "from"):
            return "base"
        if before == "the" and earlier in ("above", "below", "over", "than", "from"):
            return "base"
        said = [self.s.value(at) for at in range(max(one.start - 6, 0), one.start)]
        if "what" in said or "the figure of" in " ".join(said):
            return "base"
        if (earlier, before) in (("compared", "with"), ("relative", "to")):
            return "base"
        return "point"

    def _resolved(self, when: When, reference: tuple[int, int] | None) -> tuple[int, int] | None:
        """First and last month of a period; a relative one by the day or by `reference`."""
        if when.name == "span":
            return _ends_of(when)[1]
        if when.first >= 12:
            return when.first, when.last
        if when.name.startswith("="):
            year = int(when.name[1:])
            return 12 * year, 12 * year + 11
        if when.name.startswith("y"):
            year = int(self.context.date[:4]) + int(when.name[1:]) if self.context.date else 0
            return (12 * year, 12 * year + 11) if year else None
        if when.name == "" and when.first >= 0:
            return self._month_of(when, reference)
        if reference is None or when.name in ("same", "year", "month"):
            return reference
        shift = 12 * int(when.name)
        return reference[0] + shift, reference[1] + shift

    def _month_of(self, when: When, reference: tuple[int, int] | None) -> tuple[int, int] | None:
        """Months without a year: in the year of the reference, else the last before the text."""
        year = reference[0] // 12 if reference else 0
        if self.context.date:
            last = _month(self.context.date)
            year = year or last // 12
            if 12 * year + when.last > last:
                year -= 1
        return (12 * year + when.first, 12 * year + when.last) if year else None

    def _reference(self) -> tuple[tuple[int, int] | None, str]:
        """The period that the text speaks of, and where it was said."""
        leading = [
            one
            for one in self.s.of("period")
            if one.start < (self.figures[0].start if self.figures else 0)
            and self._role(one) in ("point", "span")
        ]
        for one in leading:
            if not one.value.name.startswith("-") and (
                when := self._resolved(one.value, self.context.end)
            ):
                return when, ""
        for mention, bound, (_, when) in reversed(self.done):
            inside = self.s.value(mention.start - 1) in ("(", ":")
            if (
                bound.role != "from"
                and not inside
                and self._flows_on(self._segment(mention), mention.start)
            ):
                return when, "the clause before"
        if self.context.end:
            return self.context.end, "the text before"
        points = [
            one
            for one in self.s.of("period")
            if self._role(one) in ("point", "span") and one.value.name in ("", "span", "y-1")
        ]
        for one in points:
            of = [m for m in self.figures if m.end <= one.start]
            if of and self._place_of(of[-1]) == "from":
                continue
            if when := self._resolved(one.value, None):
                return when, ""
        if self.context.date:
            year = int(self.context.date[:4]) - 1
            return (12 * year, 12 * year + 11), "the day of the text"
        return None, ""

    def _point(
        self, mention: Mention, bound: _Bound
    ) -> tuple[tuple[int, int] | None, dict[str, str]]:
        reference, source = self._reference()
        if run := self._sum_of_years(mention, reference):
            return (run, {}) if run[1] else (None, {})
        if (
            self.done
            and reference
            and "followed"
            in [self.s.value(at) for at in range(self._segment(mention), mention.start)]
        ):
            return (reference[0] - 12, reference[1] - 12), {"period": "the clause before"}
        for one, role in self._periods(mention, bound.frame):
            if self.s.value(one.start - 1) == "since":
                continue
            if role in ("point", "base") and one.value.name not in ("year", "month", "same"):
                return self._resolved(one.value, reference), {}
        if reference and {"versus", "vs", "against", "compared"} & {
            self.s.value(at) for at in range(mention.start - 3, mention.start)
        }:
            for one in self.s.of("period"):
                if (
                    self._role(one) == "base"
                    and one.start < mention.start
                    and (when := self._resolved(one.value, reference))
                ):
                    return when, {}
            return (reference[0] - 12, reference[1] - 12), {"period": "a year before the end"}
        span = next(
            (_ends_of(one.value) for one in self.s.of("period") if one.value.name == "span"), None
        )
        if any(one.value.name == "same" for one in self.s.of("period")) and bound.role:
            span = span or self.context.span
        if bound.role == "from":
            if span:
                return span[0], {}
            moved = next((done[2][0] for done in reversed(self.done) if done[2][0]), None)
            if moved:
                return moved, {"period": "the clause before"}
            later = [one for one, role in self._after(mention) if role == "point"]
            end = self._resolved(later[0].value, reference) if later else reference
            return (end[0] - 12, end[1] - 12) if end else None, {"period": "a year before the end"}
        if span:
            return span[1], {}
        trailing = [
            one
            for one in self.s.of("period")
            if one.start > mention.end
            and self._role(one) == "point"
            and one.value.first > 12
            and self._flows_on(mention.end, one.start)
        ]
        if (
            source
            and source != "the clause before"
            and trailing
            and self.clauses[trailing[0].start] == self.clauses[mention.start]
            and (not any(mention.end <= f.start < trailing[0].start for f in self.frames))
        ):
            return self._resolved(trailing[0].value, reference), {}
        return reference, {"period": source} if source else {}

    def _sum_of_years(
        self, mention: Mention, reference: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """The years that a sum runs over: "since 2000 … a combined deficit", "the ten years to"."""
        values = [token.value for token in self.s.tokens]
        if not _SUMS & set(values) and "run up" not in " ".join(values):
            return None
        for one in self.s.of("period"):
            if one.value.name == "span":
                return one.value.first, one.value.last
            if (
                self.s.value(one.start - 1) == "since"
                and one.value.first > 12
                and self.context.date
            ):
                year = int(self.context.date[:4]) - 1
                return one.value.first, 12 * year + 11
        for at, value in enumerate(values):
            count = int(words("numbers").get(value, value if value.isdigit() else 0))
            if count and self.s.value(at + 1) == "years":
                last = year_of(self.s.value(at + 3)) if self.s.value(at + 2) == "to" else 0
                last = last or (int(self.context.date[:4]) - 1 if self.context.date else 0)
                return (12 * (last - count + 1), 12 * last + 11) if last else (0, 0)
        return (0, 0) if {"combined", "cumulative", "accumulated"} & set(values) else None

    def _after(self, mention: Mention) -> list[tuple[Mention, str]]:
        return [
            (one, self._role(one))
            for one in self.s.of("period")
            if one.start >= mention.end
            and not any(mention.end <= f.start < one.start for f in self.frames)
            and self._flows_on(mention.end, one.start)
        ]

    def _flows_on(self, start: int, end: int) -> bool:
        """Whether no break or comparison stands between two places."""
        breaks = {";", "compared", "compares", "against", "versus", "vs", "having", "after", "when"}
        return not any(self.s.value(at) in breaks for at in range(start, end))

    def _span_of(
        self, mention: Mention, bound: _Bound
    ) -> tuple[tuple[int, int] | None, tuple[int, int] | None, dict[str, str]]:
        reference, source = self._reference()
        base = end = None
        step = 12
        own = self._periods(mention, bound.frame)
        for one, role in own:
            if role == "span":
                base, end = _ends_of(one.value)
            elif role == "same" and self.context.span:
                base, end = self.context.span
            elif role in ("year", "month"):
                step = 12 if role == "year" else 1
            elif role == "point" and not one.value.name.startswith("-"):
                end = end or self._resolved(one.value, reference)
        for one, role in own:
            if role == "base" or (role == "point" and one.value.name.startswith("-")):
                base = base or self._resolved(one.value, end or reference)
        said_here = any(role in ("point", "span") for _, role in own)
        if years := self._years_behind(mention.end):
            end = end or reference
            base = (end[0] - 12 * years, end[1] - 12 * years) if end else None
        if self.s.value(0) == "that" and self.context.last and reference and not own:
            base = self.context.last if self.context.last < reference else None
        if self.s.value(mention.end) == "since" and self.context.last and not own:
            base, end = self.context.last, self.context.latest
        span = next(
            (_ends_of(one.value) for one in self.s.of("period") if one.value.name == "span"), None
        )
        if span and not base:
            base, end = span
        following = next((one for one in self.figures if one.start >= mention.end), None)
        if following and self.s.value(mention.end) == "the" and following.start <= mention.end + 1:
            for one, role in self._periods(following, bound.frame):
                base = base or (self._resolved(one.value, reference) if role == "point" else None)
        if base is None and (levels := self._levels_behind(mention, reference)):
            base, end = levels[0], end or levels[1]
            self.pair = self.context.span = (base, end or reference)
        inferred = {}
        if end is None:
            end = reference
            if source:
                inferred["end"] = source
        previous = next((done[2] for done in reversed(self.done) if done[2][0]), None)
        compared = any(role in ("year", "month") for _, role in own)
        if base is None and previous and not said_here and not compared:
            base, end, inferred = previous[0], previous[1], {"base": "the clause before"}
        kept = self.pair or self.context.span
        if base is None and kept and not said_here and (self.pair or self._same_span()):
            base, end = kept
            inferred = {"base": "the text before", "end": "the text before"}
        if base is None and end is not None:
            months = end[1] - end[0] + 1
            shift = 1 if step == 1 and months == 1 else 12
            base = end[0] - shift, end[1] - shift
            inferred["base"] = "a year before the end" if shift == 12 else "a month before the end"
        if span or any(role == "span" for _, role in own):
            self.context.span, self.context.spanned = (base, end), True
        elif said_here:
            self.context.spanned = False
        return base, end, inferred

    def _years_behind(self, at: int) -> int:
        """The number of years of "doubled in five years", else 0."""
        if self.s.value(at) not in ("in", "over", "within"):
            return 0
        at += 1 + (self.s.value(at + 1) == "the") + (self.s.value(at + 2) in ("past", "last"))
        if self.s.value(at) in ("decade", "a") and "decade" in (
            self.s.value(at),
            self.s.value(at + 1),
        ):
            return 10
        count = words("numbers").get(self.s.value(at), self.s.value(at))
        return int(count) if count.isdigit() and self.s.value(at + 1) == "years" else 0

    def _levels_behind(
        self, mention: Mention, reference: tuple[int, int] | None
    ) -> tuple[tuple[int, int], tuple[int, int] | None] | None:
        """The years of "doubled from $13.2 billion in 2011 to $27.6 billion in 2016"."""
        ends: dict[str, tuple[int, int]] = {}
        for place, one in enumerate(self.figures):
            if one.start < mention.end or any(
                mention.end <= f.start < one.start for f in self.frames
            ):
                continue
            role = self._place_of(one)
            later = self.figures[place + 1].start if place + 1 < len(self.figures) else 999999
            for when in self.s.of("period"):
                if (
                    one.end <= when.start < later
                    and role
                    and self._role(when) == "point"
                    and (when.start - one.end <= 2)
                ):
                    found = self._resolved(when.value, reference)
                    ends.setdefault(role, found) if found else None
        return (ends["from"], ends.get("to")) if "from" in ends else None

    def _since(
        self, reference: tuple[int, int] | None
    ) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """The span of a sentence that opens with "Since … 2001", up to what the text speaks of."""
        first = next((one for one in self.s.of("period") if one.value.first > 12), None)
        if self.s.value(0) != "since" or first is None or not self.figures:
            return None
        base = (first.value.first, first.value.last)
        end = self.context.end
        if end is None or end <= base:
            year = int(self.context.date[:4]) - 1 if self.context.date else 0
            end = (12 * year, 12 * year + 11)
        return (base, end) if first.end <= self.figures[0].start and end > base else None

    def _same_span(self) -> bool:
        """Whether changes are over the span said before: by its words, or since it was said."""
        if any(one.value.name == "same" for one in self.s.of("period")):
            return True
        points = [one for one in self.s.of("period") if one.value.first > 12]
        return self.context.spanned and not points

    # Ranks and records

    def _ranks(self) -> Iterator[Found]:
        """Places such as "the third-largest supplier", "No. 10 among export markets"."""
        values = [token.value for token in self.s.tokens]
        for at, value in enumerate(values):
            place, end, start = _ordinal(values, at), at + 1, at
            if not place:
                continue
            if self.s.value(end) in ("th", "rd", "nd", "st"):
                end += 1
            largest = self.s.value(end) in table("largest")
            ranked = self.s.value(at - 1) in (
                "ranked",
                "ranks",
                "comes",
                "rank",
                "came",
                "ranking",
            ) or (self.s.value(at - 2) == "no" or self.s.value(at - 1) == "no")
            end += largest
            noun = _rank_noun(values, end)
            measure = noun[0] if noun else ""
            end = noun[1] if noun else end
            numbered = self.s.value(at - 1) in ("no", ".") and not noun
            if numbered or not (largest or ranked or (noun and value.isdigit())):
                continue
            if not measure:
                frame = next((f for f in reversed(self.frames) if f.start < at), self.context.frame)
                if frame is None or (not largest and not ranked):
                    continue
                measure = frame.measure
            yield from self._placed(at, start, end, place, measure)

    def _placed(self, at: int, start: int, end: int, place: int, measure: str) -> Iterator[Found]:
        before = [one for one in self.partners if one.end <= at]
        after = [one for one in self.partners if one.start >= end]
        partner = str(
            (before[-1:] or after[:1] or [Mention("", self.context.partner, 0, 0)])[0].value
        )
        mention = Mention("rank", None, start, end)
        when, of_period = self._point_near(mention)
        if not partner or when is None or any(f.why for f in self.frames):
            return
        place_ = Interval(Decimal(place), Decimal(place))
        yield Found(
            self._words(start, end),
            self._span(start, end),
            self._words(start, end),
            measure,
            "rank",
            partner,
            period=_written(when),
            unit="rank",
            interval=place_,
            place=place,
            inferred=of_period,
            among="countries",
        )

    def _point_near(self, mention: Mention) -> tuple[tuple[int, int] | None, dict[str, str]]:
        reference, source = self._reference()
        near = [
            one
            for one in self.s.of("period")
            if (self._role(one) == "point" or self.s.value(one.start - 2) == "than")
            and self.clauses[one.start] == self.clauses[mention.start]
        ]
        after = [one for one in near if one.start >= mention.end]
        for one in [*after[:1], *reversed([m for m in near if m.end <= mention.start])]:
            return self._resolved(one.value, reference), {}
        return reference, {"period": source} if source else {}

    def _records(self) -> Iterator[Found]:
        """ "an all-time high", "the lowest since 2009", "a record $49.2 billion"."""
        for one in self.s.of("record", "record low", "record since"):
            frames = [f for f in self.frames if f.start < one.start]
            frame = frames[-1] if frames else self.context.frame
            bare = self.s.value(one.start) == "record" and one.end - one.start == 1
            figure = any(f.start <= one.start + 1 and f.end > one.end for f in self.figures)
            if frame is None or frame.why or (bare and not figure):
                continue
            if frames and frame.partner == "":
                frame = self._with_nearest(one, frame)
            partner = frame.partner or self.context.partner
            when, of_period = self._point_near(one)
            since = [
                p
                for p in self.s.of("period")
                if p.start in (one.end, one.end + 1) and self.s.value(p.start - 1) == "since"
            ]
            if not partner or when is None or frame.sector in ("services", "not-in-product"):
                continue
            yield Found(
                self._words(one.start, one.end),
                self._span(one.start, one.end),
                self._words(one.start, one.end),
                frame.measure,
                "record",
                partner,
                frame.sector,
                period=_written(when),
                unit="record",
                inferred=of_period,
                since=_written((since[0].value.first, since[0].value.last)) if since else "",
            )


# Tables set as text


@dataclass(frozen=True)
class _Table:
    """Rows of figures under a head of measures, with unit and year in the lines above."""

    span: tuple[int, int]
    head: tuple[str, ...]
    rows: tuple[tuple[int, str], ...]  # where each begins, and its line
    title: str

    def claims(self, text: str, date: str) -> Iterator[Found]:
        """Each cell as a level: the partner from its row, the measure from its column."""
        title = Sentence(
            tokens := tokens_in(plain(self.title)), *mentions_of(self.title, tokens), True
        )
        years = [one.value for one in title.of("period") if one.value.first > 12]
        scale = next((t.value for t in tokens if t.value in words("scales")), "")
        if not years or not scale:
            return
        for start, line in self.rows:
            label, *cells = _cells(line)
            named = tokens_in(plain(label[1]))
            partners = [
                one
                for one in Sentence(named, *mentions_of(label[1], named), True).of("partner")
                if one.value not in ("US", "state")
            ]
            for measure, (at, cell) in zip(self.head, cells, strict=False):
                figure = figure_at(tokens_in(f"{cell} {scale} dollars"), 0)
                if not partners or not measure or figure is None or figure.problem:
                    continue
                begin = start + at
                interval = figure.admits(Fraction(TOLERANCE))
                yield Found(
                    cell,
                    (begin, begin + len(cell)),
                    f"{cell} {scale} dollars",
                    measure,
                    "level",
                    str(partners[0].value),
                    period=_written((years[-1].first, years[-1].last)),
                    unit="million dollars",
                    interval=interval,
                    stated={"measure": measure, "partner": label[1], "period": self.title.strip()},
                )


_COLUMNS = {
    "exports": "exports",
    "imports": "imports",
    "balance": "balance",
    "deficit": "deficit",
    "trade balance": "balance",
    "total": "two-way",
    "total trade": "two-way",
}


def _cells(line: str) -> list[tuple[int, str]]:
    """The cells of a line, with where they begin: two spaces, a tab or a bar part them."""
    return [(found.start(), found.group().strip()) for found in _CELL.finditer(line)]


_HEAD = re.compile(r"\b(?:exports|imports)(?:[ \t]{2}|[ \t]*[|\t])", re.IGNORECASE)
_CELL = re.compile(r"[^\s|](?:[^\s|]| (?=[^\s|]))*")


def _tables(text: str) -> Iterator[_Table]:
    if not _HEAD.search(text):
        return
    lines = [(found.start(), found.group()) for found in re.finditer(r"[^\n]+", text)]
    place = 0
    while place < len(lines):
        head = tuple(_COLUMNS.get(cell.lower(), "") for _, cell in _cells(lines[place][1])[1:])
        rows = []
        if sum(map(bool, head)) >= 2:
            for start, line in lines[place + 1 :]:
                cells = _cells(line)
                if set(line) <= set("-=+| \t"):
                    continue
                if len(cells) < 3 or not any(c.isdigit() for c in cells[1][1]):
                    break
                rows.append((start, line))
        if rows:
            end = rows[-1][0] + len(rows[-1][1])
            title = " ".join(line for _, line in lines[max(0, place - 3) : place])
            yield _Table((lines[place][0], end), head, tuple(rows), title)
            place = next(i for i, (start, _) in enumerate(lines) if start == rows[-1][0])
        place += 1


# Small parts


def _runs(sentence: Sentence, mentions: list[Mention]) -> list[list[Mention]]:
    """Mentions in lists: only commas, "and" and articles between one and the next."""
    runs: list[list[Mention]] = []
    for one in mentions:
        last = runs[-1][-1] if runs else None
        joined = (
            last
            and all(
                sentence.value(at) in (",", "and", "the", "or", "to")
                for at in range(last.end, one.start)
            )
            and one.start > last.end
        )
        if joined:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _ordinal(values: list[str], at: int) -> int:
    """The place that a word or number gives, or 0."""
    value = values[at]
    if value in table("ordinals"):
        return int(table("ordinals")[value])
    after = values[at + 1] if at + 1 < len(values) else ""
    named = at > 0 and (values[at - 1] == "no" or values[max(at - 2, 0) : at] == ["no", "."])
    if value.isdigit() and len(value) < 4 and (after in ("th", "rd", "nd", "st") or named):
        return int(value)
    return 0


def _rank_noun(values: list[str], at: int) -> tuple[str, int] | None:
    """The measure of "buyer", "supplier" or "trading partner" near a place, and where it ends."""
    for start in range(at, min(at + 4, len(values))):
        for length in (3, 2, 1):
            run = " ".join(values[start : start + length])
            for measure, nouns in table("rank noun").items():
                if run in nouns:
                    return measure, start + length
    return None


def _ends_of(when: When) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last year of a span of years."""
    return (when.first, when.first + 11), (when.last - 11, when.last)


def _month(day: str) -> int:
    """The month of a day or year, counted from year 0."""
    year, _, rest = day.partition("-")
    return 12 * int(year) + (int(rest[:2]) - 1 if rest else 11)


def _written(when: tuple[int, int]) -> str:
    """A period as a claims file has it: "2016", "2021-05" or "2011-04/2012-03"."""
    first, last = (f"{month // 12}-{month % 12 + 1:02d}" for month in when)
    if when[0] % 12 == 0 and when[1] - when[0] == 11:
        return first[:4]
    return f"{first}/{last}"


def _problem_words(problem: tuple[str, ...]) -> str:
    return (
        problem[0] if len(problem) == 1 else f"it reads two ways, as {problem[0]} or {problem[1]}"
    )


def _printed(words: str, bound: _Bound, own: Figure) -> str:
    """The figure as a claims file has it, with the words for rise and fall in front."""
    if own.last.form == "bare":
        value = decimal_of(own.last.value * Fraction(bound.figure.last.scale), ROUND_HALF_EVEN)
        words = f"{value:f} million dollars"
    if bound.as_ in ("change", "percent-change") and bound.sign and not own.last.sign:
        return f"{'an increase' if bound.sign > 0 else 'a decline'} of {words}"
    return words
