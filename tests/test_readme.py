"""What the READMEs say is true: their tables, their commands, their links.

`python tests/test_readme.py` writes their tables anew.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path

import census_replay
import official
import pytest
import typed
from bench_table import markdown
from click.testing import CliRunner
from replay import replaying
from test_refresh_command import country, enduse, healthy

from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import article, public, template
from korus_helpers.claims.verdicts import LADDER, judge
from korus_helpers.cli import korus
from korus_helpers.present.verdicts import count_sentence, verdict_table
from korus_helpers.runs.grid import settings
from korus_helpers.runs.plan import choose_notebooks, declared_parameters, plan

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
READMES = [README, *(ROOT / folder / "README.md" for folder in (
    "notebooks", "korus_helpers", "korus_helpers/data", "outputs", "tests")),
    ROOT / "CONTRIBUTING.md"]  # fmt: skip


def claims_in_markdown() -> str:
    """The trade figures of the article as a Markdown table, below the sentence that counts them."""
    verdicts = [v for v in audit(article()).verdicts if v.claim.sector]
    verdicts = [v for v in verdicts if v.claim.id != "deficit_2016_again"]
    table = verdict_table(verdicts)[
        ["claim", "as printed", "official, when printed", "official, today", "verdict", "marks"]
    ]
    rows = [table.columns, ["---"] * len(table.columns), *table.to_numpy()]
    lines = [f"| {' | '.join(cell or '–' for cell in cells)} |" for cells in rows]
    sentence = count_sentence(verdicts, "figures about trade that the article prints")
    return "\n".join([sentence, "", *lines])


def public_in_markdown() -> str:
    """How many of the public claims, and of the article's, end in each verdict."""
    counts = {
        name: Counter(judge(claim).verdict for claim in claims)
        for name, claims in (("public claims", public()), ("the article", article()))
    }
    lines = ["| verdict | public claims | the article |", "| --- | ---: | ---: |"]
    lines += [
        f"| {verdict} | " + " | ".join(str(found[verdict]) for found in counts.values()) + " |"
        for verdict in LADDER
    ]
    return "\n".join(lines)


def bench_in_markdown() -> str:
    """What `make bench` measured last."""
    return markdown(json.loads((ROOT / "outputs" / "bench.json").read_text("utf-8")))


SHOWN = {
    "check": "korus check 'US imports from South Korea rose by nearly $20 billion from 2011 to "
    "2016'",
    "read": "echo 'US exports to Mexico rose nearly 20 percent from 2011 to 2016, and the deficit "
    "was $63.3 billion.' | korus read -",
}


def answer_in_markdown(name: str) -> str:
    """A command of the first page and its answer, whole."""
    line = SHOWN[name]
    said, _, command = line.rpartition(" | ")
    piped = shlex.split(said)[1] if said else ""
    answer = CliRunner(env={"COLUMNS": "110"}).invoke(korus, shlex.split(command)[1:], piped)
    assert answer.exit_code == 0, answer.stderr
    return f"```\n{line}\n```\n```text\n{answer.stdout.strip()}\n```"


MADE = {
    **{name: (README, partial(answer_in_markdown, name)) for name in SHOWN},
    "claims": (README, claims_in_markdown),
    "public": (ROOT / "korus_helpers" / "README.md", public_in_markdown),
    "bench": (ROOT / "tests" / "README.md", bench_in_markdown),
}


def parts(name: str) -> tuple[str, str, str]:
    """A README before, in and after one part that is made."""
    text = MADE[name][0].read_text("utf-8")
    start = text.index("\n", text.index(f"<!-- {name}: ")) + 1
    end = text.index(f"<!-- /{name} -->")
    return text[:start], text[start:end], text[end:]


@pytest.mark.parametrize("name", MADE)
def test_the_parts_that_are_made_are_up_to_date(name):
    assert parts(name)[1].strip() == MADE[name][1]()


# Every command of every README


def lines(path: Path) -> list[str]:
    """The command lines of a README: those of its fenced parts that name no language."""
    parts = re.findall(r"^```(\w*)\n(.*?)^```$", path.read_text("utf-8"), re.M | re.S)
    return [line for kind, text in parts if not kind for line in text.splitlines() if line.strip()]


