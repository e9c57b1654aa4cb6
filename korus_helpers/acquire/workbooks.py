"""Workbooks (xlsx) from outside as text, read by a process of its own within limits.

Nothing that a workbook claims about itself is believed: whoever reads it may take so much memory
and time, and is ended where it takes more. Nothing in a workbook is run.
"""

import csv
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from korus_helpers.errors import Refused

SECONDS, MEMORY = 10.0, 300_000_000  # of the reader; a genuine file takes 0.6 and 75 MB
PATIENCE = 6 * SECONDS  # by the clock, where the machine has other work too
MOST_BYTES = 60_000_000  # unpacked, and of the text; 11 MB in the largest genuine workbook
MOST_COLUMNS = 200
_ACTIVE = ("vbaproject.bin", "externallinks/", "activex/", "embeddings/")
_TOO_LARGE = "the workbook holds more than any table of official figures"


def workbook_texts(content: bytes) -> list[bytes]:
    """The sheets of a workbook in order, each as text in UTF-8 with commas between cells.

    A line for each row, empty ones too; line breaks in cells are blanks. Raises `Refused` for what
    is no plain workbook: macros, links to other files, more than the limits, damage of any kind.
    """
    import psutil

    with TemporaryDirectory(prefix="korus-") as folder:
        book = Path(folder, "book.xlsx")
        book.write_bytes(content)
        line = [sys.executable, "-P", __file__, folder]
        with subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as reader:
            try:
                watched, deadline = psutil.Process(reader.pid), time.monotonic() + PATIENCE
                while reader.poll() is None:
                    worked = sum(watched.cpu_times()[:2])
                    taken = max(watched.memory_info().rss / MEMORY, worked / SECONDS)
                    if taken > 1 or time.monotonic() > deadline:
                        raise Refused(_TOO_LARGE)
                    time.sleep(0.005)
            finally:
                reader.kill()
        problem = Path(folder, "problem")
        if reader.returncode or problem.exists():
            raise Refused(problem.read_text("utf-8") if problem.exists() else _TOO_LARGE)
        sheets = sorted(Path(folder).glob("*.csv"))
        return [path.read_bytes() for path in sheets]


def _read(folder: Path) -> None:
    """Write each sheet of the book in a folder to a file of its own; raises with a reason."""
    from python_calamine import CalamineWorkbook

    with zipfile.ZipFile(folder / "book.xlsx") as archive:
        if sum(part.file_size for part in archive.filelist) > MOST_BYTES:
            raise ValueError(_TOO_LARGE)
        for name in archive.namelist():
            if any(word in name.lower() for word in _ACTIVE):
                raise ValueError(f"the workbook holds more than a table ({name[:80]})")
        if archive.testzip():
            raise zipfile.BadZipFile
    book = CalamineWorkbook.from_path(str(folder / "book.xlsx"))
    for number in range(len(book.sheet_names)):
        rows = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
        with open(folder / f"{number:03d}.csv", "w", encoding="utf-8", newline="") as file:
            for row in rows:
                cells = (" ".join(str(cell).splitlines()) for cell in row[:MOST_COLUMNS])
                csv.writer(file).writerow(list(cells))
                if file.tell() > MOST_BYTES:
                    raise ValueError(_TOO_LARGE)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    try:
        _read(place)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError):
        said = "the file is not a workbook (xlsx), or it is damaged"
    except ValueError as error:
        said = str(error)
    except BaseException as error:  # also where the library panics
        said = f"the workbook cannot be read ({' '.join(str(error).split())[:120]})"
    else:
        sys.exit()
    Path(place, "problem").write_text(said, "utf-8", "replace")
