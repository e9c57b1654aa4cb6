"""One run of a batch: its parameters, the name of its folder, and what became of it."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from korus_helpers.figures.partners import find_partner

HEAD = ("partner", "base_year", "end_year")  # what the name of a folder begins with
LONGEST_NAME = 100  # characters

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


def named(runs: Sequence[Values]) -> tuple[Setting, ...]:
    """A setting for each run, its folder named after what tells it from the others."""
    others = dict.fromkeys(name for run in runs for name in run if name not in HEAD)
    varying = [
        name for name in others if len({repr(run.get(name, ("", None))[1]) for run in runs}) > 1
    ]
    stems = [_stem(run, varying) for run in runs]
    shared = {stem for stem, uses in Counter(stems).items() if uses > 1}
    made = []
    for stem, run in zip(stems, runs, strict=True):
        parameters = tuple((name, text) for name, (text, _) in run.items())
        if stem in shared:
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
