"""From a text to its claims: each figure bound to a measure, a partner and periods, or set aside.

Reading is by rules, forward through the sentences. What a sentence leaves out comes from an earlier
clause or sentence (`measures.Context`), and each claim says which of its fields were stated. A
figure that is not bound is set aside with the reason: nothing is guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.measures import (
    FORECAST,
    NEGATED,
    STATE,
    WITHDRAWN,
    Context,
    Measure,
    Span,
    measures_of,
)
from korus_helpers.claims.mentions import UNKNOWN_YEAR, Mention, Sentence, group, sentences, table
from korus_helpers.claims.moments import (
    AGREEMENT,
    AYEAR,
    CLAUSE,
    MONEY,
    TEXT,
    Moments,
    Said,
    ends_of,
    month_of,
    shifted,
    written,
)
from korus_helpers.claims.phrases import Figure, figure_at, in_unit_of
from korus_helpers.claims.printed import TOLERANCE
from korus_helpers.claims.wording import POWERS, tokens_in, words

WORLD = "0015"
FREE = "what is free of duty"
ECONOMY = "the economy as a whole"
OUTSIDE = {
    "services": "trade in services by partner is not included",
    "not-in-product": "the goods it speaks of are no sector that is included",
}
_FOREIGN = re.compile(
    r"\b[Oo]ur\b[^.]{0,40}\b(?:with|to|from) (?:the )?(?:United States|U\.S\.|US\b|America\b)"
)


@dataclass(frozen=True)
class Found:
    """A claim found in a text. `span` counts characters of the text, as a slice does.

    `measure`, `as_`, `sector`, the periods and `interval` are those of a claims file, `partner` a
    Census code; the interval of a rank is its place. `stated` maps fields to the words they stand
    in, `inferred` fields to what they were taken from. `alternatives` are other honest readings:
    the fields that differ.
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
    per: str = ""
    whole: str = ""
    since: str = ""
    among: str = ""
    stated: dict[str, str] = field(default_factory=dict)
    inferred: dict[str, str] = field(default_factory=dict)
    alternatives: tuple[dict[str, str], ...] = ()

    @property
    def reading(self) -> str:
        """How sure it is: stated, inferred or open."""
        return "open" if self.alternatives else "inferred" if self.inferred else "stated"


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


@dataclass(frozen=True)
class _Bound:
    """A figure with what was found for it, on the way to a claim.

    `sign` is that of the words for rise and fall, `role` whether a level is one moved from or to;
    `single` marks a ratio within one period, `whole` what a share is of.
    """

    mention: Mention
    figure: Figure
    measure: Measure
    as_: str = ""
    sign: int = 0
    role: str = ""
    single: bool = False
    whole: str = ""


def read_text(text: str, date: str = "", partner: str = "", measure: str = "") -> Reading:
    """The claims of a text and what is left aside, in the order of the text.

    `date` is its day ("2017-12-28"), `partner` a Census code and `measure` a name for what the
    text leaves open; "" where nothing is known.
    """
    from korus_helpers.claims.places import tables_in

    context = Context(date, partner)
    context.dollars = "$" in text or "USD" in text
    context.ours = bool(re.search(r"\bU\.S\.|\bAmerica|\bUnited States\b|\bCensus Bureau", text))
    if measure:
        context.measure, context.age = Measure(measure, partner, stated=False), 0
    foreign = bool(_FOREIGN.search(text))
    claims: list[Found] = []
    aside: list[Aside] = []
    tables, read_to = list(tables_in(text)), 0
    for one in tables:
        claims.extend(one.claims(date))
    for sentence in sentences(text, [one.span for one in tables]):
        if foreign:
            sentence.turn_voices()
        begins = sentence.tokens[0].start
        if "\n" in text[read_to:begins]:
            context.begin_paragraph()
        read_to = sentence.tokens[-1].end
        for found in _Reader(sentence, context).read():
            (claims if isinstance(found, Found) else aside).append(found)
        context.age += 1
    return Reading(claims, aside)


