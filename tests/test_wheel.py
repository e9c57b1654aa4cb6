"""The wheel is all that one needs: built here, installed in an empty environment, run in an empty
folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "outputs", "tests", "build", "__pycache__", "*.egg-info")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    if int(version("setuptools").split(".")[0]) < 77:
        pytest.skip("needs setuptools 77 or newer, which requirements.txt brings")
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, place / "source", ignore=LEFT_OUT)
    pip(sys.executable, "wheel", "--no-build-isolation", "-w", place, place / "source")
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The command of an environment that has the wheel, and what it needs from this one."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    bin = place / ("Scripts" if os.name == "nt" else "bin")
    pip(sys.executable, "--python", bin / "python", "install", wheel)
    there = sysconfig.get_path("purelib", vars={"base": str(place)})
    Path(there, "needed.pth").write_text(sysconfig.get_path("purelib"))
    return bin / "korus"


def pip(python, *words):
    line = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    line += ["--no-deps", "--no-index"]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def korus(command, folder, *words):
    env = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    line = [command, *words]
    done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_notebooks_once_and_no_broken_link(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = next(name for name in names if name.endswith("METADATA"))
        metadata = archive.read(about).decode()
    held = [name for name in names if name.endswith(".ipynb")]
    ours = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert held == [f"korus_helpers/notebooks/{name}" for name in ours]
    assert not any("conftest" in name or name.startswith("tests") for name in names)
    assert "Classifier: Framework :: Jupyter" in metadata and "Project-URL: " in metadata
    assert "# KORUS" in metadata and "](outputs" not in metadata and "](#" not in metadata


def test_an_installed_wheel_runs_in_an_empty_folder(installed, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    said = korus(installed, folder, "run", "-p", "partner", "Mexico", "01")
    index = folder / said.rsplit("Open ", 1)[1].splitlines()[0]
    assert "Mexico" in index.read_text("utf-8")


def test_notebooks_are_copied_and_found(installed, tmp_path):
    korus(installed, tmp_path, "notebooks")
    copied = sorted(path.name for path in (tmp_path / "notebooks").iterdir())
    assert copied == sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    again = subprocess.run([installed, "notebooks"], cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 2 and "type a new name" in again.stderr
    korus(installed, tmp_path, "notebooks", "mine")
    korus(installed, tmp_path, "run", "--out", ".", "mine/07_reciprocal_rates.ipynb")
