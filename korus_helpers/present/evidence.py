"""The evidence of an audit: claims, the rows used, verdicts and reviews, as files of text."""

import csv
import hashlib
import io
from pathlib import Path

import pandas as pd

from korus_helpers.claims.auditing import Audit, verdict_rows
from korus_helpers.figures.store import located
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.present.answers import to_json
from korus_helpers.present.claim_answers import audit_object
from korus_helpers.present.claim_review import linked_data, show_claim_reviews
from korus_helpers.present.displays import EVIDENCE, csv_text, publish
from korus_helpers.present.tables import show_table
from korus_helpers.present.words import count_word
from korus_helpers.trade.catalogue import merged

ROWS = "rows/"
SHOWN_OF_SHA = 12  # digits


def evidence_files(found: Audit) -> dict[str, str]:
    """File name to text, sorted by name; the same audit gives the same bytes.

    The same claims do too, unless the search for contradictions ended with its time: README.txt
    then says so. The files are `claims.csv`, `verdicts.json`, `claimreview.json`, `README.txt`,
    and `rows/<table>.csv` with the rows behind every official figure in the verdicts. None names
    versions, a clock or a place: versions stand in the manifest that `runs.bundle` adds.
    """
    import yaml

    words = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    incomplete = "" if found.together.complete else f"\n{words['incomplete']}"
    rows = merged(verdict_rows(verdict) for verdict in found.verdicts)
    claims = pd.DataFrame([verdict.claim.row() for verdict in found.verdicts])
    files = {
        "README.txt": words["readme"].format(
            tolerance=found.tolerance, vintage=found.vintage, incomplete=incomplete
        ),
        "claimreview.json": f"{to_json(linked_data(found))}\n",
        "claims.csv": csv_text(claims),
        "verdicts.json": f"{to_json(audit_object(found))}\n",
    }
    for table, numbers in rows.items():
        files[f"{ROWS}{table}.csv"] = csv_text(open_table(*located(table)).loc[sorted(numbers)])
    return dict(sorted(files.items()))


def show_evidence(found: Audit) -> None:
    """Show reviews for programs and the files as a table; say how much of the figures was used.

    The files themselves travel in the output of the sentence, for `runs.harvest` to write.
    """
    show_claim_reviews(found)
    files = evidence_files(found)
    listed = pd.DataFrame(
        {
            "file": list(files),
            "rows": [row_count(text) if name.endswith(".csv") else None
                     for name, text in files.items()],
            "bytes": [len(text.encode()) for text in files.values()],
            "sha256 begins": [sha256(text)[:SHOWN_OF_SHA] for text in files.values()],
        }
    )  # fmt: skip
    formats = {"rows": ",.0f", "bytes": ",.0f"}
    show_table(listed, "Files of the evidence", "evidence", formats, long=True)
    tables = [name for name in files if name.startswith(ROWS)]
    taken = sum(row_count(files[name]) for name in tables)
    shipped = sum(resource(*located(table_of(name)))["rows"] for name in tables)
    text = (
        f"What the verdicts rest on: {taken:,} rows of {shipped:,} in {count_word(len(tables))} "
        f"{'table' if len(tables) == 1 else 'tables'} that are included."
        if tables
        else "No verdict rests on a figure that is included, so the evidence holds no rows."
    )
    publish({"text/plain": text, "text/markdown": text, EVIDENCE: files})


def table_of(name: str) -> str:
    """The table whose rows the file of this name holds."""
    return name.removeprefix(ROWS).removesuffix(".csv")


def row_count(text: str) -> int:
    """Rows of a CSV below its head."""
    return sum(1 for _ in csv.reader(io.StringIO(text))) - 1


def sha256(text: str) -> str:
    """Of the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
