"""Steps of jobs and of composite actions."""

from __future__ import annotations

import re

from gha2tekton.source import Span
from gha2tekton.workflow.model import Step, Uses, Value
from gha2tekton.workflow.reader import Reader, child
from gha2tekton.yaml import Node, Scalar

_RUN = "name id if run shell working-directory env continue-on-error timeout-minutes background".split()
_USES = "name id if uses with env continue-on-error timeout-minutes background".split()
_WAITS = ("wait", "wait-all", "cancel", "parallel")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_REMOTE = re.compile(r"[^/@\s]+/[^/@\s]+(/[^@\s]+)?@\S+\Z")


def read_steps(reader: Reader, node: Node | None, path: str, key: str = "steps") -> tuple[Step, ...]:
    """The steps of a list; ids are checked to be unique within it."""
    steps = reader.each(reader.items(node, path), lambda item, where: read_step(reader, item, where, key))
    seen: set[str] = set()
    for step in steps:
        if step.id is None:
            continue
        if step.id.text.lower() in seen:
            reader.error("duplicate-id", f"The identifier '{step.id.text}' may not be used more than once", step.id.span)
        seen.add(step.id.text.lower())
        check_id(reader, step.id.text, step.id.span)
    return steps


def check_id(reader: Reader, text: str, span: Span) -> None:
    """GitHub's rule for the ids of jobs and steps."""
    if not _ID.match(text) or text.startswith("__") or len(text) >= 100:
        reader.error(
            "bad-id",
            f"The identifier '{text}' is invalid. IDs may only contain alphanumeric characters, '_', and '-'. "
            "IDs must start with a letter or '_' and must be less than 100 characters",
            span,
        )


def read_step(reader: Reader, node: Node, path: str, key: str) -> Step | None:
    entries = reader.mapping(node, path)
    if not entries:
        if isinstance(node, Scalar):
            reader.error("wrong-type", "A mapping was expected", node.span)
        return None
    known = _known(entries)
    for name in entries:
        if name not in known:
            reader.error("unknown-key", f"Unexpected value '{name}'", entries[name].span)
    if not any(name in entries for name in ("run", "uses", *_WAITS)):
        reader.error("missing-key", "Required property is missing: run or uses", node.span)

    def value(name: str, place: str = key) -> Value | None:
        return reader.value(entries.get(name), child(path, name), place)

    uses = value("uses", "plain")
    return Step(
        path=path,
        span=node.span,
        id=value("id", "plain"),
        name=value("name"),
        condition=reader.condition(entries.get("if"), child(path, "if"), f"{key}.if"),
        env=reader.env(entries.get("env"), child(path, "env"), key),
        continue_on_error=value("continue-on-error"),
        timeout_minutes=value("timeout-minutes"),
        run=value("run"),
        shell=value("shell", "plain"),
        working_directory=value("working-directory"),
        uses=read_uses(reader, uses) if uses else None,
        inputs=reader.env(entries.get("with"), child(path, "with"), key, lower=True),
        background=value("background"),
        wait=reader.values(entries.get("wait"), child(path, "wait"), "plain"),
        wait_all=value("wait-all"),
        cancel=value("cancel", "plain"),
        parallel=read_steps(reader, entries.get("parallel"), child(path, "parallel"), key),
    )


def _known(entries: dict[str, Node]) -> list[str]:
    if "run" in entries:
        return _RUN
    if "uses" in entries:
        return _USES
    return ["name", "id", *_WAITS] if any(name in entries for name in _WAITS) else [*_RUN, *_USES]


def read_uses(reader: Reader, value: Value, workflow: bool = False) -> Uses | None:
    """What a ``uses`` names; None after an error."""
    text = value.text
    if text.startswith("docker://") and not workflow:
        return Uses(value, "docker", text.removeprefix("docker://"))
    if text.startswith(("./", "$/")):
        name, _, ref = text[2:].rstrip("/").partition("@")
        return Uses(value, "local", name or ".", ref)
    if _REMOTE.match(text):
        name, _, ref = text.partition("@")
        return Uses(value, "remote", name.lower(), ref)
    reader.error("bad-uses", f"Expected format {{org}}/{{repo}}[/path]@ref. Actual '{text}'", value.span)
    return None
