"""A file that says what a batch runs: parameters with the values that they are to take."""

from pathlib import Path

from korus_helpers.claims.untrusted import (
    Kind,
    RefusedText,
    content_of,
    file_name,
    text_of,
    tree_of,
    visible,
)
from korus_helpers.errors import InputError

LONGEST = 500  # characters of a value
START = "write a name and its values, such as base_year: [2011, 2012]"
RUNS = Kind("runs", START)


def read_grid(path: Path) -> list[dict[str, list[str]]]:
    """What a YAML file asks for: mappings of a name to the texts that it takes.

    A file with one mapping asks for every combination of its values; one with a list of mappings
    for one run each, and every list of texts then has one. Text is as in the file ("0203", "true").
    At most 1 MB and 1,000 values of a name or runs in a list. Raises `InputError`, which names file
    and field and says what to type.
    """
    file, content = file_name(path), content_of(path, "parameters")
    if path.suffix.lower() not in {".yaml", ".yml"}:
        raise InputError(f"{file}: parameters stand in a file that ends in .yaml or .yml; {START}")
    try:
        tree = tree_of(text_of(content, RUNS), RUNS)
    except RefusedText as error:
        raise InputError(f"{file}{error}") from None
    if isinstance(tree, dict) and tree:
        return [{name: _texts(value, f"{file}, {name[:40]}") for name, value in tree.items()}]
    if not isinstance(tree, list) or not tree:
        raise InputError(f"{file}: holds no parameters; {START}")
    runs = []
    for number, entry in enumerate(tree, start=1):
        where = f"{file}, entry {number}"
        if not isinstance(entry, dict) or not entry:
            raise InputError(f"{where}: is not a run with named parameters; {START}")
        runs.append({name: [_text(v, f"{where}, {name[:40]}")] for name, v in entry.items()})
    return runs


def _texts(value: object, where: str) -> list[str]:
    if not isinstance(value, list):
        return [_text(value, where)]
    if not value:
        raise InputError(f"{where}: holds no value; type one or leave the name out")
    return [_text(one, where) for one in value]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(
            f"{where}: holds a list or further fields where one value belongs; type text or a "
            "number (names of one list between commas)"
        )
    if len(value) > LONGEST:
        raise InputError(f"{where}: has {len(value):,} characters; type at most {LONGEST} of them")
    if visible(value) != value.strip():
        raise InputError(f"{where}: has characters that cannot be seen; leave them out")
    return value
