"""The measures of a sentence from the US side: which way the goods go, with whom, of what."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from korus_helpers.claims.mentions import Mention, Sentence, group, table
from korus_helpers.claims.phrases import Figure

FORECAST, STATE, WITHDRAWN = "a forecast or condition", "a state or port", "withdrawn in the text"
NEGATED = "it is negated"
Span = tuple[int, int]  # first and last month, counted from year 0


@dataclass
class Context:
    """What the text before a sentence has said; `date` is its day.

    `measure` is that of the last claim, `age` the sentences since, `partner` the last one spoken
    of and `partner_of_measure` that of the last claim, `subject` whose trade a measure last was.
    `end` is the period that the text speaks of (`passing` where no figure was of it), `month` the
    last single month that was, `last` the period of the last figure, `latest` the latest, `span`
    two periods that were compared and `spanned` whether changes still are over it. `americans` says
    that they did the last ("Americans bought …; they sold …").
    `mode` is imbalance where a formula was given, share or contribution where the last
    percentages were such; `scale` is a figure whose unit later ones may leave out.
    """

    date: str
    partner: str = ""
    measure: "Measure | None" = None
    age: int = 9
    partner_of_measure: str = ""
    subject: str = ""
    end: Span | None = None
    month: Span | None = None
    last: Span | None = None
    latest: Span | None = None
    sides: dict[str, bool] = field(default_factory=dict)  # whose surplus and deficit it last was
    span: tuple[Span, Span] | None = None
    spanned: bool = False
    mode: str = ""
    americans: bool = False
    passing: bool = False
    away: str = ""  # why the trade that the text speaks of is none of ours
    named: frozenset[str] = frozenset()  # the partners so far
    scale: Figure | None = None
    ours: bool = False  # the text speaks of the United States by name
    dollars: bool = False  # it counts in dollars

    def begin_paragraph(self) -> None:
        """After "from January through July", back to the month that the text is about."""
        months = self.end and self.end[1] - self.end[0]
        if self.month and months and months < 11 and self.month[1] == self.end[1]:
            self.end = self.month

    @property
    def year_before(self) -> int:
        """The year before that of the text, 0 without a day."""
        return int(self.date[:4]) - 1 if self.date else 0


@dataclass(frozen=True)
class Measure:
    """A measure as a sentence uses it; `start` is -1 where an earlier one said it.

    `partner` is a Census code or "". `why` says why it is none of ours ("" where it is), `agent`
    whose trade it is ("US", a code or ""), `flow` the kind of its words.
    """

    name: str
    partner: str
    sector: str = "total"
    start: int = -1
    end: int = -1
    why: str = ""
    stated: bool = True  # the partner stands beside it
    verb: bool = False
    agent: str = ""
    words: str = ""
    flow: str = ""


def measures_of(s: Sentence, context: Context) -> list[Measure]:
    """The measures that a sentence names, in order."""
    reader = _Measures(s, context)
    found = list(reader.found())
    context.americans = reader.ours()
    return found


class _Measures:
    def __init__(self, s: Sentence, context: Context) -> None:
        self.s, self.context = s, context
        self.agent_of_verbs, self.sector, self.any_verb = "", "total", False
        self.americans = context.americans

    def found(self) -> Iterator[Measure]:
        starts, merged = sorted({one.start for one in self.s.of("measure")}), 0
        for start, limit in zip(starts, [*starts[1:], len(self.s.tokens)], strict=False):
            kinds = [one for one in self.s.of("measure") if one.start == start]
            end, names = kinds[0].end, [str(one.value) for one in kinds]
            verb = any("verb" in name for name in names)
            verb = verb and (len(names) == 1 or self._is_verb(start, end))
            name = next((one for one in names if ("verb" in one) == verb), names[0])
            if start < merged:
                continue
            follows = next((m for m in self.s.of("measure") if m.start >= end), None)
            if (
                follows
                and follows.value == "two-way"
                and end < follows.start < end + 3
                and name in ("deficit", "surplus", "balance")
                and self.s.only(end, follows.start, ("in", "of"), "sector")
            ):  # "the shortfall in goods trade with Mexico"
                end = merged = follows.end
                limit = next((one for one in starts if one >= end), len(self.s.tokens))
            measure = self._measure(name, start, end, limit, verb)
            if measure:
                yield measure

    def _measure(self, name: str, start: int, end: int, limit: int, verb: bool) -> Measure | None:
        """The measure with who trades and with whom; None for a word that means no trade here."""
        s, flow = self.s, name.split()[0]
        subject_aside = s.ends_at(start, "aside")
        if (
            s.value(start) in ("import", "export")
            and not verb
            and (s.at(end, "aside") or not s.known[min(end, len(s.tokens) - 1)])
        ):
            return None  # "import prices", "export controls"
        took = verb and s.value(start) in ("took", "takes", "received", "receives")
        if took and not any(end <= one.start <= end + 4 for one in s.figures):
            return None  # "when the President took office"
        agent = self._subject(start) if verb else self._agent(start)
        other = self._counterpart(start, end, limit, verb, flow)
        if subject_aside and subject_aside.value == "the economy as a whole" and not verb:
            return Measure(flow, "", start=start, end=end, why=f"it is about {subject_aside.value}")
        if verb and subject_aside:  # "Polish companies sold … to the United States"
            owner = s.ends_at(subject_aside.start, "partner")
            agent = str(owner.value) if owner and "US" in (other, owner.value) and other else ""
        if (
            verb
            and not agent
            and start
            and not s.value(start - 1).endswith("ly")
            and (subject_aside or not s.known[start - 1])
        ):
            self.agent_of_verbs = ""
            return Measure("exports", "", start=start, end=end, why="its subject is no country")
        agent = agent or (self.agent_of_verbs if verb or name.endswith("noun") else "")
        beside = "" if verb or other else self._name_beside(start, flow)
        if beside:  # "China deficit", "Italy exports 23.8bn" as on a ticker
            agent, other = "", beside
        if (verb or name.endswith("noun")) and not agent and not other:
            return None
        if verb:
            self.americans = self.ours() if self.any_verb else self.context.americans
            self.agent_of_verbs, self.any_verb = agent, True
        self.sector = self._sector(start, end, limit)
        if s.value(end) == "under" and not verb:
            self.sector = "not-in-product"  # "imports under AGOA"
        if s.value(end) == "of" and not verb and not all(s.known[end + 1 : end + 2]):
            self.sector = "not-in-product"  # "imports of washers"
        return self._from_our_side(flow, agent, other, start, end, verb)

    def _is_verb(self, start: int, end: int) -> bool:
        """Whether "purchases" is a verb here: a subject before it, goods behind it."""
        subject = self.s.ends_at(start, "partner", "pronoun")
        whose = self.s.value(start - 1) in ("'s", "its", "their", "our")
        plain = self.s.value(start) in ("exports", "imports", "export", "import")
        return (
            bool(subject)
            and not whose
            and not plain
            and (self.s.value(end) in ("more", "$", "goods", "to"))
        )

    def ours(self) -> bool:
        """Whether a pronoun that follows stands for Americans, who did the last."""
        return self.agent_of_verbs == "US" and "we" not in self.s.words

    # Who trades

    def _agent(self, start: int) -> str:
        """Whose exports they are: "US", a code, "it", "state" or ""."""
        s, at = self.s, start - 1
        figure = s.ends_at(start, "figure")
        if s.value(start) == "in" and figure:  # "we are $14 billion in the hole"
            return "" if s.value(figure.start - 1) in "—–-," else self._subject(figure.start)
        while (
            at >= 0
            and s.value(at) != "the"
            and (s.value(at) in group("noun phrase") or s.covered(at, "sector"))
        ):
            at -= 1
        at -= s.value(at) == "'s"
        who = s.ends_at(at + 1, "partner", "pronoun")
        if who:
            whose = ("our", "its", "their", "whose", "the latter", "that country")
            return str(who.value) if who.kind == "partner" else "it" if who.value in whose else ""
        if s.value(start - 1) in ("a", "of") or s.value(start - 1) in group("noun phrase"):
            return self._holder(start)
        return ""

    def _name_beside(self, start: int, flow: str) -> str:
        """The partner whose name stands right before a measure without "'s"."""
        s = self.s
        for one in s.partners:
            if one.end <= start and s.only(one.end, start, group("noun phrase")):
                name = " ".join(s.run(one.start, one.end))
                is_adjective = any(name in others for others in table("partner").values())
                if flow == "deficit" or not is_adjective:
                    return str(one.value)
        return ""

    def _holder(self, start: int) -> str:
        """Who "ran a surplus": the subject of a verb of having shortly before."""
        for at in range(start - 1, max(start - 6, 0), -1):
            if self.s.value(at) in group("holds"):
                return self._subject(at)
            if self.s.value(at) in (";", "—", "(", ")", ":"):
                return ""
        return ""

    def _subject(self, start: int) -> str:
        """The partner, "US", "it" or "state" that is the subject of a verb at `start`, or ""."""
        s = self.s
        for one in reversed(s.of("partner", "pronoun", "measure")):
            if one.end > start or (one.kind == "measure" and "verb" not in str(one.value)):
                continue
            if one.kind == "measure" or start - one.end > 8 or ";" in s.run(one.end, start):
                return ""
            if one.end < start and self._is_object(one):
                continue
            if one.value == "country" and len(self.context.named) != 1:
                return "unknown"
            if one.kind == "pronoun":
                return "" if one.value in ("its", "their", "there", "them") else "it"
            return str(one.value)
        return ""

    def _is_object(self, one: Mention) -> bool:
        """Whether a partner stands behind a preposition or a verb, itself or in a list."""
        s = self.s
        first = next((run[0] for run in s.runs(s.of("partner")) if one in run), one)
        at = first.start - (s.value(first.start - 1) == "the")
        verb = s.ends_at(at, "measure")
        return s.before(first) in group("object words") or bool(verb and "verb" in str(verb.value))

    # With whom

    def _counterpart(self, start: int, end: int, limit: int, verb: bool, flow: str) -> str:
        """The partner after "to", "from" or "with", or the object of a verb; "it", "third" …"""
        s, ends_open = self.s, self.s.value(end - 1)
        leading = []
        if flow in ("deficit", "surplus", "balance"):  # "With Ireland, the deficit …"
            leading = [
                str(one.value)
                for one in s.of("partner")
                if one.end <= start
                and s.before(one) == "with"
                and not self._is_of_measure(one, start)
            ]
        for one in s.of("partner", "pronoun"):
            if not end <= one.start < min(limit, end + 16):
                continue
            between = s.run(end, one.start)
            if group("no counterpart") & set(between):
                break
            if leading and "," in between:
                break
            near = [word for word in between if word not in ("the", "both")]
            prep, value = near[-1] if near else "", "it"
            if one.kind == "partner":
                value = str(one.value)
            elif one.value == "country":  # "the Southeast Asian country", where it can be one only
                value = "it" if len(self.context.named) < 2 else "unknown"
            if near == ["of"] and flow == "in" and s.value(one.end) in ("goods", "products"):
                return value
            if prep in group("with whom") and one.value not in ("its", "their"):
                return self._both(one) if prep == "between" else value
            if not near and (verb or ends_open in ("with", "between")):
                return self._both(one) if ends_open == "between" else value
            if one.value == "there" or (prep == "in" and verb and value == "it"):
                return "it"
        at = end + 1 + (s.value(end + 1) == "the")
        if (
            s.value(end) in ("with", "to", "from")
            and at < min(limit, len(s.tokens))
            and not s.known[at]
            and s.text[s.tokens[at].start].isupper()
        ):
            return "unknown"
        return leading[-1] if leading else ""

    def _is_of_measure(self, one: Mention, start: int) -> bool:
        """Whether "with Japan" goes with a measure before it, and another comes at `start`."""
        s = self.s
        at = one.start - 1 - (s.value(one.start - 1) == "the")
        return any(m.end <= at <= m.end + 1 for m in s.of("measure") if m.end < start)

    def _both(self, first: Mention) -> str:
        """The partner of "between the United States and X"; "third" for two others."""
        two = [str(one.value) for one in self.s.of("partner") if one.start >= first.start][:2]
        if len(two) == 2:
            return two[1 - two.index("US")] if "US" in two else "third"
        return two[0] if two else "it"

    def _sector(self, start: int, end: int, limit: int) -> str:
        """The sector of a measure: beside it, at the head of the sentence, or of the one before."""
        s, said = self.s, []
        for one in s.of("sector"):
            leads = s.clauses[one.start] == s.clauses[start] and "in" in (
                s.before(one),
                s.value(one.start),
            )
            leads = leads or (one.start <= 2 and s.value(0) == "for")
            both = one.value == "goods-and-services" and ";" not in s.run(one.end, start)
            near = start - 6 < one.end and s.only(
                one.end, start, group("noun phrase") | {"s", "in", "group"}
            )
            if (one.end <= start and (leads or both or near)) or end <= one.start < min(
                limit, end + 4
            ):
                said.append(str(one.value))
        if "services" in s.run(start, end):
            said.append("goods-and-services")
        if s.value(start - 1) == "sector" and self.context.measure:
            said.append(self.context.measure.sector)
        special = [name for name in said if name != "total"]
        if special or said:
            return special[-1] if special else "total"
        lead = s.run(start - 2, start)
        joined = lead[-1:] == ["and"] or lead in (["is", "a"], ["was", "a"])
        joined = joined and self.sector != "not-in-product"
        return self.sector if joined or self.sector.endswith("services") else "total"

    # From the US side

    def _from_our_side(
        self, flow: str, agent: str, other: str, start: int, end: int, verb: bool
    ) -> Measure:
        """The measure from the US side: "Italy's sales to America" are imports."""
        s, context = self.s, self.context
        if agent == "0015":  # "world imports"
            agent, other = "US", agent
        before = [str(one.value) for one in s.partners if one.end <= start]
        ours = before[-1] if before else context.partner
        its = context.subject == "US" and not verb and other not in ("US", "it")
        goes_on = verb and self.americans and other != "US"
        it = "US" if its or goes_on else ours  # "Americans bought …; they sold …"
        holder = it if agent == "it" else agent
        with_whom = ours if other == "it" else other
        unsaid = ("", with_whom) if verb else (with_whom,)
        if agent == "it" != other and with_whom not in ("", "US") and holder in unsaid:
            # "the country exported … to Brazil"
            holder = self.agent_of_verbs = "US"
        context.subject = holder or context.subject
        turned = holder not in ("", "US") or (with_whom == "US" and holder != "US")
        if holder or with_whom:
            context.sides[flow] = turned
        elif s.value(start - 1) == "the":
            turned = context.sides.get(flow, turned)
        partner = next((one for one in (with_whom, holder) if one not in ("", "US")), "")
        if not partner and self._is_of_all(start):
            partner = "0015"
        behind = " ".join(s.run(end, end + 5))
        if "the two countries" in behind:
            partner = partner or ours
        name = {
            "out": ("exports", "imports"),
            "in": ("imports", "exports"),
            "deficit": ("deficit", "balance"),
            "surplus": ("balance", "deficit"),
            "balance": ("balance", "balance"),
            "two-way": ("two-way", "two-way"),
        }[flow][turned]
        if flow == "in" and not verb and turned and not other and s.value(start - 1) != "'s":
            name = "imports"  # "Chinese imports" in a US text
        why = self._why_not_ours(holder, with_whom, behind)
        unnamed = "it" in (agent, other) and not partner and holder != "US"
        us = any(one.value == "US" for one in s.of("partner"))
        if s.value(start) in ("exports", "imports") and turned and not (verb or other or us):
            why = "it may be trade with all the world"
        to_all = s.run(end, end + 3) in (["to", "all", "markets"], ["to", "the", "world"])
        if to_all and holder not in ("", "US"):
            why = "it may be trade with all the world"
        if turned and {"total", "overall", "all"} & set(s.run(start - 2, start)) and not with_whom:
            why = "it may be trade with all the world"
        stated = "it" not in (agent, other) and bool(partner)
        why = "it is not said which country is meant" if unnamed else why
        words = s.shown(start, end)
        return Measure(
            name, partner, self.sector, start, end, why, stated, verb, holder, words, flow
        )

    def _is_of_all(self, start: int) -> bool:
        """Whether it is with all the world: "total US imports", "the nation's deficit"."""
        own = {*self.s.run(start - 4, start), self.s.value(start)}
        return bool(group("of all countries") & own) or {"total", "us"} <= own

    def _why_not_ours(self, holder: str, with_whom: str, behind: str) -> str:
        if "state" in (holder, with_whom):
            return STATE
        if "unknown" in (holder, with_whom):
            return "it names no partner that is included"
        two = holder not in ("", "US") and with_whom not in ("", "US", holder)
        if two or with_whom == "third":
            return "trade between other countries"
        if "the two countries" not in behind and any(
            phrase in behind for phrase in group("many countries")
        ):
            return "it is not said which countries are meant"
        return ""
