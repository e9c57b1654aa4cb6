"""A run: the chosen notebooks executed two at a time, their reports in a folder of their own."""

import itertools
import logging
import re
import shlex
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.runs.collection import choose_notebooks
from korus_helpers.runs.execute import Kernels, Outcome, execute, import_papermill
from korus_helpers.runs.facts import Facts, facts_of
from korus_helpers.runs.harvest import BadDisplay, write_displays, write_whole
from korus_helpers.runs.index import card, failure_in_words, index_page, read_verdicts, record
from korus_helpers.runs.pages import Shown, glossary_page
from korus_helpers.runs.parameters import assign, declared_parameters
from korus_helpers.runs.pdf import pdf_report, require_pdf
from korus_helpers.runs.reports import About, html_report
from korus_helpers.runs.steps import Steps

AT_A_TIME = 2
# What papermill logs is in the outcome; without a handler Python would print it on stderr.
SILENCE = logging.NullHandler()


class OutputError(OSError):
    """The output folder or the disk does not take the reports; the message says which."""


@dataclass(frozen=True)
class RunResult:
    """What a run leaves."""

    folder: Path
    outcomes: tuple[Outcome, ...]  # in the order of the notebooks
    verdicts: list[dict[str, str]]  # the rows of verdicts.csv, empty without notebook 00
    steps: Steps  # what took how long, and the size of what it made


@dataclass
class _Run:
    """What is known before the first notebook starts, and what comes in from each."""

    notebooks: dict[str, Path]
    typed: dict[str, dict[str, object]]  # notebook → parameters given for it
    values: dict[str, dict[str, object]]  # notebook → all its parameters
    parameters: Sequence[tuple[str, str]]
    folder: Path
    now: datetime
    pdf: bool
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    cards: dict[str, dict[str, object]] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)

    @property
    def made(self) -> str:
        return f"{self.now.day} {self.now:%B %Y, %H:%M}"

    def command(self, notebooks: Sequence[str]) -> str:
        options = itertools.chain(*(("-p", *pair) for pair in self.parameters))
        return shlex.join(["korus", "run", *["--pdf"] * self.pdf, *options, *notebooks])

    def shown(self, notebooks: Sequence[str]) -> Shown:
        """Name, value and whether it was typed, of each parameter of `notebooks`."""
        shown = {}
        for notebook in notebooks:
            for name, value in self.values[notebook].items():
                # The name of a file says enough: a report is handed on, folders are private.
                words = Path(value).name or "none" if name.endswith("_file") else _words(value)
                shown.setdefault(name, (name, words, name in self.typed[notebook]))
        return list(shown.values())


def run_collection(
    names: Sequence[str],
    parameters: Sequence[tuple[str, str]],
    out: Path,
    *,
    progress: bool,
    pdf: bool = False,
) -> RunResult:
    """Execute the notebooks `names` (all without names) and write their reports under `out`.

    `parameters` holds pairs of name and text as typed; `pdf` asks for PDFs too. The new folder in
    `out` is called `<name>.incomplete` until everything in it is written. A notebook that fails is
    kept as far as it came, and the others complete.
    Raises InputError for what is not understood, the parameters that a notebook refuses included
    (nothing is left behind then), OutputError for a folder that cannot be written, and
    KeyboardInterrupt with the place of what was finished.
    """
    started = time.perf_counter()
    if pdf:
        require_pdf()
    run = _prepare(names, parameters, out, pdf)
    try:
        _execute_all(run, progress)
        result = _complete(run, time.perf_counter() - started)
    except InputError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Stopped; what was finished is in {run.folder}.") from None
    except OSError as error:
        raise OutputError(
            f"The reports cannot be written ({error.strerror or error});"
            f" what was finished is in {run.folder}."
        ) from error
    return result


def _prepare(
    names: Sequence[str], parameters: Sequence[tuple[str, str]], out: Path, pdf: bool
) -> _Run:
    notebooks = {path.stem: path for path in choose_notebooks(names)}
    declared = {name: declared_parameters(path) for name, path in notebooks.items()}
    typed = assign(parameters, declared)
    values = {
        name: {p.name: p.default for p in declared[name].values()} | typed[name]
        for name in notebooks
    }
    partner = next((v["partner"] for v in values.values() if "partner" in v), "")
    now = datetime.now().astimezone()
    folder = new_folder(out, f"{now:%Y-%m-%d_%H%M-%S}", str(partner))
    return _Run(notebooks, typed, values, parameters, folder, now, pdf)


