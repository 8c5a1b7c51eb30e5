"""``on``: what starts a workflow, and the inputs and outputs of those that are called.

https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from typing import cast

from gha2tekton.workflow.cron import is_cron
from gha2tekton.workflow.model import Event, Input, InputType, Output, Schedule, SecretInput, Value
from gha2tekton.workflow.reader import Reader
from gha2tekton.yaml import Mapping, Node, Scalar

_TYPES = ("string", "boolean", "number", "choice", "environment")


def read_events(reader: Reader, node: Node | None) -> tuple[Event, ...]:
    """Every entry of ``on`` in any of its three forms."""
    if isinstance(node, Mapping):
        return tuple(_event(reader, key, value) for key, value in node.entries)
    names = [item for item in reader.items(node) if isinstance(item, Scalar)]
    return tuple(Event(name.text, reader.path(name), name.span) for name in names)


def _event(reader: Reader, key: Scalar, node: Node) -> Event:
    path = reader.path(node)
    if key.text == "schedule":
        return Event(key.text, path, key.span, schedules=_schedules(reader, node))
    entries = reader.entries(node)
    for word in ("branches", "tags", "paths"):
        if word in entries and f"{word}-ignore" in entries:
            message = f"'{word}' and '{word}-ignore' cannot both be given for an event; use '{word}' with '!' patterns"
            reader.error("filter-conflict", message, entries[f"{word}-ignore"].span)

    def listed(name: str) -> tuple[Value, ...]:
        return reader.values(entries.get(name))

    return Event(
        key.text,
        path,
        key.span,
        types=listed("types"),
        branches=listed("branches"),
        branches_ignore=listed("branches-ignore"),
        tags=listed("tags"),
        tags_ignore=listed("tags-ignore"),
        paths=listed("paths"),
        paths_ignore=listed("paths-ignore"),
        workflows=listed("workflows"),
        inputs=_inputs(reader, entries.get("inputs")),
        secrets=_secrets(reader, entries.get("secrets")),
        outputs=read_outputs(reader, entries.get("outputs")),
    )


def _schedules(reader: Reader, node: Node) -> tuple[Schedule, ...]:
    out: list[Schedule] = []
    for item in reader.items(node):
        entries = reader.entries(item)
        cron = reader.value(entries.get("cron"))
        if cron is None:
            continue
        if not is_cron(cron.text):
            message = "Invalid cron expression. Expected format: '* * * * *' (minute hour day month weekday)"
            reader.error("bad-cron", f"{message}, not '{cron.text.strip()}'", cron.span)
        out.append(Schedule(cron, reader.value(entries.get("timezone"))))
    return tuple(out)


def _inputs(reader: Reader, node: Node | None) -> tuple[Input, ...]:
    inputs = tuple(read_input(reader, name, item) for name, item in reader.entries(node).items())
    for input in inputs:
        if input.type == "choice" and not input.options:
            reader.error("missing-key", "Missing 'options' for choice input", input.span)
        if input.type != "choice" and input.options:
            reader.error("unknown-key", "Input type is not 'choice', but 'options' is defined", input.options[0].span)
        if input.default and input.default.literal is not None:
            _check_default(reader, input.type, input.default)
    return inputs


def _check_default(reader: Reader, type: InputType, default: Value) -> None:
    text = default.literal or ""
    wrong = type == "boolean" and text.lower() not in ("true", "false", "")
    if wrong or (type == "number" and isinstance(default.raw, bool)):
        reader.error("bad-default", f"Unexpected default '{text}': the type of the input is {type}", default.span)


def read_input(reader: Reader, name: str, node: Node) -> Input:
    """One input of a workflow or an action."""
    entries = reader.entries(node)
    kind = reader.value(entries.get("type"))
    required = reader.value(entries.get("required"))
    return Input(
        name,
        reader.path(node),
        node.span,
        type=cast(InputType, kind.text if kind and kind.text in _TYPES else "string"),
        description=reader.value(entries.get("description")),
        required=required is not None and required.raw is True,
        default=reader.value(entries.get("default")),
        options=reader.values(entries.get("options")),
        leaves=reader.leaves(node),
    )


def _secrets(reader: Reader, node: Node | None) -> tuple[SecretInput, ...]:
    out: list[SecretInput] = []
    for name, item in reader.entries(node).items():
        required = reader.value(reader.entries(item).get("required"))
        given = required is not None and required.raw is True
        out.append(SecretInput(name, reader.path(item), item.span, given, reader.leaves(item)))
    return tuple(out)


def read_outputs(reader: Reader, node: Node | None) -> tuple[Output, ...]:
    """Outputs of a reusable workflow or an action; one without a value is empty."""
    return tuple(
        Output(
            name,
            reader.value(reader.entries(item).get("value")) or Value(reader.path(item), item.span, None, ()),
            reader.leaves(item),
        )
        for name, item in reader.entries(node).items()
    )
