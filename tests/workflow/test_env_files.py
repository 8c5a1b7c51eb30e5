"""The runner's reading of GITHUB_ENV and its like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gha2tekton.workflow.envfile import EnvFileError, read_pairs

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "env_files.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_pairs(case: dict[str, Any]) -> None:
    found: list[list[str]] = []
    fault = None
    try:
        for pair in read_pairs(case["text"]):
            found.append(list(pair))
    except EnvFileError as error:
        fault = str(error)
    assert found == case["pairs"]
    assert (fault or "").startswith(case["fault"] or "")
    assert (fault is None) == (case["fault"] is None)
