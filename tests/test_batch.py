"""`korus batch` as a real command: failures, resumption, interrupts, full disks, bad options."""

import json
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

ONE = "print(partner, note)"
COUNTED = 'open("made", "a").write(partner + "\\n");'
SPECIFIC = 'assert partner != "Mexico", "no Mexico"'


def index(out: Path) -> dict[str, str]:
    """Run → status, as the record of the batch has it."""
    record = json.loads((out / "batch.json").read_text())
    return {run["folder"]: run["outcome"] for run in record["runs"]}


def made(folder: Path) -> list[str]:
    """The partners for which a notebook was run since the last time."""
    file = folder / "notebooks" / "made"
    partners = sorted(file.read_text().split()) if file.exists() else []
    file.unlink(missing_ok=True)
    return partners


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "outputs").mkdir()
    return tmp_path
