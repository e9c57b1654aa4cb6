"""The notebooks in JupyterLab, in a browser: run as they are, and for another partner."""

import json
import os
import re
import shlex
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
    saved = run_all(page, lab[1] / f"{name}.ipynb")
    assert_well(page, saved)
    # Saving changes nothing but what was changed, on the Python that the notebooks were made with.
    before = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    saved.metadata.language_info.version = before.metadata.language_info.version
    assert saved.metadata == before.metadata
    assert [(one.source, one.metadata) for one in saved.cells] == [
        (one.source, one.metadata) for one in before.cells
    ]
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


# ---- The explorer

ALIVE = "import gc, matplotlib.figure; print(gc.collect() * 0 + sum(isinstance(one, " \
    "matplotlib.figure.Figure) for one in gc.get_objects()), 'figures')"  # fmt: skip


class Explorer:
    """Notebook 08 in JupyterLab, by its labels as a person finds them."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(error))
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate(WATCH)
        choose(page, "Run", "Run All Cells")
        page.wait_for_function(f"window.started && !({RUNNING})()")
        self.place = page.locator(".jp-OutputArea-output", has=page.get_by_label("Partner"))
        self.place.locator("img").wait_for()

    def field(self, label: str):
        return self.place.get_by_label(label, exact=True)

    def type(self, label: str, text: str) -> None:
        self.field(label).fill(text)
        self.field(label).press("Enter")

    def says(self, text: str) -> None:
        self.place.locator("p[role]", has_text=text).first.wait_for()

    def copied(self, label: str) -> str:
        self.place.get_by_role("button", name=f"Copy the {label}").click()
        return self.page.evaluate("navigator.clipboard.readText()")

    def assert_well(self) -> None:
        assert not self.errors
        assert self.page.locator(STDERR).count() == 0
        assert "Traceback" not in self.page.locator(".jp-Notebook").inner_text()


def korus(command: str) -> str:
    """What a command of `korus` answers that was copied from the page."""
    words = shlex.split(command)
    assert words[0] == "korus"
    program = Path(sys.executable).parent / "korus"
    return subprocess.run([program, *words[1:]], capture_output=True, text=True).stdout.strip()


def test_choices_change_figure_and_sentence_and_can_be_copied(opened):
    seen = Explorer(opened("08_explore"))
    before = seen.place.locator("img").get_attribute("src")
    seen.type("Partner", "Mexico")
    seen.says("US goods deficit with Mexico, change from 2011 to 2016")
    assert seen.place.locator("img").get_attribute("src") != before
    seen.type("Beside it", "Japan; CHN")
    seen.field("Way").select_option("share")
    seen.type("Last period", "2019")
    seen.says("US goods deficit with Mexico, share of the world total in 2019")
    line = korus(seen.copied("korus command"))
    assert line.startswith("US goods deficit with Mexico, share of the world total in 2019")
    seen.says(line[:100])
    given = shlex.split(seen.copied("papermill parameters"))
    wanted = {"partner": "Mexico", "beside": "Japan; CHN", "way": "share", "end_year": 2019}
    assert wanted.items() <= json.loads(given[-1]).items()
    seen.type("Last period", "2018-Q3")
    seen.field("Way").select_option("rank")
    seen.says("Mexico, place among countries in July 2018 to September 2018")
    line = korus(seen.copied("korus command"))
    assert line.startswith("US goods deficit with Mexico, place among countries in July 2018")
    assert '"end_period": "2018-Q3"' in seen.copied("papermill parameters")
    seen.assert_well()


def test_a_claim_gets_the_verdict_of_check_and_a_bad_one_the_sentence_of_the_parser(opened):
    seen = Explorer(opened("08_explore"))
    for claim in ("nearly $15 billion", "more than doubled", "fell by $1 billion"):
        seen.type("As printed", claim)
        rows = seen.place.locator("table", has_text="The claim as printed")
        rows.get_by_text(claim).first.wait_for()
        verdict = rows.locator("tr", has_text="verdict").first.locator("td").inner_text()
        assert f"verdict  {verdict}" in re.sub(" {2,}", "  ", korus(seen.copied("korus check")))
    seen.type("As printed", "a <b>great</b> deal")
    seen.place.get_by_role("alert").wait_for()
    assert '"a <b>great</b> deal"' in seen.place.get_by_role("alert").inner_text()
    seen.type("As printed", "")
    seen.says("change from 2011 to 2016")
    seen.assert_well()


def test_the_keyboard_is_enough_and_thirty_quick_changes_leave_nothing_behind(opened):
    seen = Explorer(opened("08_explore"))
    page = seen.page
    seen.field("Partner").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Vietnam")
    page.keyboard.press("Tab")
    seen.says("with Vietnam, change")
    page.keyboard.press("ArrowUp")  # from deficit to imports
    seen.says("imports from Vietnam, change")
    for _ in range(5):
        page.keyboard.press("Tab")
    assert seen.field("Way").evaluate("one => one === document.activeElement")
    for n in range(30):
        page.keyboard.press("ArrowDown" if n % 4 < 2 else "ArrowUp")
    page.keyboard.press("Home")
    seen.says("imports from Vietnam, 2016")
    found = Axe().run(page, context={"include": [[".jp-OutputArea-output .jupyter-widgets"]]})
    assert found.violations_count == 0, found.generate_report()
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ALIVE)
    page.keyboard.press("Shift+Enter")
    page.get_by_text(re.compile(r"^\s*[01] figures\s*$")).wait_for()
    seen.assert_well()
