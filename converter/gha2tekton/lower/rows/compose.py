"""What became of each leaf of the compose files that scripts start services of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.journal import SAME_AS_DEFAULT, Journal
from gha2tekton.lower.containers.service_options import OF_SERVICE
from gha2tekton.lower.settings import IMAGES_OF, RUN
from gha2tekton.plan.host_directories import Bind, stands_for
from gha2tekton.plan.model import ContainerPlan, JobPlan
from gha2tekton.plan.projects import VOLUMES
from gha2tekton.record import Record
from gha2tekton.shell.quote import word
from gha2tekton.source import Source
from gha2tekton.workflow.compose import Service
from gha2tekton.workflow.compose_keys import Health
from gha2tekton.workflow.survey import child
from gha2tekton.yaml import Mapping as Entries
from gha2tekton.yaml import Node, Scalar, YamlError, compose
from gha2tekton.yaml import Sequence as Items

_Keys = tuple[str, ...]

_LOCAL = "containers of a Pod share localhost"
_DEVICES = "the device plugin says which devices there are"
_NOT_NEEDED: Mapping[str, str] = {
    "restart": "a sidecar runs as long as its Task",
    "networks": _LOCAL,
    "network_mode": _LOCAL,
    "expose": _LOCAL,
    "ports": _LOCAL,
    "build": "its image is pulled",
    "pull_policy": "the node pulls images, and keeps them",
}
_SAID = frozenset(
    "image environment env_file volumes working_dir entrypoint command user shm_size gpus runtime deploy depends_on "
    "healthcheck container_name profiles privileged cap_add cap_drop security_opt extends tty stdin_open".split()
)
_OF_CACHES = frozenset({"cache_from", "cache_to", "no_cache", "pull", "tags"})
_NAMES = frozenset({"hostname", "links", "extra_hosts"})
_MERGED = frozenset("environment volumes depends_on healthcheck env_file cap_add cap_drop security_opt deploy".split())
"""Keys to which a later file adds, rather than to take their place."""
_HEALTH = frozenset({"interval", "retries", "start_period", "timeout"})


class _Leaf(Record, frozen=True):
    path: str
    keys: _Keys
    node: Node

    @property
    def text(self) -> str:
        return self.node.text if isinstance(self.node, Scalar) else ""


def account(job: JobPlan, tasks: Sequence[str], journal: Journal) -> None:
    """Rows for the files; ``tasks`` are the names of the job's Tasks, one a stage."""
    served: dict[str, tuple[ContainerPlan, str]] = {}
    for index, stage in enumerate(job.stages):
        for container in stage.containers:
            if container.service is not None:
                served.setdefault(container.service.name, (container, f"tasks/{tasks[index]}.yaml"))
    files = {source: list(_leaves(source)) for source in job.composed}
    for number, (source, leaves) in enumerate(files.items()):
        later = {_said(leaf) for other in list(files.values())[number + 1 :] for leaf in other}
        extended = _extended(leaves)
        external = {leaf.keys[1] for leaf in leaves if leaf.keys[0] == "volumes" and leaf.keys[2:3] == ("external",)}
        driven = tuple(one.path.removesuffix("driver") + "capabilities" for one in leaves if one.keys[-1] == "driver")
        for leaf in leaves:
            path = f"{source.name}#{leaf.path}"
            first = leaf.text.lstrip().split("\n", 1)[0]
            journal.enrol(path, f"{leaf.path}: {first[:60]}", leaf.node.span)
            if len(leaf.keys) < 2 or leaf.keys[0] != "services":
                home = next((target for _, target in served.values()), "")
                kept = leaf.keys[0] == "volumes" and leaf.keys[1] in external and bool(job.host)
                if home and (kept or leaf.keys[0] == "include"):
                    journal.exact(path, home)
                else:
                    journal.dropped(path, "superseded", "it is about no single service: a sidecar needs nothing of it")
                continue
            name = leaf.keys[1] if leaf.keys[1] in served else extended.get(leaf.keys[1], "")
            if name in served and driven and leaf.path.startswith(driven):
                journal.dropped(path, "superseded", "the driver asks for a GPU already")
            elif name in served:
                _row(path, leaf, later, *served[name], job, journal)
            elif (name := name or leaf.keys[1]) in job.unfit:
                journal.manual(path, job.unfit[name])
            else:
                journal.dropped(path, "superseded", "no command of the job starts this service")


