"""What a batch runs: from what is typed, and a file, to the parameters of each run."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from korus_helpers.runs.grid_partners import (
    LeftOut,
    Span,
    Wanted,
    choose,
    is_partner,
    typed_as,
    wanted,
)  # fmt: skip
from korus_helpers.runs.parameters import Parameter, assign
from korus_helpers.runs.setting import HEAD, Setting, Values, named

MOST_RUNS = 10_000
MOST_COMBINATIONS = 100_000  # of everything but partners; half of all pairs of years are left out
LONGEST = 500  # characters of a value in a file
START = "write a name and its values, such as base_year: [2011, 2012]"
RUNS = Kind("runs", START)

Declared = Mapping[str, Mapping[str, Parameter]]
Lists = dict[str, list[tuple[str, object]]]  # name → texts and values


@dataclass(frozen=True)
class Grid:
    """The runs of a batch, and in sentences what is not run and why."""

    settings: tuple[Setting, ...]
    left_out: tuple[str, ...]


def settings(
    partners: str | None,
    typed: Sequence[tuple[str, str]],
    grid_file: Path | None,
    declared: Declared,
) -> Grid:
    """The runs asked for by `--partners`, by `-p` and by a file of parameters.

    `partners` is "all" (countries with figures in both years), "top30" (the largest by two-way
    trade in the end year; any number) or names and codes between commas; `typed` holds pairs of
    name and text, `grid_file` is read by `read_grid`, `declared` is notebook → name →
    parameter. Runs are in the order of the file, then as its lists are, with partners in the order
    typed or of their codes; one asked for twice is run once. Raises InputError for names that no
    notebook declares, values that do not fit, a name given in two ways, partners typed without
    figures, nothing to run, and more than 10,000 runs.
    """
    assign(typed, declared)
    asked = wanted(partners) if partners is not None else None
    if asked:
        assign([("partner", "")], declared)  # refuses it where no notebook takes a partner
    left_out, runs = LeftOut(), {}
    for texts in read_grid(grid_file) if grid_file else [{}]:
        _refuse_twice(texts, typed, grid_file, partners)
        lists = _lists(texts | {name: [text] for name, text in typed}, declared)
        named_here = tuple(text for text, _ in lists.pop("partner", ()))
        mine = asked or (Wanted(named_here) if named_here else None)
        for values in _combinations(lists, left_out):
            for run in _with_partners(values, mine, left_out):
                runs.setdefault(tuple((name, repr(value)) for name, (_, value) in run.items()), run)
                if len(runs) > MOST_RUNS:
                    raise InputError(
                        f"This asks for more than {MOST_RUNS:,} runs, the most of one batch; "
                        "ask for fewer partners, years or values."
                    )
    sentences = left_out.sentences()
    if not runs:
        raise InputError(" ".join(("Nothing is left to run.", *sentences)))
    return Grid(named(list(runs.values())), sentences)


def _refuse_twice(
    texts: Mapping[str, object],
    typed: Sequence[tuple[str, str]],
    grid_file: Path | None,
    partners: str | None,
) -> None:
    ways = {name: "with -p" for name, _ in typed}
    if partners is not None:
        if "partner" in ways:
            raise InputError("The partner is given with --partners and with -p; give it once.")
        ways["partner"] = "with --partners"
    for name in texts:
        if name in ways:
            raise InputError(
                f"The parameter {name} is given {ways[name]} and in {grid_file.name}; give it once."
            )


def _lists(texts: Mapping[str, Sequence[str]], declared: Declared) -> Lists:
    """The values to combine: those given, else partner and years as the notebooks declare them."""
    return _defaults(declared) | {
        name: [(text, _value(name, text, declared)) for text in those]
        for name, those in texts.items()
    }


def _combinations(lists: Lists, left_out: LeftOut) -> Iterator[Values]:
    """Every combination of the values with the first year before the last."""
    if math.prod(map(len, lists.values())) > MOST_COMBINATIONS:
        raise InputError(
            f"These are more than {MOST_COMBINATIONS:,} combinations of values, and a batch is at "
            f"most {MOST_RUNS:,} runs; give fewer values."
        )
    order = [name for name in HEAD if name in lists]
    order += [name for name in lists if name not in order]
    for combination in itertools.product(*(lists[name] for name in order)):
        values = dict(zip(order, combination, strict=True))
        span = _span(values)
        if len(span.years) == 2 and span.base >= span.end:
            left_out.not_in_order.add(span.years)
        else:
            yield values


def _value(name: str, text: str, declared: Declared) -> object:
    """The value of the text for the first notebook that declares the name."""
    return next(found[name] for found in assign([(name, text)], declared).values() if name in found)


def _defaults(declared: Declared) -> Lists:
    """Partner and years as the notebooks declare them, where they agree, in a list of one each."""
    found = {}
    for name in HEAD:
        defaults = {repr(p[name].default): p[name].default for p in declared.values() if name in p}
        if len(defaults) == 1:
            value = next(iter(defaults.values()))
            if name != "partner" or is_partner(str(value)):
                found[name] = [(str(value), value)]
    return found


def _span(values: Values) -> Span:
    base, end = (
        value if isinstance(value, int) and not isinstance(value, bool) else None
        for _, value in (values.get(name, ("", None)) for name in HEAD[1:])
    )
    return Span(base, end, values.get("vintage", (Span.vintage,))[0])


def _with_partners(values: Values, asked: Wanted | None, left_out: LeftOut) -> Iterator[Values]:
    """The combination with each of its partners, by name or code."""
    if asked is None:
        yield values
        return
    span = _span(values)
    chosen = choose(asked, span)
    left_out.add(asked, span, chosen)
    for code in chosen.codes:
        yield {"partner": (typed_as(code, span), code)} | values


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