class _Reader:
    """One sentence, read with the context of those before it."""

    def __init__(self, s: Sentence, context: Context) -> None:
        self.s, self.context = s, context
        self.measures = measures_of(s, context)
        self.moments = Moments(s, self.measures, context)
        self.done: list[_Bound] = []
        self.partner_before = ""
        self.whose: list[tuple[Mention, str]] = []  # the partner of each figure
        run = f" {' '.join(s.words)} "
        name = next((one for one in ("billion", "million") if f" in {one}s of dollars " in run), "")
        self.said_scale = figure_at(tokens_in(f"1 {name} dollars"), 0) if name else None

    def read(self) -> Iterator[Found | Aside]:
        from korus_helpers.claims.places import ranks, records

        values = set(self.s.words)
        if group("formula") & values and "imports" in values:
            self.context.mode = "imbalance"
        elif self.context.mode == "imbalance" and any(
            one.verb or one.flow == "surplus" for one in self.measures
        ):
            self.context.mode = ""
        placed = [
            *ranks(self.s, self.measures, self.moments, self.context),
            *records(self.s, self.measures, self.moments, self.context, self._reason),
        ]
        found = [*placed, *map(self._figure, self.s.figures)]
        yield from sorted(filter(None, found), key=lambda one: one.span)
        self._remember()

    def _remember(self) -> None:
        """Keep for later sentences what this one spoke of."""
        s, context, values = self.s, self.context, set(self.s.words)
        if "comparison" in s.run(0, 3) or s.value(0) == "(":  # another partner, in passing
            return
        own = [one for one in self.measures if not one.why]
        away = [
            one.why for one in self.measures if one.why in (STATE, "trade between other countries")
        ]
        if self.done or any(one.value == "US" for one in s.of("partner")):
            context.away = ""
        elif any(one.value == "state" and one.start < 2 for one in s.of("partner")):
            context.away = f"it is about {STATE}"
        elif away:
            context.away = f"it is about {STATE}" if away[-1] == STATE else away[-1]
        context.named |= {str(one.value) for one in s.partners if one.value != WORLD}
        if self.done:
            context.measure, context.age = self.done[-1].measure, -1
            if self.partner_before == WORLD:
                context.measure = replace(context.measure, partner=WORLD)
            main = [who for one, who in self.whose if s.value(one.start - 1) != "("]
            self.partner_before = (main or [self.partner_before])[-1]
            context.partner_of_measure = self.partner_before
        elif own:
            context.measure, context.age = own[-1], -1
        elif self.measures or any(one.value.last.form != "bare" for one in s.figures):
            context.measure = None  # what it spoke of is none of ours
        named = [
            str(one.value)
            for one in s.partners
            if one.value != WORLD and s.before(one) not in group("passing")
        ]
        trade = self.measures or group("of trade") & values
        if context.partner and len(s.words) > 8 and not trade:
            named = [  # not "it is the sixth largest economy of the European Union"
                str(one.value) for one in s.partners
                if str(one.value) in named and s.before(one) not in group("in passing")
            ]  # fmt: skip
        if self.done and self.partner_before not in ("", WORLD):
            context.partner = self.partner_before
        elif named or (self.partner_before and not context.partner):
            context.partner = named[-1] if named else self.partner_before
            context.partner_of_measure = context.partner if named else ""
        self.moments.remember()

    def _figure(self, mention: Mention) -> Found | Aside | None:
        """The claim that a figure makes, or why it makes none; None for a mere number."""
        figure: Figure = mention.value
        if figure.last.unit == "count" and figure.last.form != "bare":
            return None
        measure = self._measure_of(mention)
        scale = self.said_scale or self.context.scale
        if figure.last.form == "bare":
            last = self.done[-1].figure if self.done else None
            if last and last.last.unit == "percent" and not last.last.word:
                listed = self._is_listed(mention)
                scale = last if listed and measure else None
                if not scale:
                    return None
            elif measure is None or not scale or not self._is_level(mention, measure):
                return None
            figure = in_unit_of(scale, figure)
        elif figure.last.form == "lone" and self.said_scale:
            figure = in_unit_of(self.said_scale, figure)
        elif figure.problem:
            needs = figure.problem[0].endswith("needs a dollar sign") and self.context.dollars
            if not (needs and measure and measure.end == mention.start):
                two = "it reads two ways, as " if len(figure.problem) > 1 else ""
                return self._aside(mention, two + " or ".join(figure.problem))
            quantities = tuple(replace(one, problem=()) for one in figure.quantities)
            figure = replace(figure, quantities=quantities)
        if figure.problem:  # that of a range, whose unit was said elsewhere
            return self._aside(mention, figure.problem[0])
        lead = self.s.run(self.s.segment(mention), mention.start)
        yearly = figure.per == "year" and (figure.last.unit == "percent" or "since" in self.s.words)
        lead = f" {' '.join(lead)} "
        mean = any(f" {phrase} " in lead for phrase in group("over years"))
        mean = yearly or (mean and figure.per in ("", "year"))
        if mean and measure and not self._reason(mention, None):
            return self._aside(mention, "it is a mean, a range or a rate over several years")
        reason = self._counts_else(mention)
        if measure and not reason:
            measure = self._of_origin(mention, self._of_sector(mention, measure))
            reason = self._reason(mention, measure)
            bound = None if reason else self._kind(_Bound(mention, figure, measure))
            if bound:
                return self._claim(bound)
        reason = reason or self._reason(mention, None)
        return self._aside(mention, reason or "it is not said of what it is a figure")

    def _is_listed(self, mention: Mention) -> bool:
        """Whether a bare number goes on a list of percentages: "imports by 6", "China's 13.9"."""
        s, last = self.s, self.done[-1].mention
        lead = (
            "by",
            "and",
            ",",
            "just",
            "only",
            "from",
            "in",
            "were",
            "for",
            "'s",
            "against",
            "up",
            "down",
            "to",
        )
        ends = s.value(mention.end) in ("", ".", ",", ";", ")", "and", "to", "in", "from")
        return ends and s.only(
            last.end, mention.start, lead, "measure", "partner", "period", "change"
        )

    def _aside(self, mention: Mention, reason: str) -> Aside:
        start, end = mention.start, mention.end
        return Aside(self.s.shown(start, end), self.s.span(start, end), reason)

    # Of what

    def _measure_of(self, mention: Mention) -> Measure | None:
        """The measure that a figure is of: in its clause, else from before."""
        s, at, end = self.s, mention.start, mention.end
        percent = mention.value.last.unit == "percent"
        change = s.at(end, "of the change")
        behind = ("partner", "sector", "of the whole", *["figure"] * percent)
        for one in self.measures:
            of = s.value(end) in ("of", "in", "worth")
            noun_phrase = group("noun phrase") | group("around a measure")
            near = end <= one.start <= end + 6
            if near and s.only(end, one.start, noun_phrase, *behind):
                side = not percent and one.flow in ("deficit", "surplus", "balance", "two-way")
                if mention.value.last.unit in ("percent", MONEY) and (of or side):
                    return one
            if change and change.end <= one.start <= change.end + 3:
                return one
        for word, name in (("out", "exports"), ("in", "imports")):
            if s.value(end) == word and s.value(end + 1) in (",", ")", ";", "and", "", "."):
                who = [str(one.value) for one in s.partners if one.end <= at]
                partner = who[-1] if who else self.context.partner
                return Measure(name, partner, start=end, end=end + 1, words=word)
        left = [one for one in self.measures if one.end <= at]
        if self._is_of_another(mention, left):
            return None
        if left:
            return self._with_nearest(mention, left[-1])
        if carried := self._carried(mention):
            return carried
        right = next((one for one in self.measures if one.start >= end), None)
        if right and not right.verb and all(s.known[mention.start : right.start]):
            between = any(end <= one.start < right.start for one in s.figures)
            return right if self.moments.flows(end, right.start) and not between else None
        return None

    def _is_of_another(self, mention: Mention, left: list[Measure]) -> bool:
        """Whether brackets behind another partner hold figures of no measure: "Mexico (A, B)"."""
        s = self.s
        marks = [at for at in range(mention.start) if s.value(at) in ("(", ")")]
        if not left or not marks or s.value(marks[-1]) == ")" or left[-1].start > marks[-1]:
            return False
        before = [s.value(at) for at in marks if at < left[-1].start]
        return before[-1:] == ["("] and s.ends_at(marks[-1], "partner") is not None

    def _with_nearest(self, mention: Mention, measure: Measure) -> Measure:
        """A measure with the partner that stands between it and the figure, if another does."""
        s = self.s
        between = [
            one for one in s.partners
            if measure.end <= one.start and one.end <= mention.start
            and one.value != measure.partner
        ]  # fmt: skip
        if not between:
            return measure
        one, before = between[-1], s.before(between[-1])
        those = before == "of" and s.value(one.start - 2) in ("those", "that")
        opens = one.start == 0 or s.value(one.start - 1) in (",", ";", "and", "while", "—")
        if (
            before in ("to", "from", "with", "for", "in", "between")
            or those
            or opens
            or (s.value(one.end) == "'s")
        ):
            name = _by_preposition(before, measure)
            return replace(measure, partner=str(one.value), stated=True, name=name)
        return measure

    def _carried(self, mention: Mention) -> Measure | None:
        """The measure of an earlier sentence, where nothing here is the figure's own noun."""
        s, measure = self.s, self.context.measure
        if measure is None or self.context.age > 2:
            return None
        if not self._points_back(mention):
            lead = s.segment(mention)
            start = 0 if lead and not self.done else lead
            pronouns = [
                one.start for one in s.of("pronoun")
                if start <= one.start < mention.start and one.value in ("it", "they")
                and s.value(one.end) != "'s"
            ]  # fmt: skip
            if not all(s.known[pronouns[-1] if pronouns else start : mention.start]):
                return None
        named = [one for one in s.partners if one.end <= mention.start]
        world = measure.partner == WORLD
        partner = WORLD if world else self.context.partner or measure.partner
        flow = measure.name in ("exports", "imports")
        name = measure.name
        if named:
            before, partner = s.before(named[-1]), str(named[-1].value)
            name = _by_preposition(before, measure)
            if before == "with" and flow and mention.value.last.form != "to one":
                return None
            if before in ("to", "from") and not flow:
                return None
        return replace(measure, name=name, partner=partner, stated=bool(named), start=-1, end=-1)

    def _points_back(self, mention: Mention) -> bool:
        """Whether a percentage itself points back: "3 percent of the increase", or a formula's."""
        if mention.value.last.unit != "percent":
            return False
        share = {"share", "slice"} & set(self.s.run(0, mention.start))
        of_change = self.s.at(mention.end, "of the change")
        return (
            (bool(share) and self.context.mode == "share")
            or bool(of_change)
            or (self.context.mode == "imbalance")
        )

    def _is_level(self, mention: Mention, measure: Measure) -> bool:
        """Whether a number without unit is read in that of the figure before: "imports 19.2"."""
        s, last = self.s, mention.value.last
        before = s.value(mention.start - 1)
        if {"former", "latter"} & set(s.words):
            return False
        if self.moments.place_of(mention):
            return True
        if "." in last.digits:
            listed = before in ("were", "was", "and", ",", "plus")
            return measure.end == mention.start or listed or bool(last.sign)
        closes = s.value(mention.end) in ("", ".", "!", "?", "'", '"')
        numbers = [one for one in s.tokens[mention.start : mention.end] if one.kind == "number"]
        beside = measure.end == mention.start or s.partners or before == "us"
        return closes and not numbers and bool(beside)

    def _of_origin(self, mention: Mention, measure: Measure) -> Measure:
        """Exports where the goods are said to be American: "bought $230 billion of US goods"."""
        of = self.s.at(mention.end, "of the whole")
        ours = of and of.value in ("of american", "of us", "of our")
        if not ours or measure.flow not in ("in", "out") or mention.value.last.unit == "percent":
            return measure
        partner = self.context.partner if measure.agent == "US" and measure.flow == "in" else ""
        return replace(measure, name="exports", partner=partner or measure.partner)

    def _of_sector(self, mention: Mention, measure: Measure) -> Measure:
        """The measure of the goods beside the figure: "$50 billion of automotive goods"."""
        s, start = self.s, s_segment(self.s, mention, measure)
        named = [one for one in s.of("sector") if one.value != "total"]
        limit = min((f.start for f in s.figures if f.start >= mention.end), default=len(s.tokens))
        if measure.start < 0 and any(one.end <= mention.start for one in s.of("sector")):
            measure = replace(measure, sector="total")  # "Goods only, it was …"
        last = self.done[-1] if self.done else None
        if (
            last
            and last.as_ == "level"
            and measure.sector == "total" != last.measure.sector
            and not named_between(s, last.mention.end, mention.start)
        ):  # "consumer goods were $11.5 billion, a decline of 21 percent"
            measure = replace(measure, sector=last.measure.sector)
        other = last and s.value(mention.start - 1) == "or" and last.mention.start < measure.start
        if other and last.measure.name == measure.name:  # "57% of imports, or …"
            measure = replace(measure, sector=last.measure.sector)
        for one in named:
            behind = mention.end <= one.start < limit
            if behind and s.only(mention.end, one.start, group("behind a figure")):
                return replace(measure, sector=str(one.value))
        for one in reversed(named):
            behind = measure.start >= mention.end or measure.end <= one.start
            if behind and start <= one.start and one.end <= mention.start:
                gap = set(s.run(one.end, mention.start))
                subject = gap and gap <= group("links")
                if subject or s.value(one.start - 1) in ("of", "the", "in"):
                    return replace(measure, sector=str(one.value))
        return measure

    # Why not

    def _counts_else(self, mention: Mention) -> str:
        """The reason where a noun beside the figure says that it counts something else."""
        s, figure, at = self.s, mention.value, mention.end
        shown = s.shown(mention.start, at).lower()
        dollars = any(word in shown for word in ("$", "dollar", "usd"))
        unknown = [place for place in (at, at + 1) if place < len(s.known) and not s.known[place]]
        after, following = s.value(at), s.value(at + 1)
        if (
            figure.last.unit == MONEY
            and not figure.per
            and not dollars
            and at in unknown
            and after.isalpha()
        ):
            return f"it counts {after}"
        if at + 1 in unknown and after in ("more", "less", "fewer"):
            return f"it counts {following}"
        of_which = s.run(mention.start - 4, mention.start)
        if at + 1 in unknown and (after == "of" or ("which" in of_which and after in group("is"))):
            return f"it is of {following}"
        lead = mention.start - 1
        if (
            lead > 0
            and not s.known[lead]
            and {"and", ","} & set(s.run(lead - 2, lead))
            and figure.last.digits
            and not s.value(lead).endswith("ly")
        ):
            return f"it is what is {s.value(lead)}"
        for one in s.of("aside"):
            if at <= one.start <= at + 4 and s.only(at, one.start, group("of what")):
                return f"it is about {one.value}"
        return ""

    def _reason(self, mention: Mention, measure: Measure | None) -> str:
        """Why a figure is no claim that can be checked, or ""."""
        s, context = self.s, self.context
        beside = (
            s.value(mention.start - 1) == "," and measure and (mention.start - measure.end <= 2)
        )  # "the deficit, $63.4 billion, …" is a fact whatever follows
        for one in s.of("aside"):
            if one.start >= mention.start:
                break
            if s.value(one.start) == "economy" and s.value(one.start - 1) in table("largest"):
                continue  # "exports to Asia's fourth-largest economy"
            if s.value(one.start) == "if" and s.value(one.end) == "only":
                continue
            same = s.same_clause(one, mention)
            if one.value == FORECAST:
                free = {"which", "who"} & set(s.run(one.end, mention.start))
                opens = one.start == 0 and ":" not in s.run(0, mention.start)
                if (same or opens) and not beside and not free:
                    return FORECAST
            elif one.value == WITHDRAWN:
                if same:
                    return WITHDRAWN
            elif (same or (measure and measure.start < 0 and one.value == ECONOMY)) and (
                measure is None or one.start > measure.end or one.value == STATE
            ):
                return f"it is about {one.value}"
        if s.value(0) in group("adding") and s.value(1) in ("services", "in"):
            return OUTSIDE["services"]
        if any(one.value.name == AGREEMENT for one in s.periods):
            return "it is counted from the day of an agreement that is not among the included ones"
        first = s.clauses[mention.start] == 0 and not beside
        if first and s.value(0) in ("if", "had", "without", "unless"):
            return FORECAST
        for one in s.of("partner"):
            if one.value == "state" and one.start < mention.start and s.same_clause(one, mention):
                return f"it is about {STATE}"
        for at in range(s.segment(mention), mention.start):
            commas = [n for n in range(at, mention.start) if s.value(n) == ","]
            free = commas and any(  # "which is not …, rose 10 percent"
                commas[-1] < one.start < mention.start for one in s.of("change", "level")
            )
            same = s.clauses[at] == s.clauses[mention.start]
            if s.value(at) in group("negation") and same and not free:
                return NEGATED
        if measure is None:
            return ""
        ours = any(
            one.value in ("US", "of our", "of us") for one in s.of("partner", "of the whole")
        )
        percent = mention.kind == "figure" and mention.value.last.unit == "percent"
        part = percent and s.value(mention.end) != "of"
        theirs = part or s.run(mention.end, mention.end + 2) == ["of", "them"]
        if context.away and not ours and (measure.start < 0 or not measure.stated or theirs):
            return context.away
        if any(one.value == "country" for one in s.of("pronoun")) and len(context.named) > 1:
            return "it is not said which country is meant"
        of = s.at(mention.end, "of the whole")
        if (
            of
            and of.value in ("of it", "of that")
            and measure.start < 0
            and context.partner_of_measure not in ("", WORLD)
        ):
            return "it is a share of the trade of another partner"
        many = any(
            s.value(at) in ("those", "these", "the")
            and words("numbers").get(s.value(at + 1), s.value(at + 1)) in "3456789"
            and s.value(at + 2) not in group("counted spans")
            for at in range(mention.start)
        )
        if many or ("together" in s.run(0, mention.start) and len(s.partners) > 1):
            return "it is of several partners together"
        if measure.why:
            return measure.why
        if reporter := self._reporter(mention):
            return f"it rests on the statistics of another country ({reporter})"
        return OUTSIDE.get(measure.sector, "")

    def _reporter(self, mention: Mention) -> str:
        """The code of the partner whose statistics say it, "" for those of the United States."""
        s, said = self.s, []
        loose = ("one", "count", "data", "figures", "records", "counted")
        for one in s.of("speaks"):
            for who in s.of("partner"):
                near = who.end <= one.start <= who.end + 2
                near = near and not {"from", "to", "with", "in", ","} & set(
                    s.run(who.end, one.start)
                )
                behind = one.value in ("says", "counts") and who.start == one.end
                owned = s.value(who.start - 1) in ("the", "by", "in", "own") or (
                    s.value(who.end) == "'s"
                )
                if (near or behind) and (owned or one.value not in loose):
                    said.append((one, str(who.value)))
        before = [who for one, who in said if one.start < mention.start]
        after = [
            who for one, who in said
            if one.start > mention.start and s.same_clause(one, mention)
        ]  # fmt: skip
        who = (before[-1:] or after[:1] or [""])[0]
        return "" if who in ("US", "state") else who

    # What a figure states

    def _kind(self, kind: _Bound) -> _Bound | None:
        """Level, change, percent change, ratio, share or contribution, by the words around it."""
        s, mention, unit = self.s, kind.mention, kind.figure.last.unit
        sign = self._change_before(mention, unit) or self._change_behind(mention.end)
        kind = replace(kind, sign=sign, role=self.moments.place_of(mention))
        if self._is_of_something_else(kind):
            return None
        if continued := self._continues(kind):
            return continued
        if balance := self._in_favor(kind) or self._more_than_bought(kind):
            return replace(kind, as_="level", sign=0, measure=balance)
        last = self.done[-1] if self.done else None
        same = last is not None and last.figure.last.unit == unit and not sign
        listed = same and s.only(
            max(last.mention.end, kind.measure.end),
            mention.start,
            (",", "and", "or", "by", "(", "to"),
        )
        if unit == MONEY:
            return self._amount(kind, last, listed)
        if unit == "percent":
            return self._percent(kind, last, listed)
        return self._ratio(kind) if unit == "times" else None

    def _is_of_something_else(self, kind: _Bound) -> bool:
        """Whether what follows a figure makes it one of another share, peak or partner."""
        s, end, percent = self.s, kind.mention.end, kind.figure.last.unit == "percent"
        ends = s.run(end, end + 5)
        if s.value(kind.mention.start - 1) == "leaving":  # a balance that is not named
            named = kind.measure.name in ("deficit", "balance") or self._in_favor(kind)
            return not named
        if kind.sign and "than" in ends[:3]:  # "$70 billion more than with China"
            return any(
                end < one.start <= end + 4 and s.before(one) in ("with", "to", "from")
                for one in s.partners
            )
        of_share = ends[:1] == ["of"] and {"share", "slice"} & set(ends)  # "of China's share"
        of_world = ends[:4] == ["of", "the", "world", "'s"]  # "a third of the world's beans"
        of_peak = ends[:1] in (["below"], ["above"]) and group("a peak") & set(ends)
        free = any(one.value == FREE for one in s.of("aside"))  # "80 percent became duty-free"
        return percent and bool(of_share or of_world or of_peak or free)

    def _continues(self, kind: _Bound) -> _Bound | None:
        """A change that takes its kind and sign from the figures before it."""
        s, mention, unit, sign = self.s, kind.mention, kind.figure.last.unit, kind.sign
        at, before = mention.start, s.value(mention.start - 1)
        as_ = {MONEY: "change", "percent": "percent-change"}.get(unit, "")
        last = self.done[-1] if self.done else None
        moved = last is not None and last.as_ in ("change", "percent-change")
        same = next((one for one in reversed(self.done) if one.as_ == as_), None)
        elided = kind.measure.end == at and s.value(mention.end) in ("to", "at")
        if same and not sign and (before == "by" or elided):
            return replace(kind, as_=as_, sign=same.sign)  # "and those to Mexico by 8.9 percent"
        if moved and as_ and before == "or" and kind.measure.end <= last.mention.start:
            return replace(kind, as_=as_, sign=last.sign)  # "7 percent, or $2 billion"
        goes_on = before == "and" and s.value(mention.end) != "of"
        if same and as_ == "percent-change" and goes_on and not sign:
            words_ = ("and", "from", "since", "over", "in", ",", "(", ")")
            if s.only(same.mention.end, at, words_, "period", "figure"):
                return replace(kind, as_=as_, sign=same.sign)
        pair = [one for one in self.done if one.role in ("from", "to")]
        if unit == "percent" and before == "by" and not sign and len(pair) > 1:
            up = pair[-1].figure.last.value > pair[-2].figure.last.value
            return replace(kind, as_=as_, sign=1 if up else -1)  # "from A to B, that is by 12%"
        if before == "(" and moved and as_ and at - 3 <= last.mention.end:
            return replace(kind, as_=as_, sign=last.sign)  # "rose by $46 billion (101%)"
        return None

    def _amount(self, kind: _Bound, last: _Bound | None, listed: bool) -> _Bound | None:
        """A change or a level in dollars."""
        s, measure, own = self.s, kind.measure, kind.figure.last.sign
        before = s.value(kind.mention.start - 1)
        reached = s.value(kind.mention.end) == "to" or own == "+"
        if own and reached and measure.name != "balance":
            return replace(kind, as_="change", sign=0)  # "+$23.7B to $101.8B"
        level = kind.figure.hedged in words("levels reached")
        if kind.sign and before not in ("to", "at", "from") and not level:
            return replace(kind, as_="change")
        if listed and last.as_ == "change" and before != "to":
            return replace(kind, as_="change", sign=last.sign)
        if before == "by" and measure.name != "balance":
            return None
        if own == "−" and measure.name in ("exports", "imports"):  # flows have no sign
            balance = replace(measure, name="balance")
            return replace(kind, as_="level", measure=balance) if measure.start < 0 else None
        return replace(kind, as_="level")

    def _percent(self, kind: _Bound, last: _Bound | None, listed: bool) -> _Bound | None:
        s, mode, mention, measure = self.s, self.context.mode, kind.mention, kind.measure
        start, end = s.segment(mention), mention.end
        of_whole, carried = bool(s.at(end, "of the whole")), measure.start < 0
        shares = any(start <= one.start < mention.start for one in s.of("share"))
        change = replace(kind, as_="percent-change")
        imbalance = replace(kind, as_="imbalance", measure=replace(measure, name="deficit"))
        if s.at(end, "of the change") or (of_whole and mode == "contribution"):
            return replace(kind, as_="contribution", whole="World")
        if kind.figure.last.word == "flat":
            again = any(one.figure.last.word == "flat" or one.as_ == "share" for one in self.done)
            return None if shares or again else replace(change, sign=0)
        if of_whole and measure.start >= end and measure.agent not in ("", "US"):
            return None  # "17 percent of all Swiss exports"
        ours = [one for one in s.of("partner") if start <= one.end <= mention.start]
        if ours and ours[-1].value == "US" and s.value(ours[-1].end) in group("takes"):
            of = s.at(end, "of the whole")
            if not (of and of.value == "of its"):
                return None  # "For Brazil, the U.S. is 12 percent of exports"
        if measure.start >= end:  # "64 percent of imports", "2 percent of what America bought"
            whose = [one for one in s.partners if one.end <= mention.start]
            if whose and measure.partner not in ("", WORLD, str(whose[-1].value)):
                return None  # "Germany shipped us …, 27 percent of what the EU sold"
            if measure.name == "imports" and any(
                one.name in ("deficit", "balance") and one.end <= mention.start
                and s.clauses[one.start] == s.clauses[mention.start] for one in self.measures
            ):  # fmt: skip
                return imbalance
            named = any(one.end <= mention.start for one in [*s.partners, *s.of("pronoun")])
            named = named or any(one.value != "total" for one in s.of("sector"))
            named = named or any(  # "18 percent of American exports went to Canada"
                measure.end <= one.start <= measure.end + 4 and s.before(one) in ("to", "from")
                for one in [*s.partners, *s.of("pronoun")]
            )
            return replace(kind, as_="share") if named or shares else None
        if of_whole and not kind.sign:
            return replace(kind, as_="share")
        if kind.sign and s.value(mention.start - 1) not in ("to", "from", "at"):
            return change
        compared = [one for one in s.periods if one.value.name in ("year", "month")]
        if kind.figure.last.sign or any(end <= one.start <= end + 2 for one in compared):
            return replace(change, sign=0)
        if mode == "imbalance" and not kind.figure.last.word:
            return imbalance
        if last and listed:
            return replace(kind, as_=last.as_, sign=last.sign, whole=last.whole)
        if shares and carried and mode == "contribution":
            return replace(kind, as_=mode, whole="World")
        opens = s.value(0) == "of" and measure.start in (1, 2, 3)
        if shares or opens or s.at(end, "share"):
            as_ = "contribution" if last and last.as_ == "contribution" else "share"
            return replace(kind, as_=as_, whole=last.whole if last else "")
        if last and last.as_ in ("share", "contribution"):
            return replace(kind, as_=last.as_, whole=last.whole)
        named = any(one.end <= mention.start for one in s.partners)
        return replace(kind, as_=mode, whole="World") if mode and carried and named else None

    def _ratio(self, kind: _Bound) -> _Bound | None:
        """A ratio of two periods, or of imports to exports in one."""
        s, end, last = self.s, kind.mention.end, kind.figure.last
        other = any(one.start == end and s.value(one.end) == "'s" for one in s.partners)
        dated = s.at(end + 2, "period")  # "more than double that of 2017"
        if s.value(end - 1).endswith("ing") and s.value(end) in ("the", "it", "that"):
            return None  # "halving the result"
        if "comparison" in s.run(0, 3):  # "by comparison, that with China was six times as large"
            return None
        if s.value(end) == "what" and "when" in s.run(end, end + 5):
            return None  # "five times what it was when …"
        other = other or any(  # "five times the deficit with Mexico"
            end <= one.start <= end + 2 and "" != one.partner != kind.measure.partner
            for one in self.measures
        )
        if (s.value(end) in ("that", "this", "those") and not dated) or other:
            return None
        flows = [one for one in self.measures if one.flow in ("in", "out")]
        measure, single = kind.measure, last.form == "to one"
        if "ratio" in s.run(0, kind.mention.start):
            at, single = s.words.index("ratio"), True
            first = next((one for one in flows if one.start > at), measure)
            measure = replace(measure, name=first.name)
        behind = next((one for one in flows if end <= one.start <= end + 2), None)
        if behind is None and last.word != "halved":  # "4 times as much from China as it exported"
            behind = next((one for one in flows if "as" in s.run(end, one.start)), None)
        if behind and flows[0].start < behind.start and flows[0].name != behind.name:
            single, measure = True, replace(measure, name=flows[0].name)
        if s.value(end) == "what" and len(flows) > 1:
            single = single or flows[-1].start > end
        if last.word == "halved" and "as" in s.run(kind.mention.start, end):
            single = single or len({one.name for one in flows}) > 1
        if single and measure.name not in ("exports", "imports"):
            measure = replace(measure, name="imports")
        return replace(kind, as_="ratio", single=single, sign=0, measure=measure)

    def _in_favor(self, kind: _Bound) -> Measure | None:
        """The balance of "leaving $382.9 billion in Beijing's favor"."""
        s, end = self.s, kind.mention.end
        at = next((n for n in range(end, end + 7) if s.value(n) in ("favor", "favour")), 0)
        owner = s.ends_at(at - (s.value(at - 1) == "'s"), "partner") if at else None
        if kind.figure.last.unit != MONEY or owner is None or owner.start < end:
            return None
        if owner.value == "US":
            return replace(kind.measure, name="balance")
        return replace(kind.measure, name="deficit", partner=str(owner.value), stated=True)

    def _more_than_bought(self, kind: _Bound) -> Measure | None:
        """The balance that "sold $8.2 billion more to America than it bought there" states."""
        s, end, measure = self.s, kind.mention.end, kind.measure
        more, behind = s.value(end), s.run(end, len(s.words))
        if kind.figure.last.unit != MONEY or more not in ("more", "less") or "than" not in behind:
            return None
        than = end + behind.index("than")
        other = next((m for m in self.measures if m.verb and than < m.start < than + 5), None)
        if other is None or {other.flow, measure.flow} != {"in", "out"}:
            return None
        surplus = (measure.name == "exports") == (more == "more")
        return replace(measure, name="balance" if surplus else "deficit")

    def _change_before(self, mention: Mention, unit: str) -> int:
        """1 or -1 where a verb of change leads to the figure, else 0."""
        s, at = self.s, mention.start
        verbs = [one for one in s.of("change") if s.segment(mention) <= one.start and one.end <= at]
        if not verbs:
            return 0
        steeply = s.value(verbs[-1].start) in ("more", "less") and len(verbs) > 1
        if steeply and s.value(verbs[-1].end).endswith("ly"):  # "fell more steeply, by 9 percent"
            verbs = verbs[:-1]
        one, gap = verbs[-1], s.run(verbs[-1].end, at)
        if self.moments.measure_between(one.end, at):
            fits = s.value(at - 1) == "by" and len(gap) < 8
        elif unit == MONEY:
            fits = set(gap) <= {"by", "of", "another", "a", "further", "to"} or (
                gap[-1] == "by" and len(gap) <= 5
            )
        else:
            fits = len(gap) <= 7 and not {";", ":", "(", ")"} & set(gap[1:])
        return int(one.value) if fits else 0

    def _change_behind(self, end: int) -> int:
        one = self.s.at(end, "change")
        if one is None:
            return 0
        more = self.s.value(end) == "more" and self.s.value(one.end) not in group("after more")
        return 0 if more else int(one.value)

    # The claim

    def _claim(self, bound: _Bound) -> Found | Aside:
        """The claim of a bound figure, with partner and periods."""
        s, context, mention, figure = self.s, self.context, bound.mention, bound.figure
        partner, inferred = self._partner(bound)
        if bound.as_ in ("share", "contribution"):
            bound = self._of_whole(bound)
            if bound.measure.sector in OUTSIDE:
                return self._aside(mention, OUTSIDE[bound.measure.sector])
        measure = bound.measure
        if measure.sector == "goods-and-services" and partner != WORLD:
            return self._aside(mention, OUTSIDE["services"])
        if not partner:
            return self._aside(mention, "no partner is named")
        if bound.as_ in ("level", "share", "imbalance") or bound.single:
            base, (when, said) = None, self.moments.point(mention, bound.role, measure)
        else:
            base, when, said = self.moments.two(mention, measure)
        fiscal = any(one.value.name == UNKNOWN_YEAR for one in s.periods)
        if fiscal and {"period", "end"} & said.keys():
            return self._aside(mention, "its fiscal year is not said")
        behind = any(one.start > mention.end for one in s.periods)
        if when is None or (s.value(mention.end) == "when" and not behind):
            return self._aside(mention, "no period is named")
        if base and base[1] - base[0] != when[1] - when[0]:
            return self._aside(mention, "its two periods are not of the same length")
        if base and base >= when:
            return self._aside(mention, "its first period is not before its last")
        if context.date and when[0] > month_of(context.date):
            return self._aside(mention, FORECAST)
        self.done.append(bound)
        self.moments.note(mention, bound.role, base, when, said)
        self.partner_before = partner
        self.whose.append((mention, partner))
        if figure.last.unit == MONEY and figure.last.digits and not figure.per:
            context.scale = figure
        if context.mode != "imbalance" and figure.last.unit == "percent":
            context.mode = bound.as_ if bound.as_ in ("share", "contribution") else ""
        interval = figure.admits(Fraction(TOLERANCE))
        inferred = inferred | said
        if measure.start < 0:
            inferred["measure"] = "the sentence before"
        periods = {"period": when} if base is None else {"base": base, "end": when}
        stated = self._stated(measure, partner, periods)
        start = self._quote_start(mention)
        falls = bound.sign < 0 and bound.as_ in ("change", "percent-change")
        other = ()
        if base and when[0] == when[1] and inferred.get("base") == AYEAR:
            other = ({"base": written(shifted(when, -1))},)  # on the month, or on the year
        return Found(
            quote=s.shown(start, mention.end),
            span=s.span(start, mention.end),
            printed=_printed(s.shown(mention.start, mention.end), bound),
            measure=measure.name,
            as_=bound.as_,
            partner=partner,
            sector=measure.sector,
            unit=figure.last.unit,
            interval=-interval if falls else interval,
            per=self._per(bound),
            whole=bound.whole,
            stated={name: said for name, said in stated.items() if name not in inferred},
            inferred=inferred,
            alternatives=other,
            **{name: written(one) for name, one in periods.items()},
        )

    def _partner(self, bound: _Bound) -> tuple[str, Said]:
        """The partner of a figure, and what it was inferred from."""
        s, context, measure, mention = self.s, self.context, bound.measure, bound.mention
        if listed := self._listed(mention):
            return listed, {}
        for one in s.partners:  # "$12 billion with France", "43 percent of those from Mexico"
            place = one.start - 1 - (s.value(one.start - 1) == "the")
            place -= s.value(place - 1) in group("goes") and place - 1 == mention.end
            prep = s.value(place + (s.value(place) in group("goes")))
            those = s.run(mention.end, place) == ["of", "those"]
            if (place == mention.end or those) and prep in ("for", "with", "to", "from"):
                return str(one.value), {}
        part = bound.as_ in ("share", "contribution")
        parted = s.ends_at(mention.start, "share") or s.ends_at(mention.start - 1, "share")
        subjects = [one for one in s.partners if parted and one.end <= parted.start]
        if subjects and bound.as_ == "level":  # "Germany accounted for $67 billion of the gap"
            return str(subjects[-1].value), {}
        behind = measure.start >= mention.end and measure.stated
        if behind and measure.partner and not (part and measure.partner == WORLD):
            return measure.partner, {}
        before = [str(one.value) for one in s.partners if one.end <= mention.start]
        if part and (parts := [one for one in before if one != WORLD]):
            return parts[-1], {}
        if part and measure.partner == WORLD and context.partner:
            return context.partner, {"partner": TEXT}
        behind = f" {' '.join(s.run(mention.end, len(s.words)))} "
        in_all = any(f" {phrase} " in behind.replace("in all of", "") for phrase in group("in all"))
        if not measure.partner and in_all:
            return WORLD, {}
        if measure.partner:
            return measure.partner, {} if measure.stated else {"partner": TEXT}
        if before:
            return before[-1], {}
        for one in s.partners:
            gap = set(s.run(mention.end, one.start))
            if (
                s.same_clause(one, mention)
                and gap & {"to", "from", "with", "in"}
                and not gap & {"those", "that", "after", ","}
            ):
                return str(one.value), {}
        if self.done and measure.start >= 0:
            return self.partner_before, {"partner": CLAUSE}
        both = measure.sector == "goods-and-services"
        of_all = context.partner_of_measure == WORLD and not context.age and not s.partners
        if measure.start >= 0 and (both or of_all):
            return WORLD, {"partner": TEXT}
        if context.partner:
            return context.partner, {"partner": TEXT}
        world = "world" in s.shown(0, mention.start).lower()
        if measure.agent == "US" or context.ours or world:
            return WORLD, {"partner": "no partner is named"}
        return "", {}

    def _listed(self, mention: Mention) -> str:
        """The partner of the n-th figure of a list: "A, B and C respectively"."""
        s = self.s
        run = next((run for run in s.runs(s.figures) if mention in run), [mention])
        names = next((one for one in s.runs(s.partners) if len(one) >= len(run) > 1), [])
        fits = names and (len(names) == len(run) or "two" in s.words)
        if fits and {"respectively", "first"} & set(s.words):
            return str(names[run.index(mention)].value)
        return ""

    def _of_whole(self, bound: _Bound) -> _Bound:
        """What a share is a share of: all trade with the partner, or that of the World."""
        s, end, measure = self.s, bound.mention.end, bound.measure
        named = [str(one.value) for one in s.of("sector") if one.value != "total"]
        if named and measure.sector == "total":
            measure = replace(measure, sector=named[0])
        sectors = [one for one in s.of("sector") if one.value == measure.sector]
        behind = s.value(end) == "of" and any(end <= one.start < end + 5 for one in sectors)
        world = measure.sector == "total" or behind or bound.as_ == "contribution"
        return replace(bound, measure=measure, whole=bound.whole or ("World" if world else "total"))

    def _stated(self, measure: Measure, partner: str, periods: dict[str, Span]) -> Said:
        """The words of this sentence in which measure, partner and periods stand."""
        s = self.s
        stated = {"measure": measure.words} if measure.start >= 0 and measure.words else {}
        for one in s.partners:
            if one.value == partner:
                stated.setdefault("partner", s.shown(one.start, one.end))
        for name, when in periods.items():
            for one in s.periods:
                if when in ((one.value.first, one.value.last), *ends_of(one.value)):
                    stated[name] = s.shown(one.start, one.end)
        return stated

    def _per(self, bound: _Bound) -> str:
        """The span of time that a level counts by: behind it, or "every day" before it."""
        before = f" {' '.join(self.s.run(0, bound.mention.start))} "
        for word, span in words("per").items():
            if word.startswith(("every", "each")) and f" {word} " in before and span != "year":
                return bound.figure.per or (span if bound.as_ == "level" else "")
        return bound.figure.per

    def _quote_start(self, mention: Mention) -> int:
        """The place of the words that lead to a figure: "rose by $6.8 billion"."""
        at = mention.start
        at -= self.s.value(at - 1) in ("by", "to", "at", "of", "from")
        change = self.s.ends_at(at, "change")
        return change.start if change else at


