"""The parameters that a notebook declares, and typed text turned into their values.

A notebook declares them in its cell tagged `parameters`, one literal a line:
`end_year: int = 2016  # last year of the comparison`.
"""

import ast
import difflib
import io
import json
import math
import re
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from korus_helpers.errors import InputError

BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    kind: str  # the annotation as written, "str", "int", "float", "bool" or "list[str]"
    default: object
    comment: str  # what stands after the #, "" if nothing


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Name → parameter, in the order of the parameters cell; empty without such a cell.

    Raises InputError if the file is not a notebook or the cell is not lines of literals.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = [
            "".join(cell["source"])
            for cell in cells
            if "parameters" in cell["metadata"].get("tags", [])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{notebook.name} is not a notebook that can be read.") from None
    try:
        return _read_cell(sources[0]) if sources else {}
    except (SyntaxError, ValueError, tokenize.TokenError):
        raise InputError(
            f"{notebook.name}: its parameters cell may hold only lines like"
            " `end_year: int = 2016  # last year`."
        ) from None


def _read_cell(source: str) -> dict[str, Parameter]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }
    parameters = {}
    for line in ast.parse(source).body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
            default = ast.literal_eval(line.value)
            name, kind = line.target.id, ast.unparse(line.annotation)
        elif isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            default = ast.literal_eval(line.value)
            name, kind = line.targets[0].id, type(default).__name__
        else:
            raise ValueError(ast.unparse(line))
        parameters[name] = Parameter(name, kind, default, comments.get(line.end_lineno, ""))
    return parameters


def assign(
    typed: Sequence[tuple[str, str]], declared: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, dict[str, object]]:
    """Notebook → the values typed for it: each notebook gets only the names it declares.

    `typed` holds pairs of name and text, `declared` notebook → name → parameter.
    Raises InputError for a name that no notebook declares (naming the nearest that are),
    a name given twice, and text that does not fit the annotation.
    """
    names = sorted({name for parameters in declared.values() for name in parameters})
    seen = set()
    for name, _ in typed:
        if name not in names:
            raise InputError(_unknown(name, names))
        if name in seen:
            raise InputError(f"The parameter {name} is given twice; give it once.")
        seen.add(name)
    return {
        notebook: {
            name: value_of(text, parameters[name]) for name, text in typed if name in parameters
        }
        for notebook, parameters in declared.items()
    }


def _unknown(name: str, names: Sequence[str]) -> str:
    if not names:
        return f"There is no parameter {_quoted(name)}: the chosen notebooks declare none."
    nearest = difflib.get_close_matches(name, names, n=3) or names
    return f"There is no parameter {_quoted(name)} in the chosen notebooks; try {_or(nearest)}."


def value_of(text: str, parameter: Parameter) -> object:
    """`text` as the value of `parameter`, by its annotation; text stays text, "0015" included."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"{parameter.name}: {_quoted(text)} is not text in UTF-8.")
    if parameter.kind not in READERS:
        raise InputError(
            f"{parameter.name} is declared as {parameter.kind} and cannot be set with -p;"
            " edit the parameters cell of the notebook instead."
        )
    wanted, read = READERS[parameter.kind]
    try:
        return read(text)
    except (ValueError, KeyError):
        raise InputError(
            f"{parameter.name} takes {wanted}, for example {_example(parameter.default)},"
            f" and not {_quoted(text)}."
        ) from None


def _read_int(text: str) -> int:
    # int() alone takes 2_016 and digits of other scripts.
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()):
        raise ValueError(text)
    return int(text)


def _read_float(text: str) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text.strip()):
        raise ValueError(text)
    if not math.isfinite(value := float(text)):
        raise ValueError(text)
    return value


def _read_list(text: str) -> list[str]:
    if not text.strip().startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    items = json.loads(text)
    if not all(isinstance(item, str) for item in items):
        raise ValueError(text)
    return items


READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "str": ("text", str),
    "int": ("a whole number", _read_int),
    "float": ("a number", _read_float),
    "bool": ("true or false", lambda text: BOOLEANS[text.strip().lower()]),
    "list[str]": ("names between commas or a JSON list of texts", _read_list),
}


def _example(default: object) -> str:
    return json.dumps(default, ensure_ascii=False) if not isinstance(default, str) else default


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")


def _or(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
