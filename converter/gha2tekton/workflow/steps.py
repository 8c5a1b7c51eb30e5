"""Steps of jobs and of composite actions."""

from __future__ import annotations

import re

from gha2tekton.source import Span
from gha2tekton.workflow.model import Step, Uses, Value
from gha2tekton.workflow.reader import Reader
from gha2tekton.yaml import Mapping, Node, Scalar

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_REMOTE = re.compile(r"[^/@\s]+/[^/@\s]+(/[^@\s]+)?@\S+\Z")
_WORKFLOW = re.compile(r"(\.|\$|[^/@\s]+/[^/@\s]+)/\.github/workflows/[^/@]+\.ya?ml(@\S+)?\Z", re.IGNORECASE)
_SCRIPT_LIMIT = 21_000
_COMMIT = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_PINNED = re.compile(r"[ \t]+#[^\n]*?(?<![\w.])(?P<tag>v\d+(?:\.\d+)*)\b")
_ALONE = frozenset({"background", "wait", "wait-all", "cancel", "parallel"})
"""What steps that run side by side may not say."""


def read_steps(reader: Reader, node: Node | None, known: dict[str, Span] | None = None) -> tuple[Step, ...]:
    """The steps of a list; ids are checked to be unique within it and within ``known``."""
    ids: dict[str, Span] = {} if known is None else known
    if isinstance(node, Scalar):
        return ()
    return tuple(_step(reader, item, ids) for item in reader.items(node) if isinstance(item, Mapping))


def check_id(reader: Reader, text: str, span: Span, known: dict[str, Span]) -> None:
    """GitHub's rule for the ids of jobs and steps; ids are compared without case."""
    if not _ID.match(text) or len(text) >= 100:
        message = (
            "IDs may only contain alphanumeric characters, '_', and '-'. "
            "IDs must start with a letter or '_' and must be less than 100 characters."
        )
        reader.error("bad-id", f"The identifier '{text}' is invalid. {message}", span)
    elif text.startswith("__"):
        reader.error("bad-id", f"The identifier '{text}' is invalid. IDs starting with '__' are reserved.", span)
    elif first := known.get(text.lower()):
        message = f"may not be used more than once within the same scope; first in line {first.line}"
        reader.error("duplicate-id", f"The identifier '{text}' {message}", span)
    known.setdefault(text.lower(), span)


def _step(reader: Reader, node: Mapping, ids: dict[str, Span]) -> Step:
    entries = reader.entries(node)

    def value(name: str) -> Value | None:
        return reader.value(entries.get(name))

    id, run, uses = value("id"), value("run"), value("uses")
    waits = reader.values(entries.get("wait"))
    cancel = value("cancel")
    for target in (*waits, *((cancel,) if cancel else ())):
        if target.text.lower() not in ids:
            reader.error("unknown-step", f"Step references unknown step ID '{target.text}'", target.span)
    if id:
        check_id(reader, id.text, id.span, ids)
    if run and len(run.text) > _SCRIPT_LIMIT:
        reader.error("too-long", f"Exceeded max expression length {_SCRIPT_LIMIT}", run.span)
    parallel = entries.get("parallel")
    for name in (name for item in reader.items(parallel) for name in reader.entries(item) if name in _ALONE):
        reader.error("nested-parallel", f"'{name}' is not allowed inside a parallel block.", node.span)
    wait_all = value("wait-all")
    if wait_all and wait_all.raw is False:
        reader.error("bad-wait-all", "The value of 'wait-all' must be true or omitted", wait_all.span)
    return Step(
        path=reader.path(node),
        span=node.span,
        id=id,
        name=value("name"),
        condition=reader.condition(entries.get("if")),
        env=reader.env(entries.get("env")),
        continue_on_error=value("continue-on-error"),
        timeout_minutes=value("timeout-minutes"),
        run=run,
        shell=value("shell"),
        working_directory=value("working-directory"),
        uses=read_uses(reader, uses) if uses and uses.text else None,
        inputs=reader.env(entries.get("with"), lower=True),
        background=value("background"),
        wait=waits,
        wait_all=wait_all,
        cancel=cancel,
        parallel=read_steps(reader, parallel, ids),
    )


def read_uses(reader: Reader, value: Value, workflow: bool = False) -> Uses | None:
    """What a ``uses`` names; None after an error."""
    text = value.text
    if workflow and not _WORKFLOW.match(text):
        message = f"invalid value workflow reference: '{text}' names no workflow file"
        forms = "./.github/workflows/file.yml or owner/repo/.github/workflows/file.yml@ref"
        reader.error("bad-uses", f"{message}; use {forms}", value.span)
        return None
    if text.startswith("docker://"):
        return Uses(value, "docker", text.removeprefix("docker://"))
    if text.startswith(("./", "$/", ".\\")) or text == ".":
        name, _, ref = text[2:].replace("\\", "/").rstrip("/").partition("@")
        return Uses(value, "local", name or ".", ref)
    if _REMOTE.match(text):
        name, _, ref = text.partition("@")
        return Uses(value, "remote", name.lower(), ref, _version(ref, value))
    reader.error("bad-uses", f"Expected format {{org}}/{{repo}}[/path]@ref. Actual '{text}'", value.span)
    return None


def _version(ref: str, value: Value) -> str:
    """What version a ref is: ``…@<commit>  # v4.2.2`` is how tools that pin actions write it."""
    said = _PINNED.match(value.span.source.text, value.span.end) if _COMMIT.fullmatch(ref) else None
    return said["tag"] if said else ref
