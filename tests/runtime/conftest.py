"""Each test of the runtime runs on this machine; with -m slow on every pair of a shell and an awk."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import wants_all
from tests.runtime.machine import AWKS, SHELLS, Machine, build, plain

PAIRS = [pytest.param((shell, awk), id=f"{shell}-{awk}", marks=pytest.mark.slow) for shell in SHELLS for awk in AWKS]
HERE = pytest.param(None, id="here")
_built: dict[tuple[str, str], Machine | None] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "machine" in metafunc.fixturenames:
        metafunc.parametrize("machine", [HERE, *PAIRS] if wants_all(metafunc.config) else [HERE], indirect=True)


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine that a test runs on."""
    pair: tuple[str, str] | None = request.param
    if pair is None:
        return plain()
    if pair not in _built:
        _built[pair] = build(*pair, tmp_path_factory.mktemp("-".join(pair)))
    found = _built[pair]
    if found is None:
        pytest.skip(f"{' or '.join(pair)} is not here")
    return found


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a job's state and workspace lie."""
    return tmp_path
