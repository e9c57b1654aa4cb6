"""The Census International Trade API: one question and its rows, asked politely and kept.

The key is sent with each question and stands nowhere else: not in addresses, errors, logs or kept
answers, also where a server repeats it. Codes of partners are those of single countries: codes of
groups mean other things here than in the Census country file.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from korus_helpers.acquire.downloads import Download, NoAnswer, Patience, download
from korus_helpers.errors import InputError, NetworkOrDiskError, Refused
from korus_helpers.figures.names import visible
from korus_helpers.figures.partners import Partner, codes_named, find_partner, partners

API = "https://api.census.gov/data/timeseries/intltrade"
KEY_NAME = "CENSUS_API_KEY"
GET_A_KEY = (
    "a free key comes from https://api.census.gov/data/key_signup.html; set it in "
    f"{KEY_NAME}, or store it with `keyring set korus {KEY_NAME}`"
)
KEPT_DAYS = 30
LARGEST_ANSWER = 5_000_000  # bytes; a year of all chapters has a tenth of it
BUSY = "There was an error while running your query"
COUNTRY = re.compile(r"[1-7][0-9]{3}")
GROUP = re.compile(r"-|0[0-9]{3}|[0-9][0-9X]*X+", re.IGNORECASE)
# Groups whose code the country file has too, for another thing (Census, names in the API).
GROUPS_OF_THE_API = {"0021": "Twenty Latin American Republics", "0022": "OECD"}


def find_country(text: str, years: Iterable[int] = ()) -> Partner:
    """The country that `text` names, as the API means its code; raises `InputError` for a group."""
    typed = text.strip()
    example = 'type one country, for example --partner "South Korea"'
    if GROUP.fullmatch(typed):
        rows = partners()
        known = [f'"{name}" in the Census country file'
                 for name in rows[rows.partner_code == typed].name]  # fmt: skip
        group = "the total of all countries" if typed == "-" else "a group of countries"
        known.append(f"{GROUPS_OF_THE_API.get(typed, group)} in the Census API")
        raise InputError(
            f"code {typed[:20]} is not a country: it is {' and '.join(known)}; {example}"
        )
    found = find_partner(text, years)
    if found.kind != "country" or not COUNTRY.fullmatch(found.code):
        raise InputError(
            f"{found} is not a country in the Census API, where codes of groups mean other things "
            f"than in the country file; {example}"
        )
    return found


@dataclass(frozen=True)
class Query:
    """One question: `dataset` such as "imports/hs", variables to get, and predicates.

    Raises `InputError` for a partner that is no country.
    """

    dataset: str
    get: tuple[str, ...]
    predicates: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        for name, value in self.predicates:
            if name == "CTY_CODE" and not COUNTRY.fullmatch(value):
                raise InputError(f"the Census API is asked about single countries, not {value}")

    def address(self, base: str) -> str:
        """The address without key; blanks in a span of time are written as "+"."""
        parts = [f"get={','.join(self.get)}"]
        for name, value in self.predicates:
            parts.append(f"{name}={quote(value, safe='-').replace('%20', '+')}")
        return f"{base}/{self.dataset}?{'&'.join(parts)}"


@dataclass
class Client:
    """Asks one question at a time, `pace` seconds apart, and keeps each answer in `cache`.

    `fresh` asks again for what is kept.
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

    def rows(self, query: Query) -> list[dict[str, str | None]]:
        """The rows of an answer about countries, a dict each; none for an answer without rows.

        Raises `InputError` for a key that is missing or not accepted and for what the API does not
        know, `NoAnswer` where none came, `Refused` for an answer that is no table.
        """
        address = query.address(self.base)
        rows = read_rows(self._kept(address) or self._ask(address))
        for name in query.get:
            if rows and name not in rows[0]:
                raise Refused(f"the answer of the Census API lacks the column {name}")
        return country_rows(rows)

    def forget(self) -> None:
        """Keep none of the answers that were used: they do not fit together."""
        for path in self._used:
            path.unlink(missing_ok=True)

    def _ask(self, address: str) -> str:
        time.sleep(max(0.0, self.pace - (time.monotonic() - self._last)))
        self.asked += 1
        try:
            got = download(address, self.patience, secret={"key": self.key}, accept=_busy)
        finally:
            self._last = time.monotonic()
        body = _body(got)
        self._keep(address, got, body)
        return body

    def _path(self, address: str) -> Path:
        return self.cache / f"{hashlib.sha256(address.encode()).hexdigest()[:40]}.json"

    def _kept(self, address: str) -> str:
        """An answer of the last days, if it is whole; else ""."""
        path = self._path(address)
        self._used.append(path)
        if self.fresh:
            return ""
        try:
            if time.time() - path.stat().st_mtime > KEPT_DAYS * 86400:
                return ""
            found = json.loads(path.read_text("utf-8"))
            body = found["body"]
            whole = hashlib.sha256(body.encode()).hexdigest() == found["sha256"]
            good = whole and found["address"] == address and self.key not in body
            return body if good else ""
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return ""

    def _keep(self, address: str, got: Download, body: str) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        record = {
            "address": address,
            "retrieved": got.retrieved,
            "body": body,
            "sha256": hashlib.sha256(body.encode()).hexdigest(),
        }
        path = self._path(address)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(record), "utf-8")
        scratch.replace(path)


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


def read_rows(body: str) -> list[dict[str, str | None]]:
    """The answer as dicts; a column that comes twice must say the same twice."""
    try:
        table = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the answer of the Census API is cut short or no JSON") from None
    if table == []:
        return []
    if not isinstance(table, list) or not all(
        isinstance(row, list) and len(row) == len(table[0]) for row in table
    ):
        raise Refused("the answer of the Census API is not a table")
    header, rows = table[0], table[1:]
    if not all(isinstance(cell, str) for cell in header) or not all(
        cell is None or isinstance(cell, str) for row in rows for cell in row
    ):
        raise Refused("the answer of the Census API holds other things than text")
    first = {name: header.index(name) for name in header}
    for i, name in enumerate(header):
        if any(row[i] != row[first[name]] for row in rows):
            raise Refused(f"the Census API gives {visible(name)[:40]} twice, with different values")
    return [dict(zip(header, row, strict=True)) for row in rows]


def country_rows(rows: Iterable[dict]) -> list[dict]:
    """Rows of single countries: those of groups ("0003", "4XXX") and the total ("-") are dropped.

    By the code, as the total says of itself that it is a detail.
    """
    return [row for row in rows if COUNTRY.fullmatch(row.get("CTY_CODE") or "")]


def check_country(row: dict, partner: Partner) -> None:
    """Refuse a row of another country, by its code or by its name."""
    code, name = row["CTY_CODE"], row["CTY_NAME"] or ""
    known = codes_named(name)
    own = {word for one in (partner.name, partner.common_name) for word in _words(one)}
    # The API may spell a name in a way that no list has; it then shares a word with the usual one.
    fits = partner.code in known if known else bool(own & _words(name))
    if code != partner.code or not fits:
        raise Refused(
            f"the Census API gives a row of {visible(name)[:60] or 'no name'} ({code}) where "
            f"{partner} was asked for"
        )


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", name.casefold()) if len(word) > 3}


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
