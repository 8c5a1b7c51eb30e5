"""Two sets of manifests, and what is said of how they differ."""

from __future__ import annotations

import pytest

from gha2tekton.drift import compare

TASK = """\
kind: Task
metadata: {name: build}
spec:
  params: [{name: a, default: "1"}, {name: b}]
  steps:
  - {name: one, image: alpine, script: "echo 1"}
  - {name: two, image: alpine, script: "echo 2"}
"""


SAME = [
    (TASK, TASK + "# a remark\n"),
    (TASK, TASK.replace('[{name: a, default: "1"}, {name: b}]', "[{name: b}, {name: a, default: '1'}]")),
    (TASK, "---\n" + TASK),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_means_the_same_is_no_change(old: str, new: str) -> None:
    assert compare({"a.yaml": old}, {"b.yaml": new}) == []


DIFFERENT = [
    (TASK.replace("echo 2", "echo 3"), ["Task build: spec.steps.two.script: echo 2 → echo 3"]),
    (TASK.replace('default: "1"', "default: 1"), ["Task build: spec.params.a.default: 1 → 1"]),
    (TASK.replace(", {name: b}", ""), ["Task build: spec.params.b: removed {'name': 'b'}"]),
    (
        TASK.replace("name: one", "name: x").replace("name: two", "name: one").replace("name: x", "name: two"),
        [
            "Task build: spec.steps.(order).0: one → two",
            "Task build: spec.steps.(order).1: two → one",
            "Task build: spec.steps.one.script: echo 1 → echo 2",
            "Task build: spec.steps.two.script: echo 2 → echo 1",
        ],
    ),
    ("", ["Task build: only in the old"]),
    (TASK + "---\nkind: Task\nmetadata: {name: other}\n", ["Task other: only in the new"]),
    (
        TASK.replace('"echo 2"', '"echo 2\\necho 3\\n"'),
        ["Task build: spec.steps.two.script:", "    @@ -1 +1,2 @@", "     echo 2", "    +echo 3"],
    ),
]


@pytest.mark.parametrize(("new", "told"), DIFFERENT)
def test_every_difference_is_told(new: str, told: list[str]) -> None:
    assert [line for change in compare({"a": TASK}, {"a": new}) for line in change.lines()] == told


def test_broken_yaml_is_named() -> None:
    with pytest.raises(ValueError, match=r"^a\.yaml:\d+:\d+: "):
        compare({"a.yaml": "a: [1"}, {})
