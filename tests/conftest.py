"""Options of the suite, and a word about what it leaves out."""

from __future__ import annotations

import os

import pytest

LEFT_OUT = ("slow", "conformance", "equivalence")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite what fixtures expect; git diff reviews it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without -m the slow proofs are skipped, and the summary says so."""
    if config.getoption("-m") or os.environ.get("GHA2TEKTON_ALL_TESTS"):
        return
    for item in items:
        left = next((name for name in LEFT_OUT if item.get_closest_marker(name)), None)
        if left:
            item.add_marker(pytest.mark.skip(reason=f"{left} proofs run with -m {left}"))
