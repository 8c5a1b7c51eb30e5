"""Who can set what an expression gives."""

from __future__ import annotations

import pytest

from gha2tekton.expression import parse
from gha2tekton.lower.trust import ordered, trusted

CASES = [
    ("vars.CMD", "own"),
    ("github.sha", "own"),
    ("github.event.issue.title == 'x'", "own"),
    ("!github.head_ref", "own"),
    ("contains(github.event.comment.body, '/test') && 'test' || 'build'", "own"),
    ("github.head_ref && vars.A || 'b'", "own"),
    ("case(github.head_ref == 'x', 'a', vars.B)", "own"),
    ("format('{0}.sh', matrix.kind)", "own"),
    ("steps.a.outcome", "own"),
    ("github.event.workflow_run.id", "own"),
    ("github.event.pull_request.head.sha", "own"),
    ("format('{0}-{1}', github.event.issue.number, github.event.after)", "own"),
    ("github.event.client_payload.number", "anybody"),
    ("github.event.deployment.payload.web.id", "anybody"),
    ("github.event.inputs.id", "starter"),
    ("github.event.number.x", "anybody"),
    ("inputs.command", "starter"),
    ("inputs.command || vars.COMMAND", "starter"),
    ("github.event.inputs.command", "starter"),
    ("format('{0} {1}', inputs.command, github.sha)", "starter"),
    ("inputs.run && github.head_ref", "anybody"),
    ("github.head_ref || 'x'", "anybody"),
    ("github.event.issue.title", "anybody"),
    ("github.event.inputs", "anybody"),
    ("inputs", "anybody"),
    ("toJSON(github.event)", "anybody"),
    ("toJSON(github)", "anybody"),
    ("format('{0} {1}', inputs.command, github.head_ref)", "anybody"),
    ("case(true, github.head_ref, 'x')", "anybody"),
    ("case(true, 'x', github.head_ref)", "anybody"),
    ("case(false, 'x', false, 'y', github.head_ref)", "anybody"),
    ("steps.a.outputs.b", "anybody"),
    ("needs.a.outputs.b", "anybody"),
    ("env.A", "anybody"),
    ("(github.head_ref || inputs.a)[0]", "anybody"),
]


@pytest.mark.parametrize(("text", "who"), CASES)
def test_who_can_set_it(text: str, who: str) -> None:
    tree = parse(text)
    assert (trusted(tree), ordered(tree)) == {
        "own": (True, True),
        "starter": (False, True),
        "anybody": (False, False),
    }[who]
