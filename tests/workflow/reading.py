"""A workflow read from text, for the tests of this folder."""

from __future__ import annotations

from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.source import Source
from gha2tekton.workflow.model import Action, Workflow
from gha2tekton.workflow.parse import parse_action, parse_workflow

JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n"


def read(text: str, name: str = "ci.yml") -> tuple[Workflow | None, Journal]:
    journal = Journal()
    return parse_workflow(Source(name, text), journal), journal


def workflow(text: str) -> Workflow:
    found, journal = read(text)
    assert found is not None, journal.diagnostics
    return found


def action(text: str) -> Action:
    journal = Journal()
    found = parse_action(Source("action.yml", text), journal)
    assert found is not None, journal.diagnostics
    return found


def places(journal: Journal, severity: str) -> list[tuple[int, str]]:
    """Lines and codes of the findings of a severity, in their order."""
    return [(line(one), one.code) for one in journal.diagnostics if one.severity == severity]


def line(diagnostic: Diagnostic) -> int:
    assert diagnostic.span is not None
    return diagnostic.span.line