def new_folder(out: Path, moment: str, partner: str) -> Path:
    """Make `<moment>_<partner>.incomplete` in `out`, with a number added if the name is taken.

    Raises InputError if `out` is not a folder, and OutputError if nothing can be made in it.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is not a folder; choose another one with --out.")
    if not out.exists():
        raise InputError(f"There is no folder {out}; type: mkdir -p {shlex.quote(str(out))}")
    ascii_name = unicodedata.normalize("NFKD", partner).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:40].strip("-")
    stem = f"{moment}_{slug}" if slug else moment
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem}_{number}"
        folder = out / f"{name}.incomplete"
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


def _execute_all(run: _Run, progress: bool) -> None:
    """Execute the notebooks and write the report of each as it comes in."""
    import_papermill()  # once, before two threads would do it side by side
    from tqdm import tqdm

    logging.getLogger("papermill").addHandler(SILENCE)
    with tempfile.TemporaryDirectory(prefix="korus-", ignore_cleanup_errors=True) as sockets:
        kernels = Kernels(Path(sockets))
        pool = ThreadPoolExecutor(AT_A_TIME)
        try:
            waiting = [
                pool.submit(execute, path, run.typed[name], run.folder / f"{name}.ipynb", kernels)
                for name, path in _longest_first(run.notebooks)
            ]
            finished = as_completed(waiting)
            for future in tqdm(
                finished, "Notebooks", len(waiting), unit="notebook", disable=not progress
            ):
                outcome = future.result()
                if outcome.status == "refused":
                    raise InputError(f"{outcome.notebook}: {outcome.error}")
                _report(run, outcome)
        finally:
            kernels.stop()
            pool.shutdown(cancel_futures=True)


def _longest_first(notebooks: dict[str, Path]) -> list[tuple[str, Path]]:
    """Names and paths in the order to start: a long notebook started last would end alone.

    The size of the file, which holds the outputs of the last time, tells which one is long.
    """
    return sorted(notebooks.items(), key=lambda item: item[1].stat().st_size, reverse=True)


def _report(run: _Run, outcome: Outcome) -> None:
    """Write charts, tables and the reports of one executed notebook."""
    import nbformat

    name = outcome.notebook
    path = run.folder / f"{name}.ipynb"
    run.steps.add("execute", name, outcome.seconds, path.stat().st_size)
    executed = nbformat.read(path, as_version=4)
    files: Sequence[str] = ()
    try:
        files = write_displays(executed, name, run.folder)
    except BadDisplay as problem:
        if outcome.status == "done":
            outcome = replace(outcome, status="failed", error=str(problem))
    facts = facts_of(executed)
    about = About(
        notebook=name,
        notebooks=list(run.notebooks),
        parameters=run.shown([name]),
        files=[file for file in files if "/" in file],
        command=run.command([name]),
        made=run.made,
        failure=failure_in_words(outcome),
        facts=facts,
    )
    page = run.steps.timed("HTML", name, lambda: html_report(executed, about).encode())
    reports = {f"{name}.html": page}
    if run.pdf:
        reports[f"{name}.pdf"] = run.steps.timed("PDF", name, lambda: pdf_report(page.decode()))
    for file, content in reports.items():
        write_whole(run.folder / file, content)
    run.outcomes[name], run.facts[name] = outcome, facts
    run.cards[name] = card(facts, outcome, [*reports, path.name, *files])


def _complete(run: _Run, seconds: float) -> RunResult:
    """Write index, glossary and record, and give the folder its final name."""
    names = list(run.notebooks)
    outcomes = tuple(run.outcomes[name] for name in names)
    verdicts = read_verdicts(run.folder)
    cards, facts = ([of[name] for name in names] for of in (run.cards, run.facts))
    command = run.command(names)
    page = index_page(
        cards, facts, verdicts, run.shown(names), command, run.made, run.steps.rows(names),
        run.now.date(),
    )  # fmt: skip
    write_whole(run.folder / "index.html", page.encode())
    write_whole(run.folder / "glossary.html", glossary_page().encode())
    started = run.now.isoformat(timespec="seconds")
    about = record(run.folder, outcomes, facts, run.values, run.steps, command, started, seconds)
    write_whole(run.folder / "run.json", about.encode())
    folder = run.folder.with_suffix("")
    run.folder.rename(folder)
    return RunResult(folder, outcomes, verdicts, run.steps)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value)) or "none"
