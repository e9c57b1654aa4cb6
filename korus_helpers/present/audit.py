"""What an audit found, in sentences and tables, for notebooks and the terminal."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from korus_helpers.claims.auditing import Audit, Misprint, by_tolerance, correction, unstated
from korus_helpers.claims.verdicts import CANNOT, UNDETERMINED, Verdict
from korus_helpers.present.claim_units import ends_words, size_of
from korus_helpers.present.verdicts import count_word, marks, official, shown_unit
from korus_helpers.present.words import join_words, number

MOST_SETS = 12  # contradictions and repairs in a table
TOLERANCES = tuple(map(Decimal, ("0", "0.02", "0.05", "0.1", "0.2")))


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
    if verdict.margin is None or verdict.verdict == UNDETERMINED:
        return ""
    unit = "percentage points" if verdict.unit == "percent" else shown_unit(verdict.unit)
    size = number(abs(verdict.margin) / size_of(verdict.unit), 3)
    return f"{size} {unit} {'inside' if verdict.margin >= 0 else 'outside'}"


def implied_table(found: Audit) -> pd.DataFrame:
    """Each compared claim beside the range that the others imply, in the unit printed.

    `fits` is yes where the two have a point in common. A range without an end says little, so it
    is left out unless the claim does not fit it.
    """
    rows = []
    for one in found.verdicts:
        implied = found.together.implied.get(one.claim.id)
        if implied is None or one.printed is None:
            continue
        low, high = implied.low, implied.high
        fits = one.printed.interval.holds(low, high) != "no"
        if fits and (low is None or high is None):
            continue
        rows.append((one.claim.what, one.claim.printed, ends_words(implied, one.unit),
                     "yes" if fits else "no"))  # fmt: skip
    return pd.DataFrame(rows, columns=["claim", "as printed", "the others imply", "fits"])


def sets_table(found: Audit) -> pd.DataFrame:
    """The smallest contradictory sets, at most `MOST_SETS`: `set, claims, as printed`."""
    texts = {one.claim.id: one.claim.printed for one in found.verdicts}
    rows = [(place, join_words(ids), "; ".join(texts[name] for name in ids))
            for place, ids in enumerate(found.together.contradictions[:MOST_SETS], 1)]  # fmt: skip
    return pd.DataFrame(rows, columns=["set", "claims", "as printed"])


def repairs_table(found: Audit) -> pd.DataFrame:
    """The repairs, best first, at most `MOST_SETS`: `rank, without, why it stands here`."""
    rows = [(rank, join_words(one.ids), one.reason.partition(": ")[2])
            for rank, one in enumerate(found.repairs[:MOST_SETS], 1)]  # fmt: skip
    return pd.DataFrame(rows, columns=["rank", "without", "what is known of it"])


def tolerance_table(found: Audit, tolerance: float) -> pd.DataFrame:
    """How the answer depends on how far hedges reach, one row per tolerance."""
    reaches = sorted({*TOLERANCES, Decimal(str(tolerance))})
    rows = []
    for reach, holding, together in by_tolerance(found, reaches):
        best = join_words(together.repairs[0]) if together.repairs else ""
        rows.append((f"{number(float(100 * reach), 1)} %", holding,
                     "yes" if together.consistent else "no", len(together.contradictions),
                     len(together.repairs), best))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "tolerance", "claims that hold", "can all be true", "contradictory sets", "repairs",
        "first repair",
    ])  # fmt: skip


def correction_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Each claim that fails with the sentence that would be right: `id, as printed, corrected`."""
    rows = [(one.claim.id, one.claim.printed, correction(one)) for one in verdicts
            if correction(one)]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "as printed", "corrected"])
