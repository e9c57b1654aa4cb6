"""The rates of April 2025: both lists by a plain loop, and what the notebook says of them."""

import json
import math
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from pathlib import Path

from korus_helpers import Definition, evaluate, open_table

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "07_reciprocal_rates.ipynb"


def imbalance(code: str) -> Decimal:
    """Deficit over imports of 2024 in percent, from the figures known in April 2025."""
    deficit, imports = (
        Decimal(str(evaluate(measure, Definition(code, end="2024", vintage="2025-04")).value))
        for measure in ("deficit", "imports")
    )
    return 100 * deficit / imports


def whole(number: Decimal, way: str) -> int:
    return int(number.quantize(Decimal(1), way))


def test_each_list_follows_from_one_order_of_rounding_but_for_the_partners_named():
    board, annex, both = {}, {}, open_table("reciprocal_rates").to_dict("records")
    for row in both:
        exact, name = imbalance(row["partner_code"]), row["partner"]
        board[name] = max(10, math.ceil(whole(exact, ROUND_HALF_UP) / 2))
        annex[name] = max(10, whole(exact / 2, ROUND_CEILING))
    of_board = {row["partner"]: row["rate_percent"] for row in both}
    of_annex = {row["partner"]: row["rate_percent_other_list"] for row in both}
    of_annex = {name: rate for name, rate in of_annex.items() if not math.isnan(rate)}
    assert (len(of_board), len(of_annex)) == (54, 53)
    assert {name for name in of_board if of_board[name] != board[name]} == {"Japan", "Vietnam"}
    assert {name for name in of_annex if of_annex[name] != annex[name]} == {"Switzerland"}
    assert (board["Japan"], board["Vietnam"], annex["Switzerland"]) == (23, 45, 31)
    # What the other orders would give is far from either list.
    assert sum(of_board[name] == annex[name] for name in of_board) == 39
    assert sum(of_annex[name] == board[name] for name in of_annex) == 36


def test_the_notebook_says_so():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    said = " ".join(
        "".join(output.get("data", {}).get("text/plain", ""))
        for cell in cells
        for output in cell.get("outputs", ())
    )
    assert "The board: “round, halve, round up” gives 52 of 54 rates" in said
    assert "The annex: “halve, round up” gives 52 of 53 rates" in said
    assert "Not given: Switzerland (printed 32, calculated 31)." in said
    for words in ("Japan (printed 24, calculated 23)", "Vietnam (printed 46, calculated 45)"):
        assert words in said
