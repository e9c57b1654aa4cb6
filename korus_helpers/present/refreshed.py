"""What a refresh brought, in lines for people and as an object for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from korus_helpers.acquire.release import Differences, Refreshed
from korus_helpers.claims.context import Reading, VerdictChange
from korus_helpers.figures.partners import partners
from korus_helpers.present.answers import amount
from korus_helpers.present.words import join_words, number, signed

SHOWN = 10


def refreshed_lines(
    done: Sequence[Refreshed],
    found: Differences | None,
    changes: Mapping[str, Sequence[VerdictChange]],
    dry_run: bool,
    missing: Sequence[str] = (),
) -> list[str]:
    """Each file, what of it is new, what that changes, and which verdicts move."""
    lines = []
    for one in done:
        lines += [f"{_recognised(one)}.", _outcome(one, dry_run)]
        lines += [f"Note: {note}." for note in one.incoming.notes]
    lines += [f"Note: {address} answers 404; what it had is as it was." for address in missing]
    if found:
        lines += [f"Compared with release {found.before}:", *_difference_lines(found)]
    for name, moved in changes.items():
        if not moved:
            lines.append(f"No verdict of {name} changes.")
            continue
        lines.append(f"{name}: {len(moved)} {'claim reads' if len(moved) == 1 else 'claims read'} "
                     "otherwise.")  # fmt: skip
        lines += [f"  {_change_line(one)}" for one in moved]
    return lines


def _recognised(one: Refreshed) -> str:
    return f"{one.incoming.recognised}: release {one.place.release}"


def _outcome(one: Refreshed, dry_run: bool) -> str:
    """What is new of a file, in one sentence."""
    release = one.place.release
    if not one.folder:
        return f"Nothing new: its figures are those of release {release}, which is at hand."
    kept = "would be stored" if dry_run else f"stored in {one.folder}"
    if one.place.new == "months":
        return f"New are its months, {kept}; the years of release {release} are at hand."
    if one.place.new == "years":
        return f"New are its figures of {_spans(one.place.years)}, {kept}."
    older = ""
    if one.incoming.kind == "country" and release < one.latest:
        older = f" Release {one.latest} is newer and stays the latest."
    return f"New, {kept}.{older}"


def _spans(years: Sequence[int]) -> str:
    """As "2014, 2016 to 2023"."""
    firsts = [year for year in years if year - 1 not in years]
    lasts = [year for year in years if year + 1 not in years]
    spans = zip(firsts, lasts, strict=True)
    return ", ".join(" to ".join(dict.fromkeys((str(a), str(b)))) for a, b in spans)


def _difference_lines(found: Differences) -> list[str]:
    names = partners().set_index("partner_code").common_name
    months, rows = found.new_months, found.revised
    span = f"  New months: {' to '.join(dict.fromkeys((months[0], months[-1])))}." if months else ""
    lines = [span or "  No new months."]
    for what, codes in (("New", found.new_partners), ("Vanished", found.vanished_partners)):
        if codes:
            shown = join_words([f"{names.get(code, code)} ({code})" for code in codes])
            lines.append(f"  {what} partners: {shown}.")
    if rows.empty:
        return [*lines, "  No full year of a country was revised."]
    first, last, of = rows.year.min(), rows.year.max(), rows.partner_code.nunique()
    lines.append(
        f"  Revised figures: {len(rows):,}, of {of} {'partner' if of == 1 else 'partners'}, "
        f"{' to '.join(dict.fromkeys((str(first), str(last))))}. The largest, million dollars:"
    )
    lines += [
        f"    {names.get(row.partner_code, row.partner_code)}, {row.flow} {row.year}: "
        f"{number(row.before)} to {number(row.after)} ({signed(row.change)})"
        for row in rows.head(SHOWN).itertuples()
    ]
    return lines


def _change_line(one: VerdictChange) -> str:
    old, new = one.before, one.after
    verdict = old.verdict if old.verdict == new.verdict else f"{old.verdict}, now {new.verdict}"
    return (
        f'{old.claim.id}, printed "{old.claim.printed}": {verdict}; official '
        f"{_figure(old)} to {_figure(new)}"
    )


def _figure(one: Reading) -> str:
    return amount(one.figure.value, one.figure.unit) if one.figure else "none"


def refreshed_object(
    done: Sequence[Refreshed],
    found: Differences | None,
    changes: Mapping[str, Sequence[VerdictChange]],
    dry_run: bool,
    missing: Sequence[str] = (),
) -> dict[str, Any]:
    """The same for programs; every revision is listed, million dollars.

    `vintage` and `folder` are those of the country file, or else of the last file with news.
    """
    new = [one for one in done if one.folder]
    first = next((one for one in new[::-1] if one.incoming.kind == "country"), None)
    first = first or (new[-1] if new else None)
    return {
        "vintage": first.place.release if first else None,
        "stored": bool(new) and not dry_run,
        "folder": str(first.folder) if first and not dry_run else None,
        "parts": [one.incoming.kind for one in new],
        "recognised": [
            {
                "kind": one.incoming.kind, "release": one.place.release, "as": _recognised(one),
                "new": one.place.new or None, "years": list(one.place.years),
                "from": one.incoming.origin.address,
                "folder": str(one.folder) if one.folder and not dry_run else None,
            }
            for one in done
        ],
        "compared_with": found.before if found else done[0].incoming.before.vintage,
        "new_months": list(found.new_months) if found else [],
        "revised": found.revised.to_dict("records") if found else [],
        "new_partners": list(found.new_partners) if found else [],
        "vanished_partners": list(found.vanished_partners) if found else [],
        "notes": [note for one in done for note in one.incoming.notes],
        "not_found": list(missing),
        "verdict_changes": {
            name: [
                {
                    "id": one.before.claim.id, "printed": one.before.claim.printed,
                    "verdict_before": one.before.verdict, "verdict_after": one.after.verdict,
                    "official_before": _value(one.before), "official_after": _value(one.after),
                    "unit": one.before.figure.unit if one.before.figure else None,
                }
                for one in moved
            ]
            for name, moved in changes.items()
        },
    }  # fmt: skip


def _value(one: Reading) -> float | None:
    return one.figure.value if one.figure else None
