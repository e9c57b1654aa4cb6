"""A run: the chosen notebooks executed side by side, their reports in a folder of their own."""

import itertools
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from korus_helpers.errors import InputError
from korus_helpers.runs.collection import choose_notebooks
from korus_helpers.runs.execute import Outcome
from korus_helpers.runs.forks import FORK, Engine, Lost, start_engine
from korus_helpers.runs.harvest import write_whole
from korus_helpers.runs.kernels import cores
from korus_helpers.runs.pages import (
    failure_in_words,
    glossary_page,
    index_page,
    read_verdicts,
    record,
)
from korus_helpers.runs.parameters import declared_parameters
from korus_helpers.runs.pdf import require_pdf
from korus_helpers.runs.plan import Plan, plan
from korus_helpers.runs.setting import Ended, Setting, slug
from korus_helpers.runs.steps import Steps

if TYPE_CHECKING:
    from korus_helpers.runs.part import Part

INCOMPLETE = ".incomplete"
RECORD = "run.json"


class OutputError(OSError):
    """The output folder or the disk does not take the reports; the message says which."""


class ParametersRefused(InputError):
    """A notebook refuses its parameters; the message names both."""


@dataclass(frozen=True)
class RunResult:
    """What a run leaves."""

    folder: Path
    outcomes: tuple[Outcome, ...]  # in the order of the notebooks
    verdicts: list[dict[str, str]]  # the rows of verdicts.csv, empty without notebook 00
    steps: Steps  # what took how long, and the size of what it made
    seconds: float  # from the first notebook to the last report


def run_collection(
    names: Sequence[str],
    parameters: Sequence[tuple[str, str]],
    out: Path,
    *,
    progress: bool,
    pdf: str = "",
    engine: Engine | None = None,
) -> RunResult:
    """Execute the notebooks `names` (all without names) and write their reports under `out`.

    `parameters` holds pairs of name and text as typed; `pdf` is the paper of PDFs, "" without
    them. `engine` is stopped in the end; without one, forks without limits are used. The new folder
    in `out` is called `<name>.incomplete` until everything in it is written. A notebook that fails
    is kept as far as it came, and the others complete.
    Raises InputError for what is not understood, the parameters that a notebook refuses included
    (nothing is left behind then), OutputError for a folder that cannot be written, and
    KeyboardInterrupt with the place of what was finished.
    """
    from tqdm import tqdm

    started = engine or start_engine(FORK)
    try:
        if pdf:
            require_pdf()
        notebooks = choose_notebooks(names)
        declared = {name: declared_parameters(path) for name, path in notebooks.items()}
        prepared = plan(notebooks, declared, parameters, datetime.now().astimezone(), pdf)
        folder = new_folder(out, f"{prepared.now:%Y-%m-%d_%H%M-%S}", prepared.partner)
        prepared = replace(prepared, folder=folder)
        total = len(prepared.notebooks)
        with tqdm(desc="Notebooks", total=total, unit="notebook", disable=not progress) as bar:
            return perform(prepared, started, cores(), lambda _: bar.update())
    except ParametersRefused:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        started.stop()


