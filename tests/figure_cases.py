"""The cases of `figure_cases.yaml`: what figures and definitions say."""

from pathlib import Path

import pytest
import yaml

CASES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))


def cases(section: str):
    """A test for each case of a section: its choices, and the text expected."""
    found = [(dict(case), case["says"]) for case in CASES[section]]
    for case, _ in found:
        del case["says"]
    return pytest.mark.parametrize(("choices", "expected"), found)


def says(text: str, expected: str) -> bool:
    """Whether a text is the one expected; "…" stands for what comes before or after."""
    if expected.startswith("… "):
        return expected[2:] in text
    if expected.endswith(" …"):
        return text.startswith(expected[:-2])
    return text == expected
