"""What a warm process has loaded before it is forked: everything, and no table."""

import gc
import importlib
import pkgutil

import korus_helpers

ROOMS = ("sources", "trade", "claims", "present", "runs")
LIBRARIES = (
    "matplotlib.pyplot",  # after the shell exists: else it would show no figure
    "matplotlib_inline.backend_inline",
    "mpl_toolkits.mplot3d",
    "numpy.random",
    "pandas",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "scipy.optimize",
)


def load() -> None:
    """Import what notebooks and reports use, and make a kernel and an exporter ready.

    Reading a table starts threads, after which no fork is safe.
    """
    from korus_helpers.runs import cells
    from korus_helpers.runs.execute import import_papermill

    import_papermill()
    cells.prepare()
    for name in LIBRARIES:
        importlib.import_module(name)
    for room in ROOMS:
        folder = importlib.import_module(f"{korus_helpers.__name__}.{room}")
        for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