def named_between(s: Sentence, start: int, end: int) -> bool:
    """Whether a measure, sector, partner or new clause stands between two places."""
    return any(start <= one.start < end for one in s.of("measure", "sector", "partner")) or (
        s.clauses[min(start, len(s.clauses) - 1)] != s.clauses[end]
    )


def s_segment(s: Sentence, mention: Mention, measure: Measure) -> int:
    """Where words before a figure count as its own; at its sentence's head for one carried."""
    return s.segment(mention) - (measure.end < 0)


def _by_preposition(before: str, measure: Measure) -> str:
    """Exports "to" and imports "from" a partner, where the measure is one of them."""
    if measure.name in ("exports", "imports") and before in ("to", "from"):
        return "exports" if before == "to" else "imports"
    return measure.name


def _printed(shown: str, bound: _Bound) -> str:
    """The figure as a claims file has it, with the words for rise and fall in front."""
    own, figure = bound.mention.value, bound.figure
    bare = shown.split()[-1] == figure.last.digits
    if bare and figure.last.unit != MONEY:
        shown = f"{shown} {figure.last.unit}"
    elif own.problem or bare:  # its unit was said elsewhere
        sign = "−" if figure.last.value < 0 else ""
        name = next(
            n for n, power in POWERS.items() if figure.last.scale == Decimal(10) ** (power - 6)
        )
        shown = f"{own.hedged} {sign}${figure.last.digits} {name}".strip()
    if bound.as_ in ("change", "percent-change") and bound.sign and not own.last.sign:
        return f"{'an increase' if bound.sign > 0 else 'a decline'} of {shown}"
    return shown
