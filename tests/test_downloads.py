"""Downloads from a server that sends anything, at any pace: one sentence, in time, without the key.

Real HTTP on 127.0.0.1, through `korus fetch` where a command can show it.
"""

import itertools
import socket
import subprocess
import sys
import time

import pytest
from census_replay import KEY, PREFIX, routes
from replay import Answer, replaying
from typed import environment, korus

from korus_helpers.acquire.downloads import Patience, Unreachable, download
from korus_helpers.errors import NetworkOrDiskError

OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: "
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MANY = b"x" * 100_000


def wire(*pieces, forever=b"", pause=0.0):
    """An answer of these bytes, and of others without an end."""
    endless = itertools.repeat(forever) if forever else ()
    return Answer(wire=lambda: itertools.chain(pieces, endless), pause=pause)


def arguments(server, *more):
    return [
        "fetch", "sector", "--codes", "8703", "--from", 2011, "--to", 2011, "--attempts", 1,
        "--timeout", 5, "--base-url", server.url + PREFIX, *more,
    ]  # fmt: skip


def fetch(folder, answer, *more):
    """The command against a server that gives this answer to every question about exports."""
    with replaying(routes(lambda good, query, path: answer if "exports" in path else good)) as one:
        return korus(folder, *arguments(one, *more), CENSUS_API_KEY=KEY)


def is_one_sentence(done, status, says):
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("Error: ") and KEY not in done.stderr


