"""Getting one address over https: only from named hosts, never more than fits, never half.

A server may send anything, in any shape and at any pace. So one thread asks and counts bytes, and
who waits for it counts the time: what is not whole by then is given up.
"""

import contextlib
import io
import logging
import queue
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from korus_helpers.errors import InputError, NetworkOrDiskError

HOSTS = ("www.census.gov", "api.census.gov")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST = 50_000_000  # bytes, unpacked
FRAMING = 1_000_000  # bytes of an answer beside its content: sizes of chunks
PIECE = 64 * 1024  # bytes at a time
REDIRECTS = 3
LONGEST_ADDRESS = 2_000  # characters
AGENT = "korus (trade figures; https client)"
AGAIN = (429, 500, 502, 503, 504)
LONGEST_WAIT = 120.0  # seconds, whatever Retry-After asks for


@dataclass(frozen=True)
class Patience:
    """How long to wait: `silence` in seconds without a byte, and how many times to ask.

    One address may take ten times as long in all, asking again and waiting included. A fortieth,
    but at least 1.5 seconds, is for the first contact with a host: its name and a connection. So
    it is said within three seconds that there is no network, and a slow one needs a longer silence.
    """

    silence: float = 60.0
    attempts: int = 4

    @property
    def whole(self) -> float:
        """Seconds for one address in all."""
        return 10 * self.silence

    @property
    def contact(self) -> float:
        """Seconds for the first contact."""
        return max(1.5, self.silence / 40)


@dataclass(frozen=True)
class Download:
    """What came: content, status, headers in lower case, where it came from and when.

    Only answers of status 200 and 400 have content: of others it is not read.
    """

    content: bytes
    status: int
    headers: dict[str, str]
    address: str
    retrieved: str


class Unreachable(NetworkOrDiskError):
    """No connection came about: no network, an unknown name, nobody there, a dead proxy."""


class NoAnswer(NetworkOrDiskError):
    """The server was reached, but gave no good answer however often it was asked.

    `status` is that of the last answer, 0 where none came whole.
    """

    def __init__(self, sentence: str, status: int = 0):
        super().__init__(sentence)
        self.status = status


class _TryAgain(Exception):
    """An answer that may be better the next time; with the seconds the server asks to wait."""

    def __init__(self, reason: str, wait: float = 0.0, status: int = 0):
        super().__init__(reason)
        self.wait, self.status = wait, status


