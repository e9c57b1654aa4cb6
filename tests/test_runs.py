"""Runs with real kernels and real processes, of small notebooks written on the spot."""

import base64
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4
from PIL import Image
from small_notebooks import start_korus

import korus_helpers
from korus_helpers.cli import korus
from korus_helpers.commands.terminal import text_table
from korus_helpers.errors import DamagedData, InputError, NetworkOrDiskError
from korus_helpers.runs.engine import Engine, Lost
from korus_helpers.runs.execute import without_folders
from korus_helpers.runs.run import new_folder, run_collection

HOSTILE = "<script>alert('1')</script> \"한국\" {x} $HOME %s\n../.."
PARAMETERS = 'partner: str = "Korea, South"  # who\nend_year: int = 2016  # last year'
SHOW = "from IPython.display import display\nimport os, sys, time"
CHECK = """
class InputError(ValueError):
    pass
if end_year > 2023:
    raise InputError(f"end_year {end_year}: the figures end in 2023; type 2023 or less")
"""
VERDICTS = """id,printed,official,unit,vintage,verdict,source
exports_2016,$42.3 billion,42262.187,million dollars,2024-08,as printed,Census
exports_2011,$3.5 billion,43461.636,million dollars,2024-08,not as printed,Census
"""


def png():
    picture = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


FIGURE = f"""
bundle = {{"image/png": "{png()}", "text/plain": "It fell", "text/csv": "year\\n2016\\n"}}
about = {{"image/png": {{"alt": "It fell"}}, "korus": {{"kind": "figure", "name": "fall"}}}}
display(bundle, raw=True, metadata=about)
"""
TABLE = f"""
bundle = {{"text/html": "<table></table>", "text/plain": "t", "text/csv": '''{VERDICTS}'''}}
display(bundle, raw=True, metadata={{"korus": {{"kind": "table", "name": "verdicts"}}}})
"""
SENTENCE = 'display({"text/markdown": partner, "text/plain": partner}, raw=True)'


