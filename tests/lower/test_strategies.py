"""What a job's strategy says beside its matrix, and strategies that one expression gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests import conversion

WORKFLOW = """
name: w
on: push
jobs:
  first: {runs-on: ubuntu-latest, outputs: {all: '${{ steps.a.outputs.all }}'}, steps: [{id: a, run: make}]}
  job:
    needs: first
    runs-on: ubuntu-latest
    strategy: WHOLE
    steps: [{run: 'echo ${{ matrix.v }}'}]
"""

WHOLE = [
    # what the expression is of, the names of its Tasks, and whether a leg that fails ends the others
    ('{"matrix": {"v": [1, 2]}}', ["job-1", "job-2"], "true"),
    ('{"matrix": {"v": [1, 2]}, "fail-fast": true}', ["job-1", "job-2"], "true"),
    ('{"matrix": {"v": [1, 2]}, "fail-fast": false, "max-parallel": 1}', ["job-1", "job-2"], "false"),
    (
        '{"matrix": {"v": [1], "include": [{"v": 2}, {"v": 3}]}, "fail-fast": false}',
        ["job-1", "job-2", "job-3"],
        "false",
    ),
    ("", ["job-legs", "job"], "${{ toJSON(fromJSON(needs.first.outputs.all).fail-fast) != 'false' }}"),
]


@pytest.mark.parametrize(("text", "tasks", "ends"), WHOLE)
def test_one_expression_gives_the_strategy(text: str, tasks: list[str], ends: str) -> None:
    whole = f"${{{{ fromJSON('{text}') }}}}" if text else "${{ fromJSON(needs.first.outputs.all) }}"
    done = conversion.convert(WORKFLOW.replace("WHOLE", json.dumps(whole)))
    (pipeline,) = done.bundle.files["pipeline.yaml"]
    assert [task["name"] for task in pipeline["spec"]["tasks"]] == ["first", *tasks]
    (task,) = done.bundle.files["tasks/w-job.yaml"]
    env = {item["name"]: item["value"] for item in task["spec"]["steps"][0]["env"] if "value" in item}
    assert env["GHA_FAIL_FAST"] == ends
    (row,) = (row for row in done.journal.outcomes() if row.path == "jobs.job.strategy")
    assert (row.fate, row.reason) == ("adapted", "max-parallel is not read of it: all legs run at once")


def test_a_strategy_without_a_matrix_is_refused_and_told() -> None:
    done = conversion.convert(WORKFLOW.replace("WHOLE", json.dumps("${{ fromJSON('{\"max-parallel\": 1}') }}")))
    (row,) = (row for row in done.journal.outcomes() if row.path == "jobs.job.strategy")
    assert (row.fate, row.reason) == ("manual", "the matrix cannot be expanded: the matrix is not a mapping")


@pytest.mark.parametrize("ends", ["true", "false"])
def test_a_call_says_whether_legs_end_each_other(ends: str, tmp_path: Path) -> None:
    called = tmp_path / ".github/workflows/called.yml"
    called.parent.mkdir(parents=True)
    called.write_text("""
on: {workflow_call: {inputs: {ends: {type: boolean}}}}
jobs:
  job:
    runs-on: ubuntu-latest
    strategy: {fail-fast: '${{ inputs.ends }}', matrix: {v: [1, 2]}}
    steps: [{run: 'echo ${{ matrix.v }} ${{ strategy.fail-fast }}'}]
""")
    call = f"name: w\non: push\njobs:\n  call: {{uses: ./.github/workflows/called.yml, with: {{ends: {ends}}}}}\n"
    done = conversion.convert(call, tmp_path)
    (task,) = done.bundle.files["tasks/w-call-job.yaml"]
    assert f"echo ${{GHA_MATRIX_V}} {ends}\n" in task["spec"]["steps"][0]["script"]
    (row,) = (row for row in done.journal.outcomes() if row.path.endswith("strategy.fail-fast"))
    assert "no leg ends another" in row.reason if ends == "false" else "a failed leg keeps" in row.reason
