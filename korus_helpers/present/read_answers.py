"""The answers of `korus read`, for programs and for people."""

from typing import Any

from korus_helpers.claims.judging import Judged, Read, ends, marked
from korus_helpers.figures.names import visible
from korus_helpers.present.audit import official_words


def read_object(found: Read) -> dict[str, Any]:
    """Claims, what was set aside, and whether the claims can all hold, as issue 14 names them."""
    together = found.together.together
    return {
        "claims": [_claim(one) for one in found.claims],
        "aside": [
            {"quote": one.quote, "span": list(one.span), "reason": one.reason}
            for one in found.aside
        ],
        "consistent": together.consistent,
        "contradictions": [list(ids) for ids in together.contradictions],
        "date": found.date or None,
    }


def _claim(one: Judged) -> dict[str, Any]:
    found, verdict = one.found, one.verdict
    low, high = ends(found.interval)
    figure = verdict.used if verdict else None
    fields = {
        "period": found.period,
        "base": found.base,
        "end": found.end,
        "per": found.per,
        "whole": found.whole,
        "since": found.since,
        "among": found.among,
    }
    return {
        "id": one.id,
        "quote": found.quote,
        "span": list(found.span),
        "printed": found.printed,
        "measure": found.measure,
        "as": found.as_,
        "sector": found.sector,
        "partner": one.partner.common_name,
        "partner_code": one.partner.code,
        **{name: value for name, value in fields.items() if value},
        "low": low,
        "high": high,
        "unit": found.unit,
        "checkable": True,
        "stated": found.stated,
        "inferred": found.inferred,
        "alternatives": list(found.alternatives),
        "reading": found.reading,
        "verdict": one.said,
        "official": figure.value if figure else None,
        "definition": figure.words if figure else None,
        "vintage": figure.vintage if figure else None,
        "remarks": [*(verdict.remarks if verdict else [f"{one.reason}."]), *one.others],
    }


def read_rows(found: Read) -> list[dict[str, str]]:
    """A row a claim for the terminal."""
    return [
        {
            "no.": one.id[1:],
            "printed": one.found.quote,
            "read as": _words(one),
            "official": official_words(one.verdict) if one.verdict else "",
            "verdict": one.said + (f": {one.reason}" if one.reason else ""),
        }
        for one in found.claims
    ]


def _words(one: Judged) -> str:
    """What a claim is read as, with a star on what was inferred."""
    found = one.found
    if one.claim is not None and one.claim.what:
        said = one.claim.what
    else:
        when = found.period or f"{found.base} to {found.end}"
        per = f" per {found.per}" if found.per else ""
        said = f"{found.measure}, {found.as_}{per}, {one.partner.in_sentence}, {when}"
    return said + (f" (inferred: {', '.join(found.inferred)})" if found.inferred else "")


def read_sentences(found: Read) -> list[str]:
    """The sentences of the text that hold claims, each figure with its number."""
    return [visible(line) for line, _ in marked(found)]


def aside_sentences(found: Read) -> list[str]:
    """What was left aside, and why; the same reason once."""
    by_reason: dict[str, list[str]] = {}
    for one in found.aside:
        by_reason.setdefault(one.reason, []).append(one.quote)
    return [
        f"{visible(', '.join(' '.join(q.split()) for q in quotes))}: {visible(reason)}."
        for reason, quotes in by_reason.items()
    ]
