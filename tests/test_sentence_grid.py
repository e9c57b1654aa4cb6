"""What notebooks 00, 01, 02 and 04 say of partners of every kind over several pairs of years.

The test takes a sample. `python tests/test_sentence_grid.py FILE` runs all partners by all pairs
of years in one process, and writes to FILE what each notebook said and what is wrong with it.
"""

import json
import re
import sys
from pathlib import Path

import pytest

from korus_helpers import all_goods, evaluate, grid
from korus_helpers.errors import InputError
from korus_helpers.figures.partners import Partner, countries, find_partner

FOLDER = Path(__file__).parents[1] / "notebooks"
PARTNERS = (
    *("South Korea", "China", "Mexico", "Canada", "Vietnam", "Japan", "Germany", "Ireland"),
    *("Netherlands", "Brazil", "Hong Kong", "Australia", "Belgium", "United Kingdom", "Singapore"),
    *("India", "Taiwan", "Switzerland", "Russia", "Saudi Arabia", "Venezuela", "Iraq", "Egypt"),
    *("Panama", "North Korea", "Cuba", "Iceland", "Niue", "Vatican City", "Tuvalu", "Tokelau"),
    *("European Union", "OPEC", "World", "Czechoslovakia", "Yugoslavia"),
    *("Serbia and Montenegro", "South Sudan", "Kosovo", "Slovenia"),
)
YEARS = (1985, 1990), (1994, 2023), (2000, 2010), (2011, 2016), (2017, 2018), (2022, 2025)
SAMPLE = (
    *(("Netherlands", 2011, 2016), ("Vietnam", 1994, 2023), ("Niue", 2000, 2010)),
    *(("European Union", 2017, 2018), ("Cuba", 2022, 2025), ("Brazil", 1985, 1990)),
)
POOR = {
    "says zero": r"(?<![\d.,])[+−-]?0\.0+(?!\d)|\bnan\b|\binf\b",
    "word": r"shrank to|grew to|\bships?\b|\d count\b|hangs? on",
    "says nothing": r"−100\.00 to|(?<![\d,.])(\d[\d.,]*\d) to \1(?![\d,.])",
    "percent": r"\d,\d{3}\.\d+ ?(percent|%)",
}
LONGEST = 60  # words of a sentence
NOTHING = re.compile(r"(No|None|Nothing|There is no|The claim has no) ")
Said = list[tuple[str, str]]


def executed(number: str, parameters: dict[str, object]) -> Said:
    """Kind and words of what a notebook shows: headings, prose, sentences, tables, figures."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    [path] = FOLDER.glob(f"{number}_*.ipynb")
    room, said = {}, []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            said += [("heading", line) for line in source.splitlines() if line.startswith("#")]
            continue
        with capture_output() as caught:
            exec(compile(source, path.stem, "exec"), room)
        if "parameters" in cell["metadata"].get("tags", ()):
            room |= {name: value for name, value in parameters.items() if name in room}
        for output in caught.outputs:
            kind = output.metadata.get("korus", {}).get("kind", "text")
            words = output.data["text/plain"]
            is_heading = output.data.get("text/markdown", "").startswith("##")
            said.append(("heading" if is_heading else kind, words))
    return said


def problems(said: Said, partner: Partner, base: int, end: int) -> list[str]:
    """What no reader should meet in it."""
    found, section = [], []
    for kind, text in [*said, ("heading", "")]:
        for about, pattern in POOR.items():
            where = re.search(pattern, text)
            # A table may hold what is exactly zero.
            zero = where and kind == "table" and re.fullmatch(r"0\.0+", where[0])
            if where and not zero and "checksum" not in text:
                found.append(f"{about}: {text[max(0, where.start() - 60) : where.end() + 40]}")
        if kind == "sentence":
            for one in re.split(r"(?<=[.!?]) (?=[A-Z“])", text):
                found += [f"long: {one}"] * (len(one.split()) > LONGEST)
        if kind == "heading":
            if section and all(k == "sentence" and NOTHING.match(t) for k, t in section):
                found.append(f"empty section: {section}")
            section = []
        else:
            section.append((kind, text))
    return found + [f"sign or rank: {one}" for one in _misjudged(said, partner, base, end)]


def _misjudged(said: Said, partner: Partner, base: int, end: int) -> list[str]:
    """Sentences with a deficit that is a surplus, a rank of another order, too large a unit."""
    asked = grid(partner=[partner.code], end=[base, end])
    exports, imports = (evaluate(flow, asked).value for flow in ("exports", "imports"))
    found = imports - exports
    every = all_goods("latest", groups=True).assign(deficit=lambda x: x.imports - x.exports)
    mine = every[every.code == partner.code]
    tiny = bool(mine[["exports", "imports"]].max(axis=None) < 900)
    every = every[every.code.isin(countries())]
    table = every.pivot(index="code", columns="year", values="deficit")
    wrong = []
    for kind, text in said:
        if kind != "sentence":
            continue
        for side in re.findall(r"the US goods (deficit|surplus) with", text):
            wrong += [text] * bool((side == "deficit") != (found[0] > 0))
        wrong += [text] * (tiny and " billion" in text and "World" not in text)
        rank = re.search(r"was number (\d+) of the (\d+) .* a (deficit|surplus)", text)
        moved = re.search(r"toward a (deficit|surplus): .* number (\d+) of the (\d+)", text)
        if not rank and not moved:
            continue
        values = table[end] if rank else (table[end] - table[base])
        side = rank[3] if rank else moved[1]
        values = (values if side == "deficit" else -values).dropna()
        place = (values > values[partner.code]).sum() + 1, (values > 0).sum()
        told = rank.groups()[:2] if rank else moved.groups()[1:]
        wrong += [text] * (tuple(map(int, told)) != place)
    return wrong


def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts keep their titles and figures, and are not drawn."""
    from matplotlib.figure import Figure

    from korus_helpers.present import charts, figure, timelines

    monkeypatch.setattr(figure, "png", lambda fig: b"")
    for module, drawn in ((timelines, "lines"), (charts, "pairs")):
        monkeypatch.setattr(module, "chart", lambda *words: (Figure(), None))
        monkeypatch.setattr(module, drawn, lambda *args, **more: None)
    monkeypatch.setattr(charts, "ranges", lambda *args, **more: Figure())


def test_sentences_hold_for_partners_of_every_kind(monkeypatch):
    undrawn(monkeypatch)
    for name, base, end in SAMPLE:
        for number in ("00", "01", "02", "04")[name != "Netherlands" :]:
            said = executed(number, {"partner": name, "base_year": base, "end_year": end})
            assert not problems(said, find_partner(name, (base, end)), base, end), (name, number)


def main(out: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, out.open("w", encoding="utf-8") as file:
        undrawn(patch)
        for partner in PARTNERS:
            for base, end in YEARS:
                for number in ("00", "01", "02", "04")[(base, end) != (2011, 2016) :]:
                    print(f"##### {partner} {base} {end} {number}", file=file)
                    asked = {"partner": partner, "base_year": base, "end_year": end}
                    try:
                        said = executed(number, asked)
                        poor = problems(said, find_partner(partner, (base, end)), base, end)
                    except InputError as error:
                        said, poor = [("refused", str(error))], []
                    except Exception as error:
                        said, poor = [], [f"crash: {error!r}"]
                    for kind, text in [*said, *(("POOR", one) for one in poor)]:
                        print(f"[{kind}] {text}", file=file, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