COMMANDS = list(dict.fromkeys(line for path in READMES for line in lines(path)))
INSTALL = ("python3 -m venv", ".venv/bin/pip", "pip install")  # by tests/test_wheel.py
OUTSIDE = ("export CENSUS_API_KEY=",)  # the key is given by the test


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with the files that the READMEs name, and the notebooks."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "notebooks").symlink_to(ROOT / "notebooks")
    (folder / "claims.yaml").write_text(template(), "utf-8")
    (folder / "mine.yaml").write_text(template(), "utf-8")
    (folder / "years.yaml").write_text("base_year: [2001, 2006, 2011]\nend_year: [2011, 2016]\n")
    (folder / "article.txt").write_text("US goods exports to Mexico were $230 billion in 2016.")
    (folder / "country.xlsx").write_bytes(official.workbook(country()))
    (folder / "enduse_exports.xlsx").write_bytes(official.workbook(enduse("exports")))
    return folder


def test_every_command_is_one_that_no_shell_reads_in_another_way():
    assert len(COMMANDS) > 40
    for line in COMMANDS:
        assert '"' not in line and not line.startswith("$"), line


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_works_as_it_stands(line, desk, monkeypatch, tmp_path):
    monkeypatch.chdir(desk)
    said, _, command = line.partition("  # ")[0].rpartition(" | ")
    command, _, _ = command.partition(" > ")
    words = shlex.split(command, comments=True)
    program, *given = words
    if program.startswith("_KORUS_COMPLETE="):
        name, _, wanted = program.partition("=")
        answer = CliRunner(env={name: wanted}).invoke(korus, prog_name="korus")
        assert "korus_completion" in answer.stdout
        return
    if line.startswith((*INSTALL, *OUTSIDE)):
        return
    if program == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
        assert set(given) <= set(targets)
    elif program == "dask":  # a scheduler runs for ever
        helped = [sys.executable, "-m", "dask", given[0], "--help"]
        answer = subprocess.run(helped, capture_output=True, text=True)
        assert answer.returncode == 0 and all(
            word in answer.stdout for word in given if word.startswith("--")
        )
    elif program == "papermill":
        beside = str(Path(sys.executable).parent)
        path = os.pathsep.join([beside, os.environ["PATH"]])
        answer = subprocess.run(
            words, capture_output=True, text=True, env=os.environ | {"PATH": path}
        )
        assert answer.returncode == 0, answer.stderr
    else:
        assert program.removeprefix(".venv/bin/") == "korus"
        KORUS.get(given[0], invoked)(given, shlex.split(said)[1] if said else None, tmp_path)


def invoked(given, said, folder):
    answer = CliRunner().invoke(korus, given, said)
    assert answer.exit_code == 0, answer.stderr


def planned(given, _said, _folder):
    """A run takes a minute, so it is made up to the first notebook."""
    asked = korus.commands["run"].make_context("run", list(given[1:])).params
    chosen = choose_notebooks(asked["notebooks"])
    declared = {name: declared_parameters(path) for name, path in chosen.items()}
    made = plan(chosen, declared, asked["parameters"], datetime.now(), "")
    assert made.notebooks and len(asked["parameters"]) <= sum(map(len, made.typed.values()))


def planned_batch(given, _said, _folder):
    asked = korus.commands["batch"].make_context("batch", list(given[1:])).params
    chosen = choose_notebooks(list(filter(None, asked["notebooks"].split(","))))
    declared = {name: declared_parameters(path) for name, path in chosen.items()}
    years = [(name, asked[name]) for name in ("base_year", "end_year") if asked[name]]
    grid = settings(asked["partners"], years, asked["grid_file"], declared)
    assert len(grid.settings) > 5


def replayed(given, _said, folder):
    """What needs a network is answered on this machine."""
    routes = census_replay.routes() if given[0] == "fetch" else healthy()
    with replaying(routes) as server:
        base = server.url + (census_replay.PREFIX if given[0] == "fetch" else "")
        answer = typed.korus(folder, *given, "--base-url", base, CENSUS_API_KEY=census_replay.KEY)
    assert answer.returncode == 0, answer.stderr


KORUS = {"run": planned, "batch": planned_batch, "refresh": replayed, "fetch": replayed}


def test_commands_within_sentences_are_those_that_there_are():
    for path in READMES:
        for name in re.findall(r"`(?:\.venv/bin/)?korus ([a-z]+)", path.read_text("utf-8")):
            assert name in korus.commands, (path, name)


def test_the_first_page_is_short():
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 150 and len(text.split()) <= 1300


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_linked_files_exist(path):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_every_notebook_is_listed():
    text = README.read_text("utf-8")
    for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        assert f"notebooks/{path.name}" in text


def test_make_targets_exist():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    for target in re.findall(r"\bmake (\w+)", README.read_text("utf-8")):
        assert target in targets or target == "PYTHON"


if __name__ == "__main__":
    for made in MADE:
        before, _, after = parts(made)
        MADE[made][0].write_text(f"{before}{MADE[made][1]()}\n{after}", "utf-8")
