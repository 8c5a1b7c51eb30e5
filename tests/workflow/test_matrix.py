"""Legs of a matrix: their order, their values and their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.workflow.reading import JOB, read, workflow

from gha2tekton.workflow.matrix import Leg, MatrixError, job_name, legs
from gha2tekton.workflow.model import Value

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "matrices.jsonl").read_text().splitlines()
]


def raw(value: Value) -> Any:
    if value.literal is None:
        raise MatrixError(f"{value.text} is computed")
    return value.raw


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["matrix"])[:60])
def test_legs(case: dict[str, Any]) -> None:
    found, _ = read(JOB + f"    strategy: {json.dumps({'matrix': case['matrix']})}\n")
    if case["legs"] is None:
        if found is not None:
            with pytest.raises(MatrixError):
                legs(found.jobs[0].strategy, raw)
        return
    assert found is not None
    all_legs = legs(found.jobs[0].strategy, raw)
    assert [[job_name("job", leg), dict(leg.values)] for leg in all_legs] == case["legs"]
    assert [(leg.index, leg.total) for leg in all_legs] == [(at, len(all_legs)) for at in range(len(all_legs))]


def test_no_matrix_is_one_leg() -> None:
    assert legs(workflow(JOB).jobs[0].strategy, raw) == (Leg(),)


@pytest.mark.parametrize(
    "matrix",
    [
        "${{ fromJSON(inputs.m) }}",
        '{x: "${{ fromJSON(inputs.x) }}"}',
        '{x: [1], include: "${{ fromJSON(inputs.x) }}"}',
    ],
)
def test_what_only_the_run_knows_is_said(matrix: str) -> None:
    (job,) = workflow(JOB + f"    strategy: {{matrix: {matrix if matrix[0] == '{' else json.dumps(matrix)}}}\n").jobs
    with pytest.raises(MatrixError, match="computed"):
        legs(job.strategy, raw)


def test_computed_vectors_and_entries_are_used_as_they_come() -> None:
    text = '{x: "${{ fromJSON(inputs.x) }}", include: ["${{ fromJSON(inputs.y) }}"]}'
    (job,) = workflow(JOB + f"    strategy: {{matrix: {text}}}\n").jobs
    values = {"x": [1.0, {"n": "a"}], "y": {"x": 1.0, "z": True}}
    found = legs(job.strategy, lambda value: values[value.text[-5]] if value.literal is None else value.raw)
    assert [(leg.name, dict(leg.values)) for leg in found] == [("1", {"x": 1.0, "z": True}), ("a", {"x": {"n": "a"}})]


def test_limits() -> None:
    vector = json.dumps(list(range(17)))
    (job,) = workflow(JOB + f"    strategy: {{matrix: {{a: {vector}, b: {vector}}}}}\n").jobs
    with pytest.raises(MatrixError, match="289 legs"):
        legs(job.strategy, raw)
    many = json.dumps({name: list(range(40)) for name in "abcdefgh"})
    (job,) = workflow(JOB + f"    strategy: {{matrix: {many}}}\n").jobs
    with pytest.raises(MatrixError, match="combinations"):
        legs(job.strategy, raw)
    name = job_name("job", Leg({}, "x" * 200))
    assert len(name) == 100
    assert name.endswith("x...")
