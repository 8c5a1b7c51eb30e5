"""Each snippet of the guide that was looked at is answered on the page."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "platform.md"


def test_every_snippet_of_the_guide_is_answered() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = [int(n) for row in rows for found in re.findall(r"\((\d+(?:, \d+)*)\)", row) for n in found.split(", ")]
    assert sorted(named) == list(range(1, 61))
