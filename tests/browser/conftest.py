"""What tests in a browser share: Chromium, and the pages of real runs over HTTP.

The fixtures last as long as this package, not the session: while Playwright is at work an event
loop runs in the main thread, and tests that start one of their own would fail beside it.
"""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


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