class _NoSecrets(logging.Filter):
    """Keeps addresses with parameters out of the logs of urllib3, which tell them whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()  # of headers that break the rules it is told in a sentence
        return "key=" not in said and not said.startswith("Failed to parse headers")


for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_NoSecrets())


def check_base(text: str) -> str:
    """A base address: https on the hosts of the Census Bureau, or anything on this machine."""
    try:
        parts = urlsplit(text)
        local = parts.hostname in LOOPBACK and parts.scheme in ("http", "https")
        official = parts.scheme == "https" and parts.hostname in HOSTS and parts.port is None
        good = (local and parts.port != 0) or official
    except ValueError:  # brackets or a port that are none
        good = False
    if not good or parts.username is not None or parts.query or parts.fragment:
        raise InputError(
            f'"{text[:80]}" is not an address to download from; leave --base-url out, '
            "or type one on this machine such as http://127.0.0.1:8000"
        )
    return text.rstrip("/")


def download(
    address: str,
    patience: Patience = Patience(),
    *,
    secret: dict[str, str] | None = None,
    accept: Callable[[Download], str] = lambda _: "",
) -> Download:
    """The answer of an address, asked again after 429, 5xx, time-outs and broken answers.

    `secret` are parameters that are sent and never told: with them no redirect is followed, and
    where an answer repeats one, it is blacked out. `accept` returns "" or why an answer should be
    asked for again. A 404 is an answer like others. Raises `Unreachable`, `NoAnswer` or another
    `NetworkOrDiskError`.
    """
    late = NetworkOrDiskError(
        f"the answer of {address} took longer than the time allowed in all; on a slow network type "
        "--timeout 300"
    )
    deadline = time.monotonic() + patience.whole
    _first_contact(address, patience.contact)
    for number in range(1, patience.attempts + 1):
        try:
            asking = partial(_asked, address, patience.silence, secret or {})
            found = _within(deadline - time.monotonic(), asking, late)
            reason = accept(found)
            if not reason:
                return found
            last = _TryAgain(reason)
        except _TryAgain as error:
            last = error
        wait = min(max(last.wait, 2.0 ** (number - 1)), LONGEST_WAIT)
        if number == patience.attempts or time.monotonic() + wait > deadline:
            break
        time.sleep(wait)
    times = f"{number} times" if number > 1 else "once"
    raise NoAnswer(f"{address} was asked {times}: {last}; try again later", last.status)


def _within(seconds: float, function: Callable, late: Exception):
    """What a function gives or raises, in a thread that is given up after so many seconds.

    Nothing else ends the wait for a name server that is silent, or for headers without an end.
    """
    came: queue.SimpleQueue = queue.SimpleQueue()

    def run() -> None:
        try:
            came.put((function(), None))
        except Exception as error:
            came.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = came.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise late from None
    if error:
        raise error from None
    return found


def _first_contact(address: str, seconds: float) -> None:
    """Raise `Unreachable` unless a connection to the host, or to the proxy on the way, is made."""
    from requests.utils import get_environ_proxies, select_proxy

    host = urlsplit(address).hostname
    proxy = "" if host in LOOPBACK else select_proxy(address, get_environ_proxies(address))

    way = (proxy if "://" in proxy else f"http://{proxy}") if proxy else address

    def knock() -> None:
        parts = urlsplit(way)
        place = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        # Several addresses are tried one after the other: a dead one leaves time for the next.
        socket.create_connection(place, seconds / 2).close()

    try:
        _within(seconds, knock, TimeoutError())
    except (OSError, ValueError) as error:
        if proxy:
            raise _dead_proxy(host) from None
        said = f"the name {host} is not known; is there a network?"
        if "refused" in str(error):
            said = f"the connection to {host} was refused; is there a network?"
        elif "unreachable" in str(error):
            said = f"{host} cannot be reached; is there a network?"
        elif isinstance(error, TimeoutError):
            said = (
                f"{host} does not answer within {seconds:g} seconds; is there a network? On a slow "
                "one type --timeout 300"
            )
        raise Unreachable(said) from None


def _dead_proxy(host: str | None) -> Unreachable:
    return Unreachable(
        f"the proxy on the way to {host} does not answer; check HTTPS_PROXY, or use --file with a "
        "file that you downloaded in another way"
    )


def _asked(address: str, silence: float, secret: dict[str, str]) -> Download:
    """One answer; raises `_TryAgain` or `NetworkOrDiskError`."""
    from requests import Session

    class Direct(Session):
        def resolve_redirects(self, *args, **kwargs):  # it would read the whole body of each
            return iter(())

    with Direct() as session:
        session.trust_env = urlsplit(address).hostname not in LOOPBACK  # a proxy leads outside
        # What comes packed could be a thousand times as large.
        session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        try:
            return _answer(session, address, silence, secret)
        except (NetworkOrDiskError, _TryAgain):
            raise
        except Exception as error:
            # What a server sends can make the libraries raise nearly anything: an AttributeError
            # for one kind of Content-Type, for example.
            raise _failure(error, address) from None


def _answer(session, address: str, silence: float, secret: dict[str, str]) -> Download:
    from urllib3.util import Retry
    from urllib3.util.response import assert_header_parsing

    for _ in range(REDIRECTS + 1):
        answer = session.get(address, params=secret, stream=True, timeout=silence)
        # A line that is no header hides those after it, such as the length.
        assert_header_parsing(answer.raw._original_response.msg)
        if secret or not answer.is_redirect:
            break
        address = _followed(address, answer.headers["Location"])
        answer.close()
    else:
        raise NetworkOrDiskError(f"{address} redirects in circles")
    status, headers = answer.status_code, {k.lower(): v for k, v in answer.headers.items()}
    if status in AGAIN:
        wait = 0.0
        with contextlib.suppress(Exception):  # a date that is none counts as nothing
            wait = Retry().parse_retry_after(headers.get("retry-after", "0")[:40])
        raise _TryAgain(f"the server answers {status}", wait, status)
    content = _content(answer) if status in (200, 400) else b""
    answer.close()
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return _blacked_out(Download(content, status, headers, address, moment), secret)


class _Counted(io.RawIOBase):
    """The body of an answer: an OverflowError where more comes than fits, in whatever shape."""

    def __init__(self, body: io.BufferedReader):
        self.body, self.left = body, LARGEST + FRAMING

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = self.body.readinto1(buffer)
        self.left -= count
        if self.left < 0:
            raise OverflowError
        return count


def _followed(address: str, location: str) -> str:
    """Where a redirect leads; raises for another host, or away from https."""
    here, there = urlsplit(address), None
    with contextlib.suppress(ValueError):  # brackets that are none
        there = urlsplit(urljoin(address, location))
    if there is None or (there.scheme, there.netloc) != (here.scheme, here.netloc):
        host = (there and there.hostname) or "none"
        raise NetworkOrDiskError(
            f"{address} redirects to another host ({host[:80]}), which is not followed"
        )
    if len(there.geturl()) > LONGEST_ADDRESS or not there.geturl().isprintable():
        raise NetworkOrDiskError(f"{address} redirects to what is no address")
    return there.geturl()


def _content(answer) -> bytes:
    """The body, never half; raises OverflowError for more than `LARGEST`."""
    declared = answer.headers.get("Content-Length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise _TryAgain("the answer declares a length that is no number")
    if len(declared) > 9 or int(declared) > LARGEST:
        raise OverflowError
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _TryAgain("the answer is compressed, which was not asked for")
    wire, content = answer.raw._original_response, bytearray()
    if wire.fp:
        wire.fp = io.BufferedReader(_Counted(wire.fp))
    while piece := answer.raw.read(PIECE, decode_content=False):
        content += piece
    return bytes(content)


def _failure(error: Exception, address: str) -> Exception:
    """What a library raised as a sentence of ours, without its own words: they may hold a key."""
    from requests import exceptions as failing

    host = urlsplit(address).hostname
    if isinstance(error, failing.SSLError):
        return NetworkOrDiskError(
            f"{host} does not show a certificate that this machine trusts (TLS); nothing was "
            "downloaded"
        )
    if isinstance(error, failing.ProxyError | failing.InvalidProxyURL):
        return _dead_proxy(host)
    if isinstance(error, OverflowError):
        return NetworkOrDiskError(f"{address} is larger than {LARGEST // 1_000_000} MB: refused")
    for sign, words in (
        ("IncompleteRead", "the answer was cut short"),
        ("timed out", "the server did not answer in time"),
    ):
        if sign in str(error):
            return _TryAgain(words)
    return _TryAgain("the answer breaks the rules of HTTP")


def _blacked_out(found: Download, secret: dict[str, str]) -> Download:
    """The answer without any secret that the server repeats, however it spells the letters."""
    for value in secret.values():
        letters = (
            rf"(?:{re.escape(one)}|%(?:25)*{ord(one):02x}|\\+u00{ord(one):02x}|\\+x{ord(one):02x}"
            rf"|&#0*{ord(one)};|&#x0*{ord(one):x};)"
            for one in value
        )
        # A zero byte may stand between letters in other encodings than UTF-8.
        pattern = re.compile("\0*".join(letters), re.IGNORECASE)
        content = pattern.sub("...", found.content.decode("latin-1")).encode("latin-1")
        headers = {k: pattern.sub("...", v) for k, v in found.headers.items()}
        found = replace(found, content=content, headers=headers)
    return found
