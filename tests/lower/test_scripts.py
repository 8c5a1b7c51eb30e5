"""Expressions in the scripts of steps: the variables that hold them, and the options that set these."""

from __future__ import annotations

import itertools
import shlex

import pytest
from tests import conversion

HELD = [
    # script, the script that is written, and the variables that are set for it
    ("echo ${{ steps.a.outputs.x }} ${{ steps.a.outputs.x }}", "echo ${X} ${X}", ["X=steps.a.outputs.x"]),
    (
        "echo ${{ steps.a.outputs.x-y }} ${{ steps.a.outputs.x_y }}",
        "echo ${X_Y} ${X_Y_2}",
        ["X_Y=steps.a.outputs.x-y", "X_Y_2=steps.a.outputs.x_y"],
    ),
    (
        "echo ${{ steps.a.outputs.x || 'none' }}\necho ${{ steps.a.outputs.x || 'none' }} ${{ !steps.a.outputs.x }}",
        "echo ${GHA_EXPRESSION_1}\necho ${GHA_EXPRESSION_1} ${GHA_EXPRESSION_2}",
        ["GHA_EXPRESSION_1=steps.a.outputs.x || 'none'", "GHA_EXPRESSION_2=!steps.a.outputs.x"],
    ),
]


@pytest.mark.parametrize(("script", "written", "variables"), HELD)
def test_an_expression_that_is_repeated_has_one_variable(script: str, written: str, variables: list[str]) -> None:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    text = f"""on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - id: a
        run: make
      - run: |
{lines}"""
    (task,) = [
        documents[0] for name, documents in conversion.convert(text).bundle.files.items() if name.startswith("tasks/")
    ]
    step = task["spec"]["steps"][0]["script"].replace("GHA_STEPS_A_OUTPUTS_", "").split("\nstep ")[-1]
    options, _, body = step.partition("<<'STEP'\n")
    assert body == f"{written}\nSTEP\n"
    words = shlex.split(options.replace("\\\n", " "))
    shown = [value for option, value in itertools.pairwise(words) if option == "--env"]
    assert [value.replace("\\${{ ", "${{ ").replace("${{ ", "").replace(" }}", "") for value in shown] == variables


DECIDES = [
    ("${{ matrix.cross && 'cross' || 'cargo' }} build", "exact"),
    ("${{ matrix.program }} build", "manual"),
    ("${{ matrix.cross && matrix.program || 'cargo' }} build", "manual"),
]


@pytest.mark.parametrize(("script", "fate"), DECIDES)
def test_what_a_matrix_of_the_run_only_chooses_among_may_run(script: str, fate: str) -> None:
    text = f"""on: push
jobs:
  a:
    runs-on: ubuntu-latest
    strategy: {{matrix: "${{{{ fromJSON(vars.LEGS) }}}}"}}
    steps:
      - run: {script}
"""
    outcomes = conversion.convert(text).journal.outcomes()
    assert [one.fate for one in outcomes if one.path == "jobs.a.steps[0].run"] == [fate]
