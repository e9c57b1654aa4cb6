"""Two executed notebooks, made comparable: only times, process numbers and addresses may differ."""

import itertools
import re
from pathlib import Path

import nbformat
from nbformat import v4

PAPERMILL_OF_A_CELL = ("exception", "status")  # the rest are times
ERROR_NOTE = "papermill-error-cell-tag"
CHANGING = (
    (r"0x[0-9a-f]{6,}", "0x…"),  # addresses
    (r"ipykernel_\d+", "ipykernel_N"),  # the number of the process, where cells are "files"
    (r"<dc:date>.*?</dc:date>", ""),
)


def write_cells(path: Path, cells: dict[str, str]) -> Path:
    """A notebook of a cell for each name; every cell may fail."""
    tags = {"tags": ["raises-exception"]}
    made = [
        v4.new_code_cell(source.strip("\n"), id=name.replace("_", "-"), metadata=tags)
        for name, source in cells.items()
    ]
    made.insert(1, v4.new_raw_cell("raw", id="raw"))
    made.insert(1, v4.new_markdown_cell("# Words", id="words"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
    return path


def comparable(path: Path, in_any_order: frozenset[str] = frozenset()) -> dict[str, object]:
    """Cell → all that is to be the same; "notebook" → its metadata.

    Text of a stream that arrives in two messages is as good as in one. `in_any_order` are cells
    whose streams are compared each for itself.
    """
    notebook = nbformat.read(path, as_version=4)
    compared = {"notebook": _steady(dict(notebook.metadata) | {"papermill": None})}
    for number, cell in enumerate(notebook.cells):
        # What papermill adds, parameters and notes about an error, has a new id each time.
        added = set(cell.metadata.get("tags", ())) & {"injected-parameters", ERROR_NOTE}
        about = dict(cell.metadata)
        about["papermill"] = {
            name: value
            for name, value in about.get("papermill", {}).items()
            if name in PAPERMILL_OF_A_CELL
        }
        about["execution"] = sorted(about.get("execution", ()))  # times: which there are
        compared[f"added {number}" if added else cell.id] = {
            "kind": cell.cell_type,
            "source": cell.source,
            "metadata": about,
            "count": cell.get("execution_count"),
            "outputs": _outputs(cell.get("outputs", []), cell.id in in_any_order),
        }
    return compared


def _outputs(outputs: list[dict], in_any_order: bool) -> list[object]:
    if in_any_order:
        outputs = sorted(outputs, key=lambda output: output.get("name", ""))
    grouped = itertools.groupby(outputs, lambda output: output.get("name") or id(output))
    return [_joined(list(group)) for _, group in grouped]


def _joined(group: list[dict]) -> object:
    joined = dict(group[0])
    if joined["output_type"] == "stream":
        joined["text"] = "".join(output["text"] for output in group)
    return _steady(joined)


def _steady(value: object) -> object:
    """`value` without what changes from process to process."""
    if isinstance(value, str):
        for pattern, constant in CHANGING:
            value = re.sub(pattern, constant, value)
        return value
    if isinstance(value, dict):
        return {name: _steady(one) for name, one in value.items()}
    return [_steady(one) for one in value] if isinstance(value, list) else value
