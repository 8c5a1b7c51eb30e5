"""Whatever the input, reading it ends in a model or in findings, never in an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workflow.test_model import WHOLE

from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.cron import is_cron
from gha2tekton.workflow.glob import matches
from gha2tekton.workflow.matrix import MatrixError, legs
from gha2tekton.workflow.parse import parse_action, parse_workflow

pytestmark = pytest.mark.slow
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = (
    "on jobs a b runs-on steps run uses with if needs strategy matrix include exclude env name id push types branches "
    "schedule cron workflow_call workflow_dispatch inputs outputs secrets default type container services image "
    "concurrency group permissions environment defaults shell wait parallel cancel wait-all runs using composite docker"
).split()
TEXTS = ["", "${{", "${{ }}", "${{ a.b }}", "${{ github.ref }}", "x ${{ secrets.T }} y", "./x", "a/b@c", "0 0 * * *"]
DAMAGE = ["", ":", "- ", "{", "]", "'", "\n", "\t", "${{", "&a ", "*a", "!t "]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(WORDS), st.sampled_from(TEXTS))
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(st.sampled_from(WORDS), part, max_size=4)),
    max_leaves=12,
)
JOBS = st.dictionaries(st.sampled_from(WORDS), TREES, max_size=6)


def read(text: str) -> None:
    journal = Journal()
    source = Source("ci.yml", text)
    workflow = parse_workflow(source, journal)
    assert (workflow is None) == journal.has_errors
    for job in workflow.jobs if workflow else ():
        try:
            legs(job.strategy, lambda value: value.raw)
        except MatrixError:
            continue
    again = Journal()
    assert (parse_action(source, again) is None) == again.has_errors


@QUICK
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    read(text)
    read(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: ${{{{ {text} }}}}\n    - if: {text}\n")


@QUICK
@given(JOBS, TREES)
def test_any_shape(job: dict[str, Any], on: Any) -> None:
    read(json.dumps({"on": on, "jobs": {"a": {"runs-on": "x", **job}}}))
    read(json.dumps({"runs": job, "inputs": on}))


@QUICK
@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.sampled_from(DAMAGE))
def test_any_damage(at: int, length: int, put: str) -> None:
    read(WHOLE[:at] + put + WHOLE[at + length :])


@QUICK
@given(st.text(alphabet="ab/*?+[]!\\-^.(", max_size=12), st.text(alphabet="ab/.", max_size=8))
def test_any_pattern(pattern: str, name: str) -> None:
    matches([pattern, f"!{pattern}"], name)


@QUICK
@given(st.text(alphabet="0123456789*/,- JANsun", max_size=16))
def test_any_cron(text: str) -> None:
    is_cron(text)


def test_bombs_are_bounded() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    for text in (f"a0: &a0 [x]\n{levels}jobs: {{}}\n", "[" * 500, "a: &a [*a]\njobs: *a\n", "jobs: {" * 300):
        journal = Journal()
        assert parse_workflow(Source("ci.yml", text), journal) is None
        assert [one.code for one in journal.diagnostics] == ["bad-yaml"]
