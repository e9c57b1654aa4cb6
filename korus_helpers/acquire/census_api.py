"""The Census International Trade API: one question and its rows, asked politely and kept.

The key is sent with each question and stands nowhere else: not in addresses, errors, logs or kept
answers, also where a server repeats it.
"""

import hashlib
import json
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from korus_helpers.acquire.downloads import Download, NoAnswer, Patience, download
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused
from korus_helpers.figures.names import visible

API = "https://api.census.gov/data/timeseries/intltrade"
KEY_NAME = "CENSUS_API_KEY"
GET_A_KEY = (
    "a free key comes from https://api.census.gov/data/key_signup.html; set it in "
    f"{KEY_NAME}, or store it with `keyring set korus {KEY_NAME}`"
)
KEPT_DAYS = 30
LARGEST_ANSWER = 5_000_000  # bytes; a year of all chapters has a tenth of it
BUSY = "There was an error while running your query"


def find_key() -> str:
    """The key from the environment or the keyring; raises `InputError` that says how to get one."""
    key = os.environ.get(KEY_NAME, "").strip()
    if not key:
        with suppress(Exception):  # a keyring that is locked, absent or broken is no key
            import keyring

            key = (keyring.get_password("korus", KEY_NAME) or "").strip()
    if not key:
        raise InputError(f"the Census API needs a key: {GET_A_KEY}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,100}", key):
        raise InputError(f"{KEY_NAME} does not look like a key; {GET_A_KEY}")
    return key


@dataclass
class Client:
    """Asks one question at a time, `pace` seconds apart, and keeps each answer in `cache`.

    `fresh` asks again for what is kept; `asked` counts.
    """

    key: str = field(repr=False)
    base: str
    cache: Path
    patience: Patience
    pace: float = 0.5
    fresh: bool = False
    asked: int = 0
    _last: float = 0.0
    _used: list[Path] = field(default_factory=list)

    def rows(self, address: str) -> pd.DataFrame:
        """The rows of an answer, every cell text or None; empty for an answer without rows.

        Raises `InputError` for a key that is missing or not accepted and for what the API does not
        know, `NoAnswer` where none came, `Refused` for an answer that is no table.
        """
        path = self.cache / f"{hashlib.sha256(address.encode()).hexdigest()[:40]}.json"
        self._used.append(path)
        return _table(self._kept(path, address) or self._ask(path, address))

    def forget(self) -> None:
        """Keep none of the answers that were used: they do not fit together."""
        for path in self._used:
            path.unlink(missing_ok=True)

    def _ask(self, path: Path, address: str) -> str:
        time.sleep(max(0.0, self.pace - (time.monotonic() - self._last)))
        self.asked += 1
        try:
            got = download(address, self.patience, secret={"key": self.key}, accept=_busy)
        finally:
            self._last = time.monotonic()
        body = _body(got)
        record = {"address": address, "retrieved": got.retrieved, "body": body,
                  "sha256": hashlib.sha256(body.encode()).hexdigest()}  # fmt: skip
        self.cache.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(record), "utf-8")
        scratch.replace(path)
        return body

    def _kept(self, path: Path, address: str) -> str:
        """An answer of the last days, if it is whole; else ""."""
        # What is damaged is asked for again.
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            found, age = json.loads(path.read_text("utf-8")), time.time() - path.stat().st_mtime
            body = found["body"]
            whole = hashlib.sha256(body.encode()).hexdigest() == found["sha256"]
            mine = found["address"] == address and self.key not in body
            if whole and mine and age < KEPT_DAYS * 86400 and not self.fresh:
                return body
        return ""


def _busy(got: Download) -> str:
    text = got.content[:4000].decode("utf-8", "replace")
    return "the server is overloaded" if BUSY in text else ""


def _body(got: Download) -> str:
    """The table of an answer as text, "[]" for one without rows; every other answer is an error."""
    if len(got.content) > LARGEST_ANSWER:
        raise NoAnswer(f"the answer of the Census API is larger than {LARGEST_ANSWER:,} bytes")
    text = got.content.decode("utf-8", "replace").strip()
    if got.status == 200 and text.startswith("["):
        return text
    if got.status == 204:
        return "[]"
    page = got.headers.get("location", "") + text[:2000]
    if "x-datawebapi-keyerror" in got.headers or re.search("(missing|invalid)[_ ]key", page, re.I):
        missing = re.search("missing[_ ]key", page, re.I)
        what = "asks for a key" if missing else "does not accept the key"
        raise InputError(f"the Census Bureau {what}; {GET_A_KEY}")
    if got.status == 400 and text.startswith("error:"):
        raise InputError(f"the Census API answers: {visible(text[:400])[:200]}")
    if got.status == 404:
        raise InputError(f"the Census API has no data set at {got.address.partition('?')[0]}")
    if got.status != 200:
        raise NetworkOrDiskError(f"the Census API answers {got.status} instead of figures")
    raise NetworkOrDiskError("the Census API gives a web page instead of figures")


def _table(body: str) -> pd.DataFrame:
    """The answer as a frame; a column that comes twice must say the same twice."""
    try:
        table = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the answer of the Census API is cut short or no JSON") from None
    lists = isinstance(table, list) and all(isinstance(row, list) for row in table)
    if not lists or len({len(row) for row in table}) > 1:
        raise Refused("the answer of the Census API is not a table")
    if not all(isinstance(cell, str | None) for row in table for cell in row):
        raise Refused("the answer of the Census API holds other things than text")
    found: dict[str | None, tuple] = {}
    for name, *cells in zip(*table, strict=True):
        if found.setdefault(name, cells) != cells:
            named = visible(str(name))[:40]
            raise Refused(f"the Census API gives {named} twice, with different values")
    return pd.DataFrame(found, dtype=object)
