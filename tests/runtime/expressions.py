"""The expressions that GitHub's runner was asked, put to the runtime's evaluator, all in one process of the shell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.runtime.machine import Machine

EXPRESSION = Path(__file__).parents[1] / "expression"
CONTEXT: dict[str, Any] = json.loads((EXPRESSION / "context.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (EXPRESSION / "runner.jsonl").read_text(encoding="utf-8").splitlines()
]

DRIVER = """
. "$GHA_RUNTIME/evaluate.sh"
cd "$1"
for one in */; do
  cd "$one"
  GHA_STATUS=$(cat status) evaluate "$(cat mode)" "$(cat text)" > out 2> err
  printf '%s' $? > code
  cd ..
done
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the evaluator printed, or why it refused."""

    text: str
    refusal: str


def ask(machine: Machine, directory: Path, asked: list[tuple[str, str, str]]) -> list[Answer]:
    """The answers to (mode, text, status) in the context of the runner's cases."""
    place = directory / "asked"
    for index, (mode, text, status) in enumerate(asked):
        case = place / f"{index:04}"
        case.mkdir(parents=True)
        for name, content in (("mode", mode), ("text", text), ("status", status)):
            (case / name).write_text(content, encoding="utf-8")
    (directory / "driver").write_text(DRIVER, encoding="utf-8")
    state = directory / "state"
    keep(state)
    env = machine.environment({**dict(variables(CONTEXT)), "GHA_STATE": str(state), "GHA_NEEDS": str(state / "jobs")})
    env |= {"GHA_NEEDED": " ".join(CONTEXT["needs"]), "GITHUB_WORKSPACE": str(directory), "LC_ALL": "C.UTF-8"}
    ended = machine.run([*machine.shell, str(directory / "driver"), str(place)], env)
    assert ended.code == 0, ended
    return [
        Answer((case / "out").read_text(), (case / "err").read_text() if (case / "code").read_text() != "0" else "")
        for case in sorted(place.iterdir())
    ]


def keep(state: Path) -> None:
    """The contexts that are files: steps and needs."""
    (state / "ids").mkdir(parents=True)
    for number, (name, step) in enumerate(CONTEXT["steps"].items(), 1):
        _files(state / "steps" / f"{number:04}", {**step, "outputs": step["outputs"]})
        (state / "ids" / name).write_text(f"{number:04}")
        (state / "ids.list").write_text(f"{name}\n")
    for name, job in CONTEXT["needs"].items():
        _files(state / "jobs" / name, job)


def _files(place: Path, values: Mapping[str, Any]) -> None:
    (place / "outputs").mkdir(parents=True)
    for name, value in values.items():
        for key, text in value.items() if name == "outputs" else ((name, value),):
            (place / name / key if name == "outputs" else place / name).write_text(text)


def variables(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The contexts that are variables, named as the converter names them."""
    for name, value in context["env"].items():
        yield name, value
    for root in ("github", "matrix", "strategy", "inputs", "runner", "vars"):
        for path, value in _leaves((root,), context[root]):
            name = "_".join("".join(char if char.isalnum() else "_" for char in part) for part in path).upper()
            yield (name if root in ("github", "runner") and len(path) == 2 else f"GHA_{name}"), value
    for path, value in _objects(("github", "event"), context["github"]["event"]):
        yield f"GHA_JSON_{'_'.join(path).upper()}", json.dumps(value)
    for name, value in context["secrets"].items():
        yield f"GHA_SECRET_{name}", value


def _objects(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The objects and arrays right below the event."""
    for key, item in value.items():
        if isinstance(item, dict | list) and key != "inputs":
            yield (*path, key), item


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves((*path, str(key)), item)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
