"""What the READMEs say is true: their tables, their commands, their links.

`python tests/test_readme.py` writes their tables anew.
"""

import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from bench_table import markdown
from click.testing import CliRunner

from korus_helpers.claims.auditing import audit
from korus_helpers.claims.register import article, public
from korus_helpers.claims.verdicts import LADDER, judge
from korus_helpers.cli import korus
from korus_helpers.present.verdicts import count_sentence, verdict_table

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
READMES = [README, *(ROOT / folder / "README.md" for folder in (
    "notebooks", "korus_helpers", "korus_helpers/data", "outputs", "tests"))]  # fmt: skip


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


MADE = {
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


def commands(name: str) -> list[str]:
    texts = "\n".join(path.read_text("utf-8") for path in READMES)
    found = re.findall(rf"^(?:\$ )?(korus {name} [^#\n]+)", texts, re.M)
    return list(dict.fromkeys(line.strip() for line in found))


@pytest.mark.parametrize("line", [*commands("value"), *commands("check"), *commands("search")])
def test_the_commands_shown_answer(line):
    answer = CliRunner().invoke(korus, shlex.split(line)[1:])
    assert answer.exit_code == 0, answer.stderr


def test_commands_quote_so_that_no_shell_reads_a_dollar():
    for path in READMES:
        for line in re.findall(r"^(?:\$ )?korus .*", path.read_text("utf-8"), re.M):
            assert '"' not in line, (path, line)


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
