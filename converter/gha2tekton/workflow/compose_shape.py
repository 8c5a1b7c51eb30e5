"""What compose takes at the keys of a file that are read here; docker refuses a file that says anything else.

https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gha2tekton.nodes import Node, deepest

Shape = type[str] | list["Shape"] | dict[str, "Shape"] | tuple["Shape", ...] | None
"""``str`` is one value, a list has items of one shape, a mapping its keys (``*``: all others), a tuple is a choice."""
_Way = tuple[str | int, ...]

_LIST: Shape = [str]
_WORDS: Shape = (str, _LIST)
_PAIRS: Shape = (_LIST, {"*": str})
_DEVICE: Shape = {"capabilities": [None], "device_ids": [str], "driver": str, "count": str}
_SERVICE: Shape = {
    **dict.fromkeys("image working_dir user container_name hostname shm_size ipc runtime scale".split(), str),
    **dict.fromkeys("profiles links cap_add cap_drop security_opt".split(), _LIST),
    **dict.fromkeys("entrypoint command tmpfs".split(), _WORDS),
    "build": (str, {"context": str, "dockerfile": str, "target": str, "args": _PAIRS}),
    "environment": _PAIRS,
    "env_file": (str, [(str, {"path": str})]),
    "volumes": [(str, {"source": str, "target": str})],
    "ports": [(str, {"target": str, "published": str})],
    "devices": [(str, {"*": None})],
    "depends_on": (_LIST, {"*": {"condition": str}}),
    "healthcheck": {"test": _WORDS, "interval": str, "timeout": str, "retries": str, "start_period": str},
    "gpus": (str, [_DEVICE]),
    "deploy": {"replicas": str, "resources": {"reservations": {"devices": [_DEVICE]}}},
    "networks": (_LIST, {"*": {"aliases": [str]}}),
    "extra_hosts": (_LIST, {"*": _WORDS}),
    "extends": (str, {"service": str, "file": str}),
}
_FILE: Shape = {"include": [(str, {"path": _WORDS})], "services": {"*": _SERVICE}}


def misfit(root: Node, content: Any) -> str:
    """The first place of a file at which something else stands, with what must; empty where there is none."""
    for way, shape in _misfits(content, _FILE, ()):
        key = ".".join(step for step in way if isinstance(step, str))
        return f"{deepest(root, way).span}: {key or 'the file'} must be {_named(shape)}"
    return ""


def _misfits(value: Any, shape: Shape, way: _Way) -> Iterator[tuple[_Way, Shape]]:
    match shape:
        case _ if value is None:
            return
        case tuple():
            found = [list(_misfits(value, one, way)) for one in shape]
            if all(found):
                # Of the forms that it may have the one that fits the furthest is meant.
                nearest = max(found, key=lambda one: len(one[0][0]))
                yield from nearest if len(nearest[0][0]) > len(way) else [(way, shape)]
        case list() if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _misfits(item, shape[0], (*way, index))
        case dict() if isinstance(value, dict):
            for key, item in value.items():
                yield from _misfits(item, shape.get(key, shape.get("*")), (*way, key))
        case list() | dict():
            yield way, shape
        case _ if shape is str and isinstance(value, (dict, list)):
            yield way, shape


def _named(shape: Shape) -> str:
    match shape:
        case tuple():
            return " or ".join(map(_named, shape))
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "one value"
