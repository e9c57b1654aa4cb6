"""Getting one address over https: only from named hosts, never more than fits, never half.

A server may send anything, in any shape and at any pace. Bytes and time are therefore counted where
they come from the wire, below everything that makes sense of them.
"""

import hashlib
import http.client
import io
import logging
import queue
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from korus_helpers.errors import InputError, NetworkOrDiskError

HOSTS = ("www.census.gov", "api.census.gov")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST = 50_000_000  # bytes, unpacked
FRAMING = 1_000_000  # bytes of one answer beside its content: headers, sizes of chunks
PIECE = 64 * 1024  # bytes unpacked at a time
REDIRECTS = 3
LONGEST_ADDRESS = 2_000  # characters
AGENT = "korus (trade figures; https client)"
AGAIN = (429, 500, 502, 503, 504)
LONGEST_WAIT = 120.0  # seconds, whatever Retry-After asks for
CONNECT = 20.0  # seconds for a connection to a host that was reached before


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

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


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
    """Keeps addresses with parameters out of the log of urllib3, which tells them whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "key=" not in record.getMessage()


logging.getLogger("urllib3.connectionpool").addFilter(_NoSecrets())


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
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Download:
    """The answer of an address, asked again after 429, 5xx, time-outs and broken answers.

    `secret` are parameters that are sent and never told: with them no redirect is followed, and
    where an answer repeats one, it is blacked out. `accept` returns "" or why an answer should be
    asked for again. `progress` is told bytes done and in all (0 where unknown). A 404 is an answer
    like others. Raises `Unreachable`, `NoAnswer` or another `NetworkOrDiskError`.
    """
    deadline = time.monotonic() + patience.whole
    _first_contact(address, patience)
    for number in range(1, patience.attempts + 1):
        try:
            found = _once(address, patience.silence, deadline, secret or {}, progress)
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


def _first_contact(address: str, patience: Patience) -> None:
    """Raise `Unreachable` unless a connection to the host, or to the proxy on the way, is made.

    In a thread, as nothing else ends the wait for a name server that does not answer. On this
    machine there is nothing to look up.
    """
    if urlsplit(address).hostname in LOOPBACK:
        return
    from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy

    proxy = select_proxy(address, get_environ_proxies(address))
    try:
        parts = urlsplit(prepend_scheme_if_needed(proxy, "http") if proxy else address)
        place = (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    except ValueError:
        raise _dead_proxy(address) from None
    failed: queue.SimpleQueue = queue.SimpleQueue()

    def knock() -> None:
        try:
            # Several addresses are tried one after the other: a dead one leaves time for the next.
            socket.create_connection(place, patience.contact / 2).close()
            failed.put(None)
        except (OSError, UnicodeError) as error:
            failed.put(error)

    threading.Thread(target=knock, daemon=True).start()
    try:
        error = failed.get(timeout=patience.contact)
    except queue.Empty:
        error = TimeoutError()
    if error is None:
        return
    if proxy:
        raise _dead_proxy(address)
    if isinstance(error, TimeoutError):
        raise Unreachable(
            f"{parts.hostname} does not answer within {patience.contact:g} seconds; is there a "
            "network? On a slow one type --timeout 300"
        )
    raise Unreachable(_unreached(str(parts.hostname), str(error)))


def _unreached(host: str, error: str) -> str:
    """Why no connection came about, from what the system or a library says of it."""
    if "refused" in error:
        return f"the connection to {host} was refused; is there a network?"
    if "unreachable" in error:
        return f"{host} cannot be reached; is there a network?"
    return f"the name {host} is not known; is there a network?"


def _dead_proxy(address: str) -> Unreachable:
    return Unreachable(
        f"the proxy on the way to {urlsplit(address).hostname} does not answer; check HTTPS_PROXY, "
        "or use --file with a file that you downloaded in another way"
    )


@dataclass
class _Limits:
    """What is left of one answer: bytes from the wire, and time."""

    silence: float
    deadline: float  # of time.monotonic()
    left: int = LARGEST + FRAMING

    @property
    def rest(self) -> float:
        return self.deadline - time.monotonic()


class _Wire(io.RawIOBase):
    """Bytes of a connection within limits: a drip or a flood ends, wherever in an answer it is."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, limits: _Limits):
        self.raw, self.connection, self.limits = raw, connection, limits

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int | None:
        if self.limits.rest <= 0 or self.limits.left <= 0:
            raise TimeoutError("the limits of this answer are reached")
        self.connection.settimeout(min(self.limits.silence, self.limits.rest))
        count = self.raw.readinto(buffer)
        self.limits.left -= count or 0
        return count

    def close(self) -> None:
        self.raw.close()
        super().close()


def _session(limits: _Limits, local: bool):
    """A session of requests whose answers are read within limits.

    Redirects are left to the caller: requests would read the whole body of each, and follow it.
    """
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.util.response import assert_header_parsing

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock, *args, **kwargs):
            super().__init__(sock, *args, **kwargs)
            self.fp = io.BufferedReader(_Wire(self.fp.detach(), sock, limits))

        def begin(self) -> None:
            super().begin()
            # A line that is no header hides those after it, such as the length.
            assert_header_parsing(self.msg)

    class Plain(HTTPConnection):
        response_class = Answer

    class Secure(HTTPSConnection):
        response_class = Answer

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(self, *args, **kwargs):
            pool = super().get_connection_with_tls_context(*args, **kwargs)
            pool.ConnectionCls = Secure if pool.scheme == "https" else Plain
            return pool

    class Direct(Session):
        def resolve_redirects(self, *args, **kwargs):
            return iter(())

    session = Direct()
    session.trust_env = not local  # a proxy is for the way out
    session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "gzip"})
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter())
    return session


