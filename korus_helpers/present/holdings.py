"""What lies in the user's data folder."""

from collections.abc import Sequence
from typing import Any

from korus_helpers.errors import DamagedData
from korus_helpers.figures.store import (
    MANIFEST,
    Package,
    data_folder,
    not_listed,
    packages,
    problem_of,
)
from korus_helpers.figures.tables import SECTORS, VINTAGES, package
from korus_helpers.present.sentences import visible
from korus_helpers.present.words import join_words

MOST = 5  # folders that are not listed, by name


def stored_object() -> list[dict[str, Any]]:
    """Every downloaded vintage and sector: where it is, what it holds, where it came from."""
    try:
        held = (*packages(VINTAGES), *packages(SECTORS))
    except DamagedData as error:
        one = {"kind": "manifest", "name": MANIFEST, "folder": str(data_folder()), "tables": [],
               "bytes": 0, "origins": [], "ok": False, "problem": str(error)}  # fmt: skip
        return [one]
    return [_stored(one) for one in held]


def _stored(one: Package) -> dict[str, Any]:
    problem = problem_of(one)
    entries = [] if problem else package(one.folder)["resources"]
    origins = {s["path"]: s for entry in entries for s in entry["sources"] if "path" in s}
    return {
        "kind": one.kind.removesuffix("s"), "name": one.name, "folder": str(one.folder),
        "tables": [entry["name"] for entry in entries],
        "bytes": sum(entry["bytes"] for entry in entries),
        "origins": list(origins.values()), "ok": not problem, "problem": problem,
    }  # fmt: skip


def stored_lines(stored: Sequence[dict[str, Any]]) -> list[str]:
    """`stored_object` for people, and what lies beside it."""
    folder = data_folder()
    if folder is None:
        return ["Downloaded figures are not looked at: KORUS_DATA is set to nothing."]
    lines = [f"Downloaded into {folder}:"]
    if not stored:
        lines = [f"Nothing was downloaded into {folder} yet; type korus refresh."]
    for one in stored:
        days = sorted({origin["retrieved"][:10] for origin in one["origins"]})
        when = f", got {join_words(days)}" if days else ""
        what = join_words(one["tables"]) if one["ok"] else f"NOT VERIFIED: {one['problem']}"
        lines.append(f"{one['kind']} {one['name']}{when}: {what}")
    others = [] if any(one["kind"] == "manifest" for one in stored) else not_listed()
    if others:
        names = join_words([visible(one)[:80] for one in others[:MOST]])
        more = f" and {len(others) - MOST} more" if len(others) > MOST else ""
        lines.append(
            f"Not read, as {MANIFEST} does not list it (a copy, or of an earlier version of this "
            f"package): {names}{more}; type korus refresh to store figures anew."
        )
    return lines
