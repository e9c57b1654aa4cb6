"""From what was found in a text to verdicts, and to a file of claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from korus_helpers.claims.auditing import Audit, audit
from korus_helpers.claims.claim import OTHER, Claim, check_day, described
from korus_helpers.claims.intervals import Interval
from korus_helpers.claims.printed import TOLERANCE, read_printed
from korus_helpers.claims.reading import Aside, Found, read_text
from korus_helpers.claims.register import article, claims_about, read_claims
from korus_helpers.claims.texts import text_of_file
from korus_helpers.claims.typed import tolerance_of
from korus_helpers.claims.untrusted import file_name
from korus_helpers.claims.verdicts import CANNOT, Verdict, judge
from korus_helpers.claims.wording import quoted
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, find_partner
from korus_helpers.figures.releases import LATEST
from korus_helpers.trade.bases import MEASURES, WAYS
from korus_helpers.trade.definition import check_measure
from korus_helpers.trade.evaluate import evaluate

FAR = 3  # times the official figure, or that part of it: a level that was inferred is misread


@dataclass(frozen=True)
class Judged:
    """A claim of a text beside its verdict; `reason` where the product cannot judge it."""

    id: str
    found: Found
    partner: Partner
    claim: Claim | None
    verdict: Verdict | None
    reason: str = ""
    others: tuple[str, ...] = ()  # what other honest readings give

    @property
    def said(self) -> str:
        """The verdict in words."""
        return self.verdict.verdict if self.verdict else CANNOT


@dataclass(frozen=True)
class Read:
    """A text read and judged: its claims in its order, what was set aside, what contradicts."""

    text: str
    date: str
    claims: tuple[Judged, ...]
    aside: tuple[Aside, ...]
    together: Audit


@dataclass(frozen=True)
class Source:
    """Whose claims a notebook judges: `name` in words, the claims, and how far hedges reach."""

    name: str
    claims: list[Claim]
    tolerance: Decimal
    read: Read | None = None
    of_article: bool = False

    @cached_property
    def text(self) -> Read | None:
        """The text that was read; for the article its statements in a paragraph of ours."""
        if not self.of_article:
            return self.read
        import yaml

        found = yaml.safe_load(Path(__file__).with_name("article.yaml").read_text("utf-8"))
        return read_and_judge(found["text"], str(found["date"]), tolerance=self.tolerance)


def read_source(
    text_file: str = "",
    claims_file: str = "",
    partner: str = "",
    date: str = "",
    measure: str = "",
    tolerance: float = float(TOLERANCE),
) -> Source:
    """The claims of a text, else of a claims file, else those that are included on a partner.

    `date` ("2017-12-28"), `partner` and `measure` are what the text leaves open. A claim of a text
    that is not judged has the measure `other`, with the reason as its note. Raises `InputError`.
    """
    reach = tolerance_of(str(tolerance))
    if text_file and claims_file:
        raise InputError("text_file and claims_file are both given; give one of them")
    check_day("published", date)
    if measure:
        check_measure(measure)
    if text_file:
        text, day = text_of_file(text_file)
        found = read_and_judge(text, date or day, partner, measure, tolerance=reach)
        return Source(file_name(text_file), [_as_claim(one) for one in found.claims], reach, found)
    if claims_file:
        return Source(file_name(claims_file), read_claims(claims_file), reach)
    claims = claims_about(partner)
    if claims and claims == article():
        return Source("the article", claims, reach, of_article=True)
    return Source(f"public statements about {find_partner(partner).in_sentence}", claims, reach)


def _as_claim(one: Judged) -> Claim:
    if one.claim:
        return one.claim
    found, partner = one.found, one.partner.in_sentence
    when = found.period or f"{found.base} to {found.end}"
    what = f"{found.measure}, {found.as_}, {partner}, {when}"
    return Claim(one.id, found.printed, OTHER, partner=partner, what=what, note=f"{one.reason}.")


def read_and_judge(
    text: str,
    date: str = "",
    partner: str = "",
    measure: str = "",
    *,
    tolerance=TOLERANCE,
    vintage: str = LATEST,
) -> Read:
    """Find the claims of a text and judge them as `korus audit` would.

    `date`, `partner` and `measure` fill what the text leaves open. A level whose partner, measure
    or period had to be inferred is set aside where it is several times the official figure, or a
    small part of it: then it is more likely misread than wrong. Raises `InputError` for a partner
    that is not known.
    """
    code = find_partner(partner).code if partner else ""
    reading = read_text(text, date, code, measure)
    claims, aside = [], list(reading.aside)
    for found in reading.claims:
        claim, reason = _claim(f"c{len(claims) + 1}", found, date)
        if unsure := _unsure(found, claim, vintage):
            aside.append(Aside(found.quote, found.span, unsure))
        else:
            claims.append((found, claim, reason))
    together = audit([one for _, one, _ in claims if one], tolerance=tolerance, vintage=vintage)
    verdicts = {one.claim.id: one for one in together.verdicts}
    judged = tuple(
        Judged(
            f"c{n}",
            one,
            find_partner(one.partner),
            claim,
            verdicts.get(f"c{n}"),
            reason,
            tuple(_read_as(one, other, date, tolerance, vintage) for other in one.alternatives),
        )
        for n, (one, claim, reason) in enumerate(claims, 1)
    )
    return Read(text, date, judged, tuple(sorted(aside, key=lambda one: one.span)), together)


def said_in(sentence: str, date: str, partner: str, typed: dict[str, object]) -> list[Claim]:
    """The claims of a sentence that says measure and period itself; `partner` where it names none.

    Raises `InputError` where there are none, or where an option is `typed` that says the same.
    """
    named = [name for name, value in typed.items() if value and value != "total"]
    check_day("--date", date)
    reading = read_text(sentence, date, find_partner(partner).code)
    both = [_claim("check", found, date) for found in reading.claims]
    claims = [claim for claim, _ in both if claim]
    if claims and not named:
        return claims
    reasons = [reason for _, reason in both if reason] + [one.reason for one in reading.aside]
    why = f": {reasons[0]}" if reasons else ""
    options = f"with {', '.join(f'--{name}' for name in named)}" if named else "without --measure"
    raise InputError(
        f"{quoted(sentence)} is not read {options}{why}; type --measure (one of"
        f" {', '.join(MEASURES)}) and a period, such as --year 2016, or a sentence that says both"
    )


def _unsure(found: Found, claim: Claim | None, vintage: str) -> str:
    """Why a claim is too far from the official figure to be what was inferred, or ""."""
    if not claim or found.as_ != "level" or not found.inferred or found.per:
        return ""
    asked = replace(claim.definition(), vintage=vintage)
    try:
        official = evaluate(claim.measure, asked).value
    except InputError:  # there is none
        return ""
    near = [float(end) for end in (found.interval.low, found.interval.high) if end is not None]
    printed = sum(near) / len(near)
    if not official or abs(official) / FAR < abs(printed) < abs(official) * FAR:
        return ""
    balance = found.measure in ("deficit", "balance")  # which may be near zero
    if balance and abs(printed - official) < evaluate("two-way", asked).value / 10:
        return ""
    fields = " and ".join(f"the {name} from {what}" for name, what in found.inferred.items())
    return (
        f"with {fields} it would be {found.measure} of which the official figure is"
        f" {official:,.0f} million dollars; it is likely of something else"
    )


def _claim(name: str, found: Found, date: str) -> tuple[Claim | None, str]:
    """The claim of the kind that a claims file holds, else why there is none."""
    if found.as_ not in WAYS or found.measure not in MEASURES:
        return None, f"{found.as_}: not judged here"
    if found.as_ == "contribution" and found.sector == "total":
        return None, "a partner's part of the change in the World's trade is not judged here"
    whole = "total" if found.as_ == "share" and found.sector != "total" else "World"
    if found.as_ == "share" and found.whole not in ("", whole):
        return None, "a share of the World's trade in a sector is not judged here"
    try:
        read_printed(found.printed)
        claim = Claim(
            name,
            found.printed,
            found.measure,
            _way(found),
            found.sector,
            found.partner,
            found.base or found.since,
            found.end or found.period,
            date,
            inferred=";".join(found.inferred),
        )
        claim.definition()  # refuses what has no meaning, such as a base after the end
        return described(claim), ""
    except InputError as why:
        return None, str(why)


def _way(found: Found) -> str:
    """A record as what its words say that it is: a high or a low."""
    try:
        said = read_printed(found.printed).noun if found.as_ == "record" else ""
    except InputError:
        said = ""
    return said if said in WAYS else found.as_


def _read_as(found: Found, other: dict[str, str], date: str, tolerance, vintage: str) -> str:
    """What another reading of a claim gives, in a sentence."""
    claim, reason = _claim("other", replace(found, **other), date)
    said = judge(claim, tolerance=tolerance, vintage=vintage).verdict if claim else reason
    fields = ", ".join(f"{name} {value}" for name, value in other.items())
    return f"Read with {fields}: {said}."


def claims_file(found: Read) -> str:
    """The claims as YAML for `korus audit`; comments give the quote and where each field stood."""
    import yaml

    lines = [f"date: '{found.date}'"] if found.date else []
    lines.append("claims:")
    for one in found.claims:
        if one.claim is None:
            continue
        row = {
            name: value
            for name, value in one.claim.row().items()
            if value
            and name
            in ("id", "printed", "measure", "as", "sector", "partner", "base", "end", "inferred")
        }
        if "base" not in row:
            row["period"] = row.pop("end")
        row["inferred"] = row.get("inferred", "").replace(";", ", ")
        quote = " ".join(one.found.quote.split())
        start, end = one.found.span
        lines.append(f"# {quote!r}, characters {start} to {end}")
        lines += [f"#   {name} from {what}" for name, what in one.found.inferred.items()]
        shown = yaml.safe_dump(
            {k: v for k, v in row.items() if v},
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=1000,
        )
        lines += [("- " if n == 0 else "  ") + line for n, line in enumerate(shown.splitlines())]
    return "\n".join(lines) + "\n"


def ends(interval: Interval | None) -> tuple[float | None, float | None]:
    """Low and high of an interval as numbers; None where it has no end."""
    if interval is None:
        return None, None
    return tuple(None if one is None else float(one) for one in (interval.low, interval.high))


def marked(found: Read) -> Sequence[tuple[str, list[Judged]]]:
    """The sentences that hold claims, each with a number in brackets behind its figure."""
    from korus_helpers.claims.mentions import sentences

    shown = []
    for sentence in sentences(found.text):
        start, end = sentence.tokens[0].start, sentence.tokens[-1].end
        own = [one for one in found.claims if start <= one.found.span[0] < end]
        line, at = "", start
        for one in sorted(own, key=lambda each: each.found.span[1]):
            stop = max(at, one.found.span[1])
            line, at = f"{line}{found.text[at:stop]} [{one.id[1:]}]", stop
        if own:
            shown.append((" ".join((line + found.text[at:end]).split()), own))
    return shown
