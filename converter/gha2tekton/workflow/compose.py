"""Docker compose files, as much as tells what a service's container is.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from gha2tekton.record import Record, field
from gha2tekton.shell.docker import of_amd
from gha2tekton.source import Source, Span
from gha2tekton.workflow.compose_keys import (
    Health,
    build_of,
    depends_of,
    env_file_of,
    gpus_of,
    health_of,
    hosts_of,
    port_of,
    scalar,
    target_of,
    volume_of,
)
from gha2tekton.workflow.interpolation import hangs_on_variables, interpolate
from gha2tekton.yaml import YamlError, compose, documents, joined, plain


class ComposeError(ValueError):
    """A compose file that cannot be read, worded for people with its place."""


class UnreadableCompose(ComposeError):
    """A compose file that is no YAML at all, so that docker itself would refuse it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(f"{span}: {message}")
        self.message = message
        self.span = span


class Service(Record, frozen=True):
    """One service; ``gpus`` is a count, ``all`` or None, ``unset`` names variables that had no value."""

    name: str
    image: str = ""
    build: str = ""
    build_options: tuple[str, ...] = ()
    """Options of docker build for it."""
    build_left: tuple[str, ...] = ()
    """What else its build is told."""
    environment: Mapping[str, str] = field(default_factory=dict)
    open_environment: Mapping[str, str | None] = field(default_factory=dict)
    """Variables whose values hang on others, as written, for the run; None where the caller's own is passed on."""
    env_files: tuple[str, ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    working_dir: str = ""
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    user: str = ""
    open_input: tuple[str, ...] = ()
    """The keys that say that its input has no end."""
    container_name: str = ""
    shm_size: str = ""
    gpus: int | str | None = None
    devices: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    depends_on: tuple[tuple[str, str], ...] = ()
    """The services that must have started, or be healthy, or have ended well: by compose's names for these."""
    health: Health | None = None
    profiles: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Names that lead to its machine."""
    unset: tuple[str, ...] = ()
    pinned: tuple[tuple[str, str], ...] = ()
    """What else hangs on variables, as written, and what it was taken for."""
    ignored: tuple[str, ...] = ()
    """Keys that say something a Pod cannot do."""
    differs: tuple[str, ...] = ()
    """Keys of which the cluster has its own."""
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()


Reader = Callable[[str], Source | None]
"""Reads a file by its path relative to the first compose file."""


def read_services(
    sources: Sequence[Source], variables: Mapping[str, str], reader: Reader = lambda name: None
) -> dict[str, Service]:
    """The services of compose files, later files over earlier ones; ComposeError when one cannot be read."""
    merged: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, body in _services(source, reader).items():
            merged[name] = _merge(merged.get(name, {}), body)
    whole = {name: _extend(name, merged, (), reader) for name in merged}
    return {name: _service(name, body, variables, frozenset(whole)) for name, body in whole.items()}


def _ignored(body: Mapping[str, Any], text: Callable[[Any], str]) -> Iterator[str]:
    """What of a service a sidecar cannot do."""
    for key, value in body.items():
        if key not in _HANDLED and key not in _CLUSTERS and not key.startswith("x-"):
            yield key
        elif key in ("secrets", "configs") and value:
            yield f"{key} of the file"
        elif key == "devices":
            known = ("/dev/nvidia", "/dev/kfd", "/dev/dri") if of_amd(map(text, value or ())) else ("/dev/nvidia",)
            yield from (f"device {text(item)}" for item in value or () if not str(item).startswith(known))
    replicas = (body.get("deploy") or {}).get("replicas", body.get("scale", 1))
    if text(replicas) not in ("1", ""):
        yield f"{text(replicas)} containers"


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
    services = document.get("services") if isinstance(document, dict) else None
    included = _included(source, document, reader, depth) if isinstance(document, dict) else {}
    if services is None and included:
        return included
    if not isinstance(services, dict):
        raise ComposeError(f"{source.name}:1:1: no services in this compose file")
    for name, body in services.items():
        if body is not None and not isinstance(body, dict):
            raise ComposeError(f"{source.name}:1:1: service {name} is not a mapping")
    return included | {name: body or {} for name, body in services.items()}


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
            out[key] = {**_pairs(before), **_pairs(value)}
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


def _pairs(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {
            str(item).partition("=")[0]: str(item).partition("=")[2] if "=" in str(item) else None for item in value
        }
    return dict(value or {})


_HANDLED = frozenset(
    "image build environment env_file volumes working_dir entrypoint command user shm_size deploy runtime gpus ports "
    "depends_on healthcheck profiles restart container_name stdin_open tty pull_policy hostname labels expose init "
    "logging platform version network_mode ipc networks stop_grace_period ulimits extra_hosts links cap_add cap_drop "
    "privileged security_opt secrets configs devices attach annotations develop stop_signal label_file scale".split()
)
_CLUSTERS = frozenset(
    "mem_limit mem_reservation mem_swappiness memswap_limit cpus cpu_shares cpu_count cpu_percent cpuset pids_limit "
    "oom_score_adj oom_kill_disable dns dns_search dns_opt pid uts userns_mode group_add read_only tmpfs domainname "
    "blkio_config cgroup cgroup_parent".split()
)


def _service(name: str, body: Mapping[str, Any], variables: Mapping[str, str], others: Collection[str]) -> Service:
    unset: list[str] = []
    pinned: dict[str, str] = {}

    def text(value: Any) -> str:
        raw = scalar(value)
        known = interpolate(raw, variables, unset)
        if hangs_on_variables(raw):
            pinned[raw] = known
        return known

    def words(value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        return tuple(text(item) for item in value) if isinstance(value, list) else tuple(shlex.split(text(value)))

    environment: dict[str, str] = {}
    later: dict[str, str | None] = {}
    for key, value in _pairs(body.get("environment")).items():
        raw = None if value is None else scalar(value)
        if raw is None or hangs_on_variables(raw):
            later[key] = raw
        else:
            environment[key] = interpolate(raw, variables, [])
    devices = later.get("NVIDIA_VISIBLE_DEVICES")
    likely = {"NVIDIA_VISIBLE_DEVICES": interpolate(devices, variables, [])} if devices else {}
    build, build_options, build_left = build_of(body.get("build"), text)
    files = body.get("env_file") or ()
    hosts, elsewhere = hosts_of(body, text)
    return Service(
        name=name,
        hosts=hosts,
        image=text(body.get("image")),
        build=build,
        build_options=build_options,
        build_left=build_left,
        environment=environment,
        open_environment=later,
        env_files=tuple(env_file_of(item, text) for item in ([files] if isinstance(files, str) else files)),
        volumes=tuple(pair for item in body.get("volumes") or () if (pair := volume_of(item, text))),
        working_dir=text(body.get("working_dir")),
        open_input=tuple(key for key in ("tty", "stdin_open") if text(body.get(key, False)) == "true"),
        entrypoint=words(body.get("entrypoint")),
        command=words(body.get("command")),
        user=text(body.get("user")),
        container_name=text(body.get("container_name")),
        shm_size=text(body.get("shm_size")),
        devices=tuple(text(item) for item in body.get("devices") or ()),
        gpus=gpus_of(body, {**environment, **likely}, text),
        ports=tuple(text(port_of(item)) for item in body.get("ports") or ()),
        depends_on=tuple(pair for pair in depends_of(body.get("depends_on")) if pair[0] in others),
        health=health_of(body.get("healthcheck"), text),
        profiles=tuple(text(item) for item in body.get("profiles") or ()),
        unset=tuple(dict.fromkeys(unset)),
        pinned=tuple(pinned.items()),
        ignored=(*sorted(_ignored(body, text)), *elsewhere),
        differs=tuple(sorted(_CLUSTERS & body.keys())),
        privileged=body.get("privileged") is True,
        cap_add=tuple(text(one) for one in body.get("cap_add") or ()),
        cap_drop=tuple(text(one) for one in body.get("cap_drop") or ()),
        security_opt=tuple(text(one) for one in body.get("security_opt") or ()),
    )
