"""The services of compose files as they stand there: included, extended, and one file over another.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gha2tekton.source import Source, Span
from gha2tekton.workflow.compose_keys import target_of
from gha2tekton.workflow.compose_shape import misfit
from gha2tekton.yaml import YamlError, compose, documents, joined, plain


class ComposeError(ValueError):
    """A compose file that cannot be read, worded for people with its place."""


class UnreadableCompose(ComposeError):
    """A compose file that is no YAML at all, so that docker itself would refuse it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(f"{span}: {message}")
        self.message = message
        self.span = span


Reader = Callable[[str], Source | None]
"""Reads a file by its path relative to the first compose file."""


def merged(sources: Sequence[Source], reader: Reader) -> dict[str, dict[str, Any]]:
    """The bodies of services by name, later files over earlier ones; ComposeError when one cannot be read."""
    found: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, body in _services(source, reader).items():
            found[name] = _merge(found.get(name, {}), body)
    return {name: _extend(name, found, (), reader) for name in found}


def _services(source: Source, reader: Reader, depth: int = 0) -> dict[str, dict[str, Any]]:
    try:
        root = compose(source)
    except YamlError as error:
        if re.search(r"!(reset|override)\b", source.text):
            raise ComposeError(
                f"{error.span}: the tags !reset and !override are not read: write the whole out"
            ) from None
        try:
            documents(source.text, source.name)
        except ValueError:
            raise UnreadableCompose(error.message, error.span) from None
        raise ComposeError(f"{error.span}: {error.message}") from None
    document = joined(plain(root)) if root is not None else None
    if root is not None and (wrong := misfit(root, document)):
        raise ComposeError(wrong)
    services = document.get("services") if isinstance(document, dict) else None
    included = _included(source, document, reader, depth) if isinstance(document, dict) else {}
    if services is None and included:
        return included
    if not isinstance(services, dict):
        raise ComposeError(f"{source.name}:1:1: no services in this compose file")
    return included | {name: body or {} for name, body in services.items()}


def external_volumes(sources: Sequence[Source]) -> dict[str, str]:
    """The volumes that files take for made already, with docker's names for them, later files over earlier ones.

    https://docs.docker.com/reference/compose-file/volumes/#external
    """
    found: dict[str, str] = {}
    for source in sources:
        root = compose(source) if "external" in source.text else None
        document = joined(plain(root)) if root is not None else None
        volumes = document.get("volumes") if isinstance(document, dict) else None
        for name, body in volumes.items() if isinstance(volumes, dict) else ():
            external = body.get("external") if isinstance(body, dict) else None
            if external is True or isinstance(external, dict):
                own = external.get("name") if isinstance(external, dict) else None
                found[name] = str(body.get("name") or own or name)
            else:
                found.pop(name, None)
    return found


def _included(source: Source, document: dict[str, Any], reader: Reader, depth: int) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for item in document.get("include") or ():
        names = item.get("path") if isinstance(item, dict) else item
        for name in [names] if isinstance(names, str) else names or ():
            other = reader(str(name)) if depth < 9 else None
            if other is None:
                raise ComposeError(f"{source.name}: the file {name} that it includes is not in the repository")
            out |= _services(other, reader, depth + 1)
    return out


def _extend(
    name: str, services: Mapping[str, dict[str, Any]], seen: tuple[tuple[str, str], ...], reader: Reader, file: str = ""
) -> dict[str, Any]:
    body = dict(services[name])
    extends = body.pop("extends", None)
    parent = extends.get("service") if isinstance(extends, dict) else extends
    other = str(extends["file"]) if isinstance(extends, dict) and extends.get("file") else file
    if not isinstance(parent, str) or (other, parent) in seen:
        return body
    if other != file:
        source = reader(other)
        if source is None:
            raise ComposeError(f"service {name} extends one of {other}, which is not in the repository")
        services = _services(source, reader)
    if parent not in services:
        raise ComposeError(f"service {name} extends {parent}, which is no service")
    return _merge(_extend(parent, services, (*seen, (file, name)), reader, other), body)


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge, lists append, command and entrypoint replace, as compose does with several files."""
    out = dict(under)
    for key, value in over.items():
        before = out.get(key)
        if key in ("environment", "labels", "extra_hosts"):
            out[key] = {**pairs(before), **pairs(value)}
        elif key == "depends_on" and before is not None:
            out[key] = {**_waits(before), **_waits(value)}
        elif isinstance(before, dict) and isinstance(value, dict):
            out[key] = _merge(before, value)
        elif key == "volumes" and isinstance(before, list):
            places = [target_of(item) for item in value or ()]
            out[key] = [item for item in before if target_of(item) not in places] + list(value or ())
        elif before is not None and key in _LISTS:
            out[key] = [*_list(before), *(item for item in _list(value) if item not in _list(before))]
        elif isinstance(before, list) and isinstance(value, list) and key not in ("command", "entrypoint", "test"):
            out[key] = before + [item for item in value if item not in before]
        else:
            out[key] = value
    return out


_LISTS = frozenset({"env_file", "dns", "dns_search", "tmpfs"})
"""What may be one text or a list of them."""


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _waits(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {str(name): {} for name in value or ()}


def pairs(value: Any) -> dict[str, Any]:
    """A mapping, or a list of NAME=VALUE, as a mapping."""
    if isinstance(value, list):
        return {
            str(item).partition("=")[0]: str(item).partition("=")[2] if "=" in str(item) else None for item in value
        }
    return dict(value or {})
