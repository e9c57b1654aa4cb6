"""What a batch runs: from what is typed, and a file, to the parameters of each run."""

import hashlib
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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
from korus_helpers.figures.partners import countries, find_partner, partners
from korus_helpers.figures.releases import LATEST, releases, resolve
from korus_helpers.figures.tables import remembered
from korus_helpers.present.words import join_words
from korus_helpers.runs.plan import Declared, assign
from korus_helpers.trade.bases import WORLD
from korus_helpers.trade.comparison import comparison
from korus_helpers.trade.evaluate import evaluate, grid
from korus_helpers.trade.periods import Period

HEAD = ("partner", "base_year", "end_year")  # what the name of a folder begins with
LONGEST_NAME = 100  # characters, of a folder
MOST_RUNS = 10_000
LONGEST = 500  # characters of a value in a file
MOST_NAMED = 8  # of those that are left out
START = "write a name and its values, such as base_year: [2011, 2012]"
RUNS = Kind("runs", START)
TOP = re.compile(r"top[ -]?([0-9]{1,5})", re.IGNORECASE)

Values = dict[str, tuple[str, object]]
"""Name → text and value, of which the value tells runs from one another."""


@dataclass(frozen=True)
class Setting:
    """The parameters of one run of a batch.

    `name` is that of its folder, such as "mexico_2011-2016": partner, years, and whatever else
    varies within the batch, in ASCII; no other run of the batch has it, and it is the same each
    time. `parameters` are pairs of name and text as `korus run -p` takes them; partner and years
    are among them, typed or not, where the notebooks declare them.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ended:
    """What became of one run.

    `status` is "done" or "failed", `kept` says that an earlier call with the same inputs finished
    it. Each of `failures` is a notebook, the reason, and the file of the notebook as far as it
    came, relative to the folder of the run, "" if there is none; where the notebook is "" the whole
    run failed, and nothing of it is linked.
    """

    setting: Setting
    status: str
    seconds: float
    kept: bool = False
    failures: tuple[tuple[str, str, str], ...] = ()


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
    name and text, `grid_file` is read by `read_grid`. Runs are in the order of the file, then as
    its lists are, with partners in the order typed or of their codes; one asked for twice is run
    once. Raises InputError for names that no notebook declares, values that do not fit, a name
    given in two ways, partners typed without figures, nothing to run, and more than 10,000 runs.
    """
    assign(typed, declared)
    ways = {name: "with -p" for name, _ in typed}
    if partners is not None:
        assign([("partner", "")], declared)  # refuses it where no notebook takes a partner
        if "partner" in ways:
            raise InputError("The partner is given with --partners and with -p; give it once.")
        ways["partner"] = "with --partners"
        wanted = _wanted(partners)
    disordered, chosen, runs = set(), {}, {}
    for texts in read_grid(grid_file) if grid_file else [{}]:
        if twice := [name for name in texts if name in ways]:
            raise InputError(
                f"The parameter {twice[0]} is given {ways[twice[0]]} and in {grid_file.name};"
                " give it once."
            )
        lists = _defaults(declared) | {
            name: [(text, _value(name, text, declared)) for text in several]
            for name, several in (texts | {name: [text] for name, text in typed}).items()
        }
        named = tuple(text for text, _ in lists.pop("partner", ()))
        mine = named if partners is None else wanted
        for values in _combinations(lists):
            span = _span(values)
            if len(span.years) == 2 and span.base >= span.end:
                disordered.add(span.years)
                continue
            heads: list[Values] = [{}]
            if mine != ():
                codes, missing = choose(mine, span)
                if not isinstance(mine, tuple):
                    chosen[span] = codes, missing
                heads = [{"partner": (_typed_as(code, span), code)} for code in codes]
            for run in (head | values for head in heads):
                runs.setdefault(tuple((name, repr(value)) for name, (_, value) in run.items()), run)
                if len(runs) > MOST_RUNS:
                    raise InputError(
                        f"This asks for more than {MOST_RUNS:,} runs, the most of one batch; "
                        "ask for fewer partners, years or values."
                    )
    left_out = _left_out(disordered, chosen, wanted if partners is not None else None)
    if not runs:
        raise InputError(" ".join(("Nothing is left to run.", *left_out)))
    return Grid(_named(list(runs.values())), left_out)


def _combinations(lists: Mapping[str, Sequence[tuple[str, object]]]) -> Iterator[Values]:
    order = sorted(lists, key=lambda name: HEAD.index(name) if name in HEAD else len(HEAD))
    for combination in itertools.product(*(lists[name] for name in order)):
        yield dict(zip(order, combination, strict=True))


def _value(name: str, text: str, declared: Declared) -> object:
    """The value of the text for the first notebook that declares the name."""
    return next(found[name] for found in assign([(name, text)], declared).values() if name in found)


