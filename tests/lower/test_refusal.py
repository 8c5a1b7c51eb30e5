"""Jobs that no Task can do are refused with the reason; the others are converted."""

from __future__ import annotations

import pytest
from tests.conversion import convert

HEAD = "on: {workflow_dispatch: {inputs: {a_b: {default: x}, a-b: {default: x}, c: {default: x}}}}\njobs:\n"
READS = "  {id}:\n    runs-on: ubuntu-latest\n{more}    steps: [{{run: 'echo \"{text}\"'}}]\n"
MATRIX = "    strategy: {matrix: {p_q: [1, 2], p-q: [3, 4]}}\n"

CLASHES = {
    "inputs of two jobs": ([("one", "${{ inputs.a_b }}", ""), ("two", "${{ inputs.a-b }}", "")], {"one", "two"}),
    "one of them is never read": ([("one", "${{ inputs.a-b }}${{ inputs.A-B }}", ""), ("two", "${{ inputs.c }}", "")], set()),
    "only in one job": ([("one", "${{ inputs.a_b }}${{ inputs.a-b }}", ""), ("two", "${{ inputs.c }}", "")], {"one"}),
    "the event": ([("one", "${{ github.event.client_payload.a-b || github.event.client_payload.a.b }}", "")], {"one"}),
    "legs": ([("one", "${{ matrix.p_q }}${{ matrix.p-q }}", MATRIX)], {"one"}),
    "legs of two jobs": ([("one", "${{ matrix.p_q }}", MATRIX), ("two", "${{ matrix.p-q }}", MATRIX)], set()),
}  # fmt: skip


@pytest.mark.parametrize(("jobs", "refused"), CLASHES.values(), ids=list(CLASHES))
def test_values_that_are_one_name_on_tekton(jobs: list[tuple[str, str, str]], refused: set[str]) -> None:
    made = convert(HEAD + "".join(READS.format(id=id, text=text, more=more) for id, text, more in jobs))
    said = [row.path.split(".")[1] for row in made.journal.outcomes() if "one name on Tekton" in row.reason]
    assert set(said) == refused


def test_refused_jobs_whose_names_become_alike_have_a_task_each() -> None:
    done = convert(
        "on: push\njobs:\n  a_b: {runs-on: windows-2022, steps: [{run: dir}]}\n"
        "  a-b: {runs-on: macos-14, steps: [{run: ls}]}\n"
    )
    told = {one.path: one.target for one in done.journal.outcomes() if one.path.endswith(".run")}
    assert told == {"jobs.a_b.steps[0].run": "tasks/ci-a-b.yaml", "jobs.a-b.steps[0].run": "tasks/ci-a-b-2.yaml"}
    assert set(told.values()) <= set(done.bundle.files)
