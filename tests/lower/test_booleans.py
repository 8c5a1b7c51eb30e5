"""Booleans that come as text, in conditions as a person would write them."""

from __future__ import annotations

import pytest

from gha2tekton.expression import parse
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.event_types import boolean_inputs

ROWS = [
    ("github.event.pull_request.draft == false", "github.event.pull_request.draft != 'true'"),
    ("github.event.pull_request.draft == true", "github.event.pull_request.draft == 'true'"),
    ("github.event.pull_request.draft != true", "github.event.pull_request.draft != 'true'"),
    ("!github.event.pull_request.draft", "github.event.pull_request.draft != 'true'"),
    ("github.event.pull_request.merged && always()", "github.event.pull_request.merged == 'true' && always()"),
    ("!inputs.skip || github.ref == 'x'", "inputs.skip != 'true' || github.ref == 'x'"),
    ("inputs.skip", "inputs.skip == 'true'"),
    ("!(github.ref == 'x')", "!(github.ref == 'x')"),
    ("contains(github.ref, 'a') == false", "contains(github.ref, 'a') == false"),
]


@pytest.mark.parametrize(("text", "written"), ROWS)
def test_conditions(text: str, written: str) -> None:
    carrier = Carrier(boolean_inputs({"skip": True}, "inputs"), {"skip": "boolean"})
    assert carrier.expression(parse(text)) == written