def write_notebook(folder, name, *sources):
    """A notebook with the parameters cell, the check of parameters and one cell per source."""
    tagged = {PARAMETERS: ["parameters"], CHECK: ["check-parameters"]}
    cells = [v4.new_markdown_cell(f"# The notebook {name}")]
    for source in (PARAMETERS, SHOW, CHECK, *sources):
        cells.append(v4.new_code_cell(source, metadata={"tags": tagged.get(source, [])}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with outputs/, to be the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of a good, a failing and a badly naming notebook, with a hostile partner."""
    place = tmp_path_factory.mktemp("place {with} braces")
    facts = (
        "import korus_helpers\n"
        "print(sys.executable, os.getcwd(), os.environ['OPENBLAS_NUM_THREADS'], end_year)\n"
        "print(korus_helpers.__file__)"
    )
    write_notebook(place, "00_good", SENTENCE, FIGURE, TABLE, facts)
    write_notebook(place, "01_failing", SENTENCE, "open('/no/such/figures.csv')", "print('never')")
    write_notebook(place, "02_badly_named", FIGURE.replace('"fall"', '"../fall"'))
    kernels = place / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (place / "out").mkdir()
    # Somebody else's kernel of the same name must not be taken.
    (kernels / "kernel.json").write_text('{"argv": ["/no/such/python"], "display_name": "x"}')
    sources = {path: path.read_bytes() for path in (place / "notebooks").iterdir()}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("JUPYTER_PATH", str(place / "jupyter"))
        result = run_collection(
            [], [("partner", HOSTILE), ("end_year", "2015")], place / "out", progress=False
        )
    assert {path: path.read_bytes() for path in (place / "notebooks").iterdir()} == sources
    return result


def test_a_run_has_a_folder_named_by_time_and_partner_that_is_complete(finished):
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d_\d{4}-\d\d_script-alert-1-script-x-home-s", finished.folder.name
    )
    assert [path.name for path in finished.folder.parent.iterdir()] == [finished.folder.name]
    files = {p.relative_to(finished.folder).as_posix() for p in finished.folder.rglob("*.*")}
    assert files == {
        "index.html", "glossary.html", "run.json", "verdicts.csv",
        "00_good.html", "00_good.ipynb", "01_failing.html", "01_failing.ipynb",
        "02_badly_named.html", "02_badly_named.ipynb",
        "charts/00_good-fall.png", "charts/00_good-fall.csv", "tables/00_good-verdicts.csv",
    }  # fmt: skip


def test_a_failing_notebook_is_kept_as_far_as_it_came_and_others_complete(finished):
    good, failing, badly_named = finished.outcomes
    assert (good.status, good.cell, good.error) == ("done", None, "")
    assert (failing.status, failing.cell) == ("failed", 6)
    assert failing.error == (
        "FileNotFoundError: [Errno 2] No such file or directory: 'figures.csv'"
    )
    assert badly_named.status == "failed"
    assert "'../fall' may hold only" in badly_named.error
    executed = nbformat.read(finished.folder / "01_failing.ipynb", 4)
    assert executed.cells[-1].outputs == []
    assert executed.metadata.papermill["input_path"] == "01_failing.ipynb"
    report = (finished.folder / "01_failing.html").read_text()
    assert "The notebook stopped here.</strong> Cell 6 stopped with FileNotFoundError" in report


def test_the_kernel_is_this_interpreter_in_the_folder_of_the_notebook(finished):
    executed = nbformat.read(finished.folder / "00_good.ipynb", 4)
    notebooks = finished.folder.parents[1] / "notebooks"
    assert executed.cells[-1].outputs[0].text.splitlines() == [
        f"{sys.executable} {notebooks} 1 2015",
        str(Path(korus_helpers.__file__).resolve()),
    ]
    streams = {o.get("name") for cell in executed.cells for o in cell.get("outputs", [])}
    assert "stderr" not in streams


def test_hostile_parameters_arrive_unchanged_and_are_shown_as_text(finished):
    executed = nbformat.read(finished.folder / "00_good.ipynb", 4)
    spoken = [o.data["text/plain"] for c in executed.cells for o in c.get("outputs", [])
              if "text/markdown" in o.get("data", {})]  # fmt: skip
    assert spoken == [HOSTILE]
    for page in finished.folder.glob("*.html"):
        assert "<script" not in page.read_text()
        shows_parameters = page.name != "glossary.html"
        assert ("&lt;script&gt;alert" in page.read_text()) == shows_parameters


def test_the_record_tells_parameters_outcomes_sizes_and_no_folder_of_this_machine(finished):
    text = (finished.folder / "run.json").read_text()
    record = json.loads(text)
    assert record["notebooks"][0]["parameters"] == {"partner": HOSTILE, "end_year": 2015}
    assert [n["outcome"] for n in record["notebooks"]] == ["done", "failed", "failed"]
    assert record["versions"]["Python"] in sys.version
    assert 0 < record["notebooks"][0]["seconds"] < record["seconds"]
    for name in ("index.html", "charts/00_good-fall.png"):
        assert record["files"][name] == (finished.folder / name).stat().st_size
    assert str(finished.folder.parents[1]) not in text and "/no/such" not in text


def test_verdicts_are_those_of_notebook_00(finished):
    assert (finished.folder / "verdicts.csv").read_text() == VERDICTS
    assert [row["id"] for row in finished.verdicts] == ["exports_2016", "exports_2011"]
    assert "43,461.6" in (finished.folder / "index.html").read_text()


def test_parameters_that_a_notebook_refuses_leave_nothing_behind(place):
    write_notebook(place, "00_checks", SENTENCE)
    slow = write_notebook(place, "01_slow", "time.sleep(60)")
    slow.write_text(slow.read_text().replace("2023:", "9999:"))
    answer = CliRunner().invoke(korus, ["run", "-p", "end_year", "2031", "00", "01"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        "Error: 00_checks: end_year 2031: the figures end in 2023; type 2023 or less\n"
    )
    assert list((place / "outputs").iterdir()) == []


def test_a_plain_value_error_refuses_in_the_check_cell_only(place):
    check = CHECK.replace("InputError(", "ValueError(")
    path = write_notebook(place, "00_checks", SENTENCE)
    notebook = nbformat.read(path, 4)
    notebook.cells[3].source = check
    nbformat.write(notebook, path)
    with pytest.raises(InputError, match="end_year 2031: the figures end"):
        run_collection(["00"], [("end_year", "2031")], place / "outputs", progress=False)
    notebook.cells[3].metadata.tags = []
    nbformat.write(notebook, path)
    result = run_collection(["00"], [("end_year", "2031")], place / "outputs", progress=False)
    assert result.outcomes[0].error.startswith("ValueError: end_year 2031")


def test_a_kernel_that_dies_is_a_failed_notebook(place):
    write_notebook(place, "00_dies", "os._exit(1)")
    result = run_collection([], [], place / "outputs", progress=False)
    assert result.outcomes[0].status == "failed"
    assert "kernel stopped" in result.outcomes[0].error
    assert (result.folder / "00_dies.html").exists()


def test_a_disk_that_gives_way_is_one_sentence(place):
    write_notebook(place, "00_removes", "import shutil; shutil.rmtree('../outputs')")
    with pytest.raises(NetworkOrDiskError, match=r"cannot be written \(.*what was finished is in"):
        run_collection([], [], place / "outputs", progress=False)


def test_two_runs_at_the_same_time_do_not_disturb_each_other(place):
    write_notebook(place, "00_good", SENTENCE, TABLE, "time.sleep(0.5)")
    runs = [start_korus(place, "run", "-p", "partner", name) for name in ("0015", "Mexico")]
    answers = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert [err for _, err in answers] == ["", ""]
    folders = sorted(path.name.split("_")[-1] for path in (place / "outputs").iterdir())
    assert folders == ["0015", "mexico"]
    for (out, _), name in zip(answers, ("0015", "mexico"), strict=True):
        index = place / re.search(r"Open (\S+index\.html)", out)[1]
        assert index.parent.name.endswith(name) and index.exists()
        assert "exports_2011  $3.5 billion   43,461.6  not as printed" in out


def test_an_interrupted_run_ends_its_kernels_and_looks_incomplete(place):
    write_notebook(place, "00_quick", SENTENCE)
    endless = "open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    write_notebook(place, "01_endless", SENTENCE, endless)
    run = start_korus(place, "run")
    pid_file = place / "notebooks" / "pid"
    deadline = time.monotonic() + 40
    while not (pid_file.exists() and pid_file.read_text() and list(place.glob("o*/*/*.html"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (130, "")
    [folder] = (place / "outputs").iterdir()
    assert folder.suffix == ".incomplete"
    assert err.strip() == f"Stopped; what was finished is in outputs/{folder.name}."
    assert not (folder / "index.html").exists()
    assert {path.name for path in folder.iterdir()} == {
        "00_quick.html", "00_quick.ipynb", "01_endless.unfinished.ipynb"
    }  # fmt: skip
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_no_kernel_starts_after_the_stop(place):
    path = write_notebook(place, "00_good", SENTENCE)
    engine = Engine("kernel")
    engine.stop()
    with pytest.raises(Lost, match="stopped"):
        engine.execute(path, {}, place / "x.ipynb")


def test_a_missing_folder_is_refused_with_what_to_type(place):
    write_notebook(place, "00_good")
    answer = CliRunner().invoke(korus, ["run", "--out", "no such"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == "Error: There is no folder no such; type: mkdir -p 'no such'\n"
    answer = CliRunner().invoke(korus, ["run", "--out", "notebooks/00_good.ipynb"])
    assert (answer.exit_code, "is not a folder" in answer.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_refused_before_any_notebook(place):
    write_notebook(place, "00_good")
    if os.geteuid() == 0:  # root may write everywhere but to what the kernel makes up
        locked = Path("/sys/kernel")
        if not locked.is_dir():
            pytest.skip("needs /sys, or not to be root")
    else:
        locked = place / "locked"
        locked.mkdir(mode=0o555)
    answer = CliRunner().invoke(korus, ["run", "--out", str(locked)])
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert answer.stderr.startswith(f"Error: The folder {locked} cannot be written to (")
    assert answer.stderr.count("\n") == 1


def test_an_unknown_parameter_is_refused_before_any_notebook(place):
    write_notebook(place, "00_good")
    answer = CliRunner().invoke(korus, ["run", "-p", "patner", "Mexico"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        "Error: There is no parameter 'patner' in the chosen notebooks; try partner.\n"
    )
    assert list((place / "outputs").iterdir()) == []


def test_without_out_the_folder_outputs_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path, "00_fails", "1 / 0")
    answer = CliRunner().invoke(korus, ["run"])
    assert answer.exit_code == 1
    assert re.match(
        r"Time and size: execute [\d.]+ s .*\.\nOpen outputs/.*\nNext, type: korus run -p partner",
        answer.stdout,
    )
    assert answer.stderr == (
        "Error: 00_fails is not complete. Cell 4 stopped with ZeroDivisionError: division by zero\n"
    )


def test_a_run_ends_with_findings_the_page_and_a_command_that_works(place):
    section = v4.new_markdown_cell("## What holds")
    for name in ("00_good", "01_other"):
        path = write_notebook(place, name, "say = 1", SENTENCE.replace("partner,", f"'{name}',"))
        notebook = nbformat.read(path, 4)
        notebook.cells.insert(-1, section)
        nbformat.write(notebook, path)
    package = Path(__file__).resolve().parents[1]
    program = place / "bin" / "korus"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(package)!r})\n"
        "from korus_helpers.cli import main\nmain()\n"
    )
    program.chmod(0o755)
    call = [program, "run", "-p", "partner", "Viet Nam"]
    done = subprocess.run(call, cwd=place, capture_output=True, text=True, check=True)
    first, page, *_, last = done.stdout.splitlines()
    assert (first, page[:10]) == ("Viet Nam", "  outputs/") and (place / page.strip()).exists()
    assert last == "Next, type: bin/korus value deficit --partner 'Viet Nam' --year 2016"
    said = subprocess.run(
        last.partition(": ")[2], shell=True, cwd=place, capture_output=True, text=True
    )
    assert said.returncode == 0 and "Vietnam" in said.stdout, said.stderr


def test_folders_of_the_same_second_get_numbers(tmp_path):
    first = new_folder(tmp_path, "2026-11-23_1845-10", "Korea, South")
    assert first.name == "2026-11-23_1845-10_korea-south.incomplete"
    second = new_folder(tmp_path, "2026-11-23_1845-10", "Korea, South")
    assert second.name == "2026-11-23_1845-10_korea-south_2.incomplete"
    first.rename(first.with_suffix(""))
    third = new_folder(tmp_path, "2026-11-23_1845-10", "Korea, South")
    assert third.name == "2026-11-23_1845-10_korea-south_3.incomplete"
    assert new_folder(tmp_path, "2026", "한국").name == "2026.incomplete"
    assert new_folder(tmp_path, "2026", "Côte d'Ivoire/..").name == "2026_cote-d-ivoire.incomplete"
    assert len(new_folder(tmp_path, "2026", "x" * 500).name) < 60


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (InputError("type this\x1b[2J"), 2, "Error: type this\\x1b[2J\n"),
        (DamagedData("a.csv is damaged"), 1, "Error: a.csv is damaged\n"),
        (ConnectionError("no network"), 3, "Error: no network\n"),
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
    ],
)
def test_errors_are_one_sentence_and_a_status(error, status, text):
    @korus.command("fail", hidden=True)
    def fail():
        raise error

    answer = CliRunner().invoke(korus, ["fail"])
    del korus.commands["fail"]
    assert (answer.exit_code, answer.stdout, answer.stderr) == (status, "", text)


def test_version_and_help():
    assert re.match(r"korus \S", CliRunner().invoke(korus, ["--version"]).stdout)
    assert "NAME VALUE" in CliRunner().invoke(korus, ["run", "--help"]).stdout


def test_without_a_home_and_in_a_narrow_encoding_it_works(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import pwd\ndef unknown(*_): raise KeyError\npwd.getpwuid = unknown\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(Path(__file__).resolve().parents[1])])
    variables = {k: v for k, v in os.environ.items() if k not in ("HOME", "KORUS_DATA")}
    done = subprocess.run(
        [sys.executable, "-m", "korus_helpers.cli", "check", "$42.3 billion", "--measure",
         "deficit", "--year", "2016"],
        env=variables | {"PYTHONPATH": paths, "PYTHONIOENCODING": "ascii"}, cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) in ((0, ""), (1, "")), done.stderr
    assert "2016" in done.stdout


def test_the_command_line_imports_nothing_heavy():
    heavy = "{'pandas', 'papermill', 'nbconvert', 'nbformat', 'matplotlib', 'scipy', 'pyarrow'}"
    program = f"import sys, korus_helpers.cli; print({heavy} & set(sys.modules))"
    package = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=package, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_papermill_comes_without_the_grammar_that_takes_seconds():
    program = (
        "import sys; from korus_helpers.runs.execute import import_papermill;"
        "print(import_papermill().__name__, {'lark', 'rfc3987_syntax'} & set(sys.modules))"
    )
    package = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=package, capture_output=True, text=True, check=True
    )
    assert done.stdout == "papermill set()\n"


def test_folders_are_cut_from_messages():
    shortened = {
        "[Errno 2] No such file: '/home/ana/x y/a.csv'": "[Errno 2] No such file: 'x y/a.csv'",
        r"C:\Users\ana\a.csv is damaged": "a.csv is damaged",
        "two\nlines of 1/2 and https://census.gov/a/b": "two lines of 1/2 and https://census.gov/a/b",
    }
    assert {text: without_folders(text) for text in shortened} == shortened


def test_a_table_for_the_terminal_fits_and_shows_no_control_characters(monkeypatch):
    rows = [
        {"id": "exports", "printed": "nearly $20 billion of goods", "verdict": "as\x1b printed\n"},
        {"id": "한국", "printed": "", "verdict": "x" * 30},
    ]
    monkeypatch.setenv("COLUMNS", "40")
    table = text_table(rows, ["id", "printed", "verdict"])
    assert table.splitlines() == [
        "id       printed         verdict",
        "-------  --------------  ---------------",
        "exports  nearly $20      as\\x1b printed",
        "         billion of",
        "         goods",
        "한국                     xxxxxxxxxxxxxxx",
        "                         xxxxxxxxxxxxxxx",
    ]
    monkeypatch.setenv("COLUMNS", "200")
    assert max(len(line) for line in text_table(rows, ["printed"]).splitlines()) == 27


def test_a_report_tells_the_name_of_a_file_and_not_its_folder(place):
    path = write_notebook(place, "00_reads", SENTENCE)
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source = 'partner: str = "x"  # who\nclaims_file: str = ""  # a file'
    notebook.cells[3].source = ""
    nbformat.write(notebook, path)
    private = place / "ana" / "claims.csv"
    result = run_collection([], [("claims_file", str(private))], place / "outputs", progress=False)
    for name in ("index.html", "00_reads.html"):
        page = BeautifulSoup((result.folder / name).read_text(), "html.parser")
        assert page.select_one(".citation").get_text().count("claims file claims.csv") == 1
        assert "claims.csv" in page.header.get_text()
        assert str(private) in page.select_one(".command").get_text()
        assert str(place) not in page.header.get_text() + page.select_one(".citation").get_text()


def test_a_file_is_looked_for_in_the_current_folder_and_then_beside_the_notebook(place):
    path = write_notebook(place, "00_reads", SENTENCE)
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source = 'claims_file: str = ""  # a file'
    notebook.cells[3].source = "print(open(claims_file).read(), claims_file)"
    nbformat.write(notebook, path)
    texts = {"here.txt": "current", "both.txt": "current", "beside.txt": "notebook"}
    for name, text in texts.items():
        (place / name if text == "current" else path.with_name(name)).write_text(text)
    path.with_name("both.txt").write_text("notebook")
    for name, text in texts.items():
        out = place / "outputs" / text / name
        out.mkdir(parents=True)
        result = run_collection([], [("claims_file", name)], out, progress=False)
        executed = (result.folder / "00_reads.ipynb").read_text("utf-8")
        assert f"{text} {name}" in executed
        assert str(place) not in executed
    # A name that no disk takes is for the notebook to refuse.
    result = run_collection([], [("claims_file", "a" * 300)], place / "outputs", progress=False)
    assert "File name too long" in result.outcomes[0].error
