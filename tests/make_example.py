"""Make outputs/example anew, the run that is kept, and outputs/example.png, a picture of its index.

Needs Chromium and playwright for the picture. `tests/test_example.py` tells when it is due.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from korus_helpers.runs.run import run_collection

OUTPUTS = Path(__file__).parents[1] / "outputs"
WIDTH, HEIGHT = 1200, 916


def main() -> None:
    """Run all notebooks with PDFs, put the run into the place of the old one, photograph it."""
    example = OUTPUTS / "example"
    result = run_collection([], [], OUTPUTS, progress=True, pdf="a4")
    if failed := [one.notebook for one in result.outcomes if one.status != "done"]:
        sys.exit(f"{', '.join(failed)} did not complete; see {result.folder}.")
    shutil.rmtree(example, ignore_errors=True)
    result.folder.rename(example)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto((example / "index.html").as_uri())
        page.screenshot(path=OUTPUTS / "example.png")
        browser.close()


if __name__ == "__main__":
    main()
