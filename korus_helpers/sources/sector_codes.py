"""What a sector of the Census API can be: classifications, codes, and the questions about them."""

from dataclasses import dataclass

from korus_helpers.errors import InputError
from korus_helpers.sources.sector_files import ALL, CLASSIFICATIONS, LEVELS

FIRST_YEAR = 2010  # of the API
CODES = {
    "hs": ("E_COMMODITY", "I_COMMODITY"),
    "naics": ("NAICS", "NAICS"),
    "enduse": ("E_ENDUSE", "I_ENDUSE"),
}
CHAPTERS = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)  # 77 is kept free
TOTAL = "total"


@dataclass(frozen=True)
class Part:
    """One kind of question: data set, variables with the column each fills, further predicates."""

    flow: str
    columns: dict[str, str]
    more: tuple[tuple[str, str], ...] = ()


def parts(classification: str) -> tuple[Part, ...]:
    """Total and domestic exports, and imports on both bases with the duty where it is given."""
    imports = {"GEN_VAL_MO": "general_imports_usd", "CON_VAL_MO": "consumption_imports_usd"}
    if classification != "enduse":
        imports["CAL_DUT_MO"] = "duty_usd"
    return (
        Part("exports", {"ALL_VAL_MO": "exports_usd"}),
        Part("exports", {"ALL_VAL_MO": "domestic_exports_usd"}, (("DF", "1"),)),
        Part("imports", imports),
    )


def check_codes(classification: str, text: str) -> tuple[str, ...]:
    """The codes in "8703,8708", sorted, or "all" HS chapters; raises `InputError` for no sector."""
    if classification not in CLASSIFICATIONS:
        raise InputError(
            f'"{classification[:40]}" is not a classification; type one of '
            f"{', '.join(CLASSIFICATIONS)}"
        )
    if classification == "hs" and text.strip() == ALL:
        return (ALL,)
    codes = sorted({code.strip() for code in text.replace("+", ",").split(",") if code.strip()})
    prefix, lengths = LEVELS[classification]
    if not codes or not all(code.isascii() and code.isdigit() for code in codes):
        raise InputError(f'"{text[:40]}" is not a list of codes; type for example 8703,8708')
    for code in codes:
        if len(code) not in lengths:
            words = ", ".join(map(str, lengths))
            why = (" (codes of ten digits differ between imports and exports)"
                   if classification == "hs" and len(code) > 6 else "")  # fmt: skip
            raise InputError(f"code {code[:20]}: {prefix} codes have {words} digits{why}")
    for code in codes:
        inside = [one for one in codes if one != code and one.startswith(code)]
        if inside:
            raise InputError(f"code {inside[0]} lies within {code}: it would be counted twice")
    return tuple(codes)


def questions(first: tuple[int, int], last: tuple[int, int], classification: str, codes) -> int:
    """How many questions a fetch begins with, for a progress bar."""
    levels = 2 if codes == (ALL,) else len({len(code) for code in codes})
    return len(parts(classification)) * levels * (last[0] - first[0] + 1)
