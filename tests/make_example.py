"""Make outputs/example anew, the run that is kept, and outputs/example.png, a picture of its index.

Of the run its pages are kept, verdicts and record; charts stand in the pages, with fewer colours.
Needs Chromium and playwright for the picture. `tests/test_example.py` tells when it is due.
"""

import base64
import io
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from korus_helpers.runs.run import run_collection

OUTPUTS = Path(__file__).parents[1] / "outputs"
WIDTH, HEIGHT = 1200, 916
KEPT = (".html", "verdicts.csv", "run.json")
COLOURS = 24
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
LINK = re.compile(r'<a\b[^>]*?href="([^"#:]+)(?:#[^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)


def main() -> None:
    """Run all notebooks, put the run into the place of the old one, photograph it."""
    example = OUTPUTS / "example"
    result = run_collection([], [], OUTPUTS, progress=True)
    if failed := [one.notebook for one in result.outcomes if one.status != "done"]:
        sys.exit(f"{', '.join(failed)} did not complete; see {result.folder}.")
    keep_pages(result.folder)
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


def keep_pages(folder: Path) -> None:
    """Leave the pages of a run, without links to what is not kept, and with lighter pictures."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.endswith(KEPT):
            path.unlink()
    kept = {path.name for path in folder.iterdir()}
    for page in folder.glob("*.html"):
        text = PICTURE.sub(lambda found: lighter(found[1]), page.read_text("utf-8"))
        text = LINK.sub(lambda found: found[found[1] not in kept and 2], text)
        page.write_text(text, "utf-8")


def lighter(picture: str) -> str:
    """The address of a PNG in base64, with few colours and as WebP."""
    drawn = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    made = io.BytesIO()
    few = drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.convert("RGB").save(made, "WEBP", lossless=True)
    return f"data:image/webp;base64,{base64.b64encode(made.getvalue()).decode()}"


if __name__ == "__main__":
    main()
