"""Mutated official files through readers and gates: `python fuzz_readers.py 10000`.

Each is refused with a reason, or its figures pass every gate; anything else ends the run.
"""

import hashlib
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

os.environ["KORUS_DATA"] = ""
sys.path.insert(0, str(Path(__file__).parents[1]))

import official
from mutated import mutated_text, mutated_workbook

from korus_helpers.errors import Refused
from korus_helpers.sources.refresh import read_files
from korus_helpers.sources.vintage_tables import Origin


def outcome(kind: str, content: bytes) -> str:
    """ "passed", or the first words of the reason of a refusal."""
    origin = Origin(content, "test", "2026-01-01", hashlib.sha256(content).hexdigest())
    try:
        read_files({kind: origin})
    except Refused as error:
        assert len(str(error)) > 20, error
        return re.sub(r"\d+|\".*?\"", "…", str(error))[:60]
    return "passed"


def fuzz(count: int, seed: int = 0) -> Counter:
    """How often each outcome came, over `count` files, half of them workbooks."""
    country = official.workbook(official.country_rows("2024-08", first=2023, last=2023))
    enduse = official.enduse_text(official.enduse_rows("imports", years=(2016,)))
    found: Counter = Counter()
    for number in range(count):
        dice = random.Random(f"{seed}-{number}")
        if number % 2:
            found["country: " + outcome("country", mutated_workbook(country, dice))] += 1
        else:
            found["enduse: " + outcome("imports", mutated_text(enduse, dice))] += 1
    return found


if __name__ == "__main__":
    for words, times in fuzz(int(sys.argv[1]) if len(sys.argv) > 1 else 1000).most_common():
        print(f"{times:6}  {words}")
