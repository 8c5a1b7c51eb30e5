"""What is named on the command line, and the repositories it stands for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gha2tekton.batch.sources import SourceError, origins


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("one/.git", "group/two/.github", "group/two/vendor/inner/.git", "bare.git/objects", "bare.git/refs"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bare.git/HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "group/loop").symlink_to(tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*sources: str) -> list[str]:
    return [f"{one.name} {one.kind} {one.source}{f'@{one.ref}' if one.ref else ''}" for one in origins(sources)]


CASES = [
    (["one"], ["one directory one"]),
    (["."], ["bare-git git bare.git", "group-two directory group/two", "one directory one"]),
    (["bare.git"], ["bare git bare.git"]),
    (["one", "./one"], ["one directory one"]),
    (["https://example.com/acme/x.git"], ["acme-x git https://example.com/acme/x.git"]),
    (["git@example.com:acme/x.git"], ["acme-x git git@example.com:acme/x.git"]),
    (["ssh://git@example.com/acme/x"], ["acme-x git ssh://git@example.com/acme/x"]),
]


@pytest.mark.parametrize(("sources", "expected"), CASES)
def test_sources(tree: Path, sources: list[str], expected: list[str]) -> None:
    assert sorted(line.replace(" ./", " ") for line in told(*sources)) == expected


LISTS = [
    ("one\n", ["one directory one"]),
    ("# all of them\n\none\ngroup/two main\n", ["one directory one", "two git group/two@main"]),
    ("https://example.com/a/b v1 mine\n", ["mine git https://example.com/a/b@v1"]),
    ('{"source": "one", "name": "First One"}\n', ["first-one directory one"]),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_lists(tree: Path, text: str, expected: list[str]) -> None:
    (tree / "list.txt").write_text(text)
    assert told("list.txt") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one main mine more\n", r"list\.txt:1: more than"),
        ("\n{not json\n", r"list\.txt:2: "),
        ('{"ref": "main"}\n', r"list\.txt:1: an entry has source"),
        ('{"source": "one", "branch": "main"}\n', r"list\.txt:1: an entry has source"),
        ('{"source": "one", "ref": 3}\n', r"list\.txt:1: ref is no text"),
        ("one\nci.yml\n", r"ci\.yml: a file is taken for a list of repositories"),
        ("one\nlist.txt\n", r"list\.txt: the list holds itself"),
    ],
)
def test_lists_that_are_none(tree: Path, text: str, message: str) -> None:
    (tree / "ci.yml").touch()
    (tree / "list.txt").write_text(text)
    with pytest.raises(SourceError, match=message):
        origins(["list.txt"])


@pytest.mark.parametrize(
    ("source", "problem"), [("nowhere", "no such file"), ("empty", "no repositories"), ("", "empty")]
)
def test_what_is_not_there_is_an_origin_with_a_problem(tree: Path, source: str, problem: str) -> None:
    (found,) = origins([source])
    assert problem in found.problem


def test_two_of_one_name_get_marks_that_do_not_depend_on_the_others(tree: Path) -> None:
    for place in ("x/same", "y/same"):
        (tree / place / ".git").mkdir(parents=True)
    names = [one.name for one in origins(["x/same", "y/same"])]
    assert len(set(names)) == 2
    assert all(name.startswith("same-") for name in names)
    assert names == [one.name for one in origins(["y/same", "one", "x/same"]) if one.name != "one"]


def test_what_a_list_names_twice_is_there_twice(tree: Path) -> None:
    (tree / "list.txt").write_text("one main a\none main b\none main\none main a\none\n")
    assert [(one.name, one.ref) for one in origins(["list.txt"])] == [("a", "main"), ("b", "main"), ("one", "")]
    (tree / "list.txt").write_text('{"source": "one", "name": "other"}\n')
    for sources in (["one", "list.txt"], ["list.txt", "one"]):
        assert [one.name for one in origins(sources)] == ["other"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/octo/hello.world.git", "octo/hello.world"),
        ("https://token@github.com/octo/hello/", "octo/hello"),
        ("git@github.com:octo/hello.git", "octo/hello"),
        ("ssh://git@github.com/octo/hello", "octo/hello"),
        ("https://github.com.example.org/octo/hello", ""),
        ("https://mirror.example.org/octo/hello", ""),
        ("https://github.com/octo", ""),
    ],
)
def test_what_a_repository_is_called_on_github(url: str, name: str) -> None:
    (found,) = origins([url])
    assert found.on_github == name


def test_strange_names(tree: Path) -> None:
    for name in ("with space", "new\nline", "ünïcode", os.fsdecode(b"\xff\xfe")):
        (tree / "strange" / name / ".git").mkdir(parents=True)
    found = origins(["strange"])
    assert len({one.name for one in found}) == 4
    assert all(one.name.replace("-", "").isalnum() and one.name.isascii() for one in found)
