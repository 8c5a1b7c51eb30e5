"""Files of a repository and of checkouts beside it; nothing outside is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gha2tekton.workflow.repository import MAX_BYTES, Repository


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "repo/.github/workflows/ci.yml",
        "repo/tools/action.yaml",
        "checkouts/Owner/Repo@v1/action.yml",
        "checkouts/Owner/Repo/sub/action.yml",
        "checkouts/o/r@releases/v1/action.yml",
        "secret.yml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "repo/link.yml").symlink_to(tmp_path / "secret.yml")
    (tmp_path / "repo/loop.yml").symlink_to("loop.yml")
    (tmp_path / "repo/big.yml").write_text("x" * (MAX_BYTES + 1))
    (tmp_path / "repo/binary.yml").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def test_reading(tree: Path) -> None:
    repository = Repository.around(tree / "repo/.github/workflows/ci.yml")
    assert repository.root == tree / "repo"
    source = repository.read(".github/workflows/ci.yml")
    assert source is not None
    assert (source.name, source.text) == (".github/workflows/ci.yml", "repo/.github/workflows/ci.yml")
    local = repository.action("tools")
    assert local is not None
    assert local.name == "tools/action.yaml"


OUTSIDE = [
    "../secret.yml",
    "link.yml",
    "loop.yml",
    "big.yml",
    "binary.yml",
    "none.yml",
    "tools",
    "a\0b",
    "/etc/hostname",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_not_read(tree: Path, name: str) -> None:
    assert Repository(tree / "repo").read(name) is None
    assert Repository().read(name) is None


def test_checkouts(tree: Path) -> None:
    repository = Repository(tree / "repo", tree / "checkouts")
    expected = {
        ("owner/repo", "v1"): "owner/repo@v1/action.yml",
        ("owner/repo/sub", "main"): "owner/repo/sub/action.yml",
        ("owner/repo/sub", "v1"): None,
        ("o/r", "releases/v1"): "o/r@releases/v1/action.yml",
        ("o/none", "v1"): None,
    }
    for (name, ref), place in expected.items():
        source = repository.remote_action(name, ref)
        assert (source and source.name) == place
    assert Repository(tree / "repo").remote_action("owner/repo", "v1") is None
