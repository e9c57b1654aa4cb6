"""What lies in the user's data folder, and a notice where the newest figures at hand are old."""

import datetime
from collections.abc import Sequence
from typing import Any

from korus_helpers.errors import DamagedData
from korus_helpers.figures.names import MONTHS
from korus_helpers.figures.releases import releases
from korus_helpers.figures.store import MANIFEST, Package, data_folder, packages, problem_of
from korus_helpers.figures.tables import SECTORS, VINTAGES, package
from korus_helpers.present.words import join_words

OLD = 12  # months


def stored_object() -> list[dict[str, Any]]:
    """Every downloaded vintage and sector: where it is, what it holds, where it came from."""
    try:
        held = (*packages(VINTAGES), *packages(SECTORS))
    except DamagedData as error:
        return [
            {"kind": "manifest", "name": MANIFEST, "folder": str(data_folder()), "tables": [],
             "bytes": 0, "origins": [], "ok": False, "problem": str(error)}
        ]  # fmt: skip
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
    return lines


def old_figures(today: datetime.date, partner_code: str = "") -> str:
    """A sentence where the newest figures (of one partner) end more than a year before, else ""."""
    held = [one for one in releases().values() if one.partners in ("all", partner_code)]
    newest = max(held, key=lambda one: one.data_through)
    year, month = map(int, newest.data_through.split("-"))
    if 12 * today.year + today.month - (12 * year + month) <= OLD:
        return ""
    whose = "this partner" if partner_code else "all partners"
    return (
        f"{today.day} {MONTHS[today.month - 1]} {today.year}: the newest figures of {whose} at "
        f"hand end in {newest.through_words}, more than a year ago; type korus refresh for newer "
        "ones."
    )
