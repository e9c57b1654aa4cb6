"""Where the runs of a batch lie: fsspec addresses, used as a folder is."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbformat import v4, write

from korus_helpers.cli import korus
from korus_helpers.errors import InputError, NetworkOrDiskError
from korus_helpers.runs.store import Address, Folder, store_at

fsspec = pytest.importorskip("fsspec", reason="needs the packages of the group cluster")


def files_of(address):
    files, path = fsspec.core.url_to_fs(address)
    return {
        name.removeprefix(f"{path}/"): files.info(name)
        for name in files.find(path)
        if "/." not in name
    }


def put(store, run, **files):
    place = store.workplace(run)
    for name, content in files.items():
        target = place / name.replace("__", "/").replace("_", ".")
        target.parent.mkdir(exist_ok=True)
        target.write_text(content)
    store.keep(run, place)


@pytest.mark.parametrize("kind", ["memory", "file", "folder"])
def test_a_run_takes_the_place_of_an_earlier_one(tmp_path, kind):
    out = {"memory": "memory:///runs", "file": f"file://{tmp_path}/a/b", "folder": f"{tmp_path}/c"}
    store = store_at(out[kind])
    assert isinstance(store, Folder if kind == "folder" else Address)
    assert store.record("mexico") == {} and str(store) == out[kind]
    put(store, "mexico", run_json="{}", charts__old_png="", a_html="")
    put(store, "mexico", run_json='{"inputs": "new"}', charts__new_png="", z_html="")
    store.write("index.html", b"<p>")
    assert store.record("mexico") == {"inputs": "new"}
    store.close()
    left = ["index.html", "mexico/charts/new.png", "mexico/run.json", "mexico/z.html"]
    assert sorted(files_of(out[kind])) == left


def test_the_record_of_a_run_is_written_last():
    store = Address("memory://order/")
    put(store, "mexico", run_json="{}", z_html="", a_html="", charts__z_png="")
    written = files_of("memory://order")
    assert max(written, key=lambda name: written[name]["created"]) == "mexico/run.json"


def test_a_local_batch_writes_to_an_address_and_keeps_what_is_there(tmp_path, monkeypatch):
    cells = [
        v4.new_code_cell('partner: str = "Mexico"', metadata={"tags": ["parameters"]}),
        v4.new_code_cell("print(partner)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "small.ipynb")
    monkeypatch.chdir(tmp_path)
    out = f"file://{tmp_path}/there"
    typed = ["batch", "--partners", "MEX,CAN", "--notebooks", "small.ipynb", "--out", out]
    answers = [CliRunner().invoke(korus, [*typed, "--engine", "kernel"]) for _ in range(2)]
    for answer, kept in zip(answers, (0, 2), strict=True):
        assert answer.exit_code == 0, answer.output
        assert f"2 runs are done, {kept} of them by an earlier call.\nOpen {out}/" in answer.output
    runs = json.loads(Path("there/batch.json").read_text("utf-8"))["runs"]
    assert [(one["name"], one["kept"]) for one in runs] == [("mexico", True), ("canada", True)]
    assert Path("there/mexico/small.html").is_file()


def test_an_address_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"^Nothing can be written to gopher://x: Protocol not kn"):
        store_at("gopher://x")
    (tmp_path / "file").touch()
    with pytest.raises(NetworkOrDiskError, match=r"^file://.*/file/runs cannot be written \(Not a"):
        store_at(f"file://{tmp_path}/file/runs")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match=r"^Nothing can be written to s3://x: Install s3fs to acc"):
        store_at("s3://x")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(InputError, match=r"type: pip install 'korus-helpers\[cluster\]'$"):
        store_at("memory://x")
