"""The papermill engine `korus`: forked kernels, and a notebook saved once a second at most.

`papermill --engine korus in.ipynb out.ipynb` uses it once the package is installed. Where processes
cannot be forked safely, and for notebooks of another language, it is papermill's own engine.
"""

import logging

from papermill.engines import NBClientEngine, NotebookExecutionManager

SAVE_EVERY = 1.0  # seconds


class SparingManager(NotebookExecutionManager):
    """Saves at the start and then now and then, not twice for each cell.

    Of a notebook that was executed, papermill itself writes the last state.
    """

    def save(self, **_) -> None:
        if (self.now() - self.last_save_time).total_seconds() >= SAVE_EVERY:
            super().save()

    def save_now(self) -> None:
        super().save()

    def notebook_complete(self, **kwargs) -> None:
        self.cleanup_pbar()  # else it would show all cells as done
        super().notebook_complete(**kwargs)


class Engine(NBClientEngine):
    """Give `kernel_manager_class` for other kernels than those that a warm process forks.

    `recorded` goes into the record of papermill, in the place of paths that tell of this machine.
    """

    @classmethod
    def execute_notebook(cls, nb, kernel_name, output_path=None, progress_bar=True,
                         log_output=False, autosave_cell_every=30, recorded=None,
                         **kwargs):  # fmt: skip
        nb.metadata.papermill.update(recorded or {})
        manager = SparingManager(nb, output_path, log_output, progress_bar, autosave_cell_every)
        manager.notebook_start()
        manager.save_now()
        try:
            cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **kwargs)
        except BaseException:
            manager.notebook_complete()
            manager.save_now()
            raise
        manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        if "kernel_manager_class" in kwargs or cls.nb_language(nb_man.nb) != "python":
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        from korus_helpers.runs.cells import serve_in
        from korus_helpers.runs.forked_kernel import manager_class
        from korus_helpers.runs.warm import CannotFork, Warm

        with Warm() as warm:
            try:
                warm.load()
            except CannotFork as problem:
                logging.getLogger("papermill").warning("No forked kernel: %s.", problem)
            else:
                kwargs["kernel_manager_class"] = manager_class(
                    lambda folder: warm.open(serve_in, folder)
                )
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
