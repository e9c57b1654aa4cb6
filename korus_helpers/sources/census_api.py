"""The Census International Trade API: one query and its rows, asked politely and kept.

The key is sent with each question and stands nowhere else: not in addresses, errors or the cache.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from korus_helpers.errors import InputError, NetworkOrDiskError, Refused
from korus_helpers.sources.downloads import Download, Patience, download

API = "https://api.census.gov/data/timeseries/intltrade"
KEY_NAME = "CENSUS_API_KEY"
GET_A_KEY = (
    "a free key comes from https://api.census.gov/data/key_signup.html; set it in "
    f"{KEY_NAME}, or store it with `keyring set korus {KEY_NAME}`"
)
MOST_VARIABLES = 50
KEPT_DAYS = 30
BUSY = "There was an error while running your query"


class TooLarge(NetworkOrDiskError):
    """The server gives no answer to a query of this size; a smaller one may get one."""


@dataclass(frozen=True)
class Query:
    """One question: `dataset` such as "imports/hs", variables to get, and predicates."""

    dataset: str
    get: tuple[str, ...]
    predicates: tuple[tuple[str, str], ...]

    def address(self, base: str) -> str:
        """The address without key; blanks in a span of time are written as "+"."""
        if len(self.get) > MOST_VARIABLES:
            raise InputError(f"a query gets at most {MOST_VARIABLES} variables")
        parts = [f"get={','.join(self.get)}"]
        parts += [f"{name}={quote(value, safe='*-')}".replace("%20", "+")
                  for name, value in self.predicates]  # fmt: skip
        return f"{base}/{self.dataset}?{'&'.join(parts)}"


@dataclass
class Client:
    """Asks one question at a time, `pace` seconds apart, and keeps each answer in `cache`.

    `fresh` asks again for what is kept.
    """

    key: str = field(repr=False)
    base: str = API
    cache: Path | None = None
    patience: Patience = field(default_factory=lambda: Patience(silence=300.0))
    pace: float = 0.5
    fresh: bool = False
    asked: int = 0
    _last: float = 0.0

    def rows(self, query: Query) -> list[dict[str, str | None]]:
        """The rows of an answer, a dict each; none for an answer without rows.

        Raises `InputError` for a key that is missing or not accepted and for what the API does not
        know, `TooLarge` where no answer came, `Refused` for an answer that is no table.
        """
        address = query.address(self.base)
        return read_rows(self._kept(address) or self._ask(address))

    def _ask(self, address: str) -> str:
        time.sleep(max(0.0, self.pace - (time.monotonic() - self._last)))
        self.asked += 1
        try:
            got = download(address, self.patience, secret={"key": self.key}, accept=_busy,
                           redirects=False)  # fmt: skip
        except NetworkOrDiskError as error:
            if " was asked " in str(error):
                raise TooLarge(str(error)) from None
            raise
        finally:
            self._last = time.monotonic()
        body = self._body(got)
        self._keep(address, got, body)
        return body

    def _body(self, got: Download) -> str:
        text = got.content.decode("utf-8", "replace").strip()
        headers = {name.lower(): value for name, value in got.headers.items()}
        page = headers.get("location", "") + text[:2000]
        if "x-datawebapi-keyerror" in headers or re.search("(missing|invalid)[_ ]key", page, re.I):
            missing = re.search("missing[_ ]key", page, re.I)
            what = "asks for a key" if missing else "does not accept the key"
            raise InputError(f"the Census Bureau {what}; {GET_A_KEY}")
        if got.status == 204:
            return "[]"
        if got.status == 400 and text.startswith("error:"):
            raise InputError(f"the Census API answers: {self._told(text)}")
        if got.status == 404:
            raise InputError(f"the Census API has no data set at {got.address.partition('?')[0]}")
        if got.status != 200:
            raise NetworkOrDiskError(f"the Census API answers {got.status}: {self._told(text)}")
        if not text.startswith("["):
            raise NetworkOrDiskError("the Census API gives a web page instead of figures")
        return text

    def _told(self, text: str) -> str:
        """What a server says, on one line, without the key."""
        shown = text.replace(self.key, "…") if self.key else text
        return " ".join(re.sub(r"<[^>]*>", " ", shown).split())[:200] or "nothing"

    def _path(self, address: str) -> Path:
        return self.cache / f"{hashlib.sha256(address.encode()).hexdigest()[:40]}.json"

    def _kept(self, address: str) -> str:
        """An answer of the last days, if it is whole; else ""."""
        if self.cache is None or self.fresh:
            return ""
        path = self._path(address)
        try:
            if time.time() - path.stat().st_mtime > KEPT_DAYS * 86400:
                return ""
            found = json.loads(path.read_text("utf-8"))
            whole = hashlib.sha256(found["body"].encode()).hexdigest() == found["sha256"]
            return found["body"] if whole and found["address"] == address else ""
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return ""

    def _keep(self, address: str, got: Download, body: str) -> None:
        if self.cache is None:
            return
        self.cache.mkdir(parents=True, exist_ok=True)
        record = {"address": address, "retrieved": got.retrieved, "body": body,
                  "sha256": hashlib.sha256(body.encode()).hexdigest()}  # fmt: skip
        path = self._path(address)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(record), "utf-8")
        scratch.replace(path)


def _busy(got: Download) -> str:
    text = got.content[:4000].decode("utf-8", "replace")
    return "the server is overloaded" if BUSY in text else ""


def read_rows(body: str) -> list[dict[str, str | None]]:
    """The answer as dicts; a column that comes twice must say the same twice."""
    try:
        table = json.loads(body)
    except ValueError:
        raise Refused("the answer of the Census API is cut short or no JSON") from None
    if table == []:
        return []
    if not all(isinstance(row, list) and len(row) == len(table[0]) for row in table):
        raise Refused("the answer of the Census API is not a table")
    header, rows = table[0], table[1:]
    if not all(isinstance(cell, str) for cell in header) or not all(
        cell is None or isinstance(cell, str) for row in rows for cell in row
    ):
        raise Refused("the answer of the Census API holds other things than text")
    again = [(i, header.index(name)) for i, name in enumerate(header) if header.index(name) < i]
    for i, first in again:
        if any(row[i] != row[first] for row in rows):
            raise Refused(f"the Census API gives {header[i]} twice, with different values")
    return [dict(zip(header, row, strict=True)) for row in rows]


def partner_rows(rows: Sequence[dict]) -> list[dict]:
    """Rows of single countries: the total "-" and groups of countries are dropped."""
    return [row for row in rows if _is_country(row.get("CTY_CODE") or "")]


def _is_country(code: str) -> bool:
    """A code of four digits above the groups ("0003", "4XXX") and the total ("-")."""
    return len(code) == 4 and code.isascii() and code.isdigit() and code[0] != "0"


def find_key() -> str:
    """The key from the environment or the keyring; raises `InputError` that says how to get one."""
    key = os.environ.get(KEY_NAME, "").strip()
    if not key:
        key = _from_keyring()
    if not key:
        raise InputError(f"the Census API needs a key: {GET_A_KEY}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,100}", key):
        raise InputError(f"{KEY_NAME} does not look like a key; {GET_A_KEY}")
    return key


def _from_keyring() -> str:
    """The key in the user's keyring, "" where there is none or no keyring at all."""
    try:
        import keyring

        return (keyring.get_password("korus", KEY_NAME) or "").strip()
    except Exception:  # a keyring that is locked, absent or broken is no key
        return ""
