"""Getting one address over https: only from named hosts, never more than fits, never half."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from korus_helpers.errors import InputError, NetworkOrDiskError

HOSTS = ("www.census.gov", "api.census.gov")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST = 50_000_000  # bytes
REDIRECTS = 3
AGENT = "korus (trade figures; https client)"
AGAIN = (429, 500, 502, 503, 504)
LONGEST_WAIT = 120.0  # seconds, whatever Retry-After asks for


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds without a byte, seconds for one answer, how many times to ask."""

    silence: float = 60.0
    whole: float = 600.0
    attempts: int = 4


@dataclass(frozen=True)
class Download:
    """What came: content, status, and where it came from and when."""

    content: bytes
    status: int
    headers: dict[str, str]
    address: str
    retrieved: str

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


class _NoSecrets(logging.Filter):
    """Keeps addresses with parameters out of the log of urllib3, which tells them whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "key=" not in record.getMessage()


logging.getLogger("urllib3.connectionpool").addFilter(_NoSecrets())


class _TryAgain(Exception):
    """An answer that may be better the next time; with the seconds the server asks to wait."""

    def __init__(self, reason: str, wait: float = 0.0):
        super().__init__(reason)
        self.wait = wait


def check_base(text: str) -> str:
    """A base address: https on the hosts of the Census Bureau, or anything on this machine."""
    parts = urlsplit(text)
    local = parts.hostname in LOOPBACK and parts.scheme in ("http", "https")
    official = parts.scheme == "https" and parts.hostname in HOSTS
    if not (local or official) or parts.username or parts.query or parts.fragment:
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
    redirects: bool = True,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Download:
    """The content at an address, asked again after 429, 5xx, time-outs and broken answers.

    `secret` are parameters that are sent and never told: no error names them. `accept` returns ""
    or why an answer should be asked for again. `progress` is told bytes done and in all (0 where
    unknown). Raises `NetworkOrDiskError` with one sentence.
    """
    from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt

    def wait(state) -> float:
        asked = getattr(state.outcome.exception(), "wait", 0.0)
        return min(max(asked, 2.0 ** (state.attempt_number - 1)), LONGEST_WAIT)

    def once() -> Download:
        found = _once(address, patience, secret or {}, redirects, progress)
        reason = accept(found)
        if reason:
            raise _TryAgain(reason)
        return found

    rule = Retrying(
        retry=retry_if_exception_type(_TryAgain), wait=wait,
        stop=stop_after_attempt(patience.attempts),
    )  # fmt: skip
    try:
        return rule(once)
    except RetryError as error:
        reason = str(error.last_attempt.exception())
        times = f"{patience.attempts} times" if patience.attempts > 1 else "once"
        raise NetworkOrDiskError(
            f"{address} was asked {times}: {reason}; try again later"
        ) from None


def _once(
    address: str, patience: Patience, secret: dict, redirects: bool, progress: Callable
) -> Download:
    import requests
    from requests import exceptions as failing

    local = urlsplit(address).hostname in LOOPBACK
    started = time.monotonic()
    with requests.Session() as session:
        session.trust_env = not local  # a proxy is for the way out
        session.headers["User-Agent"] = AGENT
        try:
            for _ in range(REDIRECTS + 1):
                answer = session.get(
                    address, params=secret, stream=True, allow_redirects=False,
                    timeout=(min(patience.silence, 20), patience.silence),
                )  # fmt: skip
                if not (redirects and answer.is_redirect):
                    break
                address = _followed(address, answer.headers.get("Location", ""))
            else:
                raise NetworkOrDiskError(f"{address} redirects in circles")
            if answer.status_code in AGAIN:
                raise _TryAgain(f"the server answers {answer.status_code}", _retry_after(answer))
            content = _body(answer, address, patience, started, progress)
        except failing.SSLError:
            raise NetworkOrDiskError(
                f"{_host(address)} does not show a certificate that this machine trusts "
                "(TLS); nothing was downloaded"
            ) from None
        except failing.ProxyError:
            raise NetworkOrDiskError(
                f"the proxy on the way to {_host(address)} does not answer; check HTTPS_PROXY, "
                "or use --file with a file that you downloaded in another way"
            ) from None
        except failing.ConnectTimeout:
            raise _TryAgain("no connection in time") from None
        except (failing.ReadTimeout, failing.ConnectionError, failing.ChunkedEncodingError,
                failing.ContentDecodingError) as error:  # fmt: skip
            raise _TryAgain(_why(error)) from None
        except failing.RequestException as error:
            raise NetworkOrDiskError(
                f"{address} cannot be asked ({type(error).__name__})"
            ) from None
    day = datetime.now(UTC).isoformat(timespec="seconds")
    return Download(content, answer.status_code, dict(answer.headers), address, day)


def _followed(address: str, location: str) -> str:
    """Where a redirect leads; raises for another host, or away from https."""
    there, here = urlsplit(urljoin(address, location)), urlsplit(address)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise NetworkOrDiskError(
            f"{address} redirects to another host ({there.hostname or 'none'}), which is not "
            "followed"
        )
    return there.geturl()


def _retry_after(answer) -> float:
    """Seconds that the server asks to wait; dates and nonsense count as nothing."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _body(answer, address: str, patience: Patience, started: float, progress: Callable) -> bytes:
    declared = answer.headers.get("Content-Length", "")
    whole = int(declared) if declared.isascii() and declared.isdigit() else 0
    too_large = NetworkOrDiskError(f"{address} is larger than {LARGEST // 1_000_000} MB: refused")
    if whole > LARGEST:
        raise too_large
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > LARGEST:
            raise too_large
        if time.monotonic() - started > patience.whole:
            raise _TryAgain(f"the answer took longer than {patience.whole:.0f} seconds")
        progress(len(content), whole)
    if whole and "Content-Encoding" not in answer.headers and len(content) != whole:
        raise _TryAgain(f"the answer has {len(content):,} of {whole:,} bytes")
    return bytes(content)


def _why(error: Exception) -> str:
    """A failed connection in words, without the address that may hold a key."""
    text = str(error)
    for sign, words in (
        ("IncompleteRead", "the answer was cut short"),
        ("timed out", "the server did not answer in time"),
        ("Name or service", "the name of the host is not known; is there a network?"),
        ("resolve", "the name of the host is not known; is there a network?"),
        ("refused", "the connection was refused"),
        ("unreachable", "the network cannot be reached"),
    ):
        if sign in text:
            return words
    return "the connection broke"


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
