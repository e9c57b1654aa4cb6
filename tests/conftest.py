"""What tests share. They see the shipped figures only, whatever was refreshed on this machine."""

import csv
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ["KORUS_DATA"] = ""
SHARED = Path(__file__).parents[2] / "shared"

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
    "command": "=cmd|'/C calc'!A0",
    "direction": "\u202eesrever\u202c \u2066apart\u2069 \u05d0\u05d1 \u0639\u0631\u0628 한국",
    "control": "a\x07b\x1b[31mred\x7f\x85\u200b\ufeffend",
    "unbroken": "W" * 490,
    "spaced": "long words " * 45,
}


# Files that take longest, longest first: what begins last should be short, so that all cores end
# at the same time.
LONG = """stored_safety pages official_files jupyterlab cluster isolation pdf notebooks runs
forked_kernel live_runs batch engine_equality evidence readme refresh_command no_fork wheel
fetch_command search claim_notebook sentence_grid build what_drove_it read"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {f"test_{name}": place for place, name in enumerate(LONG.split())}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


@pytest.fixture
def shared() -> Path:
    """The folder of source tables that stands beside the repository while it is developed."""
    if not SHARED.is_dir():
        pytest.skip("needs the source tables in ../shared, which do not ship")
    return SHARED


@pytest.fixture
def shown():
    """Run a function in a notebook-like shell; returns its outputs, each with data, metadata."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))

    def outputs(function, *args, **kwargs):
        with capture_output() as captured:
            function(*args, **kwargs)
        assert captured.stderr == ""
        return captured.outputs

    yield outputs
    InteractiveShell.clear_instance()


def words_drawn(fig):
    """Every word drawn on the figure with its box in pixels."""
    from matplotlib.text import Text

    from korus_helpers.present.figure import png

    png(fig)
    found, axes = list(fig.texts), list(fig.axes)
    while axes:
        ax = axes.pop()
        axes += ax.child_axes
        found += ax.texts
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            if ax.axison and axis.get_visible():
                ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
                found += [label for at, label in ticks if low - 1e-9 <= at <= high + 1e-9]
    renderer = fig.canvas.get_renderer()
    return {t: Text.get_window_extent(t, renderer) for t in found if t.get_text()}


@pytest.fixture
def assert_readable():
    """Check that nothing on a figure is clipped and no two words lie on each other."""

    def check(fig):
        boxes = words_drawn(fig)
        assert len(boxes) > 3
        for text, box in boxes.items():
            assert box.x0 >= 0 and box.y0 >= 0, text
            assert box.x1 <= fig.bbox.width and box.y1 <= fig.bbox.height, text
        for (one, first), (other, second) in itertools.combinations(boxes.items(), 2):
            over_x = min(first.x1, second.x1) - max(first.x0, second.x0)
            over_y = min(first.y1, second.y1) - max(first.y0, second.y0)
            assert over_x < 2 or over_y < 4, (one.get_text(), other.get_text())

    return check


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> dict[str, Path]:
    """What `korus run` leaves, made once for all tests: the folders of four runs, by name.

    "default" has every notebook and PDFs, "mexico" one notebook for another partner on letter
    paper, "hostile" claims full of what strangers might write, in a file whose name is no better,
    and "text" the report that `korus read` writes of a text with the same words.
    """
    from filelock import FileLock

    base = tmp_path_factory.getbasetemp()
    shared_by_workers = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place = shared_by_workers / "runs"
    claims = place / "<img src=x onerror=hit()> $x$ {{7}}.csv"
    asked = {
        "default": ["run", "--pdf", "--out"],
        "mexico": [
            "run",
            "--pdf",
            "--paper",
            "us-letter",
            "-p",
            "partner",
            "Mexico",
            "01",
            "--out",
        ],
        "hostile": ["run", "-p", "claims_file", claims, "03", "--out"],
        "text": ["read", claims.with_suffix(".txt"), "--report"],
    }
    with FileLock(shared_by_workers / "runs.lock"):
        if not place.exists():
            place.mkdir()
            _write_hostile(claims)
            for name, arguments in asked.items():
                (place / name).mkdir()
                words = [sys.executable, "-m", "korus_helpers.cli", *arguments, place / name]
                done = subprocess.run(words, capture_output=True, text=True)
                assert done.returncode == 0, done.stdout + done.stderr
    return {name: next((place / name).iterdir()) for name in asked}


def _write_hostile(path: Path) -> None:
    figures = ("$27.6 billion,deficit,level", "-$28.6 billion,deficit,level", "5 jobs,other,level")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        head = "id,printed,measure,as,end,speaker,publisher,what,note"
        rows.writerow(head.split(","))
        for (name, text), figure in zip(HOSTILE.items(), itertools.cycle(figures)):
            short = text[:200]
            rows.writerow([name, *figure.split(","), "2016", short, short, text, text])
    said = "U.S. goods exports to Mexico {} came to $230.2 billion {} in 2016."
    text = "\n\n".join(said.format(one, one) for one in HOSTILE.values())
    path.with_suffix(".txt").write_text(text, "utf-8")


@pytest.fixture
def hostile() -> dict[str, str]:
    return HOSTILE