def _defaults(declared: Declared) -> dict[str, list[tuple[str, object]]]:
    """Partner and years as the first notebook with them declares them, in a list of one each."""
    found = {}
    for name in HEAD:
        value = next((p[name].default for p in declared.values() if name in p), None)
        if value is not None and (name != "partner" or is_partner(str(value))):
            found[name] = [(str(value), value)]
    return found


# ---- A file of parameters


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
    if not isinstance(tree, dict | list) or not tree:
        raise InputError(f"{file}: holds no parameters; {START}")
    runs = []
    for number, entry in enumerate([tree] if isinstance(tree, dict) else tree, start=1):
        where = file if isinstance(tree, dict) else f"{file}, entry {number}"
        if not isinstance(entry, dict) or not entry:
            raise InputError(f"{where}: is not a run with named parameters; {START}")
        run = {}
        for name, value in entry.items():
            several = value if isinstance(tree, dict) and isinstance(value, list) else [value]
            if not several:
                raise InputError(f"{where}, {name[:40]}: holds no value; type one")
            run[name] = [_text(one, f"{where}, {name[:40]}") for one in several]
        runs.append(run)
    return runs


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


# ---- Partners


class Span(NamedTuple):
    """The years of a run and the release asked for; None for a year that it does not take."""

    base: int | None
    end: int | None
    vintage: str = LATEST

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are known, the first one first."""
        return tuple(year for year in (self.base, self.end) if year is not None)

    @property
    def release(self) -> str:
        """The release used where all partners are compared."""
        months = [Period(12 * year, 12) for year in self.years]
        first = min((month.start for month in months), default=0)
        last = max((month.end for month in months), default=0)
        return resolve(self.vintage, {WORLD}, first, last, whole_years=True)


Wanted = tuple[str, ...] | float
"""Names of partners, or how many of the largest; infinite for all."""


def _span(values: Values) -> Span:
    years = (values.get(name, ("", None))[1] for name in HEAD[1:])
    base, end = (year if type(year) is int else None for year in years)
    return Span(base, end, values.get("vintage", (LATEST,))[0])


def _wanted(text: str) -> Wanted:
    """What the text asks for: "all", "top30" or names between commas; raises `InputError`."""
    text = text.strip()
    if text.casefold() == "all":
        return math.inf
    if found := TOP.fullmatch(text):
        if not int(found[1]):
            raise InputError(f"partners {text}: nothing would be run; type top1 or more")
        return int(found[1])
    return split_names(text)


def split_names(text: str) -> tuple[str, ...]:
    """The names between commas, where a name may hold a comma: "Korea, South, MEX" are two.

    Of two readings the one with more names is meant ("PE, RU" is not Peru). Raises `InputError`.
    """
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if not pieces:
        raise InputError("partners: no name is given; type all, top30 or names such as KOR,MEX")
    readings = {len(pieces): ()}  # where a name may begin → the names from there on
    for start in reversed(range(len(pieces))):
        for end in range(start + 1, min(start + 4, len(pieces)) + 1):
            name = ", ".join(pieces[start:end])
            more = end in readings and len(readings[end]) >= len(readings.get(start, ()))
            if more and is_partner(name):
                readings[start] = (name, *readings[end])
    if 0 not in readings:
        unread = max(start for start in range(len(pieces)) if start not in readings)
        find_partner(pieces[unread])  # raises, with the nearest names
        raise InputError(f"partners {text}: these are not names between commas")
    return readings[0]


@remembered
def is_partner(name: str) -> bool:
    """Whether this names one partner."""
    try:
        find_partner(name)
    except InputError:
        return False
    return True


@remembered
def choose(wanted: Wanted, span: Span) -> tuple[list[str], list[str]]:
    """The codes to run over a span, and those that have no figures in all of its years.

    Names in the order typed, each with figures in both years or refused with the sentence of the
    notebooks; all in the order of their codes; the largest by trade in both directions in the end
    year, largest first. Raises `InputError`.
    """
    if isinstance(wanted, tuple):
        codes = list(dict.fromkeys(find_partner(name, span.years).code for name in wanted))
    else:
        codes = countries() if wanted == math.inf else _largest(span)[: int(wanted)]
    known = codes
    if span.years:
        way = {"as_": "change", "base": span.years[0]} if len(span.years) == 2 else {}
        asked = grid(partner=codes, end=span.years[-1], vintage=span.release, **way)
        found = evaluate("deficit", asked)
        known = list(found.dropna(subset="value").partner.astype(str))
        if not known and not isinstance(wanted, tuple):
            years = " and ".join(map(str, span.years))
            raise InputError(
                f"no partner has figures in {years}: {found.reason.iloc[0]};"
                " type other years or another vintage"
            )
    missing = [code for code in codes if code not in set(known)]
    # Refused as the notebooks would: a past day, and partners typed that have no figures in the
    # release of all (that of one partner may hold them).
    refused = missing if isinstance(wanted, tuple) else []
    if len(span.years) == 2:
        for code in refused + ([] if span.release in releases() else codes[:1]):
            comparison(code, span.base, span.end, span.vintage)
    return (codes, []) if isinstance(wanted, tuple) else (known, missing)


def _largest(span: Span) -> list[str]:
    """Codes of all countries with figures in the end year, by two-way trade, largest first."""
    if span.end is None:
        raise InputError(
            "top partners have the largest trade of end_year, which the chosen notebooks do not "
            "take; type all or names between commas"
        )
    rows = grid(partner=countries(), end=span.end, vintage=span.release)
    found = evaluate("two-way", rows).dropna(subset="value")
    return list(found.sort_values("value", ascending=False, kind="stable").partner.astype(str))


def _typed_as(code: str, span: Span) -> str:
    """What to type for a partner: its Census name, or its code where the name means another."""
    found = find_partner(code)
    readings = (find_partner(found.name), find_partner(found.name, span.years))
    return found.name if all(one == found for one in readings) else code


# ---- In words


def _left_out(
    disordered: set[tuple[int, ...]],
    chosen: Mapping[Span, tuple[list[str], list[str]]],
    wanted: Wanted | None,
) -> tuple[str, ...]:
    """What is not run and why, and who the largest partners are."""
    sentences = []
    if count := len(disordered):
        pairs, are = ("pair of years", "is") if count == 1 else ("pairs of years", "are")
        sentences.append(
            f"{count:,} {pairs} whose first year is not before the last {are} not run."
        )
    if chosen and wanted != math.inf:
        found = max(len(codes) + len(missing) for codes, missing in chosen.values())
        held = f" (of {wanted:,} asked for)" if found < wanted else ""
        sentences.append(
            f"Only the top {found}{held} are run: the countries with the largest two-way trade with"
            f" the United States in {_shortened({str(span.end) for span in chosen})}"
            f" (exports and imports, vintage {_shortened({span.release for span in chosen})})."
        )
    spans = [span for span, (_, missing) in chosen.items() if missing]
    if spans:
        codes = list(dict.fromkeys(code for span in spans for code in chosen[span][1]))
        names = partners().set_index("partner_code").common_name
        are = "is" if len(codes) == 1 else "are"
        years, where = " and ".join(map(str, spans[0].years)), ""
        if len(spans) > 1:
            times = sum(len(chosen[span][1]) for span in spans)
            years, where = "some of the years", f" for those, {times:,} times in all"
        sentences.append(
            f"{len(codes)} partner{'s' * (len(codes) > 1)} without figures in {years} (vintage"
            f" {_shortened({span.release for span in spans})}) {are} not run{where}:"
            f" {_shortened(names[code] for code in codes)}."
        )
    return tuple(sentences)


def _shortened(names) -> str:
    """All of a few names, or the first with the number of the others; those of a set sorted."""
    names = sorted(names) if isinstance(names, set) else list(names)
    if len(names) <= MOST_NAMED:
        return join_words(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"


def _named(runs: Sequence[Values]) -> tuple[Setting, ...]:
    """A setting for each run, its folder named after what tells it from the others."""
    others = dict.fromkeys(name for run in runs for name in run if name not in HEAD)
    varying = [
        name for name in others if len({repr(run.get(name, ("", None))[1]) for run in runs}) > 1
    ]
    stems = [_stem(run, varying) for run in runs]
    uses, made = Counter(stems), []
    for stem, run in zip(stems, runs, strict=True):
        parameters = tuple((name, text) for name, (text, _) in run.items())
        if uses[stem] > 1:
            stem += f"_{hashlib.sha256(repr(parameters).encode()).hexdigest()[:8]}"
        made.append(Setting(stem, parameters))
    return tuple(made)


def _stem(run: Values, varying: Sequence[str]) -> str:
    parts = []
    if "partner" in run:
        text, code = run["partner"]
        # A code stands where the name means another: "sudan-7320".
        parts.append(slug(f"{find_partner(code).name} {code}" if text == code else text))
    parts.append("-".join(slug(run[name][0]) for name in HEAD[1:] if name in run))
    parts += [f"{slug(name)}-{slug(run[name][0]) or 'none'}" for name in varying if name in run]
    return "_".join(filter(None, parts))[:LONGEST_NAME].strip("-_") or "run"


def slug(text: str) -> str:
    """At most 40 letters a to z, digits and hyphens: "Côte d'Ivoire" → "cote-d-ivoire"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
