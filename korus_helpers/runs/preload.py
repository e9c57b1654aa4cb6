"""What the fork server has loaded before it forks: libraries, and the figures that are included.

Importing this module loads them, in a process that was started for that and in no other.
"""

import atexit
import base64
import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import pkgutil
import shutil
import signal
import sys
import time
import warnings
from multiprocessing import forkserver

import psutil

import korus_helpers
from korus_helpers.runs.engine import PR_SET_CHILD_SUBREAPER, loaded_mark

# Rooms and modules of those who ask for a fork.
CALLERS = ("korus_helpers.commands", *(f"{__package__}.{name}" for name in ("batch", "cluster")))
LIBRARIES = (
    f"{__package__}.cells",
    "matplotlib.pyplot",  # after the shell exists: else it would show no figure
    "matplotlib_inline.backend_inline",
    "mpl_toolkits.mplot3d",
    "numpy.random",
    "pandas",
    "psutil",
    "pyarrow.parquet",
    "scipy.optimize",
)
SERVER, PROCESS = os.getpid(), multiprocessing.current_process()


def begin_fork() -> None:
    """In a fork, with its own environment: see what is stored on this machine.

    What its caller imports from, and its main module, are not those of a notebook.
    """
    from korus_helpers.figures.store import nothing_stored
    from korus_helpers.figures.tables import forget

    if os.getppid() != SERVER:
        os._exit(1)  # it had ended before this could be told to end with it
    os.close(forkserver._forkserver._forkserver_alive_fd)  # else the server would wait for us
    sys.path[:], sys.modules["__main__"], warnings.filters[:] = STATE
    if not nothing_stored():
        forget()


def _load() -> None:
    """Import what notebooks and reports use, read figures, and make a first page of each kind."""
    from korus_helpers.runs.execute import import_papermill

    gc.disable()  # what is loaded stays; looking for garbage meanwhile takes a tenth of the time
    import_papermill()
    for name in LIBRARIES:
        importlib.import_module(name)
    for room in pkgutil.iter_modules(korus_helpers.__path__, "korus_helpers."):
        if room.ispkg and room.name not in CALLERS:
            folder = importlib.import_module(room.name).__path__
            for module in pkgutil.iter_modules(folder, f"{room.name}."):
                if module.name not in CALLERS:
                    importlib.import_module(module.name)
    os.environ["KORUS_DATA"] = ""
    _read_figures()
    _rehearse()
    gc.freeze()  # without a search for garbage: of that there is little, and the search is long
    gc.enable()


def _read_figures() -> None:
    """Tables, and of them what nearly every notebook asks for."""
    from korus_helpers.figures.in_force import annual_flows
    from korus_helpers.figures.releases import LATEST, releases
    from korus_helpers.figures.tables import package, verify
    from korus_helpers.trade.bases import GENERAL
    from korus_helpers.trade.catalogue import series
    from korus_helpers.trade.comparison import comparison
    from korus_helpers.trade.controls import country_controls
    from korus_helpers.trade.sectors import NAMED

    for entry in package()["resources"]:
        verify(entry["name"])
    for release in releases():
        annual_flows(release)
        for monthly in (False, True):
            series(release, GENERAL, NAMED["total"], monthly)
    series(LATEST, GENERAL, NAMED["autos"], False)
    country_controls(comparison("World", 2011, 2016))


def _rehearse() -> None:
    """Make a chart and pages: fonts are looked for, and templates compiled, at their first use."""
    import pandas
    from nbformat import v4

    from korus_helpers.present.figure import chart, png
    from korus_helpers.present.timelines import lines
    from korus_helpers.runs.pages import glossary_page, html_report, index_page
    from korus_helpers.runs.reports import About, read_report

    figure, axes = chart("Title", "Subtitle", "source")
    frame = pandas.DataFrame({"exports": [1.0, 2.0]}, index=[2015, 2016])
    lines(axes, frame, events={"2015-03-15": "event"}, marked=[2015])
    table = "<table><caption>Table</caption><tr><th>year</th><td>1</td></tr></table>"
    picture = base64.b64encode(png(figure)).decode()
    shown = {"text/html": table}, {"image/png": picture}, {"text/markdown": "It *rose*."}
    outputs = [v4.new_output("display_data", data) for data in shown]
    words = v4.new_markdown_cell("# Title\n\nWords and a [link](01.ipynb).\n\n## Section")
    code = v4.new_code_cell("year: int = 2016  # a year", outputs=outputs)
    about = About("01", ["01"], [], [], "", "today")
    html_report(read_report(v4.new_notebook(cells=[words, code]), about))
    index_page([], [], [], [], "korus run", "today")
    glossary_page()


def _tidy(folder: str) -> None:
    """What a caller that is killed cannot: end the forks, and remove the folder of them all."""
    for _ in range(600):  # three seconds; what is killed may have just started another process
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = psutil.Process().children(recursive=True)
        if not left:
            break
        for one in left:
            with contextlib.suppress(psutil.Error):
                one.kill()
        time.sleep(0.005)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _problem() -> str:
    """Load; why no notebook can be run in a fork of this process, "" if it can."""
    folder = os.environ.pop(__name__, "")
    if not folder:
        return "this process was not started to be forked"
    os.setsid()  # what is typed at the terminal is for the caller
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a notebook that died leaves is here
    atexit.register(_tidy, folder)
    try:
        _load()
    except Exception as error:
        return f"the libraries cannot be loaded ({type(error).__name__}: {str(error)[:200]})"
    open(loaded_mark(SERVER, folder), "w").close()
    threads = len(os.listdir("/proc/self/task"))
    return "" if threads == 1 else f"the libraries started {threads - 1} threads"


PROBLEM = _problem()
STATE = list(sys.path), sys.modules["__main__"], list(warnings.filters)
warnings.filterwarnings("ignore", "forkserver: waitpid")  # of processes that notebooks left
