"""The periods of a figure: those beside it, those of its sentence, those said before."""

from dataclasses import replace

from korus_helpers.claims.measures import Context, Measure, Span
from korus_helpers.claims.mentions import UNKNOWN_YEAR, Mention, Sentence, When, group, year_of
from korus_helpers.claims.wording import words
from korus_helpers.figures.tables import open_table

Said = dict[str, str]  # what was inferred, and from what
AYEAR = "a year before the end"
AGREEMENT = "=agreement"  # when it took effect, which depends on the partner
MONEY = "million dollars"
_UPS = ("added", "add", "run", "ran", "piled")
CLAUSE, TEXT = "the clause before", "the text before"


def shifted(span: Span, months: int) -> Span:
    return span[0] + months, span[1] + months


def whole_year(year: int) -> Span:
    return 12 * year, 12 * year + 11


def ends_of(when: When) -> tuple[Span, Span]:
    """The first and the last year of a span of years."""
    return (when.first, when.first + 11), (when.last - 11, when.last)


def month_of(day: str) -> int:
    """The month of a day or year, counted from year 0."""
    year, _, rest = day.partition("-")
    return 12 * int(year) + (int(rest[:2]) - 1 if rest else 11)


def written(when: Span) -> str:
    """A period as a claims file has it: "2016" or "2011-04/2012-03"."""
    first, last = (f"{month // 12}-{month % 12 + 1:02d}" for month in when)
    return first[:4] if when[0] % 12 == 0 and when[1] - when[0] == 11 else f"{first}/{last}"


