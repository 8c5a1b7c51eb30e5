"""Which numbers of a matrix come to the legs as numbers, and which as text."""

from __future__ import annotations

import pytest
from tests import conversion

CONDITIONS = [
    ("matrix.v == '3.10'", "[3.9, 3.10]", True),
    ("'2.0' != matrix.v", "[1.13, 2.0]", True),
    ("matrix.v == '3.9'", "[3.9, 3.10]", False),
    ("matrix.v == 'x'", "[3.9, 3.10]", False),
    ("matrix.v == 3.10", "[3.9, 3.10]", False),
    ("matrix.v == '3.10'", "['3.9', '3.10']", False),
    ("matrix.v == github.ref_name", "[3.9, 3.10]", True),
    ("matrix.v < '10'", "[9, 10]", True),
    ("matrix.v < 10", "[9, 10]", False),
    ("contains(fromJSON('[\"2.0\"]'), matrix.v)", "[1.13, 2.0]", True),
    ("matrix.v", "[0, 1]", True),
    ("matrix.v", "[1, 2]", False),
    ("!matrix.v || true == false", "[0, 1]", True),
    ("matrix.v == ''", "[0, 1]", True),
    ("startsWith(matrix.v, '3.1')", "[3.9, 3.10]", False),
]


@pytest.mark.parametrize(("condition", "numbers", "kept"), CONDITIONS)
def test_numbers_that_are_more_than_their_text(condition: str, numbers: str, kept: bool) -> None:
    text = f"""name: w
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    strategy: {{matrix: {{v: {numbers}}}}}
    steps:
      - run: echo ${{{{ matrix.v }}}}
        if: ${{{{ {condition} }}}}
"""
    (task,) = conversion.convert(text).bundle.files["tasks/w-job.yaml"]
    assert [item["name"] for item in task["spec"]["params"] if item["name"].startswith("matrix")] == (
        ["matrix-v-json"] if kept else ["matrix-v"]
    )


INPUTS = [
    ("inputs.n", True),
    ("!inputs.n", True),
    ("inputs.n == '00'", True),
    ("inputs.n > 2", False),
    ("inputs.n == '3'", False),
    ("inputs.text", False),
]


@pytest.mark.parametrize(("condition", "judged"), INPUTS)
def test_inputs_are_numbers_where_they_are_judged(condition: str, judged: bool) -> None:
    text = f"""name: w
on: {{workflow_dispatch: {{inputs: {{n: {{type: number}}, text: {{}}}}}}}}
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - {{if: "{condition}", run: 'echo ${{{{ inputs.n }}}}'}}
"""
    (task,) = conversion.convert(text).bundle.files["tasks/w-job.yaml"]
    assert any(one["name"] == "GHA_NUMBER_INPUTS_N" for one in task["spec"]["steps"][0]["env"]) == judged
