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


def with_images(machine: Machine, directory: Path, matrix: str, places: int) -> tuple[int, list[tuple[str, str]]]:
    files = [(directory / f"legs-{place}", directory / f"image-{place}") for place in range(places)]
    told = {
        "GHA_MATRIX": matrix,
        "GHA_IMAGE": "tools:${{ matrix.a }}",
        "GHA_STATE": str(directory),
        "GHA_NEEDS": str(directory),
    }
    words = [str(file) for pair in files for file in pair]
    ended = machine.call("matrix", str(directory / "numbers"), str(directory / "any"), *words, **told)
    return ended.code, [(legs.read_text(), image.read_text()) for legs, image in files]


@pytest.mark.slow
def test_legs_of_one_image_go_together(machine: Machine, directory: Path) -> None:
    found = with_images(machine, directory, '{"a": ["1", "2"], "b": [1, 2]}', 3)
    assert found == (0, [('["0","1"]', "tools:1"), ('["2","3"]', "tools:2"), ("[]", "")])


FAULTY = [('{"a": ["1", "2", "3"]}', "more images than places"), ('{"a": ["1", "x y"]}', "no name of an image")]


@pytest.mark.parametrize("matrix", [matrix for matrix, _ in FAULTY], ids=[why for _, why in FAULTY])
@pytest.mark.slow
def test_images_that_cannot_be_start_no_leg(machine: Machine, directory: Path, matrix: str) -> None:
    assert with_images(machine, directory, matrix, 2) == (1, [("[]", "")] * 2)
    assert ((directory / "numbers").read_text(), (directory / "any").read_text()) == ("[]", "false")
    assert (directory / "result").read_text() == "failure"
