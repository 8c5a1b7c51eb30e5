"""What GitHub refuses: the same lines, and its own words where ``says`` holds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.workflow.reading import JOB, line, places, read

CASES: list[dict[str, Any]] = [
    json.loads(text) for text in (Path(__file__).parent / "refused.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_findings(case: dict[str, Any]) -> None:
    workflow, journal = read(case["yaml"])
    assert places(journal, "error") == [tuple(place) for place in case["found"]]
    assert places(journal, "warning") == [tuple(place) for place in case["warned"]]
    assert (workflow is None) == bool(case["found"])
    for number, words in case["says"]:
        assert any(line(one) == number and words in one.message for one in journal.diagnostics), words


def test_findings_come_in_the_order_of_the_text_and_ten_at_most() -> None:
    steps = "".join(f"      - run: ${{{{ nope{number}.x }}}}\n" for number in range(12))
    text = f"{JOB}    steps:\n{steps}zzz: 1\n"
    _, journal = read(text)
    assert [place[0] for place in places(journal, "error")] == list(range(6, 16))


def test_a_finding_points_at_its_expression() -> None:
    script = "          one\n          echo ${{ github.ref }} ${{ nope.x }}\n"
    _, journal = read(f"{JOB}    steps:\n      - run: |\n{script}")
    (finding,) = journal.diagnostics
    assert finding.span is not None
    assert (finding.span.line, finding.span.column, finding.span.text) == (8, 34, "${{ nope.x }}")


def test_a_close_word_is_offered() -> None:
    _, journal = read(JOB + "    timeout-minute: 5\n")
    assert "did you mean 'timeout-minutes'?" in " ".join(one.message for one in journal.diagnostics)
