"""Made-up strings and long runs of one sign, read: no crash, and how long the slowest takes.

    python tests/tools/hostile_texts.py [100000 1000000]

Reads so many strings of random pieces, and one text of so many characters of each long run. A run
of figures with units is left out: its time grows with its length, by about 0.3 ms a figure.
"""

import random
import sys
import time

from korus_helpers.claims.reading import read_text

PIECES = [
    "exports", "to", "Korea", "$", "4.2", "billion", "percent", "rose", "by", "(", ")", ";",
    "deficit", "with", "the", "in", "2016", "from", "2011", "No.", "10", "largest", "record",
    "its", "'s", "and", ",", "—", "respectively", "half", "a", "x", "fold", "per", "day", "\n",
    "\u202e", "\u200b", "٣", "May", "first", "months", "of", "than", "what", "ratio", ":", "1",
]  # fmt: skip
RUNS = ("9", "9,", "(", "()[]", "1(2,", "- 9\n")


def read_all(strings: int, size: int) -> dict[str, float]:
    """Seconds of the slowest string and of each run; a claim's span must give its quote."""
    chance, slowest = random.Random(14), {"strings": 0.0}
    for _ in range(strings):
        text = " ".join(chance.choices(PIECES, k=chance.randint(1, 25)))
        start = time.process_time()
        found = read_text(text, "2018-01-05").claims
        slowest["strings"] = max(slowest["strings"], time.process_time() - start)
        assert all(text[slice(*one.span)] == one.quote for one in found), text
    for run in RUNS:
        start = time.process_time()
        read_text(run * (size // len(run)), "2018-01-05")
        slowest[run] = time.process_time() - start
    return slowest


if __name__ == "__main__":
    for name, seconds in read_all(*map(int, sys.argv[1:] or (100_000, 1_000_000))).items():
        print(f"{name!r}: {seconds:.2f} s")
