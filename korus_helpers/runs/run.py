"""A run: the chosen notebooks executed side by side, their reports in a folder of their own."""

import itertools
import shlex
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.engine import Engine, Lost, cores
from korus_helpers.runs.execute import Outcome, Part
from korus_helpers.runs.grid import Ended, Setting, slug
from korus_helpers.runs.harvest import BadDisplay, write_displays, write_whole
from korus_helpers.runs.pages import (
    card,
    failure_in_words,
    glossary_page,
    html_report,
    index_page,
    read_verdicts,
    record,
)
from korus_helpers.runs.pdf import pdf_report, require_pdf
from korus_helpers.runs.plan import Plan, choose_notebooks, declared_parameters, plan
from korus_helpers.runs.reports import About, Facts, read_report
from korus_helpers.runs.steps import Steps

INCOMPLETE = ".incomplete"
RECORD = "run.json"


@dataclass(frozen=True)
class RunResult:
    """What a run leaves."""

    folder: Path
    outcomes: tuple[Outcome, ...]  # in the order of the notebooks
    findings: tuple[str, ...]  # what each found, in a sentence; "" where it says none
    values: Mapping[str, object]  # parameters of all of them
    verdicts: list[dict[str, str]]  # the rows of verdicts.csv, empty without any
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
    (nothing is left behind then), NetworkOrDiskError for a folder that cannot be written, and
    KeyboardInterrupt with the place of what was finished.
    """
    from tqdm import tqdm

    with engine or Engine() as engine:
        if pdf:
            require_pdf()
        notebooks = choose_notebooks(names)
        declared = {name: declared_parameters(path) for name, path in notebooks.items()}
        prepared = plan(notebooks, declared, parameters, datetime.now().astimezone(), pdf)
        folder = new_folder(out, f"{prepared.now:%Y-%m-%d_%H%M-%S}", prepared.named)
        prepared, finished = replace(prepared, folder=folder), f"what was finished is in {folder}"
        bar = tqdm(desc="Notebooks", total=len(notebooks), unit="notebook", disable=not progress)
        # A long notebook started last would end alone. The size of the file, which holds the
        # outputs of the last time, tells which one is long.
        order = sorted(notebooks, key=lambda name: -notebooks[name].stat().st_size)
        try:
            with bar, engine.threads(cores()) as pool:
                made = as_completed([pool.submit(engine.part, prepared, name) for name in order])
                return finish(prepared, engine, map(_accepted, made, itertools.repeat(bar)))
        except InputError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except KeyboardInterrupt:
            if not folder.exists():  # it has its last name already
                finished = finished.removesuffix(INCOMPLETE)
            raise KeyboardInterrupt(f"Stopped; {finished}.") from None
        except OSError as error:
            raise NetworkOrDiskError(
                f"The reports cannot be written ({error.strerror or error}); {finished}."
            ) from error


def _accepted(future: Future, bar) -> Part:
    """The part that is there; raises InputError where it refuses its parameters."""
    part = future.result()
    if part.outcome.status == "refused":
        raise InputError(f"{part.outcome.notebook}: {part.outcome.error}")
    bar.update()
    return part


def finish(prepared: Plan, engine: Engine, parts: Iterable[Part]) -> RunResult:
    """The run of which `parts` come in. Raises OSError, and Lost where the engine was stopped."""
    begun = time.perf_counter()
    found = {part.outcome.notebook: part for part in parts}
    if engine.stopped:
        raise Lost("it was stopped")
    return engine.do(complete, prepared, found, time.perf_counter() - begun)


def make_run(setting: Setting, prepared: Plan, engine: Engine) -> Ended:
    """One run of a batch, in the folder of the plan, which holds its record if it can be kept.

    What the local pool calls, and every worker of a cluster. Raises OSError.
    """
    try:
        parts = (engine.part(prepared, name) for name in prepared.notebooks)
        made = finish(prepared, engine, parts)
    except OSError:
        raise
    except Exception as problem:  # whatever is wrong with one run, the others go on
        what = "" if isinstance(problem, Lost) else f"{type(problem).__name__}: "
        return Ended(setting, "failed", 0.0, failures=(("", f"{what}{problem}", ""),))
    failures = []
    for outcome in made.outcomes:
        if outcome.status != "done":
            file = f"{outcome.notebook}.ipynb"
            there = file if (made.folder / file).exists() else ""
            failures.append((outcome.notebook, failure_in_words(outcome), there))
    status = "failed" if failures else "done"
    return Ended(setting, status, made.seconds, failures=tuple(failures))


def new_folder(out: Path, moment: str, partner: str) -> Path:
    """Make `<moment>_<partner>.incomplete` in `out`, with a number added if the name is taken.

    Raises InputError if `out` is not a folder, NetworkOrDiskError if nothing can be made in it.
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
            if not (out / name).exists():
                folder.mkdir()
                return folder
        except FileExistsError:
            pass
        except OSError as error:
            raise NetworkOrDiskError(
                f"The folder {out} cannot be written to ({error.strerror});"
                " choose another one with --out."
            ) from None


