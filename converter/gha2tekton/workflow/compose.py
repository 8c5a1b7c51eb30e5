"""Docker compose files, as much as tells what a service's container is.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from gha2tekton.record import Record, field
from gha2tekton.shell.docker import of_amd
from gha2tekton.source import Source
from gha2tekton.workflow.compose_files import ComposeError, Reader, UnreadableCompose, merged, pairs
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
    shared_memory_of,
    volume_of,
)
from gha2tekton.workflow.interpolation import hangs_on_variables, interpolate

__all__ = ["ComposeError", "Service", "UnreadableCompose", "read_services"]


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
    """How large /dev/shm is: "host" where it is the machine's."""
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


def read_services(
    sources: Sequence[Source], variables: Mapping[str, str], reader: Reader = lambda name: None
) -> dict[str, Service]:
    """The services of compose files, later files over earlier ones; ComposeError when one cannot be read."""
    whole = merged(sources, reader)
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


class _Filled(Record):
    """The texts of a service with what their variables say."""

    service: str
    variables: Mapping[str, str]
    unset: list[str] = field(default_factory=list)
    pinned: dict[str, str] = field(default_factory=dict)

    def text(self, value: Any) -> str:
        raw = scalar(value)
        known = interpolate(raw, self.variables, self.unset)
        if hangs_on_variables(raw):
            self.pinned[raw] = known
        return known

    def words(self, value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        if isinstance(value, list):
            return tuple(self.text(item) for item in value)
        try:
            return tuple(shlex.split(self.text(value)))
        except ValueError as error:
            raise ComposeError(f"service {self.service}: {error} in {self.text(value)}") from None


def _environment(
    given: Mapping[str, Any], variables: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str | None]]:
    """What is known of a service's variables, and those that only the run can fill (None: handed on)."""
    known: dict[str, str] = {}
    later: dict[str, str | None] = {}
    for key, value in given.items():
        raw = None if value is None else scalar(value)
        if raw is None or hangs_on_variables(raw):
            later[key] = raw
        else:
            known[key] = interpolate(raw, variables, [])
    return known, later


def _service(name: str, body: Mapping[str, Any], variables: Mapping[str, str], others: Collection[str]) -> Service:
    filled = _Filled(name, variables)
    text = filled.text
    build, build_options, build_left = build_of(body.get("build"), text)
    files = body.get("env_file") or ()
    environment, later = _environment(pairs(body.get("environment")), variables)
    devices = later.get("NVIDIA_VISIBLE_DEVICES")
    likely = {"NVIDIA_VISIBLE_DEVICES": interpolate(devices, variables, [])} if devices else {}
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
        env_files=tuple(env_file_of(item, text) for item in (files if isinstance(files, (list, tuple)) else [files])),
        volumes=tuple(pair for item in body.get("volumes") or () if (pair := volume_of(item, text))),
        working_dir=text(body.get("working_dir")),
        open_input=tuple(key for key in ("tty", "stdin_open") if text(body.get(key, False)) == "true"),
        entrypoint=filled.words(body.get("entrypoint")),
        command=filled.words(body.get("command")),
        user=text(body.get("user")),
        container_name=text(body.get("container_name")),
        shm_size=shared_memory_of(body, text),
        devices=tuple(text(item) for item in body.get("devices") or ()),
        gpus=gpus_of(body, {**environment, **likely}, text),
        ports=tuple(text(port_of(item)) for item in body.get("ports") or ()),
        depends_on=tuple(pair for pair in depends_of(body.get("depends_on")) if pair[0] in others),
        health=health_of(body.get("healthcheck"), text),
        profiles=tuple(text(item) for item in body.get("profiles") or ()),
        unset=tuple(dict.fromkeys(filled.unset)),
        pinned=tuple(filled.pinned.items()),
        ignored=(*sorted(_ignored(body, text)), *elsewhere),
        differs=tuple(sorted(_CLUSTERS & body.keys())),
        privileged=body.get("privileged") is True,
        cap_add=tuple(text(one) for one in body.get("cap_add") or ()),
        cap_drop=tuple(text(one) for one in body.get("cap_drop") or ()),
        security_opt=tuple(text(one) for one in body.get("security_opt") or ()),
    )
