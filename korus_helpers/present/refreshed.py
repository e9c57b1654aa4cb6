"""What a refresh brought, in lines for people and as an object for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from korus_helpers.claims.context import Reading, VerdictChange
from korus_helpers.present.answers import amount
from korus_helpers.present.words import join_words, number, signed
from korus_helpers.sources.differences import Differences
from korus_helpers.sources.partners import partners
from korus_helpers.sources.refresh import Refreshed

SHOWN = 10


def refreshed_lines(
    done: Refreshed,
    found: Differences | None,
    changes: Mapping[str, Sequence[VerdictChange]],
    dry_run: bool,
) -> list[str]:
    """The new vintage, what it changes, and which verdicts move; one line for nothing new."""
    if not done.name:
        return [f"Nothing new: the figures are those of the release at hand ({done.before})."]
    kept = "would be stored" if dry_run else f"is stored in {done.folder}"
    lines = [f"Vintage {done.name} ({join_words(list(done.parts))}) {kept}."]
    if found:
        lines += [f"Compared with vintage {found.before}:", *_difference_lines(found)]
    lines += [f"Note: {note}." for note in done.notes]
    for name, moved in changes.items():
        if not moved:
            lines.append(f"No verdict of {name} changes.")
            continue
        lines.append(f"{name}: {len(moved)} {'claim reads' if len(moved) == 1 else 'claims read'} "
                     "otherwise.")  # fmt: skip
        lines += [f"  {_change_line(one)}" for one in moved]
    return lines


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
    done: Refreshed,
    found: Differences | None,
    changes: Mapping[str, Sequence[VerdictChange]],
    dry_run: bool,
) -> dict[str, Any]:
    """The same for programs; every revision is listed, million dollars."""
    return {
        "vintage": done.name or None,
        "stored": bool(done.name) and not dry_run,
        "folder": str(done.folder) if done.name and not dry_run else None,
        "parts": list(done.parts),
        "compared_with": found.before if found else done.before,
        "new_months": list(found.new_months) if found else [],
        "revised": found.revised.to_dict("records") if found else [],
        "new_partners": list(found.new_partners) if found else [],
        "vanished_partners": list(found.vanished_partners) if found else [],
        "notes": list(done.notes),
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