# ---- In a process that has the libraries loaded


def report_on(plan: Plan, outcome: Outcome) -> Part:
    """Write charts, tables and reports of an executed notebook into the folder of the plan.

    Raises OSError when the disk does not take them.
    """
    import nbformat

    name, steps = outcome.notebook, Steps()
    path = plan.folder / f"{name}.ipynb"
    steps.add("execute", name, outcome.seconds, path.stat().st_size)
    executed = nbformat.read(path, as_version=4)
    files: Sequence[str] = ()
    try:
        files = write_displays(executed, name, plan.folder, speaks=name == plan.speaker)
    except BadDisplay as problem:
        if outcome.status == "done":
            outcome = replace(outcome, status="failed", error=str(problem))
    about = About(
        notebook=name,
        notebooks=list(plan.notebooks),
        parameters=plan.shown([name]),
        files=[file for file in files if "/" in file],
        command=plan.command([name]),
        made=plan.made,
        failure=failure_in_words(outcome),
    )
    begun, made = time.perf_counter(), []
    report = read_report(executed, about)
    for kind in ("HTML", "PDF") if plan.pdf else ("HTML",):
        page = html_report(report).encode() if kind == "HTML" else pdf_report(report, plan.pdf)
        steps.add(kind, name, time.perf_counter() - begun, len(page))
        made.append(f"{name}.{kind.lower()}")
        write_whole(plan.folder / made[-1], page)
        begun = time.perf_counter()
    files = [*made, path.name, *files]
    return Part(outcome, report.facts, card(report.facts, outcome, files), steps)


def complete(prepared: Plan, parts: Mapping[str, Part], seconds: float) -> RunResult:
    """Write index, glossary and record, and give the folder its final name."""
    names, folder = list(prepared.notebooks), prepared.folder
    outcomes = tuple(parts[name].outcome for name in names)
    facts = [parts[name].facts or Facts() for name in names]
    cards = [parts[name].card or card(Facts(), parts[name].outcome, []) for name in names]
    steps = Steps.together(parts[name].steps for name in names if parts[name].steps)
    verdicts, command = read_verdicts(folder), prepared.command(names)
    page = index_page(
        cards, facts, verdicts, prepared.shown(names), command, prepared.made, steps.rows(names),
        prepared.now.date(),
    )  # fmt: skip
    write_whole(folder / "index.html", page.encode())
    write_whole(folder / "glossary.html", glossary_page().encode())
    about = record(prepared, outcomes, facts, steps, command, seconds)
    write_whole(folder / RECORD, about.encode())
    if folder.suffix == INCOMPLETE:
        folder = folder.rename(folder.with_suffix(""))
    findings = tuple(one.finding for one in facts)
    values = {name: value for one in names[::-1] for name, value in prepared.values[one].items()}
    return RunResult(folder, outcomes, findings, values, verdicts, steps, seconds)
