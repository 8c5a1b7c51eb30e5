"""What a workflow did on GitHub, its conversion does on Tekton: both sides are run and compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.requirement import needed
from tests.conformance.toolchain import isolation, judges, packages
from tests.equivalence.case import Case, cases, make_repository
from tests.equivalence.comparison import differences
from tests.equivalence.conversion import convert, execute
from tests.equivalence.observation import observe

pytestmark = pytest.mark.equivalence


def as_parameter(case: Case, form: str) -> object:
    """A case that waits for an issue is a strict expected failure that names it."""
    marks = [pytest.mark.xfail(reason=case.waits_for, strict=True)] if case.waits_for else []
    return pytest.param(case, form, id=case.name if case.forms == ("auto",) else f"{case.name}-{form}", marks=marks)


@pytest.mark.parametrize(("case", "form"), [as_parameter(case, form) for case in cases() for form in case.forms])
def test_the_pipeline_does_what_the_workflow_did(case: Case, form: str, visible_path: Path, tmp_path: Path) -> None:
    needed(isolation, judges, *([packages] if case.network else []))
    repository = make_repository(case, visible_path / "repo")
    report = convert(repository, tmp_path / "manifests", form)
    assert not case.whole or report.endswith("\n0 manual\n"), report
    record = execute(case, repository, tmp_path / "manifests", tmp_path / "run")
    found = differences(case.expected, observe(record, repository.files()))
    assert not found, "\n".join([*found, report, record.log])
