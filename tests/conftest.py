"""What tests share. They see the shipped figures only, whatever was refreshed on this machine."""

import itertools
import os
from pathlib import Path

import pytest

os.environ["KORUS_DATA"] = ""
SHARED = Path(__file__).parents[2] / "shared"


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