def _row(
    path: str, leaf: _Leaf, later: set[_Keys], container: ContainerPlan, target: str, job: JobPlan, journal: Journal
) -> None:
    key, *below = leaf.keys[2:] or ("",)
    service = container.service
    assert service is not None
    drop = ""
    if _said(leaf) in later and key:
        drop = "a later file says it again"
    elif key in _NAMES or (key == "networks" and "aliases" in below):
        name = leaf.text.partition(":")[2] if key == "links" else leaf.text
        journal.exact(path, RUN, reason=f"repeats the service's name {service.name}" if name == service.name else "")
        return
    elif key == "ports" and any(host in leaf.text for host, _ in container.ports):
        pass
    elif key == "build" and container.built:
        if below and below[0] in _OF_CACHES:
            journal.dropped(path, "image cache", "each run builds anew")
        else:
            usual = below == ["context"] and leaf.text in (".", "./")
            journal.exact(path, IMAGES_OF.format(job.job.id), reason=SAME_AS_DEFAULT if usual else "")
        return
    elif key in ("tmpfs", "volumes") and service.shm_size and re.match(r"/dev/shm(:|$)", leaf.text):
        pass
    elif key in service.differs:
        drop = "it is the cluster's to say"
    elif key == "ipc" and service.shm_size == "host":
        pass
    elif key == "shm_size" and service.shm_size == "host":
        drop = "it is as large as the machine's"
    elif key not in _SAID or (container.plain and key in ("tty", "stdin_open")):
        drop = _NOT_NEEDED.get(key, "a sidecar has no use for it")
    elif key == "environment" and "NVIDIA_VISIBLE_DEVICES" in (below[0] if below else "", leaf.text.partition("=")[0]):
        drop = _DEVICES
    elif key == "volumes":
        drop = OF_SERVICE if container.plain else _volume(leaf, below)
        if not drop and (differs := _of_host(leaf, below, service, job)):
            journal.adapted(path, differs, target)
            return
    elif key == "healthcheck":
        if service.health is None or (below == ["timeout"] and not container.plain):
            drop = "the check itself says when it ends" if service.health else "there is no check"
    elif key in ("deploy", "runtime", "gpus"):
        drop = _gpu(key, below, container)
    elif key in ("depends_on", "env_file") and below[-1:] in (["required"], ["restart"], ["format"]):
        drop = "the file is there, and sidecars start with their Task"
    if drop:
        journal.dropped(path, "superseded", drop)
    else:
        journal.exact(path, target, reason=_default(key, below, leaf, service.health, container, job))


def _volume(leaf: _Leaf, below: list[str]) -> str:
    """Why a leaf of a mount says nothing, if so."""
    if below and below[-1] not in ("source", "target") and not below[-1].startswith("["):
        return "mounts are told by source and target"
    own = ":" not in leaf.text and (not below or below[-1].startswith("["))
    return "what is written there stays in the container" if own else ""


def _of_host(leaf: _Leaf, below: list[str], service: Service, job: JobPlan) -> str:
    """What is different for a mount of what the runner's machine keeps."""
    short = below[-1].startswith("[")
    target = re.sub(r":[a-zA-Z,]+$", "", leaf.text).rpartition(":")[2] if short else ""
    # A volume may have another name where docker keeps it.
    kept = "" if "/" in leaf.text else f"{VOLUMES}/"
    sources = [
        source
        for source, place in service.volumes
        if Bind(source, place).of_host
        and (place == target if short else below[-1] == "source" and source.startswith(kept or leaf.text))
    ]
    return stands_for(sources) if sources and job.host else ""


def _gpu(key: str, below: list[str], container: ContainerPlan) -> str:
    """Why a leaf about resources says nothing, if so."""
    if key == "deploy" and below[:3] != ["resources", "reservations", "devices"]:
        return "it is the cluster's to say"
    if below and below[-1] in ("driver", "options"):
        return _DEVICES
    return _DEVICES if container.gpus is None or key == "runtime" else ""


def _default(
    key: str, below: list[str], leaf: _Leaf, health: Health | None, container: ContainerPlan, job: JobPlan
) -> str:
    """What a row says of a leaf that says what holds without it."""
    if key == "healthcheck" and health is not None and below and below[-1] in _HEALTH:
        return SAME_AS_DEFAULT if getattr(health, below[-1]) == getattr(Health(()), below[-1]) else ""
    if key == "depends_on" and below[-1:] == ["condition"] and leaf.text == "service_started":
        return SAME_AS_DEFAULT
    if key in ("deploy", "gpus") and leaf.text in ("all", str(job.gpu)):
        return f"{SAME_AS_DEFAULT}: the machine has that many"
    service = container.service
    assert service is not None
    if key == "container_name" and leaf.text == service.name:
        return "repeats the service's name"
    own = {"command": (container.command, service.command), "entrypoint": (container.entrypoint, service.entrypoint)}
    if key in own and own[key][0] == " ".join(map(word, own[key][1] or ())):
        return f"repeats what {container.image} says itself"
    if leaf.text in ("", "false"):
        return SAME_AS_DEFAULT
    return ""


def _said(leaf: _Leaf) -> _Keys:
    """What a later file would say as well to take its place; a list that grows has no such name."""
    if len(leaf.keys) < 3 or leaf.keys[0] != "services":
        return leaf.keys
    if leaf.keys[2] == "environment":
        name = leaf.text.partition("=")[0] if leaf.keys[3:] and leaf.keys[3].startswith("[") else leaf.keys[-1]
        return (*leaf.keys[:3], name)
    return leaf.keys if leaf.keys[2] in _MERGED else leaf.keys[:3]


def _extended(leaves: Sequence[_Leaf]) -> dict[str, str]:
    """The services that others extend, with one of these."""
    out: dict[str, str] = {}
    for leaf in leaves:
        if leaf.keys[0] == "services" and leaf.keys[2:3] == ("extends",) and leaf.keys[3:] in ((), ("service",)):
            out.setdefault(leaf.text, leaf.keys[1])
    return out


def _leaves(source: Source) -> Iterator[_Leaf]:
    try:
        root = compose(source)
    except YamlError:
        return
    if isinstance(root, Entries):
        yield from _walk(root, "", ())


def _walk(node: Node, path: str, keys: _Keys) -> Iterator[_Leaf]:
    """The leaves below a node; what ``<<`` takes over counts as the mapping's own."""
    match node:
        case Entries(entries=entries) if entries:
            for name, value in entries:
                below = keys if name.text == "<<" else (*keys, name.text)
                yield from _walk(value, child(path, name.text), below)
        case Items(items=items) if items:
            for index, item in enumerate(items):
                yield from _walk(item, f"{path}[{index}]", (*keys, f"[{index}]"))
        case _:
            yield _Leaf(path, keys, node)
