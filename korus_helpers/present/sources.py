"""Where the figures of a notebook come from, made from the data package."""

from collections.abc import Sequence

import pandas as pd

from korus_helpers.figures.store import TABLE, has_table, packages, vintage_folders
from korus_helpers.figures.tables import DATA, SECTORS, resource
from korus_helpers.present.tables import show_table

MOST = 4  # sources of one table that are listed by themselves


def show_sources(names: Sequence[str]) -> None:
    """A table of the tables used: publisher and title, address, vintage, checksum.

    Of vintages and sectors that were downloaded, all that hold a table of these names are listed.
    """
    rows, tables = [], []
    places = [(name, folder) for name in names for folder in vintage_folders()]
    if TABLE in names:
        places += [(TABLE, one.folder) for one in packages(SECTORS)]
    for name, folder in places:
        if not has_table(name, folder):
            continue
        entry = resource(name, folder)
        called = name if folder == DATA else f"{name} ({folder.name})"
        sha256 = entry["hash"].removeprefix("sha256:")
        tables.append((called, entry["vintage"], sha256))
        found = dict.fromkeys((s["title"], s.get("path", "")) for s in entry["sources"])
        if len(found) > MOST:
            found = {
                (f"{len(found)} publications, named row by row in its column source_id", ""): None
            }
        rows += [
            {
                "table": called,
                "source": title,
                "address": path,
                "vintage": entry["vintage"],
                "sha256": sha256[:12],
            }
            for title, path in found
            or {(f"the address stands in each row ({entry['title']})", ""): None}
        ]
    show_table(
        pd.DataFrame(rows),
        "Tables used here, their sources and the start of their checksum",
        "sources",
        long=True,
        lists=tables,
    )
