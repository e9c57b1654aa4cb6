"""Mutated genuine files through readers and gates: `python fuzz_readers.py 10000`.

Each is refused with a reason, or its figures pass every gate; anything else ends the run, and so
does one that takes 5 seconds or brings the process above 500 MB.
"""

import os
import random
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path

os.environ["KORUS_DATA"] = ""
sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import SHARED
from mutated import mutated_text, mutated_workbook

from korus_helpers.acquire.release import Origin, read_file
from korus_helpers.errors import Refused

SECONDS, MEGABYTES = 5, 500
FILES = sorted((SHARED / "figures" / "files").glob("*use*")) + sorted(
    (SHARED / "figures" / "files").glob("country*")
)


def outcome(content: bytes) -> str:
    """ "passed", or the first words of the reason of a refusal."""
    try:
        read_file(Origin(content, "test", "2026-01-01"), today="2026-12-01")
    except Refused as error:
        assert len(str(error)) > 20, error
        return re.sub(r"\d+|\".*?\"", "…", str(error))[:60]
    return "passed"


def fuzz(count: int, seed: int = 0) -> tuple[Counter, float]:
    """How often each outcome came over `count` files, and the longest time of one in seconds."""
    contents = [path.read_bytes() for path in FILES]
    found: Counter = Counter()
    longest = 0.0
    for number in range(count):
        dice = random.Random(f"{seed}-{number}")
        content = contents[number % len(contents)]
        change = mutated_workbook if content.startswith(b"PK") else mutated_text
        changed = change(content, dice)
        started = time.process_time()
        found[outcome(changed)] += 1
        longest = max(longest, time.process_time() - started)
        assert longest < SECONDS, f"{longest:.1f} seconds, file {number} of seed {seed}"
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        assert most < MEGABYTES, f"{most} MB, file {number} of seed {seed}"
    return found, longest


if __name__ == "__main__":
    counts, slowest = fuzz(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100, int((sys.argv[2:] or [0])[0])
    )
    for words, times in counts.most_common():
        print(f"{times:6}  {words}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"longest {slowest:.2f} s, most {most} MB")
