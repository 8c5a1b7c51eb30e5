"""``on``: what starts a workflow.

https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from typing import cast

from gha2tekton.workflow.model import Event, Input, InputType, Output, Schedule, SecretInput, Value
from gha2tekton.workflow.reader import Reader, child, is_null, leaves
from gha2tekton.yaml import Node, Scalar, Sequence

_FILTERS = {name: name.replace("-", "_") for name in (
    "types", "branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore", "workflows",
)}  # fmt: skip
_PULL = "types branches branches-ignore paths paths-ignore".split()
_KEYS: dict[str, list[str]] = {
    "push": "branches branches-ignore tags tags-ignore paths paths-ignore".split(),
    "pull_request": _PULL,
    "pull_request_target": _PULL,
    "merge_group": "types branches branches-ignore".split(),
    "workflow_run": "types workflows branches branches-ignore".split(),
    "workflow_dispatch": ["inputs"],
    "workflow_call": ["inputs", "outputs", "secrets"],
    "image_version": ["types", "names", "versions"],
}
_WITH_TYPES = (
    "branch_protection_rule check_run check_suite discussion discussion_comment issue_comment issues label milestone "
    "project project_card project_column pull_request_comment pull_request_review pull_request_review_comment "
    "registry_package release repository_dispatch watch"
).split()
_BARE = "create delete deployment deployment_status fork gollum page_build public status".split()
EVENTS = frozenset([*_KEYS, *_WITH_TYPES, *_BARE, "schedule"])
_INPUT_KEYS = "type description required default options deprecationMessage".split()
_TYPES = ("string", "boolean", "number", "choice", "environment")


def read_events(reader: Reader, node: Node | None, path: str) -> tuple[Event, ...]:
    """Every entry of ``on`` in any of its three forms."""
    if node is None:
        return ()
    if isinstance(node, Scalar):
        return reader.each([(path, node)], lambda item, where: _bare(reader, item, where))
    if isinstance(node, Sequence):
        return reader.each(reader.items(node, path), lambda item, where: _bare(reader, item, where))
    return tuple(
        event
        for key, value in node.entries
        if (event := _event(reader, key.text, key, value, child(path, key.text))) is not None
    )


def _bare(reader: Reader, node: Node, path: str) -> Event | None:
    if not isinstance(node, Scalar):
        reader.error("wrong-type", "A scalar was expected", node.span)
        return None
    return _event(reader, node.text, node, None, path)


def _event(reader: Reader, name: str, key: Scalar, node: Node | None, path: str) -> Event | None:
    if name not in EVENTS:
        reader.error("unknown-event", f"Unexpected value '{name}'", key.span)
        return None
    if name == "schedule":
        return Event(name, path, key.span, schedules=_schedules(reader, node, path))
    known = _KEYS.get(name, ["types"] if name in _WITH_TYPES else [])
    entries = reader.mapping(node, path, dict.fromkeys(known))
    lists = {
        field: reader.values(entries[word], child(path, word), "plain") for word, field in _FILTERS.items() if word in entries
    }
    for word in ("branches", "tags", "paths"):
        if word in entries and f"{word}-ignore" in entries:
            reader.error("filter-conflict", f"'{word}' and '{word}-ignore' cannot both be given for an event", key.span)
    inputs = _inputs(reader, entries.get("inputs"), child(path, "inputs"))
    return Event(
        name,
        path,
        key.span,
        inputs=inputs,
        secrets=_secrets(reader, entries.get("secrets"), child(path, "secrets")),
        outputs=read_outputs(reader, entries.get("outputs"), child(path, "outputs"), "workflow_call.outputs"),
        **lists,
    )


def _schedules(reader: Reader, node: Node | None, path: str) -> tuple[Schedule, ...]:
    out: list[Schedule] = []
    for where, item in reader.items(node, path):
        entries = reader.mapping(item, where, {"cron": 1, "timezone": 1})
        reader.required(entries, ["cron"], item.span)
        cron = reader.value(entries.get("cron"), child(where, "cron"), "plain")
        if cron:
            if len(cron.text.split()) != 5:
                reader.error("bad-cron", f"Invalid cron expression '{cron.text}': five fields are needed", cron.span)
            out.append(Schedule(cron, reader.value(entries.get("timezone"), child(where, "timezone"), "plain")))
    return tuple(out)


def _inputs(reader: Reader, node: Node | None, path: str) -> tuple[Input, ...]:
    return tuple(
        read_input(reader, name, item, child(path, name), "workflow_call.inputs")
        for name, item in reader.mapping(node, path).items()
    )


def read_input(reader: Reader, name: str, node: Node, path: str, key: str) -> Input:
    """One input of a workflow or an action."""
    entries = reader.mapping(node, path, dict.fromkeys(_INPUT_KEYS) if key != "action.inputs" else None)
    kind = reader.value(entries.get("type"), child(path, "type"), "plain")
    required = reader.value(entries.get("required"), child(path, "required"), "plain")
    if kind and kind.text not in _TYPES:
        reader.error("unknown-type", f"Unexpected value '{kind.text}'", kind.span)
    return Input(
        name,
        path,
        node.span,
        type=cast(InputType, kind.text if kind and kind.text in _TYPES else "string"),
        description=reader.value(entries.get("description"), child(path, "description"), "plain"),
        required=required is not None and required.raw is True,
        default=reader.value(entries.get("default"), child(path, "default"), key),
        options=reader.values(entries.get("options"), child(path, "options"), "plain"),
        leaves=_below(node, path),
    )


def _secrets(reader: Reader, node: Node | None, path: str) -> tuple[SecretInput, ...]:
    out: list[SecretInput] = []
    for name, item in reader.mapping(node, path).items():
        where = child(path, name)
        entries = reader.mapping(item, where, {"description": 1, "required": 1})
        required = reader.value(entries.get("required"), child(where, "required"), "plain")
        given = required is not None and required.raw is True
        out.append(SecretInput(name, where, item.span, given, _below(item, where)))
    return tuple(out)


def read_outputs(reader: Reader, node: Node | None, path: str, key: str) -> tuple[Output, ...]:
    """Outputs of a reusable workflow or an action."""
    out: list[Output] = []
    for name, item in reader.mapping(node, path).items():
        where = child(path, name)
        entries = reader.mapping(item, where, {"description": 1, "value": 1})
        value = reader.value(entries.get("value"), child(where, "value"), key)
        if value is None and not is_null(item):
            value = Value(where, item.span, None, ())
        if value:
            out.append(Output(name, value, _below(item, where)))
    return tuple(out)


def _below(node: Node, path: str) -> tuple[Value, ...]:
    """The leaves below a node as plain values, for the ledger."""
    return tuple(
        Value(where, leaf.span, leaf.value if isinstance(leaf, Scalar) else None, (leaf.text,) if isinstance(leaf, Scalar) else ())
        for where, leaf in leaves(node, path)
    )
