"""Verdicts as schema.org ClaimReview, the form in which fact-checks are exchanged."""

from typing import Any

from korus_helpers.claims.auditing import Audit
from korus_helpers.claims.claim import Claim
from korus_helpers.claims.verdicts import (
    AS_PRINTED,
    NOT_REPRODUCED,
    OTHER_BASIS,
    WITHIN,
    Verdict,
)
from korus_helpers.present.displays import LINKED_DATA, publish
from korus_helpers.present.verdicts import marks, official
from korus_helpers.present.words import count_word, shown_unit

CONTEXT = "https://schema.org"
PROJECT = {"@type": "Organization", "name": "KORUS"}
# Undetermined and cannot be checked have no place on a scale from false to true.
RATINGS = {NOT_REPRODUCED: 1, OTHER_BASIS: 2, WITHIN: 3, AS_PRINTED: 3}


def linked_data(found: Audit) -> dict[str, Any]:
    """One JSON-LD document with a ClaimReview for each verdict, in the order of the claims.

    Each has `@type`, `url`, `claimReviewed`, `author` (the project), `itemReviewed` (a
    Claim) and `reviewRating`. `url` is a fragment, "#claim-" and the id: it is completed by the
    address of the page that publishes the review. What a claim does not record is left out, as is
    the day of the review: `author` is the speaker and `publisher` of the work in which the claim
    appears the carrier, both without a type, because a claim does not say whether they are persons.

    The rating is in words (`alternateName`, our verdict) and, where the verdict compares with a
    figure, a number from 1 to 3: 1 not reproduced, 2 on another basis, 3 within the hedge or as
    printed. "Undetermined" and "cannot be checked" have no number, so that no reader of the data
    takes them for false. `ratingExplanation` gives the official figure, its definition and vintage,
    and the marks beside the verdict, such as a suspected misprint.
    """
    return {"@context": CONTEXT, "@graph": [_review(verdict) for verdict in found.verdicts]}


def show_claim_reviews(found: Audit) -> None:
    """Show in a sentence what can be read by machines; the data travel in the same output."""
    count = len(found.verdicts)
    rated = sum(verdict.verdict in RATINGS for verdict in found.verdicts)
    kinds = [
        (rated, "with a rating from 1 (not reproduced) to 3 (holds)"),
        (count - rated, "in words only, because true or false does not describe the verdict"),
    ]
    text = (
        "The verdicts are also written in the form that fact-checkers exchange (ClaimReview of "
        f"schema.org): {count_word(count)} {'review' if count == 1 else 'reviews'}, "
        f"{', '.join(f'{count_word(some)} {how}' for some, how in kinds if some)}."
    )
    publish({"text/plain": text, "text/markdown": text, LINKED_DATA: linked_data(found)})


def _review(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "@type": "ClaimReview",
        "url": f"#claim-{claim.id}",
        "claimReviewed": f"{claim.what}: {claim.printed}" if claim.what else claim.printed,
        "author": PROJECT,
        "itemReviewed": _claim(claim),
        "reviewRating": _rating(verdict),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    work = _filled(url=claim.url, publisher=_filled(name=claim.publisher))
    return {
        "@type": "Claim",
        **_filled(
            author=_filled(name=claim.speaker),
            datePublished=claim.date,
            appearance=work and {"@type": "CreativeWork", **work},
        ),
    }


def _rating(verdict: Verdict) -> dict[str, Any]:
    rating = {"@type": "Rating", "alternateName": verdict.verdict}
    if verdict.verdict in RATINGS:
        worst, *_, best = sorted(RATINGS.values())
        value = RATINGS[verdict.verdict]
        rating |= {"ratingValue": value, "worstRating": worst, "bestRating": best}
    return rating | _filled(ratingExplanation=_explanation(verdict))


def _explanation(verdict: Verdict) -> str:
    # The note of a claim is a remark too, but not ours to give as a reason.
    said = [remark for remark in verdict.remarks if remark != verdict.claim.note]
    figure = verdict.used
    if figure:
        unit = shown_unit(figure.unit) if figure.unit == "million dollars" else ""
        amount = " ".join(filter(None, (official(figure), unit)))
        said.insert(0, f"Official: {amount} ({figure.words}; {figure.vintage}).")
    elif verdict.event:
        said.insert(0, f"Official: {verdict.event}.")
    beside = marks(verdict)
    if beside:
        said.append(f"{beside[0].upper()}{beside[1:]}.")
    return " ".join(said)


def _filled(**members: Any) -> dict[str, Any]:
    """The members that hold something."""
    return {name: value for name, value in members.items() if value}
