"""What a batch runs: from what is typed to the parameters of each run."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from korus_helpers.errors import InputError
from korus_helpers.runs.grid_file import read_grid
from korus_helpers.runs.grid_partners import (
    Span,
    Wanted,
    choose,
    is_partner,
    typed_as,
    wanted,
)  # fmt: skip
from korus_helpers.runs.left_out import LeftOut
from korus_helpers.runs.parameters import Parameter, assign
from korus_helpers.runs.setting import HEAD, Setting, Values, named

MOST_RUNS = 10_000
MOST_COMBINATIONS = 100_000  # of everything but partners; half of all pairs of years are left out

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
    name and text, `grid_file` is read by `grid_file.read_grid`, `declared` is notebook → name →
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
