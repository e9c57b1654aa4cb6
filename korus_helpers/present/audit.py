"""What an audit found, in sentences and tables, for the terminal."""

from collections.abc import Sequence

from korus_helpers.claims.auditing import Audit, Misprint, correction, unstated
from korus_helpers.claims.verdicts import CANNOT, UNDETERMINED, Verdict
from korus_helpers.present.verdicts import marks, official
from korus_helpers.present.words import (
    count_word,
    ends_words,
    join_words,
    number,
    shown_unit,
    size_of,
)
from korus_helpers.trade.economy import beside

MOST_SETS = 12  # repairs that are listed


def consistency_sentences(found: Audit) -> list[str]:
    """Whether all claims can hold, what it takes, and what arithmetic leaves open."""
    together, compared = found.together, len(found.together.implied)
    said = []
    if together.consistent:
        said.append(
            "All figures that can be compared can be true at once." if compared else
            "No two figures speak of the same quantities, so none can contradict another."
        )  # fmt: skip
    else:
        sets = len(together.contradictions)
        said.append(
            f"The figures cannot all be true at once: {count_word(sets)} smallest "
            f"{'set' if sets == 1 else 'sets'} of them cannot hold together."
        )
    if len(found.repairs) == 1:
        without = join_words(found.repairs[0].ids)
        said.append(f"Without {without} the others can all be true, and no smaller way is left.")
    elif found.repairs:
        ways, size = len(found.repairs), len(found.repairs[0].ids)
        said.append(
            f"At least {count_word(size)} {'figure has' if size == 1 else 'figures have'} to go "
            f"before the others can all be true. There are {count_word(ways)} such ways, and "
            "arithmetic alone cannot choose between them."
        )
    if found.repeats:
        said.append(f"Said twice, and compared once: {join_words(list(found.repeats))}.")
    if not together.complete:
        said.append("The search ended with its time, so more sets may exist than are listed.")
    return said


def audit_sentences(found: Audit) -> list[str]:
    """What `korus audit` says below its table, for people."""
    said = consistency_sentences(found)
    said += [f"Repair {rank}: {one.reason}" for rank, one in
             enumerate(found.repairs[:MOST_SETS], 1)]  # fmt: skip
    units = {one.claim.id: one.unit for one in found.verdicts}
    said += [f"The others imply for {name}: {ends_words(one, units[name])}."
             for name, one in found.together.implied.items()
             if one.low is not None and one.high is not None]  # fmt: skip
    said += [f"They imply without saying so, {what}: {ends_words(one, 'million dollars')}."
             for what, one in unstated(found).items()]  # fmt: skip
    said += [f"Misprint suspected. {misprint_sentence(one, units[one.id])}"
             for one in found.misprints]  # fmt: skip
    said += [f"Correction of {one.claim.id}: {correction(one)}" for one in found.verdicts
             if correction(one)]  # fmt: skip
    return said


def misprint_sentence(slip: Misprint, unit: str) -> str:
    """Both readings of a suspected misprint, with the evidence."""
    return (
        f"{slip.id}: as printed, {slip.printed}; probably meant, {slip.probably} ({slip.edit}), "
        f"which would be {slip.verdict}. The other claims imply {ends_words(slip.implied, unit)}."
    )


def claim_rows(verdicts: Sequence[Verdict]) -> list[dict[str, str]]:
    """One row a claim for the terminal: id, printed, official with its unit, verdict, marks."""
    return [
        {
            "id": one.claim.id, "printed": one.claim.printed, "official": official_words(one),
            "verdict": one.verdict, "marks": said_beside(one),
        }
        for one in verdicts
    ]  # fmt: skip


def official_words(verdict: Verdict) -> str:
    """The deciding figure with its unit, a date, or "" where there is none."""
    if verdict.event or verdict.used is None:
        return verdict.event
    money = " billion dollars" if verdict.used.unit == "million dollars" else ""
    return f"{official(verdict.used)}{money}"


def said_beside(verdict: Verdict) -> str:
    """Marks, severity and, where it cannot be checked, the reason."""
    said = [marks(verdict), verdict.severity if verdict.severity != "slip of type" else ""]
    if verdict.verdict == CANNOT and verdict.remarks:
        said.append(verdict.remarks[0])
    return "; ".join(filter(None, said))


def context_of(verdict: Verdict) -> str:
    """The official figure of all goods in constant dollars and of US GDP; "" for others."""
    return beside(verdict.used) if verdict.used and verdict.claim.sector == "total" else ""


def check_rows(verdict: Verdict) -> list[dict[str, str]]:
    """The answer of `korus check` for people: what, and the answer."""
    printed = verdict.printed
    needed = verdict.tolerance_needed
    rows = {
        "claim": verdict.claim.what,
        "printed": f"{verdict.claim.printed}: {ends_words(printed.interval, verdict.unit, 3)}",
        "set aside": "; ".join(printed.notes),
        "verdict": verdict.verdict + (f" ({verdict.severity})" if verdict.severity else ""),
        "official": official_words(verdict) or "none included",
        "margin": _margin(verdict),
        "tolerance needed": "" if needed is None else f"{number(100 * needed, 1)} percent",
        "definition": verdict.used.words if verdict.used else "",
        "vintage": verdict.used.vintage if verdict.used else "",
        "source": verdict.used.source if verdict.used else "",
        "context": context_of(verdict),
        "today": f"{official(verdict.now)}: {verdict.now_verdict}" if verdict.then_verdict
        and verdict.now else "",
        "remarks": " ".join(verdict.remarks),
        "correction": correction(verdict),
    }  # fmt: skip
    near = [one for one in verdict.matches if not one.possible][:3]
    for place, one in enumerate(near, 1):
        steps = ", ".join(one.steps) or "as stated"
        rows[f"near definition {place}"] = f"{one.label} ({steps})"
    return [{"what": name, "answer": text} for name, text in rows.items() if text]


def _margin(verdict: Verdict) -> str:
    """How far inside or outside, as "0.350 billion dollars outside"; "" where it cannot be told."""
    if verdict.margin is None or verdict.verdict == UNDETERMINED or verdict.unit == "rank":
        return ""
    unit = "percentage points" if verdict.unit == "percent" else shown_unit(verdict.unit)
    size = number(abs(verdict.margin) / size_of(verdict.unit), 3)
    return f"{size} {unit} {'inside' if verdict.margin >= 0 else 'outside'}"