def _once(
    address: str, silence: float, deadline: float, secret: dict[str, str], progress: Callable
) -> Download:
    limits = _Limits(silence, deadline)
    try:
        return _asked(address, limits, secret, progress)
    except (NetworkOrDiskError, _TryAgain):
        raise
    except Exception as error:
        # What a server sends can make the libraries raise nearly anything: an AttributeError for
        # one kind of Content-Type, for example.
        if limits.rest <= 0:
            raise NetworkOrDiskError(
                f"the answer of {address} took longer than the time allowed in all; on a slow "
                "network type --timeout 300"
            ) from None
        if limits.left <= 0:
            raise _too_large(address) from None
        raise _failure(error, address) from None


def _asked(address: str, limits: _Limits, secret: dict[str, str], progress: Callable) -> Download:
    from urllib3.util import Retry

    with _session(limits, urlsplit(address).hostname in LOOPBACK) as session:
        for _ in range(REDIRECTS + 1):
            seconds = max(0.01, min(limits.silence, limits.rest))
            answer = session.get(
                address, params=secret, stream=True, timeout=(min(seconds, CONNECT), seconds)
            )
            limits.left = LARGEST + FRAMING
            if secret or not answer.is_redirect:
                break
            address = _followed(address, answer.headers["Location"])
            answer.close()
        else:
            raise NetworkOrDiskError(f"{address} redirects in circles")
        status, headers = answer.status_code, {k.lower(): v for k, v in answer.headers.items()}
        if status in AGAIN:
            try:
                wait = Retry().parse_retry_after(headers.get("retry-after", "0")[:40])
            except Exception:  # a date that is none counts as nothing
                wait = 0.0
            raise _TryAgain(f"the server answers {status}", wait, status)
        content = _content(answer, address, progress) if status in (200, 400) else b""
        answer.close()
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return _blacked_out(Download(content, status, headers, address, moment), secret)


def _followed(address: str, location: str) -> str:
    """Where a redirect leads; raises for another host, or away from https."""
    here = urlsplit(address)
    try:
        there = urlsplit(urljoin(address, location))
        host = there.hostname or "none"
    except ValueError:  # brackets that are none
        there, host = None, "none"
    if there is None or (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise NetworkOrDiskError(
            f"{address} redirects to another host ({host[:80]}), which is not followed"
        )
    if len(there.geturl()) > LONGEST_ADDRESS or not there.geturl().isprintable():
        raise NetworkOrDiskError(f"{address} redirects to what is no address")
    return there.geturl()


def _content(answer, address: str, progress: Callable[[int, int], None]) -> bytes:
    """The body, unpacked; never more than `LARGEST` and never half."""
    headers = answer.headers
    declared = "" if "Transfer-Encoding" in headers else headers.get("Content-Length", "")
    if declared and not (declared.isascii() and declared.isdigit()):
        raise _TryAgain("the answer declares a length that is no number")
    whole = int(declared[-18:] or 0) if len(declared) <= 18 else LARGEST + 1
    if whole > LARGEST:
        raise _too_large(address)
    encoding = headers.get("Content-Encoding", "").strip().lower()
    pieces = iter(lambda: answer.raw.read(PIECE, decode_content=False), b"")
    content = bytearray()
    for piece in _unpacked(pieces, encoding):
        content += piece
        if len(content) > LARGEST:
            raise _too_large(address)
        progress(len(content), 0 if encoding else whole)
    return bytes(content)


def _unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces without their compression, unpacked a little at a time."""
    if encoding in ("", "identity"):
        yield from pieces
        return
    if encoding != "gzip":
        raise _TryAgain("the answer is compressed in a way that was not asked for")
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        while piece or unpacker.unconsumed_tail:
            if unpacker.eof:  # gzip may consist of several members
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(piece, PIECE)
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise _TryAgain("the answer was cut short")


def _too_large(address: str) -> NetworkOrDiskError:
    return NetworkOrDiskError(f"{address} is larger than {LARGEST // 1_000_000} MB: refused")


def _failure(error: Exception, address: str) -> Exception:
    """What a library raised as a sentence of ours, without its own words: they may hold a key."""
    from requests import exceptions as failing
    from urllib3.exceptions import NewConnectionError

    cause = getattr(error.args[0], "reason", None) if error.args else None
    host = urlsplit(address).hostname or ""
    if isinstance(error, failing.SSLError):
        return NetworkOrDiskError(
            f"{host} does not show a certificate that this machine trusts (TLS); nothing was "
            "downloaded"
        )
    if isinstance(error, (failing.ProxyError, failing.InvalidProxyURL)):
        return _dead_proxy(address)
    if isinstance(error, failing.ConnectTimeout):
        return _TryAgain("no connection in time")
    if isinstance(cause, NewConnectionError):
        return Unreachable(_unreached(host, str(cause)))
    if isinstance(error, zlib.error):
        return _TryAgain("its compression is damaged")
    text = str(error)
    for sign, words in (
        ("IncompleteRead", "the answer was cut short"),
        ("timed out", "the server did not answer in time"),
        ("Remote end closed", "the server ended the connection without an answer"),
        ("reset by peer", "the connection broke"),
    ):
        if sign in text:
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
