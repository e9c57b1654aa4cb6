"""What a warm process has loaded before it is forked: libraries, and the figures that ship."""

import base64
import gc
import importlib
import os
import pkgutil

import korus_helpers

ROOMS = ("sources", "trade", "claims", "present", "runs")
CALLERS = ("cluster", "cluster_worker", "batch")  # modules of those who ask for a fork
LIBRARIES = (
    "matplotlib.pyplot",  # after the shell exists: else it would show no figure
    "matplotlib_inline.backend_inline",
    "mpl_toolkits.mplot3d",
    "numpy.random",
    "pandas",
    "pyarrow.parquet",
)


def load() -> None:
    """Import what notebooks and reports use, read what ships, and make a first page of each kind.

    Whoever is forked and has other figures at hand must `forget` what was read (`take_notice`).
    """
    from korus_helpers.runs import cells
    from korus_helpers.runs.execute import import_papermill

    gc.disable()  # what is loaded stays; looking for garbage meanwhile takes a tenth of the time
    import_papermill()
    cells.prepare()
    for name in LIBRARIES:
        importlib.import_module(name)
    for room in ROOMS:
        folder = importlib.import_module(f"{korus_helpers.__name__}.{room}")
        for module in pkgutil.iter_modules(folder.__path__):
            if module.name not in CALLERS:
                importlib.import_module(f"{folder.__name__}.{module.name}")
    os.environ["KORUS_DATA"] = ""
    _read_figures()
    _rehearse()
    gc.freeze()  # without a search for garbage: of that there is little, and the search is long
    gc.enable()


def take_notice() -> None:
    """In a fork, with its own environment: see what is stored on this machine."""
    from korus_helpers.sources.stored import forget, nothing_stored

    if not nothing_stored():
        forget()


def _read_figures() -> None:
    """Tables, and of them what nearly every notebook asks for."""
    from korus_helpers.sources.in_force import annual_flows
    from korus_helpers.sources.tables import package, verify
    from korus_helpers.sources.vintages import LATEST, releases
    from korus_helpers.trade.bases import GENERAL
    from korus_helpers.trade.comparison import comparison
    from korus_helpers.trade.controls import country_controls
    from korus_helpers.trade.flows import series

    for entry in package()["resources"]:
        verify(entry["name"])
    for release in releases():
        annual_flows(release)
        for monthly in (False, True):
            series(release, GENERAL, "total", monthly)
    series(LATEST, GENERAL, "autos", False)
    country_controls(comparison("World", 2011, 2016))


def _rehearse() -> None:
    """Make a chart and pages of next to nothing.

    Fonts are looked for, and templates and patterns compiled, at their first use.
    """
    import pandas
    from nbformat import v4

    from korus_helpers.present.figure import chart, png
    from korus_helpers.present.timelines import lines
    from korus_helpers.runs.index import index_page
    from korus_helpers.runs.pages import glossary_page
    from korus_helpers.runs.reports import About, html_report

    figure, axes = chart("Title", "Subtitle", "source")
    frame = pandas.DataFrame({"exports": [1.0, 2.0]}, index=[2015, 2016])
    lines(axes, frame, ["exports"], events={"2015-03-15": "event"}, marked=[2015])
    picture = base64.b64encode(png(figure)).decode()
    table = "<table><caption>Table</caption><tr><th>year</th><td>1</td></tr></table>"
    outputs = [
        _output("table", {"text/html": table}),
        _output("figure", {"image/png": picture, "text/plain": "a line"}),
        _output("sentence", {"text/markdown": "It *rose*.", "text/plain": "It rose."}),
    ]
    words = v4.new_markdown_cell("# Title\n\nWords and a [link](01.ipynb).\n\n## Section")
    code = v4.new_code_cell("year: int = 2016  # a year", outputs=outputs)
    about = About("01", ["01"], [], [], "korus run", "today")
    html_report(v4.new_notebook(cells=[words, code]), about)
    index_page([], [], [], [], "korus run", "today")
    glossary_page()


def _output(kind: str, data: dict[str, str]):
    from nbformat import v4

    about = {"korus": {"kind": kind, "name": kind}}
    return v4.new_output("display_data", data | {"text/csv": "year"}, metadata=about)
