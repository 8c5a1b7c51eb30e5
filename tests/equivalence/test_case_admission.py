"""What the cases are converted to is accepted by Tekton, newest and oldest supported."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.judge import admit, admit_triggers, refusals, resolve
from tests.conformance.requirement import needed
from tests.conformance.toolchain import judges
from tests.equivalence.case import Case, cases, make_repository
from tests.equivalence.conversion import convert

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_conversion_is_accepted(case: Case, tmp_path: Path) -> None:
    needed(judges)
    manifests = tmp_path / "manifests"
    convert(make_repository(case, tmp_path / "repo"), manifests)
    verdicts = admit(manifests) + resolve(manifests) + admit_triggers(manifests)
    verdicts += admit(manifests, oldest=True) + admit_triggers(manifests, oldest=True)
    assert not refusals(verdicts)
