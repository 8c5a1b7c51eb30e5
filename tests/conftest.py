"""Options of the suite, and a word about what it leaves out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest

LEFT_OUT = ("slow", "conformance", "equivalence")
LONG = 0.3
"""Seconds of a processor from which on a test should be one of the slow ones."""

_left: Counter[str] = Counter()
_long: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite what fixtures expect; git diff reviews it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without -m the slow proofs are left out, and the summary says so."""
    if config.getoption("-m") or os.environ.get("GHA2TEKTON_ALL_TESTS"):
        return
    kept, left = [], []
    for item in items:
        why = next((name for name in LEFT_OUT if item.get_closest_marker(name)), None)
        (left if why else kept).append(item)
        if why:
            _left[why] += 1
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    before = sum(os.times()[:4])
    try:
        return (yield)
    finally:
        if sum(os.times()[:4]) - before > LONG:
            _long.append(item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left:
        told = ", ".join(f"{count} {name} (-m {name})" for name, count in sorted(_left.items()))
        terminalreporter.write_line(f"left out: {told}")
        for test in _long:
            terminalreporter.write_line(f"takes long, mark it as slow: {test}")
