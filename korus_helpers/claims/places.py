"""Claims that are no figure of their own sentence: ranks, records, and the cells of a table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.measures import NEGATED, Context, Measure
from korus_helpers.claims.mentions import Mention, Sentence, group, table, year_of
from korus_helpers.claims.moments import Moments, whole_year, written
from korus_helpers.claims.phrases import figure_at
from korus_helpers.claims.printed import TOLERANCE, read_printed
from korus_helpers.claims.reading import Found
from korus_helpers.claims.wording import plain, tokens_in, words
from korus_helpers.errors import InputError

_COLUMNS = {"exports": "exports", "us exports": "exports", "we sold": "exports",
            "imports": "imports", "us imports": "imports", "we bought": "imports",
            "balance": "balance", "trade balance": "balance", "deficit": "deficit",
            "total": "two-way", "total trade": "two-way"}  # fmt: skip
_HEAD = re.compile(r"\b(?:exports|imports|sold|bought)(?:[ \t]{2}|[ \t]*[|\t])", re.IGNORECASE)
_CELL = re.compile(r"[^\s|](?:[^\s|]| (?=[^\s|]))*")


def ranks(
    s: Sentence, measures: list[Measure], moments: Moments, context: Context
) -> Iterator[Found]:
    """Places such as "the third-largest supplier", "No. 10 among export markets"."""
    run = " ".join(s.words)
    states = any(one.value == "state" for one in s.of("partner")) or "among the states" in run
    if context.away or states or any(one.why for one in measures):
        return
    for at, value in enumerate(s.words):
        place = _place(s, at)
        if not place:
            continue
        end = at + 1 + (s.value(at + 1) in ("th", "rd", "nd", "st"))
        largest = s.value(end) in table("largest")
        ranked = s.value(at - 1) in group("ranked") or s.value(at - 2) == "no"
        ranked = ranked or s.value(end) == "among"
        ranked = ranked or (s.value(at - 1) in (",", "now") and s.value(end) in ("behind", "after"))
        end += largest
        noun = _noun(s, end)
        numbered = s.value(at - 1) in ("no", ".") and not noun
        owner = s.value(at - 1) == "'s" and s.ends_at(at - 1, "partner")
        if owner and owner.value != "US" and not any(m.flow for m in measures):
            continue  # "the United States is Taiwan's third-largest partner"
        first = value in group("first of all") and noun and noun[0] not in ("deficit", "balance")
        names = [one for one in s.of("partner") if one.end <= at]
        ours = any(one.value == "US" for one in s.of("partner"))
        theirs = names and names[-1].value == "US" and s.value(names[-1].end) in group("is")
        first = first and ours and not theirs  # "the United States was the largest destination"
        if numbered or not (largest or ranked or first or (noun and value.isdigit())):
            continue
        left = [one for one in measures if one.start < at]
        measure = left[-1] if left else context.measure
        if noun:
            name, end = noun
        elif measure:
            name = measure.name
        else:
            continue
        before = [str(one.value) for one in s.partners if one.end <= at]
        after = [
            str(one.value) for one in s.partners
            if one.start >= end and not group("surpassed by") & set(s.run(end, one.start))
        ]  # fmt: skip
        if s.value(end) in ("in", "of") and group("regions") & set(s.run(end + 1, end + 3)):
            continue  # "the third-largest trading partner in Latin America"
        partner = (before[-1:] or after[:1] or [context.partner])[0]
        when, said = moments.near(Mention("rank", None, at, end))
        if partner and when:
            quote, on = s.shown(at, end), Interval(Decimal(place), Decimal(place))
            printed = _printed(quote, f"No. {place}")
            yield Found(quote, s.span(at, end), printed, name, "rank", partner, unit="rank",
                        period=written(when), interval=on, inferred=said,
                        among="countries")  # fmt: skip


def _printed(quote: str, plain_words: str) -> str:
    """The words of a place or record as a claims file takes them."""
    try:
        return quote if read_printed(quote).unit == "rank" else plain_words
    except InputError:
        return plain_words


def _place(s: Sentence, at: int) -> int:
    """The place that a word or number gives, or 0."""
    value, after = s.value(at), s.value(at + 1)
    if value in group("first of all"):  # "the largest supplier"
        plain = s.value(at - 1) in ("the", "our", "its", "'s", "by") and s.value(at - 2) != "of"
        return int(plain and s.value(at - 2) not in ("one", "among"))
    numbered = s.value(at - 1) in ("no", "number") or s.run(at - 2, at) == ["no", "."]
    if s.value(at - 1) == "number" and value in words("numbers"):
        return int(words("numbers")[value])
    if value.isdecimal() and len(value) < 4 and (after in ("th", "rd", "nd", "st") or numbered):
        return int(value)
    return int(table("ordinals").get(value, 0))


def _noun(s: Sentence, at: int) -> tuple[str, int] | None:
    """The measure of "buyer", "supplier" or "trading partner" near a place, and where it ends."""
    for start in range(at, min(at + 4, len(s.words))):
        for length in (3, 2, 1):
            run = " ".join(s.run(start, start + length))
            for name, nouns in table("rank noun").items():
                if run in nouns:
                    return name, start + length
    return None


def records(
    s: Sentence,
    measures: list[Measure],
    moments: Moments,
    context: Context,
    refused: Callable[[Mention, Measure | None], str],
) -> Iterator[Found]:
    """Records such as "an all-time high", "the lowest since 2009", "a record $49.2 billion"."""
    for one in [*s.of("record", "record low", "record again"), *_other_records(s)]:
        again = one.kind == "record again"
        left = [m for m in measures if (m.start >= one.end if again else m.start < one.start)]
        left = left[:1] if again else left
        if again and not s.of("record", "record low"):
            continue
        measure = left[-1] if left else context.measure
        figure = any(f.start <= one.start + 1 and f.end > one.end for f in s.figures)
        bare = one.value is not None and s.run(one.start, one.end) == ["record"] and not figure
        if measure is None or bare or refused(one, measure) not in ("", NEGATED):
            continue
        between = [p for p in s.partners if measure.end <= p.start and p.end <= one.start]
        partner = measure.partner or (str(between[-1].value) if left and between else "")
        ahead = [str(p.value) for p in s.partners if p.end <= one.start]
        partner = partner or (ahead[-1] if ahead else context.partner)
        partner = partner or ("0015" if context.ours else "")
        when, said = moments.near(one)
        if not partner or when is None:
            continue
        since = [p.value for p in s.periods if p.start in (one.end, one.end + 1)
                 and s.value(p.start - 1) == "since"]  # fmt: skip
        quote = s.shown(one.start, one.end)
        low = one.kind == "record low" or {"low", *table("smallest")} & set(quote.lower().split())
        printed = _printed(quote, "a record low" if low else "a record high")
        yield Found(quote, s.span(one.start, one.end), printed, measure.name, "record", partner,
                    measure.sector, unit="record", period=written(when), inferred=said,
                    since=written((since[0].first, since[0].last)) if since else "")  # fmt: skip


def _other_records(s: Sentence) -> list[Mention]:
    """Records within a figure, "a record $49.2 billion", and of years, "a twenty-year low"."""
    within = [
        Mention("record", None, at, at + 1)
        for one in s.figures
        for at in range(one.start, one.end)
        if s.value(at) == "record"
    ]
    superlatives = [*table("largest"), *table("smallest")]
    for at in range(len(s.words)):
        if s.value(at) in superlatives and s.value(at - 1) not in table("ordinals"):
            for end in range(at + 1, at + 6):
                if s.value(end) in ("since", "ever") or s.run(end, end + 2) == ["on", "record"]:
                    within.append(Mention("record", "record", at, end + 1 + (s.value(end) == "on")))
                if s.value(end) in (",", ".", ";", ""):
                    break
    return within + [
        Mention("record", None, at - 1, at + 2)
        for at in range(1, len(s.words) - 1)
        if s.value(at) == "year"
        and s.value(at + 1) in ("low", "high")
        and (s.value(at - 1).isdecimal() or s.value(at - 1) in words("numbers"))
    ]


@dataclass(frozen=True)
class Table:
    """Rows of figures under a head of measures, with unit and year in the lines above.

    Where a line of years stands above the head, each of them has its share of the columns.
    """

    span: tuple[int, int]
    head: tuple[str, ...]
    years: tuple[int, ...]  # of the columns, () where the title says the one
    rows: tuple[tuple[int, str], ...]  # where each begins, and its line
    title: str

    def claims(self, date: str) -> Iterator[Found]:
        """Each cell as a level: the partner from its row, the measure from its column."""
        title = _sentence(self.title)
        moments = Moments(title, [], Context(date))
        said = [moments.resolved(one.value, None) for one in title.periods]
        said = [one for one in said if one]
        years = [whole_year(year) for year in self.years]
        repeats = len(set(filter(None, self.head))) < len(list(filter(None, self.head)))
        if not years and said and not repeats:
            years = [said[-1]] * len(self.head)
        scale = next((word for word in title.words if word in words("scales")), "")
        for start, line in self.rows if years and scale else ():
            label, *cells = _cells(line)
            partners = _sentence(label[1]).partners
            for measure, when, (at, cell) in zip(self.head, years, cells, strict=False):
                printed = f"{cell} {scale} dollars"
                figure = figure_at(tokens_in(plain(printed)), 0)
                if partners and measure and figure and not figure.problem:
                    yield Found(
                        cell, (start + at, start + at + len(cell)), printed, measure, "level",
                        str(partners[0].value), unit="million dollars",
                        period=written(when),
                        interval=figure.admits(Fraction(TOLERANCE)),
                        stated={"measure": measure, "partner": label[1],
                                "period": self.title.strip()},
                    )  # fmt: skip


def tables_in(text: str) -> Iterator[Table]:
    """The tables that are set as text: a head with measures, then rows of a partner and cells."""
    if not _HEAD.search(text):
        return
    lines = [(found.start(), found.group()) for found in re.finditer(r"[^\n]+", text)]
    last = -1
    for place, (start, line) in enumerate(lines):
        names = [cell.lower() for _, cell in _cells(line)]
        named = names[0] not in _COLUMNS if names else False  # a name for the first column
        head = tuple(_COLUMNS.get(name, "") for name in names[named:])
        if sum(map(bool, head)) < 2 or place <= last:
            continue
        rows = []
        for at, row in lines[place + 1 :]:
            cells = _cells(row)
            if not set(row) <= set("-=+| \t"):
                if len(cells) < 3 or not any(c.isdigit() for c in cells[1][1]):
                    break
                rows.append((at, row))
        if rows:
            title = " ".join(above for _, above in lines[max(0, place - 3) : place])
            years = [year_of(cell) for _, cell in _cells(lines[place - 1][1])] if place else []
            whole = years and all(years) and len(head) % len(years) == 0
            years = (
                [year for year in years for _ in range(len(head) // len(years))] if whole else ()
            )
            last = place + len(rows)
            end = rows[-1][0] + len(rows[-1][1])
            yield Table((start, end), head, tuple(years), tuple(rows), title)


def _cells(line: str) -> list[tuple[int, str]]:
    """The cells of a line, with where they begin: two spaces, a tab or a bar part them."""
    return [(found.start(), found.group().strip()) for found in _CELL.finditer(line)]


def _sentence(text: str) -> Sentence:
    return Sentence(text, tokens_in(plain(text)))
