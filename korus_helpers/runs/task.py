"""One run of a batch, made the same way wherever it is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from korus_helpers.runs.engines import Engine
from korus_helpers.runs.index import failure_in_words
from korus_helpers.runs.plan import Plan
from korus_helpers.runs.run import RunResult, perform
from korus_helpers.runs.setting import Ended, Setting
from korus_helpers.runs.warm import Lost


@dataclass(frozen=True)
class Task:
    """One run of a batch, as any worker can do it."""

    setting: Setting
    plan: Plan


def make_run(task: Task, place: Path, engine: Engine, keep: Callable[[str, Path], None]) -> Ended:
    """Make one run in the folder `place` and hand it to `keep`, with its name and its folder.

    What the local pool calls, and every worker of a cluster. Raises OSError.
    """
    try:
        made = perform(replace(task.plan, folder=place), engine, at_a_time=1, refusals=True)
    except OSError:
        raise
    except Exception as problem:  # whatever is wrong with one run, the others go on
        lost = isinstance(problem, Lost)
        return failed(task, str(problem) if lost else f"{type(problem).__name__}: {problem}")
    ended = Ended(task.setting, *_status(made))
    keep(task.setting.name, made.folder)
    return ended


def failed(task: Task, reason: str) -> Ended:
    """A run of which nothing is there."""
    return Ended(task.setting, "failed", 0.0, failures=(("", reason, ""),))


def _status(made: RunResult) -> tuple[str, float, bool, tuple[tuple[str, str, str], ...]]:
    failures = tuple(
        (
            outcome.notebook,
            failure_in_words(outcome),
            f"{outcome.notebook}.ipynb" * (made.folder / f"{outcome.notebook}.ipynb").exists(),
        )
        for outcome in made.outcomes
        if outcome.status != "done"
    )
    return "failed" if failures else "done", made.seconds, False, failures
