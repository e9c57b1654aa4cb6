"""A server on 127.0.0.1 that answers as the Census Bureau's do, in health and in every failure."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

COUNTRY = "/foreign-trade/balance/country.xlsx"
ENDUSE = "/foreign-trade/statistics/product/enduse"
EXPORTS, OLD_EXPORTS = f"{ENDUSE}/exports/enduse_exports.xlsx", f"{ENDUSE}/enduse_exports"
IMPORTS, OLD_IMPORTS = f"{ENDUSE}/imports/enduse_imports.xlsx", f"{ENDUSE}/enduse_imports"
PAGE = b"<!DOCTYPE html><html><body>There was an error while running your query</body></html>"


@dataclass
class Answer:
    """One answer: `length` is declared instead of the true one, `pause` seconds lie between the
    halves of the body, and `cut` ends the connection after so many bytes.

    `wire` gives the bytes of an answer of any shape instead of all that, `pause` seconds between
    them, as long as somebody takes them.
    """

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    length: int | None = None
    pause: float = 0.0
    cut: int | None = None
    wire: Callable[[], Iterable[bytes]] | None = None


class Replay(ThreadingHTTPServer):
    """`routes` maps a path to an answer, a list of answers (the last repeats), or a function of
    the query; `asked` holds every path with its query."""

    daemon_threads = True

    def __init__(self, routes):
        self.routes, self.asked, self.lock = dict(routes), [], threading.Lock()
        self.sent = 0  # bytes of answers with `wire`
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, path):
        return sum(urlsplit(one).path == path for one in self.asked)

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        with self.server.lock:
            self.server.asked.append(self.path)
            found = self.server.routes.get(parts.path, Answer(PAGE, 404))
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found = found(parse_qs(parts.query, keep_blank_values=True))
        if found.wire is not None:
            self.close_connection = True
            for piece in found.wire():
                self.wfile.write(piece)
                with self.server.lock:
                    self.server.sent += len(piece)
                time.sleep(found.pause)
            return
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if found.status != 204:
            length = len(found.body) if found.length is None else found.length
            self.send_header("Content-Length", str(length))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            body = found.body if found.cut is None else found.body[: found.cut]
            half = len(body) // 2
            self.wfile.write(body[:half])
            if found.pause:
                self.wfile.flush()
                time.sleep(found.pause)
            self.wfile.write(body[half:])
        if found.cut is not None or found.length is not None:
            self.close_connection = True

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def replaying(routes):
    """A running `Replay`, stopped at the end."""
    server = Replay(routes)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
