"""A proof that cannot run here is skipped with the reason; in CI it fails."""

from __future__ import annotations

import pytest
from tests.conformance.requirement import needed
from tests.conformance.toolchain import judges


@pytest.fixture(scope="session")
def built_judges() -> None:
    """The judges, built; the first test that needs them waits for that."""
    needed(judges)