class Moments:
    """When the figures of one sentence are of; `done` is appended as they are bound.

    An entry of `done` is a figure, whether it is a level moved "from" or "to", and its periods:
    base (None for one period) and end.
    """

    def __init__(self, s: Sentence, measures: list[Measure], context: Context) -> None:
        self.s, self.measures, self.context = s, measures, context
        s.periods = [self._of_agreement(one) for one in s.periods]
        self.first = s.figures[0].start if s.figures else 0
        self.earlier = context.last  # the period of the last figure before this sentence
        self.done: list[tuple[Mention, str, Span | None, Span]] = []
        self.pair: tuple[Span, Span] | None = None
        named = next((one.value for one in s.periods if one.value.name == "span"), None)
        self.span = ends_of(named) if named else self._since()
        like = [one.value for one in s.periods if self.role(one) == "like"]
        self.year_of_base = like[0].first // 12 if like else 0  # "January–April, … same months of"
        self.same = any(one.value.name == "same" for one in s.periods)

    def _of_agreement(self, one: Mention) -> Mention:
        """ "since the agreement took effect": from the year before that in which it did."""
        if one.value.name != AGREEMENT:
            return one
        named = [str(who.value) for who in self.s.partners] or [self.context.partner]
        days = open_table("agreements").set_index("partner_code").in_force
        day = days.get(named[0], "")
        if not day:
            return one
        since = [
            at for at in range(max(one.start - 6, 0), one.start) if self.s.value(at) == "since"
        ]
        start = since[-1] + 1 if since else one.start
        of_that_year = "year" in self.s.run(one.start - 3, one.start)
        return replace(one, value=When(*whole_year(int(day[:4]) - 1 + of_that_year)), start=start)

    # What a period means

    def role(self, one: Mention) -> str:
        """point, base, span, same, year or month (compared by), or since (opens the sentence)."""
        s, name = self.s, one.value.name
        if name in ("span", "same", "year", "month"):
            return name
        if name == "then":
            return "base"
        if s.value(0) == "since" and s.figures and one.end <= s.figures[0].start:
            return "since"
        at = one.start - (s.value(one.start - 1) == "the" and one.value.name == "")
        before, earlier = s.value(at - 1), s.value(at - 2)
        if "same" in s.run(at - 5, at - 2) and earlier in group("like spans"):
            return "like"
        near = " ".join(s.run(one.start - 6, one.start))
        if before == "from" and one.value.name == "" and 0 < one.value.last - one.value.first < 11:
            return "point"  # "from January to April"
        compared = before == "in" and earlier in ("than", "from", "as")
        compared |= (earlier, before) in (("compared", "with"), ("relative", "to"))
        compared |= before == "of" and earlier in ("that", "those")
        compared |= "what" in near.split() or any(words in near for words in group("a base"))
        return "base" if compared or before in group("base words") else "point"

    def resolved(self, when: When, reference: Span | None) -> Span | None:
        """First and last month of a period; a relative one by the day or by `reference`."""
        name = when.name
        if name == "span":
            return ends_of(when)[1]
        if name == "then":
            return self.context.last
        if when.first >= 12:
            return when.first, when.last
        if name in (AGREEMENT, UNKNOWN_YEAR):
            return None
        if name.startswith("="):
            return whole_year(int(name[1:]))
        if name == "ytd":
            reference = reference or self.context.end
            return (reference[1] - reference[1] % 12, reference[1]) if reference else None
        if name.startswith("that"):  # counted from the figure before
            last = self.done[-1][3] if self.done else self.context.last
            own = next((one.start for one in self.s.periods if one.value is when), 0)
            past = self.done[-1][0].end if self.done else 0
            opened = [one.value for one in self.s.periods if past <= one.start < own]
            if opened and opened[0].first > 12 and opened[0].last - opened[0].first == 11:
                last = opened[0].first, opened[0].last
            return shifted(last, 12 * int(name[4:])) if last else reference
        if name.startswith("y"):
            year = self.context.year_before + 1 + int(name[1:])
            first = 12 * year + max(when.first, 0)
            last = 12 * year + when.last if when.first >= 0 else first + 11
            return (first, last) if self.context.date else None
        if not name and when.first >= 0:
            return self._months(when, reference)
        if reference is None or name in ("same", "year", "month"):
            return reference
        if name.isdigit() and name != "0":  # "the following year": counted from the figure before
            opens = any(one.value is when and one.start < self.first for one in self.s.periods)
            last = self.earlier if opens or not self.done else self.done[-1][3]
            reference = last or reference
        return shifted(reference, 12 * int(name))

    def like(self, when: When, span: Span | None) -> Span | None:
        """The same months of another year: "in the same months of 2017", "of last year"."""
        span = self.context.last if span is None or span[1] - span[0] == 11 else span
        year = self.resolved(when, None)
        return shifted(span, 12 * (year[0] // 12 - span[0] // 12)) if span and year else None

    def _months(self, when: When, reference: Span | None) -> Span | None:
        """Months without a year: in the year of the reference, else the last before the text."""
        said = reference and (self.context.end or reference != whole_year(self.context.year_before))
        year = reference[0] // 12 if said else 0
        if self.context.date:
            last = month_of(self.context.date)
            year = year or last // 12
            year -= 12 * year + when.last > last
            year += year == self.year_of_base and 12 * (year + 1) + when.last <= last
        return (12 * year + when.first, 12 * year + when.last) if year else None

    def reference(self) -> tuple[Span | None, str]:
        """The period that the sentence speaks of, and where it was said ("" here)."""
        s, context = self.s, self.context
        points = [one for one in s.periods if self.role(one) in ("point", "span")]
        for one in points:
            leads = s.figures and one.start < s.figures[0].start
            if (
                leads
                and not one.value.name.startswith("-")
                and (when := self.resolved(one.value, context.end))
            ):
                return when, ""
        for mention, role, _, when in reversed(self.done):
            inside = s.value(mention.start - 1) in ("(", ":")
            if role != "from" and not inside and self.flows(s.segment(mention), mention.start):
                return when, CLAUSE
        if context.end:
            return context.end, TEXT
        for one in points:
            of = [figure for figure in s.figures if figure.end <= one.start]
            if (
                one.value.name in ("", "span", "y-1")
                and not (of and self.place_of(of[-1]) == "from")
                and (when := self.resolved(one.value, None))
            ):
                return when, ""
        year = context.year_before
        return (whole_year(year), "the day of the text") if year else (None, "")

    def flows(self, start: int, end: int) -> bool:
        """Whether no break or comparison stands between two places."""
        return not group("breaks") & set(self.s.run(start, end))

    def place_of(self, mention: Mention) -> str:
        """Whether a level is that moved from or to: "from a surplus of A to a deficit of B"."""
        if self.s.run(mention.end, mention.end + 2) in (["turned", "into"], ["became", "a"]):
            return "from"
        for at in range(mention.start - 1, max(mention.start - 5, -1), -1):
            if self.s.value(at) in ("from", "to"):
                return self.s.value(at)
            if not self.s.only(at, at + 1, ("a", "of", "an", "the"), "measure"):
                return ""
        return ""

    def measure_between(self, start: int, end: int, but: int = -2) -> bool:
        """Whether a measure (other than that at `but`) begins between two places."""
        return any(start <= one.start < end and one.start != but for one in self.measures)

    # Periods beside a figure

    def beside(self, mention: Mention, own: Measure | None) -> list[tuple[Mention, str]]:
        """The periods that stand by a figure, those behind it first, each with its role."""
        s, start, end = self.s, self.s.segment(mention), mention.end
        limits = [one.start for one in s.figures if one.start >= end]
        has_next = bool(limits)
        if limits and limits[0] <= end + 2 and s.value(limits[0] - 1) == "(":
            limits = limits[1:]
        limit = limits[0] if limits else len(s.tokens)
        but = own.start if own else -2
        behind = [
            one for one in s.periods
            if end <= one.start < limit
            and (s.value(end) == "what" or not self.measure_between(end, one.start, but))
            and ";" not in s.run(end, one.start)
            and not (has_next and self._goes_on(one, end))
        ]  # fmt: skip
        money = mention.value.last.unit == MONEY
        ahead = [
            one for one in s.periods
            if start <= one.start < mention.start
            and (start == 0 or self._right_before(one, mention) or self._goes_on(one, start)
                 or (money and s.run(one.end, one.end + 2) == [",", "which"]))
        ]  # fmt: skip
        return [(one, self.role(one)) for one in [*behind, *reversed(ahead)]]

    def _right_before(self, one: Mention, mention: Mention) -> bool:
        """Whether only a comma stands between a period and a figure: "in 1993, $41.6 billion"."""
        comma = self.s.run(one.end, mention.start) in ([","], ["("])
        return comma and not one.value.name and self.role(one) in ("point", "base")

    def _goes_on(self, one: Mention, start: int) -> bool:
        """Whether a period between two figures goes with the second: after a comma or break."""
        s, gap = self.s, self.s.run(start, one.start)
        if s.value(one.end) == ":":
            return True
        if "(" in gap or s.value(start) == "(":
            return False
        if s.run(one.end, one.end + 2) == [",", "to"]:  # "or 16.6%, in 2019, to $449 billion"
            return False
        breaks = {",", ";", "and", "—", ":", "when", "but", "while"}
        return bool(breaks & set(gap[:-1] or gap[:1]))

    # One period

    def point(self, mention: Mention, role: str, own: Measure) -> tuple[Span | None, Said]:
        """The period of a level or share; what was inferred."""
        s = self.s
        reference, source = self.reference()
        run = f" {' '.join(s.words)} "
        if (group("sums") & set(s.words) or any(f" {word} up " in run for word in _UPS)) and (
            (span := self._sum()) or group("sums") & set(s.words)
        ):
            return span, {}
        lead = s.run(s.segment(mention), mention.start)
        if self.done and reference and "followed" in lead and "by" not in lead:
            return shifted(reference, -12), {"period": CLAUSE}
        whens = [at for at in range(s.segment(mention), mention.start) if s.value(at) == "when"]
        after = any(whens and whens[-1] < one.start < mention.start for one in s.periods)
        for one in reversed(s.periods):  # "smaller than in 2014, when it had been $7.2 billion"
            if whens and not after and whens[-1] - 6 <= one.end <= whens[-1]:
                return self.resolved(one.value, reference), {}
        for one in s.periods:  # "November's $5.7 billion"
            if s.value(one.end) == "'s" and one.end + 1 == mention.start:
                return self.resolved(one.value, reference), {}
        for one, its in self.beside(mention, own):
            than = s.value(one.start - 2) in ("than", "as")
            if its == "like" and role != "to" and (then := self.like(one.value, reference)):
                return then, {}
            if its in ("point", "base") and s.value(one.start - 1) != "since" and not than:
                return self.resolved(one.value, reference), {}
        another = any(mention.end <= one.start <= mention.end + 2 for one in s.partners)
        compared = group("compares") & set(s.run(mention.start - 3, mention.start))
        another = another or self.measure_between(mention.start - 3, mention.start)
        if reference and compared and not another:
            bases = [one for one in s.periods if one.start < mention.start]
            when = [
                self.resolved(one.value, reference) for one in bases if self.role(one) == "base"
            ]
            return (when[0], {}) if when else (shifted(reference, -12), {"period": AYEAR})
        lead = s.run(s.segment(mention) if self.done else 0, mention.start)
        perfect = role == "to" or {"become", "into"} & set(lead)
        here = [one for one in s.periods if one.end <= mention.start]
        latest = self.context.latest
        if (
            {"has", "have"} & set(lead)
            and perfect
            and here
            and latest
            and reference
            and latest > reference
        ):
            return latest, {"period": TEXT}  # "$83 million in 2003, has widened to …"
        span = self.pair or self.span or (self.context.span if self.same and role else None)
        span = span if role or not self.pair else self.span
        if role == "from":
            return self._moved_from(mention, span, reference)
        if span:
            return span[1], {}
        follows = any(one.start >= mention.end for one in s.figures)
        behind = [
            one for one in s.periods
            if one.start > mention.end and self.role(one) == "point" and one.value.first > 12
            and not (follows and self._goes_on(one, mention.end))
            and self.flows(mention.end, one.start) and s.same_clause(one, mention)
            and not self.measure_between(mention.end, one.start)
            and self._of_list(mention, one)
        ]  # fmt: skip
        if behind and source not in ("", CLAUSE):
            return self.resolved(behind[0].value, reference), {}
        return reference, {"period": source} if source else {}

    def _of_list(self, mention: Mention, when: Mention) -> bool:
        """Whether all figures up to a period are of one list, so that it is theirs too."""
        between = [one for one in self.s.figures if mention.end <= one.start < when.start]
        run = next((run for run in self.s.runs(self.s.figures) if mention in run), [])
        return all(one in run for one in between)

    def _moved_from(
        self, mention: Mention, span: tuple[Span, Span] | None, reference: Span | None
    ) -> tuple[Span | None, Said]:
        """The period of the level that something moved from."""
        s_periods = self.s.periods
        if span:
            return span[0], {}
        kept = self.context.span
        said = any(one.value.first > 12 and one.end <= mention.start for one in s_periods)
        if kept and reference == kept[1] and not said:
            return kept[0], {"period": TEXT}
        if bases := [base for _, _, base, _ in reversed(self.done) if base]:
            return bases[0], {"period": CLAUSE}
        behind = [
            one for one in self.s.periods
            if one.start >= mention.end and self.role(one) == "point"
            and self.flows(mention.end, one.start)
            and not self.measure_between(mention.end, one.start)
        ]  # fmt: skip
        end = self.resolved(behind[0].value, reference) if behind else reference
        return shifted(end, -12) if end else None, {"period": AYEAR}

    def near(self, mention: Mention) -> tuple[Span | None, Said]:
        """The period of a rank or record."""
        reference, source = self.reference()
        near = [
            one for one in self.s.periods
            if (self.role(one) == "point" or self.s.value(one.start - 2) == "than")
            and self.s.same_clause(one, mention)
        ]  # fmt: skip
        near = [one for one in near if not one.value.name.startswith("-")]
        behind = [
            one for one in near
            if one.start >= mention.end
            and not any(mention.end <= f.start < one.start for f in self.s.figures)
        ]  # fmt: skip
        ahead = [one for one in near if one.end <= mention.start]
        behind = [one for one in behind if not self.measure_between(mention.end, one.start)]
        for one in [*behind[:1], *reversed(ahead)]:
            return self.resolved(one.value, reference), {}
        return reference, {"period": source} if source else {}

    def _sum(self) -> Span | None:
        """The years that a sum runs over: "since 2000 … a combined deficit", "the ten years to"."""
        s, last = self.s, self.context.year_before
        for one in s.periods:
            if one.value.name == "span":
                return one.value.first, one.value.last
            if s.value(one.start - 1) == "since" and one.value.first > 12 and last:
                return one.value.first, 12 * last + 11
        for at, value in enumerate(s.words):
            count = words("numbers").get(value, value)
            lead = s.value(at - 1) in ("the", "past", "last", "over")
            if lead and count.isdecimal() and s.value(at + 1) == "years" and len(count) < 4:
                end = year_of(s.value(at + 3)) if s.value(at + 2) == "to" else 0
                end = end or last
                return (12 * (end - int(count) + 1), 12 * end + 11) if end else None
        return None

    # Two periods

    def two(self, mention: Mention, own: Measure) -> tuple[Span | None, Span | None, Said]:
        """Base and end of a change or ratio; what was inferred."""
        s, context = self.s, self.context
        reference, source = self.reference()
        beside = self.beside(mention, own)
        roles = [role for _, role in beside]
        base, end = self._said(mention, beside, reference)
        said_here = "point" in roles or "span" in roles
        if base is None and (levels := self._levels_behind(mention, reference)):
            base, end = levels[0], end or levels[1]
            self.pair = context.span = (base, end or reference)
        inferred: Said = {}
        since = [
            one
            for one, role in beside
            if role == "base" and "since" in s.run(one.start - 1, one.end)
        ]
        if (
            end is None
            and since
            and not any(one.end <= mention.start and one not in since for one in s.periods)
        ):
            ends = [context.end, whole_year(context.year_before)]
            reference = next((one for one in ends if one and base and one > base), reference)
            source = TEXT
        if end is None:
            end = reference
            inferred = {"end": source} if source else {}
        before = context.measure
        carried = own.start < 0 or (
            before and (before.name, before.sector) == (own.name, own.sector)
        )
        carried = carried and mention.value.last.unit == "times" and not since
        if base is None and carried and self.earlier and end and self.earlier < end:
            base, inferred["base"] = self.earlier, TEXT  # "It was A: six times as much"
            context.span = (base, end)
        if base is None and not said_here:
            compared = "year" in roles or "month" in roles
            before = [done for done in reversed(self.done) if done[2]]
            points = any(one.value.first >= 0 for one in s.periods)
            kept = self.pair or context.span
            whens = {when for _, _, moved, when in self.done if not moved}
            if not compared and not before and (levels := self._levels_before(whens)):
                base, end, inferred = *levels, {"base": CLAUSE, "end": CLAUSE}
            elif before and not compared:
                base, end, inferred = *before[0][2:], {"base": CLAUSE}
            elif kept and (
                self.pair or self.same or (not points and (context.spanned or self._moves(mention)))
            ):
                base, end, inferred = *kept, {"base": TEXT, "end": TEXT}
        own_levels = {when for _, role, moved, when in self.done if not moved}
        counted = mention.value.last.unit in ("times", "percent")
        if base is None and end and said_here and counted and len(own_levels) == 1:
            level = min(own_levels)  # "imports, $7.5 billion in 2009, had trebled by last year"
            base = level if level < end and level[1] - level[0] == end[1] - end[0] else None
        if base and end and end <= base and context.latest and context.latest > base:
            end = context.latest
        if base is None and end is not None:
            months = context.span and [one[0] for one in context.span]
            monthly = end[0] == end[1] and (
                "month" in roles
                or bool(months and months[1] - months[0] == 1 and months[1] <= end[0])
            )
            base = shifted(end, -1 if monthly else -12)
            inferred["base"] = "a month before the end" if monthly else AYEAR
        if self.span or {"span", "like"} & set(roles):
            context.span, context.spanned = (base, end), True
        elif said_here:
            context.spanned = False
        return base, end, inferred

    def _moves(self, mention: Mention) -> bool:
        """Whether the levels of a change follow: "doubled, from A to B"."""
        behind = [one for one in self.s.figures if one.start >= mention.end]
        return any(self.place_of(one) == "from" for one in behind[:1])

    def _levels_before(self, whens: set[Span]) -> tuple[Span, Span] | None:
        """The periods of levels that a change follows: "A in 2013 and B in 2015, up a fifth"."""
        latest = self.context.latest
        if len(whens) == 1 and latest and latest > min(whens):
            return min(whens), latest
        return (min(whens), max(whens)) if len(whens) > 1 else None

    def _said(
        self, mention: Mention, beside: list[tuple[Mention, str]], reference: Span | None
    ) -> tuple[Span | None, Span | None]:
        """Base and end as far as words beside the figure say them."""
        s, context = self.s, self.context
        base = end = None
        for one, role in beside:
            if role == "span":
                base, end = ends_of(one.value)
            elif role == "same" and context.span:
                base, end = context.span
            elif role == "point" and not one.value.name.startswith("-"):
                end = end or self.resolved(one.value, reference)
        for one, role in beside:
            whole = end or reference
            ago = role == "base" and one.value.name.startswith("y-") and one.value.first < 0
            if ago and whole and whole[1] - whole[0] < 11:  # of some months "a year ago"
                base = base or shifted(whole, 12 * int(one.value.name[1:]))
            if role == "base" or (role == "point" and one.value.name.startswith("-")):
                base = base or self.resolved(one.value, end or reference)
            if role == "like" and (end or reference):
                end = end or reference
                base = self.like(one.value, end)
            if s.value(one.end) == "'s" and one.start == mention.end:  # "twice November's …"
                base = base or self.resolved(one.value, end or reference)
        behind = s.value(mention.end)
        opens = next((at for at in (0, 1) if self._years_behind(at)), 0)
        if years := self._years_behind(mention.end) or (
            not beside and not self.done and self._years_behind(opens)
        ):
            end = end or reference
            base = shifted(end, -12 * years) if end else None
        if s.value(0) == "that" and context.last and reference and not beside and not base:
            base = context.last if context.last < reference else None  # "That is an increase of …"
            if not base and not self.done and context.span and context.span[1] == reference:
                base = context.span[0]
        if behind == "since" and context.last and not beside:
            base, end = context.last, context.latest
        if (self.pair or self.span) and not base and not end:
            base, end = self.pair or self.span
        following = next((one for one in s.figures if one.start >= mention.end), None)
        if following and behind == "the" and following.start <= mention.end + 1:
            for one, role in self.beside(following, None):  # "double the $14.2 billion of 2004"
                base = base or (self.resolved(one.value, reference) if role == "point" else None)
        return base, end

    def _years_behind(self, at: int) -> int:
        """The number of years of "doubled in five years", else 0."""
        run = [word for word in self.s.run(at, at + 5) if word not in ("the", "a", "past", "last")]
        if len(run) < 2 or run[0] not in ("in", "over", "within"):
            return 0
        count = words("numbers").get(run[1], run[1])
        if run[1] == "decade":
            return 10
        return int(count) if count.isdecimal() and "years" in run[2:3] and len(count) < 3 else 0

    def _levels_behind(
        self, mention: Mention, reference: Span | None
    ) -> tuple[Span, Span | None] | None:
        """The years of "doubled from $13.2 billion in 2011 to $27.6 billion in 2016"."""
        ends: dict[str, Span] = {}
        for one in self.s.figures:
            role = self.place_of(one)
            if one.start < mention.end or not role:
                continue
            if self.measure_between(mention.end, one.start):
                break
            for when in self.s.periods:
                if (
                    one.end <= when.start <= one.end + 2
                    and self.role(when) == "point"
                    and (found := self.resolved(when.value, reference))
                ):
                    ends.setdefault(role, found)
        return (ends["from"], ends.get("to")) if "from" in ends else None

    def _since(self) -> tuple[Span, Span] | None:
        """The span of a sentence that opens with "Since … 2001", up to what the text speaks of."""
        s, context = self.s, self.context
        first = next((one for one in s.periods if one.value.first > 12), None)
        if s.value(0) != "since" or first is None or not s.figures:
            return None
        base, end = (first.value.first, first.value.last), context.end
        if end is None or end <= base:
            end = whole_year(context.year_before)
        return (base, end) if first.end <= s.figures[0].start and end > base else None

    # What later sentences keep

    def note(self, mention: Mention, role: str, base: Span | None, when: Span, said: Said) -> None:
        """Keep a bound figure, and the period the text speaks of: the latest, or one that opens."""
        s, context = self.s, self.context
        self.done.append((mention, role, base, when))
        lead = set(s.run(s.segment(mention), mention.start))
        words_ = s.run(s.segment(mention), mention.start)
        had = "had" in words_[:-1] and words_[words_.index("had") + 1] not in words("articles")
        past = role == "from" or had or words_[-1:] == ["after"] or bool(group("compares") & lead)
        later = context.end is None or when[1] >= context.end[1]
        if context.passing and context.end and not later:  # "May 2024" alone in a line
            later = context.end[1] - context.end[0] != when[1] - when[0]
        if not past and not {"period", "end"} & said.keys() and later:
            context.end, context.passing = when, False
            context.month = when if when[0] == when[1] else context.month
        context.last = when
        if context.latest is None or when[1] > context.latest[1]:
            context.latest = when
        other = self.done[-2] if len(self.done) > 1 else None
        two_levels = bool(other) and other[2] is None and base is None
        if two_levels and (role == "from" or other[1] == "from" or group("compares") & lead):
            two = sorted((other[3], when))  # "from A to B", "to B, up from A"
            if two[0] < two[1]:
                self.pair = context.span = (two[0], two[1])
                money = mention.value.last.unit == MONEY
                context.spanned = money and two[1][0] - two[0][0] > 12
        elif two_levels and other[3] < when:  # "A in 2011 and B in 2016"
            context.span = (self.done[0][3], when)

    def remember(self) -> None:
        """Keep the period of a sentence without a claim, where it is a later one or opens it."""
        points = [
            one for one in self.s.periods if one.value.first >= 0 or one.value.name in ("y-1", "y0")
        ]
        if self.done and self.span:
            self.context.span, self.context.spanned = self.span, True
        if self.done or not points:
            return
        last, context = points[-1].value, self.context
        when = self.resolved(last, context.end)
        if when and last.name == "y0" and context.date and when[0] <= month_of(context.date):
            when = when[0], min(when[1], month_of(context.date))  # "This year?"
        past = when and (not context.date or when[1] <= month_of(context.date))
        if past and (context.end is None or when[1] >= context.end[1] or points[0].start < 3):
            if last.name == "span":
                context.span = ends_of(last)
            context.end, context.passing = when, True
