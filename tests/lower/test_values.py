"""Texts on their way through Tekton and Kubernetes arrive as they were written."""

from __future__ import annotations

import re
from itertools import product

import pytest
from tests.conversion import convert

from gha2tekton.lower.values import escaped
from gha2tekton.tekton.model import DOLLAR, Container, EnvVar

PARAMS = {"params.x": "from Tekton", "tasks.a.results.b": "from Tekton"}
KNOWN = {"HOME": "/root", DOLLAR: "$"}


def tekton(text: str) -> str:
    """What Tekton puts in the place of its references, whatever stands before them."""
    return re.sub(r"\$\(([\w.]+)\)", lambda found: PARAMS.get(found[1], found[0]), text)


def kubernetes(text: str) -> str:
    """https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go"""

    def expanded(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else KNOWN.get(found[1] or "", found[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", expanded, text)


TOKENS = ("$", "(", ")", "params.x", "$(params.x)", "$(HOME)", "$(tasks.a.results.b)", "a")


def test_nothing_is_read_by_what_it_passes() -> None:
    for tokens in product(TOKENS, repeat=4):
        text = "".join(tokens)
        assert kubernetes(tekton(escaped(text))) == text
        before = escaped(text, before=True)
        assert kubernetes(tekton(before) + "(HOME)") == text + "(HOME)"


def test_the_sign_is_there_where_it_is_asked_for() -> None:
    made = Container("a", "image", env=(EnvVar("X", escaped("$(params.x)")),)).manifest()
    assert made["env"] == [{"name": DOLLAR, "value": "$"}, {"name": "X", "value": f"$({DOLLAR})(params.x)"}]
    assert "env" not in Container("a", "image", args=("$(id)",)).manifest()


JOB = """
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    strategy: {matrix: {v: [1, 2]}}
    container: {image: python:3, env: {C: '$(HOME)-${{ matrix.v }}'}}
    env: {J: '$(HOME)-${{ matrix.v }}$'}
    services: {db: {image: postgres, env: {S: 'a$${{ matrix.v }}', T: '$(params.x)'}}}
    steps: [{run: make}]
"""


def test_texts_around_references() -> None:
    made = convert(JOB)
    (task,) = [one for name, held in made.bundle.files.items() if name.startswith("tasks/") for one in held]
    found = {
        one["name"]: one.get("value")
        for container in (*task["spec"]["steps"], *task["spec"]["sidecars"])
        for one in container["env"]
    }
    reference = "$(params.matrix-v)"
    assert (found["C"], found["J"]) == (f"$$(HOME)-{reference}", f"$$(HOME)-{reference}$")
    assert (found["S"], found["T"]) == (f"a$${reference}", f"$({DOLLAR})(params.x)")


@pytest.mark.parametrize("text", ["$(params.x)", "a $(workspaces.w.path)/x", "$(context.taskRun.name)"])
def test_names_of_checks_are_none_of_tektons(text: str) -> None:
    job = f"jobs: {{a: {{name: '{text}', runs-on: ubuntu-latest, steps: [{{run: make}}]}}}}"
    made = convert(f"on: pull_request\n{job}\n")
    spec = made.bundle.files["pipeline.yaml"][0]["spec"]
    (states,) = [one["value"] for one in spec["tasks"][0]["params"] if one["name"] == "states"]
    assert states == f"pending\tgha2tekton:{text.replace('$', '%24')}"
