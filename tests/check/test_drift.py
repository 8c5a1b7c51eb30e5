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


NAMED = "metadata: {name: m}\n"
SAME = [
    (TASK, TASK + "# a remark\n"),
    (TASK, TASK.replace('[{name: a, default: "1"}, {name: b}]', "[{name: b}, {name: a, default: '1'}]")),
    (TASK, "---\n" + TASK),
    (TASK, TASK + "status: null\n"),
    (f"{NAMED}a: {{b: 1, 2: c}}", f"{NAMED}a: {{2: c, b: 1}}"),
    (f"{NAMED}rules: [{{verbs: [get, list]}}]", f"{NAMED}rules: [{{verbs: [list, get]}}]"),
    (f"{NAMED}tasks: [{{name: a, runAfter: [b, c]}}]", f"{NAMED}tasks: [{{name: a, runAfter: [c, b]}}]"),
    (
        f"{NAMED}when: [{{input: a, values: [x, z]}}, {{input: b}}]",
        f"{NAMED}when: [{{input: b}}, {{input: a, values: [z, x]}}]",
    ),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_means_the_same_is_no_change(old: str, new: str) -> None:
    assert compare({"a.yaml": old}, {"b.yaml": new}) == []


DIFFERENT = [
    (TASK.replace("echo 2", "echo 3"), ["Task build: spec.steps.two.script: echo 2 → echo 3"]),
    (TASK.replace('default: "1"', "default: 1"), ["Task build: spec.params.a.default: '1' → 1"]),
    (TASK.replace(", {name: b}", ""), ["Task build: spec.params.b: removed {'name': 'b'}"]),
    (
        TASK.replace("name: one", "name: x").replace("name: two", "name: one").replace("name: x", "name: two"),
        [
            "Task build: spec.steps.(order): one, two → two, one",
            "Task build: spec.steps.one.script: echo 1 → echo 2",
            "Task build: spec.steps.two.script: echo 2 → echo 1",
        ],
    ),
    ("", ["Task build: only in the old"]),
    (TASK.replace("name: build", "name: make"), ["Task build: metadata.name: build → make"]),
    (
        TASK.replace('{name: one, image: alpine, script: "echo 1"}', "{name: zero}"),
        [
            "Task build: spec.steps.one: removed {'name': 'one', 'image': 'alpine', 'script': 'echo 1'}",
            "Task build: spec.steps.zero: added {'name': 'zero'}",
        ],
    ),
    (TASK.replace('"1"', "yes"), ["Task build: spec.params.a.default: '1' → True"]),
    (TASK.replace('"echo 2"', '"echo 2\\n"'), ["Task build: spec.steps.two.script: 'echo 2' → 'echo 2\\n'"]),
    (TASK + "---\n" + TASK, ["Task build #2: only in the new"]),
    (TASK + "---\nkind: Task\nmetadata: {name: other}\n", ["Task other: only in the new"]),
    (
        TASK.replace('"echo 2"', '"echo 2\\necho 3\\n"'),
        ["Task build: spec.steps.two.script:", "    @@ -1 +1,2 @@", "     echo 2", "    +echo 3"],
    ),
]


@pytest.mark.parametrize(("new", "told"), DIFFERENT)
def test_every_difference_is_told(new: str, told: list[str]) -> None:
    assert [line for change in compare({"a": TASK}, {"a": new}) for line in change.lines()] == told


ALIKE = [
    ("a: true", "a: 1", ["object a: a: True → 1"]),
    ("a: [0, x]", "a: [false, x]", ["object a: a.0: 0 → False"]),
    ("a: 'on'", "a: on", ["object a: a: 'on' → True"]),
    ("a: '010'", "a: 010", ["object a: a: '010' → 8"]),
    ("kind: T\nmetadata: [x]", "kind: T\nmetadata: z", ["T a: metadata: ['x'] → 'z'"]),
    ("x: 1\n---\nx: 2", "x: 3\n---\nx: 2", ["object a: x: 1 → 3"]),
    ("{? [a] : b}", "{}", ["object a: ('a',): removed b"]),
]


@pytest.mark.parametrize(("old", "new", "told"), ALIKE)
def test_what_python_or_people_take_for_the_same_is_told_apart(old: str, new: str, told: list[str]) -> None:
    assert [line for change in compare({"a": old}, {"a": new}) for line in change.lines()] == told
    assert compare({"a": old}, {"a": old}) == []


def test_broken_yaml_is_named() -> None:
    with pytest.raises(ValueError, match=r"^a\.yaml:\d+:\d+: "):
        compare({"a.yaml": "a: [1"}, {})
