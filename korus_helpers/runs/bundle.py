"""The evidence bundle: the files of an evidence and their manifest, in a folder of their own."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.runs.pages import versions

NAME = re.compile(r"(rows/)?[a-z0-9_]+\.(csv|json)|README\.txt")
MANIFEST = "manifest.json"
VERSIONS = ("korus_helpers", "Python", "pandas", "numpy", "scipy")


def with_manifest(files: Mapping[str, str]) -> dict[str, str]:
    """The files of `present.evidence.evidence_files` and manifest.json, sorted by name.

    The manifest holds sha256 and size of each file; of each table whose rows were taken the
    vintage, the sha256 of the whole as it ships, and the number of rows; what was asked; versions.
    Raises ValueError or KeyError for what is no evidence: another file, or verdicts.json missing.
    """
    from korus_helpers.figures.store import located
    from korus_helpers.figures.tables import resource
    from korus_helpers.present.evidence import ROWS, row_count, sha256, table_of

    unknown = [name for name in files if not NAME.fullmatch(name) or name == MANIFEST]
    if unknown:
        raise ValueError(f"no evidence has a file called {unknown[0]!r}")
    taken = {table_of(name): row_count(files[name]) for name in files if name.startswith(ROWS)}
    entries = {table: resource(*located(table)) for table in sorted(taken)}
    audited = json.loads(files["verdicts.json"])
    known = versions(more=True)
    manifest = {
        "files": {
            name: {"sha256": sha256(files[name]), "bytes": len(files[name].encode())}
            for name in sorted(files)
        },
        "tables": {
            table: {
                "vintage": entry["vintage"],
                "sha256": entry["hash"].removeprefix("sha256:"),
                "rows": taken[table],
                "rows_shipped": entry["rows"],
            }
            for table, entry in entries.items()
        },
        "tolerance": audited["tolerance"],
        "vintage": audited["vintage"],
        "versions": {name: known[name] for name in VERSIONS},
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    return dict(sorted({**files, MANIFEST: f"{text}\n"}.items()))


def require_new(folder: Path) -> None:
    """Refuse a folder that exists, or whose parent does not; raises InputError."""
    if os.path.lexists(folder):
        raise InputError(f"{folder} exists already; type the name of a new folder after --evidence")
    if not folder.parent.is_dir():
        raise InputError(f"There is no folder {folder.parent}; make it, or type another one")


def write_bundle(files: Mapping[str, str], folder: Path) -> None:
    """Write the files and their manifest into a new folder, complete or not at all.

    Raises InputError as `require_new`, and OSError with a sentence where the disk refuses.
    """
    require_new(folder)
    complete = with_manifest(files)
    unfinished = folder.with_name(f"{folder.name}.incomplete")
    try:
        unfinished.mkdir()
    except FileExistsError:
        raise InputError(f"{unfinished} is in the way; remove it and try again") from None
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        for name, text in complete.items():
            path = unfinished / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        unfinished.rename(folder)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if isinstance(error, OSError):
            raise _refused(folder, error) from error
        raise


def _refused(folder: Path, error: OSError) -> OSError:
    return OSError(f"{folder} cannot be written ({error.strerror or error}); type another folder")
