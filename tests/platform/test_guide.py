"""Each snippet of the guide that was looked at is answered on the page, and our output does it right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.platform.guide_rows import ROWS, Output

PAGE = Path(__file__).parents[2] / "docs" / "platform.md"


@pytest.fixture(scope="module")
def output() -> Output:
    found = Output()
    assert (len(found.tasks), len(found.kind("Trigger")), len(found.kind("PersistentVolumeClaim"))) == (5, 2, 2)
    return found


def test_every_snippet_of_the_guide_is_answered() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = [int(n) for row in rows for found in re.findall(r"\((\d+(?:, \d+)*)\)", row) for n in found.split(", ")]
    assert sorted(named) == list(range(1, 61)) == sorted(ROWS)


@pytest.mark.parametrize("number", sorted(ROWS))
def test_the_output_does_it_right(output: Output, number: int) -> None:
    assert ROWS[number](output)
