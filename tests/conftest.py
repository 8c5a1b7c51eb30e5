"""Options of the suite, and a word about what it leaves out."""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

LEFT_OUT = ("slow", "conformance", "equivalence")
LONG = 0.2
"""Seconds of a processor from which on a test should be one of the slow ones."""
BUDGET = 10
"""Seconds of a processor that all the others together may take."""

_WHOLE = re.compile(rf"^pytestmark = \[?\s*pytest\.mark\.({'|'.join(LEFT_OUT)})\b", re.MULTILINE)

_left: Counter[str] = Counter()
_modules: Counter[str] = Counter()
_long: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite what fixtures expect; git diff reviews it")


def wants_all(config: pytest.Config) -> bool:
    """Whether slow proofs are asked for: without -m they are left out."""
    return bool(config.getoption("-m") or os.environ.get("GHA2TEKTON_ALL_TESTS"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module whose tests are all left out is not even imported."""
    if wants_all(config) or collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    found = _WHOLE.search(collection_path.read_text(encoding="utf-8"))
    if found is None:
        return None
    _modules[found[1]] += 1
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without -m the slow proofs are left out, and the summary says so."""
    if wants_all(config):
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


def pytest_collection_finish() -> None:
    """What was collected stays to the end: to look through it again and again would take a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    before = sum(os.times()[:4])
    try:
        return (yield)
    finally:
        if sum(os.times()[:4]) - before > LONG:
            _long.append(item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left or _modules:
        told = [f"{count} tests (-m {name})" for name, count in sorted(_left.items())]
        told += [f"{count} whole modules (-m {name})" for name, count in sorted(_modules.items())]
        terminalreporter.write_line(f"left out: {', '.join(told)}; of the runtime all shells and awks but those here")
        for test in _long:
            terminalreporter.write_line(f"takes long, mark it as slow: {test}")
        if (took := sum(os.times()[:4])) > BUDGET:
            terminalreporter.write_line(f"took {took:.0f} s of a processor, and may take {BUDGET}: mark more as slow")
