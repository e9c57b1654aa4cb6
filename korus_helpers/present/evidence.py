"""The evidence of an audit: claims, the rows used, verdicts and reviews, as files of text."""

import csv
import hashlib
import io

import pandas as pd

from korus_helpers.claims.auditing import Audit, verdict_rows
from korus_helpers.figures.store import located
from korus_helpers.figures.tables import open_table, resource
from korus_helpers.present.answers import to_json
from korus_helpers.present.claim_answers import audit_object
from korus_helpers.present.claim_review import linked_data
from korus_helpers.present.displays import EVIDENCE, csv_text, publish
from korus_helpers.present.tables import show_table
from korus_helpers.present.verdicts import count_word
from korus_helpers.trade.catalogue import merged

ROWS = "rows/"
SHOWN_OF_SHA = 12  # digits

README = """Evidence of an audit of claims about US trade balances, made by KORUS.

claims.csv        the claims as they were read, one row each, every field
verdicts.json     what the audit found, as `korus audit --json` prints it
claimreview.json  the verdicts as ClaimReview of schema.org (JSON-LD); each url is a fragment,
                  to be completed by the address of the page that publishes it
rows/             for each table that the verdicts rest on, exactly the rows used, unrounded, in the
                  columns and the order of the included table: official figures when printed and
                  today, of both periods, of the sector and of the whole, figures quoted in print,
                  near definitions that give the printed figure, and the sources named
manifest.json     sha256 and size of each file; for each table its vintage, the sha256 of the whole
                  table as it is included, and how many rows were taken; versions of the programs

To make it again, with the same versions:

    korus audit FILE --tolerance {tolerance} --vintage {vintage} --evidence FOLDER

FILE is the file of claims; leave it out for the article of 28 December 2017. The same input gives
the same bytes: compare the folders with `diff -r`.
{incomplete}
To check it: `sha256sum verdicts.json`, and so for each file, prints the sha256 that manifest.json
names. `korus data --json` prints the sha256 of each included table ("hash") and says whether it
verifies. Every official figure in verdicts.json follows from the rows: exports and imports are sums
over the rows of a period, a deficit is imports minus exports, a share divides by the whole.

In CSV files a text that a spreadsheet would run as a formula has an apostrophe in front, which is
no part of the text. What claims say is quoted here, not confirmed.
"""


INCOMPLETE = """
Not so here in one thing: the search for sets of claims that cannot all be true ended with its time
("complete" is false in verdicts.json), so another run may list more or fewer of them.
"""


def evidence_files(found: Audit) -> dict[str, str]:
    """File name to text, sorted by name; the same audit gives the same bytes.

    The same claims do too, unless the search for contradictions ended with its time: README.txt
    then says so. The files are `claims.csv`, `verdicts.json`, `claimreview.json`, `README.txt`,
    and `rows/<table>.csv` with the rows behind every official figure in the verdicts. None names
    versions, a clock or a place: versions stand in the manifest that `runs.bundle` adds.
    """
    rows = merged(verdict_rows(verdict) for verdict in found.verdicts)
    claims = pd.DataFrame([verdict.claim.row() for verdict in found.verdicts])
    incomplete = "" if found.together.complete else INCOMPLETE
    files = {
        "README.txt": README.format(
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
    """Show the files as a table, and say how much of the figures was used.

    The files themselves travel in the output of the sentence, for `runs.harvest` to write.
    """
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
