"""What a proof needs of the machine it runs on."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from tests.conformance.toolchain import Unavailable


def needed(*checks: Callable[[], object]) -> None:
    """Skips the test with the reason when a check is Unavailable, or fails it where CI=true."""
    for check in checks:
        try:
            check()
        except Unavailable as lacking:
            if os.environ.get("CI") == "true":
                pytest.fail(f"this proof could not run: {lacking}", pytrace=False)
            pytest.skip(str(lacking))