def perform(
    prepared: Plan,
    engine: Engine,
    at_a_time: int,
    hear: "Callable[[Part], None]" = lambda part: None,
    *,
    refusals: bool = False,
) -> RunResult:
    """The run `prepared`, `at_a_time` notebooks side by side; `hear` gets each when it is there.

    Raises ParametersRefused, unless `refusals` asks for the other notebooks all the same;
    OutputError; Lost where the engine was stopped; and KeyboardInterrupt with the place of what was
    finished.
    """
    begun, parts = time.perf_counter(), {}
    pool = ThreadPoolExecutor(at_a_time)
    try:
        waiting = [
            pool.submit(engine.part, prepared, name)
            for name in _longest_first(prepared.notebooks)
        ]  # fmt: skip
        for future in as_completed(waiting):
            part = future.result()
            if part.outcome.status == "refused" and not refusals:
                raise ParametersRefused(f"{part.outcome.notebook}: {part.outcome.error}")
            parts[part.outcome.notebook] = part
            hear(part)
        if engine.stopped:
            raise Lost("it was stopped")
        return engine.do(complete, prepared, parts, time.perf_counter() - begun)
    except (ParametersRefused, KeyboardInterrupt) as stop:
        pool.shutdown(wait=False, cancel_futures=True)
        engine.stop()
        if isinstance(stop, ParametersRefused):
            raise
        raise KeyboardInterrupt(f"Stopped; what was finished is in {prepared.folder}.") from None
    except OSError as error:
        raise OutputError(
            f"The reports cannot be written ({error.strerror or error});"
            f" what was finished is in {prepared.folder}."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def make_run(setting: Setting, prepared: Plan, engine: Engine) -> Ended:
    """One run of a batch, in the folder of the plan, which holds its record if it can be kept.

    What the local pool calls, and every worker of a cluster. Raises OSError.
    """
    try:
        made = perform(prepared, engine, at_a_time=1, refusals=True)
    except OSError:
        raise
    except Exception as problem:  # whatever is wrong with one run, the others go on
        reason = str(problem)
        if not isinstance(problem, Lost):
            reason = f"{type(problem).__name__}: {reason}"
        return Ended(setting, "failed", 0.0, failures=(("", reason, ""),))
    failures = tuple(
        (
            outcome.notebook,
            failure_in_words(outcome),
            f"{outcome.notebook}.ipynb" * (made.folder / f"{outcome.notebook}.ipynb").exists(),
        )
        for outcome in made.outcomes
        if outcome.status != "done"
    )
    return Ended(setting, "failed" if failures else "done", made.seconds, failures=failures)


def new_folder(out: Path, moment: str, partner: str) -> Path:
    """Make `<moment>_<partner>.incomplete` in `out`, with a number added if the name is taken.

    Raises InputError if `out` is not a folder, and OutputError if nothing can be made in it.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is not a folder; choose another one with --out.")
    if not out.exists():
        raise InputError(f"There is no folder {out}; type: mkdir -p {shlex.quote(str(out))}")
    stem = "_".join(filter(None, (moment, slug(partner))))
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem}_{number}"
        folder = out / f"{name}{INCOMPLETE}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(
                f"The folder {out} cannot be written to ({error.strerror});"
                " choose another one with --out."
            ) from None
        if not (out / name).exists():
            return folder
        folder.rmdir()


def _longest_first(notebooks: Mapping[str, Path]) -> list[str]:
    """Names in the order to start: a long notebook started last would end alone.

    The size of the file, which holds the outputs of the last time, tells which one is long.
    """
    return sorted(notebooks, key=lambda name: notebooks[name].stat().st_size, reverse=True)


def complete(prepared: Plan, parts: "Mapping[str, Part]", seconds: float) -> RunResult:
    """Write index, glossary and record, and give the folder its final name."""
    names = list(prepared.notebooks)
    outcomes = tuple(parts[name].outcome for name in names)
    cards = [parts[name].card for name in names]
    facts = [parts[name].facts for name in names]
    steps = Steps.together(parts[name].steps for name in names)
    verdicts = read_verdicts(prepared.folder)
    command = prepared.command(names)
    page = index_page(
        cards, facts, verdicts, prepared.shown(names), command, prepared.made, steps.rows(names),
        prepared.now.date(),
    )  # fmt: skip
    write_whole(prepared.folder / "index.html", page.encode())
    write_whole(prepared.folder / "glossary.html", glossary_page().encode())
    about = record(prepared, outcomes, facts, steps, command, seconds)
    write_whole(prepared.folder / RECORD, about.encode())
    folder = prepared.folder
    if folder.suffix == INCOMPLETE:
        folder = folder.rename(folder.with_suffix(""))
    return RunResult(folder, outcomes, verdicts, steps, seconds)
