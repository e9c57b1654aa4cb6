"""What lies in the user's data folder."""

from collections.abc import Sequence
from typing import Any

from korus_helpers.present.words import join_words
from korus_helpers.sources.stored import data_folder, packages
from korus_helpers.sources.storing import problem_of
from korus_helpers.sources.tables import SECTORS, VINTAGES, package


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
        lines.append("Type korus refresh to store anew what does not verify.")
    return lines
