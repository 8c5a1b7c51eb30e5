"""A matrix that only the run knows has the legs that GitHub makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.machine import Machine

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parents[1] / "workflow" / "matrices.jsonl").read_text().splitlines()
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["matrix"])[:60])
def test_legs_are_githubs(machine: Machine, directory: Path, case: dict[str, Any]) -> None:
    state, result, any_ = directory / "state", directory / "legs", directory / "any"
    matrix = "${{ toJSON(fromJSON(env.TOLD)) }}"
    told = {"GHA_MATRIX": matrix, "TOLD": json.dumps(case["matrix"]), "GHA_STATE": str(state), "GHA_NEEDS": str(state)}
    ended = machine.call("matrix", str(result), str(any_), **told)
    if case["legs"] is None:
        assert (ended.code, json.loads(result.read_text()), any_.read_text()) == (1, [], "false")
        assert (state / "result").read_text() == "failure"
        return
    assert ended.code == 0, ended
    numbers = json.loads(result.read_text())
    assert numbers == [str(index) for index in range(len(case["legs"]))]
    found = [json.loads((state / "legs" / number).read_text()) for number in numbers]
    assert found == [values for _, values in case["legs"]]
    assert any_.read_text() == ("true" if numbers else "false")


def test_a_job_that_is_skipped_has_no_legs(machine: Machine, directory: Path) -> None:
    told = {"GHA_MATRIX": '{"a": [1]}', "GHA_IF": "1 > 2", "GHA_STATE": str(directory), "GHA_NEEDS": str(directory)}
    machine.call("matrix", str(directory / "numbers"), str(directory / "any"), **told)
    assert (directory / "result").read_text() == "skipped"
    assert (directory / "any").read_text() == "false"