RULES, CUT, LARGE = "breaks the rules of HTTP", "was cut short", "is larger than 50 MB"
LENGTH = "a length that is no number"
PACKED = "compressed, which was not asked for"
BROKEN = {
    "no status": (wire(b"hello\r\n\r\n"), RULES),
    "a status in words": (wire(b"HTTP/1.1 fine OK\r\n\r\n"), RULES),
    "another HTTP": (wire(b"HTTP/9.9 200 OK\r\n\r\n[]"), RULES),
    "bytes": (wire(bytes(range(256)) * 9), RULES),
    "nothing": (wire(), RULES),
    "a line that is no header": (wire(OK, b"no header\r\nContent-Length: 2\r\n\r\n[]"), RULES),
    "a folded header": (wire(OK, b" no header\r\n\r\n[]"), RULES),
    "a bare charset": (wire(OK, b"Content-Type: text/html; charset\r\n\r\nx"), "a web page"),
    "endless status": (wire(b"HTTP/1.1 200 ", forever=MANY), RULES),
    "endless header": (wire(OK, b"A: ", forever=MANY), RULES),
    "endless headers": (wire(OK, forever=b"A: b\r\n" * 9_000), RULES),
    "length in words": (wire(OK, b"Content-Length: two\r\n\r\n[]"), LENGTH),
    "length below zero": (wire(OK, b"Content-Length: -2\r\n\r\n[]"), LENGTH),
    "length not in ASCII": (wire(OK, b"Content-Length: \xb2\r\n\r\n[]"), LENGTH),
    "two lengths": (wire(OK, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]"), RULES),
    "a length of 5,000 digits": (wire(OK, b"Content-Length: " + b"9" * 5_000, b"\r\n\r\n"), LARGE),
    "less than its length": (wire(OK, b"Content-Length: 9\r\n\r\n[]"), CUT),
    "chunks in words": (wire(CHUNKED, b"two\r\n[]\r\n0\r\n\r\n"), CUT),
    "chunks below zero": (wire(CHUNKED, b"-5\r\n[]\r\n0\r\n\r\n"), RULES),
    "chunks without an end": (wire(CHUNKED, b"2\r\n[]\r\n"), CUT),
    "an endless chunk": (wire(CHUNKED, b"-1\r\n", forever=MANY), LARGE),
    "an endless size": (wire(CHUNKED, b"1;", forever=MANY), RULES),
    "endless": (wire(OK, b"\r\n", forever=MANY), LARGE),
    "gzip": (wire(OK, b"Content-Encoding: gzip\r\n\r\n", forever=MANY), PACKED),
    "a date to wait for": (wire(b"HTTP/1.1 503 No\r\nRetry-After: " + b"9" * 5_000 + b"\r\n\r\n"),
                           "answers 503"),
    "an endless 503": (wire(b"HTTP/1.1 503 No\r\n\r\n", forever=MANY), "answers 503"),
    "an endless 418": (wire(b"HTTP/1.1 418 No\r\n\r\n", forever=MANY), "answers 418"),
    "nested": (wire(OK, b"\r\n", b"[" * 200_000), "no JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_one_sentence(tmp_path, name):
    answer, says = BROKEN[name]
    is_one_sentence(fetch(tmp_path, answer), 3, says)
    assert not list(tmp_path.rglob("*.json"))  # nothing is kept


DRIPS = {
    "status": wire(forever=b"H", pause=0.02),
    "header": wire(OK, b"A: ", forever=b"b", pause=0.02),
    "1xx": wire(forever=b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
    "1xx, a flood": wire(forever=b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "body": wire(OK, b"Content-Length: 9999\r\n\r\n", forever=b"[", pause=0.02),
    "chunks": wire(CHUNKED, forever=b"1\r\n[\r\n", pause=0.02),
    "trailers": wire(CHUNKED, b"2\r\n[]\r\n0\r\n", forever=b"A: b\r\n", pause=0.02),
}


@pytest.mark.parametrize("name", DRIPS)
def test_a_drip_does_not_outlast_the_time_allowed(tmp_path, name):
    started = time.monotonic()
    done = fetch(tmp_path, DRIPS[name], "--timeout", 0.1, "--attempts", 4)
    assert time.monotonic() - started < 4  # ten times the silence, and what starting takes
    is_one_sentence(done, 3, "longer than the time allowed")


MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


@pytest.mark.parametrize("name", ["endless", "an endless chunk"])
def test_a_flood_takes_little_memory(tmp_path, name):
    with replaying(routes(lambda good, query, path: BROKEN[name][0])) as server:
        line = [sys.executable, "-m", "korus_helpers.cli", *map(str, arguments(server))]
        env = environment(tmp_path, CENSUS_API_KEY=KEY)
        # From a small process: what starts another hands on its own peak as if it were the other's.
        small = [sys.executable, "-S", "-c", MEASURE, *line]
        done = subprocess.run(small, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE)
    status, kilobytes = map(int, done.stdout.split()[-2:])
    assert status == 3
    assert kilobytes < 400_000  # with all libraries


PLACES = {
    "brackets": (b"http://[", "another host (none)"),
    "a port that is none": (b"http://127.0.0.1:99999/", "another host"),
    "not ASCII": ("/ü€".encode(), "redirects"),
    "a control character": (b"/\x01", "no address"),
    "another host": (b"https://example.com/" + b"a" * 60_000, "another host (example.com)"),
    "another scheme": (b"ftp://127.0.0.1/", "another host"),
    "itself": (b"/x", "in circles"),
    "nowhere": (b"", "in circles"),
    "far": (b"/" + b"a" * 60_000, "no address"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_bad_redirect_is_one_sentence_and_its_body_is_not_read(name):
    location, says = PLACES[name]
    answer = wire(MOVED + location + b"\r\n\r\n", forever=MANY)
    with replaying({"/x": answer}) as server:
        with pytest.raises(NetworkOrDiskError) as found:
            download(server.url + "/x", Patience(5, 1))
        assert server.sent < 40_000_000  # what lies in buffers of the system, four times
    assert says in str(found.value) and len(str(found.value)) < 300


def test_the_time_allowed_counts_redirects_and_waits():
    slow = wire(MOVED, b"/x\r\n", *[b"A: b\r\n"] * 10, b"\r\n", pause=0.05)
    busy = Answer(status=503, headers={"Retry-After": "100"})
    with replaying({"/x": slow, "/busy": busy}) as server:
        for path, says in (("/x", "time"), ("/busy", "was asked once: the server answers 503")):
            started = time.monotonic()
            with pytest.raises(NetworkOrDiskError, match=says):
                download(server.url + path, Patience(silence=0.15))
            assert time.monotonic() - started < 3


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_gone_is_an_answer(status):
    with replaying({"/x": Answer(b"gone", status)}) as server:
        found = download(server.url + "/x")
        assert (found.status, found.content, len(server.asked)) == (status, b"", 1)


def test_without_a_network_nothing_is_asked_twice(tmp_path):
    """Nobody at the address; a proxy that nobody reaches; one that takes no connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # they fill the queue, and what comes later is dropped
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        for proxy in ("http://127.0.0.1:9", f"http://127.0.0.1:{port}", "http://[", "nowhere"):
            started = time.monotonic()
            done = korus(tmp_path, "fetch", "sector", "--codes", "87", "--from", 2011, "--to", 2011,
                         CENSUS_API_KEY=KEY, HTTPS_PROXY=proxy)  # fmt: skip
            is_one_sentence(done, 3, "the proxy on the way to api.census.gov does not answer")
            assert time.monotonic() - started < 3
        for one in waiting:
            one.close()
    with pytest.raises(Unreachable, match="refused"):
        download("http://127.0.0.1:9")


@pytest.mark.parametrize("base", ["http://[", "http://127.0.0.1:99999", "https://example.com",
                                  "http://www.census.gov", "https://api.census.gov:8443",
                                  "http://u:p@127.0.0.1", "http://127.0.0.1?key=1"])  # fmt: skip
def test_a_base_that_is_no_address(tmp_path, base):
    done = korus(tmp_path, "fetch", "sector", "--codes", "87", "--from", 2011, "--to", 2011,
                 "--base-url", base, CENSUS_API_KEY=KEY)  # fmt: skip
    is_one_sentence(done, 2, "is not an address to download from")
