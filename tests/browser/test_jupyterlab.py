"""The notebooks in JupyterLab, in a browser: run as they are, and for another partner."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ["00_start_here", "03_claim_audit"]  # with every kind of output
TOKEN = "local"
PATIENCE = 60_000  # milliseconds

# All cells stay in the page, so that all can be looked at; nothing is asked of other hosts.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

STDERR = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
OURS = {"include": [[".jp-OutputArea-output"]]}
# The cells that wait or run; a run is seen to start when the last one does.
RUNNING = """() => [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
    .some(one => one.innerText.includes("*"))"""
WATCH = f"""() => {{
    window.started = false;
    new MutationObserver(() => window.started ||= ({RUNNING})()).observe(
        document.querySelector(".jp-Notebook"),
        {{childList: true, subtree: true, characterData: true}});
}}"""
# Outputs with a part beyond the right edge of their area that nothing scrolls into view.
CUT_OFF = """() => [...document.querySelectorAll(".jp-OutputArea-output")].filter(one => {
    const edge = one.closest(".jp-OutputArea").getBoundingClientRect().right + 1;
    return [...one.querySelectorAll("*")].some(part =>
        part.getBoundingClientRect().right > edge && !part.closest("[style*='overflow-x']"));
}).map(one => one.innerText.slice(0, 80))"""


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of a JupyterLab that `make lab` would start, over a copy of the notebooks."""
    place = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", place / "notebooks")
    for name, values in SETTINGS.items():
        file = place / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {
        **{f"JUPYTER_{kind}_DIR": str(place / kind) for kind in ("CONFIG", "DATA", "RUNTIME")},
        "JUPYTERLAB_SETTINGS_DIR": str(place / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(place / "workspaces"),
        "IPYTHONDIR": str(place / "ipython"),
    }
    options = [
        "--no-browser", f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}",
        "--LabApp.extension_manager=readonly", "--LabApp.news_url=None",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "jupyter", "lab", "notebooks", *options],
            cwd=place, env=os.environ | folders, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        for _ in range(300):
            assert process.poll() is None, (place / "log").read_text("utf-8")
            try:
                urlopen(f"{address}/api?token={TOKEN}").close()
                break
            except URLError:
                time.sleep(0.2)
        yield address, place / "notebooks"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def opened(browser, lab):
    """Open a notebook of the copy in a window of its own, which may ask no other host."""
    address, _ = lab
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    elsewhere = []
    context.on("request", lambda request: elsewhere.append(request.url))

    def open_notebook(name: str):
        page = context.new_page()
        page.goto(f"{address}/lab/tree/{name}.ipynb?token={TOKEN}&reset")
        page.locator(".jp-CodeCell").first.wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        return page

    yield open_notebook
    context.close()
    assert not [url for url in elsewhere if not url.startswith((address, "data:", "blob:"))]


def choose(page, menu: str, *entries: str) -> None:
    """An entry of the menus, each step by the beginning of its name."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    for name in entries:
        page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{name}")).first.click()


def run_all(page, path: Path):
    """Restart the kernel and run all cells by the menu, and save; returns what was saved."""
    page.evaluate(WATCH)
    choose(page, "Run", "Restart Kernel and Run All Cells")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_function(f"window.started && !({RUNNING})()")
    page.get_by_text("(ipykernel) | Idle").wait_for()
    choose(page, "File", "Save Notebook")
    page.locator(".jp-mod-current.jp-mod-dirty").wait_for(state="detached")
    return nbformat.read(path, as_version=4)


def alternatives(notebook) -> list[str]:
    """The alternative texts of the charts; JupyterLab keeps them and does not give them out."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [
        one.metadata["image/png"]["alt"] for one in outputs if "image/png" in one.get("data", {})
    ]


def assert_well(page, notebook) -> None:
    """Every cell ran, in order and without error, and all outputs show whole and readable."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert page.locator(STDERR).count() == 0
    figures = page.locator(".jp-OutputArea-output img")
    assert figures.count() == len(alternatives(notebook))
    assert set(figures.evaluate_all("all => all.map(one => one.clientWidth)")) <= {768}
    tables = page.locator(".jp-OutputArea-output table")
    assert tables.count() == sum(
        "<table" in one.get("data", {}).get("text/html", "") for one in outputs
    )
    assert not page.evaluate(CUT_OFF)
    assert "<" not in "".join(page.locator(".jp-RenderedHTMLCommon").all_inner_texts())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_runs_a_notebook_and_shows_all_of_it(opened, lab, name):
    page = opened(name)
    assert_well(page, run_all(page, lab[1] / f"{name}.ipynb"))
    choose(page, "Settings", "Theme", "JupyterLab Dark")
    page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
    found = Axe().run(page, context=OURS, options={"runOnly": ["color-contrast"]})
    assert found.violations_count == 0, found.generate_report()


def test_another_partner_in_the_parameters_gives_its_result(opened, lab):
    page = opened("01_goods_deficit")
    path = lab[1] / "01_goods_deficit.ipynb"
    source = nbformat.read(path, as_version=4).cells[1].source
    assert "Korea, South" in source
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source.replace("Korea, South", "Mexico"))
    notebook = run_all(page, path)
    assert_well(page, notebook)
    assert 'partner: str = "Mexico"' in notebook.cells[1].source
    said = " ".join(
        page.locator(".jp-OutputArea-output[data-mime-type='text/markdown']").all_inner_texts()
    )
    alts = " ".join(alternatives(notebook))
    assert "Mexico" in said and "Mexico" in alts
    assert "Korea" not in said and "Korea" not in alts
