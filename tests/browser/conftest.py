"""What tests in a browser share: Chromium, real runs, and their pages over HTTP.

The fixtures last as long as this package, not the session: while Playwright is at work an event
loop runs in the main thread, and tests that start one of their own would fail beside it.
"""

import csv
import functools
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]

# Words of strangers, as `what` and `note` of claims. Any that becomes active sets window.hit.
HOSTILE = {
    "script": "<script>window.hit = 1</script></td></table></div><h1 id=hit>hit</h1>",
    "event": "<img src=x onerror='window.hit = 1'><svg onload=window.hit=1><a id=hit href=#>",
    "quote": "\" onmouseover=\"window.hit = 1\" autofocus onfocus='window.hit = 1' style='left:0",
    "frame": "<iframe src=//evil.example></iframe><meta http-equiv=refresh content=0;//evil>",
    "style": "<style>* { display: none }</style><link rel=stylesheet href=//evil.example/a.css>",
    "link": "[hit](javascript:window.hit=1) ![hit](//evil.example/a.png) <javascript:window.hit=1>",
    "markdown": "# hit\n\n```\n**hit** | hit | <https://evil.example> \\</script>",
    "template": "{{ 7 * 7 }} {% raw %} {# hit #} ${7*7} <%= 7*7 %>",
    "mathematics": "$$\\href{javascript:window.hit=1}{x}$$ \\(x^2\\) $x$ \\[y\\] &lt;b&gt; &amp;",
    "formula": '=HYPERLINK("//evil.example")',
    "direction": "\u202eesrever\u202c \u2066apart\u2069 \u05d0\u05d1 \u0639\u0631\u0628 한국",
    "control": "a\x07b\x1b[31mred\x7f\x85\u200b\ufeffend",
    "unbroken": "W" * 490,
    "spaced": "long words " * 45,
}
COLUMNS = ("id", "printed", "measure", "as", "end", "speaker", "publisher", "what", "note")
FIGURES = ("$27.6 billion,deficit,level", "$28.6 billion,deficit,level", "5 jobs,other,level")


def hostile_claims(folder: Path) -> Path:
    """A claims file of those words, whose own name is no better."""
    path = folder / "<img src=x onerror=hit()> $x$ {{7}}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, (name, text) in enumerate(HOSTILE.items()):
            rows.writerow(
                [name, *FIGURES[number % 3].split(","), "2016", text[:200], text[:200], text, text]
            )
    return path


RUNS = {
    "default": ["--pdf"],
    "mexico": ["-p", "partner", "Mexico", "01"],
    "hostile": ["-p", "claims_file", "CLAIMS", "03"],
}


def chromium() -> str | None:
    """The browser that CHROMIUM names, else one on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="package")
def browser():
    path = chromium()
    if path is None:
        pytest.skip("needs Chromium: type sudo apt install chromium, or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def runs(browser, tmp_path_factory) -> dict[str, Path]:
    """The folders that `korus run` leaves, by name."""

    claims = hostile_claims(tmp_path_factory.mktemp("claims"))

    def made(name: str) -> Path:
        place = tmp_path_factory.mktemp(name)
        arguments = [str(claims) if one == "CLAIMS" else one for one in RUNS[name]]
        done = subprocess.run(
            [BIN / "korus", "run", "--out", place, *arguments], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return next(path for path in place.iterdir() if path.is_dir())

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(RUNS, pool.map(made, RUNS), strict=True))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="package")
def served(runs) -> dict[str, str]:
    """The address of each run on 127.0.0.1."""
    servers = {
        name: ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
        )
        for name, folder in runs.items()
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {name: f"http://127.0.0.1:{server.server_port}/" for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


MODES = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}


@pytest.fixture
def visit(browser):
    """Open an address as a reader with `mode` does; returns Playwright's page.

    At the end of the test no page may have said anything on the console, raised an error, opened
    a dialog or another window, or asked for anything but itself.
    """
    contexts, addresses, wrong = [], [], []

    def opened(address: str, mode: str = "light"):
        context = browser.new_context(**MODES[mode])
        contexts.append(context)
        page = context.new_page()
        context.on("request", lambda request: asked(request.url))
        context.on("console", lambda said: wrong.append(f"{said.text} {said.location}"))
        context.on("weberror", lambda raised: wrong.append(f"error: {raised.error}"))
        context.on("page", lambda _: wrong.append("another window"))
        context.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
        addresses.append(address)
        page.goto(address)
        return page

    def asked(url: str):
        if not url.startswith("data:") and url.partition("#")[0] not in addresses:
            wrong.append(f"request: {url}")

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def hostile() -> dict[str, str]:
    return HOSTILE
