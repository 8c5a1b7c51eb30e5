"""Docker compose files, as much as tells what a service's container is.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gha2tekton.source import Source
from gha2tekton.yaml import YamlError, compose, plain


class ComposeError(ValueError):
    """A compose file that cannot be read, worded for people with its place."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service; ``gpus`` is a count, ``all`` or None, ``unset`` names variables that had no value."""

    name: str
    image: str = ""
    build: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    working_dir: str = ""
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    user: str = ""
    shm_size: str = ""
    gpus: int | str | None = None
    ports: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """Keys that say something a Pod cannot do."""


def read_services(sources: Sequence[Source], variables: Mapping[str, str]) -> dict[str, Service]:
    """The services of compose files, later files over earlier ones; ComposeError when one cannot be read."""
    merged: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, body in _services(source).items():
            merged[name] = _merge(merged.get(name, {}), body)
    return {name: _service(name, _extend(name, merged, ()), variables) for name in merged}


def _services(source: Source) -> dict[str, dict[str, Any]]:
    try:
        root = compose(source)
    except YamlError as error:
        raise ComposeError(f"{error.span}: {error.message}") from None
    document = plain(root) if root is not None else None
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        raise ComposeError(f"{source.name}:1:1: no services in this compose file")
    for name, body in services.items():
        if body is not None and not isinstance(body, dict):
            raise ComposeError(f"{source.name}:1:1: service {name} is not a mapping")
    return {name: body or {} for name, body in services.items()}


def _extend(name: str, services: Mapping[str, dict[str, Any]], seen: tuple[str, ...]) -> dict[str, Any]:
    body = dict(services[name])
    extends = body.pop("extends", None)
    parent = extends.get("service") if isinstance(extends, dict) else extends
    if isinstance(parent, str) and parent in services and parent not in seen:
        return _merge(_extend(parent, services, (*seen, name)), body)
    return body


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge, lists append, command and entrypoint replace, as compose does with several files."""
    out = dict(under)
    for key, value in over.items():
        before = out.get(key)
        if key in ("environment", "labels", "extra_hosts"):
            out[key] = {**_pairs(before), **_pairs(value)}
        elif isinstance(before, dict) and isinstance(value, dict):
            out[key] = _merge(before, value)
        elif isinstance(before, list) and isinstance(value, list) and key not in ("command", "entrypoint"):
            out[key] = before + [item for item in value if item not in before]
        else:
            out[key] = value
    return out


def _pairs(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {
            str(item).partition("=")[0]: str(item).partition("=")[2] if "=" in str(item) else None for item in value
        }
    return dict(value or {})


_HANDLED = frozenset(
    "image build environment env_file volumes working_dir entrypoint command user shm_size deploy runtime gpus ports "
    "depends_on healthcheck profiles restart container_name stdin_open tty pull_policy hostname labels expose init "
    "logging platform version network_mode ipc networks stop_grace_period ulimits".split()
)


def _service(name: str, body: Mapping[str, Any], variables: Mapping[str, str]) -> Service:
    unset: list[str] = []

    def text(value: Any) -> str:
        return interpolate(_scalar(value), variables, unset)

    def words(value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        return tuple(text(item) for item in value) if isinstance(value, list) else tuple(shlex.split(text(value)))

    environment = {
        key: (variables.get(key, "") if value is None else text(value))
        for key, value in _pairs(body.get("environment")).items()
    }
    depends = body.get("depends_on") or ()
    build = body.get("build")
    files = body.get("env_file") or ()
    return Service(
        name=name,
        image=text(body.get("image")),
        build=text(build.get("context", ".") if isinstance(build, dict) else build),
        environment=environment,
        env_files=tuple(text(item) for item in ([files] if isinstance(files, str) else files) if isinstance(item, str)),
        volumes=tuple(pair for item in body.get("volumes") or () if (pair := _volume(item, text))),
        working_dir=text(body.get("working_dir")),
        entrypoint=words(body.get("entrypoint")),
        command=words(body.get("command")),
        user=text(body.get("user")),
        shm_size=text(body.get("shm_size")),
        gpus=_gpus(body),
        ports=tuple(text(item.get("target") if isinstance(item, dict) else item) for item in body.get("ports") or ()),
        depends_on=tuple(depends),
        healthcheck=_healthcheck(body.get("healthcheck"), text),
        profiles=tuple(text(item) for item in body.get("profiles") or ()),
        unset=tuple(dict.fromkeys(unset)),
        ignored=tuple(sorted(key for key in body if key not in _HANDLED and not key.startswith("x-"))),
    )


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _volume(item: Any, text: Any) -> tuple[str, str] | None:
    if isinstance(item, dict):
        return (text(item.get("source")), text(item.get("target"))) if item.get("target") else None
    source, _, rest = text(item).partition(":")
    return (source, rest.removesuffix(":ro").removesuffix(":rw").removesuffix(":z")) if rest else ("", source)


def _gpus(body: Mapping[str, Any]) -> int | str | None:
    devices = ((body.get("deploy") or {}).get("resources") or {}).get("reservations") or {}
    for device in devices.get("devices") or ():
        if not isinstance(device, dict):
            continue
        if "gpu" in (device.get("capabilities") or []) or device.get("driver") == "nvidia":
            if ids := device.get("device_ids"):
                return len(ids)
            count = device.get("count", "all")
            return int(count) if str(count).isdigit() else "all"
    if body.get("gpus") is not None:
        return "all" if not str(body["gpus"]).isdigit() else int(body["gpus"])
    return "all" if body.get("runtime") == "nvidia" else None


def _healthcheck(value: Any, text: Any) -> tuple[str, ...]:
    if not isinstance(value, dict) or value.get("disable"):
        return ()
    test = value.get("test")
    if isinstance(test, str):
        return ("sh", "-c", text(test))
    if not isinstance(test, list) or not test or test[0] == "NONE":
        return ()
    rest = tuple(text(item) for item in test[1:])
    return ("sh", "-c", *rest) if test[0] == "CMD-SHELL" else rest if test[0] == "CMD" else (text(test[0]), *rest)


_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\}|(\w+))")


def interpolate(text: str, variables: Mapping[str, str], unset: list[str]) -> str:
    """``${NAME:-default}`` and its relatives; names without a value are added to ``unset``."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        name, operator, word = match[2] or match[5], match[3] or "", match[4] or ""
        known = variables.get(name)
        given = known is not None and not (operator.startswith(":") and known == "")
        if operator.endswith("+"):
            return interpolate(word, variables, unset) if given else ""
        if given:
            return known or ""
        if operator.endswith("-"):
            return interpolate(word, variables, unset)
        unset.append(name)
        return ""

    return _VARIABLE.sub(value, text)


def dotenv(text: str) -> dict[str, str]:
    """The variables of a ``.env`` file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name.strip()] = value[1:-1] if quoted else value.split(" #")[0].rstrip()
    return found
