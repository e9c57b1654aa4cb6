"""What a refresh or a fetch brought, in lines for people and as objects for programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from korus_helpers.acquire.census_sector import VALUES
from korus_helpers.acquire.release import Differences, Refreshed
from korus_helpers.claims.context import Reading, VerdictChange
from korus_helpers.figures.partners import Partner, partners
from korus_helpers.present.answers import exact_amount
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
        reads = "claim reads" if len(moved) == 1 else "claims read"
        said = f"{name}: {len(moved)} {reads} otherwise." if moved else ""
        lines.append(said or f"No verdict of {name} changes.")
        for one in moved:
            old, new = one.before, one.after
            same = old.verdict == new.verdict
            verdict = old.verdict if same else f"{old.verdict}, now {new.verdict}"
            lines.append(
                f'  {old.claim.id}, printed "{old.claim.printed}": {verdict}; official '
                f"{_figure(old)} to {_figure(new)}"
            )
    return lines


def _recognised(one: Refreshed) -> str:
    return f"{one.incoming.recognised}: release {one.release}"


def _outcome(one: Refreshed, dry_run: bool) -> str:
    """What is new of a file, in one sentence."""
    if not one.folder:
        return f"Nothing new: its figures are those of release {one.release}, which is at hand."
    kept = "would be stored" if dry_run else f"stored in {one.folder}"
    if one.new == "months":
        return f"New are its months, {kept}; the years of release {one.release} are at hand."
    if one.new == "years":
        return f"New are its figures of {_spans(one.years)}, {kept}."
    older = ""
    if one.incoming.kind == "country" and one.release < one.latest:
        older = f" Release {one.latest} is newer and stays the latest."
    return f"New, {kept}.{older}"


def _spans(years: Sequence[int]) -> str:
    """As "2014, 2016 to 2023"."""
    firsts = [year for year in years if year - 1 not in years]
    lasts = [year for year in years if year + 1 not in years]
    return ", ".join(_span(first, last) for first, last in zip(firsts, lasts, strict=True))


def _span(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _difference_lines(found: Differences) -> list[str]:
    names = partners().set_index("partner_code").common_name
    months, rows = found.new_months, found.revised
    lines = [f"  New months: {_span(months[0], months[-1])}." if months else "  No new months."]
    for what, codes in (("New", found.new_partners), ("Vanished", found.vanished_partners)):
        if codes:
            shown = join_words([f"{names.get(code, code)} ({code})" for code in codes])
            lines.append(f"  {what} partners: {shown}.")
    if rows.empty:
        return [*lines, "  No full year of a country was revised."]
    of = rows.partner_code.nunique()
    lines.append(
        f"  Revised figures: {len(rows):,}, of {of} {'partner' if of == 1 else 'partners'}, "
        f"{_span(rows.year.min(), rows.year.max())}. The largest, million dollars:"
    )
    lines += [
        f"    {names.get(row.partner_code, row.partner_code)}, {row.flow} {row.year}: "
        f"{number(row.before)} to {number(row.after)} ({signed(row.change)})"
        for row in rows.head(SHOWN).itertuples()
    ]
    return lines


def _figure(one: Reading) -> str:
    return exact_amount(one.figure.value, one.figure.unit) if one.figure else "none"


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

    def place(one: Refreshed | None) -> str | None:
        return str(one.folder) if one and one.folder and not dry_run else None

    new = [one for one in done if one.folder]
    country = [one for one in new if one.incoming.kind == "country"]
    main = next(iter([*country[::-1], *new[::-1]]), None)
    return {
        "vintage": main.release if main else None,
        "stored": bool(new) and not dry_run,
        "folder": place(main),
        "parts": [one.incoming.kind for one in new],
        "recognised": [
            {
                "kind": one.incoming.kind, "release": one.release, "as": _recognised(one),
                "new": one.new or None, "years": list(one.years),
                "from": one.incoming.origin.address, "folder": place(one),
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
        "verdict_changes": {name: list(map(_moved, moved)) for name, moved in changes.items()},
    }  # fmt: skip


def _moved(one: VerdictChange) -> dict[str, Any]:
    old, new = one.before, one.after
    return {
        "id": old.claim.id, "printed": old.claim.printed,
        "verdict_before": old.verdict, "verdict_after": new.verdict,
        "official_before": old.figure.value if old.figure else None,
        "official_after": new.figure.value if new.figure else None,
        "unit": old.figure.unit if old.figure else None,
    }  # fmt: skip


def fetched_lines(
    name: str, partner: Partner, table: pd.DataFrame, place: Path, asked: int
) -> list[str]:
    """A sector's name, its span, what is known of each flow, and a command that uses it."""
    lines = [
        f"Sector {name} with {partner.in_sentence}: {' to '.join(_months(table))}, stored in "
        f"{place} ({asked} {'question' if asked == 1 else 'questions'} asked)."
    ]
    for column, words in VALUES.items():
        known = table.dropna(subset=column) if column in table else table.head(0)
        lines.append(f"  {words}: {' to '.join(_months(known)) if len(known) else 'none'}")
    counts = table.drop_duplicates(["year", "month"]).groupby("year").month.count()
    full = counts.index[counts == 12]
    if len(full):
        lines.append(
            f'Type: korus value deficit --sector {name} --partner "{partner.common_name}" '
            f"--year {full.max()}"
        )
    return lines


def _months(table: pd.DataFrame) -> tuple[str, str]:
    """The first and the last month, as "2011-01"."""
    months = table.year * 100 + table.month
    return tuple(f"{n // 100}-{n % 100:02d}" for n in (months.min(), months.max()))


def fetched_object(
    name: str, partner: Partner, table: pd.DataFrame, place: Path, asked: int
) -> dict[str, Any]:
    """The same for programs."""
    first, last = _months(table)
    return {
        "sector": name, "partner": partner.name, "partner_code": partner.code, "first": first,
        "last": last, "rows": len(table), "folder": str(place), "questions": asked,
    }  # fmt: skip
