"""What lies in the user's data folder, and what a repair did to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from korus_helpers.present.words import join_words
from korus_helpers.sources.sector_files import ALL, TABLE
from korus_helpers.sources.stored import data_folder, packages
from korus_helpers.sources.storing import problem_of
from korus_helpers.sources.sums import backend
from korus_helpers.sources.tables import SECTORS, VINTAGES, package, resource
from korus_helpers.trade.comparison import KOREA


def stored_object() -> list[dict[str, Any]]:
    """Every downloaded vintage and sector: where it is, what it holds, where it came from."""
    found = []
    for kind in (VINTAGES, SECTORS):
        for folder in packages(kind):
            problem = problem_of(folder)
            entries = [] if problem else package(folder)["resources"]
            origins = {s["path"]: s for entry in entries for s in entry["sources"] if "path" in s}
            found.append(
                {
                    "kind": kind.removesuffix("s"), "name": folder.name, "folder": str(folder),
                    "tables": [entry["name"] for entry in entries],
                    "bytes": sum(entry["bytes"] for entry in entries),
                    "origins": list(origins.values()), "ok": not problem, "problem": problem,
                }
            )  # fmt: skip
    return found


def stored_lines(stored: Sequence[dict[str, Any]]) -> list[str]:
    """`stored_object` for people."""
    folder = data_folder()
    if folder is None:
        return ["Downloaded figures are not looked at: KORUS_DATA is set to nothing."]
    if not stored:
        return [f"Nothing was downloaded into {folder} yet; type korus refresh."]
    lines = [f"Downloaded into {folder}:"]
    for one in stored:
        days = sorted({origin["retrieved"][:10] for origin in one["origins"]})
        when = f", got {join_words(days)}" if days else ""
        what = join_words(one["tables"]) if one["ok"] else f"NOT VERIFIED: {one['problem']}"
        lines.append(f"{one['kind']} {one['name']}{when}: {what}")
    if not all(one["ok"] for one in stored):
        lines.append("Type korus data --repair to remove what does not verify.")
    return lines


def added_object(classification: str, folder: Path, months: pd.DataFrame) -> dict[str, Any]:
    """A table that was added, for programs; `months` as `sector_tables.months_known` gives them."""
    entry = resource(TABLE, folder)
    first, last = (f"{n // 100}-{n % 100:02d}"
                   for n in (months.year * 100 + months.month).agg(["min", "max"]))  # fmt: skip
    return {
        "classification": classification, "folder": str(folder), "rows": entry["rows"],
        "bytes": entry["bytes"], "first": first, "last": last,
        "partners": int(months.partner_code.nunique()), "backend": backend(TABLE, folder),
        "example": _example(classification, months),
    }  # fmt: skip


def _example(classification: str, months: pd.DataFrame) -> str:
    """A command that has an answer in the table: all codes, in the last full year or month."""
    ways = {
        "deficit": months.exports_usd & months.general_imports_usd,
        "exports": months.exports_usd,
        "imports": months.general_imports_usd,
        "imports --basis consumption": months.consumption_imports_usd,
    }
    way, known = next((way, months[has]) for way, has in ways.items() if has.any())
    partners = known.partner_code.astype(str)
    partner = KOREA if KOREA in set(partners) else partners.iloc[0]
    known = known[partners == partner]
    full = known.year.value_counts().loc[lambda count: count == 12].index
    last = "{}-{:02d}".format(*max(zip(known.year, known.month, strict=True)))
    when = f"--year {full.max()}" if len(full) else f"--period {last}/{last}"
    return f"korus value {way} --partner {partner} --sector census-{classification}:{ALL} {when}"


def added_lines(found: dict[str, Any]) -> list[str]:
    """`added_object` for people."""
    return [
        f"Added {found['rows']:,} rows ({found['bytes'] / 1e6:,.0f} MB) with {found['partners']} "
        f"partners, {found['first']} to {found['last']}, stored in {found['folder']} "
        f"and read with {found['backend']}.",
        f"Type: {found['example']}",
    ]


def repaired_lines(removed: Sequence[tuple[str, str]], swept: int) -> list[str]:
    """What `korus data --repair` did."""
    lines = [f"Removed {name}: {problem}." for name, problem in removed]
    if swept:
        lines.append(f"Removed what {swept} stopped downloads left behind.")
    return lines or ["All downloaded figures verify; nothing was removed."]
